"""The Alignment protocol, and the simplest one: unit length after a fixed mean is taken off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from explorer.types import FloatArray


class Alignment(Protocol):
    """A map from an encoder's own vectors into a space."""

    @property
    def kind(self) -> str:
        """`native`, `label-bridge` or `transcript`."""
        ...

    def transform(self, own: FloatArray) -> FloatArray:
        """(n, d) own vectors → (n, dim) float32 unit rows of the space. Rows do not depend on one another."""
        ...


def unit(vectors: FloatArray) -> FloatArray:
    """Rows divided by their Euclidean length; a zero row stays zero."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    rows: FloatArray = (vectors / np.maximum(norms, 1e-12)).astype(np.float32)
    return rows


@dataclass(frozen=True, kw_only=True)
class Centred:
    """N(N(x) − mean): takes off what all texts share (Mu & Viswanath 2018). `mean` is (dim,), zero for none."""

    mean: FloatArray
    kind: str = "native"

    def transform(self, own: FloatArray) -> FloatArray:
        """(n, dim) → (n, dim) float32 unit rows."""
        return unit(unit(own) - self.mean)

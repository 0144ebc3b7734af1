"""A memory of named examples beside a label bridge: what looks like a known picture lies near its name.

A cache model after Tip-Adapter (Zhang et al. 2022): each reference item of an encoder's development set is a key
with its caption as value, and counts by exp(−10·(1 − cosine)). An input far from all of them is left as it was.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.alignment.base import unit
from explorer.types import FloatArray

WEIGHT, SHARPNESS = 2.0, 10.0
"""Chosen on concepts and drawing styles that were held out in turn; see docs/quality.md."""
LIKENESS = 0.3
"""From this affinity on, an example is named as a reason."""


@dataclass(frozen=True, kw_only=True)
class Memory:
    """`centre`: (d,) mean of the unit examples; `keys`: (m, d) unit rows; `values`: (m, dim) unit rows."""

    centre: FloatArray
    keys: FloatArray
    values: FloatArray

    def recall(self, own: FloatArray, *, but_oneself: bool = False) -> FloatArray:
        """(n, d) an encoder's own vectors → (n, dim), what is to be added to their unit vectors in the space.

        Args:
            but_oneself: `own` are the examples themselves, in order; none may recall itself.
        """
        affinity = self.affinity(own)
        if but_oneself:
            np.fill_diagonal(affinity, 0.0)
        recalled: FloatArray = (WEIGHT * affinity @ self.values).astype(np.float32)
        return recalled

    def affinity(self, own: FloatArray) -> FloatArray:
        """(n, d) → (n, m) in (0, 1]: how much like each example."""
        likeness: FloatArray = np.exp(-SHARPNESS * (1.0 - self._keyed(own) @ self.keys.T))
        return likeness

    def _keyed(self, own: FloatArray) -> FloatArray:
        return unit(unit(own) - self.centre)


def remember(examples: FloatArray, values: FloatArray) -> Memory:
    """Keep (m, d) examples with their (m, dim) unit values."""
    centre = unit(examples).mean(axis=0, dtype=np.float64).astype(np.float32)
    return Memory(centre=centre, keys=unit(unit(examples) - centre), values=values)

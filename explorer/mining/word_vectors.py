"""Vectors of words, each embedded once."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np

from explorer.spaces import Space
from explorer.types import FloatArray


class WordVectors:
    """Vectors of words in a space, each embedded once. Thread-safe."""

    def __init__(self, space: Space) -> None:
        self._space = space
        self._rows: dict[str, FloatArray] = {}
        self._lock = threading.Lock()

    def __call__(self, words: Sequence[str]) -> FloatArray:
        """(n, dim) float32 unit rows.

        Raises:
            MissingError: the anchor's weights are absent.
        """
        with self._lock:
            new = [word for word in dict.fromkeys(words) if word not in self._rows]
            if new:
                self._rows.update(zip(new, self._space.embed_texts(new), strict=True))
            if not words:
                return np.zeros((0, self._space.dim), np.float32)
            return np.stack([self._rows[word] for word in words])

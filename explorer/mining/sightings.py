"""Evidence of other senses: two words are near the same pictures, or the same sounds.

Each word's cosines with the items of one modality are standardised by what other words have with that item (so that
an item near everything says nothing), the items it is nearest to are kept, and two words are compared by the cosine
of what is left. In a label-bridge space a picture's vector is itself made of words: such evidence is not independent
of the text.
"""

from __future__ import annotations

import numpy as np

from explorer.neighbours import Neighbours
from explorer.types import FloatArray

NEAREST = 20
"""Items that a word keeps."""
SENSES = {"image": "pictures", "audio": "sounds"}
"""Modality → the kind of evidence it gives."""
FEWEST = 20
"""Items of a modality below which it says nothing."""


class Sightings:
    """Profiles of words over `items` ((n, dim) unit rows), standardised by the words of `bank` ((m, dim))."""

    def __init__(self, items: FloatArray, bank: FloatArray) -> None:
        self._items = items
        cosines = bank @ items.T
        self._mean = cosines.mean(axis=0)
        self._deviation = np.maximum(cosines.std(axis=0), 1e-6)

    def __call__(self, vectors: FloatArray) -> FloatArray:
        """(n, dim) vectors of words → (n, n_items) unit rows, zero but for the nearest items."""
        scores = (vectors @ self._items.T - self._mean) / self._deviation
        k = min(NEAREST, scores.shape[1])
        least = np.partition(scores, scores.shape[1] - k, axis=1)[:, -k][:, None]
        kept = np.where(scores >= least, np.maximum(scores, 0), 0)
        return np.asarray(kept / np.maximum(np.linalg.norm(kept, axis=1, keepdims=True), 1e-9), np.float32)


def senses(neighbours: Neighbours, bank: FloatArray) -> list[tuple[str, Sightings]]:
    """What the pictures and the sounds of a workspace say, by kind; modalities with few items are left out."""
    found: list[tuple[str, Sightings]] = []
    for modality, kind in SENSES.items():
        ids, items, _members = neighbours.vectors(modality)
        if len(ids) >= FEWEST:
            found.append((kind, Sightings(items, bank)))
    return found

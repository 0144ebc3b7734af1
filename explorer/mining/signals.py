"""What speaks for a fact that no fact says: signals from a table of pairs and the vectors of its words.

- similar: cosine of subject and object.
- offset: the relation as a translation: cosine of the object with subject + mean of (object − subject) over the
  known pairs (Mikolov, Yih & Zweig 2013; Bordes et al. 2013).
- neighbours: how many of the subjects nearest to this one have the object or one like it, the nearer the more (k
  nearest neighbours, Cover & Hart 1967).
- fillers: cosine of the subject with the mean of those that have the object.
- class: share of the facts of the subject's class that have the object; a small class leans on the one above
  (Dirichlet smoothing, MacKay & Peto 1995).
- usual: how frequent the object is with this relation.
- pictures, sounds: whether both ends are near the same ones (`explorer.mining.sightings`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from explorer.mining.pairs import Ladder, Pairs
from explorer.types import FloatArray

Vectors = Callable[[Sequence[str]], FloatArray]
"""Words → (n, dim) float32 unit rows."""
Sense = Callable[[FloatArray], FloatArray]
"""(n, dim) vectors of words → (n, n_items) unit rows: which items of one modality they are near."""
Shares = npt.NDArray[np.float64]

# On development subjects no value from a half to twice of these was better by more than chance.
NEAREST = 25
SHARPNESS = 12.0
"""A neighbour counts exp(SHARPNESS · cosine); an object lends another as much of its share."""
SMOOTH = 4.0
FLOOR = 0.003
"""Shares below this are the same to the ranker: nothing."""
KINDS = ("similar", "offset", "neighbours", "fillers", "class", "usual")


class Signals:
    """Signals for the objects of `pairs`, learned from its links alone; built once, never changed."""

    def __init__(self, pairs: Pairs, vectors: Vectors, senses: Sequence[tuple[str, Sense]] = ()) -> None:
        self.pairs = pairs
        self.kinds = (*KINDS, *(name for name, _sense in senses))
        links = pairs.links.astype(np.float32)
        subjects, objects = vectors(pairs.subjects), vectors(pairs.objects)
        self._links, self._subjects, self._objects = links, subjects, objects
        self._usual: Shares = links.sum(axis=0, dtype=np.float64) / links.sum(dtype=np.float64)
        offset = (links @ objects).sum(axis=0) - links.sum(axis=1) @ subjects
        self._offset = offset / max(1.0, float(links.sum()))
        self._fillers = _unit(links.T @ subjects)
        near = np.exp(SHARPNESS * (objects @ objects.T))
        self._alike = near / near.sum(axis=1, keepdims=True)
        self._senses = [(sense, sense(objects)) for _name, sense in senses]
        self._by_class: dict[str, Shares] = {}
        self._shares: dict[Ladder, Shares] = {(): self._usual}
        for i, row in enumerate(pairs.ladders):
            for name in {rung for ladder in row for rung in ladder}:
                self._by_class.setdefault(name, np.zeros(len(pairs.objects)))
                self._by_class[name] += links[i]

    def of(
        self,
        vectors: FloatArray,
        ladders: Sequence[Sequence[Ladder]],
        groups: npt.NDArray[np.int64] | None = None,
    ) -> FloatArray:
        """(n, n_objects, n_kinds) float32 for n subjects.

        Args:
            vectors: (n, dim) unit rows.
            ladders: their classes.
            groups: (n,) their groups, whose members in the table are not asked as neighbours.
        """
        found = np.zeros((len(vectors), len(self.pairs.objects), len(self.kinds)), np.float32)
        found[..., 0] = vectors @ self._objects.T
        found[..., 1] = _unit(vectors + self._offset) @ self._objects.T
        found[..., 2] = np.log(FLOOR + self._neighbours(vectors, groups) @ self._alike)
        found[..., 3] = vectors @ self._fillers.T
        for i, row in enumerate(ladders):
            found[i, :, 4] = np.log(FLOOR + self._class_share(row))
        found[..., 5] = np.log(FLOOR + self._usual)
        for place, (sense, objects) in enumerate(self._senses, start=len(KINDS)):
            found[..., place] = sense(vectors) @ objects.T
        return found

    def witnesses(self, vector: FloatArray, column: int, but: frozenset[str], most: int = 3) -> list[str]:
        """The known subjects of an object that are nearest to a word, itself and its synonyms left out."""
        members = np.flatnonzero(self.pairs.links[:, column])
        order = members[np.argsort(-(self._subjects[members] @ vector), kind="stable")]
        named = (self.pairs.subjects[i] for i in order)
        return [word for word in named if word not in but][:most]

    def _neighbours(self, vectors: FloatArray, groups: npt.NDArray[np.int64] | None) -> FloatArray:
        cosines = vectors @ self._subjects.T
        if groups is not None:
            cosines[groups[:, None] == self.pairs.groups[None, :]] = -np.inf
        k = min(NEAREST, cosines.shape[1])
        nearest = np.argpartition(-cosines, k - 1, axis=1)[:, :k]
        weight = np.exp(SHARPNESS * np.take_along_axis(cosines, nearest, axis=1))
        weight /= np.maximum(weight.sum(axis=1, keepdims=True), 1e-9)
        shares = np.zeros((len(cosines), len(self.pairs.objects)), np.float32)
        for i, row in enumerate(nearest):
            shares[i] = weight[i] @ self._links[row]
        return shares

    def _class_share(self, row: Sequence[Ladder]) -> Shares:
        if not row:
            return self._usual
        shares = np.stack([self._ladder_share(ladder) for ladder in row])
        return np.asarray(shares.mean(axis=0))

    def _ladder_share(self, ladder: Ladder) -> Shares:
        if ladder not in self._shares:
            above = self._ladder_share(ladder[1:])
            counts = self._by_class.get(ladder[0], np.zeros(()))
            share: Shares = (counts + SMOOTH * above) / (counts.sum() + SMOOTH)
            self._shares[ladder] = share
        return self._shares[ladder]


def _unit(rows: FloatArray) -> FloatArray:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(length, 1e-9), np.float32)

"""Words near a word in the space: kindred verbs, and known things for an unknown one.

Known words are kept as a small table: their vectors, centred, on the first principal components, eight bits each, so
that the first question need not wait for thousands of words to be encoded. The table belongs to one encoder and
revision; `scripts/fit_construal.py` makes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from explorer.errors import ExplorerError
from explorer.spaces import Space
from explorer.types import Content, FloatArray

KIN = 300
"""Verbs looked through for those that select the object's class."""
WARMTH = 0.1
"""How fast a kindred verb's word loses weight with its distance (a softmax's temperature)."""
NEAR_THINGS = 5
GUESS_FROM = 0.5
"""From this cosine on, a known word speaks for an unknown one."""


@dataclass(frozen=True, kw_only=True)
class WordTable:
    """`names` with `rows` (n, d) float32 of unit length; `mean` (dim,) and `axes` (d, dim) bring a vector there."""

    names: tuple[str, ...]
    rows: FloatArray
    mean: FloatArray
    axes: FloatArray

    @classmethod
    def of(cls, names: Sequence[str], vectors: FloatArray, dim: int) -> WordTable:
        """The table of words with their (n, dim) vectors, on `dim` principal components."""
        mean = vectors.mean(axis=0)
        centred = vectors - mean
        _values, axes = np.linalg.eigh(centred.T @ centred)
        chosen = np.ascontiguousarray(axes[:, ::-1][:, :dim].T).astype(np.float32)
        return cls(
            names=tuple(names), rows=_unit((centred @ chosen.T).astype(np.float32)), mean=mean, axes=chosen
        )

    @classmethod
    def read(cls, kept: Mapping[str, np.ndarray], prefix: str) -> WordTable:
        """As `arrays` wrote it."""
        rows = kept[f"{prefix}.rows"].astype(np.float32)
        return cls(
            names=tuple(str(kept[f"{prefix}.names"]).split("\n")),
            rows=_unit(rows),
            mean=kept[f"{prefix}.mean"].astype(np.float32),
            axes=kept[f"{prefix}.axes"].astype(np.float32),
        )

    def arrays(self, prefix: str) -> dict[str, np.ndarray]:
        """For a file: eight bits a number."""
        largest = np.abs(self.rows).max(axis=1, keepdims=True)
        return {
            f"{prefix}.names": np.array("\n".join(self.names)),
            f"{prefix}.rows": np.round(self.rows / largest * 127).astype(np.int8),
            f"{prefix}.mean": self.mean.astype(np.float16),
            f"{prefix}.axes": self.axes.astype(np.float16),
        }

    def nearest(self, vector: FloatArray, k: int) -> list[tuple[str, float]]:
        """The `k` words nearest to a (dim,) vector, with their centred cosine."""
        cosines = self.rows @ _unit(((vector - self.mean) @ self.axes.T)[None, :])[0]
        order = np.argsort(-cosines, kind="stable")[:k]
        return [(self.names[i], float(cosines[i])) for i in order]


class Vicinity:
    """Vectors of single words, kept, and what lies near them. `space` and the tables are of one encoder."""

    def __init__(self, space: Space, verbs: WordTable, things: WordTable) -> None:
        self._space = space
        self._verbs, self._things = verbs, things
        self._kept: dict[str, FloatArray] = {}

    def vectors(self, words: Sequence[str]) -> FloatArray | None:
        """(n, dim) the anchor's own vectors of words; None where its weights are absent."""
        new = [word for word in dict.fromkeys(words) if word not in self._kept]
        if new:
            contents = [Content(modality="text", data=word, ref=word) for word in new]
            try:
                rows = self._space.pool.encode(self._space.spec.anchor, contents)
            except ExplorerError:
                return None  # the graph still speaks; the pool's state names what is missing
            self._kept.update(zip(new, rows, strict=True))
        return np.stack([self._kept[word] for word in words])

    def kin(self, verb: str) -> list[tuple[str, float]]:
        """Verbs near `verb`, without itself and its compounds, with weights that fall with distance."""
        vectors = self.vectors([verb])
        if vectors is None:
            return []
        near = self._verbs.nearest(vectors[0], KIN)
        return [
            (name, float(np.exp((cosine - 1) / WARMTH)))
            for name, cosine in near
            if name != verb and not (len(verb) > 1 and verb in name)
        ]

    def known_things(self, word: str) -> list[tuple[str, float]]:
        """The everyday nouns nearest to an unknown word, with their cosine; none where none is near."""
        vectors = self.vectors([word])
        if vectors is None:
            return []
        return [
            (n, cosine) for n, cosine in self._things.nearest(vectors[0], NEAR_THINGS) if cosine >= GUESS_FROM
        ]


def _unit(rows: np.ndarray) -> FloatArray:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), dtype=np.float32)

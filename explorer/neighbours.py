"""Neighbours of a vector, per modality, in the space itself (never in the 2-D picture). Exact search.

An item may be in the space by several members (a clip by its sound and by its words) and by segments; its best
one counts, compared by calibrated score, so that text against text does not drown text against sound.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from explorer.errors import PluginError
from explorer.spaces import Member, Space
from explorer.types import FloatArray
from store import Store, VectorKey


@dataclass(frozen=True, kw_only=True, slots=True)
class Neighbour:
    """One item near a query. `similarity` is the cosine; `score` is calibrated: 0 chance, 1 a typical match.

    `at` is the second at which the best segment starts, None for a short item.
    """

    item_id: str
    similarity: float
    score: float
    member: Member
    at: float | None


@dataclass(frozen=True, slots=True)
class _Rows:
    item_ids: list[str]
    segments: np.ndarray
    starts: FloatArray
    matrix: FloatArray
    owner: np.ndarray  # row → position in `unique`
    unique: list[str]


_NO_VECTORS = np.zeros(0, np.float32), np.zeros((0, 0), np.float32)


class Neighbours:
    """Exact search over the stored vectors of a space; matrices are kept until the store changes."""

    def __init__(self, store: Store, space: Space) -> None:
        self._store = store
        self._space = space
        self._kept: dict[tuple[str, str], tuple[int, _Rows]] = {}
        self._lock = threading.Lock()

    def search(
        self,
        vector: FloatArray,
        modality: str,
        *,
        k: int,
        exclude: Iterable[str] = (),
        among: Iterable[str] | None = None,
    ) -> list[Neighbour]:
        """The `k` items of `modality` nearest to `vector` ((dim,) unit), best first.

        Args:
            exclude: item ids that are not wanted, such as the query itself.
            among: if given, only these item ids are.
        """
        left_out, wanted = set(exclude), None if among is None else set(among)
        best: dict[str, Neighbour] = {}
        for member in self._space.members_for(modality):
            for neighbour in self._of_member(member, modality, vector, k + len(left_out), wanted):
                known = best.get(neighbour.item_id)
                if neighbour.item_id not in left_out and (known is None or neighbour.score > known.score):
                    best[neighbour.item_id] = neighbour
        return sorted(best.values(), key=lambda n: (-n.score, n.item_id))[:k]

    def similarities(self, vector: FloatArray, modality: str) -> dict[str, float]:
        """Cosine of every item of `modality` with `vector`, by its best member."""
        found: dict[str, float] = {}
        for member in self._space.members_for(modality):
            rows = self._rows(member, modality)
            if rows.unique:
                best, _row = _best_rows(rows.matrix @ vector, rows)
                for item_id, value in zip(rows.unique, best, strict=True):
                    found[item_id] = max(found.get(item_id, -1.0), float(value))
        return found

    def vectors(self, modality: str) -> tuple[list[str], FloatArray, list[str]]:
        """Item ids, their whole-item vectors and the member that gave each; words before sound, native first."""
        chosen: dict[str, tuple[FloatArray, str]] = {}
        order = sorted(self._space.members_for(modality), key=lambda m: m.kind == "transcript")
        for member in order:
            rows = self._rows(member, modality)
            for row in np.flatnonzero(rows.segments < 0):
                chosen[rows.item_ids[row]] = rows.matrix[row], member.name
        ids = list(chosen)
        matrix = np.stack([chosen[i][0] for i in ids]) if ids else np.zeros((0, self._space.dim), np.float32)
        return ids, matrix, [chosen[i][1] for i in ids]

    def chance(self, vector: FloatArray, modality: str) -> float:
        """Mean cosine of the query with the items of `modality`: what a random item gives."""
        values = list(self.similarities(vector, modality).values())
        return float(np.mean(values)) if values else 0.0

    def _of_member(
        self, member: Member, modality: str, vector: FloatArray, k: int, wanted: set[str] | None
    ) -> list[Neighbour]:
        rows = self._rows(member, modality)
        if not rows.unique:
            return []
        best, row_of = _best_rows(rows.matrix @ vector, rows)
        scores = self._space.calibration(member.name).score(best)
        candidates: Sequence[int] = np.argsort(-scores, kind="stable").tolist()
        found: list[Neighbour] = []
        for position in candidates:
            if len(found) == k:
                break
            if wanted is not None and rows.unique[position] not in wanted:
                continue
            found.append(
                Neighbour(
                    item_id=rows.unique[position],
                    similarity=float(best[position]),
                    score=float(scores[position]),
                    member=member,
                    at=self._second(rows, vector, position, int(row_of[position])),
                )
            )
        return found

    @staticmethod
    def _second(rows: _Rows, vector: FloatArray, position: int, row: int) -> float | None:
        if rows.segments[row] >= 0:
            return float(rows.starts[row])
        mine = np.flatnonzero((rows.owner == position) & (rows.segments >= 0))
        if len(mine) == 0:
            return None
        return float(rows.starts[mine[int(np.argmax(rows.matrix[mine] @ vector))]])

    def _rows(self, member: Member, modality: str) -> _Rows:
        with self._lock:
            generation = self._store.generation()
            kept = self._kept.get((member.name, modality))
            if kept is not None and kept[0] == generation:
                return kept[1]
            try:
                stored = self._store.load_vectors(space_key(self._space, member), modality=modality)
            except PluginError:  # a broken classifier, named by the pool's state; the others still find
                return _Rows([], np.zeros(0, np.int64), *_NO_VECTORS, np.zeros(0, np.int64), [])
            unique = list(dict.fromkeys(stored.item_ids))
            position = {item_id: i for i, item_id in enumerate(unique)}
            rows = _Rows(
                item_ids=stored.item_ids,
                segments=stored.segments,
                starts=stored.starts,
                matrix=stored.matrix,
                owner=np.array([position[i] for i in stored.item_ids], dtype=np.int64),
                unique=unique,
            )
            self._kept[member.name, modality] = generation, rows
            return rows


def space_key(space: Space, member: Member) -> VectorKey:
    """Under which key the vectors of `member` in `space` are stored."""
    return VectorKey(
        encoder=member.name,
        revision=member.revision,
        space=space.name,
        parameters=space.alignment_digest(member.name),
        dim=space.dim,
    )


def own_key(space: Space, member: Member) -> VectorKey:
    """Under which key an encoder's own vectors are stored, before any alignment."""
    dim = space.pool.registry.encoder(member.name).dim
    return VectorKey(encoder=member.name, revision=member.revision, space="", dim=dim)


def _best_rows(cosines: FloatArray, rows: _Rows) -> tuple[FloatArray, np.ndarray]:
    """Per item: its best cosine over its rows, and that row."""
    order = np.lexsort((-cosines, rows.owner))
    first = np.unique(rows.owner[order], return_index=True)[1]
    chosen = order[first]
    return cosines[chosen], chosen

"""Cross-modal retrieval on a stranger's pairs: is the right one found, in which place, and how sure is that?

Nothing is ingested, merged or fitted. Each content is embedded alone, so that not even the last digit of a vector
depends on the other rows. The gallery is all rows of one language, and right is the same id only.

Ties do not flatter: what is equally near counts as if it stood in random order, so an encoder that gives all contents
the same vector scores what chance scores.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np

from explorer import (
    Content,
    FloatArray,
    PluginError,
    Progress,
    RefusedContent,
    Space,
    read_limited,
    translate,
)
from probes.pairs import Pair, PairFile, read_pairs
from probes.statistics import Array, bootstrap_interval

CUTS = (1, 5, 10)
BLOCK = 2048
EQUAL = 1e-6
"""Cosines nearer than this are a tie: float32 vectors say no more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """Where each right target stands: (n,) targets that are nearer, and (n,) others that are equally near."""

    nearer: Array
    tied: Array

    @property
    def rank(self) -> Array:
        """(n,) mean place among the tied, 1 = first."""
        return 1.0 + self.nearer + self.tied / 2

    def hits(self, cut: int) -> Array:
        """(n,) chance to be among the first `cut`, the tied standing in random order."""
        return np.clip((cut - self.nearer) / (self.tied + 1), 0.0, 1.0)

    @property
    def reciprocal(self) -> Array:
        """(n,) mean of 1/place over the places that the tied share."""
        last = (self.nearer + self.tied + 1).astype(np.int64)
        sums = np.concatenate([[0.0], np.cumsum(1.0 / np.arange(1, last.max(initial=0) + 1))])
        mean: Array = (sums[last] - sums[self.nearer.astype(np.int64)]) / (self.tied + 1)
        return mean


@dataclass(kw_only=True)
class RetrievalReport:
    """`results` as the command prints them; `refused` are (line, reason) of rows or files left out."""

    space: str
    results: list[dict[str, Any]] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    rows: int = 0
    spoken: int = 0

    def as_json(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "space": self.space,
            "rows": self.rows,
            "spoken": self.spoken,
            "results": self.results,
            "refused": [{"line": line, "reason": reason} for line, reason in self.refused],
        }


def evaluate_retrieval(
    path: Path, space: Space, progress: Callable[[Progress], None] | None = None
) -> RetrievalReport:
    """Rank every row's partner in every ordered pair of modalities, per language.

    Raises:
        InputError: the file cannot be read, or the space takes fewer than two of its modalities.
    """
    file = read_pairs(path, set(space.modalities))
    report = RetrievalReport(space=space.name, rows=len(file.pairs), refused=list(file.bad))
    vectors = _embed_all(file, space, report, progress or (lambda _step: None))
    for lang in sorted({pair.lang for pair in file.pairs}, key=lambda name: name or ""):
        rows = [pair for pair in file.pairs if pair.lang == lang]
        present = [m for m in space.modalities if any(m in pair.values for pair in rows)]
        for query, target in permutations(present, 2):
            both = [p for p in rows if (query, p.values.get(query)) in vectors]
            both = [p for p in both if (target, p.values.get(target)) in vectors]
            if both:
                a = np.stack([vectors[query, p.values[query]] for p in both])
                b = np.stack([vectors[target, p.values[target]] for p in both])
                report.results.append(
                    {"query": query, "target": target, "lang": lang, **figures(places(a, b))}
                )
    report.refused.sort()
    return report


def places(queries: FloatArray, targets: FloatArray) -> Places:
    """(n, dim), (n, dim), unit rows belonging together → where each query finds its own target."""
    wide = targets.astype(np.float64).T
    nearer: list[Array] = []
    tied: list[Array] = []
    for start in range(0, len(queries), BLOCK):
        cosines = queries[start : start + BLOCK].astype(np.float64) @ wide
        own = cosines[np.arange(len(cosines)), np.arange(start, start + len(cosines))][:, None]
        nearer.append((cosines > own + EQUAL).sum(axis=1).astype(np.float64))
        tied.append((np.abs(cosines - own) <= EQUAL).sum(axis=1) - 1.0)
    return Places(nearer=np.concatenate(nearer), tied=np.concatenate(tied))


def figures(found: Places) -> dict[str, Any]:
    """R@1, R@5, R@10, median rank and MRR with 95 % intervals, beside what chance gives at this size."""
    rank = found.rank
    n = len(rank)
    measured: dict[str, Any] = {"n": n}
    intervals: dict[str, list[float]] = {}
    for cut in CUTS:
        hits = found.hits(cut)
        measured[f"r{cut}"] = _round(hits.mean())
        intervals[f"r{cut}"] = [_round(v) for v in bootstrap_interval(hits, lambda v: v.mean(axis=-1))]
    measured["median_rank"] = _round(float(np.median(rank)))
    intervals["median_rank"] = [_round(v) for v in bootstrap_interval(rank, lambda v: np.median(v, axis=-1))]
    reciprocal = found.reciprocal
    measured["mrr"] = _round(reciprocal.mean())
    intervals["mrr"] = [_round(v) for v in bootstrap_interval(reciprocal, lambda v: v.mean(axis=-1))]
    measured["ci"] = intervals
    measured["chance"] = {
        **{f"r{cut}": _round(min(cut / n, 1.0)) for cut in CUTS},
        "median_rank": (n + 1) / 2,
        "mrr": _round(float(np.mean(1.0 / np.arange(1, n + 1)))),
    }
    return measured


def _embed_all(
    file: PairFile, space: Space, report: RetrievalReport, progress: Callable[[Progress], None]
) -> dict[tuple[str, str], FloatArray]:
    """Every distinct content once; a refused one is recorded at each line that names it."""
    lines: dict[tuple[str, str], list[int]] = {}
    for pair in file.pairs:
        for modality, value in pair.values.items():
            lines.setdefault((modality, value), []).append(pair.line)
    vectors: dict[tuple[str, str], FloatArray] = {}
    keys = sorted(lines, key=lambda key: space.modalities.index(key[0]))
    for done, key in enumerate(keys, start=1):
        try:
            view = space.embed_query(_read(file.folder, key, space))
        except (RefusedContent, PluginError) as error:
            report.refused.extend((line, error.message) for line in lines[key])
        else:
            vectors[key] = view.vector
            report.spoken += view.transcript is not None
        progress(Progress(stage=key[0], done=done, total=len(lines)))
    return vectors


def _read(folder: Path, key: tuple[str, str], space: Space) -> Content:
    modality, value = key
    if modality == "text":
        return space.decode(value.encode(), translate("text {start}").format(start=value[:30]), "text")
    return space.decode(read_limited(folder / value, value), Path(value).name, modality)


def _round(value: float) -> float:
    return round(float(value), 4)


__all__ = ["Pair", "Places", "RetrievalReport", "evaluate_retrieval", "figures", "places"]

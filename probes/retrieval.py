"""Cross-modal retrieval on a stranger's pairs: is the right one found, in which place, and how sure is that?

Nothing is ingested, merged or fitted. A vector depends on its own content alone; the gallery is all rows of one
language, and right is the same id only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np

from explorer import Content, FloatArray, Progress, RefusedContent, Space, read_limited, translate
from probes.pairs import Pair, PairFile, read_pairs
from probes.statistics import Array, bootstrap_interval

CHUNK = 32
CUTS = (1, 5, 10)
BLOCK = 2048


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
                    {"query": query, "target": target, "lang": lang, **figures(ranks(a, b))}
                )
    report.refused.sort()
    return report


def ranks(queries: FloatArray, targets: FloatArray) -> Array:
    """(n, dim), (n, dim), rows belonging together → (n,) rank of the right target, 1 = first, ties shared."""
    found: list[Array] = []
    for start in range(0, len(queries), BLOCK):
        cosines = queries[start : start + BLOCK] @ targets.T
        own = cosines[np.arange(len(cosines)), np.arange(start, start + len(cosines))][:, None]
        better = (cosines > own + 1e-7).sum(axis=1)
        tied = (np.abs(cosines - own) <= 1e-7).sum(axis=1) - 1
        found.append(1.0 + better + tied / 2)
    return np.concatenate(found)


def figures(rank: Array) -> dict[str, Any]:
    """R@1, R@5, R@10, median rank and MRR with 95 % intervals, beside what chance gives at this size."""
    n = len(rank)
    measured: dict[str, Any] = {"n": n}
    intervals: dict[str, list[float]] = {}
    for cut in CUTS:
        hits = (rank <= cut).astype(np.float64)
        measured[f"r{cut}"] = _round(hits.mean())
        intervals[f"r{cut}"] = [_round(v) for v in bootstrap_interval(hits, lambda v: v.mean(axis=-1))]
    measured["median_rank"] = _round(float(np.median(rank)))
    intervals["median_rank"] = [_round(v) for v in bootstrap_interval(rank, lambda v: np.median(v, axis=-1))]
    reciprocal = 1.0 / rank
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
    done = 0
    for modality in space.modalities:
        keys = [key for key in lines if key[0] == modality]
        for chunk in _chunks(keys):
            contents: list[tuple[tuple[str, str], Content]] = []
            for key in chunk:
                try:
                    contents.append((key, _read(file.folder, key, space)))
                except RefusedContent as error:
                    report.refused.extend((line, error.message) for line in lines[key])
            _embed_chunk(contents, space, report, lines, vectors)
            done += len(chunk)
            progress(Progress(stage=modality, done=done, total=len(lines)))
    return vectors


def _embed_chunk(
    contents: Sequence[tuple[tuple[str, str], Content]],
    space: Space,
    report: RetrievalReport,
    lines: dict[tuple[str, str], list[int]],
    vectors: dict[tuple[str, str], FloatArray],
) -> None:
    try:
        embedded = space.embed_queries([content for _key, content in contents])
    except RefusedContent as error:
        if len(contents) == 1:
            report.refused.extend((line, error.message) for line in lines[contents[0][0]])
        else:  # one bad content must not take its chunk along
            for one in contents:
                _embed_chunk([one], space, report, lines, vectors)
        return
    for (key, _content), view in zip(contents, embedded, strict=True):
        vectors[key] = view.vector
        report.spoken += view.transcript is not None


def _read(folder: Path, key: tuple[str, str], space: Space) -> Content:
    modality, value = key
    if modality == "text":
        return space.decode(value.encode(), translate("text {start}").format(start=value[:30]), "text")
    return space.decode(read_limited(folder / value, value), Path(value).name, modality)


def _chunks(keys: Sequence[tuple[str, str]]) -> Iterator[Sequence[tuple[str, str]]]:
    for start in range(0, len(keys), CHUNK):
        yield keys[start : start + CHUNK]


def _round(value: float) -> float:
    return round(float(value), 4)


__all__ = ["Pair", "RetrievalReport", "evaluate_retrieval", "figures", "ranks"]

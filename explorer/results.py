"""What a search gives: records for the page, the command line and the notebook alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from explorer.spaces import Embedded
from explorer.types import Content, FloatArray, Transcript
from store import ItemRecord


@dataclass(frozen=True, kw_only=True, slots=True)
class QueryPart:
    """One term of a query: a content or a stored item, with a weight; a negative weight subtracts.

    `embedded` is the content in the space where it has been placed already, so that it is not encoded again.
    """

    content: Content | None = None
    item_id: str | None = None
    embedded: Embedded | None = None
    weight: float = 1.0
    label: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """How one member of the space sees an item: labels with scores in [0, 1], or what it heard."""

    encoder: str
    kind: str
    labels: tuple[tuple[str, float], ...] = ()
    transcript: Transcript | None = None

    def why(self) -> str:
        """One line without words of any language but the labels' own: `eagle .61 · kite .12`, or “transcript”."""
        if self.transcript is not None:
            return f"“{self.transcript.text}”"
        return " · ".join(f"{name} {_short(score)}" for name, score in self.labels)


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """An item found. `similarity` is the cosine in the space; `score` orders a column (0 chance, 1 a match)."""

    item: ItemRecord
    similarity: float
    score: float
    view: str
    kind: str
    why: str
    at: float | None
    path: Path | None

    def as_json(self, language: str) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "id": self.item.id,
            "modality": self.item.modality,
            "caption": caption(self.item, language),
            "similarity": round(self.similarity, 6),
            "score": round(self.score, 6),
            "why": self.why,
            "view": self.view,
            "kind": self.kind,
            "at": self.at,
            "path": str(self.path) if self.path is not None else None,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchResult:
    """Neighbours of a query by modality, best first; `chance` is what a random item of each gives."""

    query: tuple[str, ...]
    space: str
    results: Mapping[str, list[Hit]]
    chance: Mapping[str, float]
    vector: FloatArray
    spoken: Transcript | None = None
    notes: tuple[str, ...] = field(default=())

    def as_json(self, language: str) -> dict[str, Any]:
        """Plain values for JSON: `{"query", "results": {modality: [hit, …]}, …}`."""
        return {
            "query": " ".join(self.query),
            "space": self.space,
            "heard": self.spoken.text if self.spoken is not None else None,
            "results": {m: [hit.as_json(language) for hit in hits] for m, hits in self.results.items()},
            "chance": {m: round(value, 6) for m, value in self.chance.items()},
            "notes": list(self.notes),
        }


def caption(item: ItemRecord, language: str) -> str:
    """What to call an item: its text, its caption in `language` or another, or its file's name."""
    if item.text is not None:
        return item.text
    return item.captions.get(language) or next(iter(item.captions.values()), "") or item.name


def _short(score: float) -> str:
    return f"{score:.2f}".removeprefix("0")

"""What leaves the store: frozen records and arrays, never an ORM object or an open row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from store.keys import fact_id, key_digest

FactStatus = Literal["held", "accepted", "rejected"]
"""`held` waits for a person's judgement; only `accepted` facts count; `rejected` ones stay, so as not to return."""
FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemRecord:
    """One piece of content. Texts hold `text`; others lie in the blob named `digest` (SHA-256, hex).

    `captions` maps a language to a caption; `size` is in bytes.
    """

    id: str
    modality: str
    language: str | None
    text: str | None
    name: str
    captions: Mapping[str, str]
    licence: str
    origin: str
    digest: str
    media_type: str
    size: int
    meta: Mapping[str, Any]
    created: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class VectorKey:
    """Which vectors: of which encoder and revision, in which space ("" for the encoder's own output), how made."""

    encoder: str
    revision: str
    dim: int
    space: str = ""
    role: str = "content"
    preprocessing: str = ""
    parameters: str = ""

    @property
    def digest(self) -> str:
        """The key under which these vectors are stored; see `store.keys`."""
        return key_digest(
            encoder=self.encoder,
            revision=self.revision,
            space=self.space,
            role=self.role,
            preprocessing=self.preprocessing,
            parameters=self.parameters,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class VectorRow:
    """One vector: of the whole item (`segment` −1), or of a segment from `start` to `end` seconds."""

    item_id: str
    vector: FloatArray
    segment: int = -1
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class VectorSet:
    """Many vectors: `matrix` (n, dim) float32; `segments` (n,) int64; `starts`, `ends` (n,) float32, NaN for none."""

    item_ids: list[str]
    segments: npt.NDArray[np.int64]
    starts: FloatArray
    ends: FloatArray
    matrix: FloatArray


@dataclass(frozen=True, kw_only=True, slots=True)
class AnnotationRecord:
    """What a transcriber said of an item; `payload` is JSON."""

    item_id: str
    encoder: str
    revision: str
    kind: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class FailureRecord:
    """Something that could not be read (`stage` "read") or encoded ("encode", by `encoder`), and why."""

    source: str
    reason: str
    stage: str
    when: datetime
    encoder: str | None = None
    item_id: str | None = field(default=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class FactRecord:
    """One statement of one source. `depth`: 0 words, 1 lexical, 2 commonsense, 3 background; `meta` is JSON."""

    subject: str
    relation: str
    object: str
    language: str
    weight: float
    source: str
    licence: str
    depth: int
    status: FactStatus = "accepted"
    meta: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """What makes it this fact: all but weight, licence, depth, status and meta."""
        return fact_id(
            subject=self.subject,
            relation=self.relation,
            object=self.object,
            language=self.language,
            source=self.source,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class FactCount:
    """How many facts a source holds, by relation, language and status."""

    source: str
    relation: str
    language: str
    status: FactStatus
    count: int

"""Small stand-ins that several test files need: records, an encoder, a classifier, a transcriber."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from explorer import (
    Content,
    Encoder,
    FloatArray,
    Label,
    Modality,
    Reference,
    SpaceSpec,
    Transcriber,
    Transcript,
    hookimpl,
)
from store import ItemRecord, VectorKey

WHEN = datetime(2026, 1, 2, tzinfo=UTC)


def item(number: int = 0, **changes: Any) -> ItemRecord:
    """A stored item; `number` decides its id and content."""
    text = changes.pop("text", f"text {number}")
    digest = hashlib.sha256((text or changes.get("name", str(number))).encode()).hexdigest()
    values: dict[str, Any] = {
        "id": f"{number:020x}",
        "modality": "text",
        "language": "en",
        "text": text,
        "name": f"item {number}",
        "captions": {},
        "licence": "CC0",
        "origin": "test",
        "digest": digest,
        "media_type": "text/plain",
        "size": 6,
        "meta": {},
        "created": WHEN,
    }
    return ItemRecord(**(values | changes))


def key(**changes: Any) -> VectorKey:
    """A key of vectors of three dimensions."""
    values: dict[str, Any] = {"encoder": "fake", "revision": "1", "space": "default", "dim": 3}
    return VectorKey(**(values | changes))


def vector_of(text: str, dim: int) -> FloatArray:
    """A unit vector that depends on the text alone."""
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    vector = np.random.default_rng(seed).standard_normal(dim).astype(np.float32)
    return vector / np.float32(np.linalg.norm(vector))


class Words(Encoder):
    """A text encoder of eight dimensions, without weights; the sizes of its batches are kept."""

    name = "words"
    revision = "1"
    modalities = ("text",)
    dim = 8
    batch_size = 4

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.loads = 0

    def load(self, assets: Mapping[str, Path], device: str) -> None:
        self.loads += 1

    def encode_batch(self, contents: Sequence[Content]) -> FloatArray:
        self.batches.append(len(contents))
        return np.stack([vector_of(str(content.data), self.dim) for content in contents])


class Colours(Encoder):
    """A classifier of two classes: how bright, how dark is the first byte. Of the modality `shade`."""

    name = "colours"
    revision = "1"
    modalities = ("shade",)
    dim = 1
    names = ({"en": ["snow"], "zh": ["雪"]}, {"en": ["night"], "zh": ["夜"]})

    def encode_batch(self, contents: Sequence[Content]) -> FloatArray:
        return np.array([[content.data / 255] for content in contents], np.float32)

    def labels(self) -> Sequence[Label]:
        return [Label(names=names) for names in self.names]

    def label_scores(self, vectors: FloatArray) -> FloatArray:
        return np.concatenate([vectors, 1 - vectors], axis=1)

    def reference(self) -> Reference | None:
        return None

    def explain(self, vector: FloatArray, language: str, top: int = 3) -> list[tuple[str, float]]:
        return [(self.labels()[0].display(language), float(vector[0]))]


class Reader(Transcriber):
    """Says what is written in the bytes; nothing where the first one is 0. Of the modality `shade`."""

    name = "reader"
    revision = "1"
    modalities = ("shade",)
    share = 1.0

    def transcribe_batch(self, contents: Sequence[Content]) -> list[Transcript]:
        texts = ["" if content.data == 0 else f"shade {content.data}" for content in contents]
        return [Transcript(text=t, language="en", confidence=0.9, speech=self.share) for t in texts]


class Text(Modality):
    """UTF-8."""

    name = "text"
    suffixes = (".txt",)

    def decode(self, data: bytes, ref: str) -> Content:
        return Content(modality="text", data=data.decode(), ref=ref, language="en")


class Shade(Modality):
    """A modality of one byte, its content a number in [0, 255]."""

    name = "shade"
    suffixes = (".shade",)

    def decode(self, data: bytes, ref: str) -> Content:
        return Content(modality="shade", data=data[0], ref=ref)


def plugin(**hooks: Any) -> Any:
    """A plugin with the given hooks, each a value to return or a function to call."""

    def implementation(name: str, given: Any) -> Any:
        call = given if callable(given) and not isinstance(given, type) else lambda: given
        call.__name__ = name
        return hookimpl(call)

    return SimpleNamespace(**{name: implementation(name, given) for name, given in hooks.items()})


def basics(*encoders: Any, **spec: Any) -> Any:
    """A plugin with the modalities text and shade, the given encoders, and a space anchored in `words`."""
    space = SpaceSpec(**({"name": "default", "anchor": "words"} | spec))
    return plugin(modalities=[Text(), Shade()], encoders=list(encoders), spaces=[space])

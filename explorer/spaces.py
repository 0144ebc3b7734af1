"""A Space: one common vector space, named after a spec, and the members that bring contents into it.

The anchor's own modalities are native. Classifiers join by label bridge, transcribers through their transcript;
both need an anchor that takes text. All means and prototypes are fitted once from fixed data and kept on disk,
so that no vector depends on another item.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from explorer.alignment import Alignment, LabelBridge
from explorer.alignment.fitting import Calibration, SpaceFitter
from explorer.alignment.memory import LIKENESS
from explorer.assets import AssetStore
from explorer.encoding import EncoderPool
from explorer.errors import ExplorerError, InputError, MissingError, PluginError, RefusedContent
from explorer.i18n import _
from explorer.media.sniffing import sniff
from explorer.protocols import Encoder, LabelScorer
from explorer.registry import load_registry
from explorer.types import Content, FloatArray, Progress, Segment, SpaceSpec, Transcript

Kind = Literal["native", "label-bridge", "transcript"]
SPEECH_SHARE = 0.5
"""From this share of speech on, a clip used as a query is taken for what is said in it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """One way into the space: the encoder or transcriber `name`, for `modalities`, by `kind`."""

    name: str
    kind: Kind
    modalities: tuple[str, ...]
    revision: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Embedded:
    """A content in the space, by one member. `vector`: (dim,) float32 unit; `own`: the encoder's own vector.

    `segments` hold vectors of the space. For transcripts `own` is None.
    """

    member: Member
    vector: FloatArray
    own: FloatArray | None = None
    segments: tuple[Segment, ...] = ()
    transcript: Transcript | None = None


class Space:
    """Embeds contents through its members. Thread-safe; fits its alignments at first use."""

    def __init__(self, spec: SpaceSpec, pool: EncoderPool) -> None:
        self.spec = spec
        self.name = spec.name
        self.pool = pool
        self.anchor: Encoder = pool.registry.encoder(spec.anchor)
        self.dim = self.anchor.dim
        self._fitter = SpaceFitter(spec, self.anchor, pool)
        self._alignments: dict[str, Alignment] = {}
        self._lock = threading.RLock()
        self.members: dict[str, Member] = {m.name: m for m in self._find_members()}

    def members_for(self, modality: str) -> list[Member]:
        """The members that take `modality`, native first."""
        return [member for member in self.members.values() if modality in member.modalities]

    @property
    def modalities(self) -> list[str]:
        """Every modality that some member takes."""
        return list(dict.fromkeys(m for member in self.members.values() for m in member.modalities))

    def alignment(self, name: str) -> Alignment:
        """The alignment of member `name`, fitted or read from disk.

        Raises:
            MissingError: the anchor's weights are absent.
        """
        with self._lock:
            if name not in self._alignments:
                self._alignments[name] = self._fitter.alignment(self.members[name].kind, name)
            return self._alignments[name]

    def calibration(self, name: str) -> Calibration:
        """How near a match and a random item of this member are in the space, on fixed development data."""
        with self._lock:
            return self._fitter.calibration(self.members[name].kind, name)

    def prepare(self, name: str) -> None:
        """Load member `name` and its alignment, and for a transcriber the anchor.

        Raises:
            MissingError: weights are absent.
            PluginError: it cannot be loaded, or breaks the contract.
        """
        self.pool.loaded(name)
        if self.members[name].kind == "transcript":
            self.pool.loaded(self.spec.anchor)
        self.alignment(name)

    def alignment_digest(self, name: str) -> str:
        """Changes whenever the vectors of member `name` in this space would change."""
        return self._fitter.digest(self.members[name].kind, name)

    def embed_texts(self, texts: Sequence[str], languages: Sequence[str | None] | None = None) -> FloatArray:
        """(n, dim) float32 unit rows of the space for texts."""
        if "text" not in self.anchor.modalities:
            raise InputError(_("The anchor of space {name} takes no text.").format(name=self.name))
        contents = [Content(modality="text", data=text, ref=text[:40]) for text in texts]
        return self.alignment(self.spec.anchor).transform(self.pool.encode(self.spec.anchor, contents))

    def embed(self, member: Member, contents: Sequence[Content]) -> list[Embedded | None]:
        """Bring contents into the space by one member.

        Returns:
            One Embedded a content; None where a transcriber finds no words.
        """
        if member.kind == "transcript":
            return self._embed_transcripts(member, contents)
        own, segments = self.pool.encode_segments(member.name, contents)
        alignment = self.alignment(member.name)
        vectors = alignment.transform(own)
        return [
            Embedded(
                member=member,
                vector=vectors[i],
                own=own[i],
                segments=tuple(
                    Segment(start=s.start, end=s.end, vector=alignment.transform(s.vector[None, :])[0])
                    for s in segments[i]
                ),
            )
            for i in range(len(contents))
        ]

    def embed_query(self, content: Content) -> Embedded:
        """The one vector of a content that asks or stands alone; see `embed_queries`."""
        return self.embed_queries([content])[0]

    def embed_queries(self, contents: Sequence[Content]) -> list[Embedded]:
        """One vector a content, all of one modality; none depends on another.

        Where a clip is mostly speech, what is said speaks for it; else the first member that can.

        Raises:
            ExplorerError: no member can embed them; the reason of the last one.
            InputError: the space has no member for the modality.
        """
        if not contents:
            return []
        modality = contents[0].modality
        views: list[list[Embedded | None]] = []
        problem: ExplorerError | None = None
        for member in self.members_for(modality):
            try:
                views.append(self.embed(member, contents))
            except (MissingError, PluginError) as error:  # another member may speak for it
                problem = error
        if not views:
            raise problem or InputError(
                _("Space {space} has no encoder for {modality}. It takes {choices}.").format(
                    space=self.name, modality=modality, choices=", ".join(self.modalities)
                )
            )
        found = [_spokesman([v for v in column if v is not None]) for column in zip(*views, strict=True)]
        for content, embedded in zip(contents, found, strict=True):
            if embedded is None:
                raise RefusedContent(
                    _("Nothing in {name} can be placed in space {space}.").format(
                        name=content.ref, space=self.name
                    )
                )
        return [embedded for embedded in found if embedded is not None]

    def decode(self, data: bytes, name: str, modality: str | None = None) -> Content:
        """Decode untrusted bytes by the modality given or found.

        Raises:
            RefusedContent: broken, too large, or of no modality known here.
        """
        return self.pool.registry.decode(modality or sniff(data, name) or "", data, name)

    def bridge(self, name: str) -> LabelBridge | None:
        """The label bridge of member `name`, where it has one."""
        alignment = self.alignment(name)
        return alignment if isinstance(alignment, LabelBridge) else None

    def examples(self, name: str, language: str) -> Callable[[FloatArray], list[tuple[str, float]]]:
        """For member `name`: own vector → the one example it resembles most, as [("≈ caption", affinity)] or []."""
        bridge = self.bridge(name)
        reference = bridge.scorer.reference() if bridge is not None else None
        memory = bridge.memory if bridge is not None else None

        def nearest(own: FloatArray) -> list[tuple[str, float]]:
            if memory is None or reference is None:
                return []
            affinity = memory.affinity(own[None, :])[0]
            best = int(np.argmax(affinity))
            if affinity[best] < LIKENESS:
                return []
            captions = reference.captions[best]
            return [(f"≈ {captions.get(language) or next(iter(captions.values()))}", float(affinity[best]))]

        return nearest

    def _embed_transcripts(self, member: Member, contents: Sequence[Content]) -> list[Embedded | None]:
        transcripts = self.pool.transcribe(member.name, contents)
        spoken = [i for i, transcript in enumerate(transcripts) if transcript.text]
        vectors = self.embed_texts([transcripts[i].text for i in spoken]) if spoken else None
        found: list[Embedded | None] = [None] * len(contents)
        for row, i in enumerate(spoken):
            assert vectors is not None  # noqa: S101  # for the type checker: spoken is not empty here
            found[i] = Embedded(member=member, vector=vectors[row], transcript=transcripts[i])
        return found

    def _find_members(self) -> list[Member]:
        anchor = self.anchor
        members = [
            Member(
                name=self.spec.anchor, kind="native", modalities=anchor.modalities, revision=anchor.revision
            )
        ]
        if "text" not in anchor.modalities:
            return members
        registry = self.pool.registry
        for name, encoder in registry.encoders.items():
            modalities = tuple(m for m in encoder.modalities if m not in anchor.modalities)
            if name != self.spec.anchor and modalities and isinstance(encoder, LabelScorer):
                members.append(
                    Member(name=name, kind="label-bridge", modalities=modalities, revision=encoder.revision)
                )
        for name, transcriber in registry.transcribers.items():
            members.append(
                Member(
                    name=name,
                    kind="transcript",
                    modalities=transcriber.modalities,
                    revision=transcriber.revision,
                )
            )
        return members


def _spokesman(views: Sequence[Embedded]) -> Embedded | None:
    spoken = [v for v in views if v.transcript is not None and v.transcript.speech >= SPEECH_SHARE]
    heard = [v for v in views if v.transcript is None]
    return next(iter([*spoken, *heard, *views]), None)


def open_space(
    name: str = "default",
    *,
    offline: bool = False,
    device: str | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Space:
    """A space without a workspace, to embed contents in: a declared space, or an encoder reference.

    Raises:
        InputError: no such space, or no such device.
    """
    registry = load_registry()
    pool = EncoderPool(registry, AssetStore(offline=offline, progress=progress), device)
    return Space(registry.space(name), pool)

"""From contents to vectors: loading, batching, order, and the checks at the plugin border.

A plugin's rubbish never passes: shape, dtype and finiteness are checked for each batch, and the error names
the plugin and what it gave.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np

from explorer.assets import AssetStore
from explorer.devices import pick_device
from explorer.errors import ExplorerError, InputError, MissingError, PluginError, one_line
from explorer.i18n import _
from explorer.protocols import Encoder, Loadable, Segmenter, TokenScorer, Transcriber
from explorer.registry import Registry
from explorer.types import Content, FloatArray, Segment, TokenScores, Transcript

T = TypeVar("T")
State = Literal["idle", "loading", "ready", "missing", "failed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class EncoderState:
    """Where an encoder or transcriber stands; `reason` and `next_step` are set when it cannot be used."""

    name: str
    state: State
    reason: str = ""
    next_step: str = ""


class EncoderPool:
    """Loads each encoder once a process, on one device, and runs it batch by batch. Thread-safe."""

    def __init__(self, registry: Registry, assets: AssetStore, device: str | None = None) -> None:
        self.registry = registry
        self.assets = assets
        self._wanted_device = device
        self._device: str | None = None
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()
        self._states: dict[str, EncoderState] = {}
        self._errors: dict[str, ExplorerError] = {}

    @property
    def device(self) -> str:
        """The device's name, picked at first use (this imports torch)."""
        if self._device is None:
            self._device = pick_device(self._wanted_device)
        return self._device

    def state(self, name: str) -> EncoderState:
        """Where encoder `name` stands, without waiting."""
        return self._states.get(name, EncoderState(name=name, state="idle"))

    def condemn(self, name: str, error: ExplorerError) -> None:
        """Note that member `name` cannot be used, and why, for those who ask for its state."""
        self._fail(name, "failed", error)

    def loaded(self, name: str) -> Encoder | Transcriber:
        """The encoder or transcriber, loaded.

        Raises:
            MissingError: its weights or packages are absent.
            PluginError: its `load` failed otherwise.
        """
        member = self.registry.transcribers.get(name) or self.registry.encoder(name)
        with self._lock(name):
            if self.state(name).state == "ready":
                return member
            self._states[name] = EncoderState(name=name, state="loading")
            try:
                member.load(self._folders(member), self.device)
            except MissingError as error:
                self._fail(name, "missing", error)
                raise
            except ExplorerError as error:
                self._fail(name, "failed", error)
                raise
            except Exception as error:
                wrapped = PluginError(
                    name,
                    _("Encoder {name} could not be loaded: {reason}.").format(
                        name=name, reason=one_line(error)
                    ),
                )
                self._fail(name, "failed", wrapped)
                raise wrapped from error
            self._states[name] = EncoderState(name=name, state="ready")
            return member

    def encode(self, name: str, contents: Sequence[Content]) -> FloatArray:
        """Encode contents with encoder `name`, in batches.

        Returns:
            (n, dim) float32, finite, in the given order.

        Raises:
            PluginError: the plugin raised or gave rubbish.
            RefusedContent: one content cannot be encoded.
        """
        encoder = self._encoder(name, contents)
        parts = [
            self._guarded(encoder, encoder.encode_batch, batch, _check_vectors)
            for batch in _batches(contents, encoder.batch_size)
        ]
        return np.concatenate(parts) if parts else np.zeros((0, encoder.dim), np.float32)

    def encode_segments(
        self, name: str, contents: Sequence[Content]
    ) -> tuple[FloatArray, list[list[Segment]]]:
        """Like `encode`, with the segments of long contents where the encoder is a Segmenter."""
        encoder = self._encoder(name, contents)
        if not isinstance(encoder, Segmenter):
            return self.encode(name, contents), [[] for _content in contents]
        vectors: list[FloatArray] = []
        segments: list[list[Segment]] = []
        for batch in _batches(contents, encoder.batch_size):
            part, stretches = self._guarded(encoder, encoder.encode_segments, batch, _check_segments)
            vectors.append(part)
            segments.extend(stretches)
        return np.concatenate(vectors) if vectors else np.zeros((0, encoder.dim), np.float32), segments

    def score_tokens(self, name: str, contents: Sequence[Content]) -> list[TokenScores]:
        """How likely each token of each text is to the language model `name`, in the given order.

        Raises:
            InputError: the encoder is no language model.
            PluginError: it raised or gave rubbish.
            RefusedContent: one text is too long for it.
        """
        encoder = self._encoder(name, contents)
        if not isinstance(encoder, TokenScorer):
            raise InputError(_("Encoder {name} gives vectors, not likelihoods.").format(name=name))
        found: list[TokenScores] = []
        for batch in _batches(contents, encoder.batch_size):
            part = self._guarded(encoder, encoder.score_tokens, batch, _check_scores)
            found.extend(part)
        return found

    def transcribe(self, name: str, contents: Sequence[Content]) -> list[Transcript]:
        """Transcribe contents with transcriber `name`, in the given order."""
        transcriber = self.loaded(name)
        if not isinstance(transcriber, Transcriber):
            raise InputError(_("{name} does not transcribe.").format(name=name))
        self._check_modalities(transcriber, contents)
        found: list[Transcript] = []
        for batch in _batches(contents, transcriber.batch_size):
            part = self._guarded(transcriber, transcriber.transcribe_batch, batch, _check_transcripts)
            found.extend(part)
        return found

    def _encoder(self, name: str, contents: Sequence[Content]) -> Encoder:
        encoder = self.loaded(name)
        if not isinstance(encoder, Encoder):
            raise InputError(_("{name} gives no vectors.").format(name=name))
        self._check_modalities(encoder, contents)
        return encoder

    @staticmethod
    def _check_modalities(encoder: Loadable, contents: Sequence[Content]) -> None:
        for content in contents:
            if content.modality not in encoder.modalities:
                raise InputError(
                    _("Encoder {name} takes {takes}, not {given} ({item}).").format(
                        name=encoder.name,
                        takes=", ".join(encoder.modalities),
                        given=content.modality,
                        item=content.ref,
                    )
                )

    def _guarded(
        self,
        member: Loadable,
        function: Callable[[Sequence[Content]], T],
        batch: Sequence[Content],
        check: Callable[[Loadable, T, int], T],
    ) -> T:
        try:
            with self._lock(member.name):  # models are rarely thread-safe; the page has a thread a session
                result = function(batch)
        except ExplorerError:
            raise
        except Exception as error:
            items = ", ".join(content.ref for content in batch[:3])
            raise PluginError(
                member.name,
                _("Encoder {name} failed on {items}: {reason}.").format(
                    name=member.name, items=items, reason=one_line(error)
                ),
            ) from error
        return check(member, result, len(batch))

    def _folders(self, member: Loadable) -> Mapping[str, Path]:
        return {asset.name: self.assets.folder(asset) for asset in member.assets}

    def _fail(self, name: str, state: State, error: ExplorerError) -> None:
        self._states[name] = EncoderState(
            name=name, state=state, reason=error.message, next_step=error.next_step
        )

    def _lock(self, name: str) -> threading.Lock:
        with self._guard:
            return self._locks.setdefault(name, threading.Lock())


def _batches(contents: Sequence[Content], size: int) -> Iterator[Sequence[Content]]:
    for start in range(0, len(contents), size):
        yield contents[start : start + size]


def _check_vectors(member: Loadable, vectors: object, count: int) -> FloatArray:
    wanted = (count, getattr(member, "dim", 0))
    if not isinstance(vectors, np.ndarray) or vectors.shape != wanted:
        raise _rubbish(member, getattr(vectors, "shape", type(vectors).__name__), wanted)
    if vectors.dtype.kind != "f":
        raise _rubbish(member, vectors.dtype, "float32")
    with np.errstate(over="ignore"):
        checked = np.ascontiguousarray(vectors, dtype=np.float32)
    if not np.isfinite(checked).all():
        raise PluginError(
            member.name,
            _("Encoder {name} returned numbers that are not finite.").format(name=member.name),
            next_step=_("It stays unused until its author mends it."),
        )
    return checked


def _rubbish(member: Loadable, given: object, wanted: object) -> PluginError:
    return PluginError(
        member.name,
        _("Encoder {name} returned {given} where {wanted} was due.").format(
            name=member.name, given=given, wanted=wanted
        ),
        next_step=_("It stays unused until its author mends it."),
    )


def _check_segments(
    member: Loadable, result: tuple[FloatArray, list[list[Segment]]], count: int
) -> tuple[FloatArray, list[list[Segment]]]:
    given: object = result  # what the plugin gave, whatever it promised
    if not isinstance(given, tuple) or len(given) != 2 or len(given[1]) != count:
        raise _rubbish(member, type(given).__name__, f"(vectors, {count} × [Segment, …])")
    vectors, segments = result
    checked = _check_vectors(member, vectors, count)
    for stretch in (segment for stretches in segments for segment in stretches):
        _check_vectors(member, np.asarray(stretch.vector)[None, ...], 1)
    return checked, segments


def _check_scores(member: Loadable, result: list[TokenScores], count: int) -> list[TokenScores]:
    given: object = result
    whole = isinstance(given, list) and all(isinstance(each, TokenScores) for each in given)
    if not whole or len(result) != count:
        raise _rubbish(member, type(given).__name__, f"{count} × TokenScores")
    for each in result:
        logs = np.asarray(each.logs)
        if logs.shape != (len(each.spans),):
            raise _rubbish(member, logs.shape, (len(each.spans),))
        if not (np.isfinite(logs).all() and (logs <= 0).all()):
            raise PluginError(
                member.name,
                _("Encoder {name} gave a token a log-probability that is none.").format(name=member.name),
                next_step=_("It stays unused until its author mends it."),
            )
    return result


def _check_transcripts(member: Loadable, result: list[Transcript], count: int) -> list[Transcript]:
    given: object = result
    found = sum(isinstance(t, Transcript) for t in given) if isinstance(given, list | tuple) else 0
    if found != count or len(result) != count:
        raise PluginError(
            member.name,
            _("{name} returned {given} transcripts where {wanted} were due.").format(
                name=member.name, given=found, wanted=count
            ),
            next_step=_("It stays unused until its author mends it."),
        )
    return result

"""From sources to stored items and vectors: idempotent by content hash, resumable, safe to kill.

Items are read in chunks; each chunk is stored in one transaction, then encoded by every member of the space and
its vectors stored. A second run skips what is there and finishes what is missing.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from explorer.errors import (
    Cancelled,
    ExplorerError,
    MissingError,
    PluginError,
    RefusedContent,
    one_line,
    words_of,
)
from explorer.i18n import _
from explorer.media import read_limited, sniff
from explorer.media.text import printable
from explorer.neighbours import own_key, space_key
from explorer.registry import Registry
from explorer.spaces import Embedded, Member, Space
from explorer.types import Content, Progress, SourceItem
from store import AnnotationRecord, DamagedBlob, FailureRecord, ItemRecord, Store, VectorRow

CHUNK = 32
MEDIA_TYPES = {"text": "text/plain"}


@dataclass(kw_only=True)
class IngestReport:
    """What an ingest did. `refused` are the items that failed, each with its reason."""

    added: int = 0
    present: int = 0
    vectors: int = 0
    refused: list[FailureRecord] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    cancelled: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class _Read:
    record: ItemRecord
    blob: bytes | None  # None: text, or its file is there already
    content: Content | None  # None: the item is stored already, and not decoded again


class Ingest:
    """One run of an ingest into `store`, for the members of `space`."""

    def __init__(
        self,
        store: Store,
        space: Space,
        registry: Registry,
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        self._store = store
        self._space = space
        self._registry = registry
        self._progress = progress or (lambda _step: None)
        self._report = IngestReport()
        self._dead: dict[str, str] = {}
        self._ready: set[str] = set()
        self._clock = time.monotonic()

    def run(self, sources: Iterable[SourceItem | FailureRecord], total: int = 0) -> IngestReport:
        """Read, store and encode `sources`; afterwards encode whatever an earlier run left undone."""
        try:
            done = 0
            for chunk in _chunks(sources, CHUNK):
                self._take(chunk)
                done += len(chunk)
                self._tell(_("items"), done, total)
            self._finish()
        except (Cancelled, KeyboardInterrupt):
            self._report.cancelled = True
        self._report.notes.extend(self._dead.values())
        return self._report

    def _take(self, chunk: Sequence[SourceItem | FailureRecord]) -> None:
        read: list[_Read] = []
        for source in chunk:
            if isinstance(source, FailureRecord):
                self._refuse([source])
                continue
            try:
                read.append(self._read(source))
            except Cancelled:
                raise
            except ExplorerError as error:
                self._refuse([_failure(_label(source), error, stage="read")])
        decoded = [r for r in read if r.content is not None]
        new = [r for i, r in enumerate(decoded) if r.record.id not in {d.record.id for d in decoded[:i]}]
        blobs = [r.blob for r in read if r.blob is not None]
        added = self._store.add_items([r.record for r in read], blobs) if read else 0
        self._report.added += added
        self._report.present += len(read) - added
        for modality in dict.fromkeys(r.record.modality for r in new):
            mine = [r for r in new if r.record.modality == modality]
            for member in self._space.members_for(modality):
                self._encode(member, [r.record for r in mine], [_some(r.content) for r in mine])

    def _finish(self) -> None:
        """Encode items without vectors: those of a killed run, of a new encoder, of a new alignment."""
        for member in self._space.members.values():
            if member.name in self._dead:
                continue
            pending = self._pending(member)
            for start in range(0, len(pending), CHUNK):
                records = list(self._store.get_items(pending[start : start + CHUNK]).values())
                self._encode_stored(member, records)
                self._tell(member.name, min(start + CHUNK, len(pending)), len(pending))

    def _pending(self, member: Member) -> list[str]:
        try:
            missing = self._store.missing_vectors(space_key(self._space, member), list(member.modalities))
        except (MissingError, PluginError) as error:
            self._kill(member, error)
            return []
        if member.kind != "transcript" or not missing:
            return missing
        heard = self._store.annotations(member.name, "transcript", missing)
        silent = {i for i, a in heard.items() if a.revision == member.revision and not a.payload["text"]}
        return [i for i in missing if i not in silent]

    def _encode_stored(self, member: Member, records: Sequence[ItemRecord]) -> None:
        contents: list[Content] = []
        kept: list[ItemRecord] = []
        for record in records:
            try:
                contents.append(decode_item(self._store, self._registry, record))
                kept.append(record)
            except ExplorerError as error:
                self._refuse([_failure(record.name, error, stage="read", item_id=record.id)])
        self._encode(member, kept, contents)

    def _usable(self, member: Member) -> bool:
        """Whether the member can be loaded, asked once a run: that it cannot is no fault of any item."""
        if member.name not in self._ready and member.name not in self._dead:
            try:
                self._space.prepare(member.name)
                self._ready.add(member.name)
            except (MissingError, PluginError) as error:
                self._kill(member, error)
        return member.name not in self._dead

    def _encode(self, member: Member, records: Sequence[ItemRecord], contents: Sequence[Content]) -> None:
        if not records or not self._usable(member):
            return
        try:
            self._save(member, records, self._space.embed(member, contents))
        except MissingError as error:
            self._kill(member, error)
        except (RefusedContent, PluginError) as error:
            if len(records) == 1:
                self._refuse(
                    [_failure(records[0].name, error, stage="encode", encoder=member, item_id=records[0].id)]
                )
            else:  # one bad item must not take its batch along
                for record, content in zip(records, contents, strict=True):
                    self._encode(member, [record], [content])

    def _save(
        self, member: Member, records: Sequence[ItemRecord], embedded: Sequence[Embedded | None]
    ) -> None:
        pairs = [(r, e) for r, e in zip(records, embedded, strict=True)]
        if member.kind == "transcript":
            self._store.put_annotations([_annotation(member, r, e) for r, e in pairs])
        elif member.kind == "label-bridge":
            own = [
                VectorRow(item_id=r.id, segment=-1, start=None, end=None, vector=e.own)
                for r, e in pairs
                if e is not None and e.own is not None
            ]
            self._store.put_vectors(own_key(self._space, member), own)
        rows = [row for r, e in pairs if e is not None for row in _rows(r.id, e)]
        if rows:
            self._store.put_vectors(space_key(self._space, member), rows)
        self._report.vectors += sum(e is not None for _r, e in pairs)

    def _read(self, source: SourceItem) -> _Read:
        data = _bytes(source)
        name = _label(source)
        modality = source.modality or sniff(data, name) or ""
        content = self._registry.decode(modality, data, name) if modality == "text" else None
        if content is not None:  # texts are the same when they are the same after normalisation
            data = str(content.data).encode()
        digest = hashlib.sha256(data).hexdigest()
        record = ItemRecord(
            id=hashlib.sha256(f"{modality}\0{digest}".encode()).hexdigest()[:20],
            modality=modality,
            language=source.language,
            text=None,
            name=name,
            captions=dict(source.captions),
            licence=source.licence,
            origin=source.origin,
            digest=digest,
            media_type=MEDIA_TYPES.get(modality, _media_type(name)),
            size=len(data),
            meta=dict(source.meta),
            created=datetime.now(UTC),
        )
        _check_storable(record)
        known = self._store.get_items([record.id]).get(record.id)
        if known is not None:
            there = known.text is not None or self._store.blobs.holds(digest, len(data))
            record = replace(record, text=known.text, language=known.language)
            return _Read(record=record, blob=None if there else data, content=None)
        content = content or self._registry.decode(modality, data, name)
        if isinstance(content.data, str):
            record = replace(record, text=content.data, language=source.language or content.language)
        return _Read(record=record, blob=data if record.text is None else None, content=content)

    def _refuse(self, failures: Sequence[FailureRecord]) -> None:
        self._store.record_failures(failures)
        self._report.refused.extend(failures)

    def _kill(self, member: Member, error: ExplorerError) -> None:
        self._dead[member.name] = str(error)

    def _tell(self, stage: str, done: int, total: int) -> None:
        spent = time.monotonic() - self._clock
        left = spent / done * (total - done) if total and done else None
        self._progress(Progress(stage=stage, done=done, total=total, seconds_left=left))


def decode_item(store: Store, registry: Registry, record: ItemRecord) -> Content:
    """The content of a stored item.

    Raises:
        RefusedContent: its modality's plugin is gone, or the blob is damaged.
    """
    if record.text is not None:
        return Content(modality=record.modality, data=record.text, ref=record.name, language=record.language)
    if record.modality not in registry.modalities:
        raise RefusedContent(
            _("Cannot read {name}: no plugin here reads {modality}.").format(
                name=record.name, modality=record.modality
            )
        )
    try:
        data = store.blobs.read(record.digest)
    except DamagedBlob as error:
        message, next_step = words_of(error)
        raise RefusedContent(
            _("Cannot read {name}: {reason}").format(name=record.name, reason=message), next_step=next_step
        ) from error
    return registry.decode(record.modality, data, record.name)


def _bytes(source: SourceItem) -> bytes:
    if source.text is not None:
        try:
            return source.text.encode()
        except UnicodeEncodeError:
            raise RefusedContent(
                _("Refused {name}: half a character (a lone surrogate).").format(name=_label(source))
            ) from None
    if source.data is not None:
        return source.data
    if source.path is not None:
        return read_limited(Path(source.path), _label(source))
    raise RefusedContent(_("Refused {name}: it holds neither text nor a file.").format(name=_label(source)))


def _check_storable(record: ItemRecord) -> None:
    """Refuse what the database cannot keep, before it takes its whole chunk along."""
    parts = [record.language, record.licence, record.origin, record.captions, record.meta]
    try:
        json.dumps(parts, ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise RefusedContent(
            _("Refused {name}: what is noted of it cannot be kept: {reason}.").format(
                name=record.name, reason=one_line(error)
            )
        ) from None


def _label(source: SourceItem) -> str:
    return printable(source.name or (Path(source.path).name if source.path else (source.text or "")[:40]))


def _media_type(name: str) -> str:
    import mimetypes

    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _rows(item_id: str, embedded: Embedded) -> Iterator[VectorRow]:
    yield VectorRow(item_id=item_id, segment=-1, start=None, end=None, vector=embedded.vector)
    for i, segment in enumerate(embedded.segments):
        yield VectorRow(
            item_id=item_id, segment=i, start=segment.start, end=segment.end, vector=segment.vector
        )


def _annotation(member: Member, record: ItemRecord, embedded: Embedded | None) -> AnnotationRecord:
    transcript = embedded.transcript if embedded is not None else None
    payload = (
        {"text": "", "language": None, "confidence": 0.0, "speech": 0.0, "segments": []}
        if transcript is None
        else {
            "text": transcript.text,
            "language": transcript.language,
            "confidence": transcript.confidence,
            "speech": transcript.speech,
            "segments": [list(segment) for segment in transcript.segments],
        }
    )
    return AnnotationRecord(
        item_id=record.id, encoder=member.name, revision=member.revision, kind="transcript", payload=payload
    )


def _failure(
    source: str,
    error: ExplorerError,
    *,
    stage: str,
    encoder: Member | None = None,
    item_id: str | None = None,
) -> FailureRecord:
    return FailureRecord(
        source=source,
        reason=error.message,
        stage=stage,
        encoder=f"{encoder.name}@{encoder.revision}" if encoder else None,
        item_id=item_id,
        when=datetime.now(UTC),
    )


def _some(content: Content | None) -> Content:
    assert content is not None  # noqa: S101  # new items are decoded
    return content


def _chunks(
    sources: Iterable[SourceItem | FailureRecord], size: int
) -> Iterator[list[SourceItem | FailureRecord]]:
    chunk: list[SourceItem | FailureRecord] = []
    for source in sources:
        chunk.append(source)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk

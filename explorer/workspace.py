"""A Workspace: a folder with items, vectors and media, and everything one can ask of it.

The page, the command line and a notebook all work through this class:

    from explorer import Workspace
    with Workspace.open("demo") as space:
        for hit in space.search("狗叫", to=["audio"]).results["audio"]:
            print(hit.similarity, hit.item.captions["zh"], hit.why)
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from explorer import i18n
from explorer.alignment import unit
from explorer.assets import AssetStore
from explorer.construal.construer import Construer
from explorer.encoding import EncoderPool, EncoderState
from explorer.errors import ExplorerError, InputError, MissingError
from explorer.explanations import Explanations
from explorer.i18n import _
from explorer.ingest import Ingest, IngestReport, decode_item
from explorer.knowledge import Knowledge
from explorer.knowledge.graph import FactGraph, WorkspaceFacts, base_graph
from explorer.media import read_limited
from explorer.media.text import printable
from explorer.mining.miner import Miner, miner_of
from explorer.neighbours import Neighbours, space_key
from explorer.projection import MapPicture, draw
from explorer.registry import Registry, load_registry
from explorer.results import Hit, QueryPart, SearchResult, View
from explorer.spaces import Member, Space
from explorer.types import Content, FloatArray, Progress, SourceItem, Transcript
from explorer.workspaces import workspace_folder, workspace_names
from store import FailureRecord, ItemRecord, Store


class Workspace:
    """Items of several modalities in one space. Open it with `Workspace.open`; it is a context manager."""

    def __init__(
        self, path: Path, *, space: str, registry: Registry, pool: EncoderPool, store: Store
    ) -> None:
        self.path = path
        self.name = path.name
        self.registry = registry
        self.pool = pool
        self.store = store
        self.space = Space(registry.space(space), pool)
        self.neighbours = Neighbours(store, self.space)
        self.explanations = Explanations(store, self.space)
        self.knowledge = Knowledge(store, registry, pool.assets)

    @classmethod
    def open(
        cls,
        name_or_path: str | Path = "demo",
        *,
        create: bool = False,
        space: str = "default",
        offline: bool = False,
        device: str | None = None,
        registry: Registry | None = None,
        pool: EncoderPool | None = None,
    ) -> Self:
        """Open a workspace by name (under the data folder) or by path.

        Args:
            create: make it when it is absent.
            space: a declared space, or an encoder reference such as `sentence-transformers:FOLDER`.
            offline: never fetch weights.
            device: cuda, mps, cpu; None picks.
            pool: share loaded encoders with another workspace.

        Raises:
            MissingError: no such workspace.
            InputError: no such space, or the folder is no workspace.
        """
        registry = registry or load_registry()
        path = workspace_folder(name_or_path)
        if not create and not (path / "workspace.db").exists():
            raise MissingError(
                _("There is no workspace {name}. Workspaces: {choices}.").format(
                    name=name_or_path, choices=", ".join(workspace_names()) or "–"
                ),
                next_step=_(
                    "Run `explorer demo build`, or `explorer ingest PATH --workspace {name}`."
                ).format(name=name_or_path),
            )
        pool = pool or EncoderPool(registry, AssetStore(offline=offline), device)
        return cls(path, space=space, registry=registry, pool=pool, store=Store.open(path, create=create))

    @staticmethod
    def names() -> list[str]:
        """The workspaces in the data folder."""
        return workspace_names()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        self.store.close()

    # -- content ---------------------------------------------------------------------------------------

    def counts(self) -> dict[str, int]:
        """Number of items by modality."""
        return self.store.counts()

    def items(
        self,
        modality: str | None = None,
        language: str | None = None,
        contains: str | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[ItemRecord]:
        """Items in the order of their arrival."""
        return self.store.list_items(
            modality=modality, language=language, contains=contains, limit=limit, offset=offset
        )

    def item(self, id_or_prefix: str) -> ItemRecord:
        """One item by its id or the beginning of it.

        Raises:
            InputError: none or more than one begins so.
        """
        found = self.store.find_item(id_or_prefix) if id_or_prefix else []
        if len(found) != 1:
            reason = (
                _("No item begins with {id}.") if not found else _("More than one item begins with {id}.")
            )
            raise InputError(reason.format(id=id_or_prefix), next_step=_("List them with `explorer items`."))
        return found[0]

    def media_path(self, item: ItemRecord) -> Path | None:
        """The file of an item; None for text."""
        return None if item.text is not None else self.store.blobs.path(item.digest)

    def content(self, item: ItemRecord) -> Content:
        """The decoded content of an item."""
        return decode_item(self.store, self.registry, item)

    def remove(self, ids: Iterable[str]) -> int:
        """Delete items with their vectors and media; returns how many there were."""
        return self.store.delete_items(list(ids))

    def failures(self) -> list[FailureRecord]:
        """Files and items that were refused, with the reason."""
        return self.store.failures()

    def ingest(
        self,
        sources: Iterable[SourceItem | FailureRecord],
        *,
        total: int = 0,
        progress: Callable[[Progress], None] | None = None,
    ) -> IngestReport:
        """Take contents in: idempotent, resumable, one bad item never stops the rest."""
        return Ingest(self.store, self.space, self.registry, progress).run(sources, total)

    # -- asking ----------------------------------------------------------------------------------------

    def search(
        self,
        query: str | Sequence[QueryPart] | None = None,
        *,
        image: str | Path | bytes | None = None,
        audio: str | Path | bytes | None = None,
        to: Sequence[str] | None = None,
        k: int = 10,
        language: str | None = None,
    ) -> SearchResult:
        """The neighbours of a text, a picture, a sound, or a mixture of them, by modality.

        Args:
            query: a text, or weighted parts.
            to: modalities to look in; None for all that the workspace holds.
            k: how many of each.
            language: only items in this language (texts) are wanted.

        Raises:
            InputError: nothing is asked, or a modality is unknown.
            RefusedContent: a file cannot be read.
        """
        parts = self._parts(query, image, audio)
        if k < 1:
            raise InputError(_("k must be at least 1, not {k}.").format(k=k))
        wanted = self._directions(to)
        vector, spoken = self.embed_parts(parts)
        asked = [part.item_id for part in parts if part.item_id]
        among = None
        results: dict[str, list[Hit]] = {}
        for modality in wanted:
            if language is not None:
                among = [r.id for r in self.items(modality, language)]
            found = self.neighbours.search(vector, modality, k=k, exclude=asked, among=among)
            results[modality] = self.explanations.hits(found)
        return SearchResult(
            query=tuple(part.label for part in parts),
            space=self.space.name,
            results=results,
            chance={m: self.neighbours.chance(vector, m) for m in wanted},
            vector=vector,
            spoken=spoken,
            notes=tuple(self._notes(wanted)),
        )

    def embed_parts(self, parts: Sequence[QueryPart]) -> tuple[FloatArray, Transcript | None]:
        """The unit vector of a mixture, (dim,), and what was heard if a part was speech."""
        total = np.zeros(self.space.dim, np.float32)
        spoken: Transcript | None = None
        for part in parts:
            if part.item_id is not None:
                item = self.item(part.item_id)
                total += part.weight * self.item_vector(item)
                continue
            embedded = part.embedded
            if embedded is None and part.content is not None:
                embedded = self.space.embed_query(part.content)
            if embedded is None:
                raise InputError(_("A part of the query is empty."))
            spoken = spoken or embedded.transcript
            total += part.weight * embedded.vector
        if not np.any(total):
            raise InputError(_("The parts of the query cancel each other out."))
        return unit(total), spoken

    def item_vector(self, item: ItemRecord) -> FloatArray:
        """(dim,) the stored vector of an item, what is said before how it sounds; encoded where none is stored."""
        members = sorted(self.space.members_for(item.modality), key=lambda m: m.kind != "transcript")
        for member in members:
            stored = self.store.get_vectors(space_key(self.space, member), [item.id])
            if item.id in stored:
                return stored[item.id]
        return self.space.embed_query(self.content(item)).vector

    def explain(self, item: ItemRecord, language: str | None = None) -> list[View]:
        """How each member of the space sees an item, from what is stored; needs no model for transcripts."""
        return self.explanations.views([item], language or i18n.current())[item.id]

    def read_query(self, data: bytes, name: str, modality: str | None = None) -> Content:
        """Decode an uploaded or recorded file within bounds.

        Raises:
            RefusedContent: with the reason.
        """
        return self.space.decode(data, name, modality)

    @cached_property
    def base(self) -> FactGraph:
        """The facts that are taken for granted without a workspace."""
        return base_graph(self.registry)

    @cached_property
    def construer(self) -> Construer:
        """Construes sentences with the base facts, the workspace's own and its space."""
        return Construer(self.base, self.space, facts=WorkspaceFacts(self.base, self.store))

    @cached_property
    def miner(self) -> Miner:
        """Mines what the space implies and no fact here says; pictures and sounds bear witness."""
        return miner_of(self.base, self.space, self.store, self.knowledge, self.neighbours)

    # -- maps and models -------------------------------------------------------------------------------

    def projection(self, method: str = "pca", *, only_kept: bool = False) -> MapPicture | None:
        """The 2-D picture of all items, kept; with `only_kept` None when it has yet to be computed."""
        ids, vectors = self.map_vectors()
        if not ids:
            return None
        members = self.map_members()
        return draw(
            self.store,
            self.registry,
            ids,
            vectors,
            method=method,
            space=self.space.name,
            members=[members[item_id] for item_id in ids],
            only_kept=only_kept,
        )

    def map_vectors(self) -> tuple[list[str], FloatArray]:
        """Ids and (n, dim) vectors of all items, as they lie in the space."""
        ids: list[str] = []
        parts: list[FloatArray] = []
        for modality in self.counts():
            found, matrix, _members = self.neighbours.vectors(modality)
            ids.extend(found)
            parts.append(matrix)
        return ids, np.concatenate(parts) if parts else np.zeros((0, self.space.dim), np.float32)

    def map_members(self) -> dict[str, str]:
        """Item id → the member whose vector the map draws."""
        found: dict[str, str] = {}
        for modality in self.counts():
            ids, _matrix, members = self.neighbours.vectors(modality)
            found.update(zip(ids, members, strict=True))
        return found

    def status(self) -> list[EncoderState]:
        """Where each member of the space stands: idle, loading, ready, missing, failed."""
        return [self.pool.state(name) for name in self.space.members]

    def warm(self, progress: Callable[[Progress], None] | None = None) -> None:
        """Load every member, the anchor first; what cannot be loaded is told by `status`."""
        names = list(self.space.members)
        for done, name in enumerate(names):
            if progress is not None:
                progress(Progress(stage=name, done=done, total=len(names)))
            try:
                self.space.prepare(name)
                self.space.calibration(name)
            except ExplorerError:
                continue
        if progress is not None:
            progress(Progress(stage="", done=len(names), total=len(names)))

    # -- inside ----------------------------------------------------------------------------------------

    def _parts(
        self,
        query: str | Sequence[QueryPart] | None,
        image: str | Path | bytes | None,
        audio: str | Path | bytes | None,
    ) -> list[QueryPart]:
        parts: list[QueryPart] = []
        if isinstance(query, str) and (words := printable(query)).strip():
            content = self.registry.decode("text", words.encode(), words[:40])
            parts.append(QueryPart(content=content, label=query))
        elif query is not None and not isinstance(query, str):
            parts.extend(query)
        for modality, given in (("image", image), ("audio", audio)):
            if given is not None:
                name = modality if isinstance(given, bytes) else os.fspath(given)
                data = given if isinstance(given, bytes) else read_limited(Path(given), name)
                label = name if isinstance(given, bytes) else Path(name).name
                parts.append(QueryPart(content=self.read_query(data, label, modality), label=label))
        if not parts:
            raise InputError(_("Nothing is asked."), next_step=_("Type a word, or add a picture or a sound."))
        return parts

    def _directions(self, to: Sequence[str] | None) -> list[str]:
        known = list(dict.fromkeys([*self.space.modalities, *self.counts()]))
        if to is None:
            return [m for m in known if m in self.counts()] or known
        for modality in to:
            if modality not in known:
                raise InputError(
                    _("There is no modality {name}. Modalities: {choices}.").format(
                        name=modality, choices=", ".join(known)
                    )
                )
        return list(dict.fromkeys(to))

    def _notes(self, modalities: Sequence[str]) -> list[str]:
        notes: list[str] = []
        for modality in modalities:
            for member in self.space.members_for(modality):
                state = self.space.pool.state(member.name)
                if state.state in ("missing", "failed"):
                    notes.append(f"{state.reason} {state.next_step}".strip())
                elif member.kind != "transcript" and (unseen := self._unseen(member)):
                    notes.append(unseen)
        return list(dict.fromkeys(notes))

    def _unseen(self, member: Member) -> str:
        """What to say where a member has no vectors of some items: another revision of it made the workspace."""
        try:
            count = len(self.store.missing_vectors(space_key(self.space, member), list(member.modalities)))
        except ExplorerError:  # told by the member's state
            return ""
        if not count:
            return ""
        command = "explorer demo build" if self.name == "demo" else "explorer ingest PATH"
        return _("{encoder} has not seen {count} items yet; run `{command}` to make up for it.").format(
            encoder=member.name, count=count, command=command
        )

    @cached_property
    def languages(self) -> list[str]:
        """The languages of the items that declare one."""
        return sorted({item.language for item in self.items() if item.language})

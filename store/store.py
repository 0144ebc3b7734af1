"""The Store of one workspace: items, vectors, annotations, pictures, blobs. Thread-safe; each write one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine

from store import facts, items, notes, vectors
from store.blobs import BlobStore
from store.engine import open_engine, writer
from store.records import (
    AnnotationRecord,
    FactCount,
    FactRecord,
    FactStatus,
    FailureRecord,
    FloatArray,
    ItemRecord,
    VectorKey,
    VectorRow,
    VectorSet,
)
from store.renewal import Renewal

_GENERATION = "generation"
_FACTS_GENERATION = "facts-generation"
_CHUNK = 5_000
_META = "meta."


class Store:
    """Opened by `Store.open`; a context manager."""

    def __init__(self, folder: Path, engine: Engine) -> None:
        self.folder = folder
        self.blobs = BlobStore(folder / "blobs")
        self._engine = engine
        self._writer = writer(engine)

    @classmethod
    def open(cls, folder: Path, *, create: bool = False) -> Self:
        """Open the workspace in `folder`, migrating its database.

        Raises:
            NotAWorkspace: there is none and `create` is false.
            NewerSchema: it was written by a newer release.
        """
        return cls(folder, open_engine(folder, create=create))

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- items -----------------------------------------------------------------------------------------

    def add_items(self, records: Sequence[ItemRecord], blobs: Sequence[bytes] = ()) -> int:
        """Insert new items and their blobs in one transaction; known items only gain missing captions.

        Returns:
            How many are new.
        """
        with self._writer.begin() as connection:
            self.blobs.sweep()
            for data in blobs:
                self.blobs.put(data)
            added = items.add(connection, records)
            self._advance(connection)
            return added

    def get_items(self, ids: Sequence[str]) -> dict[str, ItemRecord]:
        """Items by id, in the order asked; unknown ids are left out."""
        with self._engine.connect() as connection:
            return items.get(connection, ids)

    def find_item(self, prefix: str) -> list[ItemRecord]:
        """At most two items whose id begins with `prefix`."""
        with self._engine.connect() as connection:
            return items.find(connection, prefix)

    def list_items(
        self,
        *,
        modality: str | None = None,
        language: str | None = None,
        contains: str | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[ItemRecord]:
        """Items in the order of their arrival."""
        with self._engine.connect() as connection:
            return items.listing(
                connection,
                modality=modality,
                language=language,
                contains=contains,
                limit=limit,
                offset=offset,
            )

    def counts(self) -> dict[str, int]:
        """Number of items by modality."""
        with self._engine.connect() as connection:
            return items.counts(connection)

    def delete_items(self, ids: Sequence[str]) -> int:
        """Delete items with vectors, annotations, failures and unused blobs; returns how many there were."""
        with self._writer.begin() as connection:
            removed, orphans = items.remove(connection, ids)
            self._advance(connection)
        with self._writer.begin() as connection:  # after the commit: an item never loses its blob
            for digest in items.unused(connection, orphans):
                self.blobs.delete(digest)
        return removed

    # -- vectors ---------------------------------------------------------------------------------------

    def put_vectors(self, key: VectorKey, rows: Sequence[VectorRow]) -> None:
        """Store vectors in one transaction, replacing those of the same item and segment."""
        with self._writer.begin() as connection:
            vectors.put(connection, key, rows)
            self._advance(connection)

    def missing_vectors(self, key: VectorKey, modalities: Sequence[str]) -> list[str]:
        """Ids of items still to be encoded under `key`."""
        with self._engine.connect() as connection:
            return vectors.missing(connection, key, modalities)

    def load_vectors(self, key: VectorKey, *, modality: str | None = None) -> VectorSet:
        """All vectors under `key`, segments included."""
        with self._engine.connect() as connection:
            return vectors.load(connection, key, modality)

    def get_vectors(self, key: VectorKey, ids: Sequence[str]) -> dict[str, FloatArray]:
        """Whole-item vectors by item id."""
        with self._engine.connect() as connection:
            return vectors.get(connection, key, ids)

    def vector_keys(self) -> list[tuple[VectorKey, int]]:
        """Every key with the number of its whole-item vectors."""
        with self._engine.connect() as connection:
            return vectors.keys(connection)

    def drop_vectors(self, key: VectorKey) -> None:
        """Delete all vectors under `key`."""
        with self._writer.begin() as connection:
            vectors.drop(connection, key)
            self._advance(connection)

    # -- facts -----------------------------------------------------------------------------------------

    def put_facts(self, rows: Sequence[FactRecord], *, meta: Mapping[str, str] | None = None) -> int:
        """Store facts in one transaction; a known one keeps its status and meta.

        Args:
            meta: values to keep with the workspace in the same transaction, such as how far an import has come.

        Returns:
            How many are new.
        """
        with self._writer.begin() as connection:
            added = facts.put(connection, rows)
            for key, value in (meta or {}).items():
                notes.put_setting(connection, _META + key, value)
            notes.advance(connection, _FACTS_GENERATION)
            return added

    @contextmanager
    def renew_facts(self, source: str) -> Iterator[Renewal]:
        """Put all facts of `source` anew; `finish` then removes those that were not put. Nothing is held locked."""
        with self._writer.connect() as connection:
            connection.detach()  # closed for good afterwards, and its temporary table with it
            yield Renewal(connection, source, _FACTS_GENERATION)

    def get_facts(self, ids: Sequence[str]) -> dict[str, FactRecord]:
        """Facts by id, in the order asked; unknown ids are left out."""
        with self._engine.connect() as connection:
            return facts.get(connection, ids)

    def facts_starting(self, prefix: str) -> list[FactRecord]:
        """At most two facts whose id begins with `prefix`."""
        with self._engine.connect() as connection:
            return facts.starting(connection, prefix)

    def find_facts(
        self,
        *,
        subject: str | None = None,
        relation: str | None = None,
        object: str | None = None,
        language: str | None = None,
        status: FactStatus | None = None,
        sources: Sequence[str] | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> list[FactRecord]:
        """The facts that fit every given condition, the heaviest first; quick where an end or relation is given."""
        exact = {
            "subject": subject,
            "relation": relation,
            "object": object,
            "language": language,
            "status": status,
        }
        with self._engine.connect() as connection:
            return facts.find(connection, limit=limit, offset=offset, sources=sources, **exact)

    def iter_facts(
        self,
        *,
        language: str | None = None,
        status: FactStatus | None = None,
        sources: Sequence[str] | None = None,
    ) -> Iterator[FactRecord]:
        """All facts that fit, in the order of their arrival, a chunk at a time: no lock is held meanwhile."""
        row = 0
        while True:
            with self._engine.connect() as connection:
                row, found = facts.after(
                    connection, row, _CHUNK, sources=sources, language=language, status=status
                )
            yield from found
            if len(found) < _CHUNK:
                return

    def delete_facts(self, source: str) -> int:
        """Delete all facts of `source`; returns how many there were."""
        with self._writer.begin() as connection:
            removed = facts.remove(connection, source)
            notes.advance(connection, _FACTS_GENERATION)
            return removed

    def judge_fact(self, fact_id: str, status: FactStatus, meta: Mapping[str, Any]) -> None:
        """Give a fact a status, and the meta that says who decided, when and why."""
        with self._writer.begin() as connection:
            facts.judge(connection, fact_id, status, meta)
            notes.advance(connection, _FACTS_GENERATION)

    def fact_counts(self) -> list[FactCount]:
        """How many facts there are, by source, relation, language and status."""
        with self._engine.connect() as connection:
            return facts.counts(connection)

    def facts_generation(self) -> int:
        """A number that grows with every committed change of facts, by whichever process."""
        with self._engine.connect() as connection:
            return int(notes.get_setting(connection, _FACTS_GENERATION) or 0)

    # -- the small tables ------------------------------------------------------------------------------

    def put_annotations(self, rows: Sequence[AnnotationRecord]) -> None:
        """Store annotations in one transaction."""
        with self._writer.begin() as connection:
            notes.put_annotations(connection, rows)

    def annotations(
        self, encoder: str, kind: str, ids: Sequence[str] | None = None
    ) -> dict[str, AnnotationRecord]:
        """Annotations by item id."""
        with self._engine.connect() as connection:
            return notes.get_annotations(connection, encoder, kind, ids)

    def record_failures(self, rows: Sequence[FailureRecord]) -> None:
        """Record what could not be read or encoded."""
        with self._writer.begin() as connection:
            notes.put_failures(connection, rows)

    def failures(self) -> list[FailureRecord]:
        """All recorded failures, oldest first."""
        with self._engine.connect() as connection:
            return notes.get_failures(connection)

    def clear_failures(self, source: str | None = None) -> None:
        """Forget the failures of `source`, or all."""
        with self._writer.begin() as connection:
            notes.clear_failures(connection, source)

    def put_projection(
        self, name: str, item_ids: Sequence[str], coords: FloatArray, meta: Mapping[str, Any]
    ) -> None:
        """Keep a picture under `name`."""
        with self._writer.begin() as connection:
            notes.put_projection(connection, name, item_ids, coords, meta)

    def get_projection(self, name: str) -> tuple[list[str], FloatArray, dict[str, Any]] | None:
        """Item ids, coordinates and meta of a kept picture, or None."""
        with self._engine.connect() as connection:
            return notes.get_projection(connection, name)

    def get_meta(self, key: str) -> str | None:
        """A value kept with the workspace, or None."""
        with self._engine.connect() as connection:
            return notes.get_setting(connection, _META + key)

    def set_meta(self, key: str, value: str) -> None:
        """Keep a value with the workspace."""
        with self._writer.begin() as connection:
            notes.put_setting(connection, _META + key, value)

    def generation(self) -> int:
        """A number that grows with every committed change of items or vectors, by whichever process."""
        with self._engine.connect() as connection:
            return int(notes.get_setting(connection, _GENERATION) or 0)

    @staticmethod
    def _advance(connection: Connection) -> None:
        notes.advance(connection, _GENERATION)

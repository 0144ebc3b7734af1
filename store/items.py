"""Items: written in bulk, never twice, read as records."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from store.records import ItemRecord
from store.tables import failures, items

SLICE = 500


def add(connection: Connection, records: Sequence[ItemRecord]) -> int:
    """Insert what is new; of known items only missing captions are filled in. Returns the number inserted."""
    wanted: dict[str, ItemRecord] = {}
    for record in records:  # the first of a kind counts; the others only bring captions
        first = wanted.setdefault(record.id, record)
        wanted[record.id] = replace(first, captions={**record.captions, **first.captions})
    known = get(connection, list(wanted))
    for part in slices([record.name for record in records]):  # what could not be read before can be now
        of_reading = failures.c.encoder == "", failures.c.item_id == ""
        connection.execute(delete(failures).where(*of_reading, failures.c.source.in_(part)))
    for item_id, old in known.items():
        captions = {**wanted[item_id].captions, **old.captions}
        if captions != dict(old.captions):
            connection.execute(update(items).where(items.c.id == item_id).values(captions=_dump(captions)))
    new = [_values(record) for record in wanted.values() if record.id not in known]
    if not new:
        return 0
    # another process may add the same item at this moment: that is no error
    result = connection.execute(insert(items).on_conflict_do_nothing(index_elements=["id"]), new)
    return max(result.rowcount, 0)


def get(connection: Connection, ids: Sequence[str]) -> dict[str, ItemRecord]:
    """Records by id, in the order of `ids`; unknown ids are left out."""
    found: dict[str, ItemRecord] = {}
    for part in slices(ids):
        for row in connection.execute(select(items).where(items.c.id.in_(part))):
            found[row.id] = _record(row)
    return {item_id: found[item_id] for item_id in ids if item_id in found}


def find(connection: Connection, prefix: str) -> list[ItemRecord]:
    """At most two items whose id begins with `prefix`."""
    query = select(items).where(items.c.id.startswith(prefix, autoescape=True)).order_by(items.c.row).limit(2)
    return [_record(row) for row in connection.execute(query)]


def listing(
    connection: Connection,
    *,
    modality: str | None,
    language: str | None,
    contains: str | None,
    limit: int | None,
    offset: int,
) -> list[ItemRecord]:
    """Records in the order of their arrival."""
    query: Select[Any] = select(items).order_by(items.c.row).offset(offset)
    if modality is not None:
        query = query.where(items.c.modality == modality)
    if language is not None:
        query = query.where(items.c.language == language)
    if contains:
        query = query.where(
            or_(
                *(
                    c.contains(contains, autoescape=True)
                    for c in (items.c.text, items.c.captions, items.c.name)
                )
            )
        )
    return [_record(row) for row in connection.execute(query.limit(-1 if limit is None else limit))]


def counts(connection: Connection) -> dict[str, int]:
    """Number of items by modality, in the order of their first arrival."""
    query = select(items.c.modality, func.count()).group_by(items.c.modality).order_by(func.min(items.c.row))
    return {row[0]: row[1] for row in connection.execute(query)}


def remove(connection: Connection, ids: Sequence[str]) -> tuple[int, list[str]]:
    """Delete items and what is noted of them; returns how many, and the digests that they used."""
    removed = 0
    digests: list[str] = []
    for part in slices(ids):
        digests.extend(connection.execute(select(items.c.digest).where(items.c.id.in_(part))).scalars())
        connection.execute(delete(failures).where(failures.c.item_id.in_(part)))
        removed += connection.execute(delete(items).where(items.c.id.in_(part))).rowcount
    return removed, digests


def unused(connection: Connection, digests: Sequence[str]) -> list[str]:
    """Those of `digests` that no item uses."""
    used: set[str] = set()
    for part in slices(digests):
        used.update(connection.execute(select(items.c.digest).where(items.c.digest.in_(part))).scalars())
    return [digest for digest in dict.fromkeys(digests) if digest not in used]


def existing(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Those of `ids` that are items."""
    return {
        item_id
        for part in slices(ids)
        for item_id in connection.execute(select(items.c.id).where(items.c.id.in_(part))).scalars()
    }


def succeeded(connection: Connection, encoder: str, ids: Sequence[str]) -> None:
    """Forget the failures of reading `ids`, and of encoding them by any revision of `encoder`."""
    mine = or_(failures.c.encoder == "", failures.c.encoder.startswith(f"{encoder}@", autoescape=True))
    for part in slices(ids):
        connection.execute(delete(failures).where(mine, failures.c.item_id.in_(part)))


def slices(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Parts small enough for one SQL statement."""
    for start in range(0, len(ids), SLICE):
        yield ids[start : start + SLICE]


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _values(record: ItemRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "modality": record.modality,
        "language": record.language,
        "text": record.text,
        "name": record.name,
        "captions": _dump(dict(record.captions)),
        "licence": record.licence,
        "origin": record.origin,
        "digest": record.digest,
        "media_type": record.media_type,
        "size": record.size,
        "meta": _dump(dict(record.meta)),
        "created": record.created.isoformat(),
    }


def _record(row: Row[Any]) -> ItemRecord:
    return ItemRecord(
        id=row.id,
        modality=row.modality,
        language=row.language,
        text=row.text,
        name=row.name,
        captions=json.loads(row.captions),
        licence=row.licence,
        origin=row.origin,
        digest=row.digest,
        media_type=row.media_type,
        size=row.size,
        meta=json.loads(row.meta),
        created=datetime.fromisoformat(row.created),
    )

"""Annotations, failures, projections and settings: the small tables beside items and vectors."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection, Integer, Text, cast, delete, select
from sqlalchemy.dialects.sqlite import insert

from store import items
from store.records import AnnotationRecord, FailureRecord, FloatArray
from store.tables import failures, item_annotations, projections, settings


def put_annotations(connection: Connection, rows: Sequence[AnnotationRecord]) -> None:
    """Store annotations, replacing those of the same item, encoder and kind; items that are gone are left out."""
    there = items.existing(connection, [row.item_id for row in rows])
    values = [
        {
            "item_id": row.item_id,
            "encoder": row.encoder,
            "kind": row.kind,
            "revision": row.revision,
            "payload": json.dumps(dict(row.payload), ensure_ascii=False),
        }
        for row in rows
        if row.item_id in there
    ]
    if not values:
        return
    _upsert(connection, item_annotations, ["item_id", "encoder", "kind"], values)
    for encoder in {row.encoder for row in rows}:
        items.succeeded(connection, encoder, [row.item_id for row in rows if row.encoder == encoder])


def get_annotations(
    connection: Connection, encoder: str, kind: str, ids: Sequence[str] | None
) -> dict[str, AnnotationRecord]:
    """Annotations by item id."""
    query = select(item_annotations).where(
        item_annotations.c.encoder == encoder, item_annotations.c.kind == kind
    )
    parts = [None] if ids is None else list(items.slices(ids))
    found: dict[str, AnnotationRecord] = {}
    for part in parts:
        chosen = query if part is None else query.where(item_annotations.c.item_id.in_(part))
        for row in connection.execute(chosen):
            found[row.item_id] = AnnotationRecord(
                item_id=row.item_id,
                encoder=row.encoder,
                revision=row.revision,
                kind=row.kind,
                payload=json.loads(row.payload),
            )
    return found


def put_failures(connection: Connection, rows: Sequence[FailureRecord]) -> None:
    """Record failures; a repeated one replaces the older one, and those of items that are gone are left out."""
    there = items.existing(connection, [row.item_id for row in rows if row.item_id])
    values = [
        {
            "source": row.source,
            "encoder": row.encoder or "",
            "stage": row.stage,
            "reason": row.reason,
            "item_id": row.item_id or "",
            "when": row.when.isoformat(),
        }
        for row in rows
        if not row.item_id or row.item_id in there
    ]
    if values:
        _upsert(connection, failures, ["source", "encoder", "item_id"], values)


def get_failures(connection: Connection) -> list[FailureRecord]:
    """All failures, oldest first."""
    return [
        FailureRecord(
            source=row.source,
            reason=row.reason,
            stage=row.stage,
            when=datetime.fromisoformat(row.when),
            encoder=row.encoder or None,
            item_id=row.item_id or None,
        )
        for row in connection.execute(select(failures).order_by(failures.c.row))
    ]


def clear_failures(connection: Connection, source: str | None) -> None:
    """Forget the failures of `source`, or all."""
    statement = delete(failures)
    connection.execute(statement if source is None else statement.where(failures.c.source == source))


def put_projection(
    connection: Connection, name: str, item_ids: Sequence[str], coords: FloatArray, meta: Mapping[str, Any]
) -> None:
    """Keep the picture `name`."""
    value = {
        "name": name,
        "item_ids": json.dumps(list(item_ids)),
        "coords": np.ascontiguousarray(coords, "<f4").tobytes(),
        "meta": json.dumps(dict(meta)),
    }
    _upsert(connection, projections, ["name"], [value])


def get_projection(connection: Connection, name: str) -> tuple[list[str], FloatArray, dict[str, Any]] | None:
    """Item ids, (n, 2) float32 coordinates and meta of the picture `name`, or None."""
    row = connection.execute(select(projections).where(projections.c.name == name)).first()
    if row is None:
        return None
    coords = np.frombuffer(row.coords, "<f4").reshape(-1, 2).astype(np.float32)
    return json.loads(row.item_ids), coords, json.loads(row.meta)


def advance(connection: Connection, key: str) -> None:
    """Add one to a counter, in the database itself, so that two processes never write the same number."""
    statement = insert(settings).values(key=key, value="1")
    larger = cast(cast(settings.c.value, Integer) + 1, Text)
    connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"value": larger}))


def get_setting(connection: Connection, key: str) -> str | None:
    """A kept value, or None."""
    return connection.execute(select(settings.c.value).where(settings.c.key == key)).scalar()


def put_setting(connection: Connection, key: str, value: str) -> None:
    """Keep a value."""
    _upsert(connection, settings, ["key"], [{"key": key, "value": value}])


def _upsert(connection: Connection, table: Any, index: list[str], values: list[dict[str, Any]]) -> None:
    statement = insert(table)
    columns = [name for name in values[0] if name not in index]
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=index, set_={name: statement.excluded[name] for name in columns}
        ),
        values,
    )

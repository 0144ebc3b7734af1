"""Vectors behind one interface: written in bulk by key, read as one matrix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, and_, delete, exists, func, select
from sqlalchemy.dialects.sqlite import insert

from store.items import existing, slices, succeeded
from store.records import FloatArray, VectorKey, VectorRow, VectorSet
from store.tables import failures, items, vector_keys, vectors


def put(connection: Connection, key: VectorKey, rows: Sequence[VectorRow]) -> None:
    """Store vectors under `key`, replacing those of the same item and segment.

    Rows of items that are gone (deleted while they were encoded) are left out.

    Raises:
        ValueError: a vector does not have the key's dimension.
    """
    for row in rows:
        if row.vector.shape != (key.dim,):
            raise ValueError(f"vector of {row.item_id}: shape {row.vector.shape}, key says ({key.dim},)")
    ids = list(dict.fromkeys(row.item_id for row in rows))
    there = existing(connection, ids)
    values = [_values(key, row) for row in rows if row.item_id in there]
    if not values:
        return
    statement = insert(vector_keys).on_conflict_do_nothing(index_elements=["key"])
    connection.execute(statement, _key_values(key))
    upsert = insert(vectors)
    connection.execute(
        upsert.on_conflict_do_update(
            index_elements=["key", "item_id", "segment"],
            set_={name: upsert.excluded[name] for name in ("start", "end", "vector")},
        ),
        values,
    )
    succeeded(connection, key.encoder, ids)


def missing(connection: Connection, key: VectorKey, modalities: Sequence[str]) -> list[str]:
    """Ids of items without a whole-item vector under `key`, in order; known encoding failures are left out."""
    has = exists().where(
        and_(vectors.c.key == key.digest, vectors.c.item_id == items.c.id, vectors.c.segment == -1)
    )
    failed = exists().where(
        and_(failures.c.item_id == items.c.id, failures.c.encoder == f"{key.encoder}@{key.revision}")
    )
    query = select(items.c.id).where(items.c.modality.in_(modalities), ~has, ~failed).order_by(items.c.row)
    return list(connection.execute(query).scalars())


def load(connection: Connection, key: VectorKey, modality: str | None) -> VectorSet:
    """All vectors under `key`, in the order of the items' arrival and of their segments."""
    query = (
        select(vectors.c.item_id, vectors.c.segment, vectors.c.start, vectors.c.end, vectors.c.vector)
        .join(items, items.c.id == vectors.c.item_id)
        .where(vectors.c.key == key.digest)
        .order_by(items.c.row, vectors.c.segment)
    )
    if modality is not None:
        query = query.where(items.c.modality == modality)
    rows = connection.execute(query).all()
    joined = b"".join(row.vector for row in rows)
    return VectorSet(
        item_ids=[row.item_id for row in rows],
        segments=np.array([row.segment for row in rows], np.int64),
        starts=np.array([np.nan if row.start is None else row.start for row in rows], np.float32),
        ends=np.array([np.nan if row.end is None else row.end for row in rows], np.float32),
        matrix=np.frombuffer(joined, "<f4").reshape(len(rows), key.dim).astype(np.float32),
    )


def get(connection: Connection, key: VectorKey, ids: Sequence[str]) -> dict[str, FloatArray]:
    """Whole-item vectors by item id."""
    found: dict[str, FloatArray] = {}
    for part in slices(ids):
        query = select(vectors.c.item_id, vectors.c.vector).where(
            vectors.c.key == key.digest, vectors.c.segment == -1, vectors.c.item_id.in_(part)
        )
        for item_id, data in connection.execute(query):
            found[item_id] = np.frombuffer(data, "<f4").astype(np.float32)
    return found


def keys(connection: Connection) -> list[tuple[VectorKey, int]]:
    """Every key with the number of its whole-item vectors."""
    query = (
        select(vector_keys, func.count(vectors.c.item_id).label("n"))
        .outerjoin(vectors, and_(vectors.c.key == vector_keys.c.key, vectors.c.segment == -1))
        .group_by(vector_keys.c.key)
        .order_by(vector_keys.c.space, vector_keys.c.encoder)
    )
    return [(_key(row), row.n) for row in connection.execute(query)]


def drop(connection: Connection, key: VectorKey) -> None:
    """Delete all vectors under `key`."""
    connection.execute(delete(vector_keys).where(vector_keys.c.key == key.digest))


def _key_values(key: VectorKey) -> dict[str, Any]:
    return {
        "key": key.digest,
        "encoder": key.encoder,
        "revision": key.revision,
        "space": key.space,
        "role": key.role,
        "preprocessing": key.preprocessing,
        "parameters": key.parameters,
        "dim": key.dim,
    }


def _key(row: Any) -> VectorKey:
    return VectorKey(
        encoder=row.encoder,
        revision=row.revision,
        space=row.space,
        role=row.role,
        preprocessing=row.preprocessing,
        parameters=row.parameters,
        dim=row.dim,
    )


def _values(key: VectorKey, row: VectorRow) -> dict[str, Any]:
    return {
        "key": key.digest,
        "item_id": row.item_id,
        "segment": row.segment,
        "start": row.start,
        "end": row.end,
        "vector": np.ascontiguousarray(row.vector, "<f4").tobytes(),
    }

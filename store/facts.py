"""Facts: statements with their source, put in bulk, found by either end or by relation, streamed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from store import items
from store.records import FactCount, FactRecord, FactStatus
from store.tables import facts, met_facts

_EXACT = ("subject", "relation", "object", "language", "status")


def put(connection: Connection, rows: Sequence[FactRecord]) -> int:
    """Insert facts; a known one takes the new weight, licence and depth, and keeps its status and meta.

    So what a person decided outlives the next import of the same source.

    Returns:
        How many are new.
    """
    values = {row.id: _values(row) for row in rows}
    if not values:
        return 0
    known = sum(
        len(connection.execute(select(facts.c.id).where(facts.c.id.in_(part))).all())
        for part in items.slices(list(values))
    )
    statement = insert(facts)
    renewed = {name: statement.excluded[name] for name in ("weight", "licence", "depth")}
    connection.execute(
        statement.on_conflict_do_update(index_elements=["id"], set_=renewed), list(values.values())
    )
    return len(values) - known


def get(connection: Connection, ids: Sequence[str]) -> dict[str, FactRecord]:
    """Facts by id, in the order asked; unknown ids are left out."""
    found: dict[str, FactRecord] = {}
    for part in items.slices(ids):
        for row in connection.execute(select(facts).where(facts.c.id.in_(part))):
            found[row.id] = _record(row)
    return {fact_id: found[fact_id] for fact_id in ids if fact_id in found}


def starting(connection: Connection, prefix: str) -> list[FactRecord]:
    """At most two facts whose id begins with `prefix`."""
    query = select(facts).where(facts.c.id >= prefix, facts.c.id < prefix + "g").order_by(facts.c.id).limit(2)
    return [_record(row) for row in connection.execute(query)]


def find(
    connection: Connection, *, limit: int, offset: int, sources: Sequence[str] | None, **exact: str | None
) -> list[FactRecord]:
    """The facts that fit, the heaviest first, the later of two equals first: as the indexes have them."""
    query = select(facts).where(*_conditions(sources, exact))
    query = query.order_by(facts.c.weight.desc(), facts.c.row.desc()).limit(limit).offset(offset)
    return [_record(row) for row in connection.execute(query)]


def after(
    connection: Connection, row: int, limit: int, *, sources: Sequence[str] | None, **exact: str | None
) -> tuple[int, list[FactRecord]]:
    """The next facts in the order of their arrival, and the row to go on from."""
    query = select(facts).where(facts.c.row > row, *_conditions(sources, exact))
    found = connection.execute(query.order_by(facts.c.row).limit(limit)).all()
    return (found[-1].row if found else row), [_record(each) for each in found]


def remove(connection: Connection, source: str) -> int:
    """Delete the facts of `source`; returns how many there were."""
    return connection.execute(delete(facts).where(facts.c.source == source)).rowcount


def begin_renewal(connection: Connection) -> int:
    """Make the table of ids that a renewal meets; returns the last row there is."""
    met_facts.create(connection)
    return connection.execute(select(func.max(facts.c.row))).scalar() or 0


def meet(connection: Connection, rows: Sequence[FactRecord]) -> None:
    """Note that a renewal met these facts."""
    if rows:
        statement = insert(met_facts).on_conflict_do_nothing()
        connection.execute(statement, [{"id": row.id} for row in rows])


def remove_unmet(connection: Connection, source: str, last_row: int) -> int:
    """Delete the facts of `source` up to `last_row` that were not met and no person judged; returns how many."""
    unmet = ~select(met_facts.c.id).where(met_facts.c.id == facts.c.id).exists()
    unjudged = func.json_extract(facts.c.meta, "$.reviews").is_(None)
    old = facts.c.source == source, facts.c.row <= last_row
    return connection.execute(delete(facts).where(*old, unmet, unjudged)).rowcount


def judge(connection: Connection, fact_id: str, status: FactStatus, meta: Mapping[str, Any]) -> None:
    """Give a fact a status, and the meta that says who decided, when and why."""
    values = {"status": status, "meta": json.dumps(dict(meta), ensure_ascii=False)}
    connection.execute(update(facts).where(facts.c.id == fact_id).values(values))


def counts(connection: Connection) -> list[FactCount]:
    """How many facts there are, by source, relation, language and status."""
    columns = facts.c.source, facts.c.relation, facts.c.language, facts.c.status
    query = select(*columns, func.count().label("count")).group_by(*columns).order_by(*columns)
    return [FactCount(**row._mapping) for row in connection.execute(query)]


def _conditions(sources: Sequence[str] | None, exact: Mapping[str, str | None]) -> list[ColumnElement[bool]]:
    wanted = [facts.c[name] == value for name, value in exact.items() if value is not None and name in _EXACT]
    if sources is not None:
        wanted.append(facts.c.source.in_(sources))
    return wanted


def _values(row: FactRecord) -> dict[str, Any]:
    return {
        "id": row.id,
        "subject": row.subject,
        "relation": row.relation,
        "object": row.object,
        "language": row.language,
        "weight": row.weight,
        "source": row.source,
        "licence": row.licence,
        "depth": row.depth,
        "status": row.status,
        "meta": json.dumps(dict(row.meta), ensure_ascii=False),
    }


def _record(row: Row[Any]) -> FactRecord:
    return FactRecord(
        subject=row.subject,
        relation=row.relation,
        object=row.object,
        language=row.language,
        weight=row.weight,
        source=row.source,
        licence=row.licence,
        depth=row.depth,
        status=row.status,
        meta=json.loads(row.meta),
    )

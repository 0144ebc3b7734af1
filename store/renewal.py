"""Putting the facts of a source anew: at the end, those that it no longer has are removed, whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from store import facts, notes
from store.records import FactRecord


class Renewal:
    """One renewal of the facts of `source`; made by `Store.renew_facts`, which closes it.

    What it has met is written down in a temporary table of its own connection, in the transaction that stores it.
    A renewal that is killed or left therefore leaves the facts it stored, and no trace of what is to be removed.
    """

    def __init__(self, connection: Connection, source: str, generation: str) -> None:
        self._connection = connection
        self._source = source
        self._generation = generation
        with connection.begin():
            self._last_row = facts.begin_renewal(connection)

    def put(self, rows: Sequence[FactRecord]) -> int:
        """Store facts in one transaction, as `Store.put_facts` does; returns how many are new."""
        with self._connection.begin():
            added = facts.put(self._connection, rows)
            facts.meet(self._connection, rows)
            notes.advance(self._connection, self._generation)
            return added

    def finish(self) -> int:
        """Remove the facts of the source that were there before and not put since, in one transaction.

        Those that a person judged stay.

        Returns:
            How many are gone.
        """
        with self._connection.begin():
            removed = facts.remove_unmet(self._connection, self._source, self._last_row)
            notes.advance(self._connection, self._generation)
            return removed

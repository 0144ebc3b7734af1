"""Failures are kept by item too: two files of one name that both fail no longer replace each other."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

COLUMNS = ("row", "source", "encoder", "stage", "reason", "item_id", "when")


def upgrade() -> None:
    """Rebuild the table with the wider constraint; `item_id` is "" where a source gave no item."""
    op.create_table(
        "failures_wider",
        sa.Column("row", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("encoder", sa.Text, nullable=False),
        sa.Column("stage", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("item_id", sa.String(20), nullable=False),
        sa.Column("when", sa.String(40), nullable=False),
        sa.UniqueConstraint("source", "encoder", "item_id"),
    )
    old = sa.table("failures", *(sa.column(name) for name in COLUMNS))
    new = sa.table("failures_wider", *(sa.column(name) for name in COLUMNS))
    values = [sa.func.coalesce(c, "") if c.name == "item_id" else c for c in old.c]
    op.execute(sa.insert(new).from_select(list(COLUMNS), sa.select(*values)))
    op.drop_table("failures")
    op.rename_table("failures_wider", "failures")

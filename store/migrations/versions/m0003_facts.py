"""Facts: the knowledge graph of a workspace, found by either end and by relation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """The table and its indexes; they end in the weight, so that the strongest facts come without sorting."""
    op.create_table(
        "facts",
        sa.Column("row", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(20), nullable=False, unique=True),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("relation", sa.String(60), nullable=False),
        sa.Column("object", sa.Text, nullable=False),
        sa.Column("language", sa.String(20), nullable=False),
        sa.Column("weight", sa.Float, nullable=False),
        sa.Column("source", sa.String(100), nullable=False),
        sa.Column("licence", sa.Text, nullable=False),
        sa.Column("depth", sa.Integer, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("meta", sa.Text, nullable=False),
    )
    op.create_index("ix_facts_subject", "facts", ["subject", "language", "weight"])
    op.create_index("ix_facts_object", "facts", ["object", "language", "weight"])
    op.create_index("ix_facts_relation", "facts", ["relation", "language", "weight"])
    op.create_index("ix_facts_source", "facts", ["source", "status"])

"""The first tables: items, vectors, annotations, failures, projections, settings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables as they were on the first day; later shapes come by later migrations."""
    _items()
    _vectors()
    op.create_table(
        "annotations",
        sa.Column("item_id", sa.String(20), sa.ForeignKey("items.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("encoder", sa.String(100), primary_key=True),
        sa.Column("kind", sa.String(40), primary_key=True),
        sa.Column("revision", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
    )
    op.create_table(
        "failures",
        sa.Column("row", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("encoder", sa.Text, nullable=False),
        sa.Column("stage", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("item_id", sa.String(20)),
        sa.Column("when", sa.String(40), nullable=False),
        sa.UniqueConstraint("source", "encoder"),
    )
    op.create_table(
        "projections",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("item_ids", sa.Text, nullable=False),
        sa.Column("coords", sa.LargeBinary, nullable=False),
        sa.Column("meta", sa.Text, nullable=False),
    )
    op.create_table(
        "settings",
        sa.Column("key", sa.String(100), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )


def _items() -> None:
    op.create_table(
        "items",
        sa.Column("row", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(20), nullable=False, unique=True),
        sa.Column("modality", sa.String(40), nullable=False),
        sa.Column("language", sa.String(20)),
        sa.Column("text", sa.Text),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("captions", sa.Text, nullable=False),
        sa.Column("licence", sa.Text, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("meta", sa.Text, nullable=False),
        sa.Column("created", sa.String(40), nullable=False),
    )
    op.create_index("ix_items_digest", "items", ["digest"])
    op.create_index("ix_items_modality", "items", ["modality", "row"])


def _vectors() -> None:
    op.create_table(
        "vector_keys",
        sa.Column("key", sa.String(32), primary_key=True),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("encoder", "revision", "space", "role", "preprocessing", "parameters")
        ),
        sa.Column("dim", sa.Integer, nullable=False),
    )
    op.create_table(
        "vectors",
        sa.Column(
            "key", sa.String(32), sa.ForeignKey("vector_keys.key", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("item_id", sa.String(20), sa.ForeignKey("items.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("segment", sa.Integer, primary_key=True),
        sa.Column("start", sa.Float),
        sa.Column("end", sa.Float),
        sa.Column("vector", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_vectors_item_id", "vectors", ["item_id"])

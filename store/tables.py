"""The tables, in SQLAlchemy Core. Migrations under `store/migrations` bring a database to this shape."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

items = Table(
    "items",
    metadata,
    Column("row", Integer, primary_key=True, autoincrement=True),
    Column("id", String(20), nullable=False, unique=True),
    Column("modality", String(40), nullable=False),
    Column("language", String(20)),
    Column("text", Text),
    Column("name", Text, nullable=False),
    Column("captions", Text, nullable=False),
    Column("licence", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("digest", String(64), nullable=False, index=True),
    Column("media_type", String(100), nullable=False),
    Column("size", Integer, nullable=False),
    Column("meta", Text, nullable=False),
    Column("created", String(40), nullable=False),
    Index("ix_items_modality", "modality", "row"),
)

vector_keys = Table(
    "vector_keys",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("encoder", Text, nullable=False),
    Column("revision", Text, nullable=False),
    Column("space", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("preprocessing", Text, nullable=False),
    Column("parameters", Text, nullable=False),
    Column("dim", Integer, nullable=False),
)

vectors = Table(
    "vectors",
    metadata,
    Column("key", String(32), ForeignKey("vector_keys.key", ondelete="CASCADE"), primary_key=True),
    Column("item_id", String(20), ForeignKey("items.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("segment", Integer, primary_key=True),
    Column("start", Float),
    Column("end", Float),
    Column("vector", LargeBinary, nullable=False),  # float32, little-endian
)

item_annotations = Table(
    "annotations",
    metadata,
    Column("item_id", String(20), ForeignKey("items.id", ondelete="CASCADE"), primary_key=True),
    Column("encoder", String(100), primary_key=True),
    Column("kind", String(40), primary_key=True),
    Column("revision", Text, nullable=False),
    Column("payload", Text, nullable=False),
)

failures = Table(
    "failures",
    metadata,
    Column("row", Integer, primary_key=True, autoincrement=True),
    Column("source", Text, nullable=False),
    Column("encoder", Text, nullable=False),  # "" for failures of reading
    Column("stage", String(20), nullable=False),
    Column("reason", Text, nullable=False),
    Column("item_id", String(20), nullable=False),  # "" where a source gave no item
    Column("when", String(40), nullable=False),
    UniqueConstraint("source", "encoder", "item_id"),
)

projections = Table(
    "projections",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("item_ids", Text, nullable=False),
    Column("coords", LargeBinary, nullable=False),  # float32, little-endian, (n, 2)
    Column("meta", Text, nullable=False),
)

facts = Table(
    "facts",
    metadata,
    Column("row", Integer, primary_key=True, autoincrement=True),
    Column("id", String(20), nullable=False, unique=True),
    Column("subject", Text, nullable=False),
    Column("relation", String(60), nullable=False),
    Column("object", Text, nullable=False),
    Column("language", String(20), nullable=False),
    Column("weight", Float, nullable=False),
    Column("source", String(100), nullable=False),
    Column("licence", Text, nullable=False),
    Column("depth", Integer, nullable=False),
    Column("status", String(20), nullable=False),
    Column("meta", Text, nullable=False),
    # the term first: it finds facts with and without a language; the weight last: the strongest without sorting
    Index("ix_facts_subject", "subject", "language", "weight"),
    Index("ix_facts_object", "object", "language", "weight"),
    Index("ix_facts_relation", "relation", "language", "weight"),
    Index("ix_facts_source", "source", "status"),
)

# Of one connection, gone with it: no part of the database that migrations make.
met_facts = Table(
    "met_facts",
    MetaData(),
    Column("id", String(20), primary_key=True),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)

settings = Table(
    "settings",
    metadata,
    Column("key", String(100), primary_key=True),
    Column("value", Text, nullable=False),
)

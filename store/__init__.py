"""The ground floor: where items, vectors and media are kept. Imports nothing else of the project."""

from __future__ import annotations

from store.blobs import BlobStore
from store.errors import DamagedBlob, DatabaseTrouble, NewerSchema, NotAWorkspace, StoreError
from store.keys import KEY_VERSION, fact_id, key_digest
from store.records import (
    AnnotationRecord,
    FactCount,
    FactRecord,
    FactStatus,
    FailureRecord,
    ItemRecord,
    VectorKey,
    VectorRow,
    VectorSet,
)
from store.renewal import Renewal
from store.store import Store

__all__ = [
    "KEY_VERSION",
    "AnnotationRecord",
    "BlobStore",
    "DamagedBlob",
    "DatabaseTrouble",
    "FactCount",
    "FactRecord",
    "FactStatus",
    "FailureRecord",
    "ItemRecord",
    "NewerSchema",
    "NotAWorkspace",
    "Renewal",
    "Store",
    "StoreError",
    "VectorKey",
    "VectorRow",
    "VectorSet",
    "fact_id",
    "key_digest",
]

"""The functions that make keys, of vectors and of facts. Each part alone must change the key."""

from __future__ import annotations

import hashlib
import json

KEY_VERSION = 1


def key_digest(
    *, encoder: str, revision: str, space: str, role: str, preprocessing: str, parameters: str
) -> str:
    """32 hexadecimal digits for vectors made by `encoder` at `revision`, for `space`, under the given conditions.

    The item is not part of it: rows are stored by (item id, key), and an item's id is its content's hash.
    """
    parts = [KEY_VERSION, encoder, revision, space, role, preprocessing, parameters]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:32]


def fact_id(*, subject: str, relation: str, object: str, language: str, source: str) -> str:
    """20 hexadecimal digits: the same statement of the same source is one fact, whatever its weight."""
    parts = [subject, relation, object, language, source]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:20]

"""The one function that makes cache keys. Each part alone must change the key, or vectors get mixed up."""

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

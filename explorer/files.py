"""Files that are written whole or not at all, and the digest of a folder of them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from explorer.errors import InputError
from explorer.i18n import _


def write_whole(path: Path, content: bytes) -> Path:
    """Write a file beside its place and move it there; returns the path.

    Raises:
        InputError: it cannot be written; what stood there before stands there still.
    """
    beside = path.with_name(path.name + ".part")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise InputError(
            _("{path} cannot be written: {reason}.").format(path=path, reason=error.strerror)
        ) from None
    return path


def folder_digest(folder: Path) -> str:
    """Sixteen hexadecimal digits that change with any name or byte in a folder: a model's revision."""
    state = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        state.update(path.relative_to(folder).as_posix().encode())
        with path.open("rb") as file:
            state.update(hashlib.file_digest(file, "sha256").digest())
    return state.hexdigest()[:16]

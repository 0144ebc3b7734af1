"""Content-addressed files: a blob's name is the SHA-256 of its bytes, so writing it twice writes it once.

The store writes and deletes blobs while it holds the database's write lock. So no process can delete a blob that
another is about to use, and a half-written file that is seen under the lock was left by a killed process.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

from store.errors import N_, DamagedBlob

_DIGEST = re.compile(r"[0-9a-f]{64}")
_WRITING = ".writing-"


class BlobStore:
    """Blobs under `root`, two folders deep. Writes are atomic: a killed process leaves no half blob."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, data: bytes) -> str:
        """Keep `data`; returns its digest. The file appears whole or not at all."""
        digest = hashlib.sha256(data).hexdigest()
        path = self.path(digest)
        if path.exists():
            return digest
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=self.root, prefix=_WRITING)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(beside).replace(path)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
        return digest

    def path(self, digest: str) -> Path:
        """Where the blob lies.

        Raises:
            DamagedBlob: `digest` is not a digest; nothing outside the folder can be named.
        """
        if not _DIGEST.fullmatch(digest):
            raise DamagedBlob(N_("{name} is not the name of a blob."), name=repr(digest))
        return self.root / digest[:2] / digest[2:4] / digest

    def read(self, digest: str) -> bytes:
        """The bytes of a blob, verified.

        Raises:
            DamagedBlob: it is missing or has other content than its name says.
        """
        try:
            data = self.path(digest).read_bytes()
        except FileNotFoundError:
            raise DamagedBlob(
                N_("The file {name} of the workspace is missing."),
                next_step=N_("Ingest the original again; it is put back."),
                name=digest[:12],
            ) from None
        if hashlib.sha256(data).hexdigest() != digest:
            raise DamagedBlob(
                N_("The file {name} of the workspace is damaged."),
                next_step=N_("Remove the item with `explorer rm`, then ingest the original again."),
                name=digest[:12],
            )
        return data

    def holds(self, digest: str, size: int) -> bool:
        """Whether the blob is there with that size; a quick look, the content is not read."""
        try:
            return self.path(digest).stat().st_size == size
        except FileNotFoundError:
            return False

    def delete(self, digest: str) -> None:
        """Remove a blob; a missing one is fine."""
        self.path(digest).unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove what killed processes left half written; only under the write lock."""
        for left in self.root.glob(f"{_WRITING}*"):
            left.unlink(missing_ok=True)

"""Content-addressed files: a blob's name is the SHA-256 of its bytes, so writing it twice writes it once."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

from store.errors import DamagedBlob

_DIGEST = re.compile(r"[0-9a-f]{64}")


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
        handle, beside = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
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
            raise DamagedBlob(f"{digest!r} is not the name of a blob.")
        return self.root / digest[:2] / digest[2:4] / digest

    def read(self, digest: str) -> bytes:
        """The bytes of a blob, verified.

        Raises:
            DamagedBlob: it is missing or has other content than its name says.
        """
        try:
            data = self.path(digest).read_bytes()
        except FileNotFoundError:
            raise DamagedBlob(f"Blob {digest[:12]} is missing.", next_step="Ingest the file again.") from None
        if hashlib.sha256(data).hexdigest() != digest:
            raise DamagedBlob(
                f"Blob {digest[:12]} is damaged.", next_step="Delete it and ingest the file again."
            )
        return data

    def delete(self, digest: str) -> None:
        """Remove a blob; a missing one is fine."""
        self.path(digest).unlink(missing_ok=True)

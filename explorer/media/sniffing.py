"""What a file is, told by its first bytes, and reading it without following it out of memory."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from explorer.errors import RefusedContent
from explorer.i18n import _

FILE_LIMIT = 200 * 1024 * 1024
"""Bytes; larger files are refused before they are read."""

_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image"),
    (0, b"\xff\xd8\xff", "image"),
    (0, b"GIF8", "image"),
    (0, b"BM", "image"),
    (0, b"II*\x00", "image"),
    (0, b"MM\x00*", "image"),
    (8, b"WEBP", "image"),
    (8, b"WAVE", "audio"),
    (8, b"AIFF", "audio"),
    (8, b"AIFC", "audio"),
    (0, b"OggS", "audio"),
    (0, b"fLaC", "audio"),
    (0, b"ID3", "audio"),
    (4, b"ftypM4A", "audio"),
    (0, b"\x1aE\xdf\xa3", "audio"),  # WebM, as browsers record it
)
_SUFFIXES = {
    "image": (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".svg"),
    "audio": (".wav", ".mp3", ".ogg", ".oga", ".opus", ".flac", ".aif", ".aiff", ".m4a", ".webm"),
    "text": (".txt", ".md"),
}


def modality_of_suffix(name: str) -> str | None:
    """The modality that a file's suffix promises, or None."""
    suffix = Path(name).suffix.lower()
    return next((modality for modality, suffixes in _SUFFIXES.items() if suffix in suffixes), None)


def sniff(data: bytes, name: str) -> str | None:
    """The modality of `data` by its content; None when it is of no kind known here.

    Raises:
        RefusedContent: the suffix promises one modality and the content is another.
    """
    promised = modality_of_suffix(name)
    found = _by_content(data)
    if found is None and promised in ("image", "audio"):
        return promised  # its decoder will say precisely what is wrong
    if promised is not None and found is not None and promised != found:
        raise RefusedContent(
            _("Refused {name}: the name says {promised}, the content is {found}.").format(
                name=name, promised=promised, found=found
            )
        )
    return found


def looks_like_svg(data: bytes) -> bool:
    """Whether an SVG root stands near the start, after an XML head, a document type or comments."""
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    return head.startswith((b"<svg", b"<?xml", b"<!")) and b"<svg" in head


def _by_content(data: bytes) -> str | None:
    if data and _looks_like_text(data[:4096]):  # first: "BMW", "ID3" and the mark of UTF-16 are no media
        return "image" if looks_like_svg(data) else "text"
    for offset, magic, modality in _SIGNATURES:
        if data[offset : offset + len(magic)] == magic:
            return modality
    if len(data) > 2 and data[0] == 0xFF and data[1] & 0xE6 in (0xE2, 0xE4):
        return "audio"  # an MPEG audio frame (layer III or II) without ID3 tag
    return None


def _looks_like_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    controls = sum(byte < 32 and byte not in (9, 10, 12, 13, 27) for byte in head)
    return controls == 0


def read_limited(path: Path, name: str, limit: int = FILE_LIMIT) -> bytes:
    """The bytes of a regular file of at most `limit` bytes.

    Raises:
        RefusedContent: missing, unreadable, not a regular file, or too large.
    """
    try:
        # Without waiting: opening a pipe that nobody writes to would never return.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(path, flags), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise RefusedContent(_("Refused {name}: not a regular file.").format(name=name))
            if status.st_size > limit:
                raise _too_large(name, status.st_size, limit)
            data = file.read(limit + 1)
            if len(data) > limit:  # it grew, or its size was not told
                raise _too_large(name, len(data), limit)
            return data
    except OSError as error:
        raise RefusedContent(
            _("Refused {name}: {reason}.").format(name=name, reason=error.strerror or type(error).__name__)
        ) from None
    except ValueError:  # NUL, or a character that no file name can hold
        raise RefusedContent(_("Refused {name}: not the name of a file.").format(name=name)) from None


def _too_large(name: str, size: int, limit: int) -> RefusedContent:
    return RefusedContent(
        _("Refused {name}: {size} MB, limit {limit} MB.").format(
            name=name, size=size // 1_048_576, limit=limit // 1_048_576
        )
    )

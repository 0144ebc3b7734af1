"""Text from bytes: encoding found, normalised to NFC, control characters out, bounded."""

from __future__ import annotations

import re
import unicodedata

from explorer.errors import RefusedContent
from explorer.i18n import _

TEXT_LIMIT = 10_000
"""Characters of one item."""
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def decode_text(data: bytes, ref: str) -> str:
    """Decode UTF-8, UTF-16 (with mark) or GB 18030.

    Raises:
        RefusedContent: empty, too long, or in no encoding known here.
    """
    text = unicodedata.normalize("NFC", decode_document(data, ref))
    text = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    text = re.sub(r"[ \t]+", " ", text).strip()
    if not text:
        raise RefusedContent(_("Refused {name}: it is empty.").format(name=ref))
    if len(text) > TEXT_LIMIT:
        raise RefusedContent(
            _("Refused {name}: {size} characters, limit {limit}.").format(
                name=ref, size=f"{len(text):,}", limit=f"{TEXT_LIMIT:,}"
            )
        )
    return text


def printable(name: str) -> str:
    """`name` with ? for what is no character: a file's name may hold bytes that are no UTF-8."""
    return name.encode("utf-8", "replace").decode()


def language_of(text: str) -> str | None:
    """Zh where Chinese characters prevail, en for Latin letters, else None: a coarse guess, for display."""
    han = sum("\u4e00" <= c <= "\u9fff" for c in text)
    latin = sum(c.isascii() and c.isalpha() for c in text)
    if han and han * 3 >= latin:
        return "zh"
    return "en" if latin else None


def decode_document(data: bytes, ref: str) -> str:
    """The whole of a text, as it stands.

    Raises:
        RefusedContent: in no encoding known here.
    """
    encodings = ["utf-16"] if data[:2] in UTF_16 else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RefusedContent(
        _("Refused {name}: its encoding is none of UTF-8, UTF-16 and GB 18030.").format(name=ref)
    )

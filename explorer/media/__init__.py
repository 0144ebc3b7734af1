"""From untrusted bytes to content, within bounds: what a file is, and how it is decoded."""

from __future__ import annotations

from explorer.media.audio import decode_audio
from explorer.media.folders import count_sources, walk
from explorer.media.images import decode_image, png_bytes
from explorer.media.sniffing import read_limited, sniff
from explorer.media.text import decode_text

__all__ = [
    "count_sources",
    "decode_audio",
    "decode_image",
    "decode_text",
    "png_bytes",
    "read_limited",
    "sniff",
    "walk",
]

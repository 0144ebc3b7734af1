"""The layers' names at the left of the drawing, and the room that they take."""

from __future__ import annotations

from explorer.iceberg.geometry.shapes import Box
from explorer.iceberg.geometry.silhouette import between
from explorer.iceberg.geometry.text import ems
from explorer.iceberg.nodes import DARK

BANDS = (
    {"en": "Utterance", "zh": "话语"},
    {"en": "Lexicon", "zh": "词汇知识"},
    {"en": "Common sense", "zh": "常识"},
    {"en": "Background", "zh": "背景与文化"},
    {"en": "Dark matter", "zh": "暗物质"},
)
"""Names of the layers by depth."""
SMALL = 12.0


def band_name(depth: int, language: str) -> str:
    """The layer's name in `language`, else in English."""
    return BANDS[depth].get(language, BANDS[depth]["en"])


def band_font(width: float, language: str) -> float:
    """The name's font in pixels; Latin names are longer and set smaller."""
    return between(width, 14.0, 17.0) if language == "zh" else between(width, 13.0, 15.0)


def name_box(depth: int, top: float, width: float, language: str) -> Box:
    """The room of a name and the count under it, below the band's `top`."""
    font = band_font(width, language)
    left = between(width, 12.0, 22.0)
    count = between(width, 46.0, 66.0 if depth < DARK else 130.0)  # what stands under the name
    across = max(ems(band_name(depth, language)) * font * 1.02, count)
    tall = font * 1.3 + SMALL * 1.35
    return Box(x=left + across / 2, y=top + between(width, 6.0, 14.0) + tall / 2, width=across, height=tall)

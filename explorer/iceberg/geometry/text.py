"""How wide a text is, without a font: a character of Chinese is 1 em, a Latin letter about half of one.

Boxes and fonts hold to fixed ratios, so that whoever draws a layout finds the font in the height of a box.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from explorer.iceberg.nodes import Edge

TOKEN_RATIO, PILL_RATIO, LABEL_RATIO = 1.3, 2.0, 1.7
"""Height of a box by the font in it: words of the sentence, concepts, labels of edges."""
PILL_PAD, LABEL_PAD = 1.7, 1.1
"""What a box is wider than its text, in em, both sides together."""
NODE_EMS, TOKEN_EMS = 14.0, 14.0
"""A label of a concept, a word of the sentence are cut after so many em."""
_NARROW, _SLIM, _BROAD = frozenset("ijlI.,:;'|!()[]{}` "), frozenset('frtJ-"/\\'), frozenset("mwMW@%—…")
SERIF = 1.12


@lru_cache(maxsize=4096)
def ems(text: str, serif: bool = False) -> float:
    """Width in em, a little too wide rather than too narrow; bold serif letters are wider than others."""
    widths = [_em(character) for character in text]
    return sum(width * SERIF if serif and width < 1 else width for width in widths)


def shortened(text: str, most: float) -> str:
    """One line of at most `most` em, cut with an ellipsis; one character stays in any case."""
    line = " ".join(text.split())
    if ems(line) <= most:
        return line
    kept, width = "", _em("…")
    for character in line:
        width += _em(character)
        if width > most and kept:
            break
        kept += character
    return kept.rstrip() + "…"


def score(value: float) -> str:
    """.86, −.05, 1.00: no leading zero, a true minus."""
    digits = f"{abs(value):.2f}"
    return ("−" if value < -0.005 else "") + (digits[1:] if digits.startswith("0") else digits)


def edge_text(edge: Edge, language: str, most: float = NODE_EMS) -> str:
    """What stands on an edge: its relation, with the score where one is the point (roles and dark matter)."""
    label = shortened(edge.label(language), most)
    return label if edge.score is None else f"{label} {score(edge.score)}"


def _em(character: str) -> float:
    if character in _NARROW:
        return 0.32
    if character in _SLIM:
        return 0.42
    if character in _BROAD:
        return 0.9 if character.islower() else 1.0
    if unicodedata.category(character) in ("Mn", "Me", "Cf", "Cc"):
        return 0.0
    if unicodedata.east_asian_width(character) in "WFA":
        return 1.0
    return 0.68 if character.isupper() else 0.56

"""Elements of SVG and HTML as text; all that they hold is escaped, and what XML forbids is left out.

`ems` says how wide a text is, `shortened` cuts one: for figures made without a font at hand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from explorer.iceberg.geometry.text import ems, shortened

__all__ = ["clean", "element", "ems", "escaped", "number", "shortened", "text"]

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(value: str) -> str:
    """Without characters that no XML may hold, such as the null character and halves of a pair."""
    return _FORBIDDEN.sub("", value)


def escaped(value: str) -> str:
    """Text between tags."""
    return escape(clean(value), {'"': "&quot;", "'": "&#39;"})


def number(value: float) -> str:
    """Two decimals at most, without those that say nothing."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if value != int(value) else str(int(value))


def element(name: str, content: str = "", *, children: Sequence[str] = (), **attributes: object) -> str:
    """An element with its text (escaped) and children (ready markup); `stroke_width` becomes `stroke-width`."""
    parts = [name]
    for key, value in attributes.items():
        said = number(value) if isinstance(value, int | float) else clean(str(value))
        parts.append(f"{key.rstrip('_').replace('_', '-')}={quoteattr(said)}")
    inner = escaped(content) + "".join(children)
    return f"<{' '.join(parts)}>{inner}</{name}>" if inner else f"<{' '.join(parts)}/>"


def text(
    content: str,
    *,
    x: float,
    y: float,
    size: float,
    fill: str,
    weight: int = 400,
    family: str = "",
    anchor: str = "middle",
    halo: str = "",
) -> str:
    """A line of text by its baseline; a halo in a colour makes it legible on any ground."""
    more: dict[str, object] = {"font_family": family} if family else {}
    if halo:
        more |= {"stroke": halo, "stroke_width": 3, "stroke_opacity": 0.45, "stroke_linejoin": "round"}
        more["paint_order"] = "stroke"
    if anchor != "start":
        more["text_anchor"] = anchor
    return element(
        "text", content, children=(), x=x, y=y, font_size=size, font_weight=weight, fill=fill, **more
    )

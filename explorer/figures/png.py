"""Our own SVG as PNG, by resvg; Chinese needs a font of the system."""

from __future__ import annotations

import re
from functools import lru_cache

from explorer.errors import InputError, MissingError
from explorer.i18n import _

_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_LATIN = ("Arial", "Helvetica", "Liberation Sans", "DejaVu Sans", "Segoe UI", "Roboto", "Ubuntu")
_SANS = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", "Hiragino Sans GB",
    "Heiti SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Droid Sans Fallback", "SimHei", "SimSun", *_LATIN,
)  # fmt: skip
_SERIF = (
    "Noto Serif CJK SC", "Source Han Serif SC", "Noto Serif SC", "Songti SC", "STSong", "SimSun", "AR PL UMing CN",
    *_SANS,
)  # fmt: skip
LARGEST = 16_384
"""Pixels of a side."""


def svg_png(svg: str, scale: float = 2.0) -> bytes:
    """A PNG of an SVG made here, `scale` pixels for each of its own.

    Raises:
        InputError: the scale makes no picture, or one with a side over 16,384 pixels.
        MissingError: it holds Chinese, and no font here has any.
    """
    import resvg_py

    size = re.search(r'<svg[^>]*? width="([\d.]+)" height="([\d.]+)"', svg)
    longest = max(float(size[1]), float(size[2])) if size else 0.0
    if not 0 < scale * longest <= LARGEST:
        raise InputError(
            _(
                "A picture of {scale} times its size cannot be drawn; the longer side is 1 to {limit} pixels."
            ).format(scale=scale, limit=f"{LARGEST:,}")
        )
    sans, serif = chinese_font(_SANS), chinese_font(_SERIF)
    if _HAN.search(svg) and sans is None:
        raise MissingError(
            _("No font of this computer has Chinese characters, so a PNG would show gaps."),
            next_step=_(
                "Install one, such as Noto Sans CJK (package fonts-noto-cjk), or export SVG or HTML."
            ),
        )
    try:  # where none of the fonts named is here, resvg takes what it is told the generic ones are
        return bytes(
            resvg_py.svg_to_bytes(
                svg_string=svg, zoom=scale, sans_serif_family=sans, serif_family=serif or sans
            )
        )
    except ValueError as error:
        raise InputError(
            _("The picture cannot be drawn: {reason}.").format(reason=" ".join(str(error).split())[:120])
        ) from None


@lru_cache(maxsize=2)
def chinese_font(families: tuple[str, ...]) -> str | None:
    """The first of `families` that is here and draws Chinese, or that another font here draws Chinese for.

    Without a font, two characters come out alike: blank, or as boxes.
    """
    return next((family for family in families if _drawing("冰", family) != _drawing("山", family)), None)


def _drawing(character: str, family: str) -> bytes:
    import resvg_py

    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24">'
        f'<text x="2" y="20" font-size="20" font-family="\'{family}\'">{character}</text></svg>'
    )
    return bytes(resvg_py.svg_to_bytes(svg_string=svg))

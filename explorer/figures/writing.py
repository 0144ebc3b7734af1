"""An iceberg into a file: laid out, drawn in the form asked for, written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from explorer.errors import InputError
from explorer.figures.iceberg_html import iceberg_html
from explorer.figures.iceberg_jsonld import iceberg_jsonld
from explorer.figures.iceberg_svg import iceberg_svg
from explorer.figures.palette import Theme
from explorer.figures.png import svg_png
from explorer.files import write_whole
from explorer.i18n import _
from explorer.iceberg.layout import lay_out
from explorer.iceberg.nodes import Iceberg

WIDTH, HEIGHT = 960, 720
"""Pixels of a drawing that is exported: a slide's proportions."""
KINDS = ("svg", "png", "html", "jsonld")


def write_iceberg(
    iceberg: Iceberg, path: Path, *, kind: str, theme: str = "light", language: str = "zh"
) -> Path:
    """Write an iceberg as svg, png (twice the size), html or jsonld; returns the path.

    Raises:
        InputError: no such kind, or the file cannot be written.
        MissingError: a PNG with Chinese where no font has any.
    """
    shown: Theme = "dark" if theme == "dark" else "light"
    makers: dict[str, Callable[[], bytes]] = {
        "svg": lambda: _svg(iceberg, shown, language).encode(),
        "png": lambda: svg_png(_svg(iceberg, shown, language)),
        "html": lambda: _html(iceberg, shown, language).encode(),
        "jsonld": lambda: (json.dumps(iceberg_jsonld(iceberg), ensure_ascii=False, indent=1) + "\n").encode(),
    }
    if kind not in makers:
        raise InputError(
            _("There is no figure of kind {name}. Kinds: {choices}.").format(
                name=kind, choices=", ".join(KINDS)
            )
        )
    return write_whole(path, makers[kind]())


def _svg(iceberg: Iceberg, theme: Theme, language: str) -> str:
    layout = lay_out(iceberg, width=WIDTH, height=HEIGHT, language=language)
    return iceberg_svg(iceberg, layout, theme=theme, language=language)


def _html(iceberg: Iceberg, theme: Theme, language: str) -> str:
    layout = lay_out(iceberg, width=WIDTH, height=HEIGHT, language=language)
    return iceberg_html(iceberg, layout, theme=theme, language=language)

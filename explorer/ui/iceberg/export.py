"""The iceberg as files: SVG, PNG, a page of its own, linked data, and the construal as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import streamlit as st

from explorer.construal.readings import Construal
from explorer.figures import iceberg_html, iceberg_jsonld, iceberg_svg, svg_png
from explorer.i18n import _, current
from explorer.iceberg.layout import lay_out
from explorer.iceberg.nodes import Iceberg
from explorer.ui import states, tokens

SLIDE = (960.0, 720.0)
"""Width and height of what is exported: a slide's proportions."""


def draw(iceberg: Iceberg) -> None:
    """A menu of downloads; files are made when it is opened."""
    menu = st.popover(_("Export"), icon=":material/download:", key="ice-export", on_change="rerun")
    with menu:
        if not menu.open:
            return
        for name, suffix, media_type, made in files(iceberg):
            with states.guarded():
                st.download_button(
                    name,
                    made(),
                    f"iceberg.{suffix}",
                    media_type,
                    key=f"ice-as-{suffix}",
                    on_click="ignore",
                    width="stretch",
                )


def files(iceberg: Iceberg) -> list[tuple[str, str, str, Callable[[], str | bytes]]]:
    """Name, suffix, media type of each kind of file, and what makes it."""
    theme, language = tokens.theme(), current()
    width, height = SLIDE
    layout = lay_out(iceberg, width=width, height=height, language=language)

    def svg() -> str:
        return iceberg_svg(iceberg, layout, theme=theme, language=language)

    def linked() -> str:
        return json.dumps(iceberg_jsonld(iceberg), ensure_ascii=False, indent=1)

    return [
        ("SVG", "svg", "image/svg+xml", svg),
        ("PNG", "png", "image/png", lambda: svg_png(svg())),
        (
            _("Page (HTML)"),
            "html",
            "text/html",
            lambda: iceberg_html(iceberg, layout, theme=theme, language=language),
        ),
        (_("Linked data (JSON-LD)"), "jsonld", "application/ld+json", linked),
        (_("Construal (JSON)"), "json", "application/json", lambda: construal_json(iceberg.construal)),
    ]


def construal_json(construal: Construal) -> str:
    """All of a construal: tokens, readings, paths, what was cut."""
    return json.dumps(_plain(asdict(construal)), ensure_ascii=False, indent=1)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, frozenset | set):
        return sorted(value)
    return value

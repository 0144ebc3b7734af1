"""A run as files; they are made when the menu is opened."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

import explorer.ui.kit as kit
from explorer import svg_png, translate
from explorer.i18n import current
from probes.report import figures_csv, forest_svg, items_csv, report_html, table_latex

WIDTH = 720
Made = Callable[[], str | bytes]


def draw(record: Mapping[str, Any]) -> None:
    """The menu."""
    menu = st.popover(translate("Export"), icon=":material/download:", key="probe-export", on_change="rerun")
    with menu:
        if not menu.open:
            return
        for key, label, suffix, media_type, made in files(record):
            with kit.guarded():
                st.download_button(
                    label,
                    made(),
                    f"{record['id']}{'-items' if key == 'items' else ''}.{suffix}",
                    media_type,
                    key=f"probe-as-{key}",
                    on_click="ignore",
                    width="stretch",
                )


def files(record: Mapping[str, Any]) -> list[tuple[str, str, str, str, Made]]:
    """Key, label, suffix and media type of each kind of file, and what makes it."""

    def svg() -> str:
        return forest_svg(record, theme=kit.theme(), width=WIDTH, language=current())

    return [
        ("html", translate("Report (HTML)"), "html", "text/html", lambda: report_html(record, current())),
        ("svg", translate("Figure (SVG)"), "svg", "image/svg+xml", svg),
        ("png", translate("Figure (PNG)"), "png", "image/png", lambda: svg_png(svg())),
        # with a byte order mark, by which spreadsheets know UTF-8
        (
            "csv",
            translate("Figures (CSV)"),
            "csv",
            "text/csv",
            lambda: figures_csv(record).encode("utf-8-sig"),
        ),
        ("items", translate("Items (CSV)"), "csv", "text/csv", lambda: items_csv(record).encode("utf-8-sig")),
        ("tex", translate("Table (LaTeX)"), "tex", "text/x-tex", lambda: table_latex(record)),
        (
            "json",
            translate("Record (JSON)"),
            "json",
            "application/json",
            lambda: json.dumps(record, ensure_ascii=False, indent=1),
        ),
    ]

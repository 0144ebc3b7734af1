"""The figures of a run: forest plot, phenomena, letters and mirrored pairs, each for wide windows and for phones."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import streamlit as st

from explorer import translate
from probes.page import state
from probes.page.cards import Theme, image
from probes.report import forest_svg, heatmap_svg, strata_svg
from probes.report.reading import Reading

NARROW = 340
Draw = Callable[..., str]


def draw(reading: Reading, theme: Theme, language: str) -> None:
    """The forest plot beside the other two, where the kind of probe has them."""
    beside: dict[str, tuple[str, Draw]] = {}
    if reading.phenomena:
        beside["phenomena"] = translate("By phenomenon"), heatmap_svg
    if reading.has_strata:
        beside["strata"] = translate("Letters and pairs"), strata_svg
    said = html.escape(translate("Encoders × conditions"))
    title = f"<figcaption>{said}</figcaption>"
    if not beside:
        with st.container(key="probe-figure-forest", gap=None):
            st.html(title + _sizes(reading, forest_svg, 900, theme, language))
        return
    left, right = st.columns([1.42, 1], gap="small")
    with left, st.container(key="probe-figure-forest", gap=None):
        st.html(title + _sizes(reading, forest_svg, 640, theme, language))
    with right, st.container(key="probe-figure-beside", gap=None):
        chosen = _which({name: each[0] for name, each in beside.items()})
        st.html(_sizes(reading, beside[chosen][1], 450, theme, language))


def _which(titles: dict[str, str]) -> str:
    """Which of the other figures is shown: a switch in place of a title."""
    first = next(iter(titles))
    picked = st.segmented_control(
        translate("Figure"),
        list(titles),
        default=state.first("figure", first, lambda value: value in titles),
        key=state.PREFIX + "figure",
        format_func=titles.__getitem__,
        required=True,
        label_visibility="collapsed",
        on_change=state.changed,
        args=("figure",),
    )
    return picked if picked in titles else first


def _sizes(reading: Reading, make: Draw, width: float, theme: Theme, language: str) -> str:
    """The figure for wide windows, and the one for phones; the style sheet shows one of them."""
    found = ""
    for look, pixels in (("wide", width), ("narrow", NARROW)):
        svg = make(reading.record, theme=theme, width=pixels, language=language, heading=False)
        found += f'<div class="pb-figure {look}">{image(svg, _said(svg))}</div>'
    return found


def _said(svg: str) -> str:
    """The figure's own description, for those who cannot see it."""
    found = re.search(r'aria-label="([^"]*)"', svg)
    return html.unescape(found[1]) if found else ""

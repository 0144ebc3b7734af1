"""The items on the page: the most sure beside those furthest wrong, filters, and one unfolded."""

from __future__ import annotations

import html
from collections.abc import Sequence

import streamlit as st

import explorer.ui.kit as kit
from explorer import translate
from probes.page import item_html, state
from probes.page.items import Item, Outcome, fields_of, filtered, items_of, largest
from probes.page.lines import ranked
from probes.report.reading import Reading
from probes.report.words import named, short_names

FIRST = 5
MORE = 10
ALL = ""


def draw(reading: Reading) -> None:
    """Choice of encoder and filters, then two lists."""
    names = [name for name in ranked(reading) if name in reading.entries and items_of(reading, name)]
    if not names:
        return
    with st.container(key="probe-items-head", horizontal=True, vertical_alignment="center", gap="small"):
        title = html.escape(translate("Items"))
        st.html(f'<div class="pb-title">{title}</div>', width="content")
        encoder = _encoder(names)
        items = items_of(reading, encoder)
        phenomenon = _phenomenon(items)
        outcome = _outcome(reading)
    found = filtered(items, encoder, phenomenon=phenomenon, outcome=outcome)
    scale = largest(items)
    if not found:
        kit.note(translate("No such items."))
        return
    shown = int(state.remembered("shown", FIRST))
    if len(found) <= FIRST:
        _list("all", translate("Items found"), str(len(found)), found, reading, scale)
        return
    left, right = st.columns(2, gap="small")
    half = min(shown, (len(found) + 1) // 2)
    with left:
        said = translate("what {name} is surest of").format(name=short_names(reading.names)[encoder])
        _list("top", translate("Largest margins"), said, found[:half], reading, scale)
    with right:
        said = translate("furthest wrong: look at these first")
        _list(
            "low",
            translate("Smallest margins"),
            said,
            found[::-1][: min(shown, len(found) - half)],
            reading,
            scale,
        )
    if 2 * shown < len(found):
        st.button(
            translate("More of {n}").format(n=f"{len(found):,}"), key="probe-items-more", on_click=_more
        )


def _more() -> None:
    state.remember("shown", int(state.remembered("shown", FIRST)) + MORE)


def _encoder(names: Sequence[str]) -> str:
    short = short_names(names)
    if len(names) == 1:
        return names[0]
    first = state.first("items-of", names[0], lambda name: name in names)
    return str(
        st.selectbox(
            translate("Encoder"),
            names,
            index=names.index(first),
            key=state.PREFIX + "items-of",
            format_func=lambda name: short[name],
            label_visibility="collapsed",
            on_change=state.changed,
            args=("items-of",),
            width=210,
        )
    )


def _phenomenon(items: Sequence[Item]) -> str:
    sizes: dict[str, int] = {}
    for item in items:
        sizes[item.phenomenon] = sizes.get(item.phenomenon, 0) + 1
    names = sorted((name for name in sizes if name), key=lambda name: (-sizes[name], name))
    if len(names) < 2:
        return ALL
    choices = [ALL, *names]
    first = state.first("items-phenomenon", ALL, lambda name: name in choices)
    return str(
        st.selectbox(
            translate("Phenomenon"),
            choices,
            index=choices.index(first),
            key=state.PREFIX + "items-phenomenon",
            format_func=lambda name: f"{named(name)} · {sizes[name]}" if name else translate("All phenomena"),
            label_visibility="collapsed",
            on_change=state.changed,
            args=("items-phenomenon",),
            width=180,
        )
    )


def _outcome(reading: Reading) -> Outcome:
    if reading.measure != "accuracy":
        return "all"
    choices: dict[Outcome, str] = {
        "all": translate("All"),
        "right": translate("Right"),
        "wrong": translate("Wrong"),
    }
    picked = st.segmented_control(
        translate("Right or wrong"),
        list(choices),
        default=state.first("items-outcome", "all", lambda value: value in choices),
        key=state.PREFIX + "items-outcome",
        format_func=choices.__getitem__,
        required=True,
        label_visibility="collapsed",
        on_change=state.changed,
        args=("items-outcome",),
    )
    return next((each for each in choices if each == picked), "all")


def _list(key: str, title: str, said: str, items: Sequence[Item], reading: Reading, scale: float) -> None:
    with st.container(key=f"probe-items-{key}", gap=None):
        st.html(
            f'<div class="pb-list-head"><b>{html.escape(title)}</b><span>{html.escape(said)}</span></div>'
        )
        st.html(item_html.head(reading, kit.theme(), _columns(reading)))
        for place, item in enumerate(items):
            _row(f"{key}-{place}", item, reading, scale)


def _columns(reading: Reading) -> list[str]:
    fields = [item_html.column(field) for field in fields_of(reading)]
    return [*[*fields, "", "", ""][:3], translate("kind")]


def _row(key: str, item: Item, reading: Reading, scale: float) -> None:
    chosen = state.remembered("item", None) == item.id
    look = "on" if chosen else "off"
    with st.container(key=f"probe-item-{look}-{key}", gap=None):
        st.html(item_html.line(item, scale))
        st.button(
            translate("Show {text}").format(text=kit.plain(item.texts[0][:40])),
            key=f"probe-pick-{key}",
            on_click=_pick,
            args=(None if chosen else item.id,),
        )
    if chosen:
        with st.container(key=f"probe-open-{key}", gap="small"):
            st.html(item_html.detail(item, reading, kit.theme()))
            _ways(key, item)


def _ways(key: str, item: Item) -> None:
    """Into the iceberg, onto the map."""
    text = item.sentence or item.texts[0]
    with st.container(key=f"probe-ways-{key}", horizontal=True, gap="small"):
        if st.button(
            translate("Open in the iceberg"),
            key=f"probe-ice-{key}",
            icon=":material/landscape:",
            disabled=not kit.fits_the_iceberg(text),
        ):
            kit.open_iceberg(text)
        if st.button(translate("Show on the map"), key=f"probe-map-{key}", icon=":material/map:"):
            kit.open_map(text)


def _pick(item: str | None) -> None:
    state.remember("item", item)

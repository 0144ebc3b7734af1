"""Three sentences side by side: alike above the water, unlike below it."""

from __future__ import annotations

import html
from collections.abc import Mapping
from functools import partial

import streamlit as st

from explorer.i18n import _
from explorer.ui import states
from explorer.ui.iceberg import cards, column, words
from explorer.ui.iceberg import state as mine
from explorer.ui.iceberg.drawing import drawn
from explorer.ui.iceberg.scene import NARROW, Construes, Scene, scene


def draw(construer: Construes, sources: Mapping[str, str]) -> Scene | None:
    """Sentences, icebergs, readings; below them what is the same and what differs. Returns the chosen one's scene."""
    at, chosen = mine.at(), mine.chosen()
    scenes: list[Scene] = []
    current: Scene | None = None
    with st.container(key="ice-three"):
        for position, (place, text) in enumerate(
            zip(st.columns(3, gap="small"), mine.sentences(), strict=True)
        ):
            with place, states.guarded():
                own = chosen if position == at else None
                shown = scene(construer, text, cut=mine.cut(text), chosen=own, sources=sources)
                scenes.append(shown)
                current = shown if position == at else current
                _one(position, shown, own)
    with st.container(key="ice-compare", horizontal=True, vertical_alignment="center", gap="small"):
        said = words.comparison([shown.narrow for shown in scenes])
        st.html(f'<p class="ice-comparison">{html.escape(said)}</p>')
        cards.others()
        if any(shown.now.cut for shown in scenes):
            st.button(_("Put all back"), key="ice-restore-every", on_click=_restore_every)
    return current


def _one(position: int, shown: Scene, chosen: str | None) -> None:
    with st.container(key=f"ice-wide-input-{position}"):
        cards.sentence_input(position)
    drawn(
        shown,
        key=f"iceberg-three-{position}",
        sizes=(NARROW,),
        on_event=partial(mine.happened, position=position),
        chosen=chosen,
    )
    with st.container(key=f"ice-under-{position}", gap=None):
        st.html(column.reading_html(shown.now, small=True))
        if shown.now.best is not None:
            st.html(_ground(shown) + column.bars_html(shown, most=3))
        if shown.after is not None:
            said = html.escape(words.effect(shown.now, shown.after))
            st.html(f'<div class="ice-cut-line">{said}</div>')


def _ground(shown: Scene) -> str:
    """The facts of the lit path in one line."""
    path = words.winning_path(shown.now)
    line = words.listed([words.step_line(step) for step in path.steps]) if path is not None else "–"
    on = html.escape(_("On"))
    return f'<div class="ice-ground"><span>{on}</span> {html.escape(line)}</div>'


def _restore_every() -> None:
    st.session_state["iceberg-cuts"] = {}
    mine.choose(None)

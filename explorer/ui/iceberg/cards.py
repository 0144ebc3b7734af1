"""The three sentences: each a card with its role and reading; a click shows it, a second one edits it."""

from __future__ import annotations

import html

import streamlit as st

from explorer.construal.readings import Construal
from explorer.i18n import _
from explorer.ui import states
from explorer.ui.iceberg import state as mine
from explorer.ui.iceberg import words
from explorer.ui.iceberg.scene import best_of
from explorer.ui.style import LOGO
from explorer.ui.tokens import number, plain

OTHERS = (
    ("吃火锅", "吃利息", "吃醋"),
    ("写信", "写毛笔", "写黑板"),
    ("洗衣服", "洗冷水", "洗澡堂"),
    ("睡沙发", "睡中午", "睡三天"),
    ("喝咖啡", "喝大杯", "喝西北风"),
    ("跑北京", "跑马拉松", "跑龙套"),
    ("走山路", "走钢丝", "走后门"),
)
"""Other triples to try: each keeps a verb and changes the object."""


def draw(construals: list[Construal]) -> None:
    """The cards in a row, and other sentences to try."""
    with st.container(key="ice-cards"):
        places = st.columns([1, 1, 1, 0.34], gap="small")
        for position, construal in enumerate(construals):
            with places[position]:
                _card(position, construal)
        with places[3]:
            others()


def _card(position: int, construal: Construal) -> None:
    chosen = position == mine.at()
    with st.container(key=f"ice-card-{'on' if chosen else 'off'}-{position}", gap=None):
        st.html(LOGO)
        sentence_input(position)
        st.html(line_html(construal))
        if not chosen:
            st.button(
                plain(_("Show {sentence}").format(sentence=mine.sentences()[position])),
                key=f"ice-show-{position}",
                on_click=mine.show,
                args=(position,),
            )


def sentence_input(position: int) -> None:
    """The sentence itself, to be changed where it stands."""
    key = f"ice-sentence-{position}-{mine.turn()}"

    def written() -> None:
        mine.write(position, str(st.session_state.get(key, "")))

    st.text_input(
        _("Sentence {number}").format(number=position + 1),
        mine.sentences()[position],
        key=key,
        max_chars=mine.LONGEST,
        on_change=written,
        label_visibility="collapsed",
        autocomplete="off",
    )


def line_html(construal: Construal) -> str:
    """处所 .86 · 在食堂吃饭; or that nothing could be read."""
    best = best_of(construal)
    if best is not None:
        head, value, rest = words.role_name(best.role), f" {number(best.probability)}", words.said(best)
    elif construal.best is not None:
        head, value, rest = _("No verdict"), "", words.verdict(construal)
    else:
        head, value, rest = _("Cannot construe"), "", words.verdict(construal)
    return f'<div class="ice-line"><b>{html.escape(head)}</b>{value}<span> · {html.escape(rest)}</span></div>'


def others() -> None:
    """Other sentences, by verb; each replaces all three."""
    with st.popover(_("Others"), icon=":material/add:", key=f"ice-others-{mine.turn()}"):
        states.note(_("Three at a time: one verb, three objects."))
        for number_, triple in enumerate((("吃面条", "吃大碗", "吃食堂"), *OTHERS)):
            label = " · ".join(triple)
            st.button(label, key=f"ice-triple-{number_}", on_click=_take, args=(triple,), width="stretch")


def _take(triple: tuple[str, str, str]) -> None:
    for position, phrase in enumerate(triple):
        mine.write(position, f"张三{phrase}")
    mine.show(0)

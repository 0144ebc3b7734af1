"""The page of probes, top to bottom: what is asked, what is under way, the verdict, the figures, the items."""

from __future__ import annotations

from typing import Any

import streamlit as st

import explorer.ui.kit as kit
from explorer import translate
from explorer.i18n import current
from probes.page import asking, cards, comparison, drawings, export, item_list, running, runs
from probes.report.reading import Reading


def draw() -> None:
    """The whole page; each part shows its own errors."""
    kit.sheet("probes.page")
    running.collect()
    record = runs.shown()
    with kit.guarded():
        asking.own_rows()  # before the bar, though below it: a file that has just come makes Run possible
    with kit.head():
        with kit.guarded():
            asking.bar()
        if record is not None:
            _of_the_run(record)
    running.draw()
    if record is None:
        _nothing_yet()
        return
    with kit.guarded():
        _shown(record)


def _of_the_run(record: dict[str, Any]) -> None:
    """Which run is shown, to run it again, to take it away."""
    with st.container(
        key="probe-record", horizontal=True, vertical_alignment="center", gap="small", width="content"
    ):
        runs.choose(str(record["id"]))
        st.button(
            translate("Replay"),
            key="probe-replay",
            help=translate("Run it again, and see whether the numbers are the same."),
            disabled=running.busy(),
            on_click=running.again,
            args=(record,),
        )
        export.draw(record)


def _shown(record: dict[str, Any]) -> None:
    """A record: verdicts, figures, items, what is compared and what was left out."""
    reading = Reading(record)
    st.html(cards.heading(reading))
    st.html(cards.cards(reading, kit.theme()))
    notes = record["result"].get("notes")
    for note in notes if isinstance(notes, list) else []:
        kit.note(str(note))
    with kit.guarded():
        drawings.draw(reading, kit.theme(), current())
    with kit.guarded():
        item_list.draw(reading)
    with kit.guarded():
        comparison.draw(reading)


def _nothing_yet() -> None:
    """What a probe is, and the way to a first one."""
    with st.container(key="probe-empty", border=True, horizontal_alignment="center", gap="small"):
        kit.empty(
            translate(
                "A probe asks a space questions whose answers are known: which of two paraphrases says what the "
                "sentence says?"
            ),
            more=translate(
                "It is asked again with the sentence's meaning taken away; who answers as well then has not "
                "understood it."
            ),
        )
        if running.busy():
            return
        asking.run_button("probe-run-first")
        kit.note(translate("The first run takes about a minute and goes on beside the page."))

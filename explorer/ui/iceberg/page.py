"""The iceberg page: sentences above the water, the facts they need below it, and what happens without one."""

from __future__ import annotations

from typing import Any

import streamlit as st

from explorer.i18n import _, localise
from explorer.ui import resources, state, states
from explorer.ui.background import Background
from explorer.ui.iceberg import cards, column, dark, export, map_beside, neighbours, three, tour
from explorer.ui.iceberg import state as mine
from explorer.ui.iceberg.drawing import drawn
from explorer.ui.iceberg.scene import Scene, scene, word_of
from explorer.workspace import Workspace


def draw(workspace: Workspace) -> None:
    """The whole page; each part shows its own errors."""
    mode = mine.mode()
    touring = tour.step() is not None
    exports = None if touring else _head(mode)
    with states.guarded():
        if not _is_ready(workspace):
            return
        construer = dark.construer_of(workspace)
        sources = {name: localise(each.title) for name, each in workspace.registry.knowledge_sources.items()}
        if touring:
            tour.draw(construer)
        if mode == "three":
            shown = three.draw(construer, sources)
        else:
            cards.draw([construer.construe(text, cut=mine.cut(text)) for text in mine.sentences()])
            shown = scene(
                construer,
                mine.sentence(),
                cut=mine.cut(),
                chosen=mine.chosen(),
                sources=sources,
            )
        if exports is not None and shown is not None:
            with exports:
                export.draw(shown.wide)
        if mode == "map" and shown is not None:
            map_beside.draw(workspace, shown)
        elif mode == "single" and shown is not None:
            _single(workspace, shown)


def _is_ready(workspace: Workspace) -> bool:
    """Whether the facts are read; until then says so, or why they cannot be."""
    work = resources.construer_work(workspace, workspace.name, workspace.space.name)
    if work.error:
        states.refusal(_("No sentence can be construed now."), work.error)
        return False
    if not work.done:
        with st.container(border=True, key="ice-loading"):
            _loading(work)
        return False
    return True


@st.fragment(run_every=0.5)
@state.spoken
def _loading(work: Background) -> None:
    if work.done:
        st.rerun()
    states.waiting(_("Reading what there is below the water, some seconds the first time."), None)


def _head(mode: mine.Mode) -> Any:
    """Title, one sentence or three or the map beside it, the tour; returns where the exports go."""
    with st.container(key="ice-head", horizontal=True, vertical_alignment="center", gap="small"):
        st.title(_("Iceberg"), anchor=False, width="content")
        about = {
            "single": _("what one must know below the water to understand a sentence"),
            "three": _("alike above the water, unlike below it"),
            "map": _("facts beside the space: choose on one side, see on the other"),
        }
        states.note(about[mode])
        choices: dict[mine.Mode, str] = {
            "single": _("One"),
            "three": _("Side by side"),
            "map": _("With the map"),
        }
        st.session_state["iceberg-mode-pick"] = mode  # the tour may have changed it
        st.segmented_control(
            _("View"),
            list(choices),
            format_func=choices.__getitem__,
            key="iceberg-mode-pick",
            required=True,
            label_visibility="collapsed",
            on_change=_picked,
        )
        tour.button()
        return st.container(key="ice-export-place", width="content")


def _picked() -> None:
    mine.set_mode(st.session_state["iceberg-mode-pick"])


def _single(workspace: Workspace, shown: Scene) -> None:
    # A tour's card takes height, so the iceberg is a little smaller beside a wider column.
    left, right = st.columns([2.62 if tour.step() is None else 2.2, 1], gap="small")
    with left:
        drawn(shown, key="iceberg", chosen=mine.chosen())
    with right, st.container(key="ice-column", gap="small"):
        column.reading_card(shown)
        column.bars_card(shown)
        column.cut_card(shown)
        neighbours.card(workspace, word_of(shown))
        dark.card(workspace, word_of(shown))

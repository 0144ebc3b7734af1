"""The iceberg page: sentences above the water, the facts they need below it, and what happens without one."""

from __future__ import annotations

from typing import Any

import streamlit as st

from explorer.i18n import _, localise
from explorer.ui import (
    iceberg_cards,
    iceberg_column,
    iceberg_dark,
    iceberg_export,
    iceberg_map,
    iceberg_neighbours,
    iceberg_state,
    iceberg_three,
    iceberg_tour,
    resources,
    state,
    states,
)
from explorer.ui.iceberg_drawing import drawn
from explorer.ui.iceberg_scene import Scene, scene, word_of
from explorer.workspace import Workspace


def draw(workspace: Workspace) -> None:
    """The whole page; each part shows its own errors."""
    mode = iceberg_state.mode()
    touring = iceberg_tour.step() is not None
    exports = None if touring else _head(mode)
    with states.guarded():
        if not _is_ready(workspace):
            return
        construer = iceberg_dark.construer_of(workspace)
        sources = {name: localise(each.title) for name, each in workspace.registry.knowledge_sources.items()}
        if touring:
            iceberg_tour.draw(construer)
        if mode == "three":
            shown = iceberg_three.draw(construer, sources)
        else:
            iceberg_cards.draw(
                [construer.construe(text, cut=iceberg_state.cut(text)) for text in iceberg_state.sentences()]
            )
            shown = scene(
                construer,
                iceberg_state.sentence(),
                cut=iceberg_state.cut(),
                chosen=iceberg_state.chosen(),
                sources=sources,
            )
        if exports is not None and shown is not None:
            with exports:
                iceberg_export.draw(shown.wide)
        if mode == "map" and shown is not None:
            iceberg_map.draw(workspace, shown)
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
def _loading(work: resources.Background) -> None:
    if work.done:
        st.rerun()
    states.waiting(_("Reading what there is below the water, some seconds the first time."), None)


def _head(mode: iceberg_state.Mode) -> Any:
    """Title, one sentence or three or the map beside it, the tour; returns where the exports go."""
    with st.container(key="ice-head", horizontal=True, vertical_alignment="center", gap="small"):
        st.title(_("Iceberg"), anchor=False, width="content")
        about = {
            "single": _("what one must know below the water to understand a sentence"),
            "three": _("alike above the water, unlike below it"),
            "map": _("facts beside the space: choose on one side, see on the other"),
        }
        states.note(about[mode])
        choices: dict[iceberg_state.Mode, str] = {
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
        iceberg_tour.button()
        return st.container(key="ice-export-place", width="content")


def _picked() -> None:
    iceberg_state.set_mode(st.session_state["iceberg-mode-pick"])


def _single(workspace: Workspace, shown: Scene) -> None:
    # A tour's card takes height, so the iceberg is a little smaller beside a wider column.
    left, right = st.columns([2.62 if iceberg_tour.step() is None else 2.2, 1], gap="small")
    with left:
        drawn(shown, key="iceberg", chosen=iceberg_state.chosen())
    with right, st.container(key="ice-column", gap="small"):
        iceberg_column.reading_card(shown)
        iceberg_column.bars_card(shown)
        iceberg_column.cut_card(shown)
        iceberg_neighbours.card(workspace, word_of(shown))
        iceberg_dark.card(workspace, word_of(shown))

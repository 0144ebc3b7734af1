"""The iceberg beside the map: a chosen node shows its nearest items, chosen items light the nodes they are near."""

from __future__ import annotations

from typing import Any

import streamlit as st

from explorer.i18n import _, current
from explorer.iceberg.nodes import Iceberg
from explorer.projection import MapPicture, place
from explorer.results import caption
from explorer.ui import map_section, states, style, tokens
from explorer.ui.iceberg import column
from explorer.ui.iceberg import state as mine
from explorer.ui.iceberg.drawing import drawn
from explorer.ui.iceberg.neighbours import is_ready, search
from explorer.ui.iceberg.scene import MIDDLE, NARROW, Scene, word_of
from explorer.ui.iceberg.words import listed
from explorer.ui.map_figure import MapView, figure
from explorer.workspace import Workspace

NEAREST = 6
"""Items of each modality that count as near a node."""


def draw(workspace: Workspace, shown: Scene) -> None:
    """Both, side by side, and below the iceberg the bars and the cut."""
    left, right = st.columns(2, gap="small")
    with right, states.guarded():
        selected = _map(workspace, shown)
    with left:
        marked = near_nodes(workspace, shown.wide, selected) if selected else frozenset()
        drawn(
            shown,
            key="iceberg-beside",
            marked=marked,
            sizes=(MIDDLE, NARROW),
            chosen=mine.chosen(),
        )
        if selected:
            names = [node.label(current()) for node in shown.wide.nodes if node.id in marked]
            states.note(_touched(len(selected), names))
    with st.container(key="ice-beside"):
        for place_, part in zip(
            st.columns(3, gap="small"),
            (column.reading_card, column.bars_card, column.cut_card),
            strict=True,
        ):
            with place_:
                part(shown)


def _touched(count: int, names: list[str]) -> str:
    if not names:
        return _("{count} items chosen. They are near none of these concepts.").format(count=count)
    return _("{count} items chosen. They are near: {names}.").format(count=count, names=listed(names))


def near_nodes(workspace: Workspace, iceberg: Iceberg, selected: frozenset[str]) -> frozenset[str]:
    """The nodes that have one of the selected items among their nearest."""
    found = set()
    for node in iceberg.nodes:
        result = search(workspace, node.word, k=NEAREST)
        if any(hit.item.id in selected for hits in result.results.values() for hit in hits):
            found.add(node.id)
    return frozenset(found)


def _map(workspace: Workspace, shown: Scene) -> frozenset[str]:
    """The map with the chosen word's neighbours; returns the ids that a box or a lasso chose."""
    if not workspace.counts():
        with st.container(border=True, key="ice-map-card"):
            states.empty(_("Nothing is in this workspace yet. The iceberg needs no items; the map does."))
        return frozenset()
    if not is_ready(workspace):
        return frozenset()
    picture = map_section.picture(workspace)
    if picture is None:
        return frozenset()
    view, word = _view(workspace, picture, shown), word_of(shown)
    points = map_section.map_points(workspace, picture)
    fig, wide = figure(points, view, tokens.theme())
    fig.update_layout(uirevision="beside", height=566)
    with st.container(border=True, key="ice-map-card", gap=None):
        style.hide_on_phones(wide, "ice-map")
        st.html(map_section.legend_html(workspace, points, view))
        event: Any = st.plotly_chart(
            fig,
            theme=None,
            key="ice-map",
            height="stretch",
            on_select="rerun",
            selection_mode=("points", "box", "lasso"),
            config=map_section.config(),
            alt=_("Map of {count} items").format(count=f"{len(points):,}"),
        )
        names = [caption(item, current()) for item in workspace.store.get_items(view.neighbours).values()]
        line = _("Near {word}: {names}").format(
            word=tokens.quoted(word), names=listed([tokens.short(name, 8) for name in names[:6]])
        )
        states.note(line)
    chosen = event.selection.points if event else []
    return frozenset(p["customdata"][0] for p in chosen if p.get("customdata"))


def _view(workspace: Workspace, picture: MapPicture, shown: Scene) -> MapView:
    word = word_of(shown)
    if not word:
        return MapView()
    result = search(workspace, word, k=NEAREST)
    hits = sorted((hit for found in result.results.values() for hit in found), key=lambda hit: -hit.score)
    ids, vectors = workspace.map_vectors()
    where = place(result.vector, vectors, picture.coords) if ids == picture.item_ids else None
    return MapView(
        query=(float(where[0]), float(where[1])) if where is not None else None,
        query_label=word,
        neighbours=[hit.item.id for hit in hits[: map_section.TIES]],
    )

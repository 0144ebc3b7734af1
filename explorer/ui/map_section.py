"""The picture of the space on the map page: colours, legend, figure, trust, what is chosen."""

from __future__ import annotations

import csv
import html
import io
from typing import Any

import streamlit as st

from explorer.i18n import _, current, localise
from explorer.projection import MapPicture, place
from explorer.results import SearchResult, caption
from explorer.ui import card, resources, state, states, style, tokens
from explorer.ui.background import Background
from explorer.ui.map_figure import (
    MapView,
    Point,
    figure,
    language_palette,
    similarity_range,
    view_palette,
)
from explorer.workspace import Workspace
from store import ItemRecord

TIES = 10
LISTED = 200
"""Chosen items that are shown; the export has them all."""


def draw(workspace: Workspace, result: SearchResult | None) -> None:
    """The map with what stands around it."""
    drawn = picture(workspace)
    if drawn is None:
        return
    with st.container(
        key="map-head",
        horizontal=True,
        vertical_alignment="center",
        horizontal_alignment="distribute",
        gap="small",
    ):
        colour_by = _colour_by(has_query=result is not None)
        legend = st.container(width="content")
    points = map_points(workspace, drawn)
    view = _view(workspace, drawn, result, colour_by)
    with legend:
        st.html(legend_html(workspace, points, view))
    with st.container(border=True, key="map-card", gap=None):
        if view.colour_by == "similarity":
            st.html(_scale(view))
        fig, wide = figure(points, view, tokens.theme())
        style.hide_on_phones(wide)
        event: Any = st.plotly_chart(
            fig,
            theme=None,
            key="map",
            height="stretch",
            on_select="rerun",
            selection_mode=("points", "box", "lasso"),
            config=config(),
            alt=_("Map of {count} items").format(count=f"{len(points):,}"),
        )
        _trust(workspace, drawn)
    _selection(workspace, event)
    chosen = state.chosen()
    if chosen is not None:
        with states.guarded():
            card.draw(workspace, chosen)


def config() -> dict[str, Any]:
    """Plotly's own options; its words in the reader's language."""
    words = {
        "Pan": _("Move the map"),
        "Lasso Select": _("Choose with a lasso"),
        "Box Select": _("Choose with a box"),
        "Reset axes": _("Show all"),
        "Download plot as a PNG": _("Save as PNG"),
        "Download plot as a png": _("Save as PNG"),
        "Download plot": _("Save as PNG"),
        "Double-click to zoom back out": _("Double-click shows all."),
    }
    return {
        "displaylogo": False,
        "scrollZoom": True,
        "showTips": False,
        "displayNotifier": False,
        "modeBarButtons": [["pan2d", "lasso2d", "select2d", "resetScale2d", "toImage"]],
        "toImageButtonOptions": {"format": "png", "scale": 2, "filename": "map"},
        "locale": "si",
        "locales": {"si": {"dictionary": words, "format": {}}},
    }


def _colour_by(*, has_query: bool) -> str:
    choices = {"modality": _("modality"), "language": _("language"), "label": _("label")}
    if has_query:
        choices["similarity"] = _("similarity")
    if st.session_state.get("colour-by") not in choices:
        st.session_state["colour-by"] = "modality"
    picked = st.segmented_control(
        _("Colour"),
        list(choices),
        format_func=choices.__getitem__,
        key="colour-by",
        required=True,
        label_visibility="collapsed",
    )
    return str(picked or "modality")


def picture(workspace: Workspace) -> MapPicture | None:
    """The best picture there is: the projector's when it is kept, else PCA while it is computed."""
    method = next(iter(workspace.registry.projectors), "pca")
    kept = workspace.projection(method, only_kept=True)
    if kept is not None or method == "pca":
        return kept or workspace.projection("pca")
    work = resources.map_work(
        workspace, workspace.name, workspace.space.name, workspace.store.generation(), method
    )
    if work.error:
        states.refusal(
            _("{method} could not be drawn; this is PCA.").format(method=method.upper()), work.error
        )
    elif not work.done:
        _drawing(work, method)
    return workspace.projection("pca")


@st.fragment(run_every=1.0)
@state.spoken
def _drawing(work: Background, method: str) -> None:
    if work.done:
        st.rerun()
    states.waiting(_("Showing PCA; {method} follows.").format(method=method.upper()), None)


def map_points(workspace: Workspace, picture: MapPicture) -> list[Point]:
    """The items of the picture with what the map shows of them; items that are gone are left out."""
    members = workspace.map_members()
    kinds = {name: member.kind for name, member in workspace.space.members.items()}
    items = {item.id: item for item in workspace.items()}
    language = current()
    names: dict[str, str] = {}
    points: list[Point] = []
    for item_id, (x, y) in zip(picture.item_ids, picture.coords, strict=True):
        item = items.get(item_id)
        if item is None:
            continue
        spoken = kinds.get(members.get(item_id, "")) == "transcript"
        shape = "speech" if spoken else item.modality
        if shape not in names:
            names[shape] = tokens.modality_name(workspace.registry, shape)
        topic = item.meta.get("topic", "")
        points.append(
            Point(
                item_id=item_id,
                x=float(x),
                y=float(y),
                shape=shape,
                kind=names[shape],
                caption=caption(item, language),
                language=item.language,
                topic=localise(topic) if isinstance(topic, dict) else str(topic),
            )
        )
    return points


def _view(workspace: Workspace, picture: MapPicture, result: SearchResult | None, colour_by: str) -> MapView:
    if result is None:
        return MapView(colour_by=colour_by, chosen=state.chosen())
    similarity: dict[str, float] = {}
    for modality in workspace.counts():
        similarity |= workspace.neighbours.similarities(result.vector, modality)
    hits = [hit for found in result.results.values() for hit in found]
    best = sorted(hits, key=lambda hit: -hit.score)
    ids, vectors = workspace.map_vectors()
    where = place(result.vector, vectors, picture.coords) if ids == picture.item_ids else None
    return MapView(
        colour_by=colour_by,
        similarity=similarity,
        chosen=state.chosen(),
        query=(float(where[0]), float(where[1])) if where is not None else None,
        query_label=query_label(state.parts()),
        neighbours=[hit.item.id for hit in best[:TIES]],
    )


def query_label(parts: Any) -> str:
    """狗叫 + 夜晚 − 猫."""
    text = ""
    for part in parts:
        sign = "−" if part.weight < 0 else "+" if text else ""
        text += sign + tokens.short(part.label, 6)
    return text


def legend_html(workspace: Workspace, points: list[Point], view: MapView) -> str:
    """One legend: shapes, in their colours or in grey; then what the colours mean."""
    present = {p.shape for p in points}
    by_shape = view.colour_by == "modality"
    grey = tokens.FAINT[tokens.theme()]
    order = [s for s in ("text", "image", "audio", "speech") if s in present]
    entries = [
        (tokens.glyph(s), tokens.colour(s) if by_shape else grey, tokens.modality_name(workspace.registry, s))
        for s in [*order, *sorted(present - set(order))]
    ]
    if view.colour_by == "label":
        entries = [("⬤", c, topic) for topic, c in view_palette(points, tokens.theme()).items()]
        entries.append(("⬤", grey, _("others")))
    if view.colour_by == "language":
        names = {"zh": "中文", "en": "English"}
        entries = [("⬤", c, names[code]) for code, c in language_palette(tokens.theme()).items()]
        entries.append(("⬤", grey, _("none")))
    spans = "".join(
        f'<span><i style="color:{colour}">{glyph}</i>{html.escape(name)}</span>'
        for glyph, colour, name in entries
    )
    return f'<div class="si-legend">{spans}</div>'


def _scale(view: MapView) -> str:
    low, high = similarity_range(view)
    colours = ",".join(tokens.SIMILARITY[tokens.theme()])
    name = _("similarity")
    return (
        f'<div class="si-scale"><div style="background:linear-gradient(90deg,{colours})"></div>'
        f"<span>{tokens.number(low)}</span><span>{html.escape(name)}</span>"
        f"<span>{tokens.number(high)}</span></div>"
    )


def _trust(workspace: Workspace, picture: MapPicture) -> None:
    """One honest line: how far the picture can be trusted, and how each modality came into the space."""
    parts: list[str] = []
    mark = "●"
    trust = picture.trustworthiness
    if trust is not None:
        line = _("trustworthiness {value}").format(value=f"<b>{tokens.number(trust)}</b>")
        if trust < 0.9:
            mark, line = "◐", line + html.escape(_(": only a rough guide"))
        parts.append(line)
    if picture.continuity is not None:
        parts.append(_("continuity {value}").format(value=f"<b>{tokens.number(picture.continuity)}</b>"))
    bridged = [m for m in workspace.space.members.values() if m.kind == "label-bridge"]
    names = list(dict.fromkeys(m for member in bridged for m in member.modalities))
    if names:
        joined = _(" and ").join(tokens.modality_name(workspace.registry, n).lower() for n in names)
        parts.append(html.escape(_("{names} by label bridge").format(names=joined)))
    line = "".join(f"<span>{part}</span>" for part in parts)
    kind = "warn" if mark == "◐" else "ok"
    st.html(
        f'<div class="si-trust"><i class="{kind}">{mark}</i>{line}<em>{html.escape(picture.method.upper())}</em></div>'
    )


def _selection(workspace: Workspace, event: Any) -> None:
    """One point opens its card; several make a list."""
    points = event.selection.points if event else []
    ids = list(dict.fromkeys(p["customdata"][0] for p in points if p.get("customdata")))
    if ids != st.session_state.get("selected"):
        st.session_state["selected"] = ids
        if len(ids) == 1:
            state.choose(ids[0])
            st.rerun()
    if len(ids) < 2:
        return
    items = list(workspace.store.get_items(ids).values())
    with st.container(border=True, key="selection", gap="small"):
        with st.container(
            horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"
        ):
            title = _("{count} items chosen").format(count=f"{len(items):,}")
            st.html(f"<b>{html.escape(title)}</b>")
            st.download_button(
                _("Export CSV"),
                selection_csv(items),
                "selection.csv",
                "text/csv",
                icon=":material/download:",
                key="selection-csv",
            )
        st.html(_selection_list(items))


def _selection_list(items: list[ItemRecord]) -> str:
    rows = "".join(
        f'<li><i style="color:{tokens.colour(item.modality)}">{tokens.glyph(item.modality)}</i>'
        f"{html.escape(tokens.short(caption(item, current()), 40))}</li>"
        for item in items[:LISTED]
    )
    rest = _("… and more: see the export.")
    more = f"<li>{html.escape(rest)}</li>" if len(items) > LISTED else ""
    return f'<ul class="si-list" tabindex="0">{rows}{more}</ul>'


def selection_csv(items: list[ItemRecord]) -> str:
    """The chosen items as a table, all of them."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["id", "modality", "language", "caption", "origin", "licence"])
    for item in items:
        row = (item.id, item.modality, item.language, caption(item, current()), item.origin, item.licence)
        writer.writerow(["" if value is None else value for value in row])
    return buffer.getvalue()

"""The map page: the query, the picture of the space, the neighbours."""

from __future__ import annotations

import csv
import html
import io
from typing import Any

import streamlit as st

from explorer.i18n import _, current, localise
from explorer.projection import MapPicture, place
from explorer.results import SearchResult, caption
from explorer.ui import card, columns, query_bar, resources, state, states, tokens
from explorer.ui.map_figure import MapView, Point, figure, view_palette
from explorer.workspace import Workspace

CONFIG = {
    "displaylogo": False,
    "scrollZoom": True,
    "modeBarButtons": [["pan2d", "lasso2d", "select2d", "resetScale2d", "toImage"]],
    "toImageButtonOptions": {"format": "png", "scale": 2, "filename": "map"},
}
TIES = 10


def draw(workspace: Workspace) -> None:
    """The whole page; each part shows its own errors."""
    if not workspace.counts():
        st.title(_("Map"), anchor=False)
        states.empty(_("Nothing here yet. Bring files in, or run"), "explorer demo build")
        return
    work = resources.models(workspace, workspace.name, workspace.space.name)
    query_bar.draw(workspace)
    if not work.done:
        _loading(work)
    result: SearchResult | None = None
    with states.guarded():
        if state.parts():
            result = workspace.search(state.parts(), k=max(state.k(), 4))
    left, right = st.columns([1.08, 1], gap="medium")
    with left, states.guarded():
        _map(workspace, result)
    with right, states.guarded():
        if result is None:
            states.empty(_("Type a word, or add a picture or a sound."))
            _examples()
        else:
            columns.draw(workspace, result)


@st.fragment(run_every=1.0)
def _loading(work: resources.Background) -> None:
    """Models are coming: which, how far, and that the map can be looked at meanwhile."""
    if work.done:
        st.rerun()
    states.waiting(
        _("Loading {name} ({step} of {total}). The map is ready to browse.").format(
            name=work.stage or "…", step=min(work.step + 1, work.total), total=work.total
        ),
        (work.step + 0.5) / max(work.total, 1),
    )


def _examples() -> None:
    """Three first questions, so that nobody faces an empty page."""
    from explorer.results import QueryPart
    from explorer.types import Content

    with st.container(horizontal=True, horizontal_alignment="center"):
        for word in (
            ("狗叫", "下雨", "弹钢琴")
            if current() == "zh"
            else ("a dog barking", "rain", "playing the piano")
        ):
            part = QueryPart(content=Content(modality="text", data=word, ref=word), label=word)
            st.button(word, key=f"example-{word}", on_click=state.ask, args=(part,))


def _map(workspace: Workspace, result: SearchResult | None) -> None:
    picture = _picture(workspace)
    if picture is None:
        return
    choices = {
        "modality": _("modality"),
        "language": _("language"),
        "label": _("label"),
        "similarity": _("similarity to the query"),
    }
    bar, legend = st.columns([1.2, 1], vertical_alignment="center")
    with bar:
        colour_by = st.segmented_control(
            _("Colour"),
            list(choices),
            default="modality",
            format_func=choices.__getitem__,
            key="colour-by",
            label_visibility="collapsed",
        )
    points = map_points(workspace, picture)
    view = _view(workspace, picture, result, colour_by or "modality")
    with legend:
        _legend(points, view)
    with st.container(border=True, key="map-card"):
        event: Any = st.plotly_chart(
            figure(points, view),
            theme=None,
            key="map",
            on_select="rerun",
            selection_mode=("points", "box", "lasso"),
            config=CONFIG,
        )
        _trust(workspace, picture)
    _selection(workspace, event)
    chosen = state.chosen()
    if chosen is not None:
        with states.guarded():
            card.draw(workspace, chosen)


def _picture(workspace: Workspace) -> MapPicture | None:
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


@st.fragment(run_every=1.5)
def _drawing(work: resources.Background, method: str) -> None:
    if work.done:
        st.rerun()
    states.waiting(_("Showing PCA; {method} follows.").format(method=method.upper()), None)


def map_points(workspace: Workspace, picture: MapPicture) -> list[Point]:
    """The items of the picture with what the map shows of them; items that are gone are left out."""
    members = workspace.map_members()
    kinds = {name: member.kind for name, member in workspace.space.members.items()}
    items = {item.id: item for item in workspace.items()}
    language = current()
    points: list[Point] = []
    for item_id, (x, y) in zip(picture.item_ids, picture.coords, strict=True):
        item = items.get(item_id)
        if item is None:
            continue
        spoken = kinds.get(members.get(item_id, "")) == "transcript"
        topic = item.meta.get("topic", "")
        points.append(
            Point(
                item_id=item_id,
                x=float(x),
                y=float(y),
                shape="speech" if spoken else item.modality,
                caption=caption(item, language),
                language=item.language,
                topic=localise(topic) if isinstance(topic, dict) else str(topic),
            )
        )
    return points


def _view(workspace: Workspace, picture: MapPicture, result: SearchResult | None, colour_by: str) -> MapView:
    if result is None:
        return MapView(
            colour_by=colour_by if colour_by != "similarity" else "modality", chosen=state.chosen()
        )
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
        query_label=" ".join(result.query)[:20],
        neighbours=[hit.item.id for hit in best[:TIES]],
    )


def _legend(points: list[Point], view: MapView) -> None:
    names = {"text": _("text"), "image": _("image"), "audio": _("sound"), "speech": _("speech")}
    grey = tokens.FAINT[tokens.theme()]
    entries = [
        (
            tokens.GLYPHS.get(shape, "✚"),
            tokens.colour(shape) if view.colour_by == "modality" else grey,
            names.get(shape, shape),
        )
        for shape in dict.fromkeys(["text", "image", "audio", "speech", *(p.shape for p in points)])
        if any(p.shape == shape for p in points)
    ]
    if view.colour_by == "label":
        entries = [("■", colour, topic) for topic, colour in view_palette(points, tokens.theme()).items()]
    if view.colour_by == "language":
        entries = [
            ("■", c, n) for c, n in zip(tokens.REGIONS[tokens.theme()], ("中文", "English"), strict=False)
        ]
    spans = "".join(
        f'<span><i style="font-style:normal;color:{colour}">{glyph}</i> {html.escape(name)}</span>'
        for glyph, colour, name in entries
    )
    st.html(f'<div class="si-legend">{spans}</div>')


def _trust(workspace: Workspace, picture: MapPicture) -> None:
    """One honest line: how far the picture can be trusted, and how each modality came into the space."""
    parts: list[str] = [f"<b>{html.escape(picture.method.upper())}</b>"]
    if picture.trustworthiness is not None:
        low = picture.trustworthiness < 0.9
        text = _("trustworthiness {value}").format(value=tokens.number(picture.trustworthiness))
        parts.append(html.escape(text + (_(": only a rough guide") if low else "")))
    bridged = [m for m in workspace.space.members.values() if m.kind == "label-bridge"]
    if bridged:
        names = ", ".join(member.name for member in bridged)
        parts.append(html.escape(_("by label bridge: {names}").format(names=names)))
    parts.append(
        html.escape(
            _("neighbours are found in all {dim} dimensions, not in the picture").format(
                dim=workspace.space.dim
            )
        )
    )
    st.html(f'<div class="si-trust">{" | ".join(parts)}</div>')


def _selection(workspace: Workspace, event: Any) -> None:
    """One point opens its card; several make a table."""
    points = event.selection.points if event else []
    ids = list(dict.fromkeys(p["customdata"][0] for p in points if p.get("customdata")))
    seen = st.session_state.get("selected")
    if ids != seen:
        st.session_state["selected"] = ids
        if len(ids) == 1:
            state.choose(ids[0])
            st.rerun()
    if len(ids) < 2:
        return
    items = workspace.store.get_items(ids)
    rows = [
        {
            _("item"): caption(item, current()),
            _("modality"): item.modality,
            _("language"): item.language or "",
            "id": item.id,
        }
        for item in items.values()
    ]
    states.note(_("{count} items selected.").format(count=len(rows)))
    st.dataframe(rows, height=220, hide_index=True)
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    st.download_button(_("Export CSV"), buffer.getvalue(), "selection.csv", "text/csv")

"""The map page: the query, the picture of the space, the neighbours."""

from __future__ import annotations

import streamlit as st

from explorer.errors import ExplorerError
from explorer.i18n import _, current
from explorer.results import SearchResult
from explorer.ui import columns, map_section, query_bar, resources, state, states, tokens
from explorer.ui.background import Background
from explorer.workspace import Workspace

EXAMPLES = {
    "zh": ("狗叫", "下雨", "弹钢琴", "吃面条"),
    "en": ("a dog barking", "rain", "playing the piano", "eating noodles"),
}


def draw(workspace: Workspace) -> None:
    """The whole page; each part shows its own errors."""
    if not workspace.counts():
        _nothing_here(workspace)
        return
    query_bar.draw(workspace)
    status = st.container(key="status", gap=None)
    left, right = st.columns([1.08, 1], gap="medium")
    with left:
        map_place = st.container(key="map-place", gap="small")
    with right:
        result_place = st.container(key="result-place", gap="small")
    if not state.parts():  # the map before the models: they would take its breath away
        with map_place, states.guarded():
            map_section.draw(workspace, None)
    work = resources.models(workspace, workspace.name, workspace.space.name)
    needed = _needed(workspace)
    if not work.done:
        with status:
            _loading(workspace, work, needed)
    result: SearchResult | None = None
    with result_place:
        if work.done:
            _absent(workspace)
        result = _result(workspace, work, needed)
    if state.parts():
        with map_place, states.guarded():
            map_section.draw(workspace, result)


def _nothing_here(workspace: Workspace) -> None:
    st.title(_("Map"), anchor=False)
    with st.container(border=True, key="nothing"):
        if workspace.name == "demo":
            states.empty(_("Nothing here yet. Bring files in, or run"), "explorer demo build")
        else:
            states.empty(
                _("Nothing here yet. Bring files in:"), f"explorer ingest PATH --workspace {workspace.name}"
            )


def _needed(workspace: Workspace) -> list[str]:
    """The encoders that the query and the search wait for; a transcriber only where something is to be heard."""
    asked = {p.content.modality for p in state.parts() if p.content is not None and p.embedded is None}
    members = workspace.space.members.values() if state.parts() else ()
    return [m.name for m in members if m.kind != "transcript" or asked & set(m.modalities)]


def _pending(workspace: Workspace, names: list[str]) -> list[str]:
    return [n for n in names if workspace.pool.state(n).state in ("idle", "loading")]


@st.fragment(run_every=0.7)
@state.spoken
def _loading(workspace: Workspace, work: Background, needed: list[str]) -> None:
    """Models are coming: which, how far, and that the map can be looked at meanwhile."""
    if work.done or (needed and not _pending(workspace, needed)):
        st.rerun()
    states.waiting(
        _("Loading {name} ({step} of {total}). The map is ready to browse.").format(
            name=work.stage or "…", step=min(work.step + 1, work.total), total=work.total
        ),
        (work.step + 0.5) / max(work.total, 1),
    )


def _absent(workspace: Workspace) -> None:
    """What could not be loaded, with the command that brings it; what came meanwhile is loaded."""
    errors: list[ExplorerError] = []
    for member in workspace.status():
        if member.state == "missing":
            try:
                workspace.pool.loaded(member.name)
            except ExplorerError as error:  # asked anew, so that it speaks the reader's language
                errors.append(error)
        elif member.state == "failed":
            states.refusal(member.reason, member.next_step)
    if errors:
        states.missing_all(errors)


def _result(workspace: Workspace, work: Background, needed: list[str]) -> SearchResult | None:
    """The neighbours, or why there are none yet."""
    if not state.parts():
        _invitation()
        return None
    asked = tokens.quoted(" ".join(tokens.short(part.label) for part in state.parts()))
    waits = [] if work.done else _pending(workspace, needed)
    if waits:
        states.waiting(
            _("{query} follows as soon as {names} can be used.").format(query=asked, names=", ".join(waits)),
            None,
        )
        return None
    result: SearchResult | None = None
    with states.guarded():
        slot = st.empty()
        if any(part.item_id is None and part.embedded is None for part in state.parts()):
            with slot:
                states.waiting(_("Placing {query} in the space.").format(query=asked), None)
            _place_parts(workspace)
            slot.empty()
        result = workspace.search(state.parts(), k=state.k())
        columns.draw(workspace, result)
    return result


def _place_parts(workspace: Workspace) -> None:
    """Place the parts in the space that are not there yet; each is encoded once."""
    for position, part in enumerate(state.parts()):
        if part.content is None or part.embedded is not None:
            continue
        content = part.content
        if content.modality == "text":  # the modality's own rules for what a text may be
            content = workspace.read_query(str(content.data).encode(), part.label, "text")
        state.place(position, content, workspace.space.embed_query(content))


def _invitation() -> None:
    """A few first questions, so that nobody faces an empty page."""
    with st.container(key="invitation", horizontal_alignment="center", gap="small"):
        states.empty(
            _("Type a word, or add a picture or a sound."),
            more=_("Neighbours come as text, pictures and sounds, with similarity and the why."),
        )
        with st.container(key="examples", horizontal=True, horizontal_alignment="center", gap="small"):
            for word in EXAMPLES[current()]:
                st.button(word, key=f"example-{word}", on_click=state.ask_text, args=(word,))

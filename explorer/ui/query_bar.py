"""The query: a text, a picture, a sound, the microphone, the camera, and mixtures of them with weights and signs."""

from __future__ import annotations

import html

import streamlit as st

from explorer.i18n import _
from explorer.results import QueryPart
from explorer.ui import state, states, tokens
from explorer.workspace import Workspace


def draw(workspace: Workspace) -> None:
    """The bar and its chips."""
    wanted = st.session_state.pop("wanted-text", None)
    if wanted is not None:
        st.session_state["typed"] = wanted
    with st.container(
        key="query", horizontal=True, vertical_alignment="center", gap="small", horizontal_alignment="left"
    ):
        st.title(_("Map"), anchor=False, width="content")
        with st.container(key="bar", horizontal=True, vertical_alignment="center", gap=None, wrap=False):
            st.text_input(
                _("Query"),
                key="typed",
                placeholder=_("Type a word, or add a picture or a sound."),
                label_visibility="collapsed",
                icon=":material/search:",
                on_change=_typed,
            )
            _sources(workspace)
            st.button(_("Find"), key="find", type="primary", on_click=_typed)
    _chips(workspace)


def _sources(workspace: Workspace) -> None:
    """Four ways to ask without words, each behind a sign."""
    turn = state.turn()
    with st.popover(_("Picture"), icon=":material/image:", key=f"pop-picture-{turn}"):
        _upload(workspace, "picture", "image", _("A picture of your own"))
    with st.popover(_("Sound"), icon=":material/graphic_eq:", key=f"pop-sound-{turn}"):
        _upload(workspace, "sound", "audio", _("A sound of your own"))
    with st.popover(_("Microphone"), icon=":material/mic:", key=f"pop-microphone-{turn}"):
        recorded = st.audio_input(_("Speak or make a sound"), key=f"microphone-{turn}")
        add = _adds("microphone")
        if recorded is not None:
            _take(workspace, recorded.getvalue(), _("recording"), "audio", add=add)
    with st.popover(_("Camera"), icon=":material/photo_camera:", key=f"pop-camera-{turn}"):
        # Only on demand: the widget switches the camera on as soon as it is drawn.
        if st.toggle(_("Camera on"), key=f"camera-on-{turn}"):
            taken = st.camera_input(_("Take a picture"), key=f"camera-{turn}", label_visibility="collapsed")
            add = _adds("camera")
            if taken is not None:
                _take(workspace, taken.getvalue(), _("photograph"), "image", add=add)


def _typed() -> None:
    """Enter or Find was pressed: the text is placed in the space during the run that follows."""
    state.ask_text(str(st.session_state.get("typed", "")))


def _upload(workspace: Workspace, name: str, modality: str, label: str) -> None:
    # No `type=`: a file of another kind gets our own refusal, in the reader's language.
    file = st.file_uploader(label, key=f"upload-{name}-{state.turn()}")
    add = _adds(name)
    if file is not None:
        _take(workspace, file.getvalue(), file.name, modality, add=add)


def _adds(name: str) -> bool:
    """Whether what comes joins the query instead of replacing it."""
    if not state.parts():
        return False
    return st.checkbox(_("Add to the query"), key=f"add-{name}-{state.turn()}")


def _take(workspace: Workspace, data: bytes, label: str, modality: str, *, add: bool = False) -> None:
    """Decode at once, so that a refusal stands where the file was given; placing it in the space comes later."""
    with states.guarded():
        content = workspace.read_query(data, label, modality)
        state.ask(QueryPart(content=content, label=label[-state.LABEL :]), add=add)
        st.rerun()


def _chips(workspace: Workspace) -> None:
    parts = state.parts()
    if not parts:
        return
    with st.container(key="chips-row", horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(key="chips", horizontal=True, vertical_alignment="center", gap="small"):
            for position, part in enumerate(parts):
                _chip(workspace, position, part)
            with st.popover(_("Add another"), icon=":material/add:", key=f"pop-another-{state.turn()}"):
                _another()
        states.note(
            _("neighbours are found in all {dim} dimensions, not in the picture").format(
                dim=workspace.space.dim
            )
        )
    for part in parts:
        if part.embedded is not None and part.embedded.transcript is not None:
            heard = tokens.quoted(part.embedded.transcript.text)
            states.note(_("Heard as speech: {text}").format(text=heard))


def _chip(workspace: Workspace, position: int, part: QueryPart) -> None:
    """One term: sign, shape, name, weight; a click changes the weight, the cross removes it."""
    modality = _modality(workspace, part)
    sign = "minus" if part.weight < 0 else "plus"
    name = tokens.short(part.label, 14)
    with st.container(
        key=f"chip-{sign}-{modality}-{position}",
        horizontal=True,
        vertical_alignment="center",
        gap=None,
        wrap=False,
        width="content",
    ):
        label = f"{tokens.plain(name)} {abs(part.weight):.1f}"
        with st.popover(label, key=f"pop-chip-{position}-{state.turn()}"):
            st.html(f'<div class="si-full">{html.escape(part.label)}</div>')
            weight = st.slider(
                _("Weight"), -2.0, 2.0, float(part.weight), 0.1, key=f"weight-{position}-{state.turn()}"
            )
            if weight != part.weight:
                state.reweigh(position, weight)
                st.rerun()
        st.button(
            _("Remove"),
            key=f"drop-{position}-{state.turn()}",
            icon=":material/close:",
            type="tertiary",
            on_click=state.drop,
            args=(position,),
        )


def _modality(workspace: Workspace, part: QueryPart) -> str:
    if part.content is not None:
        return part.content.modality
    found = workspace.store.find_item(part.item_id or "")
    return found[0].modality if found else "text"


def _another() -> None:
    turn = state.turn()
    word = st.text_input(_("A word or a sentence"), key=f"another-{turn}")
    minus = st.toggle(_("Subtract it"), key=f"another-minus-{turn}")
    if st.button(_("Add"), key=f"another-add-{turn}", type="primary") and word.strip():
        state.ask_text(word, weight=-0.5 if minus else 1.0, add=True)
        st.rerun()

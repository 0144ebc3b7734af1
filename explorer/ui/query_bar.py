"""The query: a text, a picture, a sound, the microphone, the camera, and mixtures of them with weights and signs."""

from __future__ import annotations

import streamlit as st

from explorer.i18n import _
from explorer.results import QueryPart
from explorer.types import Content
from explorer.ui import state, states
from explorer.workspace import Workspace

PICTURES = ["png", "jpg", "jpeg", "gif", "webp", "bmp", "tif", "tiff", "svg"]
SOUNDS = ["wav", "mp3", "ogg", "oga", "opus", "flac", "aif", "aiff", "m4a", "webm"]


def draw(workspace: Workspace) -> None:
    """The bar and its chips."""
    with st.container(key="query"):
        title, text, *buttons = st.columns([0.9, 6, 0.7, 0.7, 0.7, 0.7], vertical_alignment="center")
        title.title(_("Map"), anchor=False)
        text.text_input(
            _("Query"),
            key="typed",
            placeholder=_("Type a word, or add a picture or a sound."),
            label_visibility="collapsed",
            on_change=_typed,
        )
        with buttons[0].popover("", icon=":material/image:", help=_("Ask with a picture")):
            _upload(workspace, "picture", "image", PICTURES)
        with buttons[1].popover("", icon=":material/graphic_eq:", help=_("Ask with a sound")):
            _upload(workspace, "sound", "audio", SOUNDS)
        with buttons[2].popover("", icon=":material/mic:", help=_("Ask by voice")):
            recorded = st.audio_input(_("Speak or make a sound"), key="microphone")
            if recorded is not None:
                _take(workspace, "microphone", recorded.getvalue(), _("recording"), "audio")
        with buttons[3].popover("", icon=":material/photo_camera:", help=_("Ask with the camera")):
            if st.toggle(_("Camera on"), key="camera-on"):
                taken = st.camera_input(_("Take a picture"), key="camera")
                if taken is not None:
                    _take(workspace, "camera", taken.getvalue(), _("photograph"), "image")
    _pending(workspace)
    _chips(workspace)


def _typed() -> None:
    """Enter was pressed: the text is placed in the space during the run that follows."""
    typed = str(st.session_state.get("typed", "")).strip()
    if typed:
        state.ask(QueryPart(content=Content(modality="text", data=typed, ref=typed[:40]), label=typed[:24]))


def _pending(workspace: Workspace) -> None:
    """Place parts in the space that are not there yet; each is encoded once."""
    with states.guarded():
        for position, part in enumerate(state.parts()):
            if part.content is not None and part.embedded is None:
                content = workspace.read_query(str(part.content.data).encode(), part.label, "text")
                embedded = workspace.space.embed_query(content)
                parts = list(state.parts())
                parts[position] = QueryPart(
                    content=content, embedded=embedded, weight=part.weight, label=part.label
                )
                st.session_state["parts"] = parts


def _upload(workspace: Workspace, name: str, modality: str, types: list[str]) -> None:
    label = _("A picture of your own") if modality == "image" else _("A sound of your own")
    file = st.file_uploader(label, type=types, key=f"upload-{name}")
    add = st.checkbox(_("Add to the query"), key=f"add-{name}", value=False)
    if file is not None:
        _take(workspace, name, file.getvalue(), file.name, modality, add=add)


def _take(
    workspace: Workspace, name: str, data: bytes, label: str, modality: str, *, add: bool = False
) -> None:
    if not state.is_new(name, data):
        return
    with states.guarded(), st.spinner(_("Placing it in the space")):
        content = workspace.read_query(data, label, modality)
        state.ask_content(workspace, content, label, add=add)


def _chips(workspace: Workspace) -> None:
    parts = state.parts()
    if not parts:
        return
    with st.container(horizontal=True, gap="small", key="chips"):
        for position, part in enumerate(parts):
            sign = "−" if part.weight < 0 else "+"
            with st.popover(f"{sign} {_plain(part.label)}  {abs(part.weight):.1f}"):
                weight = st.slider(
                    _("Weight"), -2.0, 2.0, float(part.weight), 0.1, key=f"weight-{position}-{part.label}"
                )
                if weight != part.weight:
                    state.reweigh(position, weight)
                    st.rerun()
                st.button(
                    _("Remove"), key=f"drop-{position}-{part.label}", on_click=state.drop, args=(position,)
                )
        with st.popover(_("Add another"), icon=":material/add:"):
            _another()
    heard = [p.embedded.transcript for p in parts if p.embedded is not None and p.embedded.transcript]
    for transcript in heard:
        states.note(_("Heard as speech: “{text}”").format(text=transcript.text))


def _another() -> None:
    word = st.text_input(_("A word or a sentence"), key="another")
    minus = st.toggle(_("Subtract it"), key="another-minus")
    if st.button(_("Add"), key="another-add", type="primary") and word.strip():
        content = Content(modality="text", data=word.strip(), ref=word[:40])
        state.ask(
            QueryPart(content=content, weight=-1.0 if minus else 1.0, label=word.strip()[:24]), add=True
        )
        st.rerun()


def _plain(text: str) -> str:
    """Text that Streamlit's labels will not read as Markdown."""
    return "".join("\\" + c if c in r"\`*_{}[]<>()#+-.!|~:$" else c for c in text)

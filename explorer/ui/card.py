"""The card of one item: picture, player, text, captions, licence, and how each encoder sees it."""

from __future__ import annotations

import base64
import html

import streamlit as st

from explorer.i18n import _, current
from explorer.results import caption
from explorer.ui import resources, state, states, tokens
from explorer.workspace import Workspace


def draw(workspace: Workspace, item_id: str) -> None:
    """The card, with what can be done with the item."""
    item = workspace.item(item_id)
    language = current()
    with st.container(border=True, key="item-card"):
        image = ""
        if item.modality == "image":
            data = base64.b64encode(resources.thumbnail(workspace, workspace.name, item.id)).decode()
            image = f'<img alt="" style="width:72px;height:72px" src="data:image/png;base64,{data}">'
        others = " · ".join(v for k, v in item.captions.items() if k != language and v)
        origin = " · ".join(part for part in (item.name, item.origin, item.licence) if part)
        st.html(
            f'<div class="si-row">{image}<div><div class="t" style="font-size:16px">'
            f'<span style="color:{tokens.colour(item.modality)}">{tokens.GLYPHS.get(item.modality, "✚")}</span> '
            f"{html.escape(caption(item, language))}</div>"
            f'<div class="u">{html.escape(others)}</div><div class="u">{html.escape(origin)}</div></div></div>'
        )
        path = workspace.media_path(item)
        if item.modality == "audio" and path is not None:
            st.audio(path.read_bytes(), format=item.media_type)
        for view in workspace.explain(item, language):
            if view.why():
                states.note(_("{encoder} says: {why}").format(encoder=view.encoder, why=view.why()))
        with st.container(horizontal=True):
            st.button(
                _("Ask with it"),
                key="card-ask",
                on_click=state.ask_item,
                args=(item, language),
                type="primary",
            )
            st.button(
                _("Subtract it"),
                key="card-minus",
                on_click=state.ask_item,
                args=(item, language),
                kwargs={"weight": -0.5, "add": True},
                disabled=not state.parts(),
            )
            st.button(_("Close"), key="card-close", on_click=state.choose, args=(None,), type="tertiary")

"""The card of one item: picture, player, text, captions, licence, and how each encoder sees it."""

from __future__ import annotations

import html

import streamlit as st

from explorer.i18n import _, current
from explorer.results import View, caption
from explorer.ui import media, state, tokens
from explorer.workspace import Workspace
from store import ItemRecord


def draw(workspace: Workspace, item_id: str) -> None:
    """The card, with what can be done with the item."""
    item = workspace.item(item_id)
    with st.container(border=True, key="item-card", gap="small"):
        with st.container(
            key="card-line",
            horizontal=True,
            vertical_alignment="center",
            horizontal_alignment="distribute",
            gap="small",
        ):
            _head(workspace, item)
            _actions(item)
        path = workspace.media_path(item)
        media.player(item, path)
        lines = [sees(view) for view in workspace.explain(item, current()) if view.why()]
        if lines:
            st.html("".join(f'<div class="si-mute">{html.escape(line)}</div>' for line in lines))
        st.button(
            _("Close"),
            key="card-close",
            icon=":material/close:",
            on_click=state.choose,
            args=(None,),
            type="tertiary",
        )


def sees(view: View) -> str:
    """How one encoder sees an item, in a line."""
    why = tokens.quoted(view.why()) if view.transcript is not None else view.why()
    return _("{encoder}: {why}").format(encoder=view.encoder, why=why)


def _head(workspace: Workspace, item: ItemRecord) -> None:
    language = current()
    image = media.picture_html(workspace, item)
    others = " · ".join(v for k, v in item.captions.items() if k != language and v and item.text is None)
    kind = tokens.modality_name(workspace.registry, item.modality)
    origin = " · ".join(part for part in (kind, item.origin or item.name, item.licence) if part)
    st.html(
        f'<div class="si-row si-big">{image}<div><div class="t">'
        f'<i style="color:{tokens.colour(item.modality)}">{tokens.glyph(item.modality)}</i> '
        f"{html.escape(caption(item, language))} <span>{html.escape(others)}</span></div>"
        f'<div class="u">{html.escape(origin)}</div></div></div>'
    )


def _actions(item: ItemRecord) -> None:
    language = current()
    with st.container(key="card-actions", horizontal=True, gap="small", width="content"):
        st.button(
            _("Ask with it"), key="card-ask", on_click=state.ask_item, args=(item, language), type="primary"
        )
        for key, label, weight in (("plus", _("Add it"), 1.0), ("minus", _("Subtract it"), -0.5)):
            st.button(
                label,
                key=f"card-{key}",
                on_click=state.ask_item,
                args=(item, language),
                kwargs={"weight": weight, "add": True},
                disabled=not state.parts(),
            )

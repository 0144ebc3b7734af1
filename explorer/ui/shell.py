"""The frame of every page: language, brand, navigation, workspace, space."""

from __future__ import annotations

import os

import streamlit as st

from explorer import i18n
from explorer.errors import ExplorerError, words_of
from explorer.i18n import _, localise
from explorer.ui import resources, states, style
from explorer.workspace import Workspace
from store import StoreError


def main() -> None:
    """Draw the page that the address names."""
    i18n.activate(_language())
    st.set_page_config(page_title=_("Semantic Iceberg"), page_icon="🧊", layout="wide")
    style.inject()
    opened = _sidebar()
    pages = {
        _("Look"): [
            st.Page(lambda: _map(opened), title=_("Map"), icon=":material/map:", url_path="map", default=True)
        ]
    }
    st.navigation(pages, position="hidden").run()


def _map(opened: Workspace | None) -> None:
    from explorer.ui.map_page import draw

    if opened is not None:
        draw(opened)


def _language() -> str:
    """The address's `lang` first, then the browser's language."""
    asked = st.query_params.get("lang")
    return asked or (st.context.locale or i18n.detect())


def _sidebar() -> Workspace | None:
    with st.sidebar:
        st.html(
            f'<div class="si-brand">{style.LOGO}<div><b>{_("Semantic Iceberg")}</b>'
            f"<span>{_('an explorer of meaning')}</span></div></div>"
        )
        opened = _open()
        _language_switch()
    return opened


def _open() -> Workspace | None:
    """Choose and open the workspace; when that fails the page says why and what to do."""
    wanted = os.environ.get("EXPLORER_WORKSPACE") or "demo"
    names = list(dict.fromkeys([wanted, *Workspace.names()]))
    name = st.selectbox(_("Workspace"), names, key="workspace")
    try:
        space = _choose_space()
        opened = resources.workspace(name, space)
    except (ExplorerError, StoreError) as error:
        _refused(error)
        return None
    total = sum(opened.counts().values())
    states.note(_("{count} items · {dim} dimensions").format(count=f"{total:,}", dim=opened.space.dim))
    for plugin in opened.registry.plugins.values():
        if plugin.reason:
            states.note(_("Plugin {name} is off: {reason}").format(name=plugin.name, reason=plugin.reason))
    return opened


def _choose_space() -> str:
    from explorer.registry import load_registry

    registry = load_registry()
    wanted = os.environ.get("EXPLORER_SPACE") or "default"
    choices = list(dict.fromkeys([wanted, *registry.spaces]))
    titles = {name: localise(spec.title) or name for name, spec in registry.spaces.items()}
    chosen = st.selectbox(_("Space"), choices, format_func=lambda name: titles.get(name, name), key="space")
    return str(chosen)


def _refused(error: ExplorerError | StoreError) -> None:
    st.session_state["refused"] = True
    with st.container():
        states.refusal(*words_of(error))


def _language_switch() -> None:
    labels = {"zh": "中", "en": "EN"}
    current = i18n.current()

    def switch() -> None:
        picked = st.session_state.get("language")
        if picked:
            st.query_params["lang"] = picked

    st.segmented_control(
        _("Language"),
        list(labels),
        default=current,
        format_func=labels.__getitem__,
        key="language",
        on_change=switch,
        label_visibility="collapsed",
    )

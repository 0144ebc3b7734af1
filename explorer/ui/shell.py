"""The frame of every page: language, brand, navigation, workspace, space."""

from __future__ import annotations

import html
import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from explorer import i18n
from explorer.errors import ExplorerError, MissingError, words_of
from explorer.i18n import _, localise
from explorer.protocols import Page
from explorer.registry import load_registry
from explorer.ui import resources, state, states, style
from explorer.workspace import Workspace
from store import StoreError

ICEBERG = ":material/landscape:"


def main() -> None:
    """Draw the page that the address names."""
    i18n.activate(state.language())
    st.set_page_config(page_title=_("Semantic Iceberg"), page_icon="🧊", layout="wide")
    style.inject()
    pages = [
        st.Page(_map, title=_("Map"), icon=":material/map:", url_path="map", default=True),
        st.Page(_iceberg, title=_("Iceberg"), icon=ICEBERG, url_path="iceberg"),
    ]
    st.session_state["page-map"], st.session_state["page-iceberg"] = pages
    groups = {"look": pages, "measure": [], "make": []}
    for page in load_registry().pages.values():
        shown = st.Page(
            partial(_by_plugin, page),
            title=localise(page.title) or page.name,
            icon=page.icon,
            url_path=page.name,
        )
        groups[page.group].append(shown)
    chosen = st.navigation([each for group in groups.values() for each in group], position="hidden")
    with states.guarded():
        _sidebar(groups, chosen)
        chosen.run()


def _map() -> None:
    from explorer.ui.map_page import draw

    _opened(_("Map"), draw)


def _iceberg() -> None:
    from explorer.ui.iceberg.page import draw

    _opened(_("Iceberg"), draw)


def _by_plugin(page: Page) -> None:
    """A plugin's page; what it raises stands in its place, and the navigation stays."""
    with st.container(key="page-head", horizontal=True, vertical_alignment="center", gap="small"):
        st.title(localise(page.title) or page.name, anchor=False, width="content")
        state.set_head(st.container(key="page-head-beside", horizontal=True, vertical_alignment="center"))
    with states.guarded():
        page.draw()


def _opened(title: str, draw: Callable[[Workspace], None]) -> None:
    """Open the workspace and draw a page of it; under the page's title, what kept it from opening."""
    name, space = st.session_state["opened"]
    try:
        workspace = resources.workspace(name, space)
    except (ExplorerError, StoreError) as error:
        st.title(title, anchor=False)
        tell = states.missing if isinstance(error, MissingError) else states.refusal
        tell(*words_of(error))
        return
    draw(workspace)


def _sidebar(groups: Mapping[str, Sequence[Any]], chosen: Any) -> None:
    with st.sidebar:
        name, subtitle = _("Semantic Iceberg"), _("an explorer of meaning")
        st.html(
            f'<div class="si-brand" lang="{i18n.current()}">{style.LOGO}<div><b>{html.escape(name)}</b>'
            f"<span>{html.escape(subtitle)}</span></div></div>"
        )
        with st.container(key="nav", gap="xsmall"):
            titles = {"look": _("Look"), "measure": _("Measure"), "make": _("Make")}
            for group, pages in groups.items():
                if pages:
                    states.note(titles[group])
                for page in pages:
                    here = "on" if page.url_path == chosen.url_path else "off"
                    with st.container(key=f"nav-{here}-{page.url_path or 'map'}"):
                        st.page_link(page, label=page.title, icon=page.icon)
        with st.container(key="foot"):
            _workspace()
            with st.container(key="foot-line", horizontal=True, vertical_alignment="center"):
                _where()
                _language_switch()


def _workspace() -> None:
    """Choose a workspace and a space; opening them is the page's own business, so that it can say what fails."""
    wanted = os.environ.get("EXPLORER_WORKSPACE") or "demo"
    names = list(dict.fromkeys([wanted, *Workspace.names()]))
    name = st.selectbox(_("Workspace"), names, key="workspace", format_func=lambda n: Path(n).name or n)
    st.session_state["opened"] = name, _choose_space()
    try:
        opened = resources.workspace(*st.session_state["opened"])
    except (ExplorerError, StoreError):
        return  # the page says it, where there is room
    total = sum(opened.counts().values())
    states.note(_("{count} items · {dim} dimensions").format(count=f"{total:,}", dim=opened.space.dim))
    for plugin in opened.registry.plugins.values():
        if plugin.reason:
            states.note(_("Plugin {name} is off: {reason}").format(name=plugin.name, reason=plugin.reason))


def _choose_space() -> str:
    registry = load_registry()
    wanted = os.environ.get("EXPLORER_SPACE") or "default"
    choices = list(dict.fromkeys([wanted, *registry.spaces]))
    titles = {name: localise(spec.title) or name for name, spec in registry.spaces.items()}
    chosen = st.selectbox(_("Space"), choices, format_func=lambda name: titles.get(name, name), key="space")
    return str(chosen)


def _where() -> None:
    """All of it runs here; offline or not."""
    text = _("offline") if os.environ.get("EXPLORER_OFFLINE") else _("on this machine")
    st.html(f'<div class="si-mute si-where"><i></i>{html.escape(text)}</div>')


def _language_switch() -> None:
    labels = {"zh": "中", "en": "EN"}

    def switch() -> None:
        picked = st.session_state.get("language")
        if picked:
            st.query_params["lang"] = picked

    st.segmented_control(
        _("Language"),
        list(labels),
        default=i18n.current(),
        format_func=labels.__getitem__,
        key="language",
        on_change=switch,
        required=True,
        label_visibility="collapsed",
    )

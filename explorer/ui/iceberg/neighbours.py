"""What lies near a word in the space: a few pictures, a sound, sentences; and the way to the map."""

from __future__ import annotations

import html

import streamlit as st

from explorer.errors import MissingError, words_of
from explorer.i18n import _, current
from explorer.results import Hit, SearchResult, caption
from explorer.ui import media, resources, state, states
from explorer.ui.background import Background
from explorer.ui.tokens import number, quoted, short
from explorer.workspace import Workspace

NEAR_ENOUGH = 0.10
"""A best neighbour less than this above a random item is not shown as near."""


def card(workspace: Workspace, word: str) -> None:
    """The neighbours of `word`, or why there are none."""
    if not word:
        return
    with st.container(key="ice-near", gap="small"), states.guarded():
        title = _("Near {word} in the space").format(word=quoted(short(word, 8)))
        with st.container(
            key="ice-near-head",
            horizontal=True,
            vertical_alignment="center",
            horizontal_alignment="distribute",
        ):
            st.html(f'<div class="ice-title">{html.escape(title)}</div>')
            if workspace.counts():
                _to_map(word)
        if not workspace.counts():
            states.note(_("Nothing is in this workspace yet. The iceberg needs no items; neighbours do."))
        elif is_ready(workspace):
            _neighbours(workspace, word)


def _to_map(word: str) -> None:
    page = st.session_state.get("page-map")
    if st.button(_("See the map"), key="ice-to-map", type="tertiary") and page is not None:
        state.ask_text(word)
        st.switch_page(page)


def is_ready(workspace: Workspace) -> bool:
    """Whether words can be placed in the space by now; otherwise says what is being waited for, or missing."""
    work = resources.models(workspace, workspace.name, workspace.space.name)
    readers = [m.name for m in workspace.space.members.values() if "text" in m.modalities]
    waits = [name for name in readers if workspace.pool.state(name).state in ("idle", "loading")]
    if waits and not work.done:
        _loading(workspace, work, waits)
        return False
    return True


@st.fragment(run_every=0.7)
@state.spoken
def _loading(workspace: Workspace, work: Background, waits: list[str]) -> None:
    if work.done or not [n for n in waits if workspace.pool.state(n).state in ("idle", "loading")]:
        st.rerun()
    states.waiting(_("Loading {name}. The iceberg needs no model.").format(name=", ".join(waits)), None)


@st.cache_resource(show_spinner=False, max_entries=300)
def found(
    _workspace: Workspace, name: str, space: str, generation: int, language: str, word: str, k: int
) -> SearchResult:
    """The neighbours of a word, kept: the same nodes are chosen again and again."""
    return _workspace.search(word, k=k)


def search(workspace: Workspace, word: str, k: int = 3) -> SearchResult:
    """The neighbours of a word."""
    return found(
        workspace, workspace.name, workspace.space.name, workspace.store.generation(), current(), word, k
    )


def _neighbours(workspace: Workspace, word: str) -> None:
    try:
        result = search(workspace, word)
    except MissingError as error:
        states.missing(*words_of(error))
        return
    near = {
        modality: [hit for hit in hits if hit.similarity >= result.chance[modality] + NEAR_ENOUGH]
        for modality, hits in result.results.items()
    }
    if not any(near.values()):
        _far(result)
        return
    pictures = "".join(_picture(workspace, hit) for hit in near.get("image", ()))
    if pictures:
        st.html(f'<div class="ice-pictures">{pictures}</div>')
    for hit in near.get("audio", ())[:1]:
        st.html(_line(hit, "◆"))
        media.player(hit.item, hit.path, hit.at or 0.0)
    lines = "".join(_line(hit, "●") for hit in near.get("text", ())[:2])
    if lines:
        st.html(lines)


def _far(result: SearchResult) -> None:
    best = max(
        ((modality, hit) for modality, hits in result.results.items() for hit in hits),
        key=lambda pair: pair[1].similarity,
        default=None,
    )
    if best is None:
        return
    modality, hit = best
    states.note(
        _("Nothing near enough. Nearest is {name} at {best}; a random item gives {chance}.").format(
            name=quoted(short(caption(hit.item, current()))),
            best=number(hit.similarity),
            chance=number(result.chance[modality]),
        )
    )


def _picture(workspace: Workspace, hit: Hit) -> str:
    name = caption(hit.item, current())
    image = media.picture_html(workspace, hit.item).replace('alt=""', f'alt="{html.escape(name)}"', 1)
    title = html.escape(f"{name} {number(hit.similarity)}")
    return f'<figure title="{title}">{image}<figcaption>{number(hit.similarity)}</figcaption></figure>'


def _line(hit: Hit, mark: str) -> str:
    name = html.escape(short(caption(hit.item, current()), 26))
    kind = "audio" if mark == "◆" else "text"
    return (
        f'<div class="ice-near-line"><i class="{kind}">{mark}</i><span>{name}</span>'
        f"<b>{number(hit.similarity)}</b></div>"
    )

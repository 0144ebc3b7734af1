"""What a visitor has asked for, kept in the session: the parts of the query, what is chosen, how much is shown."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import replace
from functools import wraps
from typing import Any

import streamlit as st

from explorer import i18n
from explorer.results import QueryPart, caption
from explorer.spaces import Embedded
from explorer.types import Content
from store import ItemRecord

FIRST_K = 5
LABEL = 80
_HEAD: ContextVar[Any] = ContextVar("explorer_page_head")


def language() -> str:
    """The address's `lang` first, then the browser's language, then the machine's."""
    return st.query_params.get("lang") or st.context.locale or i18n.detect()


def spoken(function: Callable[..., None]) -> Callable[..., None]:
    """For fragments: they run again without the page, in a thread that has no language yet."""

    @wraps(function)
    def inner(*args: Any, **kwargs: Any) -> None:
        i18n.activate(language())
        function(*args, **kwargs)

    return inner


def set_head(container: Any) -> None:
    """The place beside the title of the page that is being drawn."""
    _HEAD.set(container)


def head() -> Any:
    """The container beside the page's title."""
    return _HEAD.get()


def parts() -> list[QueryPart]:
    """The parts of the query, in order."""
    found: list[QueryPart] = st.session_state.setdefault("parts", [])
    return found


def ask(part: QueryPart, *, add: bool = False) -> None:
    """Make `part` the query, or add it to the query; the widgets it came from start anew."""
    st.session_state["parts"] = [*parts(), part] if add else [part]
    st.session_state["k"] = FIRST_K
    st.session_state["turn"] = turn() + 1
    if not add:
        st.session_state["wanted-text"] = part.label if _is_text(part) else ""


def ask_text(text: str, *, weight: float = 1.0, add: bool = False) -> None:
    """Ask with a text, or add it with `weight`."""
    bare = text.strip()
    if bare:
        content = Content(modality="text", data=bare, ref=bare[:40])
        ask(QueryPart(content=content, weight=weight, label=bare[:LABEL]), add=add)


def ask_item(item: ItemRecord, language: str, *, weight: float = 1.0, add: bool = False) -> None:
    """Make a stored item the query, or add it with `weight`."""
    label = " ".join(caption(item, language).split())[:LABEL]
    ask(QueryPart(item_id=item.id, weight=weight, label=label), add=add)


def turn() -> int:
    """Grows with each question; part of the keys of widgets that are emptied then."""
    return int(st.session_state.setdefault("turn", 0))


def reweigh(position: int, weight: float) -> None:
    """Give the part at `position` another weight."""
    _replace(position, weight=weight)


def place(position: int, content: Content, embedded: Embedded) -> None:
    """Keep where the part at `position` lies in the space, so that it is encoded once."""
    _replace(position, content=content, embedded=embedded)


def drop(position: int) -> None:
    """Take the part at `position` out of the query."""
    left = [p for i, p in enumerate(parts()) if i != position]
    st.session_state["parts"] = left
    st.session_state["turn"] = turn() + 1
    if not any(_is_text(p) for p in left):
        st.session_state["wanted-text"] = ""


def chosen() -> str | None:
    """The id of the item whose card is open."""
    value: Any = st.session_state.get("chosen")
    return value if isinstance(value, str) else None


def choose(item_id: str | None) -> None:
    """Open the card of an item, or close it."""
    st.session_state["chosen"] = item_id


def k() -> int:
    """How many neighbours a column shows."""
    return int(st.session_state.setdefault("k", FIRST_K))


def more() -> None:
    """Five more a column."""
    st.session_state["k"] = k() + 5


def _replace(position: int, **changes: Any) -> None:
    changed = list(parts())
    if position < len(changed):
        changed[position] = replace(changed[position], **changes)
        st.session_state["parts"] = changed


def _is_text(part: QueryPart) -> bool:
    return part.content is not None and part.content.modality == "text"

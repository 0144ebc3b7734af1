"""What a visitor has asked for, kept in the session: the parts of the query, what is chosen, how much is shown."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import streamlit as st

from explorer.results import QueryPart, caption
from explorer.types import Content
from explorer.workspace import Workspace
from store import ItemRecord

FIRST_K = 5


def parts() -> list[QueryPart]:
    """The parts of the query, in order."""
    found: list[QueryPart] = st.session_state.setdefault("parts", [])
    return found


def ask(part: QueryPart, *, add: bool = False) -> None:
    """Make `part` the query, or add it to the query."""
    st.session_state["parts"] = [*parts(), part] if add else [part]
    st.session_state["k"] = FIRST_K


def reweigh(position: int, weight: float) -> None:
    """Give the part at `position` another weight."""
    changed = list(parts())
    changed[position] = replace(changed[position], weight=weight)
    st.session_state["parts"] = changed


def drop(position: int) -> None:
    """Take the part at `position` out of the query."""
    st.session_state["parts"] = [p for i, p in enumerate(parts()) if i != position]


def ask_item(item: ItemRecord, language: str, *, weight: float = 1.0, add: bool = False) -> None:
    """Make a stored item the query, or add it with `weight`."""
    ask(QueryPart(item_id=item.id, weight=weight, label=caption(item, language)[:24]), add=add)


def ask_content(workspace: Workspace, content: Content, label: str, *, add: bool = False) -> None:
    """Place a content in the space, once, and make it the query or add it."""
    embedded = workspace.space.embed_query(content)
    ask(QueryPart(content=content, embedded=embedded, label=label[:24]), add=add)


def is_new(name: str, data: bytes) -> bool:
    """Whether this upload differs from the last one taken from the widget `name`."""
    digest = hashlib.sha256(data).hexdigest()
    if st.session_state.get(f"taken-{name}") == digest:
        return False
    st.session_state[f"taken-{name}"] = digest
    return True


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

"""The iceberg as a component of the page: SVG in the DOM, drawn and moved by the browser, no request to anywhere."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib import resources
from typing import Any

import streamlit as st

SCRIPTS = ("geometry.js", "backdrop.js", "draw.js", "main.js", "touch.js")
"""In this order they make one JavaScript module; there is no build step."""
NAME = "semantic_iceberg"


def iceberg(data: dict[str, Any], *, key: str, on_event: Callable[[object], None]) -> None:
    """Draw an iceberg; `on_event` gets {"choose": node}, {"edge": edge}, {"cut": step} or {"restore": step}.

    Args:
        data: what `explorer.ui.iceberg.view.component_data` makes.
        key: one a place on the page; positions of moved nodes belong to `data["memory"]`.
    """

    def happened() -> None:
        state: Any = st.session_state.get(key)
        event = state.get("event") if state is not None else None
        if event is not None:
            on_event(event)

    _component()(key=key, data=data, on_event_change=happened)


@lru_cache(maxsize=1)
def _component() -> Any:
    return st.components.v2.component(NAME, js=script(), css=_read("iceberg.css"))


def script() -> str:
    """The JavaScript module."""
    return "\n".join(_read(name) for name in SCRIPTS)


def _read(name: str) -> str:
    return resources.files(__name__).joinpath(name).read_text(encoding="utf-8")

"""What a visitor has chosen on the page of probes; kept while other pages are looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

PREFIX = "probe-w-"
"""Of the keys of widgets whose choice is remembered."""
_KEPT, _FIRST = "probe-kept", "probe-first"


def remembered(key: str, default: Any) -> Any:
    """What was last chosen under `key`."""
    return _under(_KEPT).get(key, default)


def remember(key: str, value: Any) -> None:
    """Choose `value` under `key`."""
    _under(_KEPT)[key] = value


def first(key: str, default: Any, allowed: Callable[[Any], bool] = lambda _value: True) -> Any:
    """The value that the widget of `key` begins with: what was last chosen, if it can still be chosen.

    Streamlit forgets a widget when its page is left. It stays the same as long as the widget is there: a widget whose
    first value changes is another one. (Values are not set by the session's state: what lies in a popover that nobody
    has opened yet would lose them.)
    """
    begun = _under(_FIRST)
    if PREFIX + key not in st.session_state or key not in begun or not allowed(begun[key]):
        value = remembered(key, default)
        begun[key] = value if allowed(value) else default
    return begun[key]


def changed(key: str) -> None:
    """For `on_change`: remember what the widget of `key` shows."""
    remember(key, st.session_state[PREFIX + key])


def _under(name: str) -> dict[str, Any]:
    found: dict[str, Any] = st.session_state.setdefault(name, {})
    return found

"""What a visitor does with icebergs, kept in the session: sentences, the one shown, cuts, what is chosen."""

from __future__ import annotations

from typing import Any, Literal

import streamlit as st

FIRST = ("张三吃面条", "张三吃大碗", "张三吃食堂")
LONGEST = 40
Mode = Literal["single", "three", "map"]


def sentences() -> list[str]:
    """The three sentences."""
    found: list[str] = st.session_state.setdefault("iceberg-sentences", list(FIRST))
    return found


def at() -> int:
    """Which of them is shown."""
    return int(st.session_state.setdefault("iceberg-at", len(FIRST) - 1))


def sentence() -> str:
    """The one that is shown."""
    return sentences()[at()]


def show(position: int) -> None:
    """Show another sentence; what was chosen is let go."""
    if position != at():
        choose(None)
    st.session_state["iceberg-at"] = position


def write(position: int, text: str) -> None:
    """Put a sentence in place of another, and show it. An empty one changes nothing."""
    bare = " ".join(text.split())[:LONGEST]
    if bare and bare != sentences()[position]:
        st.session_state["iceberg-sentences"] = [
            bare if i == position else old for i, old in enumerate(sentences())
        ]
        choose(None)
    st.session_state["iceberg-at"] = position
    st.session_state["iceberg-turn"] = turn() + 1


def turn() -> int:
    """Grows with each sentence written; part of the keys of inputs, which then show what holds."""
    return int(st.session_state.setdefault("iceberg-turn", 0))


def mode() -> Mode:
    """One sentence, three side by side, or one beside the map."""
    value: Mode = st.session_state.get("iceberg-mode", "single")
    return value


def set_mode(value: Mode) -> None:
    """Show another view."""
    st.session_state["iceberg-mode"] = value


def cut(text: str | None = None) -> frozenset[str]:
    """The steps cut in a sentence, the shown one if none is named."""
    cuts: dict[str, frozenset[str]] = st.session_state.setdefault("iceberg-cuts", {})
    return cuts.get(sentence() if text is None else text, frozenset())


def cut_step(step: str) -> None:
    """Cut a step out of the shown sentence."""
    _set_cut(cut() | {step})


def restore(step: str) -> None:
    """Put a step back."""
    _set_cut(cut() - {step})


def restore_all() -> None:
    """Put every step of the shown sentence back."""
    _set_cut(frozenset())
    choose(None)


def chosen() -> str | None:
    """The id of the chosen node or edge."""
    value: Any = st.session_state.get("iceberg-chosen")
    return value if isinstance(value, str) else None


def choose(element: str | None) -> None:
    """Choose a node or an edge, or let go."""
    st.session_state["iceberg-chosen"] = element


def happened(event: object, position: int | None = None) -> None:
    """Take an event of the drawing: a choice, a cut, a restoration; `position` says in which sentence."""
    if not isinstance(event, dict):
        return
    if position is not None:
        show(position)
    if "choose" in event or "edge" in event:
        value = event.get("choose") or event.get("edge")
        choose(value if isinstance(value, str) else None)
    elif isinstance(event.get("cut"), str):
        cut_step(event["cut"])
    elif isinstance(event.get("restore"), str):
        restore(event["restore"])


def _set_cut(steps: frozenset[str]) -> None:
    cuts: dict[str, frozenset[str]] = dict(st.session_state.get("iceberg-cuts", {}))
    cuts[sentence()] = steps
    st.session_state["iceberg-cuts"] = cuts

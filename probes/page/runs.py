"""The runs that were kept: the one that is shown, and the list to choose another from."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import streamlit as st

import explorer.ui.kit as kit
from explorer import InputError, translate
from explorer.i18n import current
from probes import records
from probes.page import state
from probes.report.words import short_names, suite_of

LISTED = 40


@st.cache_data(show_spinner=False, max_entries=8)
def _loaded(name: str, _changed: float) -> dict[str, Any]:
    return records.load(name)


@st.cache_data(show_spinner=False, max_entries=4 * LISTED)
def _summary(name: str, _changed: float) -> dict[str, Any] | None:
    """Suite, encoders and time of a run, in the order of their names; None where the file is no record."""
    try:
        record = records.load(name)
        return {
            "suite": suite_of(record),
            "n": int(record["input"]["n"]),
            "encoders": list(record["result"]["encoders"]),
            "when": str(record.get("when", "")),
        }
    except (InputError, KeyError, TypeError, ValueError):
        return None


def shown() -> dict[str, Any] | None:
    """The record to show: the one chosen, else the last; None where there is none yet."""
    known = records.ids()
    wanted = state.remembered("run", None)
    for name in dict.fromkeys([wanted, *known[:LISTED]]):
        if name in known and _summary(name, _changed(name)) is not None:
            return _loaded(name, _changed(name))
    return None


def choose(here: str) -> None:
    """The list, newest first, behind a button that says when the shown one was run."""
    names = [name for name in records.ids()[:LISTED] if _summary(name, _changed(name)) is not None]
    if here not in names:
        names.insert(0, here)
    told = {name: _summary(name, _changed(name)) or {} for name in names}
    label = _when(told[here].get("when", ""))
    with st.popover(label, icon=":material/history:", key="probe-runs"):
        key = f"{state.PREFIX}run-{here}"
        st.radio(
            translate("Runs so far"),
            names,
            index=names.index(here),
            key=key,
            format_func=lambda name: kit.plain(
                f"{told[name].get('suite', name)} · n {told[name].get('n', '–')}"
            ),
            captions=[kit.plain(_caption(told[name])) for name in names],
            on_change=_chosen,
            args=(key,),
        )


def _chosen(key: str) -> None:
    state.remember("run", st.session_state[key])
    state.remember("item", None)
    st.session_state.pop("probe-outcome", None)


def _caption(told: dict[str, Any]) -> str:
    encoders = told.get("encoders", [])
    short = short_names(encoders)
    return f"{_when(told.get('when', ''))} · " + ", ".join(short[name] for name in encoders)


def _when(said: str) -> str:
    """25 Nov 13:05, or 11月25日 13:05, in the time of this machine."""
    try:
        time = datetime.fromisoformat(said).astimezone()
    except ValueError:
        return said[:16] or "–"
    if current() == "zh":
        return f"{time.month}月{time.day}日 {time:%H:%M}"
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{time.day} {months[time.month - 1]} {time:%H:%M}"


def _changed(name: str) -> float:
    path = records.folder() / f"{name}.json"
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0

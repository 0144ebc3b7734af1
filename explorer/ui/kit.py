"""What pages are made of, for pages that plugins bring: the one door into `explorer.ui` for them.

Errors are shown by `guarded`, waiting by `waiting`, long work goes on by `in_background`; colours come from `colour_of`
in the theme of the visitor, so that a plugin's page looks like the others in light and dark.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources as files

import streamlit as st

from explorer.cli.progress import duration
from explorer.i18n import _, localise
from explorer.registry import load_registry
from explorer.ui import resources, state, tokens
from explorer.ui.background import Background, in_background
from explorer.ui.iceberg import state as iceberg
from explorer.ui.state import head, spoken
from explorer.ui.states import commands as marked_up
from explorer.ui.states import empty, guarded, missing, note, refusal, waiting
from explorer.ui.tokens import SANS, number, plain, quoted, short, theme

__all__ = [
    "SANS",
    "Background",
    "EncoderChoice",
    "colour_of",
    "duration",
    "empty",
    "encoders_of",
    "fits_the_iceberg",
    "guarded",
    "head",
    "in_background",
    "marked_up",
    "missing",
    "note",
    "number",
    "open_iceberg",
    "open_map",
    "plain",
    "quoted",
    "refusal",
    "sheet",
    "short",
    "spoken",
    "theme",
    "waiting",
]


def colour_of(name: str) -> str:
    """A colour of the theme at hand, by its name in the style sheet (`--si-NAME`)."""
    return tokens.NAMED[name][theme()]


def sheet(package: str, name: str = "style.css") -> None:
    """Write the style sheet `name` of `package`; it may use the variables `--si-NAME` of the theme."""
    st.html(f"<style>{_sheet(package, name)}</style>")


def open_iceberg(sentence: str) -> None:
    """Go to the iceberg page with `sentence`; for the body of a page, not for a callback."""
    text = " ".join(sentence.split())
    shown = iceberg.sentences()
    iceberg.set_mode("single")
    st.session_state.pop("iceberg-tour", None)
    iceberg.write(shown.index(text) if text in shown else iceberg.at(), text)
    st.switch_page(st.session_state["page-iceberg"])


def fits_the_iceberg(sentence: str) -> bool:
    """Whether the iceberg page takes a sentence so long."""
    return 0 < len(" ".join(sentence.split())) <= iceberg.LONGEST


def open_map(text: str) -> None:
    """Go to the map with `text` as the query; for the body of a page, not for a callback."""
    state.ask_text(text)
    st.switch_page(st.session_state["page-map"])


@dataclass(frozen=True, kw_only=True, slots=True)
class EncoderChoice:
    """An encoder to choose; `lacking` says why it cannot be had now, empty where it can."""

    name: str
    title: str
    lacking: str = ""


def encoders_of(modality: str) -> list[EncoderChoice]:
    """The encoders of a modality that plugins declare by name; the members of families come by `FAMILY:NAME`."""
    found = []
    for name, encoder in load_registry().encoders.items():
        if modality in encoder.modalities and ":" not in name:
            title = localise(encoder.title) or name
            found.append(EncoderChoice(name=name, title=title, lacking=_lacking(name)))
    return found


def _lacking(name: str) -> str:
    pool = resources.encoders()
    known = pool.state(name)
    if known.state in ("missing", "failed"):
        return " ".join(part for part in (known.reason, known.next_step) if part)
    absent = [a.name for a in load_registry().encoder(name).assets if pool.assets.state(a) != "ready"]
    if absent and os.environ.get("EXPLORER_OFFLINE"):
        return _("Its weights are not on this machine: `explorer assets fetch {names}`").format(
            names=" ".join(absent)
        )
    return ""


@lru_cache(maxsize=8)
def _sheet(package: str, name: str) -> str:
    return files.files(package).joinpath(name).read_text(encoding="utf-8")

"""What Streamlit's theme cannot say: density, the brand, result rows, the phone, and words of Streamlit's own."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources

import streamlit as st

from explorer.i18n import _
from explorer.ui import tokens

_ICEBERG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 40">
<polygon points="19,15 24,3 31,9 35,15" fill="#A9CCE3"/><polygon points="19,15 24,3 26,15" fill="#D6E8F3"/>
<polygon points="9,18 39,18 35,29 26,38 15,31" fill="#256C99"/>
<polygon points="9,18 24,18 26,38 15,31" fill="#3F8DB8"/>
<rect x="2" y="15.6" width="44" height="1.8" fill="#3F8DB8"/></svg>"""
SHEETS = ("style.css", "iceberg/iceberg.css")
LOGO = (
    '<img class="si-logo" alt="" src="data:image/svg+xml;base64,'
    f'{base64.b64encode(_ICEBERG.encode()).decode()}">'
)


def inject() -> None:
    """Write the style sheet for the theme and the language at hand."""
    theme = tokens.theme()
    values = {name: colours[theme] for name, colours in tokens.NAMED.items()}
    values |= {f"m-{name}": colour for name, colour in tokens.MODALITY_COLOURS[theme].items()}
    words = {
        "drop": _("Drop a file here"),
        "browse": _("Choose a file"),
        "snap": _("Take a picture"),
        "retake": _("Take another"),
        "no-device": _("The browser does not let the page use it. Allow it in the address bar."),
        "ask": _("Ask with it"),
    }
    variables = "".join(f"--si-{name}:{value};" for name, value in values.items())
    variables += "".join(
        f"--si-w-{name}:{json.dumps(word, ensure_ascii=False)};" for name, word in words.items()
    )
    st.html(f"<style>:root{{{variables}color-scheme:{theme}}}{_sheet()}</style>")


def hide_on_phones(annotations: Sequence[int], key: str = "map") -> None:
    """Hide the names of the map `key` that a phone has no room for."""
    chosen = ",".join(f'.st-key-{key} .annotation[data-index="{i}"]' for i in annotations)
    st.html(f"<style>@media (max-width:640px){{{chosen or '.si-none'}{{display:none}}}}</style>")


def mark_rows(keys: Sequence[str]) -> None:
    """Show rows of these container keys as chosen."""
    chosen = ",".join(f".st-key-{key}" for key in keys)
    look = "background:var(--si-soft);box-shadow:-6px 0 0 var(--si-soft),6px 0 0 var(--si-soft)"
    st.html(f"<style>{chosen or '.si-none'}{{{look}}}</style>")


@lru_cache(maxsize=1)
def _sheet() -> str:
    folder = resources.files("explorer.ui")
    return "".join(folder.joinpath(name).read_text(encoding="utf-8") for name in SHEETS)

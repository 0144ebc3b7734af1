"""What Streamlit's theme cannot say: density, the brand, result rows, and the phone."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

import streamlit as st

from explorer.ui import tokens

LOGO = """<svg viewBox="0 0 48 40" width="40" height="34" role="img" aria-hidden="true">
<polygon points="19,15 24,3 31,9 35,15" fill="#A9CCE3"/><polygon points="19,15 24,3 26,15" fill="#D6E8F3"/>
<polygon points="9,18 39,18 35,29 26,38 15,31" fill="#256C99"/><polygon points="9,18 24,18 26,38 15,31" fill="#3F8DB8"/>
<rect x="2" y="15.6" width="44" height="1.8" fill="#12557F"/></svg>"""


def inject() -> None:
    """Write the style sheet for the theme at hand."""
    theme = tokens.theme()
    values = {
        "ink": tokens.INK[theme],
        "mute": tokens.MUTE[theme],
        "line": tokens.LINE[theme],
        "edge": tokens.EDGE[theme],
        "card": tokens.CARD[theme],
        "soft": tokens.SOFT[theme],
        "cut": tokens.CUT[theme],
    }
    variables = "".join(f"--si-{name}:{value};" for name, value in values.items())
    st.html(f"<style>:root{{{variables}}}{_sheet()}</style>")


@lru_cache(maxsize=1)
def _sheet() -> str:
    return resources.files("explorer.ui").joinpath("style.css").read_text(encoding="utf-8")

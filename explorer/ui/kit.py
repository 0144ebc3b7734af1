"""What pages are made of, for pages that plugins bring: the one door into `explorer.ui` for them.

Errors are shown by `guarded`, waiting by `waiting`, long work goes on by `in_background`; colours come from `colour_of`
in the theme of the visitor, so that a plugin's page looks like the others in light and dark.
"""

from __future__ import annotations

from explorer.ui import tokens
from explorer.ui.background import Background, in_background
from explorer.ui.state import spoken
from explorer.ui.states import commands as marked_up
from explorer.ui.states import empty, guarded, missing, note, refusal, waiting
from explorer.ui.tokens import SANS, number, plain, quoted, short, theme

__all__ = [
    "SANS",
    "Background",
    "colour_of",
    "empty",
    "guarded",
    "in_background",
    "marked_up",
    "missing",
    "note",
    "number",
    "plain",
    "quoted",
    "refusal",
    "short",
    "spoken",
    "theme",
    "waiting",
]


def colour_of(name: str) -> str:
    """A colour of the theme at hand, by its name in the style sheet (`--si-NAME`)."""
    return tokens.NAMED[name][theme()]

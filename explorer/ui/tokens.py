"""Colours, shapes and small formats of the page; the same in plotly and in HTML."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from explorer.i18n import _, current, localise
from explorer.registry import Registry

MODALITY_COLOURS = {
    "light": {"text": "#1769AA", "image": "#D97414", "audio": "#12A083", "speech": "#7A2E6E"},
    "dark": {"text": "#5B9BFF", "image": "#E8AC5E", "audio": "#8FEBC6", "speech": "#E765B3"},
}
SHAPES = {"text": "circle", "image": "square", "audio": "diamond", "speech": "triangle-up"}
GLYPHS = {"text": "●", "image": "■", "audio": "◆", "speech": "▲"}
OTHER_SHAPES = ("cross", "pentagon", "hexagram", "star")
REGIONS = {
    "light": ("#7E9A3E", "#5F74B5", "#BF6A52", "#B0923A", "#7C8A96"),
    "dark": ("#A9C66A", "#93A6E6", "#E29682", "#DDBF6A", "#8FA3B3"),
}
SIMILARITY = {
    "light": ("#D5DEE6", "#A9C3D6", "#6FA3C7", "#2F78AE", "#0B3F6B"),
    "dark": ("#37546E", "#33708F", "#3E9BC4", "#86CFEA", "#E9F8FF"),
}
INK = {"light": "#15222E", "dark": "#E6EDF3"}
MUTE = {"light": "#566878", "dark": "#9DB0C0"}
FAINT = {"light": "#8494A2", "dark": "#6F8394"}
LINE = {"light": "#E1E7EC", "dark": "#223241"}
EDGE = {"light": "#C6D1DA", "dark": "#344A5D"}
CARD = {"light": "#FFFFFF", "dark": "#13202C"}
SOFT = {"light": "#E2EEF6", "dark": "#17344A"}
PRIMARY = {"light": "#12557F", "dark": "#7CC0F0"}
ON_PRIMARY = {"light": "#FFFFFF", "dark": "#0A1722"}
CUT = {"light": "#B3263C", "dark": "#FF8592"}
CUT_SOFT = {"light": "#FCECEE", "dark": "#3A1D24"}
OK = {"light": "#166C4D", "dark": "#5FD3A8"}
OK_SOFT = {"light": "#E4F3ED", "dark": "#143228"}
WARN = {"light": "#8A5A00", "dark": "#F0C05A"}
WARN_SOFT = {"light": "#FDF3DF", "dark": "#33290F"}
LIT = {"light": "#FFCF5C", "dark": "#FFCF5C"}
LIT_BAR = {"light": "#CF8F00", "dark": "#FFC53D"}
LIT_INK = {"light": "#8A5A00", "dark": "#FFD166"}
LIT_SOFT = {"light": "#FFF4DA", "dark": "#332A14"}
NAMED = {
    "ink": INK,
    "mute": MUTE,
    "faint": FAINT,
    "line": LINE,
    "edge": EDGE,
    "card": CARD,
    "soft": SOFT,
    "primary": PRIMARY,
    "on-primary": ON_PRIMARY,
    "cut": CUT,
    "cut-soft": CUT_SOFT,
    "ok": OK,
    "ok-soft": OK_SOFT,
    "warn": WARN,
    "warn-soft": WARN_SOFT,
    "lit": LIT,
    "lit-bar": LIT_BAR,
    "lit-ink": LIT_INK,
    "lit-soft": LIT_SOFT,
}
"""The colours that the style sheet knows as --si-NAME."""
SEA = {"light": "37,108,153", "dark": "62,155,196"}
SANS = '"Source Sans", "Source Sans 3", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif'


def theme() -> Literal["light", "dark"]:
    """Light or dark, as the browser shows it."""
    return "dark" if getattr(st.context.theme, "type", "light") == "dark" else "light"


def colour(modality: str) -> str:
    """The colour of a modality; mute for a plugin's."""
    return MODALITY_COLOURS[theme()].get(modality, MUTE[theme()])


def glyph(modality: str) -> str:
    """The mark of a modality in running text; a cross for a plugin's."""
    return GLYPHS.get(modality, "✚")


def modality_name(registry: Registry, modality: str) -> str:
    """What a reader calls a modality; speech is a way to hear a sound, not a modality of its own."""
    if modality == "speech":
        return _("Speech")
    known = registry.modalities.get(modality)
    return localise(known.title) if known is not None and known.title else modality


def number(value: float) -> str:
    """.47, −.05, 1.00: no leading zero, a true minus."""
    text = f"{abs(value):.2f}"
    return ("−" if value < -0.005 else "") + (text[1:] if text.startswith("0") else text)


def quoted(text: str) -> str:
    """「…」 in Chinese, “…” in English, whatever marks stood around it."""
    bare = text.strip().strip("“”「」").strip()
    return f"「{bare}」" if current() == "zh" else f"“{bare}”"


def short(text: str, most: int = 14) -> str:
    """One line of at most `most` characters (a Latin letter counts half)."""
    line, width, found = " ".join(text.split()), 0.0, ""
    for character in line:
        width += 1.0 if ord(character) > 0x2E80 else 0.55
        if width > most:
            return found.rstrip() + "…"
        found += character
    return found


def plain(text: str) -> str:
    """Text that Streamlit's labels will not read as Markdown."""
    line = " ".join(text.split())
    return "".join("\\" + c if c in r"\`*_{}[]<>()#+-.!|~:$&^=@" else c for c in line)

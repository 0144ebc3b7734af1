"""Colours, shapes and small formats of the page; the same in plotly and in HTML."""

from __future__ import annotations

import streamlit as st

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
CUT = {"light": "#B3263C", "dark": "#FF8592"}
SEA = {"light": "#256C99", "dark": "#3E9BC4"}
SANS = "Source Sans 3, Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif"


def theme() -> str:
    """Light or dark, as the browser shows it."""
    return "dark" if getattr(st.context.theme, "type", "light") == "dark" else "light"


def colour(modality: str) -> str:
    """The colour of a modality; mute for a plugin's."""
    return MODALITY_COLOURS[theme()].get(modality, MUTE[theme()])


def number(value: float) -> str:
    """.47, −.05, 1.00: no leading zero, a true minus."""
    text = f"{abs(value):.2f}"
    return ("−" if value < -0.005 else "") + (text[1:] if text.startswith("0") else text)

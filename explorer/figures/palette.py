"""Colours and fonts of the iceberg: one table for the page's own drawing and for everything that is exported."""

from __future__ import annotations

from typing import Literal

Theme = Literal["light", "dark"]
Stop = tuple[float, str, float]
"""Offset in [0, 1], colour, opacity."""

SANS = '"Source Sans 3", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif'
SERIF = '"Noto Serif CJK SC", "Source Han Serif SC", "Songti SC", SimSun, serif'

GRADIENTS: dict[Theme, dict[str, tuple[Stop, ...]]] = {
    "light": {
        "sky": ((0.0, "#FBFDFE", 1.0), (1.0, "#DCEBF4", 1.0)),
        "sea": (
            (0.0, "#3F8DB8", 1.0),
            (0.22, "#256C99", 1.0),
            (0.55, "#12466F", 1.0),
            (0.82, "#092A48", 1.0),
            (1.0, "#051A30", 1.0),
        ),
        "tip": ((0.0, "#FFFFFF", 1.0), (1.0, "#DCEBF5", 1.0)),
    },
    "dark": {
        "sky": ((0.0, "#101F2D", 1.0), (1.0, "#1B3448", 1.0)),
        "sea": (
            (0.0, "#1D5C85", 1.0),
            (0.22, "#164A70", 1.0),
            (0.55, "#0D3150", 1.0),
            (0.82, "#071D33", 1.0),
            (1.0, "#040F1D", 1.0),
        ),
        "tip": ((0.0, "#DCE9F3", 1.0), (1.0, "#A9C6DA", 1.0)),
    },
}
ICE: tuple[Stop, ...] = (
    (0.0, "#A6D8EE", 0.88),
    (0.14, "#6DB4D8", 0.78),
    (0.42, "#3A83B0", 0.62),
    (0.72, "#2A6694", 0.42),
    (1.0, "#1E507A", 0.12),
)
"""The ice under the water, in both themes."""

_SHARED = {
    "word": "#12293C",
    "wordMute": "#3D566A",
    "sea.ink": "#FFFFFF",
    "sea.mute": "#CFE3F0",
    "node": "#0B3B5F",
    "node.ink": "#FFFFFF",
    "node.rim": "#EAF6FC",
    "lit": "#FFCF5C",
    "lit.node": "#FFF3D0",
    "lit.ink": "#3A2700",
    "lit.rim": "#FFC53D",
    "dark": "#06203A",
    "edge": "#EAF6FC",
    "label": "#0C3554",
    "label.ink": "#E4F0F8",
    "cut": "#FF8592",
    "cut.ink": "#3A0710",
    "shade": "#06243F",
    "tipShade": "#5E8FB2",
    "rim": "#F2FAFE",
    "role": "#F4F9FC",
}
_OWN: dict[Theme, dict[str, str]] = {
    "light": {
        "ink": "#15222E",
        "mute": "#566878",
        "page": "#FAFBFC",
        "card": "#FFFFFF",
        "line": "#E1E7EC",
        "track": "#E9EEF2",
        "bar": "#8494A2",
        "lit.bar": "#CF8F00",
        "lit.words": "#8A5A00",
        "lit.soft": "#FFF4DA",
        "cut.words": "#B3263C",
        "underline": "#CF8F00",
        "water": "#FFFFFF",
    },
    "dark": {
        "ink": "#E6EDF3",
        "mute": "#9DB0C0",
        "page": "#0C1620",
        "card": "#13202C",
        "line": "#223241",
        "track": "#223241",
        "bar": "#6F8394",
        "lit.bar": "#FFC53D",
        "lit.words": "#FFD166",
        "lit.soft": "#332A14",
        "cut.words": "#FF8592",
        "underline": "#CF8F00",
        "water": "#8CC4E8",
    },
}


def colours(theme: Theme) -> dict[str, str]:
    """Name → colour: of the drawing, and of the page around it."""
    return _SHARED | _OWN[theme]

"""Colours and marks of the figures: every encoder has a colour and a shape of its own.

A theme is `light`, `dark`, or `page`: then colours are CSS variables, which the page defines for both (`variables`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from explorer import palette

Theme = Literal["light", "dark", "page"]
Shape = Literal["circle", "diamond", "triangle", "square", "hexagon", "star", "pentagon", "cross"]
LEVELS = 10
"""Steps of the heat map on each side of chance."""


class Mark(NamedTuple):
    """How an encoder is drawn: `colour` of the mark, `ink` of words (4.5 : 1 on the card) name colours."""

    shape: Shape
    open: bool
    colour: str
    ink: str


BASELINE = Mark("cross", True, "faint", "mute")
_PLAIN = (
    Mark("circle", True, "one", "one.ink"),
    Mark("circle", False, "two", "two.ink"),
    Mark("diamond", False, "three", "three.ink"),
    Mark("triangle", False, "four", "four.ink"),
    Mark("square", False, "five", "five.ink"),
)
_ICEBERG = (
    Mark("hexagon", False, "gold", "gold.ink"),
    Mark("hexagon", True, "gold", "gold.ink"),
    Mark("star", False, "gold", "gold.ink"),
    Mark("star", True, "gold", "gold.ink"),
    Mark("pentagon", False, "gold", "gold.ink"),
)
_OWN = {
    "light": {
        "band": "#EDF4F8", "faint": "#8494A2", "one": "#5E7286", "one.ink": "#5E7286", "two": "#1769AA",
        "two.ink": "#1769AA", "three": "#12A083", "three.ink": "#0B6B57", "four": "#7A2E6E", "four.ink": "#7A2E6E",
        "five": "#D97414", "five.ink": "#9A4E06", "gold": "#C98500", "gold.ink": "#8A5A00",
    },
    "dark": {
        "band": "#17293A", "faint": "#6F8394", "one": "#9DB0C0", "one.ink": "#9DB0C0", "two": "#5B9BFF",
        "two.ink": "#5B9BFF", "three": "#8FEBC6", "three.ink": "#8FEBC6", "four": "#E765B3", "four.ink": "#E765B3",
        "five": "#E8AC5E", "five.ink": "#E8AC5E", "gold": "#FFD166", "gold.ink": "#FFD166",
    },
}  # fmt: skip
_HEAT = {  # chance, far below, far above, dark ink, light ink
    "light": ("#F3F6F8", "#A51D35", "#0F4C78", "#15222E", "#FFFFFF"),
    "dark": ("#1B2A37", "#E5566D", "#63B8EE", "#08131C", "#EEF4F8"),
}


def colours(theme: Theme) -> dict[str, str]:
    """Name → colour: those of the exported pages, the marks', and `heat.-10` to `heat.10` with their inks."""
    if theme == "page":
        return {name: f"var(--{_variable(name)})" for name in colours("light")}
    return palette.colours(theme) | _OWN[theme] | _heat(theme)


def variables(theme: Literal["light", "dark"]) -> str:
    """The colours as declarations of CSS."""
    return ";".join(f"--{_variable(name)}:{value}" for name, value in colours(theme).items())


def marks(names: Sequence[str]) -> dict[str, Mark]:
    """Encoder → mark: gold for those with the iceberg, else one after the other; the eleventh looks like the first."""
    found: dict[str, Mark] = {}
    for of_kind, ready in ((False, _PLAIN), (True, _ICEBERG)):
        own = [name for name in names if name.endswith("+iceberg") is of_kind]
        found |= {name: ready[i % len(ready)] for i, name in enumerate(own)}
    return {name: found[name] for name in names}


def level(value: float, chance: float, lowest: float) -> int:
    """The step of a value on the scale about chance, −10 to 10; both sides are as long as the longer one."""
    reach = max(chance - lowest, 1 - chance)
    return max(-LEVELS, min(LEVELS, round(LEVELS * (value - chance) / reach)))


def _heat(theme: str) -> dict[str, str]:
    middle, below, above, dark, light = _HEAT[theme]
    found = {}
    for step in range(-LEVELS, LEVELS + 1):
        share = abs(step) / LEVELS
        colour = _mixed(middle, below if step < 0 else above, 0.12 + 0.88 * share if step else 0.0)
        found[f"heat.{step}"] = colour
        found[f"heat.{step}.ink"] = max((dark, light), key=lambda ink: _contrast(ink, colour))
    return found


def _mixed(a: str, b: str, share: float) -> str:
    mixed = [round(x + (y - x) * share) for x, y in zip(_channels(a), _channels(b), strict=True)]
    return "#" + "".join(f"{channel:02X}" for channel in mixed)


def _channels(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def _contrast(a: str, b: str) -> float:
    """The contrast ratio of WCAG 2.2, 1 to 21."""
    low, high = sorted((_luminance(a), _luminance(b)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _shares(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _shares(colour: str) -> list[float]:
    return [channel / 255 for channel in _channels(colour)]


def _variable(name: str) -> str:
    return name.replace(".-", "-below-").replace(".", "-")

"""A figure in the making: words, lines and marks in a theme's colours, and the boxes that they take up."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from explorer import markup, palette
from probes.report.look import Mark, Shape, Theme, colours

SMALL, NORMAL, LARGE = 12.0, 13.0, 15.0
"""Sizes of words."""
RADIUS = 4.6
_ASCENT, _DESCENT = 0.86, 0.24
"""Of a line of words, in em above and below the baseline."""


class Box(NamedTuple):
    """A rectangle, y downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box, room: float = 0.0) -> bool:
        """Whether the two come nearer than `room`."""
        return (
            self.left < other.right + room
            and other.left < self.right + room
            and self.top < other.bottom + room
            and other.top < self.bottom + room
        )


def width_of(text: str, size: float, weight: int = 400) -> float:
    """Pixels of a line, rather too many than too few."""
    return markup.ems(text) * size * (1.06 if weight >= 600 else 1.0)


def line_box(text: str, x: float, y: float, size: float, weight: int = 400, anchor: str = "start") -> Box:
    """Where a line of words with its baseline at y lies."""
    width = width_of(text, size, weight)
    left = x - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
    return Box(left, y - _ASCENT * size, left + width, y + _DESCENT * size)


def fitted(text: str, room: float, size: float, weight: int = 400) -> str:
    """The text, cut to `room` pixels."""
    return markup.shortened(text, room / size / (1.06 if weight >= 600 else 1.0))


def wrapped(text: str, room: float, size: float) -> list[str]:
    """Lines of at most `room` pixels: broken at spaces and between Chinese characters; a longer word is cut."""
    lines, line = [], ""
    for piece in _pieces(text):
        if line and width_of((line + piece).rstrip(), size) > room:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    lines.append(line.rstrip())
    return [markup.shortened(each, room / size) for each in lines if each]


class Picture:
    """Draws top down; `svg` closes it at a height."""

    def __init__(self, width: float, theme: Theme) -> None:
        self.width = width
        self.colours = colours(theme)
        self.parts: list[str] = []

    def words(
        self,
        text: str,
        x: float,
        y: float,
        *,
        size: float = SMALL,
        colour: str = "mute",
        weight: int = 400,
        anchor: str = "start",
        ground: str = "",
    ) -> Box:
        """A line by its baseline; on a `ground` of its own where lines may run below it."""
        box = line_box(text, x, y, size, weight, anchor)
        if ground:
            self.rectangle(Box(box.left - 2, box.top, box.right + 2, box.bottom), ground)
        self.parts.append(
            markup.text(text, x=x, y=y, size=size, fill=self.colours[colour], weight=weight, anchor=anchor)
        )
        return box

    def paragraph(self, text: str, x: float, y: float, room: float, *, colour: str = "mute") -> float:
        """Small lines from a first baseline on; returns the baseline of the next."""
        for line in wrapped(text, room, SMALL):
            self.words(line, x, y, colour=colour)
            y += 16
        return y

    def heading(self, title: str, more: str, x: float = 16) -> float:
        """Title and the line beneath it; returns the y below them."""
        y = 24.0
        for line in wrapped(title, (self.width - 2 * x) / 1.06, LARGE):
            self.words(line, x, y, size=LARGE, colour="ink", weight=700)
            y += 20
        return self.paragraph(more, x, y, self.width - 2 * x) - 4

    def legend(self, marks: Mapping[str, Mark], names: Mapping[str, str], y: float, x: float = 16) -> float:
        """Marks with their names, in as many lines as they need; returns the baseline of the next line."""
        left = x
        for name, mark in marks.items():
            said = fitted(names[name], self.width - 2 * x - 18, SMALL, 700)
            wide = 18 + width_of(said, SMALL, 700)
            if left > x and left + wide > self.width - x:
                left, y = x, y + 18
            self.parts.append(self.sign(mark, left + 6, y - 4))
            self.words(said, left + 17, y, colour=mark.ink, weight=700)
            left += wide + 16
        return y + 18

    def rectangle(self, box: Box, colour: str, *, radius: float = 0, opacity: float = 1.0) -> None:
        """Filled."""
        more: dict[str, object] = {"fill_opacity": opacity} if opacity < 1 else {}
        self.parts.append(
            markup.element(
                "rect", "", children=(), x=box.left, y=box.top, width=box.right - box.left,
                height=box.bottom - box.top, rx=radius, fill=self.colours[colour], **more,
            )
        )  # fmt: skip

    def line(
        self,
        points: Sequence[tuple[float, float]],
        colour: str,
        *,
        width: float = 1.0,
        dashes: str = "",
        opacity: float = 1.0,
    ) -> None:
        """Through points."""
        self.parts.append(self.stroke(points, colour, width=width, dashes=dashes, opacity=opacity))

    def stroke(
        self,
        points: Sequence[tuple[float, float]],
        colour: str,
        *,
        width: float = 1.0,
        dashes: str = "",
        opacity: float = 1.0,
    ) -> str:
        """The markup of a line."""
        more: dict[str, object] = {"stroke_dasharray": dashes} if dashes else {}
        if opacity < 1:
            more["stroke_opacity"] = opacity
        said = " ".join(f"{markup.number(x)},{markup.number(y)}" for x, y in points)
        return markup.element(
            "polyline",
            "",
            children=(),
            points=said,
            fill="none",
            stroke=self.colours[colour],
            stroke_width=width,
            **more,
        )

    def marked(
        self,
        mark: Mark,
        x: float,
        y: float,
        *,
        span: tuple[float, float] | None = None,
        said: str = "",
        ground: str = "card",
        opacity: float = 1.0,
    ) -> Box:
        """A mark at a point, over its interval if it has one; `said` is shown on hover."""
        children = [markup.element("title", said)] if said else []
        left, right = span or (x, x)
        if span is not None:
            children.append(
                self.stroke([(left, y), (right, y)], mark.colour, width=1.8, opacity=0.85 * opacity)
            )
        children.append(self.sign(mark, x, y, ground, opacity))
        self.parts.append(markup.element("g", children=children))
        return Box(min(left, x - RADIUS - 1), y - RADIUS - 1, max(right, x + RADIUS + 1), y + RADIUS + 1)

    def sign(self, mark: Mark, x: float, y: float, ground: str = "card", opacity: float = 1.0) -> str:
        """The mark alone."""
        look: dict[str, object] = {
            "fill": self.colours[ground if mark.open else mark.colour],
            "stroke": self.colours[mark.colour],
            "stroke_width": 1.9 if mark.open else 0.8,
        }
        if opacity < 1:
            look["opacity"] = opacity
        if mark.shape == "cross":
            r = RADIUS - 1
            look |= {"fill": "none"}
            return markup.element("path", "", children=(), d=_cross(x, y, r), **look)
        if mark.shape == "circle":
            return markup.element(
                "circle", "", children=(), cx=x, cy=y, r=RADIUS - (0.6 if mark.open else 0), **look
            )
        return markup.element("polygon", "", children=(), points=_corners(mark.shape, x, y), **look)

    def svg(self, height: float, description: str, language: str) -> str:
        """The whole, on a card."""
        card = markup.element("rect", width=self.width, height=height, rx=12, fill=self.colours["card"])
        return markup.element(
            "svg", children=[card, *self.parts], xmlns="http://www.w3.org/2000/svg",
            width=markup.number(self.width), height=markup.number(height),
            viewBox=f"0 0 {markup.number(self.width)} {markup.number(height)}", role="img",
            aria_label=description, lang=language, font_family=palette.SANS,
        )  # fmt: skip


def _pieces(text: str) -> list[str]:
    """Where a line may be broken: after spaces, and after every wide character (closing marks stay with theirs)."""
    pieces: list[str] = []
    for character in text:
        breaks = bool(pieces) and (pieces[-1].endswith(" ") or markup.ems(pieces[-1][-1]) >= 1)
        wide = markup.ems(character) >= 1 and ord(character) > 0x2E7F
        if not pieces or ((breaks or wide) and character not in "，。；：、）」” "):
            pieces.append(character)
        else:
            pieces[-1] += character
    return pieces


def _cross(x: float, y: float, r: float) -> str:
    n = markup.number
    return f"M{n(x - r)},{n(y - r)}L{n(x + r)},{n(y + r)}M{n(x - r)},{n(y + r)}L{n(x + r)},{n(y - r)}"


def _corners(shape: Shape, x: float, y: float) -> str:
    count, first, size = {
        "diamond": (4, 0.0, 1.2),
        "square": (4, 45.0, 1.25),
        "triangle": (3, -90.0, 1.3),
        "hexagon": (6, 0.0, 1.15),
        "pentagon": (5, -90.0, 1.15),
        "star": (10, -90.0, 1.4),
    }[shape]
    points = []
    for i in range(count):
        radius = RADIUS * size * (0.5 if shape == "star" and i % 2 else 1.0)
        angle = math.radians(first + i * 360 / count)
        points.append((x + radius * math.cos(angle), y + radius * math.sin(angle)))
    return " ".join(f"{markup.number(a)},{markup.number(b)}" for a, b in points)

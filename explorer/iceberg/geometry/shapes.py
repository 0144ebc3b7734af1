"""Boxes and curves, in pixels; y grows downwards."""

from __future__ import annotations

from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """A rectangle by its centre, in pixels; y grows downwards."""

    x: float
    y: float
    width: float
    height: float

    @property
    def left(self) -> float:
        """The x of the left side."""
        return self.x - self.width / 2

    @property
    def right(self) -> float:
        """The x of the right side."""
        return self.x + self.width / 2

    @property
    def top(self) -> float:
        """The y of the upper side."""
        return self.y - self.height / 2

    @property
    def bottom(self) -> float:
        """The y of the lower side."""
        return self.y + self.height / 2

    def meets(self, other: Box, gap: float = 0.0) -> bool:
        """Whether less than `gap` lies between the two, in both directions."""
        return (
            abs(self.x - other.x) < (self.width + other.width) / 2 + gap
            and abs(self.y - other.y) < (self.height + other.height) / 2 + gap
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Curve:
    """An edge: a cubic Bézier curve from border to border (`points`: start, two controls, end) and its label's box.

    `label` is None where no room was found for it; the page then shows it on hover and focus.
    """

    points: tuple[Point, Point, Point, Point]
    label: Box | None

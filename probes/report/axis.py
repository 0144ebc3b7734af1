"""The axis of values: limits that hold everything there is, ticks that do not crowd."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from probes.report.picture import SMALL, Picture, width_of
from probes.report.reading import Cell, Reading
from probes.report.words import correlation, percent

_STEPS = (0.05, 0.1, 0.2, 0.25, 0.5)
ROOM = 14.0
"""Pixels between the labels of two ticks, at least."""
LEAST = 0.4
"""The axis is never shorter, lest small differences look large."""


@dataclass(frozen=True, kw_only=True)
class Axis:
    """From values to pixels: `low` stands at `left`, `high` at `right`."""

    low: float
    high: float
    left: float
    right: float
    ticks: tuple[float, ...]
    spearman: bool = False

    def __call__(self, value: float) -> float:
        """The x of a value; what lies beyond the axis stands at its end."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.left + share * (self.right - self.left)

    def label(self, tick: float) -> str:
        """As written under the axis."""
        return correlation(tick) if self.spearman else percent(tick, 0)

    def draw(self, picture: Picture, top: float, bottom: float) -> float:
        """Grid and labels; returns the y below the labels."""
        for tick in self.ticks:
            x = self(tick)
            picture.line([(x, top), (x, bottom)], "line")
            picture.words(self.label(tick), x, bottom + 16, anchor="middle")
        return bottom + 22


def axis_over(cells: Iterable[Cell], reading: Reading, left: float, right: float) -> Axis:
    """The axis over all cells, their intervals and chance."""
    values = [reading.chance]
    for cell in cells:
        values += [v for v in (cell.value, cell.low, cell.high) if v is not None]
    low, high = _limits(min(values), max(values), reading.lowest)
    spearman = reading.measure == "spearman"
    for step in _STEPS:
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        ticks = tuple(round(i * step, 4) for i in range(first, last + 1))
        axis = Axis(low=low, high=high, left=left, right=right, ticks=ticks, spearman=spearman)
        widest = max(width_of(axis.label(tick), SMALL) for tick in ticks)
        if len(ticks) <= 11 and axis(low + step) - left >= widest + ROOM:
            break
    return axis


def _limits(least: float, most: float, lowest: float) -> tuple[float, float]:
    """Whole tenths about all values, within what is possible."""
    low, high = math.floor(least * 10 + 1e-9) / 10, math.ceil(most * 10 - 1e-9) / 10
    while high - low < LEAST - 1e-9:
        if high < 1:
            high = min(1.0, high + 0.1)
        if high - low < LEAST - 1e-9 and low > lowest:
            low = max(lowest, low - 0.1)
    return max(lowest, round(low, 4)), min(1.0, round(high, 4))

"""The forest plot: the whole sentence, the arms and the baselines as rows; a mark with its interval per encoder."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from explorer import markup, translate
from explorer.i18n import current, said_in
from probes.report.axis import Axis, axis_over
from probes.report.look import BASELINE, Theme, marks
from probes.report.picture import NORMAL, SMALL, Box, Picture, line_box, width_of, wrapped
from probes.report.reading import Cell, Reading, Row
from probes.report.words import (
    LONGEST,
    figure,
    heading_of,
    interval,
    lost,
    named,
    short_names,
    title_of,
    unit,
)  # fmt: skip

NARROW = 520.0
"""Under this width the names of the rows stand above them."""
EDGE = 16.0
PITCH, LABELLED, STACKED = 10.0, 18.0, 33.0
"""Pixels from mark to mark: in an arm, in the row with labels beside the marks, with labels above them."""
ARM = "both_deleted"


def forest_svg(
    record: Mapping[str, Any],
    *,
    theme: Theme = "light",
    width: float = 640,
    language: str | None = None,
    heading: bool = True,
) -> str:
    """The forest plot of a run as one SVG that needs nothing outside itself.

    Args:
        record: of a run, as kept or loaded.
        theme: `page` draws with the CSS variables of the report's page.
        width: pixels, 300 or more; the height follows from the rows.
        language: `en` or `zh`; the reader's unless given.
        heading: with suite, n and what they can show above it.

    Raises:
        InputError: the record holds no figure.
    """
    return said_in(language or current(), lambda: _Forest(Reading(record), theme, width, heading).drawn())


class _Forest:
    def __init__(self, reading: Reading, theme: Theme, width: float, heading: bool) -> None:
        self.reading = reading
        self.heading = heading
        self.picture = Picture(width, theme)
        self.rows = reading.rows()
        self.short = short_names(reading.names)
        self.marks = marks(reading.names)
        self.narrow = width < NARROW
        self.left = EDGE + 4 if self.narrow else 2 * EDGE + max(self._name_width(row) for row in self.rows)
        cells = [cell for row in self.rows for cell in row.cells.values()]
        self.axis: Axis = axis_over(cells, reading, self.left, width - EDGE - 10)
        self.stacked = any(
            self._beside(name, cell, 0.0) is None
            for row in self.rows
            if row.kind == "whole"
            for name, cell in row.cells.items()
        )
        self.taken: list[Box] = []
        self.labels: list[Box] = []
        self.floor = 0.0  # of the whole sentence's row
        self.at: dict[tuple[str, str], float] = {}

    def drawn(self) -> str:
        picture, reading = self.picture, self.reading
        y = 6.0
        if self.heading:
            y = picture.heading(title_of(reading.record), _subtitle(reading))
        top = y + 22
        tops, bottom = self._placed(top)
        for row, (upper, lower) in zip(self.rows, tops, strict=True):
            if row.kind == "whole":
                picture.rectangle(Box(EDGE - 8, upper, picture.width - EDGE + 8, lower), "band", radius=6)
            else:
                picture.line([(self.left, upper), (self.axis.right, upper)], "line")
        end = self.axis.draw(picture, top, bottom)
        self._chance(top, bottom)
        for row, (upper, lower) in zip(self.rows, tops, strict=True):
            self._row_name(row, upper, lower)
            for name, cell in row.cells.items():
                self._mark(row, name, cell)
        remark = self._gap()
        end = self._foot(end + 14, remark)
        return picture.svg(end, self._description(), current())

    def _name_width(self, row: Row) -> float:
        said = max((named(row.name, self.reading), self._size_of(row)), key=len)
        return width_of(said, NORMAL, 700 if row.kind == "whole" else 400)

    def _placed(self, top: float) -> tuple[list[tuple[float, float]], float]:
        """(top, bottom) of each row, and the y of every mark under (row, encoder)."""
        tops, y = [], top
        for row in self.rows:
            whole = row.kind == "whole"
            pitch = (STACKED if self.stacked else LABELLED) if whole else PITCH
            head = 20.0 if self.narrow else 0.0
            least = 0.0 if self.narrow else 44.0 if self._size_of(row) else 30.0
            height = max(head + len(row.cells) * pitch + 12, least)
            first = y + head + (height - head - len(row.cells) * pitch) / 2
            for i, name in enumerate(row.cells):
                middle = pitch - 8 if whole and self.stacked else pitch / 2
                self.at[row.name, name] = first + i * pitch + middle
            tops.append((y, y + height))
            self.floor = y + height if whole else self.floor
            y += height
        return tops, y

    def _chance(self, top: float, bottom: float) -> None:
        reading, picture = self.reading, self.picture
        x = self.axis(reading.chance)
        picture.line([(x, top), (x, bottom)], "cut.words", width=1.6, dashes="5,4")
        said = translate("chance {value}").format(
            value=unit("0" if not reading.chance else figure(reading.chance, reading, 0), reading)
        )
        half = width_of(said, SMALL, 700) / 2
        middle = min(max(x, EDGE + half), picture.width - EDGE - half)
        picture.words(said, middle, top - 7, colour="cut.words", weight=700, anchor="middle")
        self.taken.append(Box(x - 1, top, x + 1, bottom))

    def _row_name(self, row: Row, upper: float, lower: float) -> None:
        weight = 700 if row.kind == "whole" else 400
        colour = "mute" if row.kind == "baseline" else "ink"
        said, size = named(row.name, self.reading), self._size_of(row)
        if self.narrow:
            ground, more = "band" if row.kind == "whole" else "card", f"  {size}" if size else ""
            self.picture.words(
                said + more, EDGE + 4, upper + 17, size=NORMAL, colour=colour, weight=weight, ground=ground
            )
            return
        middle = (upper + lower) / 2 + (-3 if size else 5)
        x = self.left - EDGE
        self.picture.words(said, x, middle, size=NORMAL, colour=colour, weight=weight, anchor="end")
        if size:
            self.picture.words(size, x, middle + 15, anchor="end")

    def _size_of(self, row: Row) -> str:
        """The items of a row that could not ask them all."""
        fewest = min((cell.n for cell in row.cells.values()), default=0)
        return f"n {fewest}" if row.kind in ("arm", "control") and fewest != self.reading.n else ""

    def _mark(self, row: Row, name: str, cell: Cell) -> None:
        y, axis, picture = self.at[row.name, name], self.axis, self.picture
        said = named(row.name, self.reading) + f": {_value(cell, self.reading)}, n {cell.n}"
        span = None if cell.bounds is None else (axis(cell.bounds[0]), axis(cell.bounds[1]))
        if row.kind == "baseline":
            picture.marked(BASELINE, axis(cell.value), y, span=span, said=said)
            return
        ground = "band" if row.kind == "whole" else "card"
        box = picture.marked(
            self.marks[name], axis(cell.value), y, span=span, said=f"{name}, {said}", ground=ground,
            opacity=0.5 if cell.thin else 1.0,
        )  # fmt: skip
        self.taken.append(box)
        if row.kind == "whole":
            self._label(name, cell, y)

    def _label(self, name: str, cell: Cell, y: float) -> None:
        ink, text = self.marks[name].ink, self._said(name, cell)
        if self.stacked:
            room = self.axis.right - self.left
            text = self._said(name, cell, (room - width_of(" 00.0", SMALL, 700)) / SMALL / 1.06)
            half = width_of(text, SMALL, 700) / 2
            x = min(max(self.axis(cell.value), self.left + half), self.axis.right - half)
            self.labels.append(
                self.picture.words(text, x, y - 11, colour=ink, weight=700, anchor="middle", ground="band")
            )
            return
        beside = self._beside(name, cell, y + 4)
        if beside is not None:
            x, anchor = beside
            self.labels.append(
                self.picture.words(text, x, y + 4, colour=ink, weight=700, anchor=anchor, ground="band")
            )

    def _said(self, name: str, cell: Cell, most: float = LONGEST) -> str:
        return f"{markup.shortened(self.short[name], most)} {figure(cell.value, self.reading)}"

    def _beside(self, name: str, cell: Cell, y: float) -> tuple[float, str] | None:
        """Where the label stands: right of the interval, else left of it; None where there is no room."""
        text = self._said(name, cell)
        right = self.axis(cell.value if cell.high is None else cell.high) + 9
        if line_box(text, right, y, SMALL, 700).right <= self.picture.width - EDGE:
            return right, "start"
        left = self.axis(cell.value if cell.low is None else cell.low) - 9
        if line_box(text, left, y, SMALL, 700, "end").left >= self.left:
            return left, "end"
        return None

    def _gap(self) -> str:
        """What the best encoder loses without verb and object: drawn where there is room, else returned as a remark."""
        reading = self.reading
        name = reading.best(ARM)
        if name is None:
            return ""
        arm = reading.entries[name]["arms"][ARM]
        first, second = lost(arm["gap"], arm["gap_ci"], reading)
        remark = f"{self.short[name]}, {named(ARM)}: {first} {second}"
        x, upper, lower = (
            self.axis(reading.entries[name][reading.measure]),
            self.at["full", name],
            self.at[ARM, name],
        )
        place = None if self.narrow else self._free(first, second, x, upper, lower)
        if place is None:
            return remark
        mark = self.marks[name]
        self.picture.line([(x, upper + 8), (x, lower)], mark.colour, width=1.2, dashes="3,3")
        near = self.axis(arm["ci"][1])
        if near + 4 < x:
            self.picture.line([(x, lower), (near + 4, lower)], mark.colour, width=1.2, dashes="3,3")
        at, y, anchor = place
        self.picture.words(first, at, y, colour=mark.ink, weight=700, anchor=anchor)
        self.picture.words(second, at, y + 15, anchor=anchor)
        return ""

    def _free(
        self, first: str, second: str, x: float, upper: float, lower: float
    ) -> tuple[float, float, str] | None:
        """x, first baseline and anchor of two lines beside the dashes between two heights that touch nothing."""
        if any(Box(x - 1, upper + 8, x + 1, lower).meets(label) for label in self.labels):
            return None
        wide = max(width_of(first, SMALL, 700), width_of(second, SMALL))
        for at, left, anchor in ((x + 8, x + 8, "start"), (x - 8, x - 8 - wide, "end")):
            if left < self.left or left + wide > self.axis.right + 8:
                continue
            y = max(upper + 26, self.floor + 14)
            while y + 19 < lower:
                box = Box(left, y - 11, left + wide, y + 19)
                if not any(box.meets(other, 3) for other in (*self.taken, *self.labels)):
                    return at, y, anchor
                y += 2
        return None

    def _foot(self, y: float, remark: str) -> float:
        room = self.picture.width - 2 * EDGE
        if self.reading.measure == "spearman":
            said = translate("Spearman's rank correlation; lines: 95 % interval")
        else:
            said = translate("% right, ties as one half; lines: 95 % interval over the items")
        start = (
            EDGE if self.narrow or len(wrapped(said, self.axis.right - self.left, SMALL)) > 1 else self.left
        )
        y = self.picture.paragraph(said, start, y, room)
        if remark:
            y = self.picture.paragraph(remark, start, y, self.picture.width - EDGE - start, colour="ink")
        return y

    def _description(self) -> str:
        whole = self.rows[0]
        said = [f"{name} {_value(cell, self.reading)}" for name, cell in whole.cells.items()]
        return f"{title_of(self.reading.record)}, {named(whole.name, self.reading)}: " + "; ".join(said)


def _value(cell: Cell, reading: Reading) -> str:
    bounds = f" {interval(cell.bounds, reading)}" if cell.bounds else ""
    return unit(figure(cell.value, reading), reading) + bounds


def _subtitle(reading: Reading) -> str:
    """Suite, items, and the smallest difference between two encoders that so many would not miss."""
    points = [
        (entry.get("effect") or {}).get("detectable_points", {}).get("between_encoders")
        for entry in reading.entries.values()
    ]
    known = [value for value in points if value is not None and not math.isnan(value)]
    if known and reading.measure == "accuracy":
        more = translate("shows differences of {points} points and more")
        return f"{heading_of(reading)} · {more.format(points=math.ceil(max(known)))}"
    return heading_of(reading)

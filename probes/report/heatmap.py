"""The heat map: how many are right of each phenomenon, for each encoder, red under chance and blue above."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from explorer import InputError, markup, translate
from explorer.i18n import current, said_in
from probes.report.look import LEVELS, Theme, level, marks
from probes.report.picture import NORMAL, SMALL, Box, Picture, fitted, width_of
from probes.report.reading import Cell, Entry, Reading
from probes.report.words import figure, heading_of, interval, named, p_value, short_names, title_of, unit
from probes.verdicts import LEAST

EDGE = 16.0
TALL, GAP = 27.0, 3.0
SIGNIFICANT = 0.05


def heatmap_svg(
    record: Mapping[str, Any],
    *,
    theme: Theme = "light",
    width: float = 640,
    language: str | None = None,
    heading: bool = True,
) -> str:
    """Phenomena by encoders; the arguments are those of `forest_svg`.

    Raises:
        InputError: the record holds no phenomena.
    """
    return said_in(language or current(), lambda: _Heatmap(Reading(record), theme, width, heading).drawn())


class _Heatmap:
    def __init__(self, reading: Reading, theme: Theme, width: float, heading: bool) -> None:
        if not reading.phenomena:
            raise InputError(translate("This run has no phenomena to draw."))
        self.reading = reading
        self.heading = heading
        self.picture = Picture(width, theme)
        self.names = [name for name in reading.names if (reading.entries.get(name) or {}).get("phenomena")]
        self.marks = {name: mark for name, mark in marks(reading.names).items() if name in self.names}
        self.short = short_names(reading.names)
        wanted = max(width_of(named(name), NORMAL) for name, _n in reading.phenomena)
        self.labels = min(wanted, 0.34 * width)
        self.sizes = 12 + width_of(str(max(n for _name, n in reading.phenomena)), SMALL)
        self.left = EDGE + self.labels + 12
        self.column = (width - EDGE - self.sizes - self.left) / len(self.names)

    def drawn(self) -> str:
        picture, reading = self.picture, self.reading
        y = 8.0
        if self.heading:
            y = picture.heading(title_of(reading.record), heading_of(reading))
        y = self._columns(y + 18)
        for name, n in reading.phenomena:
            middle = y + TALL / 2
            faint = n < LEAST
            label = fitted(named(name), self.labels, NORMAL)
            picture.words(
                label,
                self.left - 12,
                middle + 4.5,
                size=NORMAL,
                colour="mute" if faint else "ink",
                anchor="end",
            )
            for i, encoder in enumerate(self.names):
                self._cell(name, encoder, self.left + i * self.column, y)
            picture.words(str(n), picture.width - EDGE, middle + 4, anchor="end")
            y += TALL + GAP
        y = self._foot(y + 6)
        return picture.svg(y, self._description(), current())

    def _columns(self, y: float) -> float:
        """Names over the columns; where one does not fit, marks, with the names in a legend above."""
        room = self.column - 8
        if any(width_of(self.short[name], SMALL, 700) > room for name in self.names):
            y = self.picture.legend(self.marks, self.short, y) + 4
        self.picture.words("n", self.picture.width - EDGE, y, anchor="end")
        for i, name in enumerate(self.names):
            x, mark = self.left + (i + 0.5) * self.column - GAP / 2, self.marks[name]
            if all(width_of(self.short[each], SMALL, 700) <= room for each in self.names):
                self.picture.words(self.short[name], x, y, colour=mark.ink, weight=700, anchor="middle")
            else:
                self.picture.parts.append(self.picture.sign(mark, x, y - 4))
        return y + 9

    def _cell(self, phenomenon: str, encoder: str, left: float, top: float) -> None:
        figures: Entry | None = (self.reading.entries[encoder].get("phenomena") or {}).get(phenomenon)
        cell = self.reading.cell(figures)
        if figures is None or cell is None:
            return
        step = level(cell.value, self.reading.chance, self.reading.lowest)
        box = Box(left, top, left + self.column - GAP, top + TALL)
        shown = Picture(self.picture.width, "light")
        shown.colours = self.picture.colours
        shown.rectangle(box, f"heat.{step}", radius=4, opacity=0.38 if cell.thin else 1.0)
        sure = figures.get("p_holm") is not None and figures["p_holm"] < SIGNIFICANT
        text = figure(cell.value, self.reading, 0) + ("*" if sure else "")
        ink = "ink" if cell.thin else f"heat.{step}.ink"
        middle = (box.left + box.right) / 2
        shown.words(
            text, middle, top + TALL / 2 + 4.5, colour=ink, weight=700 if sure else 400, anchor="middle"
        )
        said = f"{encoder}, {named(phenomenon)}: {self._tip(cell, figures)}"
        self.picture.parts.append(markup.element("g", children=[markup.element("title", said), *shown.parts]))

    def _tip(self, cell: Cell, figures: Entry) -> str:
        bounds = interval(cell.bounds, self.reading) if cell.bounds else ""
        said = f"{unit(figure(cell.value, self.reading), self.reading)} {bounds}, n {cell.n}"
        if figures.get("p_holm") is not None:
            said += ", " + translate("p {p} after Holm").format(p=p_value(figures["p_holm"]))
        return said

    def _foot(self, y: float) -> float:
        """The scale, then what pale and starred cells mean."""
        reading, picture = self.reading, self.picture
        steps = range(-LEVELS, LEVELS + 1, 2)
        reach = max(reading.chance - reading.lowest, 1 - reading.chance)
        known = [s for s in steps if reading.lowest - 0.01 <= reading.chance + s / LEVELS * reach <= 1.01]
        tile = min(16.0, (picture.width - 2 * EDGE) / len(known))
        for i, step in enumerate(known):
            left = EDGE + i * tile
            picture.rectangle(Box(left, y, left + tile, y + 10), f"heat.{step}")
        ends = {known[0], 0, known[-1]}
        for i, step in enumerate(known):
            if step in ends:
                value = reading.chance + step / LEVELS * reach
                x = EDGE + (i + 0.5) * tile
                half = width_of("100", SMALL) / 2
                picture.words(figure(value, reading, 0), max(x, EDGE + half), y + 24, anchor="middle")
        said = translate(
            "Red: below chance, blue: above. Pale: fewer than {least} items, for orientation only. "
            "*: differs from chance after Holm's correction."
        ).format(least=LEAST)
        if reading.measure == "accuracy":
            said = translate("% right.") + " " + said
        return picture.paragraph(said, EDGE, y + 44, picture.width - 2 * EDGE)

    def _description(self) -> str:
        said = [
            f"{named(name)} (n {n}): "
            + ", ".join(
                f"{encoder} {figure(cell.value, self.reading, 0)}"
                for encoder in self.names
                if (cell := self.reading.cell(self.reading.entries[encoder]["phenomena"].get(name)))
            )
            for name, n in self.reading.phenomena
        ]
        return "; ".join(said)

"""Where letters mislead, are tied or help, and mirrored pairs: how many of how many are right, for each encoder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from explorer import InputError, markup, translate
from explorer.i18n import current, said_in
from probes.report.look import Mark, Theme, marks
from probes.report.picture import NORMAL, SMALL, Box, Picture, width_of
from probes.report.reading import Reading
from probes.report.words import heading_of, named, percent, short_names, sign, title_of
from probes.verdicts import LEAST

EDGE = 16.0
PITCH = 19.0
STRATA = ("overlap_bad", "overlap_tied", "overlap_good")


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """`right` of `n`; mirrored pairs have an interval, too."""

    right: float
    n: int
    chance: float
    ci: tuple[float, float] | None = None


def strata_svg(
    record: Mapping[str, Any],
    *,
    theme: Theme = "light",
    width: float = 640,
    language: str | None = None,
    heading: bool = True,
) -> str:
    """Strata and mirrored pairs; the arguments are those of `forest_svg`.

    Raises:
        InputError: the record holds neither.
    """
    return said_in(language or current(), lambda: _drawn(Reading(record), theme, width, heading))


def counts(reading: Reading) -> dict[str, dict[str, Count]]:
    """Stratum → encoder → count; strata without items are left out."""
    found: dict[str, dict[str, Count]] = {}
    for name, entry in reading.entries.items():
        known = entry.get("strata") or {}
        for stratum in (*STRATA, *(each for each in known if each not in STRATA)):
            each = known.get(stratum) or {}
            if each.get("n"):
                count = Count(right=float(each["correct"]), n=int(each["n"]), chance=reading.chance)
                found.setdefault(stratum, {})[name] = count
    for name, entry in reading.entries.items():
        pairs = entry.get("mirrored") or {}
        if pairs.get("n"):
            bounds = tuple(pairs["ci"]) if pairs.get("ci") else None
            count = Count(
                right=pairs["both_right"], n=pairs["n"], chance=pairs.get("chance", 0.25), ci=bounds
            )
            found.setdefault("mirrored", {})[name] = count
    return found


def _drawn(reading: Reading, theme: Theme, width: float, heading: bool) -> str:
    known = counts(reading)
    if not known:
        raise InputError(translate("This run has neither strata nor mirrored pairs to draw."))
    picture = Picture(width, theme)
    y = 8.0
    if heading:
        y = picture.heading(title_of(reading.record), heading_of(reading))
    signs = {name: mark for name, mark in marks(reading.names).items() if name in reading.entries}
    y = picture.legend(signs, short_names(reading.names), y + 18) + 2
    narrow = width < 520
    most = max(count.n for row in known.values() for count in row.values())
    right = width - EDGE - width_of(f"{most} / {most} · 100{sign()}", SMALL) - 10
    left = EDGE if narrow else 2 * EDGE + max(width_of(named(name), NORMAL) for name in known)
    for stratum, row in known.items():
        if narrow:
            picture.words(named(stratum), EDGE, y + 14, size=NORMAL, colour="ink")
            y += 22
        else:
            middle = y + len(row) * PITCH / 2 + 4.5
            picture.words(named(stratum), left - EDGE, middle, size=NORMAL, colour="ink", anchor="end")
        bottom = y + len(row) * PITCH
        picture.rectangle(Box(left, y, right, bottom), "band", radius=3)
        chance = next(iter(row.values())).chance
        x = left + chance * (right - left)
        picture.line([(x, y), (x, bottom)], "cut.words", width=1.4, dashes="4,3")
        for i, (name, count) in enumerate(row.items()):
            _bar(picture, signs[name], f"{name}, {named(stratum)}", count, y + (i + 0.5) * PITCH, left, right)
        y = bottom + 10
    said = translate(
        "How many are right of all; letters mislead where the wrong option shares more characters with the sentence. "
        "Dashed: chance, {chance} of single items and {quarter} of pairs. Pale: fewer than {least}."
    )
    single, quarter = percent(reading.chance, 0) + sign(), percent(0.25, 0) + sign()
    said = said.format(chance=single, quarter=quarter, least=LEAST)
    y = picture.paragraph(said, EDGE, y + 12, width - 2 * EDGE)
    return picture.svg(y, said, current())


def _bar(picture: Picture, mark: Mark, name: str, count: Count, y: float, left: float, right: float) -> None:
    share = count.right / count.n
    x = left + share * (right - left)
    said = f"{markup.number(count.right)} / {count.n} · {percent(share, 0)}{sign()}"
    opacity = 0.5 if count.n < LEAST else 1.0
    picture.line([(left, y), (x, y)], mark.colour, width=1.8, opacity=0.6 * opacity)
    picture.marked(mark, x, y, said=f"{name}: {said}", ground="band", opacity=opacity)
    picture.words(said, picture.width - EDGE, y + 4, anchor="end", colour=mark.ink)

"""The verdicts as cards, one an encoder, best first."""

from __future__ import annotations

import base64
import html
import math
from typing import Literal

from explorer import markup, translate
from probes.page.lines import GLYPHS, details, headline, ranked, reasons, tone_of
from probes.report.look import colours, marks
from probes.report.picture import Picture
from probes.report.reading import Reading
from probes.report.sentences import conclusion
from probes.report.words import short_names, suite_of, title_of

Theme = Literal["light", "dark"]


def heading(reading: Reading) -> str:
    """What the run shown is about: title, suite, rows, left out, how small a difference it can show."""
    record = reading.record
    title, suite = title_of(record), suite_of(record)
    parts = [suite] if suite != title else []
    parts.append(f"n = {reading.n}")
    points = _detectable(reading)
    if points is not None:
        parts.append(translate("shows differences of {points} points and more").format(points=points))
    left = len(record["input"].get("left_out") or [])
    if left:
        parts.append(translate("{n} rows left out").format(n=left))
    seed = (record.get("parameters") or {}).get("seed")
    parts.append(translate("seed {seed}").format(seed=seed))
    return (
        f'<div class="pb-head"><b>{html.escape(title)}</b><span>{html.escape(" · ".join(parts))}</span></div>'
    )


def cards(reading: Reading, theme: Theme) -> str:
    """All cards in a grid."""
    names = ranked(reading)
    found = "".join(_card(name, reading, theme) for name in names)
    return f'<div class="pb-cards n{min(len(names), 4)}">{found}</div>'


def sign(name: str, reading: Reading, theme: Theme) -> str:
    """The mark that the encoder has in the figures."""
    drawn = Picture(14, theme).sign(marks(reading.names)[name], 7, 7)
    svg = markup.element(
        "svg", children=[drawn], xmlns="http://www.w3.org/2000/svg", width=14, height=14, viewBox="0 0 14 14"
    )
    return image(svg, "", "pb-sign")


def image(svg: str, said: str, look: str = "") -> str:
    """An SVG as an image: Streamlit takes SVG itself out of HTML."""
    data = base64.b64encode(svg.encode()).decode()
    return f'<img class="{look}" alt="{html.escape(said)}" src="data:image/svg+xml;base64,{data}">'


def _card(name: str, reading: Reading, theme: Theme) -> str:
    entry = reading.all_entries[name]
    tone = tone_of(entry, name)
    ink = colours(theme)[marks(reading.names)[name].ink]
    short = short_names(reading.names)[name]
    verdict = str(entry.get("verdict") or "")
    chip = (
        f'<span class="pb-chip {tone}"><i>{GLYPHS[tone]}</i> {html.escape(translate(verdict))}</span>'
        if verdict
        else ""
    )
    small = " · ".join(f"<span>{html.escape(each)}</span>" for each in details(entry, reading))
    return (
        f'<section class="pb-card {tone}"><header>{sign(name, reading, theme)}'
        f'<b style="color:{ink}" title="{html.escape(name)}">{html.escape(short)}</b>{chip}</header>'
        f"<p>{html.escape(headline(entry, reading))}</p><small>{small}</small>"
        f"{_why(name, reading)}</section>"
    )


def _why(name: str, reading: Reading) -> str:
    """Reasons, and what may and may not be concluded; unfolds."""
    entry = reading.all_entries[name]
    lines = [html.escape(each) for each in reasons(entry, reading)]
    found = conclusion(name, entry)
    if found is not None:
        for label, said in (
            (translate("May be concluded:"), found.may),
            (translate("May not be concluded:"), found.may_not),
        ):
            lines.append(f"<b>{html.escape(label)}</b> {html.escape(said)}")
    if not lines:
        return ""
    body = "".join(f"<li>{line}</li>" for line in lines)
    why = html.escape(translate("Why"))
    return f"<details><summary>{why}</summary><ul>{body}</ul></details>"


def _detectable(reading: Reading) -> int | None:
    """Points between two encoders that so many items would not miss."""
    if reading.measure != "accuracy":
        return None
    known = [
        value
        for entry in reading.entries.values()
        if isinstance(
            value := ((entry.get("effect") or {}).get("detectable_points") or {}).get("between_encoders"),
            int | float,
        )
        and math.isfinite(value)
    ]
    return math.ceil(max(known)) if known else None

"""The report as one page of HTML that stands alone: no scripts, nothing loaded, light and dark, Chinese or English."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from explorer import language_of, markup, translate
from explorer.i18n import current, said_in
from probes.report import page_tables
from probes.report.forest import forest_svg
from probes.report.heatmap import heatmap_svg
from probes.report.look import Mark, marks
from probes.report.picture import Picture
from probes.report.reading import Entry, Reading
from probes.report.sentences import GLYPHS, conclusion, method, power, replayed
from probes.report.strata import strata_svg
from probes.report.style import sheet
from probes.report.words import figure, heading_of, interval, title_of, unit

Record = Mapping[str, Any]
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
element = markup.element


def report_html(record: Record, language: str | None = None) -> str:
    """The page: verdicts first, then what so many items can show, figures, tables, method, and the record.

    Raises:
        InputError: the record holds no figure.
    """
    return said_in(language or current(), lambda: _page(Reading(record)))


def _page(reading: Reading) -> str:
    record = reading.record
    title = title_of(record)
    when = str(record.get("when") or "").replace("T", " ").replace("+00:00", " UTC")
    under = " · ".join(part for part in (heading_of(reading), when, str(record.get("id", ""))) if part)
    body = [
        element("header", children=[element("h1", title), element("p", under, class_="mute")]),
        element(
            "div",
            children=[_verdict(name, e, reading) for name, e in reading.entries.items()],
            class_="verdicts",
        ),
        _section(translate("What so many items can show"), [element("p", said) for said in power(reading)]),
        *_figures(reading),
        *(_section(name, [table]) for name, table in page_tables.tables(reading)),
        _section(translate("Method"), [element("p", said) for said in method(reading)]),
        _section(translate("Record"), [page_tables.record_table(reading)]),
        _section(translate("Run it again"), _again(record)),
    ]
    head = [
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        element("title", title),
        f"<style>{sheet()}</style>",
    ]
    page = [element("head", children=head), element("body", children=[element("main", children=body)])]
    return "<!DOCTYPE html>\n" + element("html", children=page, lang=current()) + "\n"


def _section(title: str, children: list[str]) -> str:
    return element("section", children=[element("h2", title), *children]) if children else ""


def _verdict(name: str, entry: Entry, reading: Reading) -> str:
    cell = reading.cell(entry)
    found = conclusion(name, entry)
    tone = found.tone if found else "mute"
    word = f"{GLYPHS[tone]} {translate(str(entry.get('verdict') or '–'))}"
    parts = [
        element("h3", children=[_sign(marks(reading.names)[name]), " ", markup.escaped(name)]),
        element("p", children=[element("span", word, class_=f"verdict {tone}")]),
    ]
    if cell is not None:
        bounds = interval(cell.bounds, reading)
        said = unit(figure(cell.value, reading), reading)
        more = element("span", f"{bounds} · n {cell.n}")
        parts.append(element("p", children=[markup.escaped(said), " ", more], class_="score"))
    if found is not None:
        for label, said in (
            (translate("May be concluded:"), found.may),
            (translate("May not be concluded:"), found.may_not),
        ):
            parts.append(element("p", children=[element("b", label), " ", markup.escaped(said)]))
    reasons = [str(each) for each in entry.get("verdict_reasons") or []]
    own = [each for each in reasons if (language_of(each) == "zh") == (current() == "zh")]
    if own:  # they are kept in the language in which it was run
        parts.append(element("p", " ".join(own), class_="mute"))
    return element("section", children=parts)


def _sign(mark: Mark) -> str:
    sign = Picture(14, "page").sign(mark, 7, 7)
    return element(
        "svg", children=[sign], width=14, height=14, viewBox="0 0 14 14", aria_hidden="true",
        style="vertical-align:-2px",
    )  # fmt: skip


def _figures(reading: Reading) -> list[str]:
    drawn: list[tuple[str, Callable[..., str]]] = [(translate("Encoders × conditions"), forest_svg)]
    if reading.phenomena:
        drawn.append((translate("By phenomenon"), heatmap_svg))
    if reading.has_strata:
        drawn.append((translate("Letters and mirrored pairs"), strata_svg))
    found = []
    for title, draw in drawn:
        sizes = [
            element(
                "div", children=[draw(reading.record, theme="page", width=width, heading=False)], class_=look
            )
            for look, width in (("wide", 860), ("narrow", 340))
        ]
        found.append(_section(title, [element("figure", children=sizes)]))
    return found


def _again(record: Record) -> list[str]:
    first, keep, replay = replayed(record)
    return [
        element("p", translate("On the machine that ran it; it says whether the numbers are the same:")),
        element("pre", children=[element("code", first)]),
        element(
            "p", translate("Elsewhere: write the record, with its rows, into a file, and run that again:")
        ),
        element("pre", children=[element("code", f"{keep}\n{replay}")]),
    ]

"""The table of a run for a paper: encoders as columns; whole, arms and verdict as rows (LaTeX, booktabs)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from explorer import markup, translate
from explorer.i18n import current, said_in
from probes.report.reading import Cell, Entry, Reading
from probes.report.words import correlation, interval, named, percent, short_names, suite_of

_ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_", "%": r"\%",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", '"': "''", "−": "$-$", "–": "--", "“": "``", "”": "''", "[": "{[}", "]": "{]}",
    "`": r"\textasciigrave{}", "*": "{*}", "·": r"\textperiodcentered{}",
}  # fmt: skip
"""Brackets and stars are put in braces, for after a row's end they would be taken for its arguments."""


def table_latex(record: Mapping[str, Any], language: str | None = None) -> str:
    r"""A floating table to `\input`: it needs booktabs, and ctex with XeLaTeX or LuaLaTeX where it holds Chinese.

    Raises:
        InputError: no encoder has a figure.
    """
    return said_in(language or current(), lambda: _table(Reading(record)))


def escaped(text: str) -> str:
    """Text for LaTeX: on one line, nothing of it a command."""
    line = " ".join(markup.clean(text).split())
    return "".join(_ESCAPES.get(character, character) for character in line)


def _table(reading: Reading) -> str:
    entries, short = reading.all_entries, short_names(reading.names)
    share = min(0.3, 0.7 / len(entries))
    rows = [("", *(rf"\textbf{{{escaped(short[name])}}}" for name in entries))]
    whole = named("full", reading)
    said = f"{whole}, %" if reading.measure == "accuracy" else whole
    rows.append((escaped(said), *(_whole(reading.cell(entry), reading) for entry in entries.values())))
    body = [
        (
            escaped(named(arm)),
            *(_gap((entry.get("arms") or {}).get(arm), reading) for entry in entries.values()),
        )
        for arm in [*reading.arms, *reading.baselines]
        if _has_gap(arm, entries)
    ]
    verdicts = [
        rf"\parbox[t]{{{share:.2f}\linewidth}}{{\raggedright {escaped(translate(entry.get('verdict') or '–'))}}}"
        for entry in entries.values()
    ]
    lines = [
        r"% \usepackage{booktabs}" + (", ctex with XeLaTeX" if current() == "zh" else ""),
        f"% run {escaped(str(reading.record.get('id', '')))}",
        r"\begin{table}[htbp]",
        r"\centering\small",
        rf"\caption{{{_caption(reading)}}}",
        rf"\begin{{tabular}}{{@{{}}l{'l' * len(entries)}@{{}}}}",
        r"\toprule",
        _line(rows[0]),
        r"\midrule",
        _line(rows[1]),
    ]
    if body:
        head = translate("points lost") if reading.measure == "accuracy" else translate("lost")
        span = rf"\multicolumn{{{len(entries) + 1}}}{{@{{}}l}}{{\emph{{{escaped(head)}}}}} \\"
        lines += [r"\addlinespace", span, *map(_line, body)]
    lines += [r"\midrule", _line((escaped(translate("verdict")), *verdicts)), r"\bottomrule"]
    return "\n".join([*lines, r"\end{tabular}", r"\end{table}", ""])


def _caption(reading: Reading) -> str:
    record = reading.record
    digest = str((record.get("input") or {}).get("sha256") or "–")
    broken = r"\allowbreak ".join(re.findall("[0-9a-f]{1,8}", digest)) or "--"
    said = translate(
        "{suite}: n = {n}, seed {seed}, chance {chance}; brackets: 95 % intervals; SHA-256 of the rows:"
    )
    chance = (
        correlation(reading.chance) if reading.measure == "spearman" else f"{percent(reading.chance, 0)} %"
    )
    text = said.format(
        suite=suite_of(record),
        n=reading.n,
        seed=(record.get("parameters") or {}).get("seed", "–"),
        chance=chance,
    )
    return rf"{escaped(text)} \texttt{{{broken}}}."


def _has_gap(name: str, entries: Mapping[str, Entry]) -> bool:
    return any(
        ((entry.get("arms") or {}).get(name) or {}).get("gap") is not None for entry in entries.values()
    )


def _whole(cell: Cell | None, reading: Reading) -> str:
    if cell is None:
        return "--"
    value = correlation(cell.value) if reading.measure == "spearman" else percent(cell.value)
    return escaped(f"{value} {interval(cell.bounds, reading)}" if cell.bounds else value)


def _gap(arm: Entry | None, reading: Reading) -> str:
    if not arm or arm.get("gap") is None:
        return "--"
    value = correlation(arm["gap"]) if reading.measure == "spearman" else percent(arm["gap"])
    return escaped(f"{value} {interval(arm.get('gap_ci'), reading)}")


def _line(cells: Sequence[str]) -> str:
    return " & ".join(cells) + r" \\"

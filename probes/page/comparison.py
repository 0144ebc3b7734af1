"""Every two encoders of a run compared, and the rows that were left out: unfolded by whoever wants to know."""

from __future__ import annotations

import html
from typing import Any

import streamlit as st

from explorer import translate
from probes.report.reading import Reading
from probes.report.words import interval, minus, p_value, short_names


def draw(reading: Reading) -> None:
    """Both, where there are any."""
    pairs = reading.result.get("comparisons") or []
    if pairs:
        with st.expander(translate("Encoders compared"), key="probe-compared"):
            st.html(table(reading, pairs))
    left = reading.record["input"].get("left_out") or []
    if left:
        with st.expander(translate("{n} rows left out").format(n=len(left)), key="probe-left-out"):
            lines = "".join(
                "<li>"
                + html.escape(
                    translate("line {line}: {reason}").format(line=bad["line"], reason=bad["reason"])
                )
                + "</li>"
                for bad in left[:200]
            )
            st.html(f'<ul class="pb-left">{lines}</ul>')


def table(reading: Reading, pairs: list[dict[str, Any]]) -> str:
    """Difference with its interval, who alone is right, McNemar or permutation with Holm's correction."""
    test = "mcnemar" if any("p_mcnemar" in each for each in pairs) else "permutation"
    spearman = reading.measure == "spearman"
    heads = [
        "",
        translate("difference [95 %]") if spearman else translate("points [95 %]"),
        *([translate("only the first, only the second right")] if test == "mcnemar" else []),
        "p " + ("McNemar" if test == "mcnemar" else translate("permutation")),
        translate("p after Holm"),
    ]
    short = short_names(reading.names)
    rows = []
    for each in pairs:
        value = each["difference"]
        said = f"{value:+.2f}" if spearman else f"{100 * value:+.1f}"
        cells = [
            f"{short.get(each['a'], each['a'])} − {short.get(each['b'], each['b'])}",
            f"{minus(said) if said.startswith('-') else said} {interval(each.get('ci'), reading)}",
        ]
        if test == "mcnemar":
            cells.append(f"{each.get('only_a_right', '–')}, {each.get('only_b_right', '–')}")
        cells += [_p(each.get(f"p_{test}")), _p(each.get(f"p_{test}_holm"))]
        rows.append(cells)
    head = "".join(f"<th>{html.escape(cell)}</th>" for cell in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells) + "</tr>" for cells in rows
    )
    return f'<div class="pb-scroll"><table class="pb-table"><tr>{head}</tr>{body}</table></div>'


def _p(value: float | None) -> str:
    return p_value(value).removeprefix("= ")

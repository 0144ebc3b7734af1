"""Runs, kinds and comparisons as tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from explorer import Probe, translate
from probes.suites import Suite

PLAIN_WIDTH = 160
"""Of the table in a file or a pipe, where no terminal says how wide it is."""


def print_run(kept: dict[str, Any]) -> None:
    """The verdicts first, then the arms."""
    from rich.table import Table
    from rich.text import Text

    console = console_of()
    result = kept["result"]
    entries = {name: each for name, each in result["encoders"].items() if "accuracy" in each}
    for name, each in entries.items():
        line = f"{name}: {_share(each['accuracy'], each['ci'])} · n {each['n']}"
        console.print(Text.assemble((line, "bold"), " · ", translate(each.get("verdict", ""))))
        for reason in each.get("verdict_reasons", []):
            console.print(Text(f"    {reason}"))
    if any("arms" in each for each in entries.values()):
        table = Table(title=translate("What is lost by each arm, in points [95 %]"))
        table.add_column("")
        for name in entries:
            table.add_column(name, justify="right")
        for arm in next(iter(entries.values()))["arms"]:
            cells = [_gap(each["arms"][arm]) for each in entries.values()]
            table.add_row(arm, *cells)
        console.print(table)
    for name, each in result["encoders"].items():
        control = each.get("control")
        if control and control["n"]:
            console.print(f"{name}: control {_share(control['accuracy'], control['ci'])} · n {control['n']}")
    for bad in kept["input"]["left_out"]:
        console.print(
            Text(translate("line {line}: {reason}").format(line=bad["line"], reason=bad["reason"])),
            style="yellow",
        )
    console.print(Text(translate("Kept as run {run}.").format(run=kept["id"])))


def print_kinds(kinds: Sequence[Probe], suites: Sequence[Suite], runs: Sequence[str]) -> None:
    """Kinds with a row of each, suites with their sizes, the latest runs."""
    import json

    from rich.table import Table
    from rich.text import Text

    console = console_of()
    table = Table(title=translate("Kinds of probes"))
    for name in (translate("name"), translate("fields"), translate("a row")):
        table.add_column(name, overflow="fold")
    for each in kinds:
        row = json.dumps(dict(each.example), ensure_ascii=False)
        table.add_row(Text(each.name), Text(", ".join(("id", *each.fields))), Text(row))
    console.print(table)
    if suites:
        table = Table(title=translate("Suites"))
        for name in (translate("name"), translate("kind"), translate("rows"), translate("hypothesis")):
            table.add_column(name, overflow="fold")
        for suite in suites:
            rows = ", ".join(f"{part} {n}" for part, n in suite.counts.items())
            table.add_row(Text(suite.name), Text(suite.probe), Text(rows), Text(suite.hypothesis))
        console.print(table)
    if runs:
        console.print(Text(translate("Runs: {runs}").format(runs=", ".join(runs[:5]))))


def print_comparisons(rows: Sequence[dict[str, Any]]) -> None:
    """A row for each two encoders."""
    from rich.table import Table

    console = console_of()
    if not rows:
        console.print(translate("One encoder alone is compared with none: give several with --encoder."))
        return
    table = Table(title=translate("Encoders compared"))
    for name in (
        "",
        translate("points [95 %]"),
        translate("only the first, only the second right"),
        "p McNemar",
        "p Holm",
    ):
        table.add_column(name, justify="left" if not name else "right")
    for row in rows:
        table.add_row(
            f"{row['a']} − {row['b']}",
            f"{100 * row['difference']:+.1f} [{100 * row['ci'][0]:+.1f}, {100 * row['ci'][1]:+.1f}]",
            f"{row['only_a_right']}, {row['only_b_right']}",
            f"{row['p_mcnemar']:.4f}",
            f"{row['p_mcnemar_holm']:.4f}",
        )
    console.print(table)


def print_differences(changed: Sequence[dict[str, Any]], nothing: str) -> None:
    """What is not the same, at most forty lines of it."""
    from rich.text import Text

    console = console_of()
    if not changed:
        console.print(Text(nothing))
    for each in changed[:40]:
        console.print(Text(f"{each['path']}: {each['a']} → {each['b']}"))
    if len(changed) > 40:
        console.print(Text(translate("and {n} more").format(n=len(changed) - 40)))


def console_of() -> Any:
    """A console on stdout, wide where no terminal says how wide it is."""
    from rich.console import Console

    console = Console()
    if not console.is_terminal:
        console.width = PLAIN_WIDTH
    return console


def _share(value: float | None, interval: Sequence[float] | None) -> str:
    if value is None or interval is None:
        return "–"
    return f"{100 * value:.1f} % [{100 * interval[0]:.1f}, {100 * interval[1]:.1f}]"


def _gap(arm: dict[str, Any]) -> str:
    if arm["gap"] is None:
        return "–"
    low, high = arm["gap_ci"]
    return f"{100 * arm['gap']:+.1f} [{100 * low:+.1f}, {100 * high:+.1f}]"

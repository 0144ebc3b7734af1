"""Runs, kinds and comparisons as tables for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from explorer import Probe, translate
from explorer.i18n import localise
from probes.suites import Suite

PLAIN_WIDTH = 160
"""Of the table in a file or a pipe, where no terminal says how wide it is."""


def print_run(kept: dict[str, Any]) -> None:
    """The verdicts first, then the arms."""
    from rich.text import Text

    console = console_of()
    result = kept["result"]
    measure = result.get("measure", "accuracy")
    entries = {name: each for name, each in result["encoders"].items() if measure in each}
    for name, each in entries.items():
        line = f"{name}: {_figure(measure, each[measure], each['ci'])} · n {each['n']}"
        console.print(Text.assemble((line, "bold"), " · ", translate(each.get("verdict", ""))))
        for reason in (*each.get("verdict_reasons", []), *_beside(each)):
            console.print(Text(f"    {reason}"))
    if result.get("ceiling"):
        words = translate("A space that knew nothing but the categories would reach ρ {ceiling}.")
        console.print(Text(words.format(ceiling=f"{result['ceiling']:.3f}")))
    if any(each.get("arms") for each in entries.values()):
        console.print(_arms(measure, entries))
    for name, each in result["encoders"].items():
        control = each.get("control")
        if control and control["n"]:
            console.print(
                f"{name}: control {_figure('accuracy', control['accuracy'], control['ci'])} · n {control['n']}"
            )
    for note in result.get("notes", []):
        console.print(Text(note), style="yellow")
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
    cells = [_compared(row) for row in rows]
    table = Table(title=translate("Encoders compared"))
    table.add_column("")
    for name in cells[0]:
        table.add_column(name, justify="right")
    for row, own in zip(rows, cells, strict=True):
        table.add_row(f"{row['a']} − {row['b']}", *own.values())
    console.print(table)


def print_suite(found: dict[str, Any]) -> None:
    """What the suite is, then each part with what letters alone score in it."""
    from rich.table import Table
    from rich.text import Text

    console = console_of()
    console.print(
        Text(
            f"{found['name']} · {localise(found['title'])} · {found['probe']} · {found['licence']}",
            style="bold",
        )
    )
    for paragraph in (found["hypothesis"], found["design"], found["sources"]):
        console.print(Text(" ".join(paragraph.split())))
    for part, each in found["parts"].items():
        frozen = translate("frozen") if each["frozen"] else translate("changed since it was frozen")
        console.print(Text(f"{part} · n {each['n']} · {frozen}", style="bold"))
        if each.get("baselines"):
            table = Table()
            for name in (translate("baseline"), translate("scores [95 %]")):
                table.add_column(name)
            measure = each.get("measure", "accuracy")
            for name, own in each["baselines"].items():
                table.add_row(name, _figure(measure, own[measure], own["ci"]))
            console.print(table)
        counts = {**each.get("strata", {}), **each["phenomena"]}
        console.print(Text(" · ".join(f"{name} {n}" for name, n in counts.items())))
        for bad in each["bad"]:
            line = translate("line {line}: {reason}").format(line=bad["line"], reason=bad["reason"])
            console.print(Text(line), style="yellow")


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


def _arms(measure: str, entries: Mapping[str, dict[str, Any]]) -> Any:
    """A table of gaps, an arm a row and an encoder a column; encoders may have different arms."""
    from rich.table import Table

    table = Table(
        title=translate("What is lost by each arm, in points [95 %]")
        if measure == "accuracy"
        else translate("How far above each baseline, in ρ [95 %]")
    )
    table.add_column("")
    for name in entries:
        table.add_column(name, justify="right")
    for arm in dict.fromkeys(arm for each in entries.values() for arm in each["arms"]):
        table.add_row(arm, *[_gap(measure, each["arms"].get(arm)) for each in entries.values()])
    return table


def _beside(entry: Mapping[str, Any]) -> list[str]:
    """What an analogy says beside its accuracy."""
    if "cos_mul" not in entry:
        return []
    mul = entry["cos_mul"]
    return [
        f"MRR {entry['mrr']:.3f} · 3CosMul {_figure('accuracy', mul['accuracy'], mul['ci'])}, MRR {mul['mrr']:.3f}"
    ]


def _compared(row: dict[str, Any]) -> dict[str, str]:
    """Column → cell of one comparison: what there is depends on the kind of probe."""
    if "p_mcnemar" in row:
        return {
            translate("points [95 %]"): _points(row["difference"], row["ci"]),
            translate(
                "only the first, only the second right"
            ): f"{row['only_a_right']}, {row['only_b_right']}",
            "p McNemar": f"{row['p_mcnemar']:.4f}",
            "p Holm": f"{row['p_mcnemar_holm']:.4f}",
        }
    cells: dict[str, str] = {}
    if "cka" in row:
        cells[translate("structures alike, ρ [95 %]")] = _figure("ρ", row["spearman"], row["spearman_ci"])
        cells["p Mantel (Holm)"] = f"{row['p_mantel_holm']:.4f}"
        cells[translate("CKA (unbiased)")] = f"{row['cka']:.3f} ({row['cka_unbiased']:.3f})"
    if "difference" in row:
        cells[translate("difference, ρ [95 %]")] = _signed(row["difference"], row["ci"])
    if "p_permutation_holm" in row:
        cells["p Holm"] = f"{row['p_permutation_holm']:.4f}"
    return cells


def _figure(measure: str, value: float | None, interval: Sequence[float] | None) -> str:
    if value is None or interval is None:
        return "–"
    if measure == "accuracy":
        return f"{100 * value:.1f} % [{100 * interval[0]:.1f}, {100 * interval[1]:.1f}]"
    return f"ρ {value:.3f} [{interval[0]:.3f}, {interval[1]:.3f}]"


def _gap(measure: str, arm: dict[str, Any] | None) -> str:
    if arm is None or arm["gap"] is None:
        return "–"
    return (_points if measure == "accuracy" else _signed)(arm["gap"], arm["gap_ci"])


def _points(value: float, interval: Sequence[float]) -> str:
    return f"{100 * value:+.1f} [{100 * interval[0]:+.1f}, {100 * interval[1]:+.1f}]"


def _signed(value: float, interval: Sequence[float]) -> str:
    return f"{value:+.3f} [{interval[0]:+.3f}, {interval[1]:+.3f}]"

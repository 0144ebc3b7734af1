"""`explorer evaluate retrieval PAIRS.jsonl`: enters by the hook `commands`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from explorer import ProgressLine, emit_json, hookimpl, open_space, translate


def retrieval(
    pairs: Annotated[
        Path, typer.Argument(metavar="PAIRS.jsonl", help=translate("Rows with id, lang and contents."))
    ],
    space: Annotated[str, typer.Option(metavar="NAME", help=translate("The space to measure."))] = "default",
    as_json: Annotated[bool, typer.Option("--json", help=translate("Print one JSON document."))] = False,
    offline: Annotated[bool, typer.Option("--offline", help=translate("Never use the network."))] = False,
    device: Annotated[
        str | None, typer.Option(metavar="NAME", help=translate("cuda, mps or cpu; picked by default."))
    ] = None,
) -> None:
    """R@1, R@5, R@10, median rank and MRR with 95 % intervals, in every direction and language."""
    from probes.retrieval import evaluate_retrieval

    with ProgressLine() as progress:
        opened = open_space(space, offline=offline, device=device, progress=progress)
        report = evaluate_retrieval(pairs, opened, progress)
    if as_json:
        emit_json(report.as_json())
    else:
        _print(report.as_json())
    raise typer.Exit(1 if report.refused or not report.results else 0)


def _print(report: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    from probes.printing import console_of

    table = Table(title=translate("Retrieval in space {space}").format(space=report["space"]))
    for name in (
        "",
        "lang",
        "n",
        "R@1",
        "R@5",
        "R@10",
        translate("median rank"),
        "MRR",
        translate("chance R@10"),
    ):
        table.add_column(name, justify="left" if name in ("", "lang") else "right")
    for row in report["results"]:
        interval = row["ci"]["r10"]
        table.add_row(
            f"{row['query']} → {row['target']}",
            row["lang"] or "–",
            str(row["n"]),
            f"{row['r1']:.3f}",
            f"{row['r5']:.3f}",
            f"{row['r10']:.3f} [{interval[0]:.3f}, {interval[1]:.3f}]",
            f"{row['median_rank']:g}",
            f"{row['mrr']:.3f}",
            f"{row['chance']['r10']:.3f}",
        )
    console_of().print(table)
    errors = Console(stderr=True)
    for refused in report["refused"]:
        line = translate("line {line}: {reason}").format(line=refused["line"], reason=refused["reason"])
        errors.print(line, markup=False)


@hookimpl
def commands() -> list[tuple[str, typer.Typer]]:
    """The group `evaluate`."""
    group = typer.Typer(help=translate("Measure a space on your own data."), no_args_is_help=True)
    group.command("retrieval", help=translate("Cross-modal retrieval on a file of pairs."))(retrieval)
    group.callback()(lambda: None)  # keeps `retrieval` a word of its own while it is the only command
    return [("evaluate", group)]

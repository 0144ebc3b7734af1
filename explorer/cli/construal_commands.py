"""`explorer construe FILE.jsonl` and `explorer iceberg SENTENCE`: what an object is to its verb, and by which facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from explorer.cli import options, output
from explorer.cli.session import note, opened
from explorer.errors import InputError
from explorer.i18n import _, current

if TYPE_CHECKING:
    from explorer.construal.construer import Construer
    from explorer.construal.readings import Construal
    from explorer.iceberg.nodes import Iceberg


def construe(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE.jsonl", help=_("Rows with id and sentence; verb, object and role if known.")
        ),
    ],
    workspace: Annotated[str | None, options.construing_workspace()] = None,
    as_json: Annotated[bool, options.as_json()] = False,
    offline: Annotated[bool, options.offline()] = False,
    device: Annotated[str | None, options.device()] = None,
    lang: Annotated[str | None, options.language()] = None,
) -> None:
    """What the object is to the verb in each sentence; scored where gold roles are given."""
    from explorer.cli.progress import ProgressLine
    from explorer.construal.scoring import ConstrualReport, construe_all, read_rows

    rows, refused = read_rows(file)
    with _construer(workspace, offline=offline, device=device) as construer, ProgressLine() as progress:
        report = ConstrualReport(rows=list(construe_all(construer, rows, progress)), refused=refused)
    if as_json:
        output.emit_json(report.as_json())
    else:
        _show_rows(report.as_json())
    for row in refused:
        note(_("line {line}: {reason}").format(line=row["line"], reason=row["reason"]))
    raise typer.Exit(1 if refused else 0)


def iceberg(
    sentence: Annotated[str, typer.Argument(help=_("A Chinese sentence: 张三吃食堂."))],
    verb: Annotated[str | None, typer.Option(help=_("Its verb, if you know better."), metavar="WORD")] = None,
    object: Annotated[str | None, typer.Option(help=_("Its object, likewise."), metavar="WORD")] = None,
    cut: Annotated[
        list[str] | None,
        typer.Option(help=_("A fact to leave out, by its id; may be repeated."), metavar="ID"),
    ] = None,
    svg: Annotated[Path | None, typer.Option(help=_("Write the iceberg as SVG."), metavar="FILE")] = None,
    png: Annotated[Path | None, typer.Option(help=_("Write it as PNG."), metavar="FILE")] = None,
    html: Annotated[
        Path | None, typer.Option(help=_("Write it as one page of HTML."), metavar="FILE")
    ] = None,
    jsonld: Annotated[
        Path | None, typer.Option(help=_("Write its graph as JSON-LD."), metavar="FILE")
    ] = None,
    dark: Annotated[bool, typer.Option("--dark", help=_("The pictures in the dark theme."))] = False,
    workspace: Annotated[str | None, options.construing_workspace()] = None,
    as_json: Annotated[bool, options.as_json()] = False,
    offline: Annotated[bool, options.offline()] = False,
    device: Annotated[str | None, options.device()] = None,
    lang: Annotated[str | None, options.language()] = None,
) -> None:
    """The reading of one sentence and the facts below the waterline."""
    from explorer.figures import write_iceberg
    from explorer.iceberg.subgraph import iceberg_of

    if not sentence.strip():
        raise InputError(_("Nothing is asked."), next_step=_("Give a sentence: explorer iceberg 张三吃食堂"))
    with _construer(workspace, offline=offline, device=device) as construer:
        construal = construer.construe(sentence, verb, object)
        if cut:
            construal = construer.construe(sentence, verb, object, cut=_steps(construal, cut))
        drawn = iceberg_of(construer, construal)
    theme = "dark" if dark else "light"
    written = [
        write_iceberg(drawn, path, kind=kind, theme=theme, language=current())
        for kind, path in (("svg", svg), ("png", png), ("html", html), ("jsonld", jsonld))
        if path is not None
    ]
    if as_json:
        output.emit_json(_as_json(construal, drawn))
    else:
        _show_one(construal)
    for path in written:
        note(_("Written: {path}").format(path=path))


def _steps(construal: Construal, prefixes: list[str]) -> set[str]:
    """The ids of steps that begin as given.

    Raises:
        InputError: none does.
    """
    known = {step.id for reading in construal.readings for path in reading.paths for step in path.steps}
    found: set[str] = set()
    for prefix in prefixes:
        begun = {step for step in known if step.startswith(prefix)}
        if not begun:
            raise InputError(
                _("No fact behind this sentence begins with {id}.").format(id=prefix),
                next_step=_("Run the command without --cut: each fact's id stands behind it."),
            )
        found |= begun
    return found


@contextmanager
def _construer(workspace: str | None, *, offline: bool, device: str | None) -> Iterator[Construer]:
    """Over a workspace's facts where one is named, else over the base facts alone."""
    if workspace is not None:
        with opened(workspace, offline=offline, device=device) as session:
            yield session.workspace.construer
        return
    from explorer.construal.construer import open_construer

    yield open_construer(offline=offline, device=device)


def _as_json(construal: Construal, drawn: Iceberg) -> dict[str, Any]:
    from explorer.construal.scoring import Row, facts_json, item_json
    from explorer.figures import iceberg_jsonld

    item = item_json(Row(id="1", sentence=construal.sentence), construal, with_four=True)
    item["readings"] = [
        {
            "role": reading.role,
            "probability": round(reading.probability, 6),
            "graph": round(reading.graph, 6),
            "space": round(reading.space, 6),
            "zh": reading.zh,
            "en": reading.en,
        }
        for reading in construal.readings
    ]
    item["facts"] = facts_json(construal)
    item["iceberg"] = iceberg_jsonld(drawn)
    return item


def _show_one(construal: Construal) -> None:
    from rich.table import Table
    from rich.text import Text

    from explorer.construal.scoring import facts_json
    from explorer.construal.wording import role_name
    from explorer.knowledge.relations import RELATIONS

    console = output.out()
    best = construal.best
    if best is None:
        console.print(Text(_("Cannot construe: {reason}.").format(reason=construal.reason)))
        return
    console.print(Text(f"{construal.sentence}: {construal.verb} + {construal.object}", style="bold"))
    if construal.abstained:
        console.print(Text(_("No verdict: {reason}.").format(reason=construal.reason)))
    else:
        console.print(Text(_("Read as: {zh} ({en})").format(zh=best.zh, en=best.en)))
    table = Table(box=None, pad_edge=False)
    for name in ("", "", _("role"), _("graph"), _("space")):
        table.add_column(name)
    for reading in construal.readings[:5]:
        table.add_row(
            output.bar(reading.probability),
            output.number(reading.probability),
            role_name(reading.role, current()),
            output.number(reading.graph),
            output.number(reading.space),
        )
    console.print(table)
    for fact in facts_json(construal):
        relation = RELATIONS.get(fact["relation"])
        title = (relation.zh if current() == "zh" else relation.en) if relation else fact["relation"]
        console.print(Text(f"  {fact['subject']} {title} {fact['object']}  ", style="dim").append(fact["id"]))


def _show_rows(report: Mapping[str, Any]) -> None:
    from rich.table import Table
    from rich.text import Text

    from explorer.construal.wording import role_name

    console = output.out()
    table = Table(box=None, pad_edge=False)
    for name in ("id", _("sentence"), _("role"), "p", _("reading")):
        table.add_column(name)
    for item in report["items"]:
        best = item["best"]
        role = role_name(item["role"], current()) if item["role"] else _("no verdict")
        p = output.number(item["probabilities"][best]) if best else ""
        words = item["paraphrase"][current()] if item["paraphrase"] and item["role"] else item["reason"]
        table.add_row(*(Text(str(cell)) for cell in (item["id"], item["sentence"], role, p, words)))
    console.print(table)
    found = report["summary"]
    if found is None:
        return
    line = _(
        "n {n}, answered {coverage}, of these right {accuracy} {ci}; calibration error {error}, Brier {brier}"
    )
    ci = f"[{found['ci'][0]:.3f}, {found['ci'][1]:.3f}]" if found["ci"] else ""
    numbers = {
        name: "–" if found[key] is None else f"{found[key]:.3f}"
        for name, key in (
            ("coverage", "coverage"),
            ("accuracy", "accuracy"),
            ("error", "calibration_error"),
            ("brier", "brier"),
        )
    }
    console.print(Text(line.format(n=found["n"], ci=ci, **numbers)))

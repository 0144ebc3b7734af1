"""`explorer probe …`: enters by the hook `commands`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from explorer import InputError, ProgressLine, emit_json, hookimpl, load_registry, translate


def _as_json() -> Any:
    return typer.Option("--json", help=translate("Print one JSON document."))


def _offline() -> Any:
    return typer.Option("--offline", help=translate("Never use the network."))


def _no_cache() -> Any:
    said = translate("Embed every text anew, and keep no vector for later runs.")
    return typer.Option("--no-cache", help=said)


def _encoders() -> Any:
    said = translate(
        "An encoder or a space, by default text-use; may be repeated. sentence-transformers:NAME takes any."
    )
    return typer.Option("--encoder", metavar="NAME", help=said)


def _with_facts() -> Any:
    said = translate("Contrast: each sentence again with facts from the knowledge graph, and they alone.")
    return typer.Option("--with-facts", help=said)


def _a_run(metavar: str = "RUN") -> Any:
    return typer.Argument(
        metavar=metavar, help=translate("A run: its id, the beginning of one, `last`, or a file.")
    )


def _out() -> Any:
    said = translate("Where to write it: .html, .svg, .png, .csv, .tex or .json; RUN.html by default.")
    return typer.Option("--out", "-o", metavar="FILE", help=said)


def _figure() -> Any:
    said = translate("Which figure an svg or png holds: forest, phenomena or strata.")
    return typer.Option("--figure", metavar="NAME", help=said)


def run(
    rows: Annotated[
        str,
        typer.Argument(
            metavar="FILE.jsonl|SUITE",
            help=translate("A file of rows, or a suite; see `explorer probe list`."),
        ),
    ],
    encoder: Annotated[list[str] | None, _encoders()] = None,
    with_iceberg: Annotated[
        bool,
        typer.Option("--with-iceberg", help=translate("Each encoder with the iceberg's construal, too.")),
    ] = False,
    with_facts: Annotated[bool, _with_facts()] = False,
    probe: Annotated[
        str | None,
        typer.Option(metavar="NAME", help=translate("The kind of probe; by default told by the fields.")),
    ] = None,
    seed: Annotated[int | None, typer.Option(help=translate("Of shuffling and resampling."))] = None,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help=translate("Leave bad rows out instead of refusing the file."))
    ] = False,
    as_json: Annotated[bool, _as_json()] = False,
    offline: Annotated[bool, _offline()] = False,
    device: Annotated[
        str | None, typer.Option(metavar="NAME", help=translate("cuda, mps or cpu; picked by default."))
    ] = None,
    no_cache: Annotated[bool, _no_cache()] = False,
) -> None:
    """Ask the rows of a file, with every control."""
    from probes import records
    from probes.runner import SEED, Order, run_file
    from probes.suites import find_rows

    order = Order(
        encoders=tuple(encoder or ()),
        with_iceberg=with_iceberg,
        with_facts=with_facts,
        probe=probe,
        seed=SEED if seed is None else seed,
        skip_bad=skip_bad,
        offline=offline,
        device=device,
        cache=not no_cache,
    )
    with ProgressLine() as progress:
        kept = run_file(find_rows(rows), order, progress)
    records.keep(kept)
    _tell(kept, as_json=as_json)


def replay(
    name: Annotated[str, _a_run()],
    as_json: Annotated[bool, _as_json()] = False,
    offline: Annotated[bool, _offline()] = False,
    no_cache: Annotated[bool, _no_cache()] = False,
) -> None:
    """Run a record again, and say whether the numbers are the same."""
    from probes import records
    from probes.runner import replay as run_again

    before = records.load(name)
    with ProgressLine() as progress:
        now = run_again(before, progress, offline=offline, cache=not no_cache)
    changed = records.differences(before, now, least=1e-6)
    if as_json:
        emit_json({"run": before["id"], "same": not changed, "differences": changed})
    else:
        _differences(changed, translate("The same numbers as {run}.").format(run=before["id"]))
    raise typer.Exit(1 if changed else 0)


def diff(
    a: Annotated[str, _a_run("A")],
    b: Annotated[str, _a_run("B")],
    as_json: Annotated[bool, _as_json()] = False,
) -> None:
    """What differs between two runs."""
    from probes import records

    changed = records.differences(records.load(a), records.load(b))
    if as_json:
        emit_json({"differences": changed})
    else:
        _differences(changed, translate("Nothing differs but the time."))


def show_kinds(as_json: Annotated[bool, _as_json()] = False) -> None:
    """The kinds of probes, the suites, and the runs so far."""
    from probes import records
    from probes.suites import suites

    kinds = load_registry().probes
    if as_json:
        emit_json(
            {
                "probes": [
                    {
                        "name": each.name,
                        "title": each.title,
                        "fields": ["id", *each.fields],
                        "example": each.example,
                    }
                    for each in kinds.values()
                ],
                "suites": [each.as_json() for each in suites()],
                "runs": records.ids(),
            }
        )
        return
    from probes.printing import print_kinds

    print_kinds(list(kinds.values()), suites(), records.ids())


def new(
    probe: Annotated[
        str, typer.Argument(metavar="PROBE", help=translate("A kind of probe; see `explorer probe list`."))
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FILE.jsonl", help=translate("Where to write it."))
    ] = Path("rows.jsonl"),
) -> None:
    """A file with one row of a kind, to go on from."""
    kinds = load_registry().probes
    if probe not in kinds:
        raise InputError(
            translate("There is no probe {name}. Probes: {choices}.").format(
                name=probe, choices=", ".join(kinds)
            )
        )
    if out.exists():
        raise InputError(
            translate("{name} is there already.").format(name=out),
            next_step=translate("Give another: --out FILE.jsonl"),
        )
    out.write_text(json.dumps(dict(kinds[probe].example), ensure_ascii=False) + "\n", encoding="utf-8")
    typer.echo(translate("Written: {path}").format(path=out), err=True)


def compare(name: Annotated[str, _a_run()], as_json: Annotated[bool, _as_json()] = False) -> None:
    """Every two encoders of a run: how they differ, with the tests that belong to its kind of probe."""
    from probes import records

    rows = records.load(name)["result"].get("comparisons") or []
    if as_json:
        emit_json({"comparisons": rows})
        return
    from probes.printing import print_comparisons

    print_comparisons(rows)


def show_suite(
    name: Annotated[
        str, typer.Argument(metavar="SUITE", help=translate("A suite; see `explorer probe list`."))
    ],
    as_json: Annotated[bool, _as_json()] = False,
) -> None:
    """What a suite is, whether it is the frozen one, and what its rows give away to letters alone."""
    from probes.rows import probe_for
    from probes.runner import SEED
    from probes.suites import find_suite
    from probes.suites.report import report

    suite = find_suite(name)
    found = report(suite, probe_for([], load_registry().probes, suite.probe), seed=SEED)
    if as_json:
        emit_json(found)
    else:
        from probes.printing import print_suite

        print_suite(found)
    raise typer.Exit(0 if all(each["frozen"] and not each["bad"] for each in found["parts"].values()) else 1)


def report(
    name: Annotated[str, _a_run()],
    out: Annotated[Path | None, _out()] = None,
    figure: Annotated[str | None, _figure()] = None,
    items: Annotated[
        bool, typer.Option("--items", help=translate("A csv of the items, not of the figures."))
    ] = False,
    dark: Annotated[bool, typer.Option("--dark", help=translate("The pictures in the dark theme."))] = False,
    width: Annotated[
        int, typer.Option(min=300, max=4000, metavar="PIXELS", help=translate("Of an svg or png."))
    ] = 640,
    force: Annotated[bool, typer.Option("--force", help=translate("Replace a file that is there."))] = False,
    as_json: Annotated[bool, _as_json()] = False,
    lang: Annotated[
        str | None,
        typer.Option(metavar="en|zh", help=translate("The language of the report; yours by default.")),
    ] = None,
) -> None:
    """A page of a run, or its figures, numbers or table for a paper."""
    from explorer.i18n import current, said_in
    from probes import records
    from probes.report.writing import write_report

    kept = records.load(name)
    path = out or Path(f"{kept['id']}.html")
    theme: Literal["light", "dark"] = "dark" if dark else "light"
    said_in(
        lang or current(),
        lambda: write_report(kept, path, figure=figure, items=items, theme=theme, width=width, force=force),
    )
    if as_json:
        emit_json({"run": kept["id"], "written": str(path)})
    typer.echo(translate("Written: {path}").format(path=path), err=True)


def _tell(kept: dict[str, Any], *, as_json: bool) -> None:
    result = kept["result"]
    if as_json:
        emit_json({"run": kept["id"], "left_out": kept["input"]["left_out"], **result})
        return
    from probes.printing import print_run

    print_run(kept)


def _differences(changed: list[dict[str, Any]], nothing: str) -> None:
    from probes.printing import print_differences

    print_differences(changed, nothing)


@hookimpl
def commands() -> list[tuple[str, typer.Typer]]:
    """The group `probe`."""
    group = typer.Typer(
        help=translate("Does a space hold the knowledge? Measured with every control."), no_args_is_help=True
    )
    for name, function in (
        ("list", show_kinds),
        ("suite", show_suite),
        ("run", run),
        ("compare", compare),
        ("report", report),
        ("replay", replay),
        ("diff", diff),
        ("new", new),
    ):
        group.command(name)(function)
    return [("probe", group)]

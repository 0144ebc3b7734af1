"""`explorer probe …`: enters by the hook `commands`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from explorer import InputError, ProgressLine, emit_json, hookimpl, load_registry, translate


def _as_json() -> Any:
    return typer.Option("--json", help=translate("Print one JSON document."))


def _offline() -> Any:
    return typer.Option("--offline", help=translate("Never use the network."))


def _encoders() -> Any:
    said = translate(
        "An encoder, by default text-use; may be repeated. sentence-transformers:NAME takes any."
    )
    return typer.Option("--encoder", metavar="NAME", help=said)


def _with_facts() -> Any:
    said = translate("Contrast: each sentence again with facts from the knowledge graph, and they alone.")
    return typer.Option("--with-facts", help=said)


def _a_run(metavar: str = "RUN") -> Any:
    return typer.Argument(
        metavar=metavar, help=translate("A run: its id, the beginning of one, `last`, or a file.")
    )


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
) -> None:
    """Ask the rows of a file, with every control."""
    from probes import records
    from probes.runner import SEED, Order, encoder_names, run_file
    from probes.suites import find_rows

    order = Order(
        encoders=encoder_names(encoder or ()),
        with_iceberg=with_iceberg,
        with_facts=with_facts,
        probe=probe,
        seed=SEED if seed is None else seed,
        skip_bad=skip_bad,
        offline=offline,
        device=device,
    )
    with ProgressLine() as progress:
        kept = run_file(find_rows(rows), order, progress)
    records.keep(kept)
    _tell(kept, as_json=as_json)


def replay(
    name: Annotated[str, _a_run()],
    as_json: Annotated[bool, _as_json()] = False,
    offline: Annotated[bool, _offline()] = False,
) -> None:
    """Run a record again, and say whether the numbers are the same."""
    from probes import records
    from probes.runner import replay as run_again

    before = records.load(name)
    with ProgressLine() as progress:
        now = run_again(before, progress, offline=offline)
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
    """Every two encoders of a run: difference, exact McNemar, paired permutation."""
    from probes import records

    rows = records.load(name)["result"].get("comparisons") or []
    if as_json:
        emit_json({"comparisons": rows})
        return
    from probes.printing import print_comparisons

    print_comparisons(rows)


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
        ("run", run),
        ("compare", compare),
        ("replay", replay),
        ("diff", diff),
        ("new", new),
    ):
        group.command(name)(function)
    return [("probe", group)]

"""From a file of rows to a record: open the encoders, ask everything, write down what was used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer import InputError, Probe, Progress, Space, Subject, load_registry, open_chooser, translate
from probes import records
from probes.contrast.judges import WithIceberg
from probes.contrast.knowledge import filled
from probes.media import MediaLibrary
from probes.rows import RowFile, keep_good, probe_for, read_rows
from probes.subjects import open_subjects

SEED = 20261125
SHOWN = 12


class BadRows(InputError):
    """The file has rows that cannot be asked; nothing was run."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is to be run."""

    encoders: tuple[str, ...] = ()
    """By name; none: the default of the probe."""
    with_iceberg: bool = False
    with_facts: bool = False
    """Facts of the knowledge graph as a condition of their own, where rows bring none (`contrast` alone)."""
    probe: str | None = None
    seed: int = SEED
    skip_bad: bool = False
    offline: bool = False
    device: str | None = None
    cache: bool = True
    """Take vectors that an earlier run kept, and keep those of this one."""


def run_file(path: Path, order: Order, progress: Callable[[Progress], None]) -> dict[str, Any]:
    """Run a probe over the rows of a file.

    Returns:
        The record: inputs, encoders, parameters, versions, machine, and under `result` the figures.

    Raises:
        BadRows: there are bad rows and `skip_bad` is not set.
        InputError: no probe asks such rows, there is no such encoder, or there is too little to score.
        MissingError: an encoder's weights are absent.
        PluginError: an encoder gave rubbish.
    """
    file = read_rows(path)
    probe = _able(probe_for(file.rows, load_registry().probes, order.probe), file, order, progress)
    keep_good(file, probe)
    if file.bad and not order.skip_bad:
        raise BadRows(_listing(file), next_step=translate("Mend them, or leave them out: --skip-bad"))
    return run_rows(file, probe, order, progress)


def run_rows(
    file: RowFile, probe: Probe, order: Order, progress: Callable[[Progress], None]
) -> dict[str, Any]:
    """Run `probe` over checked rows; see `run_file`."""
    if not file.rows:
        raise InputError(
            translate("{name} holds no row that can be asked.").format(name=file.name),
            next_step=translate("See what a row looks like: explorer probe new {name}").format(
                name=probe.name
            ),
        )
    names = encoder_names(order.encoders, probe)
    encodings = open_subjects(
        names, offline=order.offline, device=order.device, cache=order.cache, progress=progress
    )
    subjects: list[Subject] = list(encodings)
    chooser = None
    if (
        order.with_iceberg or order.with_facts
    ):  # over the encoders' own pool: what they loaded is not loaded again
        progress(Progress(stage=translate("reading what the iceberg knows"), done=0, total=0))
        chooser = open_chooser(space=Space(load_registry().space("default"), encodings[0].space.pool))
    if chooser is not None and order.with_facts:
        file.rows = filled(file.rows, chooser)
    if chooser is not None and order.with_iceberg:
        subjects += [WithIceberg(encoding=each, chooser=chooser) for each in encodings]
    result = probe.run(file.rows, subjects, seed=order.seed, progress=progress)
    return records.record(
        file=file,
        probe=probe.name,
        encoders={each.name: each.card() for each in encodings},
        iceberg=records.iceberg_card(chooser),
        parameters={"seed": order.seed, "encoders": list(names), "with_iceberg": order.with_iceberg},
        result=result,
    )


def replay(
    kept: dict[str, Any],
    progress: Callable[[Progress], None],
    *,
    offline: bool = False,
    cache: bool = True,
) -> dict[str, Any]:
    """Run a kept record's rows again, with its parameters.

    Raises:
        InputError: its probe is not installed any more.
    """
    parameters, given = kept["parameters"], kept["input"]
    file = RowFile(
        name=given["name"],
        sha256=given["sha256"],
        folder=Path(given["folder"]) if given.get("folder") else None,
        rows=given["rows"],
        lines=given["lines"],
    )
    order = Order(
        encoders=tuple(parameters["encoders"]),
        with_iceberg=parameters["with_iceberg"],
        seed=parameters["seed"],
        offline=offline,
        cache=cache,
    )
    probe = probe_for(file.rows, load_registry().probes, kept["probe"])
    return run_rows(file, _able(probe, file, order, progress), order, progress)


def _able(probe: Probe, file: RowFile, order: Order, progress: Callable[[Progress], None]) -> Probe:
    """The probe, able to read the media beside its rows."""
    return probe.with_media(MediaLibrary(file.folder, offline=order.offline, progress=progress).read)


def _listing(file: RowFile) -> str:
    lines = [
        translate("line {line}: {reason}").format(line=bad.line, reason=bad.reason)
        for bad in file.bad[:SHOWN]
    ]
    if len(file.bad) > SHOWN:
        lines.append(translate("and {n} more").format(n=len(file.bad) - SHOWN))
    head = translate("{name}: {n} rows cannot be asked; nothing was run.").format(
        name=file.name, n=len(file.bad)
    )
    return "\n".join([head, *lines])


def encoder_names(wanted: Sequence[str], probe: Probe | None = None) -> tuple[str, ...]:
    """The encoders wanted, else that of the default space; the space itself where more than texts is shown."""
    shown = () if probe is None else probe.modalities
    return tuple(wanted) or (("default",) if set(shown) - {"text"} else ("text-use",))

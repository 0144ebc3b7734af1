"""The numbers of a run as CSV: one row a number, and one row an item."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from probes.report.reading import Entry, Reading
from probes.statistics import holm

COLUMNS = ("encoder", "section", "name", "n", "value", "low", "high", "p", "p_holm")
_FIRST = ("sentence", "good", "bad", "phenomenon", "role")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def figures_csv(record: Mapping[str, Any]) -> str:
    """Every figure of a run, a row each: encoder, section, name, n, value, low, high, p, p_holm.

    Values are shares from 0 to 1 (correlations from −1 to 1), as in the record; `low` and `high` are the bounds of the
    95 % interval. Sections: `whole` (with `by_verb`), `effect`, `arm`, `gap` (the whole minus the arm), `stratum`,
    `mirrored`, `phenomenon`, `control`, `baseline`, `mcnemar` and `permutation` (of two encoders), and whatever else a
    kind of probe reports, under its own name. `p_holm` is corrected within its section of an encoder.

    Raises:
        InputError: the record holds no figure.
    """
    reading = Reading(record)
    rows = [row for name, entry in reading.all_entries.items() for row in _of_encoder(name, entry, reading)]
    rows += [_row("", "baseline", name, each, reading.measure) for name, each in reading.baselines.items()]
    rows += _comparisons(reading)
    return _written(COLUMNS, rows)


def items_csv(record: Mapping[str, Any]) -> str:
    """Every item: what its row says, and for each encoder its margin, its score, and the score in each arm.

    Cells that a spreadsheet would take for a formula begin with an apostrophe.

    Raises:
        InputError: the record holds no figure.
    """
    reading = Reading(record)
    asked = {str(row["id"]): row for row in record["input"].get("rows") or []}
    found: dict[str, dict[str, Any]] = {}
    for name, entry in reading.entries.items():
        for item in entry.get("items") or []:
            own = found.setdefault(str(item["id"]), {})
            own |= {f"{name} {key}": value for key, value in item.items() if _plain(value) and key != "id"}
            own |= {f"{name} {arm}": value for arm, value in (item.get("arms") or {}).items()}
    fields = dict.fromkeys(key for id_ in found for key, v in asked.get(id_, {}).items() if _plain(v))
    given = [key for key in _FIRST if key in fields]
    given += [key for key in fields if key not in _FIRST and key != "id"]
    measured = list(dict.fromkeys(key for own in found.values() for key in own))
    rows = [
        [id_, *(asked.get(id_, {}).get(key) for key in given), *(own.get(key) for key in measured)]
        for id_, own in found.items()
    ]
    return _written(["id", *given, *measured], rows)


def _of_encoder(name: str, entry: Entry, reading: Reading) -> Iterator[Sequence[Any]]:
    measure = reading.measure
    if entry.get(measure) is not None:
        yield _row(name, "whole", measure, entry, measure)
    if "ci_by_verb" in entry:
        yield (
            name,
            "whole",
            "by_verb",
            entry.get("verbs"),
            entry.get(measure),
            *entry["ci_by_verb"],
            None,
            None,
        )
    effect = entry.get("effect") or {}
    for key in ("points_above_chance", "cohen_h"):
        if effect.get(key) is not None:
            yield name, "effect", key, entry.get("n"), effect[key], None, None, effect.get("p_chance"), None
    corrected = arms_holm(entry)
    for arm, each in (entry.get("arms") or {}).items():
        if each.get(measure) is not None:
            yield *_row(name, "arm", arm, each, measure)[:-2], None, None  # its p is that of the gap
        if each.get("gap") is not None:
            bounds = each.get("gap_ci") or (None, None)
            yield name, "gap", arm, each["n"], each["gap"], *bounds, each.get("p"), corrected.get(arm)
    for stratum, each in (entry.get("strata") or {}).items():
        if each.get("n"):
            yield name, "stratum", stratum, each["n"], each["correct"] / each["n"], None, None, None, None
    for section, key in (("mirrored", "mirrored"), ("control", "control")):
        if (entry.get(key) or {}).get("n"):
            value = "accuracy" if section == "mirrored" else measure
            yield _row(name, section, "both_right" if section == "mirrored" else value, entry[key], value)
    for phenomenon, each in (entry.get("phenomena") or {}).items():
        yield _row(name, "phenomenon", phenomenon, each, measure)
    for section, parts in reading.others(entry).items():
        for key, each in parts.items():
            yield _row(name, section, key, each, measure)


def arms_holm(entry: Entry) -> dict[str, float]:
    """The p values of an encoder's gaps, corrected for their number (Holm 1979)."""
    known = {arm: each["p"] for arm, each in (entry.get("arms") or {}).items() if each.get("p") is not None}
    return holm(known) if known else {}


def _comparisons(reading: Reading) -> Iterator[Sequence[Any]]:
    for each in reading.result.get("comparisons") or []:
        pair, bounds = f"{each['a']} − {each['b']}", each.get("ci") or (None, None)
        for test in ("mcnemar", "permutation"):
            if f"p_{test}" in each:
                p, corrected = each[f"p_{test}"], each.get(f"p_{test}_holm")
                yield pair, test, "difference", reading.n, each["difference"], *bounds, p, corrected


def _row(encoder: str, section: str, name: str, figures: Entry, measure: str) -> Sequence[Any]:
    bounds = figures.get("ci") or (None, None)
    numbers = figures.get("n"), figures.get(measure), *bounds, figures.get("p"), figures.get("p_holm")
    return encoder, section, name, *numbers


def _written(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerows([[_cell(value) for value in row] for row in (columns, *rows)])
    return buffer.getvalue()


def _cell(value: Any) -> Any:
    """Harmless for spreadsheets, which compute what begins like a formula."""
    if not isinstance(value, str):
        return value
    said = value.replace("\x00", "")
    return "'" + said if said.lstrip(" ").startswith(_FORMULA) or said.startswith(_FORMULA) else said


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float)

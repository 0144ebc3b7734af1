"""A record read for drawing and writing: what there is, in one shape, whatever the kind of probe.

Kinds differ: some have no arms, strata, mirrored pairs or phenomena; where `measure` is `spearman`, a rank correlation
stands in place of the accuracy.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeGuard

from explorer import InputError, translate
from probes.verdicts import LEAST

Entry = Mapping[str, Any]
Kind = Literal["whole", "control", "arm", "baseline"]
_KNOWN = ("arms", "strata", "mirrored", "phenomena", "effect", "control", "items")


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """A number: value and 95 % interval in shares (or correlations), over n items."""

    value: float
    low: float | None
    high: float | None
    n: int

    @property
    def bounds(self) -> tuple[float, float] | None:
        """The interval, where there is one."""
        return None if self.low is None or self.high is None else (self.low, self.high)

    @property
    def thin(self) -> bool:
        """Too few items to conclude anything."""
        return self.n < LEAST


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A row of the forest plot: cells by encoder; a baseline, which has no encoder, has its own under ""."""

    name: str
    kind: Kind
    cells: Mapping[str, Cell]


class Reading:
    """A record, read.

    Raises:
        InputError: it is none, or no encoder has a figure.
    """

    def __init__(self, record: Mapping[str, Any]) -> None:
        self.record = record
        result = record.get("result")
        if not isinstance(result, Mapping) or not isinstance(result.get("encoders"), Mapping):
            raise InputError(translate("This is no record of a run."))
        self.result: Entry = result
        self.measure: Literal["accuracy", "spearman"] = (
            "spearman" if result.get("measure") == "spearman" else "accuracy"
        )
        self.chance = float(result.get("chance") or 0.0)
        self.lowest = -1.0 if self.measure == "spearman" else 0.0
        self.all_entries: dict[str, Entry] = dict(result["encoders"])
        self.entries = {name: e for name, e in self.all_entries.items() if _number(e.get(self.measure))}
        if not self.entries and not any((e.get("control") or {}).get("n") for e in self.all_entries.values()):
            raise InputError(translate("This run has no figures: nothing was asked."))

    @property
    def names(self) -> list[str]:
        """The encoders, in the order of the record."""
        return list(self.all_entries)

    @property
    def n(self) -> int:
        """Items."""
        return int(self.result.get("n") or self.record["input"]["n"])

    @cached_property
    def arms(self) -> list[str]:
        """The arms that damage the sentence, without the baselines."""
        named = dict.fromkeys(arm for e in self.entries.values() for arm in e.get("arms") or {})
        return [arm for arm in named if arm not in self.baselines]

    @cached_property
    def baselines(self) -> dict[str, Entry]:
        """Baseline → its figures."""
        found = self.result.get("baselines") or {}
        return {name: each for name, each in found.items() if isinstance(each, Mapping)}

    @cached_property
    def phenomena(self) -> list[tuple[str, int]]:
        """(phenomenon, items), the largest first."""
        sizes: dict[str, int] = {}
        for entry in self.entries.values():
            for name, each in (entry.get("phenomena") or {}).items():
                sizes[name] = max(sizes.get(name, 0), int(each["n"]))
        return sorted(sizes.items(), key=lambda pair: (-pair[1], pair[0]))

    @property
    def has_strata(self) -> bool:
        """Whether any encoder has strata or mirrored pairs with items in them."""
        return any(
            any(each["n"] for each in (entry.get("strata") or {}).values())
            or (entry.get("mirrored") or {}).get("n")
            for entry in self.entries.values()
        )

    def cell(self, figures: Entry | None, n: int | None = None) -> Cell | None:
        """The number in a part of the record; None where it has none."""
        value = (figures or {}).get(self.measure)
        if figures is None or not _number(value):
            return None
        low, high = figures.get("ci") or (None, None)
        if not (_number(low) and _number(high)):
            low = high = None
        return Cell(
            value=float(value), low=low, high=high, n=int(figures.get("n", self.n if n is None else n))
        )

    def rows(self) -> list[Row]:
        """Whole sentence, easy controls, arms, baselines; rows without any number are left out."""
        found = [self._row("full", "whole", self.entries)]
        found.append(
            self._row("control", "control", {name: e.get("control") for name, e in self.all_entries.items()})
        )
        for arm in self.arms:
            found.append(
                self._row(arm, "arm", {n: (e.get("arms") or {}).get(arm) for n, e in self.entries.items()})
            )
        found += [self._row(name, "baseline", {"": each}) for name, each in self.baselines.items()]
        return [row for row in found if row.cells]

    def others(self, entry: Entry) -> dict[str, Mapping[str, Entry]]:
        """What a kind has beside the usual: section → name → figures with n and the measure."""
        found: dict[str, Mapping[str, Entry]] = {}
        for section, each in entry.items():
            if section in _KNOWN or not isinstance(each, Mapping):
                continue
            numbers = {n: f for n, f in each.items() if isinstance(f, Mapping) and "n" in f and self.cell(f)}
            if numbers:
                found[section] = numbers
        return found

    def best(self, arm: str) -> str | None:
        """The encoder that is best with the whole sentence, of those that have a gap to `arm`."""
        having = [
            name
            for name, e in self.entries.items()
            if all(map(_number, ((e.get("arms") or {}).get(arm) or {}).get("gap_ci") or [None]))
        ]
        return max(having, key=lambda name: float(self.entries[name][self.measure]), default=None)

    def _row(self, name: str, kind: Kind, parts: Mapping[str, Entry | None]) -> Row:
        cells = {encoder: cell for encoder, part in parts.items() if (cell := self.cell(part)) is not None}
        return Row(name=name, kind=kind, cells=cells)


def _number(value: Any) -> TypeGuard[float]:
    """Whether there is a value; what could not be computed is none."""
    return isinstance(value, int | float) and math.isfinite(value)

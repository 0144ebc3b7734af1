"""Where letters help and where they mislead, and pairs in which the same options change their places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from probes.figures import bounds, rounded
from probes.overlap import stratum
from probes.spans import Row
from probes.statistics import Array, item_interval

STRATA = ("overlap_bad", "overlap_tied", "overlap_good")


def counts(rows: Sequence[Row]) -> dict[str, int]:
    """How many rows there are where the letters favour the bad option, neither, or the good one."""
    names: list[str] = [stratum(row["sentence"], row["good"], row["bad"]) for row in rows]
    return {name: names.count(name) for name in STRATA}


def strata(rows: Sequence[Row], scored: Array) -> dict[str, dict[str, Any]]:
    """How many are right where the letters favour the good option, neither, or the bad one; ties as one half."""
    names = np.array([stratum(row["sentence"], row["good"], row["bad"]) for row in rows])
    return {
        name: {"n": int((names == name).sum()), "correct": rounded(scored[names == name].sum())}
        for name in STRATA
    }


def mirrored(rows: Sequence[Row], scored: Array) -> dict[str, Any]:
    """Pairs in which the same options are right for one object and wrong for the other: both must be right."""
    place = {str(row["id"]): i for i, row in enumerate(rows)}
    pairs = [
        (place[str(row["mirror_of"])], i)
        for i, row in enumerate(rows)
        if str(row.get("mirror_of") or "") in place
    ]
    both = np.array([scored[a] == 1.0 and scored[b] == 1.0 for a, b in pairs], np.float64)
    return {
        "n": len(pairs),
        "both_right": int(both.sum()),
        "accuracy": rounded(both.mean()) if pairs else None,
        "ci": bounds(item_interval(both)) if pairs else None,
        "chance": 0.25,
    }

"""From scores to figures: accuracy with intervals, gaps between arms, strata, mirrored pairs, phenomena."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from probes.contrast.arms import Row
from probes.overlap import stratum
from probes.statistics import (
    Array,
    against_chance,
    cluster_interval,
    detectable,
    difference_interval,
    holm,
    item_interval,
    mcnemar,
    paired_permutation,
)
from probes.statistics import effect as size_of

CHANCE = 0.5
FEW_CLUSTERS = 10
"""Fewer verbs than these make no clustered interval."""


def accuracy(scored: Array, verbs: Sequence[str]) -> dict[str, Any]:
    """Accuracy, ties as one half, with the interval over items and, with enough verbs, over verbs."""
    found: dict[str, Any] = {
        "accuracy": rounded(scored.mean()),
        "ci": bounds(item_interval(scored)),
        "n": len(scored),
        "ties": int((scored == CHANCE).sum()),
    }
    if len(set(verbs)) >= FEW_CLUSTERS:
        found["ci_by_verb"] = bounds(cluster_interval(scored, list(verbs)))
        found["verbs"] = len(set(verbs))
    return found


def arm(full: Array, damaged: Array, asked: Array, verbs: Sequence[str]) -> dict[str, Any]:
    """One arm beside the full sentence, over the rows that it could ask.

    Args:
        full: (n,) scores with the sentence whole.
        damaged: (n,) scores in the arm; what stands where it asked nothing does not count.
        asked: (n,) bool.

    Returns:
        `gap` is full minus arm, in shares; `gap_ci` its paired 95 % interval, clustered by verb where there are
        enough; `left_out` counts the rows without this arm.
    """
    chosen = np.flatnonzero(asked)
    found: dict[str, Any] = {"n": len(chosen), "left_out": len(asked) - len(chosen)}
    if not len(chosen):
        return found | {"accuracy": None, "gap": None, "gap_ci": None}
    a, b = full[chosen], damaged[chosen]
    kept = [verbs[i] for i in chosen.tolist()]
    clusters = kept if len(set(kept)) >= FEW_CLUSTERS else None
    return found | {
        "accuracy": rounded(b.mean()),
        "ci": bounds(item_interval(b)),
        "gap": rounded((a - b).mean()),
        "gap_ci": bounds(difference_interval(a, b, clusters)),
        "p": rounded(paired_permutation(a, b, clusters).p),
    }


def strata(rows: Sequence[Row], scored: Array) -> dict[str, dict[str, Any]]:
    """How many are right where the letters favour the good option, neither, or the bad one; ties as one half."""
    names = np.array([stratum(row["sentence"], row["good"], row["bad"]) for row in rows])
    return {
        name: {"n": int((names == name).sum()), "correct": rounded(scored[names == name].sum())}
        for name in ("overlap_bad", "overlap_tied", "overlap_good")
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


def phenomena(rows: Sequence[Row], scored: Array) -> dict[str, dict[str, Any]]:
    """Accuracy of each phenomenon against chance, the p-values corrected for their number (Holm 1979)."""
    names = [str(row.get("phenomenon") or "–") for row in rows]
    found: dict[str, dict[str, Any]] = {}
    for name in sorted(set(names)):
        own = scored[[i for i, each in enumerate(names) if each == name]]
        found[name] = {
            "n": len(own),
            "accuracy": rounded(own.mean()),
            "ci": bounds(item_interval(own)),
            "p": against_chance(own, CHANCE).p,
        }
    corrected = holm({name: each["p"] for name, each in found.items()})
    for name, each in found.items():
        each["p_holm"] = rounded(corrected[name])
        each["p"] = rounded(each["p"])
    return found


def effect(scored: Array) -> dict[str, Any]:
    """How large it is beside chance, and how small a difference this many items can show."""
    return {
        "points_above_chance": rounded(100 * (scored.mean() - CHANCE), 1),
        "cohen_h": rounded(size_of(scored, np.full(len(scored), CHANCE)).cohen_h),
        "p_chance": rounded(against_chance(scored, CHANCE).p),
        "detectable_points": {
            "against_chance": rounded(detectable(len(scored), CHANCE, design="rate"), 1),
            "between_encoders": rounded(detectable(len(scored)), 1),
        },
    }


def compared(scored: Mapping[str, Array], verbs: Sequence[str]) -> list[dict[str, Any]]:
    """Every two judges over the same items: difference, exact McNemar, paired permutation, both Holm-corrected."""
    clusters = list(verbs) if len(set(verbs)) >= FEW_CLUSTERS else None
    found: list[dict[str, Any]] = []
    names = list(scored)
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            test = mcnemar(scored[a], scored[b])
            found.append(
                {
                    "a": a,
                    "b": b,
                    "difference": rounded((scored[a] - scored[b]).mean()),
                    "ci": bounds(difference_interval(scored[a], scored[b], clusters)),
                    "only_a_right": test.better,
                    "only_b_right": test.worse,
                    "p_mcnemar": test.p,
                    "p_permutation": paired_permutation(scored[a], scored[b], clusters).p,
                }
            )
    for kind in ("p_mcnemar", "p_permutation"):
        corrected = holm({str(i): each[kind] for i, each in enumerate(found)})
        for i, each in enumerate(found):
            each[f"{kind}_holm"] = rounded(corrected[str(i)])
            each[kind] = rounded(each[kind])
    return found


def rounded(value: float, digits: int = 4) -> float:
    """For reports."""
    return round(float(value), digits)


def bounds(interval: Sequence[float]) -> list[float]:
    """Two rounded numbers."""
    return [rounded(interval[0]), rounded(interval[1])]

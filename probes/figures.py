"""From scores per item to figures: accuracy with intervals, gaps between arms, phenomena, comparisons.

Shared by the kinds of probes. A score is 1 (right), 0 (wrong) or between, where a tie is shared (½ of two); `chance` is
what guessing scores, one rate or one an item; `clusters` say which items belong together (a verb's, a category's), one
name an item.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from explorer import translate
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

FEW_CLUSTERS = 10
"""Fewer clusters than these make no clustered interval."""


def accuracy(scored: Array, clusters: Sequence[str]) -> dict[str, Any]:
    """Accuracy, ties as one half, with the interval over items and, with enough clusters, over clusters.

    The keys of the latter speak of verbs, for verbs are the clusters of most suites.
    """
    found: dict[str, Any] = {
        "accuracy": rounded(scored.mean()),
        "ci": bounds(item_interval(scored)),
        "n": len(scored),
        "ties": int(((scored > 0) & (scored < 1)).sum()),
    }
    if len(set(clusters)) >= FEW_CLUSTERS:
        found["ci_by_verb"] = bounds(cluster_interval(scored, list(clusters)))
        found["verbs"] = len(set(clusters))
    return found


def arm(full: Array, damaged: Array, asked: Array, clusters: Sequence[str]) -> dict[str, Any]:
    """One arm beside the full sentence, over the rows that it could ask.

    Args:
        full: (n,) scores with the sentence whole.
        damaged: (n,) scores in the arm; what stands where it asked nothing does not count.
        asked: (n,) bool.

    Returns:
        `gap` is full minus arm, in shares; `gap_ci` its paired 95 % interval, clustered where there are clusters
        enough; `left_out` counts the rows without this arm.
    """
    chosen = np.flatnonzero(asked)
    found: dict[str, Any] = {"n": len(chosen), "left_out": len(asked) - len(chosen)}
    if not len(chosen):
        return found | {"accuracy": None, "gap": None, "gap_ci": None}
    a, b = full[chosen], damaged[chosen]
    kept = clustered([clusters[i] for i in chosen.tolist()])
    return found | {
        "accuracy": rounded(b.mean()),
        "ci": bounds(item_interval(b)),
        "gap": rounded((a - b).mean()),
        "gap_ci": bounds(difference_interval(a, b, kept)),
        "p": rounded(paired_permutation(a, b, kept).p),
    }


def phenomena(names: Sequence[str], scored: Array, *, chance: float | Array) -> dict[str, dict[str, Any]]:
    """Accuracy of each phenomenon against chance, the p-values corrected for their number (Holm 1979).

    A p is None where no test can be made: one item among others with another number of choices.
    """
    rates = np.broadcast_to(np.asarray(chance, np.float64), scored.shape)
    found: dict[str, dict[str, Any]] = {}
    for name in sorted(set(names)):
        chosen = [i for i, each in enumerate(names) if each == name]
        own = scored[chosen]
        found[name] = {
            "n": len(own),
            "accuracy": rounded(own.mean()),
            "ci": bounds(item_interval(own)),
            "p": against_chance(own, rates[chosen]).p,
        }
    corrected = holm({name: each["p"] for name, each in found.items()})
    for name, each in found.items():
        each["p_holm"] = known(corrected[name])
        each["p"] = known(each["p"])
    return found


def effect(scored: Array, *, chance: float | Array) -> dict[str, Any]:
    """How large it is beside chance, and how small a difference this many items can show."""
    rates = np.broadcast_to(np.asarray(chance, np.float64), scored.shape)
    mean = float(rates.mean())
    return {
        "points_above_chance": rounded(100 * (scored.mean() - mean), 1),
        "cohen_h": rounded(size_of(scored, np.full(len(scored), mean)).cohen_h),
        "p_chance": known(against_chance(scored, rates).p),
        "detectable_points": {
            "against_chance": known(detectable(len(scored), mean, design="rate"), 1),
            "between_encoders": known(detectable(len(scored)), 1),
        },
    }


def compared(scored: Mapping[str, Array], clusters: Sequence[str]) -> list[dict[str, Any]]:
    """Every two judges over the same items: difference, exact McNemar, paired permutation, both Holm-corrected."""
    kept = clustered(clusters)
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
                    "ci": bounds(difference_interval(scored[a], scored[b], kept)),
                    "only_a_right": test.better,
                    "only_b_right": test.worse,
                    "p_mcnemar": test.p,
                    "p_permutation": paired_permutation(scored[a], scored[b], kept).p,
                }
            )
    for kind in ("p_mcnemar", "p_permutation"):
        corrected = holm({str(i): each[kind] for i, each in enumerate(found)})
        for i, each in enumerate(found):
            each[f"{kind}_holm"] = rounded(corrected[str(i)])
            each[kind] = rounded(each[kind])
    return found


def left_out_notes(reasons: Mapping[str, str]) -> list[str]:
    """For the reader: which subjects a probe could not ask, and why."""
    return [
        translate("{name} left out: {reason}").format(name=name, reason=reason)
        for name, reason in reasons.items()
    ]


def share(scored: Array) -> dict[str, Any]:
    """Accuracy and its interval alone, as baselines have it."""
    return {"accuracy": rounded(scored.mean()), "ci": bounds(item_interval(scored))}


def rounded(value: float, digits: int = 4) -> float:
    """For reports."""
    return round(float(value), digits)


def known(value: float, digits: int = 4) -> float | None:
    """Rounded; None, which JSON has a word for, where there was no test or no answer (nan)."""
    return None if np.isnan(value) else rounded(value, digits)


def bounds(interval: Sequence[float]) -> list[float]:
    """Two rounded numbers."""
    return [rounded(interval[0]), rounded(interval[1])]


def clustered(clusters: Sequence[str]) -> list[str] | None:
    """The clusters where there are enough of them, else None: the items stand for themselves."""
    return list(clusters) if len(set(clusters)) >= FEW_CLUSTERS else None

"""Figures that only classification has: macro-F1, selectivity, the labels dealt out at random."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer import FloatArray
from probes.figures import bounds, clustered, rounded
from probes.role_classification.linear import Names, held_out
from probes.statistics import Array, bootstrap_interval, permutation_null, selectivity

PLAIN_FOLDS = 5
CONTROLS = 5
"""Control tasks, whose scores are averaged row by row."""
SHUFFLES = 99
SHUFFLE_FOLDS = 3


def macro_f1(labels: Names, predicted: Names) -> dict[str, Any]:
    """F1 of each label, all counting alike, with its bootstrap interval over items.

    A label that a resample does not have, and that nobody says in it, does not count there.
    """
    names = np.unique(np.concatenate([labels, predicted]))
    codes = np.searchsorted(names, labels) * len(names) + np.searchsorted(names, predicted)
    asked = np.isin(names, labels)

    def of(samples: Array) -> Array:
        numbers: npt.NDArray[np.int64] = samples.astype(np.int64)
        return _macro_f1(numbers, len(names), asked)

    whole = of(codes[None, :].astype(np.float64))
    return {
        "value": rounded(whole[0]),
        "ci": bounds(bootstrap_interval(codes.astype(np.float64), of)),
    }


def _macro_f1(codes: npt.NDArray[np.int64], count: int, asked: npt.NDArray[np.bool_]) -> Array:
    """(r, n) codes, label × count + answer → (r,) macro-F1 over the labels that are asked."""
    runs = len(codes)
    flat = codes + np.arange(runs)[:, None] * count**2
    table = np.bincount(flat.ravel(), minlength=runs * count**2).reshape(runs, count, count)
    hits = np.einsum("rkk->rk", table)[:, asked]
    said = (table.sum(axis=1) + table.sum(axis=2))[:, asked]
    share = np.divide(2.0 * hits, said, out=np.full(hits.shape, np.nan), where=said > 0)
    found: Array = np.nanmean(share, axis=1)
    return found


def selective(
    rows: FloatArray,
    labels: Names,
    types: Sequence[str],
    clusters: Sequence[str],
    *,
    strength: float,
    seed: int,
) -> dict[str, Any]:
    """Accuracy at the roles minus that at random labels of verbs, or of objects (Hewitt and Liang 2019).

    A control task gives each type (each verb, each object) one label, drawn as often as the roles occur. Both tasks are
    learnt in plain folds, where the learning rows share types with the asked ones: a probe that knows types by heart is
    good at the control task, one that reads roles is not.

    Args:
        types: (n,) the row's verb, or its object.
    """
    random = np.random.default_rng(seed)
    rows_in_any_order = random.permutation(len(labels)).astype(str)

    def scores(told: Names) -> Array:
        answers = held_out(rows, told, rows_in_any_order, strengths=(strength,), folds=PLAIN_FOLDS)
        right: Array = (answers.predicted == told).astype(np.float64)
        return right

    kinds, of_row = np.unique(np.asarray(types), return_inverse=True)
    controls = np.stack([scores(random.choice(labels, len(kinds))[of_row]) for _draw in range(CONTROLS)])
    task = scores(labels)
    found = selectivity(task, controls, clustered(clusters))
    return {
        "types": len(kinds),
        "task": rounded(task.mean()),
        "control": rounded(controls.mean()),
        "value": rounded(found.value),
        "ci": bounds((found.low, found.high)),
    }


def shuffled(
    rows: FloatArray, labels: Names, groups: Sequence[str], *, strength: float, seed: int
) -> dict[str, Any]:
    """Accuracy with the labels dealt out at random and learnt anew each time (Ojala and Garriga 2010)."""

    def accuracy(told: npt.NDArray[Any]) -> float:
        answers = held_out(rows, told, groups, strengths=(strength,), folds=SHUFFLE_FOLDS)
        return float((answers.predicted == told).mean())

    null = permutation_null(accuracy, labels, resamples=SHUFFLES, seed=seed)
    return {
        "observed": rounded(null.observed),
        "mean": rounded(null.null.mean()),
        "p": rounded(null.p),
        "shuffles": SHUFFLES,
    }

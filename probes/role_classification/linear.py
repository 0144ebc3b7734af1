"""A linear probe: multinomial logistic regression with an L2 penalty, asked about groups that it did not learn from.

How strongly it is held back (C, the inverse of the penalty) is chosen by cross-validation inside the learning rows
alone, grouped in the same way (nested cross-validation; Varma and Simon 2006). All folds are fixed: the same vectors
give the same answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer import FloatArray
from probes.statistics import Array

FOLDS = 10
"""Groups are left out in so many lots; with fewer groups, one by one."""
INNER_FOLDS = 2
LEAST_GROUPS = 3
"""One left out, and two to choose C by."""
STRENGTHS = (0.3, 3.0, 30.0)
"""C, for vectors whose mean squared distance from their centre is 1."""
TOLERANCE = 1e-3
Names = npt.NDArray[np.str_]
Numbers = npt.NDArray[np.intp]


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """What was said of each row while it was left out.

    `predicted`: (n,) a label each; `margins`: (n,) float64, the true label's probability minus the largest other one;
    `strength`: the C chosen most often.
    """

    predicted: Names
    margins: Array
    strength: float


def features(vectors: FloatArray) -> FloatArray:
    """Vectors turned into their principal axes, and scaled by one number.

    An L2 penalty does not mind a rotation and a free intercept does not mind the centre, so that the probe is the same
    and quicker: no more columns than rows. No label is looked at.

    Returns:
        (n, min(n, dim)) float32; their mean squared length is 1, or they are all 0 where all vectors are alike.
    """
    centred = np.asarray(vectors, np.float64) - np.mean(vectors, axis=0, dtype=np.float64)
    left, sizes, _axes = np.linalg.svd(centred, full_matrices=False)
    turned = left * sizes
    length = np.sqrt((turned**2).sum(axis=1).mean())
    return np.asarray(turned / length if length > 0 else turned * 0, np.float32)


def held_out(
    rows: FloatArray,
    labels: Names,
    groups: Sequence[str] | Names,
    *,
    strengths: Sequence[float] = STRENGTHS,
    folds: int = FOLDS,
) -> Answers:
    """Learn and answer, each group left out once together with the others of its lot.

    Args:
        rows: (n, d) `features`.
        labels: (n,) what is to be told.
        groups: (n,) what is left out together: a verb, a class of objects.
        strengths: of C; a single one is taken as it is.

    Raises:
        ValueError: fewer than `LEAST_GROUPS` groups.
    """
    names = np.asarray(groups)
    predicted = np.empty(len(labels), labels.dtype)
    margins = np.zeros(len(labels))
    chosen: list[float] = []
    with _quick():
        for learnt, asked in _splits(names, folds):
            strength = _best(rows[learnt], labels[learnt], names[learnt], strengths)
            chosen.append(strength)
            known, shares = _asked(rows[learnt], labels[learnt], rows[asked], strength)
            predicted[asked] = known[shares.argmax(axis=1)]
            margins[asked] = _margins(known, shares, labels[asked])
    return Answers(predicted=predicted, margins=margins, strength=max(strengths, key=chosen.count))


def _best(rows: FloatArray, labels: Names, groups: Names, strengths: Sequence[float]) -> float:
    """The C that is right most often on groups that it did not learn from; of equals the most careful."""
    if len(strengths) == 1:
        return strengths[0]
    right = dict.fromkeys(strengths, 0)
    for learnt, asked in _splits(groups, INNER_FOLDS):
        for strength in strengths:
            known, shares = _asked(rows[learnt], labels[learnt], rows[asked], strength)
            right[strength] += int((known[shares.argmax(axis=1)] == labels[asked]).sum())
    return max(strengths, key=lambda strength: (right[strength], -strength))


def _asked(
    rows: FloatArray, labels: Names, asked: FloatArray, strength: float
) -> tuple[Names, npt.NDArray[np.floating[Any]]]:
    """(the k labels that were learnt, (m, k) their probabilities for each asked row)."""
    from sklearn.linear_model import LogisticRegression

    known = np.unique(labels)
    if len(known) == 1:
        return known, np.ones((len(asked), 1))
    probe = LogisticRegression(C=strength, solver="newton-cg", tol=TOLERANCE, max_iter=200)
    probe.fit(rows, labels)
    return probe.classes_, probe.predict_proba(asked)


def _margins(known: Names, shares: npt.NDArray[np.floating[Any]], labels: Names) -> Array:
    of_truth = np.where(known[None, :] == labels[:, None], shares, 0.0)
    of_others = np.where(known[None, :] == labels[:, None], 0.0, shares)
    found: Array = of_truth.max(axis=1) - of_others.max(axis=1)
    return found


def _splits(groups: Names, folds: int) -> Iterator[tuple[Numbers, Numbers]]:
    from sklearn.model_selection import GroupKFold

    lots = GroupKFold(min(folds, len(np.unique(groups))))
    yield from lots.split(groups, groups=groups)


@contextmanager
def _quick() -> Iterator[None]:
    """Thousands of small problems: threads of BLAS would wait for each other, and checks cost a fifth of the time."""
    from sklearn import config_context
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1), config_context(assume_finite=True, skip_parameter_validation=True):
        yield

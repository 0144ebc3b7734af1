"""What comes in: scores from 0 to 1, two rows of them that belong together, names of clusters."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from explorer import InputError
from explorer import translate as _
from probes.statistics.bootstrap import Array

Labels = npt.ArrayLike


def scores_of(scores: npt.ArrayLike) -> Array:
    """(n,) float64.

    Raises:
        InputError: not one row, not finite, or outside [0, 1].
    """
    values = np.asarray(scores, dtype=np.float64)
    if values.ndim != 1 or not np.isfinite(values).all() or (values.size and _outside(values)):
        raise InputError(_("Scores are one row of numbers from 0 (wrong) to 1 (right), none missing."))
    return values


def pair_of(a: npt.ArrayLike, b: npt.ArrayLike) -> tuple[Array, Array]:
    """Two rows of scores of the same items, each (n,) float64.

    Raises:
        InputError: as `scores_of`, or not equally long.
    """
    first, second = scores_of(a), scores_of(b)
    if len(first) != len(second):
        raise InputError(
            _("Scores of the same items are needed, in the same order: here are {a} and {b}.").format(
                a=len(first), b=len(second)
            )
        )
    return first, second


def groups_of(clusters: Labels, n: int) -> npt.NDArray[np.int64]:
    """Names of clusters (verbs, say), one an item → (n,) int64 numbers 0 … g − 1.

    Raises:
        InputError: not one name an item.
    """
    names = np.asarray(clusters)
    if names.shape != (n,):
        raise InputError(
            _(
                "Each item needs the name of its cluster: there are {n} items, and the names have shape {shape}."
            ).format(n=n, shape=names.shape)
        )
    numbers: npt.NDArray[np.int64] = np.unique(names, return_inverse=True)[1].astype(np.int64)
    return numbers


def _outside(values: Array) -> bool:
    return bool(values.min() < 0 or values.max() > 1)

"""Rank correlation over items: how well one row of numbers orders the items as another does."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from explorer import InputError
from explorer import translate as _
from probes.statistics.bootstrap import SEED, Array, bootstrap_interval
from probes.statistics.significance import permutation_null

SHUFFLES = 4999
LEAST = 3
"""Fewer items have no order to speak of."""


def spearman(values: npt.ArrayLike, truth: npt.ArrayLike) -> float:
    """Spearman's ρ (1904), ties with their mean rank; 0 where `values` are all equal, for they order nothing.

    Args:
        values: (n,) finite numbers.
        truth: (n,) finite numbers of the same items, not all equal.

    Raises:
        InputError: not two equally long rows of at least three finite numbers, or `truth` is all equal.
    """
    x, y = _rows(values, truth)
    return float(_rho(x[None], y[None])[0])


def spearman_interval(
    values: npt.ArrayLike, truth: npt.ArrayLike, *, level: float = 0.95, seed: int = SEED
) -> tuple[float, float]:
    """Percentile bootstrap over items of ρ (Efron 1979), 2,000 resamples; see `spearman` for arguments and errors."""
    x, y = _rows(values, truth)
    return bootstrap_interval(
        np.arange(len(x), dtype=np.float64),
        lambda drawn: _rho(*(each[drawn.astype(np.int64)] for each in (x, y))),
        level=level,
        seed=seed,
    )


def spearman_difference(
    a: npt.ArrayLike, b: npt.ArrayLike, truth: npt.ArrayLike, *, level: float = 0.95, seed: int = SEED
) -> tuple[float, float]:
    """Paired percentile bootstrap of ρ(a, truth) − ρ(b, truth): the same items are drawn for both."""
    (x, y), (z, _same) = _rows(a, truth), _rows(b, truth)

    def statistic(drawn: Array) -> Array:
        chosen = drawn.astype(np.int64)
        return _rho(x[chosen], y[chosen]) - _rho(z[chosen], y[chosen])

    return bootstrap_interval(np.arange(len(x), dtype=np.float64), statistic, level=level, seed=seed)


def spearman_p(values: npt.ArrayLike, truth: npt.ArrayLike, *, seed: int = SEED) -> float:
    """How often shuffled values order the items as well: one-sided, 4,999 shuffles (Phipson and Smyth 2010)."""
    x, y = (_centred(each[None])[0] for each in _rows(values, truth))
    return permutation_null(
        lambda order: float(x[order] @ y), np.arange(len(x)), resamples=SHUFFLES, seed=seed
    ).p


def spearman_swapped(a: npt.ArrayLike, b: npt.ArrayLike, truth: npt.ArrayLike, *, seed: int = SEED) -> float:
    """Is ρ(a, truth) other than ρ(b, truth)? The ranks of a and b are swapped at random within items; two-sided.

    Approximate randomisation (Noreen 1989): if both order the items equally well, it matters not whose rank is whose.
    """
    (x, y), (z, _same) = _rows(a, truth), _rows(b, truth)
    ranks, other, own = (_centred(each[None])[0] for each in (x, z, y))
    gaps = (ranks / _length(ranks) - other / _length(other)) * own
    signs = np.random.default_rng(seed).choice((-1.0, 1.0), (SHUFFLES, len(gaps)))
    reached = np.abs(signs @ gaps) >= abs(gaps.sum()) - 1e-9
    return float((1 + reached.sum()) / (1 + SHUFFLES))


def detectable_spearman(n: int, *, power: float = 0.8, level: float = 0.05) -> float:
    """The smallest true ρ that n items show as other than 0 in 80 of 100 repetitions, by Fisher's z (1921)."""
    from scipy.stats import norm

    if n <= LEAST:
        return float("nan")
    return float(np.tanh((norm.ppf(1 - level / 2) + norm.ppf(power)) / np.sqrt(n - 3)))


def _rho(x: Array, y: Array) -> Array:
    """(r, n), (r, n) → (r,) correlations of the ranks; 0 where either is constant."""
    a, b = _centred(x), _centred(y)
    size = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    found: Array = (a * b).sum(axis=1) / np.where(size > 0, size, 1.0)
    return found


def _centred(values: Array) -> Array:
    """(r, n) → their ranks within each row, less the mean rank."""
    from scipy.stats import rankdata

    found: Array = rankdata(values, axis=1) - (values.shape[1] + 1) / 2
    return found


def _length(ranks: Array) -> float:
    return float(np.linalg.norm(ranks)) or 1.0


def _rows(values: npt.ArrayLike, truth: npt.ArrayLike) -> tuple[Array, Array]:
    x, y = np.asarray(values, np.float64), np.asarray(truth, np.float64)
    if x.ndim != 1 or x.shape != y.shape or len(x) < LEAST or not np.isfinite([x, y]).all():
        raise InputError(
            _("A rank correlation needs two rows of at least three finite numbers, equally long.")
        )
    if np.ptp(y) == 0:
        raise InputError(_("All items have the same score: there is no order to compare with."))
    return x, y

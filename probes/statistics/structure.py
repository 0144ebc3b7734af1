"""Are items arranged alike in two spaces? Correlation of dissimilarity matrices, Mantel's test, linear CKA.

A dissimilarity matrix (RDM) is (n, n), symmetric; its diagonal is never read. The n(n − 1)/2 pairs are not independent,
for an item takes part in n − 1 of them: intervals and tests therefore draw and permute items, never pairs.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from explorer import InputError
from explorer import translate as _
from probes.statistics.bootstrap import RESAMPLES, SEED, Array
from probes.statistics.significance import permutation_null

PERMUTATIONS = 1999
LEAST_ITEMS = 4


def ranked(dissimilarities: Array) -> Array:
    """The ranks of the pairs, less their mean and scaled to length 1 over the upper triangle; 0 on the diagonal.

    Returns:
        (n, n) float64, symmetric; all 0 where every pair is as far apart as any other.

    Raises:
        InputError: not a square matrix of at least four items, symmetric and finite.
    """
    from scipy.stats import rankdata

    n = len(dissimilarities)
    if dissimilarities.ndim != 2 or dissimilarities.shape != (n, n) or n < LEAST_ITEMS:
        raise InputError(
            _("A structure needs the distances between at least {n} items.").format(n=LEAST_ITEMS)
        )
    upper = np.triu_indices(n, 1)
    pairs = dissimilarities[upper]
    if not np.isfinite(pairs).all() or not np.allclose(pairs, dissimilarities.T[upper]):
        raise InputError(_("The distances between items must be finite, and the same in both directions."))
    ranks = rankdata(pairs) - (len(pairs) + 1) / 2
    length = np.linalg.norm(ranks)
    found = np.zeros((n, n))
    found[upper] = ranks / length if length else 0.0
    return found + found.T


def structure_correlation(a: Array, b: Array) -> float:
    """Spearman's ρ over the upper triangles (Kriegeskorte, Mur and Bandettini 2008), of two matrices from `ranked`."""
    return float((a * b).sum() / 2)


def structure_interval(
    a: Array, b: Array, *, minus: Array | None = None, level: float = 0.95, seed: int = SEED
) -> tuple[float, float]:
    """Percentile bootstrap over items, 2,000 resamples; pairs of an item with itself are left out (Nili et al. 2014).

    Args:
        a: (n, n) from `ranked`; the ranks stay those of the whole sample.
        b: as `a`, of the same items.
        minus: as `a`; then the interval is that of the difference ρ(a, b) − ρ(minus, b), the same items drawn for both.
    """
    n = len(a)
    random = np.random.default_rng(seed)
    times = random.multinomial(n, np.full(n, 1 / n), RESAMPLES).astype(np.float64)
    figures = _weighted(a, b, times)
    if minus is not None:
        figures = figures - _weighted(minus, b, times)
    low, high = np.quantile(figures, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def mantel(a: Array, b: Array, *, seed: int = SEED) -> float:
    """P of a correlation as large when the items of one matrix change places (Mantel 1967); one-sided.

    Args:
        a: (n, n) from `ranked`.
        b: as `a`, of the same items.
    """
    return permutation_null(
        lambda order: float((a[np.ix_(order, order)] * b).sum()),
        np.arange(len(a)),
        resamples=PERMUTATIONS,
        seed=seed,
    ).p


def linear_cka(x: Array, y: Array) -> float:
    """Linear centred kernel alignment of two sets of vectors (Kornblith et al. 2019), in [0, 1].

    Args:
        x: (n, d) float64.
        y: (n, e) float64, of the same items. With fewer items than dimensions it is large for unrelated vectors, too.
    """
    a, b = x - x.mean(axis=0), y - y.mean(axis=0)
    return _alignment(a @ a.T, b @ b.T, lambda p, q: float((p * q).sum()))


def unbiased_cka(x: Array, y: Array) -> float:
    """The same with the unbiased estimate of HSIC (Song et al. 2012): about 0 for unrelated vectors, however few.

    Args:
        x: (n, d) float64, n ≥ 4.
        y: (n, e) float64, of the same items.
    """
    return _alignment(x @ x.T, y @ y.T, _unbiased_hsic)


def _alignment(p: Array, q: Array, product: Callable[[Array, Array], float]) -> float:
    own = product(p, p) * product(q, q)
    return float(product(p, q) / np.sqrt(own)) if own > 0 else 0.0


def _unbiased_hsic(p: Array, q: Array) -> float:
    n = len(p)
    k, m = p - np.diag(np.diagonal(p)), q - np.diag(np.diagonal(q))
    first = (k * m).sum()
    second = k.sum() * m.sum() / ((n - 1) * (n - 2))
    third = 2 * (k.sum(axis=0) @ m.sum(axis=0)) / (n - 2)
    return float((first + second - third) / (n * (n - 3)))


def _weighted(a: Array, b: Array, times: Array) -> Array:
    """(r,) correlations over pairs of different items, each counted as often as the two were drawn together."""
    apart = 1.0 - np.eye(len(a))

    def total(values: Array) -> Array:
        found: Array = ((times @ values) * times).sum(axis=1)
        return found

    pairs = total(apart)
    mean_a, mean_b = total(a) / pairs, total(b) / pairs
    covered = total(a * b) / pairs - mean_a * mean_b
    spread_a, spread_b = total(a * a) / pairs - mean_a**2, total(b * b) / pairs - mean_b**2
    size = np.sqrt(np.maximum(spread_a, 0) * np.maximum(spread_b, 0))  # rounding may leave less than nothing
    found: Array = np.clip(covered / np.where(size > 0, size, 1.0), -1, 1)
    return found

"""Intervals of a mean score, of the difference of two, and of both where the items come in clusters.

Which method, and why, is told in docs/statistics.md with the coverage that was measured.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from probes.statistics.bootstrap import RESAMPLES, SEED, Array, bayesian_interval, cluster_means
from probes.statistics.checks import Labels, groups_of, pair_of, scores_of

NOTHING = (float("nan"), float("nan"))
PRIOR = 0.5
WIDEST = 30.0  # a t quantile beyond it says "anything from 0 to 1" already


def item_interval(
    scores: npt.ArrayLike, *, level: float = 0.95, resamples: int | None = None, seed: int = SEED
) -> tuple[float, float]:
    """Interval of the mean score over items.

    Bayesian bootstrap (Rubin 1981) over the items and half a right and half a wrong one added. For scores of 0 and 1
    that is the Jeffreys interval (Brown, Cai and DasGupta 2001) and is computed as such, without drawing. Where all
    are right, or all wrong, Wilson's interval (1927).

    Args:
        scores: (n,) in [0, 1].
        level: of confidence.
        resamples: None draws 2,000 to 20,000, by how many distinct scores there are.

    Returns:
        Lower and upper bound in [0, 1], the mean between them; (nan, nan) for no items.

    Raises:
        InputError: not one row of finite numbers in [0, 1].
    """
    values = scores_of(scores)
    if not len(values):
        return NOTHING
    mean = float(values.mean())
    if np.isin(values, (0.0, 1.0)).all():
        from statsmodels.stats.proportion import proportion_confint

        method = "wilson" if mean in (0.0, 1.0) else "jeffreys"
        low, high = proportion_confint(values.sum(), len(values), alpha=1 - level, method=method)
    else:
        low, high = bayesian_interval(
            values, {0.0: 0.5, 1.0: 0.5}, level=level, resamples=resamples, seed=seed
        )
    return _around(mean, float(low), float(high), 0.0)


def cluster_interval(
    scores: npt.ArrayLike,
    clusters: Labels,
    *,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> tuple[float, float]:
    """Interval of the mean score over items that come in clusters, such as the sentences of one verb.

    The spread comes from a Bayesian bootstrap of whole clusters; it says how many independent items the sample is
    worth, and Wilson's interval (1927) is taken of that many (Korn and Graubard 1998; Dean and Pagano 2015), with
    Student's t in place of the normal quantile. It is never narrower than the items alone would make it.

    Args:
        scores: (n,) in [0, 1].
        clusters: (n,) the name of each item's cluster.
        level: of confidence.

    Returns:
        Lower and upper bound in [0, 1], the mean between them; (nan, nan) for fewer than two clusters, of which
        nothing can be said about other clusters.

    Raises:
        InputError: as `item_interval`, or not one name an item.
    """
    values = scores_of(scores)
    groups = groups_of(clusters, len(values))
    if len(np.unique(groups)) < 2:
        return NOTHING
    from scipy.stats import norm
    from statsmodels.stats.proportion import proportion_confint

    mean = float(values.mean())
    worth, freedom = worth_of(values, groups, resamples, seed)
    alpha = 2 * norm.sf(_quantile(level, freedom))
    low, high = proportion_confint(mean * worth, worth, alpha=alpha, method="wilson")
    return _around(mean, float(low), float(high), 0.0)


def difference_interval(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    clusters: Labels | None = None,
    *,
    level: float = 0.95,
    resamples: int | None = None,
    seed: int = SEED,
) -> tuple[float, float]:
    """Interval of mean(a − b) over the same items.

    Bayesian bootstrap (Rubin 1981) over the items and one added that is right in `a` alone and one right in `b` alone
    (after Bonett and Price 2012), so that it does not collapse where the two never differ. With clusters: the same
    two items added, the spread from whole clusters and Student's t, as in `cluster_interval`.

    Args:
        a: (n,) in [0, 1].
        b: (n,) in [0, 1], of the same items in the same order.
        clusters: (n,) the name of each item's cluster.

    Returns:
        Lower and upper bound in [−1, 1]; (nan, nan) for no items, or for clusters fewer than two.

    Raises:
        InputError: as `cluster_interval`, or `a` and `b` are not equally long.
    """
    first, second = pair_of(a, b)
    differences = first - second
    if not len(differences):
        return NOTHING
    mean = float(differences.mean())
    if clusters is None:
        low, high = bayesian_interval(
            differences, {-1.0: 1.0, 1.0: 1.0}, level=level, resamples=resamples, seed=seed
        )
        return _around(mean, low, high, -1.0)
    groups = groups_of(clusters, len(differences))
    if len(np.unique(groups)) < 2:
        return NOTHING
    evidence = float(np.abs(differences).sum())
    effect, freedom = _spread(differences, groups, evidence, resamples or RESAMPLES, seed)
    n = len(differences) + 2
    centre = float(differences.sum()) / n
    variance = (float((differences**2).sum()) + 2) / n - centre**2
    half = _quantile(level, freedom) * float(np.sqrt(variance / n * effect))
    return _around(mean, centre - half, centre + half, -1.0)


def design_effect(
    scores: npt.ArrayLike, clusters: Labels, *, resamples: int = RESAMPLES, seed: int = SEED
) -> float:
    """How many clustered items are worth one independent item (Kish 1965), at least 1.

    Args:
        scores: (n,) in [0, 1].
        clusters: (n,) the name of each item's cluster.

    Returns:
        1 where items of a cluster are no more alike than others; nan for fewer than two clusters.

    Raises:
        InputError: as `cluster_interval`.
    """
    values = scores_of(scores)
    groups = groups_of(clusters, len(values))
    if len(np.unique(groups)) < 2:
        return float("nan")
    mean = float(values.mean())
    return _spread(values, groups, len(values) * min(mean, 1 - mean), resamples, seed)[0]


def worth_of(values: Array, groups: npt.NDArray[np.int64], resamples: int, seed: int) -> tuple[float, float]:
    """How many independent answers of 0 and 1 would tell the mean as surely, and the degrees of freedom left.

    Args:
        values: (n,) float64 in [0, 1].
        groups: (n,) numbers 0 … g − 1 of at least two clusters.
    """
    mean, variance = float(values.mean()), float(values.var())
    effect, freedom = _spread(values, groups, len(values) * min(mean, 1 - mean), resamples, seed)
    answers = mean * (1 - mean) / variance if variance > 0 else 1.0
    return len(values) * answers / effect, freedom


def _spread(
    values: Array, groups: npt.NDArray[np.int64], evidence: float, resamples: int, seed: int
) -> tuple[float, float]:
    """The design effect, at least 1, from a bootstrap of whole clusters; and the degrees of freedom.

    Clusters of unequal size count as n²/Σm² equal ones. Before anything is seen, the items of a cluster are taken to
    stand and fall together; `evidence`, how many items are not like the most, outweighs that, which counts as half an
    item. So a perfect score, which tells nothing of correlation, is worth as many items as there are clusters.
    """
    sizes = np.bincount(groups).astype(np.float64)
    sums = np.bincount(groups, weights=values).astype(np.float64)
    n, g = len(values), len(sizes)
    equal = n**2 / float((sizes**2).sum())
    seen = worst = n / equal
    alone = float(values.var()) / n
    if alone > 0:
        together = float(cluster_means(sums, sizes, resamples=resamples, seed=seed).var()) * (g + 1) / (g - 1)
        seen = max(1.0, together / alone)
    return (evidence * seen + PRIOR * worst) / (evidence + PRIOR), equal - 1


def _quantile(level: float, freedom: float) -> float:
    """Of Student's t, two-sided."""
    from scipy.stats import t

    return min(float(t.isf((1 - level) / 2, freedom)), WIDEST)


def _around(mean: float, low: float, high: float, least: float) -> tuple[float, float]:
    """The bounds within what is possible, and never beyond the mean itself."""
    return max(least, min(low, mean)), min(1.0, max(high, mean))

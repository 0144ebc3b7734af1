"""Resampling: the interval of any statistic over items, and of a mean that no perfect score makes collapse."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

RESAMPLES = 2000
SEED = 20261124
MOST_RESAMPLES = 20_000
Array = npt.NDArray[np.float64]


def bootstrap_interval(
    values: Array, statistic: Callable[[Array], Array], *, level: float = 0.95, seed: int = SEED
) -> tuple[float, float]:
    """Percentile bootstrap over items (Efron 1979), 2,000 resamples, seeded.

    For medians, ranks and other statistics that are no plain mean; of scores from 0 to 1 `item_interval` is better.

    Args:
        values: (n,) one value an item.
        statistic: (r, n) → (r,), along the last axis.

    Returns:
        Lower and upper bound; (nan, nan) for no items.
    """
    if len(values) == 0:
        return float("nan"), float("nan")
    random = np.random.default_rng(seed)
    figures: list[Array] = []
    block = max(1, 4_000_000 // len(values))  # bounds the memory for large n
    for start in range(0, RESAMPLES, block):
        rows = random.integers(0, len(values), (min(block, RESAMPLES - start), len(values)))
        figures.append(statistic(values[rows]))
    low, high = np.quantile(np.concatenate(figures), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def bayesian_interval(
    values: Array, added: dict[float, float], *, level: float, resamples: int | None, seed: int
) -> tuple[float, float]:
    """Bayesian bootstrap of a mean (Rubin 1981) over the items and a few added ones.

    A resample gives each item a random weight, exponential with mean 1; items of equal value share one weight, whose
    law is a gamma. So the order of the items does not matter, and few distinct values are quick.

    Args:
        values: (n,) float64, n ≥ 1.
        added: value → how many items of it are added; fractions are allowed.
        resamples: None draws 2,000, and up to 20,000 where there are few distinct values.

    Returns:
        Lower and upper bound, from the quantiles (1 − level)/2 and (1 + level)/2.
    """
    distinct, counts = np.unique(np.concatenate([values, list(added)]), return_counts=True)
    shapes = counts.astype(np.float64)
    for value, weight in added.items():
        shapes[np.searchsorted(distinct, value)] += weight - 1
    draws = resamples or int(np.clip(800_000 // len(distinct), RESAMPLES, MOST_RESAMPLES))
    random = np.random.default_rng(seed)
    block = max(1, 4_000_000 // len(distinct))
    means: list[Array] = []
    for start in range(0, draws, block):
        weights = random.standard_gamma(shapes, (min(block, draws - start), len(distinct)))
        means.append(weights @ distinct / weights.sum(axis=1))
    low, high = np.quantile(np.concatenate(means), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def cluster_means(sums: Array, sizes: Array, *, resamples: int, seed: int) -> Array:
    """Bayesian bootstrap of a mean over whole clusters: a cluster's items keep one common weight.

    Args:
        sums: (g,) sum of the scores of each cluster.
        sizes: (g,) how many items each has.

    Returns:
        (resamples,) float64 means.
    """
    random = np.random.default_rng(seed)
    block = max(1, 4_000_000 // len(sums))
    means: list[Array] = []
    for start in range(0, resamples, block):
        weights = random.standard_exponential((min(block, resamples - start), len(sums)))
        means.append(weights @ sums / (weights @ sizes))
    return np.concatenate(means)

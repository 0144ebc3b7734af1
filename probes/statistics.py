"""Intervals for the figures that are reported."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

RESAMPLES = 2000
SEED = 20261124
Array = npt.NDArray[np.float64]


def bootstrap_interval(
    values: Array, statistic: Callable[[Array], Array], *, level: float = 0.95, seed: int = SEED
) -> tuple[float, float]:
    """Percentile bootstrap over items (Efron 1979), 2,000 resamples, seeded.

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

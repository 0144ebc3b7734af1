"""The intervals that stand beside reported figures: do they hold what they promise?"""

from __future__ import annotations

import math

import numpy as np
import pytest

from probes.statistics import bootstrap_interval


def mean(values: np.ndarray) -> np.ndarray:
    return values.mean(axis=-1)


def test_the_same_values_give_the_same_interval() -> None:
    values = np.random.default_rng(0).normal(size=80)
    assert bootstrap_interval(values, mean) == bootstrap_interval(values.copy(), mean)
    assert bootstrap_interval(values, mean, seed=1) != bootstrap_interval(values, mean, seed=2)


def test_of_the_mean_it_is_near_the_normal_one() -> None:
    values = np.random.default_rng(1).normal(3, 2, size=400)
    low, high = bootstrap_interval(values, mean)
    half = 1.96 * values.std() / math.sqrt(len(values))
    assert low == pytest.approx(values.mean() - half, abs=0.1 * half)
    assert high == pytest.approx(values.mean() + half, abs=0.1 * half)


def test_a_higher_level_is_wider() -> None:
    values = np.random.default_rng(2).exponential(size=60)
    widths = [np.diff(bootstrap_interval(values, mean, level=level))[0] for level in (0.5, 0.9, 0.95, 0.99)]
    assert widths == sorted(widths)
    assert widths[0] < 0.6 * widths[2]


def test_edges() -> None:
    assert all(math.isnan(v) for v in bootstrap_interval(np.zeros(0), mean))
    assert bootstrap_interval(np.array([7.0]), mean) == (7.0, 7.0)
    assert bootstrap_interval(np.ones(50), mean) == (1.0, 1.0)
    low, high = bootstrap_interval(np.arange(101.0), lambda v: np.median(v, axis=-1))
    assert 25 < low < 50 < high < 75


def test_large_samples_are_drawn_in_blocks() -> None:
    """Two thousand draws of a hundred thousand values would be 1.6 GB at once."""
    largest = 0

    def watched(values: np.ndarray) -> np.ndarray:
        nonlocal largest
        largest = max(largest, values.nbytes)
        return values[..., :10].mean(axis=-1)

    low, high = bootstrap_interval(np.arange(100_000.0), watched)
    assert low < high
    assert largest <= 32_000_000


@pytest.mark.long
@pytest.mark.parametrize(
    ("draw", "truth", "least"),
    [
        (lambda random: (random.random(100) < 0.4).astype(float), 0.4, 0.915),
        (lambda random: random.normal(0, 1, 100), 0.0, 0.925),
        (lambda random: random.exponential(1, 100), 1.0, 0.90),  # percentile intervals hold a little less
    ],
    ids=["recall", "normal", "skewed"],
)
def test_coverage(draw: object, truth: float, least: float) -> None:
    """Of 95 % intervals about 95 in 100 hold the truth (1,000 simulated samples of 100)."""
    random = np.random.default_rng(3)
    held = 0
    for round in range(1000):
        low, high = bootstrap_interval(draw(random), mean, seed=round)  # type: ignore[operator]
        held += low <= truth <= high
    assert least < held / 1000 < 0.975

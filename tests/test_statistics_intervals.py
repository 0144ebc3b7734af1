"""Intervals of scores: known values, and what holds for any scores."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measure_statistics import exact
from scipy.stats import beta
from statsmodels.stats.proportion import proportion_confint

from explorer import InputError
from probes.statistics import (
    SEED,
    cluster_interval,
    design_effect,
    difference_interval,
    item_interval,
    selectivity,
)
from probes.statistics.bootstrap import bayesian_interval

SCORES = st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=1, max_size=60)


def row(right: int, wrong: int, ties: int = 0) -> np.ndarray:
    return np.repeat([1.0, 0.0, 0.5], [right, wrong, ties])


def test_of_right_and_wrong_it_is_the_jeffreys_interval() -> None:
    for right, wrong in ((50, 50), (90, 10), (1, 29), (256, 1)):
        expected = beta.ppf([0.025, 0.975], right + 0.5, wrong + 0.5)
        assert item_interval(row(right, wrong)) == pytest.approx(tuple(expected), abs=1e-9)
        # and the bootstrap that it stands for comes to the same
        drawn = bayesian_interval(row(right, wrong), {0.0: 0.5, 1.0: 0.5}, level=0.95, resamples=None, seed=1)
        assert drawn == pytest.approx(tuple(expected), abs=0.005)


def test_a_perfect_score_is_not_certainty() -> None:
    low, high = item_interval(np.ones(100))
    assert (low, high) == (pytest.approx(proportion_confint(100, 100, method="wilson")[0]), 1.0)
    assert item_interval(np.zeros(100)) == pytest.approx((0.0, 1 - low))
    low, high = item_interval(np.full(100, 0.5))  # ties only
    assert 0.47 < low < 0.495
    assert 0.505 < high < 0.53


def test_of_graded_scores_it_is_near_the_normal_one() -> None:
    values = np.random.default_rng(0).random(400)
    half = 1.96 * values.std() / 20
    assert item_interval(values) == pytest.approx(
        (values.mean() - half, values.mean() + half), abs=0.1 * half
    )


@pytest.mark.parametrize("n", [100, 257])
def test_item_intervals_cover_at_every_accuracy(n: int) -> None:
    """Summed over all counts of right answers, not simulated."""
    covered = exact(n, np.linspace(0.05, 0.95, 901))
    assert 0.945 < covered.mean() < 0.955
    assert covered.min() > 0.93
    assert covered.max() < 0.97
    assert exact(n, np.linspace(0.95, 0.995, 451)).min() > 0.92


@settings(max_examples=60, deadline=None)
@given(scores=SCORES, seed=st.integers(0, 9))
def test_any_scores(scores: list[float], seed: int) -> None:
    values = np.array(scores)
    low, high = item_interval(values, seed=seed)
    assert 0 <= low <= values.mean() <= high <= 1
    assert low < high
    assert item_interval(values[::-1], seed=seed) == (low, high)
    mirrored = item_interval(1 - values, seed=seed)
    assert mirrored == pytest.approx((1 - high, 1 - low), abs=0.03)
    wide = item_interval(values, level=0.99, seed=seed)
    assert wide[0] <= low
    assert wide[1] >= high


@settings(max_examples=40, deadline=None)
@given(n=st.integers(2, 300), data=st.data())
def test_more_right_answers_raise_both_bounds(n: int, data: st.DataObject) -> None:
    right = data.draw(st.integers(0, n - 1))
    fewer, more = item_interval(row(right, n - right)), item_interval(row(right + 1, n - right - 1))
    # Wilson's bound of a perfect score lies a little lower than Jeffreys's would
    assert fewer[0] <= more[0] + (0.05 if right + 1 == n else 0)
    assert fewer[1] <= more[1] + (0.05 if right == 0 else 0)


@settings(max_examples=40, deadline=None)
@given(scores=SCORES.filter(lambda s: len(s) > 1), names=st.integers(2, 12), seed=st.integers(0, 9))
def test_any_clusters(scores: list[float], names: int, seed: int) -> None:
    values = np.array(scores)
    clusters = np.random.default_rng(seed).integers(0, names, len(values)).astype(str)
    low, high = cluster_interval(values, clusters)
    if len(set(clusters)) < 2:
        assert math.isnan(low)
        assert math.isnan(high)
        return
    assert 0 <= low <= values.mean() <= high <= 1
    assert cluster_interval(values, np.char.add("verb ", clusters)) == (low, high)
    assert design_effect(values, clusters) >= 1
    other = np.random.default_rng(seed).permutation(values)
    low, high = difference_interval(values, other, clusters)
    assert -1 <= low <= 0 <= high <= 1


def test_clusters_that_stand_and_fall_together_count_as_one_item_each() -> None:
    verbs = np.repeat(np.arange(40), 8)
    together = np.repeat(row(28, 12), 8)
    low, high = cluster_interval(together, verbs)
    assert (low, high) == pytest.approx(item_interval(row(28, 12)), abs=0.025)
    assert design_effect(together, verbs) == pytest.approx(8, rel=0.1)
    apart = np.random.default_rng(3).permutation(together)
    assert design_effect(apart, verbs) < 1.6
    narrow = cluster_interval(apart, verbs)
    assert narrow[1] - narrow[0] < 0.6 * (high - low)
    # a perfect score tells nothing of correlation: as many items as there are verbs
    perfect = cluster_interval(np.ones(320), verbs)
    assert perfect == pytest.approx(item_interval(np.ones(40)), abs=0.01)


def test_few_clusters_are_wider() -> None:
    widths = []
    for g in (4, 10, 40):
        scores = np.tile(row(6, 2), 40)
        widths.append(float(np.diff(cluster_interval(scores, np.repeat(np.arange(g), 320 // g)))[0]))
    assert widths == sorted(widths, reverse=True)


def test_differences() -> None:
    a, b = row(60, 40), np.concatenate([row(40, 0), row(20, 40)])
    low, high = difference_interval(a, a)
    assert -0.06 < low < 0 < high < 0.06  # never differing among a hundred is not never
    assert low == pytest.approx(-high, abs=0.01)
    d = a - np.roll(b, 7)
    low, high = difference_interval(a, np.roll(b, 7))
    centre, half = d.sum() / 102, 1.96 * math.sqrt(((d**2).sum() + 2) / 102 / 102)
    assert low == pytest.approx(centre - half, abs=0.02)
    assert high == pytest.approx(centre + half, abs=0.02)
    back = difference_interval(np.roll(b, 7), a)
    assert back == pytest.approx((-high, -low), abs=0.01)
    clustered = difference_interval(a, np.roll(b, 7), np.arange(100))
    assert clustered == pytest.approx((low, high), abs=0.02)


def test_nothing_and_fewer_than_two_clusters_give_nan() -> None:
    for found in (
        item_interval([]),
        cluster_interval([], []),
        cluster_interval([1, 0], ["吃", "吃"]),
        difference_interval([], []),
        difference_interval([1, 0], [0, 0], ["吃", "吃"]),
        (design_effect([1, 0], ["吃", "吃"]),),
        (selectivity([], []).value, selectivity([], [], paired=False).low),
    ):
        assert all(math.isnan(value) for value in found)
    assert all(0 <= bound <= 1 for bound in item_interval([1]))


@pytest.mark.parametrize("bad", [[0, 1.1], [-0.1], [float("nan")], [[0, 1]], 0.5])
def test_what_is_no_row_of_scores_is_refused(bad: object) -> None:
    with pytest.raises(InputError, match="from 0"):
        item_interval(bad)  # type: ignore[arg-type]


def test_rows_that_do_not_belong_together_are_refused() -> None:
    with pytest.raises(InputError, match="2 and 1"):
        difference_interval([1, 0], [1])
    with pytest.raises(InputError, match="2 items"):
        cluster_interval([1, 0], ["吃"])
    with pytest.raises(InputError, match="paired"):
        selectivity([1, 0], [1, 0], ["吃", "喝"], paired=False)


def test_selectivity() -> None:
    task, control = row(80, 20), row(30, 70)
    found = selectivity(task, control)
    assert found.value == pytest.approx(0.5)
    assert (found.low, found.high) == difference_interval(task, control)
    several = selectivity(task, np.stack([row(30, 70), row(40, 60)]))
    assert several.value == pytest.approx(0.45)
    # Newcombe (1998), method 10, from Jeffreys's bounds: by hand
    apart = selectivity(row(56, 14), row(48, 32), paired=False)
    (la, ha), (lb, hb) = item_interval(row(56, 14)), item_interval(row(48, 32))
    assert apart.value == pytest.approx(0.2)
    assert apart.low == pytest.approx(0.2 - math.hypot(0.8 - la, hb - 0.6))
    assert apart.high == pytest.approx(0.2 + math.hypot(ha - 0.8, 0.6 - lb))


def test_the_seed_is_fixed_and_can_be_chosen() -> None:
    scores = row(40, 30, 30)
    clusters = np.arange(100) // 5
    for of in (lambda s: item_interval(scores, seed=s), lambda s: cluster_interval(scores, clusters, seed=s)):
        assert of(SEED) == of(SEED)
        assert of(1) != of(2)
    assert item_interval(scores) == item_interval(scores, seed=SEED)


def test_each_interval_of_400_items_is_quick() -> None:
    random = np.random.default_rng(4)
    scores, other = random.random(400), random.random(400)
    verbs = random.integers(0, 60, 400)
    for make in (
        lambda: item_interval(scores),
        lambda: cluster_interval(scores, verbs),
        lambda: difference_interval(scores, other),
        lambda: difference_interval(scores, other, verbs),
    ):
        make()
        spent = []
        for _round in range(5):
            start = time.perf_counter()
            make()
            spent.append(time.perf_counter() - start)
        assert min(spent) < 0.05

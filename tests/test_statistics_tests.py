"""Tests, effect sizes and power: known values of scipy, statsmodels and by hand, and what holds for any scores."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, binomtest
from statsmodels.stats.contingency_tables import mcnemar as table_mcnemar

from explorer import InputError, i18n
from probes.statistics import (
    against_chance,
    cluster_interval,
    detectable,
    effect,
    holm,
    mcnemar,
    paired_permutation,
    permutation_null,
    power_sentence,
)

PAIRS = st.lists(
    st.tuples(st.sampled_from([0.0, 0.5, 1.0]), st.sampled_from([0.0, 0.5, 1.0])), min_size=1, max_size=40
)


def split(pairs: list[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    both = np.array(pairs)
    return both[:, 0], both[:, 1]


def told(better: int, worse: int, same: int = 10) -> tuple[np.ndarray, np.ndarray]:
    return np.repeat([1.0, 0.0, 1.0], [better, worse, same]), np.repeat(
        [0.0, 1.0, 1.0], [better, worse, same]
    )


# -- pairs ---------------------------------------------------------------------------------------------


def test_mcnemar_is_that_of_statsmodels() -> None:
    for better, worse in ((12, 3), (5, 5), (0, 6), (30, 11)):
        found = mcnemar(*told(better, worse))
        assert (found.better, found.worse, found.same) == (better, worse, 10)
        assert found.p == pytest.approx(table_mcnemar([[10, better], [worse, 0]], exact=True).pvalue)


def test_mcnemar_counts_ties_by_who_is_ahead() -> None:
    found = mcnemar([1, 0.5, 0.5, 1], [0.5, 0, 0.5, 1])
    assert (found.better, found.worse, found.same, found.p) == (2, 0, 2, 0.5)
    assert mcnemar([1, 0], [1, 0]).p == 1
    assert mcnemar([], []).p == 1


@settings(max_examples=60, deadline=None)
@given(pairs=PAIRS, seed=st.integers(0, 5))
def test_any_pairs(pairs: list[tuple[float, float]], seed: int) -> None:
    a, b = split(pairs)
    one, other = mcnemar(a, b), mcnemar(b, a)
    assert (one.better, one.worse, one.p) == (other.worse, other.better, other.p)
    assert one.better + one.worse + one.same == len(a)
    flips = paired_permutation(a, b, resamples=500, seed=seed)
    assert 0 < flips.p <= flips.p_strict <= 1
    assert flips == paired_permutation(a, b, resamples=500, seed=seed)
    sizes, back = effect(a, b), effect(b, a)
    assert sizes.points == pytest.approx(-back.points)
    assert sizes.cohen_h == pytest.approx(-back.cohen_h)
    if one.better + one.worse:
        assert sizes.odds_low <= sizes.odds_ratio <= sizes.odds_high


def test_flips_of_right_and_wrong_are_mcnemars_binomial() -> None:
    for better, worse in ((9, 2), (4, 4), (12, 0)):
        n, k = better + worse, max(better, worse)
        found = paired_permutation(*told(better, worse))
        assert found.exact
        assert found.units == n
        assert found.p_strict == pytest.approx(binomtest(k, n).pvalue)
        seen = binom.pmf(k, n, 0.5) + (binom.pmf(n - k, n, 0.5) if 2 * k != n else 0)
        assert found.p == pytest.approx(binomtest(k, n).pvalue - seen / 2)
    large = paired_permutation(*told(60, 40))
    assert not large.exact
    assert large.p_strict == pytest.approx(binomtest(60, 100).pvalue, abs=0.01)


def test_whole_clusters_are_flipped() -> None:
    a, b = told(40, 10, 0)
    alone = paired_permutation(a, b)
    verbs = paired_permutation(
        a, b, np.repeat(np.arange(5), 10)
    )  # ten differences each: 4 verbs for a, 1 for b
    assert alone.p < 0.001
    assert verbs.units == 5
    assert verbs.exact
    assert verbs.p_strict == pytest.approx(binomtest(4, 5).pvalue)
    assert paired_permutation(a, b, np.zeros(50)).p == 0.5
    assert paired_permutation(a, b, np.arange(50)) == alone
    assert paired_permutation(a, a).p == 1


# -- chance, families, shuffled labels -----------------------------------------------------------------


def test_against_chance() -> None:
    scores = np.repeat([1.0, 0.0], [40, 60])
    found = against_chance(scores, 0.25)
    assert (found.method, found.mean, found.chance) == ("binomial", 0.4, 0.25)
    assert found.p == pytest.approx(binomtest(40, 100, 0.25).pvalue)
    ties = np.where(np.arange(100) % 10 == 0, 0.5, scores)
    assert against_chance(ties, 0.5).method == "flips"
    assert against_chance(ties, 0.25).method == "score"
    assert against_chance(ties, 0.25).p == pytest.approx(binomtest(41, 100, 0.25).pvalue, abs=0.003)
    mixed = against_chance(scores, np.repeat([0.5, 0.25, 0.2], [40, 30, 30]))
    assert mixed.chance == pytest.approx(0.335)
    assert mixed.p == pytest.approx(binomtest(40, 100, 0.335).pvalue, abs=0.05)
    assert against_chance([], 0.5).p == 1
    assert against_chance([0.5, 0.5], 0.5).p == 1


def test_against_chance_in_clusters() -> None:
    verbs = np.repeat(np.arange(40), 8)
    scores = np.repeat(np.repeat([1.0, 0.0], [26, 14]), 8)
    found = against_chance(scores, 0.5, verbs)
    assert found.method == "flips"
    assert found.p > 100 * against_chance(scores, 0.5).p  # 320 items say more than 40 verbs
    quarter = against_chance(scores, 0.5 - 1e-9, verbs)
    assert quarter.method == "score"
    assert quarter.p == pytest.approx(found.p, abs=0.03)
    assert math.isnan(against_chance(scores, 0.3, np.zeros(320)).p)
    assert against_chance(scores, 0.0, verbs).p == 0  # what cannot be by chance was seen
    with pytest.raises(InputError):
        against_chance(scores, 25)
    with pytest.raises(InputError):
        against_chance(scores, [0.5, 0.25])


def test_the_score_test_agrees_with_the_clustered_interval() -> None:
    random = np.random.default_rng(5)
    verbs = random.integers(0, 30, 240)
    scores = (random.random(240) < random.beta(3, 2, 30)[verbs]).astype(float)
    for bound in cluster_interval(scores, verbs):
        assert against_chance(scores, bound, verbs).p == pytest.approx(0.05, abs=1e-6)


def test_holm_by_hand() -> None:
    found = holm({"role": 0.04, "use": 0.01, "origin": 0.03, "left out": math.nan})
    assert list(found) == ["role", "use", "origin", "left out"]
    assert found["use"] == pytest.approx(0.03)
    assert found["origin"] == found["role"] == pytest.approx(0.06)
    assert math.isnan(found["left out"])
    assert holm({}) == {}


@settings(max_examples=25, deadline=None)  # statsmodels collects garbage at each call
@given(values=st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_keeps_the_order_and_never_makes_smaller(values: list[float]) -> None:
    found = list(holm({str(place): p for place, p in enumerate(values)}).values())
    assert all(p <= adjusted + 1e-12 and adjusted <= 1 for p, adjusted in zip(values, found, strict=True))
    assert [found[i] for i in np.argsort(values, kind="stable")] == sorted(found)


def test_shuffled_labels() -> None:
    labels = np.repeat(["patient", "location"], 20)
    found = permutation_null(lambda given: float((given == labels).mean()), labels, resamples=200)
    assert found.observed == 1
    assert found.null.shape == (200,)
    assert found.null.mean() == pytest.approx(0.5, abs=0.03)
    assert found.p == 1 / 201
    assert permutation_null(lambda given: 7.0, labels, resamples=50).p == 1
    again = permutation_null(lambda given: float((given == labels).mean()), labels, resamples=200)
    assert (again.null == found.null).all()


def test_labels_are_shuffled_within_their_groups() -> None:
    groups = np.array(["b", "a", "b", "a", "c", "b"])
    labels = np.arange(6)
    seen = set()

    def statistic(given: np.ndarray) -> float:
        assert set(given[groups == "a"]) == {1, 3}
        assert set(given[groups == "b"]) == {0, 2, 5}
        assert given[4] == 4
        seen.add(tuple(given))
        given[:] = 0  # a careless statistic spoils nothing
        return 0.0

    permutation_null(statistic, labels, groups=groups, resamples=300)
    assert len(seen) == 12
    assert labels.tolist() == [0, 1, 2, 3, 4, 5]


# -- sizes and power -----------------------------------------------------------------------------------


def test_effect_sizes_by_hand() -> None:
    found = effect(*told(30, 10, 60))
    assert found.points == pytest.approx(20)
    assert found.cohen_h == pytest.approx(2 * math.asin(math.sqrt(0.9)) - 2 * math.asin(math.sqrt(0.7)))
    assert found.odds_ratio == pytest.approx(3)
    share = binomtest(30, 40).proportion_ci(method="exact")
    assert found.odds_low == pytest.approx(share.low / (1 - share.low))
    assert found.odds_high == pytest.approx(share.high / (1 - share.high))


def test_effect_sizes_at_the_edges() -> None:
    only = effect(*told(8, 0))
    assert math.isinf(only.odds_ratio)
    assert math.isinf(only.odds_high)
    assert only.odds_low > 1
    same = effect([1, 0], [1, 0])
    assert math.isnan(same.odds_ratio)
    assert (same.points, same.cohen_h, same.odds_low, same.odds_high) == (0, 0, 0, math.inf)
    assert math.isnan(effect([], []).points)


def test_detectable_against_a_fixed_rate_by_hand() -> None:
    # n = 30, rate .5: 21 right is the first that p ≤ .05 rejects; P(X ≥ 21 | q) = .8 at q = .7495
    assert binomtest(20, 30).pvalue > 0.05 >= binomtest(21, 30).pvalue
    points = detectable(30, 0.5, design="rate")
    assert binom.sf(20, 30, 0.5 + points / 100) >= 0.8 > binom.sf(20, 30, 0.5 + points / 100 - 0.0006)


def test_what_is_detectable() -> None:
    by_n = [detectable(n) for n in (30, 60, 100, 257, 400)]
    assert by_n == sorted(by_n, reverse=True)
    # the normal approximation (Connor 1987): (1.96 √ψ + .84 √(ψ − δ²)) / √n
    for n in (100, 257):
        delta = detectable(n, discordance=0.3) / 100
        assert delta == pytest.approx((1.96 * 0.3**0.5 + 0.84 * (0.3 - delta**2) ** 0.5) / n**0.5, rel=0.08)
    assert detectable(257, discordance=0.2) < detectable(257, discordance=0.3)
    assert detectable(257, power=0.9) > detectable(257)
    assert detectable(200, design_effect=2) == detectable(100)
    for impossible in (detectable(0), detectable(3), detectable(100, 1.0), detectable(100, discordance=0.0)):
        assert math.isnan(impossible)


@pytest.mark.parametrize("bad", [{"p": 1.2}, {"power": -0.1}, {"discordance": 2}, {"design_effect": 0.5}])
def test_shares_outside_their_range_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(InputError):
        detectable(100, **bad)  # type: ignore[arg-type]


def test_the_sentence_in_both_languages() -> None:
    i18n.activate("en")
    assert power_sentence(30) == "With 30 items a true difference of 31 points is found 80 times in 100."
    assert power_sentence(3) == "With 3 items no possible difference would be found 80 times in 100."
    i18n.activate("zh")
    assert "30" in power_sentence(30)
    assert "items" not in power_sentence(30)
    i18n.activate(None)


def test_importing_is_light() -> None:
    code = "import sys, probes.statistics; sys.exit(str({'scipy', 'statsmodels', 'pandas'} & set(sys.modules) or ''))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""

"""Tests: is one row of scores better than another, better than chance, better than shuffled labels?

All are two-sided, save `permutation_null`, which asks whether a statistic is larger than with shuffled labels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from probes.statistics.bootstrap import RESAMPLES, SEED, Array
from probes.statistics.checks import Labels, groups_of, pair_of, scores_of
from probes.statistics.intervals import worth_of

FLIPS = 9999
NEAR = 1e-9
"""Sums of scores nearer than this are equal: halves and thirds add up with rounding."""


@dataclass(frozen=True, kw_only=True, slots=True)
class McNemar:
    """Of n pairs: `better` where a > b, `worse` where a < b, `same` the rest; `p` is exact and two-sided."""

    better: int
    worse: int
    same: int
    p: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Flips:
    """A test by sign flips.

    `mean` is what was tested against 0. `p` counts flips that are exactly as extreme as what was seen by half (mid-p),
    `p_strict` counts them in full: it never rejects too often, and so too seldom. `units` could be flipped (items or
    clusters whose sum is not 0); `exact` says that all flips were counted, none drawn.
    """

    mean: float
    p: float
    p_strict: float
    units: int
    exact: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Chance:
    """Against a chance rate: `mean` and `chance` are means over items; `method` is the test that was made."""

    mean: float
    chance: float
    p: float
    method: Literal["binomial", "flips", "score"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Shuffled:
    """`observed` statistic; `null` (r,) float64 with shuffled labels; p = (1 + how many reach it) / (1 + r)."""

    observed: float
    null: Array
    p: float


def mcnemar(a: npt.ArrayLike, b: npt.ArrayLike) -> McNemar:
    """McNemar's test (1947), exact: of the items that tell a and b apart, does either win more than half?

    Args:
        a: (n,) in [0, 1]. A tie of .5 against a right answer counts for the right one.
        b: (n,) in [0, 1], of the same items in the same order.

    Returns:
        Counts and p; p is 1 where no item tells them apart.

    Raises:
        InputError: not two equally long rows of finite numbers in [0, 1].
    """
    first, second = pair_of(a, b)
    differences = first - second
    better, worse = int((differences > NEAR).sum()), int((differences < -NEAR).sum())
    p = _binomial(better, better + worse, 0.5) if better + worse else 1.0
    return McNemar(better=better, worse=worse, same=len(first) - better - worse, p=p)


def paired_permutation(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    clusters: Labels | None = None,
    *,
    resamples: int = FLIPS,
    seed: int = SEED,
) -> Flips:
    """Sign-flip permutation test of mean(a − b) (Fisher 1935): under the null, a and b could be swapped in any item.

    Mid-p (Lancaster 1961; for pairs Fagerland, Lydersen and Laake 2013): scores of 0, ½ and 1 make many flips equal,
    and the strict p would reject a true null in 3 of 100 runs where 5 are meant.

    Args:
        a: (n,) in [0, 1].
        b: (n,) in [0, 1], of the same items in the same order.
        clusters: (n,) the name of each item's cluster; then whole clusters are flipped together.
        resamples: how many flips are drawn, where there are more than that.

    Raises:
        InputError: as `mcnemar`, or not one name an item.
    """
    first, second = pair_of(a, b)
    return _flip(first - second, clusters, resamples, seed)


def against_chance(
    scores: npt.ArrayLike,
    chance: float | npt.ArrayLike,
    clusters: Labels | None = None,
    *,
    resamples: int = FLIPS,
    seed: int = SEED,
) -> Chance:
    """Is the mean score other than chance?

    `binomial`, exact: scores of 0 and 1, one chance rate, no clusters.
    `flips`: else, where chance is ½ everywhere, signs of score − ½ are flipped, of items or of whole clusters.
    `score`: else the score test that belongs to `cluster_interval` (Rao 1948; each item its own cluster if none are
    given), for what is left over from a chance of ¼ is lopsided, and flips would reject too often.

    Args:
        scores: (n,) in [0, 1].
        chance: one rate, or (n,) rates where the items have different numbers of choices.
        clusters: (n,) the name of each item's cluster.

    Raises:
        InputError: not rows of finite numbers in [0, 1], or not equally long.
    """
    values = scores_of(scores)
    rates = scores_of(np.full(len(values), chance) if np.ndim(chance) == 0 else np.asarray(chance))
    values, rates = pair_of(values, rates)
    method: Literal["binomial", "flips", "score"] = "score"
    if clusters is None and len(set(rates)) == 1 and np.isin(values, (0.0, 1.0)).all():
        method = "binomial"
        p = _binomial(int(values.sum()), len(values), float(rates[0]))
    elif (rates == 0.5).all():
        method = "flips"
        p = _flip(values - rates, clusters, resamples, seed).p
    else:
        names = np.arange(len(values)) if clusters is None else clusters
        p = _score(values, float(rates.mean()), groups_of(names, len(values)), seed)
    nothing = float("nan")
    return Chance(
        mean=float(values.mean()) if len(values) else nothing,
        chance=float(rates.mean()) if len(rates) else nothing,
        p=p,
        method=method,
    )


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """Adjusted p values of several tests (Holm 1979): the chance of one false find among all stays under the level.

    Args:
        p_values: name → p. A nan was no test: it stays nan and makes the others no dearer.

    Returns:
        The same names in the same order → adjusted p, at most 1.
    """
    from statsmodels.stats.multitest import multipletests

    made = [name for name, p in p_values.items() if not np.isnan(p)]
    adjusted = multipletests([p_values[name] for name in made], method="holm")[1] if made else []
    found = dict(zip(made, map(float, adjusted), strict=True))
    return {name: found.get(name, float("nan")) for name in p_values}


def permutation_null(
    statistic: Callable[[npt.NDArray[Any]], float],
    labels: npt.ArrayLike,
    *,
    groups: Labels | None = None,
    resamples: int = 1000,
    seed: int = SEED,
) -> Shuffled:
    """How large a statistic gets when the labels mean nothing: (1 + count) / (1 + resamples) (Phipson and Smyth 2010).

    Args:
        statistic: labels (n,) → one number, larger where they fit better.
        labels: (n,) of any type.
        groups: (n,) names; labels are shuffled within a group only, so that what the groups have stays.

    Raises:
        InputError: not one group an item.
    """
    given = np.asarray(labels)
    numbers = groups_of(groups, len(given)) if groups is not None else np.zeros(len(given), np.int64)
    order = np.argsort(numbers, kind="stable")
    random = np.random.default_rng(seed)
    null = np.empty(resamples)
    shuffled = given.copy()
    for run in range(resamples):
        shuffled[order] = given[np.lexsort((random.random(len(given)), numbers))]
        null[run] = statistic(shuffled.copy())
    observed = float(statistic(given.copy()))
    return Shuffled(
        observed=observed, null=null, p=(1 + int((null >= observed - NEAR).sum())) / (1 + resamples)
    )


def _binomial(k: int, n: int, rate: float) -> float:
    from scipy.stats import binomtest

    return float(binomtest(k, n, rate).pvalue)


def _score(values: Array, rate: float, groups: npt.NDArray[np.int64], seed: int) -> float:
    """Student's t of mean − rate, with the variance that the rate itself implies; nan for fewer than two clusters."""
    from scipy.stats import t

    if len(np.unique(groups)) < 2:
        return float("nan")
    worth, freedom = worth_of(values, groups, RESAMPLES, seed)
    distance = abs(float(values.mean()) - rate)
    if distance < NEAR:
        return 1.0
    if not 0 < rate < 1:
        return 0.0  # what cannot be by chance was seen
    return float(2 * t.sf(distance / np.sqrt(rate * (1 - rate) / worth), freedom))


def _flip(differences: Array, clusters: Labels | None, resamples: int, seed: int) -> Flips:
    """Signs of the differences, or of their sums by cluster, are flipped; those of 0 need no flip."""
    from scipy.stats import permutation_test

    n = len(differences)
    sums = differences
    if clusters is not None:
        sums = np.bincount(groups_of(clusters, n), weights=differences).astype(np.float64)
    sums = sums[np.abs(sums) > NEAR]
    mean = float(differences.mean()) if n else float("nan")
    exact = 2.0 ** len(sums) <= resamples
    if not len(sums):
        return Flips(mean=mean, p=1.0, p_strict=1.0, units=0, exact=True)
    if len(sums) == 1:  # which is less than scipy's two observations; both flips are as extreme
        return Flips(mean=mean, p=0.5, p_strict=1.0, units=1, exact=True)
    drawn = permutation_test(
        (sums,),
        lambda x, axis: x.sum(axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=resamples,
        batch=max(1, 2_000_000 // len(sums)),
        rng=np.random.default_rng(seed),
    ).null_distribution
    size, seen = np.abs(drawn), abs(float(sums.sum()))
    more = int((size > seen + NEAR).sum())
    equal = int((np.abs(size - seen) <= NEAR).sum())
    added = 0 if exact else 1  # what was seen is one of the draws (Phipson and Smyth 2010)
    return Flips(
        mean=mean,
        p=(added + more + equal / 2) / (added + len(drawn)),
        p_strict=(added + more + equal) / (added + len(drawn)),
        units=len(sums),
        exact=exact,
    )

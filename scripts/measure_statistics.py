"""How often the intervals hold and the tests reject, in simulations: `python scripts/measure_statistics.py`.

Prints the tables of `docs/statistics.md`. The long tests hold the same functions to their bounds. 2,000 runs of each
setting; the seed is the package's own and was fixed before the first run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from probes.statistics import (
    SEED,
    against_chance,
    cluster_interval,
    detectable,
    difference_interval,
    item_interval,
    mcnemar,
    paired_permutation,
)

RUNS = 2000
RESAMPLES = 500  # of clusters, where the product draws 2,000
FLIPS = 499  # where the product draws 9,999
CLUSTERS = 40
ITEMS = (100, 257)
ACCURACIES = (0.5, 0.7, 0.9)
FEW = (5, 10, 20)
CORRELATIONS = (0.0, 0.1, 0.3, 0.6)
TIES = 0.1

Array = npt.NDArray[np.float64]
Interval = Callable[[Array], tuple[float, float]]


@dataclass(frozen=True)
class Rate:
    """How often something was so in the runs of one setting."""

    setting: str
    share: float


def by_counts(values: Array, interval: Callable[[Array], tuple[float, float]]) -> Interval:
    """The interval of rows with few distinct values, made once for each set of counts; order does not matter."""

    @cache
    def of(counts: tuple[int, ...]) -> tuple[float, float]:
        return interval(np.repeat(values, counts))

    return lambda row: of(tuple(int((row == value).sum()) for value in values))


def holds(interval: tuple[float, float], truth: float) -> bool:
    """Whether the interval contains the truth, give or take rounding."""
    return interval[0] - 1e-12 <= truth <= interval[1] + 1e-12


def answers(random: np.random.Generator, n: int, p: float, ties: float) -> Array:
    """(RUNS, n) scores of mean p, a share of them ties."""
    right = (p - ties / 2) / (1 - ties)
    scores = (random.random((RUNS, n)) < right).astype(np.float64)
    return np.where(random.random((RUNS, n)) < ties, 0.5, scores)


def pairs(random: np.random.Generator, n: int, p: float, q: float, same: float) -> tuple[Array, Array]:
    """Scores of two spaces, each (RUNS, n): a share of the items is as hard for the one as for the other."""
    hard = random.random((RUNS, n))
    other = np.where(random.random((RUNS, n)) < same, hard, random.random((RUNS, n)))
    return (hard < p).astype(np.float64), (other < q).astype(np.float64)


def clustered(
    random: np.random.Generator, p: float, correlation: float, same: float = 0.0, count: int = CLUSTERS
) -> Iterator[tuple[Array, Array, npt.NDArray[np.int64]]]:
    """Beta-binomial scores in clusters of unequal size (2 and more, mean 8, geometric): a, b and the clusters.

    `b` has probabilities of its own, equal to those of `a` in a share `same` of the clusters.
    """
    for _run in range(RUNS):
        sizes = 1 + random.geometric(1 / 7, count)
        groups = np.repeat(np.arange(count), sizes)
        shape = 1 / max(correlation, 1e-9) - 1
        first, second = random.beta(p * shape, (1 - p) * shape, (2, count))
        second = np.where(random.random(count) < same, first, second)
        uniform = random.random((2, len(groups)))
        yield (
            (uniform[0] < first[groups]).astype(np.float64),
            (uniform[1] < second[groups]).astype(np.float64),
            groups,
        )


def items() -> Iterator[Rate]:
    """Coverage of `item_interval`."""
    for number, (n, p, ties) in enumerate((n, p, t) for n in ITEMS for p in ACCURACIES for t in (0.0, TIES)):
        random = np.random.default_rng([SEED, 1, number])
        interval = by_counts(np.array([0.0, 0.5, 1.0]), item_interval)
        hits = sum(holds(interval(row), p) for row in answers(random, n, p, ties))
        yield Rate(f"n = {n}, accuracy {p}, ties {ties:.0%}", hits / RUNS)


def clusters() -> Iterator[Rate]:
    """Coverage of `cluster_interval`."""
    for number, (rho, p) in enumerate((r, p) for r in CORRELATIONS for p in ACCURACIES):
        random = np.random.default_rng([SEED, 2, number])
        hits = sum(
            holds(cluster_interval(a, groups, resamples=RESAMPLES), p)
            for a, _b, groups in clustered(random, p, rho)
        )
        yield Rate(f"40 clusters, correlation {rho}, accuracy {p}", hits / RUNS)


def few() -> Iterator[Rate]:
    """Coverage of `cluster_interval` with few clusters."""
    settings = [(g, rho, p) for g in FEW for rho in (0.1, 0.3) for p in (0.7, 0.9)]
    for number, (g, rho, p) in enumerate(settings):
        random = np.random.default_rng([SEED, 11, number])
        runs = clustered(random, p, rho, count=g)
        hits = sum(holds(cluster_interval(a, groups, resamples=RESAMPLES), p) for a, _b, groups in runs)
        yield Rate(f"{g} clusters, correlation {rho}, accuracy {p}", hits / RUNS)


def exact(n: int, rates: Array) -> Array:
    """(r,) coverage of `item_interval` at each rate, for n scores of 0 and 1: summed, not simulated."""
    from scipy.stats import binom

    right = np.arange(n + 1)
    bounds = np.array([item_interval(np.repeat([1.0, 0.0], [k, n - k])) for k in right])
    held = (bounds[:, :1] <= rates + 1e-12) & (rates - 1e-12 <= bounds[:, 1:])
    covered: Array = (binom.pmf(right[:, None], n, rates) * held).sum(axis=0)
    return covered


def differences() -> Iterator[Rate]:
    """Coverage of `difference_interval`, of items and of clusters."""
    settings = [(n, p, q) for n in ITEMS for p, q in ((0.5, 0.5), (0.7, 0.6), (0.9, 0.8))]
    for number, (n, p, q) in enumerate(settings):
        random = np.random.default_rng([SEED, 3, number])
        interval = by_counts(
            np.array([-1.0, 0.0, 1.0]), lambda d: difference_interval(d.clip(0), (-d).clip(0))
        )
        a, b = pairs(random, n, p, q, 0.5)
        hits = sum(holds(interval(row), p - q) for row in a - b)
        yield Rate(f"n = {n}, accuracies {p} and {q}", hits / RUNS)
    for number, (rho, p) in enumerate((r, p) for r in (0.1, 0.3) for p in (0.5, 0.9)):
        random = np.random.default_rng([SEED, 4, number])
        hits = sum(
            holds(difference_interval(a, b, groups, resamples=RESAMPLES), 0.0)
            for a, b, groups in clustered(random, p, rho, same=0.5)
        )
        yield Rate(f"40 clusters, correlation {rho}, both accuracies {p}", hits / RUNS)


def rejections() -> Iterator[tuple[str, Rate]]:
    """How often a true null is rejected at .05: the test's name, and the rate."""
    for number, (n, p, ties) in enumerate(
        ((100, 0.7, 0.0), (100, 0.7, TIES), (257, 0.7, 0.0), (257, 0.9, TIES))
    ):
        random = np.random.default_rng([SEED, 5, number])
        a, b = pairs(random, n, p, p, 0.5)
        a = np.where(random.random(a.shape) < ties, 0.5, a)
        b = np.where(random.random(b.shape) < ties, 0.5, b)
        setting = f"n = {n}, accuracies {p}, ties {ties:.0%}"
        exact = [mcnemar(x, y).p <= 0.05 for x, y in zip(a, b, strict=True)]
        yield "mcnemar", Rate(setting, float(np.mean(exact)))
        flips = [paired_permutation(x, y, resamples=FLIPS).p <= 0.05 for x, y in zip(a, b, strict=True)]
        yield "paired_permutation", Rate(setting, float(np.mean(flips)))
    for number, p in enumerate((0.5, 0.9)):
        random = np.random.default_rng([SEED, 6, number])
        found = [
            paired_permutation(a, b, g, resamples=FLIPS).p <= 0.05
            for a, b, g in clustered(random, p, 0.3, same=0.5)
        ]
        yield (
            "paired_permutation",
            Rate(f"40 clusters, correlation 0.3, accuracies {p}", float(np.mean(found))),
        )
    for number, p in enumerate((0.5, 0.25)):
        random = np.random.default_rng([SEED, 7, number])
        found = [against_chance(a, p, g, resamples=FLIPS).p <= 0.05 for a, _b, g in clustered(random, p, 0.3)]
        yield "against_chance", Rate(f"40 clusters, correlation 0.3, chance {p}", float(np.mean(found)))
    for number, n in enumerate(ITEMS):
        random = np.random.default_rng([SEED, 10, number])
        found = [against_chance(row, 0.25).p <= 0.05 for row in answers(random, n, 0.25, TIES)]
        yield "against_chance", Rate(f"n = {n}, chance 0.25, ties {TIES:.0%}", float(np.mean(found)))


def powers() -> Iterator[tuple[float, Rate]]:
    """How often the difference that `detectable` names is found: its points, and the rate (.8 is meant)."""
    p = 0.65
    for number, (n, same) in enumerate((n, same) for n in (30, *ITEMS) for same in (0.0, 0.5)):
        random = np.random.default_rng([SEED, 8, number])
        points, q = detectable(n, p), p
        for _round in range(8):  # the discordance depends on the difference, and the other way round
            q = p + points / 100
            told = same * (q - p) + (1 - same) * (p * (1 - q) + q * (1 - p))
            points = detectable(n, p, discordance=told)
        a, b = pairs(random, n, p + points / 100, p, same)
        found = [x.mean() > y.mean() and mcnemar(x, y).p <= 0.05 for x, y in zip(a, b, strict=True)]
        yield points, Rate(f"paired, n = {n}, {same:.0%} as hard for both", float(np.mean(found)))
    for number, n in enumerate((30, *ITEMS)):
        random = np.random.default_rng([SEED, 9, number])
        points = detectable(n, 0.5, design="rate")
        scores = answers(random, n, 0.5 + points / 100, 0.0)
        found = [row.mean() > 0.5 and against_chance(row, 0.5).p <= 0.05 for row in scores]
        yield points, Rate(f"against a chance of .5, n = {n}", float(np.mean(found)))


def main() -> None:
    """The tables."""
    print("| n | accuracies .05 to .95: mean, least | .95 to .995: mean, least |\n| --- | --- | --- |")
    for n in (30, *ITEMS, 400):
        near = exact(n, np.linspace(0.05, 0.95, 901))
        far = exact(n, np.linspace(0.95, 0.995, 451))
        print(f"| {n} | {near.mean():.1%}, {near.min():.1%} | {far.mean():.1%}, {far.min():.1%} |")
    tables = {"items": items, "clusters": clusters, "few clusters": few, "differences": differences}
    for title, rates in tables.items():
        print(f"\n| {title} | held in |\n| --- | --- |")
        for rate in rates():
            print(f"| {rate.setting} | {rate.share:.1%} |", flush=True)
    print("\n| test | true null | rejected in |\n| --- | --- | --- |")
    for name, rate in rejections():
        print(f"| {name} | {rate.setting} | {rate.share:.1%} |", flush=True)
    print("\n| setting | points | found in |\n| --- | --- | --- |")
    for points, rate in powers():
        print(f"| {rate.setting} | {points:.1f} | {rate.share:.1%} |", flush=True)


if __name__ == "__main__":
    main()

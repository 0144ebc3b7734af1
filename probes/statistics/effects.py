"""How large a difference is, and how much of a probe's score is the space's own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from explorer import InputError
from explorer import translate as _
from probes.statistics.bootstrap import SEED
from probes.statistics.checks import Labels, scores_of
from probes.statistics.intervals import difference_interval, item_interval
from probes.statistics.significance import mcnemar


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """A value with its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """a against b: `points` = 100 · mean(a − b); Cohen's h; the odds ratio a > b to a < b with its interval."""

    points: float
    cohen_h: float
    odds_ratio: float
    odds_low: float
    odds_high: float


def effect(a: npt.ArrayLike, b: npt.ArrayLike, *, level: float = 0.95) -> Effect:
    """Sizes of the difference between two rows of scores of the same items.

    Cohen's h (1988) is 2·asin√mean(a) − 2·asin√mean(b): .2 small, .5 middling, .8 large, wherever between 0 and 1 the
    means lie. The odds ratio of a matched pair is better / worse (McNemar's counts); its exact interval comes from
    that of the share better / (better + worse) (Clopper and Pearson 1934).

    Args:
        a: (n,) in [0, 1].
        b: (n,) in [0, 1], of the same items in the same order.

    Returns:
        The odds ratio is inf where only a wins, nan with the interval (0, inf) where no item tells them apart; points
        and h are nan for no items.

    Raises:
        InputError: not two equally long rows of finite numbers in [0, 1].
    """
    from statsmodels.stats.proportion import proportion_confint, proportion_effectsize

    pairs = mcnemar(a, b)
    first, second = scores_of(a), scores_of(b)
    told = pairs.better + pairs.worse
    low, high = proportion_confint(pairs.better, told, alpha=1 - level, method="beta") if told else (0.0, 1.0)
    means = (float(first.mean()), float(second.mean())) if len(first) else (float("nan"),) * 2
    return Effect(
        points=100 * (means[0] - means[1]),
        cohen_h=float(proportion_effectsize(*means)),
        odds_ratio=_odds(pairs.better / told) if told else float("nan"),
        odds_low=_odds(float(low)),
        odds_high=_odds(float(high)),
    )


def selectivity(
    task_scores: npt.ArrayLike,
    control_scores: npt.ArrayLike,
    clusters: Labels | None = None,
    *,
    paired: bool = True,
    level: float = 0.95,
    seed: int = SEED,
) -> Estimate:
    """Accuracy at the task minus accuracy at a control task with random labels (Hewitt and Liang 2019).

    A probe that learns random labels as well as real ones shows its own memory, not what the space holds.

    Args:
        task_scores: (n,) in [0, 1].
        control_scores: (n,) of the same items, or (k, n) for k control tasks, whose mean is taken item by item; with
            `paired=False` (m,) of other items, and the intervals of the two are joined (Newcombe 1998).
        clusters: (n,) the name of each item's cluster; for pairs only.

    Returns:
        The difference with its interval; nan for no items.

    Raises:
        InputError: the rows do not belong together, or clusters are given without pairs.
    """
    task = scores_of(task_scores)
    control = np.asarray(control_scores, dtype=np.float64)
    if control.ndim == 2 and len(control):
        control = np.array([scores_of(row) for row in control]).mean(axis=0)
    control = scores_of(control)
    if paired:
        low, high = difference_interval(task, control, clusters, level=level, seed=seed)
    elif clusters is not None:
        raise InputError(_("Clusters are taken for paired scores only."))
    else:
        low, high = _joined(task, control, level, seed)
    empty = not len(task) or not len(control)
    value = float("nan") if empty else float(task.mean() - control.mean())
    return Estimate(value=value, low=low, high=high)


def _joined(
    a: npt.NDArray[np.float64], b: npt.NDArray[np.float64], level: float, seed: int
) -> tuple[float, float]:
    """Newcombe's method 10 (1998): the distances from both means to their bounds, squared and added."""
    if not len(a) or not len(b):
        return float("nan"), float("nan")
    (low_a, high_a), (low_b, high_b) = (item_interval(x, level=level, seed=seed) for x in (a, b))
    p, q = float(a.mean()), float(b.mean())
    return p - q - float(np.hypot(p - low_a, high_b - q)), p - q + float(np.hypot(high_a - p, q - low_b))


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else float("inf")

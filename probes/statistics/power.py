"""What a number of items can show: the smallest difference that would not be missed."""

from __future__ import annotations

from typing import Literal

import numpy as np

from explorer import InputError
from explorer import translate as _

Design = Literal["paired", "rate"]
STEP = 0.0005


def detectable(
    n: int,
    p: float = 0.65,
    *,
    power: float = 0.8,
    alpha: float = 0.05,
    design: Design = "paired",
    discordance: float | None = None,
    design_effect: float = 1.0,
) -> float:
    """The smallest true difference, in points, that n items show with this power; computed, not approximated.

    `paired`: the same n items are given to two spaces, of accuracy p and p + difference, and McNemar's exact two-sided
    test is made. The items that tell them apart are a share `discordance` of all; unless it is given, the one that
    arises when the two err independently, p(1 − q) + q(1 − p). Spaces that err on the same items have less, and then
    smaller differences show.
    `rate`: one space of accuracy p + difference against the fixed rate p (chance, or a published figure), by the exact
    two-sided binomial test.

    Args:
        n: items.
        p: the lower accuracy, or the fixed rate.
        power: the share of repetitions in which the test finds the difference, on the right side.
        alpha: the level of the test.
        design_effect: how many of the items are worth one (`design_effect` of a pilot); n is divided by it.

    Returns:
        Points from 0 to 100; nan where not even the largest possible difference would show.

    Raises:
        InputError: a number outside its range.
    """
    shares = [p, power, alpha, 1.0 if discordance is None else discordance]
    if n < 0 or design_effect < 1 or not all(0 <= share <= 1 for share in shares):
        raise InputError(_("Shares lie from 0 to 1, numbers of items from 0, a design effect from 1."))
    worth = int(n / design_effect)
    largest = 1 - p if discordance is None or design == "rate" else min(1 - p, discordance)
    steps = np.arange(1, int(largest / STEP + 1e-9) + 1)
    low, high = -1, len(steps) - 1  # power grows with the difference: halve
    if high < 0 or _power(worth, p, steps[high] * STEP, alpha, design, discordance) < power:
        return float("nan")
    while high - low > 1:
        middle = (low + high) // 2
        enough = _power(worth, p, steps[middle] * STEP, alpha, design, discordance) >= power
        low, high = (low, middle) if enough else (middle, high)
    return float(100 * STEP * steps[high])


def power_sentence(
    n: int,
    p: float = 0.65,
    *,
    power: float = 0.8,
    design: Design = "paired",
    discordance: float | None = None,
    design_effect: float = 1.0,
) -> str:
    """`detectable` in one sentence, in the reader's language."""
    points = detectable(
        n, p, power=power, design=design, discordance=discordance, design_effect=design_effect
    )
    share = round(100 * power)
    if np.isnan(points):
        return _("With {n} items no possible difference would be found {share} times in 100.").format(
            n=n, share=share
        )
    return _("With {n} items a true difference of {points} points is found {share} times in 100.").format(
        n=n, points=int(np.ceil(points - 1e-9)), share=share
    )


def _power(
    n: int, p: float, difference: float, alpha: float, design: Design, discordance: float | None
) -> float:
    q = min(1.0, p + difference)
    if design == "rate":
        from scipy.stats import binom

        return float(binom.sf(_critical(n, p, alpha) - 1, n, q))
    share = p * (1 - q) + q * (1 - p) if discordance is None else discordance
    return _mcnemar_power(n, share, difference, alpha)


def _mcnemar_power(n: int, share: float, difference: float, alpha: float) -> float:
    """Over all numbers of telling items: how likely that number is, times how likely the test then rejects."""
    from scipy.stats import binom

    told = np.arange(n + 1)
    needed = binom.isf(alpha / 2, told, 0.5) + 1  # P(X ≥ needed) ≤ α/2
    wins = min(1.0, (share + difference) / (2 * share))
    return float(binom.pmf(told, n, share) @ binom.sf(needed - 1, told, wins))


def _critical(n: int, rate: float, alpha: float) -> int:
    """The smallest number of right answers above the rate that the binomial test rejects; n + 1 if none is."""
    from scipy.stats import binomtest

    low, high = int(np.ceil(rate * n)) - 1, n + 1  # p falls as the count rises
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if binomtest(middle, n, rate).pvalue <= alpha else (middle, high)
    return high

"""Do the intervals hold, and the tests reject, as often as they say? 2,000 runs a setting, the seed set before."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import measure_statistics as measured
import pytest

pytestmark = pytest.mark.long


def outside(rates: Iterator[measured.Rate], least: float, most: float) -> list[measured.Rate]:
    return [rate for rate in rates if not least <= rate.share <= most]


@pytest.mark.parametrize(
    ("rates", "least", "most"),
    [
        (measured.items, 0.93, 0.97),
        (measured.clusters, 0.90, 0.98),
        (measured.few, 0.90, 1.0),  # of five or ten verbs little is known, and the interval says so
        (measured.differences, 0.90, 0.98),
    ],
    ids=["items", "clusters", "few clusters", "differences"],
)
def test_intervals_hold(rates: Callable[[], Iterator[measured.Rate]], least: float, most: float) -> None:
    assert outside(rates(), least, most) == []


def test_true_nulls_are_rejected_as_rarely_as_promised() -> None:
    bounds = {"mcnemar": (0.0, 0.06), "paired_permutation": (0.035, 0.065), "against_chance": (0.0, 0.10)}
    wrong = [(name, rate) for name, rate in measured.rejections() if outside(iter([rate]), *bounds[name])]
    assert wrong == []


def test_planted_differences_are_found_as_often_as_detectable_says() -> None:
    assert outside((rate for _points, rate in measured.powers()), 0.77, 0.83) == []

"""Graded similarity: a planted order is found, none is not, and what has no order is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import spearmanr

from explorer import InputError, PluginError
from probes import verdicts as rules
from probes.graded import GradedSimilarity
from probes.rows import keep_good, probe_for, read_rows
from probes.statistics import (
    detectable_spearman,
    spearman,
    spearman_difference,
    spearman_interval,
    spearman_p,
    spearman_swapped,
)
from probes.subjects import Random
from tests.solvers import Solver, direction

Rows = list[dict[str, Any]]


def pairs(count: int = 120) -> Rows:
    scores = np.random.default_rng(0).uniform(0, 10, count).round(1)
    letters = "abcdefghij"
    return [
        {"id": str(i), "a": f"{letters[i % 10]}{i}a", "b": f"{letters[(i * 7) % 10]}{i}b", "score": float(s)}
        for i, s in enumerate(scores)
    ]


def rater(rows: Rows, noise: float = 0.0, seed: int = 1) -> Solver:
    """Two texts' cosine is their score, with noise."""
    random = np.random.default_rng(seed)
    shares = {row["b"]: (row["a"], row["score"] / 10 + noise * random.standard_normal()) for row in rows}

    def of(text: str) -> Any:
        if text not in shares:
            return direction(text)
        other, share = shares[text]
        cosine = float(np.clip(share, -1, 1))
        base, own = direction(other), direction(text)
        own = own - (own @ base) * base
        vector = cosine * base + np.sqrt(1 - cosine**2) * own / np.linalg.norm(own)
        return vector.astype(np.float32)

    return Solver(f"rater {noise}", of)


def run(rows: Rows, *subjects: Any) -> dict[str, Any]:
    found = GradedSimilarity().run(rows, subjects, seed=1, progress=lambda _step: None)
    json.dumps(found, allow_nan=False)
    return found


def test_a_planted_order_is_found_and_no_order_is_not() -> None:
    rows = pairs()
    result = run(rows, rater(rows), rater(rows, 0.3), Random(name="nobody", seed=5))
    exact, noisy, nobody = result["encoders"].values()
    assert (result["measure"], result["chance"]) == ("spearman", 0)
    assert exact["spearman"] > 0.999
    assert exact["p"] == pytest.approx(1 / 5000)
    assert exact["verdict"] == noisy["verdict"] == rules.PASSED
    assert 0.5 < noisy["spearman"] < 0.9
    assert noisy["ci"][0] < noisy["spearman"] < noisy["ci"][1]
    assert nobody["verdict"] == rules.CHANCE
    assert nobody["p"] > 0.05
    assert set(noisy["arms"]) == {"char_overlap", "length", "word_form", "random"}
    assert noisy["arms"]["length"]["gap_ci"][0] > 0
    better = result["comparisons"][0]
    assert better["difference"] > 0
    assert better["ci"][0] > 0
    assert better["p_permutation"] < 0.01


def test_who_is_wrong_on_purpose_is_worse_than_chance() -> None:
    rows = pairs()
    solver = rater([row | {"score": 10 - row["score"]} for row in rows])
    entry = run(rows, solver)["encoders"][solver.name]
    assert (entry["spearman"] < -0.99, entry["verdict"]) == (True, rules.BELOW)


def test_phenomena_and_items() -> None:
    rows = [row | {"phenomenon": "near" if i < 60 else "far"} for i, row in enumerate(pairs())]
    rows[-1]["phenomenon"] = "alone"
    entry = next(iter(run(rows, rater(rows))["encoders"].values()))
    assert {name: each["n"] for name, each in entry["phenomena"].items()} == {"near": 60, "far": 59}
    assert abs(entry["items"][0]["margin"]) < 0.05


def test_what_has_no_order_is_refused() -> None:
    rows = pairs(30)
    with pytest.raises(InputError, match="All pairs have the score 5"):
        run([row | {"score": 5} for row in rows], Random())
    with pytest.raises(InputError, match="too few"):
        run(rows[:2], Random())
    with pytest.raises(PluginError, match="flat"):
        run(rows, Solver("flat", lambda _text: direction("x")))
    broken = Solver("broken", lambda _text: np.full(4, np.nan, np.float32))
    with pytest.raises(PluginError, match="broken"):
        run(rows, broken)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('"7"', "score is not a number"),
        ("NaN", "score is not a number"),
        ("true", "score is not a number"),
        ("1" + 400 * "0", "score is not a number"),
        ("null", "no score"),
    ],
)
def test_scores_are_numbers(text: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(f'{{"id": "1", "a": "x", "b": "y", "score": {text}}}\n', encoding="utf-8")
    file = read_rows(path)
    probe = probe_for(file.rows, {"graded-similarity": GradedSimilarity()}, None)
    keep_good(file, probe)
    assert [(bad.line, bad.reason) for bad in file.bad] == [(1, reason)]


def test_a_pair_stands_once() -> None:
    rows = pairs(3)
    rows[2] |= {"a": rows[0]["b"], "b": rows[0]["a"]}
    assert GradedSimilarity().check(rows) == [(2, "the pair stands in row 0 already")]


def test_spearman_is_scipys() -> None:
    random = np.random.default_rng(0)
    for values in (random.standard_normal(40), random.integers(0, 5, 40)):
        truth = values + random.standard_normal(40)
        assert spearman(values, truth) == pytest.approx(spearmanr(values, truth).statistic)
    assert spearman(np.ones(40), truth) == 0
    for bad in ([1.0, 2.0], [1.0, np.nan, 2.0], [1.0, 1.0, 1.0]):
        with pytest.raises(InputError):
            spearman(bad, bad)
    with pytest.raises(InputError):
        spearman([1.0, 2.0, 3.0], [1.0, 2.0, 3.0, 4.0])


def correlated(random: np.random.Generator, n: int, rho: float) -> tuple[Any, Any]:
    x = random.standard_normal(n)
    return x, rho * x + np.sqrt(1 - rho**2) * random.standard_normal(n)


@pytest.mark.long
@pytest.mark.parametrize(("n", "rho"), [(30, 0.0), (30, 0.6), (100, 0.3), (100, 0.7)])
def test_the_interval_holds(n: int, rho: float) -> None:
    """Of the ρ of all pairs, (6/π) asin(r/2) for normal ones (Pearson 1907)."""
    random = np.random.default_rng(20261125)
    true = 6 / np.pi * np.arcsin(rho / 2)
    held = 0
    for _run in range(400):
        low, high = spearman_interval(*correlated(random, n, rho))
        held += low <= true <= high
    assert 0.905 <= held / 400 <= 0.985


def test_nothing_is_found_where_there_is_nothing() -> None:
    random = np.random.default_rng(20261125)
    shuffled = swapped = differ = 0
    for _run in range(150):
        truth = random.standard_normal(50)
        a, b = (0.5 * truth + random.standard_normal(50) for _each in range(2))
        swapped += spearman_swapped(a, b, truth) <= 0.05
        low, high = spearman_difference(a, b, truth)
        differ += not low <= 0 <= high
    for _run in range(60):
        shuffled += spearman_p(*random.standard_normal((2, 30))) <= 0.05
    assert swapped <= 15  # 5 % are 7.5
    assert differ <= 17
    assert shuffled <= 8


def test_detectable_spearman_is_found_in_four_of_five() -> None:
    random = np.random.default_rng(20261125)
    rho = detectable_spearman(60)
    assert 0.3 < rho < 0.4
    found = np.mean(
        [spearmanr(*correlated(random, 60, 2 * np.sin(np.pi * rho / 6))).pvalue < 0.05 for _ in range(800)]
    )
    assert 0.75 < found < 0.85

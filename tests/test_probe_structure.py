"""Similarity structure: spaces that agree are found alike, others not; planted categories are found, others not."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from scipy.stats import spearmanr

from explorer import InputError, PluginError
from probes import verdicts as rules
from probes.similarity_structure import NO_MODEL, SimilarityStructure
from probes.statistics import (
    linear_cka,
    mantel,
    ranked,
    structure_correlation,
    structure_interval,
    unbiased_cka,
)
from probes.subjects import Random
from tests.solvers import Solver, direction

Rows = list[dict[str, Any]]


def items(count: int = 60) -> Rows:
    return [{"id": str(i), "text": f"{chr(97 + i % 23)}{i}", "category": f"c{i % 6}"} for i in range(count)]


def sorter(rows: Rows, weight: float = 0.8) -> Solver:
    """Knows the categories."""
    category = {row["text"]: row["category"] for row in rows}

    def of(text: str) -> Any:
        vector = weight * direction(category[text]) + direction(text)
        return (vector / np.linalg.norm(vector)).astype(np.float32)

    return Solver("sorter", of)


def turned(solver: Solver) -> Solver:
    """The same space seen from elsewhere."""
    rotation = np.linalg.qr(np.random.default_rng(0).standard_normal((128, 128)))[0]
    return Solver("turned", lambda text: (solver.of(text) @ rotation).astype(np.float32))


def run(rows: Rows, *subjects: Any) -> dict[str, Any]:
    found = SimilarityStructure().run(rows, subjects, seed=1, progress=lambda _step: None)
    json.dumps(found, allow_nan=False)
    return found


def test_planted_categories_are_found_and_others_are_not() -> None:
    rows = items()
    result = run(rows, sorter(rows), Random(name="nobody", seed=5))
    sorts, nobody = result["encoders"].values()
    assert sorts["verdict"] == rules.PASSED, sorts["verdict_reasons"]
    assert sorts["p"] == pytest.approx(1 / 2000)
    assert 0.3 < sorts["spearman"] <= result["ceiling"]
    assert all(each["score"] == 1 for each in sorts["items"])
    assert nobody["verdict"] == rules.CHANCE
    assert nobody["p"] > 0.01
    assert set(sorts["arms"]) == set(result["baselines"]) == {"char_overlap", "length", "word_form", "random"}
    (pair,) = result["comparisons"]
    assert pair["ci"][0] > 0  # the sorter is nearer to the categories
    assert pair["p_mantel"] > 0.01  # and the two are not alike


def test_a_space_that_knows_only_the_categories_reaches_the_ceiling() -> None:
    rows = items()
    result = run(rows, sorter(rows, weight=20))
    assert result["encoders"]["sorter"]["spearman"] == pytest.approx(result["ceiling"], abs=0.003)


def test_a_turned_space_is_the_same_and_needs_no_categories() -> None:
    rows = [{"id": row["id"], "text": row["text"]} for row in items()]
    solver = sorter(items())
    result = run(rows, solver, turned(solver), Random(name="nobody", seed=5))
    same, other, _third = result["comparisons"]
    assert same["spearman"] == pytest.approx(1, abs=1e-4)
    assert same["cka"] == same["cka_unbiased"] == pytest.approx(1, abs=1e-4)
    assert same["p_mantel_holm"] < 0.01
    assert other["spearman_ci"][0] < 0 < other["spearman_ci"][1]
    assert (
        abs(other["cka_unbiased"]) < 0.1 < other["cka"]
    )  # plain CKA is large for few items in many dimensions
    assert "difference" not in same
    entry = result["encoders"]["sorter"]
    assert (entry["spearman"], entry["verdict"]) == (None, NO_MODEL)
    assert abs(entry["like_baselines"]["random"]["spearman"]) < 0.2


def test_rows_without_a_category_stay_out_of_the_model() -> None:
    rows = items()
    for row in rows[:10]:
        del row["category"]
    solver = sorter(items())
    assert run(rows, solver)["encoders"]["sorter"]["n"] == 50


def test_bad_rows_and_what_cannot_be_measured() -> None:
    rows = items(6)
    rows[3]["text"] = rows[1]["text"]
    rows[4]["category"] = 7
    assert SimilarityStructure().check(rows) == [
        (3, "the text stands in row 1 already"),
        (4, "category is not a text"),
    ]
    with pytest.raises(InputError, match="4 to 1000"):
        run(items(3), Random())
    broken = Solver("broken", lambda _text: np.full(4, np.nan, np.float32))
    with pytest.raises(PluginError, match="broken"):
        run(items(), broken)
    assert run(items(12), sorter(items(12)))["encoders"]["sorter"]["verdict"] == rules.TOO_FEW
    assert run([row | {"category": "one"} for row in items()], Random())["ceiling"] is None


def matrix(vectors: Any) -> Any:
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return ranked(1 - unit @ unit.T)


def test_the_correlation_is_spearmans_over_the_pairs() -> None:
    random = np.random.default_rng(0)
    x = random.standard_normal((20, 8))
    y = x + random.standard_normal((20, 8))
    a, b = (1 - each @ each.T for each in (x, y))
    upper = np.triu_indices(20, 1)
    expected = spearmanr(a[upper], b[upper]).statistic
    assert structure_correlation(ranked(a), ranked(b)) == pytest.approx(expected)
    assert not ranked(np.ones((5, 5))).any()
    for bad in (np.ones((3, 3)), np.ones((5, 4)), np.full((5, 5), np.nan), np.arange(25.0).reshape(5, 5)):
        with pytest.raises(InputError):
            ranked(bad)


def test_unrelated_spaces_are_seldom_called_alike() -> None:
    random = np.random.default_rng(20261125)
    tested = held = 0
    for _run in range(60):
        a, b = (matrix(random.standard_normal((25, 6))) for _each in range(2))
        tested += mantel(a, b) <= 0.05
        low, high = structure_interval(a, b)
        held += low <= 0 <= high
    assert tested <= 8  # 5 % are 3
    assert held >= 52


@pytest.mark.long
@pytest.mark.parametrize("n", [30, 80])
def test_the_interval_holds_the_correlation_of_all_items(n: int) -> None:
    """Two noisy views of one space; the true ρ is that of 1,500 items."""
    random = np.random.default_rng(20261125)

    def views(count: int) -> tuple[Any, Any]:
        x = random.standard_normal((count, 10))
        return matrix(x), matrix(x + 0.8 * random.standard_normal((count, 10)))

    true = structure_correlation(*views(1500))
    held = sum(low <= true <= high for low, high in (structure_interval(*views(n)) for _run in range(300)))
    assert held / 300 >= 0.90


def test_cka_knows_the_same_and_the_unrelated() -> None:
    random = np.random.default_rng(0)
    x = random.standard_normal((50, 20))
    rotation = np.linalg.qr(random.standard_normal((20, 20)))[0]
    assert linear_cka(x, 3 * x @ rotation + 5) == pytest.approx(1)
    assert unbiased_cka(x, 3 * x @ rotation) == pytest.approx(1)
    far = random.standard_normal((50, 400))
    assert linear_cka(x, far) > 0.4
    assert abs(unbiased_cka(x, far)) < 0.1
    assert linear_cka(np.ones((5, 2)), x[:5]) == 0

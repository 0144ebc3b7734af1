"""Odd one out and analogies: planted knowledge is found, letters and neighbours are not taken for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer import FloatArray, InputError, PluginError
from probes import verdicts as rules
from probes.analogy import Analogy, candidates, cos_add, cos_mul
from probes.contrast.judges import WithIceberg
from probes.odd_one_out import OddOneOut, oddness
from probes.rows import keep_good, read_rows
from probes.subjects import Random, WordForm
from tests.solvers import Solver, direction

Rows = list[dict[str, Any]]


def mixed(*parts: tuple[float, str]) -> FloatArray:
    vector = sum(weight * direction(name) for weight, name in parts)
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def run(probe: Any, rows: Rows, *subjects: Any) -> dict[str, Any]:
    found = probe.run(rows, subjects, seed=1, progress=lambda _step: None)
    json.dumps(found, allow_nan=False)
    return dict(found)


def odd_rows(count: int = 120) -> Rows:
    """Rows of three to six words; words of one length and without common letters in a row."""
    found: Rows = []
    for i in range(count):
        size = 3 + i % 4
        words = [chr(0x4E00 + 8 * i + j) + chr(0x6E00 + 8 * i + j) for j in range(size)]
        found.append({"id": str(i), "words": words, "odd": words[i % size], "phenomenon": f"p{i % 3}"})
    return found


def odd_knower(rows: Rows, right: Callable[[int], bool] = lambda _i: True) -> Solver:
    """Puts the words of a row together, save the odd one, or another where it is to be wrong."""
    apart = {}
    for i, row in enumerate(rows):
        others = [word for word in row["words"] if word != row["odd"]]
        out = row["odd"] if right(i) else others[0]
        apart.update({word: None if word == out else f"row {i}" for word in row["words"]})

    def of(word: str) -> FloatArray:
        group = apart.get(word)
        return mixed((1.0, group), (0.5, word)) if group else direction(word)

    return Solver("knower", of)


def analogy_rows(count: int = 80, *, own: bool = True) -> Rows:
    """a : b as c : d; x and y are near c, z stands in the relation to something else."""
    found: Rows = []
    for i in range(count):
        row: dict[str, Any] = {"id": str(i), "phenomenon": f"r{i % 4}"}
        row |= {part: f"{part}{i}" for part in "abcd"}
        if own:
            row["candidates"] = [f"x{i}", f"d{i}", f"y{i}", f"z{i}"]
        found.append(row)
    return found


def relations(rows: Rows, right: Callable[[int], bool] = lambda _i: True) -> Solver:
    """b = a + r and d = c + r; x and y are near c, z is nearer to b. Where it is to be wrong, x = c + r."""

    def of(word: str) -> FloatArray:
        part, i = word[0], int(word[1:])
        relation = (1.0, f"relation {i % 4}")
        topic = {"a": "first", "b": "first", "z": "third"}.get(part, "second") + f" {i}"
        answer = "d" if right(i) else "x"
        if part in ("b", "z", answer):
            return mixed((0.6 if part == "z" else 1.0, topic), relation)
        return mixed((1.0, topic), (0.2, word)) if part in "ac" else mixed((1.0, topic), (1.0, word))

    return Solver("relations", of)


def test_the_odd_word_is_the_one_with_the_lowest_mean_similarity() -> None:
    table = np.array([[1.0, 0.8, 0.1], [0.8, 1.0, 0.3], [0.1, 0.3, 1.0]])
    np.testing.assert_allclose(oddness(table), [-0.45, -0.55, -0.2])


def test_planted_odd_words_are_found() -> None:
    rows = odd_rows()
    result = run(OddOneOut(), rows, odd_knower(rows))
    entry = result["encoders"]["knower"]
    assert entry["accuracy"] == 1
    assert entry["verdict"] == rules.PASSED, entry["verdict_reasons"]
    assert set(entry["arms"]) == {"char_overlap", "length", "word_form", "random"}
    assert entry["arms"]["char_overlap"]["gap_ci"][0] > 0.5
    assert entry["items"][3]["chosen"] == rows[3]["odd"]
    assert result["chance"] == pytest.approx((1 / 3 + 1 / 4 + 1 / 5 + 1 / 6) / 4, abs=1e-4)


@pytest.mark.parametrize("kind", ["odd", "analogy"])
def test_a_known_accuracy_is_found(kind: str) -> None:
    rows = odd_rows(200) if kind == "odd" else analogy_rows(200)
    wrong = set(np.random.default_rng(5).choice(200, 60, replace=False).tolist())
    make, probe = (odd_knower, OddOneOut()) if kind == "odd" else (relations, Analogy())
    solver = make(rows, lambda i: i not in wrong)
    entry = run(probe, rows, solver)["encoders"][solver.name]
    assert entry["accuracy"] == pytest.approx(0.7, abs=0.02)
    assert entry["ci"][0] < 0.7 < entry["ci"][1]
    assert entry["verdict"] == rules.PASSED, entry["verdict_reasons"]


@pytest.mark.parametrize(("probe", "rows"), [(OddOneOut(), odd_rows()), (Analogy(), analogy_rows(120))])
def test_chance_is_called_chance(probe: Any, rows: Rows) -> None:
    found = [run(probe, rows, Random(name="nobody", seed=seed))["encoders"]["nobody"] for seed in range(3)]
    passed = [each["verdict"] for each in found if each["verdict"] == rules.PASSED]
    assert passed == []
    assert sum(each["verdict"] == rules.CHANCE for each in found) >= 2


def test_letters_are_no_knowledge() -> None:
    rows = odd_rows()
    for row in rows:  # now the others share a letter with each other
        row["words"] = [w if w == row["odd"] else "字" + w[1] for w in row["words"]]
    result = run(OddOneOut(), rows, WordForm(name="letters"))
    entry = result["encoders"]["letters"]
    assert entry["accuracy"] > 0.95
    assert result["baselines"]["char_overlap"]["accuracy"] == 1
    assert entry["verdict"] == rules.BASELINE


def test_ties_share_the_credit() -> None:
    flat = Solver("flat", lambda _word: direction("x"))
    rows = odd_rows(40)
    entry = run(OddOneOut(), rows, flat)["encoders"]["flat"]
    assert [each["score"] for each in entry["items"][:4]] == [0.3333, 0.25, 0.2, 0.1667]
    assert entry["ties"] == 40
    assert entry["accuracy"] == pytest.approx(run(OddOneOut(), rows)["chance"])
    entry = run(Analogy(), analogy_rows(40), flat)["encoders"]["flat"]
    assert (entry["accuracy"], entry["mrr"]) == (0.25, 0.4)


def test_planted_relations_are_found_and_premises_are_no_candidates() -> None:
    rows = analogy_rows()
    for row in rows:
        row["candidates"] += [row["b"], row["c"]]
    solver = relations(rows)
    entry = run(Analogy(), rows, solver)["encoders"]["relations"]
    assert (entry["accuracy"], entry["mrr"], entry["cos_mul"]["accuracy"]) == (1, 1, 1)
    assert entry["verdict"] == rules.PASSED, entry["verdict_reasons"]
    assert {"nearest_c", "nearest_b", "char_overlap", "random"} <= set(entry["arms"])
    assert all(each["chosen"][0] not in "abc" for each in entry["items"])
    near_c = solver.vectors([rows[0]["c"], rows[0]["d"]])
    assert near_c[0] @ near_c[0] > near_c[0] @ near_c[1]  # c itself would have been nearest to c


def test_who_answers_with_the_nearest_word_knows_no_analogy() -> None:
    def near(left: str, right: str) -> Solver:
        def of(word: str) -> FloatArray:
            part, i = word[0], word[1:]
            return mixed((1.0, f"pair {i}"), (0.3, word)) if part in (left, right) else direction(word)

        return Solver("near", of)

    rows = analogy_rows()
    for left, arm in (("c", "nearest_c"), ("b", "nearest_b")):
        entry = run(Analogy(), rows, near(left, "d"))["encoders"]["near"]
        assert entry["accuracy"] == 1
        assert entry["verdict"] == rules.BASELINE
        assert arm in entry["verdict_reasons"][0]


def test_candidates_default_to_the_answers_and_bs_of_the_phenomenon_and_language() -> None:
    rows = [row | {"language": "en" if i % 2 else "zh"} for i, row in enumerate(analogy_rows(16, own=False))]
    for row in rows:
        row["phenomenon"] = "one"
    pools = {("one", "en"): ["d1", "b1", "a3", "d3"], ("one", "zh"): ["d0"]}
    assert candidates(rows[3], pools) == ["d1", "b1", "d3"]
    result = run(Analogy(), rows, relations(rows))
    assert result["chance"] == pytest.approx(1 / 15, abs=1e-4)  # eight d's and eight b's, less its own b
    assert Analogy().check(rows) == []


def test_the_two_rules_are_those_of_the_papers() -> None:
    a, b, c = np.array([0.1, 0.9]), np.array([0.5, 0.6]), np.array([0.2, 0.8])
    np.testing.assert_allclose(cos_add(a, b, c), [0.6, 0.5])
    np.testing.assert_allclose(cos_mul(a, b, c), [0.75 * 0.6 / 0.551, 0.8 * 0.9 / 0.951])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"words": ["a", "b"]}, "2 words"),
        ({"words": [f"w{i}" for i in range(7)]}, "7 words"),
        ({"words": ["a", "b", "b"], "odd": "a"}, "twice"),
        ({"odd": "c3"}, "not one of"),
        ({"words": "a b c"}, "list of texts"),
        ({"words": ["a", 2, "c"]}, "list of texts"),
        ({"words": ["a", " ", "c"]}, "empty"),
        ({"odd": 3}, "not a text"),
    ],
)
def test_bad_rows_of_words(change: dict[str, Any], reason: str, tmp_path: Path) -> None:
    assert_bad(OddOneOut(), odd_rows(3), change, reason, tmp_path)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"b": "a1"}, "three different"),
        ({"d": "c1"}, "one of a, b and c"),
        ({"candidates": ["x", "y"]}, "does not hold d"),
        ({"candidates": ["d1", "x", "x"]}, "twice"),
        ({"candidates": ["d1", 3]}, "list of texts"),
        ({"candidates": ["d1", "b1"]}, "no candidate but d"),
        ({"d": None}, "no d"),
    ],
)
def test_bad_rows_of_analogies(change: dict[str, Any], reason: str, tmp_path: Path) -> None:
    assert_bad(Analogy(), analogy_rows(3), change, reason, tmp_path)


def assert_bad(probe: Any, rows: Rows, change: dict[str, Any], reason: str, tmp_path: Path) -> None:
    rows[1] |= change
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    file = read_rows(path)
    keep_good(file, probe)
    ((line, said),) = [(bad.line, bad.reason) for bad in file.bad]
    assert line == 2
    assert reason in said


@pytest.mark.parametrize(
    "vectors",
    [
        lambda texts: np.full((len(texts), 4), np.nan),
        lambda texts: np.ones((len(texts) + 1, 4)),
        lambda texts: np.ones(len(texts)),
        lambda texts: [[1.0], [1.0, 2.0]] * (len(texts) // 2),
        lambda texts: np.zeros((len(texts), 4)),
    ],
)
def test_rubbish_is_refused_by_name(vectors: Callable[[Any], Any]) -> None:
    class Rubbish:
        name = "rubbish"

        def vectors(self, texts: Any) -> Any:
            return vectors(texts)

    for probe, rows in ((OddOneOut(), odd_rows(4)), (Analogy(), analogy_rows(4))):
        with pytest.raises(PluginError, match="rubbish"):
            run(probe, rows, Rubbish())


def test_the_iceberg_is_left_out_with_a_note() -> None:
    rows = odd_rows(30)
    advised = WithIceberg(encoding=odd_knower(rows), chooser=None)  # type: ignore[arg-type]
    result = run(OddOneOut(), rows, odd_knower(rows), advised)
    assert list(result["encoders"]) == ["knower"]
    assert "knower+iceberg" in result["notes"][0]


def test_encoders_are_compared_and_languages_told_apart() -> None:
    rows = [row | {"language": "zh" if i < 80 else "en"} for i, row in enumerate(odd_rows())]
    result = run(OddOneOut(), rows, odd_knower(rows, lambda i: i < 80), Random(seed=3))
    (pair,) = result["comparisons"]
    assert (pair["a"], pair["b"]) == ("knower", "random")
    assert pair["p_permutation_holm"] < 0.01
    languages = result["encoders"]["knower"]["languages"]
    assert (languages["zh"]["accuracy"], languages["en"]["accuracy"]) == (1, 0)


def test_one_row_is_no_measurement_and_few_give_no_verdict() -> None:
    for probe, rows in ((OddOneOut(), odd_rows(10)), (Analogy(), analogy_rows(10))):
        with pytest.raises(InputError, match="too little"):
            run(probe, rows[:1], Random())
        assert run(probe, rows, Random())["encoders"]["random"]["verdict"] == rules.TOO_FEW

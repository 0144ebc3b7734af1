"""Contrast triples: what the arms do to a row, what is counted, and what may be concluded of whom."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer import InputError
from probes import overlap
from probes import verdicts as rules
from probes.contrast import verdicts
from probes.contrast.arms import ARMS, asks, swaps
from probes.contrast.probe import Contrast
from probes.subjects import Random
from tests import solvers
from tests.solvers import Solver

ROW = {
    "id": "1",
    "sentence": "张三吃食堂",
    "verb": "吃",
    "object": "食堂",
    "good": "张三在食堂里吃饭",
    "bad": "张三把食堂吃了",
}


def nobody(_verb: str, _object: str) -> str | None:
    return None


def run(rows: list[dict[str, Any]], *subjects: Any) -> dict[str, Any]:
    return Contrast().run(rows, subjects, seed=1, progress=lambda _step: None)


@pytest.mark.parametrize(
    ("arm", "sentence", "verb", "thing"),
    [
        ("full", "张三吃食堂", "吃", "食堂"),
        ("verb_deleted", "张三食堂", None, "食堂"),
        ("object_deleted", "张三吃", "吃", None),
        ("both_deleted", "张三", None, None),
        ("options_only", "", None, None),
    ],
)
def test_arms(arm: str, sentence: str, verb: str | None, thing: str | None) -> None:
    (ask,) = asks([ROW], arm, seed=0, other=nobody)
    assert ask is not None
    assert (ask.sentence, ask.verb, ask.object) == (sentence, verb, thing)
    assert ask.options == (ROW["good"], ROW["bad"])


def test_the_verb_is_the_one_before_the_object() -> None:
    row = ROW | {"sentence": "画家画大笔画", "verb": "画", "object": "大笔画"}
    texts = []
    for arm in ("verb_deleted", "object_deleted", "both_deleted"):
        (ask,) = asks([row], arm, seed=0, other=nobody)
        assert ask is not None
        texts.append(ask.sentence)
    assert texts == ["画家大笔画", "画家画", "画家"]


def test_shuffling_keeps_the_letters_hides_the_parts_and_is_the_same_each_time() -> None:
    once, again, other = (asks([ROW], "shuffled", seed=s, other=nobody)[0] for s in (0, 0, 3))
    assert once == again
    assert once is not None
    assert other is not None
    assert sorted(once.sentence) == sorted(ROW["sentence"])
    assert once.sentence != other.sentence
    assert (once.verb, once.object) == (None, None)


def test_a_row_whose_verb_is_not_in_the_sentence_has_no_arm_without_it() -> None:
    row = ROW | {"verb": "喝"}
    assert asks([row], "verb_deleted", seed=0, other=nobody) == [None]
    assert asks([row], "both_deleted", seed=0, other=nobody) == [None]
    assert asks([row], "object_deleted", seed=0, other=nobody) != [None]


def test_the_object_is_swapped_for_the_mirrored_partners_first() -> None:
    rows = [
        ROW | {"role": "location"},
        ROW | {"id": "2", "sentence": "他吃父母", "object": "父母", "role": "support"},
        ROW | {"id": "3", "sentence": "他吃大碗", "object": "大碗", "role": "instrument", "mirror_of": "1"},
        ROW | {"id": "4", "sentence": "他喝杯子", "verb": "喝", "object": "杯子", "role": "instrument"},
    ]
    assert swaps(rows, lambda verb, thing: f"{verb}≠{thing}") == ["大碗", "食堂", "食堂", "喝≠杯子"]
    (ask, *_rest) = asks(rows, "object_swapped", seed=0, other=nobody)
    assert ask is not None
    assert (ask.sentence, ask.object) == ("张三吃大碗", "大碗")


def test_overlap_is_dice_of_letters_with_exact_ties() -> None:
    assert overlap.characters("张三，吃。", "张三喝") == 2 * 2 / 6
    assert overlap.stratum("ab", "abcd", "abef") == "overlap_tied"
    assert overlap.stratum("ab", "ab", "abef") == "overlap_good"
    assert overlap.stratum("ab", "cd", "abef") == "overlap_bad"
    assert overlap.characters("", "") == 0


def test_the_oracle_construes() -> None:
    rows = solvers.rows()
    entry = run(rows, solvers.oracle(rows))["encoders"]["oracle"]
    assert entry["accuracy"] == 1
    assert entry["verdict"] == verdicts.SHOWN, entry["verdict_reasons"]
    assert entry["mirrored"] == entry["mirrored"] | {"n": 60, "both_right": 60}
    assert all(entry["arms"][arm]["gap_ci"][0] > 0.2 for arm in ARMS)


def test_letters_alone_do_not_construe() -> None:
    rows = solvers.rows()
    entry = run(rows, solvers.letters())["encoders"]["letters"]
    assert entry["verdict"] in (rules.CHANCE, rules.OVERLAP)
    assert entry["arms"]["char_overlap"]["gap"] == pytest.approx(0, abs=0.05)
    leaning = [row | {"good": row["sentence"] + "的"} for row in rows]  # letters now tell
    entry = run(leaning, solvers.letters())["encoders"]["letters"]
    assert entry["accuracy"] == 1
    assert entry["verdict"] == rules.OVERLAP


def test_who_knows_the_answer_without_the_sentence_does_not_construe() -> None:
    rows = solvers.rows()
    entry = run(rows, solvers.knower(rows))["encoders"]["knower"]
    assert entry["accuracy"] == 1
    assert entry["verdict"] == verdicts.ABLATION


def test_a_known_accuracy_is_found() -> None:
    rows = solvers.rows(200)
    wrong = set(np.random.default_rng(5).choice(200, 60, replace=False).tolist())
    entry = run(rows, solvers.oracle(rows, lambda i: i not in wrong))["encoders"]["oracle"]
    assert entry["accuracy"] == pytest.approx(0.7, abs=0.01)
    assert entry["ci"][0] < 0.7 < entry["ci"][1]


def test_chance_is_called_chance_and_ties_are_halves() -> None:
    rows = solvers.rows()
    result = run(rows, Random(name="nobody", seed=3), Solver("flat", lambda _text: solvers.direction("x")))
    assert result["encoders"]["nobody"]["verdict"] == rules.CHANCE
    flat = result["encoders"]["flat"]
    assert (flat["accuracy"], flat["ties"]) == (0.5, 120)
    assert flat["verdict"] == rules.CHANCE


def test_who_is_always_wrong_is_worse_than_chance() -> None:
    rows = solvers.rows()
    entry = run(rows, solvers.oracle(rows, lambda _i: False))["encoders"]["oracle"]
    assert (entry["accuracy"], entry["verdict"]) == (0, rules.BELOW)


def test_controls_are_kept_apart() -> None:
    rows = solvers.rows()
    easy = [ROW | {"id": f"c{i}", "phenomenon": "control"} for i in range(5)]
    with_them, without = (run(each, Random(seed=3))["encoders"]["random"] for each in ([*rows, *easy], rows))
    assert with_them["control"]["n"] == 5
    assert without["control"]["n"] == 0
    for key in ("accuracy", "n", "arms", "strata", "mirrored"):
        assert with_them[key] == without[key], key
    assert "control" not in with_them["phenomena"]


def test_encoders_are_compared_in_pairs() -> None:
    rows = solvers.rows()
    (row,) = run(rows, solvers.oracle(rows), Random(seed=3))["comparisons"]
    assert (row["a"], row["b"]) == ("oracle", "random")
    assert row["difference"] > 0.3
    assert row["p_mcnemar"] < 0.001
    assert row["p_mcnemar_holm"] >= row["p_mcnemar"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"bad": ROW["good"]}, "equal"),
        ({"mirror_of": "9"}, "mirror_of"),
        ({"mirror_of": "1"}, "mirror_of"),
        ({"verb": ["吃"]}, "verb"),
    ],
)
def test_bad_rows(change: dict[str, Any], reason: str) -> None:
    ((position, said),) = Contrast().check([ROW | change])
    assert position == 0
    assert reason in said


def test_one_row_is_no_measurement() -> None:
    with pytest.raises(InputError, match="too little"):
        run([ROW], Random())


def test_few_rows_give_no_verdict(tmp_path: Path) -> None:
    entry = run(solvers.rows(10), Random())["encoders"]["random"]
    assert entry["verdict"] == rules.TOO_FEW

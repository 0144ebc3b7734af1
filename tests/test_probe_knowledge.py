"""The knowledge condition: facts beside the sentence, alone, neutral, irrelevant, wrong; and what may be concluded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import solvers

from explorer import FloatArray, open_chooser
from probes.contrast import knowledge
from probes.contrast.probe import Contrast


def facts() -> list[dict[str, Any]]:
    rows = solvers.rows()
    return [
        row
        | {
            "fact": f"事实{i}。",
            "neutral_fact": f"中性{i}。",
            "irrelevant_fact": f"别的{i}。",
            "wrong_fact": f"错的{i}。",
        }
        for i, row in enumerate(rows)
    ]


def condition(rows: list[dict[str, Any]], of: Callable[[str], FloatArray]) -> dict[str, Any]:
    result = Contrast().run(rows, [solvers.Solver("solver", of)], seed=1, progress=lambda _step: None)
    found: dict[str, Any] = result["encoders"]["solver"]["knowledge"]
    return found


def solver(rows: list[dict[str, Any]], known: Callable[[int, dict[str, Any]], list[str]]) -> Any:
    """Knows what the texts of `known` mean, and that the good option means the same; the rest is noise to it."""
    meaning = {}
    for i, row in enumerate(rows):
        for text in (*known(i, row), row["good"]):
            meaning[text] = f"meaning {i}"
    return lambda text: solvers.direction(meaning.get(text, text))


def joined(row: dict[str, Any], name: str) -> str:
    return f"{row['sentence']}。{row[name]}"


def test_who_needs_sentence_and_fact_together_is_helped() -> None:
    rows = facts()
    found = condition(rows, solver(rows, lambda _i, row: [joined(row, "fact")]))
    assert found["verdict"] == knowledge.HELPS, found["verdict_reasons"]
    assert found["fact"]["accuracy"] == 1
    assert found["fact"]["gap"] < -0.3
    assert 0.3 < found["sentence"]["accuracy"] < 0.7


def test_who_answers_from_the_fact_alone_does_not_construe() -> None:
    rows = facts()
    found = condition(rows, solver(rows, lambda _i, row: [joined(row, "fact"), row["fact"]]))
    assert found["verdict"] == knowledge.WITHOUT
    assert found["fact_alone"]["accuracy"] == 1


def test_who_is_helped_by_any_fact_is_found_out() -> None:
    rows = facts()
    every = solver(rows, lambda _i, row: [joined(row, name) for name in knowledge.FIELDS])
    found = condition(rows, every)
    assert found["verdict"] == knowledge.ANY
    assert "wrong_fact" in found["verdict_reasons"][0]


def test_a_fact_that_adds_nothing_does_not_help() -> None:
    rows = facts()
    found = condition(rows, solver(rows, lambda _i, row: [row["sentence"], joined(row, "fact")]))
    assert found["verdict"] == knowledge.NO_HELP


def test_rows_without_facts_have_no_condition_and_are_counted() -> None:
    rows = solvers.rows()
    result = Contrast().run(rows, [solvers.oracle(rows)], seed=1, progress=lambda _step: None)
    assert "knowledge" not in result["encoders"]["oracle"]
    some = [*facts()[:30], *rows[30:]]
    found = condition(some, solver(some, lambda _i, _row: []))
    assert (found["n"], found["left_out"]) == (30, 90)
    assert found["irrelevant_fact"]["n"] == 30


@pytest.fixture(scope="module")
def chooser() -> Any:
    return open_chooser(offline=True)


def test_the_graph_brings_the_facts(chooser: Any) -> None:
    rows = [
        {"id": "1", "sentence": "张三吃食堂", "verb": "吃", "object": "食堂", "good": "x", "bad": "y"},
        {"id": "2", "sentence": "李四写毛笔", "verb": "写", "object": "毛笔", "good": "x", "bad": "y"},
        {"id": "3", "sentence": "他睡", "good": "x", "bad": "y"},
        {
            "id": "4",
            "sentence": "王五吃大碗",
            "verb": "吃",
            "object": "大碗",
            "good": "x",
            "bad": "y",
            "fact": "大碗大。",
        },
    ]
    first, second, third, fourth = knowledge.filled(rows, chooser)
    assert first["fact"].startswith("食堂是")
    assert second["fact"].startswith("毛笔是")
    assert first["neutral_fact"] == "“食堂”这个词有两个字。"
    assert first["irrelevant_fact"] == second["fact"]
    assert first["wrong_fact"].startswith("食堂是")
    assert first["wrong_fact"] != first["fact"]
    assert third == rows[2]
    assert fourth["fact"] == "大碗大。"
    assert [dict(row) for row in knowledge.filled(rows, chooser)] == [first, second, third, fourth]

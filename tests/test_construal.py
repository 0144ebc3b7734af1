"""Construal on the real seed and the real encoder: roles, evidence, cuts, abstaining; scores of files of sentences."""

from __future__ import annotations

import json
import random
from functools import cache
from pathlib import Path

import pytest

from explorer import Fact, i18n
from explorer.construal.construer import Construer, open_construer
from explorer.construal.readings import COARSE, ROLE4, coarse, lit_steps
from explorer.construal.scoring import calibration_error, wilson
from explorer.iceberg.subgraph import iceberg_of
from explorer.knowledge.graph import WorkspaceFacts, base_graph, classes_of
from explorer.knowledge.rows import checked
from explorer.registry import load_registry
from store import Store

THREE = {"张三吃面条": "patient", "张三吃大碗": "instrument", "张三吃食堂": "location"}


@pytest.fixture(autouse=True)
def english() -> None:
    i18n.activate("en")


@cache
def construer() -> Construer:
    return open_construer(offline=True)


@pytest.mark.parametrize("sentence", THREE)
def test_one_form_three_roles(sentence: str) -> None:
    construal = construer().construe(sentence)
    assert not construal.abstained
    assert construal.role == THREE[sentence]
    assert sum(construal.probabilities.values()) == pytest.approx(1)
    best = construal.best
    assert best is not None
    assert construal.object in best.zh
    assert best.paths, "a verdict without facts"
    assert best.paths[0].steps[-1].source == "seed"


def test_a_compound_inherits_from_its_head() -> None:
    best = construer().construe("张三吃特大碗").best
    assert best is not None
    assert best.role == "instrument"
    assert any(step.kind == "head" and step.object == "碗" for path in best.paths for step in path.steps)


def test_a_fixed_expression_is_known_as_one_with_its_literal_reading_beside() -> None:
    construal = construer().construe("他吃醋了")
    assert construal.role == "idiom"
    assert construal.best is not None
    assert "嫉妒" in construal.best.zh
    assert list(construal.probabilities)[1] == "patient"


@pytest.mark.parametrize(
    "sentence", ["我吃魑魅囧囧", "他魊魖囧囧", "Zhang San eats noodles", "", "🍜", "学而时习之"]
)
def test_where_nothing_is_known_it_abstains_with_a_reason(sentence: str) -> None:
    construal = construer().construe(sentence)
    assert construal.abstained
    assert construal.role is None
    assert construal.reason


def test_english_is_not_construed_also_where_verb_and_object_are_given() -> None:
    construal = construer().construe("Zhang San eats noodles", "eats", "noodles")
    assert construal.abstained
    assert not construal.readings
    assert construal.reason


def test_cutting_what_lights_the_path_changes_the_reading_or_silences_it() -> None:
    """Over the seed: where the space alone names another role or abstains, cutting the lit edges must tell."""
    graph, rng = base_graph(load_registry()), random.Random(0)
    verbs, nouns = graph.verbs(), graph.things()
    told = changed = 0
    while told < 150:
        verb, noun = rng.choice(verbs), rng.choice(nouns)
        before = construer().construe(f"他{verb}{noun}", verb, noun)
        if before.abstained:
            continue
        space_alone = coarse({reading.role: reading.space for reading in before.readings})
        winner = next(iter(space_alone))
        if COARSE[before.role or ""] == winner and space_alone[winner] >= before.threshold:
            continue
        after = construer().construe(f"他{verb}{noun}", verb, noun, cut=lit_steps(before))
        told += 1
        changed += after.abstained or COARSE[after.role or ""] != COARSE[before.role or ""]
    assert changed / told >= 0.95, (changed, told)


def test_a_cut_takes_away_only_the_paths_that_pass_it() -> None:
    before = construer().construe("张三吃食堂")
    assert before.best is not None
    step = before.best.paths[0].steps[-1]
    after = construer().construe("张三吃食堂", cut={step.id})
    assert after.cut == {step.id}
    for reading in after.readings:
        assert not any(step.id == each.id for path in reading.paths for each in path.steps)
    assert after.probabilities["location"] < before.probabilities["location"]
    assert construer().construe("张三吃食堂") == before


def test_what_a_teacher_adds_or_rejects_in_a_workspace_counts(tmp_path: Path) -> None:
    base = base_graph(load_registry())
    with Store.open(tmp_path / "w", create=True) as store:
        mine = Construer(base, construer().space, facts=WorkspaceFacts(base, store))
        assert mine.construe("他吃囧囧堂").best is not None
        store.put_facts([checked(Fact(subject="囧囧", relation="IsA", object="餐馆"), source="added")])
        assert mine.construe("他去吃囧囧", "吃", "囧囧").role == "location"
        assert mine.construe("他吃食堂").role == "location"
        fact = next(f for f in base.about("食堂") if f.relation == "IsA" and f.object == "餐馆")
        store.put_facts([fact])
        store.judge_fact(fact.id, "rejected", {})
        after = mine.construe("他吃食堂")  # the same sentence, asked again at once
        names = [each.name for each in classes_of(mine.facts, "食堂")]
        assert "餐馆" not in names
        assert not any(step.id == fact.id for r in after.readings for path in r.paths for step in path.steps)


def test_an_iceberg_shows_the_path_and_keeps_what_was_cut() -> None:
    before = construer().construe("张三吃食堂")
    lit = lit_steps(before)
    drawn = iceberg_of(construer(), before)
    assert {edge.id for edge in drawn.edges if edge.lit} >= {"role", lit[0]}
    ids = {node.id for node in drawn.nodes}
    assert all(edge.source in ids and edge.target in ids for edge in drawn.edges)
    assert len({node.depth for node in drawn.nodes}) >= 3
    cut = iceberg_of(construer(), construer().construe("张三吃食堂", cut=lit))
    assert {edge.id for edge in cut.edges if edge.cut} & set(lit)
    assert not any(edge.lit for edge in cut.edges if edge.cut)


def test_rows_are_construed_and_scored(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from explorer.cli import main as cli

    rows = [{"id": str(i), "sentence": s, "role": role} for i, (s, role) in enumerate(THREE.items())]
    file = tmp_path / "three.jsonl"
    file.write_text("\n".join([*map(json.dumps, rows), "no json", '{"id": 9}']) + "\n", "utf-8")
    code = cli.main(["construe", str(file), "--json", "--offline"])
    report = json.loads(capfd.readouterr().out)
    assert code == 1  # two rows are refused, with their lines
    assert [row["line"] for row in report["refused"]] == [4, 5]
    assert [item["role4"] for item in report["items"]] == list(THREE.values())
    assert all(set(item["probabilities4"]) == set(ROLE4) for item in report["items"])
    assert all(item["facts"] for item in report["items"])
    assert report["summary"]["scored"] == "coarse"
    assert (report["summary"]["n"], report["summary"]["coverage"], report["summary"]["accuracy"]) == (3, 1, 1)


def test_the_development_sentences_are_construed_better_than_their_majority() -> None:
    from explorer.construal.scoring import Row, construe_all, summary

    path = Path(__file__).parents[1] / "probes" / "suites" / "construal" / "development.jsonl"
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()][::10]
    rows = [Row(**{**row, "role": COARSE[row["role"]]}) for row in lines]
    found = summary(list(construe_all(construer(), rows)), coarsely=True)
    assert found["coverage"] > 0.9
    assert found["ci"][0] > 0.7


def test_calibration_error_by_hand() -> None:
    assert calibration_error([0.9, 0.9, 0.3, 1.0], [True, False, False, True]) == pytest.approx(
        (0.8 + 0.3) / 4
    )
    assert calibration_error([], []) is None
    assert wilson(0, 0) is None
    low, high = wilson(8, 10) or (0, 0)
    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)

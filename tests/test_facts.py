"""Facts in the store: what goes in comes out once, is found by its ends, and stays quick at a million."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from sqlalchemy.exc import ProgrammingError

from store import FactCount, FactRecord, Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "w", create=True) as opened:
        yield opened


def fact(subject: str = "碗", relation: str = "UsedFor", object: str = "盛饭", **changes: Any) -> FactRecord:
    values = {"language": "zh", "weight": 1.0, "source": "seed", "licence": "CC0", "depth": 2}
    return FactRecord(**(values | {"subject": subject, "relation": relation, "object": object} | changes))


def test_a_fact_comes_back_as_it_went_in(store: Store) -> None:
    odd = fact("'; DROP TABLE facts; --", object="🍚\n", meta={"n": [1, None], "who": "张三"}, status="held")
    assert store.put_facts([odd]) == 1
    assert store.get_facts([odd.id, "nothing"]) == {odd.id: odd}
    assert store.facts_starting(odd.id[:6]) == [odd]
    assert store.facts_starting("z") == []


def test_the_same_statement_is_one_fact(store: Store) -> None:
    assert store.put_facts([fact(), fact(weight=2.0)]) == 1
    assert store.put_facts([fact(weight=3.0), fact(source="other")]) == 1
    assert [f.weight for f in store.find_facts(subject="碗", sources=["seed"])] == [3.0]


@pytest.mark.parametrize("part", ["subject", "relation", "object", "language", "source"])
def test_each_part_of_the_id_makes_another_fact(part: str) -> None:
    assert replace(fact(), **{part: "x"}).id != fact().id


@pytest.mark.parametrize("part", [{"weight": 9.0}, {"licence": "x"}, {"depth": 3}, {"status": "held"}])
def test_what_is_said_about_a_fact_leaves_its_id(part: dict[str, Any]) -> None:
    assert replace(fact(), **part).id == fact().id


def test_a_decision_outlives_the_next_import(store: Store) -> None:
    store.put_facts([fact()])
    store.judge_fact(fact().id, "rejected", {"review": {"who": "li"}})
    assert store.put_facts([fact(weight=5.0)]) == 0
    (kept,) = store.find_facts(subject="碗")
    assert (kept.status, kept.weight, kept.meta) == ("rejected", 5.0, {"review": {"who": "li"}})


def test_look_ups_by_every_condition(store: Store) -> None:
    bowl, canteen = fact(), fact("食堂", "UsedFor", "吃饭", weight=2.0)
    english = fact("bowl", "UsedFor", "eating", language="en", source="mine", status="held", weight=0.5)
    store.put_facts([bowl, canteen, english])
    assert store.find_facts(subject="碗") == [bowl]
    assert store.find_facts(object="吃饭", language="zh") == [canteen]
    assert store.find_facts(object="吃饭", language="en") == []
    assert store.find_facts(relation="UsedFor") == [canteen, bowl, english]
    assert store.find_facts(relation="UsedFor", limit=1, offset=1) == [bowl]
    assert store.find_facts(status="held") == [english]
    assert store.find_facts(sources=["mine", "none"]) == [english]
    assert store.find_facts(sources=[]) == []


def test_streaming_gives_each_fact_once_in_order(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.store._CHUNK", 7)
    facts = [fact(f"词{n}", weight=float(-n)) for n in range(30)]
    store.put_facts([*facts, fact("x", source="other")])
    seen = []
    for found in store.iter_facts(sources=["seed"]):
        seen.append(found)
        if len(seen) == 3:
            store.put_facts([fact("later", source="seed")])  # a writer need not wait for the reader
    assert seen == [*facts, fact("later")]


def test_deleting_a_source_leaves_the_others(store: Store) -> None:
    store.put_facts([fact(), fact("锅"), fact(source="mine", status="held")])
    assert store.delete_facts("seed") == 2
    (left,) = store.fact_counts()
    assert left == FactCount(source="mine", relation="UsedFor", language="zh", status="held", count=1)


def test_every_change_is_seen_by_others(store: Store) -> None:
    seen = [store.facts_generation()]
    for change in (
        lambda: store.put_facts([fact()]),
        lambda: store.judge_fact(fact().id, "held", {}),
        lambda: store.delete_facts("seed"),
    ):
        change()
        seen.append(store.facts_generation())
    assert seen == sorted(set(seen))


def test_facts_and_mark_are_one_transaction(store: Store) -> None:
    with pytest.raises(ProgrammingError):
        store.put_facts([fact()], meta={"mark": ["no text"]})  # type: ignore[dict-item]
    assert list(store.iter_facts()) == []
    store.put_facts([fact()], meta={"mark": "5"})
    assert store.get_meta("mark") == "5"


def seconds(call: Callable[[], object], times: int = 200) -> float:
    def once() -> float:
        start = time.perf_counter()
        call()
        return time.perf_counter() - start

    return median(once() for _ in range(times))


@pytest.mark.long
def test_look_ups_stay_quick_at_a_million(store: Store) -> None:
    """Against a look-up by id in the same run: no absolute times. One word is a hub of 50,000 facts."""
    million, chunk = 1_000_000, 50_000
    for start in range(0, million, chunk):
        store.put_facts(
            [
                fact(
                    "人" if n % 20 == 0 else f"词{n % 90_000}",
                    "RelatedTo",
                    f"物{n % 70_001}-{n}",
                    weight=n % 7,
                )
                for n in range(start, start + chunk)
            ]
        )
    known = fact("词1", "RelatedTo", "物1-1").id
    assert list(store.get_facts([known])) == [known]
    by_id = seconds(lambda: store.get_facts([known]))
    for conditions in (
        {"subject": "词777"},
        {"subject": "词777", "language": "zh"},
        {"object": "物777-777"},
        {"subject": "人", "language": "zh", "limit": 20},
        {"relation": "RelatedTo", "language": "zh", "limit": 20},
    ):
        assert store.find_facts(**conditions)  # type: ignore[arg-type]
        ratio = seconds(lambda given=conditions: store.find_facts(**given)) / by_id
        assert ratio < 50, conditions
    for missing in ({"subject": "无"}, {"object": "无", "language": "zh"}):
        assert store.find_facts(**missing) == []
        assert seconds(lambda given=missing: store.find_facts(**given)) / by_id < 50

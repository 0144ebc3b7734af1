"""Dark matter: a planted regularity is found, chance is not, and what a person rejected stays away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from explorer.construal.readings import Construal, Reading
from explorer.construal.readings import Path as Way
from explorer.errors import InputError
from explorer.knowledge import MINED, Knowledge
from explorer.knowledge.graph import FactGraph, Step, WorkspaceFacts
from explorer.mining.miner import Miner
from explorer.mining.pairs import groups_of, pairs_of
from explorer.mining.ranker import fit, folds
from explorer.mining.sightings import Sightings
from explorer.mining.signals import Signals
from explorer.types import FloatArray
from store import FactRecord, Store
from tests.mines import DIM, fact, kind_of, toy, vectors


def precision(facts: list[FactRecord], k: int = 3) -> float:
    """Share of held-out subjects whose object is among the `k` best of twelve."""
    graph = FactGraph(facts)
    pairs = pairs_of(graph, "UsedFor", groups_of(graph))
    out = folds(pairs) < 2
    known, rows = pairs.among(np.flatnonzero(~out)), np.flatnonzero(out)
    assert known.objects == pairs.objects
    signals = Signals(known, vectors).of(vectors([pairs.subjects[i] for i in rows]), [()] * len(rows))
    top = np.argsort(-fit(known, vectors).scores(signals), axis=1)[:, :k]
    return float(np.take_along_axis(pairs.links[rows], top, axis=1).any(axis=1).mean())


def test_a_planted_regularity_is_found_on_held_out_subjects() -> None:
    assert precision(toy()) > 0.95  # each kind has three objects, and chance is .25


def test_shuffled_facts_are_found_no_better_than_by_chance() -> None:
    figures = [precision(toy(shuffled=seed)) for seed in range(8)]
    error = (0.25 * 0.75 / (48 * 8)) ** 0.5  # of a share of about 48 subjects, eight times
    assert abs(np.mean(figures) - 0.25) < 4 * error


def test_a_new_word_gets_what_its_kind_has() -> None:
    found = Miner(FactGraph(toy()), vectors).mine("tool new", "UsedFor", k=3)
    assert {each.object for each in found} == {"for tool 0", "for tool 1", "for tool 2"}
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    best = found[0]
    assert 0 < best.score < 1
    assert best.evidence["neighbours"] > 0
    assert best.witnesses
    assert all(kind_of(word) == "tool" for word in best.witnesses)


def test_the_same_facts_give_the_same_whatever_their_order() -> None:
    facts = toy()
    first = Miner(FactGraph(facts), vectors).mine("food new", k=12)
    assert first == Miner(FactGraph(facts), vectors).mine("food new", k=12)
    again = Miner(FactGraph(facts[::-1]), vectors).mine("food new", k=12)
    assert [each.object for each in again] == [each.object for each in first]
    assert [each.score for each in again] == pytest.approx([each.score for each in first])


def test_what_a_fact_says_is_no_candidate_and_no_witness() -> None:
    facts = [*toy(), fact("tool twin", "Synonym", "tool0"), fact("tool twin", "UsedFor", "for tool 0")]
    miner = Miner(FactGraph(facts), vectors)
    found = miner.mine("tool0", "UsedFor", k=12)
    assert len(found) == 11
    assert "for tool 0" not in {each.object for each in found}
    twins = [word for each in found for word in each.witnesses if word in ("tool0", "tool twin")]
    assert not twins


@pytest.mark.parametrize("word", ["", "   "])
def test_no_word_no_facts(word: str) -> None:
    assert Miner(FactGraph(toy()), vectors).mine(word) == []


def test_a_word_like_nothing_known_gets_low_scores() -> None:
    miner = Miner(FactGraph(toy()), vectors)
    strange, known = miner.mine("zzz", "UsedFor", k=1)[0], miner.mine("tool new", "UsedFor", k=1)[0]
    assert strange.score < known.score / 2


def test_what_cannot_be_asked_is_said() -> None:
    miner = Miner(FactGraph(toy()), vectors)
    with pytest.raises(InputError, match="UsedFor"):
        miner.mine("tool1", "Nope")
    with pytest.raises(InputError, match="UsedFor"):
        miner.mine("tool1", "Synonym")
    with pytest.raises(InputError):
        miner.mine("tool1", k=0)


def test_a_relation_with_few_facts_is_not_mined() -> None:
    facts = [*toy(), fact("tool1", "MadeOf", "iron"), fact("tool2", "MadeOf", "iron")]
    assert Miner(FactGraph(facts), vectors).mine("tool3", "MadeOf") == []


def test_a_class_that_seldom_has_such_facts_scores_lower() -> None:
    facts = toy(classes=True)
    miner = Miner(FactGraph([*facts, fact("tool idea", "IsA", "idea", meta={"class": "idea"})]), vectors)
    as_idea = miner.mine("tool idea", "UsedFor", k=1)[0]
    miner = Miner(FactGraph([*facts, fact("tool idea", "IsA", "tool", meta={"class": "tool"})]), vectors)
    as_tool = miner.mine("tool idea", "UsedFor", k=1)[0]
    assert as_idea.score < as_tool.score / 3


def test_a_sweep_takes_words_without_such_facts_one_fact_each() -> None:
    facts = toy(classes=True)
    facts += [fact(f"food more {i}", "IsA", "food", meta={"class": "food"}) for i in range(3)]
    found = Miner(FactGraph(facts), vectors).sweep("UsedFor", k=9)
    assert {each.subject for each in found} == {"food more 0", "food more 1", "food more 2"}
    assert all(each.object.startswith("for food") for each in found)
    assert len(found) == 3


def frames(verbs: int, *classes: str) -> list[FactRecord]:
    """Verbs that take two of the classes each."""
    found = []
    for i in range(verbs):
        verb = f"tool verb {i}"
        found.append(fact(verb, "IsA", "doing", meta={"type": "doing"}))
        found += [fact(verb, "TakesPatient", classes[(i + j) % len(classes)]) for j in (0, 1)]
        found.append(fact(verb, "TakesManner", f"manner {i}"))
    return found


def test_what_follows_from_a_verbs_frames_is_no_news() -> None:
    facts = [
        *frames(60, "thing", "meat", "water", "wood"),
        fact("meat", "IsA", "food", meta={"class": "food"}),
    ]
    verb = [
        fact("tool verb", "IsA", "doing", meta={"type": "doing"}),
        fact("tool verb", "TakesPatient", "food"),
    ]
    found = Miner(FactGraph([*facts, *verb]), vectors).mine("tool verb", k=20)
    assert {(each.relation, each.object) for each in found} >= {
        ("TakesPatient", "water"),
        ("TakesPatient", "wood"),
    }
    assert "meat" not in {each.object for each in found}


def test_synonyms_and_verbs_of_equal_frames_are_held_out_together() -> None:
    facts = [
        *(fact("a", "Synonym", "b"), fact("b", "UsedFor", "x"), fact("a", "UsedFor", "x")),
        *(fact("v", "TakesPatient", "x"), fact("w", "TakesPatient", "x"), fact("u", "TakesPatient", "y")),
        *(fact("c", "UsedFor", "x"), fact("d", "UsedFor", "x")),
    ]
    groups = groups_of(FactGraph(facts))
    assert groups["a"] == groups["b"]
    assert groups["v"] == groups["w"]
    assert len(set(groups.values())) == 5
    pairs = pairs_of(FactGraph(facts), "UsedFor", groups)
    fold = dict(zip(pairs.subjects, folds(pairs).tolist(), strict=True))
    assert fold["a"] == fold["b"]


def test_words_near_the_same_pictures_bear_witness_for_each_other() -> None:
    items = np.eye(60, DIM, dtype=np.float32) + np.eye(60, DIM, k=-30, dtype=np.float32)
    items[:, -1] += 0.1
    bank = vectors([f"word {i}" for i in range(50)])
    at = np.eye(DIM, dtype=np.float32)
    sightings = Sightings(items / np.linalg.norm(items, axis=1, keepdims=True), bank)
    same, other = sightings(at[[3]]) @ sightings(at[[3]]).T, sightings(at[[3]]) @ sightings(at[[20]]).T
    assert same == pytest.approx(1)
    assert other < 0.5


def test_evidence_of_other_senses_is_weighed_with_the_rest() -> None:
    """Only pictures know which thing a word is for; with them it is found."""
    facts = toy(shuffled=1)
    words = sorted({f.subject for f in facts} | {f.object for f in facts})
    aim = {f.subject: f.object for f in facts} | {f.object: f.object for f in facts}
    at = {tuple(np.round(row, 4)): aim[word] for word, row in zip(words, vectors(words), strict=True)}
    order = sorted({f.object for f in facts})

    def pictures(rows: FloatArray) -> FloatArray:
        found = np.zeros((len(rows), len(order)), np.float32)
        for i, row in enumerate(rows):
            found[i, order.index(at[tuple(np.round(row, 4))])] = 1
        return found

    graph = FactGraph([f for f in facts if f.subject != "tool7"])
    miner = Miner(graph, vectors, witnesses=lambda _bank: [("pictures", pictures)])
    (best,) = miner.mine("tool7", "UsedFor", k=1)
    assert best.object == aim["tool7"]
    assert max(best.evidence, key=lambda kind: best.evidence[kind]) == "pictures"


# -- judging -------------------------------------------------------------------------------------------------


@pytest.fixture
def knowledge(tmp_path: Path) -> Iterator[tuple[Knowledge, Miner]]:
    base = FactGraph(toy())
    with Store.open(tmp_path / "w", create=True) as store:
        known = Knowledge(store, None, None)  # type: ignore[arg-type]  # neither sources nor assets are asked
        yield known, Miner(base, vectors, facts=WorkspaceFacts(base, store), rejected=known.rejected)


def test_mined_facts_wait_for_a_person(knowledge: tuple[Knowledge, Miner]) -> None:
    known, miner = knowledge
    records = [each.record() for each in miner.mine("tool new", k=3)]
    assert known.keep_mined(records) == records
    assert {(each.source, each.status) for each in known.reviewable()} == {(MINED, "held")}
    assert [each.record() for each in miner.mine("tool new", k=3)] == records  # held: still a candidate
    assert all(0 < each.weight < 1 and each.meta["witnesses"] for each in records)


def test_what_is_rejected_never_returns(knowledge: tuple[Knowledge, Miner]) -> None:
    known, miner = knowledge
    first = miner.mine("tool new", k=1)[0].record()
    judged = known.judge_mined(first, "rejected", who="li", why="no such use")
    (entry,) = judged.meta["reviews"]
    assert (entry["status"], entry["who"], entry["why"]) == ("rejected", "li", "no such use")
    assert entry["when"]
    assert first.object not in {each.object for each in miner.mine("tool new", k=12)}
    assert known.keep_mined([first]) == []
    assert known.fact(first.id).status == "rejected"


def test_what_is_accepted_is_a_fact(knowledge: tuple[Knowledge, Miner]) -> None:
    known, miner = knowledge
    first = miner.mine("tool new", k=1)[0].record()
    known.judge_mined(first, "accepted")
    assert first.object not in {each.object for each in miner.mine("tool new", k=12)}
    assert known.fact(first.id).status == "accepted"


def test_a_fact_of_a_source_that_was_rejected_is_not_mined_back(knowledge: tuple[Knowledge, Miner]) -> None:
    known, miner = knowledge
    known._store.put_facts([fact("tool0", "UsedFor", "for tool 0", status="rejected")])
    assert "for tool 0" not in {each.object for each in miner.mine("tool0", k=12)}


def test_beneath_a_sentence_lie_facts_about_its_words_and_its_path() -> None:
    step = Step(id="s", subject="tool new", relation="IsA", object="food new", kind="fact", weight=1, depth=1)
    way = Way(role="patient", kind="use", steps=(step,), strength=1)
    reading = Reading(role="patient", probability=0.9, graph=0.9, space=0.9, zh="", en="", paths=(way,))
    construal = Construal(
        sentence="", verb="cloth new", object="tool new", readings=(reading,), abstained=False
    )
    miner = Miner(FactGraph(toy()), vectors)
    found = miner.beneath(construal, floor=0.0)
    assert {each.subject for each in found} == {"cloth new", "tool new", "food new"}
    assert [each.weight for each in found] == sorted((each.weight for each in found), reverse=True)
    assert {(each.source, each.status) for each in found} == {(MINED, "held")}
    assert len(miner.beneath(construal, floor=0.0, most=4)) == 4
    assert miner.beneath(construal, floor=1.0) == []

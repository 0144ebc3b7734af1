"""What the iceberg page says and shows, without a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from types import SimpleNamespace

import pytest
from icebergs import canteen, step

from explorer import i18n
from explorer.construal.readings import Construal, Path, Reading, Token
from explorer.figures import iceberg_data
from explorer.iceberg.layout import lay_out
from explorer.iceberg.nodes import Iceberg
from explorer.ui.iceberg import column, dark, tour, words
from explorer.ui.iceberg.cards import line_html
from explorer.ui.iceberg.export import construal_json
from explorer.ui.iceberg.scene import Scene, bars, scene, word_of
from explorer.ui.iceberg.view import component_data, sayings

EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    i18n.activate("en")
    yield
    i18n.activate(None)


def shares(construal: Construal, **values: float) -> Construal:
    """The construal with other probabilities; roles whose value fell lose their paths."""
    changed = [
        replace(
            r,
            probability=values[r.role],
            paths=r.paths if values[r.role] >= r.probability else (),
        )
        for r in construal.readings
    ]
    changed.sort(key=lambda r: -r.probability)
    abstained = changed[0].probability < construal.threshold
    return replace(construal, readings=tuple(changed), abstained=abstained)


class Small:
    """Construes the canteen; any cut takes its only path away."""

    def construe(
        self, sentence: str, verb: str | None = None, object: str | None = None, cut: object = frozenset()
    ) -> Construal:
        found = replace(canteen().construal, sentence=sentence)
        if cut:
            found = replace(shares(found, location=0.44, patient=0.35, instrument=0.21), cut=frozenset(cut))  # type: ignore[call-overload]
        return found

    def iceberg(self, construal: Construal, *, around: int = 12) -> Iceberg:
        berg = canteen()
        edges = tuple(replace(edge, cut=edge.step in construal.cut) for edge in berg.edges)
        return replace(berg, construal=construal, edges=edges)


LIT = "t2>IsA>餐馆"


def shown(chosen: str | None = None, cut: frozenset[str] = frozenset()) -> Scene:
    return scene(Small(), "张三吃食堂", cut=cut, chosen=chosen)


def test_a_cut_that_leaves_too_little_is_told_as_no_verdict() -> None:
    now = canteen().construal
    after = shares(now, location=0.44, patient=0.35, instrument=0.21)
    said = words.effect(now, after)
    assert ".44" in said
    assert ".50" in said
    assert "no verdict" in said
    assert "Nothing else ties 食堂" in said


def test_a_cut_that_turns_the_reading_names_both_roles() -> None:
    now = canteen().construal
    said = words.effect(now, shares(now, location=0.2, patient=0.7, instrument=0.1))
    assert "from location to patient (.70)" in said
    assert "eat 食堂" in said


def test_a_cut_that_another_path_outlives_names_that_path() -> None:
    now = canteen().construal
    other = Path(role="location", kind="class", steps=(step("食堂", "IsA", "场所"),), strength=0.5)
    kept = replace(now.readings[0], probability=0.7, paths=(other,))
    said = words.effect(now, replace(now, readings=(kept, *now.readings[1:])))
    assert ".86 → .70" in said
    assert "食堂 is a 场所" in said


def test_a_cut_beside_the_path_changes_nothing() -> None:
    now = canteen().construal
    assert words.effect(now, now).startswith("Nothing changes")


def sentence_of(word: str, role: str, path: tuple[str, str, str]) -> Iceberg:
    tokens = tuple(
        Token(text=text, start=i, part=part)
        for i, (text, part) in enumerate((("张三", "subject"), ("吃", "verb"), (word, "object")))
    )
    reading = Reading(
        role=role,
        probability=0.9,
        graph=0.9,
        space=0.5,
        zh=word,
        en=word,
        paths=(Path(role=role, kind="frame", steps=(step(*path),), strength=0.9),),
    )
    return Iceberg(
        construal=Construal(
            sentence=f"张三吃{word}",
            tokens=tokens,
            verb="吃",
            object=word,
            readings=(reading,),
            abstained=False,
        )
    )


def test_the_comparison_is_computed_from_the_sentences() -> None:
    bergs = [
        sentence_of("面条", "patient", ("面条", "IsA", "食物")),
        sentence_of("大碗", "instrument", ("大碗", "IsA", "碗")),
        sentence_of("食堂", "location", ("食堂", "IsA", "场所")),
    ]
    said = words.comparison(bergs)
    assert "one word differs: 面条, 大碗, 食堂" in said
    assert "another each time: patient, instrument, location" in said
    assert "no fact in common" in said
    alike = words.comparison([bergs[0], bergs[0]])
    assert "sentences are the same" in alike
    assert "the role is the same: patient" in alike
    assert "share: 面条 is a 食物" in alike
    silent = replace(bergs[1], construal=replace(bergs[1].construal, abstained=True))
    assert "No verdict on “张三吃大碗”" in words.comparison([bergs[0], silent, bergs[2]])


def test_bars_are_gold_for_the_winner_alone_and_for_nobody_without_a_verdict() -> None:
    assert [(bar.role, bar.won, bar.other) for bar in bars(shown())] == [
        ("location", True, None),
        ("patient", False, None),
        ("instrument", False, None),
    ]
    tried = shown(chosen=LIT)
    assert next((bar.value, bar.other) for bar in bars(tried)) == (0.86, 0.44)
    cut = shown(cut=frozenset({LIT}))
    assert next((bar.value, bar.other, bar.won) for bar in bars(cut)) == (0.44, 0.86, False)


def test_only_a_chosen_edge_that_can_be_cut_is_tried() -> None:
    assert shown(chosen=LIT).after is not None
    assert shown(chosen="role").after is None
    assert shown(chosen="餐馆").after is None
    assert shown(chosen=LIT, cut=frozenset({LIT})).after is None


def test_the_space_is_asked_for_the_chosen_concept_else_for_the_object() -> None:
    assert word_of(shown()) == "食堂"
    assert word_of(shown(chosen="排队")) == "排队"


def test_hints_name_source_and_weight_and_speak_to_screen_readers() -> None:
    said = sayings(canteen(), {"seed": "the seed"})
    assert said[LIT]["title"] == "食堂 — is a → eating place"
    assert any("the seed" in note for note in said[LIT]["notes"])
    assert "Delete cuts" in said[LIT]["aria"]
    assert any(".71" in note for note in said["吃饭>HasSubevent>排队"]["notes"])
    assert "on the lit path" in said["餐馆"]["aria"]


def test_what_the_browser_gets_is_json_and_says_what_is_marked() -> None:
    berg = canteen()
    data = component_data(
        [iceberg_data(berg, lay_out(berg))], [berg], theme="dark", chosen=LIT, marked={"餐馆"}
    )
    sent = json.loads(json.dumps(data, ensure_ascii=False))
    assert sent["chosen"] == LIT
    assert sent["marked"] == ["餐馆"]
    assert {edge["id"] for edge in sent["views"][0]["edges"]} <= set(sent["says"])


def test_evil_words_are_text_in_every_piece_of_html() -> None:
    berg = canteen()
    evil = replace(berg.construal.readings[0], zh=EVIL, en=EVIL)
    reasoned = replace(berg.construal, readings=(), reason=EVIL)
    construal = replace(berg.construal, readings=(evil, *berg.construal.readings[1:]))
    for piece in (
        line_html(construal),
        line_html(reasoned),
        column.reading_html(construal),
        column.reading_html(reasoned),
    ):
        assert "<img" not in piece
        assert "&lt;img" in piece


def test_the_construal_as_json_keeps_paths_and_cuts() -> None:
    construal = replace(canteen().construal, cut=frozenset({"b", "a"}))
    found = json.loads(construal_json(construal))
    assert found["cut"] == ["a", "b"]
    assert found["readings"][0]["paths"][0]["steps"][0]["relation"] == "IsA"
    assert found["sentence"] == "张三吃食堂"


def test_numbers_of_a_verdict_are_those_of_the_coarse_role() -> None:
    readings = tuple(
        Reading(role=role, probability=p, graph=0, space=0, zh="", en="")
        for role, p in (("manner", 0.3), ("patient", 0.4), ("time", 0.25), ("duration", 0.05))
    )
    construal = Construal(sentence="吃", readings=readings, threshold=0.7)
    assert words.verdict(construal) == "The best is .60, below .70."


def test_dark_matter_joins_the_iceberg_as_far_as_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[tuple[int, int]] = []

    def iceberg_of(_construer: object, _construal: object, *, around: int, dark: Sequence[object]) -> Iceberg:
        given.append((around, len(dark)))
        return canteen()

    workspace = SimpleNamespace(
        name="w",
        space=SimpleNamespace(name="s"),
        store=SimpleNamespace(facts_generation=lambda: 1),
        construer=Small(),
    )
    monkeypatch.setattr(dark, "iceberg_of", iceberg_of)
    monkeypatch.setattr(dark, "implied", lambda *_: ["fact"] * 9)
    deep = dark.Icebergs(workspace, dark=True)  # type: ignore[arg-type]
    deep.iceberg(deep.construe("张三吃食堂"), around=8)
    deep.iceberg(deep.construe("张三吃食堂"), around=3)
    assert given == [(8, 4), (3, 1)]


def test_the_tour_takes_the_edge_that_carries_most_and_stays_with_the_one_that_is_cut() -> None:
    class Weighing(Small):
        def construe(
            self, sentence: str, verb: str | None = None, object: str | None = None, cut: object = frozenset()
        ) -> Construal:
            left = 0.3 if LIT in cut else 0.7 if cut else 0.86  # type: ignore[operator]
            return shares(canteen().construal, location=left, patient=0.1, instrument=0.05)

    berg = canteen()
    found = tour.heaviest(Weighing(), berg)
    assert found is not None
    assert found.id == LIT
    other = next(edge for edge in berg.edges if edge.lit and edge.step and edge.id != LIT)
    cut = replace(berg, edges=tuple(replace(e, cut=e.id == other.id) for e in berg.edges))
    assert tour.heaviest(Weighing(), cut) == replace(other, cut=True)

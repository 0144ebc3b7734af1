"""Importing a source again: what it no longer has goes, what a person judged stays, a half import removes nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from explorer import Cancelled, Fact, KnowledgeSource, PluginError, Progress, i18n
from explorer.cli import main as cli
from explorer.knowledge import Import, importing
from explorer.registry import load_registry
from store import FactRecord, Renewal, Store


class Words(KnowledgeSource):
    """Facts about these words; `then` happens behind the last of them."""

    name = "words"
    title = {"zh": "词", "en": "words"}
    licence = "CC0"

    def __init__(self, *words: str, then: Callable[[], object] = lambda: None) -> None:
        self.words, self.then = words, then

    def facts(self, assets: Mapping[str, Path]) -> Iterable[Fact]:
        for word in self.words:
            yield Fact(subject=word, relation="IsA", object="词", language="zh" if word > "z" else "en")
        self.then()


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    i18n.activate("en")
    yield
    i18n.activate(None)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "CHUNK", 2)
    monkeypatch.setattr(importing, "STEP_SECONDS", 0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A workspace with the words a, b, c and 碗."""
    with Store.open(tmp_path / "w", create=True) as opened:
        Import(opened).source(Words("a", "b", "c", "碗"), {})
        yield opened


def words(store: Store) -> list[str]:
    return [fact.subject for fact in store.iter_facts()]


def test_what_a_source_no_longer_has_is_removed(store: Store) -> None:
    generation = store.facts_generation()
    report = Import(store).source(Words("a", "碗", "d"), {})
    assert (report.added, report.present, report.removed) == (1, 2, 2)
    assert words(store) == ["a", "碗", "d"]
    assert store.facts_generation() > generation
    assert Import(store).source(Words("a", "碗", "d"), {}).removed == 0


def test_what_a_person_judged_stays(store: Store) -> None:
    workspace = {fact.subject: fact for fact in store.iter_facts()}
    store.judge_fact(workspace["a"].id, "rejected", {"reviews": [{"status": "rejected", "who": "li"}]})
    store.judge_fact(workspace["b"].id, "held", {"note": "not by a person"})
    report = Import(store).source(Words("碗"), {})
    assert (report.removed, words(store)) == (2, ["a", "碗"])
    (kept,) = store.find_facts(subject="a")
    assert kept.status == "rejected"


def test_other_sources_and_files_are_left_alone(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "words.csv"
    path.write_text("x,IsA,y\n", "utf-8")
    Import(store).file(path)
    path.write_text("u,IsA,v\n", "utf-8")
    assert Import(store).file(path).removed == 0  # a file is not all that there is
    assert Import(store).source(Words("a"), {}).removed == 3
    assert words(store) == ["a", "x", "u"]


def test_an_import_of_some_languages_removes_nothing(store: Store) -> None:
    report = Import(store).source(Words("a", "碗", "盘"), {}, languages=["zh"])
    assert (report.added, report.removed) == (1, 0)
    assert words(store) == ["a", "b", "c", "碗", "盘"]


def test_a_stopped_import_removes_nothing(store: Store) -> None:
    def stop(step: Progress) -> None:
        raise Cancelled("enough")

    report = Import(store, stop).source(Words("d", "e", "f"), {})
    assert (report.cancelled, report.removed) == (True, 0)
    assert {"a", "b", "c", "碗"} < set(words(store))


def test_a_source_that_fails_or_is_empty_removes_nothing(store: Store) -> None:
    with pytest.raises(PluginError):
        Import(store).source(Words("d", "e", "f", then=lambda: 1 / 0), {})
    assert words(store) == ["a", "b", "c", "碗", "d", "e", "f"]
    with pytest.raises(importing.RefusedContent):
        Import(store).source(Words(), {})
    assert len(words(store)) == 7


def test_a_killed_import_removes_nothing_and_the_next_one_does(store: Store, tmp_path: Path) -> None:
    """A real process that ends without a word behind its last fact, most of them stored."""
    code = (
        f"import os, sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from pathlib import Path; from explorer.knowledge import Import, importing; from store import Store\n"
        "from test_knowledge_renewal import Words; importing.CHUNK = 2\n"
        f"with Store.open(Path({str(tmp_path / 'w')!r})) as store:\n"
        "    Import(store).source(Words('a', 'd', 'e', then=lambda: os._exit(9)), {})\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[1], env=os.environ, check=False
    )
    assert done.returncode == 9
    assert words(store) == ["a", "b", "c", "碗", "d"]
    assert Import(store).source(Words("a", "d", "e"), {}).removed == 3
    assert words(store) == ["a", "d", "e"]


def test_a_removal_that_fails_leaves_everything(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The facts go in the transaction that says so, or not at all."""

    def die(*_given: object) -> None:
        raise MemoryError

    source = Words("a", then=lambda: monkeypatch.setattr("store.notes.advance", die))
    with pytest.raises(MemoryError):
        Import(store).source(source, {})
    assert words(store) == ["a", "b", "c", "碗"]


def test_what_another_one_adds_meanwhile_stays(store: Store, tmp_path: Path) -> None:
    def meanwhile() -> None:
        with Store.open(tmp_path / "w") as other:
            Import(other).file(path)

    path = tmp_path / "more.jsonl"
    fact = {"subject": "later", "relation": "IsA", "object": "词", "source": "words", "language": "en"}
    path.write_text(json.dumps(fact), "utf-8")
    report = Import(store).source(Words("a", then=meanwhile), {})
    assert (report.removed, words(store)) == (3, ["a", "later"])


def test_two_renewals_at_once_do_not_see_each_other(store: Store) -> None:
    (a, b, c, bowl) = store.iter_facts()
    with store.renew_facts("words") as first, store.renew_facts("words") as second:
        first.put([a])
        second.put([b, c])
        assert first.finish() == 3
        assert second.finish() == 1
    assert words(store) == []
    with store.renew_facts("words") as again:
        assert again.put([bowl]) == 1
        assert again.finish() == 0


def test_the_command_says_how_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    source = Words("a", "b", "c")
    found = replace(load_registry(), knowledge_sources={"words": source})
    monkeypatch.setattr("explorer.registry.load_registry", lambda: found)
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path))
    monkeypatch.setenv("EXPLORER_LANG", "en")
    command = ["knowledge", "import", "words", "--workspace", "w"]
    assert cli.main(command) == 0
    assert "no longer" not in capfd.readouterr().out
    source.words = ("a",)
    assert cli.main(command) == 0
    assert "2 facts that words no longer has were removed." in capfd.readouterr().out
    source.words = ("b",)
    assert cli.main([*command, "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["removed"] == 1


@pytest.mark.long
def test_removing_many_takes_less_than_storing_them(tmp_path: Path) -> None:
    count, chunk = 100_000, 5_000
    values = {
        "relation": "IsA",
        "object": "x",
        "language": "en",
        "weight": 1.0,
        "source": "s",
        "licence": "",
        "depth": 1,
    }

    def put(renewal: Renewal, numbers: range) -> float:
        start = time.perf_counter()
        for n in range(numbers.start, numbers.stop, chunk):
            renewal.put([FactRecord(subject=f"w{k}", **values) for k in range(n, n + chunk)])  # type: ignore[arg-type]
        return time.perf_counter() - start

    with Store.open(tmp_path / "w", create=True) as store:
        with store.renew_facts("s") as renewal:
            stored = put(renewal, range(count))
        with store.renew_facts("s") as renewal:
            put(renewal, range(count // 2))
            start = time.perf_counter()
            assert renewal.finish() == count // 2
            assert time.perf_counter() - start < stored

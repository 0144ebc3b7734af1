"""Knowledge source `wordnet`: small wordnets in WN-LMF, added by the real library, become facts."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Any

import pytest
import wn

from explorer import Fact, MissingError, i18n
from explorer.knowledge import Import
from explorer.knowledge.relations import IN_CONCEPTNET
from explorer.registry import build_registry
from plugins import knowledge_wordnet
from plugins.knowledge_wordnet import OF_SENSES, OF_SYNSETS, Wordnets
from store import Store

Synsets = dict[str, tuple[str, list[tuple[str, str]]]]
Entries = dict[str, list[str]]

# words → their synsets, the usual sense first; synset → (interlingual index, relations)
ENGLISH: Entries = {
    "dog": ["dog-n", "fellow-n"],
    "domestic dog": ["dog-n"],
    "canine": ["canine-n"],
    "paw": ["paw-n"],
    "keratin": ["keratin-n"],
    "walk": ["walk-v"],
    "stroll": ["stroll-v"],
    "Rex": ["rex-n"],
    "fellow": ["fellow-n"],
}
ENGLISH_SYNSETS: Synsets = {
    "dog-n": ("i1", [("hypernym", "canine-n"), ("mero_part", "paw-n")]),
    "canine-n": ("i2", [("hyponym", "dog-n")]),
    "paw-n": ("i3", [("holo_part", "dog-n"), ("mero_substance", "keratin-n")]),
    "keratin-n": ("i4", [("holo_substance", "paw-n")]),
    "walk-v": ("i5", [("causes", "stroll-v"), ("entails", "stroll-v")]),
    "stroll-v": ("i6", [("hypernym", "walk-v")]),
    "rex-n": ("i7", [("instance_hypernym", "dog-n")]),
    "fellow-n": ("", []),
}
CHINESE: Entries = {
    "狗": ["z-n-dog"],
    "犬": ["z-n-dog"],
    "犬科動物": ["z-n-canine"],
    "爪子": ["z-n-paw"],
    "一致+的": [],
}
CHINESE_SYNSETS: Synsets = {"z-n-dog": ("i1", []), "z-n-canine": ("i2", []), "z-n-paw": ("i3", [])}


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    i18n.activate("en")
    yield
    i18n.activate(None)


@pytest.fixture(autouse=True)
def data(tmp_path: Path) -> Iterator[Path]:
    """wn's data folder: not there yet."""
    config: Any = wn.config  # type: ignore[attr-defined]
    before = config.database_path.parent, config.allow_multithreading  # asking for the folder would make it
    config.data_directory = tmp_path / "wn"
    yield tmp_path / "wn"
    wn._db.clear_connections()
    config.data_directory, config.allow_multithreading = before


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "w", create=True) as opened:
        yield opened


@pytest.fixture
def add(tmp_path: Path) -> Callable[..., None]:
    """Give the library one wordnet."""

    def add(name: str, language: str, entries: Entries, synsets: Synsets, **more: Any) -> None:
        path = tmp_path / f"{name}.xml"
        path.write_text(lmf(name, language, entries, synsets, **more), "utf-8")
        wn.add(path, progress_handler=None)

    return add


def lmf(
    name: str,
    language: str,
    entries: Entries,
    synsets: Synsets,
    *,
    licence: str = "CC BY 4.0",
    requires: str = "",
    opposites: tuple[tuple[str, str], ...] = (),
) -> str:
    """A wordnet in WN-LMF 1.1; `opposites` are pairs of words whose first senses are antonyms."""
    lines = []
    for n, (word, meanings) in enumerate(entries.items()):
        part = meanings[0].split("-")[1] if meanings else "a"
        lines.append(
            f'<LexicalEntry id="{name}-{n}"><Lemma writtenForm="{escape(word)}" partOfSpeech="{part}"/>'
        )
        for k, synset in enumerate(meanings):
            others = [b for a, b in opposites if a == word and k == 0]
            numbers = [list(entries).index(other) for other in others]
            related = "".join(f'<SenseRelation relType="antonym" target="{name}-{m}-0"/>' for m in numbers)
            lines.append(f'<Sense id="{name}-{n}-{k}" synset="{name}-{synset}">{related}</Sense>')
        lines.append("</LexicalEntry>")
    for synset, (ili, relations) in synsets.items():
        related = "".join(f'<SynsetRelation relType="{r}" target="{name}-{t}"/>' for r, t in relations)
        part = synset.split("-")[1]
        lines.append(f'<Synset id="{name}-{synset}" ili="{ili}" partOfSpeech="{part}">{related}</Synset>')
    needs = f'<Requires id="{requires}" version="1"/>' if requires else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE LexicalResource SYSTEM '
        '"http://globalwordnet.github.io/schemas/WN-LMF-1.1.dtd">\n'
        '<LexicalResource xmlns:dc="https://globalwordnet.github.io/schemas/dc/">'
        f'<Lexicon id="{name}" label="{name}" language="{language}" email="a@b.c" license="{licence}" '
        f'version="1" url="">{needs}{"".join(lines)}</Lexicon></LexicalResource>'
    )


def facts() -> dict[tuple[str, str, str], Fact]:
    found = list(Wordnets().facts({}))
    by_triple = {(fact.subject, fact.relation, fact.object): fact for fact in found}
    assert len(by_triple) == len(found)  # none twice
    return by_triple


def test_it_is_declared_without_a_fault_and_without_loading_the_library() -> None:
    registry = build_registry({"wordnet": knowledge_wordnet})
    assert (registry.plugins["wordnet"].reason, list(registry.knowledge_sources)) == ("", ["wordnet"])
    check = (
        "import sys; from plugins import knowledge_wordnet as plugin; plugin.knowledge_sources(); "
        "assert 'wn' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", check], check=True, cwd=Path(__file__).parents[1])


def test_every_relation_is_the_librarys_and_conceptnets() -> None:
    from wn.constants import SENSE_RELATIONS, SYNSET_RELATIONS

    assert set(OF_SYNSETS) <= SYNSET_RELATIONS
    assert set(OF_SENSES) <= SENSE_RELATIONS | {"causes"}
    assert set(OF_SYNSETS.values()) | {"MannerOf", "Synonym"} <= IN_CONCEPTNET


def test_relations_become_facts(add: Callable[..., None]) -> None:
    add("tiny", "en-GB", ENGLISH, ENGLISH_SYNSETS)
    found = facts()
    assert set(found) == {
        ("dog", "Synonym", "domestic dog"),
        ("domestic dog", "Synonym", "dog"),
        ("dog", "Synonym", "fellow"),
        ("fellow", "Synonym", "dog"),
        ("dog", "IsA", "canine"),
        ("domestic dog", "IsA", "canine"),
        ("dog", "HasA", "paw"),
        ("domestic dog", "HasA", "paw"),
        ("paw", "PartOf", "dog"),
        ("paw", "PartOf", "domestic dog"),
        ("paw", "MadeOf", "keratin"),
        ("Rex", "InstanceOf", "dog"),
        ("Rex", "InstanceOf", "domestic dog"),
        ("walk", "Causes", "stroll"),
        ("walk", "Entails", "stroll"),
        ("stroll", "MannerOf", "walk"),
    }
    fact = found["dog", "IsA", "canine"]
    assert (fact.language, fact.licence, fact.weight) == ("en", "CC BY 4.0", 1)
    said = {"lexicon": "tiny:1", "synset": "tiny-dog-n", "sense": "tiny-0-0", "sense_number": 1, "ili": "i1"}
    assert fact.meta == said


def test_a_rarer_sense_weighs_less_and_the_strongest_pair_counts(add: Callable[..., None]) -> None:
    entries: Entries = {"bank": ["x-n", "y-n", "z-n"], "shore": ["y-n"], "slope": ["w-n", "z-n", "y-n"]}
    entries["levee"] = ["y-n", "w-n", "x-n"]
    synsets: Synsets = {name: ("", []) for name in ("x-n", "y-n", "z-n", "w-n")}
    add("tiny", "en", entries, synsets)
    found = facts()
    assert found["bank", "Synonym", "shore"].weight == found["shore", "Synonym", "bank"].weight == 0.7071
    # in y the 2nd and 3rd sense, in z the 3rd and 2nd: the same; shore's only sense is slope's 3rd
    assert found["bank", "Synonym", "slope"].weight == pytest.approx(6**-0.5, abs=1e-4)
    # in x the 1st and 3rd sense, in y, which comes later, the 2nd and 1st: stronger
    assert found["bank", "Synonym", "levee"].weight == pytest.approx(2**-0.5, abs=1e-4)
    assert found["slope", "Synonym", "shore"].weight == pytest.approx(3**-0.5, abs=1e-4)


def test_antonyms_are_words_not_meanings(add: Callable[..., None]) -> None:
    entries: Entries = {"big": ["b-a"], "large": ["b-a"], "little": ["l-a"]}
    synsets: Synsets = {"b-a": ("", [("similar", "l-a")]), "l-a": ("", [])}
    add("tiny", "en", entries, synsets, opposites=(("big", "little"), ("little", "big")))
    opposites = {triple for triple in facts() if triple[1] == "Antonym"}
    assert opposites == {("big", "Antonym", "little"), ("little", "Antonym", "big")}
    assert ("large", "SimilarTo", "little") in facts()


@pytest.mark.parametrize("requires", ["tiny", "absent"])
def test_chinese_takes_its_relations_from_another_wordnet(
    add: Callable[..., None], store: Store, requires: str
) -> None:
    """From the one it requires, or from any other where that one is absent; simplified; both licences."""
    add("tiny", "en", ENGLISH, ENGLISH_SYNSETS)
    add("hanyu", "cmn-Hans", CHINESE, CHINESE_SYNSETS, licence="wordnet", requires=requires)
    report = Import(store).source(Wordnets(), {})
    assert (report.refused, report.present) == (0, 0)
    assert {(f.subject, f.relation, f.object) for f in store.iter_facts(language="zh")} == {
        ("狗", "Synonym", "犬"),
        ("犬", "Synonym", "狗"),
        ("狗", "IsA", "犬科动物"),
        ("犬", "IsA", "犬科动物"),
        ("狗", "HasA", "爪子"),
        ("犬", "HasA", "爪子"),
        ("爪子", "PartOf", "狗"),
        ("爪子", "PartOf", "犬"),
    }
    (isa,) = store.find_facts(subject="狗", relation="IsA")
    assert (isa.licence, isa.meta["relation_from"], isa.meta["ili"]) == (
        "wordnet + CC BY 4.0",
        "tiny:1",
        "i1",
    )
    (same,) = store.find_facts(subject="狗", relation="Synonym")
    assert same.licence == "wordnet"
    assert {fact.source for fact in store.iter_facts()} == {"wordnet"}


def test_what_the_chinese_wordnet_sets_apart_is_taken_off(add: Callable[..., None]) -> None:
    add("hanyu", "cmn", {"一致+的": ["c-a"], "协调+地": ["c-a"], "和諧": ["c-a"]}, {"c-a": ("", [])})
    assert {subject for subject, _relation, _object in facts()} == {"一致", "协调", "和谐"}


def test_the_size_is_of_the_order_of_the_facts(add: Callable[..., None]) -> None:
    assert Wordnets().size == 0
    add("tiny", "en", ENGLISH, ENGLISH_SYNSETS)
    assert 1 / 4 < Wordnets().size / len(facts()) < 4


def test_a_wordnet_that_is_gone_takes_its_facts_along(add: Callable[..., None], store: Store) -> None:
    add("tiny", "en", ENGLISH, ENGLISH_SYNSETS)
    add("hanyu", "cmn", CHINESE, CHINESE_SYNSETS)
    Import(store).source(Wordnets(), {})
    wn.remove("hanyu:1", progress_handler=None)
    report = Import(store).source(Wordnets(), {})
    assert (report.added, report.removed) == (0, 2)  # without `requires`, Chinese had its synonyms only
    assert {fact.language for fact in store.iter_facts()} == {"en"}


def test_without_a_wordnet_the_way_to_one_is_named(data: Path, store: Store) -> None:
    with pytest.raises(MissingError) as raised:
        Import(store).source(Wordnets(), {})
    assert "python -m wn download oewn" in raised.value.next_step
    assert "omw-cmn:1.4" in raised.value.next_step
    assert not data.exists()  # asking leaves nothing behind


def test_without_the_library_the_way_to_it_is_named(monkeypatch: pytest.MonkeyPatch, store: Store) -> None:
    monkeypatch.setitem(sys.modules, "wn", None)
    with pytest.raises(MissingError) as raised:
        Import(store).source(Wordnets(), {})
    assert 'pip install "semantic-iceberg[wordnet]"' in raised.value.next_step
    assert raised.value.exit_code == 3

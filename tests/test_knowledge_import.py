"""Facts from files and sources: what a teacher types, what a dump holds, and what bad rows do (nothing)."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from explorer import Cancelled, Fact, InputError, Progress, RefusedContent, i18n
from explorer.knowledge import (
    RELATIONS,
    ROLES,
    Import,
    ImportReport,
    checked,
    find_relation,
    importing,
    taking,
)
from explorer.knowledge.relations import similar
from store import Store

Read = Callable[..., ImportReport]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    i18n.activate("en")
    yield
    i18n.activate(None)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "w", create=True) as opened:
        yield opened


@pytest.fixture
def read(store: Store, tmp_path: Path) -> Read:
    """Import a file of this name and content."""

    def read(name: str, content: str | bytes, **options: Any) -> ImportReport:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return Import(store).file(path, **options)

    return read


def triples(store: Store) -> list[tuple[str, str, str]]:
    return [(f.subject, f.relation, f.object) for f in store.iter_facts()]


# -- single facts --------------------------------------------------------------------------------------


def test_what_a_person_types_is_tidied() -> None:
    record = checked(Fact(subject=" 大\u3000碗\x07 ", relation="用于", object="cafe\u0301"), source="me")
    assert (record.subject, record.relation, record.object) == ("大 碗", "UsedFor", "café")
    assert (record.depth, record.status, record.source) == (2, "accepted", "me")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"subject": "  "}, "subject is empty"),
        ({"object": "词" * 201}, "object has 201 characters, the limit is 200"),
        ({"subject": 3}, "subject is not a text"),
        ({"relation": "UsedFro"}, "no relation UsedFro; similar or usual ones: UsedFor"),
        ({"relation": ""}, "relation is empty"),
        ({"weight": -1}, "the weight -1 is not a number from 0 to 1000"),
        ({"weight": float("nan")}, "the weight nan"),
        ({"weight": "much"}, "the weight 'much'"),
        ({"depth": 4}, "the depth 4 is not"),
        ({"depth": True}, "the depth True is not"),
        ({"status": "maybe"}, "statuses: held, accepted, rejected"),
        ({"language": "Chinese!"}, "no language code"),
        ({"meta": {"x": object()}}, "meta is not a JSON object"),
        ({"meta": {"x": "y" * 5000}}, "the limit is 4000"),
    ],
)
def test_what_is_no_fact_is_refused_with_the_reason(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(InputError, match=reason.replace("(", r"\(")):
        checked(Fact(**({"subject": "碗", "relation": "UsedFor", "object": "吃饭"} | changes)), source="s")


def test_every_relation_is_found_by_each_of_its_names() -> None:
    for relation in RELATIONS.values():
        for name in (relation.name, relation.name.lower(), f"/r/{relation.name}", relation.zh, relation.en):
            assert find_relation(name) is relation, name
        assert 0 <= relation.depth <= 3
    assert {taking(role) for role in ROLES} <= set(RELATIONS)
    assert find_relation("nothing") is None
    assert similar("IsAA")[0] == "IsA"


# -- spreadsheets and JSON lines -----------------------------------------------------------------------


def test_a_spreadsheet_with_bad_rows(read: Read, store: Store) -> None:
    """Each bad row is named by its line; an open quote spoils one row only; all the others are in."""
    text = (
        "subject,relation,object,weight,note\n"
        "碗,UsedFor,盛饭,0.8,seen\n"
        "碗,UsedFro,盛饭\n"
        "\n"
        'bowl,"UsedFor,eating\n'
        ",IsA,食物\n"
        "食堂,AtLocation,学校,heavy\n"
        '食堂,IsA,"处所, 地方"\n'
        "a,b,c,1,d,e\n"
    )
    report = read("mine.csv", text)
    assert (report.added, report.refused, report.rows) == (2, 5, 7)
    assert [reason.line for reason in report.reasons] == [3, 5, 6, 7, 9]
    assert "UsedFor" in report.reasons[0].reason
    assert triples(store) == [("碗", "UsedFor", "盛饭"), ("食堂", "IsA", "处所, 地方")]
    (bowl,) = store.find_facts(subject="碗")
    assert (bowl.weight, bowl.source, bowl.meta) == (0.8, "mine.csv", {"note": "seen"})


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "主语,关系,宾语\n碗,用于,吃饭\n"),
        ("a.csv", "碗,用于,吃饭\n"),
        ("a.csv", "subject;relation;object\r\n碗;usedfor;吃饭\r\n"),
        ("a.tsv", "object\tsubject\trelation\n吃饭\t碗\t/r/UsedFor\n"),
        ("a.csv", "\ufeff主语,关系,宾语\n碗,用于,吃饭\n"),
        ("a.csv", "主语,关系,宾语\n碗,用于,吃饭\n".encode("gb18030")),
        ("a.csv", "主语\t关系\t宾语\n碗\t用于\t吃饭\n".encode("utf-16")),
        ("a.jsonl", '{"subject": "碗", "relation": "UsedFor", "object": "吃饭"}'),
        (
            "a.jsonl.gz",
            gzip.compress('{"subject":"碗","relation":"UsedFor","object":"吃饭"}\n'.encode(), mtime=0),
        ),
    ],
)
def test_what_spreadsheets_and_programs_save(
    read: Read, store: Store, name: str, content: str | bytes
) -> None:
    report = read(name, content)
    assert (report.added, report.refused) == (1, 0)
    (fact,) = store.iter_facts()
    assert (fact.subject, fact.relation, fact.object, fact.language) == ("碗", "UsedFor", "吃饭", "zh")


def test_json_lines_with_bad_rows(read: Read) -> None:
    good = {"subject": "bowl", "relation": "UsedFor", "object": "eating", "meta": {"a": 1}, "depth": 3}
    lines = [
        json.dumps(good),
        "[1]",
        "{",
        '{"subject": NaN}',
        '{"subject": "x", "relation": "IsA"}',
        "9" * 5000,
    ]
    report = read("a.jsonl", "\n".join([*lines, json.dumps(good | {"subject": "\ud800"}), "[" * 100_000]))
    assert (report.added, report.refused) == (1, 7)
    assert [reason.line for reason in report.reasons] == [2, 3, 4, 5, 6, 7, 8]


def test_a_line_without_end_is_one_bad_row(read: Read, store: Store) -> None:
    report = read("a.csv", "碗,用于,吃饭\n" + "x" * 3_000_000 + "\n锅,用于,做饭\n")
    assert (report.added, [r.line for r in report.reasons]) == (2, [2])


def test_only_the_wanted_languages(read: Read, store: Store) -> None:
    report = read("a.csv", "碗,用于,吃饭\nbowl,UsedFor,eating\n", languages=["en"])
    assert (report.added, report.left_out) == (1, 1)
    assert triples(store) == [("bowl", "UsedFor", "eating")]


def test_nothing_twice(read: Read, store: Store) -> None:
    text = "碗,用于,吃饭\n碗,UsedFor,吃饭\n"
    assert (first := read("a.csv", text)).added == 1
    assert (first.present, read("a.csv", text).present) == (1, 2)
    assert len(triples(store)) == 1


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", "", "empty"),
        ("a.csv", "subject,relation,object\n", "empty"),
        ("a.docx", "x", "not a kind of file"),
        ("a.csv.gz", b"\x1f\x8bnonsense", "cut off or damaged"),
        ("a.jsonl.gz", gzip.compress(b'{"subject": "a"}\n' * 9, mtime=0)[:-9], "cut off or damaged"),
    ],
)
def test_files_that_are_no_knowledge(read: Read, name: str, content: str | bytes, reason: str) -> None:
    with pytest.raises(RefusedContent, match=reason):
        read(name, content)


def test_a_file_that_is_not_there(store: Store, tmp_path: Path) -> None:
    with pytest.raises(RefusedContent, match=r"none\.csv"):
        Import(store).file(tmp_path / "none.csv")


# -- ConceptNet ----------------------------------------------------------------------------------------


def assertion(start: str, relation: str, end: str, weight: float = 1.0) -> str:
    details = json.dumps({"dataset": "/d/x", "license": "cc:by-sa/4.0", "weight": weight})
    return f"/a/[/r/{relation}/,{start}/,{end}/]\t/r/{relation}\t{start}\t{end}\t{details}\n"


def dump(*lines: str) -> bytes:
    return gzip.compress("".join(lines).encode())


def test_conceptnet(read: Read, store: Store) -> None:
    report = read(
        "conceptnet-assertions-5.7.0.csv.gz",
        dump(
            assertion("/c/zh/食堂/n", "AtLocation", "/c/zh/學校", 2.5),
            assertion("/c/en/hot_dog/n/wn/food", "IsA", "/c/en/food"),
            assertion("/c/zh/碗", "Synonym", "/c/en/bowl"),
            assertion("/c/fr/bol", "IsA", "/c/fr/plat"),
            assertion("/c/fr/bol", "Synonym", "/c/en/bowl"),
            assertion("/c/en/bowl", "ExternalURL", "http://example.org/c/en/bowl"),
            "/a/[x\t/r/IsA\t/c/en/a\n",
            "/a/[x\t/r/IsA\t/c/en/a\t/c/en/b\t{broken\n",
        ),
    )
    assert (report.rows, report.added, report.left_out, report.refused) == (8, 3, 3, 2)
    assert [r.line for r in report.reasons] == [7, 8]
    canteen, _, bowl = store.iter_facts()
    assert (canteen.subject, canteen.object, canteen.weight) == ("食堂", "学校", 2.5)
    assert (canteen.licence, canteen.source, canteen.language) == ("CC BY-SA 4.0", "conceptnet", "zh")
    assert bowl.meta == {"object_language": "en"}
    assert triples(store)[1] == ("hot dog", "IsA", "food")


def test_a_stopped_import_goes_on_where_it_was(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 50)
    monkeypatch.setattr(importing, "STEP_SECONDS", 0)
    path = tmp_path / "dump.csv.gz"
    path.write_bytes(dump(*(assertion(f"/c/en/w{n}", "IsA", "/c/en/thing") for n in range(1000))))
    steps: list[Progress] = []

    def stop(step: Progress) -> None:
        steps.append(step)
        if len(steps) == 4:
            raise Cancelled("enough")

    first = Import(store, stop).file(path)
    assert first.cancelled
    assert 0 < first.added < 1000
    assert len(triples(store)) == first.added
    second = Import(store, steps.append).file(path)
    assert (second.resumed_after, second.added + first.added) == (first.rows, 1000)
    assert (second.present, second.cancelled) == (0, False)
    assert (steps[-1].done, steps[-1].unit) == (path.stat().st_size, "bytes")
    again = Import(store).file(path)  # once whole, everything is looked at again
    assert (again.resumed_after, again.added, again.present) == (0, 0, 1000)


def test_a_killed_import_goes_on_behind_its_last_chunk(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kill leaves what the last transaction left: the facts and the place belong together."""
    monkeypatch.setattr(importing, "CHUNK", 10)
    path = tmp_path / "a.tsv"
    path.write_text("".join(f"w{n}\tIsA\tthing\ten\n" for n in range(35)), "utf-8")
    put = store.put_facts
    calls: list[int] = []

    def die(*args: Any, **given: Any) -> int:
        calls.append(1)
        if len(calls) == 3:
            raise MemoryError  # not one of ours: nothing is tidied up, as with a kill
        return put(*args, **given)

    monkeypatch.setattr(store, "put_facts", die)
    with pytest.raises(MemoryError):
        Import(store).file(path)
    monkeypatch.setattr(store, "put_facts", put)
    assert len(triples(store)) == 20
    report = Import(store).file(path)
    assert (report.resumed_after, report.added, len(triples(store))) == (20, 15, 35)


def test_a_changed_file_begins_anew(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text("a\tIsA\tb\n", "utf-8")
    Import(store).file(path)
    path.write_text("c\tIsA\td\na\tIsA\tb\n", "utf-8")
    assert Import(store).file(path).added == 1

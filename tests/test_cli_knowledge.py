"""`explorer knowledge` as a teacher and as a program use it, in a workspace of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from explorer import i18n
from explorer.cli import main as cli

Run = Callable[..., tuple[int, Any, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """`explorer knowledge …`; gives exit code, stdout (parsed with --json) and stderr."""
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("EXPLORER_LANG", "en")
    monkeypatch.setenv("LANGUAGE", "en")
    monkeypatch.chdir(tmp_path)

    def run(*args: str) -> tuple[int, Any, str]:
        code = cli.main(["knowledge", *args])
        captured = capfd.readouterr()
        return code, json.loads(captured.out) if "--json" in args else captured.out, captured.err

    yield run
    i18n.activate(None)


@pytest.fixture
def sheet(tmp_path: Path) -> str:
    (tmp_path / "sheet.csv").write_text("碗,用于,吃饭\nx,Nope,y\nbowl,UsedFor,eating\n", "utf-8")
    return "sheet.csv"


def test_import_makes_the_workspace_and_names_bad_rows(run: Run, sheet: str) -> None:
    code, document, err = run("import", sheet, "-w", "new", "--json")
    assert code == 1
    assert (document["added"], document["refused"]) == (2, 1)
    assert document["reasons"][0]["line"] == 2
    assert "sheet.csv, line 2: there is no relation Nope" in err
    code, out, _ = run("import", sheet, "-w", "new")
    assert (code, out) == (1, "0 facts are new, 2 were there, 0 left out, 1 refused.\n")


def test_import_of_one_language(run: Run, sheet: str) -> None:
    _, document, _ = run("import", sheet, "--language", "en", "--json")
    assert (document["added"], document["left_out"]) == (1, 1)


def test_the_messages_are_chinese_too(run: Run, sheet: str) -> None:
    code, out, err = run("import", sheet, "--lang", "zh")
    assert code == 1
    assert "新增 2 条" in out
    assert "第 2 行" in err


@pytest.mark.parametrize("name", ["facts.jsonl", "facts.csv", "facts.tsv"])
def test_what_is_exported_is_imported_again(run: Run, sheet: str, name: str) -> None:
    run("import", sheet)
    _, added, _ = run("add", '大"碗"', "UsedFor", "a, b;\tc", "--why", "seen", "--weight", "0.5", "--json")
    code, document, _ = run("export", name, "--json")
    assert (code, document["facts"]) == (0, 3)
    code, document, _ = run("import", name, "-w", "other", "--json")
    assert (code, document["added"]) == (0, 3)
    _, again, _ = run("review", "-w", "other", "--json")
    assert again["facts"] == added["facts"]
    code, document, _ = run("export", name, "--source", "added", "--json")
    assert document["facts"] == 1


def test_stats(run: Run, sheet: str) -> None:
    run("import", sheet)
    _, document, _ = run("stats", "--json")
    assert (document["facts"], document["by_source"]) == (2, {"sheet.csv": 2})
    assert document["by_language"] == {"zh": 1, "en": 1}
    code, out, _ = run("stats")
    assert code == 0
    assert out.startswith("2 facts.\n")


def test_adding_and_reviewing(run: Run) -> None:
    code, document, _ = run("add", "食堂", "位于", "学校", "--who", "li", "--why", "common", "--json")
    (fact,) = document["facts"]
    assert (code, fact["relation"], fact["status"], fact["language"]) == (0, "AtLocation", "accepted", "zh")
    code, document, _ = run(
        "review", fact["id"][:8], "--reject", "--who", "wang", "--why", "ours is not", "--json"
    )
    (judged,) = document["facts"]
    assert judged["status"] == "rejected"
    history = [(r["status"], r["who"], r["why"]) for r in judged["meta"]["reviews"]]
    assert history == [("accepted", "li", "common"), ("rejected", "wang", "ours is not")]
    assert all("when" in review for review in judged["meta"]["reviews"])
    assert run("review", "--status", "accepted", "--json")[1]["facts"] == []
    assert fact["id"] in run("review", "--status", "rejected")[1]
    assert "Nothing here yet." in run("review", "--source", "mined")[1]
    assert run("add", "食堂", "位于", "学校", "--json")[1]["facts"][0]["status"] == "accepted"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["import", "nothing"], "neither a file nor a source"),
        (["import", "notes.docx"], "not a kind of file that facts are read from"),
        (["export", "facts.xlsx"], "not a kind of file that facts are written to"),
        (["export", "no/such/folder.csv"], "cannot be written"),
        (["add", "a", "UsedFro", "b"], "Not a fact: there is no relation UsedFro"),
        (["add", "a", "IsA", " "], "object is empty"),
        (["add", "a", "IsA", "b", "--weight", "nan"], "the weight nan"),
        (["review", "zzz", "--accept"], "No fact begins with zzz"),
        (["review", "", "--accept"], "No fact begins with"),
        (["review", "--accept"], "Give ids of facts"),
        (["review", "1", "--accept", "--reject"], "one of --accept, --reject and --hold"),
        (["review", "--status", "maybe"], "Statuses: held, accepted, rejected"),
    ],
)
def test_wrong_usage_is_told_and_exits_with_2(
    run: Run, tmp_path: Path, args: list[str], message: str
) -> None:
    (tmp_path / "notes.docx").write_text("x")
    run("add", "a", "IsA", "c")
    code, document, err = run(*args, "--json")
    assert code == 2
    assert message in err
    assert message in document["error"]["message"]


def test_a_workspace_that_is_not_there(run: Run) -> None:
    for command in ("stats", "review"):
        code, _, err = run(command, "-w", "none")
        assert code == 3
        assert "none" in err


def test_one_unknown_id_changes_nothing(run: Run) -> None:
    known = run("add", "a", "IsA", "b", "--json")[1]["facts"][0]["id"]
    assert run("review", known, "zzz", "--reject")[0] == 2
    assert run("review", "--json")[1]["facts"][0]["status"] == "accepted"


def test_mined_facts_are_listed_for_review_and_rejected_ones_do_not_return(run: Run) -> None:
    code, document, _ = run("mine", "苹果", "--relation", "HasProperty", "-k", "3", "-w", "new", "--json")
    assert code == 0
    found = document["facts"]
    assert [(f["subject"], f["relation"], f["source"], f["status"]) for f in found] == [
        ("苹果", "HasProperty", "mined", "held")
    ] * 3
    assert {"甜", "酸甜", "多汁", "酸"} & {f["object"] for f in found}
    _, listed, _ = run("review", "-w", "new", "--json")
    assert {f["id"] for f in listed["facts"]} == {f["id"] for f in found}
    run("review", found[0]["id"], "--reject", "--who", "li", "--why", "not all are", "-w", "new")
    _, again, _ = run("mine", "苹果", "--relation", "HasProperty", "-k", "3", "-w", "new", "--json")
    assert found[0]["id"] not in {f["id"] for f in again["facts"]}
    assert len(again["facts"]) == 3


def test_mining_asks_for_a_word_or_a_relation(run: Run) -> None:
    code, _, err = run("mine", "-w", "new")
    assert code == 2
    assert "a word, a relation, or both" in err
    code, _, err = run("mine", "苹果", "--relation", "Nope", "-w", "new")
    assert code == 2
    assert "UsedFor" in err

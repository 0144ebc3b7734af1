"""`explorer probe …` as a person and a program call it, with the real encoder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from explorer import i18n
from explorer.cli import main as cli
from probes import records
from tests import solvers


@pytest.fixture(autouse=True)
def isolated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("EXPLORER_LANG", "en")
    i18n.activate("en")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl"
    write(path, solvers.rows(40))
    return path


def write(path: Path, rows: list[Any]) -> None:
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def call(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any, str]:
    code = cli.main(["probe", *arguments])
    out, err = capfd.readouterr()
    return code, json.loads(out) if out.strip().startswith("{") else out, err


def test_run_replay_and_diff(file: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, found, _err = call(capfd, "run", str(file), "--with-iceberg", "--json", "--offline")
    assert code == 0
    assert set(found["encoders"]) == {"text-use", "text-use+iceberg"}
    alone, together = found["encoders"]["text-use"], found["encoders"]["text-use+iceberg"]
    assert alone["n"] == together["n"] == 40
    assert together["accuracy"] > alone["accuracy"]
    for arm in ("verb_deleted", "object_swapped", "options_only", "shuffled", "char_overlap", "random"):
        assert {"accuracy", "gap", "gap_ci", "n"} <= set(alone["arms"][arm])
    kept = records.load(found["run"])
    assert kept["encoders"]["text-use"]["revision"] == "use-multilingual-v3"
    assert kept["iceberg"]["facts"] > 100_000
    assert len(kept["input"]["rows"]) == 40
    code, again, _err = call(capfd, "replay", "last", "--json", "--offline")
    assert (code, again["same"]) == (0, True), again["differences"][:5]
    code, other, _err = call(capfd, "run", str(file), "--seed", "3", "--json", "--offline")
    code, changed, _err = call(capfd, "diff", found["run"], other["run"], "--json")
    assert any(each["path"] == "parameters.seed" for each in changed["differences"])
    assert any(each["path"] == "parameters.with_iceberg" for each in changed["differences"])
    code, compared, _err = call(capfd, "compare", found["run"], "--json")
    assert compared["comparisons"][0]["b"] == "text-use+iceberg"


def test_controls_are_easy_and_the_iceberg_does_not_spoil_them(capfd: pytest.CaptureFixture[str]) -> None:
    code, found, _err = call(capfd, "run", "controls", "--with-iceberg", "--json", "--offline")
    assert code == 0
    for name in ("text-use", "text-use+iceberg"):
        assert found["encoders"][name]["control"]["n"] == 90
        assert found["encoders"][name]["control"]["accuracy"] >= 0.95


def test_a_person_reads_the_verdict(file: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, out, _err = call(capfd, "run", str(file), "--offline")
    assert code == 0
    assert "text-use: " in out
    assert "n 40" in out
    assert "verb_deleted" in out


def test_bad_rows_are_listed_and_nothing_runs(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    good = solvers.rows(20)
    bad: list[Any] = [
        {"id": "x", "sentence": "他吃饭", "good": "他吃"},
        good[0] | {"sentence": " ", "id": "y"},
        good[0],
        "{nonsense",
        good[1] | {"id": "z", "bad": good[1]["good"]},
        good[1] | {"id": "w", "mirror_of": "z"},
    ]
    path = tmp_path / "bad.jsonl"
    write(path, [*good, *bad])
    code, out, err = call(capfd, "run", str(path), "--json", "--offline")
    assert (code, list(out)) == (2, ["error"])
    for line, reason in (
        (21, "no bad"),
        (22, "empty"),
        (23, "already"),
        (24, "JSON"),
        (25, "equal"),
        (26, "mirror_of"),
    ):
        assert f"line {line}" in err, err
        assert reason in err, err
    assert "--skip-bad" in err
    assert records.ids() == []
    code, found, _err = call(capfd, "run", str(path), "--json", "--offline", "--skip-bad")
    assert code == 0
    assert found["n"] == 20
    assert [each["line"] for each in found["left_out"]] == [21, 22, 23, 24, 25, 26]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "No probe"),
        ([{"id": "1", "colour": "red"}], "No probe"),
        (solvers.rows(2)[:1], "too little"),
    ],
)
def test_what_cannot_be_measured(
    rows: list[Any], words: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "few.jsonl"
    write(path, rows)
    code, out, err = call(capfd, "run", str(path), "--json", "--offline")
    assert (code, list(out)) == (2, ["error"])
    assert words in err
    assert "Traceback" not in err


def test_names_that_are_not_there(file: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for arguments, words in (
        (["run", str(file), "--encoder", "text-nobody"], "text-use"),
        (["run", str(file), "--encoder", "image-efficientnet"], "not texts"),
        (["run", str(file), "--probe", "nobody"], "contrast"),
        (["run", "no-such-suite"], "no suite"),
        (["run", str(file.parent / "nobody.jsonl")], "nobody.jsonl"),
        (["replay", "20200101"], "none yet"),
        (["new", "nobody"], "contrast"),
    ):
        code, _out, err = call(capfd, *arguments)
        assert code == 2, arguments
        assert words in err, (arguments, err)
        assert "Traceback" not in err


def test_a_row_to_start_from(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.jsonl"
    assert call(capfd, "new", "contrast", "--out", str(path))[0] == 0
    assert json.loads(path.read_text("utf-8"))["object"] == "食堂"
    assert call(capfd, "new", "contrast", "--out", str(path))[0] == 2


def test_kinds_and_suites_are_listed(capfd: pytest.CaptureFixture[str]) -> None:
    code, found, _err = call(capfd, "list", "--json")
    assert code == 0
    assert "contrast" in {each["name"] for each in found["probes"]}
    code, out, _err = call(capfd, "list")
    assert "contrast" in out


def test_odd_words_are_asked_of_a_real_encoder_and_asked_again(capfd: pytest.CaptureFixture[str]) -> None:
    """The bundled encoder on a shipped suite; its figures are those of docs/quality.md."""
    code, found, _err = call(capfd, "run", "odd-one-out", "--json", "--offline")
    assert code == 0
    entry = found["encoders"]["text-use"]
    assert (entry["n"], found["chance"]) == (140, 0.25)
    assert 0.38 < entry["accuracy"] < 0.48
    assert entry["ci"][0] > 0.25
    code, again, _err = call(capfd, "replay", "last", "--json", "--offline")
    assert (code, again["same"]) == (0, True), again["differences"][:5]


def test_analogies_are_asked_of_a_real_encoder(capfd: pytest.CaptureFixture[str]) -> None:
    code, found, _err = call(capfd, "run", "analogies", "--json", "--offline")
    assert code == 0
    entry = found["encoders"]["text-use"]
    assert 0.48 < entry["accuracy"] < 0.58
    assert entry["arms"]["nearest_c"]["accuracy"] < entry["accuracy"] < entry["mrr"]


def test_categories_are_found_in_a_real_space(capfd: pytest.CaptureFixture[str]) -> None:
    code, out, _err = call(capfd, "run", "categories/en", "--offline")
    assert code == 0
    for words in ("text-use: ρ 0.3", "above every control", "How far above each baseline", "ρ 0.49"):
        assert words in out, out


WORDS = ["cat", "kitten", "dog", "car", "lorry", "piano", "violin"]
TWO = ["--encoder", "text-use", "--encoder", "text-minilm"]


def test_two_encoders_order_pairs(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "pairs.jsonl"
    pairs = [(a, b) for i, a in enumerate(WORDS) for b in WORDS[:i]]
    write(path, [{"id": i, "a": a, "b": b, "score": i % 7} for i, (a, b) in enumerate(pairs)])
    code, found, _err = call(capfd, "run", str(path), *TWO, "--json", "--offline")
    assert (code, found["measure"], found["n"]) == (0, "spearman", 21)
    assert "p_permutation_holm" in found["comparisons"][0]
    code, out, _err = call(capfd, "compare", "last")
    assert (code, "difference, ρ" in out) == (0, True)


def test_two_encoders_arrange_items(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "items.jsonl"
    write(path, [{"id": i, "text": word} for i, word in enumerate(WORDS)])
    code, out, _err = call(capfd, "run", str(path), *TWO, "--offline")
    assert (code, "too few items" in out) == (0, True)
    code, out, _err = call(capfd, "compare", "last")
    assert (code, "structures alike" in out) == (0, True)


def test_kinds_are_told_by_their_fields_and_bad_rows_by_their_lines(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "rows.jsonl"
    for rows, reasons in (
        (
            [{"id": 1, "words": ["a", "b"], "odd": "a"}, {"id": 2, "words": "abc", "odd": "a"}],
            ("2 words", "list of texts"),
        ),
        ([{"id": 1, "a": "x", "b": "y", "c": "z", "d": "x"}], ("one of a, b and c",)),
        ([{"id": 1, "a": "x", "b": "y", "score": "7"}], ("score is not a number",)),
        ([{"id": 1, "text": "x"}, {"id": 2, "text": "x"}], ("", "row 1 already")),
    ):
        write(path, rows)
        code, _out, err = call(capfd, "run", str(path), "--json", "--offline")
        assert code == 2
        for line, reason in enumerate(reasons, start=1):
            assert not reason or f"line {line}" in err, err
            assert reason in err, err
    for kind in ("odd-one-out", "analogy", "graded-similarity", "similarity-structure"):
        path = tmp_path / f"{kind}.jsonl"
        assert call(capfd, "new", kind, "--out", str(path))[0] == 0

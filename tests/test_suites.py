"""The suites that ship: frozen, well formed, balanced, split by verb, and reported as they are."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from explorer import InputError, i18n
from explorer.cli import main as cli
from explorer.registry import load_registry
from probes.overlap import stratum
from probes.rows import keep_good, read_rows
from probes.suites import Suite, find_rows, suites
from probes.suites.report import report

PARTS = [(suite, part) for suite in suites() for part in suite.files]


def rows(suite: Suite, part: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in suite.files[part].read_text("utf-8").splitlines()]


def overlap_baseline(given: list[dict[str, Any]]) -> float:
    worth = {"overlap_good": 1.0, "overlap_tied": 0.5, "overlap_bad": 0.0}
    return sum(worth[stratum(r["sentence"], r["good"], r["bad"])] for r in given) / len(given)


@pytest.mark.parametrize(("suite", "part"), PARTS, ids=lambda each: getattr(each, "name", each))
def test_each_is_frozen_and_can_be_asked(suite: Suite, part: str) -> None:
    assert part not in suite.changed(), "a frozen file has changed"
    file = read_rows(suite.files[part])
    keep_good(file, load_registry().probes[suite.probe])
    assert file.bad == []
    assert len(file.rows) == suite.counts[part]
    assert set(suite.title) == {"en", "zh"}
    assert suite.hypothesis
    assert suite.design
    assert suite.licence.startswith("CC BY 4.0")


def named(name: str) -> Suite:
    (suite,) = [each for each in suites() if each.name == name]
    return suite


@pytest.mark.parametrize(
    ("name", "words", "right"), [("odd-one-out", "words", "odd"), ("analogies", "candidates", "d")]
)
def test_right_words_stand_everywhere_alike_and_letters_do_not_tell(
    name: str, words: str, right: str
) -> None:
    found = rows(named(name), "test")
    assert len(found) == 140
    places = Counter(row[words].index(row[right]) for row in found)
    assert set(places.values()) == {35}
    assert len({tuple(sorted(row[words])) for row in found}) == 140
    assert Counter(row["language"] for row in found) == {"zh": 80, "en": 60}
    part = report(named(name), load_registry().probes[named(name).probe], seed=1)["parts"]["test"]
    assert part["chance"] == 0.25
    assert {"char_overlap", "length", "word_form", "random"} == set(part["baselines"])
    assert all(each["accuracy"] < 0.35 for each in part["baselines"].values())


def test_premises_of_analogies_are_no_candidates() -> None:
    for row in rows(named("analogies"), "test"):
        assert not {row["a"], row["b"], row["c"]} & set(row["candidates"]), row["id"]


def test_categories_are_of_equal_size() -> None:
    for part in ("zh", "en"):
        counts = Counter(row["category"] for row in rows(named("categories"), part))
        assert len(counts) == 10
        assert set(counts.values()) == {8}


def test_canteen_is_split_by_verb_and_letters_do_not_tell() -> None:
    (suite,) = [each for each in suites() if each.name == "canteen-zh"]
    development, test = rows(suite, "development"), rows(suite, "test")
    assert not {r["verb"] for r in development} & {r["verb"] for r in test}
    for part in (development, test):
        assert 0.45 <= overlap_baseline(part) <= 0.55
    both = [*development, *test]
    assert len(both) >= 400
    assert len({r["verb"] for r in both}) >= 60
    assert len({r["role"] for r in both}) >= 12
    assert sum("mirror_of" in r for r in both) >= 80


def test_mirrored_rows_exchange_their_roles() -> None:
    for suite, part in PARTS:
        found = {r["id"]: r for r in rows(suite, part)}
        for row in found.values():
            if "mirror_of" in row and suite.probe == "contrast":
                other = found[row["mirror_of"]]
                assert (row["role"], row["bad_role"]) == (other["bad_role"], other["role"]), row["id"]


def test_a_suite_is_found_by_name() -> None:
    assert find_rows("canteen-zh").name == "test.jsonl"
    assert find_rows("canteen-zh/development").name == "development.jsonl"
    for name, words in (("nobody", "canteen-zh"), ("canteen-zh/nobody", "development")):
        with pytest.raises(InputError, match=words):
            find_rows(name)


def test_a_suite_reports_what_its_letters_tell() -> None:
    suite = named("canteen-zh")
    found = report(suite, load_registry().probes["contrast"], seed=1)
    assert found["hypothesis"] == suite.hypothesis
    for part in ("development", "test"):
        each = found["parts"][part]
        assert (each["n"], each["frozen"], each["bad"]) == (250, True, [])
        counted = Counter(stratum(r["sentence"], r["good"], r["bad"]) for r in rows(suite, part))
        assert each["strata"] == counted
        overlap = each["baselines"]["char_overlap"]
        assert overlap["accuracy"] == pytest.approx(overlap_baseline(rows(suite, part)))
        assert overlap["ci"][0] < overlap["accuracy"] < overlap["ci"][1]


def test_a_changed_suite_is_called_changed(tmp_path: Path) -> None:
    suite = named("negation")
    path = tmp_path / "test.jsonl"
    path.write_text(suite.files["test"].read_text("utf-8") + '{"id": "more"}\n', encoding="utf-8")
    part = report(replace(suite, files={"test": path}), load_registry().probes["contrast"], seed=1)["parts"][
        "test"
    ]
    assert (part["n"], part["frozen"]) == (100, False)
    assert [bad["line"] for bad in part["bad"]] == [101]


def test_the_command_prints_the_report(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path))
    monkeypatch.setenv("EXPLORER_LANG", "en")
    i18n.activate("en")
    assert cli.main(["probe", "suite", "categories", "--json"]) == 0
    found = json.loads(capfd.readouterr().out)
    assert (found["licence"], set(found["parts"])) == ("CC BY 4.0", {"zh", "en"})
    assert found["parts"]["zh"]["measure"] == "spearman"
    assert cli.main(["probe", "suite", "canteen-en"]) == 0
    out = capfd.readouterr().out
    for words in ("CC BY 4.0", "n 160 · frozen", "char_overlap", "overlap_tied"):
        assert words in out
    assert cli.main(["probe", "suite", "nobody"]) == 2
    assert "canteen-zh" in capfd.readouterr().err

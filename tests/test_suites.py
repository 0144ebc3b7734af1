"""The suites that ship: frozen, well formed, balanced, and split by verb."""

from __future__ import annotations

import json
from typing import Any

import pytest

from explorer import InputError
from explorer.registry import load_registry
from probes.overlap import stratum
from probes.rows import keep_good, read_rows
from probes.suites import Suite, find_rows, suites

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
            if "mirror_of" in row:
                other = found[row["mirror_of"]]
                assert (row["role"], row["bad_role"]) == (other["bad_role"], other["role"]), row["id"]


def test_a_suite_is_found_by_name() -> None:
    assert find_rows("canteen-zh").name == "test.jsonl"
    assert find_rows("canteen-zh/development").name == "development.jsonl"
    for name, words in (("nobody", "canteen-zh"), ("canteen-zh/nobody", "development")):
        with pytest.raises(InputError, match=words):
            find_rows(name)

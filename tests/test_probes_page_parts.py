"""What the page of probes is made of, without a browser: lines, cards, items, uploads, steps."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from explorer import InputError, Progress, i18n
from probes import verdicts as general
from probes.contrast import verdicts as contrast
from probes.page import cards, comparison, item_html, items, lines, running, upload
from probes.report.reading import Reading
from probes.steps import Steps
from tests import reports


@pytest.fixture(autouse=True)
def spoken() -> Iterator[None]:
    """English, unless a test asks for another."""
    i18n.activate("en")
    yield
    i18n.activate(None)


@pytest.fixture(params=["en", "zh"])
def language(spoken: None, request: pytest.FixtureRequest) -> str:
    """Each language in turn."""
    i18n.activate(request.param)
    return str(request.param)


def test_the_page_is_declared_without_streamlit() -> None:
    code = (
        "import sys, probes.page; [page] = probes.page.pages(); "
        "assert (page.name, page.group) == ('probes', 'measure'); "
        "sys.exit(str({'streamlit', 'probes.report'} & set(sys.modules) or ''))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""


def test_the_best_comes_first_and_is_said_in_a_line(language: str) -> None:
    reading = Reading(reports.run())
    first, *others = lines.ranked(reading)
    assert lines.tone_of(reading.entries[first]) == "ok"
    assert all(lines.tone_of(reading.entries[name]) != "ok" for name in others)
    said = lines.headline(reading.entries[first], reading)
    assert f"{100 * reading.entries[first]['accuracy']:.1f}" in said
    assert {"en": "verb and object", "zh": "动词和宾语"}[language] in said
    assert lines.reasons(reading.entries[first], reading)


def test_a_verdict_of_each_kind_has_its_line() -> None:
    record = reports.run()
    entry = next(iter(record["result"]["encoders"].values()))
    reading = Reading(record)
    said = {}
    for verdict in (
        general.CHANCE, general.BELOW, general.OVERLAP, general.TOO_FEW, general.PASSED,
        contrast.SHOWN, contrast.ABLATION, contrast.LETTERS, contrast.PAIRS, "a verdict of tomorrow",
    ):  # fmt: skip
        said[verdict] = lines.headline(entry | {"verdict": verdict}, reading)
    assert len(set(said.values())) >= 8
    assert "chance is 50" in said["a verdict of tomorrow"]
    assert lines.tone_of({"verdict": general.BELOW}) == "cut"
    assert lines.tone_of({"verdict": "not what it seems"}) == "warn"
    assert lines.tone_of({"verdict": "a verdict of tomorrow"}) == "mute"


@pytest.mark.parametrize(
    "make",
    [
        reports.run,
        reports.bare,
        reports.correlation,
        reports.controls_only,
        reports.nasty,
        lambda: reports.several(5),
    ],
)
def test_records_of_every_kind_are_shown(make: Callable[[], dict[str, Any]], language: str) -> None:
    record = make()
    reading = Reading(record)
    names = list(reading.entries)
    shown = cards.cards(reading, "dark") + cards.heading(reading)
    assert shown.count("<section") == len(reading.all_entries)
    for name in names:
        for item in items.items_of(reading, name)[:3]:
            shown += item_html.line(item, 1.0) + item_html.detail(item, reading, "light")
    shown += comparison.table(reading, record["result"].get("comparisons") or [])
    assert "None" not in shown
    assert "nan" not in shown


def test_what_comes_from_outside_is_never_markup() -> None:
    reading = Reading(reports.nasty())
    name = lines.ranked(reading)[0]
    item = items.items_of(reading, name)[0]
    shown = cards.cards(reading, "light") + cards.heading(reading) + item_html.line(item, 1.0)
    shown += item_html.detail(item, reading, "light") + item_html.head(reading, "light", [reports.NASTY])
    shown += comparison.table(reading, reading.result["comparisons"])
    assert "<script" not in shown


def test_items_are_sorted_and_filtered() -> None:
    reading = Reading(reports.run())
    name = lines.ranked(reading)[-1]
    found = items.items_of(reading, name)
    assert [item.margin for item in found] == sorted((item.margin for item in found), reverse=True)
    right = items.filtered(found, name, outcome="right")
    wrong = items.filtered(found, name, outcome="wrong")
    assert len(right) + len(wrong) == len(found)
    assert all(item.scores[name] == 1.0 for item in right)
    kind = found[0].phenomenon
    assert {item.phenomenon for item in items.filtered(found, name, phenomenon=kind)} == {kind}
    assert items.largest(found) == max(abs(item.margin) for item in found)


def test_rows_of_other_kinds_show_their_fields() -> None:
    row = {"id": "1", "words": ["饭店", "食堂"], "odd": "饭碗", "phenomenon": "role"}
    assert items.texts_of(row, ("words", "odd")) == ("饭店 · 食堂", "饭碗")
    assert items.texts_of(row, ()) == ("饭店 · 食堂", "饭碗")
    assert items.texts_of({"id": "1"}, ("words",)) == ()


@pytest.mark.parametrize(
    ("value", "said"), [(0.31, "+.31"), (-0.384, "−.38"), (4.23, "+4.2"), (0.0291, "+.029"), (0.0, "+.00")]
)
def test_margins_are_short(value: float, said: str) -> None:
    assert item_html.margin(value) == said


def test_uploads_are_bounded_and_named_harmlessly() -> None:
    assert upload.safe_name("../../etc/pass\x00wd.jsonl") == "passwd.jsonl"
    assert upload.safe_name("C:\\x\\..") == "rows.jsonl"
    assert len(upload.safe_name("x" * 300 + ".jsonl")) == 60
    with pytest.raises(InputError, match="8 MB"):
        upload.checked("big.jsonl", b" " * (upload.MOST + 1))
    with pytest.raises(InputError, match="UTF-8"):
        upload.checked("latin.jsonl", b"\xff\xfe\xff")
    line = b'{"id": 1, "sentence": "a b", "good": "a", "bad": "c"}\n'
    found = upload.checked("a.jsonl", line + b"[]\n" + line)
    assert (found.probe, found.good, [bad.line for bad in found.bad]) == ("contrast", 1, [2, 3])


def test_steps_go_forward_through_conditions() -> None:
    steps = running.Steps()
    assert steps.share() is None
    told: list[float] = []
    of_a_run = Steps(steps.take, 4)
    for arm in ("full", "verb_deleted", "object_deleted", "both_deleted"):
        of_a_run.begin("text-use", arm)
        told.append(steps.share() or 0.0)
        steps.take(Progress(stage="text-use", done=1, total=2))
        told.append(steps.share() or 0.0)
    assert told == [0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875]
    assert "both deleted: condition 4 of 4, about 1 s left" in steps.said()
    of_a_run.end()
    assert steps.share() == 1.0

"""The page of probes in a real browser: a first run and what it shows, uploads, cancel, replay, exports, ways on."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browsing import SLOW, Seen

from probes.suites import find_rows

pytestmark = pytest.mark.browser

EVIL = "<img src=x onerror=window.hacked=1> **粗**"


@pytest.fixture
def probes(opened: Callable[..., Seen], page_home: tuple[Path, str]) -> Callable[..., Seen]:
    """Open the page and go to the probes by their link; `runs=False` begins without any run."""

    def opener(*, runs: bool = True, **options: Any) -> Seen:
        if not runs:
            for path in (page_home[0] / "runs").glob("*.json"):
                path.unlink()
        seen = opened(**options)
        page = seen.page
        if options.get("phone"):
            page.locator('[data-testid="stExpandSidebarButton"]').click()
        page.locator('[class*="st-key-nav-"][class*="-probes"] a').click()
        page.locator(".st-key-probe-run button").first.wait_for(timeout=SLOW)
        if options.get("phone"):
            page.mouse.click(380, 400)
        seen.idle()
        return seen

    return opener


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24 rows of the development part, in a file with an evil name; the first sentence of one is evil, too."""
    lines = find_rows("canteen-zh/development").read_text("utf-8").splitlines()[:24]
    found = [json.loads(line) for line in lines]
    known = {row["id"] for row in found}
    for row in found:
        if row.get("mirror_of") not in known:
            row.pop("mirror_of", None)
    found[2] |= {"sentence": EVIL, "verb": None, "object": None}
    path = tmp_path_factory.mktemp("rows") / "my <b>rows.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in found), "utf-8")
    return path


def give(seen: Seen, path: Path, kind: str = "Rows of your own…") -> None:
    """Choose rows of one's own, and upload them."""
    page = seen.page
    page.locator(".st-key-probe-w-source input, .st-key-probe-w-source [role=combobox]").first.click()
    page.get_by_role("option", name=kind).click()
    page.locator('[data-testid="stFileUploaderDropzoneInput"]').set_input_files(path)
    page.locator(".st-key-probe-own .si-mute", has_text=path.suffix).wait_for(timeout=SLOW)
    seen.idle()


def without_iceberg(seen: Seen) -> None:
    page = seen.page
    page.locator(".st-key-probe-encoders-pop button").click()
    page.locator(".st-key-probe-w-iceberg label").first.click()
    seen.idle()
    page.keyboard.press("Escape")


def ready(seen: Seen) -> bool:
    """Whether Run can be pressed; with a tooltip Streamlit draws a button twice."""
    return bool(seen.page.locator(".st-key-probe-run button").first.is_enabled())


def run(seen: Seen) -> None:
    seen.page.locator(".st-key-probe-run button").first.click()
    seen.page.locator(".st-key-probe-job").wait_for(timeout=SLOW)


def wait(seen: Seen) -> None:
    seen.page.locator(".st-key-probe-job").wait_for(state="detached", timeout=3 * SLOW)
    seen.idle()


def test_from_nothing_to_a_verdict_and_its_files(probes: Callable[..., Seen], rows: Path) -> None:
    seen = probes(runs=False, locale="en-US")
    page = seen.page
    said = page.locator(".st-key-probe-empty").inner_text()
    assert "A probe asks a space questions" in said
    assert page.locator(".st-key-probe-run-first button").first.is_enabled()
    give(seen, rows)
    without_iceberg(seen)
    assert ready(seen)
    run(seen)
    wait(seen)
    card = page.locator(".pb-card")
    assert card.count() == 1
    assert card.locator("header b").inner_text() == "text-use"
    assert card.locator(".pb-chip").inner_text()
    assert "Right in" in card.locator("p").inner_text()
    assert "n = 24" in page.locator(".pb-head").inner_text()
    figure = page.locator(".pb-figure.wide img").first
    assert figure.evaluate("e => e.naturalWidth") > 300
    assert "text-use" in figure.get_attribute("alt")
    lists = page.locator(
        ".st-key-probe-items-top .pb-item:not(.head), .st-key-probe-items-low .pb-item:not(.head)"
    )
    assert lists.count() == 10
    margins = [text.replace("−", "-") for text in lists.locator(".margin b").all_inner_texts()]
    numbers = [float(text) for text in margins]
    assert numbers[:5] == sorted(numbers[:5], reverse=True)
    assert numbers[5:] == sorted(numbers[5:])
    assert numbers[0] >= numbers[5]
    page.get_by_role("radio", name="Wrong").click()
    seen.idle()
    marks = page.locator(".pb-item:not(.head) .marks").all_inner_texts()
    assert marks
    assert set(marks) <= {"✗", "="}
    _exports(seen)
    page.locator(".st-key-probe-replay button").first.click()
    page.locator(".st-key-probe-outcome-place", has_text="the same numbers").wait_for(timeout=3 * SLOW)
    assert page.evaluate("window.hacked") is None


def _exports(seen: Seen) -> None:
    """Each file is what it says, and they speak of the same run."""
    page = seen.page
    page.locator(".st-key-probe-export button").first.click()
    page.locator(".st-key-probe-as-json button").wait_for(timeout=SLOW)
    seen.idle()
    found = {}
    for key in ("html", "svg", "png", "csv", "items", "tex", "json"):
        with page.expect_download() as download:
            page.locator(f".st-key-probe-as-{key} button").click()
        found[key] = Path(download.value.path()).read_bytes()
    record = json.loads(found["json"])
    accuracy = record["result"]["encoders"]["text-use"]["accuracy"]
    assert record["result"]["n"] == 24
    figures = list(csv.DictReader(io.StringIO(found["csv"].decode("utf-8-sig"))))
    whole = [row for row in figures if (row["section"], row["name"]) == ("whole", "accuracy")]
    assert float(whole[0]["value"]) == accuracy
    items = list(csv.DictReader(io.StringIO(found["items"].decode("utf-8-sig"))))
    assert {row["id"] for row in items} == {str(row["id"]) for row in record["input"]["rows"]}
    assert found["html"].startswith(b"<!DOCTYPE html>")
    assert found["svg"].startswith(b"<svg")
    assert found["png"].startswith(b"\x89PNG")
    assert rb"\begin{tabular}" in found["tex"]
    page.keyboard.press("Escape")


def test_bad_rows_are_listed_and_left_out_only_when_that_is_ticked(
    probes: Callable[..., Seen], rows: Path, tmp_path: Path
) -> None:
    lines = rows.read_text("utf-8").splitlines()
    bad = [*lines[:5], '{"id": "x", "sentence": ""}', "no row <b>at all", *lines[5:], lines[0]]
    path = tmp_path / "bad.jsonl"
    path.write_text("\n".join(bad), "utf-8")
    seen = probes()
    page = seen.page
    give(seen, path, "自己的题目")
    said = page.locator(".pb-bad li").all_inner_texts()
    assert [line.split("：")[0] for line in said] == ["第 6 行", "第 7 行", f"第 {len(bad)} 行"]
    assert not ready(seen)
    page.locator(".st-key-probe-w-skip-bad label").click()
    seen.idle()
    without_iceberg(seen)
    run(seen)
    wait(seen)
    assert "略去 3 行" in page.locator(".pb-head").inner_text()
    assert page.locator(".st-key-probe-left-out").count() == 1


def test_a_run_is_cancelled_and_nothing_is_kept(
    probes: Callable[..., Seen], page_home: tuple[Path, str]
) -> None:
    before = set((page_home[0] / "runs").glob("*.json"))
    seen = probes(locale="en-US")
    page = seen.page
    run(seen)
    assert not ready(seen)
    page.locator(".st-key-probe-cancel button").click()
    page.locator(".st-key-probe-outcome-place", has_text="Stopped").wait_for(timeout=3 * SLOW)
    assert set((page_home[0] / "runs").glob("*.json")) == before


def test_what_no_probe_asks_and_what_there_is_not_is_said_in_place(
    probes: Callable[..., Seen], tmp_path: Path
) -> None:
    path = tmp_path / "other.jsonl"
    path.write_text('{"id": 1, "colour": "red"}\n', "utf-8")
    seen = probes(locale="en-US")
    page = seen.page
    page.locator(".st-key-probe-w-source input, .st-key-probe-w-source [role=combobox]").first.click()
    page.get_by_role("option", name="Rows of your own").click()
    page.locator('[data-testid="stFileUploaderDropzoneInput"]').set_input_files(path)
    page.locator(".si-error", has_text="No probe asks rows of this kind").wait_for(timeout=SLOW)
    page.locator(".st-key-probe-encoders-pop button").click()
    box = page.locator(".st-key-probe-another input")
    box.fill("no-such:thing")
    box.press("Enter")
    page.locator(".si-error", has_text="There is no encoder no-such:thing").wait_for(timeout=SLOW)


def test_an_item_leads_into_the_iceberg_and_onto_the_map(probes: Callable[..., Seen]) -> None:
    seen = probes()
    page = seen.page
    if page.locator(".pb-item").count() == 0:
        pytest.skip("needs the run of another test of this file")
    line = page.locator(".st-key-probe-items-top .pb-item:not(.head)").nth(1)
    sentence = line.locator(".first").inner_text()
    page.locator('[class*="st-key-probe-pick-top-1"] button').click()
    page.locator(".pb-detail").wait_for(timeout=SLOW)
    seen.idle()
    assert sentence in page.locator(".pb-detail").inner_text()
    assert page.locator(".pb-arms tr").count() == 2
    page.locator('[class*="st-key-probe-ice-"] button').click()
    page.locator(".node-hit").first.wait_for(timeout=3 * SLOW)
    seen.idle()
    shown = page.locator('[class*="st-key-ice-card-on"] input').input_value()
    assert shown == sentence
    page.locator('[class*="st-key-nav-"][class*="-probes"] a').click()
    page.locator(".pb-detail").wait_for(timeout=SLOW)
    seen.idle()
    page.locator('[class*="st-key-probe-map-"] button').click()
    seen.chip(sentence[:5]).wait_for(timeout=SLOW)


def test_on_a_phone_and_in_the_dark_nothing_overflows(probes: Callable[..., Seen]) -> None:
    seen = probes(phone=True, scheme="dark")
    page = seen.page
    if page.locator(".pb-card").count() == 0:
        pytest.skip("needs the run of another test of this file")
    assert "答对" in page.locator(".pb-card p").first.inner_text()
    assert page.locator(".pb-figure.narrow img").first.is_visible()
    assert not page.locator(".pb-figure.wide img").first.is_visible()
    page.locator('[class*="st-key-probe-pick-low-0"] button').click()
    page.locator(".pb-detail").wait_for(timeout=SLOW)
    seen.idle()
    wide = page.evaluate(
        "[...document.querySelectorAll('[class*=pb-], .stButton button')].filter(e => !e.closest('.pb-scroll')"
        " && e.getBoundingClientRect().right > innerWidth + 1 && e.offsetParent).map(e => e.className)"
    )
    assert wide == []

"""The iceberg page in a real browser: construals, cuts, the tour, the map beside it, in both languages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browsing import SLOW, Seen

pytestmark = pytest.mark.browser

EVIL = "<img src=x onerror=alert(1)>吃食堂"


@pytest.fixture
def iceberg(opened: Callable[..., Seen]) -> Callable[..., Seen]:
    """Open the page and go to the iceberg by its link, as people do."""

    def opener(**options: Any) -> Seen:
        seen = opened(**options)
        page = seen.page
        if options.get("phone"):
            page.locator('[data-testid="stExpandSidebarButton"]').click()
        page.locator('[class*="st-key-nav-"][class*="-iceberg"] a').click()
        page.locator(".node-hit").first.wait_for(timeout=3 * SLOW)  # facts and model are read once
        if options.get("phone"):
            page.mouse.click(380, 400)  # past the sidebar, which lies over the page
        seen.idle()
        return seen

    return opener


def card(seen: Seen, position: int) -> Any:
    return seen.page.locator(f".st-key-ice-card-on-{position}, .st-key-ice-card-off-{position}")


def figures(seen: Seen) -> dict[str, list[str]]:
    """Role → the figures beside its bar: one, or before and after."""
    rows = seen.page.locator(".ice-bars .row")
    names = rows.locator(".name").all_inner_texts()
    return {
        name: re.findall(r"\d?\.\d\d", text)
        for name, text in zip(names, rows.locator(".figures").all_inner_texts(), strict=True)
    }


def lit_edge(seen: Seen) -> Any:
    """The first edge of the lit path under the water."""
    ids = seen.page.locator(".edge-hit").evaluate_all(
        "hits => hits.filter(h => /lit path|亮的路/.test(h.getAttribute('aria-label'))).map(h => h.dataset.id)"
    )
    return seen.page.locator(f'.edge-hit[data-id="{ids[0]}"]')


def test_three_sentences_have_three_roles(iceberg: Callable[..., Seen]) -> None:
    seen = iceberg()
    lines = [card(seen, i).locator(".ice-line").inner_text() for i in range(3)]
    assert [line.split()[0] for line in lines] == ["受事", "工具", "处所"]
    assert all(re.search(r" \.\d\d", line) for line in lines)
    assert "食堂" in seen.page.locator(".ice-read b").inner_text()
    card(seen, 0).locator("button").click()
    seen.page.locator('.node-hit[aria-label^="面条"]').wait_for()
    seen.idle()
    assert "面条" in seen.page.locator(".ice-read b").inner_text()
    assert seen.page.locator(".ice-bars .won .name").inner_text() == "受事"


def test_trying_and_cutting_a_lit_edge_changes_the_bars(iceberg: Callable[..., Seen]) -> None:
    seen = iceberg()
    before, line = figures(seen), card(seen, 2).locator(".ice-line").inner_text()
    edge = lit_edge(seen)
    edge.focus()
    seen.page.keyboard.press("Enter")
    seen.page.locator(".st-key-ice-do-cut").wait_for()
    seen.idle()
    first, last = figures(seen)["处所"]
    assert [first] == before["处所"]
    assert float(last) < float(first) - 0.05
    assert seen.page.locator(".ice-bars .tick.cut").count() == seen.page.locator(".ice-bars .row").count()
    assert seen.page.locator('.st-key-ice-cut [data-testid="stHtml"] p').inner_text()
    seen.page.keyboard.press("Delete")
    seen.page.locator(".edge.cut").first.wait_for()
    seen.idle()
    assert figures(seen)["处所"] == [first, last]
    assert seen.page.locator(".ice-bars .tick.was").count() > 0
    assert card(seen, 2).locator(".ice-line").inner_text() != line
    seen.page.locator(".st-key-ice-restore-all button").click()
    seen.page.locator(".edge.cut").first.wait_for(state="detached")
    seen.idle()
    assert figures(seen) == before


def test_a_sentence_is_written_and_construed(iceberg: Callable[..., Seen]) -> None:
    seen = iceberg()
    box = card(seen, 2).locator("input")
    box.fill("张三写毛笔")
    box.press("Enter")
    seen.page.locator('.node-hit[aria-label^="毛笔"]').wait_for()
    seen.idle()
    assert card(seen, 2).locator(".ice-line").inner_text().startswith("工具")
    box = card(seen, 2).locator("input")
    box.fill("今天天气很好")
    box.press("Enter")
    seen.page.locator(".ice-read", has_text="读不出").wait_for()
    seen.idle()
    assert "动词" in seen.page.locator(".ice-read p").inner_text()


def test_evil_words_stay_words(iceberg: Callable[..., Seen]) -> None:
    seen = iceberg()
    box = card(seen, 2).locator("input")
    box.fill(EVIL)
    box.press("Enter")
    seen.page.locator('.node-hit[aria-label^="img"], .node-hit[aria-label^="<"]').first.wait_for()
    seen.idle()
    assert card(seen, 2).locator("input").input_value() == EVIL
    assert seen.page.locator('img[src="x"]').count() == 0


def test_side_by_side_says_what_differs(iceberg: Callable[..., Seen]) -> None:
    seen = iceberg(locale="en-US")
    seen.page.get_by_role("radio", name="Side by side").click()
    seen.page.locator(".ice-comparison").wait_for()
    seen.idle()
    said = seen.page.locator(".ice-comparison").inner_text()
    assert "面条, 大碗, 食堂" in said
    assert "patient, instrument, location" in said
    assert seen.page.locator(".frame svg").count() == 3
    assert seen.page.locator(".st-key-ice-three .ice-bars .won").count() == 3


def test_the_map_beside_shows_the_chosen_and_lights_what_is_selected(iceberg: Callable[..., Seen]) -> None:
    seen = iceberg()
    page = seen.page
    page.get_by_role("radio", name="对照地图").click()
    page.locator(".st-key-ice-map .main-svg").first.wait_for(timeout=SLOW)
    seen.idle()
    assert "食堂" in page.locator(".st-key-ice-map-card .si-mute").last.inner_text()
    concept = page.locator('.node-hit[aria-label^="食物"]')
    concept.click()
    page.locator(".st-key-ice-map-card .si-mute", has_text="食物").wait_for()
    seen.idle()
    assert page.locator(".node.marked").count() == 0
    page.locator('.st-key-ice-map [data-title="套索选取"]').click()
    box = page.locator(".st-key-ice-map .nsewdrag").first.bounding_box()
    corners = [(0.02, 0.02), (0.98, 0.02), (0.98, 0.98), (0.02, 0.98), (0.02, 0.03)]
    for number, (x, y) in enumerate(corners):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=5)
        if number == 0:
            page.mouse.down()
    page.mouse.up()
    page.locator(".node.marked").first.wait_for(timeout=SLOW)


def test_the_tour_drives_the_page_with_arrow_keys(iceberg: Callable[..., Seen]) -> None:
    seen = iceberg()
    page = seen.page
    page.locator(".st-key-ice-tour-start button").click()
    page.locator(".ice-tour-head").wait_for()
    seen.idle()
    assert "面条" in page.locator(".ice-read b").inner_text()
    for number in (2, 3):
        page.keyboard.press("ArrowRight")
        page.locator(".ice-tour-head span", has_text=f"{number} /").wait_for()
        seen.idle()
    page.locator(".edge.trial").first.wait_for()
    assert page.locator(".st-key-ice-do-cut").count() == 1
    page.keyboard.press("ArrowRight")
    page.locator('.node-hit[aria-label^="大碗"]').wait_for()
    seen.idle()
    assert "工具" in page.locator(".ice-tour-body").inner_text()
    page.keyboard.press("ArrowLeft")
    page.locator('.node-hit[aria-label^="面条"]').wait_for()
    seen.idle()
    page.locator(".st-key-ice-tour-end button").click()
    page.locator("h1").wait_for()


def test_a_neighbour_leads_to_the_map(iceberg: Callable[..., Seen]) -> None:
    seen = iceberg()
    page = seen.page
    page.locator(".ice-near-line, .ice-pictures").first.wait_for(timeout=SLOW)
    seen.idle()
    page.locator(".st-key-ice-to-map button").click()
    seen.chip("食堂").wait_for(timeout=SLOW)
    seen.hits("text").first.wait_for(timeout=SLOW)
    assert "/iceberg" not in page.url


def test_both_languages_and_no_mixture(iceberg: Callable[..., Seen]) -> None:
    seen = iceberg()
    page = seen.page
    ours = (
        "h1, .si-mute, .ice-title, .ice-read small, .ice-grounds > span, .ice-chips, .ice-bars .name, .band"
    )
    words = " ".join(page.locator(ours).evaluate_all("all => all.map(e => e.textContent)"))
    assert set(re.findall(r"[A-Za-z]{2,}", words)) <= {"text", "use"}
    page.locator(".st-key-foot").get_by_text("EN", exact=True).click()
    page.locator("h1", has_text="Iceberg").wait_for()
    seen.idle()
    words = " ".join(page.locator(ours).evaluate_all("all => all.map(e => e.textContent)"))
    assert not re.search("[\u4e00-\u9fff]", re.sub("“.*?”", "", words))
    assert page.locator(".ice-bars .won .name").inner_text() == "location"


def test_a_phone_has_room_and_large_targets(iceberg: Callable[..., Seen]) -> None:
    seen = iceberg(phone=True, scheme="dark")
    page = seen.page
    assert page.locator(".frame svg").get_attribute("viewBox") == "0 0 380 500"
    small = page.evaluate(
        """[...document.querySelectorAll('[data-testid="stMain"] button')]
        .filter(b => b.checkVisibility() && !b.closest('.modebar'))
        .map(b => [b.innerText, b.getBoundingClientRect().height]).filter(b => b[1] < 44)"""
    )
    assert small == []


def test_exports_are_files_of_their_kind(iceberg: Callable[..., Seen]) -> None:
    seen = iceberg()
    page = seen.page
    page.locator(".st-key-ice-export button").first.click()
    page.locator(".st-key-ice-as-json button").wait_for()
    seen.idle()
    found = {}
    for suffix in ("svg", "png", "html", "jsonld", "json"):
        with page.expect_download() as download:
            page.locator(f".st-key-ice-as-{suffix} button").click()
        found[suffix] = Path(download.value.path()).read_bytes()
    assert found["svg"].startswith(b"<svg")
    assert found["png"].startswith(b"\x89PNG")
    assert found["html"].startswith(b"<!DOCTYPE html>")
    assert "@context" in json.loads(found["jsonld"])
    assert json.loads(found["json"])["sentence"] == "张三吃食堂"


def test_a_workspace_without_items_has_icebergs_all_the_same(iceberg: Callable[..., Seen]) -> None:
    seen = iceberg(locale="en-US")
    page = seen.page
    page.locator(".st-key-workspace input, .st-key-workspace button").first.click()
    page.get_by_role("option", name="empty").click()
    page.locator(".st-key-ice-near", has_text="Nothing is in this workspace yet").wait_for(timeout=SLOW)
    seen.idle()
    assert page.locator(".node-hit").count() > 5

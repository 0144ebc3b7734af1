"""The drawn iceberg in a real browser: dragging, keyboard, cuts, evil words; on a page that holds nothing else."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

APP = """
import sys
sys.path[:0] = {paths!r}
from dataclasses import replace
import json
import streamlit as st
from icebergs import canteen
from explorer import i18n
from explorer.figures import iceberg_data
from explorer.iceberg.layout import lay_out
from explorer.ui.iceberg.component import iceberg
from explorer.ui.iceberg.view import component_data

st.set_page_config(layout="wide")
i18n.activate("en")
berg = canteen()
evil = "<img src=x onerror=window.hacked=1>"
if "evil" in st.query_params:
    berg = replace(berg, nodes=tuple(replace(n, labels={{"zh": evil, "en": evil}}) for n in berg.nodes),
                   edges=tuple(replace(e, labels={{"zh": evil, "en": evil}}, origin=evil) for e in berg.edges))
cut = st.session_state.setdefault("cut", [])
berg = replace(berg, edges=tuple(replace(e, cut=e.step in cut and bool(e.step)) for e in berg.edges))

def happened(event):
    st.session_state.setdefault("events", []).append(event)
    if "cut" in event: cut.append(event["cut"])
    if "restore" in event: cut.remove(event["restore"])
    if "edge" in event or "choose" in event: st.session_state["chosen"] = event.get("edge") or event.get("choose")

layouts = [lay_out(berg, width=w, height=h, language="en") for w, h in ((830, 700), (380, 500))]
views = [iceberg_data(berg, layout, language="en") for layout in layouts]
data = component_data(views, [berg, berg], theme="light", chosen=st.session_state.get("chosen"))
iceberg(data, key="ice", on_event=happened)
st.code(json.dumps(st.session_state.get("events", []), ensure_ascii=False), language=None)
"""
LIT = "t2>IsA>餐馆"


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory, chromium: object) -> Iterator[str]:
    """The address of a page that shows the canteen's iceberg, and below it what it told."""
    app = tmp_path_factory.mktemp("component") / "alone.py"
    root = Path(__file__).resolve().parents[1]
    app.write_text(APP.format(paths=[str(root), str(root / "tests")]), encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    flags = ["--server.headless=true", "--browser.gatherUsageStats=false", "--server.address=127.0.0.1"]
    command = [sys.executable, "-m", "streamlit", "run", str(app), f"--server.port={port}", *flags]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        for _try in range(600):
            try:
                urllib.request.urlopen(f"{url}/_stcore/health", timeout=1).close()
                break
            except OSError:
                assert process.poll() is None
                time.sleep(0.1)
        yield url
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def look(chromium: Any, alone: str) -> Iterator[Callable[..., Any]]:
    """Open it; afterwards nothing may have gone wrong or out."""
    made = []

    def opener(query: str = "", **options: Any) -> Any:
        context = chromium.new_context(viewport={"width": 1200, "height": 1000}, **options)
        page = context.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "request", lambda r: None if r.url.startswith((alone, "data:", "blob:")) else wrong.append(r.url)
        )
        page.goto(alone + query)
        page.locator(".node-hit").first.wait_for()
        made.append((context, wrong))
        return page

    yield opener
    for context, wrong in made:
        context.close()
        assert wrong == []


def events(page: Any, count: int) -> list[Any]:
    """What Python was told, once there are `count` events."""
    page.wait_for_function(
        "n => JSON.parse(document.querySelector('code').innerText).length >= n", arg=count, timeout=20_000
    )
    return list(json.loads(page.locator("code").inner_text()))


def node(page: Any, node_id: str) -> Any:
    return page.locator(f'.node-hit[data-id="{node_id}"]')


def edge(page: Any, edge_id: str) -> Any:
    return page.locator(f'.edge-hit[data-id="{edge_id}"]')


def drag(page: Any, node_id: str, dx: float, dy: float) -> None:
    box = node(page, node_id).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx, y + dy, steps=5)
    page.mouse.up()


def test_a_dragged_node_takes_its_edges_along_and_stays_after_a_rerun(look: Callable[..., Any]) -> None:
    page = look()
    before = node(page, "学校").bounding_box()
    line = edge(page, "t2>AtLocation>学校").get_attribute("d")
    drag(page, "学校", -120, 40)
    after = node(page, "学校").bounding_box()
    assert after["x"] == pytest.approx(before["x"] - 120, abs=3)
    assert after["y"] == pytest.approx(before["y"] + 40, abs=3)
    moved = edge(page, "t2>AtLocation>学校").get_attribute("d")
    assert moved != line
    assert events(page, 0) == []
    node(page, "单位").click()
    assert events(page, 1) == [{"choose": "单位"}]
    page.wait_for_timeout(600)
    assert node(page, "学校").bounding_box()["x"] == pytest.approx(after["x"], abs=3)


def test_concepts_stay_under_the_water_and_words_above_it(look: Callable[..., Any]) -> None:
    page = look()
    water = page.locator(".waterline").bounding_box()["y"]
    drag(page, "餐馆", 0, -500)
    box = node(page, "餐馆").bounding_box()
    assert box["y"] + box["height"] / 2 > water
    drag(page, "t1", 0, 500)
    box = node(page, "t1").bounding_box()
    assert box["y"] + box["height"] / 2 < water


def test_the_keyboard_goes_over_words_then_the_lit_path_and_cuts(look: Callable[..., Any]) -> None:
    page = look()
    ids = page.locator(".hit").evaluate_all("hits => hits.map(h => h.dataset.id)")
    assert ids[:3] == ["t0", "t1", "t2"]
    assert set(ids[3:7]) == {"role", "t1>TakesLocation>餐馆", LIT, "餐馆"}
    edge(page, LIT).focus()
    assert page.locator(".hint.shown").inner_text().startswith("食堂 — is a → eating place")
    page.keyboard.press("Enter")
    assert events(page, 1) == [{"edge": LIT}]
    assert page.locator(".edge.trial").count() == 1
    page.keyboard.press("Delete")
    assert events(page, 2)[1] == {"cut": LIT}
    page.locator(".edge.cut").first.wait_for()
    assert "Cut" in edge(page, LIT).get_attribute("aria-label")
    page.keyboard.press("x")
    assert events(page, 3)[2] == {"restore": LIT}
    page.keyboard.press("Escape")
    assert events(page, 4)[3] == {"choose": None}


def test_every_element_is_a_named_button(look: Callable[..., Any]) -> None:
    page = look()
    bad = page.locator(".hit").evaluate_all(
        "hits => hits.filter(h => h.getAttribute('role') !== 'button' || h.tabIndex !== 0 "
        "|| !h.getAttribute('aria-label')).length"
    )
    assert bad == 0


def test_scissors_cut_the_chosen_edge_and_a_second_click_lets_go(look: Callable[..., Any]) -> None:
    page = look()
    box = page.locator(".label.lit", has_text="is a").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert events(page, 1) == [{"edge": LIT}]
    page.locator(".scissors").click()
    assert events(page, 2)[1] == {"cut": LIT}
    page.locator(".edge.cut").first.wait_for()


def test_gold_is_the_lit_path_and_nothing_else(look: Callable[..., Any]) -> None:
    page = look()
    gold = page.locator(".frame svg").evaluate(
        """svg => [...svg.querySelectorAll('.edge .line, .node .pill')].filter(e => {
            const style = getComputedStyle(e);
            return [style.stroke, style.fill].includes('rgb(255, 207, 92)') || style.fill === 'rgb(255, 243, 208)';
        }).length"""
    )
    assert gold == 3  # two edges and the concept between them


def test_evil_words_stay_words(look: Callable[..., Any]) -> None:
    page = look("?evil=1")
    assert page.locator(".node-text").first.text_content().startswith("<img")
    edge(page, LIT).focus()
    assert "<img src=x" in page.locator(".hint.shown").inner_text()
    assert page.locator("img[src='x']").count() == 0
    assert page.evaluate("window.hacked") is None


def test_a_narrow_place_gets_the_narrow_drawing_with_room_for_fingers(look: Callable[..., Any]) -> None:
    page = look()
    assert page.locator(".frame svg").get_attribute("viewBox") == "0 0 830 700"
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator('.frame svg[viewBox="0 0 380 500"]').wait_for()
    heights = page.locator(".node-hit").evaluate_all(
        "hits => hits.map(h => Number(h.getAttribute('height')))"
    )
    assert min(heights) >= 44
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_nothing_glides_where_motion_is_not_wanted(look: Callable[..., Any]) -> None:
    page = look(reduced_motion="reduce")
    drag(page, "学校", -60, 20)
    at = node(page, "学校").bounding_box()
    page.locator(".node-hit").first.press("Enter")
    events(page, 1)
    assert node(page, "学校").bounding_box() == at

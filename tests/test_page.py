"""The page in a real browser, on a small trimodal workspace with the real encoders."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from browsing import SLOW, Seen

from explorer import Workspace

pytestmark = pytest.mark.browser

EVIL = "<script>window.hacked=1</script><img src=x onerror=window.hacked=1> **粗** [a](http://evil.test) `c` :smile:"


def test_a_word_brings_pictures_sounds_and_text(opened: Callable[..., Seen]) -> None:
    seen = opened()
    seen.ask("狗叫")
    for modality in ("text", "image", "audio"):
        row = seen.hits(modality).first
        assert re.fullmatch(r"−?(1\.00|\.\d\d)", row.locator(".si-bar b").inner_text())
        assert row.locator(".si-why").inner_text()
    assert seen.hits("image").first.locator("img").evaluate("e => e.naturalWidth") > 0
    assert "狗" in "".join(seen.hits("audio").locator(".t").all_inner_texts()[:3])
    sound = seen.hits("audio").first.locator("audio")
    sound.evaluate("e => e.play()")
    seen.page.wait_for_function("e => e.currentTime > 0.2", arg=sound.element_handle())


def test_a_hit_is_one_click_from_being_the_next_query(opened: Callable[..., Seen]) -> None:
    seen = opened()
    seen.ask("狗叫")
    row = seen.hits("image").first
    name = row.locator(".t").inner_text()
    row.click(position={"x": 60, "y": 60})
    seen.chip(name).wait_for()
    seen.idle()
    assert seen.chips() == [f"{name} 1.0"]
    assert name not in seen.hits("image").locator(".t").all_inner_texts()


def test_terms_are_added_subtracted_and_removed(opened: Callable[..., Seen]) -> None:
    seen = opened(locale="en-US")
    seen.ask("a dog barking")
    seen.page.locator('[class*="st-key-card-hit-image"] button').first.click()
    seen.page.get_by_role("button", name="Subtract it").click()
    seen.page.locator('[class*="st-key-chip-minus-image"]').wait_for()
    seen.page.get_by_role("button", name="Add another").click()
    word = seen.page.get_by_label("A word or a sentence")
    word.fill("night")
    word.press("Enter")
    seen.idle()
    seen.page.get_by_role("button", name="Add", exact=True).click()
    seen.page.locator(".st-key-chip-plus-text-2").wait_for()
    seen.idle()
    assert len(seen.chips()) == 3
    seen.page.locator('[class*="st-key-drop-1-"] button').click()
    seen.page.locator(".st-key-chip-plus-text-1").wait_for()
    assert [chip.rsplit(" ", 1)[0] for chip in seen.chips()] == ["a dog barking", "night"]


def test_a_picture_and_a_sound_ask(opened: Callable[..., Seen], tmp_path: Path) -> None:
    from PIL import Image

    picture = tmp_path / "<b>雪山_1*.png"
    Image.new("RGB", (300, 200), "#208040").save(picture)
    seen = opened()
    seen.give(0, picture)
    seen.page.locator('[class*="st-key-chip-plus-image-0"]').wait_for(timeout=SLOW)
    seen.hits("audio").first.wait_for(timeout=SLOW)
    assert seen.chips()[0].startswith("<b>雪山_1*")
    sound = Path(__file__).parents[1] / "plugins" / "demo" / "sounds" / "trumpet.ogg"
    seen.idle()
    seen.give(1, sound)
    seen.page.locator('[class*="st-key-chip-plus-audio-0"]').wait_for(timeout=SLOW)
    seen.hits("audio").first.wait_for(timeout=SLOW)
    seen.idle()
    assert "小号" in seen.hits("audio").locator(".t").all_inner_texts()[:3]


def test_what_cannot_be_read_is_refused_where_it_was_given(
    opened: Callable[..., Seen], tmp_path: Path
) -> None:
    files = {"字.png": b"only words", "空.png": b"", "炸弹.png": _bomb(40_000)}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    seen = opened()
    seen.page.locator('.st-key-bar [data-testid="stPopoverButton"]').first.click()
    for name, reason in zip(files, ("不是 PNG", "是空的", "像素"), strict=True):
        seen.page.locator('[data-testid="stFileUploaderDropzoneInput"]').set_input_files(tmp_path / name)
        refusal = seen.page.locator(".si-error", has_text=name)
        refusal.wait_for()
        assert reason in refusal.inner_text()
    assert seen.chips() == []


def test_a_click_opens_the_card_and_a_lasso_makes_a_list(opened: Callable[..., Seen]) -> None:
    seen = opened()
    page = seen.page
    point = page.locator(".st-key-map .trace.scatter .points path").first.bounding_box()
    page.mouse.click(point["x"] + point["width"] / 2, point["y"] + point["height"] / 2)
    page.locator(".st-key-item-card").wait_for()
    seen.idle()
    assert page.locator(".st-key-item-card .si-big .t").inner_text().strip()
    page.locator('[data-title="套索选取"]').click()
    box = page.locator(".js-plotly-plot .nsewdrag").first.bounding_box()
    corners = [(0.02, 0.02), (0.98, 0.02), (0.98, 0.98), (0.02, 0.98), (0.02, 0.03)]
    for number, (x, y) in enumerate(corners):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=5)
        if number == 0:
            page.mouse.down()
    page.mouse.up()
    page.locator(".si-list li").nth(30).wait_for()
    with page.expect_download() as download:
        page.get_by_text("导出 CSV").click()
    rows = Path(download.value.path()).read_text().splitlines()
    assert rows[0].startswith("id,modality")
    assert len(rows) - 1 == page.locator(".si-list li").count()


def test_both_languages_and_no_mixture(opened: Callable[..., Seen]) -> None:
    seen = opened()
    page = seen.page
    ours = (
        ".si-mute, .si-head, .si-legend, .si-trust, .si-empty, .si-brand, .st-key-map-head, h1, .st-key-find"
    )
    words = " ".join(page.locator(ours).all_inner_texts())
    assert set(re.findall(r"[A-Za-z]{2,}", words)) <= {"UMAP", "PCA", "map"}  # the last is an icon's name
    page.locator(".st-key-foot").get_by_text("EN", exact=True).click()
    page.get_by_role("button", name="Find").wait_for()
    seen.idle()
    words = " ".join(page.locator(ours).all_inner_texts())
    assert not re.search("[\u4e00-\u9fff]", words)
    assert "lang=en" in page.url


def test_a_phone_has_room_and_large_targets(opened: Callable[..., Seen]) -> None:
    seen = opened(phone=True, scheme="dark")
    page = seen.page
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
        == "rgb(12, 22, 32)"
    )
    seen.ask("狗叫")
    small = page.evaluate(
        """[...document.querySelectorAll('[data-testid="stMain"] button')]
        .filter(b => b.checkVisibility() && !b.closest('.modebar'))
        .map(b => [b.innerText, b.getBoundingClientRect().height]).filter(b => b[1] < 44)"""
    )
    assert small == []
    columns = page.locator('.st-key-neighbours [data-testid="stColumn"]')
    assert [round(columns.nth(i).bounding_box()["width"]) for i in range(3)] == [250, 250, 250]
    third = seen.hits("audio").first
    third.scroll_into_view_if_needed()
    assert third.bounding_box()["x"] < 390


def test_evil_words_stay_words(opened: Callable[..., Seen]) -> None:
    seen = opened()
    seen.ask(EVIL + "长" * 60 + "W" * 300)
    seen.chip("<script>").click()
    assert seen.page.locator(".si-full").first.inner_text().startswith("<script>")
    assert seen.chips()[0].startswith("<script>window.")
    assert seen.page.evaluate("window.hacked") is None
    assert seen.page.locator('a[href*="evil"], img[src="x"]').count() == 0


def test_a_lost_file_takes_nothing_else_with_it(
    opened: Callable[..., Seen], page_home: tuple[Path, str]
) -> None:
    home, name = page_home
    with Workspace.open(home / "workspaces" / name) as workspace:
        lost = [item for item in workspace.items("audio") if item.captions["zh"] in ("羊叫", "小提琴")]
        paths = [path for item in lost if (path := workspace.media_path(item)) is not None]
    assert paths
    kept = {path: path.read_bytes() for path in paths}
    for path in paths:
        path.unlink()
    try:
        seen = opened()
        seen.ask("小提琴")
        row = seen.hits("audio").filter(has_text="小提琴").first
        assert "文件" in row.inner_text()
        assert row.locator("audio").count() == 0
        assert seen.hits("audio").locator("audio").count() > 0
        assert seen.hits("text").count() > 0
    finally:
        for path, data in kept.items():
            path.write_bytes(data)


def test_an_empty_workspace_says_what_fills_it(opened: Callable[..., Seen]) -> None:
    seen = opened(locale="en-US")
    seen.page.locator(".st-key-workspace input, .st-key-workspace button").first.click()
    seen.page.get_by_role("option", name="empty").click()
    seen.page.locator(".si-empty code").wait_for()
    assert seen.page.locator(".si-empty code").inner_text() == "explorer ingest PATH --workspace empty"


def _bomb(side: int) -> bytes:
    """A PNG of a few bytes that says it is `side` × `side` pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body

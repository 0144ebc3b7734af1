"""What is exported from an iceberg: well-formed, escaped, offline, and saying what the construal says."""

from __future__ import annotations

import io
import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from icebergs import canteen, large
from PIL import Image

from explorer.errors import InputError, MissingError
from explorer.figures import (
    iceberg_data,
    iceberg_html,
    iceberg_jsonld,
    iceberg_svg,
    png,
    svg_png,
    write_iceberg,
)
from explorer.figures.palette import colours
from explorer.i18n import activate, current
from explorer.iceberg.layout import lay_out
from explorer.iceberg.nodes import Iceberg

SVG = "{http://www.w3.org/2000/svg}"
NASTY = "<script>alert(\"&')</script>\x00\x0b]]>\ud800"


def nasty() -> Iceberg:
    """The canteen with markup in every text that comes from outside."""
    base = canteen()
    nodes = tuple(replace(node, labels={"zh": NASTY + node.id}, word=NASTY) for node in base.nodes)
    edges = tuple(replace(edge, labels={"zh": NASTY}, origin=NASTY) for edge in base.edges)
    construal = replace(base.construal, sentence=NASTY, reason=NASTY, abstained=True)
    return Iceberg(construal=construal, nodes=nodes, edges=edges)


def svg_of(iceberg: Iceberg, **more: str) -> str:
    return iceberg_svg(iceberg, lay_out(iceberg, language=more.get("language", "zh")), **more)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    "iceberg", [canteen(), large(40), large(150), nasty()], ids=["14", "40", "150", "nasty"]
)
def test_the_svg_is_xml_that_needs_nothing_else(iceberg: Iceberg, theme: str) -> None:
    text = svg_of(iceberg, theme=theme)
    root = ET.fromstring(text.encode())
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags <= {
        *("svg", "title", "desc", "defs", "linearGradient", "stop", "rect", "polygon", "polyline"),
        *("line", "path", "circle", "text"),
    }
    for element in root.iter():
        assert not [key for key in element.attrib if "href" in key or key.startswith("on")]
        for value in element.attrib.values():
            assert "url(" not in value or value.startswith("url(#")
    assert root.get("role") == "img"


def test_the_svg_says_what_it_shows() -> None:
    root = ET.fromstring(svg_of(canteen()))
    texts = {element.text for element in root.iter(f"{SVG}text")}
    assert {"张三", "吃", "食堂", "餐馆", "处所 .86", "其间会 .71", "话语", "暗物质", "3 个词"} <= texts
    assert root.findtext(f"{SVG}title") == "张三吃食堂"
    described = root.findtext(f"{SVG}desc")
    assert "在食堂吃饭" in described
    assert "食堂 是一种 餐馆" in described
    english = {e.text for e in ET.fromstring(svg_of(canteen(), language="en")).iter(f"{SVG}text")}
    assert {"eating place", "Dark matter", "location .86", "3 words"} <= english


def test_gold_is_for_the_lit_path_alone_and_a_cut_is_red_and_dashed() -> None:
    known = colours("light")
    plain = replace(
        canteen(),
        nodes=tuple(replace(node, lit=False) for node in canteen().nodes),
        edges=tuple(replace(edge, lit=False) for edge in canteen().edges),
    )
    for name in ("lit", "lit.rim", "lit.node", "underline"):
        assert known[name] in svg_of(canteen())
        assert known[name] not in svg_of(plain)
    assert known["cut"] not in svg_of(canteen())
    edges = tuple(replace(e, cut=e.target == "吃饭") for e in canteen().edges)
    cut = ET.fromstring(svg_of(replace(canteen(), edges=edges)))
    red = [e for e in cut.iter(f"{SVG}path") if e.get("stroke") == known["cut"]]
    assert [e.get("stroke-dasharray") for e in red] == ["8,6"]


def test_hostile_text_stays_text() -> None:
    iceberg = nasty()
    for text in (svg_of(iceberg), iceberg_html(iceberg, lay_out(iceberg))):
        assert "<script" not in text
        assert "\x00" not in text
        assert "&lt;script&gt;" in text
    text = ET.fromstring(svg_of(iceberg).encode()).findtext(f"{SVG}title")
    assert text == "<script>alert(\"&')</script>]]>"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_png_is_a_picture(theme: str) -> None:
    if png.chinese_font(png._SANS) is None:
        pytest.skip("no font here has Chinese characters")
    layout = lay_out(canteen())
    data = svg_png(iceberg_svg(canteen(), layout, theme=theme), scale=1.5)
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    assert picture.size == (1245, 1050)
    pixels = np.asarray(picture).reshape(-1, 3)
    assert len(np.unique(pixels, axis=0)) > 1000
    box = layout.nodes["t2"]
    word = picture.crop([int(1.5 * v) for v in (box.left, box.top, box.right, box.bottom)]).convert("L")
    dark = np.asarray(word) < 80
    assert 0.08 < dark.mean() < 0.6, "the word is drawn"


def test_without_a_chinese_font_the_png_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(png, "chinese_font", lambda _families: None)
    with pytest.raises(MissingError, match="Noto Sans CJK"):
        svg_png(svg_of(canteen()))
    latin = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
    assert svg_png(latin).startswith(b"\x89PNG")


def test_a_font_that_is_not_there_draws_no_chinese() -> None:
    assert png.chinese_font(("No such font at all",)) is None


@pytest.mark.parametrize("scale", [0.0, -1.0, 40.0])
def test_a_png_has_a_sensible_size(scale: float) -> None:
    with pytest.raises(InputError, match="16,384"):
        svg_png(svg_of(canteen()), scale)


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.said = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.said += data + " "


@pytest.mark.parametrize("iceberg", [canteen(), nasty()], ids=["canteen", "nasty"])
def test_the_page_runs_nothing_and_loads_nothing(iceberg: Iceberg) -> None:
    page = Tags(iceberg_html(iceberg, lay_out(iceberg)))
    assert "svg" in {tag for tag, _attributes in page.seen}
    for tag, attributes in page.seen:
        assert tag not in ("script", "iframe", "object", "embed", "link", "img", "base", "form")
        assert not [key for key in attributes if key.startswith("on") or key in ("src", "href")]
    policy = next(a["content"] for _t, a in page.seen if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")


def test_the_page_tells_reading_roles_and_facts() -> None:
    said = Tags(iceberg_html(canteen(), lay_out(canteen()))).said
    for text in ("张三吃食堂", "在食堂吃饭", "eat at 食堂", "处所", ".86", "食堂 是一种 餐馆", "来源：seed"):
        assert text in said
    english = Tags(iceberg_html(canteen(), lay_out(canteen(), language="en"), language="en")).said
    assert "Role of the object" in english
    assert "no fact says so, the space implies it" in english


def test_an_iceberg_without_a_reading_is_exported_too() -> None:
    base = canteen()
    construal = replace(base.construal, readings=(), abstained=True, reason="读不出：这句没有动词。")
    words = tuple(replace(node, lit=False, part="") for node in base.nodes if node.depth == 0)
    bare = Iceberg(construal=construal, nodes=words)
    page = iceberg_html(bare, lay_out(bare))
    assert "读不出：这句没有动词。" in page
    assert iceberg_data(bare, lay_out(bare))["role"] is None
    assert iceberg_jsonld(bare)["facts"] == []
    ET.fromstring(svg_of(Iceberg(construal=replace(construal, sentence="", tokens=()))))


def test_the_language_of_a_figure_leaves_the_callers_own() -> None:
    activate("en")
    try:
        iceberg_data(canteen(), lay_out(canteen()), language="zh")
        assert current() == "en"
    finally:
        activate(None)


def test_the_data_is_json_and_complete() -> None:
    iceberg = large(150)
    layout = lay_out(iceberg, language="en")
    data = json.loads(json.dumps(iceberg_data(iceberg, layout, "dark", "en")))
    assert {node["id"] for node in data["nodes"]} | {token["id"] for token in data["tokens"]} == set(
        layout.nodes
    )
    assert {edge["id"] for edge in data["edges"]} == set(layout.edges)
    assert len(data["silhouette"]["body"]) > 10
    assert [band["name"] for band in data["bands"]][-1] == "Dark matter"
    assert [band["depth"] for band in data["bands"]] == [0, 1, 2, 3, 4]
    assert data["role"]["label"] == "location .86"
    dots = [node for node in data["nodes"] if not node["named"]]
    assert dots
    assert all(node["label"] == "" and node["full"] for node in dots)
    assert data["colours"]["ink"] == colours("dark")["ink"]
    edge = next(e for e in data["edges"] if e["source"] == "t2" and e["target"] == "餐馆")
    assert edge["lit"]
    assert edge["full"] == "食堂 is a eating place"
    assert len(edge["points"]) == 4


def test_counts_of_the_layers() -> None:
    bands = iceberg_data(canteen(), lay_out(canteen()), language="zh")["bands"]
    assert [band["count"] for band in bands] == [
        "3 个词",
        "5 条事实",
        "3 条事实",
        "2 条事实",
        "空间暗示 2 条",
    ]


def test_linked_data_speaks_conceptnets_names() -> None:
    document = json.loads(json.dumps(iceberg_jsonld(canteen())))
    context = document["@context"]
    assert context["IsA"] == "http://conceptnet.io/r/IsA"
    assert context["TakesLocation"] == "urn:semantic-iceberg:r:TakesLocation"
    assert document["sentence"] == "张三吃食堂"
    assert document["readings"][0]["role"] == "location"
    assert sum(reading["probability"] for reading in document["readings"]) == pytest.approx(1)
    fact = next(f for f in document["facts"] if f["subject"].endswith("食堂") and f["predicate"] == "IsA")
    assert fact["subject"] == "http://conceptnet.io/c/zh/食堂"
    assert fact["statementObject"] == "http://conceptnet.io/c/zh/餐馆"
    assert fact["lit"] is True
    assert fact["source"] == "seed"
    dark = next(f for f in document["facts"] if f["evidence"] == "space")
    assert dark["score"] == 0.71
    assert not [f for f in document["facts"] if f["evidence"] == "role"]
    assert all(f["predicate"] in context for f in document["facts"])


@pytest.mark.parametrize("word", ["work unit", "a/b?c#d", "吃 饭"])
def test_uris_of_concepts_hold_any_word(word: str) -> None:
    nodes = tuple(replace(node, word=word) for node in canteen().nodes)
    fact = iceberg_jsonld(replace(canteen(), nodes=nodes))["facts"][0]
    assert not set(" ?#") & set(fact["subject"])
    assert fact["subject"].count("/") == 5
    language = "zh" if word == "吃 饭" else "en"
    assert f"/c/{language}/" in fact["subject"]


@pytest.mark.parametrize("kind", ["svg", "html", "jsonld", "png"])
def test_writing_a_figure(kind: str, tmp_path: Path) -> None:
    if kind == "png" and png.chinese_font(png._SANS) is None:
        pytest.skip("no font here has Chinese characters")
    path = write_iceberg(canteen(), tmp_path / f"冰山.{kind}", kind=kind, theme="dark", language="en")
    begins = {"svg": b"<svg", "html": b"<!DOCTYPE html>", "jsonld": b"{", "png": b"\x89PNG"}[kind]
    assert path.read_bytes().startswith(begins)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_figure_that_cannot_be_written_says_why(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="svg, png, html, jsonld"):
        write_iceberg(canteen(), tmp_path / "x.gif", kind="gif")
    with pytest.raises(InputError, match="cannot be written"):
        write_iceberg(canteen(), tmp_path / "none" / "x.svg", kind="svg")

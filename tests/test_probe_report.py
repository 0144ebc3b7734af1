"""Reports of runs: every number is there, nothing overlaps, nothing of a text becomes markup, and kinds may differ."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from explorer import InputError, i18n
from explorer.cli import main as cli
from probes import records
from probes.contrast.verdicts import SHOWN
from probes.report import (
    figures_csv,
    forest_svg,
    heatmap_svg,
    items_csv,
    report_html,
    strata_svg,
    table_latex,
)  # fmt: skip
from probes.report.look import colours, level, marks
from probes.report.picture import Box, line_box, wrapped
from probes.report.sentences import _SAID
from probes.report.words import correlation, minus, short_names
from tests import reports

SVG = "{http://www.w3.org/2000/svg}"
DRAWN = [
    (forest_svg, reports.run),
    (forest_svg, reports.bare),
    (forest_svg, reports.correlation),
    (forest_svg, reports.controls_only),
    (forest_svg, reports.nasty),
    *((forest_svg, lambda count=count: reports.several(count)) for count in range(1, 6)),
    (heatmap_svg, reports.run),
    (heatmap_svg, reports.nasty),
    (heatmap_svg, lambda: reports.several(5)),
    (strata_svg, reports.run),
    (strata_svg, lambda: reports.several(5)),
]
KINDS = [reports.run, reports.bare, reports.correlation, reports.controls_only, reports.nasty]


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("EXPLORER_LANG", "en")
    i18n.activate("en")


def texts(root: ET.Element) -> list[tuple[str, Box]]:
    """Every line of words with its box."""
    found = []
    for each in root.iter(f"{SVG}text"):
        x, y, size, weight = (float(each.get(key, "0")) for key in ("x", "y", "font-size", "font-weight"))
        said = each.text or ""
        found.append((said, line_box(said, x, y, size, int(weight), each.get("text-anchor", "start"))))
    return found


def points(root: ET.Element) -> list[tuple[float, float]]:
    """Corners of every mark, line and rectangle."""
    found = []
    for each in root.iter():
        if each.tag in (f"{SVG}polyline", f"{SVG}polygon"):
            found += [tuple(map(float, pair.split(","))) for pair in each.get("points", "").split()]
        elif each.tag == f"{SVG}path":
            found += [(float(x), float(y)) for x, y in re.findall(r"([\d.-]+),([\d.-]+)", each.get("d", ""))]
        elif each.tag == f"{SVG}circle":
            x, y, r = (float(each.get(key, "0")) for key in ("cx", "cy", "r"))
            found += [(x - r, y - r), (x + r, y + r)]
        elif each.tag == f"{SVG}rect":
            x, y, w, h = (float(each.get(key, "0")) for key in ("x", "y", "width", "height"))
            found += [(x, y), (x + w, y + h)]
    return found


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [340, 640])
@pytest.mark.parametrize(("draw", "make"), DRAWN)
def test_labels_keep_clear_and_everything_is_inside(
    draw: Callable[..., str], make: Callable[[], dict[str, Any]], width: int, language: str
) -> None:
    root = ET.fromstring(draw(make(), width=width, language=language).encode())
    height = float(root.get("height", "0"))
    lines = texts(root)
    assert len(lines) > 3
    for said, box in lines:
        assert box.left >= 0, said
        assert box.right <= width, said
        assert box.top >= 0, said
        assert box.bottom <= height, said
    for (a, first), (b, second) in itertools.combinations(lines, 2):
        assert not first.meets(second), (a, b)
    for x, y in points(root):
        assert -0.5 <= x <= width + 0.5
        assert -0.5 <= y <= height + 0.5


def test_the_check_of_overlaps_sees_one() -> None:
    assert line_box("long enough", 0, 20, 12).meets(line_box("another", 30, 24, 12))
    assert not line_box("long enough", 0, 20, 12).meets(line_box("another", 0, 40, 12))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("draw", [forest_svg, heatmap_svg, strata_svg])
def test_figures_are_xml_that_needs_nothing_else(draw: Callable[..., str], theme: str) -> None:
    text = draw(reports.nasty(), theme=theme)
    root = ET.fromstring(text.encode())
    assert "<script" not in text
    assert "var(" not in text
    for each in root.iter():
        assert not [key for key in each.attrib if "href" in key or key.startswith("on")]
        assert not [value for value in each.attrib.values() if "url(" in value]
    assert root.get("role") == "img"
    assert root.get("aria-label")


def test_the_forest_says_its_numbers() -> None:
    record = reports.run()
    root = ET.fromstring(forest_svg(record, language="en"))
    said = {text for text, _box in texts(root)}
    tips = [each.text or "" for each in root.iter(f"{SVG}title")]
    for name, entry in record["result"]["encoders"].items():
        assert f"{name} {100 * entry['accuracy']:.1f}" in said
        for arm, words in (("verb_deleted", "verb deleted"), ("shuffled", "characters shuffled")):
            own = next(tip for tip in tips if tip.startswith(f"{name}, {words}"))
            figures = entry["arms"][arm]
            assert f"{100 * figures['accuracy']:.1f}" in own
            assert f"{100 * figures['ci'][0]:.1f}, {100 * figures['ci'][1]:.1f}" in own
            assert own.endswith(f"n {figures['n']}")


def test_the_gap_of_the_best_is_drawn() -> None:
    record = reports.run()
    del record["result"]["encoders"]["knower"]
    gap = record["result"]["encoders"]["oracle"]["arms"]["both_deleted"]
    root = ET.fromstring(forest_svg(record, language="en"))
    drawn = " ".join(said for said, _box in texts(root))
    assert f"{100 * gap['gap']:.1f} points lost" in drawn
    assert f"[{100 * gap['gap_ci'][0]:.1f}, {100 * gap['gap_ci'][1]:.1f}]" in drawn


def test_chance_stands_where_the_axis_has_it() -> None:
    root = ET.fromstring(forest_svg(reports.bare(), language="en"))
    lines = {text: (box.left + box.right) / 2 for text, box in texts(root)}
    assert lines["20"] < lines["chance 25\u00a0%"] < lines["30"]
    dashed = [
        each for each in root.iter(f"{SVG}polyline") if each.get("stroke") == colours("light")["cut.words"]
    ]
    x = float(dashed[0].get("points", "").split(",")[0])
    assert x == pytest.approx((lines["20"] + lines["30"]) / 2, abs=0.5)


def test_up_to_five_encoders_each_have_a_look_of_their_own() -> None:
    names = [f"e{i}" for i in range(5)] + [f"e{i}+iceberg" for i in range(5)]
    found = marks(names)
    assert len({(mark.shape, mark.open, mark.colour) for mark in found.values()}) == 10
    assert found["e0"][:2] == ("circle", True)
    assert found["e0+iceberg"][:3] == ("hexagon", False, "gold")


def test_names_are_short_but_never_alike() -> None:
    found = short_names(["sentence-transformers:a/e5", "sentence-transformers:b/e5", "x:y/large+iceberg"])
    assert found["sentence-transformers:a/e5"] == "a/e5"
    assert found["sentence-transformers:b/e5"] == "b/e5"
    assert found["x:y/large+iceberg"] == "large + iceberg"


def test_colours_diverge_about_chance() -> None:
    assert level(0.5, 0.5, 0.0) == 0
    assert level(1.0, 0.5, 0.0) == -level(0.0, 0.5, 0.0) == 10
    assert level(0.25, 0.25, 0.0) == 0
    assert level(0.0, 0.25, 0.0) == -3
    assert level(-1.0, 0.0, -1.0) == -10


def test_phenomena_are_marked_when_sure_and_pale_when_few() -> None:
    record = reports.run()
    entry = record["result"]["encoders"]["oracle"]
    figures = {"accuracy": 0.9, "ci": [0.7, 0.98], "p": 0.001}
    entry["phenomena"] = {
        "location": figures | {"n": 40, "p_holm": 0.003},
        "instrument": figures | {"n": 12, "p_holm": 0.3},
    }
    record["result"]["encoders"] = {"oracle": entry}
    root = ET.fromstring(heatmap_svg(record, language="en"))
    said = [text for text, _box in texts(root)]
    assert said.index("location") < said.index("instrument"), "the larger first"
    assert "90*" in said
    assert "90" in said
    pale = [each.get("fill-opacity") for each in root.iter(f"{SVG}rect") if each.get("fill-opacity")]
    assert len(pale) == 1


def test_strata_count_and_chance_of_pairs() -> None:
    record = reports.run()
    root = ET.fromstring(strata_svg(record, language="en"))
    said = " ".join(text for text, _box in texts(root))
    for entry in record["result"]["encoders"].values():
        pairs = entry["mirrored"]
        assert f"{pairs['both_right']} / {pairs['n']}" in said
    assert "25 % of pairs" in said


@pytest.mark.parametrize(
    ("draw", "make"),
    [(heatmap_svg, reports.bare), (strata_svg, reports.bare), (strata_svg, reports.correlation)],
)
def test_what_is_not_there_is_said(draw: Callable[..., str], make: Callable[[], dict[str, Any]]) -> None:
    with pytest.raises(InputError, match="This run has"):
        draw(make())


@pytest.mark.parametrize("draw", [forest_svg, report_html, figures_csv, table_latex])
def test_no_record_and_no_figures(draw: Callable[..., str]) -> None:
    with pytest.raises(InputError):
        draw({})
    empty = reports.run()
    empty["result"]["encoders"] = {"text-use": {}}
    with pytest.raises(InputError, match="nothing was asked"):
        draw(empty)


def test_the_csv_holds_the_numbers_of_the_record() -> None:
    record = reports.run()
    rows = list(csv.DictReader(io.StringIO(figures_csv(record))))
    found = {(row["encoder"], row["section"], row["name"]): row for row in rows}
    assert len(found) == len(rows), "no number twice"
    for name, entry in record["result"]["encoders"].items():
        whole = found[name, "whole", "accuracy"]
        assert [float(whole[key]) for key in ("value", "low", "high")] == [entry["accuracy"], *entry["ci"]]
        for arm, figures in entry["arms"].items():
            gap = found[name, "gap", arm]
            assert [float(gap[key]) for key in ("value", "low", "high")] == [
                figures["gap"],
                *figures["gap_ci"],
            ]
            assert float(gap["p"]) == figures["p"] <= float(gap["p_holm"])
            assert float(found[name, "arm", arm]["value"]) == figures["accuracy"]
        for phenomenon, figures in entry["phenomena"].items():
            row = found[name, "phenomenon", phenomenon]
            assert (float(row["value"]), float(row["p_holm"])) == (figures["accuracy"], figures["p_holm"])
        assert int(found[name, "mirrored", "both_right"]["n"]) == entry["mirrored"]["n"]
    pair = record["result"]["comparisons"][0]
    row = found[f"{pair['a']} − {pair['b']}", "mcnemar", "difference"]
    assert (float(row["value"]), float(row["p_holm"])) == (pair["difference"], pair["p_mcnemar_holm"])


def test_correlations_and_what_a_kind_has_beside_are_in_the_csv() -> None:
    record = reports.correlation()
    extra = {"spearman": 0.5, "ci": [0.4, 0.6], "n": 60}
    record["result"]["encoders"]["text-use"]["halves"] = {"nouns": extra, "verdict": "so and so"}
    rows = list(csv.DictReader(io.StringIO(figures_csv(record))))
    found = {(row["encoder"], row["section"], row["name"]): row for row in rows}
    assert float(found["text-e5", "whole", "spearman"]["value"]) == -0.21
    assert float(found["", "baseline", "char_overlap"]["low"]) == -0.06
    assert float(found["text-use", "halves", "nouns"]["value"]) == 0.5
    assert "nouns" in report_html(record, "en")


def test_items_are_rows() -> None:
    record = reports.run()
    rows = list(csv.DictReader(io.StringIO(items_csv(record))))
    assert len(rows) == len(record["input"]["rows"]) == 120
    for row, given in zip(rows, record["input"]["rows"], strict=True):
        assert (row["id"], row["sentence"], row["good"]) == (given["id"], given["sentence"], given["good"])
    for name, entry in record["result"]["encoders"].items():
        assert [float(row[f"{name} score"]) for row in rows] == [each["score"] for each in entry["items"]]
        assert [float(row[f"{name} margin"]) for row in rows] == [each["margin"] for each in entry["items"]]
        arm = [float(row[f"{name} verb_deleted"]) for row in rows]
        assert arm == [each["arms"]["verb_deleted"] for each in entry["items"]]


def test_a_spreadsheet_computes_nothing() -> None:
    for text in (items_csv(reports.nasty()), figures_csv(reports.nasty())):
        assert "\x00" not in text
        for row in csv.reader(io.StringIO(text)):
            for cell in row:
                number = re.fullmatch(r"-?[\d.]+(e-?\d+)?", cell)
                assert number or not cell.lstrip().startswith(("=", "+", "-", "@")), cell
    assert "'=<script>" in items_csv(reports.nasty())
    assert "'+1+1" in items_csv(reports.nasty())


@pytest.mark.parametrize("make", [*KINDS, lambda: reports.several(5)])
def test_the_latex_table_has_as_many_cells_as_columns(make: Callable[[], dict[str, Any]]) -> None:
    table = table_latex(make(), "en")
    columns = len(re.search(r"\\begin\{tabular\}\{@\{\}(l+)@\{\}\}", table)[1])
    assert columns == 1 + len(make()["result"]["encoders"])
    body = table.split(r"\toprule")[1].split(r"\bottomrule")[0]
    lines = [line for line in body.splitlines() if line.endswith(r"\\") and r"\multicolumn" not in line]
    assert len(lines) >= 3
    for line in lines:
        assert len(re.findall(r"(?<!\\)&", line)) == columns - 1, line
    depth = 0
    for token in re.findall(r"\\.|[{}]", table, flags=re.S):
        depth += {"{": 1, "}": -1}.get(token, 0)
        assert depth >= 0
    assert depth == 0
    assert table.count(r"\end{table}") == table.count(r"\begin{table}") == 1


def test_latex_takes_no_command_from_a_text() -> None:
    table = table_latex(reports.nasty(), "en")
    assert r"\textbackslash{}end\{table\}\%\$\_" in table
    assert not re.search(r"(?<!\\)[$#^~](?!-\$)", table.replace("$-$", "")), (
        "no special character stands alone"
    )
    comments = [line for line in table.splitlines() if re.search(r"(?<!\\)%", line)]
    assert all(line.startswith("%") for line in comments)


def test_the_latex_table_says_the_numbers_and_where_they_come_from() -> None:
    record = reports.run()
    table = table_latex(record, "en")
    entry = record["result"]["encoders"]["oracle"]
    assert f"{100 * entry['accuracy']:.1f} {{[}}{100 * entry['ci'][0]:.1f}" in table
    assert f"n = {record['result']['n']}, seed 1" in table
    assert "abababab" in table
    assert SHOWN in table


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("make", [*KINDS, lambda: reports.several(5)])
def test_the_page_stands_alone(make: Callable[[], dict[str, Any]], language: str) -> None:
    text = report_html(make(), language)
    page = Page()
    page.feed(text)
    assert page.open == []
    names = {tag for tag, _attributes in page.tags}
    assert not names & {"script", "link", "img", "iframe", "object", "embed", "base", "form", "foreignobject"}
    for _tag, attributes in page.tags:
        assert not [key for key in attributes if key in ("src", "href", "xlink:href") or key.startswith("on")]
    assert "@import" not in text
    assert "url(" not in text
    assert re.findall(r"https?://[^\"'<> ]+", text.replace("http://www.w3.org/2000/svg", "")) == []
    assert "prefers-color-scheme:dark" in text
    used, known = set(re.findall(r"var\((--[\w-]+)\)", text)), set(re.findall(r"(--[\w-]+):#", text))
    assert used <= known
    assert f'lang="{language}"' in text


def test_the_page_says_verdicts_first_and_how_to_run_it_again() -> None:
    record = reports.run()
    text = report_html(record, "en")
    order = [
        text.index(said) for said in ("construal shown", "times in 100", "<figure", "<table", "Holm 1979")
    ]
    assert order == sorted(order)
    for said in (record["id"], "ab" * 32, "cd" * 32, "explorer probe replay", "McNemar 1947", "numpy"):
        assert said in text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_verdict_of_a_kind_has_its_sentences(language: str) -> None:
    i18n.activate(language)
    from probes.contrast import verdicts as contrast
    from probes.verdicts import BELOW, CHANCE, OVERLAP, PASSED, TOO_FEW

    known = {contrast.SHOWN, contrast.ABLATION, contrast.LETTERS, contrast.PAIRS}
    assert set(_SAID) == known | {BELOW, CHANCE, OVERLAP, PASSED, TOO_FEW}
    for verdict, said in _SAID.items():
        record = reports.run()
        record["result"]["encoders"]["oracle"]["verdict"] = verdict
        text = report_html(record, language)
        for sentence in (said.may, said.may_not):
            translated = i18n._(sentence)
            assert translated in text
            assert (translated != sentence) == (language == "zh")


def test_what_could_not_be_computed_is_no_number() -> None:
    record = reports.run()
    entries = record["result"]["encoders"]
    entries["oracle"]["ci"] = [float("nan"), float("nan")]
    entries["letters"]["accuracy"] = float("nan")
    for entry in entries.values():
        entry["arms"]["both_deleted"]["gap_ci"] = [float("nan"), 0.1]
    for text in (forest_svg(record), report_html(record), heatmap_svg(record)):
        assert not re.search(r"\bnan\b", text)
        assert not re.search(r">letters \d", text)


def test_small_forms() -> None:
    assert minus("-0.0") == "0.0"
    assert minus("-4.8") == "−4.8"
    assert (correlation(-0.05), correlation(1.0), correlation(0.613)) == ("−.05", "1.00", ".61")
    assert wrapped("one two three", 60, 12) == ["one two", "three"]
    assert "".join(wrapped("在食堂里吃饭，不是吃食堂。", 60, 12)) == "在食堂里吃饭，不是吃食堂。"


@pytest.fixture
def kept() -> str:
    record = reports.run()
    records.keep(record)
    return str(record["id"])


def call(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = cli.main(["probe", "report", *arguments])
    out, err = capfd.readouterr()
    return code, out, err


def test_each_ending_writes_its_form(kept: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    begins = {"html": "<!DOCTYPE", "svg": "<svg", "csv": "\ufeffencoder,", "tex": "% ", "json": "{"}
    for suffix, first in begins.items():
        path = tmp_path / f"mine.{suffix}"
        code, _out, err = call(capfd, kept, "-o", str(path))
        assert (code, str(path) in err) == (0, True), err
        assert path.read_text("utf-8").startswith(first)
    assert records.load(str(tmp_path / "mine.json"))["id"] == kept
    code, _out, _err = call(capfd, "last", "-o", str(tmp_path / "items.csv"), "--items")
    assert (code, (tmp_path / "items.csv").read_text("utf-8-sig")[:3]) == (0, "id,")
    drawn = set()
    for figure in ("forest", "phenomena", "strata"):
        path = tmp_path / f"{figure}.svg"
        assert call(capfd, kept, "-o", str(path), "--figure", figure, "--dark", "--width", "340")[0] == 0
        drawn.add(path.read_text("utf-8"))
    assert len(drawn) == 3


def test_a_png_is_a_picture(kept: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "forest.png"
    code, _out, err = call(capfd, kept, "-o", str(path), "--lang", "en")
    assert code == 0, err
    assert Image.open(path).size[0] == 1280
    from explorer.figures import png

    if png.chinese_font(png._SANS) is not None:
        assert call(capfd, kept, "-o", str(path), "--lang", "zh", "--force")[0] == 0


def test_what_cannot_be_written(
    kept: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call(capfd, kept)[0] == 0
    before = (tmp_path / f"{kept}.html").read_bytes()
    (tmp_path / f"{kept}.html").write_bytes(b"mine")
    for arguments, words in (
        ([kept], "--force"),
        ([kept, "-o", "report.docx"], ".html"),
        ([kept, "-o", "report"], ".html"),
        ([kept, "-o", "a.svg", "--figure", "pie"], "strata"),
        ([kept, "-o", "a.html", "--figure", "forest"], "--items"),
        ([kept, "-o", "a.svg", "--items"], "--items"),
        ([kept, "-o", "no/such/folder/a.svg"], "cannot be written"),
        (["nobody", "-o", "a.svg"], "nobody"),
    ):
        code, _out, err = call(capfd, *arguments)
        assert code == 2, arguments
        assert words in err, (arguments, err)
        assert "Traceback" not in err
    assert (tmp_path / f"{kept}.html").read_bytes() == b"mine"
    code, out, _err = call(capfd, kept, "--force", "--json")
    assert (code, json.loads(out)) == (0, {"run": kept, "written": f"{kept}.html"})
    assert (tmp_path / f"{kept}.html").read_bytes() == before
    assert [each.name for each in tmp_path.glob("*.part")] == []

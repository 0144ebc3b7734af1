"""The map as a figure: names of regions, colours, escaped words, marks; and colours that can be read."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import pytest

from explorer import i18n
from explorer.cli import page_theme
from explorer.results import Hit, QueryPart
from explorer.ui import tokens
from explorer.ui.columns import head_html, measure_html
from explorer.ui.map_figure import MapView, Point, figure, hover_text, view_palette
from explorer.ui.map_section import query_label, selection_csv
from explorer.ui.regions import NARROW, WIDE, Frame, Label, Spot, bounds, overlap, place_labels
from explorer.ui.states import commands
from store import ItemRecord

EVIL = "<b>&\"'</b><script>alert(1)</script>"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    i18n.activate("en")
    yield
    i18n.activate(None)


def crowd(topics: int, near: float = 4.0) -> list[Spot]:
    """Clusters of 40 spots each, at places drawn once."""
    rng = np.random.default_rng(3)
    centres = rng.uniform(0, near * topics**0.5, (topics, 2))
    return [
        Spot(x=float(x), y=float(y), topic=f"{'很长的名字'[: 2 + t % 4]}{t}")
        for t, centre in enumerate(centres)
        for x, y in rng.normal(centre, 0.35, (40, 2))
    ]


def points(n: int = 60) -> list[Point]:
    rng = np.random.default_rng(5)
    shapes = ("text", "image", "audio", "speech")
    return [
        Point(
            item_id=f"i{i}",
            x=float(x),
            y=float(y),
            shape=shapes[i % 4],
            kind=shapes[i % 4],
            caption=EVIL if i == 0 else f"item {i}",
            language="zh" if i % 2 else None,
            topic="animals" if x > 0 else "food",
        )
        for i, (x, y) in enumerate(rng.normal(0, 1, (n, 2)))
    ]


def hit(caption: str = EVIL, modality: str = "audio", similarity: float = 0.47) -> Hit:
    item = ItemRecord(
        id="i1",
        modality=modality,
        language="zh",
        text=None,
        name="a.ogg",
        captions={"en": caption, "zh": caption},
        licence="",
        origin="",
        digest="0" * 64,
        media_type="audio/ogg",
        size=1,
        meta={},
        created=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return Hit(
        item=item,
        similarity=similarity,
        score=0.5,
        view="v",
        kind="transcript",
        why=f"“{EVIL}”",
        at=1.94,
        path=None,
    )


@pytest.mark.parametrize(("topics", "near"), [(4, 4.0), (20, 4.0), (30, 1.5)])
def test_names_of_regions_never_overlap_and_stay_on_the_map(topics: int, near: float) -> None:
    spots = crowd(topics, near)
    low, high = bounds(np.array([(s.x, s.y) for s in spots], np.float32))
    query = Label(text="the query", x=spots[0].x, y=spots[0].y, shift=-23, wide=False)
    labels = place_labels(spots, [query])
    assert labels
    for size, shown in ((WIDE, labels), (NARROW, [x for x in labels if not x.wide])):
        frame = Frame(low, high, size)
        boxes = [frame.box(label) for label in [query, *shown]]
        assert not any(overlap(a, b) for a, b in itertools.combinations(boxes, 2))
        assert all(frame.holds(box) for box in boxes[1:])


def test_topics_without_a_place_of_their_own_get_no_name() -> None:
    rng = np.random.default_rng(1)
    mixed = [
        Spot(x=float(x), y=float(y), topic=f"t{i % 9}") for i, (x, y) in enumerate(rng.normal(0, 1, (400, 2)))
    ]
    assert place_labels(mixed) == []
    assert place_labels(mixed[:10]) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("colour_by", ["modality", "language", "label", "similarity"])
def test_every_way_to_colour_draws_every_item(theme: str, colour_by: str) -> None:
    some = points()
    view = MapView(
        colour_by=colour_by,
        similarity={p.item_id: i / 60 for i, p in enumerate(some)},
        query=(0.0, 0.0),
        query_label=EVIL,
        neighbours=["i1", "i2", "gone"],
        chosen="i0",
    )
    fig, hidden = figure(some, view, theme)
    drawn = {c[0] for trace in fig.data[1:5] for c in trace.customdata}
    assert drawn == {p.item_id for p in some}
    symbols = {trace.name: trace.marker.symbol for trace in fig.data[1:5]}
    assert symbols == {"text": "circle", "image": "square", "audio": "diamond", "speech": "triangle-up"}
    assert all(0 <= i < len(fig.layout.annotations) for i in hidden)
    text = fig.to_json()
    assert "<script>" not in text
    assert text.count("\\u003cscript") == 0


def test_an_empty_map_is_drawn() -> None:
    fig, hidden = figure([], MapView(), "light")
    assert hidden == []
    assert all(not trace.x for trace in fig.data)


def test_words_of_users_are_escaped_everywhere() -> None:
    one = hit()
    for text in (
        hover_text(points()[0], MapView(similarity={"i0": 0.5})),
        head_html(one, "en", ""),
        measure_html(one, 0.02),
        commands(f"No `{EVIL}` in {EVIL}."),
    ):
        assert "<script>" not in text
        assert "&lt;" in text
    assert tokens.plain("**a** [b](c) `d` :smile: <i> $x$ 1. &lt;") == (
        r"\*\*a\*\* \[b\]\(c\) \`d\` \:smile\: \<i\> \$x\$ 1\. \&lt;"
    )
    assert EVIL.replace('"', '""') in selection_csv([one.item])


def test_bars_show_similarity_chance_and_why() -> None:
    text = measure_html(hit("dog"), 0.02)
    assert "<b>.47</b>" in text
    assert "width:47%" in text
    assert 'class="chance" style="left:2%"' in text
    assert "at 1.9 s" in text
    assert "width:0%" in measure_html(hit("dog", similarity=-0.3), 0.02)


@pytest.mark.parametrize(
    ("value", "text"), [(0.47, ".47"), (-0.05, "−.05"), (1.0, "1.00"), (0.0, ".00"), (-0.001, ".00")]
)
def test_numbers(value: float, text: str) -> None:
    assert tokens.number(value) == text


def test_short_names_and_quotes() -> None:
    assert tokens.short("一二三四五六七八九十一二三四五", 14) == "一二三四五六七八九十一二三四…"
    assert tokens.short("a \n b") == "a b"
    assert tokens.quoted("“狗”") == "“狗”"
    i18n.activate("zh")
    assert tokens.quoted("“狗”") == "「狗」"


def test_the_query_is_named_with_its_signs() -> None:
    parts = [QueryPart(label="狗叫"), QueryPart(label="夜晚", weight=0.6), QueryPart(label="猫", weight=-0.4)]
    assert query_label(parts) == "狗叫+夜晚−猫"


def test_frequent_labels_have_colours_of_their_own() -> None:
    palette = view_palette(points(), "light")
    assert len(set(palette.values())) == len(palette) == 2
    assert not set(palette.values()) & set(tokens.MODALITY_COLOURS["light"].values())


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_can_be_read(theme: str) -> None:
    """WCAG contrast of at least 4.5 for words, 3 for marks, on every ground they stand on."""
    settings = page_theme.theme_settings()
    page, side = (
        settings[f"theme.{theme}.{name}"] for name in ("backgroundColor", "sidebar.backgroundColor")
    )
    assert settings[f"theme.{theme}.textColor"] == tokens.INK[theme]
    for ground in (page, side, tokens.CARD[theme], tokens.SOFT[theme]):
        for words in (tokens.INK[theme], tokens.MUTE[theme], tokens.CUT[theme], tokens.PRIMARY[theme]):
            assert contrast(words, ground) >= 4.5, (words, ground)
    assert contrast(tokens.ON_PRIMARY[theme], tokens.PRIMARY[theme]) >= 4.5
    for mark in tokens.MODALITY_COLOURS[theme].values():
        assert contrast(mark, tokens.CARD[theme]) >= 3


def contrast(a: str, b: str) -> float:
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

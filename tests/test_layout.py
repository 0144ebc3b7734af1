"""The layout's promises, over random icebergs: nothing overlaps, depth is kept, all is inside, always the same."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icebergs import canteen, large

from explorer.construal.readings import Construal
from explorer.iceberg.geometry.curves import sampled
from explorer.iceberg.geometry.silhouette import silhouette
from explorer.iceberg.geometry.text import PILL_PAD, PILL_RATIO, ems, shortened
from explorer.iceberg.layout import NAMED_NODES, Box, Layout, ice_of, lay_out
from explorer.iceberg.nodes import DARK, Edge, Iceberg, Node

SIZES = [(330, 480), (360, 520), (830, 700), (1400, 800)]
WORDS = st.text(alphabet="吃食堂场所a bcWi大碗…🍜", min_size=1, max_size=24).filter(str.strip)


@st.composite
def icebergs(draw: st.DrawFn) -> Iceberg:
    """Any depths, labels and edges: also loops, twins, edges upwards, nodes on their own."""
    tokens = draw(st.integers(0, 30))
    concepts = draw(st.one_of(st.integers(0, 12), st.integers(0, 45), st.just(150)))
    long = draw(WORDS)
    depths = draw(st.lists(st.integers(1, DARK), min_size=concepts, max_size=concepts))
    lit = draw(st.integers(0, 2**concepts - 1)) if concepts <= 12 else draw(st.integers(0, 7))
    nodes = [
        Node(id=f"t{i}", labels={"zh": long[: 1 + i % 4] or "一"}, depth=0, word="词", position=i)
        for i in range(tokens)
    ]
    nodes += [
        Node(
            id=f"c{i}",
            labels={"zh": long[: 1 + i % 9] or "一", "en": long * (1 + i % 3)},
            depth=depth,
            word="词",
            lit=bool(lit >> i & 1),
        )
        for i, depth in enumerate(depths)
    ]
    edges: list[Edge] = []
    if nodes:
        pick = st.integers(0, len(nodes) - 1)
        pairs = draw(st.lists(st.tuples(pick, pick), max_size=min(60, 2 * len(nodes))))
        for k, (a, b) in enumerate(pairs):
            kinds = {"lit": k % 7 == 0, "cut": k % 11 == 3, "score": 0.5 if k % 5 == 0 else None}
            labels = {"zh": long[: k % 6] or "是", "en": "related to" * (1 + k % 2)}
            edges.append(
                Edge(
                    id=f"e{k}", source=nodes[a].id, target=nodes[b].id, relation="IsA", labels=labels, **kinds
                )
            )
    return Iceberg(construal=Construal(sentence=long), nodes=tuple(nodes), edges=tuple(edges))


def overlaps(a: Box, b: Box, slack: float = 0.01) -> bool:
    return a.meets(b, -slack)


def check(iceberg: Iceberg, layout: Layout) -> None:
    assert set(layout.nodes) == {node.id for node in iceberg.nodes}
    assert set(layout.edges) == {edge.id for edge in iceberg.edges}
    for a, b in combinations(layout.nodes, 2):
        assert not overlaps(layout.nodes[a], layout.nodes[b]), (a, b)
    bottoms = [*list(layout.bands.values())[1:], layout.height]
    spans = dict(zip(layout.bands, zip(layout.bands.values(), bottoms, strict=True), strict=True))
    for node in iceberg.nodes:
        box = layout.nodes[node.id]
        assert box.left >= -0.01
        assert box.right <= layout.width + 0.01
        assert box.top >= -0.01
        assert box.bottom <= layout.height + 0.01
        if node.depth == 0:
            assert box.bottom <= layout.waterline
        else:
            top, bottom = spans[node.depth]
            assert top - 0.01 <= box.y <= bottom + 0.01
        if node.depth == 0 or node.lit:
            assert node.id in layout.named
    labels = [curve.label for curve in layout.edges.values() if curve.label is not None]
    for a, b in combinations(labels, 2):
        assert not overlaps(a, b)
    for label in labels:
        assert not any(overlaps(label, box) for box in layout.nodes.values())
        assert label.left >= 0
        assert label.right <= layout.width
        assert label.top >= 0
        assert label.bottom <= layout.height
    assert np.isfinite(sampled([curve.points for curve in layout.edges.values()])).all()


@settings(max_examples=25, deadline=None)
@given(iceberg=icebergs(), size=st.sampled_from(SIZES), language=st.sampled_from(["zh", "en"]))
def test_any_iceberg_is_laid_out_without_overlaps(
    iceberg: Iceberg, size: tuple[int, int], language: str
) -> None:
    layout = lay_out(iceberg, width=size[0], height=size[1], language=language)
    check(iceberg, layout)
    assert lay_out(iceberg, width=size[0], height=size[1], language=language) == layout


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("count", [14, 40, 150])
def test_the_samples_fit_from_phone_to_slide(count: int, language: str, size: tuple[int, int]) -> None:
    iceberg = large(count)
    layout = lay_out(iceberg, width=size[0], height=size[1], language=language)
    check(iceberg, layout)
    ice = ice_of(layout)
    boxes = [layout.nodes[node.id] for node in iceberg.nodes if node.depth]
    outside = ice.outside(np.array([box.x for box in boxes]), np.array([box.y for box in boxes]))
    assert outside.mean() <= 0.1


def test_words_stand_on_one_line_in_order_and_a_long_sentence_wraps() -> None:
    layout = lay_out(canteen())
    words = [layout.nodes[key] for key in ("t0", "t1", "t2")]
    assert words[0].y == words[1].y == words[2].y
    assert words[0].right < words[1].left < words[1].right < words[2].left
    tokens = tuple(
        Node(id=f"t{i}", labels={"zh": "单词"}, depth=0, word="单词", position=i) for i in range(30)
    )
    wrapped = lay_out(Iceberg(construal=Construal(sentence="长"), nodes=tokens), width=360, height=520)
    rows = sorted({box.y for box in wrapped.nodes.values()})
    assert 1 < len(rows) <= 5
    order = sorted(wrapped.nodes, key=lambda key: (wrapped.nodes[key].y, wrapped.nodes[key].x))
    assert order == [node.id for node in tokens]
    assert min(box.height for box in wrapped.nodes.values()) >= 12


def test_the_lit_path_has_its_labels_and_the_role_its_pill() -> None:
    for size in SIZES:
        layout = lay_out(canteen(), width=size[0], height=size[1])
        lit = [edge.id for edge in canteen().edges if edge.lit]
        assert all(layout.edges[key].label is not None for key in lit), size
        pill = layout.edges["role"].label
        assert pill is not None
        assert pill.bottom <= layout.nodes["t2"].top + 1


def test_above_forty_concepts_only_lit_ones_and_hubs_are_named() -> None:
    iceberg = large(150)
    layout = lay_out(iceberg)
    assert len(layout.named) < NAMED_NODES
    assert layout.calm
    assert lay_out(canteen()).named == frozenset(layout.nodes) & {node.id for node in canteen().nodes}
    degree = {node.id: 0 for node in iceberg.nodes}
    for edge in iceberg.edges:
        degree[edge.source] += 1
        degree[edge.target] += 1
    named = [n.id for n in iceberg.nodes if n.depth and not n.lit and n.id in layout.named]
    dots = [n.id for n in iceberg.nodes if n.id not in layout.named]
    assert named
    assert min(degree[key] for key in named) >= max(degree[key] for key in dots)
    dot = layout.nodes[dots[0]]
    assert dot.width == dot.height < 12


def test_a_layer_without_nodes_is_a_strip_and_a_full_one_is_higher() -> None:
    base = canteen()
    kept = {node.id for node in base.nodes if node.depth != 2}
    iceberg = replace(
        base,
        nodes=tuple(node for node in base.nodes if node.id in kept),
        edges=tuple(edge for edge in base.edges if {edge.source, edge.target} <= kept),
    )
    tops = lay_out(iceberg).bands
    heights = {depth: tops[depth + 1] - tops[depth] for depth in (1, 2, 3)}
    assert heights[2] < 60 < heights[3] < heights[1]


def test_fewer_crossings_than_by_chance() -> None:
    """Places are chosen: the straight edges of the drawing cross less than with the same places dealt anew."""
    iceberg = large(40)
    layout = lay_out(iceberg)
    rng = np.random.default_rng(0)
    groups = [[n.id for n in iceberg.nodes if n.depth == d] for d in (1, 2, 3, 4)]
    chosen = {key: (box.x, box.y) for key, box in layout.nodes.items()}

    def crossings(at: dict[str, tuple[float, float]]) -> int:
        lines = [(at[e.source], at[e.target]) for e in iceberg.edges if e.evidence != "role"]
        return sum(_cross(*a, *b) for a, b in combinations(lines, 2))

    dealt = []
    for _deal in range(8):
        at = dict(chosen)
        for group in groups:
            for key, other in zip(group, rng.permutation(group), strict=True):
                at[key] = chosen[str(other)]
        dealt.append(crossings(at))
    assert crossings(chosen) < 0.6 * min(dealt)


def _cross(a: tuple, b: tuple, c: tuple, d: tuple) -> bool:
    def side(p: tuple, q: tuple, r: tuple) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return side(a, b, c) * side(a, b, d) < -1 and side(c, d, a) * side(c, d, b) < -1


def test_two_edges_between_the_same_nodes_take_two_ways() -> None:
    base = canteen()
    twin = replace(base.edges[5], id="twin", relation="RelatedTo")
    layout = lay_out(replace(base, edges=(*base.edges, twin)))
    first, second = (sampled([layout.edges[key].points])[0, 8] for key in (base.edges[5].id, "twin"))
    assert np.hypot(*(first - second)) > 8


def test_names_fit_their_pills() -> None:
    layout = lay_out(canteen(), language="en")
    for node in canteen().nodes:
        if node.depth:
            box = layout.nodes[node.id]
            assert (
                ems(shortened(node.label("en"), 14)) + PILL_PAD
                <= box.width / (box.height / PILL_RATIO) + 0.01
            )


def test_the_tip_carries_any_sentence() -> None:
    for span in (60, 200, 400, 780):
        word = Box(x=415, y=140, width=span, height=43)
        ice = silhouette(830, 700, 175, [word])
        ys = [p[1] for p in ice.tip]
        assert min(ys) < 30
        assert max(ys) == 175
        left = [p for p in ice.tip if p[0] < 415 and p[1] >= word.top]
        assert min(p[0] for p in left) <= word.left


def test_a_text_is_cut_to_its_room() -> None:
    assert shortened("食堂", 2) == "食堂"
    assert shortened("大学食堂的窗口", 4) == "大学食…"
    assert ems(shortened("a very long concept name", 8)) <= 8
    assert ems("食堂") == 2
    assert ems("WWW") > ems("iii")


def test_a_large_iceberg_takes_a_few_times_as_long_as_a_small_one() -> None:
    def seconds(iceberg: Iceberg) -> float:
        spent = []
        for _round in range(3):
            began = time.process_time()
            lay_out(iceberg)
            spent.append(time.process_time() - began)
        return min(spent)

    small, big = canteen(), large(150)
    lay_out(small)
    assert seconds(big) < 12 * seconds(small)

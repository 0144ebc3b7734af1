"""Where the nodes, edges and labels of an iceberg stand: depth is kept, crossings and overlaps are avoided.

The words stand in the order of the sentence above the water. The layers below are as high as what they hold; in
them nodes are ordered as in layered graph drawing (Sugiyama, Tagawa & Toda 1981, IEEE Trans. SMC 11(2)).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from explorer.iceberg.geometry.bands import name_box
from explorer.iceberg.geometry.cost import Graph
from explorer.iceberg.geometry.curves import Controls, Link, draw
from explorer.iceberg.geometry.labels import place_labels
from explorer.iceberg.geometry.order import arrange
from explorer.iceberg.geometry.rows import LAYERS, Room, Row, Spacing, plan_rows
from explorer.iceberg.geometry.shapes import Box, Curve
from explorer.iceberg.geometry.silhouette import Silhouette, between, silhouette
from explorer.iceberg.geometry.text import (
    LABEL_PAD,
    LABEL_RATIO,
    NODE_EMS,
    PILL_PAD,
    PILL_RATIO,
    edge_text,
    ems,
    shortened,
)
from explorer.iceberg.geometry.words import Words, arcs, place_words
from explorer.iceberg.nodes import DARK, WORDS, Edge, Iceberg, Node

__all__ = ["NAMED_NODES", "Box", "Curve", "Layout", "ice_of", "lay_out"]

ALL_LABELS = 24
"""Up to so many concepts every edge has a label, above only edges of lit nodes and dark matter's."""
NAMED_NODES = 40
"""Above so many concepts only the lit ones and the hubs are named."""

CALM_SHARE = 0.75
"""Where fewer of the concepts are named, edges are thin lines without heads."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """The drawing's size, the waterline, the top of each layer (depth → y), and where everything stands.

    `named` holds the ids of nodes whose label is drawn; others show it on hover and focus (above 40
    concepts only the lit path and the hubs are named, and the rest are dots).
    """

    width: float
    height: float
    waterline: float
    bands: Mapping[int, float]
    nodes: Mapping[str, Box]
    edges: Mapping[str, Curve]
    named: frozenset[str]

    @property
    def calm(self) -> bool:
        """Whether there is so much to see that edges beside the lit path are thin lines without heads."""
        words = sum(box.y < self.waterline for box in self.nodes.values())
        return is_calm(len(self.nodes) - words, len(self.named) - words)


def lay_out(iceberg: Iceberg, *, width: float = 830, height: float = 700, language: str = "zh") -> Layout:
    """Lay out an iceberg: the same one always the same way.

    Fonts follow from heights of boxes by the ratios of `geometry.text`. Boxes never overlap. Where the drawing is
    too small for all names, the lit nodes keep theirs first, then the ones with most edges.

    Args:
        width, height: of the drawing in pixels, from 330 × 420.
        language: of the labels that are measured.
    """
    tokens = {node.id: node for node in iceberg.nodes if node.depth == WORDS}
    concepts = [node for node in iceberg.nodes if node.depth != WORDS]
    roles = [edge for edge in iceberg.edges if edge.source in tokens and edge.target in tokens]
    arched = {key for edge in roles for key in (edge.source, edge.target)}
    words = place_words(list(tokens.values()), width, height, language, roles=arched)
    room = Room(
        width=width,
        height=height,
        waterline=words.waterline,
        ice=silhouette(width, height, words.waterline, list(words.boxes.values())),
        language=language,
    )
    below = [edge for edge in iceberg.edges if edge.source not in tokens or edge.target not in tokens]
    bands, boxes, named = _place(concepts, below, words, room)
    curves = arcs(roles, words.boxes, tokens, width, language)
    curves |= _curves(below, words, boxes, named, room, bands)
    return Layout(
        width=width,
        height=height,
        waterline=words.waterline,
        bands=bands,
        nodes={node.id: words.boxes.get(node.id) or boxes[node.id] for node in iceberg.nodes},
        edges={edge.id: curves[edge.id] for edge in iceberg.edges},
        named=frozenset(tokens) | named,
    )


def is_calm(concepts: int, named: int) -> bool:
    """Whether a drawing of so many concepts, so many of them named, has edges as thin lines."""
    return concepts > NAMED_NODES or named < CALM_SHARE * concepts


def ice_of(layout: Layout) -> Silhouette:
    """Outline and facets of the ice that a layout stands in, scaled to its drawing, its tip under the words."""
    words = [box for box in layout.nodes.values() if box.y < layout.waterline]
    return silhouette(layout.width, layout.height, layout.waterline, words)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Size:
    """One try: fonts and distances in pixels, how many nodes are named, and how far they may reach out of the ice."""

    font: float
    lit_font: float
    most: float
    dot: float
    names: int
    spacing: Spacing
    beyond: float


def _tries(width: float, concepts: int, all_named: bool, shines: bool) -> Iterator[_Size]:
    """From roomy to crowded; the last ones are so small that anything fits. A lit path needs room for its labels."""
    roomy = _size(width, between(width, 12.5, 14.0), between(width, 14.5, 16.5), shines)
    hubs = min(concepts, round(between(width, 5, 12)))
    if all_named:
        for most, crowd in ((NODE_EMS, 1.0), (9.0, 0.75), (7.5, 0.55)):
            yield roomy(most, concepts, crowd, 0.0)
        if concepts <= 16:
            for beyond in (24.0, width):
                yield _size(width, 12.0, 13.5, shines)(6.5, concepts, 0.5, beyond)
        for share in (0.6, 0.4):
            yield roomy(9.0, round(concepts * share), 0.6, 0.0)
    for count, crowd in ((hubs, 0.75), (hubs // 2, 0.55), (0, 0.55)):
        yield roomy(9.0, count, crowd, 0.0)
    scale = 1.0
    while scale > 1e-4:
        yield _size(width, 12.0 * scale, 12.5 * scale, False)(7.0, 0, 0.5 * scale, width)
        scale *= 0.8


def _size(width: float, font: float, lit: float, shines: bool) -> Callable[[float, int, float, float], _Size]:
    """Tries with these fonts, by longest label in em, names, share of the usual distances, pixels out of the ice."""

    def crowded(most: float, names: int, crowd: float, beyond: float) -> _Size:
        lead = between(width, 38.0, 52.0) if shines else between(width, 14.0, 26.0)
        spacing = Spacing(
            gap=between(width, 12.0, 18.0) * crowd,
            below=between(width, 12.0, 18.0) * crowd,
            airy=between(width, 22.0, 34.0),
            lead=lead * (max(crowd, 0.7) if shines else crowd),
        )
        dot = between(width, 7.5, 10.5) * min(1.0, crowd * 2)
        return _Size(font=font, lit_font=lit, most=most, dot=dot, names=names, spacing=spacing, beyond=beyond)

    return crowded


def _place(
    concepts: Sequence[Node], edges: Sequence[Edge], words: Words, room: Room
) -> tuple[dict[int, float], dict[str, Box], frozenset[str]]:
    """Tops of the layers, boxes of the concepts, and which of them are named."""
    ids = [*words.boxes, *(node.id for node in concepts)]
    index = {key: i for i, key in enumerate(ids)}
    ends = np.array([(index[e.source], index[e.target]) for e in edges], dtype=np.intp).reshape(-1, 2)
    degree = np.bincount(ends.ravel(), minlength=len(ids)) if len(ids) else np.zeros(0, dtype=np.intp)
    ranked = sorted(concepts, key=lambda node: (-degree[index[node.id]], index[node.id]))
    layers = _layers(concepts, index, ends, len(words.boxes))
    lit = [node.id for node in concepts if node.lit]
    all_named = len(concepts) <= NAMED_NODES
    shines = any(edge.lit for edge in edges)
    for size in _tries(room.width, len(concepts), all_named, shines):
        named = frozenset(lit) | {node.id for node in ranked[: size.names]}
        boxes = {key: (box.width, box.height) for key, box in words.boxes.items()}
        boxes |= {node.id: _extent(node, size, room.language, node.id in named) for node in concepts}
        sizes = [boxes[key] for key in ids]
        plan = plan_rows(room, size.spacing, layers, sizes, beyond=size.beyond)
        if plan is not None:
            break
    bands, rows = plan if plan is not None else (dict.fromkeys(LAYERS, room.waterline), [])
    halves = np.array(sizes).reshape(-1, 2) / 2
    graph = Graph(
        halves=halves,
        fixed={index[key]: (box.x, box.bottom) for key, box in words.boxes.items()},
        ends=ends,
        weights=np.array([3.0 if edge.lit or edge.cut else 1.0 for edge in edges]),
        wanted=_wanted(edges, halves, ends, room, len(words.boxes)),
    )
    places = arrange(graph, rows, size.spacing.gap, between(room.width, 26.0, 52.0))
    _stagger(rows, places, halves, bands, room)
    placed = {
        key: Box(x=float(x), y=float(y), width=size[0], height=size[1])
        for key, size, (x, y) in zip(ids, sizes, places, strict=True)
        if key not in words.boxes
    }
    return bands, placed, named


def _extent(node: Node, size: _Size, language: str, named: bool) -> tuple[float, float]:
    if not named:
        return size.dot, size.dot
    font = size.lit_font if node.lit else size.font
    return (ems(shortened(node.label(language), size.most)) + PILL_PAD) * font, font * PILL_RATIO


def _layers(
    concepts: Sequence[Node], index: Mapping[str, int], ends: np.ndarray, words: int
) -> dict[int, list[int]]:
    """Depth → its nodes, those nearer to the sentence first; a depth beyond the layers counts as the nearest."""
    steps = dict.fromkeys(range(words), 0)
    frontier = list(steps)
    neighbours: dict[int, list[int]] = {}
    for a, b in ends.tolist():
        neighbours.setdefault(a, []).append(b)
        neighbours.setdefault(b, []).append(a)
    level = 0
    while frontier:
        level += 1
        frontier = list(dict.fromkeys(b for a in frontier for b in neighbours.get(a, ()) if b not in steps))
        steps |= dict.fromkeys(frontier, level)
    far = len(index)
    layers: dict[int, list[int]] = {depth: [] for depth in LAYERS}
    for node in concepts:
        layers[min(max(node.depth, LAYERS[0]), DARK)].append(index[node.id])
    return {d: sorted(nodes, key=lambda i: (steps.get(i, far), i)) for d, nodes in layers.items()}


def _wanted(
    edges: Sequence[Edge], halves: np.ndarray, ends: np.ndarray, room: Room, words: int
) -> np.ndarray:
    """(m, 2) the length between centres at which an edge has room for its label, across and down."""
    wanted = np.zeros((len(edges), 2))
    for k, edge in enumerate(edges):
        strong = edge.lit or edge.cut
        if not strong and len(halves) - words > ALL_LABELS:
            continue
        label = np.array(_label_size(edge, room.width, room.language))
        label[0] = min(label[0], 90.0)
        ends_of = sum(halves[i] for i in ends[k] if i >= words)  # edges of words begin under them
        wanted[k] = label + ends_of + (26.0 if not strong else between(room.width, 32.0, 48.0))
    return wanted


def _stagger(
    rows: Sequence[Row],
    places: np.ndarray,
    halves: np.ndarray,
    bands: Mapping[int, float],
    room: Room,
) -> None:
    """Set the nodes of a row a little higher and lower by turns, as far as the rows beside it allow."""
    for k, row in enumerate(rows):
        tallest = max((2 * halves[i, 1] for i in row.members), default=0.0)
        others = [rows[n] for n in (k - 1, k + 1) if 0 <= n < len(rows)]
        slack = 60.0
        for other in others:
            tall = max((2 * halves[i, 1] for i in other.members), default=0.0)
            slack = min(slack, abs(other.y - row.y) - (tall + tallest) / 2 - (8 if tallest > 14 else 4))
        top = bands[row.depth] + (5.0 if row.depth > LAYERS[0] else 12.0)
        bottom = min([y for y in bands.values() if y > bands[row.depth]], default=room.bottom + 5) - 5
        slack = min(slack, 2 * (row.y - tallest / 2 - top), 2 * (bottom - row.y - tallest / 2))
        step = max(0.0, min(9.0 if tallest > 14 else 16.0, slack / 2))
        for turn, i in enumerate(row.members):
            # Golden-section steps: no two neighbours are level, and no pattern is to be seen.
            part = ((turn + 1) * 0.618 + k * 0.27) % 1.0
            places[i, 1] = row.y + step * (2 * part - 1)


def _curves(
    edges: Sequence[Edge],
    words: Words,
    boxes: Mapping[str, Box],
    named: frozenset[str],
    room: Room,
    bands: Mapping[int, float],
) -> dict[str, Curve]:
    """Curves and labels of the edges under the water, the lit path first, then what is cut, then the shortest."""
    every = dict(words.boxes) | dict(boxes)
    ids = {key: i for i, key in enumerate(every)}
    names = [name_box(depth, top, room.width, room.language) for depth, top in bands.items()]
    ports = _ports(edges, words, every)

    def rank(edge: Edge) -> tuple[bool, bool, float, str]:
        a, b = every[edge.source], every[edge.target]
        return not edge.lit, not edge.cut, abs(a.x - b.x) + abs(a.y - b.y), edge.id

    ordered = sorted(edges, key=rank)
    links = [
        Link(
            source=ids[edge.source],
            target=ids[edge.target],
            lit=edge.lit or edge.cut,
            leaves=ports.get((edge.id, edge.source)),
            enters=ports.get((edge.id, edge.target)),
        )
        for edge in ordered
    ]
    calm = is_calm(len(boxes), len(named))
    frame = (
        6.0,
        min([box.bottom for box in words.boxes.values()], default=room.waterline),
        room.width - 6.0,
        room.height - 6.0,
    )
    curves: list[Controls] = draw(links, list(every.values()), names, frame, room.ice, calm=calm)
    lit = {key for edge in edges if edge.lit for key in (edge.source, edge.target)}
    sizes = [
        _label_size(edge, room.width, room.language) if _labelled(edge, lit, len(boxes)) else None
        for edge in ordered
    ]
    below = (frame[0], room.waterline + 1, *frame[2:])
    labels = place_labels(
        sizes, curves, [*every.values(), *names], below, together=sum(edge.lit for edge in edges)
    )
    return {
        edge.id: Curve(points=curve, label=label)
        for edge, curve, label in zip(ordered, curves, labels, strict=True)
    }


def _labelled(edge: Edge, lit: set[str], concepts: int) -> bool:
    """Whether an edge's label is drawn: all in a small graph, fewer in a larger one, the lit path's always."""
    if edge.lit or edge.cut or concepts <= ALL_LABELS:
        return True
    return concepts <= NAMED_NODES and (
        edge.evidence == "space" or not lit.isdisjoint((edge.source, edge.target))
    )


def _label_size(edge: Edge, width: float, language: str) -> tuple[float, float]:
    font = 12.5 if edge.lit or edge.cut else 12.0
    return (ems(edge_text(edge, language, between(width, 7.5, 10.0))) + LABEL_PAD) * font, font * LABEL_RATIO


def _ports(edges: Sequence[Edge], words: Words, every: Mapping[str, Box]) -> dict[tuple[str, str], float]:
    """(edge, word) → the x under the word where the edge leaves or enters it, side by side in order."""
    at: dict[str, list[tuple[float, str]]] = {}
    for edge in edges:
        for end, other in ((edge.source, edge.target), (edge.target, edge.source)):
            if end in words.boxes:
                word, there = words.boxes[end], every[other]
                slope = (there.x - word.x) / max(20.0, there.y - word.bottom)
                at.setdefault(end, []).append((slope, edge.id))
    ports: dict[tuple[str, str], float] = {}
    for key, met in at.items():
        box, count = words.boxes[key], len(met)
        step = min(22.0, box.width * 0.8 / max(1, count - 1)) if count > 1 else 0.0
        for place, (_slope, edge_id) in enumerate(sorted(met)):
            ports[edge_id, key] = box.x + (place - (count - 1) / 2) * step
    return ports

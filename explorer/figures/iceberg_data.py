"""The iceberg as data: all that a browser, or the SVG here, needs to draw one and the same picture."""

from __future__ import annotations

from typing import Any

from explorer.figures.palette import GRADIENTS, ICE, SANS, SERIF, Theme, colours
from explorer.figures.words import counts, description
from explorer.i18n import said_in
from explorer.iceberg.geometry.bands import SMALL, band_font, band_name, name_box
from explorer.iceberg.geometry.shapes import Box, Point
from explorer.iceberg.geometry.silhouette import Facet
from explorer.iceberg.geometry.text import (
    LABEL_PAD,
    LABEL_RATIO,
    PILL_PAD,
    PILL_RATIO,
    TOKEN_EMS,
    TOKEN_RATIO,
    edge_text,
    ems,
    score,
    shortened,
)
from explorer.iceberg.layout import Layout, ice_of
from explorer.iceberg.nodes import DARK, WORDS, Edge, Iceberg, Node

_SLACK = 0.01
NARROW_COUNT = 560.0
"""Under this width the counts of the layers are said shortly."""


def iceberg_data(
    iceberg: Iceberg, layout: Layout, theme: Theme = "light", language: str = "zh"
) -> dict[str, Any]:
    """Silhouette, layers, words, concepts, edges, the role's pill and colours, as JSON can hold them.

    Sizes are pixels of the layout; boxes are {x, y, width, height} by their centre; `label` is what is drawn (empty
    for a dot), `full` what is said on hover and focus. `points` of an edge are start, two controls, end.
    """
    return said_in(language, lambda: _data(iceberg, layout, theme, language))


def _data(iceberg: Iceberg, layout: Layout, theme: Theme, language: str) -> dict[str, Any]:
    ice = ice_of(layout)
    edges = [_edge(edge, iceberg, layout, language) for edge in iceberg.edges]
    role = next((e for e in edges if e["role"] and e["lit"] and e["labelBox"]), None)
    return {
        "width": layout.width,
        "height": layout.height,
        "waterline": round(layout.waterline, 1),
        "theme": theme,
        "language": language,
        "calm": layout.calm,
        "title": iceberg.construal.sentence,
        "description": description(iceberg, language),
        "silhouette": {
            "tip": ice.tip,
            "body": ice.body,
            "tipFacets": [_facet(facet) for facet in ice.tip_facets],
            "facets": [_facet(facet) for facet in ice.facets],
        },
        "bands": _bands(iceberg, layout, language),
        "tokens": [_token(node, layout, language) for node in iceberg.nodes if node.depth == WORDS],
        "nodes": [_node(node, layout, language) for node in iceberg.nodes if node.depth != WORDS],
        "edges": edges,
        "role": role
        and {"edge": role["id"], "label": role["label"], "box": role["labelBox"], "font": role["font"]},
        "colours": colours(theme),
        "gradients": {**GRADIENTS[theme], "ice": ICE},
        "fonts": {"sans": SANS, "serif": SERIF},
    }


def _bands(iceberg: Iceberg, layout: Layout, language: str) -> list[dict[str, Any]]:
    tops = {WORDS: 0.0, **layout.bands}
    ends = [*sorted(tops.values())[1:], layout.height]
    bands = []
    for (depth, top), end, count in zip(
        sorted(tops.items()), ends, counts(iceberg, short=layout.width < NARROW_COUNT), strict=True
    ):
        box = name_box(depth, top, layout.width, language)
        font = band_font(layout.width, language)
        bands.append(
            {
                "depth": depth,
                "top": round(top, 1),
                "bottom": round(end, 1),
                "name": band_name(depth, language),
                "count": count,
                "x": round(box.left, 1),
                "y": round(box.top, 1),
                "font": font,
                "small": SMALL if layout.width < NARROW_COUNT else 12.5,
                "named": end - top >= box.height + (box.top - top),
            }
        )
    return bands


def _token(node: Node, layout: Layout, language: str) -> dict[str, Any]:
    box = layout.nodes[node.id]
    return {
        "id": node.id,
        "label": shortened(node.label(language), TOKEN_EMS),
        "full": node.label(language),
        "word": node.word,
        "box": _box(box),
        "font": round(box.height / TOKEN_RATIO, 2),
        "position": node.position,
        "part": node.part,
        "lit": node.lit,
        "underlined": node.lit and node.part == "object",
    }


def _node(node: Node, layout: Layout, language: str) -> dict[str, Any]:
    box, named = layout.nodes[node.id], node.id in layout.named
    font = box.height / PILL_RATIO
    return {
        "id": node.id,
        "label": shortened(node.label(language), box.width / font - PILL_PAD + _SLACK) if named else "",
        "full": node.label(language),
        "word": node.word,
        "depth": node.depth,
        "box": _box(box),
        "font": round(font, 2) if named else 0,
        "lit": node.lit,
        "dark": node.depth >= DARK,
        "named": named,
    }


def _edge(edge: Edge, iceberg: Iceberg, layout: Layout, language: str) -> dict[str, Any]:
    curve = layout.edges[edge.id]
    ends = {node.id: node for node in iceberg.nodes if node.id in (edge.source, edge.target)}
    source, target = ends[edge.source], ends[edge.target]
    said = edge_text(edge, language)
    label, font = "", 0.0
    if curve.label is not None:
        font = curve.label.height / LABEL_RATIO
        label = _within(edge, language, curve.label.width / font - LABEL_PAD + _SLACK)
    return {
        "id": edge.id,
        "step": edge.step,
        "source": edge.source,
        "target": edge.target,
        "relation": edge.relation,
        "label": label,
        "full": f"{source.label(language)} {said} {target.label(language)}",
        "points": [_point(point) for point in curve.points],
        "labelBox": None if curve.label is None else _box(curve.label),
        "font": round(font, 2),
        "role": source.depth == WORDS and target.depth == WORDS,
        "evidence": edge.evidence,
        "lit": edge.lit,
        "cut": edge.cut,
        "dark": edge.evidence == "space",
        "guess": edge.evidence == "guess",
        "score": edge.score,
        "origin": edge.origin,
        "depth": max(source.depth, target.depth),
    }


def _within(edge: Edge, language: str, room: float) -> str:
    """The label in `room` em; its score is never cut."""
    tail = 0.0 if edge.score is None else ems(f" {score(edge.score)}")
    return edge_text(edge, language, max(1.0, room - tail))


def _facet(facet: Facet) -> dict[str, Any]:
    return {"points": facet.points, "tone": facet.tone}


def _box(box: Box) -> dict[str, float]:
    return {
        "x": round(box.x, 1),
        "y": round(box.y, 1),
        "width": round(box.width, 1),
        "height": round(box.height, 1),
    }


def _point(point: Point) -> tuple[float, float]:
    return round(point[0], 1), round(point[1], 1)

"""The iceberg as one SVG file that needs nothing outside itself; drawn from `iceberg_data`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from explorer.figures.iceberg_data import iceberg_data
from explorer.figures.markup import element, number, text
from explorer.figures.palette import Stop, Theme
from explorer.iceberg.layout import Layout
from explorer.iceberg.nodes import Iceberg

Data = dict[str, Any]
_BASELINE = 0.36
"""How far under the middle of a line its baseline lies, in em."""


def iceberg_svg(iceberg: Iceberg, layout: Layout, *, theme: Theme = "light", language: str = "zh") -> str:
    """A self-contained SVG of a layout, with title and description for those who do not see it.

    Args:
        language: the one that the layout was measured in.
    """
    return drawn(iceberg_data(iceberg, layout, theme, language))


def drawn(data: Data) -> str:
    """The SVG of what `iceberg_data` returned."""
    few = not data["calm"]
    below = [edge for edge in data["edges"] if not edge["role"]]
    dots = [node for node in data["nodes"] if not node["named"]]
    pills = [node for node in data["nodes"] if node["named"]]
    parts = [
        element("title", data["title"], id="iceberg-title"),
        element("desc", data["description"], id="iceberg-desc"),
        _definitions(data),
        *_water(data),
        *_ice(data),
        *_bands(data),
        *(_edge(edge, data, few) for edge in below if not (edge["lit"] or edge["cut"])),
        *(_dot(node, data) for node in dots),
        *(_edge(edge, data, few) for edge in below if edge["cut"]),
        *(_lit(edge, data) for edge in below if edge["lit"] and not edge["cut"]),
        *(_pill(node, data) for node in sorted(pills, key=lambda node: node["lit"])),
        *(_label(edge, data) for edge in below if edge["labelBox"]),
        *_sentence(data),
    ]
    size = number(data["width"]), number(data["height"])
    return element(
        "svg",
        children=parts,
        xmlns="http://www.w3.org/2000/svg",
        width=size[0],
        height=size[1],
        viewBox=f"0 0 {size[0]} {size[1]}",
        role="img",
        aria_labelledby="iceberg-title iceberg-desc",
        lang=data["language"],
        font_family=data["fonts"]["sans"],
    )


def _definitions(data: Data) -> str:
    gradients = [_gradient(name, stops) for name, stops in data["gradients"].items()]
    return element("defs", children=gradients)


def _gradient(name: str, stops: Sequence[Stop]) -> str:
    children = [
        element("stop", offset=offset, stop_color=colour, stop_opacity=opacity)
        for offset, colour, opacity in stops
    ]
    return element("linearGradient", children=children, id=name, x1=0, y1=0, x2=0, y2=1)


def _water(data: Data) -> list[str]:
    width, height, water = data["width"], data["height"], data["waterline"]
    return [
        element("rect", width=width, height=water, fill="url(#sky)"),
        element("rect", y=water, width=width, height=height - water, fill="url(#sea)"),
    ]


def _ice(data: Data) -> list[str]:
    ice, colours = data["silhouette"], data["colours"]
    parts = [element("polygon", points=_points(ice["tip"]), fill="url(#tip)")]
    parts += [_facet(facet, "#FFFFFF", colours["tipShade"]) for facet in ice["tipFacets"]]
    parts.append(element("polygon", points=_points(ice["body"]), fill="url(#ice)"))
    parts += [_facet(facet, "#FFFFFF", colours["shade"]) for facet in ice["facets"]]
    outline = [*ice["body"]]
    parts.append(
        element(
            "polyline",
            points=_points(outline),
            fill="none",
            stroke=colours["rim"],
            stroke_opacity=0.42,
            stroke_width=1,
        )
    )
    return parts


def _facet(facet: Data, light: str, shade: str) -> str:
    tone = facet["tone"]
    return element(
        "polygon",
        points=_points(facet["points"]),
        fill=light if tone > 0 else shade,
        fill_opacity=round(abs(tone), 3),
    )


def _bands(data: Data) -> list[str]:
    colours, parts, width, water = data["colours"], [], data["width"], data["waterline"]
    for band in data["bands"]:
        sky = band["depth"] == 0
        if band["depth"] > 1:
            parts.append(
                element(
                    "line", x1=0, x2=width, y1=band["top"], y2=band["top"], stroke="#FFFFFF", stroke_opacity=0.2,
                    stroke_width=1, stroke_dasharray="2,5",
                )
            )  # fmt: skip
        if not band["named"]:
            continue
        base = band["y"] + band["font"]
        parts.append(
            text(
                band["name"], x=band["x"], y=base, size=band["font"], weight=700, family=data["fonts"]["serif"],
                fill=colours["ink"] if sky else colours["sea.ink"], anchor="start",
                halo="" if sky else colours["node"],
            )
        )  # fmt: skip
        parts.append(
            text(
                band["count"], x=band["x"], y=base + band["small"] * 1.55, size=band["small"],
                fill=colours["mute"] if sky else colours["sea.mute"], anchor="start",
                halo="" if sky else colours["node"],
            )
        )  # fmt: skip
    for offset, thick, opacity in ((0.0, 2.0, 0.95), (4.0, 1.0, 0.28)):
        parts.append(
            element(
                "line", x1=0, x2=width, y1=water + offset, y2=water + offset, stroke=colours["water"],
                stroke_width=thick, stroke_opacity=opacity,
            )
        )  # fmt: skip
    return parts


def _edge(edge: Data, data: Data, few: bool) -> str:
    colours = data["colours"]
    if edge["cut"]:
        line = {
            "stroke": colours["cut"],
            "stroke_width": 2.6,
            "stroke_dasharray": "8,6",
            "stroke_opacity": 1.0,
        }
    elif edge["dark"]:
        line = {
            "stroke": colours["edge"],
            "stroke_width": 1.4,
            "stroke_dasharray": "1.5,4",
            "stroke_opacity": 0.75,
        }
    else:
        line = {"stroke": colours["edge"], "stroke_width": 1.4, "stroke_opacity": 0.62}
    if not few and not edge["cut"]:
        line |= {"stroke_width": 1.0, "stroke_opacity": 0.26}
    shaft = element("path", d=_curve(edge["points"]), fill="none", stroke_linecap="round", **line)
    if not few and not edge["cut"]:
        return shaft
    head = _head(
        edge["points"], 9.0 if edge["cut"] else 7.0, line["stroke"], max(line["stroke_opacity"], 0.8)
    )
    return shaft + head


def _lit(edge: Data, data: Data) -> str:
    colour, way = data["colours"]["lit"], _curve(edge["points"])
    glow = ((14.0, 0.10), (8.0, 0.16), (3.2, 1.0))
    lines = [
        element(
            "path",
            d=way,
            fill="none",
            stroke=colour,
            stroke_width=w,
            stroke_opacity=o,
            stroke_linecap="round",
        )
        for w, o in glow
    ]
    return "".join(lines) + _head(edge["points"], 11.0, colour, 1.0)


def _head(points: Sequence[Sequence[float]], size: float, colour: str, opacity: float) -> str:
    """An arrow's head that ends where the curve ends."""
    (cx, cy), (x, y) = points[2], points[3]
    dx, dy = x - cx, y - cy
    length = (dx * dx + dy * dy) ** 0.5 or 1.0
    size = min(size, 0.8 * ((x - points[0][0]) ** 2 + (y - points[0][1]) ** 2) ** 0.5)
    ux, uy = dx / length, dy / length
    tip = (x + ux * 1.5, y + uy * 1.5)
    back = (tip[0] - ux * size, tip[1] - uy * size)
    half = size * 0.42
    wings = [(back[0] - uy * half, back[1] + ux * half), tip, (back[0] + uy * half, back[1] - ux * half)]
    inner = (back[0] + ux * size * 0.25, back[1] + uy * size * 0.25)
    return element("polygon", points=_points([*wings, inner]), fill=colour, fill_opacity=opacity)


def _dot(node: Data, data: Data) -> str:
    colours, box = data["colours"], node["box"]
    dash = {"stroke_dasharray": "2,2"} if node["dark"] else {}
    return element(
        "circle", children=[element("title", node["full"])], cx=box["x"], cy=box["y"],
        r=max(1.0, box["width"] / 2 - 0.8),
        fill=colours["dark"] if node["dark"] else colours["sea.mute"], fill_opacity=0.55 if node["dark"] else 0.82,
        stroke=colours["node.rim"], stroke_opacity=0.7, stroke_width=0.9, **dash,
    )  # fmt: skip


def _pill(node: Data, data: Data) -> str:
    colours, box = data["colours"], node["box"]
    x, y, w, h = box["x"] - box["width"] / 2, box["y"] - box["height"] / 2, box["width"], box["height"]
    parts = []
    if node["lit"]:
        for more, opacity in ((7.0, 0.12), (3.5, 0.2)):
            parts.append(
                element(
                    "rect", x=x - more, y=y - more, width=w + 2 * more, height=h + 2 * more, rx=h / 2 + more,
                    fill=colours["lit"], fill_opacity=opacity,
                )
            )  # fmt: skip
        look = {"fill": colours["lit.node"], "stroke": colours["lit.rim"], "stroke_width": 2}
    elif node["dark"]:
        look = {
            "fill": colours["dark"],
            "fill_opacity": 0.55,
            "stroke": colours["node.rim"],
            "stroke_width": 1.2,
        }
        look |= {"stroke_opacity": 0.85, "stroke_dasharray": "4,3"}
    else:
        look = {
            "fill": colours["node"],
            "fill_opacity": 0.72,
            "stroke": colours["node.rim"],
            "stroke_width": 1,
        }
        look |= {"stroke_opacity": 0.55}
    title = [element("title", node["full"])] if node["full"] != node["label"] else []
    parts.append(element("rect", children=title, x=x, y=y, width=w, height=h, rx=h / 2, **look))
    parts.append(
        text(
            node["label"], x=box["x"], y=box["y"] + node["font"] * _BASELINE, size=node["font"],
            weight=700 if node["lit"] else 400, fill=colours["lit.ink"] if node["lit"] else colours["node.ink"],
        )
    )  # fmt: skip
    return "".join(parts)


def _label(edge: Data, data: Data) -> str:
    colours, box = data["colours"], edge["labelBox"]
    if edge["cut"]:
        fill, ink, opacity = colours["cut"], colours["cut.ink"], 1.0
    elif edge["lit"]:
        fill, ink, opacity = colours["lit"], colours["lit.ink"], 1.0
    else:
        fill, ink, opacity = colours["label"], colours["label.ink"], 0.62
    back = element(
        "rect", x=box["x"] - box["width"] / 2, y=box["y"] - box["height"] / 2, width=box["width"],
        height=box["height"], rx=box["height"] / 2, fill=fill, fill_opacity=opacity,
    )  # fmt: skip
    strong = edge["lit"] or edge["cut"]
    return back + text(
        edge["label"], x=box["x"], y=box["y"] + edge["font"] * _BASELINE, size=edge["font"],
        weight=700 if strong else 400, fill=ink,
    )  # fmt: skip


def _sentence(data: Data) -> list[str]:
    """Arcs of the roles, the words, the line under the object, and the roles' pills above all."""
    colours = data["colours"]
    roles = [edge for edge in data["edges"] if edge["role"]]
    parts = [
        element(
            "path", d=_curve(edge["points"]), fill="none", stroke=colours["word"], stroke_width=1.3,
            stroke_opacity=0.7, stroke_linecap="round",
        )
        for edge in roles
    ]  # fmt: skip
    for token in data["tokens"]:
        box = token["box"]
        parts.append(
            text(
                token["label"], x=box["x"], y=box["y"] + token["font"] * _BASELINE, size=token["font"], weight=700,
                family=data["fonts"]["serif"], fill=colours["word"],
            )
        )  # fmt: skip
        if token["underlined"]:
            y = box["y"] + box["height"] / 2 + 1
            ends = {"x1": box["x"] - box["width"] / 2, "x2": box["x"] + box["width"] / 2}
            parts.append(
                element(
                    "line",
                    **ends,
                    y1=y,
                    y2=y,
                    stroke=colours["underline"],
                    stroke_width=3,
                    stroke_linecap="round",
                )
            )
    for edge in roles:
        if edge["labelBox"]:
            box = edge["labelBox"]
            parts.append(
                element(
                    "rect", x=box["x"] - box["width"] / 2, y=box["y"] - box["height"] / 2, width=box["width"],
                    height=box["height"], rx=box["height"] / 2, fill=colours["lit" if edge["lit"] else "role"],
                    fill_opacity=1.0 if edge["lit"] else 0.9,
                )
            )  # fmt: skip
            parts.append(
                text(
                    edge["label"], x=box["x"], y=box["y"] + edge["font"] * _BASELINE, size=edge["font"],
                    weight=700 if edge["lit"] else 400, fill=colours["lit.ink" if edge["lit"] else "word"],
                )
            )  # fmt: skip
    return parts


def _points(points: Sequence[Sequence[float]]) -> str:
    return " ".join(f"{number(x)},{number(y)}" for x, y in points)


def _curve(points: Sequence[Sequence[float]]) -> str:
    (x, y), *rest = points
    return f"M{number(x)},{number(y)}C" + " ".join(f"{number(a)},{number(b)}" for a, b in rest)

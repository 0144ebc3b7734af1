"""The map as a plotly figure: shape is modality, colour what is asked for, ties show the true neighbours."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.types import FloatArray
from explorer.ui import tokens
from explorer.ui.regions import Label, Spot, bounds, place_labels

if TYPE_CHECKING:
    import plotly.graph_objects as go

HEIGHT = 500
SVG_LIMIT = 6_000
"""More points are drawn by WebGL: quicker, but the density then lies over them."""
SMALL = ("image", "text")


@dataclass(frozen=True, kw_only=True)
class Point:
    """One item on the map."""

    item_id: str
    x: float
    y: float
    shape: str  # text, image, audio, speech, or a plugin's modality
    kind: str  # the shape's name, for readers
    caption: str
    language: str | None
    topic: str


@dataclass(frozen=True, kw_only=True)
class MapView:
    """What is drawn over the points."""

    colour_by: str = "modality"  # modality, language, label, similarity
    similarity: Mapping[str, float] = field(default_factory=dict)
    query: tuple[float, float] | None = None
    query_label: str = ""
    neighbours: Sequence[str] = ()
    chosen: str | None = None


def figure(points: Sequence[Point], view: MapView, theme: str) -> tuple[go.Figure, list[int]]:
    """The figure, and which of its annotations a phone has no room for; `customdata` of each point is its item id."""
    import plotly.graph_objects as go

    fig = go.Figure()
    coords = np.array([(p.x, p.y) for p in points], np.float32).reshape(-1, 2)
    by_id = {p.item_id: p for p in points}
    _density(fig, coords, theme)
    for shape in sorted({p.shape for p in points}, key=_drawing_order):
        _points(fig, [p for p in points if p.shape == shape], shape, view, theme)
    _ties(fig, by_id, view, theme)
    _layout(fig, coords, theme)
    taken = _own_labels(fig, by_id, view, theme)
    spots = [Spot(x=p.x, y=p.y, topic=p.topic) for p in points]
    labels = place_labels(spots, taken)
    halo = ", ".join(f"0 0 {blur}px {tokens.CARD[theme]}" for blur in (2, 3, 4, 6))
    for label in labels:
        fig.add_annotation(
            x=label.x,
            y=label.y,
            yshift=label.shift,
            text=f"<b>{html.escape(label.text)}</b>",
            showarrow=False,
            font={"size": 14.5, "color": tokens.INK[theme], "shadow": halo},
        )
    first = len(fig.layout.annotations) - len(labels)
    return fig, [first + i for i, label in enumerate(labels) if label.wide]


def _drawing_order(shape: str) -> int:
    return {"image": 0, "text": 1, "speech": 2, "audio": 3}.get(shape, 4)


def hover_text(point: Point, view: MapView) -> str:
    """The name, then modality, topic and similarity; every word of the user's is escaped."""
    parts = [point.kind, point.topic]
    if point.item_id in view.similarity:
        parts.append(tokens.number(view.similarity[point.item_id]))
    line = " · ".join(html.escape(part) for part in parts if part)
    return f"<b>{html.escape(tokens.short(point.caption, 24))}</b><br>{line}"


def _points(fig: go.Figure, points: Sequence[Point], shape: str, view: MapView, theme: str) -> None:
    import plotly.graph_objects as go

    small = shape in SMALL
    marker: dict[str, Any] = {
        "symbol": tokens.SHAPES.get(shape, tokens.OTHER_SHAPES[0]),
        "size": 5 if small else 7,
        "opacity": 0.55 if small else 0.88,
        "line": {"width": 0},
    } | colours(points, shape, view, theme)
    trace = go.Scatter if len(points) <= SVG_LIMIT else go.Scattergl
    fig.add_trace(
        trace(
            x=[p.x for p in points],
            y=[p.y for p in points],
            mode="markers",
            name=shape,
            marker=marker,
            customdata=[[p.item_id] for p in points],
            hovertext=[hover_text(p, view) for p in points],
            hoverinfo="text",
            selected={"marker": {"opacity": 1}},
            unselected={"marker": {"opacity": 0.3 if small else 0.5}},
            showlegend=False,
        )
    )


def colours(points: Sequence[Point], shape: str, view: MapView, theme: str) -> dict[str, Any]:
    """The part of a marker that says what colour each point has."""
    grey = tokens.FAINT[theme]
    if view.colour_by == "similarity" and view.similarity:
        low, high = similarity_range(view)
        steps = tokens.SIMILARITY[theme]
        return {
            "color": [view.similarity.get(p.item_id, low) for p in points],
            "colorscale": [[i / (len(steps) - 1), c] for i, c in enumerate(steps)],
            "cmin": low,
            "cmax": high,
            "opacity": 0.9,
        }
    if view.colour_by == "language":
        palette = language_palette(theme)
        return {"color": [palette.get(p.language or "", grey) for p in points]}
    if view.colour_by == "label":
        return {"color": [view_palette(points, theme).get(p.topic, grey) for p in points]}
    return {"color": tokens.MODALITY_COLOURS[theme].get(shape, tokens.MUTE[theme])}


def similarity_range(view: MapView) -> tuple[float, float]:
    """What the ends of the similarity scale stand for."""
    values = list(view.similarity.values())
    return float(np.quantile(values, 0.02)), max(values)


def language_palette(theme: str) -> dict[str, str]:
    """Chinese and English; what has no language, and other languages, stay grey."""
    return dict(zip(("zh", "en"), (tokens.REGIONS[theme][2], tokens.REGIONS[theme][1]), strict=True))


def view_palette(points: Sequence[Point], theme: str) -> dict[str, str]:
    """The four most frequent labels with their colours; the rest stays grey."""
    counts = Counter(p.topic for p in points if p.topic)
    return {topic: c for (topic, _n), c in zip(counts.most_common(4), tokens.REGIONS[theme], strict=False)}


def _ties(fig: go.Figure, points: Mapping[str, Point], view: MapView, theme: str) -> None:
    """Rings and lines to the neighbours in the space, also where the picture puts them far away."""
    import plotly.graph_objects as go

    near = [points[i] for i in view.neighbours if i in points]
    ink = tokens.INK[theme]
    x: list[float | None] = []
    y: list[float | None] = []
    for p in near if view.query is not None else ():
        assert view.query is not None  # noqa: S101  # for the type checker
        x += [view.query[0], p.x, None]
        y += [view.query[1], p.y, None]
    quiet = {"hoverinfo": "skip", "showlegend": False}
    line = {"width": 1, "color": tokens.MUTE[theme]}
    fig.add_trace(go.Scatter(x=x, y=y, mode="lines", line=line, opacity=0.75, **quiet))
    ringed = [*near, *(p for i, p in points.items() if i == view.chosen)]
    marker = {
        "symbol": [tokens.SHAPES.get(p.shape, "cross") for p in ringed],
        "size": [15 if p.item_id == view.chosen else 11 for p in ringed],
        "color": [tokens.MODALITY_COLOURS[theme].get(p.shape, ink) for p in ringed],
        "line": {"width": [2.5 if p.item_id == view.chosen else 1.2 for p in ringed], "color": ink},
    }
    fig.add_trace(
        go.Scatter(
            x=[p.x for p in ringed],
            y=[p.y for p in ringed],
            mode="markers",
            marker=marker,
            customdata=[[p.item_id] for p in ringed],
            hovertext=[hover_text(p, view) for p in ringed],
            hoverinfo="text",
            unselected={"marker": {"opacity": 1}},
            showlegend=False,
        )
    )
    at = [view.query] if view.query is not None else []
    for symbol, size, width in (("circle", 20, 2), ("cross-thin", 9, 2)):
        fig.add_trace(
            go.Scatter(
                x=[q[0] for q in at],
                y=[q[1] for q in at],
                mode="markers",
                marker={
                    "symbol": symbol,
                    "size": size,
                    "color": tokens.CARD[theme],
                    "line": {"width": width, "color": ink},
                },
                unselected={"marker": {"opacity": 1}},
                **quiet,
            )
        )


def _own_labels(fig: go.Figure, points: Mapping[str, Point], view: MapView, theme: str) -> list[Label]:
    """The query's name and the chosen item's, which other names must leave room for."""
    taken: list[Label] = []
    box = {"bgcolor": tokens.CARD[theme], "borderpad": 3, "font": {"size": 13, "color": tokens.INK[theme]}}
    if view.query is not None:
        x, y = view.query
        text = tokens.short(view.query_label, 12)
        taken.append(Label(text=f"{text}  ", x=x, y=y, shift=-23, wide=False))
        fig.add_annotation(
            x=x, y=y, yshift=-23, text=f"<b>{html.escape(text)}</b>", showarrow=False, opacity=0.92, **box
        )
    chosen = points.get(view.chosen or "")
    if chosen is not None:
        colour = tokens.MODALITY_COLOURS[theme].get(chosen.shape, tokens.MUTE[theme])
        text = tokens.short(chosen.caption, 12)
        taken.append(Label(text=f"{text}  ", x=chosen.x, y=chosen.y, shift=34, wide=False))
        fig.add_annotation(
            x=chosen.x,
            y=chosen.y,
            ax=0,
            ay=-34,
            text=f"<b>{html.escape(text)}</b>",
            arrowcolor=colour,
            arrowwidth=1.5,
            arrowhead=0,
            standoff=8,
            bordercolor=colour,
            borderwidth=1.5,
            **box,
        )
    return taken


def _density(fig: go.Figure, coords: FloatArray, theme: str) -> None:
    if len(coords) < 50:
        return
    import plotly.graph_objects as go
    from scipy.ndimage import gaussian_filter

    low, high = bounds(coords)
    pad = (high - low) * 0.12  # past the frame, so that no edge of the cloud shows
    counts, xs, ys = np.histogram2d(
        coords[:, 0],
        coords[:, 1],
        bins=90,
        range=[[low[0] - pad[0], high[0] + pad[0]], [low[1] - pad[1], high[1] + pad[1]]],
    )
    smooth = np.sqrt(gaussian_filter(counts, 1.8)).T
    sea = tokens.SEA[theme]
    fig.add_trace(
        go.Heatmap(
            x=(xs[1:] + xs[:-1]) / 2,
            y=(ys[1:] + ys[:-1]) / 2,
            z=np.round(smooth, 2),
            zsmooth="best",
            colorscale=[[0, f"rgba({sea},0)"], [0.12, f"rgba({sea},.03)"], [1, f"rgba({sea},.28)"]],
            showscale=False,
            hoverinfo="skip",
        )
    )


def _layout(fig: go.Figure, coords: FloatArray, theme: str) -> None:
    font = {"family": tokens.SANS, "size": 13, "color": tokens.INK[theme]}
    fig.update_layout(
        height=HEIGHT,
        margin={"l": 4, "r": 4, "t": 4, "b": 4},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        dragmode="pan",
        uirevision="map",
        hovermode="closest",
        hoverdistance=12,
        font=font,
        hoverlabel={
            "bgcolor": tokens.CARD[theme],
            "bordercolor": tokens.EDGE[theme],
            "align": "left",
            "font": font,
            "namelength": 0,
        },
        modebar={"bgcolor": "rgba(0,0,0,0)", "color": tokens.MUTE[theme], "activecolor": tokens.INK[theme]},
    )
    low, high = bounds(coords)
    fig.update_xaxes(visible=False, range=[float(low[0]), float(high[0])])
    fig.update_yaxes(visible=False, range=[float(low[1]), float(high[1])], scaleanchor="x")

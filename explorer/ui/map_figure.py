"""The map as a plotly figure: shape is modality, colour what is asked for, ties show the true neighbours."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.i18n import current
from explorer.types import FloatArray
from explorer.ui import tokens

if TYPE_CHECKING:
    import plotly.graph_objects as go

MOST_REGIONS, SMALLEST_REGION, LEAST_PURITY = 12, 12, 0.30
HEIGHT = 560


@dataclass(frozen=True, kw_only=True)
class Point:
    """One item on the map."""

    item_id: str
    x: float
    y: float
    shape: str  # text, image, audio, speech, or a plugin's modality
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


def figure(points: Sequence[Point], view: MapView) -> go.Figure:
    """The figure; `customdata` of each point is its item id."""
    import plotly.graph_objects as go

    theme = tokens.theme()
    fig = go.Figure()
    coords = np.array([(p.x, p.y) for p in points], np.float32)
    _density(fig, coords, theme)
    for shape in sorted({p.shape for p in points}, key=_drawing_order):
        _points(fig, [p for p in points if p.shape == shape], shape, view, theme)
    by_id = {p.item_id: p for p in points}
    _ties(fig, by_id, view, theme)
    _layout(fig, coords, theme)
    for label, x, y in regions(points):
        fig.add_annotation(
            x=x,
            y=y,
            text=f"<b>{html.escape(label)}</b>",
            showarrow=False,
            font={"size": 14, "color": tokens.INK[theme], "shadow": f"0 0 4px {tokens.CARD[theme]}"},
        )
    return fig


def _drawing_order(shape: str) -> int:
    return {"image": 0, "text": 1, "speech": 2, "audio": 3}.get(shape, 4)


def _points(fig: go.Figure, points: Sequence[Point], shape: str, view: MapView, theme: str) -> None:
    import plotly.graph_objects as go

    small = shape in ("image", "text")
    marker: dict[str, Any] = {
        "symbol": tokens.SHAPES.get(shape, tokens.OTHER_SHAPES[0]),
        "size": 5 if small else 7,
        "opacity": 0.6 if small else 0.9,
    } | _colours(points, shape, view, theme)
    hover = [
        f"<b>{html.escape(_short(p.caption))}</b><br>{html.escape(p.topic)}"
        + (f" · {tokens.number(view.similarity[p.item_id])}" if p.item_id in view.similarity else "")
        for p in points
    ]
    fig.add_trace(
        go.Scattergl(
            x=[p.x for p in points],
            y=[p.y for p in points],
            mode="markers",
            name=shape,
            marker=marker,
            customdata=[[p.item_id] for p in points],
            hovertext=hover,
            hoverinfo="text",
            showlegend=False,
        )
    )


def _colours(points: Sequence[Point], shape: str, view: MapView, theme: str) -> dict[str, Any]:
    grey = tokens.FAINT[theme]
    if view.colour_by == "similarity" and view.similarity:
        values = list(view.similarity.values())
        steps = tokens.SIMILARITY[theme]
        scale = [[i / (len(steps) - 1), c] for i, c in enumerate(steps)]
        return {
            "color": [view.similarity.get(p.item_id, min(values)) for p in points],
            "colorscale": scale,
            "cmin": float(np.quantile(values, 0.02)),
            "cmax": max(values),
        }
    if view.colour_by == "language":
        palette = dict(zip(("zh", "en"), tokens.REGIONS[theme], strict=False))
        return {"color": [palette.get(p.language or "", grey) for p in points]}
    if view.colour_by == "label":
        return {"color": [view_palette(points, theme).get(p.topic, grey) for p in points]}
    return {"color": tokens.MODALITY_COLOURS[theme].get(shape, tokens.MUTE[theme])}


def view_palette(points: Sequence[Point], theme: str) -> dict[str, str]:
    """The five most frequent labels with their colours; the rest stays grey."""
    counts = Counter(p.topic for p in points if p.topic)
    return {topic: c for (topic, _n), c in zip(counts.most_common(5), tokens.REGIONS[theme], strict=False)}


def _ties(fig: go.Figure, points: Mapping[str, Point], view: MapView, theme: str) -> None:
    """Rings and lines to the neighbours in the space, also where the picture puts them far away."""
    import plotly.graph_objects as go

    near = [points[i] for i in view.neighbours if i in points]
    ink = tokens.INK[theme]
    if view.query is not None:
        x, y = view.query
        for p in near:
            fig.add_trace(
                go.Scatter(
                    x=[x, p.x],
                    y=[y, p.y],
                    mode="lines",
                    hoverinfo="skip",
                    showlegend=False,
                    line={"width": 1, "color": tokens.MUTE[theme]},
                    opacity=0.7,
                )
            )
    for p in [*near, *([points[view.chosen]] if view.chosen and view.chosen in points else [])]:
        fig.add_trace(
            go.Scatter(
                x=[p.x],
                y=[p.y],
                mode="markers",
                hoverinfo="skip",
                showlegend=False,
                marker={
                    "symbol": tokens.SHAPES.get(p.shape, "cross"),
                    "size": 11,
                    "color": tokens.MODALITY_COLOURS[theme].get(p.shape, ink),
                    "line": {"width": 2.5 if p.item_id == view.chosen else 1.2, "color": ink},
                },
            )
        )
    if view.query is not None:
        fig.add_trace(
            go.Scatter(
                x=[view.query[0]],
                y=[view.query[1]],
                mode="markers+text",
                hoverinfo="skip",
                showlegend=False,
                text=[f"<b>{html.escape(view.query_label)}</b>"],
                textposition="bottom center",
                textfont={"size": 14, "color": ink},
                marker={"symbol": "circle-cross-open", "size": 18, "color": ink, "line": {"width": 2}},
            )
        )


def _density(fig: go.Figure, coords: FloatArray, theme: str) -> None:
    if len(coords) < 50:
        return
    import plotly.graph_objects as go
    from scipy.ndimage import gaussian_filter

    low, high = coords.min(axis=0), coords.max(axis=0)
    pad = (high - low) * 0.08 + 1e-6
    counts, xs, ys = np.histogram2d(
        coords[:, 0],
        coords[:, 1],
        bins=90,
        range=[[low[0] - pad[0], high[0] + pad[0]], [low[1] - pad[1], high[1] + pad[1]]],
    )
    smooth = np.sqrt(gaussian_filter(counts, 2.2)).T
    clear, full = ("rgba(37,108,153,0)", "rgba(37,108,153,.30)")
    fig.add_trace(
        go.Heatmap(
            x=(xs[1:] + xs[:-1]) / 2,
            y=(ys[1:] + ys[:-1]) / 2,
            z=np.round(smooth, 2),
            zsmooth="best",
            colorscale=[[0, clear], [1, full]],
            showscale=False,
            hoverinfo="skip",
        )
    )


def _layout(fig: go.Figure, coords: FloatArray, theme: str) -> None:
    fig.update_layout(
        height=HEIGHT,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        dragmode="pan",
        uirevision="map",
        hovermode="closest",
        font={"family": tokens.SANS, "size": 13, "color": tokens.INK[theme]},
        hoverlabel={
            "bgcolor": tokens.CARD[theme],
            "bordercolor": tokens.EDGE[theme],
            "align": "left",
            "font": {"size": 13, "color": tokens.INK[theme], "family": tokens.SANS},
            "namelength": 0,
        },
        modebar={"bgcolor": "rgba(0,0,0,0)", "color": tokens.FAINT[theme], "activecolor": tokens.INK[theme]},
    )
    ranges: list[list[float] | None] = [None, None]
    if len(coords):
        low, high = np.quantile(coords, 0.001, axis=0), np.quantile(coords, 0.999, axis=0)
        pad = (high - low) * 0.07 + 0.1
        ranges = [[float(low[i] - pad[i]), float(high[i] + pad[i])] for i in (0, 1)]
    fig.update_xaxes(visible=False, range=ranges[0])
    fig.update_yaxes(visible=False, range=ranges[1])


def regions(points: Sequence[Point]) -> list[tuple[str, float, float]]:
    """Names of separable regions and where they stand: above or below the cluster, none over another.

    A topic is separable where, around its items, at least 30 % of the neighbours in the picture are its own.
    """
    if len(points) < 50:
        return []
    from scipy.spatial import cKDTree

    coords = np.array([(p.x, p.y) for p in points])
    topics = np.array([p.topic for p in points])
    near = cKDTree(coords).query(coords, k=13)[1][:, 1:]
    own = (topics[near] == topics[:, None]).mean(axis=1)
    span = coords.max(axis=0) - coords.min(axis=0)
    placed: list[tuple[str, float, float]] = []
    for topic, count in Counter(topics.tolist()).most_common(40):
        mine = coords[(topics == topic) & (own >= LEAST_PURITY)]
        if not topic or count < SMALLEST_REGION or len(mine) < SMALLEST_REGION / 2:
            continue
        centre = np.median(mine, axis=0)
        core = mine[np.abs(mine - centre).max(axis=1) < 0.12 * span.max()]
        if len(core) < SMALLEST_REGION / 2:
            continue
        x = float(np.median(core[:, 0]))
        for y in (
            np.quantile(core[:, 1], 0.97) + 0.02 * span[1],
            np.quantile(core[:, 1], 0.03) - 0.02 * span[1],
        ):
            if all(not _collide(topic, x, float(y), other, span) for other in placed):
                placed.append((topic, x, float(y)))
                break
        if len(placed) == MOST_REGIONS:
            break
    return placed


def _collide(label: str, x: float, y: float, other: tuple[str, float, float], span: np.ndarray) -> bool:
    """Whether two labels would overlap on a map some 620 pixels wide and 540 high."""
    width = 14 if current() == "zh" else 8
    half = (len(label) + len(other[0])) / 2 * width / 560 * span[0] + 0.01 * span[0]
    return bool(abs(x - other[1]) < half and abs(y - other[2]) < 24 / 500 * span[1])


def _short(text: str) -> str:
    return text if len(text) <= 28 else text[:27] + "…"

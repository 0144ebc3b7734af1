"""Edges as curves: each takes the bow that meets the fewest boxes and crosses the fewest others, the lit path first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.iceberg.geometry.shapes import Box, Point
from explorer.iceberg.geometry.silhouette import Silhouette

Floats = NDArray[np.float64]
Controls = tuple[Point, Point, Point, Point]

BOWS = (0.08, -0.08, 0.0, 0.15, -0.15, 0.24, -0.24, 0.35, -0.35, 0.48, -0.48)
"""How far a curve's controls lie beside the straight way, in parts of its length."""
SAMPLES = 17
ARROW_GAP, TOKEN_GAP = 3.0, 3.0
TWIN = 8.0
"""What it costs to lie on another curve between the same ends."""
_T = np.linspace(0.0, 1.0, SAMPLES)
_BASIS = np.stack([(1 - _T) ** 3, 3 * _T * (1 - _T) ** 2, 3 * _T**2 * (1 - _T), _T**3], axis=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """An edge to draw: indices of its ends; `lit` counts more; `leaves` is where it leaves a word, else None."""

    source: int
    target: int
    lit: bool
    leaves: float | None = None
    enters: float | None = None


def draw(
    links: Sequence[Link],
    boxes: Sequence[Box],
    names: Sequence[Box],
    frame: tuple[float, float, float, float],
    ice: Silhouette,
    *,
    calm: bool,
) -> list[Controls]:
    """Curves of `links`, in their order; the first ones have the first choice of ways.

    Args:
        boxes: of all nodes.
        names: boxes that curves would rather leave free.
        frame: left, top, right, bottom that no curve leaves if it can.
        ice: that curves would rather stay in.
        calm: for graphs of many edges, whose curves are thin: small bows only, and crossings do not count.
    """
    rects = np.array([(b.x, b.y, b.width / 2, b.height / 2) for b in boxes]).reshape(-1, 4)
    words = np.array([(b.x, b.y, b.width / 2, b.height / 2) for b in names]).reshape(-1, 4)
    middle = (frame[0] + frame[2]) / 2
    paths: list[Floats] = []
    lit: list[bool] = []
    found: list[Controls] = []
    taken: dict[tuple[int, int], list[float]] = {}  # ends → bows of curves between them
    for link in links:
        bows = np.array(BOWS[:4] if calm else BOWS)
        choices = [_controls(link, boxes, bow) for bow in bows]
        points = np.einsum("sk,ckd->csd", _BASIS, np.array(choices))
        length = float(np.hypot(*(points[0, -1] - points[0, 0])))
        cost = np.abs(bows) * (1.5 + length / 130.0)
        cost += 1.5 * _inside(points, rects, link).sum(axis=1)
        cost += 0.6 * _inside(points, words, None).sum(axis=1)
        cost += 6.0 * _outside(points, frame).sum(axis=1)
        if not calm:
            cost += 0.35 * ice.outside(points[..., 0], points[..., 1]).sum(axis=1)
        outward = (points[:, SAMPLES // 2, 0] - middle) * np.sign(
            (points[0, 0, 0] + points[0, -1, 0]) / 2 - middle
        )
        cost -= 0.0004 * outward
        if paths and not calm:
            weights = np.where(lit, 2.0, 0.8)
            cost += (_crossings(points, np.array(paths)) * weights).sum(axis=1)
        pair = (min(link.source, link.target), max(link.source, link.target))
        sign = 1.0 if link.source <= link.target else -1.0
        for bow in taken.get(pair, ()):
            cost += TWIN * (np.abs(sign * bows - bow) < 0.12)
        best = int(np.argmin(cost))
        taken.setdefault(pair, []).append(sign * float(bows[best]))
        found.append(choices[best])
        if not calm or link.lit:
            paths.append(points[best])
            lit.append(link.lit)
    return found


def sampled(controls: Sequence[Controls]) -> Floats:
    """(m, 17, 2) points on the curves, from start to end."""
    if not controls:
        return np.zeros((0, SAMPLES, 2))
    return np.asarray(np.einsum("sk,ckd->csd", _BASIS, np.array(controls)))


def point_at(controls: Controls, t: float) -> Point:
    """The point of a curve at `t` in [0, 1]."""
    w = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
    return sum(a * p[0] for a, p in zip(w, controls, strict=True)), sum(
        a * p[1] for a, p in zip(w, controls, strict=True)
    )


def _controls(link: Link, boxes: Sequence[Box], bow: float) -> Controls:
    source, target = boxes[link.source], boxes[link.target]
    if link.source == link.target:
        return _loop(source)
    a = (source.x, source.y) if link.leaves is None else (link.leaves, source.bottom + TOKEN_GAP)
    b = (target.x, target.y) if link.enters is None else (link.enters, target.bottom + TOKEN_GAP)
    c1, c2 = _bent(a, b, bow, link)
    start = a if link.leaves is not None else _border(source, c1, 1.0)
    end = b if link.enters is not None else _border(target, c2, ARROW_GAP)
    return (start, *_bent(start, end, bow, link), end)


def _bent(a: Point, b: Point, bow: float, link: Link) -> tuple[Point, Point]:
    """Controls of a curve from `a` to `b`; from a word it goes down before it turns."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    nx, ny = -dy * bow, dx * bow
    c1 = (a[0] + dx * 0.33 + nx, a[1] + dy * 0.33 + ny)
    c2 = (b[0] - dx * 0.33 + nx, b[1] - dy * 0.33 + ny)
    if link.leaves is not None:
        c1 = (a[0] + dx * 0.10 + nx, a[1] + max(dy, 40.0) * 0.38 + max(ny, -dy * 0.3))
    if link.enters is not None:
        c2 = (b[0] - dx * 0.10 + nx, b[1] + max(-dy, 40.0) * 0.38 + max(ny, dy * 0.3))
    return c1, c2


def _loop(box: Box) -> Controls:
    out = max(26.0, box.width * 0.4)
    start, end = (box.x - box.width / 5, box.bottom + 1), (box.x + box.width / 5, box.bottom + ARROW_GAP)
    return start, (start[0] - out / 2, box.bottom + out), (end[0] + out / 2, box.bottom + out), end


def _border(box: Box, toward: Point, gap: float) -> Point:
    """Where the way from a pill's centre to `toward` leaves it, `gap` pixels further out."""
    dx, dy = toward[0] - box.x, toward[1] - box.y
    length = (dx * dx + dy * dy) ** 0.5 or 1.0
    ux, uy = dx / length, dy / length
    radius, straight = box.height / 2, max(0.0, box.width / 2 - box.height / 2)
    out = radius / abs(uy) if abs(uy) > 1e-6 else float("inf")
    if abs(ux) * out > straight:  # through the round end, a circle around (±straight, 0)
        along = abs(ux) * straight
        out = along + max(0.0, along * along - straight * straight + radius * radius) ** 0.5
    return box.x + ux * (out + gap), box.y + uy * (out + gap)


def _inside(points: Floats, rects: Floats, link: Link | None) -> NDArray[np.bool_]:
    """(choices, samples) whether a point lies in the box of a node that is no end of the edge."""
    reach = rects[:, 2:] + 6.0
    if link is not None:
        reach[[link.source, link.target]] = -1.0
    near = np.abs(points[..., 0, None] - rects[:, 0]) < reach[:, 0]
    near &= np.abs(points[..., 1, None] - rects[:, 1]) < reach[:, 1]
    return np.asarray(near.any(axis=2))


def _outside(points: Floats, frame: tuple[float, float, float, float]) -> NDArray[np.bool_]:
    x, y = points[..., 0], points[..., 1]
    return np.asarray((x < frame[0]) | (x > frame[2]) | (y < frame[1]) | (y > frame[3]))


def _crossings(points: Floats, paths: Floats) -> Floats:
    """(choices, paths) how often a choice crosses a curve that is drawn, by every second sample."""
    p, q = points[:, :-2:2], points[:, 2::2]
    a, b = paths[:, :-2:2], paths[:, 2::2]
    met = (_side(p, q, a) != _side(p, q, b)) & (_side(a, b, p) != _side(a, b, q)).T
    shape = points.shape[0], p.shape[1], paths.shape[0], a.shape[1]
    return np.asarray(met.reshape(shape).sum(axis=(1, 3)), dtype=float)


def _side(p: Floats, q: Floats, x: Floats) -> NDArray[np.bool_]:
    """(segments p–q, points x) whether a point lies on the left of a segment."""
    d = q - p
    line = np.stack([d[..., 0], -d[..., 1], d[..., 1] * p[..., 0] - d[..., 0] * p[..., 1]], axis=-1)
    spot = np.stack([x[..., 1], x[..., 0], np.ones(x.shape[:-1])], axis=-1)
    return np.asarray(line.reshape(-1, 3) @ spot.reshape(-1, 3).T > 0)

"""Labels of edges: slid along their curve until they are free of nodes, names and each other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from explorer.iceberg.geometry.cost import Bools, Floats
from explorer.iceberg.geometry.curves import Controls, point_at, sampled
from explorer.iceberg.geometry.shapes import Box

Frame = tuple[float, float, float, float]
PLACES = (0.5, 0.45, 0.55, 0.4, 0.6, 0.35, 0.65, 0.3, 0.7, 0.25, 0.75, 0.2, 0.8, 0.16, 0.84)
"""Where on its curve a label is tried, the middle first."""
GAP, HEAD = 3.0, 8.0
"""Pixels between a label and what it may not cover, and around the end of its curve, where the arrow is."""
TOGETHER = 4
"""How many of the first labels are placed together, so that none takes another's last room."""


def place_labels(
    sizes: Sequence[tuple[float, float] | None],
    curves: Sequence[Controls],
    obstacles: Sequence[Box],
    frame: Frame,
    *,
    together: int,
) -> list[Box | None]:
    """A box for each label on its curve, in order of importance; None where there is no size or no room.

    Args:
        sizes: width and height of each label; None for an edge without one.
        obstacles: what no label may cover.
        frame: left, top, right, bottom that no label leaves.
        together: how many of the first are to find room together if they can (4 at most).
    """
    taken = np.array([(b.x, b.y, b.width / 2, b.height / 2) for b in obstacles]).reshape(-1, 4)
    lines = sampled(curves)
    found: list[Box | None] = [None] * len(sizes)
    first = [i for i, size in enumerate(sizes[:together]) if size is not None][:TOGETHER]
    for i, place in _together(first, sizes, curves, lines, taken, frame).items():
        found[i] = place
        taken = np.vstack([taken, [(place.x, place.y, place.width / 2, place.height / 2)]])
    for i, size in enumerate(sizes):
        if size is None or found[i] is not None:
            continue
        centres, cost = _choices(i, size, curves, lines, taken, frame)
        if not np.isfinite(cost).any():
            continue
        x, y = centres[int(np.argmin(cost))]
        found[i] = Box(x=float(x), y=float(y), width=size[0], height=size[1])
        taken = np.vstack([taken, [(x, y, size[0] / 2, size[1] / 2)]])
    return found


def _together(
    first: Sequence[int],
    sizes: Sequence[tuple[float, float] | None],
    curves: Sequence[Controls],
    lines: Floats,
    taken: Floats,
    frame: Frame,
) -> dict[int, Box]:
    """The cheapest places of several labels that leave each other free; none where there are no such places."""
    if not first:
        return {}
    halves = [np.array(sizes[i]) / 2 for i in first]
    choices = [
        _choices(i, (2 * h[0], 2 * h[1]), curves, lines, taken, frame)
        for i, h in zip(first, halves, strict=True)
    ]
    count = len(first)
    total = np.zeros((1,) * count)
    for axis, (_centres, cost) in enumerate(choices):
        total = total + cost.reshape([-1 if a == axis else 1 for a in range(count)])
    for a, b in combinations(range(count), 2):
        away = np.abs(choices[a][0][:, None] - choices[b][0][None]) < halves[a] + halves[b] + GAP
        shape = [len(PLACES) if axis in (a, b) else 1 for axis in range(count)]
        total = np.where(away.all(axis=2).reshape(shape), np.inf, total)
    if not np.isfinite(total).any():
        return {}
    best = np.unravel_index(int(np.argmin(total)), total.shape)
    return {
        i: Box(
            x=float(choices[k][0][best[k]][0]),
            y=float(choices[k][0][best[k]][1]),
            width=float(2 * halves[k][0]),
            height=float(2 * halves[k][1]),
        )
        for k, i in enumerate(first)
    }


def _choices(
    i: int, size: tuple[float, float], curves: Sequence[Controls], lines: Floats, taken: Floats, frame: Frame
) -> tuple[Floats, Floats]:
    """Centres (p, 2) along the curve, and what each costs (p,): infinitely much where it is not free."""
    half = np.array(size) / 2
    centres = np.array([point_at(curves[i], t) for t in PLACES])
    away = np.abs(centres[:, None] - taken[None, :, :2]) < taken[None, :, 2:] + half + GAP
    free: Bools = np.logical_not(np.asarray(away.all(axis=2)).any(axis=1))
    free &= (centres[:, 0] - half[0] >= frame[0]) & (centres[:, 0] + half[0] <= frame[2])
    free &= (centres[:, 1] - half[1] >= frame[1]) & (centres[:, 1] + half[1] <= frame[3])
    others = np.delete(lines, i, axis=0).reshape(-1, 2)
    covered = (np.abs(centres[:, None] - others[None]) < half + 1.0).all(axis=2).sum(axis=1)
    head = (np.abs(centres - np.array(curves[i][3])) < half + HEAD).all(axis=1)
    cost = np.minimum(covered, 4) + 3.0 * np.abs(np.array(PLACES) - 0.5) + 3.0 * head
    return centres, np.where(free, cost, np.inf)

"""What it costs to have a node at a place, for many places at once, everything else staying where it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]

CROSSING, THROUGH, ACUTE, CROWDED = 1.0, 1.6, 0.7, 0.5
"""What a crossing, an edge through a node, two edges in nearly one direction, and a near neighbour cost."""
LONG, SHORT, SLANTED = 0.3, 0.9, 1.0
"""What 100 pixels of an edge cost (longer ones more than in proportion), 40 pixels that it lacks for its label, and
a way from a word that goes as far to the side as down, for each further part."""
MANY = 40
"""Edges above which all that counts less: among so many thin lines it can be neither helped nor seen."""
ACUTE_COSINE = 0.95
CLEARANCE = 9.0
CROWD = 95.0
"""Pixels within which nodes crowd each other."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Graph:
    """Nodes 0…n−1 with half sizes (n, 2) and what is fixed of their places; edges as (m, 2) indices with weights.

    `wanted` (m, 2) is how long an edge has room for its label where it goes across, and where it goes down.
    """

    halves: Floats
    fixed: dict[int, tuple[float, float]]
    ends: Ints
    weights: Floats
    wanted: Floats


class Star:
    """A node with its edges, and what of their cost does not hang on places.

    Shapes: d edges of the node, m edges and n nodes in all.
    """

    def __init__(self, graph: Graph, node: int) -> None:
        ends = graph.ends
        mine = (ends == node).any(axis=1)
        own = np.flatnonzero(mine & (ends[:, 0] != ends[:, 1]))
        self.graph, self.node = graph, node
        self.edges = own
        self.others: Ints = ends[own].sum(axis=1) - node  # (d,)
        self.weight = graph.weights[own]
        self.wanted = graph.wanted[own]
        self.first = ends[None, :, 0] == self.others[:, None]  # (d, m)
        shares = self.first | (ends[None, :, 1] == self.others[:, None])
        pair = np.sqrt(np.maximum(self.weight[:, None], graph.weights[None])) * ~mine
        self.apart, self.joined = pair * ~shares, pair * shares
        self.among = np.triu(np.maximum(self.weight[:, None], self.weight[None]), 1)  # (d, d)
        self.foreign = graph.weights * ~mine  # (m,)
        steep = np.where(self.weight > 1, max(1.0, len(ends) / MANY), 1.0)  # the lit path among many edges
        self.slanted = steep * self.weight * [int(other) in graph.fixed for other in self.others]
        third = np.ones((len(own), len(graph.halves)))
        third[:, node] = 0
        third[np.arange(len(own)), self.others] = 0
        self.third = third * self.weight[:, None]  # (d, n)
        self.scale = graph.halves + CLEARANCE

    def cost(self, places: Floats, spots: Floats) -> Floats:
        """(s,) what it costs to stand at each of `spots` (s, 2), all others standing at `places` (n, 2)."""
        ends = self.graph.ends
        q, a, b = places[self.others], places[ends[:, 0]], places[ends[:, 1]]
        way = q[None] - spots[:, None]  # (s, d, 2)
        length = np.hypot(way[..., 0], way[..., 1]) + 1e-6
        total = CROSSING * self._crossings(spots, q, way, a, b)
        total += ACUTE * self._acute(way / length[..., None], q, a, b)
        total += THROUGH * (self._through(places, spots, q) + self._hit(spots, a, b))
        total *= min(1.0, MANY / max(1, len(ends)))
        total += CROWDED * self._crowd(places, spots)
        wanted = (self.wanted / (np.abs(way) / length[..., None] + 1e-3)).min(
            axis=2
        )  # free to a side, or below
        short = np.clip((wanted - length) / 40.0, 0.0, 3.0)
        slant = np.clip(np.abs(way[..., 0]) / (np.abs(way[..., 1]) + 20.0) - 0.6, 0.0, 3.0)
        total += SHORT * short @ self.weight + SLANTED * slant @ self.slanted
        total += LONG * (length / 100.0) ** 1.6 @ np.sqrt(self.weight)
        return np.asarray(total)

    def _crossings(self, spots: Floats, q: Floats, way: Floats, a: Floats, b: Floats) -> Floats:
        e = b - a
        spot_side = e[:, 0] * (spots[:, None, 1] - a[:, 1]) - e[:, 1] * (
            spots[:, None, 0] - a[:, 0]
        )  # (s, m)
        q_side = e[:, 0] * (q[:, None, 1] - a[:, 1]) - e[:, 1] * (q[:, None, 0] - a[:, 0])  # (d, m)
        wx, wy = way[..., 0, None], way[..., 1, None]
        base = wx * spots[:, None, None, 1] - wy * spots[:, None, None, 0]
        a_side = wx * a[:, 1] - wy * a[:, 0] > base  # (s, d, m)
        b_side = wx * b[:, 1] - wy * b[:, 0] > base
        met = (a_side != b_side) & ((spot_side > 0)[:, None] != (q_side > 0)[None])
        return _weighed(met, self.apart)

    def _acute(self, unit: Floats, q: Floats, a: Floats, b: Floats) -> Floats:
        """Edges that leave the node, or one of its neighbours, in nearly the same direction."""
        here = np.einsum("sdk,sek->sde", unit, unit)
        on_x = np.where(self.first, b[:, 0], a[:, 0]) - q[:, None, 0]  # (d, m)
        on_y = np.where(self.first, b[:, 1], a[:, 1]) - q[:, None, 1]
        norm = np.hypot(on_x, on_y) + 1e-6
        there = -unit[..., 0, None] * (on_x / norm) - unit[..., 1, None] * (on_y / norm)
        return _weighed(here > ACUTE_COSINE, self.among) + _weighed(there > ACUTE_COSINE, self.joined)

    def _through(self, places: Floats, spots: Floats, q: Floats) -> Floats:
        """Edges of the node that pass through a third one, taken as an ellipse."""
        u = (spots[:, None] - places) / self.scale  # (s, n, 2)
        v = (q[:, None] - places) / self.scale  # (d, n, 2)
        dx, dy = v[None, ..., 0] - u[:, None, :, 0], v[None, ..., 1] - u[:, None, :, 1]
        along = -(u[:, None, :, 0] * dx + u[:, None, :, 1] * dy)
        squared = dx * dx + dy * dy + 1e-9
        near = (u[..., 0] ** 2 + u[..., 1] ** 2 - 1)[:, None] * squared < along * along
        return _weighed((along > 0) & (along < squared) & near, self.third)

    def _hit(self, spots: Floats, a: Floats, b: Floats) -> Floats:
        """Other edges that pass through the node."""
        scale = self.scale[self.node]
        u, d = (a[None] - spots[:, None]) / scale, (b - a) / scale
        along = -(u[..., 0] * d[:, 0] + u[..., 1] * d[:, 1])
        squared = d[:, 0] ** 2 + d[:, 1] ** 2 + 1e-9
        near = (u[..., 0] ** 2 + u[..., 1] ** 2 - 1) * squared < along * along
        return np.asarray(((along > 0) & (along < squared) & near) @ self.foreign)

    def _crowd(self, places: Floats, spots: Floats) -> Floats:
        x, y = (spots[:, None, k] - places[:, k] for k in (0, 1))
        near = np.exp(-(x * x + y * y) / CROWD**2)
        near[:, self.node] = 0
        return np.asarray(near.sum(axis=1))


def _weighed(met: Bools, weight: Floats) -> Floats:
    """(s,) sum of `weight` (d, k) where `met` (s, d, k)."""
    return np.asarray(met.reshape(len(met), -1) @ weight.ravel())

"""Who stands where in the rows: few crossings, no edge through a node, short ways.

Barycentre sweeps (Sugiyama, Tagawa & Toda 1981), then exchanges of places for as long as they make the drawing
better, the cost of all places of a node at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from explorer.iceberg.geometry.cost import Floats, Graph, Star
from explorer.iceberg.geometry.rows import Row

Seat = tuple[int, float]
"""A place in a row: the row's number and x."""
BUDGET = 800_000
"""Pairs of edges that may be looked at: bounds the time, and not by the clock, so that a drawing is repeatable."""
SWEEPS, SEATS, CANDIDATES = 6, 24, 3
BETTER = 0.02
STARTS, FEW = 3, 30
"""How many first orders are tried, and the edges up to which there is time for that."""


def arrange(graph: Graph, rows: Sequence[Row], gap: float, airy: float) -> Floats:
    """Centres (n, 2) of all nodes; `rows` name the nodes of each row and are put in order.

    Args:
        gap: least distance between boxes of a row, in pixels.
        airy: distance that a row has between boxes where it is not full.
    """
    stars = {i: Star(graph, i) for row in rows for i in row.members}
    start = [list(row.members) for row in rows]
    best, least = np.zeros((len(graph.halves), 2)), np.inf
    members = start
    for turn in range(STARTS if len(graph.ends) <= FEW else 1):
        for row, at_first in zip(rows, start, strict=True):
            row.members = list(at_first) if turn % 2 == 0 else at_first[::-1]
        places = _arranged(graph, stars, rows, gap, airy, mirrored=turn % 2 == 1)
        total = _total(stars, places)
        if total < least - BETTER:
            best, least = places, total
            members = [list(row.members) for row in rows]
    for row, own in zip(rows, members, strict=True):
        row.members = own
    return best


def _arranged(
    graph: Graph, stars: Mapping[int, Star], rows: Sequence[Row], gap: float, airy: float, *, mirrored: bool
) -> Floats:
    slots = [_slots(row, graph, gap, airy, (i % 2 == 1) != mirrored) for i, row in enumerate(rows)]
    places = np.zeros((len(graph.halves), 2))
    for node, point in graph.fixed.items():
        places[node] = point
    _barycentres(graph, rows, slots, places, mirrored=mirrored)
    budget = BUDGET
    for _again in range(2):  # boxes pushed apart stand elsewhere than their seats: then look once more
        budget = _exchange(graph, stars, rows, slots, places, gap, budget)
        for k, row in enumerate(rows):
            row.members.sort(key=lambda i: (places[i, 0], i))
            settled = _settle(graph, row, places, gap)
            free = [x for x in slots[k] if not settled or min(abs(x - at) for at in settled) > gap]
            slots[k] = np.array(sorted([*settled, *free[: max(0, len(slots[k]) - len(settled))]]))
        if len(graph.ends) > FEW * 2:
            break
    return places


def _total(stars: Mapping[int, Star], places: Floats) -> float:
    """Cost of a whole drawing."""
    return float(sum(star.cost(places, places[[i]])[0] for i, star in stars.items()))


def _slots(row: Row, graph: Graph, gap: float, airy: float, odd: bool) -> Floats:
    """Places (x) in a row, more of them than nodes where there is room; odd rows stand between even ones."""
    widths = [2 * graph.halves[i, 0] for i in row.members] or [row.room]
    usual = float(np.median(widths))
    count = max(len(row.members), int((row.room + airy) / (usual + airy)))
    if odd and count > max(len(row.members), 2):
        count -= 1
    inner = max(0.0, row.room - usual)
    if count == 1:
        return np.array([row.left + row.room / 2])
    return row.left + usual / 2 + inner * np.arange(count) / (count - 1)


def _barycentres(
    graph: Graph, rows: Sequence[Row], slots: Sequence[Floats], places: Floats, *, mirrored: bool
) -> None:
    """Order each row by the mean place of the neighbours, four times over, and take the places nearest to it."""
    n = len(graph.halves)
    links = np.zeros((n, n))
    np.add.at(links, (graph.ends[:, 0], graph.ends[:, 1]), graph.weights)
    links += links.T
    placed = np.zeros(n, dtype=bool)
    placed[list(graph.fixed)] = True
    for row in rows:
        places[row.members, 1] = row.y
    for sweep in range(4):
        for row, xs in zip(rows, slots, strict=True):
            if not row.members:
                continue
            near = links[row.members] * placed
            total = near.sum(axis=1)
            middle = row.left + row.room / 2
            wish = np.where(total > 0, near @ places[:, 0] / np.maximum(total, 1e-9), middle)
            if mirrored and sweep == 0:
                wish = 2 * middle - wish
            order = np.lexsort((np.array(row.members), wish))
            row.members[:] = [row.members[i] for i in order]
            places[row.members, 0] = xs[_nearest(wish[order], xs)]
            placed[row.members] = True


def _nearest(wishes: Floats, xs: Floats) -> list[int]:
    """Places in rising order, one each, with the least sum of distances: dynamic programming over places."""
    k, c = len(wishes), len(xs)
    distance = np.abs(wishes[:, None] - xs[None, :]).tolist()
    best = [0.0] * (c + 1)
    took = [[False] * (c + 1) for _ in range(k + 1)]
    for i in range(1, k + 1):
        row = [float("inf")] * (c + 1)
        for j in range(i, c + 1):
            take = best[j - 1] + distance[i - 1][j - 1]
            took[i][j] = take < row[j - 1]
            row[j] = min(take, row[j - 1])
        best = row
    found: list[int] = []
    i, j = k, c
    while i:
        if took[i][j]:
            found.append(j - 1)
            i -= 1
        j -= 1
    return found[::-1]


@dataclass(kw_only=True, slots=True)
class _Seating:
    """Who sits where, and how much of each row is used."""

    graph: Graph
    rows: Sequence[Row]
    places: Floats
    gap: float
    at: dict[Seat, int]
    seat_of: dict[int, Seat]
    used: list[float]

    def width(self, node: int | None) -> float:
        return 0.0 if node is None else 2 * float(self.graph.halves[node, 0]) + self.gap

    def fits(self, node: int, seat: Seat) -> bool:
        """Whether both rows hold their nodes after the exchange."""
        here = self.seat_of[node]
        if here[0] == seat[0]:
            return True
        change = self.width(node) - self.width(self.at.get(seat))
        there = self.used[seat[0]] + change - self.gap <= self.rows[seat[0]].room
        return there and self.used[here[0]] - change - self.gap <= self.rows[here[0]].room

    def spot(self, seat: Seat) -> tuple[float, float]:
        return seat[1], self.rows[seat[0]].y

    def exchange(self, node: int, seat: Seat) -> None:
        here, other = self.seat_of[node], self.at.pop(seat, None)
        del self.at[here]
        for who, goes, was in ((node, seat, here), (other, here, seat)):
            if who is None:
                continue
            self.at[goes], self.seat_of[who] = who, goes
            self.rows[was[0]].members.remove(who)
            self.rows[goes[0]].members.append(who)
            self.used[was[0]] -= self.width(who)
            self.used[goes[0]] += self.width(who)
            self.places[who] = self.spot(goes)


def _exchange(
    graph: Graph,
    stars: Mapping[int, Star],
    rows: Sequence[Row],
    slots: Sequence[Floats],
    places: Floats,
    gap: float,
    budget: int,
) -> int:
    """Move nodes to free places, or let two change theirs, within a layer, while the cost falls.

    Returns:
        What is left of the budget.
    """
    seat_of = {i: (r, float(places[i, 0])) for r, row in enumerate(rows) for i in row.members}
    seating = _Seating(
        graph=graph,
        rows=rows,
        places=places,
        gap=gap,
        at={seat: node for node, seat in seat_of.items()},
        seat_of=seat_of,
        used=[sum(2 * float(graph.halves[i, 0]) + gap for i in row.members) for row in rows],
    )
    by_depth: dict[int, list[Seat]] = {}
    for r, xs in enumerate(slots):
        by_depth.setdefault(rows[r].depth, []).extend((r, float(x)) for x in xs)
    weight = {node: float(star.weight.sum()) for node, star in stars.items()}
    movers = sorted((node for node, star in stars.items() if len(star.edges)), key=lambda i: (-weight[i], i))
    near = {node: set(star.others.tolist()) for node, star in stars.items()}
    awake = set(movers)
    for _sweep in range(SWEEPS):
        moved: set[int] = set()
        for node in movers:
            if node not in awake:
                continue
            seats = by_depth[rows[seat_of[node][0]].depth]
            budget -= min(SEATS, len(seats)) * (len(graph.ends) + 20) * (len(stars[node].edges) + 1)
            if budget < 0:
                return 0
            moved |= _move(seating, stars, node, seats)
        awake = moved.union(*(near.get(node, set()) for node in moved))
        if not moved:
            break
    return budget


def _move(seating: _Seating, stars: Mapping[int, Star], node: int, seats: Sequence[Seat]) -> set[int]:
    """Give a node the best seat of its layer, if one is better than its own; returns who moved."""
    here, places = seating.seat_of[node], seating.places
    options = [seat for seat in seats if seat != here and seating.fits(node, seat)]
    if len(options) > SEATS:
        options = sorted(options, key=lambda s: (abs(s[1] - here[1]), s))[:SEATS]
    if not options:
        return set()
    spots = np.array([seating.spot(seat) for seat in (here, *options)])
    costs = stars[node].cost(places, spots)
    gains = costs[1:] - costs[0]
    for k in np.argsort(gains, kind="stable")[:CANDIDATES]:
        if gains[k] > -BETTER:
            return set()
        seat = options[int(k)]
        other = seating.at.get(seat)
        change = float(gains[k])
        if other is not None:  # the other one's cost, with the node already in its new place
            before = stars[other].cost(places, spots[[int(k) + 1]])
            places[node] = spots[int(k) + 1]
            after = stars[other].cost(places, spots[:1])
            places[node] = spots[0]
            change += float(after[0] - before[0])
        if change < -BETTER:
            seating.exchange(node, seat)
            return {node} if other is None else {node, other}
    return set()


def _settle(graph: Graph, row: Row, places: Floats, gap: float) -> list[float]:
    """Push the boxes of a row apart where they would touch, and keep them between its ends; returns their x."""
    if not row.members:
        return []
    half = graph.halves[row.members, 0]
    xs = places[row.members, 0].copy()
    for i in range(len(xs)):
        least = row.left + half[i] if i == 0 else xs[i - 1] + half[i - 1] + gap + half[i]
        xs[i] = max(xs[i], least)
    for i in range(len(xs) - 1, -1, -1):
        most = row.right - half[i] if i == len(xs) - 1 else xs[i + 1] - half[i + 1] - gap - half[i]
        xs[i] = min(xs[i], most)
    places[row.members, 0] = xs
    return [float(x) for x in xs]

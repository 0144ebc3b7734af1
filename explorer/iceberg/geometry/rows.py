"""Rows under the water: how high each layer is, how many rows it has, and who stands in which.

The layers of Sugiyama, Tagawa & Toda (1981), with the depth of a node as its layer; a full layer has several rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from explorer.iceberg.geometry.bands import name_box
from explorer.iceberg.geometry.silhouette import Silhouette, between
from explorer.iceberg.nodes import DARK, LEXICAL

FULL = 0.94
"""How full the rows of a layer may be: some room is left for nodes to change rows."""
LAYERS = tuple(range(LEXICAL, DARK + 1))


@dataclass(kw_only=True, slots=True)
class Row:
    """A row at `y` between `left` and `right`; `members` are indices of nodes, from left to right."""

    depth: int
    y: float
    left: float
    right: float
    members: list[int] = field(default_factory=list)

    @property
    def room(self) -> float:
        """Width, never below 0."""
        return max(0.0, self.right - self.left)


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """The water to fill: the drawing, the ice in it, and the language of the names at its left."""

    width: float
    height: float
    waterline: float
    ice: Silhouette
    language: str

    @property
    def bottom(self) -> float:
        """Where the lowest row must end: the ice is too narrow below."""
        return self.waterline + (self.height - self.waterline) * 0.955

    def extent(
        self, y: float, half: float, names: Mapping[int, float], *, beyond: float
    ) -> tuple[float, float]:
        """The x from which to which a row of half-height `half` at `y` may reach."""
        margin = between(self.width, 8.0, 16.0) - beyond
        ice_left, ice_right = self.ice.extent(y - half, y + half)
        left, right = max(8.0, ice_left + margin), min(self.width - 8.0, ice_right - margin)
        for depth, top in names.items():
            box = name_box(depth, top, self.width, self.language)
            if box.top - 3 < y + half and box.bottom + 3 > y - half:
                left = max(left, box.right + 8)
        return left, right


@dataclass(frozen=True, kw_only=True, slots=True)
class Spacing:
    """Distances in pixels between boxes.

    `gap`: beside each other; `below`: between rows, at least; `airy`: between rows where there is room; `lead`: from
    the water down to the first row, for the edges of the words.
    """

    gap: float
    below: float
    airy: float
    lead: float


@dataclass(frozen=True, kw_only=True, slots=True)
class _Layer:
    """A layer to place: its nodes, the height of the tallest, and how many rows it needs at least."""

    nodes: Sequence[int]
    tallest: float
    rows: int


def plan_rows(
    room: Room,
    spacing: Spacing,
    layers: Mapping[int, Sequence[int]],
    sizes: Sequence[tuple[float, float]],
    *,
    beyond: float,
) -> tuple[dict[int, float], list[Row]] | None:
    """Tops of the layers, and rows that hold all nodes; None where they do not fit.

    Args:
        layers: depth → indices of its nodes, those that belong higher first.
        sizes: width and height of each node, in pixels.
        beyond: how far nodes may reach out of the ice, in pixels.
    """
    counts = {depth: 1 if layers.get(depth) else 0 for depth in LAYERS}
    widths = [width for width, _height in sizes]
    for _attempt in range(80):
        plan = {
            depth: _Layer(
                nodes=layers.get(depth, ()),
                tallest=max((sizes[i][1] for i in layers.get(depth, ())), default=0.0),
                rows=counts[depth],
            )
            for depth in LAYERS
        }
        tops = _tops(room, spacing, plan)
        if tops is None:
            return None
        rows = _rows(room, spacing, plan, tops, beyond=beyond)
        full = _fill(rows, layers, widths, spacing.gap)
        if full is None:
            return tops, rows
        counts[full] += 1
    return None


def _tops(room: Room, spacing: Spacing, plan: Mapping[int, _Layer]) -> dict[int, float] | None:
    """Depth → y of its top: what its rows need, and of the rest a share by how much it holds."""
    whole = room.bottom - room.waterline
    some = any(layer.rows for layer in plan.values())
    strip = min(between(room.width, 44.0, 58.0), whole / 8) if some else 0.0
    needed = {
        depth: layer.rows * (layer.tallest + spacing.below) if layer.rows else strip
        for depth, layer in plan.items()
    }
    needed[LEXICAL] += spacing.lead if plan[LEXICAL].rows else 0.0
    spare = whole - sum(needed.values())
    if spare < 0:
        return None
    shares = {
        d: (1.0 + len(layer.nodes)) ** 0.5 if layer.rows or not some else 0.0 for d, layer in plan.items()
    }
    tops, y = {}, room.waterline
    for depth in LAYERS:
        tops[depth] = y
        y += needed[depth] + spare * shares[depth] / sum(shares.values())
    return tops


def _rows(
    room: Room, spacing: Spacing, plan: Mapping[int, _Layer], tops: Mapping[int, float], *, beyond: float
) -> list[Row]:
    """Rows at even distances in each layer, more than it needs where they stand far apart."""
    rows: list[Row] = []
    ends = [*list(tops.values())[1:], room.bottom]
    for (depth, top), end in zip(tops.items(), ends, strict=True):
        layer = plan[depth]
        start = top + (spacing.lead if depth == LEXICAL else 0.0)
        most = (len(layer.nodes) + 1) // 2 + (len(layer.nodes) > 3)
        count = max(layer.rows, min(int((end - start) / (layer.tallest + spacing.airy)), most))
        for i in range(count):
            at = start + (i + 0.5) * (end - start) / count
            left, right = room.extent(at, layer.tallest / 2 + 1, tops, beyond=beyond)
            rows.append(Row(depth=depth, y=at, left=left, right=right))
    return rows


def _fill(
    rows: list[Row], layers: Mapping[int, Sequence[int]], widths: Sequence[float], gap: float
) -> int | None:
    """Put every node into a row of its layer, in order and evenly; returns a layer that is too full, or None."""
    for depth, nodes in layers.items():
        own = [row for row in rows if row.depth == depth]
        used = [0.0] * len(own)
        total, room = sum(widths[i] + gap for i in nodes), sum(row.room for row in own)
        if not nodes:
            continue
        if total > room * FULL or max(widths[i] for i in nodes) > max(row.room for row in own):
            return depth
        late: list[int] = []
        at = 0
        for i in nodes:
            size = widths[i] + gap
            while at < len(own) - 1 and used[at] + size / 2 > total * own[at].room / room:
                at += 1
            if used[at] + size - gap <= own[at].room:
                own[at].members.append(i)
                used[at] += size
            else:
                late.append(i)
        for i in sorted(late, key=lambda i: -widths[i]):
            free = [own[k].room - used[k] for k in range(len(own))]
            k = max(range(len(own)), key=lambda k: free[k])
            if free[k] < widths[i]:
                return depth
            own[k].members.append(i)
            used[k] += widths[i] + gap
    return None

"""The sentence above the waterline: its words in order, and the arcs of its roles over them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from explorer.iceberg.geometry.shapes import Box, Curve, Point
from explorer.iceberg.geometry.silhouette import between
from explorer.iceberg.geometry.text import (
    LABEL_PAD,
    LABEL_RATIO,
    TOKEN_EMS,
    TOKEN_RATIO,
    edge_text,
    ems,
    shortened,
)
from explorer.iceberg.nodes import Edge, Node

GAPS = (1.55, 1.2, 0.9, 0.7, 0.5, 0.35)
"""Room between words, in em: as much of it as the sentence leaves."""
SMALLEST_LINE = (20.0, 15.0, 13.0)
"""The font under which one, two, three lines become one more."""
_ARCH = 38.0  # over a line that is not the first, for the arcs of roles
_FOOT = 13.0  # from the words down to the water: room for the line under the object


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """Where the words stand, and the waterline under them."""

    waterline: float
    boxes: Mapping[str, Box]


def place_words(
    tokens: Sequence[Node], width: float, height: float, language: str, *, roles: Collection[str]
) -> Words:
    """Set the words on as few lines as they fit, as large as they may be, and lower the water if need be.

    Args:
        tokens: nodes of depth 0, in any order.
        roles: ids of words between which arcs need room above.
    """
    waterline = height * between(width, 0.285, 0.25)
    words = sorted(tokens, key=lambda node: (node.position, node.id))
    if not words:
        return Words(waterline=waterline, boxes={})
    widths = [ems(shortened(node.label(language), TOKEN_EMS), True) for node in words]
    gaps = [gap for gap in GAPS if gap <= between(width, 0.9, 1.55)]
    above = 40.0 if roles else 12.0
    room = width - between(width, 28.0, 60.0)
    font, lines, gap = _lines(
        widths, gaps, room, between(width, 28.0, 33.0), waterline * 1.25 - above - _FOOT
    )
    line_height = font * TOKEN_RATIO
    above = above if len(lines) == 1 else 54.0  # clear of the name of the layer
    arched = [row for row, members in enumerate(lines) if row and any(words[i].id in roles for i in members)]
    waterline = max(waterline, above + len(lines) * line_height + len(arched) * _ARCH + _FOOT + 6)
    boxes: dict[str, Box] = {}
    for row, members in enumerate(lines):
        below = sum(other > row for other in arched)
        y = waterline - _FOOT - (len(lines) - row - 0.5) * line_height - below * _ARCH
        span = sum(widths[i] for i in members) * font + gap * font * (len(members) - 1)
        x = _centred(width * between(width, 0.6, 0.516), span, width) - span / 2
        for i in members:
            own = widths[i] * font
            boxes[words[i].id] = Box(x=x + own / 2, y=y, width=own, height=line_height)
            x += own + gap * font
    return Words(waterline=waterline, boxes=boxes)


def arcs(
    edges: Sequence[Edge], boxes: Mapping[str, Box], tokens: Mapping[str, Node], width: float, language: str
) -> dict[str, Curve]:
    """Arcs between words, over the sentence; a lit role has its pill first, others give way or lose theirs."""
    found: dict[str, Curve] = {}
    taken = list(boxes.values())
    for edge in sorted(edges, key=lambda edge: (not edge.lit, _reach(edge, boxes), edge.id)):
        first, second = sorted((boxes[edge.source], boxes[edge.target]), key=lambda box: box.x)
        object_ = next(
            (boxes[key] for key in (edge.target, edge.source) if tokens[key].part == "object"), second
        )
        font = (13.5 if edge.lit else 12.5) * (1.0 if width >= 480 else 0.95)
        size = (ems(edge_text(edge, language)) + LABEL_PAD) * font, font * LABEL_RATIO
        near = size[0] < 1.5 * (second.x - first.x)
        centre = (first.x + second.x) / 2 if near else object_.x
        centre = min(max(centre, size[0] / 2 + 6), width - size[0] / 2 - 6)
        label: Box | None = None
        top = min(first.top, second.top)
        for level in range(4):
            y = top - 6 - size[1] / 2 - level * (size[1] + 4) - (7 if near else 0)
            box = Box(x=centre, y=y, width=size[0], height=size[1])
            if box.top >= 4 and not any(box.meets(other, 1) for other in taken):
                label = box
                break
        peak = label.y if label else top - 18
        found[edge.id] = Curve(points=_arc(boxes[edge.source], boxes[edge.target], peak), label=label)
        if label:
            taken.append(label)
    return found


def _lines(
    widths: Sequence[float], gaps: Sequence[float], room: float, largest: float, height: float
) -> tuple[float, list[list[int]], float]:
    """(font, words of each line, gap in em): the fewest lines whose font is large enough, else the largest font."""
    best: tuple[float, list[list[int]], float] = (0.0, [list(range(len(widths)))], GAPS[-1])
    for count in range(1, min(len(widths), 8) + 1):
        for gap in gaps:
            lines = _split(widths, count, gap)
            longest = max(sum(widths[i] for i in line) + gap * (len(line) - 1) for line in lines)
            font = min(largest, room / longest, height / (count * TOKEN_RATIO))
            if font > best[0]:
                best = (font, lines, gap)
            if font >= largest * 0.999:
                break
        if best[0] >= SMALLEST_LINE[min(count, len(SMALLEST_LINE)) - 1]:
            break
    return best


def _split(widths: Sequence[float], count: int, gap: float) -> list[list[int]]:
    """Words broken into at most `count` lines of about the same width, in order."""
    share = (sum(widths) + gap * len(widths)) / count
    lines: list[list[int]] = [[]]
    filled = 0.0
    for i, width in enumerate(widths):
        if lines[-1] and len(lines) < count and filled + width / 2 > share * len(lines):
            lines.append([])
        lines[-1].append(i)
        filled += width + gap
    return lines


def _centred(centre: float, span: float, width: float) -> float:
    margin = 14.0
    return min(max(centre, margin + span / 2), max(width - margin - span / 2, width / 2))


def _reach(edge: Edge, boxes: Mapping[str, Box]) -> float:
    return abs(boxes[edge.source].x - boxes[edge.target].x)


def _arc(source: Box, target: Box, peak: float) -> tuple[Point, Point, Point, Point]:
    """From the top of a word to the top of another; a cubic curve rises to 3/4 of its controls' height."""
    inward = min(10.0, source.width / 4, target.width / 4)
    sign = 1 if target.x >= source.x else -1
    start = (source.x + sign * inward, source.top + 2)
    end = (target.x - sign * inward, target.top - 1)
    y = start[1] - (start[1] - peak) / 0.75
    lean = (end[0] - start[0]) * 0.18
    return start, (start[0] + lean, y), (end[0] - lean, y), end

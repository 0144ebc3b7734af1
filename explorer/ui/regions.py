"""Names of regions on the map: outside their clusters, none over another, none over the frame's edge.

The server does not know how wide the map is on the reader's screen. So names are placed twice: first those that fit
a phone, then, without moving these, those that a wide map has room for; the page hides the latter on a phone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from explorer.types import FloatArray

WIDE, NARROW = (566, 486), (340, 334)
"""Drawn width and height of the map, in pixels, on a desk and on a phone."""
MOST_WIDE, MOST_NARROW = 12, 6
SMALLEST_REGION, LEAST_PURITY, NEAR = 12, 0.30, 13
LETTER, LINE, GAP = 14.5, 20.0, 13.0


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Something with a name at a place of the picture."""

    x: float
    y: float
    topic: str


@dataclass(frozen=True, kw_only=True)
class Label:
    """A name at `x`, `y` of the picture, moved `shift` pixels up; `wide` ones are hidden on a phone."""

    text: str
    x: float
    y: float
    shift: float
    wide: bool


@dataclass(frozen=True)
class Frame:
    """How the picture's coordinates fall on a map of a size in pixels; both axes have one scale."""

    low: FloatArray
    high: FloatArray
    size: tuple[int, int]

    @property
    def scale(self) -> float:
        """Pixels a unit."""
        span = np.maximum(self.high - self.low, 1e-6)
        return float(min(self.size[0] / span[0], self.size[1] / span[1]))

    def pixels(self, x: float, y: float) -> tuple[float, float]:
        """From the centre of the map, y upwards."""
        middle = (self.low + self.high) / 2
        return float((x - middle[0]) * self.scale), float((y - middle[1]) * self.scale)

    def box(self, label: Label) -> tuple[float, float, float, float]:
        """Left, bottom, right, top of a label in pixels."""
        x, y = self.pixels(label.x, label.y)
        half = text_width(label.text) / 2
        return x - half, y + label.shift - LINE / 2, x + half, y + label.shift + LINE / 2

    def holds(self, box: tuple[float, float, float, float]) -> bool:
        """Whether a box is wholly on the map."""
        w, h = self.size[0] / 2, self.size[1] / 2
        return box[0] >= -w and box[2] <= w and box[1] >= -h and box[3] <= h


def text_width(text: str) -> float:
    """Pixels that a bold name takes, rather too many than too few."""
    return sum(LETTER if ord(c) > 0x2E80 else 0.6 * LETTER for c in text) + 6


def overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    """Whether two boxes touch."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def bounds(coords: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The corner coordinates of the map: nearly all points, and a margin for names."""
    if not len(coords):
        return np.zeros(2, np.float32), np.ones(2, np.float32)
    low, high = np.quantile(coords, 0.001, axis=0), np.quantile(coords, 0.999, axis=0)
    pad = (high - low) * 0.08 + 0.1
    return (low - pad).astype(np.float32), (high + pad).astype(np.float32)


def place_labels(spots: Sequence[Spot], taken: Sequence[Label] = ()) -> list[Label]:
    """Names of separable topics, largest first; `taken` are names that stand already.

    A topic is separable where at least 30 % of the neighbours of its items in the picture are its own.
    """
    if len(spots) < 50:
        return []
    coords = np.array([(s.x, s.y) for s in spots], np.float32)
    low, high = bounds(coords)
    wide, narrow = Frame(low, high, WIDE), Frame(low, high, NARROW)
    clusters = _clusters(coords, np.array([s.topic for s in spots]))
    placed: list[Label] = []
    for frame, most in ((narrow, MOST_NARROW), (wide, MOST_WIDE)):
        is_wide = frame is wide
        for topic, core in clusters:
            if len(placed) == most:
                break
            if any(label.text == topic for label in placed):
                continue
            best = _best(topic, core, coords, frame, [*taken, *placed], wide=is_wide)
            if best is not None:
                placed.append(best)
    return placed


def _clusters(coords: FloatArray, topics: np.ndarray) -> list[tuple[str, FloatArray]]:
    """Each separable topic with the points of its core, largest first."""
    from scipy.spatial import cKDTree

    near = cKDTree(coords).query(coords, k=NEAR)[1][:, 1:]
    own = (topics[near] == topics[:, None]).mean(axis=1)
    span = float((coords.max(axis=0) - coords.min(axis=0)).max())
    found: list[tuple[str, FloatArray]] = []
    for topic, count in Counter(topics.tolist()).most_common(60):
        mine = coords[(topics == topic) & (own >= LEAST_PURITY)]
        if not topic or count < SMALLEST_REGION or len(mine) < SMALLEST_REGION / 2:
            continue
        core = mine[np.abs(mine - np.median(mine, axis=0)).max(axis=1) < 0.12 * span]
        if len(core) >= SMALLEST_REGION / 2:
            found.append((topic, core))
    return sorted(found, key=lambda pair: -len(pair[1]))


def _best(
    topic: str, core: FloatArray, coords: FloatArray, frame: Frame, others: Sequence[Label], *, wide: bool
) -> Label | None:
    """The free place, above or below the core, that hides the fewest points."""
    pixels = (coords - (frame.low + frame.high) / 2) * frame.scale
    best: tuple[int, Label] | None = None
    for x, y, shift in _places(core):
        label = Label(text=topic, x=x, y=y, shift=shift, wide=wide)
        box = frame.box(label)
        if not frame.holds(box) or any(overlap(box, frame.box(other)) for other in others):
            continue
        hidden = int(
            (
                (pixels[:, 0] > box[0])
                & (pixels[:, 0] < box[2])
                & (pixels[:, 1] > box[1])
                & (pixels[:, 1] < box[3])
            ).sum()
        )
        if best is None or hidden < best[0]:
            best = hidden, label
    return best[1] if best is not None else None


def _places(core: FloatArray) -> Iterator[tuple[float, float, float]]:
    """Above and below, at the middle and the quarters of the core."""
    for share in (0.5, 0.3, 0.7):
        x = float(np.quantile(core[:, 0], share))
        yield x, float(np.quantile(core[:, 1], 0.97)), GAP
        yield x, float(np.quantile(core[:, 1], 0.03)), -GAP

"""The iceberg's outline and facets as plain points, scaled to a drawing; the tip is wide enough for the sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.iceberg.geometry.shapes import Box, Point

Floats = NDArray[np.float64]
NARROW, WIDE = 360.0, 830.0
"""Widths between which the drawing changes from a phone's to a page's proportions."""

# The body by the sides of a unit square, from the waterline down; first the left side, then the right one.
_LEFT: tuple[Point, ...] = (
    (0.116, 0.0),
    (0.046, 0.083),
    (0.027, 0.188),
    (0.0, 0.309),
    (0.074, 0.564),
    (0.217, 0.814),
)
_LEFT += ((0.313, 0.909), (0.427, 0.982), (0.502, 1.0))
_RIGHT: tuple[Point, ...] = (
    (0.871, 0.0),
    (0.931, 0.069),
    (0.98, 0.175),
    (1.0, 0.299),
    (0.961, 0.451),
    (0.901, 0.599),
)
_RIGHT += ((0.828, 0.741), (0.718, 0.867), (0.605, 0.947), (0.502, 1.0))
PEAKED = 0.8
"""How much of its peak the tip keeps before the foot has the drawing's whole width; 1 is all of it."""
_PEAK, _TIP_RIGHT = 0.459, 0.838
# The tip: parts of the way from the peak to the foot, and of the height above the water.
_TIP_LEFT_SIDE: tuple[Point, ...] = (
    (1.0, 0.0),
    (0.93, 0.10),
    (0.82, 0.22),
    (0.69, 0.38),
    (0.60, 0.51),
    (0.48, 0.56),
)
_TIP_LEFT_SIDE += ((0.35, 0.71), (0.21, 0.87), (0.11, 0.95), (0.0, 1.0))
_TIP_RIGHT_SIDE: tuple[Point, ...] = (
    (0.08, 0.89),
    (0.20, 0.79),
    (0.34, 0.59),
    (0.47, 0.58),
    (0.63, 0.41),
    (0.83, 0.19),
    (1.0, 0.0),
)

_INNER = {
    "a": (0.21, 0.25),
    "b": (0.43, 0.31),
    "c": (0.64, 0.12),
    "d": (0.79, 0.36),
    "e": (0.29, 0.57),
    "f": (0.50, 0.52),
    "g": (0.74, 0.63),
    "h": (0.37, 0.80),
    "i": (0.57, 0.83),
    "s": (0.34, 0.0),
    "t": (0.60, 0.0),
}
# Facets by corners: l0…l8 and r0…r9 of the sides, the letters above; the tone is white above 0, shade below.
_FACETS = (
    ("l0 l1 l2 a", 0.10),
    ("l0 a b s", 0.05),
    ("l2 l3 e a", -0.08),
    ("a e f b", 0.05),
    ("s b c t", 0.09),
    ("t c r1 r0", 0.03),
    ("c d r2 r1", -0.08),
    ("b f d c", -0.04),
    ("d g r4 r3 r2", 0.04),
    ("f g d", 0.08),
    ("l3 l4 e", 0.04),
    ("l4 l5 h e", -0.12),
    ("e h f", -0.05),
    ("f i g", -0.12),
    ("f h i", 0.03),
    ("g r6 r5 r4", -0.14),
    ("i r7 r6 g", 0.04),
    ("l5 l6 l7 h", 0.04),
    ("h l7 l8 i", -0.12),
    ("i l8 r8 r7", -0.06),
)
# Facets of the tip: corners L0…L9 (foot to peak), R0…R6, and points of its own (way from the peak, height).
_TIP_INNER = {"m": (-0.46, 0.0), "n": (0.20, 0.0), "o": (0.10, 0.50), "p": (0.44, 0.28), "q": (-0.36, 0.44)}
_TIP_FACETS = (
    ("L0 L1 L2 L3 L4 q m", -0.15),
    ("L4 L5 L6 q", -0.22),
    ("L6 L7 L8 L9 q", 0.25),
    ("m q L9 o n", 0.85),
    ("L9 R0 R1 o", -0.10),
    ("n o p", -0.16),
    ("o R1 R2 p", -0.22),
    ("n p R6", -0.26),
    ("p R2 R3 R4 R5 R6", -0.34),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Facet:
    """A face of the ice; `tone` in [−1, 1]: the opacity of white, below 0 of shade."""

    points: tuple[Point, ...]
    tone: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Silhouette:
    """Polygons, in pixels: the tip above the waterline, the body below it, and their facets."""

    tip: tuple[Point, ...]
    body: tuple[Point, ...]
    tip_facets: tuple[Facet, ...]
    facets: tuple[Facet, ...]
    left: tuple[Point, ...]
    right: tuple[Point, ...]

    def extent(self, top: float, bottom: float) -> tuple[float, float]:
        """The x between which the body is ice all the way from y `top` to `bottom`; left > right where nowhere."""
        ys = np.linspace(top, bottom, 5)
        low, high = self.left[-1][1], self.left[0][1]
        if bottom > low or top < high - 1:
            return self.left[-1][0], self.left[-1][0] - 1
        left, right = _at(self.left, ys), _at(self.right, ys)
        return float(left.max()), float(right.min())

    def outside(self, x: Floats, y: Floats) -> NDArray[np.bool_]:
        """Whether points under the water lie beside the ice."""
        left, right = _at(self.left, y), _at(self.right, y)
        return np.asarray((y > self.left[0][1]) & ((x < left) | (x > right)))


def silhouette(width: float, height: float, waterline: float, words: Sequence[Box] = ()) -> Silhouette:
    """The iceberg of a drawing of `width` × `height` whose tip carries `words` (boxes of the sentence).

    A sentence that is wider than a peak can carry makes a tabular iceberg, flat and broad.
    """
    part = between(width, 0.0, 1.0)
    x0, x1 = width * (0.205 - 0.06 * part), width * (0.978 - 0.032 * part)
    y0, y1, peak_y = waterline, height * 0.985, min(12.0, waterline * 0.1)
    span, peak = x1 - x0, x0 + _PEAK * (x1 - x0)
    foot_left, foot_right = x0 + _LEFT[0][0] * span, x0 + _TIP_RIGHT * span
    squeeze, up_part = 1.0, 1.0
    if words:
        left, right = min(word.left for word in words) - 8, max(word.right for word in words) + 8
        up_part = (waterline - min(word.top for word in words)) / (waterline - peak_y)
        up_part = min(0.95, max(0.0, up_part))
        at_left, at_right = _reach(_TIP_LEFT_SIDE, up_part), _reach(_TIP_RIGHT_SIDE[::-1], up_part)
        foot_left = max(4.0, min(foot_left, peak - (peak - left) / at_left**PEAKED))
        foot_right = min(width - 4.0, max(foot_right, peak + (right - peak) / at_right**PEAKED))
        squeeze = min(
            _squeeze((peak - left) / (peak - foot_left), at_left),
            _squeeze((right - peak) / (foot_right - peak), at_right),
        )

    def up(side: float, v: float) -> Point:
        reach = (peak - foot_left) if side < 0 else (foot_right - peak)
        part = abs(side) ** squeeze
        if v > up_part:  # over the words the ice tapers to its peak
            shoulder = at_left if side < 0 else at_right
            part = min(1.0, abs(side) / shoulder) * shoulder**squeeze
        return peak + np.sign(side) * part * reach, y0 - v * (y0 - peak_y)

    x0, x1 = min(x0, max(3.0, foot_left - 0.03 * span)), max(x1, min(width - 3.0, foot_right + 0.03 * span))
    span = x1 - x0
    tip_left = [up(-u, v) for u, v in _TIP_LEFT_SIDE]
    tip_right = [up(u, v) for u, v in _TIP_RIGHT_SIDE]
    down_left = _side(_LEFT, x0, span, y0, y1, foot_left, -1)
    down_right = _side(_RIGHT, x0, span, y0, y1, min(width - 3.0, foot_right + 0.033 * span), 1)
    down_right = [(min(x, width - 3), y) for x, y in down_right]
    corners = {f"l{i}": p for i, p in enumerate(down_left)} | {f"r{i}": p for i, p in enumerate(down_right)}
    corners |= {f"L{i}": p for i, p in enumerate(tip_left)} | {f"R{i}": p for i, p in enumerate(tip_right)}
    corners |= {key: (x0 + u * span, y0 + v * (y1 - y0)) for key, (u, v) in _INNER.items()}
    corners |= {key: up(u, v) for key, (u, v) in _TIP_INNER.items()}
    return Silhouette(
        tip=_rounded([*tip_left, *tip_right]),
        body=_rounded([*down_left, *reversed(down_right[:-1])]),
        tip_facets=tuple(_facet(corners, names, tone) for names, tone in _TIP_FACETS),
        facets=tuple(_facet(corners, names, tone) for names, tone in _FACETS),
        left=_rounded(down_left),
        right=_rounded(down_right),
    )


def between(width: float, at_narrow: float, at_wide: float) -> float:
    """A measure for a width: as on a phone, as on a page, or between the two."""
    part = min(1.0, max(0.0, (width - NARROW) / (WIDE - NARROW)))
    return at_narrow + part * (at_wide - at_narrow)


def _at(chain: Sequence[Point], y: Floats) -> Floats:
    """The x of a side of the body at each `y`."""
    return np.asarray(np.interp(y, np.array([p[1] for p in chain]), np.array([p[0] for p in chain])))


def _reach(side: Sequence[Point], up: float) -> float:
    """How far from the peak the tip is `up` above the water, in parts of its foot."""
    return max(0.02, float(np.interp(up, [v for _u, v in side], [u for u, _v in side])))


def _squeeze(wanted: float, reach: float) -> float:
    """The exponent ≤ 1 that widens the tip until it reaches `wanted` where it would reach `reach`."""
    if not 0 < reach < wanted < 1:
        return 1.0 if wanted <= reach else 0.05
    return max(0.05, float(np.log(wanted) / np.log(reach)))


def _side(
    chain: Sequence[Point], x0: float, span: float, y0: float, y1: float, foot: float, sign: int
) -> list[Point]:
    """One side of the body; it starts at the tip's foot and bulges beyond it."""
    points = [(x0 + u * span, y0 + v * (y1 - y0)) for u, v in chain]
    bulge = (0.0, 0.012, 0.02, 0.022)
    for i, more in enumerate(bulge):
        reach = foot + sign * more * span
        x = min(points[i][0], reach) if sign < 0 else max(points[i][0], reach)
        points[i] = (max(3.0, x), points[i][1])
    points[0] = (foot, y0)
    return points


def _facet(corners: dict[str, Point], names: str, tone: float) -> Facet:
    return Facet(points=_rounded([corners[name] for name in names.split()]), tone=tone)


def _rounded(points: Sequence[Point]) -> tuple[Point, ...]:
    return tuple((round(float(x), 1), round(float(y), 1)) for x, y in points)

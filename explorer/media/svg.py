"""SVG from untrusted bytes to PNG: nothing outside the file is read, and no file takes the process down.

resvg runs no script, but a few lines of SVG can make it recurse, allocate or compute without end. Plain drawings
(shapes and gradients, as in pictogram sets) are drawn here; whatever could do more is drawn by a child process
with a limit of time and memory.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass, field
from xml.parsers import expat

from explorer.errors import RefusedContent
from explorer.i18n import _

SVG_LIMIT = 2 * 1024 * 1024
SVG_SIDE = 512
SECONDS = 10
SHAPES = {"path", "circle", "ellipse", "line", "polygon", "polyline", "rect"}
PLAIN_TAGS = SHAPES | {"svg", "g", "defs", "title", "desc", "metadata", "style"}
PLAIN_TAGS |= {"linearGradient", "radialGradient", "stop"}
PLAIN_ELEMENTS, PLAIN_DEPTH, PLAIN_RATIO, PLAIN_BYTES = 1000, 40, 4.0, 256 * 1024
_CHILD = """
import sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
except (ImportError, ValueError, OSError):
    pass
import resvg_py
text = sys.stdin.buffer.read().decode("utf-8")
try:
    sys.stdout.buffer.write(bytes(resvg_py.svg_to_bytes(svg_string=text, **{sys.argv[1]: int(sys.argv[2])})))
except ValueError as error:
    sys.exit(" ".join(str(error).split()))
"""


def rasterise(data: bytes, ref: str) -> bytes:
    """A PNG whose longer side is 512 pixels.

    Raises:
        RefusedContent: broken, too large, too costly, with entities, or referring to something outside itself.
    """
    if len(data) > SVG_LIMIT:
        raise RefusedContent(
            _("Refused {name}: {size} MB, limit {limit} MB.").format(
                name=ref, size=f"{len(data) / 1_048_576:.1f}", limit=SVG_LIMIT // 1_048_576
            )
        )
    outline = _outline(data, ref)
    text = data.decode("utf-8", "replace")
    if not outline.plain or len(data) > PLAIN_BYTES:
        return _in_child(text, "height" if outline.tall else "width", ref)
    import resvg_py

    width, height = (None, SVG_SIDE) if outline.tall else (SVG_SIDE, None)
    try:
        return bytes(resvg_py.svg_to_bytes(svg_string=text, width=width, height=height))
    except ValueError as error:
        raise _refused(ref, str(error)) from None


@dataclass(slots=True)
class _Outline:
    """What an SVG is made of, told without drawing it."""

    elements: int = 0
    depth: int = 0
    deepest: int = 0
    tags: set[str] = field(default_factory=set)
    sides: list[tuple[float, float]] = field(default_factory=list)
    measured: bool = True
    outside: bool = False

    @property
    def plain(self) -> bool:
        """Whether drawing it is cheap for sure."""
        ratios = [max(a / b, b / a) for a, b in self.sides]
        return (
            self.measured
            and self.tags <= PLAIN_TAGS
            and self.elements <= PLAIN_ELEMENTS
            and self.deepest <= PLAIN_DEPTH
            and max(ratios, default=1.0) <= PLAIN_RATIO
        )

    @property
    def tall(self) -> bool:
        return bool(self.sides) and self.sides[0][1] > self.sides[0][0]

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        self.depth += 1
        self.deepest = max(self.deepest, self.depth)
        self.tags.add(tag.rpartition(":")[2])
        if self.elements == 1:
            self._measure(attributes)
        for name, value in attributes.items():
            if name.rpartition(":")[2] in ("href", "src"):
                self.outside |= tag.rpartition(":")[2] != "a" and not _inside(value)
            else:
                self.text(value)

    def end(self, _tag: str) -> None:
        self.depth -= 1

    def text(self, value: str) -> None:
        """Attributes and style sheets: `url(…)` must be a part of the file itself."""
        self.outside |= bool(re.search(r"""\burl\(\s*+["']?+\s*+(?!#|data:image/)|@import""", value))

    def _measure(self, root: dict[str, str]) -> None:
        """The sizes that the root states, the one that counts first; `measured` is False for odd ones."""
        stated = [_length(root[key]) for key in ("width", "height") if key in root]
        box = [_length(part) for part in re.split(r"[\s,]+", root.get("viewBox", "").strip())[2:]]
        self.measured = None not in stated and None not in box and len(stated) != 1
        sides = [[v for v in pair if v] for pair in (stated, box)]
        self.sides = [(pair[0], pair[1]) for pair in sides if len(pair) == 2]


def _length(value: str) -> float | None:
    found = re.fullmatch(r"\s*(\d+\.?\d*|\.\d+)(px|pt|mm|cm|in)?\s*", value)
    return float(found[1]) if found else None


def _inside(value: str) -> bool:
    return value.startswith("#") or bool(re.match(r"data:image/(png|jpe?g|gif|webp)[;,]", value))


def _outline(data: bytes, ref: str) -> _Outline:
    found = _Outline()
    parser = expat.ParserCreate()

    def entity(*_declaration: object) -> None:
        raise RefusedContent(_("Refused {name}: the SVG declares entities.").format(name=ref))

    parser.EntityDeclHandler = entity
    parser.StartElementHandler = found.start
    parser.EndElementHandler = found.end
    parser.CharacterDataHandler = lambda text: found.text(text) if "style" in found.tags else None
    parser.buffer_text = True
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise _refused(ref, str(error)) from None
    if found.outside:
        raise RefusedContent(
            _("Refused {name}: the SVG refers to something outside itself.").format(name=ref)
        )
    return found


def _in_child(text: str, side: str, ref: str) -> bytes:
    command = [sys.executable, "-P", "-c", _CHILD, side, str(SVG_SIDE)]
    try:
        done = subprocess.run(  # noqa: S603  # our own interpreter, on our own few lines
            command, input=text.encode(), capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise RefusedContent(
            _("Refused {name}: drawing it takes more than {seconds} s.").format(name=ref, seconds=SECONDS)
        ) from None
    if done.returncode == 1 and done.stderr:
        raise _refused(ref, done.stderr.decode("utf-8", "replace").strip().splitlines()[-1])
    if done.returncode:
        raise RefusedContent(_("Refused {name}: drawing it takes too much memory.").format(name=ref))
    return done.stdout


def _refused(ref: str, reason: str) -> RefusedContent:
    line = " ".join(reason.split())[:120].rstrip(".")
    return RefusedContent(_("Refused {name}: {reason}.").format(name=ref, reason=line))

"""Lays an iceberg out, for a desk and for a phone, and puts it on the page."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from explorer.figures import iceberg_data
from explorer.i18n import current
from explorer.iceberg.layout import lay_out
from explorer.ui import tokens
from explorer.ui.iceberg import state as mine
from explorer.ui.iceberg.component import iceberg as component
from explorer.ui.iceberg.scene import MIDDLE, NARROW, WIDE, Scene
from explorer.ui.iceberg.view import component_data

Size = tuple[float, float]


def drawn(
    shown: Scene,
    *,
    key: str,
    marked: Collection[str] = (),
    sizes: Sequence[Size] = (WIDE, MIDDLE, NARROW),
    on_event: Callable[[object], None] = mine.happened,
    chosen: str | None = None,
) -> None:
    """The iceberg of a scene in the first of `sizes` that there is room for; a narrow one has fewer facts."""
    bergs = [(shown.narrow if size == NARROW else shown.wide, size) for size in sizes]
    language, theme = current(), tokens.theme()
    drawings = [
        iceberg_data(
            berg, lay_out(berg, width=width, height=height, language=language), theme=theme, language=language
        )
        for berg, (width, height) in bergs
    ]
    data = component_data(
        drawings,
        [berg for berg, _size in bergs],
        theme=theme,
        chosen=chosen,
        marked=marked,
        sources=shown.sources,
    )
    component(data, key=key, on_event=on_event)

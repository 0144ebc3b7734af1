"""The page of probes: choose rows and encoders, run, read the verdict. Enters by the hook `pages`."""

from __future__ import annotations

from explorer import Page, hookimpl


def _draw() -> None:
    from probes.page.page import draw

    draw()


@hookimpl
def pages() -> list[Page]:
    """The page."""
    title = {"en": "Probes", "zh": "探针"}
    return [Page(name="probes", title=title, draw=_draw, icon=":material/biotech:", group="measure")]

"""A report into a file: what its suffix asks for, written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from explorer import InputError, svg_png, translate, write_whole
from probes.report.forest import forest_svg
from probes.report.heatmap import heatmap_svg
from probes.report.latex import table_latex
from probes.report.page import report_html
from probes.report.strata import strata_svg
from probes.report.tables import figures_csv, items_csv

FIGURES: dict[str, Callable[..., str]] = {
    "forest": forest_svg,
    "phenomena": heatmap_svg,
    "strata": strata_svg,
}
KINDS = ("html", "svg", "png", "csv", "tex", "json")


def write_report(
    record: Mapping[str, Any],
    path: Path,
    *,
    figure: str | None = None,
    items: bool = False,
    theme: Literal["light", "dark"] = "light",
    width: float = 640,
    force: bool = False,
) -> Path:
    """Write the report of a run, in the form that the suffix of `path` names; returns the path.

    Args:
        figure: which of `FIGURES` an svg or png holds; the forest plot unless given.
        items: a csv of the items in place of the figures.
        force: replace a file that is there.

    Raises:
        InputError: no such form or figure, one that the form has not, a file that is there already or cannot be
            written, or a record without what is to be drawn.
        MissingError: a PNG with Chinese where no font has any.
    """
    kind = path.suffix.lower().removeprefix(".")
    _checked(kind, path, figure, items=items)
    if path.exists() and not force:
        raise InputError(
            translate("{name} is there already.").format(name=path),
            next_step=translate("Give another name (-o FILE), or replace it: --force"),
        )
    content = _content(record, kind, figure or "forest", items=items, theme=theme, width=width)
    return write_whole(path, content)


def _checked(kind: str, path: Path, figure: str | None, *, items: bool) -> None:
    if kind not in KINDS:
        raise InputError(
            translate("No report is written as {name}. Endings: {choices}.").format(
                name=path.name, choices=", ".join(f".{each}" for each in KINDS)
            )
        )
    if figure is not None and figure not in FIGURES:
        raise InputError(
            translate("There is no figure {name}. Figures: {choices}.").format(
                name=figure, choices=", ".join(FIGURES)
            )
        )
    if figure is not None and kind not in ("svg", "png"):
        raise InputError(translate("--figure goes with an .svg or .png, --items with a .csv."))
    if items and kind != "csv":
        raise InputError(translate("--figure goes with an .svg or .png, --items with a .csv."))


def _content(
    record: Mapping[str, Any], kind: str, figure: str, *, items: bool, theme: str, width: float
) -> bytes:
    if kind in ("svg", "png"):
        svg = FIGURES[figure](record, theme=theme, width=width)
        return svg_png(svg) if kind == "png" else svg.encode()
    if kind == "csv":  # with a byte order mark, by which spreadsheets know UTF-8
        return (items_csv if items else figures_csv)(record).encode("utf-8-sig")
    if kind == "tex":
        return table_latex(record).encode()
    if kind == "json":
        return (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode()
    return report_html(record).encode()

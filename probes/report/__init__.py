"""The report of a run: figures, tables and a page, drawn from its record alone."""

from __future__ import annotations

from probes.report.forest import forest_svg
from probes.report.heatmap import heatmap_svg
from probes.report.latex import table_latex
from probes.report.page import report_html
from probes.report.strata import strata_svg
from probes.report.tables import figures_csv, items_csv

__all__ = [
    "figures_csv",
    "forest_svg",
    "heatmap_svg",
    "items_csv",
    "report_html",
    "strata_svg",
    "table_latex",
]

"""Exported figures: pictures, pages and data that stand on their own."""

from __future__ import annotations

from explorer.figures.iceberg_data import iceberg_data
from explorer.figures.iceberg_html import iceberg_html
from explorer.figures.iceberg_jsonld import iceberg_jsonld
from explorer.figures.iceberg_svg import iceberg_svg
from explorer.figures.png import svg_png
from explorer.figures.writing import write_iceberg

__all__ = ["iceberg_data", "iceberg_html", "iceberg_jsonld", "iceberg_svg", "svg_png", "write_iceberg"]

"""Geometry of the iceberg: measures of text, the silhouette, rows, positions, curves and labels. Pure functions."""

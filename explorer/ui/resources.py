"""Shared by all visitors: the open workspace, models loading in the background, pictures of the map."""

from __future__ import annotations

import os

import streamlit as st

from explorer.assets import AssetStore
from explorer.encoding import EncoderPool
from explorer.registry import load_registry
from explorer.ui.background import Background, in_background
from explorer.workspace import Workspace


@st.cache_resource(show_spinner=False)
def encoders() -> EncoderPool:
    """The encoders, shared by all workspaces: a second one that is opened waits for no model."""
    assets = AssetStore(offline=bool(os.environ.get("EXPLORER_OFFLINE")))
    return EncoderPool(load_registry(), assets, os.environ.get("EXPLORER_DEVICE") or None)


@st.cache_resource(show_spinner=False, max_entries=4)
def workspace(name: str, space: str) -> Workspace:
    """The workspace, opened once a process."""
    return Workspace.open(name, space=space, pool=encoders())


@st.cache_resource(show_spinner=False, max_entries=4)
def models(_workspace: Workspace, name: str, space: str) -> Background:
    """Load the encoders of a workspace in a thread, once; what cannot be loaded, the workspace itself says."""
    return in_background("models", _workspace.warm, Background(total=len(_workspace.space.members)))


@st.cache_resource(show_spinner=False, max_entries=4)
def construer_work(_workspace: Workspace, name: str, space: str) -> Background:
    """Read the facts that sentences are construed by, and the anchor's model, in a thread, once."""
    return in_background("construer", lambda _tell: _workspace.construer.warm())


@st.cache_resource(show_spinner=False, max_entries=4)
def miner_work(_workspace: Workspace, name: str, space: str) -> Background:
    """Learn what each relation's facts have in common, for the dark matter, in a thread, once."""
    work = in_background("miner", lambda tell: _workspace.miner.warm(progress=tell))
    _MINING[name, space] = work
    return work


_MINING: dict[tuple[str, str], Background] = {}


def mining(workspace: Workspace) -> Background | None:
    """The work of the miner where somebody has asked for it."""
    return _MINING.get((workspace.name, workspace.space.name))


@st.cache_resource(show_spinner=False, max_entries=8)
def map_work(_workspace: Workspace, name: str, space: str, generation: int, method: str) -> Background:
    """Compute a picture of the map in a thread, once for each state of the workspace."""
    return in_background("map", lambda _tell: _workspace.projection(method), Background(stage=method))


@st.cache_data(show_spinner=False, max_entries=4000)
def thumbnail(_workspace: Workspace, name: str, item_id: str, side: int = 160) -> bytes:
    """A PNG of a picture item, at most `side` pixels a side."""
    from explorer.media import png_bytes

    image = _workspace.content(_workspace.item(item_id)).data
    return png_bytes(image, side)

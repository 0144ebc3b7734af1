"""Shared by all visitors: the open workspace, models loading in the background, pictures of the map."""

from __future__ import annotations

import logging
import os
import threading
import time
from dataclasses import dataclass, field

import streamlit as st

from explorer import i18n
from explorer.assets import AssetStore
from explorer.encoding import EncoderPool
from explorer.errors import ExplorerError
from explorer.registry import load_registry
from explorer.types import Progress
from explorer.workspace import Workspace
from store import StoreError

LOG = logging.getLogger("explorer.ui")


@dataclass
class Background:
    """Work that goes on beside the page: `done` ends it, `error` says why it failed."""

    stage: str = ""
    step: int = 0
    total: int = 0
    done: bool = False
    error: str = ""
    began: float = field(default_factory=time.monotonic)

    def tell(self, progress: Progress) -> None:
        """Take a step's progress."""
        self.stage, self.step, self.total = progress.stage, progress.done, progress.total


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
    """Load the encoders of a workspace in a thread, once."""
    work = Background(total=len(_workspace.space.members))
    language = i18n.current()

    def run() -> None:
        i18n.activate(language)  # what cannot be loaded is told in the words of who asked first
        try:
            _workspace.warm(work.tell)
        except Exception:  # a thread has nobody above it who would tell
            LOG.exception("models did not load")
            work.error = "models"
        work.done = True

    threading.Thread(target=run, daemon=True, name="models").start()
    return work


@st.cache_resource(show_spinner=False, max_entries=4)
def construer_work(_workspace: Workspace, name: str, space: str) -> Background:
    """Read the facts that sentences are construed by, and the anchor's model, in a thread, once."""
    work = Background()
    language = i18n.current()

    def run() -> None:
        i18n.activate(language)
        try:
            _workspace.construer.warm()
        except (ExplorerError, StoreError) as error:
            work.error = str(error)
        except Exception as error:  # a thread has nobody above it who would tell
            LOG.exception("no sentence can be construed")
            work.error = type(error).__name__
        work.done = True

    threading.Thread(target=run, daemon=True, name="construer").start()
    return work


@st.cache_resource(show_spinner=False, max_entries=4)
def miner_work(_workspace: Workspace, name: str, space: str) -> Background:
    """Learn what each relation's facts have in common, for the dark matter, in a thread, once."""
    work = Background()
    language = i18n.current()

    def run() -> None:
        i18n.activate(language)
        try:
            _workspace.miner.warm(progress=work.tell)
        except (ExplorerError, StoreError) as error:
            work.error = str(error)
        except Exception as error:  # a thread has nobody above it who would tell
            LOG.exception("nothing can be mined")
            work.error = type(error).__name__
        work.done = True

    _MINING[name, space] = work
    threading.Thread(target=run, daemon=True, name="miner").start()
    return work


_MINING: dict[tuple[str, str], Background] = {}


def mining(workspace: Workspace) -> Background | None:
    """The work of the miner where somebody has asked for it."""
    return _MINING.get((workspace.name, workspace.space.name))


@st.cache_resource(show_spinner=False, max_entries=8)
def map_work(_workspace: Workspace, name: str, space: str, generation: int, method: str) -> Background:
    """Compute a picture of the map in a thread, once for each state of the workspace."""
    work = Background(stage=method)
    language = i18n.current()

    def run() -> None:
        i18n.activate(language)
        try:
            _workspace.projection(method)
        except ExplorerError as error:
            work.error = str(error)
        except Exception as error:
            LOG.exception("the map was not drawn")
            work.error = type(error).__name__
        work.done = True

    threading.Thread(target=run, daemon=True, name="map").start()
    return work


@st.cache_data(show_spinner=False, max_entries=4000)
def thumbnail(_workspace: Workspace, name: str, item_id: str, side: int = 160) -> bytes:
    """A PNG of a picture item, at most `side` pixels a side."""
    from explorer.media import png_bytes

    image = _workspace.content(_workspace.item(item_id)).data
    return png_bytes(image, side)

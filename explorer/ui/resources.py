"""Shared by all visitors: the open workspace, models loading in the background, pictures of the map."""

from __future__ import annotations

import logging
import os
import threading
import time
from dataclasses import dataclass, field

import streamlit as st

from explorer import i18n
from explorer.errors import ExplorerError
from explorer.types import Progress
from explorer.workspace import Workspace

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


@st.cache_resource(show_spinner=False, max_entries=4)
def workspace(name: str, space: str) -> Workspace:
    """The workspace, opened once a process."""
    return Workspace.open(
        name,
        space=space,
        offline=bool(os.environ.get("EXPLORER_OFFLINE")),
        device=os.environ.get("EXPLORER_DEVICE") or None,
    )


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

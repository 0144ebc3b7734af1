"""Pictures and players of items; a file that is gone takes neither the row nor the column with it."""

from __future__ import annotations

import base64
from pathlib import Path

import streamlit as st

from explorer.errors import ExplorerError
from explorer.i18n import _
from explorer.ui import resources, states
from explorer.workspace import Workspace
from store import ItemRecord, StoreError


def picture_html(workspace: Workspace, item: ItemRecord) -> str:
    """The picture of an item as an `img`; an empty frame where its file is gone, nothing for other modalities."""
    if item.modality != "image":
        return ""
    try:
        data = base64.b64encode(resources.thumbnail(workspace, workspace.name, item.id)).decode()
    except (ExplorerError, StoreError, OSError):
        return f'<div class="si-gone" role="img" aria-label="{_gone()}" title="{_gone()}">?</div>'
    return f'<img alt="" src="data:image/png;base64,{data}">'


def player(item: ItemRecord, path: Path | None, start: float = 0.0) -> None:
    """The player of a sound, from second `start` on."""
    if item.modality != "audio" or path is None:
        return
    try:
        data = path.read_bytes()
    except OSError:
        states.note(_gone())
        return
    st.audio(data, format=item.media_type, start_time=start)


def _gone() -> str:
    return _("Its file is gone. Ingest it again.")

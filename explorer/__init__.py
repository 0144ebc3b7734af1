"""Explorer of semantic space: text, images, sounds and speech in one space, seen on a map.

This module's `__all__` is what plugins may import. Importing it is light: no torch, no streamlit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from explorer.errors import (
    Cancelled,
    ExplorerError,
    InputError,
    MissingError,
    PluginError,
    RefusedContent,
)
from explorer.hookspecs import hookimpl
from explorer.protocols import (
    Collection,
    Encoder,
    EncoderFamily,
    Explainer,
    LabelScorer,
    Modality,
    Projector,
    Segmenter,
    Transcriber,
)
from explorer.types import (
    Asset,
    AssetMember,
    AssetPackage,
    Content,
    Label,
    Progress,
    Segment,
    SourceItem,
    SpaceSpec,
    Transcript,
    Waveform,
)

if TYPE_CHECKING:
    from explorer.workspace import Workspace

__version__ = "0.1.0"

__all__ = [
    "Asset",
    "AssetMember",
    "AssetPackage",
    "Cancelled",
    "Collection",
    "Content",
    "Encoder",
    "EncoderFamily",
    "Explainer",
    "ExplorerError",
    "InputError",
    "Label",
    "LabelScorer",
    "MissingError",
    "Modality",
    "PluginError",
    "Progress",
    "Projector",
    "RefusedContent",
    "Segment",
    "Segmenter",
    "SourceItem",
    "SpaceSpec",
    "Transcriber",
    "Transcript",
    "Waveform",
    "Workspace",
    "hookimpl",
]


def __getattr__(name: str) -> Any:
    """Import `Workspace` on first use: it brings SQLAlchemy, which plugins and `--help` do not need."""
    if name == "Workspace":
        from explorer.workspace import Workspace

        return Workspace
    raise AttributeError(f"module 'explorer' has no attribute {name!r}")

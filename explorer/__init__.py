"""Explorer of semantic space: text, images, sounds and speech in one space, seen on a map.

This module's `__all__` is what plugins may import. Importing it is light: no torch, no streamlit.
"""

from __future__ import annotations

from importlib import import_module
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
from explorer.i18n import _ as translate
from explorer.protocols import (
    Collection,
    Encoder,
    EncoderFamily,
    Explainer,
    KnowledgeSource,
    LabelScorer,
    MediaReader,
    MediaSubject,
    Modality,
    Page,
    Probe,
    Projector,
    Segmenter,
    Subject,
    TokenScorer,
    Transcriber,
)
from explorer.types import (
    Asset,
    AssetMember,
    AssetPackage,
    Content,
    Fact,
    FloatArray,
    Label,
    Medium,
    Progress,
    Reference,
    Segment,
    SourceItem,
    SpaceSpec,
    TokenScores,
    Transcript,
    Waveform,
)

if TYPE_CHECKING:
    from explorer.cli.output import emit_json
    from explorer.cli.progress import ProgressLine
    from explorer.construal.choosing import Ask, Chooser, open_chooser
    from explorer.construal.readings import COARSE
    from explorer.figures import markup, palette
    from explorer.figures.png import svg_png
    from explorer.files import folder_digest, write_whole
    from explorer.knowledge.relations import RELATIONS, ROLES
    from explorer.media import decode_audio, decode_image, decode_text, read_limited
    from explorer.media.text import language_of
    from explorer.registry import load_registry
    from explorer.spaces import Embedded, Space, open_space
    from explorer.workspace import Workspace
    from explorer.workspaces import data_dir
    from store.keys import key_digest

__version__ = "0.1.0"

__all__ = [
    "COARSE",
    "RELATIONS",
    "ROLES",
    "Ask",
    "Asset",
    "AssetMember",
    "AssetPackage",
    "Cancelled",
    "Chooser",
    "Collection",
    "Content",
    "Embedded",
    "Encoder",
    "EncoderFamily",
    "Explainer",
    "ExplorerError",
    "Fact",
    "FloatArray",
    "InputError",
    "KnowledgeSource",
    "Label",
    "LabelScorer",
    "MediaReader",
    "MediaSubject",
    "Medium",
    "MissingError",
    "Modality",
    "Page",
    "PluginError",
    "Probe",
    "Progress",
    "ProgressLine",
    "Projector",
    "Reference",
    "RefusedContent",
    "Segment",
    "Segmenter",
    "SourceItem",
    "Space",
    "SpaceSpec",
    "Subject",
    "TokenScorer",
    "TokenScores",
    "Transcriber",
    "Transcript",
    "Waveform",
    "Workspace",
    "data_dir",
    "decode_audio",
    "decode_image",
    "decode_text",
    "emit_json",
    "folder_digest",
    "hookimpl",
    "key_digest",
    "language_of",
    "load_registry",
    "markup",
    "open_chooser",
    "open_space",
    "palette",
    "read_limited",
    "svg_png",
    "translate",
    "write_whole",
]

_LAZY = {
    "COARSE": "explorer.construal.readings",
    "RELATIONS": "explorer.knowledge.relations",
    "ROLES": "explorer.knowledge.relations",
    "Ask": "explorer.construal.choosing",
    "Chooser": "explorer.construal.choosing",
    "data_dir": "explorer.workspaces",
    "key_digest": "store.keys",
    "load_registry": "explorer.registry",
    "markup": "explorer.figures",
    "open_chooser": "explorer.construal.choosing",
    "Embedded": "explorer.spaces",
    "Space": "explorer.spaces",
    "Workspace": "explorer.workspace",
    "decode_audio": "explorer.media",
    "decode_image": "explorer.media",
    "decode_text": "explorer.media",
    "language_of": "explorer.media.text",
    "ProgressLine": "explorer.cli.progress",
    "emit_json": "explorer.cli.output",
    "folder_digest": "explorer.files",
    "write_whole": "explorer.files",
    "open_space": "explorer.spaces",
    "palette": "explorer.figures",
    "read_limited": "explorer.media",
    "svg_png": "explorer.figures.png",
}


def __getattr__(name: str) -> Any:
    """Import the heavier names on first use: they bring SQLAlchemy or decoders, which `--help` does not need."""
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'explorer' has no attribute {name!r}")

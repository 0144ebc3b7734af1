"""The plugin contract: the hooks a plugin may implement, on one page.

A plugin is a module (or object) that implements some of these functions, marked with `@explorer.hookimpl`,
and is announced by an entry point of the group `explorer.plugins`. Hooks are called once, at start; they must
be cheap: declare names, modalities, dimensions, licences and assets, import nothing heavy. Each may return an
empty list. A hook that raises puts its plugin into quarantine; everything else goes on.
"""

from __future__ import annotations

from collections.abc import Iterable

import pluggy

from explorer.protocols import (
    Collection,
    Command,
    Encoder,
    EncoderFamily,
    KnowledgeSource,
    Modality,
    Page,
    Probe,
    Projector,
    Transcriber,
)
from explorer.types import SpaceSpec

PROJECT = "explorer"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def modalities() -> Iterable[Modality]:
    """How files become content. First user: `plugins.media` (text, image, audio)."""
    raise NotImplementedError


@hookspec
def encoders() -> Iterable[Encoder | Transcriber | EncoderFamily]:
    """What maps content to vectors or to text. First user: `plugins.text_use`."""
    raise NotImplementedError


@hookspec
def spaces() -> Iterable[SpaceSpec]:
    """Common spaces, each with its anchor encoder. First user: `plugins.text_use` (the space `default`)."""
    raise NotImplementedError


@hookspec
def projectors() -> Iterable[Projector]:
    """2-D pictures of a space. First user: `plugins.projector_umap`."""
    raise NotImplementedError


@hookspec
def collections() -> Iterable[Collection]:
    """Built-in collections, each buildable as a workspace. First user: `plugins.demo`."""
    raise NotImplementedError


@hookspec
def knowledge_sources() -> Iterable[KnowledgeSource]:
    """Bodies of facts, each imported by its name. First user: `plugins.knowledge_cilin` (同义词词林)."""
    raise NotImplementedError


@hookspec
def probes() -> Iterable[Probe]:
    """Kinds of questions asked of spaces, run by `explorer probe run`. First user: `probes.contrast`."""
    raise NotImplementedError


@hookspec
def pages() -> Iterable[Page]:
    """Pages of the explorer, drawn by Streamlit. First user: `probes.page` (the page of probes)."""
    raise NotImplementedError


@hookspec
def commands() -> Iterable[Command]:
    """Groups of the command line. First user: `probes.retrieval_command` (`explorer evaluate`).

    A command that takes `--json` hands its one document to `explorer.emit_json`: stdout belongs to it,
    and while such a command runs, whatever else is printed goes to stderr.
    """
    raise NotImplementedError

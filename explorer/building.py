"""Builds a workspace from a built-in collection, such as the demo; a build that was stopped goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from explorer.errors import ExplorerError, InputError, PluginError, one_line
from explorer.i18n import _
from explorer.ingest import IngestReport
from explorer.protocols import Collection
from explorer.types import Progress, SourceItem
from explorer.workspace import Workspace

_WHOLE = "collection-whole"


def build_collection(
    workspace: Workspace, name: str, progress: Callable[[Progress], None] | None = None
) -> IngestReport:
    """Take all items of collection `name` into `workspace`; what is there already is not done again.

    Raises:
        InputError: no plugin offers such a collection.
        MissingError: its media are absent and cannot be fetched.
    """
    collection = _collection(workspace, name)
    folders = {asset.name: workspace.pool.assets.folder(asset) for asset in collection.assets}
    report = workspace.ingest(_items(collection, folders), total=collection.size, progress=progress)
    if not report.cancelled:
        for method in ("pca", *workspace.registry.projectors):  # so that the first page has its map at once
            if progress is not None:
                progress(Progress(stage=_("map"), done=0, total=0))
            try:
                workspace.projection(method)
            except PluginError as error:  # a picture less; the collection is whole all the same
                report.notes.append(str(error))
        workspace.store.set_meta(_WHOLE, name)
    return report


def _items(collection: Collection, folders: Mapping[str, Path]) -> Iterator[SourceItem]:
    """The items; a collection that raises on the way is named."""
    try:
        yield from collection.items(folders)
    except (ExplorerError, GeneratorExit):
        raise
    except Exception as error:
        raise PluginError(
            collection.name,
            _("Collection {name} failed: {reason}.").format(name=collection.name, reason=one_line(error)),
        ) from error


def is_built(workspace: Workspace, name: str) -> bool:
    """Whether a build of collection `name` has reached its last item."""
    return workspace.store.get_meta(_WHOLE) == name


def _collection(workspace: Workspace, name: str) -> Collection:
    collections = workspace.registry.collections
    if name not in collections:
        raise InputError(
            _("There is no collection {name}. Collections: {choices}.").format(
                name=name, choices=", ".join(collections) or "–"
            )
        )
    return collections[name]

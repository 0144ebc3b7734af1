"""The pictures and sounds that rows name: files beside the rows, or items of a built-in collection.

A file's path is relative to the folder of its rows and stays inside it: no `..`, nothing absolute, no link that leads
out. `demo:dog` is the item of the collection `demo` whose name, without its suffix, is `dog`. Nothing is fetched but
the pinned assets of collections.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath, PureWindowsPath

from explorer import (
    ExplorerError,
    Medium,
    PluginError,
    Progress,
    RefusedContent,
    SourceItem,
    Space,
    load_registry,
    open_space,
    read_limited,
    translate,
)


class MediaLibrary:
    """Media by reference, decoded anew at each call: those of a long file would not fit into memory."""

    def __init__(
        self,
        folder: Path | None,
        *,
        offline: bool = False,
        progress: Callable[[Progress], None] = lambda _step: None,
    ) -> None:
        self._folder = folder
        self._offline = offline
        self._progress = progress
        self._opened: Space | None = None
        self._items: dict[str, dict[str, SourceItem]] = {}

    def read(self, reference: str, modality: str | None = None) -> Medium:
        """What `reference` names, decoded within the usual bounds.

        Raises:
            RefusedContent: no such file or item, outside the folder, broken, too large, a text, or not of `modality`.
            MissingError: the assets of a collection are absent.
            PluginError: a collection failed.
        """
        if ":" in reference:
            item = self._item(reference)
            data = self._bytes(item, reference)
            name, found = item.name or reference, modality or item.modality
        else:
            data = read_limited(self._file(reference), reference)
            name, found = PurePosixPath(reference).name, modality
        content = self._space.decode(data, name, found)
        if content.modality == "text":
            raise RefusedContent(translate("{name} is a text, no picture or sound").format(name=reference))
        return Medium(content=content, sha256=hashlib.sha256(data).hexdigest())

    def _file(self, reference: str) -> Path:
        """The path of a file beside the rows."""
        parts = PurePosixPath(reference).parts
        if (
            PurePosixPath(reference).is_absolute()
            or PureWindowsPath(reference).is_absolute()
            or "\\" in reference
            or ".." in parts
        ):
            raise RefusedContent(
                translate("{name} is no path inside the folder of the rows").format(name=reference)
            )
        if self._folder is None:
            raise RefusedContent(translate("{name}: nobody knows where the rows lay").format(name=reference))
        home = self._folder.resolve()
        try:
            path = (home / reference).resolve()
        except (OSError, ValueError, RuntimeError):  # no name of a file, or links in a circle
            raise RefusedContent(
                translate("{name} is not the name of a file").format(name=reference)
            ) from None
        if not path.is_relative_to(home):
            raise RefusedContent(
                translate("{name} leads out of the folder of the rows").format(name=reference)
            )
        return path

    def _item(self, reference: str) -> SourceItem:
        """The item of a collection."""
        name, _colon, key = reference.partition(":")
        collections = load_registry().collections
        if name not in collections:
            raise RefusedContent(
                translate("there is no collection {name}; collections: {choices}").format(
                    name=name, choices=", ".join(collections) or "–"
                )
            )
        if name not in self._items:
            self._items[name] = self._contents(name)
        if key not in self._items[name]:
            raise RefusedContent(
                translate("the collection {name} has no picture or sound {key}").format(name=name, key=key)
            )
        return self._items[name][key]

    def _contents(self, name: str) -> dict[str, SourceItem]:
        """The media of a collection by their names without suffix."""
        collection = load_registry().collections[name]
        assets = self._space.pool.assets
        folders = {asset.name: assets.folder(asset) for asset in collection.assets}
        found: dict[str, SourceItem] = {}
        try:
            for item in collection.items(folders):
                if item.modality != "text" and item.text is None:
                    found.setdefault(PurePosixPath(item.name).stem, item)
        except ExplorerError:
            raise
        except Exception as error:
            raise PluginError(
                name,
                translate("Collection {name} failed: {reason}.").format(
                    name=name, reason=" ".join(str(error).split())[:200] or type(error).__name__
                ),
            ) from error
        return found

    @staticmethod
    def _bytes(item: SourceItem, reference: str) -> bytes:
        if item.data is not None:
            return item.data
        if item.path is not None:
            return read_limited(Path(item.path), reference)
        raise RefusedContent(translate("{name} holds no file").format(name=reference))

    @property
    def _space(self) -> Space:
        if self._opened is None:
            self._opened = open_space(offline=self._offline, progress=self._progress)
        return self._opened

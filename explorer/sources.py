"""From paths to sources: files, folders, and manifests in CSV, TSV or JSONL that name files or hold texts.

Nothing is read here but manifests. What must not be followed or cannot be understood becomes a FailureRecord,
so that one bad entry never stops the rest.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from explorer.errors import InputError
from explorer.i18n import _
from explorer.types import SourceItem
from store import FailureRecord

MANIFESTS = {".csv": ",", ".tsv": "\t", ".jsonl": ""}
MANIFEST_LIMIT = 256 * 2**20  # bytes
_CONTENT_KEYS = ("path", "image", "audio")
_IGNORED = {"thumbs.db", "desktop.ini"}

Source = SourceItem | FailureRecord


def expand(paths: Iterable[Path]) -> Iterator[Source]:
    """Sources under `paths`, folders in the order of their names.

    Raises:
        InputError: a path does not exist.
    """
    paths = list(paths)
    for path in paths:
        if not path.exists():
            raise InputError(_("There is no file {path}.").format(path=_shown(str(path))))
    for path in paths:
        if path.is_dir():
            yield from _folder(path)
        else:
            yield from _file(path, path.name)


def _folder(root: Path) -> Iterator[Source]:
    inside = root.resolve()
    troubles: list[OSError] = []
    for folder, subfolders, names in os.walk(root, onerror=troubles.append):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(names):
            if name.startswith(".") or name.lower() in _IGNORED:
                continue
            path = Path(folder, name)
            shown = path.relative_to(root).as_posix()
            if path.is_symlink() and not path.resolve().is_relative_to(inside):
                yield _refused(shown, _("it is a link that leads out of the folder"))
            else:
                yield from _file(path, shown)
        for name in subfolders:
            if Path(folder, name).is_symlink() and not Path(folder, name).resolve().is_relative_to(inside):
                shown = Path(folder, name).relative_to(root).as_posix()
                yield _refused(shown, _("it is a link that leads out of the folder"))
    for trouble in troubles:
        yield _refused(str(trouble.filename), trouble.strerror or str(trouble))


def _file(path: Path, name: str) -> Iterator[Source]:
    if not path.is_file():
        yield _refused(name, _("it is not an ordinary file"))
    elif path.suffix.lower() in MANIFESTS:
        yield from _manifest(path, name)
    else:
        yield SourceItem(path=str(path), name=_shown(name))


def _manifest(path: Path, name: str) -> Iterator[Source]:
    try:
        if path.stat().st_size > MANIFEST_LIMIT:
            yield _refused(name, _("a list may have {n} MB at most").format(n=MANIFEST_LIMIT // 2**20))
            return
        with path.open(encoding="utf-8-sig", newline="") as file:
            for line, row in _rows(file, MANIFESTS[path.suffix.lower()]):
                where = _("{name}, line {line}").format(name=name, line=line)
                if isinstance(row, str):
                    yield _refused(where, row)
                else:
                    yield from _sources(row, path.parent, where)
    except UnicodeDecodeError:
        yield _refused(name, _("it is not UTF-8 text"))
    except (csv.Error, OSError) as error:
        yield _refused(name, str(error))


def _rows(lines: Iterable[str], delimiter: str) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """(line number, row) pairs; a str in place of a row is the reason why it cannot be used."""
    if delimiter:
        reader = csv.DictReader(lines, delimiter=delimiter)
        for record in reader:
            row = {k: v for k, v in record.items() if k and v}
            yield reader.line_num, row if None not in record else _("it has more cells than the first line")
        return
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            json.dumps(row, ensure_ascii=False).encode()  # halves of surrogate pairs are not text
        except (ValueError, RecursionError):
            yield number, _("it is not JSON")
        else:
            yield number, row if isinstance(row, dict) else _("it is not a JSON object")


def _sources(row: Mapping[str, Any], folder: Path, where: str) -> Iterator[Source]:
    """The items of one row: a text, a path, a picture, a sound, or several of them."""
    contents = {key: row[key] for key in ("text", *_CONTENT_KEYS) if row.get(key)}
    if not contents or not all(isinstance(value, str) for value in contents.values()):
        yield _refused(where, _("it needs a text or a path: text, path, image or audio"))
        return
    for key, value in contents.items():
        common = _common(row)
        if key == "text":
            yield SourceItem(text=value, modality="text", **common)
            continue
        path = folder / value
        if not path.resolve().is_relative_to(folder.resolve()):
            yield _refused(where, _("{path} lies outside the folder of the list").format(path=value))
        elif not path.is_file():
            yield _refused(where, _("there is no file {path}").format(path=value))
        else:
            modality = row.get("modality") if key == "path" else key
            common["name"] = common["name"] or PurePosixPath(value).as_posix()
            yield SourceItem(path=str(path), modality=modality, **common)


def _common(row: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that items of a row share; other columns are kept as `meta`."""
    language = row.get("language") or row.get("lang")
    captions = dict(row["captions"]) if isinstance(row.get("captions"), Mapping) else {}
    captions |= {key.removeprefix("caption_"): row[key] for key in row if key.startswith("caption_")}
    if row.get("caption"):
        captions[str(language or "en")] = row["caption"]
    known = {"text", *_CONTENT_KEYS, "modality", "language", "lang", "name", "caption", "captions"}
    known |= {"licence", "license", "origin", "source"}
    return {
        "language": str(language) if language else None,
        "name": str(row.get("name") or ""),
        "captions": {str(key): str(value) for key, value in captions.items() if value},
        "licence": str(row.get("licence") or row.get("license") or ""),
        "origin": str(row.get("origin") or row.get("source") or ""),
        "meta": {k: v for k, v in row.items() if k not in known and not k.startswith("caption_")},
    }


def _refused(name: str, reason: str) -> FailureRecord:
    name = _shown(name)
    return FailureRecord(
        source=name,
        reason=_("Refused {name}: {reason}.").format(name=name, reason=_shown(reason).removesuffix(".")),
        stage="read",
        encoder=None,
        item_id=None,
        when=datetime.now(UTC),
    )


def _shown(name: str) -> str:
    """A file's name as text: bytes that are not UTF-8 are written as escapes."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")

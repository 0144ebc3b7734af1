"""From files, folders and manifests to source items. What cannot be taken is yielded as a failure, with its reason."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from explorer.errors import InputError, RefusedContent
from explorer.i18n import _
from explorer.media.sniffing import modality_of_suffix, read_limited
from explorer.media.text import decode_text, language_of, printable
from explorer.types import SourceItem
from store import FailureRecord

MANIFESTS = (".csv", ".tsv", ".jsonl")
DEPTH_LIMIT = 20
MANIFEST_LIMIT = 64 * 1024 * 1024
KNOWN = {"path", "text", "modality", "language", "lang", "name", "licence", "license", "origin"}

Source = SourceItem | FailureRecord


def walk(paths: Iterable[str | Path]) -> Iterator[Source]:
    """Every item of the given files, folders (recursively, sorted, hidden ones skipped) and manifests.

    Symbolic links inside a folder that lead out of it, and special files, are refused.

    Raises:
        InputError: a given path does not exist.
    """
    for given in paths:
        path = Path(given)
        if path.is_dir():
            yield from _folder(path)
        elif path.exists():
            yield from _file(path, printable(path.name))
        else:
            raise InputError(_("There is no file or folder {path}.").format(path=given))


def count_sources(paths: Iterable[str | Path]) -> int:
    """How many items `walk` will give, for the progress; manifests are counted by their lines."""
    return sum(1 for _source in walk(paths))


def _folder(root: Path) -> Iterator[Source]:
    base = root.resolve()
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        name = printable(relative.as_posix())
        if any(part.startswith(".") for part in relative.parts) or path.is_dir():
            continue
        try:
            inside = _resolved(path, name).is_relative_to(base)
        except RefusedContent as error:
            yield failure(name, error.message)
            continue
        if not inside:
            yield failure(name, _("Refused {name}: a link that leaves the folder.").format(name=name))
        elif modality_of_suffix(name) is None and path.suffix.lower() not in MANIFESTS:
            yield failure(name, _("Refused {name}: not a kind of file that is read here.").format(name=name))
        else:
            yield from _file(path, name)


def _file(path: Path, name: str) -> Iterator[Source]:
    suffix = path.suffix.lower()
    try:
        if suffix in MANIFESTS:
            yield from _manifest(path, name)
        elif modality_of_suffix(name) == "text":
            yield from _lines(path, name)
        else:
            yield SourceItem(path=str(path), name=name)
    except RefusedContent as error:
        yield failure(name, error.message)


def _lines(path: Path, name: str) -> Iterator[Source]:
    """A text file gives one item for each line that is not empty."""
    data = read_limited(path, name, MANIFEST_LIMIT)
    number = 0
    for number, line in enumerate(io.BytesIO(data), start=1):
        if not line.strip():
            continue
        label = f"{name}:{number}"
        try:
            text = decode_text(line, label)
        except RefusedContent as error:
            yield failure(label, error.message)
            continue
        yield SourceItem(modality="text", text=text, name=label, language=language_of(text))
    if number == 0:
        yield failure(name, _("Refused {name}: it is empty.").format(name=name))


def _manifest(path: Path, name: str) -> Iterator[Source]:
    text = _decode_manifest(read_limited(path, name, MANIFEST_LIMIT), name)
    rows = _json_rows(text) if path.suffix.lower() == ".jsonl" else _csv_rows(text, path.suffix.lower())
    for number, row in rows:
        label = f"{name}:{number}"
        if not isinstance(row, Mapping):
            yield failure(label, _("Refused {name}: {reason}.").format(name=label, reason=row))
            continue
        try:
            yield _row(path.parent, label, row)
        except RefusedContent as error:
            yield failure(label, error.message)


def _decode_manifest(data: bytes, name: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RefusedContent(_("Refused {name}: it is neither UTF-8 nor GB 18030.").format(name=name))


def _json_rows(text: str) -> Iterator[tuple[int, Mapping[str, Any] | str]]:
    for number, line in enumerate(
        text.split("\n"), start=1
    ):  # splitlines would cut at characters like U+2028
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            yield number, _("not a JSON object")
            continue
        if not isinstance(row, dict):
            yield number, _("not a JSON object")
        elif _depth_exceeds(row, DEPTH_LIMIT):
            yield number, _("nested deeper than {limit}").format(limit=DEPTH_LIMIT)
        elif _has_half_characters(row):
            yield number, _("half a character (a lone surrogate)")
        else:
            yield number, row


def _depth_exceeds(value: Any, limit: int) -> bool:
    """Whether lists and objects are nested deeper than `limit`; without recursion."""
    layer = [value]
    for _depth in range(limit + 1):
        layer = [
            below
            for one in layer
            if isinstance(one, dict | list)
            for below in (one.values() if isinstance(one, dict) else one)
        ]
        if not layer:
            return False
    return True


def _has_half_characters(row: Mapping[str, Any]) -> bool:
    text = json.dumps(row, ensure_ascii=False)
    return printable(text) != text


def _csv_rows(text: str, suffix: str) -> Iterator[tuple[int, Mapping[str, Any] | str]]:
    # newline="" leaves the line ends to the reader, as the csv module asks; \r alone ends lines too
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter="\t" if suffix == ".tsv" else ",")
    try:
        reader.fieldnames  # noqa: B018  # reads the first line
    except csv.Error as error:
        yield 1, str(error)
        return
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:  # such as a cell over the limit of the csv module
            yield reader.line_num + 1, str(error)
            continue
        if None in row:
            yield reader.line_num, _("more cells than the first line has")
        else:
            yield reader.line_num, {k: v for k, v in row.items() if v not in (None, "")}


def _row(folder: Path, label: str, row: Mapping[str, Any]) -> SourceItem:
    for key in ("modality", "language", "lang"):
        if not isinstance(row.get(key) or "", str):
            raise RefusedContent(_("Refused {name}: {key} must be a word.").format(name=label, key=key))
    path, text = row.get("path"), row.get("text")
    if bool(path) == bool(text):
        raise RefusedContent(_("Refused {name}: it needs either path or text.").format(name=label))
    captions = {
        key.removeprefix("caption_"): str(value)
        for key, value in row.items()
        if key.startswith("caption_") and value
    }
    if row.get("caption"):
        captions.setdefault(language_of(str(row["caption"])) or "en", str(row["caption"]))
    return SourceItem(
        modality=row.get("modality") or ("text" if text else None),
        text=str(text) if text else None,
        path=str(confined(folder, str(path), label)) if path else None,
        name=str(row.get("name") or path or label),
        language=row.get("language") or row.get("lang") or (language_of(str(text)) if text else None),
        captions=captions,
        licence=str(row.get("licence") or row.get("license") or ""),
        origin=str(row.get("origin") or ""),
        meta={k: v for k, v in row.items() if k not in KNOWN and not k.startswith("caption")},
    )


def confined(folder: Path, path: str, label: str) -> Path:
    """`path` relative to `folder`, refused when it leaves it, by `..`, as an absolute path or through a link."""
    target = _resolved(folder / path, label)
    if not target.is_relative_to(folder.resolve()):
        raise RefusedContent(_("Refused {name}: {path} leaves the folder.").format(name=label, path=path))
    return target


def _resolved(path: Path, label: str) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):  # links in a circle, a NUL in the name
        raise RefusedContent(_("Refused {name}: its path leads nowhere.").format(name=label)) from None


def failure(source: str, reason: str) -> FailureRecord:
    """A failure of reading, now."""
    return FailureRecord(source=source, reason=reason, stage="read", when=datetime.now(UTC))

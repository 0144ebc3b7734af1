"""From files, folders and manifests to source items. What cannot be taken is yielded as a failure, with its reason."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from explorer.errors import InputError, RefusedContent
from explorer.i18n import _
from explorer.media.sniffing import modality_of_suffix, read_limited
from explorer.media.text import UTF_16, decode_document, decode_text, language_of
from explorer.types import SourceItem
from store import FailureRecord

MANIFESTS = (".csv", ".tsv", ".jsonl")
MANIFEST_LIMIT = 64 * 1024 * 1024
KNOWN = {"path", "text", "modality", "language", "lang", "name", "licence", "license", "origin"}

_NUL = re.compile(r"(?<!\\)((?:\\\\)*)(?:\\u0000)+")
"""NUL as JSON writes it (not a backslash followed by u0000): no database takes it in a text."""

Source = SourceItem | FailureRecord


def walk(paths: Iterable[str | Path]) -> Iterator[Source]:
    """Every item of the given files, folders (recursively, sorted, hidden ones skipped) and manifests.

    Symbolic links inside a folder that lead out of it, and special files, are refused.

    Raises:
        InputError: a given path does not exist.
    """
    for given in paths:
        path = Path(given)
        if not _is_there(path):
            raise InputError(_("There is no file or folder {path}.").format(path=given))
        yield from _folder(path) if path.is_dir() else _file(path, printable(path.name))


def count_sources(paths: Iterable[str | Path]) -> int:
    """How many items `walk` will give, for the progress; manifests are counted by their lines."""
    return sum(1 for _source in walk(paths))


def _folder(root: Path) -> Iterator[Source]:
    """Manifests first: a file that one names gets its captions from there."""
    base = root.resolve()
    found = list(_entries(root, ""))
    for name, path, problem in sorted(
        found, key=lambda e: (Path(e[0]).suffix.lower() not in MANIFESTS, e[0])
    ):
        if problem:
            yield failure(name, _("Refused {name}: {reason}.").format(name=name, reason=problem))
        elif not _leads_into(path, base):
            yield failure(name, _("Refused {name}: a link that leaves the folder.").format(name=name))
        elif path.is_dir():
            continue  # a link to a folder inside, which is walked in its own place
        elif modality_of_suffix(name) is None and path.suffix.lower() not in MANIFESTS:
            yield failure(name, _("Refused {name}: not a kind of file that is read here.").format(name=name))
        else:
            yield from _file(path, name)


def _entries(folder: Path, above: str) -> Iterator[tuple[str, Path, str]]:
    """(name, path, what is wrong) of every entry that is not hidden; folders are entered, links are not."""
    try:
        with os.scandir(folder) as entries:
            listed = [e for e in entries if not e.name.startswith(".")]
    except OSError as error:
        yield above.rstrip("/") or printable(folder.name), folder, error.strerror or type(error).__name__
        return
    for entry in listed:
        name = above + printable(entry.name)
        if entry.is_dir(follow_symlinks=False):
            yield from _entries(folder / entry.name, name + "/")
        else:
            yield name, folder / entry.name, ""


def _leads_into(path: Path, base: Path) -> bool:
    try:
        return path.resolve().is_relative_to(base)
    except (OSError, RuntimeError):  # links that lead to one another
        return False


def _is_there(path: Path) -> bool:
    try:
        path.stat()
    except (OSError, ValueError):  # also a name that is too long, or that none can be
        return False
    return True


def printable(name: str) -> str:
    """A file's name as text: bytes that are no UTF-8 become the replacement character."""
    return os.fsencode(name).decode("utf-8", "replace")


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
    if data[:2] in UTF_16:  # its line breaks are two bytes
        data = decode_document(data, name).encode()
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
    text = decode_document(read_limited(path, name, MANIFEST_LIMIT), name)
    rows = _json_rows(text) if path.suffix.lower() == ".jsonl" else _csv_rows(text, path.suffix.lower())
    number = 0
    for number, row in rows:
        label = f"{name}:{number}"
        if not isinstance(row, Mapping):
            yield failure(label, _("Refused {name}: {reason}.").format(name=label, reason=row))
            continue
        try:
            yield _row(path.parent, label, row)
        except RefusedContent as error:
            yield failure(label, error.message)
    if number == 0:
        yield failure(name, _("Refused {name}: it is empty.").format(name=name))


def _json_rows(text: str) -> Iterator[tuple[int, Mapping[str, Any] | str]]:
    for number, line in enumerate(text.split("\n"), start=1):  # not splitlines: a string may hold U+2028
        if not line.strip():
            continue
        try:
            row = json.loads(_NUL.sub(r"\1", line), parse_constant=_no_number)
            json.dumps(row, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            yield number, _("half a character (a lone surrogate)")
        except (ValueError, RecursionError):
            yield number, _("not a JSON object")
        else:
            yield number, row if isinstance(row, dict) else _("not a JSON object")


def _no_number(name: str) -> None:
    raise ValueError(name)  # NaN and the infinities are no JSON


def _csv_rows(text: str, suffix: str) -> Iterator[tuple[int, Mapping[str, Any] | str]]:
    """Rows with the line on which each begins; a row may go over several."""
    reader = csv.reader(
        io.StringIO(text.replace("\0", ""), newline=""), delimiter="\t" if suffix == ".tsv" else ","
    )
    names: list[str] = []
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield number, str(error)
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if not names:
            names = [cell.strip() for cell in cells]
        elif len(cells) > len(names):
            yield number, _("more cells than the first line has")
        else:
            yield number, {k: v for k, v in zip(names, cells, strict=False) if k and v != ""}


def _row(folder: Path, label: str, row: Mapping[str, Any]) -> SourceItem:
    known = {key: _plain(value, key, label) for key, value in row.items() if _is_known(key)}
    path, text = known.get("path"), known.get("text")
    if bool(path) == bool(text):
        raise RefusedContent(_("Refused {name}: it needs either path or text.").format(name=label))
    captions = {k.removeprefix("caption_"): v for k, v in known.items() if k.startswith("caption_") and v}
    if caption := known.get("caption"):
        captions.setdefault(language_of(caption) or "en", caption)
    return SourceItem(
        modality=known.get("modality") or ("text" if text else None),
        text=text or None,
        path=str(_existing(folder, path, label)) if path else None,
        name=known.get("name") or path or label,
        language=known.get("language") or known.get("lang") or (language_of(text) if text else None),
        captions=captions,
        licence=known.get("licence") or known.get("license") or "",
        origin=known.get("origin") or "",
        meta={k: v for k, v in row.items() if not _is_known(k)},
    )


def _is_known(key: str) -> bool:
    return key in KNOWN or key == "caption" or key.startswith("caption_")


def _plain(value: Any, key: str, label: str) -> str:
    """A cell as text, without the control characters that no database takes."""
    if value is None:
        return ""
    if isinstance(value, dict | list):
        raise RefusedContent(_("Refused {name}: {key} is not a text.").format(name=label, key=key))
    return "".join(c for c in str(value) if c in "\n\t" or unicodedata.category(c) != "Cc").strip()


def _existing(folder: Path, path: str, label: str) -> Path:
    target = confined(folder, path, label)
    if not _is_there(target):
        raise RefusedContent(_("Refused {name}: there is no file {path}.").format(name=label, path=path))
    return target


def confined(folder: Path, path: str, label: str) -> Path:
    """`path` relative to `folder`, refused when it leaves it, by `..`, as an absolute path or through a link."""
    target = folder / path
    if not _leads_into(target, folder.resolve()):
        raise RefusedContent(_("Refused {name}: {path} leaves the folder.").format(name=label, path=path))
    return target.resolve()


def failure(source: str, reason: str) -> FailureRecord:
    """A failure of reading, now."""
    return FailureRecord(source=source, reason=reason, stage="read", when=datetime.now(UTC))

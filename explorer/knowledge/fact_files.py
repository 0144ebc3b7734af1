"""Knowledge files as rows: JSONL, CSV, TSV, ConceptNet's assertions; plain or gzipped, always streamed.

Each row stands on its own line, so that one unclosed quote spoils one row and not the rest of the file.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import zlib
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, cast

from explorer.errors import InputError, RefusedContent
from explorer.i18n import _
from explorer.knowledge.relations import find_relation
from explorer.knowledge.rows import COLUMNS, UNREADABLE, fact_of
from explorer.types import Fact

LINE_LIMIT = 1 << 20
"""Bytes of one line."""
SUFFIXES = (".jsonl", ".csv", ".tsv")
CONCEPTNET_LANGUAGES = ("zh", "en")
_GZIP = b"\x1f\x8b"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

Row = tuple[int, Fact | str | None]
"""(line, the fact; or why there is none; or None for a row that is not wanted)."""


class FactFile:
    """One knowledge file. `position` of `size` bytes are read so far (compressed ones, where it is gzipped)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name
        try:
            self.size = path.stat().st_size
            self._raw: BinaryIO = path.open("rb")
        except OSError as error:
            raise RefusedContent(
                _("Refused {name}: {reason}.").format(name=path.name, reason=error.strerror or "")
            ) from None
        self.head = self._raw.read(1 << 16)
        self._raw.seek(0)
        self.kind = self._kind()

    @property
    def position(self) -> int:
        """Bytes read so far."""
        return self._raw.tell()

    def close(self) -> None:
        """Close the file."""
        self._raw.close()

    def rows(self, languages: Collection[str] | None) -> Iterator[Row]:
        """Every line that is not empty, with its number from 1.

        Args:
            languages: only facts in these; None for all (of ConceptNet: Chinese and English).

        Raises:
            RefusedContent: the file is cut off or damaged.
        """
        try:
            if self.kind == "conceptnet":
                yield from _conceptnet(self._lines(), frozenset(languages or CONCEPTNET_LANGUAGES))
                return
            found = _jsonl(self._lines()) if self.kind == ".jsonl" else _table(self._lines(), self.kind)
            for line, fact in found:
                wanted = not isinstance(fact, Fact) or languages is None or fact.language in languages
                yield line, fact if wanted else None
        except (EOFError, gzip.BadGzipFile, zlib.error, OSError, UnicodeError) as error:
            raise RefusedContent(
                _("Refused {name}: the file is cut off or damaged ({reason}).").format(
                    name=self.name, reason=" ".join(str(error).split())[:100] or type(error).__name__
                ),
                next_step=_("What came before is kept; bring the file anew and import it again."),
            ) from None

    def _kind(self) -> str:
        suffixes = [suffix.lower() for suffix in self.path.suffixes]
        kind = ([suffix for suffix in suffixes if suffix != ".gz"] or [""])[-1]
        head = self.head
        if head[:2] == _GZIP:
            try:
                head = zlib.decompressobj(wbits=31).decompress(head, 1 << 12)
            except zlib.error:
                head = b""
        if head.startswith(b"/a/["):
            return "conceptnet"
        if kind not in SUFFIXES:
            raise RefusedContent(
                _("Refused {name}: not a kind of file that facts are read from ({choices}).").format(
                    name=self.name, choices=", ".join((*SUFFIXES, ".csv.gz"))
                )
            )
        return kind

    def _lines(self) -> Iterator[str]:
        stream = self._raw if self.head[:2] != _GZIP else cast("BinaryIO", gzip.GzipFile(fileobj=self._raw))
        if self.head[:2] in _UTF_16:
            yield from io.TextIOWrapper(stream, "utf-16", errors="replace")
            return
        first = True
        while line := stream.readline(LINE_LIMIT):
            whole = len(line) < LINE_LIMIT or line.endswith(b"\n")
            while not whole and (rest := stream.readline(LINE_LIMIT)):
                whole = rest.endswith(b"\n")
                line = UNREADABLE.encode()  # too long to be a fact
            yield _decoded(line.removeprefix(codecs.BOM_UTF8) if first else line)
            first = False


def _decoded(line: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    return line.decode("utf-8", "replace")


def _tried(make: Callable[[], Fact]) -> Fact | str:
    try:
        return make()
    except InputError as error:
        return error.message


def _jsonl(lines: Iterator[str]) -> Iterator[Row]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line, parse_constant=_no_number)
        except (ValueError, RecursionError):
            row = None
        if isinstance(row, dict):
            yield number, _tried(lambda row=row: fact_of(row))  # type: ignore[misc]
        else:
            yield number, _("not a JSON object")


def _no_number(name: str) -> None:
    raise ValueError(name)  # NaN and the infinities are no JSON


def _table(lines: Iterator[str], kind: str) -> Iterator[Row]:
    """Rows under the names of the first line; without names they are subject, relation, object, language."""
    names: list[str] = []
    delimiter = "\t"
    for number, line in enumerate(lines, start=1):
        text = line.replace("\0", "").rstrip("\r\n")
        if not text.strip(" \t,;"):
            continue
        if not names and kind == ".csv":
            delimiter = max(",;\t", key=text.count)
        try:
            (cells,) = csv.reader([text], delimiter=delimiter, strict=True)
        except (csv.Error, ValueError) as error:
            yield number, _("not a row of cells: {reason}").format(reason=error)
            continue
        if not names:
            header = [cell.strip().casefold() for cell in cells]
            has_names = {"subject", "relation", "object"} <= {COLUMNS.get(name) for name in header}
            names = header if has_names else ["subject", "relation", "object", "language"]
            if has_names:
                continue
        if len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
            yield number, _("more cells than the first line has")
            continue
        row = {name: cell.strip() for name, cell in zip(names, cells, strict=False) if name}
        yield number, _tried(lambda row=row: fact_of(row))  # type: ignore[misc]


def _conceptnet(lines: Iterator[str], languages: frozenset[str]) -> Iterator[Row]:
    """ConceptNet 5's assertions: URI, relation, start, end, and JSON with weight and licence, between tabs."""
    marks = tuple(f"\t/c/{language}/" for language in languages)
    for number, line in enumerate(lines, start=1):
        if not any(mark in line for mark in marks):  # most lines: quickly left out
            yield number, None
            continue
        cells = line.rstrip("\r\n").split("\t")
        if len(cells) != 5:
            yield number, _("not an assertion of ConceptNet: {count} cells, not 5").format(count=len(cells))
            continue
        yield number, _assertion(cells, languages)


def _assertion(cells: list[str], languages: frozenset[str]) -> Fact | str | None:
    _uri, relation, start, end, details = cells
    known = find_relation(relation)
    subject, obj = _term(start), _term(end)
    if subject is None or obj is None or known is None:  # web addresses, DBpedia's relations
        return None
    if subject[0] not in languages or obj[0] not in languages:
        return None
    try:
        said = json.loads(details)
        weight, licence = said.get("weight", 1.0), str(said.get("license", ""))
    except (ValueError, RecursionError, AttributeError):
        return _("not an assertion of ConceptNet: its last cell is not a JSON object")
    return Fact(
        subject=subject[1],
        relation=known.name,
        object=obj[1],
        language=subject[0],
        weight=weight,
        source="conceptnet",
        licence=licence.replace("cc:by-sa/", "CC BY-SA ").replace("cc:by/", "CC BY "),
        meta={"object_language": obj[0]} if obj[0] != subject[0] else {},
    )


def _term(uri: str) -> tuple[str, str] | None:
    """`/c/zh/食堂/n` → (zh, 食堂); Chinese is made simplified, since the dump mixes both scripts."""
    parts = uri.split("/", 4)
    if len(parts) < 4 or parts[1] != "c" or not parts[3]:
        return None
    text = parts[3].replace("_", " ")
    return parts[2], _simplified(text) if parts[2] == "zh" else text


@lru_cache(maxsize=100_000)
def _simplified(text: str) -> str:
    import zhconv

    return str(zhconv.convert(text, "zh-hans"))

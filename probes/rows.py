"""Reading the rows of a probe: JSON lines, each checked, each bad one with its line and the reason."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from explorer import InputError, Probe, RefusedContent, read_limited, translate

LIMIT = 64 * 1024 * 1024
LONGEST = 2_000
"""Characters of one text of a row."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BadRow:
    """A row that cannot be asked: `line` counts from 1."""

    line: int
    reason: str


@dataclass(kw_only=True)
class RowFile:
    """The rows of a file that are fit to be asked, the others with their reasons, and the file's SHA-256.

    `folder` is where the file lies, and the media that its rows name.
    """

    name: str
    sha256: str
    folder: Path | None = None
    rows: list[dict[str, Any]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)


def read_rows(path: Path) -> RowFile:
    """Every line that is a JSON object; what else stands there is bad.

    Raises:
        InputError: no such file, too large, or not UTF-8.
    """
    data, text = read_text(path, LIMIT)
    found = RowFile(name=path.name, sha256=hashlib.sha256(data).hexdigest(), folder=path.parent)
    for number, line in enumerate(text.split("\n"), start=1):  # a string may hold U+2028
        if not line.strip():
            continue
        row = _object(line)
        if row is None:
            found.bad.append(BadRow(line=number, reason=translate("not a JSON object")))
        else:
            found.rows.append(row)
            found.lines.append(number)
    return found


def read_text(path: Path, limit: int) -> tuple[bytes, str]:
    """A file's bytes, and the text that they are in UTF-8, without a byte order mark.

    Raises:
        InputError: no such file, more than `limit` bytes, or not UTF-8.
    """
    try:
        data = read_limited(path, path.name, limit)
        return data, data.decode("utf-8-sig")
    except RefusedContent as error:
        raise InputError(error.message) from None
    except UnicodeDecodeError:
        raise InputError(translate("{name} is not UTF-8.").format(name=path.name)) from None


def probe_for(rows: Sequence[Mapping[str, Any]], probes: Mapping[str, Probe], named: str | None) -> Probe:
    """The probe `named`, or the one whose fields most rows have; of several the one that knows most of their fields.

    Raises:
        InputError: there is none of that name, or none whose fields the rows have.
    """
    choices = "; ".join(f"{name} ({', '.join(('id', *probe.fields))})" for name, probe in probes.items())
    if named is not None:
        if named in probes:
            return probes[named]
        raise InputError(
            translate("There is no probe {name}. Probes: {choices}.").format(name=named, choices=choices)
        )
    counts = {
        name: sum(all(f in row for f in probe.fields) for row in rows) for name, probe in probes.items()
    }
    known = {
        name: sum(len(row.keys() & probe.example.keys()) for row in rows) for name, probe in probes.items()
    }
    best = max(probes, key=lambda name: (counts[name], known[name], len(probes[name].fields)), default=None)
    if best is None or not counts[best]:
        raise InputError(
            translate("No probe asks rows of this kind. Probes and their fields: {choices}.").format(
                choices=choices
            ),
            next_step=translate("See a row of each: explorer probe list"),
        )
    return probes[best]


def keep_good(file: RowFile, probe: Probe) -> None:
    """Move the rows that `probe` cannot ask to the bad ones, each with its reason."""
    reasons: dict[int, str] = {}
    first: dict[str, int] = {}
    for position, row in enumerate(file.rows):
        reason = _missing(row, probe)
        name = str(row.get("id"))
        if not reason and name in first:
            reason = translate("the id {id} stands on line {line} already").format(
                id=name, line=file.lines[first[name]]
            )
        if reason:
            reasons[position] = reason
        first.setdefault(name, position)
    while True:  # a row may be bad because one that it names is
        kept = [i for i in range(len(file.rows)) if i not in reasons]
        found = probe.check([file.rows[i] for i in kept])
        if not found:
            break
        reasons |= {kept[i]: reason for i, reason in found}
    file.bad += [BadRow(line=file.lines[i], reason=reason) for i, reason in reasons.items()]
    file.bad.sort(key=lambda bad: bad.line)
    kept = [i for i in range(len(file.rows)) if i not in reasons]
    file.rows, file.lines = [file.rows[i] for i in kept], [file.lines[i] for i in kept]


def _object(line: str) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
        json.dumps(row, ensure_ascii=False).encode()  # half a character (a lone surrogate) is no text
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def _missing(row: Mapping[str, Any], probe: Probe) -> str:
    """What keeps the row from being asked: no id, or a field that is absent or not of its example's kind."""
    if row.get("id") in (None, "") or not isinstance(row["id"], str | int):
        return translate("no id")
    for name in probe.fields:
        value, example = row.get(name), probe.example.get(name, "")
        if value is None:
            return translate("no {field}").format(field=name)
        if isinstance(example, list):
            reason = _unfit_list(name, value)
        elif isinstance(example, int | float):
            reason = "" if _is_number(value) else translate("{field} is not a number").format(field=name)
        else:
            reason = _unfit_text(name, value)
        if reason:
            return reason
    return ""


def _unfit_text(name: str, value: object) -> str:
    if not isinstance(value, str):
        return translate("{field} is not a text").format(field=name)
    if not value.strip():
        return translate("{field} is empty").format(field=name)
    if len(value) > LONGEST:
        return translate("{field} has more than {most} characters").format(field=name, most=LONGEST)
    return ""


def _unfit_list(name: str, value: object) -> str:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        return translate("{field} is not a list of texts").format(field=name)
    return next((reason for each in value if (reason := _unfit_text(name, each))), "")


def _is_number(value: object) -> bool:
    """Finite, and no larger than a float64 holds: JSON knows integers of any size, and Python reads its NaN."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max

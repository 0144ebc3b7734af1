"""Reading PAIRS.jsonl: rows with an id, a language, and the same thing in two or more modalities."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from explorer import translate
from probes.rows import read_text

NOT_CONTENT = {"id", "lang"}
LIMIT = 256 * 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """One row: `values` maps a modality to a text, or to the path of a file."""

    id: str
    lang: str | None
    values: Mapping[str, str]
    line: int


@dataclass(kw_only=True)
class PairFile:
    """The rows of a file, and the bad ones as (line, reason)."""

    folder: Path
    pairs: list[Pair] = field(default_factory=list)
    bad: list[tuple[int, str]] = field(default_factory=list)


def read_pairs(path: Path, modalities: set[str]) -> PairFile:
    """Read rows `{"id", "lang"?, modality: value, …}`; unknown fields are ignored.

    Raises:
        InputError: the file is missing or not UTF-8.
    """
    _data, text = read_text(path, LIMIT)
    found = PairFile(folder=path.parent)
    seen: set[tuple[str, str | None]] = set()
    for number, line in enumerate(text.split("\n"), start=1):  # a string may hold U+2028
        if not line.strip():
            continue
        reason, pair = _row(line, number, modalities)
        if pair is not None and (pair.id, pair.lang) in seen:
            reason = translate("the id {id} stands twice for one language").format(id=pair.id)
        if reason:
            found.bad.append((number, reason))
        elif pair is not None:
            seen.add((pair.id, pair.lang))
            found.pairs.append(pair)
    return found


def _row(line: str, number: int, modalities: set[str]) -> tuple[str, Pair | None]:
    try:
        row: Any = json.loads(line)
        json.dumps(row, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return translate("half a character (a lone surrogate)"), None
    except (ValueError, RecursionError):
        return translate("not a JSON object"), None
    if not isinstance(row, dict):
        return translate("not a JSON object"), None
    if row.get("id") in (None, ""):
        return translate("no id"), None
    values = {
        key: value
        for key, value in row.items()
        if key in modalities - NOT_CONTENT and isinstance(value, str) and value.strip()
    }
    if len(values) < 2:
        choices = ", ".join(sorted(modalities))
        return translate("fewer than two of {choices}").format(choices=choices), None
    lang = row.get("lang")
    return "", Pair(id=str(row["id"]), lang=str(lang) if lang else None, values=values, line=number)

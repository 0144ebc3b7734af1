"""Where a row's verb and object stand in its sentence, and the sentence without them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]
Span = tuple[int, int]


def given(row: Row, part: str) -> str | None:
    """The row's verb or object, if it is a text that stands in the sentence."""
    word = row.get(part)
    return word if isinstance(word, str) and word.strip() and word in row["sentence"] else None


def spans(row: Row) -> dict[str, Span | None]:
    """Where verb and object stand: the object last in the sentence, the verb last before it (画家画大笔)."""
    sentence = str(row["sentence"])
    verb, thing = given(row, "verb"), given(row, "object")
    found: dict[str, Span | None] = {"verb": None, "object": None}
    end = len(sentence)
    if thing is not None:
        at = sentence.rfind(thing)
        found["object"] = at, at + len(thing)
        end = at
    if verb is not None:
        at = sentence.rfind(verb, 0, end) if verb in sentence[:end] else sentence.find(verb)
        found["verb"] = at, at + len(verb)
    return found


def without(row: Row, *parts: str) -> str | None:
    """The sentence without its verb, its object or both; None where one of them does not stand in it."""
    where = [spans(row)[part] for part in parts]
    out = [span for span in where if span is not None]
    if len(out) < len(where):
        return None
    return "".join(
        c for i, c in enumerate(str(row["sentence"])) if not any(start <= i < end for start, end in out)
    )

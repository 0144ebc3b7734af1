"""The arms: the same options asked with the sentence damaged, hidden or exchanged.

Whoever understands the sentence loses by each of them; whoever does not, answered from something else.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from explorer import Ask
from probes.spans import Row, given, spans, without

Rows = Sequence[Row]
Other = Callable[[str, str], str | None]
"""(verb, object) → an object that the verb takes in another role, None where none is known."""

FULL = "full"
ARMS = ("verb_deleted", "object_deleted", "both_deleted", "object_swapped", "options_only", "shuffled")


def ask(row: Row) -> Ask:
    """The row as it stands."""
    return Ask(
        sentence=row["sentence"],
        verb=given(row, "verb"),
        object=given(row, "object"),
        options=(row["good"], row["bad"]),
    )


def asks(rows: Rows, arm: str, *, seed: int, other: Other) -> list[Ask | None]:
    """What each row asks in `arm`; None where it cannot (no verb or object given, nothing to swap in)."""
    if arm == "object_swapped":
        return [_swapped(row, replacement) for row, replacement in zip(rows, swaps(rows, other), strict=True)]
    make: dict[str, Callable[[Row], Ask | None]] = {
        FULL: ask,
        "verb_deleted": lambda row: _without(row, "verb"),
        "object_deleted": lambda row: _without(row, "object"),
        "both_deleted": lambda row: _without(row, "verb", "object"),
        "options_only": lambda row: Ask(sentence="", options=(row["good"], row["bad"])),
        "shuffled": lambda row: _shuffled(row, seed),
    }
    return [make[arm](row) for row in rows]


def swaps(rows: Rows, other: Other) -> list[str | None]:
    """For each row an object of another role of its verb: its mirrored partner's, else that of a row whose role is
    given as another, else one that `other` knows.
    """
    by_id = {str(row["id"]): row for row in rows}
    partners: dict[str, Row] = {}
    for row in rows:
        mirrored = by_id.get(str(row.get("mirror_of") or ""))
        if mirrored is not None:
            partners[str(row["id"])], partners[str(mirrored["id"])] = mirrored, row
    of_verb: dict[str, list[Row]] = {}
    for row in rows:
        verb, thing = given(row, "verb"), given(row, "object")
        if verb and thing:
            of_verb.setdefault(verb, []).append(row)
    found: list[str | None] = []
    for row in rows:
        verb, thing = given(row, "verb"), given(row, "object")
        if verb is None or thing is None:
            found.append(None)
            continue
        near = [partners[str(row["id"])]] if str(row["id"]) in partners else []
        near += [each for each in of_verb[verb] if _role(each) and _role(row) and _role(each) != _role(row)]
        words = [word for each in near if (word := given(each, "object")) and word != thing]
        found.append(words[0] if words else other(verb, thing))
    return found


def _role(row: Row) -> str:
    role = row.get("role")
    return role if isinstance(role, str) else ""


def _without(row: Row, *parts: str) -> Ask | None:
    sentence = without(row, *parts)
    if sentence is None:
        return None
    left = {part: None if part in parts else given(row, part) for part in ("verb", "object")}
    return Ask(sentence=sentence, **left, options=(row["good"], row["bad"]))


def _swapped(row: Row, replacement: str | None) -> Ask | None:
    span = spans(row)["object"]
    if replacement is None or span is None:
        return None
    sentence = str(row["sentence"])
    return Ask(
        sentence=sentence[: span[0]] + replacement + sentence[span[1] :],
        verb=given(row, "verb"),
        object=replacement,
        options=(row["good"], row["bad"]),
    )


def _shuffled(row: Row, seed: int) -> Ask:
    letters = list(str(row["sentence"]))
    random.Random(f"{seed}\0{row['id']}").shuffle(letters)  # noqa: S311  # no secret
    return Ask(sentence="".join(letters), options=(row["good"], row["bad"]))

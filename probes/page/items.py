"""The single items of a run: what was asked, how sure each encoder was, who was right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from explorer import load_registry
from probes.report.reading import Reading

Outcome = Literal["all", "right", "wrong"]
_META = ("id", "phenomenon", "role", "bad_role", "mirror_of", "lemma", "language", "verb", "object")
TIE = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One item, as an encoder answered it.

    `texts` are what stands in the row, the first of them leading; `margin` is above zero where the encoder was right;
    `scores` are of all encoders, 1 right, 0 wrong, ½ a tie, None where there is none.
    """

    id: str
    texts: tuple[str, ...]
    phenomenon: str
    role: str
    sentence: str
    margin: float
    scores: Mapping[str, float | None]
    row: Mapping[str, Any]
    of: Mapping[str, Mapping[str, Any]]


def items_of(reading: Reading, encoder: str) -> list[Item]:
    """The items of an encoder, the largest margin first; those that a kind of probe gives no margin are left out."""
    rows = {str(row.get("id")): row for row in reading.record["input"].get("rows") or []}
    fields = fields_of(reading)
    by_encoder = {
        name: {str(each["id"]): each for each in entry.get("items") or []}
        for name, entry in reading.entries.items()
    }
    found = []
    for key, own in by_encoder.get(encoder, {}).items():
        if not isinstance(own.get("margin"), int | float):
            continue
        row = rows.get(key, {})
        of = {name: items[key] for name, items in by_encoder.items() if key in items}
        found.append(
            Item(
                id=key,
                texts=texts_of(row, fields) or (key,),
                phenomenon=_word(row.get("phenomenon")),
                role=_word(row.get("role")),
                sentence=_word(row.get("sentence")),
                margin=float(own["margin"]),
                scores={name: _score(of.get(name), reading) for name in by_encoder},
                row=row,
                of=of,
            )
        )
    return sorted(found, key=lambda item: -item.margin)


def fields_of(reading: Reading) -> tuple[str, ...]:
    """What the kind of probe asks of every row, in its order; nothing where the kind is not installed any more."""
    probe = load_registry().probes.get(str(reading.record.get("probe")))
    return tuple(probe.fields) if probe is not None else ()


def texts_of(row: Mapping[str, Any], fields: Sequence[str]) -> tuple[str, ...]:
    """The texts of a row's fields, else of whatever it holds beside names and kinds; lists are joined."""
    named = [name for name in fields if row.get(name) not in (None, "")]
    chosen = named or [name for name in row if name not in _META]
    return tuple(text for name in chosen if (text := _said(row[name])))


def filtered(
    items: Sequence[Item], encoder: str, *, phenomenon: str = "", outcome: Outcome = "all"
) -> list[Item]:
    """Those of a phenomenon, and those that the encoder got right or did not."""
    return [
        item
        for item in items
        if (not phenomenon or item.phenomenon == phenomenon)
        and (outcome == "all" or (item.scores.get(encoder) == 1.0) is (outcome == "right"))
    ]


def largest(items: Sequence[Item]) -> float:
    """The greatest margin on either side; for the scale of the bars."""
    return max((abs(item.margin) for item in items), default=0.0) or 1.0


def _score(own: Mapping[str, Any] | None, reading: Reading) -> float | None:
    value = (own or {}).get("score")
    return float(value) if reading.measure == "accuracy" and isinstance(value, int | float) else None


def _word(value: Any) -> str:
    return str(value) if isinstance(value, str | int) else ""


def _said(value: Any) -> str:
    if isinstance(value, str | int | float):
        return str(value)
    if isinstance(value, list):
        return " · ".join(str(each) for each in value if isinstance(each, str | int | float))
    return ""

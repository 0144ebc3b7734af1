"""What the probe is shown of a row: the whole sentence, parts of it, its letters, nothing; and what is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from explorer import COARSE, FloatArray
from probes.overlap import letters
from probes.role_classification.linear import Names
from probes.spans import Row, without

WHOLE = "sentence"
PARTS = ("object_alone", "verb_alone", "verb_object", "sentence_without_object", "sentence_without_verb")
BAG, RANDOM, MAJORITY = "bag_of_characters", "random", "majority"
BASELINES = (BAG, RANDOM, MAJORITY)
Known = Callable[[str], str | None]
"""Noun → its class, None where none is known."""


def texts(rows: Sequence[Row], view: str) -> list[str]:
    """What is embedded of each row."""
    make: dict[str, Callable[[Row], str]] = {
        WHOLE: lambda row: str(row["sentence"]),
        "object_alone": lambda row: str(row["object"]),
        "verb_alone": lambda row: str(row["verb"]),
        "verb_object": lambda row: joined(str(row["verb"]), str(row["object"])),
        "sentence_without_object": lambda row: without(row, "object") or "",
        "sentence_without_verb": lambda row: without(row, "verb") or "",
    }
    return [make[view](row) for row in rows]


def joined(first: str, second: str) -> str:
    """Two words in a row, with a space where both are written in letters of the Latin kind."""
    return f"{first} {second}" if first[-1].isascii() and second[0].isascii() else first + second


def bag_of_characters(given: Sequence[str]) -> FloatArray:
    """(n, characters) float32 unit rows: which characters stand in each text, punctuation and spaces left out."""
    sets = [set(letters(text)) for text in given]
    place = {c: i for i, c in enumerate(sorted(set().union(*sets)))}
    found = np.zeros((len(sets), max(len(place), 1)), np.float32)
    for i, each in enumerate(sets):
        found[i, [place[c] for c in each]] = 1.0
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    return np.asarray(found / np.maximum(lengths, 1.0), np.float32)


def labels_of(rows: Sequence[Row]) -> Names:
    """(n,) what is asked of each row: the coarse role where all roles are the explorer's own, else what is given."""
    roles = [str(row["role"]) for row in rows]
    known = all(role in COARSE for role in roles)
    return np.array([COARSE[role] if known else role for role in roles])


def object_classes(rows: Sequence[Row], known: Callable[[], Known]) -> tuple[list[str], dict[str, int]]:
    """The class of each row's object, and how many came from where.

    The row's own `object_class`; else the class that the knowledge gives (`known` is called when first needed); else
    its head: the last character of a Chinese word, the last word of others.
    """
    told: Known | None = None
    found: list[str] = []
    sources: Counter[str] = Counter({"given": 0, "knowledge": 0, "head": 0})
    for row in rows:
        name = row.get("object_class")
        source = "given"
        if not name:
            told = told or known()
            name, source = told(str(row["object"])), "knowledge"
        if not name:
            name, source = f"…{head(str(row['object']))}", "head"
        found.append(str(name))
        sources[source] += 1
    return found, dict(sources)


def head(noun: str) -> str:
    """The last character of a Chinese noun, the last word of others."""
    return noun.split()[-1] if noun[-1].isascii() else noun[-1]


def majority(labels: Names, groups: Sequence[str]) -> Names:
    """(n,) the label that most rows of other groups have; of equals the first by name."""
    names = np.asarray(groups)
    found = np.empty(len(labels), labels.dtype)
    for name in np.unique(names):
        others, counts = np.unique(labels[names != name], return_counts=True)
        found[names == name] = others[counts.argmax()]
    return found

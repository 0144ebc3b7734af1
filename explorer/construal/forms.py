"""Forms of Chinese words that tell something without any fact: complements, classifiers, constructions.

The lists themselves are data: `forms.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

_READ: Mapping[str, Any] = tomllib.loads(
    resources.files("explorer.construal").joinpath("forms.toml").read_text(encoding="utf-8")
)

ASPECT: tuple[str, ...] = tuple(_READ["aspect"].split())
COMPLEMENTS: tuple[str, ...] = tuple(_READ["complements"].split())
COVERBS: frozenset[str] = frozenset(_READ["coverbs"].split())
LIGHT: frozenset[str] = frozenset(_READ["light"].split())
BEFORE_VERB: tuple[str, ...] = tuple(_READ["before_verb"].split())
NUMERAL: str = _READ["numerals"]
NAME_STARTS: frozenset[str] = frozenset(_READ["name_starts"])
"""Frequent surnames, and what names of friends begin with."""
MEASURES: frozenset[str] = frozenset(_READ["measures"].split())
LOCALIZERS: tuple[str, ...] = tuple(_READ["localizers"].split())
NOMINAL_TAGS: tuple[str, ...] = tuple(_READ["nominal_tags"].split())
TAG_CLASSES: Mapping[str, tuple[str, float]] = {
    tag: (str(name), float(share)) for tag, (name, share) in _READ["tag_classes"].items()
}
CONSTRUCTIONS: Mapping[str, Mapping[str, float]] = _READ["constructions"]
WORD_FORMS: Sequence[tuple[str, str, float]] = tuple(
    (row["pattern"], row["class"], row["share"]) for row in _READ["word_forms"]
)
"""Pattern, the class (by its name in the base graph) that it tells, and how surely."""
CANDIDATE_WEIGHTS: Mapping[str, float] = _READ["candidate_weights"]
"""What tells the verb and object that a sentence is about from other pairs in it."""
SURE = 0.9


def surely_told(phrase: str) -> bool:
    """Whether the form of a phrase says what it is: 五分钟, 三天三夜."""
    return any(share >= SURE and re.search(pattern, phrase) for pattern, _class, share in WORD_FORMS)

"""Subjects whose understanding is known: an oracle, one that sees letters, one that knows the answer by itself."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from explorer import FloatArray

PLACES = ["食堂", "饭馆", "教室", "操场", "医院", "车站", "广场", "公园", "客厅", "厨房", "码头", "仓库"]
TOOLS = ["大碗", "毛笔", "铁锹", "剪刀", "钳子", "勺子", "水桶", "扫帚", "锤子", "锯子", "铲子", "刷子"]
VERBS = ["吃", "写", "挖", "剪", "拧", "喝", "洗", "扫", "敲", "锯", "炒", "刷"]


def rows(count: int = 120) -> list[dict[str, Any]]:
    """Mirrored rows: a place, then a tool, with the same two wordings; each verb with several of both."""
    found: list[dict[str, Any]] = []
    for number in range(count // 2):
        verb = VERBS[number % len(VERBS)]
        place, tool = PLACES[(number * 5) % len(PLACES)], TOOLS[(number * 7) % len(TOOLS)]
        for thing, role in ((place, "location"), (tool, "instrument")):
            options = f"第{number}人在{thing}那里{verb}东西", f"第{number}人拿{thing}去{verb}东西"
            good, bad = options if role == "location" else options[::-1]
            row = {
                "id": f"{number}-{role}",
                "phenomenon": role,
                "sentence": f"第{number}人{verb}{thing}",
                "verb": verb,
                "object": thing,
                "good": good,
                "bad": bad,
            }
            found.append(row if role == "location" else row | {"mirror_of": f"{number}-location"})
    return found


def direction(text: str, dim: int = 128) -> FloatArray:
    """A random unit vector, always the same for a text."""
    seed = np.frombuffer(hashlib.sha256(text.encode()).digest(), np.uint32)
    vector = np.random.default_rng(seed).standard_normal(dim)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


@dataclass
class Solver:
    """Texts to vectors by a function; `asked` counts the texts."""

    name: str
    of: Callable[[str], FloatArray]
    asked: list[str] = field(default_factory=list)

    def vectors(self, texts: Sequence[str]) -> FloatArray:
        self.asked += texts
        return np.stack([self.of(text) for text in texts])


def oracle(asked: Sequence[dict[str, Any]], right: Callable[[int], bool] = lambda _i: True) -> Solver:
    """Understands whole sentences, and nothing else; `right` says which rows it gets right."""
    meaning = {}
    for i, row in enumerate(asked):
        meaning[row["sentence"]] = f"meaning {i}"
        meaning[row["good" if right(i) else "bad"]] = f"meaning {i}"
    return Solver("oracle", lambda text: direction(meaning.get(text, text)))


def letters() -> Solver:
    """A bag of characters."""

    def of(text: str) -> FloatArray:
        vector = np.zeros(4096, np.float32)
        for c in set(text) or {"∅"}:
            vector[ord(c) % 4096] = 1.0
        return vector / np.linalg.norm(vector)

    return Solver("letters", of)


def knower(asked: Sequence[dict[str, Any]]) -> Solver:
    """Knows the good options by heart and never looks at the sentence, as one would with a helpful fact alone."""
    good = {row["good"] for row in asked}
    everyone = direction("everyone")

    def of(text: str) -> FloatArray:
        if text in good or not text.endswith("东西"):
            mixed = everyone + 0.3 * direction(text)
            return (mixed / np.linalg.norm(mixed)).astype(np.float32)
        return direction(text)

    return Solver("knower", of)

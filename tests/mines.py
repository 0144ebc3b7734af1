"""A toy of facts and vectors that mining is tested on: words of a kind lie together and are for the same things."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from types import SimpleNamespace

import numpy as np

from explorer.types import FloatArray
from store import FactRecord
from tests.fakes import vector_of

WORKSPACE = SimpleNamespace(name="toy", space=SimpleNamespace(name="toy"))
"""Stands for a workspace on the page; a test gives it knowledge and a miner."""
DIM = 32
KINDS = ("tool", "food", "place", "cloth")


def fact(subject: str, relation: str, object: str, **changes: object) -> FactRecord:
    values = {"language": "zh", "weight": 1.0, "source": "toy", "licence": "", "depth": 2}
    return FactRecord(**(values | {"subject": subject, "relation": relation, "object": object} | changes))


def vectors(words: Sequence[str]) -> FloatArray:
    """Words of a kind (`tool7`, `tool new`) lie together; their objects (`for tool 1`) lie anywhere."""
    return np.stack([vector(word) for word in words])


@cache
def vector(word: str) -> FloatArray:
    row = vector_of(word, DIM)
    if kind_of(word):
        row = row + 3 * vector_of(kind_of(word), DIM)
    return np.asarray(row / np.linalg.norm(row), np.float32)


def kind_of(word: str) -> str:
    return next((kind for kind in KINDS if word.startswith(kind)), "")


def toy(*, shuffled: int | None = None, classes: bool = False) -> list[FactRecord]:
    """Thirty words of each kind, each used for one of three things of its kind; or for anything, shuffled."""
    words = [f"{kind}{i}" for kind in KINDS for i in range(30)]
    objects = [f"for {kind_of(word)} {i % 3}" for i, word in enumerate(words)]
    if shuffled is not None:
        objects = np.random.default_rng(shuffled).permutation(objects).tolist()
    facts = [fact(word, "UsedFor", each) for word, each in zip(words, objects, strict=True)]
    if classes:
        facts += [fact(w, "IsA", kind_of(w), meta={"class": kind_of(w)}) for w in words]
        facts += [fact(f"idea{i}", "IsA", "idea", meta={"class": "idea"}) for i in range(60)]
    return facts

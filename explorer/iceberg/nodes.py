"""The iceberg of a sentence: words above the waterline, below it the facts that license its reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from explorer.construal.readings import Construal

WORDS, LEXICAL, COMMONSENSE, BACKGROUND, DARK = range(5)
"""Layers by depth: 话语, 词汇知识, 常识, 背景与文化, 暗物质."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """A token of the sentence (depth 0), a concept, or dark matter (depth 4: the space implies it, no fact says it).

    `labels` in languages; `word` is what to ask the space with; `lit` where the winning path passes. Tokens
    have a `position`, from 0, in the order of the sentence; others −1.
    """

    id: str
    labels: Mapping[str, str]
    depth: int
    word: str
    lit: bool = False
    position: int = -1
    part: str = ""  # of tokens: verb, object, subject or ""

    def label(self, language: str) -> str:
        """In `language`, else in any."""
        return self.labels.get(language) or next(iter(self.labels.values()))


@dataclass(frozen=True, kw_only=True, slots=True)
class Edge:
    """A relation between two nodes. Above the water (both ends tokens) it is a role of the sentence.

    `evidence`: a fact of the graph; a guess (head, form, nearest known word); the space (dark matter, with its
    `score`). `lit`: on a winning path. `cut`: a person left it out; it stays to be seen, red and dashed.
    `step` is the id to cut by, empty where cutting means nothing. `origin` names the source of the fact.
    """

    id: str
    source: str
    target: str
    relation: str
    labels: Mapping[str, str]
    evidence: Literal["role", "fact", "guess", "space"] = "fact"
    lit: bool = False
    cut: bool = False
    score: float | None = None
    step: str = ""
    origin: str = ""
    weight: float = 1.0

    def label(self, language: str) -> str:
        """In `language`, else in any."""
        return self.labels.get(language) or next(iter(self.labels.values()))


@dataclass(frozen=True, kw_only=True, slots=True)
class Iceberg:
    """The graph of one sentence; every edge's ends are nodes of it."""

    construal: Construal
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = field(default=())

    def node(self, node_id: str) -> Node:
        """The node of an id."""
        return next(node for node in self.nodes if node.id == node_id)

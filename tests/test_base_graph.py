"""The graph of base facts is built once a process, and anew for other sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from explorer import Fact, KnowledgeSource
from explorer.knowledge.graph import base_graph
from explorer.registry import Registry


class Words(KnowledgeSource):
    """One fact about one word."""

    name = "words"
    title = {"en": "words"}
    licence = "CC0"
    base = True

    def __init__(self, word: str) -> None:
        self.word = word

    def facts(self, assets: Mapping[str, Path]) -> Iterable[Fact]:
        return [Fact(subject=self.word, relation="IsA", object="东西", language="zh")]


def registry(word: str) -> Registry:
    found = Registry()
    found.knowledge_sources["words"] = Words(word)
    return found


def test_the_same_sources_share_a_graph_and_others_do_not() -> None:
    first = base_graph(registry("碗"))
    assert base_graph(registry("碗")) is first
    other = base_graph(registry("盘"))
    assert [fact.subject for fact in other.about("盘")] == ["盘"]
    assert other.about("碗") == []

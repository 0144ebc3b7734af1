"""From a sentence to verb and object: what the graph knows guides where the segmenter errs."""

from __future__ import annotations

from functools import cache

import pytest

from explorer.construal.evidence import Gatherer
from explorer.construal.parsing import Parser, bare
from explorer.construal.usual import usual_roles
from explorer.knowledge.graph import base_graph
from explorer.registry import load_registry


@cache
def parser() -> Parser:
    graph = base_graph(load_registry())
    gatherer = Gatherer(graph, usual_roles(graph))
    return Parser(gatherer.is_verb, gatherer.is_known, gatherer.fit)


@pytest.mark.parametrize(
    ("sentence", "verb", "noun"),
    [
        ("张三吃食堂", "吃", "食堂"),  # the segmenter alone makes 张三吃 a name
        ("张三吃大碗", "吃", "大碗"),
        ("他每天晚上写毛笔", "写", "毛笔"),
        ("我昨天睡了两天沙发", "睡", "沙发"),
        ("她买了一件红色的毛衣", "买", "毛衣"),
        ("把门刷油漆", "刷", "油漆"),  # one word in the segmenter's dictionary
        ("他喜欢喝茶", "喝", "茶"),
        ("我们明天飞广州。", "飞", "广州"),
        ("　张三　吃　面条　", "吃", "面条"),
    ],
)
def test_verb_and_object_are_found(sentence: str, verb: str, noun: str) -> None:
    clause = parser().parse(sentence)
    assert (clause.verb, clause.object) == (verb, noun), clause


def test_given_words_are_taken() -> None:
    clause = parser().parse("他贴上了新买的春联", "贴上", "新买的春联")
    assert (clause.verb, clause.complement, clause.object) == ("贴", "上", "春联")
    assert [token.part for token in clause.tokens if token.part in ("verb", "object")] == ["verb", "object"]


def test_an_object_before_its_verb_is_told_by_its_coverb() -> None:
    assert parser().parse("他把面条吃了", "吃", "面条").fronting == "把"


@pytest.mark.parametrize("sentence", ["", "   ", "I eat noodles.", "🍜🍜🍜", "。。。", "他走了", "好大的雨"])
def test_where_there_is_no_object_the_reason_is_said(sentence: str) -> None:
    clause = parser().parse(sentence)
    assert clause.verb == ""
    assert clause.reason


def test_a_book_is_read_no_further_than_its_beginning() -> None:
    clause = parser().parse("张三吃食堂，" * 2_000)
    assert (clause.verb, clause.object) == ("吃", "食堂")
    assert sum(len(token.text) for token in clause.tokens) <= 400


def test_tokens_cover_the_sentence_in_order() -> None:
    clause = parser().parse("我妈妈在厨房炖一锅排骨，很香")
    assert "".join(token.text for token in clause.tokens) == "我妈妈在厨房炖一锅排骨很香"
    assert [token.start for token in clause.tokens] == sorted(token.start for token in clause.tokens)


@pytest.mark.parametrize(
    ("phrase", "noun"),
    [("一个大碗", "大碗"), ("新买的毛笔", "毛笔"), ("三天", "三天"), ("这张床", "床"), ("食堂", "食堂")],
)
def test_a_noun_phrase_is_stripped_to_its_noun(phrase: str, noun: str) -> None:
    assert bare(phrase) == noun

"""A name at the head of a sentence is one word, on the tip of the iceberg too."""

from __future__ import annotations

import pytest

from explorer.construal.parsing import Parser

VERBS, NOUNS = {"吃", "写", "睡"}, {"食堂", "毛笔", "沙发"}


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("张三吃食堂", ["张三", "吃", "食堂"]),
        ("小王写毛笔", ["小王", "写", "毛笔"]),
        ("李四睡沙发", ["李四", "睡", "沙发"]),
        ("我们吃食堂", ["我们", "吃", "食堂"]),
    ],
)
def test_a_name_before_the_verb_is_one_word(sentence: str, words: list[str]) -> None:
    clause = Parser(VERBS.__contains__, NOUNS.__contains__).parse(sentence)
    assert [token.text for token in clause.tokens] == words
    assert [token.part for token in clause.tokens] == ["subject", "verb", "object"]

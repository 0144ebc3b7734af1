"""Choosing between wordings by construal: what the reader of wordings says, and when there is no opinion."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from explorer.construal import wording_roles
from explorer.construal.choosing import Ask, Chooser, open_chooser
from explorer.construal.readings import COARSE


@cache
def chooser() -> Chooser:
    return open_chooser(offline=True)


@pytest.mark.parametrize(
    ("wording", "verb", "thing", "role"),
    [
        ("张三在食堂里吃饭", "吃", "食堂", "location"),
        ("张三把食堂吃掉了", "吃", "食堂", "patient"),
        ("张三用大碗吃饭", "吃", "大碗", "instrument"),
        ("小王靠父母过日子", "吃", "父母", "support"),
        ("他们乘火车去上海", "去", "火车", "vehicle"),
        ("我们为了签证跑来跑去", "跑", "签证", "purpose"),
    ],
)
def test_a_plain_wording_is_read(wording: str, verb: str, thing: str, role: str) -> None:
    model = wording_roles.fitted()
    shares = np.exp(model.log_shares(wording, verb, thing))
    assert shares.sum() == pytest.approx(1)
    assert COARSE[model.roles[int(shares.argmax())]] == COARSE[role]


def test_verb_and_object_are_masked_and_a_head_will_do() -> None:
    assert wording_roles.masked("用碗吃饭", "吃", "大碗") == "用ＯＶ饭"
    assert wording_roles.masked("在那里用餐", "吃", "食堂") == "在那里用餐"


def test_mirrored_sentences_get_opposite_answers() -> None:
    options = ("他在那里吃饭", "他拿它来吃饭")
    place, tool = chooser().log_odds(
        [
            Ask(sentence="张三吃食堂", verb="吃", object="食堂", options=options),
            Ask(sentence="张三吃大碗", verb="吃", object="大碗", options=options),
        ]
    )
    assert place is not None
    assert tool is not None
    assert place > 0 > tool


@pytest.mark.parametrize("sentence", ["", "  ", "Zhang San eats noodles", "🍜", "魑魅魍魉"])
def test_without_a_sentence_to_construe_there_is_no_opinion(sentence: str) -> None:
    assert chooser().log_odds([Ask(sentence=sentence, options=("张三在食堂吃饭", "张三把食堂吃了"))]) == [
        None
    ]


def test_exchanging_the_options_exchanges_the_answer() -> None:
    ask = Ask(sentence="他写毛笔", verb="写", object="毛笔", options=("他用毛笔写字", "他写出一支毛笔"))
    (there,) = chooser().log_odds([ask])
    (back,) = chooser().log_odds(
        [Ask(sentence=ask.sentence, verb=ask.verb, object=ask.object, options=ask.options[::-1])]
    )
    assert there is not None
    assert back == pytest.approx(-there)


@pytest.mark.parametrize(("verb", "thing"), [("吃", "食堂"), ("写", "毛笔"), ("睡", "沙发"), ("飞", "广州")])
def test_a_contrasting_object_has_another_role(verb: str, thing: str) -> None:
    other = chooser().contrasting(verb, thing)
    assert other is not None
    roles = [chooser().construer.construe(f"他{verb}{each}", verb, each).best for each in (thing, other)]
    assert roles[0] is not None
    assert roles[1] is not None
    assert COARSE[roles[0].role] != COARSE[roles[1].role]
    assert chooser().contrasting(verb, thing) == other


def test_of_a_verb_that_nobody_knows_there_is_none() -> None:
    assert chooser().contrasting("魑魅", "魍魉") is None

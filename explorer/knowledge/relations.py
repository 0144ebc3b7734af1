"""The relations of facts: ConceptNet's (Speer, Chin & Havasi 2017), with titles, and a few for verbs and idioms."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

WORDS, LEXICAL, COMMONSENSE, BACKGROUND = range(4)


@dataclass(frozen=True, kw_only=True, slots=True)
class Relation:
    """A relation: its name in facts, how the page writes it, how deep its facts usually lie."""

    name: str
    en: str
    zh: str
    depth: int
    symmetric: bool = False


ROLES = {
    "patient": "受事",
    "result": "结果",
    "content": "内容",
    "target": "对象",
    "location": "处所",
    "path": "路径",
    "goal": "终点",
    "source": "来源",
    "instrument": "工具",
    "material": "材料",
    "vehicle": "交通工具",
    "manner": "方式",
    "time": "时间",
    "duration": "时长",
    "cause": "原因",
    "purpose": "目的",
    "support": "依靠",
    "event": "事件",
    "agent": "施事",
    "topic": "话题",
}
"""Roles that a verb's object can bear, with their Chinese names."""


def taking(role: str) -> str:
    """The relation between a verb and a class whose members fill `role` as its object: `TakesLocation`."""
    return f"Takes{role.capitalize()}"


TAKES = {taking(role): role for role in ROLES}
"""The relations between verbs and their objects' classes, with the role."""

_CONCEPTNET = (
    ("Antonym", "opposite of", "反义", LEXICAL, True),
    ("AtLocation", "at", "位于", COMMONSENSE, False),
    ("CapableOf", "can", "能", COMMONSENSE, False),
    ("Causes", "causes", "导致", COMMONSENSE, False),
    ("CausesDesire", "makes want", "使人想", COMMONSENSE, False),
    ("CreatedBy", "made by", "由…产生", COMMONSENSE, False),
    ("DefinedAs", "defined as", "定义为", LEXICAL, False),
    ("DerivedFrom", "derived from", "派生自", LEXICAL, False),
    ("Desires", "wants", "想要", COMMONSENSE, False),
    ("DistinctFrom", "distinct from", "不同于", LEXICAL, True),
    ("Entails", "entails", "蕴含", LEXICAL, False),
    ("EtymologicallyDerivedFrom", "etymologically from", "词源为", LEXICAL, False),
    ("EtymologicallyRelatedTo", "of common origin with", "同源于", LEXICAL, True),
    ("FormOf", "form of", "词形属于", LEXICAL, False),
    ("HasA", "has", "有", COMMONSENSE, False),
    ("HasContext", "in the field of", "用于领域", BACKGROUND, False),
    ("HasFirstSubevent", "begins with", "先要", COMMONSENSE, False),
    ("HasLastSubevent", "ends with", "最后", COMMONSENSE, False),
    ("HasPrerequisite", "needs", "前提是", COMMONSENSE, False),
    ("HasProperty", "is", "具有性质", COMMONSENSE, False),
    ("HasSubevent", "includes doing", "其间会", COMMONSENSE, False),
    ("InstanceOf", "instance of", "实例属于", LEXICAL, False),
    ("IsA", "is a", "是一种", LEXICAL, False),
    ("LocatedNear", "near", "邻近", COMMONSENSE, True),
    ("MadeOf", "made of", "由…制成", COMMONSENSE, False),
    ("MannerOf", "way of", "是…的方式", LEXICAL, False),
    ("MotivatedByGoal", "done in order to", "为了", COMMONSENSE, False),
    ("NotCapableOf", "cannot", "不能", COMMONSENSE, False),
    ("NotDesires", "does not want", "不想要", COMMONSENSE, False),
    ("NotHasProperty", "is not", "不具有性质", COMMONSENSE, False),
    ("ObstructedBy", "hindered by", "受阻于", COMMONSENSE, False),
    ("PartOf", "part of", "是…的部分", COMMONSENSE, False),
    ("ReceivesAction", "can be", "可被", COMMONSENSE, False),
    ("RelatedTo", "related to", "相关", BACKGROUND, True),
    ("SimilarTo", "similar to", "类似", LEXICAL, True),
    ("SymbolOf", "symbol of", "象征", BACKGROUND, False),
    ("Synonym", "same as", "同义", LEXICAL, True),
    ("UsedFor", "used for", "用于", COMMONSENSE, False),
)
_OWN = (
    ("MeansFiguratively", "means, as a set phrase", "比喻义", BACKGROUND, False),
    ("MeansLiterally", "means, word for word", "字面义", LEXICAL, False),
)

RELATIONS: dict[str, Relation] = {
    name: Relation(name=name, en=en, zh=zh, depth=depth, symmetric=symmetric)
    for name, en, zh, depth, symmetric in (*_CONCEPTNET, *_OWN)
} | {
    taking(role): Relation(name=taking(role), en=f"takes as {role}", zh=f"宾语作{title}", depth=LEXICAL)
    for role, title in ROLES.items()
}
"""Every relation a fact may have, by name."""
IN_CONCEPTNET = frozenset(name for name, *_rest in _CONCEPTNET)
"""Names of those that ConceptNet has too, under http://conceptnet.io/r/."""

_BY_ANY_NAME = {
    key.casefold(): relation
    for relation in RELATIONS.values()
    for key in (relation.zh, relation.en, relation.name)
}


def find_relation(name: str) -> Relation | None:
    """The relation of a name in any case, with or without `/r/`, or of a title in English or Chinese."""
    return _BY_ANY_NAME.get(name.strip().removeprefix("/r/").casefold())


def similar(name: str) -> list[str]:
    """Names of relations that may have been meant, the likeliest first; some usual ones where none is near."""
    near = get_close_matches(name, RELATIONS, n=3, cutoff=0.6)
    return near or ["IsA", "UsedFor", "AtLocation", "PartOf", "HasProperty", "RelatedTo"]

"""How a reading is said in full, in Chinese and English: 在食堂吃饭, eat at the canteen."""

from __future__ import annotations

from collections.abc import Mapping

from explorer.construal.evidence import Evidence
from explorer.construal.parsing import Clause
from explorer.construal.readings import IDIOM
from explorer.knowledge.graph import IS, Facts
from explorer.knowledge.relations import ROLES

USUAL: Mapping[str, tuple[str, str]] = {
    "patient": ("{V}{O}，{O}是所{V}的", "{V} {O}"),
    "result": ("{V}出{O}来", "{V} and so bring about {O}"),
    "content": ("{V}的内容是{O}", "{V} {O}"),
    "target": ("对着{O}{V}", "{V} to {O}"),
    "location": ("在{O}{V}", "{V} at {O}"),
    "path": ("沿着或经过{O}{V}", "{V} along or through {O}"),
    "goal": ("{V}到{O}", "{V} to {O}"),
    "source": ("从{O}{V}", "{V} from {O}"),
    "instrument": ("用{O}{V}", "{V} with {O}"),
    "material": ("用{O}作材料{V}", "{V} with {O} as material"),
    "vehicle": ("乘着{O}{V}", "{V} by {O}"),
    "manner": ("以{O}的方式{V}", "{V} in the manner of {O}"),
    "time": ("在{O}的时候{V}", "{V} at the time of {O}"),
    "duration": ("{V}了{O}这么久", "{V} for {O}"),
    "cause": ("因为{O}而{V}", "{V} because of {O}"),
    "purpose": ("为了{O}{V}", "{V} for the sake of {O}"),
    "support": ("靠{O}{V}", "{V} by means of {O}"),
    "event": ("在{O}中{V}", "{V} at the event of {O}"),
    "agent": ("{O}来{V}", "{O} does it: {V}"),
    "topic": ("{V}关于{O}的事", "{V} about {O}"),
    IDIOM: ("{V}{O}是熟语，另有所指", "{V} {O}, a set phrase"),
}
"""Role → how its reading is said where no frame says it better; {V} and {O} stand for verb and object."""
_NAMES_IDIOM = {"zh": "熟语", "en": "set phrase"}


def role_name(role: str, language: str) -> str:
    """A role's name for readers."""
    if role == IDIOM:
        return _NAMES_IDIOM[language]
    return ROLES[role] if language == "zh" else role


def paraphrases(facts: Facts, clause: Clause, evidence: Evidence) -> dict[str, tuple[str, str]]:
    """Role → (zh, en): the strongest frame's wording where there is one, else the usual one."""
    verb = clause.verb + (clause.complement if len(clause.complement) > 1 else "")
    known = (
        evidence.anchors[0].word if evidence.anchors else clause.object
    )  # a compound is glossed by its head
    verb_en, object_en = gloss(facts, clause.verb, as_verb=True), gloss(facts, clause.object)
    if object_en == clause.object:
        object_en = gloss(facts, known)
    found: dict[str, tuple[str, str]] = {}
    for role, (zh, en) in {**USUAL, **evidence.templates}.items():
        found[role] = (
            zh.replace("{V}", verb).replace("{O}", clause.object),
            en.replace("{V}", verb_en).replace("{O}", object_en),
        )
    figurative = [
        f
        for p in evidence.paths
        if p.role == IDIOM
        for f in facts.about(p.steps[-1].subject)
        if f.id == p.steps[-1].id
    ]
    if figurative:
        found[IDIOM] = figurative[0].object, str(figurative[0].meta.get("en", ""))
    return found


def gloss(facts: Facts, word: str, *, as_verb: bool = False) -> str:
    """A word in English as far as facts tell, else the word itself."""
    for fact in facts.about(word):
        if fact.relation in IS and fact.meta.get("en") and ("type" in fact.meta) == as_verb:
            return str(fact.meta["en"]).split(";")[0].split(",")[0].strip()
    return word

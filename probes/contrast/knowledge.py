"""The knowledge condition: does a fact help, and is it the sentence that it helps?

Each row is asked again with a fact behind its sentence: one that tells what the object is, a neutral one about the
same object, an irrelevant one (another row's), a wrong one, and the fact alone, without the sentence. Whoever answers
from the fact alone does not construe the sentence, however much the fact helps.

Rows bring their facts (`fact`, `neutral_fact`, `irrelevant_fact`, `wrong_fact`), or `filled` takes them from the
knowledge graph.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from explorer import Ask, Chooser, translate
from explorer.i18n import N_
from probes import figures
from probes.contrast.arms import Rows
from probes.spans import Row, given
from probes.statistics import Array, difference_interval
from probes.verdicts import LEAST, TOO_FEW

FACT, ALONE = "fact", "fact_alone"
FIELDS = (FACT, "neutral_fact", "irrelevant_fact", "wrong_fact")
CONDITIONS = (*FIELDS, ALONE)
_COUNT = "零一两三四五六七八九"
HELPS = N_("the fact helps to understand the sentence")
NO_HELP = N_("the fact does not help")
WITHOUT = N_("not construal: the fact alone answers as well")
ANY = N_("not the fact's content: another fact helps as well")


def filled(rows: Rows, chooser: Chooser) -> list[dict[str, Any]]:
    """The rows with facts out of the knowledge graph, where they have none and it knows what the object is."""
    facts: list[str] = [str(row.get(FACT) or _fact(row, chooser)) for row in rows]
    found: list[dict[str, Any]] = []
    for i, row in enumerate(rows):
        more: dict[str, Any] = {}
        thing, verb = given(row, "object"), given(row, "verb")
        if facts[i] and thing and verb and len(thing) < len(_COUNT):
            other = chooser.contrasting(verb, thing)
            more = {
                FACT: facts[i],
                "neutral_fact": f"“{thing}”这个词有{_COUNT[len(thing)]}个字。",
                "irrelevant_fact": _elsewhere(rows, facts, i),
                "wrong_fact": other and _said(thing, chooser.grounds(f"他{verb}{other}", verb, other)),
            }
        found.append({key: value for key, value in more.items() if value} | dict(row))
    return found


def asks(rows: Rows, condition: str) -> list[Ask | None]:
    """What each row asks in a condition; None where it has no such fact."""
    return [_ask(row, condition) for row in rows]


def entry(scored: Mapping[str, Array], asked: Mapping[str, Array], clusters: Sequence[str]) -> dict[str, Any]:
    """Figures of the condition, over the rows that have a fact.

    Args:
        scored: `full` and every condition → (n,) scores.
        asked: condition → (n,) bool.

    Returns:
        `sentence` (the accuracy without a fact), every condition as an arm (a negative gap is help), `verdict`.
    """
    full = scored["full"]
    chosen = np.flatnonzero(asked[FACT])
    names = [clusters[i] for i in chosen.tolist()]
    found: dict[str, Any] = {"n": len(chosen), "left_out": len(full) - len(chosen)}
    found["sentence"] = figures.accuracy(full[chosen], names)
    for condition in CONDITIONS:
        found[condition] = figures.arm(
            full[chosen], scored[condition][chosen], asked[condition][chosen], names
        )
    found["verdict"], found["verdict_reasons"] = _verdict(found, scored, asked)
    return found


def _verdict(
    found: Mapping[str, Any], scored: Mapping[str, Array], asked: Mapping[str, Array]
) -> tuple[str, list[str]]:
    if found["n"] < LEAST:
        return TOO_FEW, [translate("{n} items are too few to conclude anything.").format(n=found["n"])]
    if found[FACT]["gap_ci"][1] >= 0:
        return NO_HELP, [translate("The interval of what the fact adds reaches zero.")]
    if not _beats(ALONE, scored, asked):
        return WITHOUT, [translate("Without the sentence the fact answers as well as with it.")]
    near = [name for name in FIELDS[1:] if not _beats(name, scored, asked)]
    if near:
        return ANY, [translate("Not separable from {arms}.").format(arms=", ".join(near))]
    return HELPS, [translate("It helps more than any other fact, and more than it does alone.")]


def _beats(other: str, scored: Mapping[str, Array], asked: Mapping[str, Array]) -> bool:
    """Whether the fact with the sentence is separably better than `other`, where enough rows ask both."""
    both = np.flatnonzero(np.logical_and(asked[FACT], asked[other]))
    if len(both) < LEAST:
        return True
    return difference_interval(scored[FACT][both], scored[other][both])[0] > 0


def _ask(row: Row, condition: str) -> Ask | None:
    fact = row.get(FACT if condition == ALONE else condition)
    if not isinstance(fact, str) or not fact.strip():
        return None
    options = (row["good"], row["bad"])
    if condition == ALONE:
        return Ask(sentence=fact, options=options)
    sentence = f"{str(row['sentence']).rstrip('。.')}。{fact}"
    return Ask(sentence=sentence, verb=given(row, "verb"), object=given(row, "object"), options=options)


def _fact(row: Row, chooser: Chooser) -> str:
    verb, thing = given(row, "verb"), given(row, "object")
    return _said(thing, chooser.grounds(row["sentence"], verb, thing)) if verb and thing else ""


def _said(thing: str, grounds: Sequence[str]) -> str:
    """In words: 食堂是饮食场所，饮食场所是地方."""
    pairs = zip([thing, *grounds], grounds, strict=False)
    return "，".join(f"{lower}是{upper}" for lower, upper in pairs) + "。" if grounds else ""


def _elsewhere(rows: Rows, facts: Sequence[str], i: int) -> str:
    """The next fact of another verb's row that does not speak of this row's object."""
    for row, fact in [
        *zip(rows[i + 1 :], facts[i + 1 :], strict=True),
        *zip(rows[:i], facts[:i], strict=True),
    ]:
        if fact and row.get("verb") != rows[i].get("verb") and str(rows[i]["object"]) not in fact:
            return fact
    return ""

"""What a class of things usually is to a verb, counted over all frames."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from explorer.knowledge.graph import FactGraph
from explorer.knowledge.relations import ROLES, TAKES


def usual_roles(graph: FactGraph, *, smooth: float = 1.0) -> dict[str, dict[str, float]]:
    """Class → role → share of the verbs' own frames that take it so.

    A class with few frames leans on its superclass; the shares of a class sum to 1.
    """
    counts: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for word, facts in graph.subjects():
        if any("type" in f.meta and f.relation in TAKES for f in facts) or word in ROLES:
            continue
        for fact in facts:
            if fact.relation in TAKES and fact.language == "zh":
                counts[fact.object][TAKES[fact.relation]] += min(1.0, fact.weight)
    total: dict[str, float] = defaultdict(float)
    for by_role in counts.values():
        for role, count in by_role.items():
            total[role] += count
    everything = sum(total.values()) or 1.0
    prior = {role: count / everything for role, count in total.items()}
    found: dict[str, dict[str, float]] = {}

    def shares(name: str, depth: int = 0) -> Mapping[str, float]:
        if name in found:
            return found[name]
        above = [f.object for f in graph.about(name) if f.relation == "IsA" and "parent" in f.meta]
        base = shares(above[0], depth + 1) if above and depth < 8 else prior
        mine = counts.get(name, {})
        n = sum(mine.values())
        found[name] = {
            r: (mine.get(r, 0.0) + smooth * 4 * base.get(r, 0.0)) / (n + smooth * 4) for r in prior
        }
        return found[name]

    for name in list(counts):
        shares(name)
    for _word, facts in graph.subjects():
        for fact in facts:
            if fact.relation == "IsA" and "class" in fact.meta:
                shares(fact.object)
    return found

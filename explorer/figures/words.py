"""What a figure says in words: titles, counts and sentences, in a given language whatever the context's own is."""

from __future__ import annotations

from explorer.construal.wording import role_name
from explorer.i18n import _, ngettext
from explorer.iceberg.geometry.text import score
from explorer.iceberg.nodes import DARK, WORDS, Edge, Iceberg


def facts_of(iceberg: Iceberg) -> list[Edge]:
    """Edges below the water: facts, guesses, and what the space implies; the lit ones first."""
    return sorted((e for e in iceberg.edges if e.evidence != "role"), key=lambda e: (not e.lit, not e.cut))


def depth_of(edge: Edge, depths: dict[str, int]) -> int:
    """The layer that an edge counts in: the deeper one of its ends'."""
    return max(depths[edge.source], depths[edge.target])


def counts(iceberg: Iceberg, *, short: bool) -> list[str]:
    """What stands under the name of each layer, by depth; `short` where there is little room."""
    depths = {node.id: node.depth for node in iceberg.nodes}
    found = [0] * (DARK + 1)
    for edge in facts_of(iceberg):
        found[depth_of(edge, depths)] += 1
    found[WORDS] = sum(node.depth == WORDS for node in iceberg.nodes)
    lines = [ngettext("{n} word", "{n} words", found[0]).format(n=found[0])]
    lines += [ngettext("{n} fact", "{n} facts", n).format(n=n) for n in found[1:DARK]]
    dark = _("{n} implied") if short else _("{n} implied by the space")
    lines.append(dark.format(n=found[DARK]))
    return lines


def fact_line(edge: Edge, iceberg: Iceberg, language: str) -> str:
    """食堂 是一种 餐馆."""
    ends = iceberg.node(edge.source).label(language), iceberg.node(edge.target).label(language)
    line = f"{ends[0]} {edge.label(language)} {ends[1]}"
    return line if edge.score is None else f"{line} {score(edge.score)}"


def reading_line(iceberg: Iceberg, language: str) -> str:
    """How the sentence is read, or why no reading is given."""
    best = iceberg.construal.best
    if best is None:
        return iceberg.construal.reason or _("No reading: no verb with an object was found.")
    if iceberg.construal.abstained:
        return iceberg.construal.reason or _("No verdict: the best is {value}, below {limit}.").format(
            value=score(best.probability), limit=score(iceberg.construal.threshold)
        )
    return best.zh if language == "zh" else best.en


def description(iceberg: Iceberg, language: str) -> str:
    """The figure for those who hear it: reading, probability, and the facts that are lit."""
    best = iceberg.construal.best
    parts = [reading_line(iceberg, language)]
    if best is not None and not iceberg.construal.abstained:
        parts.append(f"{role_name(best.role, language)} {score(best.probability)}")
    parts += [fact_line(edge, iceberg, language) for edge in facts_of(iceberg) if edge.lit]
    return ("；" if language == "zh" else "; ").join(parts)

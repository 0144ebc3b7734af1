"""What the drawing on the page is sent: shapes of a wide and of a narrow layout, and what is said of each element."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from explorer.i18n import _, current, localise
from explorer.iceberg.geometry.bands import BANDS
from explorer.iceberg.nodes import DARK, Edge, Iceberg, Node
from explorer.ui.iceberg.words import verdict
from explorer.ui.tokens import number


def component_data(
    drawings: Sequence[dict[str, Any]],
    icebergs: Sequence[Iceberg],
    *,
    theme: str,
    chosen: str | None,
    marked: Collection[str] = (),
    sources: Mapping[str, str] | None = None,
    memory: str = "",
) -> dict[str, Any]:
    """All that the browser needs.

    Args:
        drawings: of the same sentence, the widest first, as `iceberg_data` makes them.
        icebergs: what they draw.
        chosen: id of the node or edge that is chosen.
        marked: ids of nodes that a selection elsewhere points to.
        sources: titles of the sources of facts.
        memory: moved nodes are remembered under this name.
    """
    says: dict[str, Any] = {}
    for iceberg in icebergs:
        says |= sayings(iceberg, sources or {})
    construal = icebergs[0].construal
    return {
        "views": list(drawings),
        "theme": theme,
        "chosen": chosen,
        "marked": list(marked),
        "memory": memory or construal.sentence,
        "says": says,
        "words": {
            "drawing": described(icebergs[0]),
            "cut": _("Cut this edge"),
            "restore": _("Put this edge back"),
        },
    }


def described(iceberg: Iceberg) -> str:
    """The drawing in a sentence, for those who do not see it."""
    construal = iceberg.construal
    said = verdict(construal)
    if not said and construal.best is not None:
        said = construal.best.zh if current() == "zh" else construal.best.en
    return _("Iceberg of {sentence}: {reading}").format(sentence=construal.sentence, reading=said)


def sayings(iceberg: Iceberg, sources: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Id → title and notes of the hint, and the name that a screen reader speaks."""
    names = {node.id: node.label(current()) for node in iceberg.nodes}
    found = {node.id: _of_node(node) for node in iceberg.nodes}
    return found | {edge.id: _of_edge(edge, names, sources) for edge in iceberg.edges}


def _of_node(node: Node) -> dict[str, Any]:
    language = current()
    title, other = node.label(language), node.label("en" if language == "zh" else "zh")
    notes = [localise(BANDS[min(node.depth, DARK)])]
    if other != title:
        notes.insert(0, other)
    if node.depth == DARK:
        notes.append(_("No fact says it; the space implies it."))
    spoken = [title, localise(BANDS[min(node.depth, DARK)]), *([_("on the lit path")] if node.lit else [])]
    return {"title": title, "notes": notes, "aria": ", ".join(spoken)}


def _of_edge(edge: Edge, names: Mapping[str, str], sources: Mapping[str, str]) -> dict[str, Any]:
    label = edge.label(current())
    source, target = names[edge.source], names[edge.target]
    notes = [_source(edge, sources)]
    if edge.cut:
        notes.append(_("Cut: it no longer counts."))
    elif edge.lit and edge.evidence != "role":
        notes.append(_("On the lit path."))
    spoken = [f"{source} {label} {target}", *notes]
    if edge.step:
        spoken.append(_("Delete puts it back.") if edge.cut else _("Enter tries the cut, Delete cuts."))
    return {"title": f"{source} — {label} → {target}", "notes": notes, "aria": ". ".join(spoken)}


def _source(edge: Edge, sources: Mapping[str, str]) -> str:
    """On whose word an edge stands."""
    if edge.evidence == "role":
        return _("A role in the sentence")
    if edge.evidence == "space":
        score = number(edge.score) if edge.score is not None else "–"
        return _("Implied by the space: {score}").format(score=score)
    weight = number(edge.weight)
    if edge.evidence == "guess":
        return _("A guess from the word's form, weight {weight}").format(weight=weight)
    return _("Fact from {source}, weight {weight}").format(
        source=sources.get(edge.origin, edge.origin) or "–", weight=weight
    )

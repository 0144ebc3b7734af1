"""The part of the graph that one sentence needs, as an iceberg: paths behind the reading, and what lies around them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import networkx as nx

from explorer.construal.construer import Construer
from explorer.construal.readings import Construal, Path, lit_steps
from explorer.construal.wording import gloss, role_name
from explorer.iceberg.nodes import BACKGROUND, COMMONSENSE, DARK, LEXICAL, WORDS, Edge, Iceberg, Node
from explorer.knowledge.graph import IS, Facts, Step, step_of
from explorer.knowledge.relations import RELATIONS, TAKES
from store import FactRecord

AROUND = 14
"""Concepts beside the paths that are shown, unless asked otherwise."""
OTHER_FRAMES = 2
"""Roles that the verb could give to other objects, shown for comparison."""
EACH = 5
"""Further facts about one word: the heaviest."""
_MORE = frozenset(
    (
        *(
            "UsedFor",
            "ReceivesAction",
            "AtLocation",
            "MadeOf",
            "PartOf",
            "HasProperty",
            "Causes",
            "HasPrerequisite",
        ),
        *("CapableOf", "HasA", "HasSubevent", "MotivatedByGoal", "CreatedBy", "RelatedTo", "SymbolOf"),
        *("MeansFiguratively", "MeansLiterally", "Synonym", "Antonym", *IS),
    )
)
_FORM_NAMES = {
    "DerivedFrom": {"zh": "中心语", "en": "head"},
    "SimilarTo": {"zh": "近似", "en": "near"},
    "HasA": {"zh": "形式", "en": "form"},
}


class _Builder:
    """Collects nodes and edges in a graph whose nodes are words and classes, each token standing for its word."""

    def __init__(self, facts: Facts, construal: Construal) -> None:
        self._facts = facts
        self._construal = construal
        self.graph = nx.MultiDiGraph()
        self._token_of: dict[str, str] = {}
        for i, token in enumerate(construal.tokens):
            key = f"t{i}"
            self.graph.add_node(
                key, labels={"zh": token.text}, depth=WORDS, word=token.text, position=i, part=token.part
            )
            if token.part or token.text not in self._token_of:
                self._token_of[token.text] = key
        for part, word in (("verb", construal.verb), ("object", construal.object)):
            keys = [k for k, data in self.graph.nodes(data=True) if data["part"] == part]
            if keys and word:
                self._token_of[word] = keys[0]

    def place(self, word: str, depth: int, labels: Mapping[str, str] | None = None) -> str:
        """The node of a word: its token, or a concept, no deeper than it was before."""
        key = self._token_of.get(word, word)
        if key not in self.graph:
            named = labels or {"zh": word, "en": gloss(self._facts, word)}
            self.graph.add_node(key, labels=dict(named), depth=depth, word=word, position=-1, part="")
        return key

    def step(self, step: Step, depth: int = LEXICAL) -> None:
        """One step of a path as an edge; its far end at `depth` where it is new."""
        source = self.place(step.subject, depth)
        target = self.place(step.object, depth, step.labels or None)
        if source == target or self.graph.has_edge(source, target, key=step.id):
            return
        evidence = "fact" if step.kind == "fact" else "guess"
        own = None if step.kind == "fact" else _FORM_NAMES.get(step.relation)
        self.graph.add_edge(
            source,
            target,
            key=step.id,
            relation=step.relation,
            labels=own or relation_names(step.relation),
            evidence=evidence,
            origin=step.source,
            weight=step.weight,
        )

    def paths(self, paths: Iterable[Path]) -> None:
        for path in paths:
            for step in path.steps:
                self.step(step)

    def around(self, most: int) -> None:
        """Further facts about the words and the concepts reached, nearest first, up to `most` concepts."""
        parts = {"object": 0, "verb": 1, "subject": 2}
        tokens = sorted(
            (k for k, d in self.graph.nodes(data=True) if d["depth"] == WORDS),
            key=lambda k: parts.get(self.graph.nodes[k]["part"], 3),
        )
        concepts = [k for k, d in self.graph.nodes(data=True) if d["depth"] > WORDS]
        before, frontier = len(self.graph), [*tokens, *concepts]
        for hop in range(2):
            reached: list[str] = []
            for key in frontier:
                for fact in self._further(self.graph.nodes[key]["word"], classes=hop == 0):
                    if len(self.graph) - before >= most:
                        return
                    depth = self._depth(key, fact)
                    new = fact.object not in self.graph and fact.object not in self._token_of
                    self.step(step_of(fact), depth)
                    if new:
                        reached.append(fact.object)
            frontier = reached

    def other_frames(self, verb: str, role: str) -> None:
        """What the verb takes in other roles: the strongest class of each."""
        seen = {role}
        for fact in sorted(self._facts.about(verb), key=lambda fact: -fact.weight):
            other = TAKES.get(fact.relation)
            if other is not None and other not in seen and len(seen) <= OTHER_FRAMES:
                seen.add(other)
                self.step(step_of(fact))

    def _further(self, word: str, *, classes: bool) -> list[FactRecord]:
        """Facts worth seeing: what is done to a thing in one character (下) leads astray, being of many senses."""
        rows = [
            fact
            for fact in self._facts.about(word)
            if fact.language == "zh"
            and fact.relation in _MORE
            and (classes or fact.relation not in (*IS, "Synonym"))
            and (len(fact.object) > 1 or fact.relation in IS)
        ]
        return sorted(rows, key=lambda fact: (fact.relation in IS, -fact.weight))[:EACH]

    def _depth(self, source: str, fact: FactRecord) -> int:
        """Facts about the words lie at their relation's depth; what follows from those lies one deeper."""
        above: int = self.graph.nodes[source]["depth"]
        if fact.relation in IS and above <= LEXICAL:
            return LEXICAL
        return max(fact.depth, LEXICAL) if above <= LEXICAL else min(BACKGROUND, max(COMMONSENSE, above + 1))


def iceberg_of(
    construer: Construer, construal: Construal, *, around: int = AROUND, dark: Sequence[FactRecord] = ()
) -> Iceberg:
    """The iceberg of a construal: what licenses its reading, what is cut, and what lies beside.

    Args:
        construer: the one that made the construal.
        around: how many concepts beside the paths.
        dark: mined facts that no person has judged; their weight is the score.
    """
    whole = construal
    if construal.cut:  # the paths stay to be seen
        whole = construer.construe(construal.sentence, *construal.given)
    builder = _Builder(construer.facts, construal)
    for each in (whole, construal):
        if each.best is not None:
            builder.paths(_shown(each.best.paths))
    if construal.best is not None:
        builder.other_frames(construal.verb, construal.best.role)
    builder.around(around)
    _add_dark(builder, dark)
    shining = set() if construal.abstained else set(lit_steps(construal)) - construal.cut
    return Iceberg(
        construal=construal,
        nodes=_nodes(builder.graph, shining),
        edges=_edges(builder.graph, construal, shining),
    )


def relation_names(relation: str) -> dict[str, str]:
    """A relation's names for readers."""
    known = RELATIONS.get(relation)
    return {"zh": known.zh, "en": known.en} if known is not None else {"zh": relation, "en": relation}


def _shown(paths: Sequence[Path]) -> list[Path]:
    """The paths that say something of their own, the strongest first."""
    shown: list[Path] = []
    seen: set[str] = set()
    for path in paths[:8]:
        ids = {step.id for step in path.steps}
        if not ids <= seen and len(shown) < 3:
            shown.append(path)
            seen |= ids
    return shown


def _add_dark(builder: _Builder, dark: Sequence[FactRecord]) -> None:
    for fact in dark:
        source = builder.place(fact.subject, DARK)
        target = builder.place(fact.object, DARK)
        if source != target:
            builder.graph.add_edge(
                source,
                target,
                key=fact.id,
                relation=fact.relation,
                labels=relation_names(fact.relation),
                evidence="space",
                origin=fact.source,
                weight=fact.weight,
            )


def _nodes(graph: nx.MultiDiGraph, lit: set[str]) -> tuple[Node, ...]:
    shining = {
        end for source, target, key in graph.edges(keys=True) if key in lit for end in (source, target)
    }
    return tuple(
        Node(
            id=key,
            labels=data["labels"],
            depth=data["depth"],
            word=data["word"],
            lit=key in shining,
            position=data["position"],
            part=data["part"],
        )
        for key, data in graph.nodes(data=True)
    )


def _edges(graph: nx.MultiDiGraph, construal: Construal, lit: set[str]) -> tuple[Edge, ...]:
    ends = {data["part"]: key for key, data in graph.nodes(data=True) if data["part"]}
    found: list[Edge] = []
    best = construal.best
    if best is not None and {"verb", "object"} <= set(ends):
        names = {language: role_name(best.role, language) for language in ("zh", "en")}
        found.append(
            Edge(
                id="role",
                source=ends["verb"],
                target=ends["object"],
                relation=best.role,
                labels=names,
                evidence="role",
                lit=not construal.abstained,
                score=best.probability,
            )
        )
    for source, target, key, data in graph.edges(keys=True, data=True):
        found.append(
            Edge(
                id=key,
                source=source,
                target=target,
                relation=data["relation"],
                labels=data["labels"],
                evidence=data["evidence"],
                lit=key in lit,
                cut=key in construal.cut,
                score=data["weight"] if data["evidence"] == "space" else None,
                step="" if data["evidence"] == "space" else key,
                origin=data["origin"],
                weight=data["weight"],
            )
        )
    return tuple(found)

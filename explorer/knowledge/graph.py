"""Facts as a graph in memory: what is said about a word, what a word is, who else is that."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from explorer.errors import InputError
from explorer.knowledge.relations import TAKES
from explorer.knowledge.rows import checked
from explorer.protocols import KnowledgeSource
from explorer.registry import Registry
from store import FactRecord, Store

IS = ("IsA", "InstanceOf")
FURTHEST = 7
"""Steps that are followed from a word up to its classes."""
LOOK_EVERY = 0.05
"""Seconds for which a workspace's facts are taken as unchanged, unless `look` is called: one construal makes
hundreds of look-ups."""
MOST = 400
"""Facts looked at about one word of a large graph: the heaviest; more would be noise, and slow."""


class Facts(Protocol):
    """Where accepted facts are looked up, the heaviest first."""

    def look(self) -> int:
        """Look anew: whatever is asked next is answered from what is there now.

        Returns:
            A number that is another one whenever a fact has changed.
        """
        ...

    def about(self, word: str) -> list[FactRecord]:
        """Facts whose subject is `word`."""
        ...

    def to(self, word: str) -> list[FactRecord]:
        """Facts whose object is `word`."""
        ...


StepKind = Literal["fact", "head", "form", "guess"]
"""A fact of the graph; a compound's head (大碗 → 碗); the form of the word (三天); the nearest known word."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One edge of a path: what it says, and on whose word.

    `id` is the fact's own where it is a fact. `weight` in [0, 1]; `depth` as in facts; `labels` names the
    object's end in languages where it is a class.
    """

    id: str
    subject: str
    relation: str
    object: str
    kind: StepKind
    weight: float
    depth: int
    source: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Class:
    """A class of a word: `distance` 0 is the word itself; `chain` tells apart the word's own classes
    (0 the usual one); `steps` lead there.
    """

    name: str
    distance: int
    chain: int
    steps: tuple[Step, ...]


class FactGraph:
    """Facts in memory, indexed by both ends. Built once, never changed."""

    def __init__(self, facts: Iterable[FactRecord]) -> None:
        self._about: dict[str, list[FactRecord]] = defaultdict(list)
        self._to: dict[str, list[FactRecord]] = defaultdict(list)
        self.size = 0
        for fact in facts:
            if fact.status == "accepted":
                self._about[fact.subject].append(fact)
                self._to[fact.object].append(fact)
                self.size += 1

    def look(self) -> int:
        """0: these facts do not change."""
        return 0

    def about(self, word: str) -> list[FactRecord]:
        """Facts whose subject is `word`, in the order of their source."""
        return self._about.get(word, [])

    def to(self, word: str) -> list[FactRecord]:
        """Facts whose object is `word`."""
        return self._to.get(word, [])

    def verbs(self) -> list[str]:
        """The verbs that have frames, in the order of their source."""
        return [
            word
            for word, facts in self._about.items()
            if any("sense" in f.meta and f.relation in TAKES for f in facts)
        ]

    def things(self) -> list[str]:
        """The words that have a class, without the classes' own names, in the order of their source."""
        return [
            word
            for word, facts in self._about.items()
            if any(f.relation == "IsA" and "class" in f.meta and "parent" not in f.meta for f in facts)
        ]

    def subjects(self) -> Iterator[tuple[str, list[FactRecord]]]:
        """Every word that facts are about, with them."""
        return iter(self._about.items())


class WorkspaceFacts:
    """The base graph together with a workspace's own facts.

    Of a fact that both have, the workspace's decides: where a person rejected it, it does not count.
    """

    def __init__(self, base: FactGraph, store: Store) -> None:
        self._base = base
        self._store = store
        self._kept: dict[tuple[str, str], list[FactRecord]] = {}
        self._generation = -1
        self._looked = -LOOK_EVERY

    def look(self) -> int:
        """Look at the workspace anew; the number grows with every change of its facts, by whichever process."""
        generation = self._store.facts_generation()
        if generation != self._generation:
            self._kept, self._generation = {}, generation
        self._looked = time.monotonic()
        return generation

    def about(self, word: str) -> list[FactRecord]:
        """Facts whose subject is `word`."""
        return self._joined("subject", word, self._base.about(word))

    def to(self, word: str) -> list[FactRecord]:
        """Facts whose object is `word`."""
        return self._joined("object", word, self._base.to(word))

    def _joined(self, end: str, word: str, base: list[FactRecord]) -> list[FactRecord]:
        generation = self._generation if time.monotonic() - self._looked < LOOK_EVERY else self.look()
        if generation == 0:  # no fact was ever put in
            return base
        key = (end, word)
        if key not in self._kept:
            found = (
                self._store.find_facts(subject=word, limit=MOST)
                if end == "subject"
                else self._store.find_facts(object=word, limit=MOST)
            )
            own = {fact.id: fact for fact in found}
            known = {fact.id for fact in base}
            kept = [own.get(fact.id, fact) for fact in base]
            kept += [fact for fact in found if fact.id not in known]
            self._kept[key] = [fact for fact in kept if fact.status == "accepted"]
        return self._kept[key]


def base_graph(registry: Registry) -> FactGraph:
    """The facts of every source that offers itself as base: what is taken for granted without a workspace.

    Sources of the same kind and settings give the same graph, which takes seconds to build: it is kept, and shared
    by all workspaces of the process.
    """
    sources = [source for source in registry.knowledge_sources.values() if source.base]
    key = tuple((type(source), repr(sorted(vars(source).items()))) for source in sources)
    with _BUILDING:
        if key not in _BUILT:
            _BUILT.clear()  # one is enough: other sources come with another installation
            _BUILT[key] = FactGraph(fact for source in sources for fact in _records(source))
        return _BUILT[key]


_BUILDING = threading.Lock()
_BUILT: dict[tuple[tuple[type, str], ...], FactGraph] = {}


def _records(source: KnowledgeSource) -> Iterator[FactRecord]:
    for fact in source.facts({}):
        try:
            yield checked(fact, source=source.name, licence=source.licence)
        except InputError:
            continue  # the import names such rows; construing goes on without them


def step_of(fact: FactRecord) -> Step:
    """A fact as a step of a path."""
    labels = {"zh": fact.object, "en": str(fact.meta["class_en"])} if "class_en" in fact.meta else {}
    return Step(
        id=fact.id,
        subject=fact.subject,
        relation=fact.relation,
        object=fact.object,
        kind="fact",
        weight=min(1.0, fact.weight),
        depth=fact.depth,
        source=fact.source,
        labels=labels,
    )


def classes_of(facts: Facts, word: str, *, language: str = "zh") -> list[Class]:
    """What `word` is, nearest first: itself, its classes, theirs, up to `FURTHEST` steps.

    Above a class of a thesaurus only that thesaurus' own tree is followed: the class 烟 (tobacco) is not the
    word 烟 (smoke).
    """
    found = [Class(name=word, distance=0, chain=0, steps=())]
    chain = 0
    for fact in _up(facts, word, in_tree=False, language=language):
        node = Class(name=fact.object, distance=1, chain=chain, steps=(step_of(fact),))
        known = {word, node.name}
        found.append(node)
        level = [(node, "class" in fact.meta)]
        while level and level[0][0].distance < FURTHEST:
            above: list[tuple[Class, bool]] = []
            for lower, in_tree in level:
                for fact_up in _up(facts, lower.name, in_tree=in_tree, language=language):
                    if fact_up.object in known:
                        continue
                    known.add(fact_up.object)
                    steps = (*lower.steps, step_of(fact_up))
                    up = Class(name=fact_up.object, distance=lower.distance + 1, chain=chain, steps=steps)
                    above.append((up, in_tree))
            found.extend(node for node, _in_tree in above)
            level = above
        chain += 1
    return found


def synonyms(facts: Facts, word: str) -> list[FactRecord]:
    """Facts that name another word for `word`."""
    return [fact for fact in facts.about(word) if fact.relation == "Synonym"]


def _up(facts: Facts, word: str, *, in_tree: bool, language: str) -> list[FactRecord]:
    rows = [f for f in facts.about(word) if f.relation in IS and f.language == language]
    if in_tree:
        return [fact for fact in rows if "parent" in fact.meta]
    # a word that names a class too: its own classes first
    own = [fact for fact in rows if "parent" not in fact.meta]
    return own or rows


def only(facts: Facts, word: str, relations: Collection[str]) -> list[FactRecord]:
    """The facts about `word` with one of `relations`."""
    return [fact for fact in facts.about(word) if fact.relation in relations]

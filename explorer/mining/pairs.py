"""The facts of one relation as a table: subjects × objects, with what must be held out together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from explorer.knowledge.graph import IS, FactGraph, Facts, classes_of
from explorer.knowledge.relations import TAKES
from store import FactRecord

Ladder = tuple[str, ...]
"""A word's class, the class above it, and so on."""
MOST_OBJECTS = 4_000
"""Objects of a relation that are ranked: the most frequent."""


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """What `relation` links. `groups` (n,) int: subjects of one group are the same but for the word."""

    relation: str
    subjects: tuple[str, ...]
    objects: tuple[str, ...]
    groups: npt.NDArray[np.int64]
    links: npt.NDArray[np.bool_]  # (n_subjects, n_objects)
    ladders: tuple[tuple[Ladder, ...], ...]

    def among(self, rows: npt.NDArray[np.intp]) -> Self:
        """The table of these subjects alone; objects that none of them has are gone."""
        kept = self.links[rows]
        columns = np.flatnonzero(kept.any(axis=0))
        return replace(
            self,
            subjects=tuple(self.subjects[i] for i in rows),
            objects=tuple(self.objects[j] for j in columns),
            groups=self.groups[rows],
            links=kept[:, columns],
            ladders=tuple(self.ladders[i] for i in rows),
        )


def pairs_of(graph: FactGraph, relation: str, groups: Mapping[str, int], *, language: str = "zh") -> Pairs:
    """The facts of `relation` in `graph`, subjects and objects in the order of their names."""
    linked: dict[str, set[str]] = defaultdict(set)
    count: dict[str, int] = defaultdict(int)
    for word, facts in graph.subjects():
        for fact in facts:
            if fact.relation == relation and fact.language == language and _plain(fact):
                linked[word].add(fact.object)
    for found in linked.values():
        for each in found:
            count[each] += 1
    objects = sorted(sorted(count, key=lambda each: (-count[each], each))[:MOST_OBJECTS])
    place = {each: j for j, each in enumerate(objects)}
    subjects = sorted(word for word, found in linked.items() if not found.isdisjoint(place))
    links = np.zeros((len(subjects), len(objects)), np.bool_)
    for i, word in enumerate(subjects):
        links[i, [place[each] for each in linked[word] if each in place]] = True
    return Pairs(
        relation=relation,
        subjects=tuple(subjects),
        objects=tuple(objects),
        groups=np.array([groups[word] for word in subjects], np.int64),
        links=links,
        ladders=tuple(() if relation in IS else ladders(graph, word) for word in subjects),
    )


def ladders(facts: Facts, word: str) -> tuple[Ladder, ...]:
    """The classes of a word, one ladder for each of its own classes, the nearest rung first."""
    found: dict[int, list[str]] = defaultdict(list)
    for each in classes_of(facts, word):
        if each.distance:
            found[each.chain].append(each.name)
    return tuple(tuple(rungs) for rungs in found.values())


def groups_of(graph: FactGraph) -> dict[str, int]:
    """Subject → its group: synonyms, and verbs whose frames are all the same, are held out together."""
    above: dict[str, str] = {}

    def root(word: str) -> str:
        while above.setdefault(word, word) != word:
            word = above[word]
        return word

    by_frames: dict[frozenset[tuple[str, str]], str] = {}
    for word, facts in graph.subjects():
        for fact in facts:
            if fact.relation == "Synonym":
                above[root(word)] = root(fact.object)
        frames = frozenset((f.relation, f.object) for f in facts if f.relation in TAKES)
        if frames:
            above[root(word)] = root(by_frames.setdefault(frames, word))
    number: dict[str, int] = {}
    return {word: number.setdefault(root(word), len(number)) for word, _facts in graph.subjects()}


def without(graph: FactGraph, subjects: Collection[str], *, relations: Collection[str]) -> FactGraph:
    """The graph without the facts of `relations` about `subjects`."""
    return FactGraph(
        fact
        for word, facts in graph.subjects()
        for fact in facts
        if word not in subjects or fact.relation not in relations
    )


def _plain(fact: FactRecord) -> bool:
    """Not a step of a thesaurus' own tree, nor a frame that a whole type of verbs has."""
    return (
        "parent" not in fact.meta
        and not (fact.relation in TAKES and "type" in fact.meta)
        and not (fact.relation in IS and "type" in fact.meta)
    )

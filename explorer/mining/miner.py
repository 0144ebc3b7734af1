"""Dark matter: facts that the space implies and no fact says, ranked, for a person to accept or reject.

For each relation the known facts give a table (`explorer.mining.pairs`), the table and the vectors of its words
give signals (`.signals`), and what the signals are worth is learned on subjects held out of the table (`.ranker`).
How often that is right is measured by `scripts/measure_mining.py`, see docs/quality.md.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from explorer.construal.readings import Construal
from explorer.errors import InputError
from explorer.i18n import _
from explorer.knowledge.base import Knowledge
from explorer.knowledge.graph import IS, FactGraph, Facts, WorkspaceFacts, classes_of
from explorer.knowledge.relations import TAKES, find_relation
from explorer.mining.mined import MINABLE, OF_THINGS, OF_VERBS, MinedFact
from explorer.mining.pairs import Ladder, Pairs, groups_of, ladders, pairs_of
from explorer.mining.ranker import Array, Ranker, fit
from explorer.mining.sightings import senses
from explorer.mining.signals import Sense, Signals, Vectors
from explorer.mining.word_vectors import WordVectors
from explorer.neighbours import Neighbours
from explorer.spaces import Space
from explorer.types import FloatArray, Progress
from store import FactRecord, Store

FEWEST = 40
"""Subjects of a relation below which nothing is learned of it."""
FLOOR = 0.15
"""Score from which a mined fact is shown beneath a sentence."""
EACH = 2
"""Mined facts about one word that are shown beneath a sentence."""
OPEN = 0.5
"""Words are swept whose class has such facts at least so often as the class of a typical subject."""
CHUNK = 128
"""Words that are looked at together."""
LEANING = 4.0
"""Members that the class above counts for, where it is asked whether a class has facts of a relation at all."""


@dataclass(frozen=True, kw_only=True)
class _Fitted:
    signals: Signals
    ranker: Ranker
    rates: Mapping[str, float]
    """Class → share of its members with any fact of the relation; "" is all words."""
    usual: float
    """The rate of the classes of a typical subject."""


class Miner:
    """Mines `base` with the vectors of its words; what `facts` says already is no candidate. Thread-safe.

    Relations are learned where they are first asked for, which takes seconds; then a word takes milliseconds.
    """

    def __init__(
        self,
        base: FactGraph,
        vectors: Vectors,
        *,
        facts: Facts | None = None,
        rejected: Callable[[str], Collection[tuple[str, str]]] | None = None,
        witnesses: Callable[[FloatArray], Sequence[tuple[str, Sense]]] | None = None,
    ) -> None:
        """Nothing is computed yet.

        Args:
            rejected: subject → (relation, object) that a person said no to.
            witnesses: vectors of words → evidence of other modalities, by kind.
        """
        self._base = base
        self._facts: Facts = facts or base
        self._vectors = vectors
        self._rejected = rejected or (lambda _word: ())
        self._witnesses = witnesses
        self._groups: dict[str, int] = {}
        self._same: dict[int, set[str]] = {}
        self._members: dict[bool, Counter[str]] = {}
        self._fitted: dict[str, _Fitted | None] = {}
        self._lock = threading.RLock()

    def mine(self, word: str, relation: str | None = None, k: int = 10) -> list[MinedFact]:
        """The `k` likeliest facts about `word` that no fact says, best first.

        Args:
            relation: only this one; None for all that fit the word: what verbs take, what things are for.

        Raises:
            InputError: no such relation, or it is not mined.
            MissingError: the weights of the space are absent.
        """
        word = " ".join(word.split())
        if k < 1:
            raise InputError(_("k must be at least 1, not {k}.").format(k=k))
        if not word:
            return []
        found = [fact for name in self._relations(word, relation) for fact in self._about([word], name, k)]
        return _best(found, k)

    def sweep(
        self, relation: str, k: int = 10, *, progress: Callable[[Progress], None] | None = None
    ) -> list[MinedFact]:
        """The `k` likeliest facts of a relation, at most one a word, over words that have none of it yet.

        Raises:
            InputError: no such relation, or it is not mined.
            MissingError: the weights of the space are absent.
        """
        (name,) = self._relations("", relation)
        fitted = self._learned(name)
        if fitted is None:
            return []
        having = set(fitted.signals.pairs.subjects)
        words = [
            word
            for word, facts in self._base.subjects()
            if word not in having
            and _is_a(facts, verb=name in TAKES)
            and _rate(fitted.rates, self._ladders(word)) >= OPEN * fitted.usual
        ]
        found: list[MinedFact] = []
        for start in range(0, len(words), CHUNK):
            if progress is not None:
                progress(Progress(stage=name, done=start, total=len(words)))
            found = _best([*found, *self._about(words[start : start + CHUNK], name, 1)], k)
        return found

    def beneath(self, construal: Construal, *, most: int = 6, floor: float = FLOOR) -> list[FactRecord]:
        """What the space implies about the verb, the object and the concepts of the winning path, best first.

        At most `EACH` facts a word, scored at least `floor`.
        """
        found: dict[str, FactRecord] = {}
        for word in self._words(construal):
            for fact in self.mine(word, k=EACH):
                if fact.score >= floor:
                    record = fact.record()
                    found[record.id] = record
        return sorted(found.values(), key=lambda fact: (-fact.weight, fact.id))[:most]

    def warm(
        self,
        relations: Sequence[str] = (*OF_THINGS, *OF_VERBS),
        *,
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        """Learn relations now, so that no one waits for them later.

        Raises:
            MissingError: the weights of the space are absent.
        """
        for done, name in enumerate(relations):
            if progress is not None:
                progress(Progress(stage=name, done=done, total=len(relations)))
            self._learned(name)

    # -- candidates ----------------------------------------------------------------------------------------

    def _about(self, words: Sequence[str], relation: str, k: int) -> list[MinedFact]:
        """The `k` best objects of each word."""
        fitted = self._learned(relation)
        if fitted is None or not words:
            return []
        self._facts.look()  # what a person accepted a moment ago is no candidate any more
        rungs = [self._ladders(word) for word in words]
        groups = np.array([self._groups.get(word, -1) for word in words])
        vectors = self._vectors(words)
        signals = fitted.signals.of(vectors, [()] * len(words) if relation in IS else rungs, groups)
        scores = fitted.ranker.scores(signals)
        found: list[MinedFact] = []
        for i, word in enumerate(words):
            open_to_it = min(1.0, _rate(fitted.rates, rungs[i]) / fitted.usual)
            shares = fitted.ranker.shares(signals[i])
            own = frozenset(self._same.get(int(groups[i]), ())) | {word}
            for j in self._news(word, relation, fitted, scores[i], k):
                fact = MinedFact(
                    subject=word,
                    relation=relation,
                    object=fitted.signals.pairs.objects[j],
                    score=float(scores[i, j]) * open_to_it,
                    evidence=dict(zip(fitted.signals.kinds, shares[j].tolist(), strict=True)),
                    witnesses=tuple(fitted.signals.witnesses(vectors[i], j, own)),
                )
                found.append(fact)
        return found

    def _news(self, word: str, relation: str, fitted: _Fitted, scores: Array, k: int) -> list[int]:
        """The columns of the `k` best objects that no fact gives to the word."""
        objects = fitted.signals.pairs.objects
        said = self._said(word, relation)
        found: list[int] = []
        for j in np.argsort(-scores, kind="stable").tolist():
            if len(found) == k:
                break
            if (
                objects[j] not in said
                and objects[j] != word
                and not self._follows(objects[j], relation, said)
            ):
                found.append(j)
        return found

    def _said(self, word: str, relation: str) -> set[str]:
        """Objects that a fact gives to the word already, or a person refused it."""
        said = {fact.object for fact in self._facts.about(word) if fact.relation == relation}
        if relation in IS:
            said |= {each.name for each in classes_of(self._facts, word)}
        return said | {each for name, each in self._rejected(word) if name == relation}

    def _ladders(self, word: str) -> tuple[Ladder, ...]:
        """The classes of a word; of a compound that no fact knows, those of its head (大碗: 碗)."""
        known = (ladders(self._facts, word[start:]) for start in range(len(word)))
        return next((found for found in known if found), ())

    def _follows(self, candidate: str, relation: str, said: Collection[str]) -> bool:
        """A verb that takes food takes meat: no news."""
        if relation not in TAKES:
            return False
        return any(rung in said for ladder in ladders(self._facts, candidate) for rung in ladder)

    def _relations(self, word: str, relation: str | None) -> Sequence[str]:
        if relation is not None:
            known = find_relation(relation)
            if known is None or known.name not in MINABLE:
                raise InputError(
                    _("{name} is not mined. Relations: {choices}.").format(
                        name=relation, choices=", ".join(MINABLE)
                    )
                )
            return (known.name,)
        kinds = {"type" in fact.meta for fact in self._facts.about(word) if fact.relation in IS}
        if not kinds:
            return OF_THINGS if self._ladders(word) else (*OF_THINGS, "IsA")
        return (*(OF_THINGS if False in kinds else ()), *(OF_VERBS if True in kinds else ()))

    def _words(self, construal: Construal) -> list[str]:
        """Verb, object, and what the winning path passes, in this order."""
        verb = construal.verb
        while verb and not self._facts.about(verb):
            verb = verb[:-1]
        best = None if construal.abstained else construal.best
        passed = (
            [end for path in best.paths[:1] for s in path.steps for end in (s.subject, s.object)]
            if best
            else []
        )
        return [word for word in dict.fromkeys((verb or construal.verb, construal.object, *passed)) if word]

    # -- learning ------------------------------------------------------------------------------------------

    def _learned(self, relation: str) -> _Fitted | None:
        with self._lock:
            if relation not in self._fitted:
                self._group()
                pairs = pairs_of(self._base, relation, self._groups)
                enough = len(pairs.subjects) >= FEWEST and len(set(pairs.groups.tolist())) >= FEWEST // 2
                self._fitted[relation] = self._fit(pairs) if enough else None
            return self._fitted[relation]

    def _group(self) -> None:
        if not self._groups:
            self._groups = groups_of(self._base)
            for word, number in self._groups.items():
                self._same.setdefault(number, set()).add(word)

    def _fit(self, pairs: Pairs) -> _Fitted:
        bank = self._vectors(sorted({*pairs.subjects, *pairs.objects}))
        others = self._witnesses(bank) if self._witnesses is not None else ()
        rates = self._rates(pairs)
        rows = [ladders(self._base, word) for word in pairs.subjects]
        return _Fitted(
            signals=Signals(pairs, self._vectors, others),
            ranker=fit(pairs, self._vectors, others),
            rates=rates,
            usual=float(np.median([_rate(rates, row) for row in rows])),
        )

    def _rates(self, pairs: Pairs) -> dict[str, float]:
        verbs = pairs.relation in TAKES
        if verbs not in self._members:
            self._members[verbs] = Counter(
                rung
                for word, facts in self._base.subjects()
                if _is_a(facts, verb=verbs)
                for rung in _rungs(ladders(self._base, word))
            )
        members = self._members[verbs]
        having = Counter(rung for word in pairs.subjects for rung in _rungs(ladders(self._base, word)))
        overall = having[""] / max(1, members[""])
        return {rung: (having[rung] + LEANING * overall) / (n + LEANING) for rung, n in members.items()}


def miner_of(
    base: FactGraph, space: Space, store: Store, knowledge: Knowledge, neighbours: Neighbours
) -> Miner:
    """A miner of a workspace: what its facts say or a person rejected is left out; its items bear witness."""
    return Miner(
        base,
        WordVectors(space),
        facts=WorkspaceFacts(base, store),
        rejected=knowledge.rejected,
        witnesses=lambda bank: senses(neighbours, bank),
    )


def _best(found: Iterable[MinedFact], k: int) -> list[MinedFact]:
    return sorted(found, key=lambda fact: (-fact.score, fact.subject, fact.relation, fact.object))[:k]


def _is_a(facts: Sequence[FactRecord], *, verb: bool) -> bool:
    """Whether facts say what a word is, as a verb or as a thing; the tree of classes itself does not count."""
    return any(f.relation in IS and ("type" in f.meta) == verb and "parent" not in f.meta for f in facts)


def _rungs(rows: Sequence[Ladder]) -> set[str]:
    """Every class of a word, and "" for all words."""
    return {"", *(rung for ladder in rows for rung in ladder)}


def _rate(rates: Mapping[str, float], rows: Sequence[Ladder]) -> float:
    """How often words of the nearest counted class have such facts."""
    usual = rates.get("", 1.0)
    return max((next((rates[r] for r in ladder if r in rates), usual) for ladder in rows), default=usual)

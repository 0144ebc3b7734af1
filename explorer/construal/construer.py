"""Construal: what the object is to the verb in a sentence, with how sure, and by which facts.

Graph and space are kept apart: the graph gives paths (`explorer.construal.evidence`), the space a distribution from
the vectors of verb and object; `explorer.construal.model` weighs them. Cutting an edge takes away the paths that
pass it and derives nothing anew, so that the effect is that edge's alone.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from explorer.construal.evidence import Anchor, Evidence, Gatherer, guessed
from explorer.construal.model import Array, ConstrualModel, Head, fitted
from explorer.construal.parsing import Clause, Parser
from explorer.construal.readings import COARSE, IDIOM, Construal, Path, Reading, coarse
from explorer.construal.usual import usual_roles
from explorer.construal.vicinity import Vicinity
from explorer.construal.wording import paraphrases
from explorer.i18n import _
from explorer.knowledge.graph import FactGraph, Facts, base_graph
from explorer.registry import Registry, load_registry
from explorer.spaces import Space, open_space

SURE_OF_GUESSES = 0.7
"""How sure a verdict must be that rests on words which are merely near the object."""
KEPT = 512
"""Sentences whose evidence is kept, so that a cut answers at once."""


@dataclass(frozen=True, slots=True)
class _Gathered:
    clause: Clause
    evidence: Evidence
    space: Array | None


class Construer:
    """Construes sentences from `facts`, over the words of `base`, with vectors of `space` (None: the graph alone).

    Thread-safe.
    """

    def __init__(
        self,
        base: FactGraph,
        space: Space | None,
        *,
        facts: Facts | None = None,
        model: ConstrualModel | None = None,
    ) -> None:
        self.facts: Facts = facts or base
        self.model = model or fitted()
        self.space = space
        self._gatherer = Gatherer(self.facts, usual_roles(base), base)
        self._parser = Parser(self._gatherer.is_verb, self._gatherer.is_known, self._gatherer.fit)
        self._kept: OrderedDict[tuple[str, str | None, str | None, bool, int], _Gathered] = OrderedDict()
        self._vicinity = self._fitting(space)
        self._lock = threading.RLock()

    def construe(
        self,
        sentence: str,
        verb: str | None = None,
        object: str | None = None,
        *,
        cut: Collection[str] = (),
        without_frames: bool = False,
        head: Head | None = None,
    ) -> Construal:
        """The readings of `sentence`; its verb and object are looked for where they are not given.

        Args:
            cut: ids of steps to leave out.
            without_frames: leave the verb's own frames out, to measure what is inferred.
            head: ask this head instead of the model's, likewise.
        """
        with self._lock:
            gathered = self._gathered(sentence, verb, object, without_frames)
            if head is not None and gathered.clause.verb:
                gathered = replace(gathered, space=self._space_shares(gathered.clause, head))
            clause = gathered.clause
            if not clause.verb:
                return Construal(sentence=sentence, tokens=clause.tokens, reason=clause.reason)
            return replace(self._weighed(sentence, gathered, frozenset(cut)), given=(verb, object))

    def noun_class(self, word: str) -> str | None:
        """The nearest class that the facts give a Chinese noun (食堂: a place to eat), None where they give none."""
        found = self._gatherer.classes(word, self._gatherer.object_anchors(word))
        return next((each.name for _anchor, each in found if each.distance == 1), None)

    def warm(self) -> None:
        """Load what the first sentence would wait for."""
        self.construe("我吃苹果")

    def _weighed(self, sentence: str, gathered: _Gathered, cut: frozenset[str]) -> Construal:
        evidence, clause, model = gathered.evidence, gathered.clause, self.model
        strengths = evidence.strengths(cut)
        together = model.shares(strengths, gathered.space, framed=evidence.framed)
        graph = model.shares(strengths, None, framed=evidence.framed)
        space = model.shares({}, gathered.space, framed=evidence.framed)
        words = paraphrases(self.facts, clause, evidence)
        holding: dict[str, list[Path]] = {}
        for path in evidence.paths:
            if not any(step.id in cut for step in path.steps):
                holding.setdefault(path.role, []).append(path)
        readings = [
            Reading(
                role=role,
                probability=float(together[i]),
                graph=float(graph[i]),
                space=float(space[i]),
                zh=words[role][0],
                en=words[role][1],
                paths=tuple(holding.get(role, ())),
            )
            for i, role in enumerate(model.roles)
        ]
        ranked = ranked_readings(readings)
        sure = coarse({r.role: r.probability for r in readings})
        best = next(iter(sure))
        known = bool(evidence.classes or strengths)
        guessed_only = bool(evidence.anchors) and all(_is_guess(anchor) for anchor in evidence.anchors)
        threshold = max(model.threshold, SURE_OF_GUESSES) if guessed_only else model.threshold
        abstained = sure[best] < threshold or not known
        reason = ""
        if not known:
            reason = _("nothing is known of {word}").format(word=clause.object)
        elif abstained:
            reason = _("the best is {best}, below {threshold}").format(
                best=f"{sure[best]:.2f}", threshold=f"{threshold:.2f}"
            )
        return Construal(
            sentence=sentence,
            tokens=clause.tokens,
            verb=clause.verb + clause.complement,
            object=clause.object,
            readings=tuple(ranked),
            abstained=abstained,
            reason=reason,
            threshold=threshold,
            cut=cut,
        )

    def _fitting(self, space: Space | None) -> Vicinity | None:
        """The words' vicinity, where the space is anchored by the encoder that the model was fitted with."""
        head = self.model.head
        if space is None or (space.spec.anchor, space.anchor.revision) != (head.encoder, head.revision):
            return None
        return Vicinity(space, self.model.verbs, self.model.things)

    def _gathered(
        self, sentence: str, verb: str | None, object: str | None, without_frames: bool
    ) -> _Gathered:
        key = sentence, verb, object, without_frames, self.facts.look()
        kept = self._kept.get(key)
        if kept is None:
            clause = self._parser.parse(sentence, verb, object)
            kept = (
                self._gather(clause, without_frames) if clause.verb else _Gathered(clause, Evidence(), None)
            )
            self._kept[key] = kept
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return kept

    def _gather(self, clause: Clause, without_frames: bool) -> _Gathered:
        gather = self._gatherer
        near = self._vicinity
        guesses: Sequence[Anchor] = ()
        if near and not gather.object_anchors(clause.object) and not gather.told_by_form(clause.object):
            guesses = guessed(clause.object, near.known_things(clause.object))
        evidence = gather.gather(
            clause.verb,
            clause.object,
            complement=clause.complement,
            fronting=clause.fronting,
            without_frames=without_frames,
            guesses=guesses,
            kin=near.kin(clause.verb) if near else (),
        )
        return _Gathered(clause, evidence, self._space_shares(clause, self.model.head))

    def _space_shares(self, clause: Clause, head: Head) -> Array | None:
        """Log-probabilities of the roles from the vectors alone; None without a fitting space."""
        vectors = self._vicinity.vectors([clause.verb, clause.object]) if self._vicinity else None
        if vectors is None:
            return None
        return np.asarray(head.log_shares(vectors[:1], vectors[1:])[0])


def open_construer(
    *,
    registry: Registry | None = None,
    space: Space | None = None,
    offline: bool = False,
    device: str | None = None,
) -> Construer:
    """A construer without a workspace: the base facts, and the space `default` unless another is given."""
    registry = registry or load_registry()
    return Construer(base_graph(registry), space or open_space(offline=offline, device=device))


def ranked_readings(readings: Iterable[Reading]) -> list[Reading]:
    """By probability; the first is of the likeliest coarse role, so that fine and coarse verdicts agree."""
    rows = sorted(readings, key=lambda reading: -reading.probability)
    best = next(iter(coarse({row.role: row.probability for row in rows})))
    first = next(row for row in rows if COARSE[row.role] == best)
    return [first, *(row for row in rows if row is not first)]


def _is_guess(anchor: Anchor) -> bool:
    return any(step.kind == "guess" for step in anchor.steps)


__all__ = ["IDIOM", "Construer", "open_construer", "ranked_readings"]

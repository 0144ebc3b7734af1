"""Which of two wordings says what a sentence says? Chosen by what the object is to the verb in each.

The construal gives every role a probability for the sentence, the reader of wordings for each option; an option is
likely where both agree. That is the iceberg's answer in a contrast probe: the options are never construed, and where
the sentence is hidden there is no opinion.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from explorer.construal.construer import Construer, open_construer
from explorer.construal.readings import COARSE, Construal
from explorer.construal.wording_roles import WordingModel, fitted
from explorer.knowledge.graph import IS
from explorer.knowledge.relations import TAKES
from explorer.spaces import Space

FLOOR = 0.02
"""What a role is given that the construal or the reader thinks impossible: neither is ever certain."""
SURE = 0.8
"""How sure the construal must be of an object that is to stand for another role."""
TRIED = 24


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """A sentence and two options, the first the one hoped for; verb and object where they are known."""

    sentence: str
    options: tuple[str, str]
    verb: str | None = None
    object: str | None = None


@dataclass(kw_only=True)
class Chooser:
    """Chooses between wordings by construal."""

    construer: Construer
    reader: WordingModel = field(default_factory=fitted)
    _contrasts: dict[tuple[str, str], str | None] = field(default_factory=dict)

    def log_odds(self, asks: Sequence[Ask]) -> list[float | None]:
        """How much likelier the first option is than the second; None where the sentence cannot be construed."""
        return [self._one(ask) for ask in asks]

    def contrasting(self, verb: str, object: str) -> str | None:
        """A noun that `verb` takes as an object of another coarse role than `object`; None where none is known."""
        key = verb, object
        if key not in self._contrasts:
            self._contrasts[key] = self._contrast(verb, object)
        return self._contrasts[key]

    def grounds(self, sentence: str, verb: str, object: str) -> tuple[str, ...]:
        """What the object is, as far as the best reading rests on it: its class, then the classes above.

        Empty where the sentence cannot be construed, or where the reading rests on something else.
        """
        construal = self.construer.construe(sentence, verb, object)
        if construal.abstained or construal.best is None:
            return ()
        for path in construal.best.paths:
            at, found = construal.object, []
            for step in path.steps:
                if step.subject == at and (step.relation in IS or step.relation == "DerivedFrom"):
                    at = step.object
                    found += [at] if step.relation in IS else []
            if found:
                return tuple(found)
        return ()

    def _one(self, ask: Ask) -> float | None:
        if not ask.sentence.strip():
            return None
        construal = self.construer.construe(ask.sentence, ask.verb, ask.object)
        if construal.abstained:
            return None
        first, second = (self._log_likelihood(construal, option) for option in ask.options)
        return first - second

    def _log_likelihood(self, construal: Construal, option: str) -> float:
        """Log of the chance that sentence and option give the object one role."""
        sure = np.array([construal.probabilities.get(role, 0.0) for role in self.reader.roles]) + FLOOR
        told = np.exp(self.reader.log_shares(option, construal.verb, construal.object)) + FLOOR
        return float(np.log((sure / sure.sum()) @ (told / told.sum())))

    def _contrast(self, verb: str, object: str) -> str | None:
        facts = self.construer.facts
        best = self.construer.construe(f"他{verb}{object}", verb, object).best
        if best is None:
            return None
        frames = [f for f in facts.about(verb) if f.relation in TAKES]
        others = [f.object for f in frames if COARSE[TAKES[f.relation]] != COARSE[best.role]]
        tried = 0
        for name in dict.fromkeys(others):
            words = [f.subject for f in facts.to(name) if f.relation in IS and "parent" not in f.meta]
            for word in [w for w in words if w not in object and object not in w][:3]:
                tried += 1
                now = self.construer.construe(f"他{verb}{word}", verb, word)
                top = now.best
                if top and COARSE[top.role] != COARSE[best.role] and top.probability >= SURE:
                    return word
                if tried == TRIED:
                    return None
        return None


def open_chooser(*, space: Space | None = None, offline: bool = False, device: str | None = None) -> Chooser:
    """A chooser without a workspace: the base facts, and the space `default` unless another is given."""
    return Chooser(construer=open_construer(space=space, offline=offline, device=device))

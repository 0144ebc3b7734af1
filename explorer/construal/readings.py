"""What a construal says: readings of a verb–object pair, each with its role, its probability and its evidence.

Data only; `explorer.construal.construer` makes these, `explorer.iceberg` draws them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from explorer.knowledge.graph import Step

IDIOM = "idiom"
"""The role of a fixed expression's object: it has none of its own (吃醋)."""
ROLE4 = ("patient", "location", "instrument", "other-oblique")
"""The coarse roles."""
_COARSE = {
    "patient": ("patient", "result", "content", "target", "topic"),
    "location": ("location", "path", "goal", "source"),
    "instrument": ("instrument", "material", "vehicle"),
    "other-oblique": ("manner", "time", "duration", "cause", "purpose", "support", "event", "agent", IDIOM),
}
COARSE: Mapping[str, str] = {fine: coarse for coarse, group in _COARSE.items() for fine in group}
"""Fine role → coarse role."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Path:
    """Steps that together license a role; cutting any of them breaks it. `strength` in [0, 1].

    `kind` says how: the verb's own frame, the frame of its type, what the object's class usually is to any
    verb, what the object is for, a fixed expression, or the frames of kindred verbs.
    """

    role: str
    kind: Literal["frame", "type", "class", "use", "expression", "kin"]
    steps: tuple[Step, ...]
    strength: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """One role of the object, how it is said in full, and what speaks for it.

    `graph` and `space` in [0, 1] are the shares that each kind of evidence alone gives this role; `paths`
    are those that hold (nothing in them is cut), the strongest first.
    """

    role: str
    probability: float
    graph: float
    space: float
    zh: str
    en: str
    paths: tuple[Path, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """A word of the sentence; `part` is verb, object, subject or "" (the rest)."""

    text: str
    start: int
    part: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Construal:
    """The ranked readings of a sentence.

    `abstained` is set where the best is under the threshold or nothing is known; `reason` then says why, in the
    reader's language. `readings` is empty where no verb with an object was found. `cut` holds the ids of
    steps that were left out.
    """

    sentence: str
    tokens: tuple[Token, ...] = ()
    verb: str = ""
    object: str = ""
    readings: tuple[Reading, ...] = ()
    abstained: bool = True
    reason: str = ""
    threshold: float = 0.0
    cut: frozenset[str] = frozenset()
    given: tuple[str | None, str | None] = (None, None)
    """The verb and the object that were given with the sentence."""

    @property
    def best(self) -> Reading | None:
        """The likeliest reading, also where it is too weak to be given; None without any."""
        return self.readings[0] if self.readings else None

    @property
    def role(self) -> str | None:
        """The role of the best reading; None where it abstains."""
        return self.readings[0].role if self.readings and not self.abstained else None

    @property
    def probabilities(self) -> dict[str, float]:
        """Role → probability, the likeliest first; sums to 1."""
        return {reading.role: reading.probability for reading in self.readings}


def coarse(probabilities: Mapping[str, float]) -> dict[str, float]:
    """Probabilities summed into the four coarse roles, the likeliest first."""
    summed = dict.fromkeys(ROLE4, 0.0)
    for role, probability in probabilities.items():
        summed[COARSE[role]] += probability
    return dict(sorted(summed.items(), key=lambda pair: -pair[1]))


def lit_steps(construal: Construal) -> list[str]:
    """Ids of the steps that, all cut, leave the winning role without a path; the strongest path's come first."""
    lit: dict[str, None] = {}
    if construal.best is not None:
        for path in construal.best.paths:
            if not any(step.id in lit for step in path.steps):
                lit.update((step.id, None) for step in path.steps)
    return list(lit)

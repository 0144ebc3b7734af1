"""Mined facts, and the relations that are mined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from explorer.knowledge.relations import RELATIONS, taking
from explorer.knowledge.rows import MINED
from store import FactRecord

OF_THINGS = ("UsedFor", "ReceivesAction", "AtLocation", "MadeOf", "PartOf", "HasProperty")
OF_VERBS = tuple(
    taking(role)
    for role in (
        *("patient", "content", "target", "result", "location", "goal", "cause", "instrument", "manner"),
        *("material", "purpose", "event", "agent", "source", "path", "time"),
    )
)
MINABLE = (*OF_THINGS, "IsA", *OF_VERBS)
"""Relations that are mined, where the graph has enough facts. CapableOf is not: held out, it was found no better than
by similarity alone.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class MinedFact:
    """A candidate. `score` in [0, 1]: how probable it is that a person would write it down; lower for words of
    classes that seldom have facts of this relation at all.

    `evidence`: kind → what it adds to the log-odds, against the mean of all candidates. `witnesses` are the
    nearest words of which the same is known.
    """

    subject: str
    relation: str
    object: str
    score: float
    evidence: Mapping[str, float] = field(default_factory=dict)
    witnesses: tuple[str, ...] = ()

    def record(self, language: str = "zh") -> FactRecord:
        """The fact, held: it waits for a person. Its weight is the score."""
        return FactRecord(
            subject=self.subject,
            relation=self.relation,
            object=self.object,
            language=language,
            weight=round(self.score, 4),
            source=MINED,
            licence="",
            depth=RELATIONS[self.relation].depth,
            status="held",
            meta={
                "evidence": {kind: round(value, 3) for kind, value in self.evidence.items()},
                "witnesses": list(self.witnesses),
            },
        )

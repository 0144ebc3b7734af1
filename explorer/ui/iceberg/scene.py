"""What is on the iceberg page at a moment: the construal as it is, uncut, and after the cut that is being tried."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from explorer.construal.readings import Construal, Reading
from explorer.iceberg.nodes import Edge, Iceberg, Node

WIDE, MIDDLE, NARROW = (830.0, 700.0), (580.0, 640.0), (380.0, 500.0)
"""Width and height of drawings; the browser picks by the room it has."""
AROUND_WIDE, AROUND_NARROW = 8, 3
"""Concepts beside those of the paths; more would crowd the drawing."""


class Construes(Protocol):
    """What the page needs: construals, and icebergs of them."""

    def construe(
        self,
        sentence: str,
        verb: str | None = None,
        object: str | None = None,
        *,
        cut: Collection[str] = (),
    ) -> Construal:
        """The readings of a sentence, without the steps of `cut`."""

    def iceberg(self, construal: Construal, *, around: int = 12) -> Iceberg:
        """Its iceberg, with so many facts beside the lit path."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """One sentence: `whole` without cuts, `now` with them, `after` with the tried cut too (None without one)."""

    whole: Construal
    now: Construal
    after: Construal | None
    wide: Iceberg
    narrow: Iceberg
    chosen_node: Node | None = None
    chosen_edge: Edge | None = None
    sources: Mapping[str, str] = field(default_factory=dict)
    """Source of facts → its title in the reader's language."""

    @property
    def before(self) -> Construal:
        """What bars start from: the state before the tried cut, or before all cuts."""
        return self.now if self.after is not None else self.whole

    @property
    def then(self) -> Construal:
        """What bars lead to."""
        return self.after if self.after is not None else self.now

    @property
    def changed(self) -> bool:
        """Whether there is a before and an after."""
        return self.after is not None or bool(self.now.cut)


def scene(
    construer: Construes,
    sentence: str,
    *,
    cut: frozenset[str],
    chosen: str | None,
    sources: Mapping[str, str] | None = None,
) -> Scene:
    """Construe `sentence` with what is cut and chosen."""
    whole = construer.construe(sentence)
    now = construer.construe(sentence, cut=cut) if cut else whole
    wide = construer.iceberg(now, around=AROUND_WIDE)
    narrow = construer.iceberg(now, around=AROUND_NARROW)
    node = next((node for node in wide.nodes if node.id == chosen), None)
    edge = next((edge for edge in (*wide.edges, *narrow.edges) if edge.id == chosen), None)
    after = None
    if edge is not None and edge.step and not edge.cut:
        after = construer.construe(sentence, cut=cut | {edge.step})
    return Scene(
        whole=whole,
        now=now,
        after=after,
        wide=wide,
        narrow=narrow,
        chosen_node=node,
        chosen_edge=edge,
        sources=sources or {},
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """One role: its share now, and the share it is compared with (None where nothing is cut or tried)."""

    role: str
    value: float
    other: float | None
    won: bool


FEWEST, SEEN = 2, 0.005
"""Bars that are shown in any case, and the share from which a further one is seen."""


def bars(scene: Scene, most: int = 4) -> list[Bar]:
    """The likeliest roles before or after, the likeliest now first; the winner alone is `won`."""
    now, then = scene.now.probabilities, scene.then.probabilities
    compared = scene.after.probabilities if scene.after is not None else scene.whole.probabilities
    weight = {role: max(now.get(role, 0.0), then.get(role, 0.0)) for role in {*now, *compared}}
    kept = sorted(weight, key=lambda role: -weight[role])[:most]
    kept = [role for place, role in enumerate(kept) if place < FEWEST or weight[role] >= SEEN]
    kept.sort(key=lambda role: -now.get(role, 0.0))
    return [
        Bar(
            role=role,
            value=now.get(role, 0.0),
            other=compared.get(role, 0.0) if scene.changed else None,
            won=role == scene.now.role,
        )
        for role in kept
    ]


def word_of(scene: Scene) -> str:
    """The word to ask the space with: the chosen node's, else the object's, else the verb's."""
    if scene.chosen_node is not None:
        return scene.chosen_node.word
    return scene.now.object or scene.now.verb


def best_of(construal: Construal) -> Reading | None:
    """The reading that is given; None where there is no verdict."""
    return None if construal.abstained else construal.best

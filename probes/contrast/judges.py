"""Who chooses between two options: an encoder by nearness, an encoder with the iceberg, the letters alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from explorer import Ask, Chooser, FloatArray, Progress, Subject
from probes.statistics import Array
from probes.subjects import Encoding

EQUAL = 1e-6
"""Margins nearer to zero are ties: float32 vectors say no more."""
WEIGHT = 1.0
"""What the encoder's word weighs beside the iceberg's log-odds: this times the difference of its cosines, in units
of its spread. The smallest weight at which plain paraphrases of the suite `controls` stay with the encoder; on
development triples weights from 0 to 5 choose alike."""
TOLD = 16
"""Sentences construed between two tellings of how far it is."""
UNRELATED = (
    "今天下午要下雨。",
    "The train leaves at nine.",
    "他把钥匙忘在办公室了。",
    "Whales are mammals.",
    "这道题有两种解法。",
    "She bought a red bicycle.",
    "股市昨天跌了三个点。",
    "Add salt and stir.",
)


class Judge(Protocol):
    """Margins of the first option over the second; above zero where the first is chosen."""

    @property
    def name(self) -> str:
        """Under which its figures stand."""
        ...

    def margins(self, asks: Sequence[Ask]) -> Array:
        """(n,) float64."""
        ...


@dataclass(kw_only=True)
class ByNearness:
    """The option whose vector has the larger cosine with the sentence's."""

    subject: Subject

    @property
    def name(self) -> str:
        """The subject's."""
        return self.subject.name

    def margins(self, asks: Sequence[Ask]) -> Array:
        """(n,) difference of the two cosines."""
        texts = [text for ask in asks for text in (ask.sentence, *ask.options)]
        rows = np.asarray(self.subject.vectors(texts), np.float64).reshape(len(asks), 3, -1)
        found: Array = np.einsum("nd,nd->n", rows[:, 0], rows[:, 1] - rows[:, 2])
        return found


@dataclass(kw_only=True)
class WithIceberg:
    """An encoder as a subject that is advised by the iceberg, and decides alone where the iceberg has no opinion."""

    encoding: Encoding
    chooser: Chooser
    _spread: float | None = None

    @property
    def name(self) -> str:
        """`text-use+iceberg`."""
        return f"{self.encoding.name}+iceberg"

    def vectors(self, texts: Sequence[str]) -> FloatArray:
        """The encoder's."""
        return self.encoding.vectors(texts)

    def margins(self, asks: Sequence[Ask]) -> Array:
        """(n,) log-odds of the iceberg, 0 where it has no opinion, and the encoder's weighed difference of cosines."""
        near = ByNearness(subject=self.encoding).margins(asks)
        opinions: list[float] = []
        for start in range(0, len(asks), TOLD):
            self.encoding.progress(Progress(stage=self.name, done=start, total=len(asks)))
            found = self.chooser.log_odds(asks[start : start + TOLD])
            opinions += [0.0 if each is None else each for each in found]
        return np.array(opinions, np.float64) + WEIGHT * near / self.spread()

    def spread(self) -> float:
        """One minus the mean cosine of unrelated sentences: encoders differ in how much of the sphere they use."""
        if self._spread is None:
            rows = np.asarray(self.encoding.vectors(UNRELATED), np.float64)
            count = len(rows)
            mean = ((rows @ rows.T).sum() - count) / (count * (count - 1))
            self._spread = max(1.0 - float(mean), EQUAL)
        return self._spread


@dataclass(kw_only=True)
class ByLetters:
    """The option that has more of something in common with the sentence's letters."""

    name: str
    measure: Callable[[str, str], float]

    def margins(self, asks: Sequence[Ask]) -> Array:
        """(n,) difference of the two measures."""
        return np.array(
            [
                self.measure(ask.sentence, ask.options[0]) - self.measure(ask.sentence, ask.options[1])
                for ask in asks
            ],
            np.float64,
        )


def judge_of(subject: Subject) -> Judge:
    """The subject itself where it chooses, else by nearness of its vectors."""
    return subject if isinstance(subject, WithIceberg) else ByNearness(subject=subject)


def scores(margins: Array) -> Array:
    """1 right, 0 wrong, ½ a tie."""
    return np.where(np.abs(margins) <= EQUAL, 0.5, (margins > 0).astype(np.float64))

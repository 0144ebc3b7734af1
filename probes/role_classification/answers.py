"""Who says what role each row has: the linear probe over every view, the baselines, the construal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from explorer import COARSE, FloatArray, Subject
from probes.contrast.judges import WithIceberg
from probes.role_classification import views
from probes.role_classification.linear import Answers, Names, features, held_out
from probes.spans import Row
from probes.subjects import Random

NO_ANSWER = "–"
"""Of a row about which the construal abstains."""


@dataclass(frozen=True, kw_only=True)
class Study:
    """An encoder in one split: the features of the whole sentences, and the answers from every view."""

    rows: FloatArray
    answers: Mapping[str, Answers]


def learnt(subject: Subject, rows: Sequence[Row], labels: Names, groups: Sequence[str]) -> Study:
    """The linear probe over every view of the subject's vectors."""
    seen = {view: features(subject.vectors(views.texts(rows, view))) for view in (views.WHOLE, *views.PARTS)}
    return Study(
        rows=seen[views.WHOLE],
        answers={view: held_out(each, labels, groups) for view, each in seen.items()},
    )


def baselines(rows: Sequence[Row], labels: Names, groups: Sequence[str], seed: int) -> dict[str, Names]:
    """What is said without any encoder: from the characters, from random vectors, always the majority class."""
    sentences = views.texts(rows, views.WHOLE)
    bag = held_out(features(views.bag_of_characters(sentences)), labels, groups)
    random = held_out(features(Random(seed=seed).vectors(sentences)), labels, groups)
    return {
        views.BAG: bag.predicted,
        views.RANDOM: random.predicted,
        views.MAJORITY: views.majority(labels, groups),
    }


def construed(
    subject: WithIceberg, rows: Sequence[Row], labels: Names
) -> tuple[Answers, npt.NDArray[np.bool_]]:
    """The coarse role of the construal of each row, and (n,) where it does not abstain."""
    predicted: list[str] = []
    margins = np.zeros(len(rows))
    for i, row in enumerate(rows):
        construal = subject.chooser.construer.construe(row["sentence"], row["verb"], row["object"])
        shares = dict.fromkeys(COARSE.values(), 0.0)
        for role, probability in construal.probabilities.items():
            shares[COARSE[role]] += probability
        truth = shares.pop(str(labels[i]))
        margins[i] = truth - max(shares.values())
        predicted.append(COARSE[construal.role] if construal.role else NO_ANSWER)
    said = np.array(predicted)
    return Answers(predicted=said, margins=margins, strength=0.0), said != NO_ANSWER

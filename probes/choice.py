"""Choice of one among k by a value of each: who is right, what guessing scores, and the figures of a subject.

Shared by the kinds whose rows have a right answer among words. Rows may differ in k: guessing scores 1/k in each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from explorer import InputError, translate
from probes import figures
from probes.contrast.judges import EQUAL
from probes.statistics import Array
from probes.subjects import Random
from probes.verdicts import verdict

Row = Mapping[str, Any]
Rows = Sequence[Row]
SPACES = 20


@dataclass(frozen=True, kw_only=True)
class Task:
    """`options[i]` are the words of row i to choose from, `right[i]` the place of the right one among them."""

    rows: Rows
    options: Sequence[Sequence[str]]
    right: Sequence[int]

    @property
    def chances(self) -> Array:
        """(n,) what guessing scores in each row."""
        return np.array([1 / len(each) for each in self.options], np.float64)


@dataclass(frozen=True, kw_only=True)
class Answers:
    """Of each row, all (n,): the score, the margin of the right word over the best other, the rank of the right word.

    A score is 1, 0, or 1/t where t words with the right one among them share the highest value. Words that share a
    value have the mean of their ranks.
    """

    scores: Array
    margins: Array
    ranks: Array
    chosen: Sequence[int]


def answers(values: Sequence[Array], task: Task) -> Answers:
    """The word with the highest value is chosen; `values[i]` is (k,), one value an option of row i."""
    scores, margins, ranks, chosen = [], [], [], []
    for own, right in zip(values, task.right, strict=True):
        others = np.delete(own, right)
        margins.append(float(own[right] - others.max()))
        above = int((others > own[right] + EQUAL).sum())
        beside = int((np.abs(others - own[right]) <= EQUAL).sum())
        scores.append(0.0 if above else 1 / (1 + beside))
        ranks.append(1 + above + beside / 2)
        chosen.append(int(np.argmax(own)))
    return Answers(scores=np.array(scores), margins=np.array(margins), ranks=np.array(ranks), chosen=chosen)


def by_random_spaces(answer: Callable[[Random], Answers], seed: int) -> Answers:
    """The mean answers of `SPACES` spaces in which every word has a random direction: one alone may be lucky."""
    found = [answer(Random(seed=seed + i)) for i in range(SPACES)]
    scores, margins, ranks = (
        np.mean([getattr(each, part) for each in found], axis=0) for part in ("scores", "margins", "ranks")
    )
    return Answers(scores=scores, margins=margins, ranks=ranks, chosen=found[0].chosen)


def entry(task: Task, full: Answers, arms: Mapping[str, Answers]) -> dict[str, Any]:
    """The figures of one subject, and a verdict that asks it to be separably better than every arm."""
    alone = [""] * len(task.rows)  # the rows are no one's but their own: one cluster is none
    everyone = np.ones(len(task.rows), bool)
    found = figures.accuracy(full.scores, alone)
    found["effect"] = figures.effect(full.scores, chance=task.chances)
    found["arms"] = {
        name: figures.arm(full.scores, each.scores, everyone, alone) for name, each in arms.items()
    }
    found["phenomena"] = figures.phenomena(
        [str(row.get("phenomenon") or "–") for row in task.rows], full.scores, chance=task.chances
    )
    languages = [str(row.get("language") or "–") for row in task.rows]
    if len(set(languages)) > 1:
        found["languages"] = figures.phenomena(languages, full.scores, chance=task.chances)
    found["verdict"], found["verdict_reasons"] = verdict(found, float(task.chances.mean()), list(arms))
    found["items"] = [
        {
            "id": str(row["id"]),
            "margin": figures.rounded(full.margins[i], 6),
            "score": figures.rounded(full.scores[i]),
            "chosen": task.options[i][full.chosen[i]],
        }
        for i, row in enumerate(task.rows)
    ]
    return found


def result(probe: str, task: Task, baselines: Mapping[str, Answers], notes: Sequence[str]) -> dict[str, Any]:
    """What stands above the subjects' entries: chance, the number of rows, the baselines that know no meaning."""
    return {
        "probe": probe,
        "measure": "accuracy",
        "chance": figures.rounded(task.chances.mean()),
        "n": len(task.rows),
        "notes": list(notes),
        "encoders": {},
        "baselines": {name: figures.share(each.scores) for name, each in baselines.items()},
    }


def compared(scored: Mapping[str, Answers]) -> list[dict[str, Any]]:
    """Every two encoders over the same rows."""
    if len(scored) < 2:
        return []
    count = len(next(iter(scored.values())).scores)
    return figures.compared({name: each.scores for name, each in scored.items()}, [""] * count)


def enough(rows: Rows) -> None:
    """Refuse what cannot be measured.

    Raises:
        InputError: fewer than two rows.
    """
    if len(rows) < 2:
        raise InputError(
            translate("{n} row is too little to measure anything.").format(n=len(rows)),
            next_step=translate("Give at least two rows; twenty for a verdict."),
        )

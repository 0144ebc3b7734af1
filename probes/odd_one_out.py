"""The probe `odd-one-out`: which of the words does not belong?

Outlier detection (Camacho-Collados and Navigli 2016): the odd word is the one without which the others are most
compact, and that is the one whose mean cosine with the others is lowest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from explorer import Probe, Progress, Subject, hookimpl, translate
from probes import choice, overlap
from probes.choice import Answers, Row, Rows, Task
from probes.statistics import Array
from probes.subjects import WordForm
from probes.vectors import encoders_alone, unit_vectors

FEWEST, MOST = 3, 6


class OddOneOut(Probe):
    """Which word does not belong with the others?"""

    name = "odd-one-out"
    title: ClassVar[Mapping[str, str]] = {"en": "odd one out", "zh": "找出异类"}
    fields = ("words", "odd")
    example: ClassVar[Mapping[str, Any]] = {
        "id": "1",
        "phenomenon": "role",
        "words": ["饭店", "食堂", "饭碗", "餐馆"],
        "odd": "饭碗",
        "language": "zh",
    }

    def check(self, rows: Rows) -> list[tuple[int, str]]:
        """Too few or too many words, one twice, an odd one that is not among them."""
        return [(i, reason) for i, row in enumerate(rows) if (reason := _wrong(row))]

    def run(
        self, rows: Rows, subjects: Sequence[Subject], *, seed: int, progress: Callable[[Any], None]
    ) -> dict[str, Any]:
        """Accuracy of every encoder, beside overlap of characters, length, form of the word and random vectors."""
        choice.enough(rows)
        task = Task(
            rows=rows,
            options=[row["words"] for row in rows],
            right=[row["words"].index(row["odd"]) for row in rows],
        )
        baselines = _baselines(task, seed)
        encoders, notes = encoders_alone(subjects)
        result = choice.result(self.name, task, baselines, notes)
        whole: dict[str, Answers] = {}
        for done, subject in enumerate(encoders):
            progress(Progress(stage=subject.name, done=done, total=len(encoders)))
            whole[subject.name] = _by_vectors(task, subject)
            result["encoders"][subject.name] = choice.entry(task, whole[subject.name], baselines)
        progress(Progress(stage=translate("done"), done=len(encoders), total=len(encoders)))
        result["comparisons"] = choice.compared(whole)
        return result


def oddness(similarities: Array) -> Array:
    """(k, k) similarities of words → (k,) minus the mean similarity of each to the others."""
    others = similarities.sum(axis=1) - np.diagonal(similarities)
    found: Array = -others / (len(similarities) - 1)
    return found


def _by_vectors(task: Task, subject: Subject) -> Answers:
    words = list(dict.fromkeys(word for row in task.options for word in row))
    place = {word: i for i, word in enumerate(words)}
    vectors = unit_vectors(subject, words)
    own = [vectors[[place[word] for word in row]] for row in task.options]
    return choice.answers([oddness(rows @ rows.T) for rows in own], task)


def _by_letters(task: Task, measure: Callable[[str, str], float]) -> Answers:
    tables = [np.array([[measure(a, b) for b in row] for a in row], np.float64) for row in task.options]
    return choice.answers([oddness(table) for table in tables], task)


def _baselines(task: Task, seed: int) -> dict[str, Answers]:
    return {
        "char_overlap": _by_letters(task, overlap.characters),
        "length": _by_letters(task, overlap.length),
        "word_form": _by_vectors(task, WordForm()),
        "random": choice.by_random_spaces(lambda space: _by_vectors(task, space), seed),
    }


def _wrong(row: Row) -> str:
    words = row["words"]
    if not FEWEST <= len(words) <= MOST:
        return translate("words has {n} words, not {least} to {most}").format(
            n=len(words), least=FEWEST, most=MOST
        )
    if len(set(words)) < len(words):
        return translate("words has a word twice")
    if row["odd"] not in words:
        return translate("odd is not one of words")
    return ""


@hookimpl
def probes() -> list[Probe]:
    """The probe."""
    return [OddOneOut()]

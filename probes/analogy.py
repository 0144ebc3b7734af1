"""The probe `analogy`: a is to b as c is to which word?

3CosAdd (Mikolov, Yih and Zweig 2013) takes the candidate x with the highest cos(x, b) − cos(x, a) + cos(x, c), 3CosMul
(Levy and Goldberg 2014) that with the highest cos(x, b) · cos(x, c) / cos(x, a). The premises a, b and c are never
candidates. Since the answer is often simply what lies nearest to c, or to b, these always run beside it (Linzen 2016).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from explorer import Probe, Progress, Subject, hookimpl, translate
from probes import choice, figures, overlap
from probes.choice import Answers, Row, Rows, Task
from probes.statistics import Array
from probes.subjects import WordForm
from probes.vectors import encoders_alone, unit_vectors

EPSILON = 0.001
"""Added to the divisor of 3CosMul, as by its authors."""
Triple = tuple[Array, Array, Array]
"""Similarity of each candidate to a, to b and to c: (k,) each."""


class Analogy(Probe):
    """a is to b as c is to …?"""

    name = "analogy"
    title: ClassVar[Mapping[str, str]] = {"en": "analogies", "zh": "类比"}
    fields = ("a", "b", "c", "d")
    example: ClassVar[Mapping[str, Any]] = {
        "id": "1",
        "phenomenon": "use",
        "a": "毛笔",
        "b": "写字",
        "c": "菜刀",
        "d": "切菜",
        "candidates": ["厨房", "切菜", "案板", "洗碗"],
        "language": "zh",
    }

    def check(self, rows: Rows) -> list[tuple[int, str]]:
        """Premises that are equal, candidates that are no texts or hold no answer, nothing to choose from."""
        pools = _pools(rows)
        return [(i, reason) for i, row in enumerate(rows) if (reason := _wrong(row, pools))]

    def run(
        self, rows: Rows, subjects: Sequence[Subject], *, seed: int, progress: Callable[[Any], None]
    ) -> dict[str, Any]:
        """Accuracy of every encoder by 3CosAdd, MRR and 3CosMul beside it, and the baselines that often do as well."""
        choice.enough(rows)
        pools = _pools(rows)
        options = [candidates(row, pools) for row in rows]
        right = [each.index(row["d"]) for row, each in zip(rows, options, strict=True)]
        task = Task(rows=rows, options=options, right=right)
        baselines = _baselines(task, seed)
        encoders, notes = encoders_alone(subjects)
        result = choice.result(self.name, task, baselines, notes)
        whole: dict[str, Answers] = {}
        for done, subject in enumerate(encoders):
            progress(Progress(stage=subject.name, done=done, total=len(encoders)))
            near = _by_vectors(task, subject)
            full = whole[subject.name] = _answers(task, near, cos_add)
            own = {
                "nearest_c": _answers(task, near, lambda _a, _b, c: c),
                "nearest_b": _answers(task, near, lambda _a, b, _c: b),
            }
            result["encoders"][subject.name] = (
                choice.entry(task, full, own | baselines)
                | {"mrr": _mrr(full)}
                | {"cos_mul": _beside(_answers(task, near, cos_mul))}
            )
        progress(Progress(stage=translate("done"), done=len(encoders), total=len(encoders)))
        result["comparisons"] = choice.compared(whole)
        return result


def candidates(row: Row, pools: Mapping[tuple[str, str], Sequence[str]]) -> list[str]:
    """The row's own candidates, else all answers and b's of its phenomenon and language; never its premises."""
    premises = {row["a"], row["b"], row["c"]}
    given = row.get("candidates") or pools[_group(row)]
    return [word for word in given if word not in premises]


def cos_add(a: Array, b: Array, c: Array) -> Array:
    """(k,) of similarities to a, b and c."""
    return b - a + c


def cos_mul(a: Array, b: Array, c: Array) -> Array:
    """(k,) of cosines, moved to [0, 1] as by its authors."""
    x, y, z = ((1 + each) / 2 for each in (a, b, c))
    found: Array = y * z / (x + EPSILON)
    return found


def _group(row: Row) -> tuple[str, str]:
    return str(row.get("phenomenon") or ""), str(row.get("language") or "")


def _pools(rows: Rows) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], dict[str, None]] = {}
    for row in rows:
        found.setdefault(_group(row), {}).update({row["d"]: None, row["b"]: None})
    return {group: list(words) for group, words in found.items()}


def _by_vectors(task: Task, subject: Subject) -> list[Triple]:
    texts = [t for row, k in zip(task.rows, task.options, strict=True) for t in (*_premises(row), *k)]
    words = list(dict.fromkeys(texts))
    place = {word: i for i, word in enumerate(words)}
    vectors = unit_vectors(subject, words)
    found: list[Triple] = []
    for row, options in zip(task.rows, task.options, strict=True):
        own = vectors[[place[word] for word in options]]
        a, b, c = (own @ vectors[place[word]] for word in _premises(row))
        found.append((a, b, c))
    return found


def _by_overlap(task: Task) -> list[Triple]:
    found: list[Triple] = []
    for row, options in zip(task.rows, task.options, strict=True):
        a, b, c = (
            np.array([overlap.characters(x, word) for x in options], np.float64) for word in _premises(row)
        )
        found.append((a, b, c))
    return found


def _by_length(task: Task) -> Answers:
    """The candidate that is as much longer than c as b is than a."""
    values = []
    for row, options in zip(task.rows, task.options, strict=True):
        a, b, c = (len(overlap.letters(word)) for word in _premises(row))
        values.append(-np.abs(np.array([len(overlap.letters(x)) for x in options], np.float64) - (b - a + c)))
    return choice.answers(values, task)


def _answers(task: Task, near: Sequence[Triple], rule: Callable[[Array, Array, Array], Array]) -> Answers:
    return choice.answers([rule(*each) for each in near], task)


def _baselines(task: Task, seed: int) -> dict[str, Answers]:
    """3CosAdd over what knows no meaning."""
    return {
        "char_overlap": _answers(task, _by_overlap(task), cos_add),
        "length": _by_length(task),
        "word_form": _answers(task, _by_vectors(task, WordForm()), cos_add),
        "random": choice.by_random_spaces(
            lambda space: _answers(task, _by_vectors(task, space), cos_add), seed
        ),
    }


def _mrr(found: Answers) -> float:
    """Mean reciprocal rank of the right word."""
    return figures.rounded((1 / found.ranks).mean())


def _beside(found: Answers) -> dict[str, Any]:
    return {
        **figures.share(found.scores),
        "mrr": _mrr(found),
    }


def _premises(row: Row) -> tuple[str, str, str]:
    return row["a"], row["b"], row["c"]


def _wrong(row: Row, pools: Mapping[tuple[str, str], Sequence[str]]) -> str:
    given = row.get("candidates")
    if len({*_premises(row)}) < 3:
        return translate("a, b and c are not three different words")
    if row["d"] in _premises(row):
        return translate("d is one of a, b and c, and these are no candidates")
    if given is not None:
        if not isinstance(given, list) or not all(isinstance(each, str) and each.strip() for each in given):
            return translate("{field} is not a list of texts").format(field="candidates")
        if len(set(given)) < len(given):
            return translate("candidates has a word twice")
        if row["d"] not in given:
            return translate("candidates does not hold d")
    if len(candidates(row, pools)) < 2:
        return translate("there is no candidate but d: give candidates, or more rows of its phenomenon")
    return ""


@hookimpl
def probes() -> list[Probe]:
    """The probe."""
    return [Analogy()]

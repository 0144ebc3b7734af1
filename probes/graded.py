"""The probe `graded-similarity`: does the space order pairs as people do?

Spearman's ρ between the cosine of two texts and a human score of their similarity (Rubenstein and Goodenough 1965;
Hill, Reichart and Korhonen 2015). What the scores mean (similarity or relatedness) is the file's
affair.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from explorer import InputError, PluginError, Probe, Progress, Subject, hookimpl, translate
from probes import overlap
from probes.choice import Rows
from probes.figures import bounds, known, rounded
from probes.statistics import (
    Array,
    detectable_spearman,
    holm,
    spearman,
    spearman_difference,
    spearman_interval,
    spearman_p,
    spearman_swapped,
)
from probes.subjects import Random, WordForm
from probes.vectors import encoders_alone, unit_vectors
from probes.verdicts import verdict

LEAST = 3
DIGITS = 6
"""Cosines are rounded to these before they are ranked: float32 vectors say no more, and equal ones are to tie."""


class GradedSimilarity(Probe):
    """Are pairs that people find more similar nearer in the space?"""

    name = "graded-similarity"
    title: ClassVar[Mapping[str, str]] = {"en": "graded similarity", "zh": "分级相似度"}
    fields = ("a", "b", "score")
    example: ClassVar[Mapping[str, Any]] = {
        "id": "1",
        "phenomenon": "noun",
        "a": "食堂",
        "b": "餐馆",
        "score": 7.5,
        "language": "zh",
    }

    def check(self, rows: Rows) -> list[tuple[int, str]]:
        """A pair that stands there twice, in either order."""
        first: dict[frozenset[str], str] = {}
        found = []
        for i, row in enumerate(rows):
            pair = frozenset((row["a"], row["b"]))
            if pair in first:
                found.append((i, translate("the pair stands in row {id} already").format(id=first[pair])))
            first.setdefault(pair, str(row["id"]))
        return found

    def run(
        self, rows: Rows, subjects: Sequence[Subject], *, seed: int, progress: Callable[[Any], None]
    ) -> dict[str, Any]:
        """ρ of every encoder, beside overlap of characters, length, form of the words and random vectors."""
        scores = np.array([row["score"] for row in rows], np.float64)
        _measurable(scores)
        baselines = _baselines(rows, seed)
        encoders, notes = encoders_alone(subjects)
        result: dict[str, Any] = {
            "probe": self.name,
            "measure": "spearman",
            "chance": 0.0,
            "n": len(rows),
            "notes": notes,
            "encoders": {},
            "baselines": {name: _correlation(each, scores) for name, each in baselines.items()},
        }
        whole: dict[str, Array] = {}
        for done, subject in enumerate(encoders):
            progress(Progress(stage=subject.name, done=done, total=len(encoders)))
            near = whole[subject.name] = cosines(rows, subject)
            if np.ptp(near) == 0:
                raise PluginError(
                    subject.name,
                    translate("To {name} all pairs are equally similar: there is nothing to rank.").format(
                        name=subject.name
                    ),
                )
            result["encoders"][subject.name] = _entry(rows, near, scores, baselines)
        progress(Progress(stage=translate("done"), done=len(encoders), total=len(encoders)))
        result["comparisons"] = compared(whole, scores)
        return result


def cosines(rows: Rows, subject: Subject) -> Array:
    """(n,) cosine of the two texts of each row."""
    vectors = unit_vectors(subject, [text for row in rows for text in (row["a"], row["b"])])
    found: Array = np.round((vectors[0::2] * vectors[1::2]).sum(axis=1), DIGITS)
    return found


def compared(values: Mapping[str, Array], scores: Array) -> list[dict[str, Any]]:
    """Every two encoders over the same pairs: paired bootstrap of the difference, and ranks swapped at random."""
    found: list[dict[str, Any]] = []
    names = list(values)
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            x, y = values[a], values[b]
            found.append(
                {
                    "a": a,
                    "b": b,
                    "difference": rounded(spearman(x, scores) - spearman(y, scores)),
                    "ci": bounds(spearman_difference(x, y, scores)),
                    "p_permutation": spearman_swapped(x, y, scores),
                }
            )
    corrected = holm({str(i): each["p_permutation"] for i, each in enumerate(found)})
    for i, each in enumerate(found):
        each["p_permutation_holm"] = rounded(corrected[str(i)])
        each["p_permutation"] = rounded(each["p_permutation"])
    return found


def _entry(rows: Rows, near: Array, scores: Array, baselines: Mapping[str, Array]) -> dict[str, Any]:
    found = _correlation(near, scores)
    found["effect"] = {
        "shared_variance": rounded(found["spearman"] ** 2),
        "p_chance": found["p"],
        "detectable_spearman": known(detectable_spearman(len(rows))),
    }
    found["arms"] = {name: _arm(near, each, scores) for name, each in baselines.items()}
    found["phenomena"] = _phenomena(rows, near, scores)
    found["verdict"], found["verdict_reasons"] = verdict(found, 0.0, list(baselines))
    ranks = _shares(near) - _shares(scores)
    found["items"] = [
        {"id": str(row["id"]), "margin": rounded(ranks[i]), "score": rounded(near[i])}
        for i, row in enumerate(rows)
    ]
    return found


def _arm(near: Array, baseline: Array, scores: Array) -> dict[str, Any]:
    gap = spearman(near, scores) - spearman(baseline, scores)
    return _correlation(baseline, scores) | {
        "left_out": 0,
        "gap": rounded(gap),
        "gap_ci": bounds(spearman_difference(near, baseline, scores)),
    }


def _correlation(values: Array, scores: Array) -> dict[str, Any]:
    return {
        "spearman": rounded(spearman(values, scores)),
        "ci": bounds(spearman_interval(values, scores)),
        "n": len(scores),
        "p": rounded(spearman_p(values, scores)),
    }


def _phenomena(rows: Rows, near: Array, scores: Array) -> dict[str, dict[str, Any]]:
    """ρ within each phenomenon that has three pairs or more whose scores differ; Holm-corrected."""
    found: dict[str, dict[str, Any]] = {}
    names = [str(row.get("phenomenon") or "–") for row in rows]
    for name in sorted(set(names)):
        chosen = [i for i, each in enumerate(names) if each == name]
        if len(chosen) >= LEAST and np.ptp(scores[chosen]) > 0:
            found[name] = _correlation(near[chosen], scores[chosen])
    corrected = holm({name: each["p"] for name, each in found.items()})
    for name, each in found.items():
        each["p_holm"] = rounded(corrected[name])
    return found


def _baselines(rows: Rows, seed: int) -> dict[str, Array]:
    def letters(measure: Callable[[str, str], float]) -> Array:
        return np.array([measure(row["a"], row["b"]) for row in rows], np.float64)

    return {
        "char_overlap": letters(overlap.characters),
        "length": letters(overlap.length),
        "word_form": cosines(rows, WordForm()),
        "random": cosines(rows, Random(seed=seed)),
    }


def _shares(values: Array) -> Array:
    """(n,) ranks in (0, 1]."""
    from scipy.stats import rankdata

    found: Array = rankdata(values) / len(values)
    return found


def _measurable(scores: Array) -> None:
    if len(scores) < LEAST:
        raise InputError(
            translate("{n} pairs are too few to rank.").format(n=len(scores)),
            next_step=translate("Give at least three; twenty for a verdict."),
        )
    if np.ptp(scores) == 0:
        raise InputError(
            translate("All pairs have the score {score}: there is no order to compare with.").format(
                score=f"{scores[0]:g}"
            ),
            next_step=translate("Give the scores that people gave, as many different ones as they gave."),
        )


@hookimpl
def probes() -> list[Probe]:
    """The probe."""
    return [GradedSimilarity()]

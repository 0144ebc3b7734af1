"""The probe `similarity-structure`: are the items of a file arranged alike in two spaces, and as their categories say?

Representational similarity analysis (Kriegeskorte, Mur and Bandettini 2008): each space gives the matrix of 1 − cosine
between all items; matrices are compared by Spearman's ρ over their upper triangles. A file whose rows bear a `category`
gives a model to hold each space against: items of one category are near, others far.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from explorer import InputError, Probe, Progress, Subject, hookimpl, translate
from explorer.i18n import N_
from probes import overlap
from probes.choice import Rows
from probes.figures import bounds, rounded
from probes.graded import DIGITS
from probes.statistics import (
    Array,
    holm,
    linear_cka,
    mantel,
    ranked,
    structure_correlation,
    structure_interval,
    unbiased_cka,
)
from probes.subjects import Random, WordForm
from probes.vectors import encoders_alone, unit_vectors
from probes.verdicts import LEAST, TOO_FEW, verdict

FEWEST, MOST = 4, 1000
NO_MODEL = N_("no categories to hold it against")


@dataclass(frozen=True, kw_only=True)
class Model:
    """What the categories say of the items at `chosen`: (m, m) ranks of 0 within a category and 1 between two."""

    chosen: Sequence[int]
    names: Sequence[str]
    ranks: Array


class SimilarityStructure(Probe):
    """Are the same things near one another?"""

    name = "similarity-structure"
    title: ClassVar[Mapping[str, str]] = {"en": "similarity structure", "zh": "相似性结构"}
    fields = ("text",)
    example: ClassVar[Mapping[str, Any]] = {"id": "1", "text": "钳子", "category": "tool", "language": "zh"}

    def check(self, rows: Rows) -> list[tuple[int, str]]:
        """A text that stands there twice, a category that is no text."""
        first: dict[str, str] = {}
        found = []
        for i, row in enumerate(rows):
            category = row.get("category")
            if row["text"] in first:
                found.append(
                    (i, translate("the text stands in row {id} already").format(id=first[row["text"]]))
                )
            elif category is not None and not (isinstance(category, str) and category.strip()):
                found.append((i, translate("{field} is not a text").format(field="category")))
            first.setdefault(row["text"], str(row["id"]))
        return found

    def run(
        self, rows: Rows, subjects: Sequence[Subject], *, seed: int, progress: Callable[[Any], None]
    ) -> dict[str, Any]:
        """Every encoder against the model of the categories, if there is one, and every two encoders."""
        _measurable(rows)
        model = _model(rows)
        baselines = {name: ranked(each) for name, each in _baselines(rows, seed).items()}
        encoders, notes = encoders_alone(subjects)
        result: dict[str, Any] = {
            "probe": self.name,
            "measure": "spearman",
            "chance": 0.0,
            "n": len(rows),
            "pairs": len(rows) * (len(rows) - 1) // 2,
            "categories": len(set(model.names)) if model else 0,
            "ceiling": _ceiling(model) if model else None,
            "notes": notes,
            "encoders": {},
            "baselines": {name: _fit(_of(each, model), model) for name, each in baselines.items()}
            if model
            else {},
        }
        vectors: dict[str, Array] = {}
        ranks: dict[str, Array] = {}
        for done, subject in enumerate(encoders):
            progress(Progress(stage=subject.name, done=done, total=len(encoders)))
            own = vectors[subject.name] = unit_vectors(subject, [row["text"] for row in rows])
            ranks[subject.name] = ranked(dissimilarities(own))
            result["encoders"][subject.name] = _entry(rows, own, ranks[subject.name], baselines, model)
        progress(Progress(stage=translate("done"), done=len(encoders), total=len(encoders)))
        result["comparisons"] = compared(vectors, ranks, model)
        return result


def dissimilarities(vectors: Array) -> Array:
    """(n, dim) unit rows → (n, n) 1 − cosine."""
    found: Array = np.round(1.0 - vectors @ vectors.T, DIGITS)
    return found


def compared(
    vectors: Mapping[str, Array], ranks: Mapping[str, Array], model: Model | None
) -> list[dict[str, Any]]:
    """Every two encoders: how alike their structures are; and, with a model, which of the two is nearer to it."""
    found: list[dict[str, Any]] = []
    names = list(ranks)
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            pair: dict[str, Any] = {
                "a": a,
                "b": b,
                "spearman": rounded(structure_correlation(ranks[a], ranks[b])),
                "spearman_ci": bounds(structure_interval(ranks[a], ranks[b])),
                "p_mantel": mantel(ranks[a], ranks[b]),
                "cka": rounded(linear_cka(vectors[a], vectors[b])),
                "cka_unbiased": rounded(unbiased_cka(vectors[a], vectors[b])),
            }
            if model:
                x, y = _of(ranks[a], model), _of(ranks[b], model)
                gap = structure_correlation(x, model.ranks) - structure_correlation(y, model.ranks)
                pair["difference"] = rounded(gap)
                pair["ci"] = bounds(structure_interval(x, model.ranks, minus=y))
            found.append(pair)
    corrected = holm({str(i): each["p_mantel"] for i, each in enumerate(found)})
    for i, each in enumerate(found):
        each["p_mantel_holm"] = rounded(corrected[str(i)])
        each["p_mantel"] = rounded(each["p_mantel"])
    return found


def _entry(
    rows: Rows, vectors: Array, ranks: Array, baselines: Mapping[str, Array], model: Model | None
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "like_baselines": {name: _alike(ranks, each) for name, each in baselines.items()},
        "phenomena": {},
    }
    if model is None:
        few = len(rows) < LEAST
        return found | {
            "spearman": None,
            "ci": None,
            "n": len(rows),
            "arms": {},
            "items": [],
            "verdict": TOO_FEW if few else NO_MODEL,
            "verdict_reasons": [
                translate("Give rows a category, or compare encoders: --encoder A --encoder B.")
            ],
        }
    own = _of(ranks, model)
    found |= _fit(own, model)
    found["arms"] = {name: _arm(own, _of(each, model), model) for name, each in baselines.items()}
    found["verdict"], found["verdict_reasons"] = verdict(found, 0.0, list(baselines))
    found["items"] = _items(rows, vectors[model.chosen], model)
    return found


def _fit(own: Array, model: Model) -> dict[str, Any]:
    """How near a space is to the model of the categories."""
    return {
        "spearman": rounded(structure_correlation(own, model.ranks)),
        "ci": bounds(structure_interval(own, model.ranks)),
        "n": len(model.chosen),
        "p": rounded(mantel(own, model.ranks)),
    }


def _arm(own: Array, baseline: Array, model: Model) -> dict[str, Any]:
    gap = structure_correlation(own, model.ranks) - structure_correlation(baseline, model.ranks)
    return _fit(baseline, model) | {
        "left_out": 0,
        "gap": rounded(gap),
        "gap_ci": bounds(structure_interval(own, model.ranks, minus=baseline)),
    }


def _alike(a: Array, b: Array) -> dict[str, Any]:
    return {"spearman": rounded(structure_correlation(a, b)), "ci": bounds(structure_interval(a, b))}


def _items(rows: Rows, vectors: Array, model: Model) -> list[dict[str, Any]]:
    """Of each item whose category has another: how much nearer (mean cosine) its own category is than the rest."""
    cosines = vectors @ vectors.T
    names = np.array(model.names)
    found = []
    for i, place in enumerate(model.chosen):
        same = names == names[i]
        others = ~same
        same[i] = False
        if not same.any():
            continue
        margin = round(float(cosines[i, same].mean() - cosines[i, others].mean()), DIGITS)
        score = 0.5 if margin == 0 else float(margin > 0)
        found.append({"id": str(rows[place]["id"]), "margin": margin, "score": score})
    return found


def _model(rows: Rows) -> Model | None:
    """The model of the rows that have a category; None where they make no two, or none with two items."""
    chosen = [i for i, row in enumerate(rows) if row.get("category") is not None]
    names = [str(rows[i]["category"]) for i in chosen]
    if len(chosen) < FEWEST or not 1 < len(set(names)) < len(names):
        return None
    column = np.array(names)
    return Model(
        chosen=chosen, names=names, ranks=ranked((column[:, None] != column[None, :]).astype(np.float64))
    )


def _ceiling(model: Model) -> float:
    """The ρ of a space that puts every pair within a category before every other: the model ties, a space does not."""
    pairs = np.sort(model.ranks[np.triu_indices(len(model.ranks), 1)])
    places = np.arange(len(pairs)) - (len(pairs) - 1) / 2
    return rounded(pairs @ places / np.linalg.norm(places))


def _of(ranks: Array, model: Model) -> Array:
    """The part of a matrix that the model speaks of, ranked anew."""
    return ranked(ranks[np.ix_(model.chosen, model.chosen)])


def _baselines(rows: Rows, seed: int) -> dict[str, Array]:
    """Structures that know no meaning."""
    texts = [row["text"] for row in rows]

    def letters(measure: Callable[[str, str], float]) -> Array:
        return np.array([[-measure(a, b) for b in texts] for a in texts], np.float64)

    return {
        "char_overlap": letters(overlap.characters),
        "length": letters(overlap.length),
        "word_form": dissimilarities(unit_vectors(WordForm(), texts)),
        "random": dissimilarities(unit_vectors(Random(seed=seed), texts)),
    }


def _measurable(rows: Rows) -> None:
    if not FEWEST <= len(rows) <= MOST:
        raise InputError(
            translate("A structure needs {least} to {most} items; here are {n}.").format(
                least=FEWEST, most=MOST, n=len(rows)
            )
        )


@hookimpl
def probes() -> list[Probe]:
    """The probe."""
    return [SimilarityStructure()]

"""The probe `role-classification`: its rows, and a run with every view, both splits and every control."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from explorer import COARSE, InputError, Probe, Progress, Subject, hookimpl, open_chooser, translate
from probes import figures
from probes.contrast.judges import WithIceberg
from probes.role_classification import verdicts, views
from probes.role_classification.answers import Study, baselines, construed, learnt
from probes.role_classification.figures import macro_f1, selective, shuffled
from probes.role_classification.linear import LEAST_GROUPS, Answers, Names
from probes.spans import Row, given
from probes.statistics import Array

BY_VERB, BY_CLASS = "verb", "object_class"


class RoleClassification(Probe):
    """Which role does the object have? Asked of a linear probe over the vectors, about verbs that it never saw."""

    name = "role-classification"
    title: ClassVar[Mapping[str, str]] = {"en": "roles by a linear probe", "zh": "线性探针判角色"}
    fields = ("sentence", "verb", "object", "role")
    example: ClassVar[Mapping[str, Any]] = {
        "id": "1",
        "sentence": "张三吃食堂",
        "verb": "吃",
        "object": "食堂",
        "role": "location",
    }

    def check(self, rows: Sequence[Row]) -> list[tuple[int, str]]:
        """Verbs and objects that do not stand in the sentence, classes and phenomena that are no texts."""
        return [(i, reason) for i, row in enumerate(rows) if (reason := _wrong(row))]

    def run(
        self,
        rows: Sequence[Row],
        subjects: Sequence[Subject],
        *,
        seed: int,
        progress: Callable[[Any], None],
    ) -> dict[str, Any]:
        """Accuracy of every subject with verbs left out, beside every view, baseline and control, and a verdict."""
        labels = views.labels_of(rows)
        verbs = [str(row["verb"]) for row in rows]
        _enough(labels, verbs)
        classes, sources = views.object_classes(rows, _knowledge(subjects))
        splits = {BY_VERB: verbs, BY_CLASS: classes}
        splits = {name: groups for name, groups in splits.items() if len(set(groups)) >= LEAST_GROUPS}
        ground = {name: baselines(rows, labels, groups, seed) for name, groups in splits.items()}
        asked = Asked(rows=rows, labels=labels, splits=splits, ground=ground, seed=seed)
        result: dict[str, Any] = {
            "probe": self.name,
            "chance": figures.rounded(asked.chance),
            "n": len(rows),
            "labels": dict(sorted(Counter(labels.tolist()).items())),
            "groups": {name: len(set(groups)) for name, groups in splits.items()},
            "object_classes": sources,
            "encoders": {},
            "left_out_encoders": {},
            "baselines": {name: figures.share(asked.scores(each)) for name, each in ground[BY_VERB].items()},
        }
        studies: dict[str, dict[str, Study]] = {}
        whole: dict[str, Array] = {}
        for done, subject in enumerate(subjects):
            progress(Progress(stage=subject.name, done=done, total=len(subjects)))
            encoder = subject.encoding.name if isinstance(subject, WithIceberg) else subject.name
            if isinstance(subject, WithIceberg) and not set(labels) <= set(COARSE.values()):
                result["left_out_encoders"][subject.name] = translate("It knows roles of its own only.")
                continue
            if encoder not in studies:
                studies[encoder] = {name: learnt(subject, rows, labels, g) for name, g in splits.items()}
            if isinstance(subject, WithIceberg):
                entry, scored = _construal_entry(asked, subject, studies[encoder][BY_VERB])
            else:
                entry, scored = _entry(asked, studies[encoder])
            result["encoders"][subject.name], whole[subject.name] = entry, scored
        progress(Progress(stage=translate("done"), done=len(subjects), total=len(subjects)))
        result["notes"] = figures.left_out_notes(result["left_out_encoders"])
        result["comparisons"] = figures.compared(whole, verbs) if len(whole) > 1 else []
        return result


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What every subject is asked: rows, labels, what is left out together in each split, the baselines' answers."""

    rows: Sequence[Row]
    labels: Names
    splits: Mapping[str, Sequence[str]]
    ground: Mapping[str, Mapping[str, Names]]
    seed: int

    @property
    def chance(self) -> float:
        """The share of the most frequent label."""
        return max(Counter(self.labels.tolist()).values()) / len(self.labels)

    def scores(self, predicted: Names) -> Array:
        """(n,) 1 right, 0 wrong."""
        found: Array = (predicted == self.labels).astype(np.float64)
        return found


def _entry(asked: Asked, studies: Mapping[str, Study]) -> tuple[dict[str, Any], Array]:
    """The figures of an encoder, with verbs left out; beside them the same with classes of objects left out."""
    study = studies[BY_VERB]
    answers = study.answers[views.WHOLE]
    scored = asked.scores(answers.predicted)
    verbs = asked.splits[BY_VERB]
    entry = _split_entry(asked, study, BY_VERB)
    entry["strength"] = answers.strength
    entry["splits"] = {name: _split_entry(asked, each, name) for name, each in studies.items()}
    entry["selectivity"] = {
        types: selective(
            study.rows,
            asked.labels,
            [str(row[types]) for row in asked.rows],
            verbs,
            strength=answers.strength,
            seed=asked.seed,
        )
        for types in ("verb", "object")
    }
    entry["shuffled_labels"] = shuffled(
        study.rows, asked.labels, verbs, strength=answers.strength, seed=asked.seed
    )
    return _finished(asked, entry, answers, scored), scored


def _split_entry(asked: Asked, study: Study, split: str) -> dict[str, Any]:
    """Accuracy and macro-F1 of the whole sentence, and every view and baseline beside it."""
    answers = study.answers[views.WHOLE]
    scored, verbs = asked.scores(answers.predicted), asked.splits[BY_VERB]
    everyone = np.ones(len(scored), bool)
    others = {name: study.answers[name].predicted for name in views.PARTS}
    others |= asked.ground[split]
    entry = figures.accuracy(scored, verbs)
    entry["macro_f1"] = macro_f1(asked.labels, answers.predicted)
    entry["arms"] = {
        name: figures.arm(scored, asked.scores(predicted), everyone, verbs)
        | {"macro_f1": macro_f1(asked.labels, predicted)["value"]}
        for name, predicted in others.items()
    }
    return entry


def _construal_entry(asked: Asked, subject: WithIceberg, study: Study) -> tuple[dict[str, Any], Array]:
    """The figures of the construal, which learnt nothing from the rows, beside the views of its encoder."""
    answers, sure = construed(subject, asked.rows, asked.labels)
    scored, verbs = asked.scores(answers.predicted), asked.splits[BY_VERB]
    everyone = np.ones(len(scored), bool)
    entry = figures.accuracy(scored, verbs)
    entry["coverage"] = figures.rounded(sure.mean())
    entry["answered"] = figures.share(scored[sure]) if sure.any() else None
    entry["macro_f1"] = macro_f1(asked.labels, answers.predicted)
    others = {name: each.predicted for name, each in study.answers.items()}
    others |= asked.ground[BY_VERB]
    entry["arms"] = {
        name: figures.arm(scored, asked.scores(predicted), everyone, verbs)
        for name, predicted in others.items()
        if name != views.WHOLE
    }
    return _finished(asked, entry, answers, scored), scored


def _finished(asked: Asked, entry: dict[str, Any], answers: Answers, scored: Array) -> dict[str, Any]:
    entry["effect"] = figures.effect(scored, chance=asked.chance)
    names = [str(row.get("phenomenon") or row["role"]) for row in asked.rows]
    entry["phenomena"] = figures.phenomena(names, scored, chance=asked.chance)
    entry["verdict"], entry["verdict_reasons"] = verdicts.verdict(entry, asked.chance)
    entry["items"] = [
        {
            "id": str(row["id"]),
            "margin": figures.rounded(answers.margins[i], 6),
            "score": float(scored[i]),
            "label": str(asked.labels[i]),
            "predicted": str(answers.predicted[i]),
        }
        for i, row in enumerate(asked.rows)
    ]
    return entry


def _knowledge(subjects: Sequence[Subject]) -> Callable[[], views.Known]:
    """Nouns' classes as the first subject with an iceberg knows them, else as the base facts say."""

    def known() -> views.Known:
        choosers = [each.chooser for each in subjects if isinstance(each, WithIceberg)]
        return (choosers[0] if choosers else open_chooser()).construer.noun_class

    return known


def _enough(labels: Names, verbs: Sequence[str]) -> None:
    if len(set(labels.tolist())) < 2:
        raise InputError(
            translate("All rows have the role {role}: there is nothing to tell apart.").format(role=labels[0])
        )
    if len(set(verbs)) < LEAST_GROUPS:
        raise InputError(
            translate("Rows of {n} verbs are too few to leave verbs out.").format(n=len(set(verbs))),
            next_step=translate("Give rows of at least {n} verbs; of ten or more for intervals.").format(
                n=LEAST_GROUPS
            ),
        )


def _wrong(row: Row) -> str:
    for part in ("verb", "object"):
        if given(row, part) is None:
            return translate("the {field} does not stand in the sentence").format(field=part)
    for part in ("object_class", "phenomenon"):
        if row.get(part) is not None and not isinstance(row[part], str):
            return translate("{field} is not a text").format(field=part)
    return ""


@hookimpl
def probes() -> list[Probe]:
    """The probe."""
    return [RoleClassification()]

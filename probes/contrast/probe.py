"""The probe `contrast`: its rows, and a run with every arm."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from explorer import InputError, Probe, Progress, Subject, hookimpl, open_chooser, translate
from probes import figures, overlap
from probes.contrast import knowledge, strata, verdicts
from probes.contrast.arms import ARMS, FULL, Other, ask, asks
from probes.contrast.judges import ByLetters, ByNearness, Judge, WithIceberg, judge_of, scores
from probes.contrast.options import unfit
from probes.spans import Row
from probes.statistics import Array
from probes.steps import Steps
from probes.subjects import Random

CHANCE = 0.5
CONTROL = "control"
"""The phenomenon of rows that any sound encoder gets right: reported apart."""
PARTS = ("verb", "object", "role")
LETTERS: tuple[tuple[str, Callable[[str, str], float]], ...] = (
    ("char_overlap", overlap.characters),
    ("bigram_overlap", overlap.bigrams),
    ("length", overlap.length),
)


class Contrast(Probe):
    """Which of two paraphrases says what the sentence says?"""

    name = "contrast"
    title: ClassVar[Mapping[str, str]] = {"en": "contrast triples", "zh": "对比三元组"}
    fields = ("sentence", "good", "bad")
    example: ClassVar[Mapping[str, Any]] = {
        "id": "1",
        "phenomenon": "location",
        "sentence": "张三吃食堂",
        "verb": "吃",
        "object": "食堂",
        "good": "张三在食堂里吃饭",
        "bad": "张三把食堂当菜吃了",
    }

    def check(self, rows: Sequence[Row]) -> list[tuple[int, str]]:
        """Options that are equal, parts of the sentence that are no texts, mirrors of what is not there."""
        ids = {str(row["id"]) for row in rows}
        return [(i, reason) for i, row in enumerate(rows) if (reason := unfit(row, ids, PARTS))]

    def run(
        self,
        rows: Sequence[Row],
        subjects: Sequence[Subject],
        *,
        seed: int,
        progress: Callable[[Any], None],
    ) -> dict[str, Any]:
        """Accuracy of every subject in every arm, with controls, strata, mirrored pairs and a verdict."""
        asked = [row for row in rows if row.get("phenomenon") != CONTROL]
        easy = [row for row in rows if row.get("phenomenon") == CONTROL]
        if len(asked) < 2 and len(rows) < 2:
            raise InputError(
                translate("{n} row is too little to measure anything.").format(n=len(rows)),
                next_step=translate("Give at least two rows; twenty for a verdict."),
            )
        judges = [judge_of(subject) for subject in subjects]
        prompts = _prompts(asked, seed, _other_object(subjects, progress) if judges else None)
        verbs = [
            str(row.get("verb") or row["id"]) for row in asked
        ]  # rows without a verb stand for themselves
        baselines = _baselines(asked, prompts[FULL], seed)
        result: dict[str, Any] = {
            "probe": self.name,
            "chance": CHANCE,
            "n": len(asked),
            "controls": len(easy),
            "encoders": {},
            "baselines": {name: figures.share(each) for name, each in baselines.items()} if asked else {},
            "strata": strata.counts(asked) if asked else {},
        }
        whole: dict[str, Array] = {}
        steps = Steps(progress, len(judges) * len(prompts))
        for judge in judges:
            margins = {}
            for arm, prompt in prompts.items():
                steps.begin(judge.name, arm)
                margins[arm] = _margins(judge, prompt)
            entry: dict[str, Any] = {}
            if asked:
                whole[judge.name] = scores(margins[FULL])
                entry = _entry(asked, margins, baselines, verbs)
            result["encoders"][judge.name] = entry | {CONTROL: _control(easy, judge)}
        steps.end()
        result["comparisons"] = figures.compared(whole, verbs) if len(whole) > 1 else []
        return result


def _prompts(rows: Sequence[Row], seed: int, other: Other | None) -> dict[str, Sequence[Any]]:
    """What is asked in each arm, and of rows with a fact in each knowledge condition.

    `other` is None where no judge is asked: the baselines see the full sentence only.
    """
    if other is None:
        return {FULL: [ask(row) for row in rows]}
    prompts: dict[str, Sequence[Any]] = {
        arm: asks(rows, arm, seed=seed, other=other) for arm in (FULL, *ARMS)
    }
    if any(row.get(knowledge.FACT) for row in rows):
        prompts |= {name: knowledge.asks(rows, name) for name in knowledge.CONDITIONS}
    return prompts


def _entry(
    rows: Sequence[Row], margins: Mapping[str, Array], baselines: Mapping[str, Array], verbs: Sequence[str]
) -> dict[str, Any]:
    scored = {arm: scores(each) for arm, each in margins.items()}
    asked = {arm: ~np.isnan(each) for arm, each in margins.items()}
    full = scored[FULL]
    entry = figures.accuracy(full, verbs)
    entry["effect"] = figures.effect(full, chance=CHANCE)
    everyone = np.ones(len(rows), bool)
    entry["arms"] = {arm: figures.arm(full, scored[arm], asked[arm], verbs) for arm in ARMS} | {
        name: figures.arm(full, each, everyone, verbs) for name, each in baselines.items()
    }
    entry["strata"] = strata.strata(rows, full)
    entry["mirrored"] = strata.mirrored(rows, full)
    entry["phenomena"] = figures.phenomena(
        [str(row.get("phenomenon") or "–") for row in rows], full, chance=CHANCE
    )
    entry["verdict"], entry["verdict_reasons"] = verdicts.verdict(entry)
    if knowledge.FACT in scored:
        entry["knowledge"] = knowledge.entry(scored, asked, verbs)
    entry["items"] = [
        {
            "id": str(row["id"]),
            "margin": figures.rounded(margins[FULL][i], 6),
            "score": float(full[i]),
            "arms": {arm: float(scored[arm][i]) if asked[arm][i] else None for arm in ARMS},
        }
        for i, row in enumerate(rows)
    ]
    return entry


def _margins(judge: Judge, prompts: Sequence[Any]) -> Array:
    """(n,) margins, not a number where nothing is asked."""
    found = np.full(len(prompts), np.nan)
    chosen = [i for i, ask in enumerate(prompts) if ask is not None]
    if chosen:
        found[chosen] = judge.margins([prompts[i] for i in chosen])
    return found


def _baselines(rows: Sequence[Row], prompts: Sequence[Any], seed: int) -> dict[str, Array]:
    judges: list[Judge] = [ByLetters(name=name, measure=measure) for name, measure in LETTERS]
    judges.append(ByNearness(subject=Random(seed=seed)))
    return {judge.name: scores(_margins(judge, prompts)) for judge in judges} if rows else {}


def _control(rows: Sequence[Row], judge: Judge) -> dict[str, Any]:
    if not rows:
        return {"n": 0, "accuracy": None, "ci": None}
    scored = scores(judge.margins([ask(row) for row in rows]))
    return {"n": len(rows), **figures.share(scored)}


def _other_object(subjects: Sequence[Subject], progress: Callable[[Any], None]) -> Other:
    """Ask the iceberg's own knowledge, that of the first subject that has it; opened when first needed."""
    step = Progress(stage=translate("writing the conditions"), done=0, total=0)
    known = [subject.chooser for subject in subjects if isinstance(subject, WithIceberg)]

    def other(verb: str, thing: str) -> str | None:
        progress(step)
        if not known:
            known.append(open_chooser())
        return known[0].contrasting(verb, thing)

    return other


@hookimpl
def probes() -> list[Probe]:
    """The probe."""
    return [Contrast()]

"""The probe `minimal-pair`: of two sentences that differ little, does a language model find the good one likelier?

The likelihood of a sentence is the sum over its tokens (BLiMP, Warstadt et al. 2020; pseudo-log-likelihood of a masked
model, Salazar et al. 2020). Beside it, as arms: the mean over tokens, which does not mind how many there are, and the
sum over the tokens of the differing part alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from explorer import InputError, Probe, Progress, Subject, TokenScores, hookimpl, translate
from probes import figures, verdicts
from probes.overlap import letters
from probes.spans import Row, Span
from probes.statistics import Array
from probes.subjects import Likelihoods
from probes.trigrams import of_the_knowledge

CHANCE = 0.5
EQUAL = 1e-6
"""Likelihoods nearer than this, in natural logarithms, are a tie."""
BASELINES = ("length", "bag_of_characters", "character_trigrams")
WAYS = ("per_token", "differing_part")


class MinimalPair(Probe):
    """Which of two nearly equal sentences can be said?"""

    name = "minimal-pair"
    title: ClassVar[Mapping[str, str]] = {"en": "minimal pairs", "zh": "最小对立对"}
    fields = ("good", "bad")
    example: ClassVar[Mapping[str, Any]] = {
        "id": "1",
        "phenomenon": "institution",
        "good": "我们天天吃食堂",
        "bad": "我们天天吃厨房",
        "verb": "吃",
    }

    def check(self, rows: Sequence[Row]) -> list[tuple[int, str]]:
        """Sentences that are equal, phenomena and verbs that are no texts."""
        return [(i, reason) for i, row in enumerate(rows) if (reason := _wrong(row))]

    def run(
        self,
        rows: Sequence[Row],
        subjects: Sequence[Subject],
        *,
        seed: int,
        progress: Callable[[Any], None],
    ) -> dict[str, Any]:
        """Accuracy of every language model among the subjects; the others are named, with the reason.

        Raises:
            InputError: fewer than two rows, or no subject gives likelihoods.
        """
        if len(rows) < 2:
            raise InputError(
                translate("{n} row is too little to measure anything.").format(n=len(rows)),
                next_step=translate("Give at least two rows; twenty for a verdict."),
            )
        models = [each for each in subjects if isinstance(each, Likelihoods)]
        left_out = {
            each.name: translate("Encoder {name} gives vectors, not likelihoods.").format(name=each.name)
            for each in subjects
            if not isinstance(each, Likelihoods)
        }
        if not models:
            raise InputError(
                " ".join(left_out.values()),
                next_step=translate("Use a language model: --encoder language-model:NAME_OR_FOLDER"),
            )
        verbs = [str(row.get("verb") or row["id"]) for row in rows]
        baselines = {name: scores(each) for name, each in _baselines(rows).items()}
        result: dict[str, Any] = {
            "probe": self.name,
            "chance": CHANCE,
            "n": len(rows),
            "encoders": {},
            "left_out_encoders": left_out,
            "notes": figures.left_out_notes(left_out),
            "baselines": {name: figures.share(each) for name, each in baselines.items()},
        }
        whole: dict[str, Array] = {}
        for done, model in enumerate(models):
            progress(Progress(stage=model.name, done=done, total=len(models)))
            margins = margins_of(rows, model)
            whole[model.name] = scores(margins["sum"])
            result["encoders"][model.name] = _entry(rows, margins, baselines, verbs)
        progress(Progress(stage=translate("done"), done=len(models), total=len(models)))
        result["comparisons"] = figures.compared(whole, verbs) if len(whole) > 1 else []
        return result


def margins_of(rows: Sequence[Row], model: Likelihoods) -> dict[str, Array]:
    """How much likelier the good sentence is, in natural logarithms, counted in each way.

    Returns:
        `sum`, `per_token`, `differing_part`: (n,) float64; the last is nan where a sentence has no token of its own.
    """
    told = model.token_scores([text for row in rows for text in (row["good"], row["bad"])])
    pairs = list(zip(told[::2], told[1::2], strict=True))
    parts = [differing(row["good"], row["bad"]) for row in rows]
    return {
        "sum": np.array([good.logs.sum() - bad.logs.sum() for good, bad in pairs], np.float64),
        "per_token": np.array([_mean(good) - _mean(bad) for good, bad in pairs], np.float64),
        "differing_part": np.array(
            [
                _within(a, first) - _within(b, second)
                for (a, b), (first, second) in zip(pairs, parts, strict=True)
            ],
            np.float64,
        ),
    }


def differing(good: str, bad: str) -> tuple[Span, Span]:
    """Where two texts differ: what is left in each without their common beginning and end."""
    short = min(len(good), len(bad))
    start = next((i for i in range(short) if good[i] != bad[i]), short)
    end = next((i for i in range(short - start) if good[-1 - i] != bad[-1 - i]), short - start)
    return (start, len(good) - end), (start, len(bad) - end)


def scores(margins: Array) -> Array:
    """1 right, 0 wrong, ½ a tie."""
    return np.where(np.abs(margins) <= EQUAL, 0.5, (margins > 0).astype(np.float64))


def _mean(told: TokenScores) -> float:
    return float(told.logs.mean()) if len(told.logs) else 0.0


def _within(told: TokenScores, part: Span) -> float:
    """Sum over the tokens that reach into a part of the text; nan where none does."""
    inside = [i for i, (start, end) in enumerate(told.spans) if start < part[1] and end > part[0]]
    return float(told.logs[inside].sum()) if inside else float("nan")


def _baselines(rows: Sequence[Row]) -> dict[str, Array]:
    """(n,) margins without any encoder: the shorter one, the one of the more usual characters, or trigrams of them."""
    model = of_the_knowledge()

    def margins(of: Callable[[str], float]) -> Array:
        return np.array([of(row["good"]) - of(row["bad"]) for row in rows], np.float64)

    return {
        "length": margins(lambda text: -float(len(letters(text)))),
        "bag_of_characters": margins(lambda text: model.log_likelihood(text, order=1)),
        "character_trigrams": margins(model.log_likelihood),
    }


def _entry(
    rows: Sequence[Row], margins: Mapping[str, Array], baselines: Mapping[str, Array], verbs: Sequence[str]
) -> dict[str, Any]:
    scored = scores(margins["sum"])
    entry = figures.accuracy(scored, verbs)
    entry["effect"] = figures.effect(scored, chance=CHANCE)
    everyone = np.ones(len(rows), bool)
    entry["arms"] = {
        way: figures.arm(scored, scores(margins[way]), ~np.isnan(margins[way]), verbs) for way in WAYS
    } | {name: figures.arm(scored, each, everyone, verbs) for name, each in baselines.items()}
    names = [str(row.get("phenomenon") or "–") for row in rows]
    entry["phenomena"] = figures.phenomena(names, scored, chance=CHANCE)
    entry["verdict"], entry["verdict_reasons"] = verdicts.verdict(entry, CHANCE, BASELINES)
    entry["items"] = [
        {
            "id": str(row["id"]),
            "margin": figures.rounded(margins["sum"][i], 6),
            "score": float(scored[i]),
            "margins": {
                way: None if np.isnan(margins[way][i]) else figures.rounded(margins[way][i], 6)
                for way in WAYS
            },
        }
        for i, row in enumerate(rows)
    ]
    return entry


def _wrong(row: Row) -> str:
    if row["good"] == row["bad"]:
        return translate("good and bad are equal")
    for part in ("phenomenon", "verb"):
        if row.get(part) is not None and not isinstance(row[part], str):
            return translate("{field} is not a text").format(field=part)
    return ""


@hookimpl
def probes() -> list[Probe]:
    """The probe."""
    return [MinimalPair()]

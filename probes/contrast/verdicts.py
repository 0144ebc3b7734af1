"""What may be concluded from a contrast probe: one line, by rules that anyone can check.

Construal is shown only by a judge that

1. is better than chance (one-sided: the lower bounds of both intervals are above ½);
2. is better than each baseline of letters (overlap of characters, of pairs of characters, length) and than an
   encoder of random vectors: the paired interval of the difference is above 0;
3. loses by every arm that takes the sentence's meaning away (verb, object or both deleted, object swapped,
   characters shuffled, sentence hidden): the paired interval of each gap is above 0;
4. is not led by the letters: where they favour the wrong option, it is right more often than not;
5. where there are mirrored pairs, gets both right more often than chance would, a quarter (lower bound).

The first rule that fails gives the verdict. An arm that fewer than `LEAST` rows can ask is not judged, and that is
said. Raw accuracy alone never gives a verdict: in a first study two encoders beat every baseline at 63 and 68 %,
and lost nothing when the verb, the object or both were deleted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from explorer import translate
from explorer.i18n import N_
from probes.contrast.arms import ARMS
from probes.verdicts import LEAST, above_baselines, beyond_chance, lost_by

BASELINES = ("char_overlap", "bigram_overlap", "length", "random")
SHOWN = N_("construal shown")
ABLATION = N_("not construal: answers as well without the sentence's meaning")
LETTERS = N_("not construal: led by overlap where it misleads")
PAIRS = N_("not construal: mirrored pairs at chance")


def verdict(figures: Mapping[str, Any]) -> tuple[str, list[str]]:
    """(verdict, reasons in the reader's language): the verdict's words are fixed, for programs."""
    failed, reasons = beyond_chance(figures, 0.5)
    if failed:
        return failed, reasons
    rules = (_baselines, _ablations, _misled, _pairs)
    for rule in rules:
        failed, words = rule(figures)
        reasons += words
        if failed:
            return failed, reasons
    return SHOWN, [*reasons, translate("It passes every control.")]


def _baselines(figures: Mapping[str, Any]) -> tuple[str, list[str]]:
    return above_baselines(figures, BASELINES)


def _ablations(figures: Mapping[str, Any]) -> tuple[str, list[str]]:
    arms = {name: figures["arms"][name] for name in ARMS if name in figures["arms"]}
    lost, words = lost_by(arms)
    if lost:
        return "", words
    if all(each["n"] < LEAST for each in arms.values()):
        words.append(translate("No arm could be asked: give verb and object in each row."))
    return ABLATION, words


def _misled(figures: Mapping[str, Any]) -> tuple[str, list[str]]:
    against = figures["strata"]["overlap_bad"]
    if against["n"] >= LEAST and against["correct"] <= against["n"] / 2:
        return LETTERS, [
            translate("Where overlap favours the wrong option: {right} of {n} right.").format(
                right=f"{against['correct']:g}", n=against["n"]
            )
        ]
    return "", []


def _pairs(figures: Mapping[str, Any]) -> tuple[str, list[str]]:
    reason = pairs_reason(figures)
    return (PAIRS, [reason]) if reason else ("", [])


def pairs_reason(figures: Mapping[str, Any]) -> str:
    """Why mirrored pairs, where there are enough of them, are at chance; empty where they are not."""
    pairs = figures["mirrored"]
    if pairs["n"] >= LEAST and pairs["ci"][0] <= pairs["chance"]:
        return translate("Both of a mirrored pair right: {right} of {n}.").format(
            right=pairs["both_right"], n=pairs["n"]
        )
    return ""

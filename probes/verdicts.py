"""The first rules of every verdict, whatever the kind of probe: enough items, beyond chance, beyond the baselines.

A kind adds its own after them. A verdict is (words, reasons): the words are fixed English, for programs, translated
where they are shown; the reasons are in the reader's language. Empty words say that no rule failed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from explorer import translate
from explorer.i18n import N_

LEAST = 20
"""Items, or pairs, below which nothing is concluded from an arm or stratum."""
PASSED = N_("above every control")
CHANCE = N_("not separable from chance")
BELOW = N_("worse than chance")
OVERLAP = N_("not separable from overlap")
BASELINE = N_("not separable from a baseline")
TOO_FEW = N_("too few items")


def verdict(figures: Mapping[str, Any], chance: float, baselines: Sequence[str]) -> tuple[str, list[str]]:
    """The verdict of a kind that has no rules of its own.

    Args:
        figures: of one subject: `n`, `ci`, maybe `ci_by_verb`, and `arms` with the `baselines` among them.
    """
    failed, reasons = beyond_chance(figures, chance)
    if not failed:
        failed, reasons = above_baselines(figures, baselines, words=BASELINE)
    return failed or PASSED, reasons


def beyond_chance(figures: Mapping[str, Any], chance: float) -> tuple[str, list[str]]:
    """Too few items, or an interval that reaches chance."""
    if figures["n"] < LEAST:
        return TOO_FEW, [translate("{n} items are too few to conclude anything.").format(n=figures["n"])]
    percent = f"{100 * chance:.3g} %" if chance else "0"  # a correlation is no share
    if figures["ci"][1] < chance:
        return BELOW, [
            translate("Its interval lies below {chance}: something leads it astray.").format(chance=percent)
        ]
    if not all(figures[key][0] > chance for key in ("ci", "ci_by_verb") if key in figures):
        return CHANCE, [translate("Its interval reaches {chance}, chance.").format(chance=percent)]
    return "", []


def above_baselines(
    figures: Mapping[str, Any], baselines: Sequence[str], *, words: str = OVERLAP
) -> tuple[str, list[str]]:
    """A baseline that is not separably worse; `words` then are the verdict."""
    near = [name for name in baselines if not separable(figures["arms"].get(name))]
    if near:
        return words, [translate("Not separable from {arms}.").format(arms=", ".join(near))]
    return "", []


def lost_by(arms: Mapping[str, Mapping[str, Any]]) -> tuple[bool, list[str]]:
    """Whether every arm with enough items costs something, and what there is to say of the others.

    Arms of fewer than `LEAST` items are not judged; where all are such, nothing was shown to be lost.
    """
    thin = [name for name, each in arms.items() if each["n"] < LEAST]
    same = [name for name, each in arms.items() if name not in thin and not separable(each)]
    words = []
    if thin:
        words.append(translate("Too few rows for {arms}: not judged.").format(arms=", ".join(thin)))
    if same:
        words.append(translate("Nothing is lost by {arms}.").format(arms=", ".join(same)))
    return not same and len(thin) < len(arms), words


def separable(arm: Mapping[str, Any] | None) -> bool:
    """The whole is better than the arm: the interval of the gap lies above zero."""
    return arm is not None and arm["gap_ci"] is not None and arm["gap_ci"][0] > 0

"""What may be concluded from a role-classification probe: one line, by rules that anyone can check.

*Role information shown* is said only of vectors of the whole sentence from which a linear probe, asked about verbs that
it did not learn from, tells the role

1. more often than the majority class is right (the lower bounds over items and over verbs);
2. more often than from a bag of the sentence's characters, from random vectors, and than the majority class over the
   same rows (the paired interval of each difference is above 0);
3. more often than from the object alone: that a canteen is a place is known without any sentence;
4. and whose accuracy is above that at random labels of verbs and of objects (selectivity, Hewitt and Liang 2019).

The first rule that fails gives the verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from explorer import translate
from explorer.i18n import N_
from probes.role_classification.views import BASELINES
from probes.verdicts import BASELINE, above_baselines, beyond_chance, separable

SHOWN = N_("role information shown")
OBJECT = N_("not separable from the object alone")
UNSELECTIVE = N_("not selective: random labels are learnt as well")


def verdict(figures: Mapping[str, Any], chance: float) -> tuple[str, list[str]]:
    """(verdict, reasons in the reader's language): the verdict's words are fixed, for programs."""
    failed, reasons = beyond_chance(figures, chance)
    if not failed:
        failed, reasons = above_baselines(figures, BASELINES, words=BASELINE)
    if not failed and not separable(figures["arms"]["object_alone"]):
        failed, reasons = OBJECT, [translate("The object alone tells the role as well.")]
    if failed:
        return failed, reasons
    if "selectivity" not in figures:
        return SHOWN, [translate("It learnt nothing from the rows; what it knows may include their verbs.")]
    same = [name for name, each in figures["selectivity"].items() if each["ci"][0] <= 0]
    if same:
        return UNSELECTIVE, [
            translate("Random labels of each {types} are learnt as well.").format(types=", ".join(same))
        ]
    return SHOWN, [translate("It passes every control.")]

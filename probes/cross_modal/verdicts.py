"""What may be concluded from a cross-modal probe: one line, by rules that anyone can check.

That the picture or sound is understood is shown only by a space that

1. is better than chance (the lower bounds of both intervals are above ½);
2. loses when the picture or sound is hidden, exchanged for another or replaced by noise: the paired interval of each
   gap is above 0;
3. where there are mirrored pairs, gets both right more often than chance would, a quarter (lower bound).

The first rule that fails gives the verdict. An arm that fewer than `LEAST` rows can ask is not
judged, and that is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from explorer import translate
from explorer.i18n import N_
from probes.contrast.verdicts import pairs_reason
from probes.cross_modal.arms import HIDDEN, NOISE, SWAPPED
from probes.verdicts import beyond_chance, lost_by

JUDGED = (HIDDEN, SWAPPED, NOISE)
SHOWN = N_("pictures and sounds understood")
UNSEEN = N_("not cross-modal: answers as well without the picture or sound")
PAIRS = N_("not cross-modal: mirrored pairs at chance")


def verdict(figures: Mapping[str, Any]) -> tuple[str, list[str]]:
    """(verdict, reasons in the reader's language): the verdict's words are fixed, for programs."""
    failed, reasons = beyond_chance(figures, 0.5)
    if failed:
        return failed, reasons
    lost, words = lost_by({name: figures["arms"][name] for name in JUDGED})
    if not lost:
        return UNSEEN, words
    paired = pairs_reason(figures)
    if paired:
        return PAIRS, [*words, paired]
    return SHOWN, [*words, translate("It passes every control.")]

"""What may and what may not be concluded from a run, in plain sentences; and how everything was measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from explorer import translate
from explorer.i18n import N_, current
from probes import verdicts as general
from probes.contrast import verdicts as contrast
from probes.report.reading import Entry, Reading
from probes.report.words import percent, sign
from probes.statistics import power_sentence
from probes.verdicts import LEAST

Tone = Literal["ok", "warn", "mute"]
GLYPHS: dict[Tone, str] = {"ok": "●", "warn": "◐", "mute": "○"}


class Conclusion(NamedTuple):
    """`may` be concluded, may `not`."""

    tone: Tone
    may: str
    may_not: str


_SAID = {
    contrast.SHOWN: Conclusion(
        "ok",
        N_(
            "On these items its answers follow what the sentence says: it beats guessing and what letters "
            "alone score, and it loses when the meaning is taken away. That is what one expects of whoever "
            "construes the sentence."
        ),
        N_("That it construes sentences of other verbs or kinds, or that it does so as people do."),
    ),
    general.PASSED: Conclusion(
        "ok",
        N_(
            "On these items it is better than guessing and better than every baseline that was run beside it."
        ),
        N_(
            "Which knowledge it answers from: only what the baselines imitate is ruled out. Nor anything "
            "about items of another kind."
        ),
    ),
    general.CHANCE: Conclusion(
        "mute",
        N_(
            "Guessing would explain its score: chance lies within the interval over items, or within the one "
            "over verbs."
        ),
        N_(
            "That the space lacks the knowledge: so few items would miss a small advantage over chance, and "
            "another way to ask may bring it to light."
        ),
    ),
    general.BELOW: Conclusion(
        "warn",
        N_(
            "It is wrong more often than guessing would be: something leads it to the wrong answer again and "
            "again."
        ),
        N_(
            "That it knows the right answer and says the opposite. See where letters mislead, and the items "
            "themselves."
        ),
    ),
    general.OVERLAP: Conclusion(
        "warn",
        N_("It is better than guessing, but not clearly better than a baseline that understands nothing."),
        N_(
            "That it has the knowledge; nor that it lacks it, for baseline and knowledge may give the same "
            "answers here."
        ),
    ),
    general.TOO_FEW: Conclusion(
        "mute",
        N_("Nothing, in either direction: there are too few items."),
        N_("That a high score counts, or a low one. Ask at least twenty items; a hundred show more."),
    ),
    contrast.ABLATION: Conclusion(
        "warn",
        N_(
            "It is better than guessing and than letters, but answers about as well when meaning is taken "
            "out of the sentence."
        ),
        N_("That it construes the whole sentence. What it answers from instead, this run does not tell."),
    ),
    contrast.LETTERS: Conclusion(
        "warn",
        N_(
            "Where the wrong option shares more letters with the sentence, it is wrong at least as often as "
            "right."
        ),
        N_("That its score is construal: part of it comes from items in which letters happen to help."),
    ),
    contrast.PAIRS: Conclusion(
        "warn",
        N_(
            "Where the same two options are right for one object and wrong for the other, it is not clearly "
            "above chance."
        ),
        N_("That it follows the sentence: it may simply prefer one wording, whatever the sentence says."),
    ),
}
_ICEBERG = N_(
    "With the iceberg, deleting verb or object must hurt by construction. What speaks for it are the "
    "swapped object, the items in which letters mislead, and the mirrored pairs."
)
_ASKED = {
    "accuracy": N_(
        "Each item is scored 1 (right), 0 (wrong) or ½ (a tie between two); accuracy is the mean. Its 95 % "
        "interval is that of the Bayesian bootstrap (Rubin 1981), for scores of 0 and 1 Jeffreys' (Brown, Cai "
        "and DasGupta 2001), for a perfect score Wilson's (1927); over verbs or other clusters, where there "
        "are ten, by design effect (Kish 1965; Korn and Graubard 1998)."
    ),
    "spearman": N_(
        "The measure is Spearman's rank correlation (Spearman 1904) between what the space says and what the "
        "rows give; chance is 0. Lines and brackets are 95 % intervals."
    ),
}
_PAIRED = N_(
    "Differences are paired, item by item: Bayesian bootstrap with one item added on either side (after "
    "Bonett and Price 2012), clustered where there are ten clusters. Two encoders are compared by McNemar's "
    "exact test (McNemar 1947) and by a paired permutation test with mid-p (Fisher 1935; Lancaster 1961), a "
    "phenomenon with chance by an exact binomial test or, with ties, by sign flips or a score test (Rao 1948). "
    "p values are corrected within their table by Holm's method (Holm 1979). Power is computed exactly for a "
    "two-sided test at .05."
)
_RULES = N_(
    "The verdict follows fixed rules; the first that fails gives it. 1. At least {least} items. 2. "
    "The intervals lie above chance. 3. Better than every baseline: the paired interval of the "
    "difference lies above 0."
)
_RULES_CONTRAST = N_(
    "4. Every arm that takes meaning away costs something: the paired interval of the gap lies above "
    "0 (arms of fewer than {least} items are not judged). 5. Where overlap favours the wrong option, "
    "right more often than not. 6. With {least} or more mirrored pairs: both right more often than "
    "chance, one quarter."
)


def conclusion(name: str, entry: Entry) -> Conclusion | None:
    """What may and may not be concluded from an encoder's verdict, translated; None where the verdict is not known."""
    found = _SAID.get(str(entry.get("verdict")))
    if found is None:
        return None
    may = translate(found.may)
    if name.endswith("+iceberg") and entry["verdict"] == contrast.SHOWN:
        may += ("" if current() == "zh" else " ") + translate(_ICEBERG)
    return Conclusion(found.tone, may, translate(found.may_not))


def power(reading: Reading) -> list[str]:
    """What so many items can show; nothing for correlations."""
    if reading.measure != "accuracy" or not reading.entries:
        return []
    n = max(int(entry["n"]) for entry in reading.entries.values())
    said = []
    if 0 < reading.chance < 1:
        chance = percent(reading.chance, 0) + sign()
        said.append(
            translate("Against chance, {chance}:").format(chance=chance)
            + " "
            + power_sentence(n, reading.chance, design="rate")
        )
    said.append(
        translate("Between two encoders, of which the weaker is right in 65 %:") + " " + power_sentence(n)
    )
    return said


def method(reading: Reading) -> list[str]:
    """Paragraphs: how it was measured, and the rules of the verdict."""
    rules = translate(_RULES).format(least=LEAST)
    if reading.record.get("probe") == "contrast":
        rules += " " + translate(_RULES_CONTRAST).format(least=LEAST)
    return [translate(_ASKED[reading.measure]), translate(_PAIRED), rules]


def replayed(record: Mapping[str, Any]) -> list[str]:
    """The commands that run it again."""
    run = str(record.get("id") or "RUN")
    return [
        f"explorer probe replay {run}",
        f"explorer probe report {run} -o {run}.json",
        f"explorer probe replay {run}.json",
    ]

"""What a report calls things: encoders, arms, baselines, strata, phenomena; and how it writes numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from explorer import ROLES, translate
from explorer.i18n import N_, current, localise
from probes.report.reading import Reading
from probes.suites import suites

_NAMES = {
    "full": N_("whole sentence"),
    "asked": N_("as asked"),
    "control": N_("easy controls"),
    "verb_deleted": N_("verb deleted"),
    "object_deleted": N_("object deleted"),
    "both_deleted": N_("both deleted"),
    "object_swapped": N_("object swapped"),
    "options_only": N_("options only"),
    "shuffled": N_("characters shuffled"),
    "char_overlap": N_("character overlap"),
    "bigram_overlap": N_("bigram overlap"),
    "length": N_("nearness in length"),
    "random": N_("random vectors"),
    "overlap_bad": N_("letters mislead"),
    "overlap_tied": N_("letters tied"),
    "overlap_good": N_("letters help"),
    "mirrored": N_("mirrored, both right"),
    "knowledge": N_("With a fact beside the sentence"),
    "sentence": N_("sentence alone"),
    "fact": N_("with the fact"),
    "neutral_fact": N_("with a neutral fact"),
    "irrelevant_fact": N_("with an irrelevant fact"),
    "wrong_fact": N_("with a wrong fact"),
    "fact_alone": N_("the fact alone"),
    "idiom": N_("idiom"),
    "absence": N_("absence"),
    "refusal": N_("refusal"),
    "lexical": N_("lexical negation"),
    "double": N_("double negation"),
    "quantifier": N_("quantifier"),
    "antonym": N_("antonym"),
    "–": N_("no phenomenon"),
}
LONGEST = 24.0
"""Em of an encoder's name in a figure."""


def named(name: str, reading: Reading | None = None) -> str:
    """An arm, baseline, stratum or phenomenon, in the reader's language; other names as they stand."""
    if name == "full" and reading is not None and reading.record.get("probe") != "contrast":
        name = "asked"
    if name in _NAMES:
        return translate(_NAMES[name])
    if name in ROLES and current() == "zh":
        return ROLES[name]
    return " ".join(name.replace("_", " ").split())


def short_names(names: Sequence[str]) -> dict[str, str]:
    """Encoder → what it is called in figures: without `sentence-transformers:` and owner, unless two became alike."""
    found = {name: _short(name, drop_owner=True) for name in names}
    alike = {short for short in found.values() if list(found.values()).count(short) > 1}
    return {
        name: _short(name, drop_owner=False) if short in alike else short for name, short in found.items()
    }


def _short(name: str, *, drop_owner: bool) -> str:
    base, plus, iceberg = name.partition("+iceberg")
    base = base.removeprefix("sentence-transformers:").rstrip("/\\")
    if drop_owner:
        base = base.replace("\\", "/").rsplit("/", 1)[-1]
    return " ".join(
        (base + translate(" + iceberg") if plus and not iceberg else base + plus + iceberg).split()
    )


def percent(value: float, digits: int = 1) -> str:
    """63.4 of a share; a true minus."""
    return minus(f"{100 * value:.{digits}f}")


def figure(value: float, reading: Reading, digits: int = 1) -> str:
    """A value without its unit: 63.4 of a share, .47 of a correlation."""
    return correlation(value) if reading.measure == "spearman" else percent(value, digits)


def unit(text: str, reading: Reading) -> str:
    """With %, for shares."""
    return text if reading.measure == "spearman" else text + sign()


def sign() -> str:
    """% as it follows a number: in English after a space that does not break."""
    return "%" if current() == "zh" else "\u00a0%"


def interval(bounds: Sequence[float] | None, reading: Reading, digits: int = 1) -> str:
    """[57.0, 69.1]."""
    if bounds is None or not all(math.isfinite(bound) for bound in bounds):
        return "[–]"
    return f"[{figure(bounds[0], reading, digits)}, {figure(bounds[1], reading, digits)}]"


def correlation(value: float) -> str:
    """.47, −.05, 1.00: no leading zero."""
    text = minus(f"{value:.2f}")
    return text.replace("0.", ".", 1) if text.lstrip("−").startswith("0.") else text


def p_value(p: float | None) -> str:
    """= .012, < .001: as it stands after p."""
    if p is None or not math.isfinite(p):
        return "–"
    return "< .001" if p < 0.001 else f"= {p:.3f}".replace("= 0.", "= .")


def minus(number: str) -> str:
    """A true minus, and none before zero."""
    if not number.startswith("-"):
        return number
    return number[1:] if not number.strip("-0.") else "−" + number[1:]


def lost(gap: float, bounds: Sequence[float], reading: Reading) -> tuple[str, str]:
    """(31.5 points lost, [24.0, 39.0]); what is gained is said so, and its interval turned with it."""
    gained = gap < 0
    value = figure(abs(gap), reading)
    low, high = (-bounds[1], -bounds[0]) if gained else (bounds[0], bounds[1])
    if reading.measure == "spearman":
        said = translate("{points} gained") if gained else translate("{points} lost")
    else:
        said = translate("{points} points gained") if gained else translate("{points} points lost")
    return said.format(points=value), interval((low, high), reading)


def suite_of(record: Mapping[str, Any]) -> str:
    """`canteen-zh/test` where the rows are a suite's as it ships, else the file's name."""
    return _found(record)[0]


def title_of(record: Mapping[str, Any]) -> str:
    """The suite's title in the reader's language, else the file's name."""
    return _found(record)[1]


def heading_of(reading: Reading) -> str:
    """The line under a title: suite (where the title does not say it) and items."""
    suite = suite_of(reading.record)
    return " · ".join([*([suite] if suite != title_of(reading.record) else []), f"n = {reading.n}"])


def _found(record: Mapping[str, Any]) -> tuple[str, str]:
    given = record.get("input") or {}
    for suite in suites():
        for part, digest in suite.sha256.items():
            if digest == given.get("sha256"):
                return f"{suite.name}/{part}", localise(suite.title)
    name = str(given.get("name") or "–")
    return name, name

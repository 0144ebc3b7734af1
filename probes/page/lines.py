"""A verdict in words: one plain line an encoder, and a small one with the figures that it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from explorer import language_of, translate
from explorer.i18n import current
from probes import verdicts as general
from probes.contrast import verdicts as contrast
from probes.report.reading import Entry, Reading
from probes.report.sentences import conclusion
from probes.report.words import figure, interval, named, percent, sign, unit
from probes.verdicts import LEAST, separable

Tone = Literal["ok", "warn", "cut", "mute"]
GLYPHS: dict[Tone, str] = {"ok": "●", "warn": "◐", "cut": "✕", "mute": "○"}
MEANING = ("both_deleted", "verb_deleted", "object_deleted", "object_swapped", "shuffled", "options_only")


def tone_of(entry: Entry, name: str = "") -> Tone:
    """Green: shown; amber: something else explains it; red: below chance; grey: nothing can be said."""
    if entry.get("verdict") == general.BELOW:
        return "cut"
    found = conclusion(name, entry)
    if found is not None:
        return found.tone
    return "warn" if str(entry.get("verdict") or "").startswith("not ") else "mute"


def ranked(reading: Reading) -> list[str]:
    """The encoders, best first: what is shown before what is not, then by the measure."""

    def key(name: str) -> tuple[bool, float]:
        entry = reading.all_entries[name]
        cell = reading.cell(entry) or reading.cell(entry.get("control"))
        return tone_of(entry, name) != "ok", -(cell.value if cell else -2.0)

    return sorted(reading.names, key=key)


def headline(entry: Entry, reading: Reading) -> str:
    """How often it is right, and what that is worth: right in 82.1 %, back to chance without verb and object."""
    cell = reading.cell(entry)
    if cell is None:
        easy = reading.cell(entry.get("control"))
        if easy is None:
            return translate("No figure.")
        return translate("Easy controls: right in {value}.").format(
            value=unit(figure(easy.value, reading), reading)
        )
    value = unit(figure(cell.value, reading), reading)
    if reading.measure == "spearman":
        first = translate("Rank correlation {value}").format(value=value)
    else:
        first = translate("Right in {value}").format(value=value)
    return translate("{first}, {second}.").format(first=first, second=_clause(entry, reading))


def details(entry: Entry, reading: Reading) -> list[str]:
    """The figures behind the line: the interval, the difference that decided, where letters mislead, mirrored pairs."""
    cell = reading.cell(entry)
    said = []
    if cell is not None and cell.bounds is not None:
        said.append(f"95\u00a0{sign().strip()} {interval(cell.bounds, reading)}")
    said += _decided(entry, reading)
    against = (entry.get("strata") or {}).get("overlap_bad") or {}
    if against.get("n"):
        said.append(
            translate("letters mislead {right}/{n}").format(right=f"{against['correct']:g}", n=against["n"])
        )
    pairs = entry.get("mirrored") or {}
    if pairs.get("n"):
        said.append(translate("mirrored {right}/{n}").format(right=pairs["both_right"], n=pairs["n"]))
    return said


def reasons(entry: Entry, reading: Reading) -> list[str]:
    """Why the verdict, in the reader's language: they are kept in that of the run, so contrast's are found again."""
    if reading.record.get("probe") == "contrast" and "arms" in entry:
        again, words = contrast.verdict(entry)
        if again == entry.get("verdict"):
            return words
    kept = [str(each) for each in entry.get("verdict_reasons") or []]
    return [each for each in kept if (language_of(each) == "zh") == (current() == "zh")]


def _clause(entry: Entry, reading: Reading) -> str:
    verdict, chance = entry.get("verdict"), unit(figure(reading.chance, reading, 0), reading)
    if verdict in (contrast.SHOWN, general.PASSED):
        return _lost(entry, reading)
    if verdict == contrast.ABLATION:
        return _kept(entry)
    if verdict == general.OVERLAP:
        name = next(iter(_near(entry, list(reading.baselines))), None)
        if name is not None:
            return translate("no better than {baseline}").format(baseline=named(name))
    if verdict == general.CHANCE:
        return translate("which could be guessing ({chance})").format(chance=chance)
    if verdict == general.BELOW:
        return translate("worse than guessing ({chance})").format(chance=chance)
    if verdict == general.TOO_FEW:
        return translate("but of {n} items only").format(n=entry.get("n", 0))
    if verdict == contrast.LETTERS:
        return translate("but led by letters where they mislead")
    if verdict == contrast.PAIRS:
        return translate("but mirrored pairs are at chance")
    return translate("chance is {chance}").format(chance=chance)


def _lost(entry: Entry, reading: Reading) -> str:
    arm = (entry.get("arms") or {}).get("both_deleted") or {}
    bounds = arm.get("ci")
    if not bounds or arm.get("gap") is None:
        return translate("above every control")
    if bounds[0] <= reading.chance <= bounds[1]:
        return translate("back to chance without verb and object")
    return translate("{points} points fewer without verb and object").format(points=percent(arm["gap"]))


def _kept(entry: Entry) -> str:
    name = next(iter(_near(entry, MEANING)), None)
    if name is None:
        return translate("no arm could be asked")
    if name == "both_deleted":
        return translate("as good without verb and object")
    return translate("as good with {arm}").format(arm=named(name))


def _near(entry: Entry, names: Sequence[str]) -> list[str]:
    """The arms or baselines that the whole is not separably better than."""
    arms: dict[str, Any] = entry.get("arms") or {}
    return [n for n in names if n in arms and arms[n].get("n", 0) >= LEAST and not separable(arms[n])]


def _decided(entry: Entry, reading: Reading) -> list[str]:
    """The difference from the arm or baseline that the verdict stumbled over, or from both deleted."""
    arms: dict[str, Any] = entry.get("arms") or {}
    if entry.get("verdict") == general.OVERLAP:
        names = _near(entry, list(reading.baselines))
    elif entry.get("verdict") == contrast.ABLATION:
        names = _near(entry, MEANING)
    elif entry.get("verdict") == contrast.SHOWN:
        names = ["both_deleted"]
    else:
        return []
    for name in names:
        arm = arms.get(name) or {}
        if arm.get("gap") is not None and arm.get("gap_ci"):
            value = figure(arm["gap"], reading)
            return [
                translate("difference {points} {bounds}").format(
                    points=value, bounds=interval(arm["gap_ci"], reading)
                )
            ]
    return []

"""The probe `cross-modal`: its rows, and a run with every arm."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from explorer import (
    InputError,
    MediaReader,
    MediaSubject,
    MissingError,
    Probe,
    RefusedContent,
    Subject,
    hookimpl,
    translate,
)
from probes import figures
from probes.contrast.judges import scores
from probes.contrast.options import unfit
from probes.contrast.strata import mirrored
from probes.cross_modal import verdicts
from probes.cross_modal.arms import ARMS, FULL, Row, Rows
from probes.cross_modal.seeing import Seen, look, margins
from probes.statistics import Array
from probes.subjects import Random

CHANCE = 0.5
CONTROL = "control"
"""The phenomenon of rows that name what is to be seen: reported apart, as in `contrast`."""
PARTS = ("modality", "caption", "verb")


class CrossModal(Probe):
    """Which of two phrases does this picture or sound go with?"""

    name = "cross-modal"
    title: ClassVar[Mapping[str, str]] = {"en": "picture or sound, and two phrases", "zh": "图或声与两个短语"}
    fields = ("media", "good", "bad")
    modalities = ("text", "image", "audio")
    example: ClassVar[Mapping[str, Any]] = {
        "id": "1",
        "phenomenon": "patient",
        "media": "openmoji:1F35C",
        "caption": "面碗",
        "good": "张三吃面条",
        "bad": "张三吃食堂",
    }

    def __init__(self) -> None:
        self._read: MediaReader | None = None
        self._unreadable: dict[tuple[str, str | None], str] = {}

    def with_media(self, read: MediaReader) -> CrossModal:
        """This probe, reading by `read`."""
        able = CrossModal()
        able._read = read
        return able

    def check(self, rows: Rows) -> list[tuple[int, str]]:
        """Options that are equal, mirrors of what is not there, and, with a reader, media that cannot be read."""
        ids = {str(row["id"]) for row in rows}
        found = []
        for i, row in enumerate(rows):
            reason = unfit(row, ids, PARTS) or self._unread(row)
            if reason:
                found.append((i, reason))
        return found

    def run(
        self, rows: Rows, subjects: Sequence[Subject], *, seed: int, progress: Callable[[Any], None]
    ) -> dict[str, Any]:
        """Accuracy of every space in every arm, with controls, mirrored pairs and a verdict.

        Spaces that cannot be shown such media are left out, and `notes` say why.
        """
        if len(rows) < 2:
            raise InputError(
                translate("{n} row is too little to measure anything.").format(n=len(rows)),
                next_step=translate("Give at least two rows; twenty for a verdict."),
            )
        asked = [row for row in rows if row.get("phenomenon") != CONTROL]
        easy = [row for row in rows if row.get("phenomenon") == CONTROL]
        clusters = [str(row.get("verb") or row["media"]) for row in asked]
        baselines = {"random": scores(_by_chance(asked, seed))} if asked else {}
        result: dict[str, Any] = {
            "probe": self.name,
            "measure": "accuracy",
            "chance": CHANCE,
            "n": len(asked),
            "controls": len(easy),
            "notes": [],
            "encoders": {},
            "baselines": {name: _accuracy(each) for name, each in baselines.items()},
        }
        whole: dict[str, Array] = {}
        for subject, seen in self._seen(rows, subjects, result["notes"], seed=seed, progress=progress):
            result["media"] = {
                name: {"modality": seen.modalities[name], "sha256": seen.sha256[name]} for name in seen.sha256
            }
            entry: dict[str, Any] = {}
            if asked:
                found = margins(asked, subject, seen)
                whole[subject.name] = scores(found[FULL])
                entry = _entry(asked, found, baselines, clusters)
                kinds = [seen.modalities[row["media"]] for row in asked]
                entry["modalities"] = figures.phenomena(kinds, whole[subject.name], chance=CHANCE)
            control = scores(margins(easy, subject, seen)[FULL]) if easy else np.zeros(0)
            result["encoders"][subject.name] = entry | {CONTROL: _accuracy(control)}
        result["comparisons"] = figures.compared(whole, clusters) if len(whole) > 1 else []
        return result

    def _unread(self, row: Row) -> str:
        """Why the row's medium cannot be shown, asked once a medium; empty where it can, or nobody can read."""
        key = str(row["media"]), row.get("modality")
        if self._read is None:
            return ""
        if key not in self._unreadable:
            try:
                self._read(*key)
                self._unreadable[key] = ""
            except RefusedContent as error:
                self._unreadable[key] = error.message
        return self._unreadable[key]

    def _seen(
        self,
        rows: Rows,
        subjects: Sequence[Subject],
        notes: list[str],
        *,
        seed: int,
        progress: Callable[[Any], None],
    ) -> list[tuple[MediaSubject, Seen]]:
        """The subjects that can be shown the media, with what they see; who cannot is noted with the reason."""
        if self._read is None and subjects:
            raise InputError(translate("Nobody can read the media of these rows here."))
        found: list[tuple[MediaSubject, Seen]] = []
        missing: MissingError | None = None
        for subject in subjects:
            reason = translate("it is shown no pictures or sounds")
            if isinstance(subject, MediaSubject) and self._read is not None:
                try:
                    found.append((subject, look(rows, subject, self._read, seed=seed, progress=progress)))
                    continue
                except MissingError as error:
                    missing, reason = error, str(error)
                except InputError as error:
                    reason = str(error)
            notes.append(
                translate("Left out: {name}: {reason}").format(name=subject.name, reason=reason.rstrip("."))
            )
        if subjects and not found:
            raise missing or InputError(
                "\n".join([translate("No space here can be shown these media; nothing was run."), *notes]),
                next_step=translate("Give a space with pictures and sounds: --encoder default"),
            )
        return found


def _entry(
    rows: Rows, found: Mapping[str, Array], baselines: Mapping[str, Array], clusters: Sequence[str]
) -> dict[str, Any]:
    scored = {arm: scores(each) for arm, each in found.items()}
    asked = {arm: ~np.isnan(each) for arm, each in found.items()}
    full = scored[FULL]
    entry = figures.accuracy(full, clusters)
    entry["effect"] = figures.effect(full, chance=CHANCE)
    everyone = np.ones(len(rows), bool)
    entry["arms"] = {arm: figures.arm(full, scored[arm], asked[arm], clusters) for arm in ARMS} | {
        name: figures.arm(full, each, everyone, clusters) for name, each in baselines.items()
    }
    entry["mirrored"] = mirrored(rows, full)
    entry["phenomena"] = figures.phenomena(
        [str(row.get("phenomenon") or "–") for row in rows], full, chance=CHANCE
    )
    entry["verdict"], entry["verdict_reasons"] = verdicts.verdict(entry)
    entry["items"] = [
        {
            "id": str(row["id"]),
            "margin": figures.rounded(found[FULL][i], 6),
            "score": float(full[i]),
            "arms": {arm: float(scored[arm][i]) if asked[arm][i] else None for arm in ARMS},
        }
        for i, row in enumerate(rows)
    ]
    return entry


def _by_chance(rows: Rows, seed: int) -> Array:
    """(n,) margins of vectors that know nothing, neither of the media nor of the texts."""
    texts = [text for row in rows for text in (f"{row['media']}\0", row["good"], row["bad"])]
    vectors = np.asarray(Random(seed=seed).vectors(texts), np.float64).reshape(len(rows), 3, -1)
    found: Array = np.einsum("nd,nd->n", vectors[:, 0], vectors[:, 1] - vectors[:, 2])
    return found


def _accuracy(scored: Array) -> dict[str, Any]:
    if not len(scored):
        return {"n": 0, "accuracy": None, "ci": None}
    return {"n": len(scored), **figures.share(scored)}


@hookimpl
def probes() -> list[Probe]:
    """The probe."""
    return [CrossModal()]

"""What a subject makes of the rows: the vectors of their media, of noise in their place, and margins in every arm."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from explorer import MediaReader, MediaSubject, Progress
from probes.cross_modal.arms import FULL, HIDDEN, NOISE, SWAPPED, TEXT_ONLY, Row, Rows, noise, swapped
from probes.statistics import Array


@dataclass(kw_only=True)
class Seen:
    """Of each medium by its reference: the modality, the SHA-256, and vectors of it and of noise in its place."""

    modalities: dict[str, str] = field(default_factory=dict)
    sha256: dict[str, str] = field(default_factory=dict)
    vectors: dict[str, Array] = field(default_factory=dict)
    noise: dict[str, Array] = field(default_factory=dict)


def look(
    rows: Rows,
    subject: MediaSubject,
    read: MediaReader,
    *,
    seed: int,
    progress: Callable[[Progress], None],
) -> Seen:
    """Show a subject every medium once, one after another, so that none depends on the others.

    Raises:
        InputError: the subject's space has no way in for a modality.
        MissingError: weights are absent.
    """
    seen = Seen()
    wanted = {str(row["media"]): row.get("modality") for row in rows}
    for done, (reference, modality) in enumerate(wanted.items(), start=1):
        medium = read(reference, modality)
        seen.modalities[reference] = medium.content.modality
        seen.sha256[reference] = medium.sha256
        seen.vectors[reference] = np.asarray(subject.media_vectors([medium.content])[0], np.float64)
        other = noise(medium.content, seed)
        if other is not None:
            seen.noise[reference] = np.asarray(subject.media_vectors([other])[0], np.float64)
        progress(Progress(stage=subject.name, done=done, total=len(wanted)))
    return seen


def margins(rows: Rows, subject: MediaSubject, seen: Seen) -> dict[str, Array]:
    """Arm → (n,) cosine with the good option minus that with the bad one; not a number where a row has no such arm."""
    texts = [text for row in rows for text in (row["good"], row["bad"], _caption(row) or row["good"])]
    vectors = np.asarray(subject.vectors(texts), np.float64).reshape(len(rows), 3, -1)
    towards = vectors[:, 0] - vectors[:, 1]
    others = swapped(rows, seen.modalities)
    hidden = _means(rows, seen)
    shown: dict[str, list[Array | None]] = {
        FULL: [seen.vectors[row["media"]] for row in rows],
        TEXT_ONLY: [vectors[i, 2] if _caption(row) else None for i, row in enumerate(rows)],
        SWAPPED: [None if other is None else seen.vectors[other] for other in others],
        HIDDEN: [hidden.get(seen.modalities[row["media"]]) for row in rows],
        NOISE: [seen.noise.get(row["media"]) for row in rows],
    }
    return {
        arm: np.array([np.nan if own is None else own @ towards[i] for i, own in enumerate(each)], np.float64)
        for arm, each in shown.items()
    }


def _means(rows: Rows, seen: Seen) -> Mapping[str, Array]:
    """Modality → the mean of its media, of unit length: what is left when nobody knows which one it was.

    A modality with a single medium has none: the mean would be that medium.
    """
    by_modality: dict[str, list[Array]] = {}
    for reference in dict.fromkeys(str(row["media"]) for row in rows):
        by_modality.setdefault(seen.modalities[reference], []).append(seen.vectors[reference])
    means = {modality: np.mean(each, axis=0) for modality, each in by_modality.items() if len(each) > 1}
    return {modality: mean / max(float(np.linalg.norm(mean)), 1e-12) for modality, mean in means.items()}


def _caption(row: Row) -> str:
    caption = row.get("caption")
    return caption if isinstance(caption, str) and caption.strip() else ""

"""What a probe needs of a subject before it measures: vectors that can be trusted, and subjects that are encoders."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explorer import PluginError, Subject, translate
from probes.contrast.judges import WithIceberg
from probes.statistics import Array


def unit_vectors(subject: Subject, texts: Sequence[str]) -> Array:
    """A subject's vectors, checked.

    Returns:
        (n, dim) float64, rows of unit length.

    Raises:
        PluginError: not one row of numbers a text, not finite, or without direction.
    """
    try:
        rows = np.asarray(subject.vectors(texts), np.float64)
    except (TypeError, ValueError):  # rows of different lengths, or no numbers
        rows = np.empty(0)
    if rows.ndim != 2 or len(rows) != len(texts) or not np.isfinite(rows).all():
        raise PluginError(
            subject.name,
            translate("{name} gave no rows of finite numbers, one for each of {n} texts.").format(
                name=subject.name, n=len(texts)
            ),
        )
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if not lengths.all():
        raise PluginError(
            subject.name,
            translate("Encoder {name} gave a vector without direction for {text}.").format(
                name=subject.name, text=repr(texts[int(np.argmin(lengths))][:40])
            ),
        )
    found: Array = rows / lengths
    return found


def encoders_alone(subjects: Sequence[Subject]) -> tuple[list[Subject], list[str]]:
    """The subjects without those that the iceberg advises, and a note for the reader where some are left out.

    The iceberg chooses between paraphrases of a sentence. Where single words are asked it has nothing to say, and an
    encoder with it would repeat the encoder's own figures under a second name.
    """
    kept = [subject for subject in subjects if not isinstance(subject, WithIceberg)]
    out = [subject.name for subject in subjects if isinstance(subject, WithIceberg)]
    if not out:
        return kept, []
    return kept, [
        translate("Left out, as the iceberg has no say in such rows: {names}.").format(names=", ".join(out))
    ]

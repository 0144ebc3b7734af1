"""The label bridge: any classifier becomes an encoder of the space, with no paired data.

The names of its classes, embedded by the anchor, are prototypes; an input is the mixture of them, weighted by
the classifier's scores (ConSE, Norouzi et al. 2014), centred by the mean of a fixed reference set.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from explorer.alignment.base import unit
from explorer.protocols import LabelScorer
from explorer.types import FloatArray, Label

EmbedTexts = Callable[[Sequence[str]], FloatArray]
BROADER_WEIGHT = 0.4
"""How much the everyday superordinates (husky → dog) count beside a class's own names; see docs/quality.md."""


@dataclass(frozen=True, kw_only=True)
class LabelBridge:
    """`prototypes`: (n_labels, dim) unit rows; `mean`: (dim,), of the unit mixtures of the reference set."""

    scorer: LabelScorer
    prototypes: FloatArray
    mean: FloatArray
    kind: str = "label-bridge"

    def transform(self, own: FloatArray) -> FloatArray:
        """(n, d) the classifier's own vectors → (n, dim) float32 unit rows."""
        return self.mix(self.scorer.label_scores(own))

    def mix(self, scores: FloatArray) -> FloatArray:
        """(n, n_labels) label scores → (n, dim) float32 unit rows."""
        return unit(unit(scores @ self.prototypes) - self.mean)


def fit_label_bridge(scorer: LabelScorer, embed: EmbedTexts) -> LabelBridge:
    """Embed the class names with the anchor (`embed`: texts → (n, dim) unit rows) and find the centre."""
    prototypes = label_prototypes(scorer.labels(), embed)
    reference = scorer.reference()
    mixtures = unit(reference.scores @ prototypes) if reference is not None else prototypes
    return LabelBridge(
        scorer=scorer, prototypes=prototypes, mean=mixtures.mean(axis=0, dtype=np.float64).astype(np.float32)
    )


def label_prototypes(labels: Sequence[Label], embed: EmbedTexts) -> FloatArray:
    """(n_labels, dim) unit rows: own names and, with less weight, superordinates; languages count alike."""
    texts = sorted(
        {n for label in labels for names in (*label.names.values(), *label.broader.values()) for n in names}
    )
    rows = dict(zip(texts, embed(texts), strict=True))
    prototypes = []
    for label in labels:
        own = _mean([_mean([rows[n] for n in names]) for names in label.names.values()])
        above = [_mean([rows[n] for n in names]) for names in label.broader.values() if names]
        prototypes.append(unit(own + BROADER_WEIGHT * _mean(above)) if above else own)
    return np.stack(prototypes)


def _mean(vectors: Sequence[FloatArray]) -> FloatArray:
    return unit(np.mean(np.stack(vectors), axis=0))

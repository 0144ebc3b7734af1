"""The label bridge: any classifier becomes an encoder of the space, with no paired data.

The names of its classes, embedded by the anchor, are prototypes; an input is the mixture of them, weighted by
the classifier's scores (ConSE, Norouzi et al. 2014), centred by the mean of a fixed reference set. Where that set
shows the classifier's own vectors too, a memory of its items is added.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from explorer.alignment.base import unit
from explorer.alignment.memory import Memory, remember
from explorer.errors import ExplorerError, PluginError, one_line
from explorer.i18n import _
from explorer.protocols import LabelScorer
from explorer.types import FloatArray, Label, Reference

EmbedTexts = Callable[[Sequence[str]], FloatArray]
BROADER_WEIGHT = 0.4
"""How much the everyday superordinates (husky → dog) count beside a class's own names; see docs/quality.md."""


@dataclass(frozen=True, kw_only=True)
class LabelBridge:
    """`prototypes`: (n_labels, dim) unit rows; `mean`: (dim,), of the unit mixtures of the reference set."""

    scorer: LabelScorer
    prototypes: FloatArray
    mean: FloatArray
    memory: Memory | None = None
    kind: str = "label-bridge"

    def transform(self, own: FloatArray) -> FloatArray:
        """(n, d) the classifier's own vectors → (n, dim) float32 unit rows."""
        mixed = self.mix(checked_scores(self.scorer, own, len(self.prototypes)))
        return mixed if self.memory is None else unit(mixed + self.memory.recall(own))

    def place_reference(self, reference: Reference) -> FloatArray:
        """(m, dim) float32 unit rows of the reference items, each as if it were not in the memory."""
        mixed = self.mix(reference.scores)
        if self.memory is None or reference.vectors is None:
            return mixed
        return unit(mixed + self.memory.recall(reference.vectors, but_oneself=True))

    def mix(self, scores: FloatArray) -> FloatArray:
        """(n, n_labels) label scores → (n, dim) float32 unit rows."""
        return unit(unit(scores @ self.prototypes) - self.mean)


@dataclass(frozen=True, kw_only=True, slots=True)
class Declared:
    """What a label scorer says of itself, checked."""

    labels: Sequence[Label]
    reference: Reference | None


def declared(scorer: LabelScorer) -> Declared:
    """Ask a scorer for its labels and its reference set.

    Raises:
        PluginError: it raises, has no labels, or its reference set does not fit them.
    """
    try:
        labels, reference = list(scorer.labels()), scorer.reference()
        sound = all(any(label.names.values()) for label in labels)
    except ExplorerError:
        raise
    except Exception as error:
        raise _broken(scorer, one_line(error)) from error
    if not labels or not sound:
        raise _broken(scorer, _("its labels are not a list of Label with names"))
    if reference is not None:
        wanted = (len(reference.captions), len(labels))
        if np.shape(reference.scores) != wanted:
            raise _broken(scorer, _("its reference scores are not of shape {shape}").format(shape=wanted))
        shape = (len(reference.captions), getattr(scorer, "dim", None))
        if reference.vectors is not None and np.shape(reference.vectors) != shape:
            raise _broken(scorer, _("its reference vectors are not of shape {shape}").format(shape=shape))
    return Declared(labels=labels, reference=reference)


def checked_scores(scorer: LabelScorer, own: FloatArray, labels: int) -> FloatArray:
    """(n, d) own vectors → (n, labels) scores: finite, not negative, each row summing to 1.

    Raises:
        PluginError: the scorer raises, or gives anything else.
    """
    try:
        scores: object = scorer.label_scores(own)
    except ExplorerError:
        raise
    except Exception as error:
        raise _broken(scorer, one_line(error)) from error
    wanted = (len(own), labels)
    if not isinstance(scores, np.ndarray) or scores.shape != wanted:
        raise _broken(scorer, _("its label scores are not of shape {shape}").format(shape=wanted))
    if not np.isfinite(scores).all() or (scores < 0).any() or (np.abs(scores.sum(axis=1) - 1) > 0.01).any():
        raise _broken(scorer, _("its label scores are not weights that sum to 1"))
    return scores.astype(np.float32, copy=False)


def _broken(scorer: LabelScorer, reason: str) -> PluginError:
    name = str(getattr(scorer, "name", type(scorer).__name__))
    return PluginError(
        name,
        _("Encoder {name} cannot cross the label bridge: {reason}.").format(name=name, reason=reason),
        next_step=_("It stays unused until its author mends it."),
    )


def fit_label_bridge(scorer: LabelScorer, embed: EmbedTexts) -> LabelBridge:
    """Embed the class names with the anchor (`embed`: texts → (n, dim) unit rows) and find the centre."""
    offered = declared(scorer)
    prototypes = label_prototypes(offered.labels, embed)
    reference = offered.reference
    mixtures = unit(reference.scores @ prototypes) if reference is not None else prototypes
    mean = mixtures.mean(axis=0, dtype=np.float64).astype(np.float32)
    memory = None
    if reference is not None and reference.vectors is not None:
        memory = remember(reference.vectors, _captions(reference, embed))
    return LabelBridge(scorer=scorer, prototypes=prototypes, mean=mean, memory=memory)


def _captions(reference: Reference, embed: EmbedTexts) -> FloatArray:
    """(m, dim) unit rows: the captions of each reference item; languages count alike."""
    texts = sorted({text for captions in reference.captions for text in captions.values()})
    rows = dict(zip(texts, embed(texts), strict=True))
    return np.stack([_mean([rows[text] for text in captions.values()]) for captions in reference.captions])


def label_prototypes(labels: Sequence[Label], embed: EmbedTexts) -> FloatArray:
    """(n_labels, dim) unit rows: own names and, with less weight, superordinates; languages count alike."""
    texts = sorted(
        {n for label in labels for names in (*label.names.values(), *label.broader.values()) for n in names}
    )
    rows = dict(zip(texts, embed(texts), strict=True))
    prototypes = []
    for label in labels:
        own = _mean([_mean([rows[n] for n in names]) for names in label.names.values() if names])
        above = [_mean([rows[n] for n in names]) for names in label.broader.values() if names]
        prototypes.append(unit(own + BROADER_WEIGHT * _mean(above)) if above else own)
    return np.stack(prototypes)


def _mean(vectors: Sequence[FloatArray]) -> FloatArray:
    return unit(np.mean(np.stack(vectors), axis=0))

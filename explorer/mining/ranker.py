"""From signals to a probability: logistic regression for each relation, fitted on subjects held out of its table.

The signals of a fold's subjects come from a table without them and without their synonyms, so that the weights are
those of facts that are unknown. A score is the probability that a fact like this is among those that people wrote
down, where they wrote any with this relation about the word.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from explorer.mining.pairs import Pairs
from explorer.mining.signals import Sense, Signals, Vectors
from explorer.types import FloatArray

FOLDS = 5
RIDGE = 1.0
MOST = 300
"""Subjects of a fold that are looked at."""
Array = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Ranker:
    """log-odds = bias + Σ weight(kind) · signal(kind)."""

    kinds: tuple[str, ...]
    weights: Array
    bias: float

    def scores(self, signals: FloatArray) -> Array:
        """(…, n_kinds) signals → probabilities."""
        return np.asarray(1 / (1 + np.exp(-(signals @ self.weights + self.bias))))

    def shares(self, signals: FloatArray) -> Array:
        """(n_objects, n_kinds): what each kind adds to an object's log-odds, against the mean of all objects."""
        return np.asarray((signals - signals.mean(axis=0)) * self.weights)


def fit(pairs: Pairs, vectors: Vectors, senses: Sequence[tuple[str, Sense]] = ()) -> Ranker:
    """Weights for the signals of `pairs`, chosen on its own subjects, each held out in turn with its group.

    Raises:
        ValueError: all subjects are of one fold.
    """
    fold = folds(pairs)
    parts: list[FloatArray] = []
    truths: list[npt.NDArray[np.bool_]] = []
    kinds: tuple[str, ...] = ()
    for number in range(FOLDS):
        inside, outside = _some(pairs, np.flatnonzero(fold == number)), np.flatnonzero(fold != number)
        if not len(inside) or not len(outside):
            continue
        known = pairs.among(outside)
        signals = Signals(known, vectors, senses)
        kinds = signals.kinds
        rows = signals.of(vectors([pairs.subjects[i] for i in inside]), [pairs.ladders[i] for i in inside])
        columns = np.searchsorted(pairs.objects, known.objects)
        parts.append(rows.reshape(-1, len(kinds)))
        truths.append(pairs.links[np.ix_(inside, columns)].reshape(-1))
    if not parts:
        raise ValueError(f"{pairs.relation}: subjects of one group cannot be held out")
    weights, bias = _logistic(np.concatenate(parts).astype(np.float64), np.concatenate(truths))
    return Ranker(kinds=kinds, weights=weights, bias=bias)


def folds(pairs: Pairs) -> npt.NDArray[np.int64]:
    """(n,) the fold of each subject, the same for all of a group, in every run."""
    first: dict[int, str] = {}
    for word, group in zip(pairs.subjects, pairs.groups.tolist(), strict=True):
        first.setdefault(group, word)
    return np.array([zlib.crc32(first[g].encode()) % FOLDS for g in pairs.groups.tolist()], np.int64)


def _some(pairs: Pairs, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """At most `MOST` of the rows, drawn by their words' checksums."""
    drawn = sorted(rows.tolist(), key=lambda i: (zlib.crc32(pairs.subjects[i].encode()), i))
    return np.array(sorted(drawn[:MOST]), np.intp)


def _logistic(signals: Array, truth: npt.NDArray[np.bool_]) -> tuple[Array, float]:
    """Penalised maximum likelihood on standardised signals; weights for the signals as they are."""
    from scipy.optimize import minimize

    mean, deviation = signals.mean(axis=0), np.maximum(signals.std(axis=0), 1e-6)
    rows = np.column_stack([(signals - mean) / deviation, np.ones(len(signals))])
    wanted = truth.astype(np.float64)

    def loss(at: Array) -> tuple[float, Array]:
        odds = rows @ at
        slope = rows.T @ (1 / (1 + np.exp(-odds)) - wanted)
        slope[:-1] += RIDGE * at[:-1]
        value = np.logaddexp(0, odds).sum() - wanted @ odds + RIDGE / 2 * at[:-1] @ at[:-1]
        return float(value), slope

    at = minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B").x
    weights = at[:-1] / deviation
    return weights, float(at[-1] - weights @ mean)

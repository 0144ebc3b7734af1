"""How evidence becomes probabilities: a conditional logit over roles, and a small head over the space's vectors.

The logit (McFadden 1974) shares its weights across roles:

    score(r) = b(r) + Σ_k w(k) · log(1 + s(k, r) / ε) + w_space · log p_space(r)

with s the strength of the strongest path of kind k. Where every path is cut, b and the space are left. It has one
set of weights where a frame of the verb itself selects the object, and one where none does.

The head is a network of one hidden pair of layers over the vectors of verb and object. It was taught by the frames
and their fillers and by development sentences, and belongs to one encoder and revision. `scripts/fit_construal.py`
fits both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt

from explorer.construal.vicinity import WordTable
from explorer.types import FloatArray

KINDS = ("frame", "type", "class", "use", "expression", "kin")
Array = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Head:
    """Verb and object vectors → log-probabilities of roles; of the encoder `encoder` at `revision`."""

    encoder: str
    revision: str
    layers: Mapping[str, FloatArray]

    def log_shares(self, verb: FloatArray, object: FloatArray) -> Array:
        """(n, dim) and (n, dim) encoder vectors of unit length → (n, n_roles) log-probabilities."""
        of = self.layers
        scale = np.float32(of["scale"])
        hidden = np.maximum(
            verb * scale @ of["verb.w"].T + of["verb.b"] + object * scale @ of["object.w"].T + of["object.b"],
            0,
        )
        hidden = np.maximum(hidden @ of["hidden.w"].T + of["hidden.b"], 0)
        scores = hidden @ of["out.w"].T + of["out.b"] + object * scale @ of["direct.w"].T
        return log_softmax(scores.astype(np.float64))


@dataclass(frozen=True, kw_only=True)
class ConstrualModel:
    """The fitted weights. `weights` and `bias` are by regime: 0 the verb has frames, 1 it has none."""

    roles: tuple[str, ...]
    epsilon: float
    weights: Array  # (2, len(KINDS) + 1), the space last
    bias: Array  # (2, n_roles)
    threshold: float
    head: Head
    verbs: WordTable
    things: WordTable

    def features(self, strengths: Mapping[str, Mapping[str, float]]) -> Array:
        """Kind → role → strength: (len(KINDS), n_roles) float64, 0 where nothing speaks."""
        found = np.zeros((len(KINDS), len(self.roles)))
        for row, kind in enumerate(KINDS):
            for role, strength in strengths.get(kind, {}).items():
                found[row, self.roles.index(role)] = np.log1p(strength / self.epsilon)
        return found

    def shares(
        self, strengths: Mapping[str, Mapping[str, float]], space: Array | None, *, framed: bool
    ) -> Array:
        """(n_roles,) probabilities from both kinds of evidence; `space` None leaves it out."""
        regime = 0 if framed else 1
        weights = self.weights[regime]
        scores = self.bias[regime] + weights[:-1] @ self.features(strengths)
        if space is not None:
            scores = scores + weights[-1] * space
        return np.exp(log_softmax(scores))


def log_softmax(scores: Array) -> Array:
    """Along the last axis."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


@cache
def fitted() -> ConstrualModel:
    """The model that ships."""
    with resources.files("explorer.construal").joinpath("construal.npz").open("rb") as file:
        kept = np.load(file, allow_pickle=False)
        layers = {name[5:]: kept[name].astype(np.float32) for name in kept.files if name.startswith("head.")}
        return ConstrualModel(
            roles=tuple(str(role) for role in kept["roles"]),
            epsilon=float(kept["epsilon"]),
            weights=kept["weights"],
            bias=kept["bias"],
            threshold=float(kept["threshold"]),
            verbs=WordTable.read(kept, "verbs"),
            things=WordTable.read(kept, "things"),
            head=Head(encoder=str(kept["encoder"]), revision=str(kept["revision"]), layers=layers),
        )

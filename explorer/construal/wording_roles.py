"""What role a full wording gives an object: 在食堂吃饭 makes 食堂 a location, 把食堂吃了 a patient.

A multinomial logit over what stands where: runs of up to three characters with verb and object masked, and what
stands before and behind the object. Learned from the general wordings of `wording_roles.toml`, from every frame's own
wording and from development triples, by `scripts/fit_wordings.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt

from explorer.construal.forms import ASPECT
from explorer.construal.model import log_softmax

Array = npt.NDArray[np.float64]
OBJECT, VERB = "Ｏ", "Ｖ"
"""What verb and object are masked by: full-width letters, which NFKC text never holds."""
LONGEST = 3


@dataclass(frozen=True, kw_only=True)
class WordingModel:
    """`names` of features, `weights` (n_features, n_roles), `bias` (n_roles,)."""

    roles: tuple[str, ...]
    names: dict[str, int]
    weights: Array
    bias: Array

    def log_shares(self, wording: str, verb: str, object: str) -> Array:
        """(n_roles,) log-probabilities of the roles, each role as likely beforehand."""
        scores = self.bias.copy()
        for name in features(wording, verb, object):
            row = self.names.get(name)
            if row is not None:
                scores += self.weights[row]
        return log_softmax(scores)


def masked(wording: str, verb: str, object: str) -> str:
    """The wording with its object and verb masked; of a compound its head will do (大碗 → 碗)."""
    text = wording
    for length in range(len(object), 0, -1):
        tail = object[-length:]
        if tail in text and (length > 1 or len(object) <= 3):
            text = text.replace(tail, OBJECT, 1)
            break
    if verb:
        if verb in text:
            text = text.replace(verb, VERB, 1)
        elif verb[0] in text:
            text = text.replace(verb[0], VERB, 1)
    return text


def features(wording: str, verb: str, object: str) -> list[str]:
    """The names of what is there, each once."""
    text = masked(wording.rstrip("。！？!?. "), verb, object)
    found = {f"has {mark}" for mark in (OBJECT, VERB) if mark in text}
    if OBJECT not in text:
        found.add("no object")
    if VERB not in text:
        found.add("no verb")
    for size in range(1, LONGEST + 1):
        found.update(text[i : i + size] for i in range(len(text) - size + 1))
    at = text.find(OBJECT)
    if at >= 0:
        before, behind = text[:at], text[at + 1 :]
        stripped = before.rstrip("了着过的这那个一")
        found.update(f"{before[-n:]}<" for n in (1, 2) if len(before) >= n)
        found.add(f"{stripped[-1:]}<<")
        found.update(f">{behind[:n]}" for n in (1, 2) if len(behind) >= n)
        found.update(f"before {c}" for c in before[-5:])
        found.update(f"behind {c}" for c in behind[:5])
        if VERB in text:
            verb_at = text.find(VERB)
            found.add("verb first" if verb_at < at else "object first")
            between = text[min(at, verb_at) + 1 : max(at, verb_at)]
            plain = "".join(c for c in between if c not in ASPECT)
            found.add(f"between {plain}" if len(plain) <= 3 else "far apart")
    return sorted(found)


@cache
def fitted() -> WordingModel:
    """The model that ships."""
    with resources.files("explorer.construal").joinpath("wording_roles.npz").open("rb") as file:
        kept = np.load(file, allow_pickle=False)
        return read_model(kept)


def read_model(kept: np.lib.npyio.NpzFile) -> WordingModel:
    """A model from its arrays: eight bits a weight, scaled by role."""
    names: Sequence[str] = str(kept["names"]).split("\n")
    return WordingModel(
        roles=tuple(str(role) for role in kept["roles"]),
        names={name: i for i, name in enumerate(names)},
        weights=kept["weights"].astype(np.float64) * kept["scale"],
        bias=kept["bias"].astype(np.float64),
    )

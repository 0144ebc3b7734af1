"""Fit the construal's weights: `python scripts/fit_construal.py`. Writes `explorer/construal/construal.npz`.

Development sentences come from `probes/suites/construal/development.jsonl`, written apart from the frames. Everything
printed is out of fold: a verb whose sentences are scored gave none to the fit (leave-verbs-out, five folds), and in
the view "no frame" its own frames were not there either, neither for the graph nor for the head.
"""

from __future__ import annotations

import json
import random
import zlib
from pathlib import Path

import numpy as np
import torch
from scipy.optimize import minimize

from explorer import open_space
from explorer.construal.construer import Construer
from explorer.construal.evidence import Anchor, Evidence, Gatherer
from explorer.construal.model import KINDS, ConstrualModel, Head, log_softmax
from explorer.construal.parsing import Clause, Parser
from explorer.construal.readings import COARSE, ROLE4
from explorer.construal.usual import usual_roles
from explorer.construal.vicinity import Vicinity, WordTable
from explorer.knowledge.graph import base_graph, classes_of
from explorer.knowledge.relations import ROLES, TAKES
from explorer.registry import load_registry

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "probes" / "suites" / "construal" / "development.jsonl"
OUT = ROOT / "explorer" / "construal" / "construal.npz"
ALL = (*ROLES, "idiom")
GROUP = np.array([ROLE4.index(COARSE[role]) for role in ALL])
EPSILON, FOLDS, SCALE, HIDDEN = 0.03, 5, 8.0, 160
FILLERS, PER_CLASS = 10, 4
EVERYDAY, TABLE_DIM = 4_000, 96
COVERAGE = 0.955
GOLD = 8.0  # a development sentence counts as much as eight pairs of a frame and a filler
EPOCHS = 5


def fold(verb: str) -> int:
    """Which fold a verb belongs to, the same in every run."""
    return zlib.crc32(verb.encode()) % FOLDS


class Net(torch.nn.Module):
    """Verb and object → scores of roles."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.verb, self.object = torch.nn.Linear(dim, HIDDEN), torch.nn.Linear(dim, HIDDEN)
        self.hidden, self.out = torch.nn.Linear(HIDDEN, HIDDEN), torch.nn.Linear(HIDDEN, len(ALL))
        self.direct = torch.nn.Linear(dim, len(ALL), bias=False)
        self.drop, self.drop_in = torch.nn.Dropout(0.35), torch.nn.Dropout(0.15)

    def forward(self, verb: torch.Tensor, object: torch.Tensor) -> torch.Tensor:
        """(n, dim), (n, dim) → (n, n_roles)."""
        verb, object = self.drop_in(verb), self.drop_in(object)
        hidden = torch.relu(self.verb(verb) + self.object(object))
        hidden = torch.relu(self.hidden(self.drop(hidden)))
        scores: torch.Tensor = self.out(self.drop(hidden)) + self.direct(object)
        return scores


class Fit:
    """Data, vectors and both stages of the fit."""

    def __init__(self) -> None:
        self.graph = base_graph(load_registry())
        self.gatherer = Gatherer(self.graph, usual_roles(self.graph))
        self.space = open_space()
        self.vectors: dict[str, np.ndarray] = {}
        parser = Parser(self.gatherer.is_verb, self.gatherer.is_known)
        rows = [json.loads(line) for line in DATA.read_text("utf-8").splitlines()]
        self.items: list[tuple[Clause, str]] = [
            (parser.parse(row["sentence"], row["verb"], row["object"]), row["role"]) for row in rows
        ]
        self.pairs = self._pairs()
        self.verbs, self.things = self._tables()
        self.vicinity = Vicinity(self.space, self.verbs, self.things)

    def encode(self, words: list[str]) -> np.ndarray:
        """(n, dim) the anchor's own vectors, scaled for the network."""
        from explorer import Content

        new = [word for word in dict.fromkeys(words) if word not in self.vectors]
        if new:
            contents = [Content(modality="text", data=word) for word in new]
            self.vectors.update(
                zip(new, self.space.pool.encode(self.space.spec.anchor, contents), strict=True)
            )
        return (np.stack([self.vectors[word] for word in words]) * SCALE).astype(np.float32)

    def _tables(self) -> tuple[WordTable, WordTable]:
        """Verbs with frames, and the everyday nouns: the first of the seed, which were written by hand first."""
        verbs, nouns = self.graph.verbs(), self.graph.things()
        found = []
        for words in (verbs, nouns[:EVERYDAY]):
            found.append(WordTable.of(words, (self.encode(words) / SCALE).astype(np.float32), TABLE_DIM))
        return found[0], found[1]

    def evidence(self, clause: Clause, *, without_frames: bool) -> Evidence:
        """As the construer gathers it."""
        return self.gatherer.gather(
            clause.verb,
            clause.object,
            complement=clause.complement,
            fronting=clause.fronting,
            without_frames=without_frames,
            kin=self.vicinity.kin(clause.verb),
        )

    def _pairs(self) -> list[tuple[str, str, np.ndarray]]:
        """(verb, noun, shares of roles) from each verb's frames and fillers of their classes."""
        rng = random.Random(0)
        nouns = self.graph.things()
        classes = {
            noun: [(Anchor(word=noun, share=1.0), each) for each in classes_of(self.graph, noun)]
            for noun in nouns
        }
        members: dict[str, list[str]] = {}
        for noun in nouns:
            for _anchor, each in classes[noun]:
                members.setdefault(each.name, []).append(noun)
        found = []
        for verb in self.graph.verbs():
            selected = sorted({f.object for f in self.graph.about(verb) if f.relation in TAKES})
            chosen = sorted(
                {
                    noun
                    for name in selected
                    for noun in rng.sample(members.get(name, []), min(PER_CLASS, len(members.get(name, []))))
                }
            )
            rng.shuffle(chosen)
            for noun in chosen[:FILLERS]:
                shares = np.zeros(len(ALL), np.float32)
                for path, _fact in self.gatherer.frames(Anchor(word=verb, share=1.0), classes[noun], "frame"):
                    position = ALL.index(path.role)
                    shares[position] = max(shares[position], path.strength**2)
                if shares.any():
                    found.append((verb, noun, shares / shares.sum()))
        return found

    def head(self, without: int | None = None, *, frames: bool = True, seed: int = 0) -> Net:
        """Train the head without the sentences of a fold; with `frames` False without the frames of its verbs, too."""
        torch.manual_seed(seed)
        pairs = [row for row in self.pairs if frames or fold(row[0]) != without]
        gold = [
            (clause.verb, clause.object, role) for clause, role in self.items if fold(clause.verb) != without
        ]
        verb = torch.tensor(self.encode([r[0] for r in pairs] + [r[0] for r in gold]))
        object_ = torch.tensor(self.encode([r[1] for r in pairs] + [r[1] for r in gold]))
        aims = np.zeros((len(gold), len(ALL)), np.float32)
        aims[np.arange(len(gold)), [ALL.index(r[2]) for r in gold]] = 1
        target = torch.tensor(np.concatenate([np.stack([r[2] for r in pairs]), aims]))
        weight = torch.tensor([1.0] * len(pairs) + [GOLD] * len(gold))
        net, size = Net(verb.shape[1]), 512
        optimizer = torch.optim.AdamW(net.parameters(), lr=1.5e-3, weight_decay=2e-2)
        steps = EPOCHS * -(-len(verb) // size)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 5e-3, total_steps=steps)
        for _epoch in range(EPOCHS):
            net.train()
            order = torch.randperm(len(verb))
            for start in range(0, len(verb), size):
                rows = order[start : start + size]
                log_shares = torch.log_softmax(net(verb[rows], object_[rows]), 1)
                loss = -((target[rows] * log_shares).sum(1) * weight[rows]).mean()
                optimizer.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                optimizer.step()
                schedule.step()
        return net.eval()

    def head_shares(self, *, frames: bool) -> np.ndarray:
        """(n_items, n_roles) log-probabilities, each from a head that saw no sentence of the item's verb."""
        found = np.zeros((len(self.items), len(ALL)))
        for k in range(FOLDS):
            rows = [i for i, (clause, _role) in enumerate(self.items) if fold(clause.verb) == k]
            head = export_head(self.head(k, frames=frames), self.space)
            clauses = [self.items[i][0] for i in rows]
            verb, object_ = self.encode([c.verb for c in clauses]), self.encode([c.object for c in clauses])
            found[rows] = head.log_shares(
                (verb / SCALE).astype(np.float32), (object_ / SCALE).astype(np.float32)
            )
        return found


def export_head(net: Net, space: object) -> Head:
    """The network as plain arrays."""
    state = {name: value.detach().numpy().astype(np.float32) for name, value in net.state_dict().items()}
    layers = {name.replace(".weight", ".w").replace(".bias", ".b"): value for name, value in state.items()}
    layers["scale"] = np.float32(SCALE)
    return Head(encoder=space.spec.anchor, revision=space.anchor.revision, layers=layers)  # type: ignore[attr-defined]


def fit_logit(
    features: np.ndarray, gold: np.ndarray, *, ridge: float = 1.0, fine: float = 0.5
) -> tuple[np.ndarray, np.ndarray]:
    """Weights (n_kinds + 1,) and biases (n_roles,): half the likelihood of the fine role, half of its coarse one."""
    n, k, r = features.shape
    same = GROUP[None, :] == GROUP[gold][:, None]

    def loss(theta: np.ndarray) -> tuple[float, np.ndarray]:
        weights, bias = theta[:k], theta[k:]
        shares = np.exp(log_softmax(np.einsum("nkr,k->nr", features, weights) + bias))
        right, group = shares[np.arange(n), gold], (shares * same).sum(1)
        value = -(fine * np.log(right + 1e-12) + (1 - fine) * np.log(group + 1e-12)).sum()
        slope = (
            shares
            - fine * (np.arange(r) == gold[:, None])
            - (1 - fine) * shares * same / (group[:, None] + 1e-12)
        )
        value += ridge * ((weights - 0.7) ** 2).sum() + 0.5 * ridge * (bias**2).sum()
        gradient = np.concatenate(
            [
                np.einsum("nkr,nr->k", features, slope) + 2 * ridge * (weights - 0.7),
                slope.sum(0) + ridge * bias,
            ]
        )
        return float(value), gradient

    start = np.concatenate([np.full(k, 0.7), np.zeros(r)])
    found = minimize(loss, start, jac=True, method="L-BFGS-B").x
    return found[:k], found[k:]


def shares_of(features: np.ndarray, weights: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """(n, n_roles) probabilities."""
    return np.exp(log_softmax(np.einsum("nkr,k->nr", features, weights) + bias))


def calibration_error(sure: np.ndarray, right: np.ndarray, bins: int = 5) -> float:
    """Expected calibration error, bins of equal width on [0, 1]."""
    which = np.minimum((sure * bins).astype(int), bins - 1)
    return float(sum(abs(sure[which == b].sum() - right[which == b].sum()) for b in range(bins)) / len(sure))


def tell(name: str, shares: np.ndarray, gold: np.ndarray) -> float:
    """Print accuracy over the coarse roles; returns the threshold at which `COVERAGE` is answered."""
    four = np.stack([shares[:, g == GROUP].sum(1) for g in range(4)], 1)
    sure, right = four.max(1), four.argmax(1) == GROUP[gold]
    threshold = float(np.quantile(sure, 1 - COVERAGE))
    answered = sure >= threshold
    print(
        f"{name}: n {len(gold)}, all {right.mean():.3f}, answered {answered.mean():.3f}: {right[answered].mean():.3f}, "
        f"calibration error {calibration_error(sure[answered], right[answered]):.3f}, threshold {threshold:.2f}, "
        f"fine {(shares.argmax(1) == gold).mean():.3f}"
    )
    return threshold


def main() -> None:
    """Fit, tell, write."""
    torch.set_num_threads(1)  # more collapse on shared cores
    fit = Fit()
    print(f"{len(fit.items)} sentences, {len(fit.pairs)} pairs of verb and filler")
    gold = np.array([ALL.index(role) for _clause, role in fit.items])
    folds = np.array([fold(clause.verb) for clause, _role in fit.items])
    blank = ConstrualModel(
        roles=ALL,
        epsilon=EPSILON,
        weights=np.zeros((2, 0)),
        bias=np.zeros((2, 0)),
        threshold=0.0,
        head=Head(encoder="", revision="", layers={}),
        verbs=fit.verbs,
        things=fit.things,
    )
    features: dict[bool, np.ndarray] = {}
    framed: dict[bool, np.ndarray] = {}
    for without in (False, True):
        space = fit.head_shares(frames=not without)
        tell(f"head alone, {'without' if without else 'with'} frames", np.exp(space), gold)
        evidence = [fit.evidence(clause, without_frames=without) for clause, _role in fit.items]
        graph = np.stack([blank.features(e.strengths()) for e in evidence])
        features[without] = np.concatenate([graph, space[:, None, :]], axis=1)
        framed[without] = np.array([e.framed for e in evidence])
    stacked, both = (
        np.concatenate([features[False], features[True]]),
        np.concatenate([framed[False], framed[True]]),
    )
    twice, twice_folds = np.concatenate([gold, gold]), np.concatenate([folds, folds])
    shares = np.zeros((len(twice), len(ALL)))
    for k in range(FOLDS):
        for regime in (True, False):
            seen, held = (twice_folds != k) & (both == regime), (twice_folds == k) & (both == regime)
            shares[held] = shares_of(stacked[held], *fit_logit(stacked[seen], twice[seen]))
    n = len(gold)
    threshold = tell("with frames, verbs left out of the fit", shares[:n], gold)
    tell("no frame (leave-one-verb-out)", shares[n:], gold)
    fitted = [fit_logit(stacked[both == regime], twice[both == regime]) for regime in (True, False)]
    for name, (weights, _bias) in zip(("frames", "no frames"), fitted, strict=True):
        print(name, {kind: round(float(w), 2) for kind, w in zip((*KINDS, "space"), weights, strict=True)})
    head = export_head(fit.head(), fit.space)
    np.savez_compressed(
        OUT,
        roles=np.array(ALL),
        epsilon=EPSILON,
        weights=np.stack([weights for weights, _bias in fitted]),
        bias=np.stack([bias for _weights, bias in fitted]),
        threshold=threshold,
        encoder=head.encoder,
        revision=head.revision,
        **fit.verbs.arrays("verbs"),  # type: ignore[arg-type]
        **fit.things.arrays("things"),  # type: ignore[arg-type]
        **{f"head.{n}": v.astype(np.float16) for n, v in head.layers.items()},  # type: ignore[arg-type]
    )
    print(f"written: {OUT.relative_to(ROOT)}, {OUT.stat().st_size / 1e6:.2f} MB")
    Construer(fit.graph, fit.space).warm()


if __name__ == "__main__":
    main()

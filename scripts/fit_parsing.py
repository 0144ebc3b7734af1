"""Fit which verb–object pair a sentence is about: `python scripts/fit_parsing.py`. Prints the table for `forms.toml`.

A conditional logit (McFadden 1974) over the pairs of each development sentence, ridge 1; the share of sentences
whose pair is found is told out of fold (five folds of verbs).
"""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax

from explorer.construal.evidence import Gatherer
from explorer.construal.parsing import Candidate, Parser
from explorer.construal.usual import usual_roles
from explorer.knowledge.graph import base_graph
from explorer.registry import load_registry

DATA = Path(__file__).resolve().parents[1] / "probes" / "suites" / "construal" / "development.jsonl"
FOLDS = 5


def is_gold(candidate: Candidate, verb: str, noun: str) -> bool:
    """The same verb (its stem will do) and the same noun (with or without what stands before or after it)."""
    same_verb = candidate.verb in (verb, verb.removesuffix(candidate.complement)) or verb.startswith(
        candidate.verb
    )
    found = candidate.object
    return same_verb and (found.endswith(noun) or noun.endswith(found) or found.startswith(noun))


def fit(rows: list[tuple[np.ndarray, int]]) -> np.ndarray:
    """Weights (n_features,) from (candidates × features, position of the gold one)."""

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        value, slope = float(weights @ weights), 2 * weights
        for features, gold in rows:
            log_shares = log_softmax(features @ weights)
            value -= log_shares[gold]
            slope = slope + (np.exp(log_shares) - np.eye(len(features))[gold]) @ features
        return value, slope

    return np.asarray(minimize(loss, np.zeros(rows[0][0].shape[1]), jac=True, method="L-BFGS-B").x)


def main() -> None:
    """Fit, tell, print."""
    graph = base_graph(load_registry())
    gatherer = Gatherer(graph, usual_roles(graph))
    parser = Parser(gatherer.is_verb, gatherer.is_known, gatherer.fit)
    lines = [json.loads(line) for line in DATA.read_text("utf-8").splitlines()]
    rows: list[tuple[np.ndarray, int, int]] = []
    names: list[str] = []
    before = 0
    for line in lines:
        found = parser.candidates(line["sentence"])
        gold = [k for k, candidate in enumerate(found) if is_gold(candidate, line["verb"], line["object"])]
        if gold:
            names = names or list(found[0].features)
            matrix = np.array([[candidate.features[name] for name in names] for candidate in found])
            rows.append((matrix, gold[0], zlib.crc32(line["verb"].encode()) % FOLDS))
            before += max(found, key=lambda candidate: candidate.score) is found[gold[0]]
    right = 0
    for k in range(FOLDS):
        weights = fit([(m, g) for m, g, fold in rows if fold != k])
        right += sum(int(np.argmax(m @ weights)) == g for m, g, fold in rows if fold == k)
    print(
        f"# {len(lines)} sentences; among the candidates {len(rows)}; chosen {right} (weights of today: {before})"
    )
    print("[candidate_weights]")
    for name, weight in zip(names, fit([(m, g) for m, g, _fold in rows]), strict=True):
        print(f"{name} = {weight:.2f}")


if __name__ == "__main__":
    main()

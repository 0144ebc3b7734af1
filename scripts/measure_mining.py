"""Measure dark matter: facts held out of the graph, and how well each relation's are mined.

    python scripts/measure_mining.py            # a Markdown table for docs/quality.md

For each relation the facts of two fifths of its subjects are taken out, synonyms and verbs of equal frames together,
before anything is counted or fitted. What is left gives the tables, and, each fifth of it held out in turn, the
weights. Classes (IsA) stay, but for IsA itself. Units of the intervals are groups of subjects that are held out
together; in the second table, objects.
"""

from __future__ import annotations

import argparse
import zlib
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from explorer import open_space
from explorer.knowledge.graph import base_graph
from explorer.mining.mined import MINABLE
from explorer.mining.pairs import Pairs, groups_of, pairs_of
from explorer.mining.ranker import fit
from explorer.mining.sightings import senses as senses_of
from explorer.mining.signals import Sense, Signals, Vectors
from explorer.mining.word_vectors import WordVectors
from explorer.registry import load_registry
from explorer.workspace import Workspace
from probes.statistics import bootstrap_interval

K = 10
MOST = 2_000
"""Held-out subjects of one relation that are ranked."""
Array = npt.NDArray[np.float64]
Links = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Split:
    """A relation, its facts of development, and the subjects whose facts are held out."""

    known: Pairs
    held: Pairs
    links: Links  # (n_held, n_known_objects)
    truths: Array  # (n_held,) facts held out of each subject, with those whose object is in no known fact


def split(pairs: Pairs) -> Split:
    """Two fifths of the groups are held out, by the checksum of their first word.

    Signals and their constants were chosen on the other three fifths, so the salt is part of the protocol.
    """
    first: dict[int, str] = {}
    for word, group in zip(pairs.subjects, pairs.groups.tolist(), strict=True):
        first.setdefault(group, word)
    out = np.array([zlib.crc32(("part" + first[g]).encode()) % 5 < 2 for g in pairs.groups.tolist()])
    known = pairs.among(np.flatnonzero(~out))
    rows = np.flatnonzero(out)
    if len(rows) > MOST:
        rows = np.sort(np.random.default_rng(0).permutation(rows)[:MOST])
    columns = np.searchsorted(pairs.objects, known.objects)
    return Split(
        known=known,
        held=pairs.among(rows),
        links=pairs.links[np.ix_(rows, columns)],
        truths=pairs.links[rows].sum(axis=1).astype(np.float64),
    )


def scored(part: Split, vectors: Vectors, senses: list[tuple[str, Sense]]) -> dict[str, Array]:
    """Ranking → (n_held, n_objects) scores."""
    signals = Signals(part.known, vectors, senses).of(vectors(part.held.subjects), part.held.ladders)
    ranker = fit(part.known, vectors, senses)
    found = {"mined": np.log(ranker.scores(signals))}
    for name in ("similar", "class", "usual"):
        found[name] = signals[..., ranker.kinds.index(name)].astype(np.float64)
    if senses:
        blind = fit(part.known, vectors)
        found["mined without senses"] = np.log(blind.scores(signals[..., : len(blind.kinds)]))
    return found


def hits(scores: Array, links: Links) -> Array:
    """(n,) how many of the ten best of each row are true."""
    top = np.argsort(-scores, axis=1, kind="stable")[:, :K]
    return np.asarray(np.take_along_axis(links, top, axis=1).sum(axis=1), np.float64)


def first_places(scores: Array, links: Links) -> Array:
    """(n,) one over the place of the first true one, 0 where there is none."""
    ordered = np.take_along_axis(links, np.argsort(-scores, axis=1, kind="stable"), axis=1)
    return np.where(ordered.any(axis=1), 1 / (1 + ordered.argmax(axis=1)), 0.0)


def by_group(values: Array, groups: npt.NDArray[np.int64]) -> Array:
    """The mean of each group's subjects."""
    _names, place = np.unique(groups, return_inverse=True)
    return np.asarray(np.bincount(place, weights=values) / np.bincount(place))


def figure(value: float) -> str:
    """.042, −.010, 1.000."""
    text = f"{abs(value):.3f}".replace("0.", ".", 1)
    return ("−" if value < 0 else "") + text


def difference(a: Array, b: Array) -> str:
    """The mean paired difference with its interval; bold where that excludes 0."""
    low, high = bootstrap_interval(a - b, lambda rows: rows.mean(axis=-1))
    text = f"{figure(float((a - b).mean()))} [{figure(low)}, {figure(high)}]"
    return f"**{text}**" if low > 0 or high < 0 else text


def subject_row(part: Split, scores: dict[str, Array]) -> str:
    """One line of the first table: from a subject to its objects."""
    groups, links = part.held.groups, part.links

    def mean(values: Array) -> float:
        return float(by_group(values, groups).mean())

    precision = {name: by_group(hits(each, links) / K, groups) for name, each in scores.items()}
    recall = {name: mean(hits(each, links) / part.truths) for name, each in scores.items()}
    places = {name: mean(first_places(each, links)) for name, each in scores.items()}
    chance = mean(np.minimum(K, links.shape[1]) / K * links.sum(axis=1) / links.shape[1])
    cells = [
        part.known.relation,
        f"{len(part.held.subjects):,} ({len(np.unique(groups)):,})",
        f"{links.shape[1]:,}",
        figure(mean(np.minimum(K, part.truths) / K)),
        figure(chance),
        *(figure(float(precision[name].mean())) for name in ("similar", "usual", "class", "mined")),
        difference(precision["mined"], precision["similar"]),
        difference(precision["mined"], precision["class"]),
        f"{figure(recall['similar'])} → {figure(recall['mined'])}",
        f"{figure(places['similar'])} → {figure(places['mined'])}",
    ]
    if "mined without senses" in precision:
        cells.append(difference(precision["mined"], precision["mined without senses"]))
    return "| " + " | ".join(cells) + " |"


def object_row(part: Split, scores: dict[str, Array]) -> str:
    """One line of the second table: from an object to the held-out subjects that have it."""
    asked = np.flatnonzero(part.links.any(axis=0))
    links = part.links.T[asked]
    truths = links.sum(axis=1)
    precision = {name: hits(each.T[asked], links) / K for name, each in scores.items()}
    cells = [
        part.known.relation,
        f"{len(asked):,}",
        f"{links.shape[1]:,}",
        figure(float((np.minimum(K, truths) / K).mean())),
        figure(float((truths / links.shape[1]).mean())),
        *(figure(float(precision[name].mean())) for name in ("similar", "class", "mined")),
        difference(precision["mined"], precision["similar"]),
        difference(precision["mined"], precision["class"]),
    ]
    return "| " + " | ".join(cells) + " |"


def reliability(found: list[tuple[Array, Links]]) -> str:
    """How often candidates of a score are true, over all relations but IsA: the third table."""
    scores = np.concatenate([each.reshape(-1) for each, _links in found])
    truths = np.concatenate([links.reshape(-1) for _each, links in found])
    lines = []
    for low, high in pairwise((0.0, 0.05, 0.15, 0.3, 0.5, 0.7, 1.0)):
        inside = (scores >= low) & (scores < high)
        lines.append(
            f"| {figure(low)} to {figure(high)} | {inside.sum():,} | {figure(float(scores[inside].mean()))} "
            f"| {figure(float(truths[inside].mean()))} |"
        )
    return "\n".join([header("score", "candidates", "mean score", "share that is true"), *lines])


def header(*names: str) -> str:
    """The first two lines of a Markdown table."""
    return f"| {' | '.join(names)} |\n|{' --- |' * len(names)}"


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--relation", action="append", help="only this one; may be repeated")
    parser.add_argument("--workspace", help="take its pictures and sounds as evidence too")
    given = parser.parse_args()
    graph = base_graph(load_registry())
    vectors = WordVectors(open_space())
    senses: list[tuple[str, Sense]] = []
    if given.workspace:
        bank = vectors(
            sorted(word for word, facts in graph.subjects() if any(f.relation == "UsedFor" for f in facts))
        )
        with Workspace.open(given.workspace, offline=True) as workspace:
            senses.extend(senses_of(workspace.neighbours, bank))
        print(", ".join(name for name, _sense in senses))
    groups = groups_of(graph)
    forward, backward, judged = [], [], []
    for relation in given.relation or (*MINABLE, "CapableOf"):
        part = split(pairs_of(graph, relation, groups))
        scores = scored(part, vectors, senses)
        forward.append(subject_row(part, scores))
        backward.append(object_row(part, scores))
        if relation != "IsA":
            judged.append((np.exp(scores["mined"]), part.links))
        print(forward[-1], flush=True)
    base = (
        "similarity",
        "most frequent",
        "class",
        "mined",
        "mined − similarity [95 %]",
        "mined − class [95 %]",
    )
    print(f"{graph.size:,} facts\n")
    names = ["relation", "subjects (groups)", "candidates", "ceiling", "random", *base, "R@10", "MRR"]
    print(header(*names, *(["senses [95 %]"] if senses else [])), *forward, "", sep="\n")
    names = ["relation", "objects", "subjects", "ceiling", "random", base[0], *base[2:]]
    print(header(*names), *backward, "", reliability(judged), sep="\n")


if __name__ == "__main__":
    main()

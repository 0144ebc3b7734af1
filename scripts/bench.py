"""How fast it is here: `make bench`, or `python scripts/bench.py WORKSPACE`. Prints a Markdown table,
with ratios to a baseline of the same run: figures of different machines compare by those.
"""

from __future__ import annotations

import platform
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from explorer import Workspace

QUERIES = (
    "狗叫",
    "a dog barks",
    "下雨的声音",
    "noodles",
    "我喜欢吃面条",
    "red flower",
    "火车",
    "piano music",
)
ROUNDS = 5


def seconds(work: Callable[[], object], rounds: int = 1) -> float:
    """Median seconds of `rounds` runs."""
    spent = []
    for _round in range(rounds):
        began = time.perf_counter()
        work()
        spent.append(time.perf_counter() - began)
    return statistics.median(spent)


def main() -> None:
    """Measure opening, loading, searching and drawing."""
    name = sys.argv[1] if len(sys.argv) > 1 else "demo"
    began = time.perf_counter()
    with Workspace.open(name) as workspace:
        rows = [("open the workspace", time.perf_counter() - began)]
        rows.append(("load every encoder of the space", seconds(workspace.warm)))
        rows.append(("first search", seconds(partial(workspace.search, QUERIES[0]))))
        later = [seconds(partial(workspace.search, query), ROUNDS) for query in QUERIES]
        rows.append((f"search, median of {len(QUERIES)} queries", statistics.median(later)))
        rows.append(("all vectors into memory", seconds(workspace.map_vectors)))
        _ids, matrix = workspace.map_vectors()
        baseline = seconds(partial(np.matmul, matrix, matrix[0]), 100 * ROUNDS)
        counts = ", ".join(f"{count:,} {modality}" for modality, count in workspace.counts().items())
    print(f"{platform.machine()}, Python {platform.python_version()}; {name}: {counts}\n")
    print("| step | seconds | times the baseline |\n| --- | --- | --- |")
    print(f"| baseline: numpy, one query against all {len(matrix):,} vectors | {baseline:.5f} | 1 |")
    for step, spent in rows:
        print(f"| {step} | {spent:.3f} | {spent / baseline:,.0f} |")


if __name__ == "__main__":
    main()

"""How fast it is here: `make bench`, or `python scripts/bench.py WORKSPACE`. Prints a Markdown table,
with ratios to a baseline of the same run: figures of different machines compare by those.

`python scripts/bench.py --probes` measures a run of probes instead: 400 triples, three encoders, every arm.
"""

from __future__ import annotations

import json
import os
import platform
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from explorer import FloatArray, Progress, Workspace, load_registry
from explorer.construal.readings import Construal
from explorer.iceberg.layout import lay_out
from explorer.iceberg.nodes import DARK, Edge, Iceberg, Node
from probes.rows import read_rows
from probes.runner import Order, run_file
from probes.subjects import open_subjects
from probes.suites import find_rows

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
SENTENCES = (
    "张三吃食堂",
    "他每天晚上写毛笔",
    "我们明天飞广州",
    "妈妈在厨房炖排骨",
    "新娘在枕套上绣鸳鸯",
    "回程司机走了高速",
    "爷爷晒太阳",
    "她从小唱美声",
    "小偷翻围墙跑了",
    "我没带手机，付现金行吗",
)
ROUNDS = 5
TRIPLES = 400
ENCODERS = ("text-use", "text-e5", "text-minilm")


def seconds(work: Callable[[], object], rounds: int = 1) -> float:
    """Median seconds of `rounds` runs."""
    spent = []
    for _round in range(rounds):
        began = time.perf_counter()
        work()
        spent.append(time.perf_counter() - began)
    return statistics.median(spent)


def iceberg_of(count: int) -> Iceberg:
    """A sentence of three words over `count` − 3 concepts, each tied to one or two of those before it."""
    rng = random.Random(0)
    nodes = [
        Node(id=f"t{i}", labels={"zh": w}, depth=0, word=w, position=i)
        for i, w in enumerate(("张三", "吃", "食堂"))
    ]
    edges: list[Edge] = []
    while len(nodes) < count:
        node = Node(
            id=f"c{len(nodes)}", labels={"zh": f"概念{len(nodes)}"}, depth=rng.randint(1, DARK), word=""
        )
        for other in rng.sample([n for n in nodes if n.depth <= node.depth], k=rng.randint(1, 2)):
            edges.append(
                Edge(
                    id=f"e{len(edges)}",
                    source=other.id,
                    target=node.id,
                    relation="RelatedTo",
                    labels={"zh": "相关"},
                )
            )
        nodes.append(node)
    return Iceberg(construal=Construal(sentence="张三吃食堂"), nodes=tuple(nodes), edges=tuple(edges))


def triples() -> list[dict[str, object]]:
    """The development rows of canteen-zh, and again with another time of day, until there are 400."""
    rows = [json.loads(line) for line in find_rows("canteen-zh/development").read_text("utf-8").splitlines()]
    again = [
        {key: f"昨天{value}" if key in ("sentence", "good", "bad") else value for key, value in row.items()}
        | {key: f"{row[key]}-2" for key in ("id", "mirror_of") if key in row}
        for row in rows
    ]
    kept = [*rows, *again][:TRIPLES]
    ids = {row["id"] for row in kept}
    return [{k: v for k, v in row.items() if k != "mirror_of" or v in ids} for row in kept]


def probes() -> None:
    """A whole run of probes against the encoders alone on the same texts: without, and then with kept vectors."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["EXPLORER_HOME"] = folder
        path = Path(folder) / "rows.jsonl"
        path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in triples()), "utf-8")
        order = Order(encoders=ENCODERS)
        subjects = open_subjects(ENCODERS, cache=False)
        for subject in subjects:
            subject.vectors(["warm"])
        texts = asked(path)
        steps = [
            (
                f"baseline: three encoders embed the {len(texts):,} texts of the run",
                both_clocks(lambda: [subject.vectors(texts) for subject in subjects]),
            ),
            ("first run, every arm, statistics included", both_clocks(partial(run_file, path, order, quiet))),
            ("the same again", both_clocks(partial(run_file, path, order, quiet))),
        ]
    print(f"{platform.machine()}, Python {platform.python_version()}; load {os.getloadavg()[0]:.1f}\n")
    print("| step | seconds | processor seconds | times the baseline's |\n| --- | --- | --- | --- |")
    for step, (wall, spent) in steps:
        print(f"| {step} | {wall:.0f} | {spent:.0f} | {spent / steps[0][1][1]:.2f} |")


def both_clocks(work: Callable[[], object]) -> tuple[float, float]:
    """(seconds, processor seconds of all threads): the latter say more on a machine that others use."""
    began, before = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - before


def quiet(_step: Progress) -> None:
    """Tell nobody."""


def asked(path: Path) -> list[str]:
    """Every text that a run over the rows of `path` asks an encoder to embed, once each."""
    heard: dict[str, None] = {}

    class Listener:
        name = "listener"

        def vectors(self, texts: Sequence[str]) -> FloatArray:
            heard.update(dict.fromkeys(texts))
            return np.ones((len(texts), 2), np.float32)

    rows = read_rows(path).rows
    load_registry().probes["contrast"].run(rows, [Listener()], seed=0, progress=quiet)
    return list(heard)


def main() -> None:
    """Measure opening, loading, searching and drawing."""
    if "--probes" in sys.argv:
        probes()
        return
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
        rows.append(
            ("load the knowledge, construe the first sentence", seconds(lambda: workspace.construer.warm()))
        )
        once = [seconds(partial(workspace.construer.construe, sentence)) for sentence in SENTENCES]
        rows.append((f"construe a new sentence, median of {len(SENTENCES)}", statistics.median(once)))
        rows.append(("lay out an iceberg of 150 nodes", seconds(partial(lay_out, iceberg_of(150)), ROUNDS)))
        baseline = seconds(partial(np.matmul, matrix, matrix[0]), 100 * ROUNDS)
        counts = ", ".join(f"{count:,} {modality}" for modality, count in workspace.counts().items())
    print(f"{platform.machine()}, Python {platform.python_version()}; {name}: {counts}\n")
    print("| step | seconds | times the baseline |\n| --- | --- | --- |")
    print(f"| baseline: numpy, one query against all {len(matrix):,} vectors | {baseline:.5f} | 1 |")
    for step, spent in rows:
        print(f"| {step} | {spent:.3f} | {spent / baseline:,.0f} |")


if __name__ == "__main__":
    main()

"""Records to report on: a real run of solvers whose understanding is known, and what is made of it."""

from __future__ import annotations

import copy
from functools import lru_cache
from typing import Any

from probes import records
from probes.contrast.probe import Contrast
from probes.rows import RowFile
from tests import solvers

LONG = (
    "sentence-transformers:intfloat/multilingual-e5-small",
    "sentence-transformers:sentence-transformers/paraphrase-multilingual-mpnet-base-v2",
    "text-use",
    "sentence-transformers:BAAI/bge-m3+iceberg",
    "sentence-transformers:/home/someone/models/我的中文句向量模型第三版/",
)
NASTY = "=<script>alert(\"&')</script>\\end{table}%$_^~#{}|\x00\x0b\n]]>"


@lru_cache(maxsize=1)
def _run() -> dict[str, Any]:
    rows = solvers.rows(120)
    subjects = [solvers.oracle(rows, right=lambda i: i % 6 != 0), solvers.letters(), solvers.knower(rows)]
    result = Contrast().run(rows, subjects, seed=1, progress=lambda _step: None)
    file = RowFile(name="rows.jsonl", sha256="ab" * 32, rows=rows, lines=list(range(1, len(rows) + 1)))
    cards = {each.name: {"revision": "1", "dim": 128, "weights": {"w": "cd" * 32}} for each in subjects}
    return records.record(
        file=file, probe="contrast", encoders=cards, iceberg=None,
        parameters={"seed": 1, "encoders": list(cards), "with_iceberg": False}, result=result,
    )  # fmt: skip


def run() -> dict[str, Any]:
    """Three solvers over 120 rows: an oracle that errs on every sixth, a bag of letters, one that knows by heart."""
    return copy.deepcopy(_run())


def several(count: int) -> dict[str, Any]:
    """The run with `count` encoders of long names, at the ends of the scale, too."""
    record = run()
    entries = list(record["result"]["encoders"].values())
    named = {name: copy.deepcopy(entries[i % len(entries)]) for i, name in enumerate(LONG[:count])}
    for name, value, bounds in zip(
        named, (0.99, 0.04, 0.56), ([0.95, 1.0], [0.0, 0.1], [0.5, 0.62]), strict=False
    ):
        named[name] |= {"accuracy": value, "ci": bounds}
    record["result"]["encoders"] = named
    record["result"]["comparisons"] = []
    return record


def bare() -> dict[str, Any]:
    """A kind without arms, strata, mirrored pairs, phenomena and baselines: four options, few items."""
    record = run()
    record["probe"] = "choice"
    record["result"] = {
        "probe": "choice",
        "chance": 0.25,
        "n": 15,
        "encoders": {
            "text-use": {"accuracy": 0.31, "ci": [0.14, 0.55], "n": 15, "verdict": "too few items"},
        },
    }
    return record


def correlation() -> dict[str, Any]:
    """A kind whose measure is a rank correlation."""
    record = run()
    record["probe"] = "similarity"
    record["result"] = {
        "probe": "similarity",
        "measure": "spearman",
        "chance": 0.0,
        "n": 120,
        "baselines": {"char_overlap": {"spearman": 0.12, "ci": [-0.06, 0.29]}},
        "encoders": {
            "text-use": {"spearman": 0.613, "ci": [0.49, 0.71], "n": 120, "verdict": "above every control"},
            "text-e5": {"spearman": -0.21, "ci": [-0.38, -0.03], "n": 120, "verdict": "worse than chance"},
        },
    }
    return record


def controls_only() -> dict[str, Any]:
    """Easy controls alone: nothing but `control` in an entry."""
    record = run()
    record["result"] |= {"n": 0, "baselines": {}, "comparisons": []}
    control = {"n": 90, "accuracy": 0.97, "ci": [0.91, 0.99]}
    record["result"]["encoders"] = {"text-use": {"control": control}}
    return record


def nasty() -> dict[str, Any]:
    """Markup, formulas and commands in every text that comes from outside."""
    record = run()
    result = record["result"]
    entries = list(result["encoders"].values())
    for entry in entries:
        entry["phenomena"] = {NASTY + name: each for name, each in entry["phenomena"].items()}
        entry["verdict"] = NASTY
        entry["verdict_reasons"] = [NASTY]
        entry["arms"][NASTY] = entry["arms"]["shuffled"]
    result["encoders"] = {f"{NASTY}{i}": entry for i, entry in enumerate(entries)}
    result["comparisons"][0]["a"] = NASTY
    for row in record["input"]["rows"]:
        row |= {"sentence": NASTY, "good": "+1+1", "bad": "@SUM(A1)", "phenomenon": NASTY}
    record["input"] |= {"name": NASTY, "left_out": [{"line": 3, "reason": NASTY}]}
    record["encoders"] = {NASTY: {"revision": NASTY}}
    record["packages"] = {NASTY: NASTY}
    record["id"] = NASTY
    return record

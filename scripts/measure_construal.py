"""How often construals are right, on sentences that nothing was fitted on: `python scripts/measure_construal.py`.

Prints Markdown rows for `docs/quality.md`: the test and the hard set as shipped, with verb and object given and with
both to be found; and leave-one-verb-out: the verb's own frames taken from the graph, and the head trained without
them and without every development sentence of that verb (five folds of verbs, `scripts/fit_construal.py`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import torch
from fit_construal import DATA, FOLDS, Fit, export_head, fold

from explorer.construal.construer import Construer, open_construer
from explorer.construal.readings import COARSE, Construal
from explorer.construal.scoring import Row, construe_all, summary

SETS = ("test", "hard")


def rows_of(name: str) -> list[Row]:
    """The sentences of a set, with coarse gold roles."""
    lines = (DATA.parent / f"{name}.jsonl").read_text("utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    return [Row(**{**row, "role": COARSE[row["role"]]}) for row in found]


def tell(name: str, way: str, scored: Sequence[tuple[Row, Construal]]) -> None:
    """One row of the table."""
    found = summary(scored, coarsely=True)
    verbs = len({row.verb for row, _construal in scored if row.verb})
    low, high = found["ci"]
    print(
        f"| {name} | {way} | {found['n']} | {verbs or '–'} | {found['coverage']:.3f} | "
        f"{found['accuracy']:.3f} [{low:.3f}, {high:.3f}] | {found['accuracy_all']:.3f} | "
        f"{found['calibration_error']:.3f} | {found['brier']:.3f} |",
        flush=True,
    )


class WithoutVerb:
    """Construers whose space has not seen a verb: one a fold of verbs."""

    def __init__(self) -> None:
        self._fit = Fit()
        self._heads = [export_head(self._fit.head(k, frames=False), self._fit.space) for k in range(FOLDS)]
        self._construer = Construer(self._fit.graph, self._fit.space)

    def construe(self, row: Row) -> Construal:
        """A construal without the verb's frames, neither in the graph nor behind the head."""
        return self._construer.construe(
            row.sentence, row.verb, row.object, without_frames=True, head=self._heads[fold(row.verb or "")]
        )


def main() -> None:
    """Measure and print."""
    torch.set_num_threads(1)
    construer = open_construer()
    print(
        "| set | way | n | verbs | coverage | right among answered [95 %] | right of all | calibration | Brier |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for name in SETS:
        rows = rows_of(name)
        scored = list(construe_all(construer, rows))
        tell(name, "as shipped", scored)
        for role, part in summary(scored, coarsely=True)["by_role"].items():
            low, high = part["ci"]
            print(f"|  | … {role} | {part['n']} | | | {part['accuracy']:.3f} [{low:.3f}, {high:.3f}] | | | |")
        bare = [Row(id=row.id, sentence=row.sentence, role=row.role) for row in rows]
        tell(name, "verb and object to be found", list(construe_all(construer, bare)))
    without = WithoutVerb()
    for name in SETS:
        tell(name, "no frame (leave-one-verb-out)", [(row, without.construe(row)) for row in rows_of(name)])


if __name__ == "__main__":
    main()

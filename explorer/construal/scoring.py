"""Construing many sentences, and how well it went where gold roles are given."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from explorer.construal.construer import Construer
from explorer.construal.readings import IDIOM, ROLE4, Construal, coarse
from explorer.errors import InputError, RefusedContent
from explorer.i18n import _
from explorer.knowledge.relations import ROLES
from explorer.media import read_limited
from explorer.types import Progress

BINS = 5
MOST_FACTS = 8
MOST_ROWS = 100_000
FINE = (*ROLES, IDIOM)


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One sentence to construe; `role` is gold, empty where none is given."""

    id: str
    sentence: str
    verb: str | None = None
    object: str | None = None
    role: str = ""


@dataclass(kw_only=True)
class ConstrualReport:
    """Rows with their construals, and the rows that were refused, by line."""

    rows: list[tuple[Row, Construal]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)

    @property
    def scored_coarsely(self) -> bool:
        """All gold roles are of the four coarse ones."""
        gold = {row.role for row, _construal in self.rows if row.role}
        return bool(gold) and gold <= set(ROLE4)

    def as_json(self) -> dict[str, Any]:
        """`items`, `summary` (None without gold roles) and `refused`."""
        four = self.scored_coarsely
        return {
            "items": [item_json(row, construal, with_four=four) for row, construal in self.rows],
            "summary": summary(self.rows, coarsely=four) if any(row.role for row, _c in self.rows) else None,
            "refused": self.refused,
        }


def read_rows(path: Path) -> tuple[list[Row], list[dict[str, Any]]]:
    """Rows of a JSONL file, and what was refused with its line.

    Raises:
        RefusedContent: no such file, or not text.
    """
    try:
        lines = read_limited(path, path.name).decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise RefusedContent(_("Refused {name}: it is not UTF-8 text.").format(name=path.name)) from None
    rows: list[Row] = []
    refused: list[dict[str, Any]] = []
    for number, line in enumerate(islice(lines, MOST_ROWS), start=1):
        if line.strip():
            try:
                rows.append(_row(line, number))
            except InputError as error:
                refused.append({"line": number, "reason": error.message})
    return rows, refused


def construe_all(
    construer: Construer, rows: Sequence[Row], progress: Callable[[Progress], None] | None = None
) -> Iterable[tuple[Row, Construal]]:
    """Each row with its construal."""
    for done, row in enumerate(rows, start=1):
        yield row, construer.construe(row.sentence, row.verb, row.object)
        if progress is not None:
            progress(Progress(stage=_("construing"), done=done, total=len(rows)))


def item_json(row: Row, construal: Construal, *, with_four: bool = False) -> dict[str, Any]:
    """One answer: role (null where it abstains), probabilities, the facts behind the best reading."""
    best = construal.best
    found: dict[str, Any] = {
        "id": row.id,
        "sentence": row.sentence,
        "verb": construal.verb,
        "object": construal.object,
        "role": construal.role,
        "best": best.role if best else None,
        "probabilities": {role: round(p, 6) for role, p in construal.probabilities.items()},
        "facts": facts_json(construal),
        "paraphrase": {"zh": best.zh, "en": best.en} if best else None,
        "abstained": construal.abstained,
        "reason": construal.reason,
    }
    if with_four:
        four = coarse(construal.probabilities) if construal.readings else {}
        found["role4"] = next(iter(four)) if four and not construal.abstained else None
        found["probabilities4"] = {role: round(p, 6) for role, p in four.items()}
    return found


def facts_json(construal: Construal) -> list[dict[str, Any]]:
    """The steps behind the best reading, the strongest path's first, each once."""
    steps = {} if construal.best is None else {s.id: s for path in construal.best.paths for s in path.steps}
    return [
        {
            "id": step.id,
            "subject": step.subject,
            "relation": step.relation,
            "object": step.object,
            "kind": step.kind,
            "source": step.source,
            "weight": round(step.weight, 4),
        }
        for step in list(steps.values())[:MOST_FACTS]
    ]


def summary(rows: Sequence[tuple[Row, Construal]], *, coarsely: bool) -> dict[str, Any]:
    """Counts and quality over the rows with gold roles.

    `accuracy` is among the answered, `ci` its 95 % Wilson interval; `accuracy_all` counts the best reading of every
    row. `calibration_error` is the expected calibration error of the top probability over the answered rows, five
    bins of equal width, weighted by count (Naeini et al. 2015); `brier` the multi-class Brier score over the same.
    """
    scored = [(row, construal, _shares(construal, coarsely)) for row, construal in rows if row.role]
    answered = [(row, c, shares) for row, c, shares in scored if not c.abstained]
    right = [_top(shares) == row.role for row, _c, shares in answered]
    sure = [max(shares.values()) for _row, _c, shares in answered]
    return {
        "scored": "coarse" if coarsely else "fine",
        "n": len(scored),
        "answered": len(answered),
        "coverage": len(answered) / len(scored),
        "accuracy": sum(right) / len(right) if right else None,
        "ci": wilson(sum(right), len(right)),
        "accuracy_all": sum(_top(shares) == row.role for row, _c, shares in scored) / len(scored),
        "calibration_error": calibration_error(sure, right),
        "brier": _brier(answered),
        "by_role": _by(answered, right, lambda row, _c: row.role),
        "by_verb": _by(answered, right, lambda row, c: row.verb or c.verb),
    }


def wilson(right: int, n: int) -> list[float] | None:
    """95 % interval of a share (Wilson 1927); None without a trial."""
    if n == 0:
        return None
    from scipy.stats import binomtest

    interval = binomtest(right, n).proportion_ci(method="wilson")
    return [float(interval.low), float(interval.high)]


def calibration_error(sure: Sequence[float], right: Sequence[bool]) -> float | None:
    """|how sure − how often right|, over `BINS` bins of equal width on [0, 1], weighted by count."""
    if not sure:
        return None
    gaps = [0.0] * BINS
    for confidence, correct in zip(sure, right, strict=True):
        gaps[min(int(confidence * BINS), BINS - 1)] += confidence - correct
    return sum(abs(gap) for gap in gaps) / len(sure)


def _row(line: str, number: int) -> Row:
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        raise InputError(_("not a JSON object")) from None
    if not isinstance(given, dict) or not isinstance(given.get("sentence"), str):
        raise InputError(_("not an object with a sentence"))
    role = str(given.get("role") or "")
    if role and role not in FINE and role not in ROLE4:
        raise InputError(
            _("there is no role {name}; roles: {choices}").format(name=role, choices=", ".join(FINE))
        )
    return Row(
        id=str(given.get("id", number)),
        sentence=given["sentence"],
        verb=str(given["verb"]) if given.get("verb") else None,
        object=str(given["object"]) if given.get("object") else None,
        role=role,
    )


def _shares(construal: Construal, coarsely: bool) -> Mapping[str, float]:
    """Role → probability, the verdict first; empty where nothing was found."""
    shares = construal.probabilities
    return coarse(shares) if coarsely and shares else shares or {"": 0.0}


def _top(shares: Mapping[str, float]) -> str:
    return next(iter(shares))


def _brier(answered: Sequence[tuple[Row, Construal, Mapping[str, float]]]) -> float | None:
    if not answered:
        return None
    return sum(
        sum((p - (role == row.role)) ** 2 for role, p in shares.items()) for row, _c, shares in answered
    ) / len(answered)


def _by(
    answered: Sequence[tuple[Row, Construal, Mapping[str, float]]],
    right: Sequence[bool],
    key: Callable[[Row, Construal], str],
) -> dict[str, dict[str, Any]]:
    groups: dict[str, list[bool]] = defaultdict(list)
    for (row, construal, _s), correct in zip(answered, right, strict=True):
        groups[key(row, construal)].append(correct)
    return {
        name: {"n": len(marks), "accuracy": sum(marks) / len(marks), "ci": wilson(sum(marks), len(marks))}
        for name, marks in sorted(groups.items())
    }

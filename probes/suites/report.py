"""What a suite is, and what its rows give away: the scores of those who know no meaning, computed anew each time."""

from __future__ import annotations

from collections import Counter
from typing import Any

from explorer import Probe
from probes.rows import keep_good, read_rows
from probes.suites import Suite


def report(suite: Suite, probe: Probe, *, seed: int) -> dict[str, Any]:
    """Title, hypothesis, design, sources and licence; of each part the rows, phenomena, digest and baselines.

    The baselines are those of a run without any encoder. A part whose file is not the frozen one says `frozen: false`.

    Returns:
        JSON's own types.
    """
    changed = suite.changed()
    return {
        **suite.as_json(),
        "design": suite.design,
        "sources": suite.sources,
        "licence": suite.licence,
        "parts": {
            part: _part(suite, part, probe, seed) | {"frozen": part not in changed} for part in suite.files
        },
    }


def _part(suite: Suite, part: str, probe: Probe, seed: int) -> dict[str, Any]:
    file = read_rows(suite.files[part])
    keep_good(file, probe)
    found: dict[str, Any] = {
        "n": len(file.rows),
        "bad": [{"line": bad.line, "reason": bad.reason} for bad in file.bad],
        "sha256": file.sha256,
        "phenomena": dict(
            Counter(str(row.get("phenomenon") or row.get("category") or "–") for row in file.rows)
        ),
    }
    if file.rows:
        asked = probe.run(file.rows, [], seed=seed, progress=lambda _step: None)
        found |= {
            key: asked[key]
            for key in ("measure", "chance", "ceiling", "baselines", "strata")
            if asked.get(key) is not None
        }
    return found

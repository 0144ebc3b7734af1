"""Where output goes: results on stdout, everything else on stderr; with `--json` one document, no more.

While a `--json` command runs, file descriptor 1 is stderr: what a library prints cannot spoil the document.
"""

from __future__ import annotations

import dataclasses
import json
import math
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from rich.console import Console

BAR_WIDTH = 10
PLAIN_WIDTH = 160  # of tables in a file or a pipe, where no terminal says how wide it is
_reserved: list[int] = []
_emitted: list[bool] = []


def emit_json(data: object) -> None:
    """Write the one JSON document of a command to stdout, in UTF-8, whatever the locale.

    Raises:
        RuntimeError: a document was written before; a command gives exactly one.
    """
    document = json.dumps(plain(data), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    if not _reserved:
        sys.stdout.write(document)
        return
    if _emitted:
        raise RuntimeError("a command writes one JSON document")
    _emitted.append(True)
    payload = document.encode()
    while payload:
        payload = payload[os.write(_reserved[0], payload) :]


def has_emitted() -> bool:
    """Whether the JSON document of this command is out."""
    return bool(_emitted)


@contextmanager
def reserved_stdout() -> Iterator[None]:
    """Keep stdout for `emit_json`; prints of any library, Python's or native, go to stderr meanwhile."""
    sys.stdout.flush()
    python_stdout = sys.stdout
    _reserved.append(os.dup(1))
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    try:
        yield
    finally:
        sys.stdout = python_stdout
        os.dup2(_reserved[0], 1)
        os.close(_reserved.pop())
        _emitted.clear()


def plain(value: object) -> Any:
    """JSON's own types for records, arrays, paths, times, mappings; numbers not finite become null."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(entry) for entry in value]
    raise TypeError(f"no JSON for {type(value).__name__}")


@cache
def out() -> Console:
    """The console for results that a person reads; without colours where it is no terminal."""
    return _console(stderr=False)


@cache
def err() -> Console:
    """The console for progress, notes and errors."""
    return _console(stderr=True)


def bar(share: float, width: int = BAR_WIDTH) -> str:
    """A bar of `width` cells for a share in [0, 1]."""
    filled = round(max(0.0, min(1.0, share)) * width)
    return "█" * filled + "░" * (width - filled)


def number(value: float) -> str:
    """Two digits as the pages write them: .47, −.03, 1.00."""
    text = f"{abs(value):.2f}".removeprefix("0")
    return f"−{text}" if value < 0 and text != ".00" else text


def _console(*, stderr: bool) -> Console:
    from rich.console import Console

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a console that cannot show 汉字 shows ? rather than fail
            stream.reconfigure(errors="replace")
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else PLAIN_WIDTH
    return Console(stderr=stderr, highlight=False, soft_wrap=True, emoji=False, width=width)

"""What commands write: JSON that is pure, bars, numbers, progress."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from explorer import i18n
from explorer.cli import output
from explorer.cli.progress import LINE_EVERY, ProgressLine, duration, state_of
from explorer.errors import Cancelled
from explorer.types import Progress


@dataclass(frozen=True)
class Record:
    path: Path
    values: tuple[float, ...]


def test_plain_covers_what_records_hold() -> None:
    given = {
        "record": Record(Path("a/b"), (1.5, float("nan"), float("-inf"))),
        "array": np.array([[1, 2]], np.float32),
        "scalar": np.float32(0.5),
        "when": datetime(2026, 1, 2, tzinfo=UTC),
        "mapping": MappingProxyType({1: None}),
        "flag": True,
    }
    assert output.plain(given) == {
        "record": {"path": str(Path("a/b")), "values": [1.5, None, None]},
        "array": [[1.0, 2.0]],
        "scalar": 0.5,
        "when": "2026-01-02T00:00:00+00:00",
        "mapping": {"1": None},
        "flag": True,
    }
    with pytest.raises(TypeError, match="object"):
        output.plain(object())


def test_reserved_stdout_keeps_strangers_out(capfd: pytest.CaptureFixture[str]) -> None:
    with output.reserved_stdout():
        sys.stdout.write("a library prints\n")
        os.write(1, b"native code prints\n")
        output.emit_json({"词": "狗叫", "score": float("nan")})
        os.write(1, b"and again\n")
    sys.stdout.write("after\n")
    captured = capfd.readouterr()
    document, after = captured.out.rsplit("\n", 2)[0], captured.out.splitlines()[-1]
    assert json.loads(document) == {"词": "狗叫", "score": None}
    assert "狗叫" in document
    assert after == "after"
    assert {"a library prints", "native code prints", "and again"} <= set(captured.err.splitlines())


def test_a_second_document_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    with output.reserved_stdout():
        output.emit_json(1)
        with pytest.raises(RuntimeError, match="one JSON document"):
            output.emit_json(2)
    with output.reserved_stdout():
        output.emit_json(3)
    assert capfd.readouterr().out == "1\n3\n"


def test_a_large_document_passes_through_a_pipe(capfd: pytest.CaptureFixture[str]) -> None:
    with output.reserved_stdout():
        output.emit_json(["字" * 50_000] * 10)
    assert len(json.loads(capfd.readouterr().out)) == 10


@pytest.mark.parametrize(
    ("share", "drawn"), [(0.0, "░░░░"), (0.5, "██░░"), (1.0, "████"), (7.0, "████"), (-1.0, "░░░░")]
)
def test_bar(share: float, drawn: str) -> None:
    assert output.bar(share, 4) == drawn


@pytest.mark.parametrize(
    ("value", "text"), [(0.474, ".47"), (-0.031, "−.03"), (1.0, "1.00"), (-0.001, ".00"), (12.0, "12.00")]
)
def test_number(value: float, text: str) -> None:
    assert output.number(value) == text


def test_progress_in_both_languages() -> None:
    step = Progress(stage="items", done=1204, total=2106, seconds_left=119.0, note="dog.ogg")
    i18n.activate("en")
    assert state_of(step) == "1,204 of 2,106, about 2 min left · dog.ogg"
    i18n.activate("zh")
    assert state_of(step) == "1,204 / 2,106，约剩 2 分钟 · dog.ogg"
    i18n.activate(None)


@pytest.mark.parametrize(("seconds", "text"), [(0.2, "1 s"), (40, "40 s"), (89, "89 s"), (91, "2 min")])
def test_duration(seconds: float, text: str) -> None:
    i18n.activate("en")
    assert duration(seconds) == text
    i18n.activate(None)


def test_progress_without_a_terminal_is_a_line_now_and_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    i18n.activate("en")
    clock = [100.0]
    monkeypatch.setattr("explorer.cli.progress.time.monotonic", lambda: clock[0])
    with ProgressLine() as progress:
        for done in range(1, 101):
            progress(Progress(stage="items", done=done, total=100))
        clock[0] += LINE_EVERY + 1
        progress(Progress(stage="text-use", done=3, total=0))
        progress(Progress(stage="text-use", done=4, total=0))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == ["items: 1 of 100", "items: 100 of 100", "text-use: 3"]
    i18n.activate(None)


@pytest.mark.skipif(os.name != "posix", reason="signals to oneself")
def test_a_lost_ctrl_c_stops_the_work_at_its_next_step(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Thing:
        def __del__(self) -> None:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.2)

    monkeypatch.setattr("explorer.cli.progress.PATIENCE", 0.05)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with ProgressLine() as progress:
            thing = Thing()
            del thing  # Python drops what a finaliser raises
            time.sleep(0.1)
            with pytest.raises(Cancelled):
                progress(Progress(stage="items", done=2, total=9))
            progress(Progress(stage="items", done=3, total=9))  # said once
        assert "Traceback" not in capsys.readouterr().err
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)

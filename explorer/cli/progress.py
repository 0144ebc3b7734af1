"""Progress on stderr: a bar with the time left in a terminal, else a line now and then."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from explorer.cli import output
from explorer.i18n import _
from explorer.types import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

LINE_EVERY = 10.0  # seconds between lines where there is no terminal


class ProgressLine:
    """A callback for long work; a context manager that tidies the terminal afterwards."""

    def __init__(self) -> None:
        self._stage = ""
        self._last = 0.0
        self._bar: RichProgress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, step: Progress) -> None:
        """Show one step."""
        if output.err().is_terminal:
            self._draw(step)
            return
        ended = bool(step.total) and step.done >= step.total
        if step.stage != self._stage or ended or time.monotonic() - self._last > LINE_EVERY:
            self._stage, self._last = step.stage, time.monotonic()
            output.err().print(f"{step.stage}: {state_of(step)}" if step.stage else state_of(step))

    def _draw(self, step: Progress) -> None:
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as RichProgress

        if self._bar is None:
            columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[state]}")
            self._bar = RichProgress(*columns, console=output.err(), transient=True)
            self._bar.start()
        if self._task is None or step.stage != self._stage:
            self._stage = step.stage
            self._task = self._bar.add_task(step.stage, state="")
        total = step.total or None
        self._bar.update(
            self._task, completed=step.done, total=total, description=step.stage, state=state_of(step)
        )


def state_of(step: Progress) -> str:
    """`1,204 of 2,106, about 2 min left`, with the step's note."""
    done, total = (megabytes(n) if step.unit == "bytes" else f"{n:,}" for n in (step.done, step.total))
    text = _("{done} of {total}").format(done=done, total=total) if step.total else done
    unfinished = not step.total or step.done < step.total
    if step.seconds_left is not None and unfinished:
        text = _("{state}, about {time} left").format(state=text, time=duration(step.seconds_left))
    return f"{text} · {step.note}" if step.note else text


def megabytes(count: int) -> str:
    """A number of bytes in MB, one digit after the point: `31.7 MB`."""
    return f"{count / 1e6:,.1f} MB"


def duration(seconds: float) -> str:
    """`40 s` or `2 min`."""
    if seconds < 90:
        return _("{n} s").format(n=max(1, round(seconds)))
    return _("{n} min").format(n=round(seconds / 60))

"""Progress on stderr: a bar with the time left in a terminal, else a line now and then."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, Self

from explorer.cli import output
from explorer.errors import Cancelled
from explorer.i18n import _
from explorer.types import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

LINE_EVERY = 10.0  # seconds between lines where there is no terminal
PATIENCE = 1.0
"""Seconds after Ctrl-C in which the work should have stopped by itself."""


class ProgressLine:
    """A callback for long work; a context manager that tidies the terminal afterwards.

    Python loses a Ctrl-C that falls into a finaliser or a callback from C; so it is remembered here, and work that
    still goes on a moment later is stopped at its next step.
    """

    def __init__(self) -> None:
        self._stage = ""
        self._last = 0.0
        self._bar: RichProgress | None = None
        self._task: TaskID | None = None
        self._interrupted: float | None = None
        self._handler: Any = None
        self._tell_lost: Callable[[sys.UnraisableHookArgs], Any] = sys.unraisablehook

    def __enter__(self) -> Self:
        ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        if ours and threading.current_thread() is threading.main_thread():
            self._handler = signal.signal(signal.SIGINT, self._interrupt)
            self._tell_lost, sys.unraisablehook = sys.unraisablehook, self._lost
        return self

    def _lost(self, unraisable: sys.UnraisableHookArgs) -> None:
        """A lost Ctrl-C is no news: it is remembered. Python would print a traceback."""
        if not issubclass(unraisable.exc_type, KeyboardInterrupt):
            self._tell_lost(unraisable)

    def _interrupt(self, _number: int, _frame: FrameType | None) -> NoReturn:
        self._interrupted = time.monotonic()
        raise KeyboardInterrupt

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._handler is not None:
            signal.signal(signal.SIGINT, self._handler)
            sys.unraisablehook = self._tell_lost
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, step: Progress) -> None:
        """Show one step.

        Raises:
            Cancelled: Ctrl-C was pressed, and the work did not hear it.
        """
        if self._interrupted is not None and time.monotonic() - self._interrupted > PATIENCE:
            self._interrupted = None
            raise Cancelled(_("Stopped."))
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

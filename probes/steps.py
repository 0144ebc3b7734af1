"""The steps of a run: which condition of which judge, and about how long the rest takes."""

from __future__ import annotations

import time
from collections.abc import Callable

from explorer import Progress, translate


class Steps:
    """Tells each condition when it begins; the conditions that are left are taken to last as long as the last ones."""

    def __init__(self, progress: Callable[[Progress], None], total: int) -> None:
        self._progress = progress
        self._total = total
        self._times: list[float] = []

    def begin(self, judge: str, condition: str) -> None:
        """A condition begins: `stage` is the judge, `note` the condition.

        Raises:
            Cancelled: whoever is told wants the work to stop.
        """
        self._times.append(time.monotonic())
        done = len(self._times) - 1
        self._progress(
            Progress(stage=judge, done=done, total=self._total, seconds_left=self._left(done), note=condition)
        )

    def end(self) -> None:
        """All of them are asked."""
        self._progress(Progress(stage=translate("done"), done=self._total, total=self._total))

    def _left(self, done: int) -> float | None:
        recent = self._times[-4:]
        if len(recent) < 3:
            return None
        return (recent[-1] - recent[0]) / (len(recent) - 1) * (self._total - done)

"""Work that goes on beside the page, in a thread: how far it is, what it gave, why it failed; it can be stopped."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from explorer import i18n
from explorer.errors import Cancelled, ExplorerError, words_of
from explorer.i18n import _
from explorer.types import Progress
from store import StoreError

LOG = logging.getLogger("explorer.ui")
Tell = Callable[[Progress], None]


@dataclass
class Background:
    """Work in a thread: `done` ends it, `error` says why it failed, `result` holds what it gave."""

    stage: str = ""
    step: int = 0
    total: int = 0
    done: bool = False
    error: str = ""
    next_step: str = ""
    cancelled: bool = False
    result: Any = None
    began: float = field(default_factory=time.monotonic)
    seconds_left: float | None = None

    def tell(self, progress: Progress) -> None:
        """Take a step's progress.

        Raises:
            Cancelled: somebody has asked the work to stop.
        """
        if self.cancelled:
            raise Cancelled(_("Stopped."))
        self.stage, self.step, self.total = progress.stage, progress.done, progress.total
        self.seconds_left = progress.seconds_left

    def cancel(self) -> None:
        """Ask the work to stop at its next step."""
        self.cancelled = True


def in_background(name: str, job: Callable[[Tell], Any], work: Background | None = None) -> Background:
    """Start `job` in a thread, with the language of who asks; it is handed a function that takes its progress."""
    begun = Background() if work is None else work
    language = i18n.current()

    def run() -> None:
        i18n.activate(language)
        try:
            begun.result = job(begun.tell)
        except (ExplorerError, StoreError) as error:
            begun.error, begun.next_step = words_of(error)
        except Exception as error:  # a thread has nobody above it who would tell
            LOG.exception("%s failed", name)
            begun.error = type(error).__name__
        begun.done = True

    threading.Thread(target=run, daemon=True, name=name).start()
    return begun

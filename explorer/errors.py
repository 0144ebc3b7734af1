"""The project's errors: one root, few subclasses, each message a help.

Every message says what went wrong, which plugin or item it concerns, what would have been valid, and the
next step. A class maps to one exit code of the command line (`exit_code`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.i18n import _

if TYPE_CHECKING:
    from store import StoreError


class ExplorerError(Exception):
    """Root of all errors that the project raises on purpose.

    Args:
        message: one or two sentences for a person: what, which, and the valid choices.
        next_step: what to do now, usually a command; shown on a line of its own.
    """

    exit_code = 2

    def __init__(self, message: str, *, next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.message} {self.next_step}".strip()


class InputError(ExplorerError):
    """The user's input or arguments are not usable (exit code 2)."""


class RefusedContent(InputError):
    """One file or text is refused: broken, empty, too large, mislabelled, outside its folder.

    The ingest records it as a failed item and goes on.
    """


class MissingError(ExplorerError):
    """Something that can be brought is not there: weights, a workspace, an extra (exit code 3)."""

    exit_code = 3


class PluginError(ExplorerError):
    """A plugin broke its contract or failed; `plugin` names it (exit code 1)."""

    exit_code = 1

    def __init__(self, plugin: str, message: str, *, next_step: str = "") -> None:
        super().__init__(message, next_step=next_step)
        self.plugin = plugin


class Cancelled(ExplorerError):
    """The user stopped the work; what was done is kept (exit code 1)."""

    exit_code = 1


def words_of(error: ExplorerError | StoreError) -> tuple[str, str]:
    """Message and next step in the reader's language; the store itself speaks English."""
    if isinstance(error, ExplorerError):
        return error.message, error.next_step
    return _(error.template).format(**error.values), _(error.advice).format(
        **error.values
    ) if error.advice else ""


def one_line(error: BaseException) -> str:
    """A foreign exception in one line: its kind, and what it says."""
    text = " ".join(str(error).split())[:300]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__

"""What a failed command says: one or two lines on stderr, an exit code, with `--json` a document."""

from __future__ import annotations

import hashlib
import platform
import sys
import traceback
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from explorer.cli import output
from explorer.errors import ExplorerError, words_of
from explorer.i18n import _

USAGE_ERROR = 2
INTERRUPTED = 130
# typer's root of wrong usage; which module defines it depends on typer's version
ClickError: type[Exception] = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """A failed command: what to say, what to do next, and how to exit."""

    kind: str
    message: str
    exit_code: int
    next_step: str = ""
    code: str = ""

    def report(self, *, as_json: bool) -> int:
        """Tell the person, and with `as_json` the program; returns the exit code."""
        from rich.text import Text

        output.err().print(Text(self.message, style="red"))
        if self.next_step:
            output.err().print(Text(self.next_step))
        if as_json and not output.has_emitted():
            output.emit_json({"error": self})
        return self.exit_code


def describe(error: BaseException) -> Failure:
    """The failure that an exception means; an unexpected one is logged in the cache folder."""
    if isinstance(error, ExplorerError):
        return Failure(
            kind=type(error).__name__,
            message=error.message,
            next_step=error.next_step,
            exit_code=error.exit_code,
        )
    if isinstance(error, ClickError):
        return _usage(error)
    if isinstance(error, KeyboardInterrupt | typer.Abort):
        return Failure(kind="Interrupted", message=_("Stopped."), exit_code=INTERRUPTED)
    from store.errors import StoreError  # brings SQLAlchemy, which the cases above need not wait for

    if isinstance(error, StoreError):
        message, next_step = words_of(error)
        return Failure(
            kind=type(error).__name__,
            message=message,
            next_step=next_step,
            exit_code=ExplorerError.exit_code,
        )
    return _unexpected(error)


def _usage(error: Any) -> Failure:
    """Typer's own words are English; the frequent cases are said in the reader's language."""
    kind = type(error).__name__
    parameter = getattr(error, "param", None)
    name = _parameter_name(parameter) if parameter is not None else ""
    if kind == "NoArgsIsHelpError":
        message = _("Missing command.")
    elif kind == "NoSuchOption":
        message = _("There is no option {name}.").format(name=error.option_name)
    elif kind == "MissingParameter" and name:
        message = _("{name} is missing.").format(name=name)
    elif kind == "BadParameter" and name:
        message = _("{name} does not fit: {reason}").format(name=name, reason=error.message)
    else:
        message = error.format_message()
    command = error.ctx.command_path if getattr(error, "ctx", None) is not None else "explorer"
    return Failure(
        kind="UsageError",
        message=message,
        next_step=_("`{command} --help` lists what it takes.").format(command=command),
        exit_code=USAGE_ERROR,
    )


def _parameter_name(parameter: Any) -> str:
    """As the help writes it: `--image`, `PATH…`."""
    if parameter.param_type_name == "argument" and parameter.metavar:
        return str(parameter.metavar)
    return str(max(parameter.opts, key=len))


def _unexpected(error: BaseException) -> Failure:
    code = error_code(error)
    log = _write_log(error, code)
    return Failure(
        kind=type(error).__name__,
        code=code,
        message=_("This step failed and your data is untouched. Please report {code}.").format(code=code),
        next_step=_("Details: {path}").format(path=log) if log else "",
        exit_code=1,
    )


def error_code(error: BaseException) -> str:
    """A short name of a defect, the same each time: from the error's type and its way through the code."""
    frames = traceback.extract_tb(error.__traceback__)
    way = " ".join(f"{Path(frame.filename).name}:{frame.name}" for frame in frames)
    return "e-" + hashlib.sha256(f"{type(error).__name__} {way}".encode()).hexdigest()[:3]


def _write_log(error: BaseException, code: str) -> Path | None:
    """The traceback as a file in the cache folder; None where it cannot be written."""
    from explorer.assets import cache_dir

    when = datetime.now(UTC)
    path = cache_dir() / "logs" / f"{when:%Y%m%dT%H%M%S}-{code}.log"
    text = "".join(traceback.format_exception(error))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{when.isoformat()}\n{platform.platform()}, Python {sys.version}\n\n{text}", "utf-8")
    except OSError:
        return None
    return path

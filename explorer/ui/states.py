"""Empty, waiting and wrong: each said in one line, where it concerns, with what to do next."""

from __future__ import annotations

import html
import logging
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import streamlit as st

from explorer.errors import ExplorerError, words_of
from explorer.i18n import _
from explorer.ui import style
from store import StoreError

LOG = logging.getLogger("explorer.ui")


def empty(message: str, command: str = "", more: str = "") -> None:
    """Nothing here yet: a line, and the command that brings something."""
    code = f"<code>{html.escape(command)}</code>" if command else ""
    small = f"<small>{html.escape(more)}</small>" if more else ""
    st.html(f'<div class="si-empty">{style.LOGO}<p>{html.escape(message)}</p>{code}{small}</div>')


def waiting(message: str, share: float | None) -> None:
    """Something is under way: a line and a thin bar, which runs where nobody knows how far it is."""
    if share is None:
        fill = '<div class="fill si-runs"></div>'
    else:
        fill = f'<div class="fill" style="width:{max(3, min(100, round(share * 100)))}%"></div>'
    st.html(f'<div class="si-wait" role="status">{html.escape(message)}<div class="track">{fill}</div></div>')


def note(message: str) -> None:
    """A quiet line."""
    st.html(f'<div class="si-mute">{commands(message)}</div>')


def refusal(message: str, next_step: str = "") -> None:
    """What went wrong here, and what to do."""
    more = f"<div>{commands(next_step)}</div>" if next_step else ""
    st.html(f'<div class="si-error" role="alert"><b>{commands(message)}</b>{more}</div>')


def missing(message: str, next_step: str = "") -> None:
    """Something that can be brought is not there: no fault, so no red."""
    more = f"<div>{commands(next_step)}</div>" if next_step else ""
    st.html(f'<div class="si-missing" role="status"><b>{commands(message)}</b>{more}</div>')


def missing_all(errors: Sequence[ExplorerError]) -> None:
    """Several things that can be brought, each in a line with its command; the rest unfolds."""
    lines = []
    for error in errors:
        found = re.search(r"`([^`]+)`", error.next_step)
        code = f" <code>{html.escape(found[1])}</code>" if found else ""
        lines.append(
            f"<details><summary><b>{commands(error.message)}</b>{code}</summary>"
            f"<div>{commands(error.next_step)}</div></details>"
        )
    st.html(f'<div class="si-missing" role="status">{"".join(lines)}</div>')


def commands(text: str) -> str:
    """`text` as HTML, with what stands in backticks as code; nothing else in it is markup."""
    pieces = re.split(r"`([^`]+)`", text)
    return "".join(
        f"<code>{html.escape(piece)}</code>" if i % 2 else html.escape(piece)
        for i, piece in enumerate(pieces)
    )


@contextmanager
def guarded() -> Iterator[None]:
    """Errors of this section are shown here; the rest of the page stays. Unexpected ones get a number."""
    try:
        yield
    except (ExplorerError, StoreError) as error:
        refusal(*words_of(error))
    except Exception as error:
        if type(error).__module__.startswith("streamlit.runtime.scriptrunner"):
            raise  # a rerun or a stop is how Streamlit works
        code = f"e-{secrets.token_hex(2)}"
        LOG.exception("page error %s", code)
        refusal(
            _("This step failed and your data is untouched."), _("Please report {code}.").format(code=code)
        )

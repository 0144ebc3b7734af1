"""Empty, waiting and wrong: each said in one line, where it concerns, with what to do next."""

from __future__ import annotations

import html
import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from explorer.errors import ExplorerError, words_of
from explorer.i18n import _
from explorer.ui import style
from store import StoreError

LOG = logging.getLogger("explorer.ui")


def empty(message: str, command: str = "") -> None:
    """Nothing here yet: a line, and the command that brings something."""
    code = f"<br><code>{html.escape(command)}</code>" if command else ""
    st.html(f'<div class="si-empty">{style.LOGO}<br>{html.escape(message)}{code}</div>')


def waiting(message: str, share: float | None) -> None:
    """Something is under way: a line and a thin bar."""
    width = 100 if share is None else max(3, min(100, round(share * 100)))
    st.html(
        f'<div class="si-wait">{html.escape(message)}<div class="track">'
        f'<div class="fill" style="width:{width}%"></div></div></div>'
    )


def note(message: str) -> None:
    """A quiet line."""
    st.html(f'<div class="si-mute">{html.escape(message)}</div>')


def refusal(message: str, next_step: str = "") -> None:
    """What went wrong here, and what to do."""
    more = f"<br>{html.escape(next_step)}" if next_step else ""
    st.html(f'<div class="si-error" role="alert"><b>{html.escape(message)}</b>{more}</div>')


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

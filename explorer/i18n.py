"""The words of the program, in English and Chinese: one gettext catalogue with English source strings.

The language belongs to a context (`contextvars`), so that two people on one server read two languages. A
thread that was given none falls back to what the environment says (`detect`).
"""

from __future__ import annotations

import gettext as _gettext
import os
import sys
from collections.abc import Callable, Mapping
from contextvars import ContextVar, copy_context
from functools import lru_cache
from pathlib import Path
from typing import Literal, TypeVar

Language = Literal["en", "zh"]
T = TypeVar("T")

LANGUAGES: tuple[Language, ...] = ("en", "zh")
DOMAIN = "explorer"
LOCALE_FOLDER = Path(__file__).parent / "locale"

_LANG_ID_CHINESE = 0x04  # primary language id in Windows' LANGID
_active: ContextVar[Language | None] = ContextVar("explorer_language", default=None)


def activate(language: str | None) -> None:
    """Choose the language of this context: any tag (`zh`, `zh-Hans-CN`, `en_GB`); None undoes the choice.

    A language that has no catalogue becomes English. Streamlit gives each script run its own thread, so a
    page calls this at the start of each run.
    """
    _active.set(None if language is None else _nearest(language))


def current() -> Language:
    """The language of this context, else of the environment."""
    return _active.get() or detect()


def said_in(language: str, work: Callable[[], T]) -> T:
    """The result of `work`, its words in `language`; the caller's language stays as it is."""

    def speak() -> T:
        activate(language)
        return work()

    return copy_context().run(speak)


def detect(environ: Mapping[str, str] | None = None) -> Language:
    """The language the environment asks for: EXPLORER_LANG, then the locale, on Windows the UI language."""
    environ = os.environ if environ is None else environ
    for name in ("EXPLORER_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(name):
            return _nearest(environ[name])
    if sys.platform == "win32":  # pragma: no cover
        import ctypes

        language_id = ctypes.windll.kernel32.GetUserDefaultUILanguage()
        return "zh" if language_id & 0x3FF == _LANG_ID_CHINESE else "en"
    return "en"


def _(text: str) -> str:
    """`text` in the language of this context; the English text itself where no translation exists."""
    return _catalogue(current()).gettext(text)


def ngettext(singular: str, plural: str, n: int) -> str:
    """Like `_`, in the plural form that `n` asks for."""
    return _catalogue(current()).ngettext(singular, plural, n)


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for it
    """Mark a constant for the catalogue; it is translated later, by `_`, in the reader's language."""
    return text


def localise(titles: Mapping[str, str]) -> str:
    """The entry for this context's language, else the English one, else any; empty where there is none."""
    return titles.get(current()) or titles.get("en") or next(iter(titles.values()), "")


def _nearest(tag: str) -> Language:
    return "zh" if tag.strip().lower().startswith("zh") else "en"


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(language: Language) -> _gettext.NullTranslations:
    if language == "en":
        return _gettext.NullTranslations()
    return _gettext.translation(DOMAIN, LOCALE_FOLDER, [language], fallback=True)

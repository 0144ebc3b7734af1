"""Both languages: how one is chosen, and that the Chinese catalogue is whole."""

from __future__ import annotations

import ast
import gettext
import string
import threading
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from explorer import i18n

ROOT = Path(__file__).resolve().parents[1]
PO = i18n.LOCALE_FOLDER / "zh" / "LC_MESSAGES" / "explorer.po"


@pytest.fixture(autouse=True)
def no_language() -> Any:
    i18n.activate(None)
    yield
    i18n.activate(None)


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="zh")


def forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def keys_in_source() -> set[str]:
    found = set()
    keywords = {"_": None, "translate": None, "N_": None, "ngettext": (1, 2)}
    for source in ("explorer", "plugins", "probes", "store"):
        for _, _, message, _, _ in extract_from_dir(ROOT / source, [("**.py", "python")], keywords=keywords):
            found.add(forms(message)[0])
    for _, _, message, _, _ in extract_from_dir(ROOT, [("app.py", "python")], keywords=keywords):
        found.add(forms(message)[0])
    return found


def entries(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def test_every_key_is_translated_and_none_is_stale(catalogue: Catalog) -> None:
    translated = {forms(m.id)[0] for m in entries(catalogue) if all(forms(m.string)) and not m.fuzzy}
    source = keys_in_source()
    assert source - translated == set(), "keys without Chinese: run `make messages` and translate them"
    assert translated - source == set(), "keys that the source no longer uses: run `make messages`"


def test_no_key_hides_in_an_f_string() -> None:
    """The extractor does not look into f-strings: such a key would stay English for ever."""
    hidden = []
    for source in ("explorer", "plugins", "probes", "store"):
        for path in (ROOT / source).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            strings = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
            calls = [n for s in strings for n in ast.walk(s) if isinstance(n, ast.Call)]
            hidden += [f"{path}:{c.lineno}" for c in calls if getattr(c.func, "id", "") in ("_", "ngettext")]
    assert hidden == []


def test_translations_keep_the_placeholders(catalogue: Catalog) -> None:
    wrong = {}
    for message in entries(catalogue):
        expected = set().union(*map(placeholders, forms(message.id)))
        for form in forms(message.string):
            if placeholders(form) != expected:
                wrong[forms(message.id)[0]] = form
    assert not wrong


def test_translations_keep_commands_and_option_names(catalogue: Catalog) -> None:
    """What a reader types is the same in both languages."""
    wrong = {}
    for message in entries(catalogue):
        for command in (part for part in forms(message.id)[0].split("`")[1::2]):
            if not all(f"`{command}`" in form for form in forms(message.string)):
                wrong[forms(message.id)[0]] = forms(message.string)
    assert not wrong


def test_compiled_catalogue_is_the_written_one(catalogue: Catalog) -> None:
    compiled = gettext.translation(i18n.DOMAIN, i18n.LOCALE_FOLDER, ["zh"])
    for message in entries(catalogue):
        one, *plural = forms(message.id)
        if plural:
            assert compiled.ngettext(one, plural[0], 7) == forms(message.string)[0]
        else:
            assert compiled.gettext(one) == message.string
    count = sum(1 for key in compiled._catalog if key)  # type: ignore[attr-defined]
    assert count == len(entries(catalogue)), "run `make messages`: the .mo holds other keys than the .po"


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LC_MESSAGES": "zh_TW"}, "zh"),
        ({"LANG": "zh_CN", "LC_ALL": "zh_CN", "EXPLORER_LANG": "en"}, "en"),
        ({"LC_ALL": "", "LANG": "zh"}, "zh"),
    ],
)
def test_detect(environ: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n.sys, "platform", "linux")
    assert i18n.detect(environ) == language


@pytest.mark.parametrize(
    ("tag", "language"), [("zh-Hans-CN", "zh"), ("ZH", "zh"), ("en_GB", "en"), ("fr", "en")]
)
def test_activate_takes_any_tag(tag: str, language: str) -> None:
    i18n.activate(tag)
    assert i18n.current() == language


def test_each_thread_has_its_own_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_LANG", "en")
    i18n.activate("zh")
    seen: list[str] = []
    thread = threading.Thread(target=lambda: seen.append(i18n.current()))
    thread.start()
    thread.join()
    assert (seen, i18n.current()) == (["en"], "zh")


def test_strings_follow_the_language(catalogue: Catalog) -> None:
    message = next(m for m in entries(catalogue) if isinstance(m.id, str) and m.id != m.string)
    i18n.activate("zh")
    assert i18n._(message.id) == message.string
    i18n.activate("en")
    assert i18n._(message.id) == message.id
    assert i18n._("not in any catalogue") == "not in any catalogue"


def test_plural_forms() -> None:
    i18n.activate("en")
    assert i18n.ngettext("{n} dog", "{n} dogs", 1) == "{n} dog"
    assert i18n.ngettext("{n} dog", "{n} dogs", 0) == "{n} dogs"


def test_localise() -> None:
    i18n.activate("zh")
    assert i18n.localise({"zh": "狗", "en": "dog"}) == "狗"
    assert i18n.localise({"en": "dog", "de": "Hund"}) == "dog"
    assert i18n.localise({"de": "Hund"}) == "Hund"
    assert i18n.localise({}) == ""
    i18n.activate("en")
    assert i18n.localise({"zh": "狗", "en": "dog"}) == "dog"

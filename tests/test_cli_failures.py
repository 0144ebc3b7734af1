"""How commands fail: exit codes, words for people, a document for programs, a log instead of a traceback."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from explorer import i18n
from explorer.cli import main as cli
from explorer.cli.failures import error_code
from explorer.errors import Cancelled, InputError, MissingError, PluginError, RefusedContent
from store.errors import StoreError

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Run a command line in this process; gives exit code, stdout and stderr."""
    monkeypatch.setenv("EXPLORER_LANG", "en")
    monkeypatch.setenv("LANGUAGE", "en")
    monkeypatch.setenv("EXPLORER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "home"))

    def run(*args: str) -> tuple[int, str, str]:
        code = cli.main(args)
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    yield run
    i18n.activate(None)


def raising(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(_args: Any) -> int:
        raise error

    monkeypatch.setattr(cli, "_run", fail)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InputError("No such thing.", next_step="Try another."), 2),
        (RefusedContent("Refused a.png: it is empty."), 2),
        (MissingError("Weights are missing.", next_step="Run `explorer assets fetch x`."), 3),
        (PluginError("colour-words", "Encoder colour-words failed."), 1),
        (Cancelled("Stopped."), 1),
        (StoreError("The folder holds no workspace.", next_step="Give another."), 2),
        (KeyboardInterrupt(), 130),
    ],
    ids=lambda value: type(value).__name__,
)
def test_exit_codes_and_words(
    run: Run, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int
) -> None:
    raising(monkeypatch, error)
    status, out, err = run("items")
    assert (status, out) == (code, "")
    assert 1 <= len(err.splitlines()) <= 2
    assert "Traceback" not in err
    if isinstance(error, MissingError):
        assert err == "Weights are missing.\nRun `explorer assets fetch x`.\n"
    status, out, err = run("items", "--json")
    document = json.loads(out)
    assert list(document) == ["error"]
    assert document["error"]["exit_code"] == status == code
    assert document["error"]["message"] == err.splitlines()[0]


def test_an_unexpected_error_gets_a_code_and_a_log(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    raising(monkeypatch, ZeroDivisionError("secret detail"))
    status, out, err = run("items", "--json")
    error = json.loads(out)["error"]
    assert status == 1
    assert error["code"] in error["message"]
    assert "secret detail" not in err
    assert "Traceback" not in err
    (log,) = (tmp_path / "cache" / "logs").iterdir()
    assert str(log) in err
    assert error["code"] in log.name
    assert "ZeroDivisionError: secret detail" in log.read_text("utf-8")


def test_a_log_that_cannot_be_written_hides_nothing(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    raising(monkeypatch, ZeroDivisionError())
    status, _, err = run("items")
    assert status == 1
    assert "e-" in err


def test_error_code_names_the_defect_not_the_occasion() -> None:
    def one(text: str) -> None:
        raise ValueError(text)

    def other() -> None:
        raise ValueError("a")

    def code_of(call: Callable[[], None]) -> str:
        with pytest.raises(ValueError, match=r"[ab]") as caught:
            call()
        return error_code(caught.value)

    first, again = (code_of(lambda text=text: one(text)) for text in ("a", "b"))  # type: ignore[misc]
    assert first == again
    assert first != code_of(other)
    assert len(first) == 5


def test_a_failure_after_the_document_adds_no_second_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(_args: Any) -> int:
        cli.output.emit_json({"done": True})
        raise InputError("Too late.")

    monkeypatch.setattr(cli, "_run", half)
    status, out, err = run("items", "--json")
    assert (status, json.loads(out), err) == (2, {"done": True}, "Too late.\n")


def test_a_reader_that_leaves_is_no_failure(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    raising(monkeypatch, BrokenPipeError())
    assert run("items")[0] == 0


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["serach"], "No such command 'serach'. Did you mean 'search'?"),
        (["search", "x", "--kk"], "There is no option --kk."),
        (["search", "x", "-k", "0"], "-k does not fit: "),
        (["search", "x", "-k", "many"], "-k does not fit: "),
        (["search"], "Nothing is asked."),
        (["search", "  "], "Nothing is asked."),
        (["ingest"], "PATH… is missing."),
        (["ingest", "no/such/file"], "no/such/file"),
        (["items", "--workspace", "a\tb"], "cannot be the name of a workspace"),
    ],
)
def test_wrong_usage(run: Run, args: list[str], says: str) -> None:
    status, out, err = run(*args)
    assert (status, out) == (2, "")
    assert says in err
    assert len([line for line in err.splitlines() if not line.startswith("Plugin ")]) <= 2
    status, out, _ = run(*args, "--json")
    assert status == 2
    assert says in json.loads(out)["error"]["message"]


def test_a_group_without_a_command(run: Run) -> None:
    assert run("demo") == (2, "", "Missing command.\n`explorer demo --help` lists what it takes.\n")


def test_wrong_usage_in_chinese(run: Run) -> None:
    assert run("search", "--lang", "zh") == (
        2,
        "",
        "还没有问什么。\n写一段文字，或给 `--image FILE`、`--audio FILE`。\n",
    )
    assert run("search", "x", "--kk", "--lang=zh")[2].startswith("没有选项 --kk。")
    assert run("serach", "--lang", "zh")[2].startswith("没有命令 'serach'。\n")


def test_a_missing_workspace_names_the_command_that_brings_it(run: Run) -> None:
    status, _, err = run("items", "--workspace", "mine")
    assert status == 3
    assert "`explorer ingest PATH --workspace mine`" in err


@pytest.mark.parametrize("language", ["en", "zh"])
def test_help_is_in_the_language(run: Run, language: str) -> None:
    status, out, _ = run("search", "--help", "--lang", language)
    assert status == 0
    assert ("Find what is near" in out) == (language == "en")
    assert ("查找与一段文字" in out) == (language == "zh")
    assert ("Show this message" in out) == (language == "en")
    assert ("选项" in out) == (language == "zh")


def test_without_a_command_the_help(run: Run) -> None:
    status, out, _ = run()
    assert status == 0
    words = ("run", "demo", "ui", "ingest", "search", "items", "show", "rm", "plugins", "assets", "evaluate")
    assert all(f"  {command} " in out for command in words)


def test_version(run: Run) -> None:
    from explorer import __version__

    assert run("--version")[1].strip() == __version__

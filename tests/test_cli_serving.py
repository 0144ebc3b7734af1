"""The page's process: where it listens, what it is told, how it ends."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import psutil
import pytest

from explorer import i18n
from explorer.cli import serving
from explorer.errors import InputError


@pytest.fixture(autouse=True)
def english() -> object:
    i18n.activate("en")
    yield
    i18n.activate(None)


def test_every_option_is_one_of_streamlit() -> None:
    from streamlit import config

    given = {flag.partition("=")[0].removeprefix("--") for flag in serving._command(Path("app.py"), 8501)[5:]}
    assert given - set(config.get_config_options()) == set()


def test_the_page_is_private() -> None:
    flags = serving._command(Path("app.py"), 8501)
    assert {
        "--browser.gatherUsageStats=false",
        "--browser.serverAddress=127.0.0.1",
        "--server.address=127.0.0.1",
    } <= set(flags)


def test_a_taken_port_is_passed_over_or_refused() -> None:
    with socket.socket() as taken:
        taken.bind((serving.ADDRESS, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"Port {port} is taken"):
            serving._free_port(port)
    assert serving._free_port(port) == port
    assert serving.FIRST_PORT <= serving._free_port(None) < serving.FIRST_PORT + serving.PORTS_TRIED


def test_a_browser_is_only_opened_where_there_is_a_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving.sys, "platform", "linux")
    assert not serving._has_display({})
    assert serving._has_display({"DISPLAY": ":0"})
    assert serving._has_display({"WAYLAND_DISPLAY": "wayland-0"})
    monkeypatch.setattr(serving.sys, "platform", "win32")
    assert serving._has_display({})


@pytest.mark.skipif(os.name != "posix", reason="signals to another process")
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_the_page_opens_and_ends_cleanly(tmp_path: Path, ending: signal.Signals) -> None:
    """Without any network or weights, on an empty workspace."""
    environ = os.environ | {
        "EXPLORER_HOME": str(tmp_path / "home"),
        "EXPLORER_CACHE": str(tmp_path / "cache"),
        "EXPLORER_LANG": "en",
        "OMP_NUM_THREADS": "1",
    }
    (tmp_path / "a.txt").write_text("a dog barks\n")
    explorer = [sys.executable, "-c", "import sys; from explorer.cli.main import main; sys.exit(main())"]
    done = subprocess.run(
        [*explorer, "ingest", "a.txt", "-w", "mine", "--offline"], env=environ, cwd=tmp_path, check=False
    )
    assert done.returncode == 0
    command = [*explorer, "ui", "-w", "mine", "--offline", "--no-browser"]
    process = subprocess.Popen(command, env=environ, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        seen = []
        for line in process.stderr:
            seen.append(line)
            found = re.match(r"The page is at (http://127\.0\.0\.1:\d+)\. Ctrl-C stops it\.", line)
            if found:
                break
        else:
            pytest.fail("".join(seen))
        with urllib.request.urlopen(found[1], timeout=30) as page:
            assert page.status == 200
        children = psutil.Process(process.pid).children(recursive=True)
        listening = [c for child in children for c in child.net_connections("tcp") if c.status == "LISTEN"]
        assert {connection.laddr.ip for connection in listening} == {"127.0.0.1"}
        process.send_signal(ending)
        assert process.wait(30) == 0
        assert not any(child.is_running() and child.status() != "zombie" for child in children)
        assert "Traceback" not in process.stderr.read()
    finally:
        process.kill()
        process.wait()
        process.stderr.close()

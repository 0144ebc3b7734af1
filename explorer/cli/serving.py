"""Starts the page: Streamlit in a process of its own, on this machine's loopback address and nowhere else.

The page learns what to open from the environment: EXPLORER_WORKSPACE, EXPLORER_SPACE, EXPLORER_OFFLINE ("1"
or empty), EXPLORER_DEVICE, EXPLORER_LANG; and `?lang=` in its address says which language the command spoke.
"""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import webbrowser
from collections.abc import Mapping
from pathlib import Path

from explorer.cli.page_theme import theme_settings
from explorer.cli.session import note
from explorer.errors import InputError, MissingError, PluginError
from explorer.i18n import _, current

ADDRESS = "127.0.0.1"
FIRST_PORT = 8501
PORTS_TRIED = 50
START_LIMIT = 120.0  # seconds until the page must answer
# Left alone, Streamlit reports usage, asks an outside address for its own, and listens on all interfaces.
SETTINGS = {
    "browser.gatherUsageStats": "false",
    "browser.serverAddress": ADDRESS,
    "server.address": ADDRESS,
    "server.headless": "true",
    "server.showEmailPrompt": "false",
    "server.fileWatcherType": "none",
    "server.maxUploadSize": "256",  # past the limits of our own refusals, which speak the reader's language
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "logger.hideWelcomeMessage": "true",
    "logger.level": "warning",
}


def serve(
    workspace: str,
    *,
    space: str,
    offline: bool,
    device: str | None,
    port: int | None,
    browser: bool,
) -> int:
    """Run the page until it is stopped; returns an exit code.

    Raises:
        InputError: the wanted port is taken.
        MissingError: the page is not part of this installation.
        PluginError: the page did not start.
    """
    port = _free_port(port)
    environ = {
        **os.environ,
        "EXPLORER_WORKSPACE": workspace,
        "EXPLORER_SPACE": space,
        "EXPLORER_OFFLINE": "1" if offline else "",
        "EXPLORER_DEVICE": device or os.environ.get("EXPLORER_DEVICE", ""),
    }
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a polite kill ends the page, too
    process = subprocess.Popen(_command(app_path(), port), env=environ, stdout=sys.stderr)  # noqa: S603
    url = f"http://{ADDRESS}:{port}"
    try:
        _wait(process, url)
        note(_("The page is at {url}. Ctrl-C stops it.").format(url=url))
        if browser and _has_display(os.environ):
            webbrowser.open(f"{url}/?lang={current()}")
        return process.wait()
    except KeyboardInterrupt:
        return 0  # the way a page is meant to end
    finally:
        _stop(process)


def app_path() -> Path:
    """The packaged page.

    Raises:
        MissingError: it is not installed.
    """
    spec = importlib.util.find_spec("app")
    if spec is None or spec.origin is None:
        raise MissingError(
            _("The page app.py is not installed."), next_step=_("Run `pip install semantic-iceberg` again.")
        )
    return Path(spec.origin)


def _command(app: Path, port: int) -> list[str]:
    settings = {**SETTINGS, **theme_settings(), "server.port": str(port), "browser.serverPort": str(port)}
    flags = [f"--{name}={value}" for name, value in settings.items()]
    return [sys.executable, "-m", "streamlit", "run", str(app), *flags]


def _free_port(wanted: int | None) -> int:
    for port in [wanted] if wanted else range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
        with socket.socket() as probe:
            if (
                os.name == "posix"
            ):  # a port that has just been left is free; on Windows the flag means another thing
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((ADDRESS, port))
            except OSError:
                continue
            return port
    if wanted:
        raise InputError(
            _("Port {port} is taken.").format(port=wanted),
            next_step=_("Leave `--port` out to get a free one."),
        )
    raise InputError(
        _("No port from {first} on is free.").format(first=FIRST_PORT), next_step=_("Give one with `--port`.")
    )


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    """Until the page answers."""
    deadline = time.monotonic() + START_LIMIT
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):  # noqa: S310  # our own loopback address
                return
        except OSError:
            time.sleep(0.1)
    raise PluginError("app", _("The page did not start."), next_step=_("What Streamlit said stands above."))


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _has_display(environ: Mapping[str, str]) -> bool:
    """Whether a browser would open in a window: without one, `webbrowser` may start a text browser here."""
    if not sys.platform.startswith("linux"):
        return True
    return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))

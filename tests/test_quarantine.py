"""A plugin that breaks the contract is named and put aside; everything else goes on."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import typer
from fakes import Colours, Reader, Shade, Text, Words, basics, plugin

from explorer import (
    Collection,
    EncoderFamily,
    Projector,
    SourceItem,
    SpaceSpec,
    Workspace,
    hookimpl,
    i18n,
    registry,
)
from explorer.assets import AssetStore
from explorer.building import build_collection
from explorer.cli import main as cli
from explorer.encoding import EncoderPool
from explorer.registry import Registry, build_registry

Open = Callable[..., Workspace]


@pytest.fixture(autouse=True)
def isolated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    for name in ("HOME", "CACHE"):
        monkeypatch.setenv(f"EXPLORER_{name}", str(tmp_path / name.lower()))
    monkeypatch.setenv("EXPLORER_LANG", "en")
    i18n.activate("en")
    yield
    i18n.activate(None)


@pytest.fixture
def open_with(tmp_path: Path) -> Iterator[Open]:
    """Open a workspace whose only plugins are the given ones."""
    opened: list[Workspace] = []

    def open_with(space: str = "default", **plugins: Any) -> Workspace:
        found = build_registry(plugins)
        assert {name: info.reason for name, info in found.plugins.items() if info.reason} == {}
        pool = EncoderPool(found, AssetStore(tmp_path / "assets", offline=True), "cpu")
        path = tmp_path / f"w{len(opened)}"
        opened.append(Workspace.open(path, create=True, space=space, registry=found, pool=pool))
        return opened[-1]

    yield open_with
    for workspace in opened:
        workspace.close()


def greeting() -> typer.Typer:
    app = typer.Typer()

    @app.command("say")
    def say(name: str) -> None:
        print(f"hello {name}")  # noqa: T201

    @app.callback()
    def group() -> None:
        """Greets."""

    return app


def use(monkeypatch: pytest.MonkeyPatch, **plugins: Any) -> Registry:
    """Let the command line see these plugins only."""
    found = build_registry(plugins)
    monkeypatch.setattr(registry, "load_registry", lambda: found)
    return found


def fails(*_: Any) -> Any:
    raise RuntimeError("of the   plugin")


def leaves(*_: Any) -> Any:
    raise SystemExit(4)


def changed(kind: type, **attributes: Any) -> Any:
    """An instance of a class that declares other attributes."""
    return type(kind.__name__, (kind,), attributes)()


def misspelt() -> Any:
    @hookimpl
    def encodres() -> list[Any]:
        return []

    return SimpleNamespace(encodres=encodres)


def one_command(**options: Any) -> typer.Typer:
    app = typer.Typer()

    def command(what: str | int) -> None: ...  # no type that a command line knows

    app.command(**options)(command)
    app.command("second")(command)
    return app


BROKEN: dict[str, tuple[Any, list[str]]] = {
    "raises": (plugin(encoders=fails), ["hook encoders", "RuntimeError: of the plugin"]),
    "exits": (plugin(encoders=leaves), ["hook encoders", "SystemExit: 4"]),
    "raises while it is read": (
        plugin(encoders=lambda: (fails() for _ in "a")),
        ["hook encoders", "of the plugin"],
    ),
    "gives nothing": (plugin(encoders=None), ["hook encoders", "TypeError"]),
    "misspelt": (misspelt(), ["encodres", "Hooks are: collections, commands, encoders"]),
    "takes an argument": (
        SimpleNamespace(encoders=hookimpl(lambda colour: [])),
        ["colour", "Hooks are:"],
    ),
    "class": (
        plugin(encoders=[Words]),
        ["hook encoders gave the class Words", "expected Encoder or Transcriber"],
    ),
    "wrong kind": (plugin(modalities=[Words()]), ["hook modalities gave Words, expected Modality"]),
    "space as text": (plugin(spaces=["mine"]), ["hook spaces gave str, expected SpaceSpec"]),
    "no name": (plugin(encoders=[changed(Words, name=None)]), ["hook encoders", "None"]),
    "bad name": (plugin(encoders=[changed(Words, name="My Words")]), ["'My Words'", "lower-case"]),
    "taken": (plugin(encoders=[Words()]), ["hook encoders: the name words is taken by good"]),
    "twice": (plugin(modalities=[Shade(), Shade()]), ["the name shade is taken"]),
    "no revision": (plugin(encoders=[changed(Words, name="x", revision="")]), ["encoder x", "revision"]),
    "revision as a number": (
        plugin(encoders=[changed(Words, name="x", revision=2)]),
        ["encoder x", "revision", "2"],
    ),
    "zero dim": (plugin(encoders=[changed(Words, name="x", dim=0)]), ["encoder x", "dim"]),
    "negative dim": (plugin(encoders=[changed(Words, name="x", dim=-3)]), ["encoder x", "dim", "-3"]),
    "dim as text": (plugin(encoders=[changed(Words, name="x", dim="8")]), ["encoder x", "dim", "'8'"]),
    "no batch": (plugin(encoders=[changed(Words, name="x", batch_size=0)]), ["encoder x", "batch_size"]),
    "string modalities": (
        plugin(encoders=[changed(Words, name="x", modalities="text")]),
        ["encoder x: modalities must be a tuple of names, not 'text'"],
    ),
    "string modalities of a transcriber": (
        plugin(encoders=[changed(Reader, name="x", modalities="audio")]),
        ["transcriber x: modalities must be a tuple of names, not 'audio'"],
    ),
    "asset by name": (plugin(encoders=[changed(Words, name="x", assets=("w",))]), ["encoder x: assets"]),
    "command without a group": (plugin(commands=[("greet",)]), ["hook commands"]),
    "command as a function": (plugin(commands=[("greet", print)]), ["greet", "expected typer.Typer"]),
    "command of ours": (plugin(commands=[("search", greeting())]), ["the name search", "explorer itself"]),
    "command that cannot be built": (plugin(commands=[("greet", one_command())]), ["greet cannot be built"]),
}


@pytest.mark.parametrize("case", list(BROKEN))
def test_a_broken_plugin_is_named_and_everything_else_goes_on(
    case: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    broken, words = BROKEN[case]
    after = plugin(commands=[("hello", greeting())])
    use(monkeypatch, good=basics(Words()), broken=broken, zlast=after)
    assert cli.main(["plugins", "list", "--json"]) == 0
    listed = {entry["name"]: entry for entry in json.loads(capfd.readouterr().out)["plugins"]}
    assert {name: entry["on"] for name, entry in listed.items()} == {
        "good": True,
        "broken": False,
        "zlast": True,
    }
    for word in words:
        assert word in listed["broken"]["reason"]
    assert "\n" not in listed["broken"]["reason"]
    assert listed["broken"]["brings"] == {}
    assert listed["good"]["brings"]["encoders"] == ["words"]
    assert cli.main(["hello", "say", "you"]) == 0
    assert cli.main(["plugins", "list"]) == 0
    assert words[0] in capfd.readouterr().out


def test_all_of_a_plugin_or_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The good encoder of a plugin whose other one is broken stays out: half a plugin surprises."""
    half = plugin(encoders=[Colours(), changed(Words, name="x", dim=0)], modalities=[Shade()])
    found = build_registry({"half": half})
    assert (found.encoders, found.modalities, found.owners) == ({}, {}, {})
    assert found.plugins["half"].reason


def test_installed_plugins_that_cannot_be_imported(tmp_path: Path) -> None:
    """Real entry points, found beside the bundled ones, in a real process."""
    modules = {
        "explodes": "raise RuntimeError('at import')",
        "leaves_early": "import sys; sys.exit('no licence')",
        "lacks": "import a_package_that_nobody_has",
        "works": """
            from explorer import SpaceSpec, hookimpl
            @hookimpl
            def spaces():
                return [SpaceSpec(name="mine", anchor="text-use")]
        """,
        "twin": "",
    }
    for name, source in modules.items():
        (tmp_path / f"{name}.py").write_text(textwrap.dedent(source), "utf-8")
    points = [f"{name.replace('_', '-')} = {name}" for name in [*modules, "no_such_module"] if name != "twin"]
    announce(tmp_path, "strange", points)
    announce(tmp_path, "zweit", ["works = twin"])
    command = [sys.executable, "-c", "import sys; from explorer.cli.main import main; sys.exit(main())"]
    done = subprocess.run(
        [*command, "plugins", "list", "--json"], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**_environment(), "EXPLORER_LANG": "en"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    listed = {entry["name"]: entry for entry in json.loads(done.stdout)["plugins"]}
    reasons = {
        name: entry["reason"]
        for name, entry in listed.items()
        if entry["distribution"] in ("strange", "zweit")
    }
    assert "RuntimeError: at import" in reasons["explodes"]
    assert "SystemExit: no licence" in reasons["leaves-early"]
    assert "a_package_that_nobody_has" in reasons["lacks"]
    assert "no_such_module" in reasons["no-such-module"]
    assert sorted(str(reasons[name]) for name in reasons if name.startswith("works")) == [
        "None",
        "its name is taken by another plugin",
    ]
    assert listed["text-use"]["on"]


def announce(folder: Path, distribution: str, entry_points: Sequence[str]) -> None:
    info = folder / f"{distribution}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("\n".join(["[explorer.plugins]", *entry_points, ""]))


def _environment() -> dict[str, str]:
    import os

    return dict(os.environ)


def test_what_a_plugin_does_later_is_named_too(open_with: Open) -> None:
    """Not at start but while it works: a reader, a family, a space's texts, a collection, a projector."""

    class Torn(Collection):
        name = "torn"

        def items(self, assets: Mapping[str, Path]) -> Iterable[SourceItem]:
            yield SourceItem(text="one")
            fails()

    class Family(EncoderFamily):
        name = "family"

        def create(self, argument: str) -> Any:
            return fails() if argument == "x" else changed(Words, dim=0)

    class Blot(Projector):
        name = "blot"
        revision = "1"

        def fit(self, vectors: np.ndarray, seed: int) -> np.ndarray:
            return np.full((len(vectors), 2), np.nan, np.float32)

    unreadable = changed(Text, decode=fails)
    more = plugin(
        collections=[Torn()],
        projectors=[Blot()],
        encoders=[Family()],
        spaces=[SpaceSpec(name="bad-bank", anchor="words", bank=fails)],
    )
    base = plugin(
        modalities=[unreadable], encoders=[Words()], spaces=[SpaceSpec(name="default", anchor="words")]
    )
    workspace = open_with(base=base, more=more)
    report = workspace.ingest([SourceItem(modality="text", text="a", name="a.txt")])
    assert [(f.source, "RuntimeError: of the plugin" in f.reason) for f in report.refused] == [
        ("a.txt", True)
    ]
    for call, words in (
        (lambda: build_collection(workspace, "torn"), ["torn", "of the plugin"]),
        (lambda: workspace.registry.encoder("family:x"), ["family:x", "of the plugin"]),
        (lambda: workspace.registry.encoder("family:y"), ["family:y", "dim"]),
    ):
        with pytest.raises(Exception, match=".*".join(words)) as caught:
            call()
        assert type(caught.value).__name__ == "PluginError"
    spoilt = open_with("bad-bank", basics=basics(Words()), more=more)
    report = spoilt.ingest([SourceItem(text="a")])
    assert (report.added, report.vectors) == (1, 0)
    assert any("bad-bank" in note and "of the plugin" in note for note in report.notes)
    fine = open_with(basics=basics(Words()), more=more)
    fine.ingest([SourceItem(text=f"text {n}") for n in range(6)])
    with pytest.raises(Exception, match="Projection blot") as caught:
        fine.projection("blot")
    assert type(caught.value).__name__ == "PluginError"
    assert fine.projection("pca") is not None

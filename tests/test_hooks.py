"""The plugin contract: each hook through its public entry, and what becomes of a plugin that breaks the contract."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest
import typer
from fakes import Colours, Reader, Words, basics, plugin

from explorer import (
    Collection,
    EncoderFamily,
    Fact,
    InputError,
    KnowledgeSource,
    Page,
    PluginError,
    Probe,
    Projector,
    SourceItem,
    SpaceSpec,
    Subject,
    Workspace,
    i18n,
    registry,
)
from explorer.assets import AssetStore
from explorer.building import build_collection
from explorer.cli import main as cli
from explorer.encoding import EncoderPool
from explorer.knowledge import Import
from explorer.manager import hook_names
from explorer.registry import BUILT_IN_COMMANDS, Registry, build_registry

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


# -- each hook -----------------------------------------------------------------------------------------


def test_hook_modalities(open_with: Open, tmp_path: Path) -> None:
    """A modality of a plugin's own: files of it come in, and are decoded again from what is stored."""
    workspace = open_with(basics=basics(Words(), Colours()))
    report = workspace.ingest([SourceItem(modality="shade", data=b"\xf0 rest", name="bright.shade")])
    assert (report.added, report.refused, report.notes) == (1, [], [])
    (item,) = workspace.items("shade")
    assert workspace.content(item).data == 0xF0


def test_hook_encoders(open_with: Open) -> None:
    """An encoder, a transcriber and a family: all three bring contents into a space."""

    class Sizes(EncoderFamily):
        name = "sizes"

        def create(self, argument: str) -> Words:
            encoder = Words()
            encoder.name, encoder.dim = f"sizes:{argument}", int(argument)
            return encoder

    workspace = open_with(basics=basics(Words(), Reader()), more=plugin(encoders=[Sizes()]))
    workspace.ingest([SourceItem(text="a dog"), SourceItem(modality="shade", data=b"\x07", name="7.shade")])
    (hit,) = workspace.search("a dog", to=["text"]).results["text"]
    assert hit.similarity == pytest.approx(1)
    (hit,) = workspace.search("shade 7", to=["shade"]).results["shade"]
    assert (round(hit.similarity, 4), hit.why) == (1, "“shade 7”")
    other = open_with("sizes:5", basics=basics(), more=plugin(encoders=[Sizes()]))
    other.ingest([SourceItem(text="a dog")])
    assert other.search("a dog").vector.shape == (5,)


def test_hook_spaces(open_with: Open) -> None:
    """A space named by a plugin, centred by its own texts."""
    bank = ["one", "two", "three"]
    spec = SpaceSpec(name="centred", anchor="words", bank=lambda: bank)
    workspace = open_with("centred", basics=basics(Words()), more=plugin(spaces=[spec]))
    assert workspace.space.name == "centred"
    words = Words()
    plain = np.stack([words.encode_batch([SimpleNamespace(data=t)])[0] for t in ["a dog", *bank]])
    expected = plain[0] - plain[1:].mean(axis=0)
    expected /= np.linalg.norm(expected)
    np.testing.assert_allclose(workspace.space.embed_texts(["a dog"])[0], expected, atol=1e-6)


def test_hook_projectors(open_with: Open) -> None:
    class Corner(Projector):
        name = "corner"
        revision = "1"

        def fit(self, vectors: np.ndarray, seed: int) -> np.ndarray:
            return vectors[:, :2] + seed

    workspace = open_with(basics=basics(Words()), more=plugin(projectors=[Corner()]))
    workspace.ingest([SourceItem(text=f"text {n}") for n in range(6)])
    picture = workspace.projection("corner")
    _ids, vectors = workspace.map_vectors()
    assert picture is not None
    np.testing.assert_allclose(picture.coords, vectors[:, :2] + picture.seed, rtol=1e-6)
    with pytest.raises(InputError, match="pca, corner"):
        workspace.projection("other")


def test_hook_collections(open_with: Open) -> None:
    class Two(Collection):
        name = "two"

        def items(self, assets: Mapping[str, Path]) -> Iterable[SourceItem]:
            yield SourceItem(text="one")
            yield SourceItem(text="two")

    workspace = open_with(basics=basics(Words()), more=plugin(collections=[Two()]))
    assert build_collection(workspace, "two").added == 2
    assert [item.text for item in workspace.items()] == ["one", "two"]
    with pytest.raises(InputError, match="Collections: two"):
        build_collection(workspace, "three")


def test_hook_knowledge_sources(open_with: Open) -> None:
    """A source's facts come in under its name and licence; what is no fact, and a failure, are named."""

    class Bowls(KnowledgeSource):
        name = "bowls"
        licence = "CC0"

        def facts(self, assets: Mapping[str, Path]) -> Iterable[Any]:
            yield Fact(subject="碗", relation="UsedFor", object="吃饭")
            yield "碗"
            yield Fact(
                subject="bowl", relation="UsedFor", object="eating", language="en", licence="CC BY 4.0"
            )

    class Broken(Bowls):
        name = "broken"

        def facts(self, assets: Mapping[str, Path]) -> Iterable[Any]:
            yield Fact(subject="锅", relation="UsedFor", object="做饭")
            raise ZeroDivisionError

    workspace = open_with(basics=basics(Words()), more=plugin(knowledge_sources=[Bowls(), Broken()]))
    sources = workspace.registry.knowledge_sources
    report = Import(workspace.store).source(sources["bowls"], {})
    assert (report.added, [(r.line, r.reason) for r in report.reasons]) == (2, [(2, "not a Fact but str")])
    facts = workspace.store.iter_facts(sources=["bowls"])
    assert [(f.subject, f.licence) for f in facts] == [("碗", "CC0"), ("bowl", "CC BY 4.0")]
    with pytest.raises(PluginError, match="Knowledge source broken failed: ZeroDivisionError"):
        Import(workspace.store).source(sources["broken"], {})
    assert len(workspace.store.find_facts(sources=["broken"])) == 1


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


class Lengths(Probe):
    """Is the longer text called longer?"""

    name = "lengths"
    fields = ("long", "short")
    example: ClassVar[Mapping[str, Any]] = {"id": "1", "long": "abc", "short": "a"}

    def run(
        self,
        rows: Sequence[Mapping[str, Any]],
        subjects: Sequence[Subject],
        *,
        seed: int,
        progress: Callable[[Any], None],
    ) -> dict[str, Any]:
        right = [len(row["long"]) > len(row["short"]) for row in rows]
        return {
            "probe": self.name,
            "n": len(rows),
            "encoders": {s.name: {"right": sum(right)} for s in subjects},
        }


def test_hook_probes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    found = build_registry({"text": basics(), "lengths": plugin(probes=[Lengths()])})
    assert found.probes["lengths"].fields == ("long", "short")
    assert found.owners["probes", "lengths"] == "lengths"
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"id": "1", "long": "abc", "short": "a"}\n{"id": "2", "long": "a"}\n', encoding="utf-8")
    registry.load_registry().probes["lengths"] = Lengths()
    try:
        assert cli.main(["probe", "run", str(rows), "--json", "--offline"]) == 2
        assert "no short" in capfd.readouterr().err
        assert cli.main(["probe", "run", str(rows), "--json", "--offline", "--skip-bad"]) == 0
        assert json.loads(capfd.readouterr().out)["encoders"] == {"text-use": {"right": 1}}
    finally:
        del registry.load_registry().probes["lengths"]


def test_hook_pages() -> None:
    page = Page(name="colours", title={"en": "Colours"}, draw=lambda: None, group="make")
    found = build_registry({"colours": plugin(pages=[page])})
    assert found.pages == {"colours": page}
    assert found.owners["pages", "colours"] == "colours"
    for broken, reason in (
        (replace(page, group="elsewhere"), "group must be one of look, measure, make"),
        (replace(page, name="map"), "one of the explorer's own pages"),
        (replace(page, name="My Page"), "lower-case"),
        (replace(page, draw="page.py"), "draw must be a function"),
    ):
        assert reason in build_registry({"mine": plugin(pages=[broken])}).plugins["mine"].reason


def test_hook_commands(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    use(monkeypatch, greeter=plugin(commands=[("greet", greeting())]))
    assert cli.main(["greet", "say", "you"]) == 0
    assert capfd.readouterr().out == "hello you\n"
    assert cli.main(["--help"]) == 0
    assert "greet" in capfd.readouterr().out


def test_every_hook_has_its_test() -> None:
    assert [f"test_hook_{name}" for name in hook_names() if f"test_hook_{name}" not in globals()] == []


def test_the_built_in_commands_are_known() -> None:
    app = cli.build_app()
    names = [c.name for c in app.registered_commands] + [g.name for g in app.registered_groups]
    assert set(names) - set(registry.load_registry().commands) == set(BUILT_IN_COMMANDS)

"""The demo as a visitor meets it: what is in it, and that one modality finds another. Nothing is simulated."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from explorer import Workspace, i18n
from explorer.cli import main as cli

pytestmark = pytest.mark.timeout(1200)  # the first test builds the demo

DEMO = resources.files("plugins.demo")


@pytest.fixture
def demo(demo_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setenv("EXPLORER_HOME", str(demo_home))
    with Workspace.open("demo", offline=True) as workspace:
        yield workspace


@pytest.fixture
def search(
    demo_home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., list[dict[str, Any]]]]:
    """`explorer search … --to MODALITY --json` → the hits of that column."""
    monkeypatch.setenv("EXPLORER_HOME", str(demo_home))
    monkeypatch.setenv("EXPLORER_LANG", "en")

    def run(*args: str, to: str) -> list[dict[str, Any]]:
        capfd.readouterr()
        assert cli.main(["search", *args, "--to", to, "--json", "--offline"]) == 0
        hits: list[dict[str, Any]] = json.loads(capfd.readouterr().out)["results"][to]
        return hits

    yield run
    i18n.activate(None)


def table(name: str) -> list[dict[str, str]]:
    text = DEMO.joinpath(f"{name}.tsv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter="\t"))


def test_it_holds_what_it_promises(demo: Workspace) -> None:
    items = demo.items()
    spoken = [i for i in items if i.meta.get("spoken")]
    sounds = [i for i in items if i.modality == "audio" and not i.meta.get("spoken")]
    counts = Counter(i.modality for i in items)
    assert counts["image"] >= 1500
    assert len(sounds) >= 60
    assert len(spoken) >= 100
    assert {i.language for i in spoken} == {"zh", "en"}
    assert counts["text"] >= 400
    assert any(i.text and "吃食堂" in i.text for i in items if i.modality == "text")
    assert not demo.failures()


def test_every_item_has_a_licence_and_an_origin_and_names_in_two_languages(demo: Workspace) -> None:
    for item in demo.items():
        assert item.licence, item.name
        assert item.origin, item.name
        if item.text is None:
            assert {"zh", "en"} <= set(item.captions), item.name


def test_every_item_lies_in_the_space(demo: Workspace) -> None:
    for modality, count in demo.counts().items():
        ids, matrix, _members = demo.neighbours.vectors(modality)
        assert len(ids) == count
        assert abs((matrix**2).sum(axis=1) - 1).max() < 1e-3


def test_the_halves_are_drawn_by_whole_subgroups() -> None:
    halves: dict[str, set[str]] = {}
    for row in table("emoji"):
        halves.setdefault(row["subgroup"], set()).add(row["half"])
    assert all(len(half) == 1 for half in halves.values())
    shares = Counter(row["half"] for row in table("emoji"))
    assert 0.4 < shares["test"] / sum(shares.values()) < 0.6


def test_the_image_encoder_was_shown_nothing_of_the_test_half() -> None:
    from plugins.image_efficientnet import EfficientNetLite

    reference = EfficientNetLite().reference()
    assert reference is not None
    shown = {captions["en"] for captions in reference.captions}
    halves = {row["en"]: row["half"] for row in table("emoji")}
    assert {halves[name] for name in shown} == {"dev"}


def test_a_word_finds_a_bark(search: Callable[..., list[dict[str, Any]]]) -> None:
    first = search("狗叫", to="audio")[:3]
    assert any(hit["caption"] == "dog barking" and hit["view"] == "audio-yamnet" for hit in first)
    assert all(Path(hit["path"]).is_file() for hit in first)


def test_a_picture_of_a_cat_finds_a_cats_voice(
    search: Callable[..., list[dict[str, Any]]], demo: Workspace
) -> None:
    for code in ("1F408", "1F408-200D-2B1B"):
        item = next(i for i in demo.items("image") if i.name == f"{code}.svg")
        path = demo.media_path(item)
        hits = search("--image", str(path), to="audio")
        assert "cat meowing" in [hit["caption"] for hit in hits[:3]]


def test_a_spoken_wish_finds_the_noodles(search: Callable[..., list[dict[str, Any]]]) -> None:
    row = next(row for row in table("spoken") if row["text"].rstrip("。") == "我喜欢吃面条")
    clip = DEMO.joinpath(f"mandarin/{row['id']}.ogg")
    hits = search("--audio", str(clip), to="image")
    assert "steaming bowl" in [hit["caption"] for hit in hits[:10]]


def test_a_bark_finds_words_about_dogs_in_both_languages(
    search: Callable[..., list[dict[str, Any]]], demo: Workspace
) -> None:
    item = next(i for i in demo.items("audio") if i.captions["en"] == "dog barking")
    texts = [hit["caption"] for hit in search("--audio", str(demo.media_path(item)), to="text")[:10]]
    assert any("狗" in text for text in texts)
    assert any("dog" in text or "puppy" in text for text in texts)


def test_the_maps_are_there_at_once(demo: Workspace) -> None:
    for method in ("pca", "umap"):
        picture = demo.projection(method, only_kept=True)
        assert picture is not None, method
        assert len(picture.item_ids) == sum(demo.counts().values())

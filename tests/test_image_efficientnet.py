"""The picture encoder on its real weights: pictograms of the development half, and what company may not change."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer import Content, Explainer, LabelScorer, Space, decode_image, open_space
from explorer.assets import AssetStore
from explorer.registry import load_registry

NAME = "image-efficientnet"
# Code → a word of its label. All of the development half, and clear to a network that has learnt photographs.
WANTED = {
    "1F3BB": "violin",
    "1FA87": "maraca",
    "1F484": "lipstick",
    "1F97D": "glasses",
    "1F45A": "T-shirt",
    "1F577": "spider",
    "1FAB1": "nematode",
    "1F374": "spatula",
    "1F52A": "cleaver",
    "1FAB3": "beetle",
}


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Threads of several workers that wait for one another cost more than they bring."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def space() -> Space:
    return open_space(offline=True, device="cpu")


@pytest.fixture(scope="module")
def pictures() -> Path:
    demo = load_registry().collections["demo"]
    openmoji = next(asset for asset in demo.assets if asset.name == "openmoji")
    return AssetStore(offline=True).folder(openmoji) / "svg"


def development() -> list[dict[str, str]]:
    text = resources.files("plugins.demo").joinpath("emoji.tsv").read_text(encoding="utf-8")
    return [row for row in csv.DictReader(text.splitlines(), delimiter="\t") if row["half"] == "dev"]


def content(folder: Path, code: str) -> Content:
    picture = decode_image((folder / f"{code}.svg").read_bytes(), code)
    return Content(modality="image", data=picture, ref=code)


def plain(picture: Image.Image) -> Content:
    return Content(modality="image", data=picture.convert("RGBA"), ref="made")


def test_the_codes_are_of_the_development_half() -> None:
    assert set(WANTED) <= {row["code"] for row in development()}


def test_pictograms_are_explained(space: Space, pictures: Path) -> None:
    vectors = space.pool.encode(NAME, [content(pictures, code) for code in WANTED])
    encoder = space.pool.loaded(NAME)
    assert isinstance(encoder, Explainer)
    right = 0
    for vector, word in zip(vectors, WANTED.values(), strict=True):
        told = encoder.explain(vector, "en", 5)
        scores = [score for _label, score in told]
        assert len(told) == 5
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)
        right += any(word.lower() in label.lower() for label, _score in told)
    assert right >= 8
    chinese = [label for label, _score in encoder.explain(vectors[0], "zh", 5)]
    assert any("琴" in label for label in chinese)


def test_words_find_their_pictures_in_both_languages(space: Space, pictures: Path) -> None:
    rows = {row["code"]: row for row in development() if row["code"] in WANTED}
    found = np.stack([e.vector for e in space.embed_queries([content(pictures, code) for code in rows])])
    for language in ("zh", "en"):
        cosines = space.embed_texts([row[language] for row in rows.values()]) @ found.T
        places = 1 + (cosines > np.diag(cosines)[:, None]).sum(axis=1)
        assert np.median(places) <= 3  # chance: 5.5


def test_label_scores_are_weights(space: Space, pictures: Path) -> None:
    encoder = space.pool.loaded(NAME)
    assert isinstance(encoder, LabelScorer)
    vectors = space.pool.encode(NAME, [content(pictures, code) for code in list(WANTED)[:4]])
    weights = encoder.label_scores(vectors)
    assert weights.shape == (4, len(encoder.labels())) == (4, 1000)
    assert (weights >= 0).all()
    assert np.allclose(weights.sum(axis=1), 1, atol=1e-5)


def test_company_changes_nothing(space: Space, pictures: Path) -> None:
    codes = list(WANTED)[:5]
    contents = [content(pictures, code) for code in codes]
    contents += [plain(Image.new("RGB", size, "red")) for size in ((1, 1), (2000, 3), (3, 2000))]
    together = space.pool.encode(NAME, contents)
    scale = np.abs(together).max()
    for i, one in enumerate(contents):
        assert np.abs(space.pool.encode(NAME, [one])[0] - together[i]).max() < 1e-5 * scale
    assert np.abs(space.pool.encode(NAME, contents[::-1])[::-1] - together).max() < 1e-5 * scale
    assert (space.pool.encode(NAME, contents) == together).all()


def test_a_picture_is_never_mended_in_place(space: Space) -> None:
    picture = Image.new("RGBA", (30, 20), (0, 0, 0, 0))
    before = picture.tobytes()
    assert np.isfinite(space.pool.encode(NAME, [Content(modality="image", data=picture, ref="clear")])).all()
    assert picture.tobytes() == before


def test_what_cannot_be_seen_does_not_count(space: Space) -> None:
    """Colours under full transparency, which programs leave at random."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 255, (64, 64, 4), dtype=np.uint8)
    pixels[..., 3] = 0
    pixels[20:40, 20:40] = (200, 30, 30, 255)
    other = pixels.copy()
    other[pixels[..., 3] == 0, :3] = 0
    a, b = space.pool.encode(NAME, [plain(Image.fromarray(p)) for p in (pixels, other)])
    assert np.abs(a - b).max() < 1e-5 * np.abs(a).max()

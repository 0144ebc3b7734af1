"""The encoder `text-minilm` on its real weights: read from its folder alone, and always the same."""

from __future__ import annotations

import socket
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer import Content, MissingError
from explorer.assets import AssetStore
from explorer.encoding import EncoderPool
from explorer.registry import build_registry
from plugins import text_minilm

NAME = "text-minilm"
ROOT = Path(__file__).resolve().parents[1]
ODD = [
    "",
    " ",
    "\n",
    "\u200b",
    "🐕‍🦺" * 50,
    "a" * 10_000,
    "字" * 3_000,
    "\ufffd",
    "[MASK]",
    "\ud83d",
    "a\0b",
    "/tmp",
]

Encode = Callable[[list[str]], np.ndarray]


def pool_of(store: AssetStore) -> EncoderPool:
    registry = build_registry({NAME: text_minilm})
    assert registry.plugins[NAME].reason == ""
    return EncoderPool(registry, store, "cpu")


def contents(texts: list[str]) -> list[Content]:
    return [Content(modality="text", data=text, ref=repr(text[:20])) for text in texts]


@pytest.fixture(scope="module")
def encode() -> Encode:
    AssetStore().folder(text_minilm.ASSET)
    pool = pool_of(AssetStore(offline=True))

    def refuse(*_args: Any, **_options: Any) -> Any:
        raise AssertionError("the network was asked")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", refuse)
        patch.setattr(socket, "getaddrinfo", refuse)
        pool.loaded(NAME)
    return lambda texts: pool.encode(NAME, contents(texts))


def test_it_is_declared_by_entry_point_without_loading_anything() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["entry-points"]["explorer.plugins"][NAME] == "plugins.text_minilm"
    check = (
        "import sys; from plugins import text_minilm; (encoder,) = text_minilm.encoders(); "
        "assert (encoder.name, encoder.dim, encoder.modalities) == ('text-minilm', 384, ('text',)); "
        "assert encoder.licence == 'Apache-2.0' and set(encoder.title) == {'en', 'zh'}; "
        "assert not {'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", check], check=True, cwd=ROOT)


def test_the_folder_holds_the_pinned_files_and_no_code(encode: Encode) -> None:
    folder = AssetStore(offline=True).folder(text_minilm.ASSET)
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert found == {*text_minilm.MEMBERS, "asset.json"}
    assert AssetStore(offline=True).verify(text_minilm.ASSET) == []
    assert not [module for module in sys.modules if module.startswith("pyduck")]


def test_it_is_brought_only_where_it_is_asked_for(tmp_path: Path) -> None:
    assert text_minilm.ASSET.optional
    with pytest.raises(MissingError) as raised:
        pool_of(AssetStore(tmp_path, offline=True)).encode(NAME, contents(["dog"]))
    assert "explorer assets fetch minilm-l6" in raised.value.next_step


def test_vectors_have_unit_length_and_the_declared_shape(encode: Encode) -> None:
    vectors = encode(["A dog is barking.", "狗在叫。", *ODD])
    assert vectors.shape == (2 + len(ODD), 384)
    assert vectors.dtype == np.float32
    assert np.isfinite(vectors).all()
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_company_changes_nothing(encode: Encode) -> None:
    """Alone, among others of other lengths, in another order, across the border of batches, and again."""
    texts = ["A dog is barking.", "狗在叫。", "word " * 300, ".", "🐕", ""] + [f"x y {n}" for n in range(40)]
    together = encode(texts)
    for i in (0, 1, 2, 3, 4, 5, 6, 45):
        assert np.abs(encode([texts[i]])[0] - together[i]).max() < 1e-5
    assert np.abs(encode(texts[::-1])[::-1] - together).max() < 1e-5
    assert (encode(texts) == together).all()


@pytest.mark.parametrize(
    ("text", "near", "far"),
    [
        ("a man is eating food", "somebody is having a meal", "a man is driving a car"),
        ("The meeting was put off.", "They postponed the meeting.", "The soup is too hot."),
        ("puppy", "dog", "violin"),
    ],
)
def test_a_paraphrase_is_nearer_than_another_topic(encode: Encode, text: str, near: str, far: str) -> None:
    a, b, c = encode([text, near, far])
    assert a @ b > a @ c + 0.2


def test_a_long_text_is_cut_where_the_model_ends(encode: Encode) -> None:
    a, b, c = encode(["dog " * 300 + "violin", "dog " * 300 + "train", "dog " * 200 + "train"])
    assert (a == b).all()
    assert (a != c).any()


def test_it_computes_in_one_thread_and_gives_the_others_back(
    encode: Encode, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch
    from sentence_transformers import SentenceTransformer

    found: list[int] = []
    whole = SentenceTransformer.encode

    def counted(*args: Any, **options: Any) -> Any:
        found.append(torch.get_num_threads())
        return whole(*args, **options)

    monkeypatch.setattr(SentenceTransformer, "encode", counted)
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        encode(["dog"])
        assert (found, torch.get_num_threads()) == ([1], 2)
    finally:
        torch.set_num_threads(before)

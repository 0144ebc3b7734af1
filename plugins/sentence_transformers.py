"""Encoder family `sentence-transformers:NAME_OR_FOLDER`: any model of a hub or a local folder.

The model itself says which modalities it takes (text, image, audio, video), so a CLIP, Chinese-CLIP, SigLIP, CLAP or
omni-modal model gives a space in which all of them are native. No remote code is ever run, no pickle is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer import (
    Content,
    Encoder,
    EncoderFamily,
    FloatArray,
    MissingError,
    folder_digest,
    hookimpl,
    translate,
)

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

FAMILY = "sentence-transformers"
TAKEN = ("text", "image", "audio", "video")


class SentenceTransformers(EncoderFamily):
    """Models for the library sentence-transformers (Reimers & Gurevych 2019)."""

    name = FAMILY
    title = {"en": "Any sentence-transformers model", "zh": "任意 sentence-transformers 模型"}
    licence = "the model's own"

    def create(self, argument: str) -> Encoder:
        """Read the model named `argument`, a folder or a hub name; its dimension and modalities are its own."""
        return HubModel(argument, _read(argument))


class HubModel(Encoder):
    """One model. `revision` is the hub's commit, or a digest of the folder's files."""

    licence = "the model's own"
    batch_size = 16

    def __init__(self, argument: str, model: SentenceTransformer) -> None:
        self.name = f"{FAMILY}:{argument}"
        self.revision = _revision(argument, model)
        self.modalities = tuple(m for m in TAKEN if m in _modalities(model))
        self.dim = int(model.get_embedding_dimension() or 0) or _measured_dim(model)
        self._model: Any = model

    def load(self, assets: Mapping[str, Path], device: str) -> None:
        """Move the model to its device; half precision on cuda."""
        self._model.to(device).eval()
        if device.startswith("cuda"):
            self._model.half()

    def encode_batch(self, contents: Sequence[Content]) -> FloatArray:
        """(n, dim) float32; of several modalities too, though the library takes one a call."""
        vectors = np.zeros((len(contents), self.dim), np.float32)
        for modality in {content.modality for content in contents}:
            rows = [i for i, content in enumerate(contents) if content.modality == modality]
            for part in [rows] if modality in ("text", "image") else [[i] for i in rows]:
                with _same_draws():
                    vectors[part] = self._model.encode(
                        [as_input(contents[i]) for i in part],
                        batch_size=len(part),
                        convert_to_numpy=True,
                        show_progress_bar=False,
                    )
        return vectors


@contextmanager
def _same_draws() -> Iterator[None]:
    """CLAP's preprocessing draws the stretch of a long sound that it takes, from numpy's global generator.

    Seeded for each sound, the same sound always gives the same vector, whatever its company.
    """
    state = np.random.get_state()  # the generator that the libraries use
    np.random.seed(0)
    try:
        yield
    finally:
        np.random.set_state(state)


def as_input(content: Content) -> Any:
    """What the library takes. Text is wrapped, since a bare string that looks like a path would be opened."""
    if content.modality == "text":
        return {"text": content.data}
    if content.modality == "image":
        return {"image": _on_white(content.data)}
    if content.modality == "audio":
        return {"audio": {"array": content.data.samples, "sampling_rate": content.data.rate}}
    return {content.modality: content.data}


def _on_white(image: Any) -> Any:
    from PIL import Image

    ground = Image.new("RGBA", image.size, (255, 255, 255, 255))
    ground.alpha_composite(image)
    return ground.convert("RGB")


def _read(argument: str) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer

    try:
        return SentenceTransformer(
            argument, device="cpu", trust_remote_code=False, model_kwargs={"use_safetensors": True}
        )
    except Exception as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise MissingError(
            translate("The model {name} cannot be read: {reason}.").format(
                name=argument, reason=reason.rstrip(".")
            ),
            next_step=translate(
                "Give a folder saved by sentence-transformers, or a hub name while the hub can be reached; "
                "weights must be safetensors."
            ),
        ) from None


def _modalities(model: SentenceTransformer) -> Sequence[str]:
    found = getattr(model, "modalities", None) or ["text"]
    return [str(modality) for modality in found]


def _measured_dim(model: SentenceTransformer) -> int:
    """CLIP-like models do not say their dimension: encode one word."""
    return int(np.asarray(model.encode([{"text": "word"}], show_progress_bar=False)).shape[1])


def _revision(argument: str, model: SentenceTransformer) -> str:
    folder = Path(argument)
    if not folder.is_dir():
        card = getattr(model, "model_card_data", None)
        return str(getattr(card, "base_model_revision", None) or "hub")
    return folder_digest(folder)


@hookimpl
def encoders() -> list[EncoderFamily]:
    """The family."""
    return [SentenceTransformers()]

"""What is examined: encoders by name, and the controls that know nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from explorer import (
    Content,
    FloatArray,
    InputError,
    PluginError,
    Progress,
    Space,
    load_registry,
    open_space,
    translate,
)

RANDOM = "random"
FINGERPRINT = ("张三吃食堂。", "A dog barks.", "1")
"""Texts whose vectors tell one set of weights from another."""


@dataclass(kw_only=True)
class Encoding:
    """An encoder as a subject; texts are embedded once."""

    name: str
    space: Space
    progress: Callable[[Progress], None] = lambda _step: None
    _kept: dict[str, FloatArray] = field(default_factory=dict)

    def vectors(self, texts: Sequence[str]) -> FloatArray:
        """(n, dim) float32, unit rows.

        Raises:
            MissingError: its weights or packages are absent.
            PluginError: it gave rubbish, or a vector without direction.
        """
        new = [text for text in dict.fromkeys(texts) if text not in self._kept]
        size = 256
        for start in range(0, len(new), size):
            part = new[start : start + size]
            contents = [Content(modality="text", data=text, ref=text[:40]) for text in part]
            rows = self.space.pool.encode(self.space.spec.anchor, contents)
            lengths = np.linalg.norm(rows, axis=1, keepdims=True)
            if not lengths.all():
                raise PluginError(
                    self.name,
                    translate("Encoder {name} gave a vector without direction for {text}.").format(
                        name=self.name, text=repr(part[int(np.argmin(lengths))][:40])
                    ),
                )
            self._kept.update(zip(part, (rows / lengths).astype(np.float32), strict=True))
            self.progress(Progress(stage=self.name, done=start + len(part), total=len(new)))
        return np.stack([self._kept[text] for text in texts])

    def card(self) -> dict[str, object]:
        """Who this is: revision, dimension, licence, pins of its weights, fingerprint of what it computes."""
        encoder = self.space.anchor
        rows = np.round(self.vectors(FINGERPRINT).astype(np.float64), 3) + 0.0
        return {
            "revision": encoder.revision,
            "dim": encoder.dim,
            "licence": encoder.licence,
            "weights": {
                asset.name: {member.save_as: member.sha256 for member in asset.members}
                for asset in encoder.assets
            },
            "fingerprint": hashlib.sha256(rows.astype("<f8").tobytes()).hexdigest()[:16],
            "device": self.space.pool.device,
        }


@dataclass(kw_only=True)
class Random:
    """The control of an encoder without knowledge: each text has a random direction, always the same."""

    name: str = RANDOM
    seed: int = 0
    dim: int = 512

    def vectors(self, texts: Sequence[str]) -> FloatArray:
        """(n, dim) float32, unit rows."""
        rows = np.stack([self._one(text) for text in texts])
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)

    def _one(self, text: str) -> FloatArray:
        digest = hashlib.sha256(f"{self.seed}\0{text}".encode()).digest()
        random = np.random.default_rng(np.frombuffer(digest, np.uint32))
        drawn: FloatArray = random.standard_normal(self.dim, dtype=np.float32)
        return drawn


def open_subjects(
    names: Sequence[str],
    *,
    offline: bool = False,
    device: str | None = None,
    progress: Callable[[Progress], None] = lambda _step: None,
) -> list[Encoding]:
    """The encoders of `names`, each once, sharing one pool; their weights are read when first needed.

    Raises:
        InputError: no such encoder, or it takes no texts.
    """
    first = open_space(offline=offline, device=device, progress=progress)
    registry = load_registry()
    found = []
    for name in dict.fromkeys(names):
        encoder = registry.encoder(name)
        if "text" not in encoder.modalities:
            raise InputError(
                translate("Encoder {name} takes {takes}, not texts.").format(
                    name=name, takes=", ".join(encoder.modalities)
                )
            )
        found.append(Encoding(name=name, space=Space(registry.space(name), first.pool), progress=progress))
    return found

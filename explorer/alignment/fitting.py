"""Fits the alignments of a space from fixed data, once, and keeps them as safetensors in the cache.

The digest of everything that goes in names the file: anchor, bank, labels, reference and method version. A
changed class name or another anchor can therefore never meet a stale matrix.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explorer.alignment.base import Alignment, Centred, unit
from explorer.alignment.label_bridge import Declared, LabelBridge, declared, fit_label_bridge
from explorer.alignment.memory import Memory
from explorer.assets import cache_dir
from explorer.encoding import EncoderPool
from explorer.errors import ExplorerError, PluginError, one_line
from explorer.i18n import _
from explorer.protocols import Encoder, LabelScorer
from explorer.types import Content, FloatArray, Reference, SpaceSpec

METHOD_VERSION = "2"


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """Mean cosine of a caption with its own item (`match`) and with any other (`chance`), on development data."""

    match: float = 1.0
    chance: float = 0.0

    def score(self, cosine: FloatArray) -> FloatArray:
        """0 for a random item, 1 for a typical match: comparable across members of a space."""
        scaled: FloatArray = (cosine - self.chance) / max(self.match - self.chance, 1e-3)
        return scaled


class SpaceFitter:
    """Alignments and calibrations of one space, each fitted at most once."""

    def __init__(self, spec: SpaceSpec, anchor: Encoder, pool: EncoderPool) -> None:
        self._spec = spec
        self._anchor = anchor
        self._pool = pool
        self._bank: list[str] | None = None
        self._native: Centred | None = None
        self._bridges: dict[str, tuple[LabelBridge, Calibration]] = {}
        self._text_calibration: Calibration | None = None
        self._declared: dict[str, Declared] = {}

    def alignment(self, kind: str, name: str) -> Alignment:
        """The alignment of a member; for transcripts it is the anchor's own."""
        return self._bridge(name)[0] if kind == "label-bridge" else self._centred()

    def calibration(self, kind: str, name: str) -> Calibration:
        """The calibration of a member."""
        return self._bridge(name)[1] if kind == "label-bridge" else self._texts()

    def digest(self, kind: str, name: str) -> str:
        """Of everything that the alignment of a member is made from."""
        parts: list[object] = [METHOD_VERSION, self._anchor.name, self._anchor.revision, self._bank_texts()]
        if kind == "label-bridge":
            parts.extend(self._scorer_parts(name))
        return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:20]

    def _centred(self) -> Centred:
        if self._native is None:
            mean = np.zeros(self._anchor.dim, np.float32)
            if self._bank_texts():
                saved = self._kept(
                    f"centre-{self.digest('native', self._spec.anchor)}",
                    lambda: {"mean": unit(self._encode(self._bank_texts())).mean(axis=0)},
                )
                mean = saved["mean"]
            self._native = Centred(mean=mean)
        return self._native

    def _bridge(self, name: str) -> tuple[LabelBridge, Calibration]:
        if name not in self._bridges:
            scorer = self._scorer(name)
            reference = self._ask(name).reference
            # captions move no vector, so they are not in the digest; but the calibration comes from them
            captions = _digest_of([dict(c) for c in reference.captions] if reference is not None else [])
            saved = self._kept(
                f"bridge-{name}-{self.digest('label-bridge', name)}-{captions}",
                lambda: self._fit_bridge(scorer),
            )
            memory = None
            if "keys" in saved:
                memory = Memory(centre=saved["centre"], keys=saved["keys"], values=saved["values"])
            bridge = LabelBridge(
                scorer=scorer, prototypes=saved["prototypes"], mean=saved["mean"], memory=memory
            )
            match, chance = (float(v) for v in saved["calibration"])
            self._bridges[name] = bridge, Calibration(match=match, chance=chance)
        return self._bridges[name]

    def _fit_bridge(self, scorer: LabelScorer) -> dict[str, FloatArray]:
        bridge = fit_label_bridge(scorer, self._embed)
        reference = declared(scorer).reference
        calibration = np.array([1.0, 0.0], np.float32)
        if reference is not None:
            items = bridge.place_reference(reference)
            figures = [
                _match_and_chance(self._embed(captions), items[rows])
                for captions, rows in _captions_by_language(reference)
            ]
            calibration = np.mean(np.array(figures, np.float32), axis=0)
        fitted = {"prototypes": bridge.prototypes, "mean": bridge.mean, "calibration": calibration}
        if bridge.memory is not None:
            memory = bridge.memory
            fitted |= {"centre": memory.centre, "keys": memory.keys, "values": memory.values}
        return fitted

    def _texts(self) -> Calibration:
        """Of text against text: the captions of the reference sets in one language against another."""
        if self._text_calibration is None:
            pairs = sorted(set(self._translations()))
            if not pairs:
                self._text_calibration = Calibration()
            else:
                saved = self._kept(
                    f"text-{self.digest('native', self._spec.anchor)}-{_digest_of(pairs)}",
                    lambda: {
                        "calibration": np.array(
                            _match_and_chance(
                                self._embed([a for a, _b in pairs]), self._embed([b for _a, b in pairs])
                            ),
                            np.float32,
                        )
                    },
                )
                match, chance = (float(v) for v in saved["calibration"])
                self._text_calibration = Calibration(match=match, chance=chance)
        return self._text_calibration

    def _translations(self) -> list[tuple[str, str]]:
        pairs: list[tuple[str, str]] = []
        for name, encoder in self._pool.registry.encoders.items():
            if not isinstance(encoder, LabelScorer):
                continue
            try:
                reference = self._ask(name).reference
            except ExplorerError:  # a broken classifier must not spoil the texts
                continue
            for captions in reference.captions if reference is not None else ():
                values = list(captions.values())
                if len(values) > 1:
                    pairs.append((values[0], values[1]))
        return pairs

    def _scorer(self, name: str) -> LabelScorer:
        scorer = self._pool.registry.encoders[name]
        assert isinstance(scorer, LabelScorer)  # noqa: S101  # members of kind label-bridge are
        return scorer

    def _scorer_parts(self, name: str) -> list[object]:
        offered = self._ask(name)
        reference = offered.reference
        labels = [
            [{k: list(v) for k, v in part.items()} for part in (label.names, label.broader)]
            for label in offered.labels
        ]
        shown: list[object] = []
        if reference is not None:
            shown = [hashlib.sha256(reference.scores.tobytes()).hexdigest()]
            if reference.vectors is not None:  # then the captions are values of the memory
                shown.append(hashlib.sha256(reference.vectors.tobytes()).hexdigest())
                shown.append([dict(captions) for captions in reference.captions])
        return [name, self._pool.registry.encoders[name].revision, labels, shown]

    def _ask(self, name: str) -> Declared:
        """Labels and reference set of a member, asked once; a broken one is noted in the pool."""
        if name not in self._declared:
            try:
                self._declared[name] = declared(self._scorer(name))
            except PluginError as error:
                self._pool.condemn(name, error)
                raise
        return self._declared[name]

    def _bank_texts(self) -> list[str]:
        if self._bank is None:
            try:
                self._bank = [str(text) for text in self._spec.bank()] if self._spec.bank is not None else []
            except Exception as error:
                raise PluginError(
                    self._spec.name,
                    _("The texts of space {name} cannot be had: {reason}.").format(
                        name=self._spec.name, reason=one_line(error)
                    ),
                ) from error
        return self._bank

    def _encode(self, texts: Sequence[str]) -> FloatArray:
        contents = [Content(modality="text", data=text, ref=text[:40]) for text in texts]
        return self._pool.encode(self._spec.anchor, contents)

    def _embed(self, texts: Sequence[str]) -> FloatArray:
        return self._centred().transform(self._encode(texts))

    @staticmethod
    def _kept(name: str, fit: object) -> dict[str, FloatArray]:
        """Read the arrays kept under `name`, or fit and keep them (written beside, then renamed)."""
        from safetensors.numpy import load_file, save_file

        path = cache_dir() / "alignments" / f"{name}.safetensors"
        if path.exists():
            try:
                kept: dict[str, FloatArray] = load_file(path)
            except Exception:  # damaged on disk: fit it again
                path.unlink(missing_ok=True)
            else:
                return kept
        assert callable(fit)  # noqa: S101
        arrays = {key: np.ascontiguousarray(value, np.float32) for key, value in fit().items()}
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = _beside(path)
        save_file(arrays, beside)
        beside.replace(path)
        return arrays


def _beside(path: Path) -> Path:
    import os
    import threading

    return path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.tmp")


def _match_and_chance(a: FloatArray, b: FloatArray) -> tuple[float, float]:
    """Mean cosine on the diagonal, and off it; rows of `a` and `b` belong together."""
    cosines = a @ b.T
    n = len(a)
    diagonal = float(np.trace(cosines))
    return diagonal / n, (float(cosines.sum()) - diagonal) / max(n * (n - 1), 1)


def _captions_by_language(reference: Reference) -> list[tuple[list[str], list[int]]]:
    languages = sorted({language for captions in reference.captions for language in captions})
    found = []
    for language in languages:
        rows = [i for i, captions in enumerate(reference.captions) if language in captions]
        found.append(([reference.captions[i][language] for i in rows], rows))
    return found


def _digest_of(parts: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:20]

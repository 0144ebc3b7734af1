"""What is examined: encoders by name, and the controls that know nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np

from explorer import (
    Content,
    FloatArray,
    InputError,
    PluginError,
    Progress,
    Space,
    TokenScorer,
    TokenScores,
    load_registry,
    open_space,
    translate,
)
from probes.cache import VectorCache, cache_for, weights_of

RANDOM = "random"
FINGERPRINT = ("张三吃食堂。", "A dog barks.", "1")
"""Texts whose vectors tell one set of weights from another."""


@dataclass(kw_only=True)
class Encoding:
    """An encoder as a subject; texts are embedded once, and with a `cache` never again in later runs."""

    name: str
    space: Space
    cache: VectorCache | None = None
    progress: Callable[[Progress], None] = lambda _step: None
    _kept: dict[str, FloatArray] = field(default_factory=dict)
    _members: set[str] = field(default_factory=set)

    def vectors(self, texts: Sequence[str]) -> FloatArray:
        """(n, dim) float32, unit rows.

        Raises:
            MissingError: its weights or packages are absent.
            PluginError: it gave rubbish, or a vector without direction.
        """
        new = [text for text in dict.fromkeys(texts) if text not in self._kept]
        if new and self.cache is not None:
            self._kept.update(self.cache.get(new))
            new = [text for text in new if text not in self._kept]
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
            made = dict(zip(part, (rows / lengths).astype(np.float32), strict=True))
            self._kept.update(made)
            if self.cache is not None:
                self.cache.put(made)
            self.progress(Progress(stage=self.name, done=start + len(part), total=len(new)))
        rows = np.stack([self._kept[text] for text in texts])
        if self.space.spec.bank is None:
            return rows
        return self.space.alignment(self.space.spec.anchor).transform(
            rows
        )  # centred, as the space has its texts

    def media_vectors(self, contents: Sequence[Content]) -> FloatArray:
        """(n, dim) float32, unit rows: as queries of the space, each alone, so that none depends on another.

        Raises:
            InputError: the space has no member for such a modality.
            MissingError: the weights of the members it has are absent.
        """
        found = [self.space.embed_query(content) for content in contents]
        self._members |= {each.member.name for each in found}
        return np.stack([each.vector for each in found])

    def card(self) -> dict[str, object]:
        """Who this is: revision, dimension, licence, pins of its weights, fingerprint of what it computes."""
        encoder = self.space.anchor
        rows = np.round(self.vectors(FINGERPRINT).astype(np.float64), 3) + 0.0
        card: dict[str, object] = {
            "revision": encoder.revision,
            "dim": encoder.dim,
            "licence": encoder.licence,
            "weights": weights_of(encoder),
            "fingerprint": hashlib.sha256(rows.astype("<f8").tobytes()).hexdigest()[:16],
            "device": self.space.pool.device,
        }
        if self._members:
            card["media"] = {name: self._member_card(name) for name in sorted(self._members)}
        return card

    def _member_card(self, name: str) -> dict[str, object]:
        """By which member media came in: revision, weights, and a digest of what brings its vectors into the space."""
        member = self.space.members[name]
        registry = self.space.pool.registry
        loadable = registry.transcribers.get(name) or registry.encoder(name)
        return {
            "kind": member.kind,
            "revision": member.revision,
            "weights": weights_of(loadable),
            "alignment": self.space.alignment_digest(name),
        }


@runtime_checkable
class Likelihoods(Protocol):
    """A subject that says how likely texts are, token by token."""

    @property
    def name(self) -> str:
        """Under which its figures stand."""
        ...

    def token_scores(self, texts: Sequence[str]) -> list[TokenScores]:
        """One a text, in the given order."""
        ...


class LanguageModel(Encoding):
    """An encoder that is a language model."""

    def token_scores(self, texts: Sequence[str]) -> list[TokenScores]:
        """One a text.

        Raises:
            PluginError: it gave rubbish.
            RefusedContent: a text is too long for it.
        """
        found: list[TokenScores] = []
        for start in range(0, len(texts), 32):
            part = [Content(modality="text", data=text, ref=text[:40]) for text in texts[start : start + 32]]
            found += self.space.pool.score_tokens(self.space.spec.anchor, part)
            self.progress(Progress(stage=self.name, done=len(found), total=len(texts)))
        return found


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


@dataclass(frozen=True, kw_only=True)
class WordForm:
    """The control that knows the form of a text alone: counts of its character n-grams, of one to three characters.

    The subwords of Bojanowski et al. (2017) before anything was learned of them, hashed to a fixed number of columns.
    """

    name: str = "word_form"
    dim: int = 4096

    def vectors(self, texts: Sequence[str]) -> FloatArray:
        """(n, dim) float32, unit rows."""
        from sklearn.feature_extraction.text import HashingVectorizer

        counter = HashingVectorizer(
            analyzer="char", ngram_range=(1, 3), n_features=self.dim, alternate_sign=False
        )
        return np.asarray(counter.transform(texts).toarray(), np.float32)


def open_subjects(
    names: Sequence[str],
    *,
    offline: bool = False,
    device: str | None = None,
    cache: bool = True,
    progress: Callable[[Progress], None] = lambda _step: None,
) -> list[Encoding]:
    """The encoders or spaces of `names`, each once, sharing one pool; their weights are read when first needed.

    Args:
        cache: take vectors that an earlier run kept, and keep those of this one.

    Raises:
        InputError: no such encoder, or it takes no texts.
    """
    first = open_space(offline=offline, device=device, progress=progress)
    registry = load_registry()
    found: list[Encoding] = []
    for name in dict.fromkeys(names):
        spec = registry.spaces.get(name, None)
        encoder = registry.encoder(name if spec is None else spec.anchor)
        if "text" not in encoder.modalities:
            raise InputError(
                translate("Encoder {name} takes {takes}, not texts.").format(
                    name=name, takes=", ".join(encoder.modalities)
                )
            )
        kind = LanguageModel if isinstance(encoder, TokenScorer) else Encoding
        found.append(
            kind(
                name=name,
                space=Space(spec or registry.space(name), first.pool),
                cache=cache_for(encoder) if cache else None,
                progress=progress,
            )
        )
    return found

"""Encoder family `language-model:NAME_OR_FOLDER`: any masked or causal language model of the library transformers.

It says how likely each token of a text is, which probes of minimal pairs ask; its vectors are the mean of its last
hidden states, so that it is a text encoder too. The weights must be safetensors; no remote code is ever run, no pickle
is read, and a model without a trained head over tokens is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np

from explorer import (
    Content,
    Encoder,
    EncoderFamily,
    FloatArray,
    MissingError,
    RefusedContent,
    TokenScores,
    folder_digest,
    hookimpl,
    translate,
)

FAMILY = "language-model"
Kind = Literal["masked", "causal"]
HEADS: Mapping[str, Kind] = {
    "ForMaskedLM": "masked",
    "WithLMHeadModel": "masked",  # XLM, Flaubert
    "ForPreTraining": "masked",  # BERT's own checkpoints have the head over tokens beside another
    "ForCausalLM": "causal",
    "LMHeadModel": "causal",  # GPT-2
}
"""How the name of a model's class ends → how it was trained; the first that fits."""
NUMBERS = 2e7
"""Numbers that the head may give at once: sentences × tokens × vocabulary."""


class LanguageModels(EncoderFamily):
    """Models for the library transformers (Wolf et al. 2020)."""

    name = FAMILY
    title = {"en": "Any masked or causal language model", "zh": "任意掩码或因果语言模型"}
    licence = "the model's own"

    def create(self, argument: str) -> Encoder:
        """Read the model named `argument`, a folder or a hub name; its config says masked or causal."""
        return LanguageModel(argument, *_read(argument))


class LanguageModel(Encoder):
    """One model. `revision` is the hub's commit, or a digest of the folder's files."""

    licence = "the model's own"
    modalities = ("text",)
    batch_size = 16

    def __init__(self, argument: str, kind: Kind, model: Any, tokenizer: Any) -> None:
        self.name = f"{FAMILY}:{argument}"
        self.kind: Kind = kind
        self.revision = _revision(argument, model)
        self.dim = int(model.config.get_text_config().hidden_size)
        self._model = model
        self._tokenizer = tokenizer
        self._longest = _longest(model, tokenizer)

    def load(self, assets: Mapping[str, Path], device: str) -> None:
        """Move the model to its device; full precision everywhere, so that likelihoods agree."""
        self._model.to(device).float().eval()

    def encode_batch(self, contents: Sequence[Content]) -> FloatArray:
        """(n, dim) float32, the mean of the last hidden states; what is longer than the model takes is cut."""
        import torch

        texts = [str(content.data) for content in contents]
        given = self._tokenizer(texts, truncation=True, max_length=self._longest)
        rows = [ids or [self._filler()] for ids in given["input_ids"]]
        ids, mask = self._padded(rows)
        with torch.inference_mode():
            states = self._model.base_model(input_ids=ids, attention_mask=mask).last_hidden_state
        weights = mask.unsqueeze(-1).to(states.dtype)
        mean = (states * weights).sum(dim=1) / weights.sum(dim=1)
        return np.asarray(mean.float().cpu().numpy(), np.float32)

    def score_tokens(self, contents: Sequence[Content]) -> list[TokenScores]:
        """Each text's tokens with their log-probabilities.

        A causal model: log p(token | those before it), after the mark of beginning where the model has one, else
        without the first token (summed as for BLiMP, Warstadt et al. 2020). A masked model: each token masked in turn,
        given the others (pseudo-log-likelihood, Salazar et al. 2020), with the rest of its word masked too (Kauf and
        Ivanova 2023).

        Raises:
            RefusedContent: a text has more tokens than the model takes.
        """
        return [self._scored(content) for content in contents]

    def _scored(self, content: Content) -> TokenScores:
        text = str(content.data)
        given = self._tokenizer(
            text, add_special_tokens=self.kind == "masked", return_offsets_mapping=True, truncation=False
        )
        ids: list[int] = list(given["input_ids"])
        spans: list[tuple[int, int]] = [(int(a), int(b)) for a, b in given["offset_mapping"]]
        begin = self._begin()
        if self.kind == "causal" and begin is not None:
            ids, spans = [begin, *ids], [(0, 0), *spans]
        if len(ids) > self._longest:
            raise RefusedContent(
                translate("Refused {name}: {n} tokens are more than the {most} that {model} takes.").format(
                    name=content.ref, n=len(ids), most=self._longest, model=self.name
                )
            )
        if self.kind == "causal":
            places = list(range(1, len(ids)))
            logs = self._causal(ids) if places else np.zeros(0)
        else:
            special = self._tokenizer.get_special_tokens_mask(ids, already_has_special_tokens=True)
            unknown = (
                self._tokenizer.unk_token_id
            )  # no mark of beginning or end, though the library calls it special
            places = [i for i, mark in enumerate(special) if not mark or ids[i] == unknown]
            words = _words(text, given.word_ids(), spans)
            logs = self._masked(ids, places, words) if places else np.zeros(0)
        return TokenScores(logs=logs, spans=[spans[i] for i in places])

    def _causal(self, ids: list[int]) -> np.ndarray[Any, np.dtype[np.float64]]:
        """(t − 1,) log-probabilities of all tokens but the first."""
        import torch

        row = torch.tensor([ids], device=self._model.device)
        with torch.inference_mode():
            logits = self._model(input_ids=row).logits[0, :-1]
            found = torch.log_softmax(logits.double(), dim=-1).gather(1, row[0, 1:, None])[:, 0]
        return np.asarray(found.cpu().numpy(), np.float64)

    def _masked(
        self, ids: list[int], places: list[int], words: list[int | None]
    ) -> np.ndarray[Any, np.dtype[np.float64]]:
        """(len(places),) log-probability of each place's token, it and the rest of its word being masked."""
        import torch

        row = torch.tensor(ids, device=self._model.device)
        copies = row.repeat(len(places), 1)
        for copy, place in zip(copies, places, strict=True):
            for later in range(place, len(ids)):
                if later == place or (words[later] is not None and words[later] == words[place]):
                    copy[later] = self._tokenizer.mask_token_id
        at = torch.tensor(places, device=self._model.device)
        size = max(1, int(NUMBERS // (len(ids) * self._model.config.vocab_size)))
        parts = []
        with torch.inference_mode():
            for start in range(0, len(places), size):
                some = at[start : start + size]
                logits = self._model(input_ids=copies[start : start + size]).logits
                own = torch.log_softmax(logits[torch.arange(len(some)), some].double(), dim=-1)
                parts.append(own.gather(1, row[some, None])[:, 0])
        return np.asarray(torch.cat(parts).cpu().numpy(), np.float64)

    def _begin(self) -> int | None:
        """The mark of beginning that a causal text is scored after: its own, else that of an end (GPT-2)."""
        own = self._tokenizer.bos_token_id
        found = own if own is not None else self._tokenizer.eos_token_id
        return None if found is None else int(found)

    def _filler(self) -> int:
        """A token for what must not be empty or must be filled up; nothing attends to it beside others."""
        names = ("pad_token_id", "bos_token_id", "eos_token_id", "unk_token_id")
        return next((int(v) for name in names if (v := getattr(self._tokenizer, name)) is not None), 0)

    def _padded(self, rows: list[list[int]]) -> tuple[Any, Any]:
        import torch

        width = max(len(row) for row in rows)
        ids = torch.full((len(rows), width), self._filler())
        mask = torch.zeros((len(rows), width), dtype=torch.long)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = torch.tensor(row)
            mask[i, : len(row)] = 1
        return ids.to(self._model.device), mask.to(self._model.device)


def _words(text: str, told: Sequence[int | None], spans: Sequence[tuple[int, int]]) -> list[int | None]:
    """Which word each token belongs to; None for marks.

    Where a script has no spaces, tokenizers take a whole sentence for one word: there each token is a word of its own.
    """
    found: list[int | None] = []
    word = -1
    for i, number in enumerate(told):
        if number is None:
            found.append(None)
            continue
        start = spans[i][0]
        goes_on = i > 0 and told[i - 1] == number
        if not goes_on or any(_spaceless(c) for c in text[max(0, start - 1) : start + 1]):
            word += 1
        found.append(word)
    return found


def _spaceless(c: str) -> bool:
    """Han, kana, Thai and other scripts that write words without spaces between them."""
    return (
        "\u0e00" <= c <= "\u0eff"
        or "\u1000" <= c <= "\u109f"
        or "\u3040" <= c <= "\u9fff"
        or c >= "\U00020000"
    )


def _read(argument: str) -> tuple[Kind, Any, Any]:
    """(kind, model, tokenizer), on the CPU.

    Raises:
        MissingError: none of that name is within reach, or it is no language model.
    """
    import transformers

    safe: dict[str, Any] = {"trust_remote_code": False, "local_files_only": Path(argument).is_dir()}
    try:
        with _quiet():
            config = transformers.AutoConfig.from_pretrained(argument, **safe)
            kind = _kind(config)
            auto: Any = (
                transformers.AutoModelForMaskedLM if kind == "masked" else transformers.AutoModelForCausalLM
            )
            model, loading = auto.from_pretrained(
                argument, use_safetensors=True, output_loading_info=True, **safe
            )
            tokenizer = transformers.AutoTokenizer.from_pretrained(argument, use_fast=True, **safe)
        reason = _lacking(kind, loading, tokenizer)
    except Exception as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
    if reason:
        raise MissingError(
            translate("The model {name} cannot be read: {reason}.").format(
                name=argument, reason=reason.rstrip(".")
            ),
            next_step=translate(
                "Give a masked or causal language model: a folder saved by transformers, or a hub name while the hub "
                "can be reached; weights must be safetensors."
            ),
        ) from None
    return kind, model, tokenizer


def _kind(config: Any) -> Kind:
    """Masked or causal, as the config names the class of the model.

    Raises:
        ValueError: the class has no head over tokens.
    """
    names = [str(name) for name in config.architectures or ()]
    for name in names:
        for ending, kind in HEADS.items():
            if name.endswith(ending):
                return kind
    raise ValueError(
        translate("its config names no head over tokens ({names})").format(names=", ".join(names) or "–")
    )


def _lacking(kind: Kind, loading: Mapping[str, Any], tokenizer: Any) -> str:
    """What a readable model lacks: without trained weights of the head its likelihoods would be random."""
    missing = sorted(loading.get("missing_keys") or ())
    if missing:
        return translate("its weights lack {names}").format(names=", ".join(missing[:3]))
    if not tokenizer.is_fast:
        return translate("its tokenizer does not say where tokens stand")
    if kind == "masked" and tokenizer.mask_token_id is None:
        return translate("its tokenizer has no mask")
    return ""


def _longest(model: Any, tokenizer: Any) -> int:
    """Tokens that the model takes at once; RoBERTa's kind keeps the first places for padding."""
    places = int(getattr(model.config.get_text_config(), "max_position_embeddings", 0) or 10**6)
    if model.config.model_type in ("roberta", "xlm-roberta", "camembert"):
        places -= int(model.config.pad_token_id or 0) + 1
    return min(places, int(tokenizer.model_max_length))


def _revision(argument: str, model: Any) -> str:
    folder = Path(argument)
    if not folder.is_dir():
        return str(getattr(model.config, "_commit_hash", None) or "hub")
    return folder_digest(folder)


@contextmanager
def _quiet() -> Iterator[None]:
    """Reading a model tells much that is no message to a user."""
    from transformers.utils import logging

    told: Any = logging  # partly typed
    level, bars = told.get_verbosity(), told.is_progress_bar_enabled()
    told.set_verbosity_error()
    told.disable_progress_bar()
    try:
        yield
    finally:
        told.set_verbosity(level)
        if bars:
            told.enable_progress_bar()


@hookimpl
def encoders() -> list[EncoderFamily]:
    """The family."""
    return [LanguageModels()]

"""Tiny language models made on the spot: random weights, or a few seconds of training on sentences."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

SMALL = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}


def masked_folder(folder: Path, texts: Sequence[str], *, steps: int = 0) -> Path:
    """A BERT that spells: a token a character."""
    import torch
    from transformers import BertConfig, BertForMaskedLM, BertTokenizer

    characters = sorted({c for text in texts for c in text.lower() if not c.isspace()})
    pieces = [*characters, *(f"##{c}" for c in characters)]
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *pieces]
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    torch.manual_seed(0)
    model = BertForMaskedLM(BertConfig(vocab_size=len(words), max_position_embeddings=64, **SMALL))
    tokenizer = BertTokenizer(str(folder / "vocab.txt"))
    if steps:
        _train(model, lambda: _hidden(tokenizer, texts), steps)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def causal_folder(folder: Path, texts: Sequence[str], *, steps: int = 0) -> Path:
    """A GPT-2 that spells: a token a character."""
    import torch
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers
    from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

    characters = sorted({c for text in texts for c in text})
    vocabulary = {word: i for i, word in enumerate(["<s>", "<unk>", *characters])}
    spelling = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    spelling.pre_tokenizer = pre_tokenizers.Split(Regex("."), "isolated")
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=spelling, bos_token="<s>", unk_token="<unk>")
    torch.manual_seed(0)
    model = GPT2LMHeadModel(
        GPT2Config(
            vocab_size=len(vocabulary),
            n_positions=64,
            n_embd=32,
            n_layer=2,
            n_head=2,
            bos_token_id=0,
            eos_token_id=0,
        )
    )
    if steps:
        rows = torch.tensor([[0, *tokenizer(text)["input_ids"]] for text in texts])
        _train(model, lambda: (rows, rows), steps)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _train(model: Any, batch: Any, steps: int) -> None:
    import torch

    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _step in range(steps):
        ids, labels = batch()
        optimizer.zero_grad()
        model(input_ids=ids, labels=labels).loss.backward()
        optimizer.step()
    model.eval()


def _hidden(tokenizer: Any, texts: Sequence[str]) -> tuple[Any, Any]:
    """Texts of equal length, three tokens in ten hidden; the loss counts those alone."""
    import torch

    ids = torch.tensor([tokenizer(text)["input_ids"] for text in texts])
    mask = torch.rand(ids.shape) < 0.3
    mask[:, 0] = mask[:, -1] = False
    return torch.where(mask, tokenizer.mask_token_id, ids), torch.where(mask, ids, -100)

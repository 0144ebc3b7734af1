"""Language models of the library transformers, as tiny ones made here: likelihoods as by hand, and nothing is run."""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer import Content, InputError, MissingError, PluginError, RefusedContent, TokenScores
from explorer.assets import AssetStore
from explorer.encoding import EncoderPool
from explorer.registry import build_registry
from plugins import language_models
from plugins.language_models import FAMILY, LanguageModel
from tests.fakes import Words, plugin
from tests.tiny_models import causal_folder, masked_folder

TEXTS = ["他吃食堂", "他 writes 毛笔", "a longer sentence, with words", "吃", "他吃食堂"]


@pytest.fixture(scope="module", autouse=True)
def offline() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_OFFLINE", "1")
        patch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
        yield


@pytest.fixture(scope="module")
def masked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return masked_folder(tmp_path_factory.mktemp("masked"), TEXTS)


@pytest.fixture(scope="module")
def causal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return causal_folder(tmp_path_factory.mktemp("causal"), TEXTS)


def model_of(folder: Path) -> LanguageModel:
    found = build_registry({"language-model": language_models}).encoder(f"{FAMILY}:{folder}")
    assert isinstance(found, LanguageModel)
    found.load({}, "cpu")
    return found


def text(words: str) -> Content:
    return Content(modality="text", data=words, ref=words[:20])


def scored(folder: Path, *texts: str) -> list[TokenScores]:
    return model_of(folder).score_tokens([text(each) for each in texts])


def test_the_config_tells_masked_from_causal(masked: Path, causal: Path) -> None:
    assert (model_of(masked).kind, model_of(causal).kind) == ("masked", "causal")


def test_a_causal_sum_is_that_of_its_next_tokens(causal: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(causal)
    model = AutoModelForCausalLM.from_pretrained(causal).eval()
    for each in TEXTS:
        ids = [tokenizer.bos_token_id, *tokenizer(each, add_special_tokens=False)["input_ids"]]
        by_hand = 0.0
        for i in range(1, len(ids)):
            with torch.no_grad():
                logits = model(input_ids=torch.tensor([ids[:i]])).logits[0, -1]
            by_hand += float(torch.log_softmax(logits, dim=-1)[ids[i]])
        (found,) = scored(causal, each)
        assert found.logs.sum() == pytest.approx(by_hand, abs=1e-4)
        assert len(found.logs) == len(ids) - 1


def test_a_pseudo_log_likelihood_masks_each_token_and_the_rest_of_its_word(masked: Path) -> None:
    import torch
    from transformers import AutoModelForMaskedLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(masked)
    model = AutoModelForMaskedLM.from_pretrained(masked).eval()
    sentence = "他 writes 毛笔"
    ids = tokenizer(sentence)["input_ids"]
    pieces = tokenizer.convert_ids_to_tokens(ids)
    assert pieces == ["[CLS]", "他", "w", "##r", "##i", "##t", "##e", "##s", "毛", "笔", "[SEP]"]
    by_hand = []
    for place in range(1, len(ids) - 1):
        hidden = list(ids)
        hidden[place] = tokenizer.mask_token_id
        later = place + 1
        while pieces[later].startswith("##"):
            hidden[later] = tokenizer.mask_token_id
            later += 1
        with torch.no_grad():
            logits = model(input_ids=torch.tensor([hidden])).logits[0, place]
        by_hand.append(float(torch.log_softmax(logits, dim=-1)[ids[place]]))
    (found,) = scored(masked, sentence)
    np.testing.assert_allclose(found.logs, by_hand, atol=1e-4)
    assert [sentence[a:b] for a, b in found.spans] == ["他", *"writes", "毛", "笔"]


def test_scripts_without_spaces_have_a_word_a_token() -> None:
    told = [None, 0, 0, 0, 1, 1, None]  # as a tokenizer that splits at spaces only
    spans = [(0, 0), (0, 2), (2, 3), (3, 5), (6, 8), (8, 9), (0, 0)]
    assert language_models._words("我们天天吃 abc", told, spans) == [None, 0, 1, 2, 3, 3, None]


def test_company_changes_nothing(masked: Path, causal: Path) -> None:
    for folder in (masked, causal):
        model = model_of(folder)
        together = model.score_tokens([text(each) for each in TEXTS])
        vectors = model.encode_batch([text(each) for each in TEXTS])
        assert vectors.shape == (len(TEXTS), model.dim)
        assert vectors.dtype == np.float32
        for i, each in enumerate(TEXTS):
            np.testing.assert_allclose(model.score_tokens([text(each)])[0].logs, together[i].logs, atol=1e-6)
            np.testing.assert_allclose(model.encode_batch([text(each)])[0], vectors[i], atol=1e-5)
        assert np.abs(vectors[0] - vectors[1]).max() > 1e-3
        np.testing.assert_array_equal(together[0].logs, together[4].logs)


def test_nothing_to_say_and_too_much(masked: Path, causal: Path) -> None:
    for folder in (masked, causal):
        model = model_of(folder)
        (empty,) = model.score_tokens([text("")])
        assert (len(empty.logs), len(empty.spans)) == (0, 0)
        assert np.isfinite(model.encode_batch([text(""), text("吃")])).all()
        assert np.isfinite(model.encode_batch([text("吃" * 500)])).all()
        with pytest.raises(RefusedContent, match="more than"):
            model.score_tokens([text("吃" * 500)])


def test_rubbish_is_refused_with_its_authors_name() -> None:
    class Odd(Words):
        name = "odd"
        given: Callable[[int], Any] = staticmethod(lambda n: [])

        def score_tokens(self, contents: Any) -> Any:
            return self.given(len(contents))

    def one(logs: list[float]) -> Callable[[int], Any]:
        return lambda n: [TokenScores(logs=np.array(logs), spans=[(0, 1)]) for _each in range(n)]

    for given in (one([float("nan")]), one([float("-inf")]), one([0.5]), one([-1.0, -1.0]), lambda n: None):
        encoder = Odd()
        encoder.given = given  # type: ignore[method-assign]
        pool = EncoderPool(build_registry({"odd": plugin(encoders=[encoder])}), AssetStore(Path("/nowhere")))
        with pytest.raises(PluginError, match="odd"):
            pool.score_tokens("odd", [text("吃")])
    pool = EncoderPool(build_registry({"w": plugin(encoders=[Words()])}), AssetStore(Path("/nowhere")))
    with pytest.raises(InputError, match="not likelihoods"):
        pool.score_tokens("words", [text("吃")])


def test_the_revision_is_of_the_weights(causal: Path, tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    other = Path(shutil.copytree(causal, tmp_path / "other"))
    assert model_of(other).revision == model_of(causal).revision
    arrays = load_file(other / "model.safetensors")
    name = sorted(arrays)[0]
    arrays[name] = arrays[name] + 1e-3
    save_file(arrays, other / "model.safetensors", metadata={"format": "pt"})
    assert model_of(other).revision != model_of(causal).revision


def refused(folder: Path) -> MissingError:
    with pytest.raises(MissingError) as caught:
        model_of(folder)
    assert "\n" not in caught.value.message
    assert "language model" in caught.value.next_step
    return caught.value


def test_a_model_without_a_trained_head_is_refused(masked: Path, tmp_path: Path) -> None:
    """Its head would be made at random, and say random things."""
    from transformers import AutoModel

    bare = Path(shutil.copytree(masked, tmp_path / "bare"))
    AutoModel.from_pretrained(masked).save_pretrained(bare)
    assert "no head over tokens" in refused(bare).message
    config = json.loads((bare / "config.json").read_text())
    (bare / "config.json").write_text(json.dumps(config | {"architectures": ["BertForMaskedLM"]}))
    assert "weights lack" in refused(bare).message


def test_a_pickle_is_not_opened(masked: Path, tmp_path: Path) -> None:
    class Harm:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (tmp_path / "harm-was-done",))

    folder = Path(shutil.copytree(masked, tmp_path / "pickled"))
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Harm()))
    assert "safetensors" in refused(folder).next_step
    assert not (tmp_path / "harm-was-done").exists()


def test_code_that_a_model_brings_is_not_run(masked: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(masked, tmp_path / "with-code"))
    told = json.loads((folder / "config.json").read_text())
    told |= {"model_type": "own", "auto_map": {"AutoConfig": "own.Own", "AutoModelForMaskedLM": "own.Own"}}
    (folder / "config.json").write_text(json.dumps(told))
    harm = f"from pathlib import Path\nPath({str(tmp_path / 'harm-was-done')!r}).touch()\nclass Own: pass\n"
    (folder / "own.py").write_text(harm)
    refused(folder)
    assert not (tmp_path / "harm-was-done").exists()


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    for name in (tmp_path / "gone", Path("nobody/no-such-model")):
        assert str(name) in refused(name).message

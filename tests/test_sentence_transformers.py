"""Models of the library sentence-transformers, as tiny ones made here: what they declare is offered, nothing is run."""

from __future__ import annotations

import io
import json
import pickle
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from PIL import Image

from explorer import Content, EncoderFamily, MissingError, Space, Waveform, i18n, open_space
from explorer.cli import main as cli
from explorer.registry import build_registry

FAMILY = "sentence-transformers"
CHARACTERS = [chr(c) for c in range(33, 127)]

Run = Callable[..., tuple[int, Any, str]]


@pytest.fixture(scope="module", autouse=True)
def offline() -> Iterator[None]:
    """No hub is asked for anything: what is not in the folder is missing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_OFFLINE", "1")
        patch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
        yield


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CLIP of two layers with random weights, that spells its words."""
    import torch
    from transformers import CLIPConfig, CLIPModel, CLIPProcessor, CLIPTokenizer
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    folder = tmp_path_factory.mktemp("models") / "clip"
    folder.mkdir()
    words = [*CHARACTERS, *(c + "</w>" for c in CHARACTERS), "<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({word: n for n, word in enumerate(words)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    small = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    ends = {"bos_token_id": len(words) - 2, "eos_token_id": len(words) - 1, "pad_token_id": len(words) - 1}
    torch.manual_seed(0)
    model = CLIPModel(
        CLIPConfig(
            text_config={**small, **ends, "vocab_size": len(words)},
            vision_config={**small, "image_size": 32, "patch_size": 16},
            projection_dim=8,
        )
    )
    model.save_pretrained(folder)
    pictures = CLIPImageProcessorPil(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32})
    tokenizer = CLIPTokenizer.from_pretrained(folder)
    tokenizer.model_max_length = 77  # as real ones say; what is longer is cut
    CLIPProcessor(pictures, tokenizer).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A text model saved by the library itself."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizer

    folder = tmp_path_factory.mktemp("models")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *CHARACTERS, *("##" + c for c in CHARACTERS)]
    (folder / "vocab.txt").write_text("\n".join(words))
    torch.manual_seed(0)
    BertModel(
        BertConfig(
            vocab_size=len(words),
            hidden_size=16,
            intermediate_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
        )
    ).save_pretrained(folder / "raw")
    BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder / "raw")
    transformer = Transformer(str(folder / "raw"))
    SentenceTransformer(modules=[transformer, Pooling(16)], device="cpu").save(str(folder / "bert"))
    return folder / "bert"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Run a command on the workspace `mine`; gives exit code, stdout (parsed with --json) and stderr."""
    monkeypatch.setenv("EXPLORER_LANG", "en")
    monkeypatch.setenv("LANGUAGE", "en")
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("EXPLORER_CACHE", str(tmp_path / "cache"))

    def run(*args: str) -> tuple[int, Any, str]:
        code = cli.main([*args, "--offline", "--json"])
        captured = capfd.readouterr()
        return code, json.loads(captured.out), captured.err

    yield run
    i18n.activate(None)


def family() -> EncoderFamily:
    return build_registry().families[FAMILY]


def text(words: str) -> Content:
    return Content(modality="text", data=words, ref=words[:20])


def picture(colour: str) -> Content:
    return Content(modality="image", data=Image.new("RGBA", (40, 30), colour), ref=colour)


def red_png() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(buffer, "PNG")
    return buffer.getvalue()


def copy(folder: Path, to: Path) -> Path:
    return Path(shutil.copytree(folder, to))


def test_what_a_model_declares_is_offered_and_native(clip: Path, bert: Path) -> None:
    space = open_space(f"{FAMILY}:{clip}", offline=True, device="cpu")
    assert (space.anchor.modalities, space.dim) == (("text", "image"), 8)
    kinds = {member.name.partition(":")[0]: member.kind for member in space.members.values()}
    assert kinds[FAMILY] == "native"
    assert "image-efficientnet" not in kinds  # the anchor sees for itself
    (member,) = space.members_for("image")
    assert member.kind == "native"
    plain = family().create(str(bert))
    assert (plain.modalities, plain.dim) == (("text",), 16)


def test_vectors(clip: Path, bert: Path) -> None:
    for folder, contents in (
        (clip, [text("a dog"), picture("red"), text("dog " * 15), picture("blue"), picture("red")]),
        (bert, [text("a dog"), text("cats"), text("dog " * 15), text("a/path.png"), text("a dog")]),
    ):
        space = open_space(f"{FAMILY}:{folder}", offline=True, device="cpu")
        together = space.pool.encode(space.anchor.name, contents)
        assert together.shape == (5, space.dim)
        assert together.dtype == np.float32
        assert np.isfinite(together).all()
        for i, one in enumerate(contents):
            assert np.abs(space.pool.encode(space.anchor.name, [one])[0] - together[i]).max() < 1e-5
        assert np.abs(space.pool.encode(space.anchor.name, contents[::-1])[::-1] - together).max() < 1e-5
        assert np.abs(together[0] - together[2]).max() > 1e-3
    clip_space = open_space(f"{FAMILY}:{clip}", offline=True, device="cpu")
    unit = [e.vector for e in clip_space.embed_queries([picture("red"), picture("blue")])]
    assert np.allclose(np.linalg.norm(unit, axis=1), 1, atol=1e-5)


def test_a_text_that_looks_like_a_path_is_a_text(clip: Path, tmp_path: Path) -> None:
    """The library opens strings that name files or pages: a stranger's sentence may not."""
    path = tmp_path / "a.png"
    path.write_bytes(red_png())
    space = open_space(f"{FAMILY}:{clip}", offline=True, device="cpu")
    as_text = space.pool.encode(space.anchor.name, [text(str(path)), text("https://example.org/a.png")])
    as_picture = space.pool.encode(space.anchor.name, [picture("red")])
    assert np.abs(as_text - as_picture).max(axis=1).min() > 1e-3


def test_the_revision_is_of_the_weights(bert: Path, tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    one = family().create(str(bert)).revision
    assert family().create(str(copy(bert, tmp_path / "same"))).revision == one
    other = copy(bert, tmp_path / "other")
    (weights,) = other.rglob("model.safetensors")
    arrays = load_file(weights)
    name = sorted(arrays)[0]
    arrays[name] = arrays[name] + 1e-3
    save_file(arrays, weights, metadata={"format": "pt"})
    assert family().create(str(other)).revision != one


def test_ingest_and_search_in_the_models_own_space(run: Run, clip: Path, tmp_path: Path) -> None:
    media = tmp_path / "media"
    media.mkdir()
    (media / "red.png").write_bytes(red_png())
    (media / "words.txt").write_text("a red square\nthe train is late\n")
    space = f"{FAMILY}:{clip}"
    code, report, err = run("ingest", str(media), "-w", "mine", "--space", space)
    assert (code, report["added"]) == (0, 3), err
    code, found, err = run(
        "search", "the train is late", "-w", "mine", "--space", space, "--to", "text,image"
    )
    assert code == 0, err
    assert found["results"]["text"][0]["caption"] == "the train is late"
    assert found["results"]["text"][0]["similarity"] == pytest.approx(1, abs=1e-3)
    assert len(found["results"]["image"]) == 1
    code, found, err = run(
        "search", "--image", str(media / "red.png"), "-w", "mine", "--space", space, "--to", "image"
    )
    assert code == 0, err
    assert found["results"]["image"][0]["similarity"] == pytest.approx(1, abs=1e-3)


def test_a_pickle_is_not_opened(bert: Path, tmp_path: Path) -> None:
    class Harm:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (tmp_path / "harm-was-done",))

    folder = copy(bert, tmp_path / "pickled")
    (weights,) = folder.rglob("model.safetensors")
    weights.unlink()
    weights.with_name("pytorch_model.bin").write_bytes(pickle.dumps(Harm()))
    with pytest.raises(MissingError) as caught:
        family().create(str(folder))
    assert "safetensors" in caught.value.next_step
    assert not (tmp_path / "harm-was-done").exists()
    pickle.loads(pickle.dumps(Harm()))
    assert (tmp_path / "harm-was-done").exists()  # the pickle would have done it


def test_code_that_a_model_brings_is_not_run(bert: Path, tmp_path: Path) -> None:
    folder = copy(bert, tmp_path / "with-code")
    (config,) = (p for p in folder.rglob("config.json") if "model_type" in p.read_text())
    told = json.loads(config.read_text())
    told |= {"model_type": "own", "auto_map": {"AutoConfig": "own.Own", "AutoModel": "own.Own"}}
    config.write_text(json.dumps(told))
    harm = f"from pathlib import Path\nPath({str(tmp_path / 'harm-was-done')!r}).touch()\nclass Own: pass\n"
    config.with_name("own.py").write_text(harm)
    (folder / "own.py").write_text(harm)
    with pytest.raises(MissingError) as caught:
        family().create(str(folder))
    assert "with-code" in caught.value.message
    assert not (tmp_path / "harm-was-done").exists()


def test_a_module_of_its_own_is_not_run(bert: Path, tmp_path: Path) -> None:
    """`modules.json` names Python classes: one in the folder must not be imported."""
    folder = copy(bert, tmp_path / "with-module")
    modules = json.loads((folder / "modules.json").read_text())
    modules[1]["type"] = "own.Own"
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "own.py").write_text(
        f"from pathlib import Path\nPath({str(tmp_path / 'harm-was-done')!r}).touch()\nclass Own: pass\n"
    )
    with pytest.raises(MissingError):
        family().create(str(folder))
    assert not (tmp_path / "harm-was-done").exists()


def test_what_is_not_there_names_the_next_step(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for argument in ("nobody/no-such-model", str(tmp_path / "empty"), str(tmp_path / "gone")):
        code, document, err = run("evaluate", "retrieval", "x.jsonl", "--space", f"{FAMILY}:{argument}")
        assert code == 3, err
        assert argument in document["error"]["message"]
        assert "\n" not in document["error"]["message"]
        assert "Give a folder saved by sentence-transformers" in err
        assert "Traceback" not in err


def test_the_device_is_obeyed(clip: Path) -> None:
    space = open_space(f"{FAMILY}:{clip}", offline=True, device="cpu")
    space.pool.encode(space.anchor.name, [text("a")])
    assert space.pool.device == "cpu"
    loaded: Any = space.pool.loaded(space.anchor.name)
    assert {str(p.device) for p in loaded._model.parameters()} == {"cpu"}


@pytest.fixture(scope="module")
def clap(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of text and sound with random weights."""
    import torch
    from transformers import ClapConfig, ClapFeatureExtractor, ClapModel, ClapProcessor, RobertaTokenizer

    folder = tmp_path_factory.mktemp("models") / "clap"
    folder.mkdir()
    words = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", *CHARACTERS, "\u0120"]
    (folder / "vocab.json").write_text(json.dumps({word: n for n, word in enumerate(words)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    torch.manual_seed(0)
    model = ClapModel(
        ClapConfig(
            text_config={
                "vocab_size": len(words),
                "hidden_size": 16,
                "intermediate_size": 16,
                "num_hidden_layers": 1,
                "num_attention_heads": 2,
                "max_position_embeddings": 80,
            },
            audio_config={
                "hidden_size": 32,
                "patch_embeds_hidden_size": 16,
                "depths": [2, 2],
                "num_attention_heads": [2, 2],
                "num_hidden_layers": 2,
                "window_size": 4,
                "spec_size": 64,
                "num_mel_bins": 16,
                "patch_size": 2,
                "patch_stride": [2, 2],
            },
            projection_dim=8,
        )
    )
    model.save_pretrained(folder)
    sounds = ClapFeatureExtractor(
        feature_size=16, sampling_rate=16_000, max_length_s=1, truncation="rand_trunc"
    )
    tokenizer = RobertaTokenizer.from_pretrained(folder)
    tokenizer.model_max_length = 70
    ClapProcessor(sounds, tokenizer).save_pretrained(folder)
    return folder


def sound(hertz: float, seconds: float = 1.0) -> Content:
    samples = (0.4 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * 16_000)) / 16_000)).astype(
        np.float32
    )
    return Content(modality="audio", data=Waveform(samples=samples, rate=16_000), ref=f"{hertz} Hz")


def sweep(seconds: int) -> Waveform:
    seconds_passed = np.arange(seconds * 16_000) / 16_000
    samples = 0.4 * np.sin(2 * np.pi * (200 + 500 * seconds_passed) * seconds_passed)
    return Waveform(samples=samples.astype(np.float32), rate=16_000)


def test_a_model_of_sounds(run: Run, clap: Path, tmp_path: Path) -> None:
    space: Space = open_space(f"{FAMILY}:{clap}", offline=True, device="cpu")
    assert set(space.anchor.modalities) == {"text", "audio"}
    native = next(m for m in space.members_for("audio") if m.kind == "native")
    found = [e.vector for e in space.embed(native, [sound(300), sound(3000), sound(300, 0.1)]) if e]
    assert np.isfinite(found).all()
    assert np.abs(found[0] - found[1]).max() > 1e-4
    # CLAP draws the stretch of a long sound that it hears: the draw must not differ from run to run.
    long = [Content(modality="audio", data=w, ref="long") for w in (sweep(3), sweep(5))]
    once, again = (space.pool.encode(space.anchor.name, long) for _round in range(2))
    assert (once == again).all()
    assert np.abs(space.pool.encode(space.anchor.name, long[1:])[0] - once[1]).max() < 1e-5
    soundfile.write(tmp_path / "a.wav", sound(300).data.samples, 44_100)
    code, report, err = run("ingest", str(tmp_path / "a.wav"), "-w", "mine", "--space", space.name)
    assert (code, report["added"]) == (0, 1), err
    code, hits, err = run("search", "a tone", "-w", "mine", "--space", space.name, "--to", "audio")
    assert code == 0, err
    assert len(hits["results"]["audio"]) == 1

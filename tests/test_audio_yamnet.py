"""The sound encoder on its real weights: what is heard, at which second, and what company may not change."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources

import numpy as np
import pytest

from explorer import Content, Explainer, LabelScorer, Space, Waveform, decode_audio, open_space
from explorer.assets import AssetStore
from explorer.registry import load_registry

NAME = "audio-yamnet"
RATE = 16_000
HEARD = {
    "dog": ("dog|bark", "狗"),
    "cow": ("cow|cattle|moo", "牛"),
    "duck": ("duck|fowl", "鸭|禽"),
    "frog": ("frog|croak", "蛙"),
    "rooster": ("rooster|crow|fowl|chicken", "鸡"),
    "trumpet": ("trumpet|brass", "小号|铜管"),
    "flute": ("flute|wind instrument", "长笛|管乐"),
    "sea": ("ocean|sea|wave", "海"),
    "applause": ("applause|clapping", "掌"),
    "telephone": ("telephone|ring", "电话"),
    "e01": ("speech", "说话"),
}


@pytest.fixture(scope="module")
def space() -> Space:
    return open_space(offline=True, device="cpu")


@pytest.fixture(scope="module")
def clips() -> dict[str, Waveform]:
    asset = next(a for a in load_registry().collections["demo"].assets if a.name == "animal-voices")
    animals = AssetStore(offline=True).folder(asset)
    bundled = resources.files("plugins.demo")

    def data(name: str) -> Iterator[bytes]:
        if (animals / f"{name}.mp3").exists():
            yield (animals / f"{name}.mp3").read_bytes()
        for folder in ("sounds", "speech"):
            path = bundled.joinpath(folder, f"{name}.ogg")
            if path.is_file():
                yield path.read_bytes()

    return {name: decode_audio(next(data(name)), name) for name in [*HEARD, "cat", "piano", "sheep"]}


def content(samples: np.ndarray | Waveform) -> Content:
    wave = (
        samples if isinstance(samples, Waveform) else Waveform(samples=samples.astype(np.float32), rate=RATE)
    )
    return Content(modality="audio", data=wave, ref="made")


@pytest.mark.parametrize("name", HEARD)
def test_clips_are_explained(space: Space, clips: dict[str, Waveform], name: str) -> None:
    encoder = space.pool.loaded(NAME)
    assert isinstance(encoder, Explainer)
    vector = space.pool.encode(NAME, [content(clips[name])])[0]
    for language, words in zip(("en", "zh"), HEARD[name], strict=True):
        told = encoder.explain(vector, language, 5)
        assert all(0 <= score <= 1 for _label, score in told)
        assert any(word in label for label, _score in told for word in words.split("|")), told


def test_words_find_their_sounds_in_both_languages(space: Space, clips: dict[str, Waveform]) -> None:
    names = ["dog", "cow", "frog", "rooster", "trumpet", "sea", "telephone", "applause"]
    member = next(m for m in space.members_for("audio") if m.name == NAME)
    heard = np.stack([e.vector for e in space.embed(member, [content(clips[n]) for n in names]) if e])
    for words in (
        ["狗叫", "牛叫", "青蛙叫", "公鸡打鸣", "小号", "海浪", "电话铃", "掌声"],
        ["dog", "cow", "frog", "rooster", "trumpet", "sea waves", "telephone ringing", "applause"],
    ):
        cosines = space.embed_texts(words) @ heard.T
        places = 1 + (cosines > np.diag(cosines)[:, None]).sum(axis=1)
        assert np.median(places) <= 2, dict(zip(names, places.tolist(), strict=True))
        assert places[0] == 1  # the dog


def test_a_bark_is_found_at_its_second(space: Space, clips: dict[str, Waveform]) -> None:
    bark = clips["dog"].samples[: 3 * RATE]
    silence = np.zeros(10 * RATE, np.float32)
    member = next(m for m in space.members_for("audio") if m.name == NAME)
    for before, after in ((1, 1), (2, 0), (0, 2)):
        samples = np.concatenate([silence] * before + [bark] + [silence] * after)
        (found,) = space.embed(member, [content(samples)])
        assert found is not None
        seconds = len(samples) / RATE
        assert all(0 <= s.start < s.end <= seconds + 1e-6 for s in found.segments)
        assert found.segments[0].start == 0
        assert found.segments[-1].end > seconds - 2
        best = max(found.segments, key=lambda s: float(s.vector @ space.embed_texts(["狗叫"])[0]))
        assert min(best.end, 10 * before + 3) - max(best.start, 10 * before) >= 0.48
        assert best.end - best.start < 5


def test_a_short_sound_has_no_segments_and_a_long_one_not_too_many(space: Space) -> None:
    noise = np.random.default_rng(0).uniform(-0.1, 0.1, 600 * 8)
    short, long = content(np.tile(noise, 3)), content(np.tile(noise, 2000))
    vectors, segments = space.pool.encode_segments(NAME, [short, long])
    assert vectors.shape == (2, 521)
    assert segments[0] == []
    assert 50 < len(segments[1]) <= 1000
    gaps = np.diff([s.start for s in segments[1]])
    assert (gaps > 0).all()
    assert all(b.start <= a.end for a, b in zip(segments[1], segments[1][1:], strict=False))  # no gap is left


def test_company_changes_nothing(space: Space, clips: dict[str, Waveform]) -> None:
    contents = [content(clips[name]) for name in ("dog", "trumpet", "sheep", "cow")]
    contents += [content(np.zeros(800)), content(np.ones(RATE * 7) * 0.1), content(np.zeros(RATE))]
    together, stretches = space.pool.encode_segments(NAME, contents)
    for i, one in enumerate(contents):
        alone, own = space.pool.encode_segments(NAME, [one])
        assert np.abs(alone[0] - together[i]).max() < 1e-6
        for a, b in zip(own[0], stretches[i], strict=True):
            assert (a.start, a.end) == (b.start, b.end)
            assert np.abs(a.vector - b.vector).max() < 1e-6
    assert np.abs(space.pool.encode(NAME, contents) - together).max() < 1e-6
    assert (space.pool.encode(NAME, contents) == space.pool.encode(NAME, contents)).all()


def test_silence_and_the_shortest_sounds_give_sane_weights(space: Space) -> None:
    encoder = space.pool.loaded(NAME)
    assert isinstance(encoder, LabelScorer)
    contents = [content(np.zeros(n)) for n in (800, 1600, RATE, 12 * RATE)]
    contents.append(content(np.sign(np.sin(np.arange(RATE)))))
    vectors = space.pool.encode(NAME, contents)
    weights = encoder.label_scores(vectors)
    assert weights.shape == (5, 521)
    assert (weights >= 0).all()
    assert np.allclose(weights.sum(axis=1), 1, atol=1e-4)
    assert np.isfinite([e.vector for e in space.embed(space.members[NAME], contents) if e]).all()


def test_every_label_has_names_in_both_languages(space: Space) -> None:
    encoder = load_registry().encoders[NAME]
    assert isinstance(encoder, LabelScorer)
    for label in encoder.labels():
        assert label.display("en").strip()
        assert any("\u4e00" <= c <= "\u9fff" for c in label.display("zh")), label

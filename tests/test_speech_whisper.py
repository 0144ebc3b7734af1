"""The transcriber on its real weights: the right language, few errors, and no words where nobody speaks."""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib import resources

import numpy as np
import pytest

from explorer import Content, Space, Transcript, Waveform, decode_audio, open_space
from explorer.assets import AssetStore
from explorer.registry import load_registry

NAME = "speech-whisper"
RATE = 16_000
SPOKEN = {"zh": ["z01", "z10"], "en": ["e01", "e20"]}


@pytest.fixture(scope="module")
def space() -> Space:
    return open_space(offline=True, device="cpu")


@cache
def sentences() -> dict[str, str]:
    text = resources.files("plugins.demo").joinpath("spoken.tsv").read_text(encoding="utf-8")
    return {row["id"]: row["text"] for row in csv.DictReader(text.splitlines(), delimiter="\t")}


def clip(name: str) -> np.ndarray:
    path = resources.files("plugins.demo").joinpath("mandarin" if name[0] == "z" else "speech", f"{name}.ogg")
    if not path.is_file():
        pytest.skip("the Mandarin clips are in the repository, not in the wheel")
    return decode_audio(path.read_bytes(), name).samples


def content(samples: np.ndarray) -> Content:
    return Content(
        modality="audio", data=Waveform(samples=samples.astype(np.float32), rate=RATE), ref="a clip"
    )


def hear(space: Space, *clips: np.ndarray) -> list[Transcript]:
    return space.pool.transcribe(NAME, [content(samples) for samples in clips])


def errors(said: str, heard: str) -> int:
    """Characters to change, add or take away (Levenshtein), without case and punctuation."""
    a, b = (re.sub(r"[\W_]", "", text.lower()) for text in (said, heard))
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, start=1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1]


def test_the_measure_itself() -> None:
    assert errors("Kitten!", "sitting") == 3
    assert errors("我喜欢吃面条", "我喜欢吃面条。") == 0
    assert errors("abc", "") == 3


@pytest.mark.parametrize("language", SPOKEN)
def test_what_is_said_is_heard(space: Space, language: str) -> None:
    said = [sentences()[name] for name in SPOKEN[language]]
    heard = hear(space, *(clip(name) for name in SPOKEN[language]))
    assert [transcript.language for transcript in heard] == [language] * len(said)
    wrong = sum(errors(s, t.text) for s, t in zip(said, heard, strict=True))
    assert wrong / sum(map(len, said)) < 0.15
    for transcript in heard:
        assert 0.4 < transcript.confidence <= 1
        assert 0.5 < transcript.speech <= 1
        assert transcript.segments
        assert all(0 <= start < end for start, end, _text in transcript.segments)


def test_no_words_are_invented_where_nobody_speaks(space: Space) -> None:
    """A barking dog, rain-like noise, a hum and silence: Whisper alone would write something for each."""
    asset = next(a for a in load_registry().collections["demo"].assets if a.name == "animal-voices")
    dog = decode_audio((AssetStore(offline=True).folder(asset) / "dog.mp3").read_bytes(), "dog").samples
    random = np.random.default_rng(0)
    rain = random.normal(0, 0.05, 5 * RATE)
    drops = rain * (1 + 3 * (random.random(5 * RATE) < 0.001))
    hum = 0.3 * np.sin(2 * np.pi * 100 * np.arange(3 * RATE) / RATE)
    quiet = [dog, rain, drops, hum, np.zeros(4 * RATE), np.zeros(800), random.normal(0, 1e-4, RATE)]
    for transcript in hear(space, *quiet):
        assert transcript.text == ""
        assert transcript.language is None
        assert transcript.confidence == 0
        assert list(transcript.segments) == []


def test_words_are_placed_in_time(space: Space) -> None:
    speech = clip("e20")
    (transcript,) = hear(space, np.concatenate([np.zeros(4 * RATE), speech, np.zeros(2 * RATE)]))
    assert errors(sentences()["e20"], transcript.text) <= 3
    assert transcript.speech < 0.6
    start, end = transcript.segments[0][0], transcript.segments[-1][1]
    assert end > 4
    assert 0 <= start < end <= 6.5 + len(speech) / RATE


def test_company_and_repetition_change_nothing(space: Space) -> None:
    speech, silence = clip("e01"), np.zeros(2 * RATE)
    (alone,) = hear(space, speech)
    among = hear(space, silence, speech)[1]
    assert among == alone


def test_speech_speaks_for_a_query_and_noise_does_not(space: Space) -> None:
    spoken = space.embed_query(content(clip("z01")))
    assert spoken.transcript is not None
    near, far = space.embed_texts(["I like noodles", "the train is late"])
    assert spoken.vector @ near > spoken.vector @ far + 0.2
    assert space.embed_query(content(np.random.default_rng(0).normal(0, 0.05, 2 * RATE))).transcript is None


def test_chinese_is_written_in_simplified_characters() -> None:
    from plugins.speech_whisper import simplified

    assert simplified(" 我喜歡吃麵條 ") == "我喜欢吃面条"

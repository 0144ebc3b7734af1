"""Error rates of the transcriber on the spoken sentences of a built demo, for docs/quality.md.

`python scripts/measure_speech.py [WORKSPACE]`: characters for Mandarin, words for English, without punctuation.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Sequence

import numpy as np

from explorer import Workspace

TRANSCRIBER = "speech-whisper"


def main() -> None:
    """Print n, the error rate and its 95 % interval over clips, by language."""
    with Workspace.open(sys.argv[1] if len(sys.argv) > 1 else "demo", offline=True) as workspace:
        clips = [item for item in workspace.items("audio") if item.meta.get("spoken")]
        notes = workspace.store.annotations(TRANSCRIBER, "transcript", [clip.id for clip in clips])
    for language in ("zh", "en"):
        errors, lengths = [], []
        for clip in clips:
            if clip.language == language:
                said = units(clip.captions[language], language)
                errors.append(edits(said, units(notes[clip.id].payload["text"], language)))
                lengths.append(len(said))
        rate, low, high = interval(np.array(errors), np.array(lengths))
        print(f"{language}: n = {len(errors)}, error rate {rate:.3f} [{low:.3f}, {high:.3f}]")


def units(text: str, language: str) -> list[str]:
    """Characters of Chinese, words of English; no punctuation, no case."""
    plain = "".join(c for c in text.lower() if unicodedata.category(c)[0] in "LNZ")
    return list(plain.replace(" ", "")) if language == "zh" else plain.split()


def edits(a: Sequence[str], b: Sequence[str]) -> int:
    """Levenshtein distance."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        above, row[0] = row[0], i
        for j, y in enumerate(b, start=1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (x != y))
    return row[-1]


def interval(errors: np.ndarray, lengths: np.ndarray) -> tuple[float, float, float]:
    """Rate over all clips, and its percentile bootstrap interval over clips."""
    draws = np.random.default_rng(0).integers(0, len(errors), (2000, len(errors)))
    rates = errors[draws].sum(axis=1) / lengths[draws].sum(axis=1)
    low, high = np.quantile(rates, [0.025, 0.975])
    return float(errors.sum() / lengths.sum()), float(low), float(high)


if __name__ == "__main__":
    main()

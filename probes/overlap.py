"""What the letters alone tell: overlap of characters, of pairs of characters, and length."""

from __future__ import annotations

import unicodedata
from typing import Literal

Stratum = Literal["overlap_good", "overlap_tied", "overlap_bad"]


def letters(text: str) -> str:
    """The text without punctuation and spaces."""
    return "".join(c for c in text if unicodedata.category(c)[0] not in "PZC")


def characters(a: str, b: str) -> float:
    """Dice coefficient of the two sets of characters, in [0, 1] (Dice 1945)."""
    return _dice(set(letters(a)), set(letters(b)))


def bigrams(a: str, b: str) -> float:
    """Dice coefficient of the two sets of neighbouring pairs of characters, in [0, 1]."""
    first, second = letters(a), letters(b)
    return _dice(
        {first[i : i + 2] for i in range(len(first) - 1)}, {second[i : i + 2] for i in range(len(second) - 1)}
    )


def length(a: str, b: str) -> float:
    """Minus the difference in letters: the nearer in length, the larger."""
    return -float(abs(len(letters(a)) - len(letters(b))))


def stratum(sentence: str, good: str, bad: str) -> Stratum:
    """Which option shares more characters with the sentence; ties are exact."""
    right, wrong = characters(sentence, good), characters(sentence, bad)
    if right == wrong:
        return "overlap_tied"
    return "overlap_good" if right > wrong else "overlap_bad"


def _dice(a: set[str], b: set[str]) -> float:
    return 2 * len(a & b) / (len(a) + len(b)) if a or b else 0.0

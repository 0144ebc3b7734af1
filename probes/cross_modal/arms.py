"""The arms: the same two phrases beside something else than the row's picture or sound.

Whoever sees or hears loses by each of them but `text_only`, which says what words about the picture would score.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from explorer import Content, Waveform

Row = Mapping[str, Any]
Rows = Sequence[Row]

FULL = "full"
TEXT_ONLY, SWAPPED, HIDDEN, NOISE = "text_only", "media_swapped", "options_only", "noise"
ARMS = (TEXT_ONLY, SWAPPED, HIDDEN, NOISE)
LOUDNESS = 0.3
"""Amplitude of the white noise, of 1."""


def swapped(rows: Rows, modalities: Mapping[str, str]) -> list[str | None]:
    """For each row the medium of another row: its mirrored partner's, else the next one of the same modality whose row
    has another good option; None where there is none.

    Args:
        modalities: of each medium.
    """
    place = {str(row["id"]): i for i, row in enumerate(rows)}
    partner: dict[int, int] = {}
    for i, row in enumerate(rows):
        j = place.get(str(row.get("mirror_of") or ""))
        if j is not None:
            partner[i] = j
            partner.setdefault(j, i)
    found: list[str | None] = []
    for i, row in enumerate(rows):
        others = [rows[(i + step) % len(rows)] for step in range(1, len(rows))]
        near = [rows[partner[i]]] if i in partner else []
        near += [each for each in others if each["good"] != row["good"]]
        media = [str(each["media"]) for each in near if each["media"] != row["media"]]
        found.append(next((m for m in media if modalities[m] == modalities[row["media"]]), None))
    return found


def noise(content: Content, seed: int) -> Content | None:
    """Noise of the size of a picture, of the length of a sound, always the same for the same seed and name; None for
    other modalities.
    """
    digest = hashlib.sha256(f"{seed}\0{content.ref}".encode()).digest()
    random = np.random.default_rng(np.frombuffer(digest, np.uint32))
    data: Any
    if content.modality == "image":
        from PIL import Image

        width, height = content.data.size
        data = Image.fromarray(random.integers(0, 256, (height, width, 3), np.uint8)).convert("RGBA")
    elif content.modality == "audio":
        count, rate = len(content.data.samples), content.data.rate
        data = Waveform(samples=random.uniform(-LOUDNESS, LOUDNESS, count).astype(np.float32), rate=rate)
    else:
        return None
    return Content(modality=content.modality, data=data, ref=f"noise for {content.ref}")

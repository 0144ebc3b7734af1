"""YAMNet's log-mel frontend in numpy (Hershey et al. 2017; constants of the released model).

16 kHz mono → frames of 25 ms every 10 ms → magnitude spectrum → 64 mel bands of 125–7500 Hz → log(x + 0.001) →
patches of 96 frames (.96 s) every 48 frames (.48 s).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from explorer import FloatArray

RATE = 16_000
FRAME, HOP, FFT = 400, 160, 512
BANDS, LOWEST, HIGHEST = 64, 125.0, 7500.0
PATCH, PATCH_HOP = 96, 48
HOP_SECONDS = PATCH_HOP * HOP / RATE
PATCH_SECONDS = PATCH * HOP / RATE
SHORTEST = FRAME + (PATCH - 1) * HOP
"""Samples of one patch (.975 s); shorter sounds are tiled to it."""


def patches(samples: FloatArray) -> FloatArray:
    """(n,) float32 at 16 kHz → (p, 96, 64) float32 with p ≥ 1."""
    if len(samples) < SHORTEST:
        samples = np.tile(samples, -(-SHORTEST // max(len(samples), 1)))[:SHORTEST]
    spectrogram = log_mel(samples)
    count = 1 + (len(spectrogram) - PATCH) // PATCH_HOP
    return np.stack([spectrogram[i * PATCH_HOP : i * PATCH_HOP + PATCH] for i in range(count)])


def log_mel(samples: FloatArray) -> FloatArray:
    """(n,) → (frames, 64) float32. Frames are taken in blocks, so that half an hour stays within memory."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[::HOP]
    window = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / FRAME)).astype(np.float32)
    parts = []
    for start in range(0, len(frames), 4096):
        magnitude = np.abs(np.fft.rfft(frames[start : start + 4096] * window, FFT)).astype(np.float32)
        parts.append(np.log(magnitude @ _mel_matrix() + 0.001))
    return np.concatenate(parts).astype(np.float32)


@lru_cache(maxsize=1)
def _mel_matrix() -> FloatArray:
    """(257, 64): triangles that are linear in HTK mel, DC left out."""
    frequencies = np.linspace(0.0, RATE / 2, FFT // 2 + 1)
    mels = _mel(frequencies)[:, None]
    edges = np.linspace(_mel(np.array(LOWEST)), _mel(np.array(HIGHEST)), BANDS + 2)
    lower, centre, upper = edges[:-2], edges[1:-1], edges[2:]
    weights = np.maximum(
        0.0, np.minimum((mels - lower) / (centre - lower), (upper - mels) / (upper - centre))
    )
    weights[0] = 0.0
    filters: FloatArray = weights.astype(np.float32)
    return filters


def _mel(hertz: np.ndarray) -> np.ndarray:
    mel: np.ndarray = 1127.0 * np.log1p(hertz / 700.0)
    return mel

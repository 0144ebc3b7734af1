"""Sound from untrusted bytes: mono float32 at 16 kHz, duration bounded while it is read."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import numpy as np

from explorer.errors import RefusedContent
from explorer.i18n import _
from explorer.types import FloatArray, Waveform

RATE = 16_000
SECONDS_LIMIT = 30 * 60
SHORTEST = 0.05
BLOCK_SECONDS = 10


def decode_audio(data: bytes, ref: str) -> Waveform:
    """Decode WAV, FLAC, OGG, MP3, AIFF (any rate, depth, channels), and M4A or WebM where PyAV can.

    Returns:
        16 kHz mono, at most half an hour.

    Raises:
        RefusedContent: broken, silent of samples, too long, or of another format.
    """
    if not data:
        raise RefusedContent(_("Refused {name}: it is empty.").format(name=ref))
    try:
        samples, rate = _with_soundfile(data, ref)
    except RefusedContent:
        raise
    except Exception:  # libsndfile does not know the format, or the file is broken: PyAV may know
        samples, rate = _with_av(data, ref)
    if not np.isfinite(samples).all():
        raise RefusedContent(_("Refused {name}: samples that are not numbers.").format(name=ref))
    if len(samples) < SHORTEST * rate:
        raise RefusedContent(
            _("Refused {name}: {seconds} s of sound, at least {limit} s are needed.").format(
                name=ref, seconds=f"{len(samples) / max(rate, 1):.3f}", limit=SHORTEST
            )
        )
    return Waveform(samples=np.clip(_resample(samples, rate), -1, 1), rate=RATE)


def _with_soundfile(data: bytes, ref: str) -> tuple[FloatArray, int]:
    import soundfile

    with soundfile.SoundFile(io.BytesIO(data)) as file:
        rate = int(file.samplerate)
        if rate < 1000 or rate > 768_000:
            raise RefusedContent(_("Refused {name}: a rate of {rate} Hz.").format(name=ref, rate=rate))
        _check_length(file.frames / rate, ref)
        return _gather(_soundfile_blocks(file, rate * BLOCK_SECONDS), rate, ref), rate


def _soundfile_blocks(file: Any, frames: int) -> Iterator[FloatArray]:
    """Read until nothing comes: `SoundFile.blocks` trusts the header's length, which MP3 only estimates."""
    while len(block := file.read(frames, dtype="float32", always_2d=True)):
        yield block.mean(axis=1, dtype=np.float32)


def _with_av(data: bytes, ref: str) -> tuple[FloatArray, int]:
    try:
        import av

        with av.open(io.BytesIO(data), metadata_errors="ignore") as container:
            if not container.streams.audio:
                raise RefusedContent(_("Refused {name}: there is no sound in it.").format(name=ref))
            stream = container.streams.audio[0]
            resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
            return _gather(_av_blocks(container, stream, resampler), RATE, ref), RATE
    except RefusedContent:
        raise
    except Exception:
        raise RefusedContent(
            _("Refused {name}: not a sound in WAV, FLAC, OGG, MP3, AIFF, M4A or WebM, or broken.").format(
                name=ref
            )
        ) from None


def _av_blocks(container: Any, stream: Any, resampler: Any) -> Iterator[FloatArray]:
    for frame in container.decode(stream):
        for part in resampler.resample(frame):
            yield part.to_ndarray().reshape(-1).astype(np.float32)


def _gather(blocks: Iterator[FloatArray], rate: int, ref: str) -> FloatArray:
    """Join blocks, stopping at the limit: a header may promise less than the file holds."""
    parts: list[FloatArray] = []
    total = 0
    for block in blocks:
        parts.append(block)
        total += len(block)
        _check_length(total / rate, ref)
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def _check_length(seconds: float, ref: str) -> None:
    if seconds > SECONDS_LIMIT:
        raise RefusedContent(
            _("Refused {name}: {minutes} minutes of sound, limit {limit}.").format(
                name=ref, minutes=f"{seconds / 60:,.0f}", limit=SECONDS_LIMIT // 60
            )
        )


def _resample(samples: FloatArray, rate: int) -> FloatArray:
    """Polyphase resampling to 16 kHz, in float32."""
    if rate == RATE:
        return samples
    from math import gcd

    from scipy.signal import resample_poly

    common = gcd(rate, RATE)
    resampled: FloatArray = resample_poly(samples, RATE // common, rate // common).astype(np.float32)
    return resampled

"""Sound from untrusted bytes: mono float32 at 16 kHz, duration bounded while it is read."""

from __future__ import annotations

import io
import itertools
import math
import re
from collections.abc import Iterable, Iterator
from typing import Any, Literal

import numpy as np

from explorer.errors import RefusedContent
from explorer.i18n import _
from explorer.types import FloatArray, Waveform

RATE = 16_000
SECONDS_LIMIT = 30 * 60
SHORTEST = 0.05
BLOCK_SECONDS = 10
UNKNOWN = 1 << 60
"""From this number of frames on, libsndfile means that the file does not say."""
UNSTATED = 0x7FFF_0000
_AV_FORMATS = (
    (4, b"ftyp", "mp4"),
    (0, b"\x1aE\xdf\xa3", "matroska"),
    (0, b"\xff\xf1", "aac"),
    (0, b"\xff\xf9", "aac"),
    (0, b"RIFF", "wav"),
    (0, b"fLaC", "flac"),
    (0, b"OggS", "ogg"),
    (0, b"ID3", "mp3"),
    (0, b"\xff\xfa", "mp3"),
    (0, b"\xff\xfb", "mp3"),
    (0, b"\xff\xf2", "mp3"),
    (0, b"\xff\xf3", "mp3"),
    (0, b"\xff\xe2", "mp3"),
    (0, b"\xff\xe3", "mp3"),
)
_MP3_TAG = re.compile(rb"Xing|Info|VBRI")


def decode_audio(data: bytes, ref: str) -> Waveform:
    """Decode WAV, FLAC, OGG, MP3, AIFF (any rate, depth, channels), and M4A or WebM where PyAV can.

    Returns:
        16 kHz mono, at most half an hour.

    Raises:
        RefusedContent: broken, cut short, silent of samples, too long, or of another format.
    """
    if not data:
        raise RefusedContent(_("Refused {name}: it is empty.").format(name=ref))
    if is_cut_short(data):
        raise _cut_short(ref)
    samples = _with_soundfile(data, ref)
    if samples is None:  # libsndfile does not know the format: PyAV may
        samples = _with_av(data, ref)
    if not np.isfinite(samples).all():
        raise RefusedContent(_("Refused {name}: samples that are not numbers.").format(name=ref))
    if len(samples) < round(SHORTEST * RATE):
        raise RefusedContent(
            _("Refused {name}: {seconds} s of sound, at least {limit} s are needed.").format(
                name=ref, seconds=f"{len(samples) / RATE:.3f}", limit=SHORTEST
            )
        )
    return Waveform(samples=np.clip(samples, -1, 1), rate=RATE)


def _with_soundfile(data: bytes, ref: str) -> FloatArray | None:
    """(n,) at 16 kHz; None where libsndfile does not know the format, or how long the sound is.

    It reads no further than the length it knows, and guesses that of an MP3 without a tag for it.
    """
    import soundfile

    try:
        file = soundfile.SoundFile(io.BytesIO(data))
    except soundfile.LibsndfileError:
        return None
    with file:
        rate = int(file.samplerate)
        if rate < 1000 or rate > 768_000:
            raise RefusedContent(_("Refused {name}: a rate of {rate} Hz.").format(name=ref, rate=rate))
        if file.frames > UNKNOWN or (file.format in ("MP3", "MPEG") and not _MP3_TAG.search(data[:100_000])):
            return None
        _check_length(file.frames / rate, ref)
        counted = _Counted(_soundfile_blocks(file, rate * BLOCK_SECONDS), rate, ref)
        try:
            samples = _join(resampled(counted, rate))
        except soundfile.LibsndfileError:
            raise RefusedContent(
                _("Refused {name}: it is broken after {seconds} s.").format(
                    name=ref, seconds=f"{counted.total / rate:.1f}"
                )
            ) from None
        if counted.total < 0.98 * file.frames - 0.1 * rate:
            raise _cut_short(ref)
        return samples


def _soundfile_blocks(file: Any, frames: int) -> Iterator[FloatArray]:
    """Read until nothing comes: `SoundFile.blocks` would fill up to the header's length with what is in memory."""
    while len(block := file.read(frames, dtype="float32", always_2d=True)):
        yield block.mean(axis=1, dtype=np.float32)


def _with_av(data: bytes, ref: str) -> FloatArray:
    """(n,) at 16 kHz. The demuxer is named: among those that FFmpeg would guess, some open other files."""
    format = next((f for at, magic, f in _AV_FORMATS if data[at : at + len(magic)] == magic), None)
    try:
        import av

        if format is None:
            raise ValueError("of no format known here")  # joins the decoder's own errors
        with av.open(io.BytesIO(data), format=format, metadata_errors="ignore") as container:
            if not container.streams.audio:
                raise RefusedContent(_("Refused {name}: there is no sound in it.").format(name=ref))
            stream = container.streams.audio[0]
            rate = int(stream.codec_context.sample_rate or RATE)
            counted = _Counted(_av_blocks(container, stream, rate), rate, ref)
            return _join(resampled(counted, rate))
    except RefusedContent:
        raise
    except Exception:
        raise RefusedContent(
            _("Refused {name}: not a sound in WAV, FLAC, OGG, MP3, AIFF, M4A or WebM, or broken.").format(
                name=ref
            )
        ) from None


def _av_blocks(container: Any, stream: Any, rate: int) -> Iterator[FloatArray]:
    """(n,) float32 at `rate`, each of ten whole seconds but the last."""
    import av

    plain = av.AudioResampler(
        format="fltp", rate=rate
    )  # channels are mixed here: FFmpeg's mix is 3 dB louder
    waiting: list[FloatArray] = []
    for frame in itertools.chain(_av_frames(container, stream), [None]):  # None: what is still held
        waiting.extend(p.to_ndarray().mean(axis=0, dtype=np.float32) for p in plain.resample(frame))
        if sum(map(len, waiting)) >= BLOCK_SECONDS * rate:
            whole = np.concatenate(waiting)
            yield whole[: BLOCK_SECONDS * rate]
            waiting = [whole[BLOCK_SECONDS * rate :]]
    yield _join(waiting)


def _av_frames(container: Any, stream: Any) -> Iterator[Any]:
    import av

    for packet in container.demux(stream):
        try:
            yield from packet.decode()
        except av.error.InvalidDataError:
            if stream.codec_context.name not in ("mp3", "mp3float"):  # MP3s have tags and rests at their ends
                raise


class _Counted:
    """Blocks, stopped at the limit of length: a header may promise less than the file holds."""

    def __init__(self, blocks: Iterator[FloatArray], rate: int, ref: str) -> None:
        self._blocks, self._rate, self._ref = blocks, rate, ref
        self.total = 0

    def __iter__(self) -> Iterator[FloatArray]:
        for block in self._blocks:
            self.total += len(block)
            _check_length(self.total / self._rate, self._ref)
            yield block


def _join(blocks: Iterable[FloatArray]) -> FloatArray:
    parts = list(blocks)
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def resampled(blocks: Iterable[FloatArray], rate: int) -> Iterator[FloatArray]:
    """Polyphase resampling to 16 kHz, block by block, so that a long sound at a high rate fits into memory.

    Args:
        blocks: (n,) float32 each, all but the last of whole seconds; each is filtered with a second of its
            neighbours, so that its edges are those of the whole sound.
    """
    if rate == RATE:
        yield from blocks
        return
    from math import gcd

    from scipy.signal import resample_poly

    up, down = RATE // gcd(rate, RATE), rate // gcd(rate, RATE)
    before = np.zeros(0, np.float32)
    block: FloatArray | None = None
    for after in itertools.chain(blocks, [np.zeros(0, np.float32)]):
        if block is not None:
            whole = resample_poly(np.concatenate([before, block, after[:rate]]), up, down)
            start = len(before) * up // down
            yield whole[start : start + -(-len(block) * up // down)].astype(np.float32)
            before = block[-rate:]
        block = after


def is_cut_short(data: bytes) -> bool:
    """Whether a WAV, AIFF or OGG file ends before it says: libsndfile would read what is there and say nothing.

    A length of about 2 or 4 GB is a recorder's way of saying that it did not know.
    """
    if data[:4] in (b"RIFF", b"FORM"):
        order: Literal["little", "big"] = "little" if data[:4] == b"RIFF" else "big"
        start, end = 0, 8
        while end <= len(data):
            size = int.from_bytes(data[start + 4 : start + 8], order)
            if size < UNSTATED and end + size > len(data) + 1:
                return True
            start = 12 if start == 0 else end + size + size % 2
            end = start + 8
        return False
    last = data.rfind(b"OggS") if data[:4] == b"OggS" else -1
    if last < 0:
        return False
    table = data[last + 27 : last + 27 + data[last + 26]] if last + 26 < len(data) else b""
    return not table or last + 27 + len(table) + sum(table) > len(data)


def _cut_short(ref: str) -> RefusedContent:
    return RefusedContent(_("Refused {name}: it ends before its header says.").format(name=ref))


def _check_length(seconds: float, ref: str) -> None:
    if seconds > SECONDS_LIMIT:
        raise RefusedContent(
            _("Refused {name}: {minutes} minutes of sound, limit {limit}.").format(
                name=ref, minutes=f"{math.ceil(seconds / 60):,}", limit=SECONDS_LIMIT // 60
            )
        )

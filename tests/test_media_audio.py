"""Sounds as strangers have them, and sounds made to do harm: 16 kHz mono of the right length, or refused."""

from __future__ import annotations

import http.server
import io
import struct
import threading
import tracemalloc

import numpy as np
import pytest
import soundfile

from explorer import RefusedContent
from explorer.media import decode_audio, sniff
from explorer.media.audio import RATE, resampled

av = pytest.importorskip("av")


def sine(hertz: float = 440.0, seconds: float = 1.0, rate: int = RATE, level: float = 0.5) -> np.ndarray:
    return level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)


def saved(samples: np.ndarray, rate: int = RATE, format: str = "WAV", subtype: str | None = None) -> bytes:
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate, format=format, subtype=subtype)
    return buffer.getvalue()


def pitch(samples: np.ndarray) -> float:
    """The strongest frequency in Hz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum)) * RATE / len(samples)


def refusal(data: bytes, name: str = "some/sound.wav") -> str:
    with pytest.raises(RefusedContent) as caught:
        decode_audio(data, name)
    message = caught.value.message
    assert name in message
    assert "\n" not in message
    assert len(message) < 250
    return message


@pytest.mark.parametrize(
    ("format", "subtype"),
    [
        ("WAV", "PCM_U8"),
        ("WAV", "PCM_16"),
        ("WAV", "PCM_24"),
        ("WAV", "PCM_32"),
        ("WAV", "FLOAT"),
        ("WAV", "DOUBLE"),
        ("WAV", "ULAW"),
        ("WAV", "IMA_ADPCM"),
        ("AIFF", "PCM_16"),
        ("FLAC", "PCM_16"),
        ("FLAC", "PCM_24"),
        ("OGG", "VORBIS"),
        ("OGG", "OPUS"),
        ("MP3", "MPEG_LAYER_III"),
    ],
)
def test_formats_and_depths(format: str, subtype: str) -> None:
    data = saved(sine(), format=format, subtype=subtype)
    assert sniff(data, "sound") == "audio"
    sound = decode_audio(data, "a")
    assert (sound.rate, sound.samples.dtype, sound.samples.ndim) == (RATE, np.float32, 1)
    assert sound.seconds == pytest.approx(1.0, abs=0.08)
    assert pitch(sound.samples) == pytest.approx(440, abs=2)
    assert np.abs(sound.samples[1000:-1000]).max() == pytest.approx(0.5, abs=0.06)  # not the coder's edges


@pytest.mark.parametrize("rate", [8000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000, 192_000])
@pytest.mark.parametrize("seconds", [0.1, 25.0])
def test_any_rate_keeps_pitch_and_length(rate: int, seconds: float) -> None:
    sound = decode_audio(saved(sine(1000, seconds, rate), rate), "a")
    assert sound.seconds == pytest.approx(seconds, abs=2 / RATE)
    assert pitch(sound.samples) == pytest.approx(1000, abs=11 if seconds < 1 else 0.1)


def test_what_16_khz_cannot_hold_is_filtered_not_folded() -> None:
    sound = decode_audio(saved(sine(11_000, 1, 44_100), 44_100), "a")
    assert np.abs(sound.samples[200:-200]).max() < 0.01


@pytest.mark.parametrize("rate", [8000, 44_100, 47_999])
def test_resampling_in_blocks_is_resampling_at_once(rate: int) -> None:
    from math import gcd

    from scipy.signal import resample_poly

    samples = np.random.default_rng(0).standard_normal(round(7.31 * rate)).astype(np.float32)
    blocks = [samples[start : start + 2 * rate] for start in range(0, len(samples), 2 * rate)]
    common = gcd(rate, RATE)
    at_once = resample_poly(samples, RATE // common, rate // common)
    found = np.concatenate(list(resampled(iter(blocks), rate)))
    assert len(found) == len(at_once)
    assert np.abs(found - at_once).max() < 1e-5


def test_stereo_is_mixed() -> None:
    both = np.stack([sine(500), sine(2000, level=0.25)], axis=1)
    sound = decode_audio(saved(both), "a")
    assert len(sound.samples) == RATE
    assert np.allclose(sound.samples, both.mean(axis=1), atol=1e-3)
    assert decode_audio(saved(np.zeros((4000, 6))), "a").samples.shape == (4000,)


def test_a_tenth_of_a_second_and_ten_minutes() -> None:
    assert decode_audio(saved(sine(seconds=0.1)), "a").samples.shape == (1600,)
    assert decode_audio(saved(sine(seconds=0.06)), "a").samples.shape == (960,)
    long = decode_audio(saved(np.zeros((600 * 8000, 2), np.float32), 8000, "FLAC"), "a")
    assert long.seconds == 600


def test_memory_is_bounded_by_the_length_not_by_the_rate() -> None:
    """Half a minute at 192 kHz of silence packs to nothing, and unpacks block by block."""
    data = saved(np.zeros((30 * 192_000, 2), np.float32), 192_000, "FLAC")
    assert len(data) < 200_000
    tracemalloc.start()
    assert decode_audio(data, "a").seconds == 30
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60 * 1024 * 1024  # the whole at once would be 46 MB, and as much again for each step


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it is empty"),
        (b"just some words", "not a sound in WAV"),
        (bytes(5000), "not a sound in WAV"),
        (saved(sine(seconds=0.04)), "0.040 s of sound, at least 0.05 s"),
        (saved(np.zeros(0)), "0.000 s of sound"),
        (saved(np.array([0.1, np.nan] * 4000), subtype="FLOAT"), "samples that are not numbers"),
        (saved(np.array([0.1, np.inf] * 4000), 44_100, subtype="FLOAT"), "samples that are not numbers"),
        (saved(sine(), 400), "a rate of 400 Hz"),
    ],
    ids=["empty", "words", "zeros", "short", "no samples", "nan", "inf", "rate"],
)
def test_refused(data: bytes, reason: str) -> None:
    assert reason in refusal(data)


@pytest.mark.parametrize("format", ["WAV", "AIFF", "FLAC", "OGG", "MP3"])
@pytest.mark.parametrize("share", [0.001, 0.01, 0.3, 0.5, 0.8])
def test_truncated(format: str, share: float) -> None:
    noise = np.random.default_rng(0).uniform(-0.3, 0.3, 4 * RATE)
    data = saved(noise, format=format)
    assert refusal(data[: max(10, round(len(data) * share))])


def test_a_header_that_lies_about_its_length() -> None:
    data = saved(sine())
    assert "ends before its header says" in refusal(data[:40] + struct.pack("<I", 10**6) + data[44:])
    flac = bytearray(saved(sine(), format="FLAC"))
    flac[22:26] = struct.pack(">I", RATE * 60)
    assert refusal(bytes(flac), "a.flac")
    # Recorders that write into a pipe do not know the length and say the highest: that is no lie.
    for unknown in (0xFFFF_FFFF, 0x7FFF_FFFF):
        told = struct.pack("<I", unknown)
        piped = data[:4] + told + data[8:40] + told + data[44:]
        assert decode_audio(piped, "a").seconds == 1.0


def test_damaged_files_are_refused_or_read_never_worse() -> None:
    random = np.random.default_rng(7)
    noise = random.uniform(-0.3, 0.3, RATE)
    for format in ("WAV", "FLAC", "OGG", "MP3", "AIFF"):
        data = saved(noise, format=format)
        for _round in range(20):
            damaged = bytearray(data)
            for at in random.integers(0, len(data), 4):
                damaged[at] = random.integers(0, 256)
            try:
                samples = decode_audio(bytes(damaged), "a").samples
            except RefusedContent:
                continue
            assert np.isfinite(samples).all()
            assert np.abs(samples).max() <= 1


def mp3_frames(seconds: float) -> tuple[bytes, list[bytes]]:
    """The tag frame and the frames after it of an MP3 with constant bit rate, at 16 kHz (36 ms a frame)."""
    data = saved(np.zeros(round(seconds * RATE)), format="MP3")
    starts = [at for at in range(len(data) - 2) if data[at : at + 2] == data[:2]]
    frames = [data[a:b] for a, b in zip(starts, [*starts[1:], len(data)], strict=True)]
    assert b"Info" in frames[0] or b"Xing" in frames[0]
    return frames[0], frames[1:]


def test_mp3_whose_length_is_only_estimated() -> None:
    """Without its tag an MP3's length is guessed from its size; what follows the last frame is no sound."""
    tone = saved(sine(seconds=3), format="MP3")
    tag, _frames = mp3_frames(1)
    untagged = tone[len(tag) :]
    for data in (untagged, untagged + b"TAG" + bytes(125), untagged * 3, untagged + bytes(20_000)):
        sound = decode_audio(data, "a.mp3")
        assert np.isfinite(sound.samples).all()
        assert sound.seconds == pytest.approx(3 * max(1, data.count(untagged)), abs=0.3)
        assert pitch(sound.samples[:RATE]) == pytest.approx(440, abs=2)


def test_two_decoders_are_equally_loud() -> None:
    """An MP3 without its tag takes another way than one with it, and must not come out louder."""
    both = np.stack([sine(seconds=2, level=0.8), sine(seconds=2, level=0.8)], axis=1)
    tagged = saved(both, format="MP3")
    second = next(at for at in range(2, len(tagged)) if tagged[at : at + 2] == tagged[:2])
    for data in (tagged, tagged[second:]):
        assert np.abs(decode_audio(data, "a.mp3").samples[4000:24_000]).max() == pytest.approx(0.8, abs=0.03)


def test_ten_hours_by_the_header() -> None:
    flac = bytearray(saved(sine(), format="FLAC"))
    flac[21] &= 0xF0
    flac[22:26] = struct.pack(">I", RATE * 36_000)
    assert "600 minutes of sound, limit 30" in refusal(bytes(flac), "a.flac")


def test_ten_hours_of_packed_silence() -> None:
    """A million real frames; under a tag that says six seconds, six seconds are all that is read."""
    tag, frames = mp3_frames(6)
    silence = frames[20] * 1_000_000
    assert "limit 30" in refusal(silence, "a.mp3")
    assert decode_audio(tag + silence, "a.mp3").seconds < 7
    buffer = io.BytesIO()
    with soundfile.SoundFile(buffer, "w", 1000, 1, "PCM_16", format="FLAC") as file:
        for _minute in range(600):
            file.write(np.zeros(60_000, np.int16))
    assert "600 minutes of sound, limit 30" in refusal(buffer.getvalue(), "a.flac")


def test_a_length_that_is_not_told_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Recorded into a pipe: only reading finds out that it is too long."""
    monkeypatch.setattr("explorer.media.audio.SECONDS_LIMIT", 60)
    flac = bytearray(saved(sine(seconds=90), format="FLAC"))
    flac[21] &= 0xF0
    flac[22:26] = bytes(4)
    assert "limit 1" in refusal(bytes(flac), "a.flac")
    monkeypatch.setattr("explorer.media.audio.SECONDS_LIMIT", 120)
    assert decode_audio(bytes(flac), "a.flac").seconds == pytest.approx(90, abs=0.1)


def film(format: str, video: bool, audio: bool) -> bytes:
    """A second of black picture or of a tone, in a container."""
    buffer = io.BytesIO()
    rate = 48_000
    with av.open(buffer, "w", format=format) as container:
        if video:
            stream = container.add_stream("mpeg4" if format == "mp4" else "libvpx", rate=10)
            stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        if audio:
            sound = container.add_stream("aac" if format in ("mp4", "adts") else "libopus", rate=rate)
            sound.layout = "mono"
        if video:
            for _number in range(10):
                container.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
            container.mux(stream.encode())
        if audio:
            fifo = av.AudioFifo()
            samples = sine(440, 1, rate).astype(np.float32)[None]
            frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
            frame.sample_rate = rate
            fifo.write(frame)
            wanted = av.AudioResampler(sound.format, "mono", rate, sound.frame_size or 960)
            for part in [*wanted.resample(fifo.read()), *wanted.resample(None)]:
                part.pts = None
                container.mux(sound.encode(part))
            container.mux(sound.encode())
    return buffer.getvalue()


@pytest.mark.parametrize(("name", "format"), [("a.m4a", "mp4"), ("a.webm", "webm"), ("a.m4a", "adts")])
def test_what_telephones_and_browsers_record(name: str, format: str) -> None:
    data = film(format, video=False, audio=True)
    assert sniff(data, name) == "audio"
    sound = decode_audio(data, name)
    assert sound.seconds == pytest.approx(1, abs=0.12)
    assert pitch(sound.samples) == pytest.approx(440, abs=4)


def test_a_film_gives_its_sound_or_is_refused() -> None:
    assert decode_audio(film("mp4", video=True, audio=True), "a.m4a").seconds == pytest.approx(1, abs=0.12)
    for format in ("mp4", "webm"):
        assert "there is no sound in it" in refusal(film(format, video=True, audio=False), "a.m4a")


def playlists(address: str) -> list[bytes]:
    return [
        f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{address}/a.ts\n#EXT-X-ENDLIST\n".encode(),
        f"ffconcat version 1.0\nfile '{address}/a.wav'\n".encode(),
        f"v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\na={address}\n".encode(),
        f'<?xml version="1.0"?><MPD><Period><BaseURL>{address}/</BaseURL></Period></MPD>'.encode(),
    ]


def test_a_playlist_fetches_nothing() -> None:
    """FFmpeg would take these for media, and open what they name."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_args: object) -> None:
            """Nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for data in playlists(f"http://127.0.0.1:{server.server_port}"):
            assert "not a sound" in refusal(data, "a.m4a")
        server.shutdown()
    assert asked == []

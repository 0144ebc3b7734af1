"""Pictures as strangers have them, and pictures made to do harm: read by their content, or refused in one line."""

from __future__ import annotations

import contextlib
import io
import re
import struct
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer import RefusedContent
from explorer.media import decode_image, read_limited, sniff
from explorer.media.svg import rasterise

RED, BLUE = (255, 0, 0, 255), (0, 0, 255, 255)
NAMESPACE = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def saved(image: Image.Image, format: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def svg(inner: str, root: str = 'viewBox="0 0 10 10"') -> bytes:
    return f"<svg {NAMESPACE} {root}>{inner}</svg>".encode()


def refusal(data: bytes, name: str = "some/picture.png") -> str:
    with pytest.raises(RefusedContent) as caught:
        decode_image(data, name)
    message = caught.value.message
    assert name in message
    assert "\n" not in message
    assert len(message) < 250
    return message


def near(pixel: object, wanted: tuple[int, ...], within: int = 12) -> bool:
    return all(abs(a - b) <= within for a, b in zip(pixel, wanted, strict=True))  # type: ignore[call-overload]


@pytest.mark.parametrize("format", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"])
def test_formats(format: str) -> None:
    image = decode_image(saved(Image.new("RGB", (20, 10), RED[:3]), format), "a")
    assert (image.mode, image.size) == ("RGBA", (20, 10))
    assert near(image.getpixel((5, 5)), RED)


def test_alpha_is_kept() -> None:
    picture = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    picture.putpixel((1, 1), (10, 20, 30, 128))
    image = decode_image(saved(picture, "PNG"), "a")
    assert image.getpixel((0, 0))[3] == 0
    assert image.getpixel((1, 1)) == (10, 20, 30, 128)


def test_palette_with_transparency() -> None:
    picture = Image.new("P", (4, 4), 0)
    picture.putpalette([255, 0, 0, 0, 0, 255])
    picture.putpixel((2, 2), 1)
    image = decode_image(saved(picture, "PNG", transparency=0), "a")
    assert image.getpixel((0, 0))[3] == 0
    assert image.getpixel((2, 2)) == BLUE


def test_sixteen_bits_are_scaled_not_clipped() -> None:
    ramp = np.linspace(0, 65535, 256).astype(np.uint16)[None, :].repeat(2, axis=0)
    grey = np.asarray(decode_image(saved(Image.fromarray(ramp), "PNG"), "a"))[0, :, 0].astype(int)
    assert np.abs(grey - np.arange(256)).max() <= 1


def test_one_bit_and_grey_with_alpha() -> None:
    bits = Image.new("1", (2, 1), 0)
    bits.putpixel((1, 0), 1)
    image = decode_image(saved(bits, "PNG"), "a")
    assert (image.getpixel((0, 0)), image.getpixel((1, 0))) == ((0, 0, 0, 255), (255, 255, 255, 255))
    assert decode_image(saved(Image.new("LA", (1, 1), (9, 7)), "PNG"), "a").getpixel((0, 0)) == (9, 9, 9, 7)


def test_cmyk_jpeg_has_its_colours() -> None:
    data = saved(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG", quality=95)
    assert near(decode_image(data, "a").getpixel((8, 8)), RED)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_rotation(orientation: int) -> None:
    """The picture stands upright whichever way the camera was held: red above left, blue below it."""
    upright = Image.new("RGB", (48, 32), (255, 255, 255))
    upright.paste(RED[:3], (0, 0, 16, 16))
    upright.paste(BLUE[:3], (0, 16, 16, 32))
    turn = Image.Transpose
    as_held = {2: turn.FLIP_LEFT_RIGHT, 3: turn.ROTATE_180, 4: turn.FLIP_TOP_BOTTOM, 5: turn.TRANSPOSE}
    as_held |= {6: turn.ROTATE_90, 7: turn.TRANSVERSE, 8: turn.ROTATE_270}
    stored = upright.transpose(as_held[orientation]) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = decode_image(saved(stored, "JPEG", exif=exif, quality=95, subsampling=0), "a")
    assert image.size == (48, 32)
    assert near(image.getpixel((6, 6)), RED)
    assert near(image.getpixel((6, 26)), BLUE)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_a_broken_exif_block_does_not_spoil_the_picture() -> None:
    data = saved(Image.new("RGB", (8, 8), RED[:3]), "JPEG", exif=b"Exif\x00\x00MM\x00\x2a\xff\xff\xff\xff")
    assert near(decode_image(data, "a").getpixel((4, 4)), RED)


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG", "TIFF"])
def test_of_moving_pictures_the_first_frame(format: str) -> None:
    frames = [Image.new("RGB", (8, 8), colour[:3]) for colour in (RED, BLUE, BLUE)]
    data = saved(frames[0], format, save_all=True, append_images=frames[1:])
    assert near(decode_image(data, "a").getpixel((4, 4)), RED)


def test_one_pixel() -> None:
    assert decode_image(saved(Image.new("RGB", (1, 1), RED[:3]), "PNG"), "a").size == (1, 1)


def test_a_photograph_is_reduced_at_once() -> None:
    """Thirty photographs are in hand at a time: 48 megapixels each would be six gigabytes."""
    for format in ("JPEG", "PNG"):
        picture = Image.new("RGB", (6000, 3000), RED[:3])
        image = decode_image(saved(picture, format), "a")
        assert image.size == (2048, 1024)
        assert near(image.getpixel((1000, 500)), RED)


def test_a_wrong_suffix_is_read_by_content() -> None:
    data = saved(Image.new("RGB", (3, 3), BLUE[:3]), "PNG")
    assert sniff(data, "photo.jpg") == "image"
    assert decode_image(data, "photo.jpg").getpixel((1, 1)) == BLUE


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("notes.png", b"just some words", "the name says image, the content is text"),
        ("song.png", b"OggS\x00\x02" + bytes(50), "the name says image, the content is audio"),
        ("picture.wav", b"\x89PNG\r\n\x1a\n" + bytes(9), "the name says audio, the content is image"),
    ],
)
def test_a_name_of_another_modality_is_refused(name: str, data: bytes, reason: str) -> None:
    with pytest.raises(RefusedContent) as caught:
        sniff(data, name)
    assert caught.value.message == f"Refused {name}: {reason}."


@pytest.mark.parametrize(
    "data", [b"BMW is a car", b"ID3 is a tag", b"GIF89a is old", "狗在叫".encode("utf-16")]
)
def test_words_that_begin_like_media_are_words(data: bytes) -> None:
    assert sniff(data, "notes.txt") == "text"
    assert sniff(data, "pasted") == "text"


def test_empty_truncated_or_no_picture() -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8))
    assert "it is empty" in refusal(b"")
    assert "not a picture in PNG" in refusal(b"some words")
    assert refusal(bytes(1000))
    for format in ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"):
        data = saved(noise, format)
        for share in (0.02, 0.3, 0.9):
            assert refusal(data[: max(9, int(len(data) * share))], f"cut.{format.lower()}")


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow remarks on what it skips
def test_damaged_files_are_refused_or_read_never_worse() -> None:
    random = np.random.default_rng(7)
    noise = Image.fromarray(random.integers(0, 255, (32, 32, 3), dtype=np.uint8))
    for format in ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"):
        data = saved(noise, format)
        for _round in range(30):
            damaged = bytearray(data)
            for at in random.integers(0, len(data), 5):
                damaged[at] = random.integers(0, 256)
            with contextlib.suppress(RefusedContent):
                assert decode_image(bytes(damaged), "a").mode == "RGBA"


def png_of_zeros(width: int, height: int, rows: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    pixels = zlib.compress(bytes((width // 8 + 1) * rows), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("width", "height", "rows"), [(60_000, 60_000, 0), (2**31 - 1, 2**31 - 1, 0), (20_000, 20_000, 20_000)]
)
def test_a_picture_bomb_is_refused_before_it_is_unpacked(width: int, height: int, rows: int) -> None:
    data = png_of_zeros(width, height, rows)
    assert len(data) < 100_000
    before = time.monotonic()
    assert re.search(r"more than 64,000,000 pixels|limit 8,000", refusal(data))
    assert time.monotonic() - before < 0.5


def test_a_bomb_among_its_texts_is_refused() -> None:
    data = bytearray(saved(Image.new("L", (1, 1)), "PNG"))
    body = b"Comment\x00\x00" + zlib.compress(bytes(200_000_000), 9)
    chunk = struct.pack(">I", len(body)) + b"zTXt" + body + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    data[33:33] = chunk
    assert refusal(bytes(data))


def test_too_many_bytes() -> None:
    assert "51 MB, limit 50 MB" in refusal(b"\x89PNG\r\n\x1a\n" + bytes(51 * 1024 * 1024))


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    with path.open("wb") as file:
        file.truncate(500 * 1024**3)
    with pytest.raises(RefusedContent, match=r"huge\.png: 512000 MB, limit 200 MB"):
        read_limited(path, path.name)


@pytest.mark.parametrize(
    "data",
    [
        svg('<rect width="10" height="10" fill="red"/>'),
        b"\xef\xbb\xbf" + svg('<rect width="10" height="10" fill="red"/>'),
        b'<?xml version="1.0"?>\n<!-- by hand -->\n' + svg('<rect width="10" height="10" fill="red"/>'),
        b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/svg11.dtd">'
        + svg('<rect width="10" height="10" fill="red"/>'),
        svg(
            "<linearGradient id='a'><stop stop-color='red'/></linearGradient>"
            """<rect width="10" height="10" fill="url('#a')"/>"""
        ),
        svg('<style>.a { fill: url("#b") red }</style><rect class="a" width="10" height="10"/>'),
        svg('<defs><rect id="a" width="10" height="10" fill="red"/></defs><use xlink:href="#a"/>'),
        svg('<a href="https://example.org"><rect width="10" height="10" fill="red"/></a>'),
        svg('<desc>href="x.png"</desc><rect width="10" height="10" fill="red"/>'),
    ],
    ids=["plain", "bom", "xml head", "doctype", "quoted url", "style", "use", "link", "words"],
)
def test_svg(data: bytes) -> None:
    image = decode_image(data, "a.svg")
    assert image.size == (512, 512)
    assert image.getpixel((256, 256)) == RED


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + svg("<text>&x;</text>"), "entities"),
        (b'<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + svg("<text>&b;</text>"), "entities"),
        (svg('<image href="/etc/hostname" width="9" height="9"/>'), "outside itself"),
        (svg('<image xlink:href="https://example.org/a.png"/>'), "outside itself"),
        (svg('<image href="&#x2f;etc/hostname"/>'), "outside itself"),
        (svg("<image href='data:image/svg+xml;base64,PHN2Zy8+'/>"), "outside itself"),
        (svg('<use href="other.svg#a"/>'), "outside itself"),
        (svg('<rect fill="url( other.svg#a)"/>'), "outside itself"),
        (svg('<style>@import "other.css";</style>'), "outside itself"),
        (svg("<style>rect { fill: url(https://example.org/a) }</style>"), "outside itself"),
        (svg("<rect>"), "mismatched"),
        (svg("", 'width="0" height="0"'), "size"),
        (svg("<!--" + "x" * 2_200_000 + "-->"), "limit 2 MB"),
    ],
)
def test_svg_refused(data: bytes, reason: str) -> None:
    assert reason in refusal(data, "a.svg")


@pytest.mark.parametrize(
    ("inner", "root"),
    [
        ("<rect/>", 'width="1e9" height="1e9"'),
        ('<rect width="9" height="9"/>', 'viewBox="0 0 1 2000000"'),
        ('<rect width="9" height="9"/>', 'width="1" viewBox="0 0 10 100000000"'),
        ("<g>" * 100_000 + "</g>" * 100_000, ""),
        ('<g opacity=".9">' * 800 + "<rect/>" + "</g>" * 800, 'viewBox="0 0 9 9"'),
    ],
    ids=["huge", "tall", "tall by its box", "deep", "deep layers"],
)
def test_svg_that_would_take_the_process_down(inner: str, root: str) -> None:
    """Drawn small or refused: each of these ends a process that gives it to resvg as it is."""
    with contextlib.suppress(RefusedContent):
        assert max(decode_image(svg(inner, root), "a.svg").size) <= 2048


def test_svg_that_would_compute_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.media.svg.SECONDS", 1)
    blur = '<filter id="f"><feMorphology radius="1e4"/></filter><rect width="9" height="9" filter="url(#f)"/>'
    assert "more than 1 s" in refusal(svg(blur), "a.svg")


def test_the_child_draws_as_the_process_does() -> None:
    """What is not plain goes through a child process, and comes out the same."""
    shapes = '<rect width="7" height="5" fill="red"/><circle cx="5" cy="5" r="3" fill="blue"/>'
    assert rasterise(svg(shapes), "a") == rasterise(svg(f"<a>{shapes}</a>"), "a")

"""Pictures from untrusted bytes: size known before decoding, only named formats, upright, RGBA."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

from explorer.errors import RefusedContent
from explorer.i18n import _

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
SIDE_LIMIT = 8_000
PIXEL_LIMIT = 64_000_000
FILE_LIMIT = 50 * 1024 * 1024
SVG_LIMIT = 2 * 1024 * 1024
SVG_SIDE = 512


def decode_image(data: bytes, ref: str) -> Image:
    """Decode PNG, JPEG, GIF, WebP (first frame), BMP, TIFF or SVG.

    Returns:
        An upright RGBA picture.

    Raises:
        RefusedContent: broken, too large, or of another format.
    """
    if not data:
        raise RefusedContent(_("Refused {name}: it is empty.").format(name=ref))
    if len(data) > FILE_LIMIT:
        raise RefusedContent(
            _("Refused {name}: {size} MB, limit {limit} MB.").format(
                name=ref, size=len(data) // 1_048_576, limit=FILE_LIMIT // 1_048_576
            )
        )
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith((b"<svg", b"<?xml")):
        data = _rasterise(data, ref)
    return _decode_raster(data, ref)


def png_bytes(image: Image, side: int) -> bytes:
    """A PNG of at most `side` pixels a side."""
    small = image.copy()
    small.thumbnail((side, side))
    buffer = io.BytesIO()
    small.save(buffer, "PNG")
    return buffer.getvalue()


def _decode_raster(data: bytes, ref: str) -> Image:
    from PIL import Image as Pillow
    from PIL import ImageOps

    try:
        with Pillow.open(io.BytesIO(data), formats=FORMATS) as opened:
            _check_size(opened.width, opened.height, ref)
            opened.seek(0)
            opened.load()
            upright: Any = ImageOps.exif_transpose(opened)
            if upright.mode.startswith("I;16") or upright.mode in ("I", "F"):
                upright = _to_eight_bits(upright)
            picture: Image = upright.convert("RGBA")
            return picture
    except RefusedContent:
        raise
    except Exception as error:  # Pillow raises many kinds on broken files
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        if isinstance(error, Pillow.DecompressionBombError):  # Pillow's own check comes before ours
            reason = _("more than {limit} pixels").format(limit=f"{PIXEL_LIMIT:,}")
        if "cannot identify" in reason:
            reason = _("not a picture in PNG, JPEG, GIF, WebP, BMP, TIFF or SVG")
        raise RefusedContent(_("Refused {name}: {reason}.").format(name=ref, reason=reason)) from None


def _check_size(width: int, height: int, ref: str) -> None:
    if width < 1 or height < 1:
        raise RefusedContent(_("Refused {name}: it has no pixels.").format(name=ref))
    if max(width, height) > SIDE_LIMIT or width * height > PIXEL_LIMIT:
        raise RefusedContent(
            _("Refused {name}: {width} × {height} pixels, limit {limit}.").format(
                name=ref, width=f"{width:,}", height=f"{height:,}", limit=f"{SIDE_LIMIT:,}"
            )
        )


def _to_eight_bits(image: Image) -> Image:
    """16-bit and float pictures, scaled to their own range; Pillow's own conversion would clip them."""
    import numpy as np
    from PIL import Image as Pillow

    values = np.asarray(image, np.float64)
    values = np.nan_to_num(values)
    top = 65535.0 if image.mode.startswith("I") and values.max() > 255 else max(float(values.max()), 1.0)
    return Pillow.fromarray((np.clip(values / top, 0, 1) * 255).astype(np.uint8), "L")


def _rasterise(data: bytes, ref: str) -> bytes:
    """SVG to PNG by resvg, which runs no script; entities and outside references are refused."""
    if len(data) > SVG_LIMIT:
        raise RefusedContent(
            _("Refused {name}: {size} MB, limit {limit} MB.").format(
                name=ref, size=f"{len(data) / 1_048_576:.1f}", limit=SVG_LIMIT // 1_048_576
            )
        )
    text = data.decode("utf-8", "replace")
    outside = re.search(r"""(?:href|src)\s*=\s*["'](?!#|data:image/)|url\(\s*["']?(?!#)|@import""", text)
    if "<!ENTITY" in text or outside:
        raise RefusedContent(
            _("Refused {name}: the SVG refers to something outside itself.").format(name=ref)
        )
    import resvg_py

    try:
        return bytes(resvg_py.svg_to_bytes(svg_string=text, width=SVG_SIDE))
    except Exception as error:
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise RefusedContent(_("Refused {name}: {reason}.").format(name=ref, reason=reason)) from None

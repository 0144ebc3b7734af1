"""Pictures from untrusted bytes: size known before decoding, only named formats, upright, RGBA."""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING, Any

from explorer.errors import RefusedContent
from explorer.i18n import _
from explorer.media.sniffing import looks_like_svg
from explorer.media.svg import rasterise

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
SIDE_LIMIT = 8_000
PIXEL_LIMIT = 64_000_000
FILE_LIMIT = 50 * 1024 * 1024
KEPT_SIDE = 2048
"""Pixels; larger pictures are reduced at once: no encoder looks closer, and an ingest holds thirty at a time."""


def decode_image(data: bytes, ref: str) -> Image:
    """Decode PNG, JPEG, GIF, WebP (first frame), BMP, TIFF or SVG.

    Returns:
        An upright RGBA picture of at most 2,048 pixels a side.

    Raises:
        RefusedContent: broken, too large, or of another format.
    """
    if len(data) > FILE_LIMIT:
        raise RefusedContent(
            _("Refused {name}: {size} MB, limit {limit} MB.").format(
                name=ref, size=len(data) // 1_048_576, limit=FILE_LIMIT // 1_048_576
            )
        )
    if not data:
        raise RefusedContent(_("Refused {name}: it is empty.").format(name=ref))
    if looks_like_svg(data):
        data = rasterise(data, ref)
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
            opened.draft(None, (KEPT_SIDE, KEPT_SIDE))  # JPEG: decode at a half, a quarter or an eighth
            opened.load()
            upright: Any = opened
            with contextlib.suppress(Exception):  # a broken EXIF block does not make the picture worthless
                upright = ImageOps.exif_transpose(opened)
            if upright.mode.startswith("I;16") or upright.mode in ("I", "F"):
                upright = _to_eight_bits(upright)
            picture: Image = upright.convert("RGBA")
            picture.thumbnail((KEPT_SIDE, KEPT_SIDE))
            return picture
    except RefusedContent:
        raise
    except Pillow.DecompressionBombError:
        raise RefusedContent(
            _("Refused {name}: more than {limit} pixels.").format(name=ref, limit=f"{PIXEL_LIMIT:,}")
        ) from None
    except Exception as error:  # Pillow raises many kinds on broken files
        reason = " ".join(str(error).split())[:120].rstrip(".") or type(error).__name__
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

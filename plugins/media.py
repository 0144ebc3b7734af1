"""The three basic modalities: text, image, audio (sound and speech share it)."""

from __future__ import annotations

from explorer import Content, Modality, decode_audio, decode_image, decode_text, hookimpl, language_of


class Text(Modality):
    """Plain text of at most 10,000 characters."""

    name = "text"
    title = {"en": "Text", "zh": "文字"}
    suffixes = (".txt", ".md")
    marker = "circle"

    def decode(self, data: bytes, ref: str) -> Content:
        """UTF-8, UTF-16 or GB 18030."""
        text = decode_text(data, ref)
        return Content(modality="text", data=text, ref=ref, language=language_of(text))


class Image(Modality):
    """Pictures, upright and RGBA."""

    name = "image"
    title = {"en": "Image", "zh": "图像"}
    suffixes = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".svg")
    marker = "square"

    def decode(self, data: bytes, ref: str) -> Content:
        """PNG, JPEG, GIF, WebP, BMP, TIFF or SVG."""
        return Content(modality="image", data=decode_image(data, ref), ref=ref)


class Audio(Modality):
    """Sound and speech, mono at 16 kHz, of at most half an hour."""

    name = "audio"
    title = {"en": "Sound", "zh": "声音"}
    suffixes = (".wav", ".mp3", ".ogg", ".oga", ".opus", ".flac", ".aif", ".aiff", ".m4a", ".webm")
    marker = "diamond"

    def decode(self, data: bytes, ref: str) -> Content:
        """WAV, FLAC, OGG, MP3, AIFF, M4A or WebM."""
        return Content(modality="audio", data=decode_audio(data, ref), ref=ref)


@hookimpl
def modalities() -> list[Modality]:
    """Text, image, audio."""
    return [Text(), Image(), Audio()]

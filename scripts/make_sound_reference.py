"""Write plugins/audio_yamnet/reference.npz: scores of the demo's instruments, effects and animals, with names.

They centre the label bridge and tell how near a match is. Needs the assets `yamnet` and `animal-voices`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from explorer import Content, SourceItem, decode_audio
from explorer.assets import AssetStore
from plugins.audio_yamnet import Yamnet
from plugins.demo import Demo

TARGET = Path(__file__).resolve().parents[1] / "plugins/audio_yamnet/reference.npz"


def main() -> None:
    """Encode the clips and write the table."""
    store = AssetStore()
    encoder = Yamnet()
    encoder.load({asset.name: store.folder(asset) for asset in encoder.assets}, "cpu")
    collection = Demo()
    clips = [
        item
        for item in collection.items({asset.name: store.folder(asset) for asset in collection.assets})
        if item.modality == "audio" and not item.meta.get("spoken")
    ]
    contents = [Content(modality="audio", data=decode_audio(_data(clip), clip.name)) for clip in clips]
    np.savez_compressed(
        TARGET,
        scores=encoder.encode_batch(contents).astype(np.float16),
        zh=np.array([clip.captions["zh"] for clip in clips]),
        en=np.array([clip.captions["en"] for clip in clips]),
    )
    print(len(clips), "sounds")


def _data(clip: SourceItem) -> bytes:
    return clip.data if clip.data is not None else Path(clip.path or "").read_bytes()


if __name__ == "__main__":
    main()

"""Write plugins/image_efficientnet/reference.npz: OpenMoji's development half as the encoder sees it.

They centre the label bridge, tell how near a match is, and are the examples of its memory. Nothing of the test
half goes in. Needs the assets `openmoji` and `efficientnet-lite0`
(`explorer assets fetch openmoji efficientnet-lite0`).
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from explorer import Content, decode_image
from explorer.assets import AssetStore
from plugins.demo.media import OPENMOJI
from plugins.image_efficientnet import TOP, EfficientNetLite

ROOT = Path(__file__).resolve().parents[1] / "plugins"


def main() -> None:
    """Encode the development half and write the table."""
    store = AssetStore()
    encoder = EfficientNetLite()
    encoder.load({asset.name: store.folder(asset) for asset in encoder.assets}, "cpu")
    pictures = store.folder(OPENMOJI) / "svg"
    text = (ROOT / "demo/emoji.tsv").read_text(encoding="utf-8")
    rows = [row for row in csv.DictReader(text.splitlines(), delimiter="\t") if row["half"] == "dev"]
    vectors = []
    for start in range(0, len(rows), 32):
        contents = [
            Content(
                modality="image", data=decode_image((pictures / f"{r['code']}.svg").read_bytes(), r["code"])
            )
            for r in rows[start : start + 32]
        ]
        vectors.append(encoder.encode_batch(contents))
    own = np.concatenate(vectors)
    table = encoder.label_scores(own)
    classes = np.argsort(-table, axis=1)[:, :TOP]
    np.savez_compressed(
        ROOT / "image_efficientnet/reference.npz",
        vectors=own.astype(np.float16),
        classes=classes.astype(np.int16),
        weights=np.take_along_axis(table, classes, axis=1).astype(np.float16),
        zh=np.array([row["zh"] for row in rows]),
        en=np.array([row["en"] for row in rows]),
    )
    print(len(rows), "pictures")


if __name__ == "__main__":
    main()

"""Write plugins/data/text_bank.txt: the fixed texts whose mean centres the default space.

Class names of ImageNet and AudioSet (the first in each language) and the development half's emoji names.
"""

from __future__ import annotations

import csv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1] / "plugins"


def main() -> None:
    """Collect, deduplicate, write."""
    texts: list[str] = []
    for table in ("image_efficientnet/imagenet_labels.tsv", "audio_yamnet/audioset_labels.tsv"):
        for row in read(ROOT / table):
            texts += [row["en"].split("|")[0], row["zh"].split("|")[0]]
    for row in read(ROOT / "demo/emoji.tsv"):
        if row["half"] == "dev":
            texts += [row["en"], row["zh"]]
    unique = list(dict.fromkeys(texts))
    (ROOT / "data/text_bank.txt").write_text("\n".join(unique) + "\n", encoding="utf-8")
    print(len(unique), "texts")


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a tab-separated table."""
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines(), delimiter="\t"))


if __name__ == "__main__":
    main()

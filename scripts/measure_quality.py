"""Write the pairs that docs/quality.md is measured on: OpenMoji's test half with its Chinese and English names.

python scripts/measure_quality.py pairs.jsonl && explorer evaluate retrieval pairs.jsonl --json
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

from explorer.assets import AssetStore
from plugins.demo.media import OPENMOJI

TABLE = Path(__file__).resolve().parents[1] / "plugins/demo/emoji.tsv"


def main() -> None:
    """One row a picture and language."""
    pictures = AssetStore().folder(OPENMOJI) / "svg"
    lines = []
    for row in csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines(), delimiter="\t"):
        if row["half"] == "test":
            path = str(pictures / f"{row['code']}.svg")
            lines += [
                {"id": row["code"], "image": path, "text": row[lang], "lang": lang} for lang in ("zh", "en")
            ]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    Path(sys.argv[1]).write_text(text, encoding="utf-8")
    print(len(lines), "rows")


if __name__ == "__main__":
    main()

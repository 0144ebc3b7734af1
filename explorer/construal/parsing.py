"""From a sentence to its verb and object: which of its verb–object pairs it is about, and what stands around them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from explorer.construal.forms import (
    ASPECT,
    CANDIDATE_WEIGHTS,
    COMPLEMENTS,
    COVERBS,
    LIGHT,
    LOCALIZERS,
    MEASURES,
    NAME_STARTS,
    NOMINAL_TAGS,
    NUMERAL,
    surely_told,
)
from explorer.construal.readings import Token
from explorer.construal.segmenting import Word, Words, counts
from explorer.i18n import _

LONGEST = 400
"""Characters of a sentence that are looked at."""
_SPACE = re.compile(r"(?<=[一-鿿])\s+(?=[一-鿿])")
_BREAK = re.compile(r"[，。！？；：、,.!?;:\s…—“”‘’「」『』（）()《》]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Clause:
    """A sentence with its verb and object, or the `reason` why there is none.

    `verb` is the stem (挂 of 挂上), `complement` what follows it; `object` the noun phrase without numeral,
    classifier and what stands before 的. `counted`: a numeral or classifier stands before it. `fronting` is the
    coverb where the object stands before the verb (把面条吃了).
    """

    sentence: str
    tokens: tuple[Token, ...]
    verb: str = ""
    complement: str = ""
    object: str = ""
    counted: bool = False
    fronting: str = ""
    reason: str = ""


@dataclass(kw_only=True, slots=True)
class Candidate:
    """A verb with an object that may be the one asked about; `features` say what speaks for it."""

    verb: str
    complement: str
    object: str
    counted: bool
    start: int
    place: int
    features: dict[str, float] = field(default_factory=dict)

    @property
    def score(self) -> float:
        """The weighted features: a conditional logit, fitted on development sentences."""
        return sum(CANDIDATE_WEIGHTS.get(name, 0.0) * value for name, value in self.features.items())


class Parser:
    """Finds verb and object.

    `is_verb` and `is_noun` ask the graph what it knows of a word; `fits` how well it knows, in [0, 1], that
    this verb takes this object.
    """

    def __init__(
        self,
        is_verb: Callable[[str], bool],
        is_noun: Callable[[str], bool],
        fits: Callable[[str, str], float] = lambda verb, noun: 0.0,
    ) -> None:
        self._is_verb = is_verb
        self._is_noun = is_noun
        self._fits = fits
        self._split = Words(is_verb, is_noun, fits)

    def parse(self, sentence: str, verb: str | None = None, object: str | None = None) -> Clause:
        """The clause of `sentence`; verb and object are looked for where they are not given."""
        text = _SPACE.sub("", unicodedata.normalize("NFKC", sentence[: 4 * LONGEST])).strip()[:LONGEST]
        if not any("一" <= character <= "鿿" for character in text):
            return Clause(
                sentence=sentence,
                tokens=(Token(text=text, start=0),) if text else (),
                reason=_("it is not Chinese"),
            )
        if verb and object:
            return self._given(text, verb.strip(), object.strip())
        words = self.words(text)
        found = self.candidates(text, verb)
        if not found:
            words = self.words(text)
            some_verb = any(self._is_verb(word) for word, _tag, _start in words)
            reason = _("no object follows the verb") if some_verb else _("it has no verb that is known here")
            return Clause(sentence=sentence, tokens=_tokens(words), reason=reason)
        best = max(found, key=lambda candidate: candidate.score)
        return self._clause(
            text,
            self.words(text),
            best.verb,
            best.complement,
            best.object,
            counted=best.counted,
            start=best.start,
            place=best.place,
        )

    def candidates(self, text: str, verb: str | None = None) -> list[Candidate]:
        """The verb–object pairs of a text, in its order; of `verb` alone where it is given."""
        words = self.words(text)
        found = self._candidates(words, verb)
        for candidate in found:
            candidate.features["first"] = float(candidate is found[0])
            candidate.features["last"] = float(candidate is found[-1])
        return found

    def words(self, text: str) -> list[Word]:
        """(word, part of speech, start) of a text."""
        return self._split(text)

    def _candidates(self, words: Sequence[Word], wanted: str | None) -> list[Candidate]:
        found: list[Candidate] = []
        for i, (word, tag, start) in enumerate(words):
            stem, complement = self._stem(word)
            if wanted:
                if word != wanted and stem != wanted and not word.startswith(wanted):
                    continue
            elif not stem or not (tag.startswith("v") or self._is_verb(word) or self._is_verb(stem)):
                continue
            if (
                tag[:1] in "ad"
                and i + 1 < len(words)
                and (words[i + 1][1].startswith("a") or words[i + 1][0] == "的")
            ):
                continue  # 好 in 好大的雨
            noun, counted, more, place = self._object(words, i + 1)
            if not noun or noun in LOCALIZERS:
                continue
            candidate = Candidate(
                verb=stem,
                complement=complement or more,
                object=noun,
                counted=counted,
                start=start,
                place=place,
            )
            candidate.features.update(self._features(words, i, stem, noun, place))
            found.append(candidate)
        return found

    def _features(self, words: Sequence[Word], i: int, stem: str, noun: str, place: int) -> dict[str, float]:
        """What tells the pair that the sentence is about from the others in it."""
        word, tag, _start = words[i]
        before = words[i - 1] if i else ("", "", 0)
        after = words[i + 1] if i + 1 < len(words) else ("", "", 0)
        rest = [w for w, _t, s in words if s >= place + len(noun)]
        breaks = [k for k, (w, _t, _s) in enumerate(words) if _BREAK.fullmatch(w) and words[k] != words[-1]]
        return {
            "light": float(word in LIGHT),
            "coverb": float(word in COVERBS),  # 到 用 靠 are verbs, too
            "after_de": float(before[0] in ("的", "之")),
            "then_de": float(after[0] in ("的", "之")),
            "no_verb": float(self._is_noun(word) and not self._is_verb(word)),
            "known": float(self._is_verb(stem)),
            "tagged": float(tag.startswith("v")),
            "object_known": float(self._is_noun(noun)),
            "fit": self._fits(stem, noun),
            "place": i / len(words),
            "clause": float(sum(k < i for k in breaks)),
            "ends": float(
                not rest or bool(_BREAK.fullmatch(rest[0])) or rest[0] in ("了", "吧", "呢", "吗", "啊")
            ),
            "adverb": float(before[1].startswith("d")),
            "after_noun": float(before[1].startswith(("n", "r", "t"))),
            "aspect": float(after[0] in ASPECT),
            "short": float(len(stem) == 1),
            "opens": float(i == 0 or (i - 1) in breaks),
        }

    def _stem(self, word: str) -> tuple[str, str]:
        """A verb without its complement; itself where the whole is known."""
        if self._is_verb(word):
            return word, ""
        for ending in (*COMPLEMENTS, *ASPECT):
            if word.endswith(ending) and self._is_verb(word[: -len(ending)]):
                return word[: -len(ending)], ending
        return word, ""

    def _object(self, words: Sequence[Word], i: int) -> tuple[str, bool, str, int]:
        """(object, counted, complement, start) of the noun phrase that begins at word `i`."""
        complement = ""
        while i < len(words) and (
            words[i][0] in ASPECT or words[i][0] in COMPLEMENTS or words[i][0] in ("不", "一", "起")
        ):
            if words[i][0] in COMPLEMENTS:
                complement = words[i][0]
            elif words[i][0] == "一" and i + 1 < len(words) and words[i + 1][1] not in ("v",):
                break
            i += 1
        counted, phrase, start, count, count_start = False, "", -1, "", -1
        while i < len(words):
            word, tag, place = words[i]
            if (
                _BREAK.fullmatch(word)
                or word in COVERBS
                or word in ("吗", "呢", "吧", "啊", "了", "就", "也", "都", "才", "又")
            ):
                break
            if word in ("的", "之"):
                phrase, start = "", -1
            elif counts(word, tag) and not self._is_noun(word):
                counted, count, count_start = True, word, place
            elif (
                word in MEASURES
                and not phrase
                and counted
                and i + 1 < len(words)
                and not _BREAK.fullmatch(words[i + 1][0])
            ):
                pass
            elif (
                tag.startswith(("n", "t", "s", "l", "i", "j", "eng", "f"))
                or self._is_noun(word)
                or (tag in NOMINAL_TAGS and not phrase)
            ):
                start = place if not phrase else start
                phrase += word
            elif (
                tag.startswith("v")
                and not phrase
                and i + 1 < len(words)
                and not _BREAK.fullmatch(words[i + 1][0])
            ):
                if not any(w[0] in ("的", "之") for w in words[i + 1 : i + 4]):
                    break
            elif tag.startswith(("v", "a", "z", "b", "d")) and not phrase:
                following = words[i + 1] if i + 1 < len(words) else ("", "", 0)
                if self._is_noun(following[0][-1:]) or following[1].startswith("n"):
                    i += 1
                    continue  # 新 in 新毛笔
                start, phrase = place, word
            else:
                break
            i += 1
        if not phrase and count:  # 拖了半年, 跑了三圈: the measure is the object
            return count, True, complement, count_start
        return phrase, counted, complement, start

    def _given(self, text: str, verb: str, noun: str) -> Clause:
        words = self.words(text)
        start = text.find(verb)
        place = text.find(noun, max(0, start + len(verb)))
        fronting = ""
        if place < 0 <= text.find(noun):
            place = text.find(noun)
            fronting = next((c for c in ("把", "被", "将") if c in text[:place]), "")
        between = text[start + len(verb) : place] if 0 <= start < place else ""
        stem, complement = self._stem(verb)
        if not complement:
            complement = next((c for c in COMPLEMENTS if between.startswith(c)), "")
        counted = bool(re.search(f"[{NUMERAL}]", between))
        return self._clause(
            text,
            words,
            stem,
            complement,
            bare(noun),
            counted=counted,
            start=start,
            place=place,
            fronting=fronting,
        )

    def _clause(
        self,
        text: str,
        words: Sequence[Word],
        stem: str,
        complement: str,
        noun: str,
        *,
        counted: bool,
        start: int,
        place: int,
        fronting: str = "",
    ) -> Clause:
        spans = [(start, start + len(stem), "verb"), (place, place + len(noun), "object")]
        return Clause(
            sentence=text,
            tokens=_marked(text, words, [span for span in spans if span[0] >= 0]),
            verb=stem,
            complement=complement,
            object=noun,
            counted=counted,
            fronting=fronting,
        )


def bare(phrase: str) -> str:
    """A noun phrase without what stands before 的, and without numeral and classifier."""
    noun = re.split("[的之]", phrase)[-1] or phrase
    if surely_told(noun):
        return noun  # 五分钟 is a span of time, not 钟
    found = re.match(rf"^[{NUMERAL}]+", noun)
    if found and len(noun) > found.end():
        rest = noun[found.end() :]
        measure = next((m for m in (rest[:2], rest[:1]) if m in MEASURES and len(rest) > len(m)), "")
        if measure:
            return rest[len(measure) :]
    return noun


def _tokens(words: Sequence[Word]) -> tuple[Token, ...]:
    return tuple(Token(text=word, start=start) for word, _tag, start in words if not _BREAK.fullmatch(word))


def _marked(text: str, words: Sequence[Word], spans: Sequence[tuple[int, int, str]]) -> tuple[Token, ...]:
    """Words as tokens; verb and object are tokens of their own, whatever the segmenter made of them."""
    borders = {0, len(text)}
    for word, _tag, start in words:
        borders |= {start, start + len(word)}
    for begin, end, _part in spans:
        borders = {b for b in borders if not begin < b < end} | {begin, end}
    edges = sorted(b for b in borders if 0 <= b <= len(text))
    found: list[Token] = []
    for begin, end in pairwise(edges):
        piece = text[begin:end]
        if _BREAK.fullmatch(piece):
            continue
        part = next((part for b, e, part in spans if (b, e) == (begin, end)), "")
        if not part and not any(token.part == "verb" for token in found) and not found:
            part = "subject"
        found.append(Token(text=piece, start=begin, part=part))
    return _with_name(tuple(found))


def _with_name(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """张 and 三 before the verb are one name, which the dictionary does not have."""
    if len(tokens) < 3 or tokens[2].part != "verb" or tokens[1].part or len(tokens[1].text) != 1:
        return tokens
    first, second, *rest = tokens
    if first.text not in NAME_STARTS or second.start != first.start + 1:
        return tokens
    return (Token(text=first.text + second.text, start=first.start, part="subject"), *rest)

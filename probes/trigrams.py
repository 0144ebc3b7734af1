"""What letters alone say of a text: how usual its characters, and their order, are in the words of the knowledge."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from math import log

from explorer import load_registry
from probes.overlap import letters

ORDER = 3


class CharacterModel:
    """A model of characters given the two before them, interpolated with shorter contexts (Witten and Bell 1991)."""

    def __init__(self, words: Iterable[str]) -> None:
        self._after: dict[str, Counter[str]] = defaultdict(Counter)
        for word in words:
            text = letters(word)
            for i, c in enumerate(text):
                for size in range(ORDER):
                    if size <= i:
                        self._after[text[i - size : i]][c] += 1
        self._total = {context: sum(counts.values()) for context, counts in self._after.items()}
        self._characters = len(self._after[""]) + 1  # and one for all that were never seen

    def log_likelihood(self, text: str, *, order: int = ORDER) -> float:
        """Sum of the natural logarithms of all characters' probabilities; order 1 is a bag of characters."""
        known = letters(text)
        return sum(log(self._share(known[max(0, i - order + 1) : i], c)) for i, c in enumerate(known))

    def _share(self, context: str, c: str) -> float:
        shorter = self._share(context[1:], c) if context else 1 / self._characters
        counts = self._after.get(context)
        if not counts:
            return shorter
        kinds = len(counts)
        return (counts[c] + kinds * shorter) / (self._total[context] + kinds)


def of_the_knowledge() -> CharacterModel:
    """Learnt from all words, each once, of the facts that are taken for granted."""
    words: dict[str, None] = {}
    for source in load_registry().knowledge_sources.values():
        if source.base:
            for fact in source.facts({}):
                words[fact.subject] = words[fact.object] = None
    return CharacterModel(words)

"""What the graph says of a verb and an object: the paths that license each role.

Five kinds, each a list of paths whose every step can be cut: the verb's own frame selects a class of the object; the
frame of the verb's type does; what the class is to verbs in general; what the object is used for; a fixed expression.
A compound inherits from its head (大碗 from 碗), a verb from its parts (涂抹 from 抹), and the form of some words says
what they are (三天, 墙上).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from explorer.construal import forms
from explorer.construal.forms import ASPECT, COMPLEMENTS, CONSTRUCTIONS, LOCALIZERS
from explorer.construal.readings import IDIOM, Path
from explorer.construal.segmenting import segmenter
from explorer.knowledge.graph import IS, Class, Facts, Step, StepKind, classes_of, step_of
from explorer.knowledge.relations import TAKES
from store import FactRecord

HEAD = 0.85
"""What a compound keeps of its head's evidence for each step to a shorter head."""
PART = 0.7
"""What a verb inherits of the frames of its parts."""
GUESS = 0.6
"""What a word that is merely near in the space lends of its evidence."""
MOST_KIN = 20
"""Kindred verbs that are heard."""
OTHER_TYPE = 0.5
"""What a kindred verb of another type counts."""
NEARER = 0.3
"""What a frame keeps for each step that another frame of the verb is nearer to the object's own class."""
SECOND = 0.8
"""What the second usual class of a word counts against the first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Anchor:
    """A known word that stands for the object or verb (itself, its head), with the steps to it."""

    word: str
    share: float
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """All paths for a verb and an object, and what is known of either."""

    paths: tuple[Path, ...] = ()
    anchors: tuple[Anchor, ...] = ()
    classes: tuple[tuple[Anchor, Class], ...] = ()
    types: Mapping[str, float] = field(default_factory=dict)
    """Types of the verb, with how surely."""
    templates: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Role → the strongest frame's paraphrase (zh, en)."""
    framed: bool = False
    """A frame of the verb itself selects the object."""

    def strengths(self, cut: Collection[str] = ()) -> dict[str, dict[str, float]]:
        """Kind → role → the strongest path that holds; of kindred verbs, what they say together."""
        found: dict[str, dict[str, float]] = defaultdict(dict)
        for path in self.paths:
            if any(step.id in cut for step in path.steps):
                continue
            before = found[path.kind].get(path.role, 0.0)
            together = before + path.strength if path.kind == "kin" else max(before, path.strength)
            found[path.kind][path.role] = together
        return found


class Gatherer:
    """Gathers evidence from `facts`; what classes are to verbs in general is counted once, over the base graph."""

    def __init__(
        self, facts: Facts, usual: Mapping[str, Mapping[str, float]], base: Facts | None = None
    ) -> None:
        self._facts = facts
        self._usual = usual
        self._base = base or facts  # in memory: where hundreds of words are looked through

    def gather(
        self,
        verb: str,
        object: str,
        *,
        complement: str = "",
        fronting: str = "",
        without_frames: bool = False,
        guesses: Sequence[Anchor] = (),
        kin: Sequence[tuple[str, float]] = (),
    ) -> Evidence:
        """Paths for `verb` and `object`.

        Args:
            complement: what follows the verb's stem (贴在, 写成).
            without_frames: leave the verb's own frames out, to measure what is inferred.
            guesses: nearest known words of an unknown object.
            kin: verbs near this one, with weights.
        """
        anchors = self.object_anchors(object) or list(guesses)
        classes = self.classes(object, anchors)
        verbs = self.verb_anchors(verb, without_frames=without_frames)
        paths = self._construction(verb, object, complement, fronting)
        templates: dict[str, tuple[str, str]] = {}
        types: dict[str, float] = {}
        best: dict[str, float] = {}

        def learn(path: Path, fact: FactRecord, share: float) -> None:
            paths.append(path)
            if path.strength * share > best.get(path.role, 0.0) and fact.meta.get("zh"):
                best[path.role] = path.strength * share
                templates[path.role] = str(fact.meta["zh"]), str(fact.meta.get("en", ""))

        framed = False
        for anchor in verbs:
            if not (without_frames and anchor.word == verb):
                own = self.frames(anchor, classes, "frame")
                framed = framed or (bool(own) and anchor.word == verb)
                for path, fact in own:
                    learn(path, fact, 1.0)
            for kind, share, steps in self._types(anchor):
                types[kind] = max(types.get(kind, 0.0), share)
                for path, fact in self.frames(Anchor(word=kind, share=share, steps=steps), classes, "type"):
                    learn(path, fact, 0.5)
        paths += self._by_class(classes)
        paths += self._uses(verb, anchors)
        paths += self._kindred(verb, classes, kin)
        paths += self._expressions(verb, object, complement)
        return Evidence(
            paths=tuple(sorted(paths, key=lambda path: -path.strength)),
            anchors=tuple(anchors),
            classes=tuple(classes),
            types=types,
            templates=templates,
            framed=framed,
        )

    def fit(self, verb: str, object: str) -> float:
        """How well the graph knows that `verb` takes `object`: the strongest frame or expression, in [0, 1]."""
        anchors = self.object_anchors(object)
        if any(f.relation == "MeansFiguratively" for f in self._facts.about(verb + object)):
            return 1.0
        classes = self.classes(object, anchors)
        return max(
            (
                path.strength
                for a in self.verb_anchors(verb)
                for path, _fact in self.frames(a, classes, "frame")
            ),
            default=0.0,
        )

    # -- words ---------------------------------------------------------------------------------------------

    def object_anchors(self, word: str) -> list[Anchor]:
        """The known words that stand for an object, the longest first: itself, else its heads."""
        if self.is_known(word):
            return [Anchor(word=word, share=1.0)]
        found: list[Anchor] = []
        if any(f.relation in TAKES for f in self._facts.to(word)):
            found.append(Anchor(word=word, share=1.0))  # a frame names this very word, whatever it is
        if forms.surely_told(word):
            return found  # 三天三夜 is a span of time, not a night
        for start in range(1, len(word)):
            head = word[start:]
            share = HEAD if len(head) > 1 else HEAD * (0.8 if len(word) <= 3 else 0.6)
            if self.is_known(head) and not (len(head) == 1 and head in LOCALIZERS):
                found.append(
                    Anchor(word=head, share=share, steps=(_step("head", word, "DerivedFrom", head, share),))
                )
                break
        return found

    def is_known(self, word: str) -> bool:
        """Whether the graph says what `word` is, as a thing."""
        return any(
            f.relation in IS and "type" not in f.meta and f.language == "zh" for f in self._facts.about(word)
        )

    def verb_anchors(self, verb: str, *, without_frames: bool = False) -> list[Anchor]:
        """The verb itself where it has frames or a type, and its known parts."""
        found = [Anchor(word=verb, share=1.0)] if self.is_verb(verb) else []
        if found and any(f.relation in TAKES for f in self._facts.about(verb)) and not without_frames:
            return found
        for part, share in _parts(verb):
            if self.is_verb(part):
                found.append(
                    Anchor(word=part, share=share, steps=(_step("head", verb, "DerivedFrom", part, share),))
                )
                break
        return found

    def is_verb(self, word: str) -> bool:
        """Whether the graph knows `word` as a verb."""
        return any(f.relation in TAKES or "type" in f.meta for f in self._facts.about(word))

    def classes(self, object: str, anchors: Sequence[Anchor]) -> list[tuple[Anchor, Class]]:
        """Classes of the anchors, each with what it is a class of, and those that the object's form tells."""
        found = [(anchor, each) for anchor in anchors for each in classes_of(self._facts, anchor.word)]
        found += [(anchor, each) for anchor, each in self._by_form(object)]
        return found

    def _by_form(self, word: str) -> list[tuple[Anchor, Class]]:
        """Classes that the form of a word tells."""
        told = self.told_by_form(word)
        if told is None:
            return []
        name, share = told
        anchor = Anchor(word=word, share=share)
        step = _step("form", word, "IsA", name, share)
        found = [(anchor, Class(name=name, distance=1, chain=0, steps=(step,)))]
        for above in classes_of(self._facts, name)[1:]:
            node = Class(name=above.name, distance=above.distance + 1, chain=0, steps=(step, *above.steps))
            found.append((anchor, node))
        return found

    def told_by_form(self, word: str) -> tuple[str, float] | None:
        """(class, how surely) that the form of a word tells, or its part of speech where it is unknown."""
        for pattern, name, share in forms.WORD_FORMS:
            if re.search(pattern, word) and not (share <= 0.7 and self.is_known(word)):
                return name, share
        if not self.is_known(word):
            tags = segmenter().tag(word, hmm=False)
            if len(tags) == 1 and tags[0][1] in forms.TAG_CLASSES:
                return forms.TAG_CLASSES[tags[0][1]]
        return None

    # -- paths ---------------------------------------------------------------------------------------------

    def frames(
        self, verb: Anchor, classes: Sequence[tuple[Anchor, Class]], kind: str
    ) -> list[tuple[Path, FactRecord]]:
        """Frames of a verb or type that select a class of the object; the nearer to it, the stronger."""
        rows = {
            (f.object, f.relation): f for f in reversed(self._facts.about(verb.word)) if f.relation in TAKES
        }
        by_class: dict[str, list[FactRecord]] = defaultdict(list)
        for (name, _relation), fact in rows.items():
            by_class[name].append(fact)
        matched = [
            (anchor, each, fact)
            for anchor, each in classes
            for fact in by_class.get(each.name, ())
            if fact.language == "zh"
        ]
        nearest: dict[tuple[str, int], int] = {}
        for anchor, each, _fact in matched:
            key = anchor.word, each.chain
            nearest[key] = min(nearest.get(key, 99), each.distance)
        found = []
        for anchor, each, fact in matched:
            # a frame for this very word outdoes those for any of its classes
            from_ = 0 if nearest.get((anchor.word, 0)) == 0 else nearest[anchor.word, each.chain]
            further = each.distance - from_
            share = anchor.share * verb.share * (SECOND ** min(each.chain, 2)) * NEARER**further
            strength = min(1.0, fact.weight) * share
            steps = (*verb.steps, *anchor.steps, *each.steps, step_of(fact))
            found.append((Path(role=TAKES[fact.relation], kind=kind, steps=steps, strength=strength), fact))  # type: ignore[arg-type]
        return found

    def _kindred(
        self, verb: str, classes: Sequence[tuple[Anchor, Class]], kin: Sequence[tuple[str, float]]
    ) -> list[Path]:
        """What the nearest verbs that select a class of the object say, weighted; all of them together say 1."""
        names = {each.name for _anchor, each in classes}
        types = {fact.object for fact in self._facts.about(verb) if "type" in fact.meta}
        heard: list[tuple[float, list[Path]]] = []
        for name, weight in kin:
            if len(heard) == MOST_KIN:
                break
            facts = self._base.about(name)
            if not any(fact.object in names and fact.relation in TAKES for fact in facts):
                continue
            other = {fact.object for fact in facts if "type" in fact.meta}
            best: dict[str, Path] = {}
            for path, _fact in self.frames(Anchor(word=name, share=1.0), classes, "kin"):
                if path.role not in best or path.strength > best[path.role].strength:
                    best[path.role] = path
            heard.append((weight * (1.0 if types & other else OTHER_TYPE), list(best.values())))
        whole = sum(weight for weight, _paths in heard) or 1.0
        return [
            replace(
                path,
                steps=(
                    _step("guess", verb, "SimilarTo", path.steps[-1].subject, weight / whole),
                    *path.steps,
                ),
                strength=path.strength * weight / whole,
            )
            for weight, paths in heard
            for path in paths
        ]

    def _types(self, verb: Anchor) -> list[tuple[str, float, tuple[Step, ...]]]:
        rows = [f for f in self._facts.about(verb.word) if f.relation == "IsA" and "type" in f.meta]
        return [
            (fact.object, verb.share * (SECOND ** min(i, 2)), (*verb.steps, step_of(fact)))
            for i, fact in enumerate(rows)
        ]

    def _by_class(self, classes: Sequence[tuple[Anchor, Class]]) -> list[Path]:
        """What the object's nearest counted class usually is to a verb."""
        found: list[Path] = []
        done: set[tuple[str, int]] = set()
        for anchor, each in sorted(classes, key=lambda pair: pair[1].distance):
            if (anchor.word, each.chain) in done or each.name not in self._usual or each.distance == 0:
                continue
            done.add((anchor.word, each.chain))
            share = anchor.share * SECOND ** min(each.chain, 2)
            found += [
                Path(role=role, kind="class", steps=(*anchor.steps, *each.steps), strength=usual * share)
                for role, usual in self._usual[each.name].items()
            ]
        return found

    def _uses(self, verb: str, anchors: Sequence[Anchor]) -> list[Path]:
        """What the object is for, and what is done to it, where the verb is in that."""
        found: list[Path] = []
        stem = verb[0] if len(verb) == 1 else verb
        for anchor in anchors:
            for fact in self._facts.about(anchor.word):
                if fact.relation == "ReceivesAction" and stem in fact.object:
                    role, share = "patient", 0.9
                elif fact.relation == "UsedFor" and fact.object.startswith(stem):
                    role, share = "instrument", 0.7
                elif fact.relation == "UsedFor" and stem in fact.object:
                    role, share = "instrument", 0.5
                else:
                    continue
                strength = share * anchor.share * min(1.0, fact.weight)
                found.append(
                    Path(role=role, kind="use", steps=(*anchor.steps, step_of(fact)), strength=strength)
                )
        return found

    def _construction(self, verb: str, object: str, complement: str, fronting: str) -> list[Path]:
        """V 在/到/进 O is a place, V 成 O a result, 把 O V what is acted on; O with a localizer is a place."""
        found: list[Path] = []
        if fronting in ("把", "将"):
            step = _step("form", f"{fronting}{object}{verb}", "HasA", fronting, 0.8)
            found.append(Path(role="patient", kind="expression", steps=(step,), strength=0.9))
        for form, roles in CONSTRUCTIONS.items():
            if complement.startswith(form):
                step = _step("form", f"{verb}{complement}", "HasA", form, 0.8)
                found += [
                    Path(role=role, kind="expression", steps=(step,), strength=s) for role, s in roles.items()
                ]
                break
        ending = next((e for e in LOCALIZERS if object.endswith(e) and len(object) > len(e)), "")
        if ending and (not self.is_known(object)) and self.is_known(object[: -len(ending)]):
            step = _step("form", object, "HasA", ending, 0.8)
            found.append(Path(role="location", kind="expression", steps=(step,), strength=0.75))
        return found

    def _expressions(self, verb: str, object: str, complement: str) -> list[Path]:
        found: list[Path] = []
        for whole in dict.fromkeys((f"{verb}{object}", f"{verb}{complement}{object}")):
            for fact in self._facts.about(whole):
                if fact.relation == "MeansFiguratively":
                    path = Path(
                        role=IDIOM, kind="expression", steps=(step_of(fact),), strength=min(1.0, fact.weight)
                    )
                    found.append(path)
        return found


def guessed(word: str, near: Sequence[tuple[str, float]]) -> list[Anchor]:
    """Near words with their cosine, as anchors for an unknown word; the nearer, the more it counts."""
    return [
        Anchor(word=known, share=GUESS * cosine, steps=(_step("guess", word, "SimilarTo", known, cosine),))
        for known, cosine in near
    ]


def _parts(verb: str) -> list[tuple[str, float]]:
    """Verbs inside a verb: without its complement, its second half, its first."""
    found = [
        (verb[: -len(e)], 0.95) for e in (*COMPLEMENTS, *ASPECT) if verb.endswith(e) and len(verb) > len(e)
    ]
    if len(verb) >= 2:
        found += [(verb[1:], PART), (verb[:-1], PART)]
    return found


def _step(kind: StepKind, subject: str, relation: str, object: str, weight: float) -> Step:
    """A step that no fact says: its id tells what it joins."""
    return Step(
        id=f"{kind}:{subject}:{object}",
        subject=subject,
        relation=relation,
        object=object,
        kind=kind,
        weight=weight,
        depth=1,
    )

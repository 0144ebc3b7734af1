"""What the iceberg page says: roles, facts, what a cut does, what several sentences share. No widgets here."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.construal.readings import IDIOM, Construal, Path, Reading, coarse
from explorer.i18n import _, current
from explorer.iceberg.nodes import Iceberg
from explorer.knowledge.graph import Step
from explorer.knowledge.relations import RELATIONS, ROLES
from explorer.ui.tokens import number, quoted

SEEN = 0.005
"""A smaller change of a probability does not show in two figures."""
TOLD = 3
"""Facts of a path that are told in a sentence."""


def role_name(role: str) -> str:
    """A role as a linguist writes it, in the reader's language."""
    if role == IDIOM:
        return _("set phrase")
    if role == "other-oblique":
        return _("other oblique")
    return ROLES.get(role, role) if current() == "zh" else role


def said(reading: Reading) -> str:
    """The reading in the reader's language."""
    return reading.zh if current() == "zh" else reading.en


def listed(words: Sequence[str]) -> str:
    """A、B、C or A, B, C."""
    return ("、" if current() == "zh" else ", ").join(words)


def step_words(step: Step) -> tuple[str, str, str]:
    """Subject, relation, object of a step in the reader's language."""
    language = current()
    guessed = {"DerivedFrom": _("has the head"), "SimilarTo": _("is near"), "HasA": _("has the form")}
    if step.kind != "fact" and step.relation in guessed:
        return step.subject, guessed[step.relation], step.labels.get(language) or step.object
    known = RELATIONS.get(step.relation)
    relation = (known.zh if language == "zh" else known.en) if known is not None else step.relation
    return step.subject, relation, step.labels.get(language) or step.object


def step_line(step: Step) -> str:
    """食堂 是一种 餐馆."""
    return " ".join(step_words(step))


def verdict(construal: Construal) -> str:
    """Why there is no verdict, in one line; empty where there is one."""
    if construal.readings and not construal.abstained:
        return ""
    best = likeliest(construal)
    if best is None or best >= construal.threshold:
        return full_sentence(construal.reason)
    return _("The best is {best}, below {threshold}.").format(
        best=number(best), threshold=number(construal.threshold)
    )


def full_sentence(words: str) -> str:
    """A reason with a capital and a full stop."""
    stop = "。" if current() == "zh" else "."
    return words[:1].upper() + words[1:] + ("" if not words or words[-1] in ".。" else stop)


def likeliest(construal: Construal) -> float | None:
    """The share of the likeliest coarse role, which a verdict is given by; None where nothing is read."""
    return next(iter(coarse(construal.probabilities).values())) if construal.readings else None


def reading_of(construal: Construal, role: str) -> Reading | None:
    """The reading with this role."""
    return next((reading for reading in construal.readings if reading.role == role), None)


def steps_of(construal: Construal) -> dict[str, Step]:
    """Every step that any path of a construal takes, by id."""
    return {step.id: step for r in construal.readings for path in r.paths for step in path.steps}


def winning_path(construal: Construal) -> Path | None:
    """The strongest path of the best reading; None where there is no verdict or no path."""
    best = construal.best
    return best.paths[0] if best is not None and best.paths and not construal.abstained else None


def effect(now: Construal, after: Construal) -> str:
    """What happens to the reading of `now` when it becomes `after`, a step having been cut."""
    best, then = now.best, after.best
    if best is None or then is None:
        return verdict(after) or _("Nothing can be read then.")
    kept = reading_of(after, best.role)
    left = kept.paths if kept is not None else ()
    value = kept.probability if kept is not None else 0.0
    change = f"{number(best.probability)} → {number(value)}"
    if after.abstained and not now.abstained:
        words = _("The best is only {best}, below {threshold}: no verdict.").format(
            best=number(likeliest(after) or 0.0), threshold=number(after.threshold)
        )
        if not left:
            words = _sentences(words, _("Nothing else ties {object} to this role.").format(object=now.object))
        return words
    if then.role != best.role:
        return _("The reading turns from {old} to {new} ({value}): {gloss}.").format(
            old=role_name(best.role),
            new=role_name(then.role),
            value=number(then.probability),
            gloss=quoted(said(then)),
        )
    if abs(best.probability - value) < SEEN:
        return _("Nothing changes: {role} stays at {value}.").format(
            role=role_name(best.role), value=number(value)
        )
    words = _("The reading holds: {role} {change}.").format(role=role_name(best.role), change=change)
    if left:
        return _sentences(words, _carried(left[0]))
    return _sentences(words, _("No path carries it any more, only the space."))


def _carried(path: Path) -> str:
    """By which path a reading stands; a long one is only counted."""
    if len(path.steps) > TOLD:
        return _("Another path of {count} facts carries it.").format(count=len(path.steps))
    line = listed([step_line(step) for step in path.steps])
    return _("Another path carries it: {path}.").format(path=line)


def comparison(icebergs: Sequence[Iceberg]) -> str:
    """What several sentences share above the water and below it."""
    construals = [iceberg.construal for iceberg in icebergs]
    return _sentences(_above(construals), _below(construals), _steps_shared(construals))


def _above(construals: Sequence[Construal]) -> str:
    rows = [[token.text for token in construal.tokens] for construal in construals]
    if len({len(row) for row in rows}) != 1 or not rows[0]:
        return ""
    differing = [words for words in zip(*rows, strict=True) if len(set(words)) > 1]
    if not differing:
        return _("Above the water the sentences are the same.")
    if len(differing) == 1:
        return _("Above the water one word differs: {words}.").format(words=listed(differing[0]))
    return _("Above the water {count} words differ.").format(count=len(differing))


def _below(construals: Sequence[Construal]) -> str:
    roles = [construal.role for construal in construals]
    known = [role for role in roles if role is not None]
    silent = [quoted(c.sentence) for c, role in zip(construals, roles, strict=True) if role is None]
    words = ""
    if len(known) > 1 and len(set(known)) == len(known):
        words = _("Below it the lit path is another each time: {roles}.").format(
            roles=listed([role_name(role) for role in known])
        )
    elif len(known) > 1 and len(set(known)) == 1:
        words = _("Below it the role is the same: {role}.").format(role=role_name(known[0]))
    elif known:
        words = _("Below it: {roles}.").format(roles=listed([role_name(role) for role in known]))
    if silent:
        words = _sentences(words, _("No verdict on {sentences}.").format(sentences=listed(silent)))
    return words


def _steps_shared(construals: Sequence[Construal]) -> str:
    paths = [path for construal in construals if (path := winning_path(construal)) is not None]
    if len(paths) < 2:
        return ""
    shared = set.intersection(*({step_line(step) for step in path.steps} for path in paths))
    if not shared:
        return _("The lit paths have no fact in common.")
    return _("The lit paths share: {facts}.").format(facts=listed(sorted(shared)))


def _sentences(*parts: str) -> str:
    """Sentences in a row; Chinese ones need no space between them."""
    return ("" if current() == "zh" else " ").join(part for part in parts if part)

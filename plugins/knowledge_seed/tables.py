"""The seed's tables as typed rows. A row that does not fit is left out, and named in `Seed.problems`."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from explorer import InputError
from explorer import translate as _

DATA = Path(__file__).parent / "data"
VERB_TYPES = {
    "ingestion": "饮食",
    "motion": "移动",
    "placement": "放置",
    "posture": "姿势",
    "creation": "制作",
    "application": "涂敷",
    "removal": "去除",
    "perception": "感知",
    "communication": "言语",
    "contact": "接触",
    "change": "变化",
    "possession": "领有",
    "performance": "表演",
    "competition": "比赛",
    "social": "交际",
    "cognition": "认知",
    "emotion": "情感",
    "service": "服务",
    "operation": "操作",
    "existence": "存在",
    "dressing": "穿戴",
    "growing": "种养",
    "cooking": "烹饪",
    "travel": "出行",
}
"""Types of verbs, with their Chinese names."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NounClass:
    """A class of things: `name` is its id, `parent` another class or empty."""

    name: str
    zh: str
    en: str
    parent: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Noun:
    """A noun with its variants (`words`, the usual one first), its classes, and (relation, target) uses."""

    words: tuple[str, ...]
    en: str
    classes: tuple[str, ...]
    uses: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class VerbSense:
    """A sense of a verb and its type."""

    verb: str
    sense: str
    en: str
    type: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """A role that fillers of `classes`, and single `words` that deviate from theirs, take as object, and how the
    reading is said in full.

    Of a verb's sense, with {O} in the paraphrases; or, where `verb` is empty, of all verbs of `type`, with
    {V} and {O}. `weight` in [0, 1]: how usual the role is with such a filler.
    """

    verb: str = ""
    sense: str = ""
    type: str = ""
    role: str
    classes: tuple[str, ...]
    words: tuple[str, ...] = ()
    zh: str
    en: str
    weight: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Idiom:
    """A fixed expression, its verb and object, its figurative and its literal reading."""

    expression: str
    verb: str
    object: str
    zh: str
    en: str
    literal_zh: str
    literal_en: str
    figurative_weight: float


@dataclass(kw_only=True)
class Seed:
    """All tables. `problems` names each row that was left out, by file and line."""

    classes: dict[str, NounClass] = field(default_factory=dict)
    nouns: list[Noun] = field(default_factory=list)
    verbs: list[VerbSense] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    type_frames: list[Frame] = field(default_factory=list)
    idioms: list[Idiom] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


Cells = Mapping[str, str]
Made = TypeVar("Made")


def load(folder: Path = DATA) -> Seed:
    """Read the tables in `folder`; one that is absent is empty."""
    seed = Seed()
    problems = seed.problems
    rows = _made(folder / "classes.tsv", ("class", "zh", "en", "parent"), _class, problems)
    seed.classes = {row.name: row for row in rows}
    for row in list(seed.classes.values()):
        if row.parent and row.parent not in seed.classes:
            problems.append(
                f"classes.tsv: {row.name}: " + _("there is no class {name}").format(name=row.parent)
            )
    known = seed.classes

    def noun(cells: Cells) -> Noun:
        return _noun(cells, known)

    def frame(cells: Cells) -> Frame:
        return _frame(cells, known)

    seed.nouns = list(_made(folder / "nouns.tsv", ("zh", "en", "class", "uses"), noun, problems))
    seed.verbs = list(_made(folder / "verbs.tsv", ("verb", "sense", "en", "type"), _verb, problems))
    end = ("role", "classes", "zh", "en", "weight")
    seed.frames = list(_made(folder / "frames.tsv", ("verb", "sense", *end), frame, problems))
    seed.type_frames = list(_made(folder / "type_frames.tsv", ("type", *end), frame, problems))
    columns = ("expression", "verb", "object", "zh", "en", "literal_zh", "literal_en", "figurative_weight")
    seed.idioms = list(_made(folder / "idioms.tsv", columns, _idiom, problems))
    return seed


def _made(
    path: Path, columns: tuple[str, ...], make: Callable[[Cells], Made], problems: list[str]
) -> Iterator[Made]:
    """The rows of a table; what is wrong goes to `problems`."""
    if not path.is_file():
        return
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        missing = [name for name in columns if name not in (reader.fieldnames or ())]
        if missing:
            problems.append(f"{path.name}: " + _("the table has no column {name}").format(name=missing[0]))
            return
        for line, row in enumerate(reader, start=2):
            try:
                yield make({name: (row[name] or "").strip() for name in columns})
            except InputError as error:
                problems.append(
                    _("{file}, line {line}: {reason}.").format(
                        file=path.name, line=line, reason=error.message
                    )
                )


def _class(cells: Cells) -> NounClass:
    return NounClass(
        name=_full(cells, "class"), zh=_full(cells, "zh"), en=_full(cells, "en"), parent=cells["parent"]
    )


def _noun(cells: Cells, classes: Mapping[str, NounClass]) -> Noun:
    from explorer import RELATIONS

    uses: list[tuple[str, str]] = []
    for use in _parts(cells["uses"]):
        relation, _colon, target = use.partition(":")
        if relation not in RELATIONS or not target:
            raise InputError(
                _("there is no relation {name}; similar or usual ones: {choices}").format(
                    name=use, choices="UsedFor, AtLocation, MadeOf, PartOf"
                )
            )
        uses.append((relation, target))
    return Noun(
        words=_parts(_full(cells, "zh")),
        en=_full(cells, "en"),
        classes=_known_classes(cells, "class", classes),
        uses=tuple(uses),
    )


def _verb(cells: Cells) -> VerbSense:
    if cells["type"] not in VERB_TYPES:
        raise InputError(_("there is no class {name}").format(name=cells["type"]))
    return VerbSense(
        verb=_full(cells, "verb"), sense=_full(cells, "sense"), en=_full(cells, "en"), type=cells["type"]
    )


def _frame(cells: Cells, classes: Mapping[str, NounClass]) -> Frame:
    from explorer import ROLES

    if cells["role"] not in ROLES:
        raise InputError(
            _("there is no role {name}; roles: {choices}").format(
                name=cells["role"], choices=", ".join(ROLES)
            )
        )
    if "type" in cells and cells["type"] not in VERB_TYPES:
        raise InputError(_("there is no class {name}").format(name=cells["type"]))
    if "verb" in cells:
        _full(cells, "verb"), _full(cells, "sense")
    cell = _parts(_full(cells, "classes"))
    fillers = tuple(name for name in cell if not name.startswith("="))
    words = tuple(name[1:] for name in cell if name.startswith("=") and len(name) > 1)
    return Frame(
        verb=cells.get("verb", ""),
        sense=cells.get("sense", ""),
        type=cells.get("type", ""),
        role=cells["role"],
        classes=_known_classes({"classes": "|".join(fillers)}, "classes", classes) if fillers else (),
        words=words,
        zh=_full(cells, "zh"),
        en=_full(cells, "en"),
        weight=_share(cells["weight"]),
    )


def _idiom(cells: Cells) -> Idiom:
    texts = {name: cells[name] for name in cells if name != "figurative_weight"}
    for name in ("expression", "verb", "zh", "en"):
        _full(cells, name)
    return Idiom(**texts, figurative_weight=_share(cells["figurative_weight"]))


def _full(cells: Cells, column: str) -> str:
    if not cells[column]:
        raise InputError(_("{column} is empty").format(column=column))
    return cells[column]


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("|") if part.strip())


def _known_classes(cells: Cells, column: str, classes: Mapping[str, NounClass]) -> tuple[str, ...]:
    names = _parts(_full(cells, column))
    for name in names:
        if name not in classes:
            raise InputError(_("there is no class {name}").format(name=name))
    return names


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise InputError(_("{value} is not a number from 0 to 1").format(value=repr(text)))
    return value

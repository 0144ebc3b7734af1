"""Checks of single facts: what a person typed or a stranger's file says becomes a record, or a plain reason."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, get_args

from explorer.errors import InputError
from explorer.i18n import _
from explorer.knowledge.relations import BACKGROUND, find_relation, similar
from explorer.media.text import language_of
from explorer.types import Fact
from store import FactRecord, FactStatus

TERM_LIMIT = 200
"""Characters of a subject or an object."""
META_LIMIT = 4_000
LARGEST_WEIGHT = 1_000.0
MINED = "mined"
"""Source of facts that the space implies."""
STATUSES: tuple[FactStatus, ...] = get_args(FactStatus)
UNREADABLE = "\ufffd"
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
_COLUMNS = {
    "subject": ("主体", "主语", "主词", "词", "start"),
    "relation": ("关系", "rel"),
    "object": ("客体", "宾语", "对象", "end"),
    "language": ("lang", "语言"),
    "weight": ("权重",),
    "source": ("来源",),
    "licence": ("license", "许可", "许可证"),
    "depth": ("深度", "层"),
    "status": ("状态",),
    "meta": (),
    "id": (),
}
COLUMNS = {alias: name for name, others in _COLUMNS.items() for alias in (name, *others)}
"""Names of columns, English and Chinese → the field of a fact."""


def checked(fact: Fact, *, source: str, licence: str = "") -> FactRecord:
    """The record of a fact, its terms tidied.

    Args:
        source, licence: of facts that name none.

    Raises:
        InputError: a part is missing or cannot be; the message is a clause that says which.
    """
    relation = find_relation(_text(fact.relation, "relation"))
    if relation is None:
        raise InputError(
            _("there is no relation {name}; similar or usual ones: {choices}").format(
                name=_text(fact.relation, "relation"), choices=", ".join(similar(str(fact.relation)))
            )
        )
    depth: object = relation.depth if fact.depth is None else fact.depth  # what an author wrote may be no int
    if isinstance(depth, bool) or not isinstance(depth, int) or not 0 <= depth <= BACKGROUND:
        raise InputError(_("the depth {value} is not 0, 1, 2 or 3").format(value=repr(fact.depth)))
    if fact.status not in STATUSES:
        raise InputError(
            _("there is no status {name}; statuses: {choices}").format(
                name=fact.status, choices=", ".join(STATUSES)
            )
        )
    language = str(fact.language).strip().lower().replace("_", "-")
    if not _LANGUAGE.fullmatch(language):
        raise InputError(_("{value} is no language code such as zh or en").format(value=repr(fact.language)))
    return FactRecord(
        subject=_text(fact.subject, "subject"),
        relation=relation.name,
        object=_text(fact.object, "object"),
        language=language,
        weight=_weight(fact.weight),
        source=_text(fact.source or source, "source")[:100],
        licence=str(fact.licence or licence).strip()[:TERM_LIMIT],
        depth=depth,
        status=fact.status,
        meta=_meta(fact.meta),
    )


def fact_of(row: Mapping[str, Any]) -> Fact:
    """The fact of a row with columns; what it leaves out has its usual value.

    Raises:
        InputError: a number is none.
    """
    known = {COLUMNS[key]: value for key, value in row.items() if key in COLUMNS and value not in (None, "")}
    meta = known.get("meta") or {}
    if isinstance(meta, str):
        meta = _json_object(meta)
    if not isinstance(meta, Mapping):
        raise InputError(_("meta is not a JSON object"))
    meta = {**meta, **{key: value for key, value in row.items() if key not in COLUMNS and value != ""}}
    subject = known.get("subject", "")
    return Fact(
        subject=subject,
        relation=known.get("relation", ""),
        object=known.get("object", ""),
        language=str(known.get("language") or language_of(str(subject)) or "zh"),
        weight=known.get("weight", 1.0),
        source=str(known.get("source", "")),
        licence=str(known.get("licence", "")),
        depth=_depth(known.get("depth")),
        status=known.get("status", "accepted"),
        meta=meta,
    )


def _text(value: object, field: str) -> str:
    if not isinstance(value, str):
        raise InputError(_("{field} is not a text").format(field=field))
    text = unicodedata.normalize("NFC", " ".join(value.split()))
    text = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cs"))
    if not text:
        raise InputError(_("{field} is empty").format(field=field))
    if UNREADABLE in text:
        raise InputError(_("{field} is neither UTF-8 nor GB 18030").format(field=field))
    if len(text) > TERM_LIMIT:
        raise InputError(
            _("{field} has {size} characters, the limit is {limit}").format(
                field=field, size=f"{len(text):,}", limit=TERM_LIMIT
            )
        )
    return text


def _weight(value: object) -> float:
    try:
        weight = float(value) if isinstance(value, str | int | float) else math.nan
    except (ValueError, OverflowError):
        weight = math.nan
    if not 0 <= weight <= LARGEST_WEIGHT:
        raise InputError(
            _("the weight {value} is not a number from 0 to {limit}").format(
                value=repr(value)[:40], limit=int(LARGEST_WEIGHT)
            )
        )
    return weight


def _depth(value: object) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    if str(value).strip() in ("0", "1", "2", "3"):
        return int(str(value))
    raise InputError(_("the depth {value} is not 0, 1, 2 or 3").format(value=repr(value)[:40]))


def _meta(value: Mapping[str, Any]) -> dict[str, Any]:
    try:
        text = json.dumps(dict(value), ensure_ascii=False, allow_nan=False)
        text.encode()
    except (TypeError, ValueError, RecursionError):
        raise InputError(_("meta is not a JSON object")) from None
    if len(text) > META_LIMIT:
        raise InputError(
            _("{field} has {size} characters, the limit is {limit}").format(
                field="meta", size=f"{len(text):,}", limit=META_LIMIT
            )
        )
    return dict(value)


def _json_object(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise InputError(_("meta is not a JSON object")) from None

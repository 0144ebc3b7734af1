"""Rows with a good and a bad option: what makes one unfit to be asked, in every kind that chooses between two."""

from __future__ import annotations

from collections.abc import Sequence

from explorer import translate
from probes.spans import Row


def unfit(row: Row, ids: set[str], parts: Sequence[str]) -> str:
    """The reason, or an empty text: equal options, one of `parts` that is no text, a mirror that is not there.

    Args:
        ids: of all rows.
        parts: names of fields that may be absent.
    """
    if row["good"] == row["bad"]:
        return translate("good and bad are equal")
    for part in (*parts, "phenomenon", "mirror_of"):
        value = row.get(part)
        if value is not None and not isinstance(value, str | int):
            return translate("{field} is not a text").format(field=part)
    mirror = row.get("mirror_of")
    if mirror is not None and (str(mirror) not in ids or str(mirror) == str(row["id"])):
        return translate("mirror_of names {id}, which is no other row").format(id=mirror)
    return ""

"""Knowledge: relations, and how facts come into a workspace and leave it again."""

from __future__ import annotations

from explorer.knowledge.base import ADDED, Knowledge
from explorer.knowledge.importing import Import, ImportReport, RefusedRow
from explorer.knowledge.relations import RELATIONS, ROLES, Relation, find_relation, taking
from explorer.knowledge.rows import MINED, checked

__all__ = [
    "ADDED",
    "MINED",
    "RELATIONS",
    "ROLES",
    "Import",
    "ImportReport",
    "Knowledge",
    "RefusedRow",
    "Relation",
    "checked",
    "find_relation",
    "taking",
]

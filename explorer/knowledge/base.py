"""The knowledge of a workspace: importing, adding, judging, exporting, counting."""

from __future__ import annotations

import csv
import getpass
import io
import json
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from explorer.assets import AssetStore
from explorer.errors import InputError
from explorer.i18n import _
from explorer.knowledge.importing import Import, ImportReport
from explorer.knowledge.rows import MINED, STATUSES, checked
from explorer.registry import Registry
from explorer.types import Fact, Progress
from store import FactCount, FactRecord, FactStatus, Store

ADDED = "added"
"""Source of facts that a person typed."""
MOST_REJECTED = 10_000
"""Rejected facts about one word that are minded."""
FORMATS = (".jsonl", ".csv", ".tsv")
_COLUMNS = (
    "id",
    "subject",
    "relation",
    "object",
    "language",
    "weight",
    "source",
    "licence",
    "depth",
    "status",
    "meta",
)


class Knowledge:
    """The facts in `store`; `registry` knows the sources, `assets` brings what they need."""

    def __init__(self, store: Store, registry: Registry, assets: AssetStore) -> None:
        self._store = store
        self._registry = registry
        self._assets = assets

    def take(
        self,
        name_or_path: str,
        *,
        languages: Collection[str] | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> ImportReport:
        """Import a source by its name, or a file by its path; a name that is both is the source.

        Raises:
            InputError: neither a source nor a file.
            RefusedContent: the file is no knowledge file, or damaged.
            MissingError: what the source needs is absent and cannot be fetched.
        """
        work = Import(self._store, progress)
        source = self._registry.knowledge_sources.get(name_or_path)
        if source is not None:
            folders = {asset.name: self._assets.folder(asset) for asset in source.assets}
            return work.source(source, folders, languages=languages)
        path = Path(name_or_path).expanduser()
        if not path.is_file():
            raise InputError(
                _("{name} is neither a file nor a source of facts. Sources: {choices}.").format(
                    name=name_or_path, choices=", ".join(self._registry.knowledge_sources) or "–"
                )
            )
        return work.file(path, languages=languages)

    def add(self, fact: Fact, *, who: str = "", why: str = "") -> FactRecord:
        """Store one fact that a person says, with who and when; one that was rejected counts again.

        Raises:
            InputError: it is no fact.
        """
        try:
            record = checked(fact, source=ADDED)
        except InputError as error:
            raise InputError(_("Not a fact: {reason}.").format(reason=error.message)) from None
        self._store.put_facts([record])
        return self.judge(record.id, "accepted", who=who, why=why)

    def keep_mined(self, facts: Sequence[FactRecord]) -> list[FactRecord]:
        """Store mined facts as held, to be judged; what a person has judged stays as it is.

        Returns:
            Those that are held, as stored, in the order given.
        """
        self._store.put_facts([fact for fact in facts if fact.source == MINED and fact.status == "held"])
        kept = self._store.get_facts([fact.id for fact in facts]).values()
        return [fact for fact in kept if fact.status == "held"]

    def judge_mined(
        self, fact: FactRecord, status: FactStatus, *, who: str = "", why: str = ""
    ) -> FactRecord:
        """Accept or reject a mined fact, kept or not; who, when and why are recorded. A rejected one never returns."""
        self.keep_mined([fact])
        return self.judge(fact.id, status, who=who, why=why)

    def rejected(self, subject: str) -> set[tuple[str, str]]:
        """Relation and object of what a person said is not so of `subject`, whichever source said it."""
        found = self._store.find_facts(subject=subject, status="rejected", limit=MOST_REJECTED)
        return {(fact.relation, fact.object) for fact in found}

    def fact(self, id_or_prefix: str) -> FactRecord:
        """One fact by its id or the beginning of it.

        Raises:
            InputError: none or more than one begins so.
        """
        found = self._store.facts_starting(id_or_prefix) if id_or_prefix else []
        if len(found) != 1:
            reason = (
                _("No fact begins with {id}.") if not found else _("More than one fact begins with {id}.")
            )
            raise InputError(
                reason.format(id=id_or_prefix), next_step=_("List them with `explorer knowledge review`.")
            )
        return found[0]

    def judge(self, id_or_prefix: str, status: FactStatus, *, who: str = "", why: str = "") -> FactRecord:
        """Accept, reject or hold back a fact; who, when and why are kept in its meta, the last one last.

        Raises:
            InputError: no such fact or status.
        """
        if status not in STATUSES:
            raise InputError(
                _("There is no status {name}. Statuses: {choices}.").format(
                    name=status, choices=", ".join(STATUSES)
                )
            )
        fact = self.fact(id_or_prefix)
        entry = {"status": status, "who": who or _user(), "when": datetime.now(UTC).isoformat(), "why": why}
        meta = {**fact.meta, "reviews": [*fact.meta.get("reviews", ()), entry]}
        self._store.judge_fact(fact.id, status, meta)
        return self.fact(fact.id)

    def reviewable(
        self,
        *,
        status: FactStatus | None = None,
        sources: Sequence[str] | None = None,
        limit: int = 50,
    ) -> list[FactRecord]:
        """Facts to look at, the heaviest first: mined and added ones, unless other sources are named."""
        return self._store.find_facts(status=status, sources=sources or (ADDED, MINED), limit=limit)

    def counts(self) -> list[FactCount]:
        """How many facts there are, by source, relation, language and status."""
        return self._store.fact_counts()

    def export(self, path: Path, *, sources: Sequence[str] | None = None) -> int:
        """Write facts to a JSONL, CSV or TSV file, whole or not at all; `take` reads it again.

        Returns:
            How many facts.

        Raises:
            InputError: not a kind of file that is written, or it cannot be written.
        """
        if path.suffix.lower() not in FORMATS:
            raise InputError(
                _("{name} is not a kind of file that facts are written to ({choices}).").format(
                    name=path.name, choices=", ".join(FORMATS)
                )
            )
        beside = path.with_name(path.name + ".part")
        count = -1  # the first line is no fact
        try:
            with beside.open("w", encoding="utf-8", newline="") as file:
                for line in self._lines(path.suffix.lower(), sources):
                    file.write(line)
                    count += 1
            beside.replace(path)
        except OSError as error:
            raise InputError(
                _("{path} cannot be written: {reason}.").format(path=path, reason=error.strerror)
            ) from None
        finally:
            beside.unlink(missing_ok=True)
        return count

    def _lines(self, suffix: str, sources: Sequence[str] | None) -> Iterator[str]:
        """A first line that is not counted (names of columns, or nothing), then one line a fact."""
        facts = map(fact_row, self._store.iter_facts(sources=sources))
        if suffix == ".jsonl":
            yield ""
            yield from (json.dumps(row, ensure_ascii=False) + "\n" for row in facts)
            return
        delimiter = "\t" if suffix == ".tsv" else ","
        yield delimiter.join(_COLUMNS) + "\n"
        for row in facts:
            cells = io.StringIO(newline="")
            writer = csv.writer(cells, delimiter=delimiter, lineterminator="\n")
            writer.writerow([*list(row.values())[:-1], json.dumps(row["meta"], ensure_ascii=False)])
            yield cells.getvalue()


def fact_row(fact: FactRecord) -> dict[str, Any]:
    """A fact as JSON, with its id."""
    return {name: getattr(fact, name) for name in _COLUMNS[:-1]} | {"meta": dict(fact.meta)}


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container's user may have no name
        return ""

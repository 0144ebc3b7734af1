"""Facts into a workspace: from a file or a knowledge source, streamed, resumable, nothing twice.

How far the import of a file has come is kept with the workspace, in the transaction that stores the facts: one
that was stopped or killed goes on behind the last row that is in. A source begins anew: its facts may have changed, and
those that it no longer has are removed once it was read whole.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from explorer.errors import Cancelled, ExplorerError, InputError, PluginError, RefusedContent, one_line
from explorer.i18n import _
from explorer.knowledge.fact_files import FactFile, Row
from explorer.knowledge.rows import checked
from explorer.protocols import KnowledgeSource
from explorer.types import Fact, Progress
from store import FactRecord, Store

CHUNK = 5_000
SPARSE = 100_000  # rows after which the place is kept, where few of them are facts
KEPT_REASONS = 1_000
STEP_SECONDS = 0.2


@dataclass(frozen=True, kw_only=True, slots=True)
class RefusedRow:
    """A row that is no fact, and why. `line` counts from 1; of a source it is the number of the fact."""

    line: int
    reason: str


@dataclass(kw_only=True)
class ImportReport:
    """What an import did.

    `rows` were looked at, `added` are new facts, `present` were there, `left_out` are in other languages or
    about things that no fact has (web addresses), `refused` rows are wrong: the first thousand with their
    reasons in `reasons`. `resumed_after` is the row behind which an import that was stopped went on. `removed` are
    facts that a source no longer has and no person judged.
    """

    source: str
    rows: int = 0
    added: int = 0
    present: int = 0
    left_out: int = 0
    refused: int = 0
    removed: int = 0
    reasons: list[RefusedRow] = field(default_factory=list)
    resumed_after: int = 0
    cancelled: bool = False


class Import:
    """Imports into `store`; `progress` is told of every step and may raise `Cancelled`."""

    def __init__(self, store: Store, progress: Callable[[Progress], None] | None = None) -> None:
        self._store = store
        self._progress = progress

    def file(self, path: Path, *, languages: Collection[str] | None = None) -> ImportReport:
        """Take in a JSONL, CSV or TSV file of facts, or ConceptNet's assertions; plain or gzipped.

        Args:
            languages: only facts in these; None for all (of ConceptNet: zh and en).

        Raises:
            RefusedContent: no such file, not a kind that is read here, or damaged.
        """
        with closing(FactFile(path)) as file:
            stat = path.stat()
            same = [file.name, stat.st_size, stat.st_mtime_ns, sorted(languages or ())]
            mark = _digest(json.dumps(same).encode() + file.head)
            run = _Run(self._store, file.name, "", mark, self._progress)
            run.size, run.position, run.unit_bytes = file.size, lambda: file.position, True
            return run.over(file.rows(languages))

    def source(
        self,
        source: KnowledgeSource,
        folders: dict[str, Path],
        *,
        languages: Collection[str] | None = None,
    ) -> ImportReport:
        """Take in the facts of a plugin's source; its assets lie in `folders`, by name.

        Facts of this source that it no longer has are removed, unless a person judged them, the import was cut
        short, or only some languages were wanted.

        Raises:
            PluginError: the source failed.
        """
        run = _Run(self._store, source.name, source.licence, "", self._progress)
        run.size = source.size
        if languages is not None:
            return run.over(_facts(source, folders, languages))
        with self._store.renew_facts(source.name) as renewal:
            run.put = lambda facts, _line: renewal.put(facts)
            report = run.over(_facts(source, folders, None))
            if not report.cancelled:
                report.removed = renewal.finish()
        return report


class _Run:
    """One import: rows in, chunks of facts out, the place reached with each chunk."""

    def __init__(
        self, store: Store, source: str, licence: str, mark: str, progress: Callable[[Progress], None] | None
    ) -> None:
        self.report = ImportReport(source=source)
        self.size = 0
        self.position: Callable[[], int] = lambda: self._line
        self.unit_bytes = False
        self.put: Callable[[list[FactRecord], int], int] = self._put
        self._store, self._licence, self._progress = store, licence, progress
        self._mark = f"knowledge-import.{mark}" if mark else ""
        self._chunk: list[FactRecord] = []
        self._line = 0  # the last row that was read, and the last that is in the chunk or beyond
        self._taken = 0
        self._start: tuple[float, int] | None = None
        self._told = 0.0

    def over(self, rows: Iterator[Row]) -> ImportReport:
        done = int(self._store.get_meta(self._mark) or 0) if self._mark else 0
        self.report.resumed_after = self._taken = done
        try:
            for line, row in rows:
                self._line = line
                if line > done:
                    self._take(line, row)
                    self._taken = line
                    if len(self._chunk) >= CHUNK or self.report.rows % SPARSE == 0:
                        self._flush(line)
                self._tell()
            if self._line == 0:
                raise RefusedContent(_("Refused {name}: it is empty.").format(name=self.report.source))
        except (KeyboardInterrupt, Cancelled):
            self.report.cancelled = True
        except ExplorerError:
            self._flush(0)
            raise
        # once whole, the next import of the same looks at everything again
        self._flush(self._taken if self.report.cancelled else 0)
        self._tell(last=not self.report.cancelled)
        return self.report

    def _take(self, line: int, row: Fact | str | None) -> None:
        report = self.report
        report.rows += 1
        if row is None:
            report.left_out += 1
        else:
            try:
                if isinstance(row, str):
                    raise InputError(row)
                self._chunk.append(checked(row, source=report.source, licence=self._licence))
            except InputError as error:
                report.refused += 1
                if len(report.reasons) < KEPT_REASONS:
                    report.reasons.append(RefusedRow(line=line, reason=error.message))

    def _flush(self, line: int) -> None:
        added = self.put(self._chunk, line)
        self.report.added += added
        self.report.present += len(self._chunk) - added
        self._chunk = []

    def _put(self, facts: list[FactRecord], line: int) -> int:
        return self._store.put_facts(facts, meta={self._mark: str(line)} if self._mark else None)

    def _tell(self, *, last: bool = False) -> None:
        if self._progress is None or (not last and self._line % 100 and self._start is not None):
            return
        now = time.monotonic()
        if not last and now - self._told < STEP_SECONDS:
            return
        self._told = now
        here = self.size if last and self.size else self.position()
        self._start = self._start or (now, here)
        seconds, advanced = now - self._start[0], here - self._start[1]
        left = seconds * (self.size - here) / advanced if self.size >= here and advanced > 0 else None
        self._progress(
            Progress(
                stage=self.report.source,
                done=min(here, self.size) if self.size else here,
                total=self.size,
                seconds_left=left,
                unit="bytes" if self.unit_bytes else "",
            )
        )


def _facts(
    source: KnowledgeSource, folders: dict[str, Path], languages: Collection[str] | None
) -> Iterator[Row]:
    """The facts of a source; one that raises on the way is named."""
    try:
        given: Iterable[object] = source.facts(folders)  # whatever the annotations promise
        for number, fact in enumerate(given, start=1):
            if not isinstance(fact, Fact):
                yield number, _("not a Fact but {given}").format(given=type(fact).__name__)
            else:
                yield number, fact if languages is None or fact.language in languages else None
    except (ExplorerError, GeneratorExit):
        raise
    except Exception as error:
        raise PluginError(
            source.name,
            _("Knowledge source {name} failed: {reason}.").format(name=source.name, reason=one_line(error)),
        ) from error


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:20]

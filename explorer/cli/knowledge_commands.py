"""`explorer knowledge`: import, export, stats, add and review the facts of a workspace."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from explorer.cli import options, output
from explorer.cli.session import note, opened
from explorer.errors import InputError
from explorer.i18n import _, current, ngettext

if TYPE_CHECKING:
    from explorer.knowledge import ImportReport
    from store import FactRecord, FactStatus

TOLD_REASONS = 20


def import_facts(
    name: Annotated[
        str,
        typer.Argument(
            metavar="PATH|SOURCE",
            help=_("A JSONL, CSV or TSV file, ConceptNet's assertions (.csv.gz), or a source's name."),
        ),
    ],
    language: Annotated[
        list[str] | None,
        typer.Option(help=_("Only facts in this language; may be given more than once."), metavar="zh|en"),
    ] = None,
    workspace: Annotated[str, options.workspace()] = "demo",
    as_json: Annotated[bool, options.as_json()] = False,
    offline: Annotated[bool, options.offline()] = False,
    lang: Annotated[str | None, options.language()] = None,
) -> None:
    """Take facts in; what is there already is not taken twice, and a stopped import goes on."""
    with opened(workspace, offline=offline, create=True) as session:
        report = session.workspace.knowledge.take(name, languages=language, progress=session.progress)
    _tell(report)
    if as_json:
        output.emit_json(report)
    else:
        added = ngettext("{n} fact is new", "{n} facts are new", report.added).format(n=f"{report.added:,}")
        output.out().print(
            _("{added}, {present} were there, {left} left out, {refused} refused.").format(
                added=added,
                present=f"{report.present:,}",
                left=f"{report.left_out:,}",
                refused=f"{report.refused:,}",
            )
        )
        if report.removed:
            output.out().print(
                ngettext(
                    "{n} fact that {name} no longer has was removed.",
                    "{n} facts that {name} no longer has were removed.",
                    report.removed,
                ).format(n=f"{report.removed:,}", name=report.source)
            )
    if report.refused or report.cancelled:
        raise typer.Exit(1)


def export_facts(
    path: Annotated[Path, typer.Argument(metavar="FILE", help=_("A .jsonl, .csv or .tsv file to write."))],
    source: Annotated[
        list[str] | None, typer.Option(help=_("Only facts of this source; may be given more than once."))
    ] = None,
    workspace: Annotated[str, options.workspace()] = "demo",
    as_json: Annotated[bool, options.as_json()] = False,
    lang: Annotated[str | None, options.language()] = None,
) -> None:
    """Write facts to a file that `import` reads again."""
    with opened(workspace) as session:
        count = session.workspace.knowledge.export(path, sources=source)
    if as_json:
        output.emit_json({"path": path, "facts": count})
    else:
        output.out().print(ngettext("{n} fact written.", "{n} facts written.", count).format(n=f"{count:,}"))


def stats(
    workspace: Annotated[str, options.workspace()] = "demo",
    as_json: Annotated[bool, options.as_json()] = False,
    lang: Annotated[str | None, options.language()] = None,
) -> None:
    """Count facts by source, relation, language and status; list the sources that can be imported."""
    from rich.text import Text

    with opened(workspace) as session:
        counts = session.workspace.knowledge.counts()
        sources = session.workspace.registry.knowledge_sources
    by: dict[str, Counter[str]] = {
        "source": Counter(),
        "relation": Counter(),
        "language": Counter(),
        "status": Counter(),
    }
    for entry in counts:
        for part, counter in by.items():
            counter[getattr(entry, part)] += entry.count
    total = by["status"].total()
    if as_json:
        known = [{"name": s.name, "title": s.title, "licence": s.licence} for s in sources.values()]
        output.emit_json(
            {"facts": total, **{f"by_{part}": dict(c.most_common()) for part, c in by.items()}}
            | {"sources": known}
        )
        return
    output.out().print(ngettext("{n} fact.", "{n} facts.", total).format(n=f"{total:,}"))
    words = {
        "source": _("source"),
        "relation": _("relation"),
        "language": _("language"),
        "status": _("status"),
    }
    for part, counter in by.items():
        if counter:
            listed = ", ".join(f"{name} {count:,}" for name, count in counter.most_common())
            output.out().print(Text(f"{words[part]}: {listed}"))
    if sources:
        output.out().print(
            Text(_("To import: {sources}").format(sources=", ".join(sources)), style="dim"),
        )


def add(
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help=_("What the fact is about."))],
    relation: Annotated[
        str, typer.Argument(metavar="RELATION", help=_("A relation of ConceptNet, such as UsedFor."))
    ],
    object: Annotated[str, typer.Argument(metavar="OBJECT", help=_("What is said of it."))],
    language: Annotated[
        str | None,
        typer.Option(help=_("Language of the fact; guessed where none is given."), metavar="zh|en"),
    ] = None,
    weight: Annotated[float, typer.Option(help=_("How strong the fact is, 1 as a rule."))] = 1.0,
    who: Annotated[str, typer.Option(help=_("Who says so; you where none is given."))] = "",
    why: Annotated[str, typer.Option(help=_("Why it is so."))] = "",
    workspace: Annotated[str, options.workspace()] = "demo",
    as_json: Annotated[bool, options.as_json()] = False,
    lang: Annotated[str | None, options.language()] = None,
) -> None:
    """Add one fact, with who says so, when and why."""
    from explorer.media.text import language_of
    from explorer.types import Fact

    fact = Fact(
        subject=subject,
        relation=relation,
        object=object,
        language=language or language_of(subject) or current(),
        weight=weight,
    )
    with opened(workspace, create=True) as session:
        record = session.workspace.knowledge.add(fact, who=who, why=why)
    _show([record], as_json=as_json)


def review(
    ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="ID…", help=_("Facts to accept, reject or hold; none: list them.")),
    ] = None,
    accept: Annotated[bool, typer.Option("--accept", help=_("They count."))] = False,
    reject: Annotated[
        bool, typer.Option("--reject", help=_("They do not count, and do not return."))
    ] = False,
    hold: Annotated[bool, typer.Option("--hold", help=_("They wait for a decision."))] = False,
    who: Annotated[str, typer.Option(help=_("Who decides; you where none is given."))] = "",
    why: Annotated[str, typer.Option(help=_("Why it is so."))] = "",
    status: Annotated[
        str | None, typer.Option(help=_("List only these."), metavar="held|accepted|rejected")
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option(help=_("List facts of this source; mined and added ones where none is given.")),
    ] = None,
    limit: Annotated[int, typer.Option(help=_("At most so many."), min=0)] = 50,
    workspace: Annotated[str, options.workspace()] = "demo",
    as_json: Annotated[bool, options.as_json()] = False,
    lang: Annotated[str | None, options.language()] = None,
) -> None:
    """List mined and added facts; accept or reject them by id."""
    decision = _decision(ids or [], accept=accept, reject=reject, hold=hold)
    with opened(workspace) as session:
        knowledge = session.workspace.knowledge
        if decision is None:
            found = knowledge.reviewable(status=_status(status), sources=source, limit=limit)
        else:
            chosen = [
                knowledge.fact(fact_id).id for fact_id in ids or ()
            ]  # all are known, or none is changed
            found = [knowledge.judge(fact_id, decision, who=who, why=why) for fact_id in chosen]
    _show(found, as_json=as_json)


def mine(
    word: Annotated[
        str | None,
        typer.Argument(metavar="WORD", help=_("What the facts are to be about; none: any word.")),
    ] = None,
    relation: Annotated[
        str | None,
        typer.Option(help=_("Only this relation, such as UsedFor; needed where no word is given.")),
    ] = None,
    k: Annotated[int, typer.Option("-k", help=_("How many."), min=1)] = 10,
    workspace: Annotated[str, options.workspace()] = "demo",
    as_json: Annotated[bool, options.as_json()] = False,
    offline: Annotated[bool, options.offline()] = False,
    lang: Annotated[str | None, options.language()] = None,
) -> None:
    """Find facts that the space implies and none says; they wait for `explorer knowledge review`."""
    if word is None and relation is None:
        raise InputError(
            _("Give a word, a relation, or both."),
            next_step=_(
                "Try `explorer knowledge mine 毛笔` or `explorer knowledge mine --relation UsedFor`."
            ),
        )
    with opened(workspace, offline=offline, create=True) as session:
        miner = session.workspace.miner
        if word is None:
            found = miner.sweep(relation or "", k, progress=session.progress)
        else:
            found = miner.mine(word, relation, k)
        kept = session.workspace.knowledge.keep_mined([fact.record() for fact in found])
    _show(kept, as_json=as_json)


def group() -> typer.Typer:
    """`explorer knowledge`."""
    app = typer.Typer()
    app.command(
        "import",
        help=_("Take facts in; what is there already is not taken twice, and a stopped import goes on."),
    )(import_facts)
    app.command("export", help=_("Write facts to a file that `import` reads again."))(export_facts)
    app.command(
        "stats",
        help=_(
            "Count facts by source, relation, language and status; list the sources that can be imported."
        ),
    )(stats)
    app.command("add", help=_("Add one fact, with who says so, when and why."))(add)
    app.command(
        "mine",
        help=_("Find facts that the space implies and none says; they wait for `explorer knowledge review`."),
    )(mine)
    app.command("review", help=_("List mined and added facts; accept or reject them by id."))(review)
    return app


def _decision(ids: list[str], *, accept: bool, reject: bool, hold: bool) -> FactStatus | None:
    wanted: list[FactStatus] = []
    wanted += ["accepted"] if accept else []
    wanted += ["rejected"] if reject else []
    wanted += ["held"] if hold else []
    if not ids and not wanted:
        return None
    if not ids or len(wanted) != 1:
        raise InputError(
            _("Give ids of facts and one of --accept, --reject and --hold; or none of both to list.")
        )
    return wanted[0]


def _status(name: str | None) -> FactStatus | None:
    from explorer.knowledge.rows import STATUSES

    for status in STATUSES:
        if status == name:
            return status
    if name is None:
        return None
    raise InputError(
        _("There is no status {name}. Statuses: {choices}.").format(name=name, choices=", ".join(STATUSES))
    )


def _tell(report: ImportReport) -> None:
    """What an import refused, and where it went on, on stderr."""
    if report.resumed_after:
        note(_("Went on behind row {n}.").format(n=f"{report.resumed_after:,}"))
    for refused in report.reasons[:TOLD_REASONS]:
        note(
            _("{name}, line {line}: {reason}.").format(
                name=report.source, line=refused.line, reason=refused.reason
            )
        )
    if report.refused > TOLD_REASONS:
        note(_("… and {n} more.").format(n=f"{report.refused - TOLD_REASONS:,}"))
    if report.cancelled:
        note(_("What is in stays; the same command goes on from here."))


def _show(found: list[FactRecord], *, as_json: bool) -> None:
    from rich.table import Table
    from rich.text import Text

    from explorer.knowledge.base import fact_row

    if as_json:
        output.emit_json({"facts": [fact_row(fact) for fact in found]})
        return
    if not found:
        output.out().print(Text(_("Nothing here yet."), style="dim"))
        return
    table = Table("id", _("fact"), _("weight"), _("source"), _("status"), box=None, pad_edge=False)
    for fact in found:
        said = f"{fact.subject} {fact.relation} {fact.object}"
        table.add_row(*map(Text, (fact.id, said, f"{fact.weight:g}", fact.source, fact.status)))
    output.out().print(table)

"""`explorer ingest`, `items`, `show` and `rm`: what a workspace holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from explorer.cli import options, output
from explorer.cli.session import opened, tell
from explorer.i18n import _, current, ngettext

if TYPE_CHECKING:
    from explorer.ingest import IngestReport
    from store import ItemRecord


def ingest(
    paths: Annotated[
        list[Path],
        typer.Argument(help=_("Files, folders, or lists in CSV, TSV or JSONL."), metavar="PATH…"),
    ],
    workspace: Annotated[str, options.workspace()] = "demo",
    space: Annotated[str, options.space()] = "default",
    as_json: Annotated[bool, options.as_json()] = False,
    offline: Annotated[bool, options.offline()] = False,
    device: Annotated[str | None, options.device()] = None,
    lang: Annotated[str | None, options.language()] = None,
) -> None:
    """Take files in; what is there already is skipped, so it can be stopped and run again."""
    from explorer.media import walk

    sources = list(walk(paths))
    with opened(workspace, space=space, offline=offline, device=device, create=True) as session:
        report = session.workspace.ingest(sources, total=len(sources), progress=session.progress)
    finish(report, as_json=as_json)


def finish(report: IngestReport, *, as_json: bool) -> None:
    """Tell what came in; exit code 1 where items failed or the work was stopped."""
    tell(report)
    if as_json:
        output.emit_json(report)
    else:
        added = ngettext("{n} item is new", "{n} items are new", report.added).format(n=f"{report.added:,}")
        output.out().print(
            _("{added}, {present} were there, {refused} refused.").format(
                added=added, present=f"{report.present:,}", refused=f"{len(report.refused):,}"
            )
        )
    if report.refused or report.cancelled:
        raise typer.Exit(1)


def items(
    modality: Annotated[
        str | None, typer.Option(help=_("Only this modality."), metavar="text|image|audio")
    ] = None,
    language: Annotated[
        str | None, typer.Option(help=_("Only items in this language."), metavar="zh|en")
    ] = None,
    contains: Annotated[
        str | None, typer.Option(help=_("Only items whose text, name or caption holds this."), metavar="TEXT")
    ] = None,
    limit: Annotated[int, typer.Option(help=_("At most so many."), min=0)] = 50,
    offset: Annotated[int, typer.Option(help=_("Leave out the first so many."), min=0)] = 0,
    workspace: Annotated[str, options.workspace()] = "demo",
    as_json: Annotated[bool, options.as_json()] = False,
    lang: Annotated[str | None, options.language()] = None,
) -> None:
    """List what is in the workspace."""
    from rich.text import Text

    from explorer.results import caption

    with opened(workspace) as session:
        name = session.workspace.name
        counts = session.workspace.counts()
        found = session.workspace.items(modality, language, contains, limit, offset)
    if as_json:
        output.emit_json({"workspace": name, "counts": counts, "items": [record(item) for item in found]})
        return
    table = _table("id", _("modality"), _("language"), _("item"), _("licence"))
    for item in found:
        row = item.id, item.modality, item.language or "", caption(item, current()), item.licence
        table.add_row(*map(Text, row))
    if found:
        output.out().print(table)
    total = ", ".join(f"{name} {count:,}" for name, count in counts.items())
    output.out().print(Text(total or _("Nothing here yet."), style="dim"))


def show(
    item_id: Annotated[str, typer.Argument(metavar="ID", help=_("The id of an item, or how it begins."))],
    workspace: Annotated[str, options.workspace()] = "demo",
    space: Annotated[str, options.space()] = "default",
    as_json: Annotated[bool, options.as_json()] = False,
    offline: Annotated[bool, options.offline()] = False,
    device: Annotated[str | None, options.device()] = None,
    lang: Annotated[str | None, options.language()] = None,
) -> None:
    """Show an item, where its file lies, and how the encoders see it."""
    from rich.text import Text

    with opened(workspace, space=space, offline=offline, device=device) as session:
        item = session.workspace.item(item_id)
        path = session.workspace.media_path(item)
        views = session.workspace.explain(item, current())
    if as_json:
        output.emit_json({"item": record(item), "path": path, "views": views})
        return
    rows = {
        "id": item.id,
        _("modality"): item.modality,
        _("language"): item.language,
        _("text"): item.text,
        _("name"): item.name,
        _("captions"): " · ".join(f"{k} {v}" for k, v in item.captions.items()),
        _("licence"): item.licence,
        _("origin"): item.origin,
        _("file"): path,
    }
    table = _table("", "")
    for heading, value in [*rows.items(), *((view.encoder, view.why()) for view in views)]:
        if value:
            table.add_row(Text(heading, style="dim"), Text(str(value)))
    output.out().print(table)


def rm(
    ids: Annotated[list[str], typer.Argument(metavar="ID…", help=_("Ids of items, or how they begin."))],
    workspace: Annotated[str, options.workspace()] = "demo",
    as_json: Annotated[bool, options.as_json()] = False,
    lang: Annotated[str | None, options.language()] = None,
) -> None:
    """Remove items with their vectors and files."""
    with opened(workspace) as session:
        found = [session.workspace.item(item_id).id for item_id in ids]
        count = session.workspace.remove(found)
    if as_json:
        output.emit_json({"removed": found})
    else:
        output.out().print(ngettext("{n} item removed.", "{n} items removed.", count).format(n=count))


def record(item: ItemRecord) -> dict[str, Any]:
    """An item as JSON."""
    return {
        "id": item.id,
        "modality": item.modality,
        "language": item.language,
        "text": item.text,
        "name": item.name,
        "captions": dict(item.captions),
        "licence": item.licence,
        "origin": item.origin,
        "media_type": item.media_type,
        "size": item.size,
        "created": item.created.isoformat(),
        "meta": dict(item.meta),
    }


def _table(*headings: str) -> Any:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, show_header=any(headings))
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table

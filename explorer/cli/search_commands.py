"""`explorer search`: what is near a text, a picture, a sound, or a mixture of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from explorer.cli import options, output
from explorer.cli.session import note, opened
from explorer.errors import InputError
from explorer.i18n import _, current, localise

if TYPE_CHECKING:
    from rich.table import Table

    from explorer.results import Hit, QueryPart, SearchResult
    from explorer.workspace import Workspace


def search(
    query: Annotated[str | None, typer.Argument(help=_("A word or a sentence."), show_default=False)] = None,
    image: Annotated[Path | None, typer.Option(help=_("A picture to search with."), metavar="FILE")] = None,
    audio: Annotated[Path | None, typer.Option(help=_("A sound to search with."), metavar="FILE")] = None,
    minus: Annotated[
        list[str] | None, typer.Option(help=_("A text to subtract; may be repeated."), metavar="TEXT")
    ] = None,
    to: Annotated[
        str | None, typer.Option(help=_("What to find: text,image,audio."), metavar="MODALITIES")
    ] = None,
    k: Annotated[int, typer.Option("-k", metavar="N", help=_("How many of each."), min=1, max=10_000)] = 10,
    language: Annotated[
        str | None, typer.Option(help=_("Only texts in this language."), metavar="zh|en")
    ] = None,
    workspace: Annotated[str, options.workspace()] = "demo",
    space: Annotated[str, options.space()] = "default",
    as_json: Annotated[bool, options.as_json()] = False,
    offline: Annotated[bool, options.offline()] = False,
    device: Annotated[str | None, options.device()] = None,
    lang: Annotated[str | None, options.language()] = None,
) -> None:
    """Find what is near a text, a picture or a sound."""
    if not (query and query.strip()) and image is None and audio is None:
        raise InputError(
            _("Nothing is asked."), next_step=_("Give a text, `--image FILE` or `--audio FILE`.")
        )
    targets = [name.strip() for name in to.split(",") if name.strip()] if to is not None else None
    with opened(workspace, space=space, offline=offline, device=device, with_demo=True) as session:
        asked = _mixture(session.workspace, query, minus or [])
        result = session.workspace.search(asked, image=image, audio=audio, to=targets, k=k, language=language)
        titles = {name: m.title for name, m in session.workspace.registry.modalities.items()}
    if as_json:
        output.emit_json(result.as_json(current()))
    else:
        _show(result, {name: localise(title) or name for name, title in titles.items()})


def _mixture(workspace: Workspace, query: str | None, minus: list[str]) -> str | list[QueryPart] | None:
    """The text alone, or with subtracted texts as weighted parts."""
    if not minus:
        return query
    from explorer.results import QueryPart

    signed = [(query, 1.0)] if query else []
    signed += [(text, -1.0) for text in minus]
    return [
        QueryPart(
            content=workspace.read_query(text.encode(), text[:40], "text"),
            weight=weight,
            label=text if weight > 0 else f"− {text}",
        )
        for text, weight in signed
    ]


def _show(result: SearchResult, titles: Mapping[str, str]) -> None:
    from rich.text import Text

    console = output.out()
    if result.spoken is not None and result.spoken.text:
        console.print(Text(_("Heard: {text}").format(text=result.spoken.text)))
    for modality, hits in result.results.items():
        title = titles.get(modality, modality)
        if hits:
            console.print(_column(title, hits))
            chance = output.number(result.chance[modality])
            console.print(Text(_("A random item gives {chance}.").format(chance=chance), style="dim"))
        else:
            console.print(Text(_("{modality}: nothing here.").format(modality=title)))
        console.print()
    for text in result.notes:
        note(text)


def _column(title: str, hits: Sequence[Hit]) -> Table:
    from rich.table import Table
    from rich.text import Text

    from explorer.results import caption

    table = Table(title=Text(title, style="bold"), title_justify="left", box=None, pad_edge=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_column(_("item"), overflow="fold", ratio=2)
    table.add_column(_("why"), overflow="fold", ratio=2)
    table.add_column("id", no_wrap=True)
    for hit in hits:
        name = caption(hit.item, current())
        if hit.at is not None:
            name = _("{name} (at {seconds} s)").format(name=name, seconds=f"{hit.at:.1f}")
        table.add_row(
            Text(output.bar(hit.score)),
            output.number(hit.similarity),
            Text(name),
            Text(hit.why, style="dim"),
            Text(hit.item.id, style="dim"),
        )
    return table

"""`explorer assets list`, `fetch` and `verify`: pinned weights and media."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from explorer.cli import options, output
from explorer.cli.progress import ProgressLine, megabytes
from explorer.cli.session import note
from explorer.errors import ExplorerError, InputError
from explorer.i18n import _, ngettext

if TYPE_CHECKING:
    from explorer.types import Asset


def list_assets(
    as_json: Annotated[bool, options.as_json()] = False,
    lang: Annotated[str | None, options.language()] = None,
) -> None:
    """List the weights and media: which are here, how large, under which licence."""
    from rich.table import Table
    from rich.text import Text

    from explorer.assets import AssetStore

    store = AssetStore()
    states = {asset.name: store.state(asset) for asset in _chosen(None)}
    if as_json:
        output.emit_json(
            {"folder": store.root, "assets": [_record(asset, states[asset.name]) for asset in _chosen(None)]}
        )
        return
    words = {"ready": _("here"), "missing": _("missing"), "damaged": _("damaged")}
    table = Table(_("name"), "", _("size"), _("licence"), _("origin"), box=None, pad_edge=False)
    for asset in _chosen(None):
        row = asset.name, words[states[asset.name]], megabytes(_size(asset)), asset.licence, asset.origin
        table.add_row(*map(Text, row))
    output.out().print(table)
    note(str(store.root))


def fetch(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME…", help=_("Which; all that are not optional where none is named.")),
    ] = None,
    wheels: Annotated[
        Path | None,
        typer.Option("--from", metavar="FOLDER", help=_("A folder with wheels brought from elsewhere.")),
    ] = None,
    as_json: Annotated[bool, options.as_json()] = False,
    offline: Annotated[bool, options.offline()] = False,
    lang: Annotated[str | None, options.language()] = None,
) -> None:
    """Bring weights and media: verified, whole or not at all."""
    from explorer.assets import AssetStore

    if wheels is not None and not wheels.is_dir():
        raise InputError(_("There is no folder {path}.").format(path=wheels))
    store = AssetStore(offline=offline, wheelhouse=wheels)
    failed: list[ExplorerError] = []
    fetched: list[str] = []
    with ProgressLine() as progress:
        for asset in _chosen(names):
            if asset.optional and not names:
                continue
            try:
                store.fetch(asset, progress)
            except ExplorerError as error:  # the others are still worth bringing
                failed.append(error)
                note(str(error))
            else:
                fetched.append(asset.name)
    if as_json:
        output.emit_json(
            {"folder": store.root, "fetched": fetched, "failed": [str(error) for error in failed]}
        )
    else:
        count = len(fetched)
        output.out().print(ngettext("{n} asset is here.", "{n} assets are here.", count).format(n=count))
    if failed:
        raise typer.Exit(failed[0].exit_code)


def verify(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME…", help=_("Which; all where none is named."))
    ] = None,
    as_json: Annotated[bool, options.as_json()] = False,
    lang: Annotated[str | None, options.language()] = None,
) -> None:
    """Compute every digest anew and compare it with the pinned one."""
    from explorer.assets import AssetStore

    store = AssetStore()
    problems = {asset.name: store.verify(asset) for asset in _chosen(names)}
    wrong = {name: found for name, found in problems.items() if found}
    if as_json:
        output.emit_json({"folder": store.root, "problems": problems})
    else:
        good = len(problems) - len(wrong)
        output.out().print(ngettext("{n} asset is sound.", "{n} assets are sound.", good).format(n=good))
    for found in wrong.values():
        for problem in found:
            note(problem)
    if wrong:
        note(_("Run `explorer assets fetch {names}`.").format(names=" ".join(wrong)))
        raise typer.Exit(1)


def group() -> typer.Typer:
    """`explorer assets`."""
    app = typer.Typer()
    app.command(
        "list", help=_("List the weights and media: which are here, how large, under which licence.")
    )(list_assets)
    app.command("fetch", help=_("Bring weights and media: verified, whole or not at all."))(fetch)
    app.command("verify", help=_("Compute every digest anew and compare it with the pinned one."))(verify)
    return app


def _chosen(names: list[str] | None) -> list[Asset]:
    from explorer.registry import load_registry

    assets = {asset.name: asset for asset in load_registry().assets()}
    for name in names or ():
        if name not in assets:
            raise InputError(
                _("There is no asset {name}. Assets: {choices}.").format(name=name, choices=", ".join(assets))
            )
    return [assets[name] for name in dict.fromkeys(names or assets)]


def _size(asset: Asset) -> int:
    return sum(package.size for package in asset.packages)


def _record(asset: Asset, state: str) -> dict[str, object]:
    return {
        "name": asset.name,
        "title": asset.title,
        "state": state,
        "bytes": _size(asset),
        "licence": asset.licence,
        "origin": asset.origin,
        "packages": [f"{package.package}=={package.version}" for package in asset.packages],
        "second_source": asset.second_source,
    }

"""`explorer plugins list`: what is installed, what each brings, and why one is off."""

from __future__ import annotations

from typing import Annotated

import typer

from explorer.cli import options, output
from explorer.i18n import _


def list_plugins(
    as_json: Annotated[bool, options.as_json()] = False,
    lang: Annotated[str | None, options.language()] = None,
) -> None:
    """List the plugins: what each brings, and why one is off."""
    from rich.table import Table
    from rich.text import Text

    from explorer.registry import load_registry

    registry = load_registry()
    brought: dict[str, dict[str, list[str]]] = {name: {} for name in registry.plugins}
    for (hook, name), plugin in registry.owners.items():
        brought[plugin].setdefault(hook, []).append(name)
    if as_json:
        output.emit_json(
            {
                "plugins": [
                    {
                        "name": info.name,
                        "distribution": info.distribution,
                        "version": info.version,
                        "on": not info.reason,
                        "reason": info.reason or None,
                        "brings": brought[key],
                    }
                    for key, info in registry.plugins.items()
                ]
            }
        )
        return
    table = Table(_("plugin"), "", _("brings"), box=None, pad_edge=False)
    for key, info in registry.plugins.items():
        what = " · ".join(f"{hook}: {', '.join(names)}" for hook, names in brought[key].items())
        state = Text(_("off"), style="red") if info.reason else Text(_("on"), style="green")
        table.add_row(Text(info.name), state, Text(info.reason or what))
    output.out().print(table)


def group() -> typer.Typer:
    """`explorer plugins`."""
    app = typer.Typer()
    app.command("list", help=_("List the plugins: what each brings, and why one is off."))(list_plugins)
    return app

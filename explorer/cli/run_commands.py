"""`explorer run`, `ui` and `demo build`: the demo and the page."""

from __future__ import annotations

from typing import Annotated

import typer

from explorer.cli import options
from explorer.cli.session import DEMO, note, opened
from explorer.cli.workspace_commands import finish
from explorer.errors import MissingError, PluginError
from explorer.i18n import _


def run(
    port: Annotated[
        int | None, typer.Option(metavar="N", help=_("The port of the page; a free one by default."))
    ] = None,
    browser: Annotated[bool, typer.Option(help=_("Open the browser."))] = True,
    workspace: Annotated[str, options.workspace()] = DEMO,
    space: Annotated[str, options.space()] = "default",
    offline: Annotated[bool, options.offline()] = False,
    device: Annotated[str | None, options.device()] = None,
    lang: Annotated[str | None, options.language()] = None,
) -> None:
    """Build the demo if it is absent, then open the page."""
    from explorer.cli.serving import serve

    try:
        with opened(workspace, space=space, offline=offline, device=device, with_demo=True):
            pass
    except (MissingError, PluginError) as error:  # the page opens all the same, and says what is missing
        if workspace != DEMO:
            raise
        note(str(error))
    code = serve(workspace, space=space, offline=offline, device=device, port=port, browser=browser)
    raise typer.Exit(code)


def demo_build(
    workspace: Annotated[str, options.workspace()] = DEMO,
    space: Annotated[str, options.space()] = "default",
    as_json: Annotated[bool, options.as_json()] = False,
    offline: Annotated[bool, options.offline()] = False,
    device: Annotated[str | None, options.device()] = None,
    lang: Annotated[str | None, options.language()] = None,
) -> None:
    """Build the demo: pictures, sounds, spoken and written sentences."""
    with opened(workspace, space=space, offline=offline, device=device, create=True) as session:
        report = session.build(DEMO)
    finish(report, as_json=as_json)


def demo_group() -> typer.Typer:
    """`explorer demo`."""
    app = typer.Typer()
    app.command("build", help=_("Build the demo: pictures, sounds, spoken and written sentences."))(
        demo_build
    )
    app.callback()(lambda: None)  # keeps `build` a word of its own while it is the only command
    return app

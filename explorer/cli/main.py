"""The command `explorer`: chooses the language, builds the command line, runs it, and says how it ended."""

from __future__ import annotations

import gettext
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Annotated, Any

import typer

from explorer import __version__, i18n
from explorer.cli import output
from explorer.cli.failures import describe
from explorer.i18n import N_, _

# Words that typer writes itself and looks up in gettext's default domain, which is ours here.
HEADINGS = (
    N_("Options"),
    N_("Arguments"),
    N_("Commands"),
    N_("required"),
    N_("default: {default}"),
    N_("env var: {var}"),
    N_("Missing command."),
    N_("No such command {name!r}."),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line; returns its exit code: 0 done, 1 in part, 2 wrong usage, 3 something is missing."""
    args = list(sys.argv[1:] if argv is None else argv)
    as_json = "--json" in args and "--help" not in args
    _choose_language(args)
    with output.reserved_stdout() if as_json else nullcontext():
        try:
            return _run(args)
        except BrokenPipeError:  # the reader, such as `head`, has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            return 0
        except (Exception, KeyboardInterrupt) as error:
            return describe(error).report(as_json=as_json)


def build_app() -> typer.Typer:
    """The command line, in the language of this context, with the groups that plugins bring."""
    from explorer.cli import (
        assets_commands,
        construal_commands,
        knowledge_commands,
        plugin_commands,
        run_commands,
        search_commands,
        workspace_commands,
    )
    from explorer.registry import load_registry

    app = typer.Typer(
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        suggest_commands=i18n.current() == "en",  # typer suggests in English
    )
    app.callback(
        invoke_without_command=True, help=_("Text, pictures, sounds and speech in one space, on one map.")
    )(_root)
    app.command("run", help=_("Build the demo if it is absent, then open the page."))(run_commands.run)
    app.command("ui", help=_("Open the page."))(run_commands.run)
    app.command("search", help=_("Find what is near a text, a picture or a sound."))(search_commands.search)
    app.command(
        "ingest",
        help=_("Take files in; what is there already is skipped, so it can be stopped and run again."),
    )(workspace_commands.ingest)
    app.command("items", help=_("List what is in the workspace."))(workspace_commands.items)
    app.command("show", help=_("Show an item, where its file lies, and how the encoders see it."))(
        workspace_commands.show
    )
    app.command("rm", help=_("Remove items with their vectors and files."))(workspace_commands.rm)
    app.command(
        "iceberg", help=_("What a sentence needs to be understood: its reading, and the facts behind it.")
    )(construal_commands.iceberg)
    app.command("construe", help=_("Construe a file of sentences, and score it where roles are given."))(
        construal_commands.construe
    )
    app.add_typer(run_commands.demo_group(), name="demo", help=_("The built-in collection."))
    app.add_typer(
        knowledge_commands.group(), name="knowledge", help=_("Facts: import, export, count, add, review.")
    )
    app.add_typer(plugin_commands.group(), name="plugins", help=_("What is installed."))
    app.add_typer(assets_commands.group(), name="assets", help=_("Weights and media: list, fetch, verify."))
    for name, commands in load_registry().commands.items():
        app.add_typer(commands, name=name)
    return app


def _root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help=_("Show the version."))] = False,
    lang: Annotated[
        str | None,
        typer.Option(
            "--lang", metavar="|".join(i18n.LANGUAGES), help=_("Language of messages and captions.")
        ),
    ] = None,
) -> None:
    if version:
        output.out().print(__version__)
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


def _run(args: list[str]) -> int:
    command: Any = typer.main.get_command(build_app())
    _word_help(command)
    code = command.main(args, prog_name="explorer", standalone_mode=False)
    return code if isinstance(code, int) else 0


def _word_help(command: Any) -> None:
    """The words of `--help` itself, which typer does not look up in the catalogue."""
    option = command.get_help_option(command.context_class(command))
    if option is not None:
        option.help = _("Show this message and exit.")
    for below in getattr(command, "commands", {}).values():
        _word_help(below)


def _choose_language(args: Sequence[str]) -> None:
    """`--lang` anywhere on the line, else what the environment says; also for typer's own words."""
    for position, word in enumerate(args):
        if word == "--lang" and position + 1 < len(args):
            os.environ["EXPLORER_LANG"] = args[position + 1]
        elif word.startswith("--lang="):
            os.environ["EXPLORER_LANG"] = word.partition("=")[2]
    i18n.activate(i18n.detect())
    os.environ["LANGUAGE"] = i18n.current()
    gettext.bindtextdomain(i18n.DOMAIN, i18n.LOCALE_FOLDER)
    gettext.textdomain(i18n.DOMAIN)

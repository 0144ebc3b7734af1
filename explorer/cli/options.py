"""The options that commands share.

Each is a function, called when the command line is built (annotations are evaluated then), so that its help
is in the reader's language.
"""

from __future__ import annotations

from typing import Any

import typer

from explorer.i18n import LANGUAGES, _


def workspace() -> Any:
    """`--workspace`: which collection."""
    return typer.Option(
        "--workspace",
        "-w",
        metavar="NAME|PATH",
        help=_("The workspace: a name in the data folder, or a path."),
    )


def space() -> Any:
    """`--space`: which vectors."""
    return typer.Option(
        "--space",
        metavar="NAME",
        help=_("The space: `default`, or an encoder such as `sentence-transformers:NAME_OR_FOLDER`."),
    )


def as_json() -> Any:
    """`--json`: for programs."""
    return typer.Option("--json", help=_("One JSON document on stdout; all else on stderr."))


def offline() -> Any:
    """`--offline`: no network."""
    return typer.Option("--offline", help=_("Fetch nothing; say what is missing instead."))


def device() -> Any:
    """`--device`: where encoders run."""
    return typer.Option(
        "--device", metavar="cuda|mps|cpu", help=_("Where the encoders run; the best by default.")
    )


def language() -> Any:
    """`--lang`: of messages and help. `main` reads it before the command line is built."""
    return typer.Option("--lang", metavar="|".join(LANGUAGES), help=_("Language of messages and captions."))


def construing_workspace() -> Any:
    """`--workspace` where none is needed."""
    return typer.Option(
        "--workspace",
        "-w",
        metavar="NAME|PATH",
        help=_("Use the facts of this workspace too; without it the bundled knowledge alone."),
    )

"""Where workspaces lie: by name under the data folder, or by path."""

from __future__ import annotations

import os
import re
from pathlib import Path

from explorer.errors import InputError
from explorer.i18n import _

_NAME = re.compile(r"[\w][\w.-]{0,63}")


def data_dir() -> Path:
    """EXPLORER_HOME, or the platform's data folder for this program."""
    home = os.environ.get("EXPLORER_HOME")
    if home:
        return Path(home).expanduser()
    import platformdirs

    return Path(platformdirs.user_data_path("semantic-iceberg", appauthor=False))


def workspace_folder(name_or_path: str | Path) -> Path:
    """The folder of a workspace. Anything with a path separator, or a Path, is a path; else a name.

    Raises:
        InputError: the name is not usable as a folder's name.
    """
    text = os.fspath(name_or_path)
    if isinstance(name_or_path, Path) or "/" in text or os.sep in text or text.startswith((".", "~")):
        return Path(text).expanduser().resolve()
    if not _NAME.fullmatch(text):
        raise InputError(
            _("{name} cannot be the name of a workspace: use letters, digits, '.', '_' and '-'.").format(
                name=repr(text)
            )
        )
    return data_dir() / "workspaces" / text


def workspace_names() -> list[str]:
    """The workspaces in the data folder, sorted."""
    folder = data_dir() / "workspaces"
    return sorted(p.parent.name for p in folder.glob("*/workspace.db")) if folder.is_dir() else []

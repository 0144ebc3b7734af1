"""Opening a database: SQLite in WAL mode, and its schema brought up to date by the numbered migrations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text

from store.errors import NewerSchema, NotAWorkspace

DATABASE = "workspace.db"
BUSY_MILLISECONDS = 30_000


def open_engine(folder: Path, *, create: bool) -> Engine:
    """The engine of the workspace in `folder`, migrated to the newest schema.

    Raises:
        NotAWorkspace: there is no database and `create` is false.
        NewerSchema: it was written by a newer release.
    """
    path = folder / DATABASE
    if not path.exists() and not create:
        raise NotAWorkspace(f"{folder} holds no workspace.", next_step="Run `explorer demo build`.")
    folder.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_MILLISECONDS / 1000})
    event.listen(engine, "connect", _set_pragmas)
    _migrate(engine, folder)
    return engine


def _set_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in (
        "page_size = 16384",  # vectors of 2 KB overflow the usual 4 KB pages
        "journal_mode = WAL",
        "synchronous = NORMAL",  # a committed batch survives the process; power loss may lose the last ones
        "foreign_keys = ON",
        f"busy_timeout = {BUSY_MILLISECONDS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _migrate(engine: Engine, folder: Path) -> None:
    """Run the missing migrations; does nothing when the database is at the newest one."""
    script = ScriptDirectory(str(Path(__file__).parent / "migrations"))
    head = script.get_current_head()
    with engine.connect() as connection:
        current = _revision(connection)
    if current == head:
        return
    known = {revision.revision for revision in script.walk_revisions()}
    if current is not None and current not in known:
        raise NewerSchema(
            f"The workspace {folder} was written by a newer release.",
            next_step="Upgrade with `pip install -U semantic-iceberg`.",
        )
    migrate(engine, "head")


def migrate(engine: Engine, target: str) -> None:
    """Bring the database to revision `target`, one process at a time."""
    from filelock import FileLock

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    database = engine.url.database or DATABASE
    with FileLock(f"{database}.migration-lock"), engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, target)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()

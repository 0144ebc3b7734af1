"""Opening a database: SQLite in WAL mode, and its schema brought up to date by the numbered migrations.

Python's sqlite3 begins transactions late and not at all for `CREATE TABLE`, so BEGIN is ours: writers say
BEGIN IMMEDIATE and thereby take turns, readers see one state, and a migration that is killed leaves nothing.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from filelock import FileLock
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import ExceptionContext

from store.errors import N_, DatabaseTrouble, NewerSchema, NotAWorkspace, StoreError

DATABASE = "workspace.db"
BUSY_MILLISECONDS = 30_000
MIGRATIONS = Path(__file__).parent / "migrations"
_WRITER = "store_writer"
_UPGRADE = N_("Upgrade with `pip install -U semantic-iceberg`.")


def open_engine(folder: Path, *, create: bool) -> Engine:
    """The engine of the workspace in `folder`, migrated to the newest schema.

    Raises:
        NotAWorkspace: there is no database and `create` is false, or the file is another program's.
        NewerSchema: it was written by a newer release.
        DatabaseTrouble: it is busy, damaged, or cannot be written.
    """
    path = folder / DATABASE
    if not path.exists() and not create:
        raise NotAWorkspace(
            N_("{folder} holds no workspace."), next_step=N_("Run `explorer demo build`."), folder=folder
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseTrouble(
            N_("The folder {folder} cannot be made: {reason}."), folder=folder, reason=error.strerror
        ) from None
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_MILLISECONDS / 1000})
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", lambda context: _explain(context, path), retval=True)
    try:
        _migrate(engine, folder)
    except sqlite3.Error as error:  # raised while connecting, before SQLAlchemy handles errors
        engine.dispose()
        raise trouble(error, path) or error from error
    except BaseException:
        engine.dispose()
        raise
    return engine


def writer(engine: Engine) -> Engine:
    """The same engine, whose transactions hold the write lock from their beginning."""
    return engine.execution_options(**{_WRITER: True})


def _set_pragmas(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # no BEGIN behind our back
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {BUSY_MILLISECONDS}",
        "page_size = 16384",  # vectors of 2 KB overflow the usual 4 KB pages
        "journal_mode = WAL",
        "synchronous = NORMAL",  # a committed batch survives the process; power loss may lose the last ones
        "foreign_keys = ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get(_WRITER, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _explain(context: ExceptionContext, path: Path) -> StoreError | None:
    return trouble(context.original_exception, path)


def trouble(error: BaseException, path: Path) -> StoreError | None:
    """What a failure of SQLite means for a person; None where it is a defect of ours."""
    name = str(getattr(error, "sqlite_errorname", ""))
    if name.startswith("SQLITE_NOTADB"):
        return NotAWorkspace(
            N_("{path} is not the database of a workspace."), next_step=N_("Give another folder."), path=path
        )
    if name.startswith("SQLITE_CORRUPT"):
        return DatabaseTrouble(
            N_("The database {path} is damaged."),
            next_step=N_("Move the folder away and build or ingest anew."),
            path=path,
        )
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return DatabaseTrouble(
            N_("The workspace {path} is busy: another program has been writing to it for {seconds} s."),
            next_step=N_("Try again when the other one is done."),
            path=path.parent,
            seconds=BUSY_MILLISECONDS // 1000,
        )
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
        return DatabaseTrouble(
            N_("The disk did not take what was written to {path}."),
            next_step=N_("Make room on it; what was stored before is kept."),
            path=path,
        )
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return DatabaseTrouble(
            N_("The workspace {path} cannot be written."),
            next_step=N_("Check the permissions of the folder, or copy it to one of yours."),
            path=path.parent,
        )
    return None


def _migrate(engine: Engine, folder: Path) -> None:
    """Run the missing migrations; does nothing when the database is at the newest one."""
    script = ScriptDirectory(str(MIGRATIONS))
    head = script.get_current_head()
    if (folder / DATABASE).exists():
        with engine.connect() as connection:
            current = _revision(connection)
            tables = inspect(connection).get_table_names()
        if current == head:
            return
        if current is None and tables:
            raise NotAWorkspace(
                N_("{path} is not the database of a workspace."),
                next_step=N_("Give another folder."),
                path=folder / DATABASE,
            )
        if current is not None and current not in {known.revision for known in script.walk_revisions()}:
            raise NewerSchema(
                N_("The workspace {folder} was written by a newer release."),
                next_step=_UPGRADE,
                folder=folder,
            )
    migrate(engine, "head")


def migrate(engine: Engine, target: str) -> None:
    """Bring the database to revision `target`, one process at a time, whole or not at all."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    database = engine.url.database or DATABASE
    # the lock, since turning to WAL mode does not wait for others as writing does
    with FileLock(f"{database}.migration-lock"), writer(engine).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, target)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()

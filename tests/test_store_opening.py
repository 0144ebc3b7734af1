"""Opening a workspace's database: its settings, its migrations, what is refused; and the blobs beside it."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from fakes import WHEN, item
from sqlalchemy import create_engine, event, text

from explorer import i18n
from explorer.cli import main as cli
from explorer.errors import words_of
from store import BlobStore, DamagedBlob, DatabaseTrouble, FailureRecord, NewerSchema, NotAWorkspace, Store
from store import engine as engines
from store.tables import metadata

OLDEST, NEWEST = "0001", "0003"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    i18n.activate("en")
    yield
    i18n.activate(None)


def query(folder: Path, statement: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(folder / "workspace.db")
    try:
        with connection:
            return connection.execute(statement).fetchall()
    finally:
        connection.close()


# -- settings ------------------------------------------------------------------------------------------


def test_pragmas_of_every_connection(tmp_path: Path) -> None:
    engine = engines.open_engine(tmp_path, create=True)
    with engine.connect() as one, engine.connect() as other:  # a pool has several
        for connection in (one, other):
            found = {
                name: connection.execute(text(f"PRAGMA {name}")).scalar()
                for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous", "page_size")
            }
            assert found == {
                "journal_mode": "wal",
                "foreign_keys": 1,
                "busy_timeout": 30_000,
                "synchronous": 1,
                "page_size": 16_384,
            }
    engine.dispose()


def test_a_reader_sees_one_state_while_another_writes(tmp_path: Path) -> None:
    engine = engines.open_engine(tmp_path, create=True)
    with Store.open(tmp_path) as store, engine.connect() as reader:
        count = text("SELECT count(*) FROM items")
        assert reader.execute(count).scalar() == 0
        store.add_items([item(1)])
        assert reader.execute(count).scalar() == 0
        reader.rollback()
        assert reader.execute(count).scalar() == 1
    engine.dispose()


# -- migrations ----------------------------------------------------------------------------------------


def old_workspace(folder: Path, revision: str) -> None:
    """A database as a release of `revision` left it."""
    folder.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{folder / 'workspace.db'}")
    event.listen(engine, "connect", engines._set_pragmas)
    event.listen(engine, "begin", engines._begin)
    engines.migrate(engine, revision)
    engine.dispose()


def test_from_the_oldest_schema_nothing_is_lost(tmp_path: Path) -> None:
    old_workspace(tmp_path, OLDEST)
    query(
        tmp_path,
        "INSERT INTO items VALUES (1, 'i1', 'text', 'zh', '吃食堂', 'n', '{}', 'CC0', 'o', 'd', 't/p', 9, '{}', "
        f"'{WHEN.isoformat()}')",
    )
    query(
        tmp_path,
        "INSERT INTO failures VALUES (1, 'a.png', '', 'read', 'broken', NULL, '2026-01-02T00:00:00')",
    )
    query(
        tmp_path, "INSERT INTO failures VALUES (5, 'x', 'e@1', 'encode', 'bad', 'i1', '2026-01-02T00:00:00')"
    )
    with Store.open(tmp_path) as store:
        assert [record.text for record in store.list_items()] == ["吃食堂"]
        assert [(f.source, f.encoder, f.item_id, f.reason) for f in store.failures()] == [
            ("a.png", None, None, "broken"),
            ("x", "e@1", "i1", "bad"),
        ]
        store.record_failures([FailureRecord(source="y", reason="r", stage="read", when=WHEN)])
        assert [f.source for f in store.failures()] == ["a.png", "x", "y"]
    assert query(tmp_path, "SELECT version_num FROM alembic_version") == [(NEWEST,)]


def test_an_empty_file_becomes_a_workspace(tmp_path: Path) -> None:
    """What a process leaves that is killed while it makes the database."""
    (tmp_path / "workspace.db").touch()
    with Store.open(tmp_path) as store:
        assert store.counts() == {}
    assert query(tmp_path, "SELECT version_num FROM alembic_version") == [(NEWEST,)]


@pytest.mark.parametrize("start", [None, OLDEST], ids=["empty", "oldest"])
def test_the_migrations_end_in_the_tables_of_the_code(tmp_path: Path, start: str | None) -> None:
    if start is not None:
        old_workspace(tmp_path, start)
    engine = engines.open_engine(tmp_path, create=True)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        constraints = connection.execute(
            text("SELECT sql FROM sqlite_master WHERE name = 'failures'")
        ).scalar()
    engine.dispose()
    assert "UNIQUE (source, encoder, item_id)" in constraints  # which alembic's comparison does not see


def test_opening_again_migrates_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Store.open(tmp_path, create=True).close()
    monkeypatch.setattr(engines, "migrate", lambda *_: pytest.fail("there is nothing to migrate"))
    Store.open(tmp_path).close()


def test_a_migration_that_fails_leaves_the_old_schema(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one that is killed does: CREATE TABLE is part of the transaction."""
    old_workspace(tmp_path, OLDEST)
    before = query(tmp_path, "SELECT name, sql FROM sqlite_master ORDER BY name")
    with monkeypatch.context() as patch:
        patch.setattr("alembic.op.rename_table", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            Store.open(tmp_path)
    assert query(tmp_path, "SELECT name, sql FROM sqlite_master ORDER BY name") == before
    Store.open(tmp_path).close()


def test_two_processes_may_make_a_workspace_at_once(tmp_path: Path) -> None:
    code = "import sys, pathlib, store; store.Store.open(pathlib.Path(sys.argv[1]), create=True).close()"
    command = [sys.executable, "-c", code, str(tmp_path / "w")]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    assert [process.communicate()[1] for process in both] == [""] * 4


# -- what is refused -----------------------------------------------------------------------------------


def test_a_newer_schema_is_refused_with_the_command_that_helps(tmp_path: Path) -> None:
    Store.open(tmp_path, create=True).close()
    query(tmp_path, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerSchema) as caught:
        Store.open(tmp_path)
    assert str(tmp_path) in caught.value.message
    assert "newer release" in caught.value.message
    assert "pip install -U" in caught.value.next_step


def test_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(NotAWorkspace, match="holds no workspace"):
        Store.open(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_a_file_of_another_kind_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "workspace.db").write_bytes(b"these are my notes, no database\n" * 100)
    before = (tmp_path / "workspace.db").read_bytes()
    with pytest.raises(NotAWorkspace, match=r"workspace\.db is not the database of a workspace"):
        Store.open(tmp_path, create=True)
    assert (tmp_path / "workspace.db").read_bytes() == before


def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    query(tmp_path, "CREATE TABLE bookmarks (url TEXT)")
    with pytest.raises(NotAWorkspace, match="is not the database of a workspace"):
        Store.open(tmp_path, create=True)
    assert query(tmp_path, "SELECT name FROM sqlite_master") == [("bookmarks",)]


def test_a_damaged_database_says_so(tmp_path: Path) -> None:
    with Store.open(tmp_path, create=True) as store:
        store.add_items([item(n, text="x" * 5000) for n in range(40)])
    path = tmp_path / "workspace.db"
    data = path.read_bytes()
    path.write_bytes(data[:16384] + b"\xff" * (len(data) - 16384))
    with pytest.raises(DatabaseTrouble, match="is damaged") as caught, Store.open(tmp_path) as store:
        store.list_items()
    assert caught.value.next_step


def test_a_busy_workspace_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "BUSY_MILLISECONDS", 50)
    with Store.open(tmp_path, create=True) as store:
        holder = sqlite3.connect(tmp_path / "workspace.db", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseTrouble, match="is busy"):
            store.add_items([item(1)])
        assert store.list_items() == []  # reading goes on
        holder.execute("ROLLBACK")
        holder.close()
        assert store.add_items([item(1)]) == 1


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="permissions do not bind the superuser")
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(DatabaseTrouble):
        Store.open(tmp_path / "w", create=True)
    tmp_path.chmod(0o700)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DatabaseTrouble, match="cannot be made"):
        Store.open(tmp_path / "file" / "w", create=True)


def test_the_command_line_says_it_in_both_languages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    Store.open(tmp_path / "w", create=True).close()
    query(tmp_path / "w", "UPDATE alembic_version SET version_num = '9999'")
    said = {}
    for language in ("en", "zh"):
        monkeypatch.setenv("EXPLORER_LANG", language)
        assert cli.main(["items", "-w", str(tmp_path / "w"), "--json"]) == 2
        captured = capfd.readouterr()
        said[language] = json.loads(captured.out)["error"]
        assert said[language]["kind"] == "NewerSchema"
        assert "pip install -U semantic-iceberg" in said[language]["next_step"]
        assert said[language]["message"] in captured.err
    assert "newer release" in said["en"]["message"]
    assert "更新的版本" in said["zh"]["message"]


def test_every_word_of_the_store_is_said_in_chinese(tmp_path: Path) -> None:
    i18n.activate("zh")
    with pytest.raises(DamagedBlob) as caught:
        BlobStore(tmp_path).read("0" * 64)
    message, next_step = words_of(caught.value)
    assert message == "工作区里缺少文件 000000000000。"
    assert next_step.startswith("把原文件再导入一次")


# -- blobs ---------------------------------------------------------------------------------------------


def test_a_blob_is_named_by_its_content(tmp_path: Path) -> None:
    blobs = BlobStore(tmp_path / "blobs")
    digest = blobs.put(b"data")
    assert digest == hashlib.sha256(b"data").hexdigest()
    assert blobs.read(digest) == blobs.path(digest).read_bytes() == b"data"
    assert blobs.put(b"data") == digest
    assert [p for p in (tmp_path / "blobs").rglob("*") if p.is_file()] == [blobs.path(digest)]
    assert blobs.holds(digest, 4)
    assert not blobs.holds(digest, 5)
    blobs.delete(digest)
    blobs.delete(digest)
    assert not blobs.holds(digest, 4)
    assert blobs.put(b"") == hashlib.sha256().hexdigest()


def test_a_blob_that_cannot_be_finished_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs = BlobStore(tmp_path)

    def full(_handle: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        blobs.put(b"data")
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_what_a_killed_process_left_is_swept_away(tmp_path: Path) -> None:
    with Store.open(tmp_path, create=True) as store:
        store.add_items([item(1, text=None, digest=hashlib.sha256(b"whole").hexdigest())], [b"whole"])
        left = tmp_path / "blobs" / ".writing-abc"
        left.write_bytes(b"ha")
        store.add_items([item(2)])
        assert not left.exists()
        assert store.blobs.read(hashlib.sha256(b"whole").hexdigest()) == b"whole"


def test_damaged_and_missing_blobs_are_refused(tmp_path: Path) -> None:
    blobs = BlobStore(tmp_path)
    digest = blobs.put(b"data")
    blobs.path(digest).write_bytes(b"dat\x00")
    with pytest.raises(DamagedBlob, match=f"{digest[:12]}.*damaged"):
        blobs.read(digest)
    blobs.delete(digest)
    with pytest.raises(DamagedBlob, match=f"{digest[:12]}.*missing"):
        blobs.read(digest)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n", "0" * 65])
def test_nothing_but_a_digest_names_a_blob(tmp_path: Path, name: str) -> None:
    with pytest.raises(DamagedBlob, match="is not the name of a blob"):
        BlobStore(tmp_path).read(name)

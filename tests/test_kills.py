"""Killing the ingest: whatever the moment, the next run ends with what an undisturbed run gives.

Real processes, real encoders, real SIGKILL. What may differ between two ways to the same end is said in `TOLERANCE`.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from store import Store

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(os.name != "posix", reason="signals to another process"),
]

ROOT = Path(__file__).resolve().parents[1]
EXPLORER = [
    sys.executable,
    "-c",
    "import sys; from explorer.cli.main import main; sys.exit(main(sys.argv[1:]))",
]
KILLS = 20
TEXTS, PICTURES, TONES = 100, 40, 6
TOLERANCE = 2e-6
"""Largest difference of a component of a unit vector. A resumed run cuts its batches elsewhere, and a matrix
product of another height may round its last bit differently, by processor and library. Often it is 0."""


@dataclass(frozen=True)
class Undisturbed:
    seconds: float
    state: dict[str, Any]


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five chunks of texts, pictures, tones, speech, and three things that are refused."""
    import soundfile
    from PIL import Image, ImageDraw

    folder = tmp_path_factory.mktemp("collection")
    chance = random.Random(1)
    things = [
        "dog",
        "cat",
        "train",
        "noodles",
        "rain",
        "school",
        "piano",
        "tree",
        "doctor",
        "river",
        "食堂",
        "狗",
    ]
    lines = [f"{chance.choice(things)}, {chance.choice(things)}, {n}" for n in range(TEXTS)]
    (folder / "a.txt").write_text("\n".join(lines), "utf-8")
    for n in range(PICTURES):
        picture = Image.new("RGB", (64, 64), tuple(chance.randrange(256) for _ in range(3)))
        corner = chance.randrange(30)
        colour = tuple(chance.randrange(256) for _ in range(3))
        ImageDraw.Draw(picture).ellipse((corner, corner, 60, 40), fill=colour)
        picture.save(folder / f"b{n:02}.png")
    (folder / "b99.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    seconds = np.arange(16_000) / 16_000
    for n in range(TONES):
        tone = 0.3 * np.sin(2 * np.pi * (220 + 60 * n) * seconds)
        soundfile.write(folder / f"c{n}.wav", tone.astype(np.float32), 16_000)
    speech = next(iter(sorted((ROOT / "plugins" / "demo" / "speech").glob("*.ogg"))))
    samples, rate = soundfile.read(speech)
    soundfile.write(folder / "d.wav", samples, rate)
    (folder / "e.jsonl").write_text(
        'not JSON\n{"text": "the last line", "caption_zh": "末行"}\n{}\n', "utf-8"
    )
    return folder


@pytest.fixture(scope="module")
def undisturbed(collection: Path, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """The state that every other way must end in, and how long the straight way takes."""
    home = tmp_path_factory.mktemp("undisturbed")
    ingest(collection, home)  # fills the file system's cache and the kept alignments
    began = time.monotonic()
    ingest(collection, home / "again")
    return Undisturbed(seconds=time.monotonic() - began, state=state_of(home / "again"))


@pytest.fixture(scope="module")
def left_behind() -> list[int]:
    """How many whole-item vectors each killed run left behind."""
    return []


def environment(home: Path) -> dict[str, str]:
    # one thread: two runs share two cores in the test of concurrency, and timings repeat better
    return os.environ | {"EXPLORER_HOME": str(home), "EXPLORER_LANG": "en", "OMP_NUM_THREADS": "1"}


def start(collection: Path, home: Path) -> subprocess.Popen[str]:
    command = [*EXPLORER, "ingest", str(collection), "-w", "mine", "--offline", "--json"]
    return subprocess.Popen(
        command, env=environment(home), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def ingest(collection: Path, home: Path) -> dict[str, Any]:
    """Run to the end; three sources are refused, so the exit code is 1."""
    process = start(collection, home)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 1, err
    report: dict[str, Any] = json.loads(out)
    assert len(report["refused"]) == 3, err
    assert not report["notes"], "every encoder of the bundle takes part"
    return report


def workspace(home: Path) -> Path:
    return home / "workspaces" / "mine"


def state_of(home: Path) -> dict[str, Any]:
    """Everything a workspace holds but the times of day."""
    some_day = datetime(2000, 1, 1, tzinfo=UTC)
    with Store.open(workspace(home)) as store:
        vectors = {}
        for key, _count in store.vector_keys():
            kept = store.load_vectors(key)
            where = zip(kept.item_ids, kept.segments.tolist(), strict=True)
            times = zip(kept.starts.tolist(), kept.ends.tolist(), strict=True)
            # repr, since NaN (no time) equals nothing
            vectors[key] = dict(zip(where, zip(map(repr, times), kept.matrix, strict=True), strict=True))
        return {
            "items": {item.id: replace(item, created=some_day) for item in store.list_items()},
            "vectors": vectors,
            "annotations": store.annotations("speech-whisper", "transcript"),
            "failures": {(f.source, f.encoder): replace(f, when=some_day) for f in store.failures()},
        }


def assert_same(found: dict[str, Any], expected: dict[str, Any]) -> float:
    """The same state; returns the largest difference between two vectors."""
    for part in ("items", "annotations", "failures"):
        assert found[part] == expected[part], part
    assert found["vectors"].keys() == expected["vectors"].keys()
    largest = 0.0
    for key, rows in expected["vectors"].items():
        assert found["vectors"][key].keys() == rows.keys(), f"rows of {key}"
        for where, (times, vector) in rows.items():
            its_times, its_vector = found["vectors"][key][where]
            assert its_times == times
            scale = max(1.0, float(np.abs(vector).max()))  # an encoder's own features are no unit vectors
            largest = max(largest, float(np.abs(its_vector - vector).max()) / scale)
    assert largest <= TOLERANCE
    return largest


def assert_sound(home: Path) -> None:
    """The database is whole, and the blobs are those of the items: none half written, missing or left over."""
    folder = workspace(home)
    connection = sqlite3.connect(folder / "workspace.db")
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        wanted = {row[0] for row in connection.execute("SELECT digest FROM items WHERE text IS NULL")}
    finally:
        connection.close()
    assert {path.name for path in (folder / "blobs").rglob("*") if path.is_file()} == wanted
    with Store.open(folder) as store:
        for digest in wanted:
            store.blobs.read(digest)  # verified


def count_vectors(home: Path) -> int:
    if not (workspace(home) / "workspace.db").exists():
        return 0
    with Store.open(workspace(home)) as store:
        return sum(count for _key, count in store.vector_keys())


def moments() -> Iterator[float]:
    """Shares of an undisturbed run: random, one in each twentieth, so that no phase is left out."""
    chance = random.Random(2026)
    for n in range(KILLS):
        yield round((n + chance.random()) / KILLS, 3)


@pytest.mark.parametrize("moment", list(moments()))
def test_a_killed_ingest_goes_on(
    collection: Path, undisturbed: Undisturbed, tmp_path: Path, moment: float, left_behind: list[int]
) -> None:
    process = start(collection, tmp_path)
    time.sleep(moment * undisturbed.seconds)
    process.kill()
    process.communicate()
    assert process.returncode in (-signal.SIGKILL, 1)  # 1: it was faster this time, and done
    left_behind.append(count_vectors(tmp_path))
    ingest(collection, tmp_path)
    assert_same(state_of(tmp_path), undisturbed.state)
    assert_sound(tmp_path)
    again = ingest(collection, tmp_path)
    assert (again["added"], again["vectors"]) == (0, 0)


def test_kills_hit_the_work_itself(undisturbed: Undisturbed, left_behind: list[int]) -> None:
    """Otherwise the tests above would prove nothing: some killed runs had done a part, and not all."""
    if len(left_behind) < KILLS:
        pytest.skip("only with all kills before it")
    whole = sum(len(rows) for rows in undisturbed.state["vectors"].values())
    assert len([count for count in left_behind if 0 < count < whole]) >= KILLS // 5
    assert len(set(left_behind)) >= 4


@pytest.mark.parametrize("share", [0.3, 0.5, 0.7, 0.9])
def test_ctrl_c_leaves_a_clean_state(
    collection: Path, undisturbed: Undisturbed, tmp_path: Path, share: float
) -> None:
    process = start(collection, tmp_path)
    time.sleep(share * undisturbed.seconds)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert "Traceback" not in err
    document = json.loads(out)
    if "error" in document:  # before the ingest itself began
        assert (process.returncode, document["error"]["kind"]) == (130, "Interrupted")
    elif document["cancelled"]:
        assert process.returncode == 1
    else:  # done already; the signal may have met Python on its way out, when no handler is left
        assert process.returncode in (1, -signal.SIGINT)
        assert len(document["refused"]) == 3
    if (workspace(tmp_path) / "workspace.db").exists():
        assert_sound(tmp_path)
    ingest(collection, tmp_path)
    assert_same(state_of(tmp_path), undisturbed.state)


def test_two_processes_at_once(collection: Path, undisturbed: Undisturbed, tmp_path: Path) -> None:
    both = [start(collection, tmp_path) for _ in range(2)]
    reports = []
    for process in both:
        out, err = process.communicate(timeout=300)
        assert process.returncode == 1, err
        reports.append(json.loads(out))
    assert sum(report["added"] for report in reports) == len(undisturbed.state["items"])
    assert_same(state_of(tmp_path), undisturbed.state)
    assert_sound(tmp_path)

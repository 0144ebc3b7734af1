"""Vectors kept between runs: never embedded twice, never another encoder's, and never in the way."""

from __future__ import annotations

import dataclasses
import logging
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import Words, basics

from explorer import Asset, AssetMember, Encoder, FloatArray
from explorer.registry import Registry, build_registry, load_registry
from probes import cache, runner, subjects
from probes.cache import VectorCache, cache_for
from tests import solvers

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("EXPLORER_CACHE", str(tmp_path / "cache"))
    return tmp_path / "home"


def registry_of(monkeypatch: pytest.MonkeyPatch, *encoders: Encoder) -> Registry:
    registry = build_registry({"basics": basics(*encoders)})
    for module in (subjects, runner):
        monkeypatch.setattr(module, "load_registry", lambda: registry)
    monkeypatch.setattr("explorer.spaces.load_registry", lambda: registry)
    return registry


def vectors(texts: list[str], **options: Any) -> FloatArray:
    (encoding,) = subjects.open_subjects(["words"], **options)
    return encoding.vectors(texts)


def numbers(count: int, dim: int = 8, seed: int = 0) -> dict[str, FloatArray]:
    drawn = np.random.default_rng(seed).standard_normal((count, dim)).astype(np.float32)
    return {f"text {i}": row for i, row in enumerate(drawn)}


def test_a_second_run_embeds_nothing_and_gives_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"句子 {i}" for i in range(30)]
    first, second = Words(), Words()
    registry_of(monkeypatch, first)
    once = vectors(texts)
    registry_of(monkeypatch, second)
    again = vectors([*texts[::-1], "another"])
    assert sum(first.batches) == 30
    assert (sum(second.batches), second.loads) == (1, 1)
    assert again[:30].tobytes() == once[::-1].tobytes()
    assert again.dtype == np.float32


def test_without_the_cache_nothing_is_taken_and_nothing_kept(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    encoder = Words()
    registry_of(monkeypatch, encoder)
    vectors(["a"], cache=False)
    assert not (home / "probe-vectors").exists()
    vectors(["a"])
    vectors(["a"], cache=False)
    assert encoder.batches == [1, 1, 1]


def asset(digest: str) -> Asset:
    member = AssetMember(sources=("p::w",), save_as="w", sha256=digest)
    return Asset(name="w", title="w", packages=(), members=(member,), licence="", origin="")


@pytest.mark.parametrize("what", ["revision", "weights", "name", "dim", "engine", "code"])
def test_each_part_of_the_key_alone_tells_encoders_apart(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before, after = Words(), Words()
    before.assets = after.assets = (asset("a" * 64),)
    same = cache_for(before), cache_for(after)
    assert same[0] is not None
    assert same[1] is not None
    assert same[0].path == same[1].path
    if what == "revision":
        after.revision = "2"
    elif what == "weights":
        after.assets = (asset("b" * 64),)
    elif what == "name":
        after.name = "other-words"
    elif what == "dim":
        after.dim = 9
    elif what == "engine":
        monkeypatch.setattr(cache, "version_of", lambda name: "0.0.0" if name == "torch" else "1")
    else:
        monkeypatch.setattr(cache, "_code_of", lambda _encoder: "other")
    changed = cache_for(after)
    assert changed is not None
    assert changed.path != same[0].path


def test_another_revision_is_embedded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    registry_of(monkeypatch, Words())
    vectors(["a", "b"])
    newer = Words()
    newer.revision = "2"
    registry_of(monkeypatch, newer)
    vectors(["a", "b"])
    assert newer.batches == [2]


def test_only_models_whose_files_are_known_are_kept(tmp_path: Path) -> None:
    words = Words()
    words.name = "sentence-transformers:somebody/model"
    words.revision = "hub"  # whatever lies there today
    assert cache_for(words) is None
    paths = set()
    for digest in ("0123456789abcdef", "0123456789abcdee"):  # a folder's files, before and after
        words.revision = digest
        kept = cache_for(words)
        assert kept is not None
        paths.add(kept.path)
    assert len(paths) == 2


@pytest.mark.parametrize("harm", ["rubbish", "cut", "bit"])
def test_a_damaged_cache_is_set_aside_with_a_line_in_the_log(
    harm: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kept = VectorCache(tmp_path / "v.sqlite", 8)
    given = numbers(2000)
    kept.put(given)
    data = bytearray(kept.path.read_bytes())
    if harm == "rubbish":
        data = bytearray(b"no database at all" * 100)
    elif harm == "cut":
        data = data[: len(data) // 2]
    else:
        at = data.find(given["text 7"].tobytes())
        data[at + 3] ^= 1
    kept.path.write_bytes(data)
    with caplog.at_level(logging.WARNING):
        found = kept.get(list(given))
    assert not [text for text, row in found.items() if row.tobytes() != given[text].tobytes()]
    assert "damaged" in caplog.text
    assert kept.path.with_suffix(".damaged").exists()
    kept.put(given)
    assert len(kept.get(list(given))) == 2000


def test_a_place_that_cannot_be_written_is_done_without(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    kept = VectorCache(tmp_path / "file" / "v.sqlite", 8)
    kept.put(numbers(3))
    kept.put(numbers(3))
    assert kept.get(["text 1"]) == {}
    assert len(caplog.records) == 1


def test_a_locked_cache_is_done_without(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cache, "BUSY_SECONDS", 0.1)
    kept = VectorCache(tmp_path / "v.sqlite", 8)
    kept.put(numbers(3))
    holder = sqlite3.connect(kept.path)
    holder.execute("BEGIN EXCLUSIVE")
    kept.put({"late": np.zeros(8, np.float32)})
    holder.rollback()
    holder.close()
    assert set(VectorCache(kept.path, 8).get(["late", "text 1"])) == {"text 1"}


def test_what_was_not_used_for_longest_goes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cache, "FILE_LIMIT", 4 * 8 * 10)
    kept = VectorCache(tmp_path / "v.sqlite", 8)
    given = numbers(15)
    texts = list(given)
    monkeypatch.setattr(cache, "_today", lambda: 1)
    kept.put({text: given[text] for text in texts[:10]})
    monkeypatch.setattr(cache, "_today", lambda: 2)
    kept.get(texts[:5])
    monkeypatch.setattr(cache, "_today", lambda: 3)
    kept.put({text: given[text] for text in texts[10:]})
    assert set(kept.get(texts)) == {*texts[:5], *texts[10:]}


def test_only_some_encoders_are_kept(tmp_path: Path) -> None:
    for number in range(cache.FILES + 3):
        VectorCache(tmp_path / f"{number}.sqlite", 8).put(numbers(1))
    assert len(list(tmp_path.glob("*.sqlite"))) == cache.FILES
    assert (tmp_path / f"{cache.FILES + 2}.sqlite").exists()


WRITER = """
import sys, numpy as np
from pathlib import Path
from probes.cache import VectorCache
kept = VectorCache(Path(sys.argv[1]), 8)
for i in range(60):
    numbers = range(i, i + 40)
    kept.put({f"text {n}": np.full(8, n, np.float32) for n in numbers})
    found = kept.get([f"text {n}" for n in numbers])
    assert all((found[f"text {n}"] == n).all() for n in numbers), i
"""


def test_two_processes_write_at_once(tmp_path: Path) -> None:
    path = tmp_path / "v.sqlite"
    command = [sys.executable, "-c", WRITER, str(path)]
    running = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    for process in running:
        _out, err = process.communicate(timeout=120)
        assert (process.returncode, err) == (0, "")
    found = VectorCache(path, 8).get([f"text {n}" for n in range(99)])
    assert all((found[f"text {n}"] == n).all() for n in range(99))


def test_a_killed_writer_leaves_whole_vectors(tmp_path: Path) -> None:
    path = tmp_path / "v.sqlite"
    endless = WRITER.replace("range(60)", "__import__('itertools').count()")
    process = subprocess.Popen(
        [sys.executable, "-c", endless, str(path)], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    while not path.exists():
        assert process.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.3)
    process.kill()
    process.wait()
    texts = [f"text {n}" for n in range(100_000)]
    found = VectorCache(path, 8).get(texts)
    assert found
    assert all((row == float(text.split()[1])).all() for text, row in found.items())
    assert not path.with_suffix(".damaged").exists()


def test_the_real_encoder_a_run_and_its_replay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import json

    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in solvers.rows(40)), "utf-8")
    order = runner.Order(encoders=("text-use",), offline=True)
    first = runner.run_file(path, order, lambda _step: None)
    encoder = load_registry().encoders["text-use"]
    with monkeypatch.context() as patch:
        patch.setattr(encoder, "encode_batch", lambda _contents: pytest.fail("a text is embedded again"))
        second = runner.run_file(path, order, lambda _step: None)
        replayed = runner.replay(first, lambda _step: None, offline=True)
    assert second["result"] == first["result"] == replayed["result"]
    assert second["encoders"] == first["encoders"]
    anew = runner.run_file(path, dataclasses.replace(order, cache=False), lambda _step: None)
    assert (
        anew["result"]["encoders"]["text-use"]["accuracy"]
        == first["result"]["encoders"]["text-use"]["accuracy"]
    )

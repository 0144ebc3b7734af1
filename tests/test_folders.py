"""Files, folders and lists in CSV, TSV and JSONL: what cannot be taken is refused, and the rest comes."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from fakes import Words, basics

from explorer import SourceItem, Workspace, i18n
from explorer.assets import AssetStore
from explorer.encoding import EncoderPool
from explorer.ingest import IngestReport
from explorer.media import walk
from explorer.registry import build_registry
from store import FailureRecord

TakeIn = Callable[[Iterable[SourceItem | FailureRecord]], IngestReport]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    i18n.activate("en")
    yield
    i18n.activate(None)


@pytest.fixture
def take_in(tmp_path: Path) -> Iterator[TakeIn]:
    """Ingest into a workspace of texts."""
    registry = build_registry({"basics": basics(Words())})
    pool = EncoderPool(registry, AssetStore(tmp_path / "assets", offline=True), "cpu")
    with Workspace.open(tmp_path / "w", create=True, registry=registry, pool=pool) as workspace:
        yield workspace.ingest


def walked(path: Path) -> tuple[list[str], list[str]]:
    """Names that came, and `source: reason` of what did not."""
    found = list(walk([path]))
    names = [f.text or f.name for f in found if isinstance(f, SourceItem)]
    return names, [f"{f.source}: {f.reason}" for f in found if isinstance(f, FailureRecord)]


DEEP = '{"text": "x", "a": ' + "[" * 100_000 + "]" * 100_000 + "}"
ROWS = {
    "deep": (DEEP, "not a JSON object"),
    "half a character": ('{"text": "a\\ud800"}', "lone surrogate"),
    "half a character in a note": ('{"text": "a", "b": [{"\\udc00": 1}]}', "lone surrogate"),
    "a list": ('["text"]', "not a JSON object"),
    "a huge number": ('{"text": "x", "n": ' + "9" * 10_000 + "}", "not a JSON object"),
    "modality": ('{"text": "x", "modality": ["text"]}', "modality is not a text"),
    "language": ('{"text": "x", "language": {"zh": 1}}', "language is not a text"),
    "a NUL in a path": ('{"path": "a\\u0000b.png"}', "there is no file"),
    "both": ('{"path": "a.png", "text": "x"}', "either path or text"),
    "outside": ('{"path": "../../etc/passwd"}', "leaves the folder"),
    "outside, absolute": ('{"path": "/etc/passwd"}', "leaves the folder"),
}


@pytest.mark.parametrize("case", list(ROWS))
def test_a_bad_row_of_a_list_is_refused_and_the_rest_comes(
    tmp_path: Path, take_in: TakeIn, case: str
) -> None:
    row, reason = ROWS[case]
    path = tmp_path / "list.jsonl"
    path.write_text("\n".join(['{"text": "before"}', row, '{"text": "after"}']), "utf-8")
    names, refused = walked(path)
    assert names == ["before", "after"]
    assert len(refused) == 1
    assert refused[0].startswith("list.jsonl:2: ")
    assert reason in refused[0]
    report = take_in(walk([path]))
    assert (report.added, len(report.refused)) == (2, 1)


def test_a_line_of_jsonl_may_hold_any_character(tmp_path: Path) -> None:
    """U+2028 and its like end lines for Python's splitlines, not in JSON."""
    path = tmp_path / "list.jsonl"
    path.write_text(json.dumps({"text": "a\u2028b c"}, ensure_ascii=False) + "\r\n", "utf-8")
    assert walked(path) == (["a\u2028b c"], [])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_bad_row_of_a_table_is_refused_and_the_rest_comes(tmp_path: Path, end: str) -> None:
    path = tmp_path / "table.csv"
    rows = ["text,caption_zh", "before,前", "x" * 200_000 + ",长", "too,many,cells", "after,后"]
    path.write_bytes(end.join(rows).encode())
    names, refused = walked(path)
    assert names == ["before", "after"]
    assert [line.split(": ")[0] for line in refused] == ["table.csv:3", "table.csv:4"]
    assert "field larger than field limit" in refused[0]
    assert "more cells" in refused[1]


def test_a_table_whose_first_line_is_too_long(tmp_path: Path) -> None:
    path = tmp_path / "table.tsv"
    path.write_text("x" * 200_000 + "\ttext\n1\tb\n")
    names, refused = walked(path)
    assert (names, len(refused)) == ([], 1)


@pytest.mark.skipif(sys.platform != "linux", reason="names of any bytes, links")
def test_odd_names_in_a_folder(tmp_path: Path, take_in: TakeIn) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "good.txt").write_text("good")
    (folder / "\udcff\udcfe.txt").write_text("a name of bytes that are no UTF-8")
    (folder / "\udcff.png").write_bytes(b"broken")
    (folder / "round.txt").symlink_to("about.txt")
    (folder / "about.txt").symlink_to("round.txt")
    (folder / "out.txt").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe.txt")
    names, refused = walked(folder)
    assert sorted(names) == ["a name of bytes that are no UTF-8", "good", "\ufffd.png"]
    assert sorted(line.split(": ")[0] for line in refused) == [
        "about.txt",
        "out.txt",
        "pipe.txt",
        "round.txt",
    ]
    report = take_in(walk([folder]))
    assert report.added == 2
    assert "\ufffd.png" in [f.source for f in report.refused]

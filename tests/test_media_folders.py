"""Folders and manifests as strangers have them: each bad row is refused with its line, and the rest goes on."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from explorer import InputError, SourceItem, i18n
from explorer.cli import main as cli
from explorer.media import count_sources, walk
from store import FailureRecord

posix = pytest.mark.skipif(os.name != "posix", reason="links, pipes and rights of POSIX")


def taken(*paths: Path) -> tuple[list[SourceItem], dict[str, str]]:
    """Items, and the reasons of the refused by source. Every reason is one line that can be printed and stored."""
    found = list(walk(paths))
    assert count_sources(paths) == len(found)
    refused = {f.source: f.reason for f in found if isinstance(f, FailureRecord)}
    for source, reason in refused.items():
        assert source in reason
        assert "\n" not in reason
        reason.encode()
    return [item for item in found if isinstance(item, SourceItem)], refused


def texts(items: list[SourceItem]) -> list[str | None]:
    return [item.text for item in items]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "mine"
    (root / "deep" / "deeper").mkdir(parents=True)
    (tmp_path / "outside.png").write_bytes(b"outside")
    return root


def manifest(folder: Path, *lines: str, name: str = "list.jsonl", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes("\n".join(lines).encode(encoding))
    return path


def test_a_folder_is_walked_in_order(folder: Path) -> None:
    for name in ("b.png", "a.wav", "deep/c.JPG", "deep/deeper/d.svg", ".hidden.png", "deep/.git"):
        (folder / name).write_bytes(b"x")
    (folder / "notes.docx").write_bytes(b"x")
    (folder / "z.txt").write_text("one\n\n two \n")
    items, refused = taken(folder)
    assert [item.name for item in items] == [
        "a.wav",
        "b.png",
        "deep/c.JPG",
        "deep/deeper/d.svg",
        "z.txt:1",
        "z.txt:3",
    ]
    assert texts(items)[-2:] == ["one", "two"]
    assert list(refused) == ["notes.docx"]
    assert "not a kind of file" in refused["notes.docx"]


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing", "a\0b", "x" * 5000):
        with pytest.raises(InputError, match="There is no file or folder"):
            list(walk([path]))


def test_a_manifest_speaks_before_the_files_it_names(folder: Path) -> None:
    (folder / "a.png").write_bytes(b"x")
    manifest(folder, '{"path": "a.png", "caption_en": "a cat"}', name="z.jsonl")
    items, _ = taken(folder)
    assert [(item.name, dict(item.captions)) for item in items] == [("a.png", {"en": "a cat"}), ("a.png", {})]


@posix
def test_links(folder: Path) -> None:
    (folder / "a.png").write_bytes(b"x")
    (folder / "deep" / "b.png").write_bytes(b"x")
    (folder / "inside.png").symlink_to("a.png")
    (folder / "again").symlink_to("deep", target_is_directory=True)
    (folder / "out.png").symlink_to("../outside.png")
    (folder / "out").symlink_to("..", target_is_directory=True)
    (folder / "passwd.txt").symlink_to("/etc/passwd")
    (folder / "loop.png").symlink_to("loop.png")
    (folder / "ping.png").symlink_to("pong.png")
    (folder / "pong.png").symlink_to("ping.png")
    (folder / "deep" / "up").symlink_to("..", target_is_directory=True)
    (folder / "nowhere.png").symlink_to("gone.png")
    items, refused = taken(folder)
    assert [item.name for item in items] == ["a.png", "deep/b.png", "inside.png", "nowhere.png"]
    assert set(refused) == {"out.png", "out", "passwd.txt", "loop.png", "ping.png", "pong.png"}
    assert all("a link that leaves the folder" in reason for reason in refused.values())


@posix
def test_what_is_no_file(folder: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    os.mkfifo(folder / "pipe.csv")
    (folder / "good.txt").write_text("good")
    items, refused = taken(folder)
    assert texts(items) == ["good"]
    assert set(refused) == {"pipe.txt", "pipe.csv"}
    assert all("not a regular file" in reason for reason in refused.values())


@posix
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read(folder: Path) -> None:
    (folder / "deep").chmod(0)
    try:
        _, refused = taken(folder)
    finally:
        (folder / "deep").chmod(0o700)
    assert "Permission" in refused["deep"]


@posix
def test_a_name_that_is_no_text(folder: Path) -> None:
    name = os.fsdecode(b"caf\xe9.png")
    try:
        (folder / name).write_bytes(b"x")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    for path in (folder, folder / name):
        items, _ = taken(path)
        assert items[0].name == "caf\ufffd.png"
        assert items[0].path is not None
        assert Path(items[0].path).read_bytes() == b"x"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-be-bom"])
def test_text_in_any_encoding(folder: Path, encoding: str) -> None:
    text = "狗在叫\r\na dog barks\n\n下雨了"
    data = b"\xfe\xff" + text.encode("utf-16-be") if encoding == "utf-16-be-bom" else text.encode(encoding)
    (folder / "a.txt").write_bytes(data)
    items, refused = taken(folder)
    assert texts(items) == ["狗在叫", "a dog barks", "下雨了"]
    assert [item.language for item in items] == ["zh", "en", "zh"]
    assert refused == {}


def test_text_that_is_none(folder: Path) -> None:
    (folder / "a.txt").write_bytes(b"good\n\xff\xff\xff\nzero\0 and bell\x07\n" + b"x" * 10_001 + b"\nlast\n")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "empty.csv").write_bytes(b"")
    (folder / "empty.jsonl").write_bytes(b"\n\n")
    items, refused = taken(folder)
    assert texts(items) == ["good", "zero and bell", "last"]
    assert set(refused) == {"a.txt:2", "a.txt:4", "empty.txt", "empty.csv", "empty.jsonl"}
    assert "10,001 characters, limit 10,000" in refused["a.txt:4"]


@pytest.mark.parametrize(("name", "comma"), [("list.csv", ","), ("list.tsv", "\t")])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_tables(folder: Path, name: str, comma: str, encoding: str) -> None:
    (folder / "a.png").write_bytes(b"x")
    rows = [
        ["path", "text", "caption_zh", "caption", "language", "licence", "origin", "topic"],
        ["a.png", "", "一只猫", "a cat", "", "CC0", "mine", "animals"],
        ["", f'"he said ""wait{comma}\nplease"""', "", "", "en"],
        [],
        ["", "狗在叫"],
    ]
    manifest(folder, *(comma.join(row) for row in rows), name=name, encoding=encoding)
    items, refused = taken(folder / name)
    assert refused == {}
    picture, quoted, short = items
    assert dict(picture.captions) == {"zh": "一只猫", "en": "a cat"}
    assert (picture.licence, picture.origin, dict(picture.meta)) == ("CC0", "mine", {"topic": "animals"})
    assert picture.path == str((folder / "a.png").resolve())
    assert quoted.text == f'he said "wait{comma}\nplease"'
    assert (short.text, short.language, short.modality) == ("狗在叫", "zh", "text")


def test_bad_rows_of_a_table(folder: Path) -> None:
    lines = [
        "text,path,note",
        "one,,",
        "two,,,,",
        f"{'x' * 140_000},,",
        "both,a.png,",
        ",,neither",
        ',"gone.png",',
        '"over',
        'two lines",,fine',
        "last,,",
    ]
    items, refused = taken(manifest(folder, *lines, name="list.csv"))
    assert texts(items) == ["one", "over\ntwo lines", "last"]
    assert set(refused) == {f"list.csv:{n}" for n in (3, 4, 5, 6, 7)}
    assert "more cells" in refused["list.csv:3"]
    assert "field larger than field limit" in refused["list.csv:4"]
    assert "needs either path or text" in refused["list.csv:5"]
    assert "there is no file gone.png" in refused["list.csv:7"]


def test_json_lines(folder: Path) -> None:
    rows = [
        {"text": "separated\u2028by a line separator\u0085and another"},
        {"text": "狗", "language": "zh", "topic": {"zh": "动物"}, "year": 2026, "name": "a dog"},
        {"text": 42},
        {"text": "nul \0 and bell \7", "caption_en": "a\0b"},
    ]
    lines = [json.dumps(rows[0], ensure_ascii=False), *map(json.dumps, rows[1:])]
    items, refused = taken(manifest(folder, "\ufeff" + lines[0], "", *lines[1:]))
    assert refused == {}
    assert texts(items)[0] == rows[0]["text"].replace("\u0085", "")  # type: ignore[attr-defined]
    assert dict(items[1].meta) == {"topic": {"zh": "动物"}, "year": 2026}
    assert items[1].name == "a dog"
    assert items[2].text == "42"
    assert items[3].text == "nul  and bell"
    assert items[3].captions["en"] == "ab"


def test_nul_enters_nowhere(folder: Path) -> None:
    row = {"text": "a\0\0b\\u0000c\\\0d", "note": ["x\0", {"y\0": "\0"}], "caption_en": "\0z"}
    (item,), _ = taken(manifest(folder, json.dumps(row)))
    assert item.text == "ab\\u0000c\\d"
    assert dict(item.meta) == {"note": ["x", {"y": ""}]}
    assert dict(item.captions) == {"en": "z"}
    (item,), _ = taken(manifest(folder, "text,note", "a\0b,c\0d", name="list.csv"))
    assert (item.text, dict(item.meta)) == ("ab", {"note": "cd"})


def test_bad_rows_of_json_lines(folder: Path) -> None:
    (folder / "there.png").write_bytes(b"x")
    bad = {
        "not json": "not a JSON object",
        "[1, 2]": "not a JSON object",
        '"text"': "not a JSON object",
        "[" * 100_000: "not a JSON object",
        '{"text": "x", "deep": ' + "[" * 100_000 + "]" * 100_000 + "}": "not a JSON object",
        '{"text": "half \\ud800 of a character"}': "half a character",
        '{"text": "x", "note": ["\\udfff"]}': "half a character",
        '{"path": "\\udc80.png"}': "half a character",
        '{"text": "x", "weight": NaN}': "not a JSON object",
        '{"text": "x", "n": ' + "9" * 5000 + "}": "not a JSON object",
        '{"text": ["x"]}': "text is not a text",
        '{"path": {"a": 1}}': "path is not a text",
        '{"text": "x", "modality": ["text"]}': "modality is not a text",
        '{"text": "x", "language": {"zh": 1}}': "language is not a text",
        '{"text": "x", "path": "there.png"}': "either path or text",
        "{}": "either path or text",
        '{"text": "\\u0000"}': "either path or text",
        '{"path": "gone.png"}': "there is no file gone.png",
        '{"path": "../outside.png"}': "../outside.png leaves the folder",
        '{"path": "deep/../../outside.png"}': "leaves the folder",
        '{"path": "/etc/passwd"}': "/etc/passwd leaves the folder",
        '{"path": "' + "a" * 5000 + '.png"}': "",
    }
    lines = [line for wrong in bad for line in (wrong, '{"text": "good"}')]
    items, refused = taken(manifest(folder, *lines))
    assert texts(items) == ["good"] * len(bad)
    assert set(refused) == {f"list.jsonl:{2 * n + 1}" for n in range(len(bad))}
    for reason, wanted in zip(refused.values(), bad.values(), strict=True):
        assert wanted in reason
        assert len(reason) < 6000


@posix
def test_a_manifest_may_not_use_links_to_get_out(folder: Path) -> None:
    (folder / "deep" / "way").symlink_to("../..", target_is_directory=True)
    (folder / "loop").symlink_to("loop")
    (folder / "a.png").write_bytes(b"x")
    rows = ['{"path": "deep/way/outside.png"}', '{"path": "loop"}', '{"path": "deep/way/mine/a.png"}']
    items, refused = taken(manifest(folder, *rows))
    assert [item.path for item in items] == [str((folder / "a.png").resolve())]
    assert set(refused) == {"list.jsonl:1", "list.jsonl:2"}


def test_a_manifest_in_no_encoding(folder: Path) -> None:
    (folder / "list.csv").write_bytes(b"text\n\xff\xff\xff\n")
    (folder / "good.txt").write_text("good")
    items, refused = taken(folder)
    assert texts(items) == ["good"]
    assert "encoding is none of" in refused["list.csv"]


def test_a_huge_manifest_is_refused_unread(folder: Path) -> None:
    with (folder / "list.jsonl").open("wb") as file:
        file.truncate(10 * 1024**3)
    _, refused = taken(folder)
    assert "10240 MB, limit 64 MB" in refused["list.jsonl"]


@posix
def test_an_ingest_takes_the_good_and_names_the_bad(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """From the folder to the store: odd names, metadata and rows neither stop it nor spoil its output."""
    (folder / "cut.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (folder / os.fsdecode(b"caf\xe9.wav")).write_bytes(b"")
    (folder / "loop.png").symlink_to("loop.png")
    (folder / "a.txt").write_text("one\ntwo\0\n")
    rows = [
        '{"text": "three", "caption_en": "a\\u0000b", "note": "x\\u0000y", "deep": [[[[1]]]]}',
        '{"text": "\\ud800"}',
        '{"text": "four", "modality": "smell"}',
        "[" * 100_000,
    ]
    manifest(folder, *rows)
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("EXPLORER_LANG", "en")
    code = cli.main(["ingest", str(folder), "-w", "mine", "--offline", "--json"])
    captured = capfd.readouterr()
    i18n.activate(None)
    report = json.loads(captured.out)
    assert (code, report["added"], report["vectors"]) == (1, 3, 3)
    refused = {one["source"]: one["reason"] for one in report["refused"]}
    assert set(refused) == {
        *("list.jsonl:2", "list.jsonl:3", "list.jsonl:4", "loop.png", "cut.png", "caf\ufffd.wav")
    }
    assert all(reason in captured.err for reason in refused.values())

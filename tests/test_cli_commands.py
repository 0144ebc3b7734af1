"""The commands on a small workspace with the real text encoder, as a person and as a program uses them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from explorer import i18n
from explorer.cli import main as cli

SENTENCES = {
    "狗在叫": "zh",
    "a dog barks loudly": "en",
    "我喜欢吃面条": "zh",
    "a bowl of noodles": "en",
    "the train is late": "en",
}
EXPLORER = [sys.executable, "-c", "import sys; from explorer.cli.main import main; sys.exit(main())"]

Run = Callable[..., tuple[int, Any, str]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the workspace `small`, made by the command line."""
    folder = tmp_path_factory.mktemp("cli")
    rows = [
        {"text": text, "language": language, "licence": "CC0", "origin": "test", "caption_en": f"caption {n}"}
        for n, (text, language) in enumerate(SENTENCES.items())
    ]
    manifest = folder / "sentences.jsonl"
    manifest.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXPLORER_HOME", str(folder / "home"))
        patch.setenv("EXPLORER_CACHE", str(folder / "cache"))
        patch.setenv("LANGUAGE", "en")
        assert cli.main(["ingest", str(manifest), "-w", "small", "--offline"]) == 0
    return folder


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Run a command on `small`; gives exit code, stdout (parsed with --json) and stderr."""
    monkeypatch.setenv("EXPLORER_HOME", str(home / "home"))
    monkeypatch.setenv("EXPLORER_CACHE", str(home / "cache"))
    monkeypatch.setenv("EXPLORER_LANG", "en")
    monkeypatch.setenv("LANGUAGE", "en")

    def run(*args: str) -> tuple[int, Any, str]:
        code = cli.main([*args, "-w", "small"])
        captured = capfd.readouterr()
        return code, json.loads(captured.out) if "--json" in args else captured.out, captured.err

    yield run
    i18n.activate(None)


def test_search_json(run: Run) -> None:
    code, document, _ = run("search", "小狗", "--to", "text", "-k", "2", "--offline", "--json")
    assert code == 0
    assert document["query"] == "小狗"
    hits = document["results"]["text"]
    assert [hit["caption"] for hit in hits] == ["狗在叫", "a dog barks loudly"]
    assert {"id", "modality", "caption", "similarity", "why", "path", "score", "view", "at"} <= set(hits[0])
    assert hits[0]["score"] >= hits[1]["score"]


def test_subtraction_moves_the_result(run: Run) -> None:
    def scores(*extra: str) -> dict[str, float]:
        _, document, _ = run("search", "dog and noodles", "--offline", "--json", *extra)
        return {hit["caption"]: hit["similarity"] for hit in document["results"]["text"]}

    plain, less = scores(), scores("--minus", "noodles")
    assert less["a bowl of noodles"] < plain["a bowl of noodles"]
    gap = "a dog barks loudly", "a bowl of noodles"
    assert less[gap[0]] - less[gap[1]] > plain[gap[0]] - plain[gap[1]]


def test_search_for_people(run: Run) -> None:
    code, out, _ = run("search", "noodles", "--offline")
    assert code == 0
    assert out.index("a bowl of noodles") < out.index("the train is late")
    assert "█" in out
    assert "\x1b[" not in out  # no colours where it is no terminal
    assert "A random item gives" in out


def test_search_refuses_what_it_cannot_do(run: Run) -> None:
    code, document, _ = run("search", "x", "--to", "smell", "--offline", "--json")
    assert code == 2
    assert "smell" in document["error"]["message"]
    assert "text" in document["error"]["message"]
    code, document, _ = run("search", "--image", "no/such.png", "--offline", "--json")
    assert code == 2
    assert "such.png" in document["error"]["message"]
    code, document, _ = run("search", "x", "--space", "nowhere", "--offline", "--json")
    assert code == 2
    assert "default" in document["error"]["message"]


def test_items(run: Run) -> None:
    code, document, _ = run("items", "--json")
    assert code == 0
    assert document["counts"] == {"text": 5}
    assert {item["text"]: item["language"] for item in document["items"]} == SENTENCES
    first = document["items"][0]
    assert (first["licence"], first["origin"], first["captions"]) == ("CC0", "test", {"en": "caption 0"})
    _, document, _ = run("items", "--language", "zh", "--json")
    assert len(document["items"]) == 2
    _, document, _ = run("items", "--contains", "noodles", "--json")
    assert [item["text"] for item in document["items"]] == ["a bowl of noodles"]
    _, document, _ = run("items", "--limit", "2", "--offset", "4", "--json")
    assert len(document["items"]) == 1
    assert "a bowl of noodles" in run("items")[1]


def test_show(run: Run) -> None:
    _, listed, _ = run("items", "--contains", "noodles", "--json")
    item_id = listed["items"][0]["id"]
    code, document, _ = run("show", item_id[:8], "--offline", "--json")
    assert code == 0
    assert document["item"]["id"] == item_id
    assert document["path"] is None
    assert "a bowl of noodles" in run("show", item_id, "--offline")[1]
    code, document, _ = run("show", "ffffffffffff", "--offline", "--json")
    assert code == 2
    assert "ffffffffffff" in document["error"]["message"]


def test_rm(run: Run, tmp_path: Path) -> None:
    (tmp_path / "more.txt").write_text("something to remove\n")
    assert run("ingest", str(tmp_path / "more.txt"), "--offline")[0] == 0
    _, listed, _ = run("items", "--contains", "something to remove", "--json")
    item_id = listed["items"][0]["id"]
    code, document, _ = run("rm", item_id[:10], "--json")
    assert (code, document) == (0, {"removed": [item_id]})
    _, listed, _ = run("items", "--json")
    assert listed["counts"] == {"text": 5}


def test_ingest_tells_what_it_refused_and_goes_on(run: Run, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("the train is late\n")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    (tmp_path / "list.jsonl").write_text('{"path": "../../etc/passwd"}\nnot json\n')
    code, report, err = run("ingest", str(tmp_path), "--offline", "--json")
    assert code == 1
    assert (report["added"], report["present"], report["cancelled"]) == (0, 1, False)
    assert sorted(refused["source"] for refused in report["refused"]) == [
        "broken.png",
        "list.jsonl:1",
        "list.jsonl:2",
    ]
    for refused in report["refused"]:
        assert refused["reason"] in err


def test_plugins_list(run: Run, capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["plugins", "list", "--json"]) == 0
    plugins = {plugin["name"]: plugin for plugin in json.loads(capfd.readouterr().out)["plugins"]}
    assert plugins["text-use"]["on"]
    assert plugins["text-use"]["brings"]["encoders"] == ["text-use"]
    assert {name: plugin["reason"] for name, plugin in plugins.items() if not plugin["on"]} == {}
    assert cli.main(["plugins", "list"]) == 0
    assert "encoders: text-use" in capfd.readouterr().out


def test_assets_name_their_licence_and_state(run: Run, capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["assets", "list", "--json"]) == 0
    document = json.loads(capfd.readouterr().out)
    assert {"efficientnet-lite0", "yamnet"} <= {asset["name"] for asset in document["assets"]}
    for asset in document["assets"]:
        assert asset["state"] == "missing"
        assert asset["licence"]
        assert asset["bytes"] > 0
    assert cli.main(["assets", "verify", "yamnet", "--json"]) == 1
    assert json.loads(capfd.readouterr().out)["problems"]["yamnet"]
    assert cli.main(["assets", "fetch", "yamnet", "--offline", "--json"]) == 3
    assert cli.main(["assets", "fetch", "nothing", "--json"]) == 2


def test_stdout_survives_any_locale(home: Path) -> None:
    """A console that cannot say 汉字 gets UTF-8 JSON all the same, and ? in tables, not a crash."""
    environ = os.environ | {
        "EXPLORER_HOME": str(home / "home"),
        "EXPLORER_LANG": "zh",
        "PYTHONIOENCODING": "ascii",
        "PYTHONUTF8": "0",
    }
    command = [*EXPLORER, "items", "-w", "small"]
    done = subprocess.run([*command, "--json"], env=environ, capture_output=True, check=False)
    assert done.returncode == 0
    assert "狗在叫" in done.stdout.decode("utf-8")
    done = subprocess.run(command, env=environ, capture_output=True, check=False)
    assert done.returncode == 0
    assert b"noodles" in done.stdout


@pytest.mark.skipif(os.name != "posix", reason="signals to another process")
def test_ctrl_c_keeps_what_is_in(tmp_path: Path) -> None:
    (tmp_path / "many.txt").write_text("\n".join(f"sentence number {n} of many" for n in range(20_000)))
    environ = os.environ | {
        "EXPLORER_HOME": str(tmp_path / "home"),
        "EXPLORER_CACHE": str(tmp_path / "cache"),
        "EXPLORER_LANG": "en",
        "OMP_NUM_THREADS": "1",
    }
    command = [*EXPLORER, "ingest", "many.txt", "-w", "mine", "--offline", "--json"]
    process = subprocess.Popen(
        command, env=environ, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    process.stderr.readline()  # the first line of progress: a chunk is in
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    report = json.loads(out)
    assert process.returncode == 1
    assert report["cancelled"]
    assert 0 < report["added"] < 20_000
    assert "What is in stays" in err
    assert "Traceback" not in err
    listed = subprocess.run(
        [*EXPLORER, "items", "-w", "mine", "--json"], env=environ, capture_output=True, check=False
    )
    assert json.loads(listed.stdout)["counts"]["text"] >= report["added"]

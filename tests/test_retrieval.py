"""`explorer evaluate retrieval`: figures checked by hand, rows that depend on nothing else, files of strangers."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from PIL import Image, ImageDraw

from explorer import InputError, i18n, open_space
from explorer.cli import main as cli
from explorer.spaces import Space
from probes import retrieval
from probes.pairs import read_pairs
from probes.retrieval import Places, evaluate_retrieval, figures, places

MODALITIES = {"text", "image", "audio"}
Run = Callable[..., tuple[int, Any, str]]


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Threads of several workers that wait for one another cost more than they bring."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Run the command; gives exit code, stdout (parsed with --json) and stderr. There is no workspace."""
    monkeypatch.setenv("EXPLORER_LANG", "en")
    monkeypatch.setenv("LANGUAGE", "en")
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "home"))

    def run(*args: str) -> tuple[int, Any, str]:
        code = cli.main(["evaluate", "retrieval", *args, "--offline"])
        captured = capfd.readouterr()
        return code, json.loads(captured.out) if "--json" in args else captured.out, captured.err

    yield run
    assert not (tmp_path / "home").exists(), "measuring needs no workspace, and makes none"
    i18n.activate(None)


@pytest.fixture(scope="module")
def space() -> Space:
    return open_space(offline=True, device="cpu")


def circle(colour: str, format: str = "PNG", mode: str = "RGB", **options: Any) -> bytes:
    picture = Image.new("RGB", (64, 64), "white")
    ImageDraw.Draw(picture).ellipse((8, 8, 56, 56), fill=colour)
    buffer = io.BytesIO()
    picture.convert(mode).save(buffer, format, **options)
    return buffer.getvalue()


def tone(
    hertz: float, rate: int = 16_000, seconds: float = 1.0, format: str = "WAV", **options: Any
) -> bytes:
    buffer = io.BytesIO()
    samples = 0.4 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)
    soundfile.write(buffer, np.stack([samples, samples], axis=1), rate, format=format, **options)
    return buffer.getvalue()


def write(folder: Path, rows: list[dict[str, Any]], name: str = "pairs.jsonl") -> Path:
    path = folder / name
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    return path


def unit(rows: Any) -> np.ndarray:
    array = np.asarray(rows, np.float32)
    return array / np.linalg.norm(array, axis=1, keepdims=True)


# The figures


def test_places_by_hand() -> None:
    targets = unit([[1, 0], [0, 1], [1, 1]])
    found = places(unit([[1, 0.1], [1, 0.2], [0.9, 1]]), targets)
    assert found.nearer.tolist() == [0, 2, 0]
    assert found.tied.tolist() == [0, 0, 0]
    assert found.rank.tolist() == [1, 3, 1]


def test_places_in_blocks_are_places_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    a, b = unit(random.normal(size=(50, 8))), unit(random.normal(size=(50, 8)))
    at_once = places(a, b).rank
    monkeypatch.setattr(retrieval, "BLOCK", 7)
    assert places(a, b).rank.tolist() == at_once.tolist()
    cosines = a.astype(float) @ b.astype(float).T
    by_sorting = [1 + int((cosines[i] > cosines[i, i]).sum()) for i in range(50)]
    assert at_once.tolist() == by_sorting


def test_figures_by_hand() -> None:
    rank = np.array([1, 2, 3, 7, 12, 1], np.float64)
    measured = figures(Places(nearer=rank - 1, tied=np.zeros(6)))
    assert measured["n"] == 6
    assert measured["r1"] == pytest.approx(2 / 6, abs=1e-4)
    assert measured["r5"] == pytest.approx(4 / 6, abs=1e-4)
    assert measured["r10"] == pytest.approx(5 / 6, abs=1e-4)
    assert measured["median_rank"] == 2.5
    assert measured["mrr"] == pytest.approx((1 + 1 / 2 + 1 / 3 + 1 / 7 + 1 / 12 + 1) / 6, abs=1e-4)
    harmonic = sum(1 / k for k in range(1, 7))
    chance = {"r1": 1 / 6, "r5": 5 / 6, "r10": 1, "median_rank": 3.5, "mrr": harmonic / 6}
    assert measured["chance"] == pytest.approx(chance, abs=1e-4)
    for key in ("r1", "r5", "r10", "median_rank", "mrr"):
        low, high = measured["ci"][key]
        assert low <= measured[key] <= high
    assert measured["ci"]["r1"][0] < measured["r1"] < measured["ci"]["r1"][1]


@pytest.mark.parametrize("n", [1, 2, 9, 10, 15, 19, 20, 200])
def test_an_encoder_that_says_always_the_same_scores_what_chance_scores(n: int) -> None:
    """The rule for ties: equally near counts as random order. A mean rank alone would give R@10 = 1 at n = 19."""
    same = unit(np.ones((n, 16)))
    measured = figures(places(same, same))
    for key, chance in measured["chance"].items():
        assert measured[key] == pytest.approx(chance, abs=1e-3), key


def test_ties_by_hand() -> None:
    """Three targets are one vector; the right one stands first, second or third, each as likely."""
    targets = unit([[1, 0], [1, 0], [1, 0], [0, 1]])
    found = places(unit([[1, 0], [1, 0.1], [0, 1], [0, 1]]), targets)
    assert found.rank.tolist() == [2, 2, 3, 1]
    assert found.hits(1).tolist() == pytest.approx([1 / 3, 1 / 3, 0, 1])
    assert found.hits(2).tolist() == pytest.approx([2 / 3, 2 / 3, 1 / 3, 1])
    assert found.reciprocal.tolist() == pytest.approx(
        [(1 + 1 / 2 + 1 / 3) / 3] * 2 + [(1 / 2 + 1 / 3 + 1 / 4) / 3, 1]
    )


def test_noise_of_float32_is_a_tie() -> None:
    base = np.random.default_rng(1).normal(size=(1, 512)).astype(np.float32)
    noisy = unit(base + np.random.default_rng(2).normal(scale=1e-7, size=(40, 512)))
    assert places(noisy, noisy).tied.tolist() == [39.0] * 40


# The file


def test_rows(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        [
            {"id": 1, "text": "a\u2028b", "image": "a.png", "lang": "en", "source": "elsewhere"},
            {"id": 1, "text": "c", "image": "a.png", "lang": "zh"},
            {"id": "1", "text": "again", "image": "a.png", "lang": "zh"},
            {"id": 2, "text": "alone"},
            {"id": 3, "text": "typo", "imgae": "a.png"},
            {"id": 4, "text": "", "image": "a.png"},
            {"text": "no id", "image": "a.png"},
            {"id": 5, "text": ["a"], "image": "a.png"},
            {"id": 6, "text": "fine", "audio": "a.wav"},
        ],
    )
    with path.open("a", encoding="utf-8") as file:
        file.write(
            '\n{"id": broken\n[1]\n\n{"id": 7, "text": "\\ud800", "image": "a"}\n' + "[" * 100_000 + "\n"
        )
    found = read_pairs(path, MODALITIES)
    assert [(pair.id, pair.lang, pair.line) for pair in found.pairs] == [
        ("1", "en", 1),
        ("1", "zh", 2),
        ("6", None, 9),
    ]
    assert found.pairs[0].values == {"text": "a\u2028b", "image": "a.png"}
    reasons = dict(found.bad)
    assert sorted(reasons) == [3, 4, 5, 6, 7, 8, 10, 11, 13, 14]
    assert "stands twice" in reasons[3]
    assert all("fewer than two of audio, image, text" in reasons[n] for n in (4, 5, 6, 8))
    assert "no id" in reasons[7]
    assert all("not a JSON object" in reasons[n] for n in (10, 11, 14))
    assert "half a character" in reasons[13]


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "binary.jsonl").write_bytes(b"\xff\xfe\x00\xd8")
    for name in ("gone.jsonl", "binary.jsonl", "."):
        with pytest.raises(InputError):
            read_pairs(tmp_path / name, MODALITIES)


# The command


def test_every_direction_and_language(run: Run, tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    rows = []
    for n, (colour, zh) in enumerate([("red", "红"), ("blue", "蓝"), ("green", "绿"), ("orange", "橙")]):
        (tmp_path / "media" / f"{colour}.png").write_bytes(circle(colour))
        (tmp_path / "media" / f"{colour}.wav").write_bytes(tone(200 * 2**n))
        files = {"image": f"media/{colour}.png", "audio": str(tmp_path / "media" / f"{colour}.wav")}
        rows.append({"id": colour, "lang": "en", "text": f"a {colour} circle", **files})
        rows.append({"id": colour, "lang": "zh", "text": f"{zh}色的圆", "image": files["image"]})
    code, report, _ = run(str(write(tmp_path, rows)), "--json")
    assert code == 0
    assert (report["space"], report["rows"], report["refused"]) == ("default", 8, [])
    found = {(r["lang"], r["query"], r["target"]): r for r in report["results"]}
    assert set(found) == {("en", *pair) for pair in permutations(MODALITIES, 2)} | {
        ("zh", *pair) for pair in permutations(("text", "image"), 2)
    }
    for row in found.values():
        assert set(row) == {
            *("query", "target", "lang", "n", "r1", "r5", "r10", "median_rank", "mrr", "ci", "chance")
        }
        assert row["n"] == 4  # the other language's rows are no part of the gallery
        assert row["r5"] == 1
        assert set(row["ci"]) == set(row["chance"]) == {"r1", "r5", "r10", "median_rank", "mrr"}
    code, out, _ = run(str(tmp_path / "pairs.jsonl"))
    assert code == 0
    assert "image → text" in out


def test_bad_rows_are_named_and_the_rest_is_measured(run: Run, tmp_path: Path) -> None:
    (tmp_path / "good.png").write_bytes(circle("red"))
    (tmp_path / "broken.png").write_bytes(circle("red")[:90])
    rows = [
        {"id": "a", "text": "a red circle", "image": "good.png"},
        {"id": "b", "text": "gone", "image": "gone.png"},
        {"id": "c", "text": "broken", "image": "broken.png"},
        {"id": "d", "text": "alone"},
        {"id": "e", "text": "no name", "image": "a\0b.png"},
        {"id": "a", "text": "twice", "image": "good.png"},
    ]
    path = write(tmp_path, rows)
    code, report, err = run(str(path), "--json")
    assert code == 1
    assert {refused["line"] for refused in report["refused"]} == {2, 3, 4, 5, 6}
    assert [row["n"] for row in report["results"]] == [1, 1]
    code, _, err = run(str(path))
    assert code == 1
    for line, words in ((2, "gone.png"), (3, "broken.png"), (4, "fewer than two"), (6, "stands twice")):
        assert any(f"line {line}: " in told and words in told for told in err.splitlines())
    assert "Traceback" not in err


def test_nothing_to_measure(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("")
    code, report, _ = run(str(tmp_path / "empty.jsonl"), "--json")
    assert (code, report["results"]) == (1, [])
    code, report, _ = run(str(tmp_path / "gone.jsonl"), "--json")
    assert code == 2
    assert "gone.jsonl" in report["error"]["message"]
    code, report, _ = run(str(tmp_path / "empty.jsonl"), "--space", "nowhere", "--json")
    assert code == 2
    assert "default" in report["error"]["message"]


# The vectors


def recorded(monkeypatch: pytest.MonkeyPatch, path: Path, space: Space) -> dict[str, np.ndarray]:
    """What the evaluation embeds: ref → vector."""
    seen: dict[str, np.ndarray] = {}
    embed = space.embed_queries

    def watched(contents: Any) -> Any:
        found = embed(contents)
        seen.update({c.ref: e.vector for c, e in zip(contents, found, strict=True)})
        return found

    with monkeypatch.context() as patch:
        patch.setattr(space, "embed_queries", watched)
        evaluate_retrieval(path, space)
    return seen


def test_a_row_alone_and_among_others_has_the_same_vector(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, space: Space
) -> None:
    colours = ["red", "blue", "green", "black", "orange", "purple"]
    for n, colour in enumerate(colours):
        (tmp_path / f"{colour}.png").write_bytes(circle(colour))
        (tmp_path / f"{colour}.wav").write_bytes(tone(150 * 2**n, seconds=0.3 + n / 2))
    rows = [
        {"id": c, "text": f"a {c} circle" + " and more" * n, "image": f"{c}.png", "audio": f"{c}.wav"}
        for n, c in enumerate(colours)
    ]
    among = recorded(monkeypatch, write(tmp_path, rows), space)
    alone = recorded(monkeypatch, write(tmp_path, rows[2:3], "one.jsonl"), space)
    assert len(alone) == 3
    for ref, vector in alone.items():
        assert vector.tobytes() == among[ref].tobytes(), ref
    backwards = recorded(monkeypatch, write(tmp_path, rows[::-1], "back.jsonl"), space)
    assert {ref: v.tobytes() for ref, v in backwards.items()} == {
        ref: v.tobytes() for ref, v in among.items()
    }


def test_a_folder_of_strange_media(run: Run, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("blue", "red")]
    pictures = {
        "alpha.png": circle("red", mode="RGBA"),
        "palette.png": circle("red", mode="P", transparency=0),
        "grey.png": circle("red", mode="L"),
        "one-bit.png": circle("red", mode="1"),
        "cmyk.jpg": circle("red", "JPEG", mode="CMYK"),
        "turned.jpg": circle("red", "JPEG", exif=exif),
        "moving.gif": circle("red", "GIF", mode="P", save_all=True, append_images=frames),
        "moving.webp": circle("red", "WEBP", save_all=True, append_images=frames),
        "png-in-truth.jpg": circle("red"),
    }
    sounds = {
        "low.wav": tone(440, 8000, subtype="PCM_U8"),
        "deep.wav": tone(440, 96_000, subtype="PCM_24"),
        "float.wav": tone(440, 44_100, subtype="FLOAT"),
        "high.flac": tone(440, 192_000, format="FLAC"),
        "a.ogg": tone(440, 22_050, format="OGG"),
        "a.mp3": tone(440, 44_100, format="MP3"),
        "short.wav": tone(440, seconds=0.1),
        "long.flac": tone(440, 8000, 600.0, format="FLAC"),
    }
    for name, data in (pictures | sounds).items():
        (tmp_path / name).write_bytes(data)
    rows = [{"id": name, "lang": "en", "text": f"a red circle, {name}", "image": name} for name in pictures]
    rows += [{"id": name, "lang": "zh", "text": f"一个音 {name}", "audio": name} for name in sounds]
    code, report, err = run(str(write(tmp_path, rows)), "--json")
    assert report["refused"] == [], err
    assert code == 0
    assert {(row["lang"], row["n"]) for row in report["results"]} == {
        ("en", len(pictures)),
        ("zh", len(sounds)),
    }

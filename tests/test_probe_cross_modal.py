"""Pictures and sounds beside two phrases: what is shown in each arm, what is refused, and what may be concluded."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from PIL import Image

from explorer import Content, FloatArray, InputError, MissingError, RefusedContent, i18n, open_space
from explorer.registry import load_registry
from probes import records, runner
from probes import verdicts as rules
from probes.cross_modal import verdicts
from probes.cross_modal.arms import ARMS, noise, swapped
from probes.cross_modal.probe import CrossModal
from probes.media import MediaLibrary
from probes.overlap import stratum
from probes.suites import suites
from tests.solvers import Solver, direction

Rows = list[dict[str, Any]]


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "home"))
    i18n.activate("en")
    load_registry().probes.setdefault("cross-modal", CrossModal())


def colour(number: int) -> tuple[int, int, int]:
    return 40 + number, 200 - number, 90


def paint(path: Path, number: int) -> None:
    path.parent.mkdir(exist_ok=True, parents=True)
    Image.new("RGB", (24, 18), colour(number)).save(path)


def painted(folder: Path, count: int = 60) -> Rows:
    """Mirrored rows: two pictures of a colour each, and the same two phrases."""
    rows: Rows = []
    for number in range(count):
        paint(folder / f"pictures/{number}.png", number)
        phrases = f"说第{number // 2}句", f"讲第{number // 2}回"
        good, bad = phrases if number % 2 == 0 else phrases[::-1]
        row = {
            "id": str(number),
            "media": f"pictures/{number}.png",
            "good": good,
            "bad": bad,
            "caption": f"图{number}",
        }
        rows.append(row | ({"mirror_of": str(number - 1)} if number % 2 else {}))
    return rows


@dataclass
class Eye(Solver):
    """Sees the colour of a picture's corner, and of a sound its length."""

    sees: Callable[[str], FloatArray] = direction

    def media_vectors(self, contents: Sequence[Content]) -> FloatArray:
        return np.stack([self.sees(look(content)) for content in contents])


def look(content: Content) -> str:
    if content.modality == "image":
        return str(content.data.getpixel((0, 0))[:3])
    return f"{len(content.data.samples)} samples"


def seeing(rows: Rows) -> Eye:
    """Knows which phrase belongs to which colour."""
    meaning = {row["good"]: str(colour(int(row["id"]))) for row in rows}
    meaning |= {row["caption"]: meaning[row["good"]] for row in rows}
    return Eye("eye", lambda text: direction(meaning.get(text, text)))


def run(rows: Rows, folder: Path, *subjects: Any) -> dict[str, Any]:
    probe = CrossModal().with_media(MediaLibrary(folder, offline=True).read)
    assert probe.check(rows) == []
    return probe.run(rows, subjects, seed=1, progress=lambda _step: None)


def test_who_sees_is_found(tmp_path: Path) -> None:
    rows = painted(tmp_path)
    result = run(rows, tmp_path, seeing(rows))
    entry = result["encoders"]["eye"]
    assert entry["accuracy"] == 1
    assert entry["verdict"] == verdicts.SHOWN, entry["verdict_reasons"]
    assert entry["mirrored"] == entry["mirrored"] | {"n": 30, "both_right": 30}
    assert entry["arms"]["text_only"]["accuracy"] == 1
    assert all(entry["arms"][arm]["gap_ci"][0] > 0.2 for arm in (*verdicts.JUDGED, "random"))
    assert entry["modalities"]["image"]["n"] == 60
    assert len(result["media"]) == 60
    assert all(len(each["sha256"]) == 64 for each in result["media"].values())


def test_a_known_accuracy_is_found(tmp_path: Path) -> None:
    rows = painted(tmp_path)
    eye = seeing(rows)
    wrong = {str(colour(int(n))) for n in np.random.default_rng(5).choice(60, 15, replace=False)}
    blind = {row["good"]: row["bad"] for row in rows}
    inner = eye.sees
    of_colour = {str(colour(int(row["id"]))): eye.of(blind[row["good"]]) for row in rows}
    eye.sees = lambda seen: of_colour[seen] if seen in wrong else inner(seen)
    entry = run(rows, tmp_path, eye)["encoders"]["eye"]
    assert entry["accuracy"] == 0.75
    assert entry["ci"][0] < 0.75 < entry["ci"][1]


def test_who_knows_the_phrases_by_heart_does_not_see(tmp_path: Path) -> None:
    rows = [row for row in painted(tmp_path) if "mirror_of" not in row]
    good = {row["good"] for row in rows}

    def likes(text: str) -> FloatArray:
        mixed = direction("everyone") * (1.0 if text in good else -1.0) + 0.3 * direction(text)
        return (mixed / np.linalg.norm(mixed)).astype(np.float32)

    everything = Eye("heart", likes, sees=lambda _seen: direction("everyone"))
    entry = run(rows, tmp_path, everything)["encoders"]["heart"]
    assert entry["accuracy"] == 1
    assert entry["verdict"] == verdicts.UNSEEN


def test_chance_is_called_chance_and_ties_are_halves(tmp_path: Path) -> None:
    rows = painted(tmp_path)
    nobody = Eye("nobody", direction)
    flat = Eye("flat", lambda _text: direction("x"))
    result = run(rows, tmp_path, nobody, flat)
    assert result["encoders"]["nobody"]["verdict"] == rules.CHANCE
    assert (result["encoders"]["flat"]["accuracy"], result["encoders"]["flat"]["ties"]) == (0.5, 60)
    assert len(result["comparisons"]) == 1


def test_controls_are_kept_apart(tmp_path: Path) -> None:
    rows = painted(tmp_path)
    easy = [row | {"id": f"c{i}", "phenomenon": "control"} for i, row in enumerate(rows[:6:2])]
    entry = run([*rows, *easy], tmp_path, seeing(rows))["encoders"]["eye"]
    assert (entry["n"], entry["control"]["n"], entry["control"]["accuracy"]) == (60, 3, 1)
    alone = run(easy, tmp_path, seeing(rows))["encoders"]["eye"]
    assert set(alone) == {"control"}


def test_the_partners_medium_first_then_another_good_options(tmp_path: Path) -> None:
    rows: Rows = [
        {"id": "1", "media": "a", "good": "g", "bad": "b"},
        {"id": "2", "media": "b", "good": "g", "bad": "b"},
        {"id": "3", "media": "c", "good": "h", "bad": "b"},
        {"id": "4", "media": "d", "good": "b", "bad": "g", "mirror_of": "1"},
        {"id": "5", "media": "s", "good": "x", "bad": "g"},
    ]
    modalities = dict.fromkeys("abcd", "image") | {"s": "audio"}
    assert swapped(rows, modalities) == ["d", "c", "d", "a", None]


def test_a_single_medium_has_nothing_to_hide_behind_and_none_to_exchange(tmp_path: Path) -> None:
    rows = painted(tmp_path, 8)
    soundfile.write(tmp_path / "beep.wav", np.sin(np.arange(16_000) / 9).astype(np.float32), 16_000)
    rows.append({"id": "s", "media": "beep.wav", "good": "响", "bad": "静"})
    entry = run(rows, tmp_path, seeing(rows[:8]))["encoders"]["eye"]
    arms = entry["items"][-1]["arms"]
    assert [arm for arm in ARMS if arms[arm] is not None] == ["noise"]
    assert entry["modalities"]["audio"]["n"] == 1


def test_noise_is_as_large_or_as_long_and_always_the_same() -> None:
    picture = Content(modality="image", data=Image.new("RGBA", (31, 17)), ref="p")
    (once, again, other) = (noise(picture, seed) for seed in (1, 1, 2))
    assert once is not None
    assert again is not None
    assert other is not None
    assert once.data.size == (31, 17)
    assert once.data.mode == "RGBA"
    assert once.data.tobytes() == again.data.tobytes() != other.data.tobytes()
    sound = MediaLibrary(None, offline=True).read("demo:dog").content
    white = noise(sound, 1)
    assert white is not None
    assert white.data.samples.shape == sound.data.samples.shape
    assert 0.1 < np.abs(white.data.samples).mean() < 0.2
    assert noise(Content(modality="text", data="x"), 1) is None


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("../outside.png", "inside the folder"),
        ("pictures/../../outside.png", "inside the folder"),
        ("/etc/passwd", "inside the folder"),
        ("pictures\\0.png", "inside the folder"),
        ("link.png", "leads out"),
        ("linked/outside.png", "leads out"),
        ("round.png", "round.png"),
        ("nobody.png", "No such file"),
        ("pictures", "Refused"),
        ("a\0b.png", "name of a file"),
        ("pipe.png", "regular file"),
        ("C:/windows/x.png", "no collection C"),
        ("nobody:x", "collections: demo"),
        ("openmoji:0000", "no picture or sound 0000"),
        ("demo:sentence-001-zh", "no picture or sound"),
        ("words.txt", "a text"),
        ("broken.png", "broken.png"),
        ("empty.png", "empty"),
        ("huge.png", "pixels"),
    ],
)
def test_what_may_not_or_cannot_be_read(reference: str, words: str, tmp_path: Path) -> None:
    folder = tmp_path / "rows"
    paint(folder / "pictures/0.png", 0)
    paint(tmp_path / "outside.png", 0)
    (folder / "link.png").symlink_to(tmp_path / "outside.png")
    (folder / "linked").symlink_to(tmp_path)
    (folder / "round.png").symlink_to(folder / "round.png")
    os.mkfifo(folder / "pipe.png")
    (folder / "words.txt").write_text("a dog", "utf-8")
    (folder / "broken.png").write_bytes((folder / "pictures/0.png").read_bytes()[:60])
    (folder / "empty.png").write_bytes(b"")
    Image.new("1", (9000, 9)).save(folder / "huge.png")
    with pytest.raises(RefusedContent, match=words):
        MediaLibrary(folder, offline=True).read(reference)


def test_a_link_that_stays_inside_is_followed(tmp_path: Path) -> None:
    paint(tmp_path / "pictures/0.png", 0)
    (tmp_path / "same.png").symlink_to("pictures/0.png")
    library = MediaLibrary(tmp_path, offline=True)
    assert library.read("same.png").sha256 == library.read("pictures/0.png").sha256


def test_collections_give_pictures_and_sounds() -> None:
    library = MediaLibrary(None, offline=True)
    assert library.read("openmoji:1F35C").sha256 == library.read("demo:1F35C", "image").sha256
    assert library.read("demo:violin").content.modality == "audio"
    with pytest.raises(RefusedContent):
        library.read("demo:violin", "image")


def write(path: Path, rows: Rows) -> Path:
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    return path


def order(**changes: Any) -> runner.Order:
    return runner.Order(**({"encoders": (), "offline": True} | changes))


def test_bad_media_are_listed_with_their_lines_before_anything_runs(tmp_path: Path) -> None:
    rows = painted(tmp_path, 8)
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n nothing more")
    rows[1]["media"] = "broken.png"
    rows[3]["media"] = "../0.png"
    rows[4]["modality"] = "audio"
    rows[6]["bad"] = rows[6]["good"]
    rows[7]["caption"] = ["x"]
    path = write(tmp_path / "rows.jsonl", rows)
    with pytest.raises(runner.BadRows) as caught:
        runner.run_file(path, order(), lambda _step: pytest.fail("something runs"))
    said = str(caught.value)
    for line, reason in ((2, "broken.png"), (4, "inside"), (5, "not a sound"), (7, "equal"), (8, "caption")):
        (own,) = [each for each in said.splitlines() if each.startswith(f"line {line}:")]
        assert reason in own
    assert records.ids() == []
    kept = runner.run_file(path, order(skip_bad=True), lambda _step: None)
    assert kept["result"]["n"] == 2  # the sixth row mirrors the bad fifth
    assert [each["line"] for each in kept["input"]["left_out"]] == [2, 4, 5, 6, 7, 8]


def test_who_cannot_be_shown_media_is_left_out_with_the_reason(tmp_path: Path) -> None:
    rows = painted(tmp_path, 8)

    class NoEye(Eye):
        def media_vectors(self, contents: Sequence[Content]) -> FloatArray:
            raise MissingError("weights are absent", next_step="fetch them")

    result = run(rows, tmp_path, seeing(rows), NoEye("lame", direction), Solver("reader", direction))
    assert set(result["encoders"]) == {"eye"}
    assert "lame: weights are absent" in result["notes"][0]
    assert "reader: it is shown no pictures" in result["notes"][1]
    with pytest.raises(InputError, match="No space here"):
        run(rows, tmp_path, Solver("reader", direction))
    with pytest.raises(MissingError, match="absent"):
        run(rows, tmp_path, NoEye("lame", direction), Solver("reader", direction))


def test_without_subjects_there_are_the_baselines(tmp_path: Path) -> None:
    rows = painted(tmp_path, 40)
    result = CrossModal().run(rows, [], seed=1, progress=lambda _step: None)
    assert result["encoders"] == {}
    assert 0.2 < result["baselines"]["random"]["accuracy"] < 0.8


def test_the_default_space_sees_and_a_replay_gives_the_same(tmp_path: Path) -> None:
    shown = [("1F34C", "香蕉"), ("1F431", "小猫"), ("2708", "飞机"), ("1F682", "火车头")]
    rows: Rows = [
        {"id": f"{i}{j}", "media": f"openmoji:{code}", "good": name, "bad": other, "caption": name}
        | ({"mirror_of": f"{j}{i}"} if j < i else {})
        for i, (code, name) in enumerate(shown)
        for j, (_code, other) in enumerate(shown)
        if i != j
    ]
    rows.append({"id": "s", "media": "demo:dog", "good": "狗在叫", "bad": "弹钢琴", "caption": "狗叫"})
    paint(tmp_path / "red.png", 3)
    rows.append({"id": "p", "media": "red.png", "good": "一块颜色", "bad": "狗在叫"})
    path = write(tmp_path / "rows.jsonl", rows)
    kept = runner.run_file(path, order(encoders=("default", "text-use")), lambda _step: None)
    entry = kept["result"]["encoders"]["default"]
    assert entry["accuracy"] > 0.8
    assert entry["arms"]["text_only"]["accuracy"] > 0.9
    assert entry["arms"]["media_swapped"]["accuracy"] < 0.6
    assert set(kept["encoders"]["default"]["media"]) == {"image-efficientnet", "audio-yamnet"}
    assert len(kept["result"]["media"]) == 6
    again = runner.replay(kept, lambda _step: None, offline=True)
    assert records.differences(kept, again) == []
    paint(tmp_path / "red.png", 4)
    changed = records.differences(kept, runner.replay(kept, lambda _step: None, offline=True))
    assert "result.media.red.png.sha256" in {each["path"] for each in changed}
    (tmp_path / "red.png").unlink()
    with pytest.raises(InputError, match=r"red\.png"):
        runner.replay(kept, lambda _step: None, offline=True)


def test_texts_stand_where_the_space_has_them() -> None:
    from probes.subjects import open_subjects

    (subject,) = open_subjects(["default"], offline=True)
    texts = ["张三吃食堂", "a dog barks"]
    np.testing.assert_allclose(subject.vectors(texts), open_space(offline=True).embed_texts(texts), atol=1e-6)


def test_the_iceberg_is_left_out(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.jsonl", painted(tmp_path, 4))
    kept = runner.run_file(path, order(encoders=("default",), with_iceberg=True), lambda _step: None)
    assert set(kept["result"]["encoders"]) == {"default"}
    assert "default+iceberg" in kept["result"]["notes"][0]


SUITE = [(suite, part) for suite in suites() if suite.name == "canteen-crossmodal" for part in suite.files]


def suite_rows(part: str) -> Rows:
    (path,) = [suite.files[each] for suite, each in SUITE if each == part]
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("part", ["test", "sounds"])
def test_the_suites_media_are_there_and_its_letters_do_not_tell(part: str) -> None:
    rows = suite_rows(part)
    assert CrossModal().with_media(MediaLibrary(None, offline=True).read).check(rows) == []
    asked = [row for row in rows if row["phenomenon"] != "control"]
    worth = {"overlap_good": 1.0, "overlap_tied": 0.5, "overlap_bad": 0.0}
    scored = [worth[stratum(row["caption"], row["good"], row["bad"])] for row in asked]
    assert 0.45 <= sum(scored) / len(scored) <= 0.55
    by_id = {row["id"]: row for row in rows}
    pairs = [(row, by_id[row["mirror_of"]]) for row in rows if "mirror_of" in row]
    assert all((a["good"], a["bad"]) == (b["bad"], b["good"]) for a, b in pairs)
    assert 2 * len(pairs) == len(asked)
    assert {row["language"] for row in asked} == {"zh", "en"}


def test_the_suite_measures_no_memory() -> None:
    """The shipped picture encoder remembers the other half of OpenMoji: pictures of the test half alone count."""
    assets = open_space(offline=True).pool.assets
    collection = load_registry().collections["openmoji"]
    folders = {asset.name: assets.folder(asset) for asset in collection.assets}
    halves = {f"openmoji:{Path(item.name).stem}": item.meta["half"] for item in collection.items(folders)}
    assert {halves[row["media"]] for row in suite_rows("test")} == {"test"}
    assert len(suite_rows("test")) >= 80


@pytest.mark.long
@pytest.mark.parametrize("part", ["test", "sounds"])
def test_the_default_space_on_the_suite(part: str) -> None:
    (path,) = [suite.files[each] for suite, each in SUITE if each == part]
    entry = runner.run_file(path, order(), lambda _step: None)["result"]["encoders"]["default"]
    assert entry["arms"]["text_only"]["accuracy"] > 0.7
    assert entry["ci"][0] > 0.5
    assert entry["arms"]["text_only"]["gap"] < 0
    assert 0.4 < entry["arms"]["noise"]["accuracy"] < 0.6
    assert entry["verdict"] != rules.CHANCE

"""Roles by a linear probe: a planted signal is found, memory of verbs and objects is not taken for it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from explorer import FloatArray, InputError, i18n
from explorer.construal.readings import COARSE
from probes import verdicts as rules
from probes.contrast.judges import WithIceberg
from probes.role_classification import verdicts, views
from probes.role_classification.figures import macro_f1
from probes.role_classification.linear import features, held_out
from probes.role_classification.probe import RoleClassification
from probes.rows import probe_for, read_rows
from probes.runner import Order, run_rows
from probes.spans import without
from probes.subjects import Random, open_subjects
from probes.suites import find_rows
from tests import solvers
from tests.solvers import Solver, direction

VERBS = "吃写挖剪拧喝洗扫敲锯炒刷拍抬拉推"
THINGS = ["食堂", "饭馆", "教室", "操场", "医院", "大碗", "毛笔", "铁锹", "剪刀", "钳子", "米饭", "文章"]
ROLES = ("location", "instrument", "patient")


@pytest.fixture(autouse=True)
def isolated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("EXPLORER_LANG", "en")
    i18n.activate("en")
    yield
    i18n.activate(None)


def rows(count: int = 96) -> list[dict[str, Any]]:
    """Rows whose role neither verb nor object nor any letter tells."""
    drawn = random.Random(4)
    return [
        {
            "id": str(i),
            "sentence": f"第{i}人{VERBS[i % len(VERBS)]}{thing}",
            "verb": VERBS[i % len(VERBS)],
            "object": thing,
            "object_class": thing,
            "role": drawn.choice(ROLES),
        }
        for i in range(count)
        for thing in [drawn.choice(THINGS)]
    ]


def run(given: list[dict[str, Any]], *subjects: Any) -> dict[str, Any]:
    return RoleClassification().run(given, subjects, seed=1, progress=lambda _step: None)


def noisy(meaning: Callable[[str], str], name: str, *, own: float = 1.0) -> Solver:
    """A vector that is the meaning's direction, and `own` times the text's own."""

    def of(text: str) -> FloatArray:
        return (direction(meaning(text)) + own * direction(text)).astype(np.float32)

    return Solver(name, of)


@pytest.fixture(scope="module")
def result() -> dict[str, Any]:
    """One that reads roles off whole sentences, one that knows nothing, one that knows verbs by heart."""
    given = rows()
    role = {row["sentence"]: row["role"] for row in given}
    return run(
        given,
        noisy(lambda text: role.get(text, text), "reader"),
        Random(name="nobody", seed=7),
        noisy(lambda text: next((v for v in VERBS if v in text), text), "verbs", own=0.3),
    )


def test_a_planted_role_is_found_and_random_vectors_say_nothing(result: dict[str, Any]) -> None:
    reader, nobody = result["encoders"]["reader"], result["encoders"]["nobody"]
    assert reader["accuracy"] > 0.9
    assert reader["verdict"] == verdicts.SHOWN, reader["verdict_reasons"]
    assert reader["shuffled_labels"]["p"] == 0.01
    assert reader["macro_f1"]["ci"][0] > 0.8
    assert all(each["value"] > 0.3 for each in reader["selectivity"].values())
    assert reader["splits"]["object_class"]["accuracy"] > 0.9
    assert set(reader["arms"]) == {*views.PARTS, *views.BASELINES}
    assert nobody["verdict"] in (rules.CHANCE, rules.BELOW)
    assert nobody["shuffled_labels"]["p"] > 0.05
    assert abs(nobody["accuracy"] - result["chance"]) < 0.15
    assert result["comparisons"][0]["difference"] > 0.4
    first = reader["items"][0]
    assert (first["score"] == 1) == (first["label"] == first["predicted"]) == (first["margin"] > 0)


def test_who_only_knows_verbs_by_heart_is_at_chance_and_not_selective(result: dict[str, Any]) -> None:
    entry = result["encoders"]["verbs"]
    assert entry["verdict"] in (rules.CHANCE, rules.BELOW)
    assert entry["selectivity"]["verb"]["control"] > 0.7  # chance is .36: it learns any label of a verb
    assert entry["selectivity"]["verb"]["ci"][1] < 0


def test_who_only_knows_objects_is_not_taken_for_a_reader() -> None:
    """Here the object does tell the role, and the whole sentence no more than that."""
    given = [row | {"role": ROLES[THINGS.index(row["object"]) // 5]} for row in rows()]
    result = run(given, noisy(lambda text: next((t for t in THINGS if t in text), text), "objects"))
    entry = result["encoders"]["objects"]
    assert entry["accuracy"] > 0.9
    assert entry["arms"]["object_alone"]["accuracy"] > 0.9
    assert entry["verdict"] in (verdicts.OBJECT, rules.BASELINE)  # letters name the object too
    by_class = entry["splits"]["object_class"]
    assert by_class["accuracy"] < 0.6  # a class that it did not learn tells it nothing


def test_the_verdict_follows_its_rules(result: dict[str, Any]) -> None:
    entry = result["encoders"]["reader"]
    assert verdicts.verdict(entry, 0.4)[0] == verdicts.SHOWN
    same = {"gap_ci": [-0.1, 0.1]}
    for change, words in (
        ({"n": 19}, rules.TOO_FEW),
        ({"ci_by_verb": [0.3, 0.9]}, rules.CHANCE),
        ({"arms": entry["arms"] | {"majority": same}}, rules.BASELINE),
        ({"arms": entry["arms"] | {"object_alone": same}}, verdicts.OBJECT),
        ({"selectivity": entry["selectivity"] | {"object": {"ci": [-0.1, 0.2]}}}, verdicts.UNSELECTIVE),
    ):
        assert verdicts.verdict(entry | change, 0.4)[0] == words


def test_no_row_is_answered_by_a_probe_that_saw_its_verb() -> None:
    """Labels that are the verbs themselves can then never be right."""
    names = np.array([f"v{i % 20}" for i in range(100)])
    vectors = features(np.stack([direction(name) for name in names]))
    assert not (held_out(vectors, names, names).predicted == names).any()
    plain = held_out(vectors, names, np.arange(100).astype(str))
    assert (plain.predicted == names).all()


def test_features_keep_all_distances() -> None:
    vectors = np.stack([direction(str(i), 64) for i in range(20)])
    found = features(vectors).astype(np.float64)
    before = np.linalg.norm(vectors[:, None] - vectors[None], axis=-1)
    after = np.linalg.norm(found[:, None] - found[None], axis=-1)
    np.testing.assert_allclose(after / after.max(), before / before.max(), atol=1e-5)
    assert not features(np.ones((5, 4), np.float32)).any()


def test_macro_f1_is_that_of_scikit_learn() -> None:
    from sklearn.metrics import f1_score

    drawn = np.random.default_rng(3)
    labels, predicted = (drawn.choice(["a", "b", "c"], 80, p=p) for p in ([0.6, 0.3, 0.1], [0.5, 0.5, 0]))
    found = macro_f1(labels, predicted)
    assert found["value"] == pytest.approx(f1_score(labels, predicted, average="macro"), abs=1e-4)
    assert found["ci"][0] < found["value"] < found["ci"][1]


def test_views_and_labels() -> None:
    row = {"id": "1", "sentence": "画家画大笔画", "verb": "画", "object": "大笔画", "role": "goal"}
    assert [views.texts([row], view)[0] for view in (views.WHOLE, *views.PARTS)] == [
        "画家画大笔画", "大笔画", "画", "画大笔画", "画家画", "画家大笔画",
    ]  # fmt: skip
    assert views.joined("eat", "rice") == "eat rice"
    assert without(row, "verb", "object") == "画家"
    assert views.labels_of([row]).tolist() == [
        "location"
    ]  # the explorer's own roles: the coarse ones are asked
    assert views.labels_of([row, row | {"role": "mine"}]).tolist() == ["goal", "mine"]
    found, sources = views.object_classes(
        [row, row | {"object_class": "art"}, row | {"object": "a big brush"}],
        lambda: {"大笔画": "画作"}.get,
    )
    assert found == ["画作", "art", "…brush"]
    assert sources == {"given": 1, "knowledge": 1, "head": 1}


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"verb": "喝"}, "verb"), ({"object": "饭"}, "object"), ({"object_class": 3}, "object_class")],
)
def test_bad_rows(change: dict[str, Any], reason: str) -> None:
    ((_position, said),) = RoleClassification().check([rows(1)[0] | change])
    assert reason in said


def test_what_cannot_be_measured() -> None:
    one_verb = [row | {"verb": "人"} for row in rows(20)]
    one_role = [row | {"role": "patient"} for row in rows(20)]
    for given, words in ((one_verb, "verbs are too few"), (one_role, "nothing to tell apart")):
        with pytest.raises(InputError, match=words):
            run(given, Random())


def test_rows_with_options_stay_with_contrast() -> None:
    from probes.contrast.probe import Contrast

    probes = {each.name: each for each in (Contrast(), RoleClassification())}
    assert probe_for([solvers.rows(2)[0] | {"role": "location"}], probes, None).name == "contrast"
    assert probe_for(rows(2), probes, None).name == "role-classification"


@pytest.mark.long
def test_the_construal_answers_beside_the_probe() -> None:
    """Development sentences, the real encoder, the real knowledge: abstaining counts as wrong."""
    file = read_rows(find_rows("roles-zh/development"))
    file.rows, file.lines = file.rows[:60], file.lines[:60]
    order = Order(encoders=("text-use",), with_iceberg=True, offline=True)
    result = run_rows(file, RoleClassification(), order, lambda _step: None)["result"]
    entry = result["encoders"]["text-use+iceberg"]
    assert entry["accuracy"] > result["encoders"]["text-use"]["accuracy"]
    assert entry["accuracy"] == pytest.approx(entry["coverage"] * entry["answered"]["accuracy"], abs=1e-3)
    assert {item["label"] for item in entry["items"]} <= set(COARSE.values())
    assert {"object_alone", "majority"} <= set(entry["arms"])
    assert "selectivity" not in entry


def test_the_construal_is_not_asked_for_roles_that_it_does_not_know() -> None:
    given = [row | {"role": f"my {row['role']}"} for row in rows(48)]
    iceberg: Any = WithIceberg(encoding=SimpleNamespace(name="x"), chooser=None)  # type: ignore[arg-type]
    result = run(given, Random(), iceberg)
    assert set(result["encoders"]) == {"random"}
    assert "roles" in result["left_out_encoders"]["x+iceberg"]


@pytest.mark.long
def test_the_suite_runs_in_time() -> None:
    given = read_rows(find_rows("roles-zh")).rows
    (subject,) = open_subjects(["text-use"], offline=True)
    start = time.process_time()
    entry = run(given, subject)["encoders"]["text-use"]
    assert time.process_time() - start < 90  # a third of it on an idle machine
    assert entry["n"] == 420
    assert entry["accuracy"] > entry["arms"]["majority"]["accuracy"]

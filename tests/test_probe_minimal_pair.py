"""Minimal pairs: what is summed, who can be asked, and a planted grammar that is found where letters tell nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer import InputError, TokenScores, i18n
from explorer.cli import main as cli
from explorer.registry import load_registry
from probes import verdicts
from probes.minimal_pair import MinimalPair, differing
from probes.rows import probe_for
from probes.subjects import Random
from probes.trigrams import CharacterModel
from tests import solvers
from tests.tiny_models import causal_folder, masked_folder

SUBJECTS, VERBS = "甲乙丙丁戊己庚辛", "吃写挖剪拧喝洗扫"


@pytest.fixture(autouse=True)
def isolated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("EXPLORER_LANG", "en")
    i18n.activate("en")
    yield
    i18n.activate(None)


@dataclass
class Spoken:
    """Each character has the log-probability that `of` gives it."""

    of: dict[str, float]
    name: str = "spoken"

    def vectors(self, texts: Sequence[str]) -> Any:
        raise AssertionError("a minimal pair asks no vectors")

    def token_scores(self, texts: Sequence[str]) -> list[TokenScores]:
        return [
            TokenScores(
                logs=np.array([self.of.get(c, -1.0) for c in text]),
                spans=[(i, i + 1) for i in range(len(text))],
            )
            for text in texts
        ]


def grammar() -> tuple[list[str], list[dict[str, Any]]]:
    """Sentences of an artificial grammar and held-out pairs: what follows 们 agrees with the first word.

    甲乙丙丁 take 了, the others 过; both endings are equally frequent, and letters tell nothing.
    """
    sentences = [
        f"{who}们{verb}{'了' if i < 4 else '过'}" for i, who in enumerate(SUBJECTS) for verb in VERBS
    ]
    held_out = {i for i in range(len(sentences)) if i % 3 == 0}
    rows = []
    for i in sorted(held_out):
        good = sentences[i]
        bad = good[:-1] + ("过" if good[-1] == "了" else "了")
        rows.append({"id": str(i), "good": good, "bad": bad, "verb": good[2], "phenomenon": "agreement"})
    return [s for i, s in enumerate(sentences) if i not in held_out], rows


def run(rows: list[dict[str, Any]], *subjects: Any) -> dict[str, Any]:
    return MinimalPair().run(rows, subjects, seed=1, progress=lambda _step: None)


def test_sums_means_and_the_differing_part() -> None:
    rows = [{"id": "1", "good": "abcx", "bad": "abyx"}, {"id": "2", "good": "aa", "bad": "aay"}]
    model = Spoken({"a": -0.5, "b": -1, "c": -2, "x": -1, "y": -3})
    first, second = run(rows, model)["encoders"]["spoken"]["items"]
    assert first["margin"] == pytest.approx(1)
    assert first["margins"] == pytest.approx({"per_token": 0.25, "differing_part": 1})
    assert second["margin"] == pytest.approx(3)
    assert second["margins"]["per_token"] == pytest.approx(-0.5 + 4 / 3)
    assert second["margins"]["differing_part"] is None  # the good one has no token of its own
    assert differing("我们吃食堂", "我们吃厨房") == ((3, 5), (3, 5))
    assert differing("aba", "aa") == ((1, 2), (1, 1))


def test_ties_are_halves() -> None:
    rows = [{"id": str(i), "good": "甲乙", "bad": "乙甲"} for i in range(30)]
    entry = run(rows, Spoken({}))["encoders"]["spoken"]
    assert (entry["accuracy"], entry["ties"], entry["verdict"]) == (0.5, 30, verdicts.CHANCE)


def test_the_character_model_counts() -> None:
    model = CharacterModel(["ab", "ab", "ac"])
    assert model.log_likelihood("ab") > model.log_likelihood("ac") > model.log_likelihood("a字")
    assert model.log_likelihood("ab", order=1) == model.log_likelihood("ba", order=1)
    shares = [
        np.exp(model.log_likelihood("a" + c) - model.log_likelihood("a")) for c in ("a", "b", "c", "字")
    ]
    assert sum(shares) == pytest.approx(1)  # over the three known characters and one for all others


def test_who_gives_no_likelihoods_is_named() -> None:
    _train, rows = grammar()
    result = run(rows, Random(), Spoken({}))
    assert set(result["encoders"]) == {"spoken"}
    assert "not likelihoods" in result["left_out_encoders"]["random"]
    with pytest.raises(InputError, match="not likelihoods") as caught:
        run(rows, Random())
    assert "language-model:" in caught.value.next_step


def test_rows_of_each_kind_go_to_their_probe() -> None:
    probes = {each.name: each for each in load_registry().probes.values()} | {MinimalPair.name: MinimalPair()}
    for example, name in (
        (MinimalPair.example, "minimal-pair"),
        (probes["contrast"].example, "contrast"),
        (solvers.rows(2)[0] | {"role": "location"}, "contrast"),
    ):
        assert probe_for([example], probes, None).name == name


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"bad": "甲"}, "equal"), ({"phenomenon": 3}, "phenomenon"), ({"verb": []}, "verb")],
)
def test_bad_rows(change: dict[str, Any], reason: str) -> None:
    ((_position, said),) = MinimalPair().check([{"id": "1", "good": "甲", "bad": "乙"} | change])
    assert reason in said


@pytest.mark.parametrize("make", [causal_folder, masked_folder])
def test_a_planted_grammar_is_found_by_a_trained_model_alone(
    make: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """From the command line: a model trained for seconds passes, the same one untrained is at chance."""
    sentences, rows = grammar()
    path = tmp_path / "pairs.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    models = []
    for name, steps in (("trained", 250), ("untrained", 0)):
        folder = tmp_path / name
        folder.mkdir()
        models.append(f"language-model:{make(folder, sentences, steps=steps)}")
    names = [part for name in (*models, "text-use") for part in ("--encoder", name)]
    capfd.readouterr()
    assert cli.main(["probe", "run", str(path), *names, "--json", "--offline"]) == 0
    found = json.loads(capfd.readouterr().out)
    trained, untrained = (found["encoders"][name] for name in models)
    assert trained["accuracy"] > 0.9
    assert trained["verdict"] == verdicts.PASSED, trained["verdict_reasons"]
    assert untrained["verdict"] == verdicts.CHANCE
    assert found["baselines"]["length"]["accuracy"] == 0.5
    assert "not likelihoods" in found["left_out_encoders"]["text-use"]

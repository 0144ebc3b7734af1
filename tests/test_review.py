"""The dark matter card: candidates with their score, a decision with who and why, and the way back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from explorer import i18n
from explorer.knowledge import Knowledge
from explorer.knowledge.graph import FactGraph, WorkspaceFacts
from explorer.mining.mined import MinedFact
from explorer.mining.miner import Miner
from explorer.ui import resources
from explorer.ui.iceberg import review
from store import Store
from tests.mines import WORKSPACE, toy, vectors


def page() -> None:
    from explorer.ui.iceberg import review
    from tests.mines import WORKSPACE

    review.card(WORKSPACE, "tool new")  # type: ignore[arg-type]  # a stand-in


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    monkeypatch.setattr(resources, "miner_work", lambda *_: resources.Background(done=True))
    base = FactGraph(toy())
    i18n.activate("en")
    with Store.open(tmp_path / "w", create=True) as store:
        knowledge = Knowledge(store, None, None)  # type: ignore[arg-type]  # neither sources nor assets are asked
        facts = WorkspaceFacts(base, store)
        WORKSPACE.knowledge = knowledge
        WORKSPACE.miner = Miner(base, vectors, facts=facts, rejected=knowledge.rejected)
        yield AppTest.from_function(page).run()
    i18n.activate(None)


def shown(app: AppTest) -> str:
    assert not app.exception
    return "\n".join(str(element.proto.body) for element in app.get("html"))


def test_candidates_are_shown_with_their_score_and_reasons(app: AppTest) -> None:
    best = WORKSPACE.miner.mine("tool new", k=1)[0]
    text = shown(app)
    assert f"tool new <i>used for</i> {best.object}" in text
    assert f"{best.score:.2f}".removeprefix("0") in text
    assert f"known of {best.witnesses[0]}" in text


def test_a_rejected_candidate_leaves_and_can_be_taken_back(app: AppTest) -> None:
    best = WORKSPACE.miner.mine("tool new", k=1)[0].record()
    app.text_input(key="dark-why").set_value("no such use")
    app.text_input(key="dark-who").set_value("li")
    app.button(key=f"dark-rejected-0-{best.id[:12]}").click().run()
    assert f"Rejected: tool new used for {best.object}" in shown(app)
    assert f"<i>used for</i> {best.object}" not in shown(app)
    (entry,) = WORKSPACE.knowledge.fact(best.id).meta["reviews"]
    assert (entry["status"], entry["who"], entry["why"]) == ("rejected", "li", "no such use")
    assert app.text_input(key="dark-why").value == ""
    app.button(key="dark-undo").click().run()
    assert WORKSPACE.knowledge.fact(best.id).status == "held"
    assert f"<i>used for</i> {best.object}" in shown(app)


def test_an_accepted_candidate_becomes_a_fact(app: AppTest) -> None:
    best = WORKSPACE.miner.mine("tool new", k=1)[0].record()
    app.button(key=f"dark-accepted-0-{best.id[:12]}").click().run()
    assert WORKSPACE.knowledge.fact(best.id).status == "accepted"
    assert f"Accepted: tool new used for {best.object}" in shown(app)


def test_words_are_never_markup() -> None:
    fact = MinedFact(subject="<b>", relation="UsedFor", object="<script>", score=0.5, witnesses=("<i>x",))
    line = review.line_html(fact)
    assert "<script>" not in line
    assert "&lt;script&gt;" in line
    assert "&lt;i&gt;x" in line


def test_nothing_likely_enough_is_said(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review, "LEAST", 1.1)
    app.run()
    assert "No fact is likely enough." in shown(app)
    assert not [b for b in app.button if b.key and b.key.startswith("dark-accepted")]

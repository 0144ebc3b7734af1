"""Dark matter of a word: what the space implies and no fact says, for a person to accept or reject."""

from __future__ import annotations

import html

import streamlit as st

from explorer.i18n import _, current
from explorer.knowledge.relations import RELATIONS
from explorer.mining.mined import MinedFact
from explorer.ui import resources, state, states
from explorer.ui.background import Background
from explorer.ui.tokens import number, quoted, short
from explorer.workspace import Workspace
from store import FactRecord, FactStatus

SHOWN = 4
LEAST = 0.05
"""Candidates scored lower are not shown."""
WHY_LIMIT = 500
NAME_LIMIT = 80


def card(workspace: Workspace, word: str) -> None:
    """The candidates for `word`, or why there are none yet."""
    if not word:
        return
    with st.container(key="ice-dark", gap="small"), states.guarded():
        title = _("Dark matter of {word}").format(word=quoted(short(word, 8)))
        st.html(f'<div class="ice-title">{html.escape(title)}</div>')
        _decided(workspace)
        if _is_ready(workspace):
            _candidates(workspace, word)


def line_html(fact: MinedFact) -> str:
    """毛笔 用于 画画 .40, and beneath it what speaks for it."""
    known = RELATIONS[fact.relation]
    relation = known.zh if current() == "zh" else known.en
    parts = map(html.escape, (fact.subject, relation, fact.object))
    said = "{} <i>{}</i> {}".format(*parts)
    return (
        f'<div class="ice-dark-line"><span>{said}</span><b>{number(fact.score)}</b></div>'
        f'<div class="si-mute">{html.escape(reasons(fact))}</div>'
    )


def reasons(fact: MinedFact) -> str:
    """Known of 铅笔, 画笔; the strongest evidence by name."""
    names = {
        "similar": _("near each other"),
        "offset": _("the relation's direction"),
        "neighbours": _("its neighbours"),
        "fillers": _("those it is known of"),
        "class": _("its class"),
        "usual": _("a frequent object"),
        "pictures": _("the same pictures"),
        "sounds": _("the same sounds"),
    }
    comma = "、" if current() == "zh" else ", "
    ranked = sorted(fact.evidence.items(), key=lambda pair: -pair[1])
    spoken = [names.get(kind, kind) for kind, value in ranked[:2] if value > 0]
    said = []
    if fact.witnesses:
        said.append(_("known of {words}").format(words=comma.join(fact.witnesses)))
    if spoken:
        said.append(_("speaks for it: {evidence}").format(evidence=comma.join(spoken)))
    return " · ".join(said)


def _is_ready(workspace: Workspace) -> bool:
    work = resources.miner_work(workspace, workspace.name, workspace.space.name)
    if work.error:
        states.refusal(_("Nothing can be mined now."), work.error)
        return False
    if not work.done:
        _learning(work)
        return False
    return True


@st.fragment(run_every=0.7)
@state.spoken
def _learning(work: Background) -> None:
    if work.done:
        st.rerun()
    share = work.step / work.total if work.total else None
    states.waiting(_("Learning from the facts what each relation is like; once, up to some minutes."), share)


def _candidates(workspace: Workspace, word: str) -> None:
    found = workspace.miner.mine(word, k=SHOWN)
    shown = [fact for fact in found if fact.score >= LEAST]
    if not shown:
        best = found[0] if found else None
        line = _("No fact is likely enough.")
        if best is not None:
            line += " " + _("The best is scored {score}.").format(score=number(best.score))
        states.note(line)
        return
    for place, fact in enumerate(shown):
        with st.container(key=f"ice-dark-{place}", gap=None):
            st.html(line_html(fact))
            with st.container(horizontal=True, gap="small", key=f"ice-dark-do-{place}"):
                _button(workspace, fact.record(), "accepted", _("Accept"), place)
                _button(workspace, fact.record(), "rejected", _("Reject"), place)
    with st.container(horizontal=True, gap="small", key="ice-dark-who"):
        st.text_input(
            _("Why"),
            key="dark-why",
            max_chars=WHY_LIMIT,
            placeholder=_("Why, kept with the decision"),
            label_visibility="collapsed",
        )
        st.text_input(
            _("Who"),
            key="dark-who",
            max_chars=NAME_LIMIT,
            placeholder=_("Who decides"),
            label_visibility="collapsed",
        )
    states.note(_("The score is the chance that a person would write this down; no fact says it yet."))


def _button(workspace: Workspace, fact: FactRecord, status: FactStatus, label: str, place: int) -> None:
    st.button(
        label,
        key=f"dark-{status}-{place}-{fact.id[:12]}",
        on_click=decide,
        args=(workspace, fact, status),
        type="tertiary",
    )


def decide(workspace: Workspace, fact: FactRecord, status: FactStatus) -> None:
    """Record a decision with what stands in the fields beside it; the reason is then emptied."""
    who, why = (str(st.session_state.get(key, "")).strip() for key in ("dark-who", "dark-why"))
    with states.guarded():
        judged = workspace.knowledge.judge_mined(fact, status, who=who, why=why)
        st.session_state["dark-last"] = judged.id
        st.session_state["dark-why"] = ""


def _decided(workspace: Workspace) -> None:
    """The last decision, and the way back."""
    last = st.session_state.get("dark-last")
    if not isinstance(last, str):
        return
    fact = workspace.knowledge.fact(last)
    known = RELATIONS[fact.relation]
    relation = known.zh if current() == "zh" else known.en
    words = {"accepted": _("Accepted: {fact}"), "rejected": _("Rejected: {fact}")}
    if fact.status not in words:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="ice-dark-last"):
        states.note(words[fact.status].format(fact=f"{fact.subject} {relation} {fact.object}"))
        st.button(
            _("Undo"), key="dark-undo", on_click=decide, args=(workspace, fact, "held"), type="tertiary"
        )

"""Dark matter in the drawing: mined on request, since learning what relations are like takes a minute or more."""

from __future__ import annotations

import html
from collections.abc import Collection, Sequence

import streamlit as st

from explorer.construal.readings import Construal
from explorer.i18n import _
from explorer.iceberg.nodes import Iceberg
from explorer.iceberg.subgraph import iceberg_of
from explorer.ui import resources, states
from explorer.ui.iceberg import review
from explorer.ui.iceberg.scene import AROUND_WIDE, Construes
from explorer.workspace import Workspace
from store import FactRecord

IN_WIDE, IN_NARROW = 4, 1
"""Dark facts that a wide and a narrow drawing show."""


def construer_of(workspace: Workspace) -> Construes:
    """The workspace's construer; its icebergs have dark matter as soon as the miner has learned."""
    work = resources.mining(workspace)
    return Icebergs(workspace, dark=work is not None and work.done and not work.error)


class Icebergs:
    """A workspace's construals and their icebergs, with `dark` down to what the space implies and no fact says."""

    def __init__(self, workspace: Workspace, *, dark: bool) -> None:
        self._workspace = workspace
        self._dark = dark

    def construe(
        self,
        sentence: str,
        verb: str | None = None,
        object: str | None = None,
        *,
        cut: Collection[str] = (),
    ) -> Construal:
        """The readings of a sentence."""
        return self._workspace.construer.construe(sentence, verb, object, cut=cut)

    def iceberg(self, construal: Construal, *, around: int = AROUND_WIDE) -> Iceberg:
        """Its iceberg; of the dark matter as much as there is room for."""
        workspace, most = self._workspace, IN_WIDE if around >= AROUND_WIDE else IN_NARROW
        found: Sequence[FactRecord] = ()
        if self._dark:
            found = implied(
                workspace,
                workspace.name,
                workspace.space.name,
                workspace.store.facts_generation(),
                construal.sentence,
            )
        return iceberg_of(workspace.construer, construal, around=around, dark=found[:most])


@st.cache_resource(show_spinner=False, max_entries=200)
def implied(
    _workspace: Workspace, name: str, space: str, generation: int, sentence: str
) -> Sequence[FactRecord]:
    """What the space implies about a sentence with nothing cut, kept: it takes part of a second."""
    return _workspace.miner.beneath(_workspace.construer.construe(sentence), most=IN_WIDE)


def card(workspace: Workspace, word: str) -> None:
    """The candidates for a word, or the offer to look for them."""
    if not word:
        return
    if resources.mining(workspace) is not None:
        review.card(workspace, word)
        return
    with st.container(key="ice-dark", gap="small"):
        title = html.escape(_("Dark matter"))
        st.html(f'<div class="ice-title">{title}</div>')
        states.note(
            _("What nobody wrote down and the space implies. Learning it takes a minute or two, once.")
        )
        st.button(_("Look for it"), key="ice-dark-begin", on_click=_begin, args=(workspace,))


def _begin(workspace: Workspace) -> None:
    resources.miner_work(workspace, workspace.name, workspace.space.name)

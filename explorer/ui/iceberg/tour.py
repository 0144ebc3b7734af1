"""A tour for a class, about three minutes: 吃面条, 吃大碗, 吃食堂. It drives the page; the figures are the page's own.

Each step says what to look at, what to ask, and what to try.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from explorer.construal.readings import Construal
from explorer.i18n import N_, _, current
from explorer.iceberg.nodes import DARK, Edge, Iceberg
from explorer.ui.iceberg import state as mine
from explorer.ui.iceberg import words
from explorer.ui.iceberg.scene import AROUND_WIDE, Construes
from explorer.ui.tokens import number, quoted


@dataclass(frozen=True, kw_only=True, slots=True)
class Stop:
    """One step: which sentence (None: all three), what is chosen in it, and three things to say."""

    title: str
    look: str
    ask: str
    attempt: str
    sentence: int | None
    focus: str = ""  # "lit": an edge of the lit path; "dark": a concept of the dark matter


STOPS = (
    Stop(
        title=N_("Three sentences, one shape"),
        look=N_("{sentences}: the same order of words, a verb and a noun after it."),
        ask=N_("Noodles, a big bowl, a canteen: which of them gets eaten? Show of hands."),
        attempt=N_("Do not look below the water yet. Let two or three people say how they know."),
        sentence=0,
    ),
    Stop(
        title=N_("面条: what gets eaten"),
        look=N_("{reading}. Gold is the path that this reading stands on: {path}."),
        ask=N_("The sentence says none of this. Where do you know it from?"),
        attempt=N_("Point at a golden edge: it names the source of its fact."),
        sentence=0,
    ),
    Stop(
        title=N_("What if nobody knew?"),
        look=N_(
            "In red, a fact that could be missing: {edge}. Red lines beside the bars show what would follow."
        ),
        ask=N_("Would the reading survive without it? Guess first, then read the red card."),
        attempt=N_("Press Cut, watch the bars move, then put it back."),
        sentence=0,
        focus="lit",
    ),
    Stop(
        title=N_("大碗: nobody eats the bowl"),
        look=N_("One word has changed, and the gold runs another way. {reading}."),
        ask=N_("Nothing in the sentence says “with”. Why does everybody hear it?"),
        attempt=N_("Change the sentence to 张三吃筷子 and press Enter. Does the role change?"),
        sentence=1,
    ),
    Stop(
        title=N_("Which fact carries most?"),
        look=N_("Of the golden facts this one carries most: {edge}."),
        ask=N_("Without it, would one think that the bowl is eaten? Or would one rather not say?"),
        attempt=N_("Press Cut. Where nothing is likely enough, the answer is: no verdict."),
        sentence=1,
        focus="lit",
    ),
    Stop(
        title=N_("食堂: a place, and a way of life"),
        look=N_("The canteen is not eaten, nor eaten with. {reading}, by way of {path}."),
        ask=N_("吃食堂 and 吃馆子 are fine. What about 吃教室 and 吃公园? Where is the difference?"),
        attempt=N_("Put in 张三吃教室 and see how it is read. Do you agree?"),
        sentence=2,
    ),
    Stop(
        title=N_("What nobody wrote down"),
        look=N_("No fact says {dark}: the space of meanings implies it, with the score beside it."),
        ask=N_("When you hear 吃食堂, what else comes to mind that is not in the picture?"),
        attempt=N_("Choose a dashed concept: at the right are pictures and sounds that lie near it."),
        sentence=2,
        focus="dark",
    ),
    Stop(
        title=N_("Alike above, unlike below"),
        look=N_("{comparison}"),
        ask=N_("How much of what a sentence means is above the water, and how much below?"),
        attempt=N_("In groups: take another verb and make three sentences that only differ below the water."),
        sentence=None,
    ),
)


def step() -> int | None:
    """Where the tour is; None outside it."""
    value = st.session_state.get("iceberg-tour")
    return value if isinstance(value, int) and 0 <= value < len(STOPS) else None


def button() -> None:
    """Starts the tour."""
    if step() is None:
        st.button(_("Tour"), key="ice-tour-start", icon=":material/play_arrow:", on_click=_start)


def _start() -> None:
    st.session_state["iceberg-sentences"] = list(mine.FIRST)
    st.session_state["iceberg-cuts"] = {}
    st.session_state["iceberg-turn"] = mine.turn() + 1
    _go(0)


def _go(target: int | None) -> None:
    """Go to a step; its sentence and view are shown, its edge is chosen once the iceberg is known."""
    st.session_state["iceberg-tour"] = target
    if target is None:
        return
    stop = STOPS[target]
    mine.set_mode("three" if stop.sentence is None else "single")
    mine.choose(None)
    if stop.sentence is not None:
        mine.write(stop.sentence, mine.FIRST[stop.sentence])  # a class may have changed it
    st.session_state["iceberg-tour-arrives"] = True


def draw(construer: Construes) -> None:
    """The card of the step, with the way back and on."""
    here = step()
    if here is None:
        return
    stop = STOPS[here]
    route = _route(construer)
    if here not in route:  # nothing dark to show: over it, in the direction of the walk
        target = next((n for n in route if n > here), route[-1])
        _go(target)
        st.rerun()
    at = route.index(here)
    context = _context(construer, stop)
    if st.session_state.pop("iceberg-tour-arrives", False):
        mine.choose(context["chosen"] or None)
    with st.container(key="ice-tour", gap=None):
        with st.container(key="ice-tour-line", horizontal=True, vertical_alignment="center", gap="small"):
            title = html.escape(_(stop.title).format(**context))
            st.html(f'<div class="ice-tour-head"><b>{title}</b><span>{at + 1} / {len(route)}</span></div>')
            back = route[at - 1] if at else None
            on = route[at + 1] if at + 1 < len(route) else None
            st.button(
                _("Back"),
                key="ice-tour-back",
                on_click=_go,
                args=(back,),
                disabled=back is None,
                shortcut="Left",
            )
            if on is not None:
                st.button(
                    _("Next"), key="ice-tour-on", on_click=_go, args=(on,), type="primary", shortcut="Right"
                )
            st.button(_("End"), key="ice-tour-end", on_click=_go, args=(None,), type="tertiary")
        st.html(body_html(stop, context))


def _route(construer: Construes) -> list[int]:
    """The steps that there is something to see at."""
    found = []
    for place, stop in enumerate(STOPS):
        if stop.focus == "dark" and stop.sentence is not None:
            berg = construer.iceberg(construer.construe(mine.FIRST[stop.sentence]))
            if not any(node.depth == DARK for node in berg.nodes):
                continue
        found.append(place)
    return found


def body_html(stop: Stop, context: Mapping[str, str]) -> str:
    """Look, ask, try: three columns."""
    parts = ((_("See"), stop.look), (_("Ask"), stop.ask), (_("Try"), stop.attempt))
    said = [(name, _(text).format(**context)) for name, text in parts]
    cells = "".join(f"<div><em>{html.escape(name)}</em>{html.escape(words)}</div>" for name, words in said)
    return f'<div class="ice-tour-body">{cells}</div>'


def _context(construer: Construes, stop: Stop) -> dict[str, str]:
    """What the texts have blanks for, taken from what the page computes."""
    texts = mine.sentences()
    filled = dict.fromkeys(("reading", "path", "edge", "dark", "comparison", "chosen"), "")
    filled["sentences"] = words.listed([quoted(text) for text in texts])
    if stop.sentence is None:
        bergs = [construer.iceberg(construer.construe(text, cut=mine.cut(text))) for text in texts]
        filled["comparison"] = words.comparison(bergs)
        return filled
    construal = construer.construe(texts[stop.sentence], cut=mine.cut(texts[stop.sentence]))
    berg = construer.iceberg(construal, around=AROUND_WIDE)
    return filled | _about(construal) | _focus(construer, berg, stop.focus)


def _about(construal: Construal) -> dict[str, str]:
    path = words.winning_path(construal)
    line = words.listed([words.step_line(step) for step in path.steps]) if path is not None else "–"
    best = construal.best
    if best is None or construal.abstained:
        return {"reading": words.verdict(construal).rstrip(".。"), "path": line}
    reading = _("{role} {value}, read as {gloss}").format(
        role=words.role_name(best.role), value=number(best.probability), gloss=quoted(words.said(best))
    )
    return {"reading": reading, "path": line}


def _focus(construer: Construes, berg: Iceberg, focus: str) -> dict[str, str]:
    """The edge or concept that the step is about, in words, and its id."""
    language = current()
    names = {node.id: node.label(language) for node in berg.nodes}
    dark = next((node for node in berg.nodes if node.depth == DARK), None)
    edge = heaviest(construer, berg) if focus == "lit" else None
    target = {"lit": edge, "dark": dark}.get(focus)
    return {
        "dark": quoted(names[dark.id]) if dark is not None else "–",
        "edge": f"{names[edge.source]} {edge.label(language)} {names[edge.target]}" if edge else "–",
        "chosen": target.id if target is not None else "",
    }


def heaviest(construer: Construes, berg: Iceberg) -> Edge | None:
    """The lit edge whose cut takes most from the reading; the one that is cut, where one is."""
    construal = berg.construal
    cut = [edge for edge in berg.edges if edge.cut]
    lit = [edge for edge in berg.edges if edge.step and edge.lit]
    if cut or not lit or construal.best is None:
        return cut[0] if cut else None
    role = construal.best.role

    def left(edge: Edge) -> float:
        after = construer.construe(construal.sentence, cut=construal.cut | {edge.step})
        return after.probabilities.get(role, 0.0)

    return min(lit, key=left)

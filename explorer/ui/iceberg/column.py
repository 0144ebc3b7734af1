"""Beside the iceberg: what the sentence is read as and on what, the bars of the roles, the cut."""

from __future__ import annotations

import html

import streamlit as st

from explorer.construal.readings import Construal, Reading
from explorer.i18n import _, current
from explorer.ui.iceberg import state as mine
from explorer.ui.iceberg import words
from explorer.ui.iceberg.scene import Bar, Scene, bars
from explorer.ui.tokens import number

SHOWN_FACTS = 6


def reading_card(scene: Scene) -> None:
    """The reading, large, in both languages; the facts it stands on."""
    now = scene.now
    with st.container(key="ice-reading", gap=None):
        st.html(reading_html(now))
        best = now.best
        if best is not None:
            st.html(grounds_html(now, best))


def reading_html(construal: Construal, *, small: bool = False) -> str:
    """The reading, or why there is none."""
    best = construal.best
    size = " small" if small else ""
    if best is None:
        head, line = _("Cannot construe"), words.verdict(construal)
        return f'<div class="ice-read{size}"><b>{html.escape(head)}</b><p>{html.escape(line)}</p></div>'
    if construal.abstained:
        line = words.verdict(construal)
        head = _("No verdict")
        return f'<div class="ice-read{size}"><b>{html.escape(head)}</b><p>{html.escape(line)}</p></div>'
    first, second = (best.zh, best.en) if current() == "zh" else (best.en, best.zh)
    read_as = html.escape(_("Read as"))
    label = "" if small else f"<small>{read_as}</small>"
    return (
        f'<div class="ice-read{size}">{label}<b>{html.escape(first)}</b> '
        f"<span>{html.escape(second)}</span></div>"
    )


def grounds_html(construal: Construal, best: Reading) -> str:
    """The facts of the strongest path, and how much the graph and the space say for this role, apart."""
    path = best.paths[0] if best.paths else None
    rows = []
    for step in path.steps[:SHOWN_FACTS] if path is not None else ():
        subject, relation, object_ = map(html.escape, words.step_words(step))
        rows.append(f"<li>{subject} <i>{relation}</i> {object_}</li>")
    if len(best.paths) > 1:
        more = _("and {count} more paths").format(count=len(best.paths) - 1)
        rows.append(f'<li class="more">{html.escape(more)}</li>')
    if not rows:
        nothing = _("no fact, only the space")
        rows.append(f'<li class="more">{html.escape(nothing)}</li>')
    on = html.escape(_("On"))
    lit = "" if construal.abstained else " lit"
    graph = _("Graph {value}").format(value=f"<b>{number(best.graph)}</b>")
    space = _("Space {value}").format(value=f"<b>{number(best.space)}</b>")
    return (
        f'<div class="ice-grounds"><span>{on}</span><ul>{"".join(rows)}</ul></div>'
        f'<div class="ice-chips"><span class="chip{lit}">{graph}</span><span class="chip">{space}</span></div>'
    )


def bars_card(scene: Scene) -> None:
    """How likely each role is, now and with or without the cut."""
    if scene.now.best is None:
        return
    with st.container(key="ice-bars", gap=None):
        title = html.escape(_("Roles of the object"))
        st.html(f'<div class="ice-title">{title}</div>' + bars_html(scene))


def bars_html(scene: Scene, most: int = 4) -> str:
    """A bar for each role; a tick marks the value it is compared with."""
    tried = scene.after is not None
    rows = "".join(_bar(bar, tried=tried) for bar in bars(scene, most))
    if not scene.changed:
        return f'<div class="ice-bars">{rows}</div>'
    ticks = _("line: after the cut") if tried else _("line: before the cut")
    kind, solid = "cut" if tried else "was", _("bar: now")
    return (
        f'<div class="ice-bars">{rows}</div><div class="ice-key"><span>{html.escape(solid)}</span>'
        f'<span class="{kind}">{html.escape(ticks)}</span></div>'
    )


def _bar(bar: Bar, *, tried: bool) -> str:
    now = round(100 * bar.value, 1)
    won = " won" if bar.won else ""
    if bar.other is None:
        tick, figures = "", f"<b>{number(bar.value)}</b>"
    else:
        kind = "cut" if tried else "was"
        tick = f'<div class="tick {kind}" style="left:{100 * bar.other:.1f}%"></div>'
        first, last = (bar.value, bar.other) if tried else (bar.other, bar.value)
        figures = (
            f'<b>{number(first)}</b><i>→</i><b class="cut">{number(last)}</b>'
            if tried
            else f"<span>{number(first)}</span><i>→</i><b>{number(last)}</b>"
        )
    name = html.escape(words.role_name(bar.role))
    return (
        f'<div class="row{won}"><span class="name">{name}</span><div class="track">'
        f'<div class="fill" style="width:{now}%"></div>{tick}</div><div class="figures">{figures}</div></div>'
    )


def cut_card(scene: Scene) -> None:
    """What happens when the chosen edge is cut; what is cut already, and how to put it back."""
    edge = scene.chosen_edge
    cut = mine.cut(scene.now.sentence)
    if edge is None or not edge.step:
        if cut:
            _cut_already(scene, len(cut))
        elif scene.now.best is not None:
            hint = _("Choose an edge under the water to try what happens without it.")
            st.html(f'<div class="si-mute ice-invite">{html.escape(hint)}</div>')
        return
    names = {node.id: node.label(current()) for node in (*scene.wide.nodes, *scene.narrow.nodes)}
    line = f"{names[edge.source]} — {edge.label(current())} → {names[edge.target]}"
    head = _("Cut: {edge}") if edge.cut else _("Trying the cut: {edge}")
    with st.container(key="ice-cut", gap="small"):
        without = _("It no longer counts.") if edge.cut else words.effect(scene.now, scene.then)
        source = (
            _("Source: {source}").format(source=scene.sources.get(edge.origin, edge.origin))
            if edge.origin
            else ""
        )
        st.html(
            f'<div class="ice-cut-head">{html.escape(head.format(edge=line))}</div><p>{html.escape(without)}</p>'
        )
        with st.container(key="ice-cut-actions", horizontal=True, vertical_alignment="center", gap="small"):
            if edge.cut:
                st.button(_("Put back"), key="ice-restore", on_click=mine.restore, args=(edge.step,))
            else:
                st.button(_("Cut"), key="ice-do-cut", on_click=mine.cut_step, args=(edge.step,))
                st.button(_("Keep"), key="ice-keep", on_click=mine.choose, args=(None,))
            if cut:
                st.button(_("Put all back"), key="ice-restore-all", on_click=mine.restore_all)
            st.html(f'<div class="si-mute">{html.escape(source)}</div>')


def _cut_already(scene: Scene, count: int) -> None:
    """A line on what is cut, and the way back."""
    with st.container(key="ice-cut", gap="small"):
        head = _("{count} facts cut").format(count=count) if count > 1 else _("One fact cut")
        said = words.effect(scene.whole, scene.now)
        st.html(f'<div class="ice-cut-head">{html.escape(head)}</div><p>{html.escape(said)}</p>')
        st.button(_("Put all back"), key="ice-restore-all", on_click=mine.restore_all)

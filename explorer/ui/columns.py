"""The neighbours of the query, a column for each modality: picture or player, text, similarity, and the why."""

from __future__ import annotations

import csv
import html
import io
import json

import streamlit as st

from explorer.i18n import _, current
from explorer.results import Hit, SearchResult, caption
from explorer.ui import media, state, states, style, tokens
from explorer.ui.tokens import plain
from explorer.workspace import Workspace

NEAR_ENOUGH = 0.10
"""A best neighbour less than this above a random item is called far."""
ORDER = ("text", "image", "audio")


def draw(workspace: Workspace, result: SearchResult) -> None:
    """All columns, then more and export."""
    found = sorted(result.results, key=lambda m: ORDER.index(m) if m in ORDER else len(ORDER))
    with st.container(key="neighbours"):
        columns = st.columns([1.2 if m == "audio" else 1 for m in found] or 1, gap="medium")
        for column, modality in zip(columns, found, strict=False):
            with column, st.container(key=f"column-{modality}", gap=None), states.guarded():
                _column(workspace, result, modality, result.results[modality])
    _below(result)
    chosen = state.chosen()
    style.mark_rows([_key(m, chosen) for m in found] if chosen else [])


def _below(result: SearchResult) -> None:
    with st.container(
        key="below", horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.button(_("5 more in each column"), on_click=state.more, key="more")
        states.note(_("Bars: cosine similarity. Red line: a random item. Click a row to ask with it."))
        with st.popover(_("Export"), icon=":material/download:", key="export"):
            st.download_button("JSON", _as_json(result), "neighbours.json", "application/json")
            st.download_button("CSV", _as_csv(result), "neighbours.csv", "text/csv")


def _column(workspace: Workspace, result: SearchResult, modality: str, hits: list[Hit]) -> None:
    count = workspace.counts().get(modality, 0)
    detail = _("{count}, with speech") if modality == "audio" else _("{count} items")
    title = tokens.modality_name(workspace.registry, modality)
    st.html(
        f'<div class="si-head"><i style="color:{tokens.colour(modality)}">{tokens.glyph(modality)}</i>'
        f"<b>{html.escape(title)}</b><span>{html.escape(detail.format(count=f'{count:,}'))}</span></div>"
    )
    if not hits:
        states.note(_("Nothing of this kind is in the workspace."))
        return
    chance = result.chance[modality]
    best = max(hits, key=lambda hit: hit.similarity)
    if best.similarity < chance + NEAR_ENOUGH:
        text = _("Nothing near enough. Nearest is {name} at {best}; a random item gives {chance}.").format(
            name=tokens.quoted(tokens.short(caption(best.item, current()))),
            best=tokens.number(best.similarity),
            chance=tokens.number(chance),
        )
        st.html(f'<div class="si-far">{html.escape(text)}</div>')
    for hit in hits:
        _hit(workspace, modality, hit, chance)


def _key(modality: str, item_id: str) -> str:
    return f"hit-{modality}-{item_id}"


def _hit(workspace: Workspace, modality: str, hit: Hit, chance: float) -> None:
    """One row: a click anywhere on it asks with it, the small sign opens its card."""
    language = current()
    key, name = _key(modality, hit.item.id), tokens.short(caption(hit.item, language))
    with st.container(key=key, gap=None):
        st.html(head_html(hit, language, media.picture_html(workspace, hit.item)))
        media.player(hit.item, hit.path, hit.at or 0.0)
        st.html(measure_html(hit, chance))
        st.button(
            plain(_("Ask with {name}").format(name=name)),
            key=f"ask-{key}",
            on_click=state.ask_item,
            args=(hit.item, language),
        )
        st.button(
            plain(_("Card of {name}").format(name=name)),
            key=f"card-{key}",
            on_click=state.choose,
            args=(hit.item.id,),
            type="tertiary",
            icon=":material/info:",
        )


def head_html(hit: Hit, language: str, image: str) -> str:
    """Picture and names of one neighbour, `image` being HTML; every word of the user's is escaped."""
    other = "en" if language == "zh" else "zh"
    second = hit.item.captions.get(other, "") if hit.item.text is None else ""
    speech = f'<i style="color:{tokens.colour("speech")}">▲</i> ' if hit.kind == "transcript" else ""
    return (
        f'<div class="si-row">{image}<div><div class="t">{speech}{html.escape(caption(hit.item, language))}</div>'
        f'<div class="u">{html.escape(second)}</div></div></div>'
    )


def measure_html(hit: Hit, chance: float) -> str:
    """How near one neighbour is, what a random item would give, and why it is here."""
    colour = tokens.colour("speech" if hit.kind == "transcript" else hit.item.modality)
    width, mark = (max(0, min(100, round(100 * v))) for v in (hit.similarity, chance))
    language = (hit.item.language or "") if hit.item.text is not None else ""
    why = why_line(hit)
    return (
        f'<div class="si-bar"><b>{tokens.number(hit.similarity)}</b><div class="track">'
        f'<div class="fill" style="width:{width}%;background:{colour}"></div>'
        f'<div class="chance" style="left:{mark}%"></div></div><span>{html.escape(language)}</span></div>'
        + (f'<div class="si-why">{html.escape(why)}</div>' if why else "")
    )


def why_line(hit: Hit) -> str:
    """Why it is here: labels, words heard and from which second; texts compare directly."""
    parts: list[str] = []
    if hit.kind == "transcript":
        parts.append(_("heard {words}").format(words=tokens.quoted(hit.why)))
    elif hit.kind == "label-bridge" and hit.why:
        parts.append(_("labels {labels}").format(labels=hit.why))
    if hit.at is not None and hit.at >= 0.05:
        parts.append(_("at {seconds} s").format(seconds=f"{hit.at:.1f}"))
    if hit.item.text is not None and not parts:
        parts.append(_("text, compared directly"))
    return " · ".join(parts)


def _as_json(result: SearchResult) -> str:
    return json.dumps(result.as_json(current()), ensure_ascii=False, indent=1)


def _as_csv(result: SearchResult) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["modality", "rank", "id", "caption", "similarity", "chance", "view", "why", "at"])
    for modality, hits in result.results.items():
        for rank, hit in enumerate(hits, start=1):
            row = hit.as_json(current())
            writer.writerow(
                [
                    modality,
                    rank,
                    row["id"],
                    row["caption"],
                    row["similarity"],
                    round(result.chance[modality], 6),
                    row["view"],
                    row["why"],
                    row["at"],
                ]
            )
    return buffer.getvalue()

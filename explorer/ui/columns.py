"""The neighbours of the query, a column for each modality: picture or player, text, similarity, and the why."""

from __future__ import annotations

import base64
import csv
import html
import io
import json

import streamlit as st

from explorer.i18n import _, current, localise
from explorer.results import Hit, SearchResult, caption
from explorer.ui import resources, state, states, tokens
from explorer.workspace import Workspace

NEAR_ENOUGH = 0.10
"""A best neighbour less than this above a random item is called far."""


def draw(workspace: Workspace, result: SearchResult) -> None:
    """All columns, then more and export."""
    with st.container(key="neighbours"):
        columns = st.columns(max(len(result.results), 1), gap="medium")
        for column, (modality, hits) in zip(columns, result.results.items(), strict=False):
            with column, states.guarded():
                _column(workspace, result, modality, hits)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.button(_("5 more in each column"), on_click=state.more, key="more")
        states.note(_("Bars are cosine similarity; the red line is a random item."))
        with st.popover(_("Export"), icon=":material/download:"):
            st.download_button("JSON", _as_json(result), "neighbours.json", "application/json")
            st.download_button("CSV", _as_csv(result), "neighbours.csv", "text/csv")
    for text in result.notes:
        states.note(text)


def _column(workspace: Workspace, result: SearchResult, modality: str, hits: list[Hit]) -> None:
    count = workspace.counts().get(modality, 0)
    title = (
        localise(workspace.registry.modalities[modality].title)
        if modality in workspace.registry.modalities
        else modality
    )
    detail = _("{count} items, with speech") if modality == "audio" else _("{count} items")
    st.html(
        f'<div class="si-head"><i style="color:{tokens.colour(modality)}">{tokens.GLYPHS.get(modality, "✚")}</i>'
        f"<b>{html.escape(title)}</b><span>{html.escape(detail.format(count=f'{count:,}'))}</span></div>"
    )
    if not hits:
        states.note(_("Nothing of this kind is in the workspace."))
        return
    chance = result.chance[modality]
    if max(hit.similarity for hit in hits) < chance + NEAR_ENOUGH:
        best = max(hits, key=lambda hit: hit.similarity)
        states.note(
            _("Nothing near enough. Nearest is “{name}” at {best}; a random item gives {chance}.").format(
                name=caption(best.item, current()),
                best=tokens.number(best.similarity),
                chance=tokens.number(chance),
            )
        )
    for hit in hits:
        _hit(workspace, modality, hit, chance)


def _hit(workspace: Workspace, modality: str, hit: Hit, chance: float) -> None:
    language = current()
    with st.container(key=f"hit-{modality}-{hit.item.id}", gap="small"):
        st.html(row_html(hit, language, chance, _picture(workspace, hit)))
        if modality == "audio" and hit.path is not None:
            st.audio(hit.path.read_bytes(), format=hit.item.media_type, start_time=hit.at or 0)
        with st.container(horizontal=True, gap="small"):
            st.button(
                _("Ask with it"),
                key=f"ask-{modality}-{hit.item.id}",
                on_click=state.ask_item,
                args=(hit.item, language),
                type="tertiary",
                icon=":material/near_me:",
            )
            st.button(
                _("Card"),
                key=f"card-{modality}-{hit.item.id}",
                on_click=state.choose,
                args=(hit.item.id,),
                type="tertiary",
                icon=":material/info:",
            )


def row_html(hit: Hit, language: str, chance: float, picture: bytes | None) -> str:
    """One neighbour; every word of the user's is escaped."""
    colour = tokens.colour("speech" if hit.kind == "transcript" else hit.item.modality)
    other = "en" if language == "zh" else "zh"
    second = hit.item.captions.get(other, "") if hit.item.text is None else ""
    image = (
        f'<img alt="" src="data:image/png;base64,{base64.b64encode(picture).decode()}">' if picture else ""
    )
    speech = "▲ " if hit.kind == "transcript" else ""
    at = f" · {_('at {seconds} s').format(seconds=f'{hit.at:.1f}')}" if hit.at is not None else ""
    width, mark = (max(0, min(100, round(100 * v))) for v in (hit.similarity, chance))
    return (
        f'<div class="si-row">{image}<div style="flex:1"><div class="t">'
        f'<span style="color:{colour}">{speech}</span>{html.escape(caption(hit.item, language))}</div>'
        f'<div class="u">{html.escape(second)}</div></div></div>'
        f'<div class="si-bar"><b>{tokens.number(hit.similarity)}</b><div class="track">'
        f'<div class="fill" style="width:{width}%;background:{colour}"></div>'
        f'<div class="chance" style="left:{mark}%"></div></div></div>'
        f'<div class="si-why">{html.escape(why_line(hit) + at)}</div>'
    )


def why_line(hit: Hit) -> str:
    """Why it is here: labels, words heard, or that texts compare directly."""
    if hit.kind == "transcript":
        return _("heard {words}").format(words=hit.why)
    if hit.kind == "label-bridge":
        return _("labels {labels}").format(labels=hit.why)
    return hit.item.language or ""


def _picture(workspace: Workspace, hit: Hit) -> bytes | None:
    if hit.item.modality != "image":
        return None
    return resources.thumbnail(workspace, workspace.name, hit.item.id)


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

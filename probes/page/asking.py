"""The bar: which rows, which encoders, with the iceberg or without; and Run."""

from __future__ import annotations

import html
from dataclasses import dataclass

import streamlit as st

import explorer.ui.kit as kit
from explorer import ExplorerError, InputError, load_registry, translate
from explorer.i18n import N_, localise
from probes.page import running, state
from probes.page.upload import Uploaded, checked
from probes.report.words import short_names
from probes.runner import SEED, Order
from probes.suites import suites

OWN = "own"
FIRST = "canteen-zh/test"
MOST = 8
"""Encoders in one run."""
LISTED = 40
"""Bad rows that are named."""
_PARTS = {"test": N_("test"), "development": N_("development"), "hard": N_("hard")}


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Rows of a suite."""

    key: str
    title: str
    rows: int


def sources() -> dict[str, Source]:
    """`SUITE/PART` → what it is called and how many rows it has; the first choice first."""
    found = {}
    for suite in suites():
        counts = suite.counts
        for part, rows in counts.items():
            title = localise(suite.title) or suite.name
            if len(counts) > 1:
                title += " · " + translate(_PARTS.get(part, part))
            key = f"{suite.name}/{part}"
            found[key] = Source(key=key, title=title, rows=rows)
    first = {FIRST: found[FIRST]} if FIRST in found else {}
    return first | found


def bar() -> None:
    """Rows, encoders, Run, and what is seldom needed."""
    known = sources()
    with st.container(
        key="probe-ask", horizontal=True, vertical_alignment="center", gap="small", width="content"
    ):
        choices = [*known, OWN]
        st.selectbox(
            translate("Rows"),
            choices,
            index=choices.index(state.first("source", choices[0], lambda key: key in choices)),
            key=state.PREFIX + "source",
            format_func=lambda key: _called(known, key),
            label_visibility="collapsed",
            on_change=state.changed,
            args=("source",),
            width=290,
        )
        _encoders()
        run_button("probe-run")
        _advanced()


def run_button(key: str) -> None:
    """Begins the run; says why it cannot."""
    why = _cannot()
    st.button(
        translate("Run"),
        key=key,
        type="primary",
        on_click=_run,
        disabled=bool(why),
        help=why or None,
    )


def own_rows() -> None:
    """The place to give rows of one's own, where those are chosen."""
    if _source() != OWN:
        return
    with st.container(key="probe-own", border=True, gap="small"):
        kit.note(
            translate(
                "A file of JSON lines, one row a line, at most 8 MB; its fields say which kind of probe asks it. "
                "A row to go on from: `explorer probe new contrast`"
            )
        )
        file = st.file_uploader(
            translate("Rows of your own"), key="probe-file", label_visibility="collapsed", max_upload_size=256
        )
        if file is None:
            return
        try:
            given = _checked(file.file_id, file.name, file.getvalue())
        except InputError as error:
            kit.refusal(error.message, error.next_step)
            return
        _told(given)


def _told(given: Uploaded) -> None:
    """What was found in the file; bad rows by line, and whether they may be left out."""
    probe = load_registry().probes.get(given.probe)
    kind = localise(probe.title) if probe is not None else given.probe
    kit.note(
        translate("{name}: {n} rows to ask, kind: {kind}.").format(name=given.name, n=given.good, kind=kind)
    )
    if not given.bad:
        return
    lines = "".join(
        "<li>"
        + html.escape(translate("line {line}: {reason}").format(line=bad.line, reason=bad.reason))
        + "</li>"
        for bad in given.bad[:LISTED]
    )
    more = len(given.bad) - LISTED
    rest = html.escape(translate("and {n} more").format(n=more))
    rest = f"<li>{rest}</li>" if more > 0 else ""
    head = html.escape(translate("{n} rows cannot be asked:").format(n=len(given.bad)))
    st.html(f'<div class="pb-bad" role="alert"><b>{head}</b><ul>{lines}{rest}</ul></div>')
    st.checkbox(
        translate("Leave these rows out"),
        value=state.first("skip-bad", False),
        key=state.PREFIX + "skip-bad",
        on_change=state.changed,
        args=("skip-bad",),
    )


def _checked(file_id: str, name: str, data: bytes) -> Uploaded:
    """Checked once a file and session."""
    known: tuple[str, Uploaded] | None = st.session_state.get("probe-uploaded")
    if known is None or known[0] != file_id:
        state.remember("skip-bad", False)
        st.session_state.pop(state.PREFIX + "skip-bad", None)
        st.session_state.pop("probe-uploaded", None)
        known = st.session_state["probe-uploaded"] = file_id, checked(name, data)
    return known[1]


def _uploaded() -> Uploaded | None:
    known: tuple[str, Uploaded] | None = st.session_state.get("probe-uploaded")
    return known[1] if known is not None and st.session_state.get("probe-file") is not None else None


def _source() -> str:
    return str(state.remembered("source", FIRST))


def _called(known: dict[str, Source], key: str) -> str:
    if key == OWN:
        return translate("Rows of your own…")
    return translate("{title} · {n} rows").format(title=known[key].title, n=known[key].rows)


def _chosen() -> list[str]:
    """The encoders that are chosen, in the order of the list."""
    names: list[str] = state.remembered("encoders", ["text-use"])
    return names


def _with_iceberg() -> bool:
    return bool(state.remembered("iceberg", True))


def _encoders() -> None:
    """A button that says what is chosen, and behind it the list."""
    chosen = _chosen()
    short = short_names(chosen)
    label = ", ".join(short[name] for name in chosen) or translate("No encoder")
    if _with_iceberg() and chosen:
        label += translate(" + iceberg")
    with st.popover(kit.plain(kit.short(label, 22)), key="probe-encoders-pop"):
        st.toggle(
            translate("With the iceberg"),
            value=state.first("iceberg", True),
            key=state.PREFIX + "iceberg",
            help=translate("Each encoder a second time, advised by the construal of the sentence."),
            on_change=state.changed,
            args=("iceberg",),
        )
        known = {each.name: each for each in kit.encoders_of("text")}
        names = [*known, *(name for name in state.remembered("added", []) if name not in known)]
        key = f"encoders-{state.remembered('turn', 0)}"
        help_ = "\n\n".join(
            f"**{kit.plain(each.name)}**: {kit.plain(each.lacking or each.title)}" for each in known.values()
        )
        st.multiselect(
            translate("Encoders"),
            names,
            default=state.first(key, chosen, lambda value: set(value) <= set(names)),
            key=state.PREFIX + key,
            format_func=lambda name: name if name in short or ":" not in name else short_names([name])[name],
            max_selections=MOST,
            placeholder=translate("Choose encoders"),
            help=help_,
            on_change=_chosen_anew,
            args=(key,),
        )
        lacking = [each for each in known.values() if each.lacking]
        for each in lacking:
            kit.note(f"{each.name}: {each.lacking}")
        st.text_input(
            translate("Another, by name"),
            key="probe-another",
            placeholder="sentence-transformers:NAME",
            help=translate(
                "A model of a hub or a folder, by `sentence-transformers:NAME`; press Enter to add it."
            ),
            on_change=_add,
        )
        wrong = st.session_state.get("probe-another-wrong")
        if wrong:
            kit.refusal(*wrong)


def _add() -> None:
    """Add the encoder that was typed."""
    name = " ".join(str(st.session_state.get("probe-another", "")).split())
    st.session_state.pop("probe-another-wrong", None)
    if not name:
        return
    try:
        encoder = load_registry().encoder(name)
        if "text" not in encoder.modalities:
            raise InputError(
                translate("Encoder {name} takes {takes}, not texts.").format(
                    name=name, takes=", ".join(encoder.modalities)
                )
            )
    except ExplorerError as error:
        st.session_state["probe-another-wrong"] = (error.message, error.next_step)
        return
    if ":" in name:
        state.remember("added", [*dict.fromkeys([*state.remembered("added", []), name])])
    state.remember("encoders", [*dict.fromkeys([*_chosen(), name])][:MOST])
    state.remember("turn", state.remembered("turn", 0) + 1)  # another widget, which begins with them
    st.session_state["probe-another"] = ""


def _chosen_anew(key: str) -> None:
    state.remember("encoders", list(st.session_state[state.PREFIX + key]))


def _advanced() -> None:
    with st.popover(translate("Advanced"), icon=":material/tune:", key="probe-more", help=translate("Seed")):
        st.number_input(
            translate("Seed of shuffling and resampling"),
            min_value=0,
            max_value=2**31 - 1,
            step=1,
            value=state.first("seed", SEED),
            key=state.PREFIX + "seed",
            on_change=state.changed,
            args=("seed",),
        )


def _cannot() -> str:
    """Why a run cannot begin; empty where it can."""
    if running.busy():
        return translate("A run is under way; the next one can begin after it.")
    if not _chosen():
        return translate("Choose an encoder.")
    if _source() == OWN:
        given = _uploaded()
        if given is None:
            return translate("Give a file of rows.")
        if not given.good:
            return translate("The file holds no row that can be asked.")
        if given.bad and not state.remembered("skip-bad", False):
            return translate("Bad rows: mend them, or tick that they be left out.")
    return ""


def _run() -> None:
    """Begin what is chosen."""
    if _cannot():
        return
    source = _source()
    order = Order(
        encoders=tuple(_chosen()),
        with_iceberg=_with_iceberg(),
        seed=int(state.remembered("seed", SEED)),
        skip_bad=True,
        offline=running.is_offline(),
    )
    if source == OWN:
        given = _uploaded()
        if given is not None:
            running.start(given.name, given, order)
        return
    running.start(sources()[source].title, source, order)

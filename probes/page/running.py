"""A run beside the page: one at a time, how far it is, how to stop it, what came of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

import explorer.ui.kit as kit
from explorer import Progress, translate
from probes import records
from probes.page import state
from probes.page.upload import Uploaded, as_file
from probes.report.words import named
from probes.runner import Order, replay, run_file
from probes.suites import find_rows

Tell = Callable[[Progress], None]


@dataclass
class Steps:
    """How far a run is: its conditions, and within one the texts that are embedded."""

    judge: str = ""
    condition: str = ""
    done: int = 0
    total: int = 0
    within: float = 0.0
    seconds_left: float | None = None

    def take(self, step: Progress) -> None:
        """A condition carries a note; whatever else is told happens within one."""
        if step.note or not self.condition:
            self.judge, self.condition = step.stage, step.note
            self.done, self.total, self.seconds_left = step.done, step.total, step.seconds_left
            self.within = 0.0
        else:
            self.within = step.done / step.total if step.total else 0.0

    def share(self) -> float | None:
        """From 0 to 1; None where nobody knows."""
        return min(1.0, (self.done + self.within) / self.total) if self.total else None

    def said(self) -> str:
        """In a line."""
        if not self.judge:
            return translate("Reading the rows and the encoders.")
        if not self.condition and not self.total:
            return f"{self.judge}…"
        if not self.condition:
            return translate("{stage}: {done} of {total}").format(
                stage=self.judge, done=f"{self.done:,}", total=f"{self.total:,}"
            )
        values = {
            "judge": self.judge,
            "condition": named(self.condition),
            "n": min(self.done + 1, self.total),
            "total": self.total,
        }
        if self.seconds_left is None:
            return translate("{judge}, {condition}: condition {n} of {total}.").format(**values)
        return translate("{judge}, {condition}: condition {n} of {total}, about {time} left.").format(
            **values, time=kit.duration(self.seconds_left)
        )


@dataclass
class Job:
    """A run or a replay that was begun."""

    title: str
    work: kit.Background
    replays: str = ""
    """The id of the run that is run again."""
    steps: Steps = field(default_factory=Steps)


@dataclass
class Outcome:
    """What there is to say after a job, beside the run itself."""

    kind: str
    """stopped, failed, same or differs"""
    message: str = ""
    next_step: str = ""
    differences: tuple[dict[str, Any], ...] = ()
    run: str = ""


@dataclass
class Desk:
    """Where the one job of this process lies: two at once would only wait for each other."""

    job: Job | None = None


@st.cache_resource(show_spinner=False)
def _desk() -> Desk:
    return Desk()


def current() -> Job | None:
    """The job that this visitor waits for: their own, or after a reload the one that goes on."""
    own: Job | None = st.session_state.get("probe-job")
    if own is None:
        going = _desk().job
        if going is not None and not going.work.done:
            own = st.session_state["probe-job"] = going
    return own


def busy() -> bool:
    """Whether a job goes on, whoever began it."""
    job = _desk().job
    return job is not None and not job.work.done


def start(title: str, source: str | Uploaded, order: Order) -> None:
    """Run the rows of a suite (`NAME/PART`) or of an uploaded file; the run is kept."""

    def job(tell: Tell) -> Any:
        if isinstance(source, str):
            kept = run_file(find_rows(source), order, tell)
        else:
            with as_file(source.name, source.data) as path:
                kept = run_file(path, order, tell)
        records.keep(kept)
        return kept["id"]

    _begin(title, job)


def again(record: dict[str, Any]) -> None:
    """Run a record's rows again, and compare."""

    def job(tell: Tell) -> Any:
        now = replay(record, tell, offline=is_offline())
        return records.differences(record, now, least=1e-6)

    _begin(translate("Replay of {run}").format(run=record["id"]), job, replays=record["id"])


def is_offline() -> bool:
    """Whether the explorer was started with `--offline`."""
    return bool(os.environ.get("EXPLORER_OFFLINE"))


def _begin(title: str, work: Callable[[Tell], Any], replays: str = "") -> None:
    if busy():
        return
    st.session_state.pop("probe-outcome", None)
    steps = Steps()

    def told(tell: Tell) -> Any:
        def both(step: Progress) -> None:
            steps.take(step)
            tell(step)

        return work(both)

    begun = kit.Background()
    job = Job(title=title, work=begun, replays=replays, steps=steps)
    _desk().job = st.session_state["probe-job"] = job
    kit.in_background("probe", told, begun)


def collect() -> None:
    """Take what a finished job has given: its run is shown, or what is to be said instead."""
    job = current()
    if job is None or not job.work.done:
        return
    del st.session_state["probe-job"]
    work = job.work
    outcome: Outcome | None = None
    if work.error and work.cancelled:
        outcome = Outcome("stopped")
    elif work.error:
        outcome = Outcome("failed", work.error, work.next_step)
    elif job.replays:
        differences = tuple(work.result)
        kind = "differs" if differences else "same"
        outcome = Outcome(kind, differences=differences, run=job.replays)
    else:
        state.remember("run", work.result)
    if outcome is not None:
        st.session_state["probe-outcome"] = outcome


def draw() -> None:
    """The job that goes on, or what came of the last one."""
    job = current()
    if job is not None:
        with st.container(key="probe-job"):
            _progress(job)
    outcome: Outcome | None = st.session_state.get("probe-outcome")
    if outcome is not None:
        with st.container(key="probe-outcome-place"):
            _tell(outcome)


@st.fragment(run_every=0.7)
@kit.spoken
def _progress(job: Job) -> None:
    if job.work.done:
        st.rerun()
    with st.container(key="probe-job-line", horizontal=True, vertical_alignment="center", gap="medium"):
        said = translate("Stopping.") if job.work.cancelled else job.steps.said()
        kit.waiting(f"{job.title} · {said}", job.steps.share())
        st.button(
            translate("Cancel"),
            key="probe-cancel",
            on_click=job.work.cancel,
            disabled=job.work.cancelled,
        )


def _tell(outcome: Outcome) -> None:
    if outcome.kind == "stopped":
        kit.note(translate("Stopped; nothing was kept."))
    elif outcome.kind == "failed":
        kit.refusal(translate("The run did not finish."), f"{outcome.message} {outcome.next_step}".strip())
    elif outcome.kind == "same":
        kit.note(translate("✓ Run again: the same numbers as run {run}.").format(run=outcome.run))
    else:
        kit.refusal(
            translate("Run again, {n} numbers are not the same.").format(n=len(outcome.differences)),
            "; ".join(f"{each['path']}: {each['a']} → {each['b']}" for each in outcome.differences[:8]),
        )

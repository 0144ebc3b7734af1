"""Ingest: idempotent, resumable, and one bad item never stops the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from fakes import Colours, Reader, Words, basics

from explorer import (
    Cancelled,
    Content,
    PluginError,
    Progress,
    RefusedContent,
    SourceItem,
    Workspace,
    i18n,
)
from explorer.assets import AssetStore
from explorer.encoding import EncoderPool
from explorer.ingest import CHUNK
from explorer.registry import build_registry
from store import FailureRecord

Open = Callable[..., Workspace]


@pytest.fixture
def open_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Open one and the same workspace with the given encoders."""
    monkeypatch.setenv("EXPLORER_CACHE", str(tmp_path / "cache"))
    i18n.activate("en")
    opened: list[Workspace] = []

    def open_with(*members: Any) -> Workspace:
        found = build_registry({"basics": basics(*members)})
        assert not found.plugins["basics"].reason
        pool = EncoderPool(found, AssetStore(tmp_path / "assets", offline=True), "cpu")
        opened.append(Workspace.open(tmp_path / "w", create=True, registry=found, pool=pool))
        return opened[-1]

    yield open_with
    for workspace in opened:
        workspace.close()
    i18n.activate(None)


def texts(*words: str) -> list[SourceItem]:
    return [SourceItem(text=word, name=f"{word}.txt", modality="text") for word in words]


def shade(number: int, name: str = "", **more: Any) -> SourceItem:
    return SourceItem(modality="shade", data=bytes([number]), name=name or f"{number}.shade", **more)


def counted(workspace: Workspace) -> dict[str, int]:
    """Whole-item vectors by encoder, those in the space."""
    return {key.encoder: count for key, count in workspace.store.vector_keys() if key.space}


class Picky(Words):
    """Cannot encode what begins with `bad`."""

    def encode_batch(self, contents: Sequence[Content]) -> Any:
        for content in contents:
            if content.data.startswith("bad"):
                raise ValueError(f"cannot stand {content.data}")
        return super().encode_batch(contents)


# -- again ---------------------------------------------------------------------------------------------


def test_a_second_run_adds_and_encodes_nothing(open_with: Open) -> None:
    encoder = Words()
    workspace = open_with(encoder, Colours())
    sources = [*texts(*(f"text {n}" for n in range(CHUNK + 5))), shade(7)]
    first = workspace.ingest(sources)
    assert (first.added, first.present, first.vectors) == (CHUNK + 6, 0, CHUNK + 6)
    batches = list(encoder.batches)
    second = workspace.ingest(reversed(sources))
    assert (second.added, second.present, second.vectors) == (0, CHUNK + 6, 0)
    assert encoder.batches == batches


def test_the_same_content_is_one_item_whatever_its_name(open_with: Open) -> None:
    workspace = open_with(Words(), Colours())
    report = workspace.ingest([shade(7, "a.shade"), shade(7, "b.shade"), *texts("x", "x")])
    assert (report.added, report.present) == (2, 2)
    assert [item.name for item in workspace.items()] == ["a.shade", "x.txt"]
    assert report.vectors == 2
    # the same bytes as another modality are another item
    assert workspace.ingest([SourceItem(text="\x07", modality="text")]).added == 1


@pytest.mark.parametrize("at_once", [True, False])
def test_captions_are_merged(open_with: Open, at_once: bool) -> None:
    workspace = open_with(Words(), Colours())
    if at_once:
        workspace.ingest(
            [
                shade(7, captions={"en": "dark"}),
                shade(7, captions={"en": "other", "zh": "暗"}, licence="ours"),
            ]
        )
    workspace.ingest([shade(7, captions={"en": "dark"})])
    workspace.ingest([shade(7, captions={"en": "other", "zh": "暗"}, licence="ours")])
    (item,) = workspace.items()
    assert (item.captions, item.licence) == ({"en": "dark", "zh": "暗"}, "")


def test_a_removed_item_can_come_back(open_with: Open) -> None:
    workspace = open_with(Words(), Colours())
    workspace.ingest([shade(7), shade(8)])
    first = workspace.items()[0]
    path = workspace.media_path(first)
    assert path is not None
    assert workspace.remove([first.id]) == 1
    assert (counted(workspace)["colours"], path.exists()) == (1, False)
    assert workspace.ingest([shade(7)]).vectors == 1
    assert path.read_bytes() == b"\x07"


def test_a_lost_file_is_put_back(open_with: Open) -> None:
    workspace = open_with(Words(), Colours())
    workspace.ingest([shade(7)])
    (item,) = workspace.items()
    path = workspace.media_path(item)
    assert path is not None
    path.unlink()
    with pytest.raises(RefusedContent, match=r"Cannot read 7\.shade: .*missing") as caught:
        workspace.content(item)
    assert "Ingest" in caught.value.next_step
    assert workspace.ingest([shade(7)]).present == 1
    assert workspace.content(item).data == 7


# -- one bad item --------------------------------------------------------------------------------------


def test_an_item_that_cannot_be_encoded_does_not_take_its_batch_along(open_with: Open) -> None:
    workspace = open_with(Picky())
    report = workspace.ingest(texts("a", "bad", "c", "bad too", "e"))
    assert (report.added, report.vectors) == (5, 3)
    assert [(f.source, f.stage, f.encoder) for f in report.refused] == [
        ("bad.txt", "encode", "words@1"),
        ("bad too.txt", "encode", "words@1"),
    ]
    assert "cannot stand bad" in report.refused[0].reason
    assert [f.item_id for f in workspace.failures()] == [i.id for i in workspace.items(contains="bad")]


def test_a_known_failure_is_not_tried_again_until_the_encoder_changes(open_with: Open) -> None:
    open_with(Picky()).ingest(texts("a", "bad"))
    encoder = Picky()
    workspace = open_with(encoder)
    assert workspace.ingest([]).refused == []
    assert encoder.batches == []
    better = Words()
    better.revision = "2"
    workspace = open_with(better)
    report = workspace.ingest([])
    assert (report.vectors, report.refused) == (2, [])
    assert workspace.failures() == []


def test_two_failures_of_one_name_are_both_remembered(open_with: Open) -> None:
    workspace = open_with(Picky())
    both = [SourceItem(text=f"bad {n}", name="same", modality="text") for n in range(2)]
    assert len(workspace.ingest(both).refused) == 2
    assert workspace.ingest(both).refused == []
    assert len(workspace.failures()) == 2


def test_a_mended_file_is_no_failure_any_more(open_with: Open) -> None:
    workspace = open_with(Words(), Colours())
    workspace.ingest([SourceItem(modality="shade", data=b"", name="a.shade")])
    assert [f.source for f in workspace.failures()] == ["a.shade"]
    workspace.ingest([shade(9, "a.shade")])
    assert workspace.failures() == []


UNREADABLE: dict[str, SourceItem | FailureRecord] = {
    "neither text nor file": SourceItem(name="nothing"),
    "no such file": SourceItem(path="/no/such/file.txt"),
    "unknown modality": SourceItem(text="x", modality="smell"),
    "reader raises": SourceItem(modality="shade", data=b"", name="empty.shade"),
    "half a character": SourceItem(text="a\ud800b", modality="text"),
    "half a character in a name": SourceItem(name="\udcff.shade", modality="shade", data=b""),
    "half a character in a caption": shade(3, captions={"en": "\udc00"}),
    "notes that are no JSON": shade(4, meta={"when": object()}),
    "notes that hold themselves": shade(5, meta=(lambda d: d.update(d=d) or d)({})),
    "a language that is none": shade(6, language={"a"}),
}


@pytest.mark.parametrize("case", list(UNREADABLE))
def test_what_cannot_be_read_is_recorded_and_the_rest_goes_on(open_with: Open, case: str) -> None:
    workspace = open_with(Words(), Colours())
    sources = [*texts("before"), UNREADABLE[case], shade(7)]
    for _twice in range(2):
        report = workspace.ingest(sources)
        assert len(report.refused) == 1
        assert [item.name for item in workspace.items()] == ["before.txt", "7.shade"]
        assert counted(workspace) == {"words": 1, "colours": 1}
        (failed,) = workspace.failures()
        assert (failed.stage, failed.reason) == ("read", report.refused[0].reason)


def test_a_damaged_stored_file_does_not_stop_a_new_encoder(open_with: Open) -> None:
    open_with(Words(), Colours()).ingest([shade(7), shade(8), shade(9)])
    brighter = Colours()
    brighter.revision = "2"
    workspace = open_with(Words(), brighter)
    path = workspace.media_path(workspace.items()[1])
    assert path is not None
    path.write_bytes(b"?")
    report = workspace.ingest([])
    assert [f.source for f in report.refused] == ["8.shade"]
    assert "damaged" in report.refused[0].reason
    assert report.vectors == 2


def test_a_search_says_what_a_new_revision_has_not_seen(open_with: Open) -> None:
    open_with(Words(), Colours()).ingest([shade(7), shade(8), SourceItem(text="snow")])
    brighter = Colours()
    brighter.revision = "2"
    workspace = open_with(Words(), brighter)
    (note,) = workspace.search("snow").notes
    assert "colours has not seen 2 items yet" in note
    assert "explorer ingest" in note
    workspace.ingest([])
    assert workspace.search("snow").notes == ()


# -- encoders that cannot be used ----------------------------------------------------------------------


def test_an_encoder_that_cannot_be_loaded_marks_no_item_as_failed(open_with: Open) -> None:
    """It is tried once, told once, and the next run makes up for it."""

    class Broken(Colours):
        tries = 0

        def load(self, *_: Any) -> None:
            type(self).tries += 1
            raise OSError("out of memory")

    workspace = open_with(Words(), Broken())
    report = workspace.ingest([*texts("a"), *(shade(n) for n in range(CHUNK + 3))])
    assert (report.added, report.vectors, report.refused) == (CHUNK + 4, 1, [])
    assert [note for note in report.notes if "out of memory" in note and "colours" in note] == report.notes
    assert len(report.notes) == Broken.tries == 1
    assert workspace.failures() == []
    assert open_with(Words(), Colours()).ingest([]).vectors == CHUNK + 3


@pytest.mark.parametrize("part", ["labels", "label_scores", "reference"])
def test_a_classifier_that_breaks_the_contract_stops_nothing_else(open_with: Open, part: str) -> None:
    def fails(*_: Any) -> Any:
        raise ZeroDivisionError("of the classifier")

    broken = Colours()
    broken.name = "broken"
    setattr(broken, part, fails)
    workspace = open_with(Words(), Colours(), broken)
    report = workspace.ingest([*texts("snow"), shade(250)])
    assert counted(workspace) == {"words": 1, "colours": 1}
    told = [*report.notes, *(f.reason for f in report.refused)]
    assert any("broken" in line and "of the classifier" in line for line in told)
    (hit,) = workspace.search("snow", to=["shade"]).results["shade"]
    assert hit.view == "colours"


def test_a_classifier_that_cannot_explain_itself_is_found_all_the_same(
    open_with: Open, caplog: pytest.LogCaptureFixture
) -> None:
    mute = Colours()
    mute.explain = lambda *_: 1 / 0  # type: ignore[method-assign]
    workspace = open_with(Words(), mute)
    workspace.ingest([shade(250)])
    (hit,) = workspace.search("snow", to=["shade"]).results["shade"]
    assert hit.why == ""
    assert "colours cannot explain its vectors: ZeroDivisionError" in caplog.text


def test_a_silent_clip_is_asked_once(open_with: Open) -> None:
    reader = Reader()
    asked: list[int] = []
    transcribe = reader.transcribe_batch
    reader.transcribe_batch = lambda c: (asked.append(len(c)), transcribe(c))[1]  # type: ignore
    workspace = open_with(Words(), reader)
    workspace.ingest([shade(0), shade(5)])
    assert counted(workspace) == {"reader": 1}
    again = open_with(Words(), reader)
    again.ingest([shade(0), shade(5)])
    assert asked == [2]
    assert {a.payload["text"] for a in workspace.store.annotations("reader", "transcript").values()} == {
        "",
        "shade 5",
    }


# -- stopping ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stop", [KeyboardInterrupt, Cancelled])
def test_stopping_keeps_what_is_in_and_the_next_run_goes_on(open_with: Open, stop: type) -> None:
    workspace = open_with(Words())
    sources = texts(*(f"text {n}" for n in range(3 * CHUNK)))
    seen: list[Progress] = []

    def progress(step: Progress) -> None:
        seen.append(step)
        if step.done >= 2 * CHUNK:
            raise stop("enough")

    report = workspace.ingest(sources, total=len(sources), progress=progress)
    assert (report.cancelled, report.added, report.vectors) == (True, 2 * CHUNK, 2 * CHUNK)
    assert (seen[0].done, seen[0].total, seen[0].seconds_left is not None) == (CHUNK, 3 * CHUNK, True)
    report = workspace.ingest(sources)
    assert (report.cancelled, report.added, report.present) == (False, CHUNK, 2 * CHUNK)


def test_an_encoder_that_stops_between_store_and_vectors(open_with: Open) -> None:
    """What a kill leaves: items without vectors. The next run finishes them."""

    class Stops(Words):
        def encode_batch(self, contents: Sequence[Content]) -> Any:
            raise KeyboardInterrupt

    report = open_with(Stops()).ingest(texts("a", "b"))
    assert (report.cancelled, report.added, report.vectors) == (True, 2, 0)
    report = open_with(Words()).ingest(texts("a", "b"))
    assert (report.present, report.vectors) == (2, 2)


def test_a_source_that_raises_says_so(open_with: Open) -> None:
    def sources() -> Iterator[SourceItem]:
        yield from texts("a")
        raise PluginError("demo", "Collection demo failed.")

    with pytest.raises(PluginError):
        open_with(Words()).ingest(sources())


def test_a_query_with_half_a_character_is_answered(open_with: Open) -> None:
    """A terminal hands over bytes that are no UTF-8 as lone surrogates."""
    workspace = open_with(Words())
    workspace.ingest(texts("a dog"))
    assert len(workspace.search("a dog\udcff").results["text"]) == 1

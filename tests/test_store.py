"""The store: items, vectors and notes of a workspace, through its one public class."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import WHEN, item, key, vector_of
from hypothesis import given
from hypothesis import strategies as st

from store import AnnotationRecord, FailureRecord, Store, VectorKey, VectorRow, key_digest


@pytest.fixture
def store(tmp_path: Path) -> Store:
    with Store.open(tmp_path / "w", create=True) as opened:
        yield opened


def row(number: int, segment: int = -1, **times: float) -> VectorRow:
    return VectorRow(
        item_id=item(number).id, vector=vector_of(f"{number} {segment}", 3), segment=segment, **times
    )


def note(number: int, **changes: object) -> AnnotationRecord:
    values = {"item_id": item(number).id, "encoder": "ear", "revision": "1", "kind": "transcript"}
    return AnnotationRecord(**(values | {"payload": {"text": "吃饭"}} | changes))


def failure(source: str = "a.png", **changes: object) -> FailureRecord:
    return FailureRecord(**({"source": source, "reason": "broken", "stage": "read", "when": WHEN} | changes))


# -- items ---------------------------------------------------------------------------------------------


def test_an_item_comes_back_as_it_went_in(store: Store) -> None:
    record = item(
        1,
        text="吃食堂\n'; DROP TABLE items; --",
        language=None,
        captions={"zh": "食堂", "en": "canteen"},
        meta={"topic": {"zh": "饮食"}, "n": [1, 2.5, None]},
    )
    assert store.add_items([record]) == 1
    assert store.get_items([record.id]) == {record.id: record}


def test_adding_twice_adds_once(store: Store) -> None:
    records = [item(n) for n in range(3)]
    assert store.add_items(records) == 3
    assert store.add_items([*records, *records]) == 0
    assert store.add_items([item(9), item(9)]) == 1
    assert [record.id for record in store.list_items()] == [item(n).id for n in (0, 1, 2, 9)]


def test_a_known_item_only_gains_missing_captions(store: Store) -> None:
    store.add_items([item(1, captions={"zh": "狗"}, licence="CC0")])
    again = item(1, captions={"zh": "猫", "en": "dog"}, licence="other", name="other")
    assert store.add_items([again]) == 0
    kept = store.get_items([item(1).id])[item(1).id]
    assert kept == item(1, captions={"zh": "狗", "en": "dog"}, licence="CC0")


def test_items_come_in_the_order_asked_and_unknown_ones_are_left_out(store: Store) -> None:
    many = [item(n) for n in range(1200)]  # more than one SQL statement takes
    store.add_items(many)
    ids = [record.id for record in reversed(many)]
    assert list(store.get_items([*ids, "unknown"])) == ids


def test_find_item_by_the_beginning_of_its_id(store: Store) -> None:
    store.add_items([item(1, id="abc1"), item(2, id="abc2"), item(3, id="b%_3")])
    assert [found.id for found in store.find_item("abc")] == ["abc1", "abc2"]
    assert [found.id for found in store.find_item("abc2")] == ["abc2"]
    assert [found.id for found in store.find_item("b%")] == ["b%_3"]
    assert store.find_item("%") == store.find_item("_") == []


def test_listing_filters(store: Store) -> None:
    store.add_items(
        [
            item(1, text="100 % sure"),
            item(2, text="snake_case", language="zh"),
            item(3, text=None, name="a.png", modality="image", captions={"zh": "红色的狗"}),
            item(4, text="100 dogs"),
        ]
    )

    def found(**filters: object) -> list[int]:
        return [int(record.id, 16) for record in store.list_items(**filters)]

    assert found() == [1, 2, 3, 4]
    assert found(modality="image") == [3]
    assert found(language="zh") == [2]
    assert found(modality="text", language="en") == [1, 4]
    assert found(contains="%") == [1]
    assert found(contains="_") == [2]
    assert found(contains="\\") == []
    assert found(contains="0 %") == [1]
    assert found(contains="红色") == [3]  # captions
    assert found(contains="a.png") == [3]  # names
    assert found(limit=2, offset=1) == [2, 3]
    assert found(offset=3) == [4]
    assert found(limit=0) == []
    assert store.counts() == {"text": 3, "image": 1}


def test_deleting_takes_everything_of_an_item_along(store: Store) -> None:
    picture = b"picture"
    digest = store.blobs.put(picture)
    store.add_items([item(1, text=None, digest=digest), item(2)])
    store.put_vectors(key(), [row(1), row(1, 0, start=0.0, end=3.0), row(2)])
    store.put_annotations([note(1), note(2)])
    store.record_failures([failure(encoder="e@1", item_id=item(1).id), failure("other")])
    assert store.delete_items([item(1).id, "unknown"]) == 1
    assert list(store.get_items([item(1).id, item(2).id])) == [item(2).id]
    assert store.load_vectors(key()).item_ids == [item(2).id]
    assert list(store.annotations("ear", "transcript")) == [item(2).id]
    assert [f.source for f in store.failures()] == ["other"]
    assert not store.blobs.path(digest).exists()


def test_a_shared_blob_stays_until_its_last_item_goes(store: Store) -> None:
    digest = store.blobs.put(b"shared")
    store.add_items([item(n, text=None, digest=digest, modality=f"m{n}") for n in (1, 2)])
    store.delete_items([item(1).id])
    assert store.blobs.read(digest) == b"shared"
    store.delete_items([item(2).id])
    assert not store.blobs.path(digest).exists()


# -- vectors -------------------------------------------------------------------------------------------


def test_vectors_round_trip_with_segments(store: Store) -> None:
    store.add_items([item(2), item(1)])
    rows = [row(1), row(2), row(2, 1, start=1.5, end=4.5), row(2, 0, start=0.0, end=3.0)]
    store.put_vectors(key(), rows)
    kept = store.load_vectors(key())
    assert kept.item_ids == [item(2).id] * 3 + [item(1).id]  # as the items came, then by segment
    assert kept.segments.tolist() == [-1, 0, 1, -1]
    assert kept.matrix.dtype == np.float32
    np.testing.assert_array_equal(kept.matrix, np.stack([rows[n].vector for n in (1, 3, 2, 0)]))
    np.testing.assert_array_equal(kept.starts, [np.nan, 0, 1.5, np.nan])
    np.testing.assert_array_equal(kept.ends, [np.nan, 3, 4.5, np.nan])
    whole = store.get_vectors(key(), [item(1).id, item(2).id, "unknown"])
    np.testing.assert_array_equal(whole[item(2).id], rows[1].vector)
    assert set(whole) == {item(1).id, item(2).id}


def test_a_vector_is_replaced_not_doubled(store: Store) -> None:
    store.add_items([item(1)])
    store.put_vectors(key(), [row(1)])
    store.put_vectors(key(), [replace(row(1), vector=np.ones(3, np.float32))])
    assert store.load_vectors(key()).matrix.tolist() == [[1, 1, 1]]


def test_keys_are_apart(store: Store) -> None:
    store.add_items([item(1)])
    store.put_vectors(key(), [row(1)])
    other = key(revision="2", dim=2)
    assert store.load_vectors(other).matrix.shape == (0, 2)
    store.put_vectors(other, [replace(row(1), vector=np.zeros(2, np.float32))])
    assert store.load_vectors(key()).matrix.shape == (1, 3)
    assert dict(store.vector_keys()) == {key(): 1, other: 1}
    store.drop_vectors(other)
    assert dict(store.vector_keys()) == {key(): 1}
    assert len(store.load_vectors(other).item_ids) == 0
    assert len(store.load_vectors(key()).item_ids) == 1


def test_vectors_of_one_modality(store: Store) -> None:
    store.add_items([item(1), item(2, modality="image")])
    store.put_vectors(key(), [row(1), row(2)])
    assert store.load_vectors(key(), modality="image").item_ids == [item(2).id]


def test_a_vector_of_another_dimension_is_refused_and_none_of_its_batch_kept(store: Store) -> None:
    store.add_items([item(1), item(2)])
    with pytest.raises(ValueError, match=rf"{item(2).id}.*\(4,\).*\(3,\)"):
        store.put_vectors(key(), [row(1), replace(row(2), vector=np.zeros(4, np.float32))])
    assert store.load_vectors(key()).item_ids == []


def test_a_vector_of_a_deleted_item_is_left_out(store: Store) -> None:
    store.add_items([item(1)])
    store.put_vectors(key(), [row(1), row(2)])
    store.put_annotations([note(1), note(2)])
    store.record_failures([failure(item_id=item(2).id)])
    assert store.load_vectors(key()).item_ids == [item(1).id]
    assert list(store.annotations("ear", "transcript")) == [item(1).id]
    assert store.failures() == []


def test_missing_vectors(store: Store) -> None:
    store.add_items([item(1), item(2), item(3), item(4, modality="image")])
    store.put_vectors(key(), [row(2), row(3, 0, start=0.0, end=1.0)])  # a segment alone is not the whole item
    ids = [item(n).id for n in range(5)]
    assert store.missing_vectors(key(), ["text"]) == [ids[1], ids[3]]
    assert store.missing_vectors(key(), ["text", "image"]) == [ids[1], ids[3], ids[4]]
    assert store.missing_vectors(key(revision="2"), ["text"]) == ids[1:4]
    store.record_failures([failure(encoder="fake@1", stage="encode", item_id=ids[1])])
    assert store.missing_vectors(key(), ["text"]) == [ids[3]]
    assert store.missing_vectors(key(revision="2"), ["text"]) == ids[1:4]  # another revision tries again


# -- the small tables ----------------------------------------------------------------------------------


def test_annotations_replace_those_of_the_same_item_encoder_and_kind(store: Store) -> None:
    store.add_items([item(1), item(2)])
    store.put_annotations([note(1), note(2), note(1, kind="ocr"), note(1, encoder="eye")])
    store.put_annotations([note(1, revision="2", payload={"text": "", "segments": [[0.0, 1.0, "饭"]]})])
    kept = store.annotations("ear", "transcript")
    assert kept[item(1).id] == note(1, revision="2", payload={"text": "", "segments": [[0.0, 1.0, "饭"]]})
    assert kept[item(2).id] == note(2)
    assert list(store.annotations("ear", "transcript", [item(2).id])) == [item(2).id]
    assert store.annotations("ear", "transcript", []) == {}


def test_failures(store: Store) -> None:
    store.add_items([item(1), item(2)])
    same_name = [failure("x.wav", encoder="ear@1", stage="encode", item_id=item(n).id) for n in (1, 2)]
    store.record_failures([failure(), *same_name])
    store.record_failures([failure(reason="still broken")])
    assert [(f.source, f.reason) for f in store.failures()] == [
        ("a.png", "still broken"),
        ("x.wav", "broken"),
        ("x.wav", "broken"),
    ]
    assert store.failures()[1] == same_name[0]
    store.clear_failures("x.wav")
    assert [f.source for f in store.failures()] == ["a.png"]
    store.clear_failures()
    assert store.failures() == []


def test_what_works_at_last_is_no_failure_any_more(store: Store) -> None:
    store.add_items([item(1)])
    failed = [
        failure(encoder=e, stage="encode", item_id=item(1).id) for e in ("fake@0", "fake-too@1", "ear@1")
    ]
    store.record_failures([failure("item 2"), failure("item 3"), *failed])
    store.add_items([item(2)])  # named "item 2": it was broken, and has been mended
    assert [f.source for f in store.failures()] == ["item 3", "a.png", "a.png", "a.png"]
    store.put_vectors(key(), [row(1)])
    assert [f.encoder for f in store.failures()] == [None, "fake-too@1", "ear@1"]
    store.put_annotations([note(1)])
    assert [f.encoder for f in store.failures()] == [None, "fake-too@1"]


def test_projections(store: Store) -> None:
    assert store.get_projection("a") is None
    coords = np.array([[1.5, -2], [0, 3]], np.float32)
    store.put_projection("a", ["x", "y"], coords, {"seed": 7, "trustworthiness": None})
    ids, kept, meta = store.get_projection("a") or ([], np.zeros(0), {})
    assert (ids, kept.tolist(), meta) == (["x", "y"], coords.tolist(), {"seed": 7, "trustworthiness": None})
    store.put_projection("a", ["x"], coords[:1], {})
    assert (store.get_projection("a") or [[]])[0] == ["x"]


def test_kept_values(store: Store) -> None:
    assert store.get_meta("topic") is None
    store.set_meta("topic", "动物")
    store.set_meta("topic", "饮食")
    assert store.get_meta("topic") == "饮食"
    store.set_meta("generation", "a value of the same name as the counter's")
    assert store.generation() == 0


def test_the_generation_grows_with_every_change_and_is_seen_by_others(store: Store) -> None:
    seen = [store.generation()]
    with Store.open(store.folder) as other:
        for change in (
            lambda: other.add_items([item(1)]),
            lambda: other.put_vectors(key(), [row(1)]),
            lambda: other.drop_vectors(key()),
            lambda: other.delete_items([item(1).id]),
        ):
            change()
            seen.append(store.generation())
    assert seen == sorted(set(seen))


def test_a_failed_write_changes_nothing(store: Store) -> None:
    before = store.generation()
    with pytest.raises(Exception, match="type 'object' is not supported"):
        store.add_items([item(1), item(2, language=object())])
    assert (store.list_items(), store.generation()) == ([], before)


# -- several writers -----------------------------------------------------------------------------------


def test_writers_take_turns(store: Store) -> None:
    """Eight threads add, encode and delete over three stores of one folder: nothing is lost, none fails."""
    errors: list[BaseException] = []

    def work(which: int, opened: Store) -> None:
        try:
            for n in range(15):
                shared, mine = item(1000 + n), item(which * 100 + n)
                opened.add_items([shared, mine], [f"{which} {n}".encode()])
                opened.put_vectors(key(), [row(1000 + n), row(which * 100 + n)])
                opened.delete_items([shared.id])
        except BaseException as error:
            errors.append(error)

    with Store.open(store.folder) as second, Store.open(store.folder) as third:
        stores = [store, second, third]
        threads = [threading.Thread(target=work, args=(n, stores[n % 3])) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert errors == []
    own = {item(which * 100 + n).id for which in range(8) for n in range(15)}
    assert own == {record.id for record in store.list_items()}
    assert own == set(store.load_vectors(key()).item_ids)
    assert store.generation() == 8 * 15 * 3


def test_captions_from_two_writers_are_both_kept(store: Store) -> None:
    store.add_items([item(1)])
    languages = [f"l{n}" for n in range(20)]
    writers = [
        threading.Thread(target=store.add_items, args=([item(1, captions={language: language})],))
        for language in languages
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert set(store.get_items([item(1).id])[item(1).id].captions) == set(languages)


# -- keys ----------------------------------------------------------------------------------------------

PARTS = ("encoder", "revision", "space", "role", "preprocessing", "parameters")


@given(
    st.fixed_dictionaries({part: st.text(max_size=6) for part in PARTS}), st.sampled_from(PARTS), st.text()
)
def test_each_part_alone_gives_another_key(parts: dict[str, str], part: str, other: str) -> None:
    changed = parts | {part: other}
    assert (key_digest(**parts) == key_digest(**changed)) == (parts == changed)


@given(
    st.lists(st.text(max_size=3), min_size=6, max_size=6),
    st.lists(st.text(max_size=3), min_size=6, max_size=6),
)
def test_no_two_conditions_share_a_key(one: list[str], other: list[str]) -> None:
    """Not even where the parts joined together are the same: "ab" + "c" and "a" + "bc"."""
    digests = [key_digest(**dict(zip(PARTS, values, strict=True))) for values in (one, other)]
    assert (digests[0] == digests[1]) == (one == other)


def test_every_condition_of_a_vector_is_in_its_key() -> None:
    base = VectorKey(encoder="e", revision="1", dim=3)
    for part in PARTS:
        assert replace(base, **{part: "other"}).digest != base.digest, part
    assert base.digest == "28938753c5c699a4b8744d72a8e3149a", "a new way to make keys needs a new KEY_VERSION"

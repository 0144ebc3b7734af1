"""Neighbours: exact, per modality, in the space itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fakes import Colours, Reader, Words, basics, item, vector_of

from explorer.assets import AssetStore
from explorer.encoding import EncoderPool
from explorer.neighbours import Neighbours, own_key, space_key
from explorer.registry import build_registry
from explorer.spaces import Space
from store import Store, VectorRow

COUNT, DIM = 300, 8


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "w", create=True) as opened:
        yield opened


@pytest.fixture
def space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Space:
    """Words is native; shades come in by their colour and by what is read from them."""
    monkeypatch.setenv("EXPLORER_CACHE", str(tmp_path / "cache"))
    registry = build_registry({"basics": basics(Words(), Colours(), Reader())})
    return Space(registry.space("default"), EncoderPool(registry, AssetStore(tmp_path, offline=True), "cpu"))


def put(store: Store, space: Space, member: str, rows: list[VectorRow], modality: str) -> None:
    store.add_items([item(int(row.item_id, 16), modality=modality) for row in rows])
    store.put_vectors(space_key(space, space.members[member]), rows)


def whole(number: int, vector: np.ndarray | None = None) -> VectorRow:
    return VectorRow(
        item_id=item(number).id, vector=vector_of(str(number), DIM) if vector is None else vector
    )


def stretch(number: int, segment: int, start: float, vector: np.ndarray) -> VectorRow:
    return VectorRow(item_id=item(number).id, vector=vector, segment=segment, start=start, end=start + 3.0)


def axis(*values: float) -> np.ndarray:
    """A unit vector whose first components are `values`."""
    vector = np.zeros(DIM, np.float32)
    vector[: len(values)] = values
    vector[-1] = np.sqrt(1 - (vector**2).sum())
    return vector


@pytest.fixture
def filled(store: Store, space: Space) -> Neighbours:
    put(store, space, "words", [whole(n) for n in range(COUNT)], "text")
    return Neighbours(store, space)


# -- exact ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("k", [1, 7, COUNT, COUNT + 5])
def test_the_same_as_looking_at_all_of_them(filled: Neighbours, k: int) -> None:
    matrix = np.stack([vector_of(str(n), DIM) for n in range(COUNT)])
    for query in ("one", "two", "three"):
        vector = vector_of(query, DIM)
        found = filled.search(vector, "text", k=k)
        best = np.argsort(-(matrix @ vector))[:k]
        assert [int(n.item_id, 16) for n in found] == best.tolist()
        np.testing.assert_allclose([n.similarity for n in found], (matrix @ vector)[best], atol=1e-6)
        assert all(n.at is None and n.member.name == "words" for n in found)


def test_an_item_is_nearest_to_itself_unless_it_is_left_out(filled: Neighbours) -> None:
    mine = item(17).id
    first, second = filled.search(vector_of("17", DIM), "text", k=2)
    assert (first.item_id, round(first.similarity, 5)) == (mine, 1)
    (found,) = filled.search(vector_of("17", DIM), "text", k=1, exclude=[mine])
    assert found == second


def test_among(filled: Neighbours) -> None:
    wanted = [item(n).id for n in (3, 5, 8)]
    found = filled.search(vector_of("x", DIM), "text", k=10, among=wanted)
    assert {n.item_id for n in found} == set(wanted)
    scores = [n.score for n in found]
    assert scores == sorted(scores, reverse=True)
    found = filled.search(vector_of("x", DIM), "text", k=10, among=wanted, exclude=wanted[:1])
    assert {n.item_id for n in found} == set(wanted[1:])
    assert filled.search(vector_of("x", DIM), "text", k=10, among=[]) == []


def test_chance_is_the_mean_over_all_items(filled: Neighbours) -> None:
    matrix = np.stack([vector_of(str(n), DIM) for n in range(COUNT)])
    vector = vector_of("x", DIM)
    assert filled.chance(vector, "text") == pytest.approx(float((matrix @ vector).mean()), abs=1e-6)
    assert filled.chance(vector, "shade") == 0
    assert filled.search(vector, "shade", k=3) == []


def test_what_changes_in_the_store_is_seen(filled: Neighbours, store: Store, space: Space) -> None:
    vector = vector_of("new", DIM)
    before = filled.search(vector, "text", k=1)[0]
    put(store, space, "words", [whole(999, vector)], "text")
    assert filled.search(vector, "text", k=1)[0].item_id == item(999).id
    store.delete_items([item(999).id])
    assert filled.search(vector, "text", k=1)[0] == before


# -- several ways in -----------------------------------------------------------------------------------


def test_the_best_stretch_of_a_long_item_counts_and_says_where(store: Store, space: Space) -> None:
    rows = [
        whole(1, axis(0.5)),
        stretch(1, 0, 0.0, axis(0.1)),
        stretch(1, 1, 1.5, axis(0.9)),
        stretch(1, 2, 3.0, axis(0.3)),
        whole(2, axis(0.8)),
        whole(3, axis(0.7)),
        stretch(3, 0, 0.0, axis(0.2)),
        stretch(3, 1, 1.5, axis(0.6)),
    ]
    put(store, space, "colours", rows, "shade")
    found = Neighbours(store, space).search(axis(1.0), "shade", k=5)
    told = [(int(n.item_id, 16), round(n.similarity, 3), n.at) for n in found]
    # item 3 is nearest as a whole; `at` is still where in it to listen
    assert told == [(1, 0.9, 1.5), (2, 0.8, None), (3, 0.7, 1.5)]


def test_an_item_with_two_views_is_found_once_by_the_better_one(store: Store, space: Space) -> None:
    put(store, space, "colours", [whole(1, axis(0.2)), whole(2, axis(0.6))], "shade")
    put(store, space, "reader", [whole(1, axis(0.9)), whole(2, axis(0.1))], "shade")
    neighbours = Neighbours(store, space)
    found = neighbours.search(axis(1.0), "shade", k=5)
    assert [(int(n.item_id, 16), n.member.name) for n in found] == [(1, "reader"), (2, "colours")]
    similar = neighbours.similarities(axis(1.0), "shade")
    assert {int(i, 16): round(s, 3) for i, s in similar.items()} == {1: 0.9, 2: 0.6}
    ids, matrix, members = neighbours.vectors("shade")  # words before colour
    assert [int(i, 16) for i in ids] == [1, 2]
    assert members == ["reader", "reader"]
    np.testing.assert_array_equal(matrix, np.stack([axis(0.9), axis(0.1)]))


def test_views_are_compared_by_calibrated_score(
    store: Store, space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A typical match of one member is worth a typical match of another, whatever their cosines."""
    from explorer.alignment.fitting import Calibration

    levels = {"reader": Calibration(match=0.9, chance=0.5), "colours": Calibration(match=0.3, chance=0.0)}
    monkeypatch.setattr(space, "calibration", levels.__getitem__)
    put(store, space, "colours", [whole(1, axis(0.3))], "shade")
    put(store, space, "reader", [whole(1, axis(0.6)), whole(2, axis(0.7))], "shade")
    found = Neighbours(store, space).search(axis(1.0), "shade", k=2)
    assert [(int(n.item_id, 16), n.member.name, round(n.score, 3)) for n in found] == [
        (1, "colours", 1.0),
        (2, "reader", 0.5),
    ]


def test_keys_keep_spaces_revisions_and_alignments_apart(space: Space) -> None:
    keys = {space_key(space, member).digest for member in space.members.values()}
    keys |= {own_key(space, space.members[name]).digest for name in ("words", "colours")}
    assert len(keys) == 5

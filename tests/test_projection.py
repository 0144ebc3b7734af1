"""Maps: deterministic, kept by content, honest about how far to trust them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import Words, basics, plugin

from explorer import InputError, PluginError, Projector, SourceItem, Workspace
from explorer.assets import AssetStore
from explorer.encoding import EncoderPool
from explorer.projection import pca, place, trust_figures, without_gap
from explorer.registry import build_registry


def unit_rows(count: int, dim: int, seed: int = 3) -> np.ndarray:
    rows = np.random.default_rng(seed).standard_normal((count, dim)).astype(np.float32)
    rows *= np.linspace(3, 0.1, dim, dtype=np.float32)  # clear main axes
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


class Counting(Projector):
    """PCA turned by the seed; counts how often it is asked."""

    name = "counting"
    revision = "1"

    def __init__(self) -> None:
        self.calls = 0

    def fit(self, vectors: np.ndarray, seed: int) -> np.ndarray:
        self.calls += 1
        return pca(vectors) + np.float32(seed)


@pytest.fixture
def projector() -> Counting:
    return Counting()


@pytest.fixture
def workspace(tmp_path: Path, projector: Counting) -> Iterator[Workspace]:
    registry = build_registry({"basics": basics(Words()), "more": plugin(projectors=[projector])})
    pool = EncoderPool(registry, AssetStore(tmp_path, offline=True), "cpu")
    with Workspace.open(tmp_path / "w", create=True, registry=registry, pool=pool) as opened:
        yield opened


def fill(workspace: Workspace, first: int, last: int) -> None:
    workspace.ingest([SourceItem(text=f"text {n}") for n in range(first, last)])


# -- PCA -----------------------------------------------------------------------------------------------


def test_pca_is_the_one_of_linear_algebra() -> None:
    rows = unit_rows(60, 12)
    centred = rows - rows.mean(axis=0)
    _u, _s, axes = np.linalg.svd(centred, full_matrices=False)
    found = pca(rows)
    assert (found.shape, found.dtype) == ((60, 2), np.float32)
    np.testing.assert_allclose(np.abs(found), np.abs(centred @ axes[:2].T), atol=1e-4)
    assert found[:, 0].var() >= found[:, 1].var()


def test_pca_repeats_and_its_signs_are_fixed() -> None:
    rows = unit_rows(60, 12)
    np.testing.assert_array_equal(pca(rows), pca(rows.copy()))
    order = np.random.default_rng(1).permutation(60)
    np.testing.assert_allclose(pca(rows[order]), pca(rows)[order], atol=1e-4)  # not mirrored by the order


# -- kept ----------------------------------------------------------------------------------------------


def test_a_map_is_drawn_once_and_kept(workspace: Workspace, projector: Counting) -> None:
    fill(workspace, 0, 12)
    assert workspace.projection("counting", only_kept=True) is None
    first = workspace.projection("counting")
    again = workspace.projection("counting", only_kept=True)
    assert first is not None
    assert again is not None
    assert projector.calls == 1
    np.testing.assert_array_equal(again.coords, first.coords)
    assert again.item_ids == first.item_ids == [item.id for item in workspace.items()]
    assert (again.trustworthiness, again.continuity, again.seed) == (
        first.trustworthiness,
        first.continuity,
        first.seed,
    )


def test_a_map_is_drawn_anew_when_items_or_the_method_change(
    workspace: Workspace, projector: Counting
) -> None:
    fill(workspace, 0, 12)
    workspace.projection("counting")
    fill(workspace, 12, 13)
    assert workspace.projection("counting", only_kept=True) is None
    larger = workspace.projection("counting")
    assert larger is not None
    assert len(larger.item_ids) == 13
    workspace.remove([larger.item_ids[-1]])
    assert workspace.projection("counting", only_kept=True) is not None  # that of the twelve, still true
    workspace.remove([larger.item_ids[0]])
    assert workspace.projection("counting", only_kept=True) is None
    workspace.projection("counting")
    projector.revision = "2"
    assert workspace.projection("counting", only_kept=True) is None
    assert workspace.projection("pca", only_kept=True) is None
    assert projector.calls == 3


def test_an_empty_workspace_has_no_map_and_a_tiny_one_a_line(
    workspace: Workspace, projector: Counting
) -> None:
    assert workspace.projection("counting") is None
    fill(workspace, 0, 3)
    tiny = workspace.projection("counting")
    assert tiny is not None
    assert tiny.coords.tolist() == [[0, 0], [1, 0], [2, 0]]
    assert (tiny.trustworthiness, tiny.continuity, projector.calls) == (None, None, 0)


def test_an_unknown_method_lists_the_known_ones(workspace: Workspace) -> None:
    fill(workspace, 0, 6)
    with pytest.raises(InputError, match=r"no projection tsne\. Projections: pca, counting"):
        workspace.projection("tsne")


@pytest.mark.parametrize(
    "given",
    [
        lambda v: v,
        lambda v: v[:, :2][1:],
        lambda v: np.full((len(v), 2), np.inf),
        lambda v: None,
        lambda v: 1 / 0,
    ],
    ids=["dim", "count", "infinite", "nothing", "raises"],
)
def test_a_projector_that_breaks_the_contract_is_named(
    workspace: Workspace, projector: Counting, given: Callable[[np.ndarray], Any]
) -> None:
    projector.fit = lambda vectors, _seed: given(vectors)  # type: ignore[method-assign]
    fill(workspace, 0, 6)
    with pytest.raises(PluginError, match="Projection counting"):
        workspace.projection("counting")
    assert workspace.projection("counting", only_kept=True) is None  # rubbish is not kept
    assert workspace.projection("pca") is not None


# -- trust ---------------------------------------------------------------------------------------------


def test_trust_figures_tell_a_true_picture_from_a_random_one() -> None:
    flat = unit_rows(80, 3)
    flat[:, 2] = 0
    true, continuity = trust_figures(flat, flat[:, :2].copy())
    assert true == pytest.approx(1, abs=1e-3)
    assert continuity == pytest.approx(1, abs=1e-3)
    chance, _continuity = trust_figures(flat, np.random.default_rng(0).random((80, 2)).astype(np.float32))
    assert chance is not None
    assert 0.3 < chance < 0.7
    assert trust_figures(flat[:3], flat[:3, :2]) == (None, None)


# -- where a query goes --------------------------------------------------------------------------------


def test_a_query_lies_among_its_nearest_items() -> None:
    vectors = np.eye(8, dtype=np.float32)
    coords = np.arange(16, dtype=np.float32).reshape(8, 2)
    at_one = place(vectors[3], vectors, coords)
    assert (at_one.shape, at_one.dtype) == ((2,), np.float32)
    np.testing.assert_allclose(at_one, coords[3], atol=1e-3)
    between = place((vectors[1] + vectors[2]) / np.sqrt(np.float32(2)), vectors, coords)
    np.testing.assert_allclose(between, coords[1:3].mean(axis=0), atol=1e-3)


def test_a_query_far_from_all_still_lies_within_the_map() -> None:
    vectors = np.eye(8, dtype=np.float32)
    coords = np.arange(16, dtype=np.float32).reshape(8, 2)
    where = place(-np.ones(8, np.float32) / np.sqrt(np.float32(8)), vectors, coords)
    assert np.isfinite(where).all()
    assert (coords.min(axis=0) <= where).all()
    assert (where <= coords.max(axis=0)).all()
    assert np.isfinite(place(vectors[0], vectors[:1], coords[:1])).all()


def test_the_gap_between_members_is_closed_for_the_picture_only() -> None:
    random = np.random.default_rng(0)
    things = random.normal(size=(40, 16))
    gap = np.zeros(16)
    gap[0] = 20.0
    both = np.concatenate([things - gap, things + gap]).astype(np.float32)
    both /= np.linalg.norm(both, axis=1, keepdims=True)
    members = ["words"] * 40 + ["pictures"] * 40
    closed = without_gap(both, members)
    assert np.allclose(np.linalg.norm(closed, axis=1), 1, atol=1e-5)

    def own_kind(vectors: np.ndarray) -> float:
        """Share of the nearest rows that are of the same member."""
        cosines = vectors @ vectors.T
        np.fill_diagonal(cosines, -2)
        nearest = cosines.argmax(axis=1)
        return float(np.mean((nearest < 40) == (np.arange(80) < 40)))

    assert own_kind(both) == 1.0
    assert own_kind(closed) < 0.7

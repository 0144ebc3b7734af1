"""2-D pictures of a space: PCA at once, a projector plugin's when ready, both kept, and how far to trust them.

Trustworthiness and continuity after Venna & Kaski (2001), computed on a fixed sample of the items.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from explorer.errors import ExplorerError, InputError, PluginError, one_line
from explorer.i18n import _
from explorer.registry import Registry
from explorer.types import FloatArray
from store import Store

SEED = 7
TRUST_NEIGHBOURS = 15
TRUST_SAMPLE = 2000


@dataclass(frozen=True, kw_only=True, slots=True)
class MapPicture:
    """Coordinates of items. `coords`: (n, 2) float32; the trust figures are in [0, 1], None for tiny sets."""

    item_ids: list[str]
    coords: FloatArray
    method: str
    seed: int
    trustworthiness: float | None = None
    continuity: float | None = None
    params: Mapping[str, Any] = field(default_factory=dict)


def pca(vectors: FloatArray) -> FloatArray:
    """(n, dim) → (n, 2) float32: the first two principal components, signs fixed so that pictures repeat."""
    centred = vectors - vectors.mean(axis=0)
    _values, axes = np.linalg.eigh(centred.T @ centred)
    top = axes[:, ::-1][:, :2]
    top = top * np.where(top[np.abs(top).argmax(axis=0), [0, 1]] < 0, -1.0, 1.0)
    coordinates: FloatArray = (centred @ top).astype(np.float32)
    return coordinates


def draw(
    store: Store,
    registry: Registry,
    item_ids: Sequence[str],
    vectors: FloatArray,
    *,
    method: str,
    space: str,
    members: Sequence[str] = (),
    only_kept: bool = False,
) -> MapPicture | None:
    """The picture of `vectors` by `method` ("pca" or a projector's name), kept in the store by content.

    With several `members`, one a row, each one's mean is taken off before drawing, so that pictures and words of one
    thing meet instead of lying on two continents; how far to trust the picture is still told by `vectors`.

    Returns:
        The picture, or None with `only_kept` when it is not there yet.

    Raises:
        InputError: no such projector.
    """
    if method != "pca" and method not in registry.projectors:
        choices = ", ".join(["pca", *registry.projectors])
        raise InputError(
            _("There is no projection {name}. Projections: {choices}.").format(name=method, choices=choices)
        )
    revision = "1" if method == "pca" else registry.projectors[method].revision
    drawn = without_gap(vectors, members) if len(set(members)) > 1 else vectors
    name = _digest(item_ids, drawn, method, revision, space)
    kept = store.get_projection(name)
    if kept is not None:
        ids, coords, meta = kept
        return MapPicture(
            item_ids=ids,
            coords=coords,
            method=method,
            seed=SEED,
            trustworthiness=meta["trustworthiness"],
            continuity=meta["continuity"],
            params=meta,
        )
    if only_kept:
        return None
    few = len(item_ids) < 5
    coords = (
        _line(len(item_ids)) if few else (pca(drawn) if method == "pca" else _fit(registry, method, drawn))
    )
    trust, continuity = (None, None) if few else trust_figures(vectors, coords)
    meta = {"trustworthiness": trust, "continuity": continuity, "revision": revision, "seed": SEED}
    store.put_projection(name, item_ids, coords, meta)
    return MapPicture(
        item_ids=list(item_ids),
        coords=coords,
        method=method,
        seed=SEED,
        trustworthiness=trust,
        continuity=continuity,
        params=meta,
    )


def without_gap(vectors: FloatArray, members: Sequence[str]) -> FloatArray:
    """(n, dim) unit rows without the modality gap (Liang et al. 2022): minus the mean of their member's rows."""
    closed = vectors.copy()
    names = np.array(members)
    for name in set(members):
        rows = names == name
        closed[rows] -= vectors[rows].mean(axis=0)
    lengths = np.linalg.norm(closed, axis=1, keepdims=True)
    unit_rows: FloatArray = (closed / np.maximum(lengths, 1e-12)).astype(np.float32)
    return unit_rows


def _fit(registry: Registry, method: str, vectors: FloatArray) -> FloatArray:
    """A projector's picture, checked at the border.

    Raises:
        PluginError: it raises, or gives anything but (n, 2) finite numbers.
    """
    try:
        coords = np.asarray(registry.projectors[method].fit(vectors, SEED), np.float32)
    except ExplorerError:
        raise
    except Exception as error:
        raise PluginError(
            method, _("Projection {name} failed: {reason}.").format(name=method, reason=one_line(error))
        ) from error
    if coords.shape != (len(vectors), 2) or not np.isfinite(coords).all():
        raise PluginError(
            method,
            _("Projection {name} gave {given}, not {wanted} finite numbers.").format(
                name=method, given=coords.shape, wanted=(len(vectors), 2)
            ),
            next_step=_("It stays unused until its author mends it."),
        )
    return coords


def trust_figures(vectors: FloatArray, coords: FloatArray) -> tuple[float | None, float | None]:
    """Trustworthiness (are neighbours in the picture true ones?) and continuity (are true ones kept?)."""
    from sklearn.manifold import trustworthiness

    n = len(vectors)
    k = min(TRUST_NEIGHBOURS, (n - 2) // 2)
    if k < 1:
        return None, None
    if n > TRUST_SAMPLE:
        chosen = np.random.default_rng(SEED).choice(n, TRUST_SAMPLE, replace=False)
        vectors, coords = vectors[chosen], coords[chosen]
    high = trustworthiness(vectors, coords, n_neighbors=k)
    return float(high), float(trustworthiness(coords, vectors, n_neighbors=k))


def place(vector: FloatArray, vectors: FloatArray, coords: FloatArray, k: int = 5) -> FloatArray:
    """Where a new vector lies in a picture: the similarity-weighted mean of its `k` nearest items. (2,)."""
    cosines = vectors @ vector
    nearest = np.argsort(-cosines)[:k]
    weights = np.clip(cosines[nearest], 1e-3, None) ** 4
    where: FloatArray = (coords[nearest] * (weights / weights.sum())[:, None]).sum(axis=0).astype(np.float32)
    return where


def _digest(ids: Sequence[str], vectors: FloatArray, method: str, revision: str, space: str) -> str:
    state = hashlib.sha256(json.dumps([method, revision, space, SEED, list(ids)]).encode())
    state.update(np.ascontiguousarray(vectors.astype(np.float16)).tobytes())
    return state.hexdigest()[:32]


def _line(n: int) -> FloatArray:
    return np.stack([np.arange(n), np.zeros(n)], axis=1).astype(np.float32)

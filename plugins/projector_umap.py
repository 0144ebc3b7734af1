"""Projector `umap`: UMAP (McInnes, Healy & Melville 2018) by umap-learn, seeded, so that a picture repeats.

The neighbour graph is exact and computed here: umap's own search compiles for half a minute in each process
once there are more than 4,096 points.
"""

from __future__ import annotations

import warnings

import numpy as np

from explorer import FloatArray, Projector, hookimpl

NEIGHBOURS = 15
MIN_DIST = 0.12


class Umap(Projector):
    """UMAP with cosine distance, 15 neighbours, initialised by PCA."""

    name = "umap"
    revision = "umap-1"
    title = {"en": "UMAP", "zh": "UMAP"}

    def fit(self, vectors: FloatArray, seed: int) -> FloatArray:
        """(n, dim) unit rows → (n, 2) float32."""
        import umap

        neighbours = min(NEIGHBOURS, len(vectors) - 1)
        indices, distances = exact_neighbours(vectors, neighbours)
        reducer = umap.UMAP(
            n_neighbors=neighbours,
            min_dist=MIN_DIST,
            metric="cosine",
            init="pca",
            random_state=seed,
            n_jobs=1,  # a fixed seed forces one thread; saying so avoids a warning
            precomputed_knn=(indices, distances, None),
            force_approximation_algorithm=True,
        )
        with warnings.catch_warnings():
            # New points are placed by their neighbours (explorer.projection.place); UMAP's transform is not used.
            warnings.filterwarnings("ignore", message="precomputed_knn")
            coordinates: FloatArray = np.asarray(reducer.fit_transform(vectors), np.float32)
        return coordinates


def exact_neighbours(vectors: FloatArray, k: int, block: int = 2048) -> tuple[np.ndarray, FloatArray]:
    """(n, k) indices and cosine distances, each row's own index first with distance 0."""
    n = len(vectors)
    indices = np.empty((n, k), np.int64)
    distances = np.empty((n, k), np.float32)
    for start in range(0, n, block):
        rows = np.arange(start, min(start + block, n))
        away = np.clip(1.0 - vectors[rows] @ vectors.T, 0.0, None)
        away[np.arange(len(rows)), rows] = -1.0  # itself first, whatever its twins
        near = np.argpartition(away, k - 1, axis=1)[:, :k]
        order = np.argsort(np.take_along_axis(away, near, axis=1), axis=1, kind="stable")
        indices[rows] = np.take_along_axis(near, order, axis=1)
        distances[rows] = np.clip(np.take_along_axis(away, indices[rows], axis=1), 0.0, None)
    return indices, distances


@hookimpl
def projectors() -> list[Projector]:
    """The projector."""
    return [Umap()]

"""Why an item is where it is: how each member of a space sees it, from what is stored about it."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from explorer import i18n
from explorer.errors import ExplorerError, one_line
from explorer.neighbours import Neighbour, own_key
from explorer.protocols import Explainer
from explorer.results import Hit, View
from explorer.spaces import Space
from explorer.types import Transcript
from store import ItemRecord, Store

LOG = logging.getLogger(__name__)


class Explanations:
    """Views of items: labels with scores of a classifier, words of a transcriber."""

    def __init__(self, store: Store, space: Space) -> None:
        self._store = store
        self._space = space

    def hits(self, found: Sequence[Neighbour]) -> list[Hit]:
        """Neighbours with their items and the view that found each; items deleted meanwhile are left out."""
        items = self._store.get_items([n.item_id for n in found])
        views = self.views(list(items.values()), i18n.current())
        hits: list[Hit] = []
        for neighbour in found:
            item = items.get(neighbour.item_id)
            if item is None:  # deleted meanwhile by another process
                continue
            mine = [v for v in views[item.id] if v.encoder == neighbour.member.name]
            hits.append(
                Hit(
                    item=item,
                    similarity=neighbour.similarity,
                    score=neighbour.score,
                    view=neighbour.member.name,
                    kind=neighbour.member.kind,
                    why=mine[0].why() if mine else "",
                    at=neighbour.at,
                    path=None if item.text is not None else self._store.blobs.path(item.digest),
                )
            )
        return hits

    def views(self, items: Sequence[ItemRecord], language: str) -> dict[str, list[View]]:
        """Views of many items, with one look-up a member."""
        views: dict[str, list[View]] = {item.id: [] for item in items}
        for member in self._space.members.values():
            mine = [item.id for item in items if item.modality in member.modalities]
            if not mine:
                continue
            if member.kind == "transcript":
                for item_id, note in self._store.annotations(member.name, "transcript", mine).items():
                    if note.payload["text"]:
                        views[item_id].append(
                            View(encoder=member.name, kind=member.kind, transcript=_transcript(note.payload))
                        )
                continue
            labels = self._labels(member.name, mine, language) if member.kind == "label-bridge" else {}
            for item_id in mine:
                views[item_id].append(
                    View(encoder=member.name, kind=member.kind, labels=labels.get(item_id, ()))
                )
        return views

    def _labels(
        self, name: str, ids: Sequence[str], language: str
    ) -> dict[str, tuple[tuple[str, float], ...]]:
        try:
            encoder = self._space.pool.loaded(name)
        except ExplorerError:
            return {}  # without weights the labels are unknown; the neighbours still stand
        if not isinstance(encoder, Explainer):
            return {}
        own = self._store.get_vectors(own_key(self._space, self._space.members[name]), list(ids))
        try:
            memory = self._space.examples(name, language)
            return {
                item_id: (*memory(vector), *encoder.explain(vector, language))
                for item_id, vector in own.items()
            }
        except (
            Exception
        ) as error:  # a plugin's account of itself is an extra; the neighbours stand without it
            LOG.warning("%s cannot explain its vectors: %s", name, one_line(error))
            return {}


def _transcript(payload: object) -> Transcript:
    assert isinstance(payload, dict)  # noqa: S101  # written by the ingest
    return Transcript(
        text=payload["text"],
        language=payload["language"],
        confidence=payload["confidence"],
        speech=payload["speech"],
        segments=tuple((float(a), float(b), str(t)) for a, b, t in payload["segments"]),
    )

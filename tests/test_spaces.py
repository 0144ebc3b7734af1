"""Spaces: how contents come in natively, across a label bridge and by their words; on the real text encoder."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import Colours, Reader, Shade, Words, basics, plugin

from explorer import (
    Content,
    InputError,
    Label,
    MissingError,
    PluginError,
    Reference,
    RefusedContent,
    Space,
    i18n,
)
from explorer.alignment import LabelBridge
from explorer.alignment.fitting import Calibration
from explorer.assets import AssetStore
from explorer.encoding import EncoderPool
from explorer.neighbours import space_key
from explorer.registry import build_registry
from plugins import media, text_use

SpaceOf = Callable[..., Space]
CAPTIONS = [{"en": "snow", "zh": "雪"}, {"en": "night", "zh": "夜晚"}, {"en": "evening", "zh": "傍晚"}]


class Shades(Colours):
    """With a reference set: bright, dark, and between."""

    def reference(self) -> Reference | None:
        return Reference(scores=np.array([[0.9, 0.1], [0.1, 0.9], [0.4, 0.6]], np.float32), captions=CAPTIONS)


@pytest.fixture(scope="module")
def anchor() -> Any:
    """The real encoder, loaded once for the module."""
    encoder = text_use.UniversalSentenceEncoder()
    encoder.load({}, "cpu")
    encoder.load = lambda *_: None  # type: ignore[method-assign]
    return encoder


@pytest.fixture(scope="module")
def centre(anchor: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The mean of the space's fixed texts: four seconds of encoding, so once for the module."""
    folder = tmp_path_factory.mktemp("centre")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXPLORER_CACHE", str(folder))
        found = build_registry({"use": plugin(encoders=[anchor], spaces=text_use.spaces())})
        pool = EncoderPool(found, AssetStore(folder / "none", offline=True), "cpu")
        Space(found.space("default"), pool).embed_texts(["a"])
    (kept,) = (folder / "alignments").iterdir()
    return kept


@pytest.fixture
def cache(centre: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of kept alignments; only the centre is there."""
    monkeypatch.setenv("EXPLORER_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "cache" / "alignments"
    folder.mkdir(parents=True)
    shutil.copy(centre, folder)
    return folder


@pytest.fixture
def space_of(anchor: Any, cache: Path) -> SpaceOf:
    """The space `default` of the real plugin, with the given members beside the anchor."""
    i18n.activate("en")

    def space_of(*members: Any, name: str = "default", more: Any = None) -> Space:
        use = plugin(encoders=[anchor], spaces=text_use.spaces())
        shade = plugin(modalities=[Shade()], encoders=list(members))
        found = build_registry({"media": media, "use": use, "shade": shade, "more": more or plugin()})
        assert [info.reason for info in found.plugins.values() if info.reason] == []
        return Space(found.space(name), EncoderPool(found, AssetStore(cache / "none", offline=True), "cpu"))

    return space_of


def shades(*numbers: int) -> list[Content]:
    return [Content(modality="shade", data=n, ref=f"{n}.shade") for n in numbers]


def texts(*words: str) -> list[Content]:
    return [Content(modality="text", data=word, ref=word) for word in words]


# -- native --------------------------------------------------------------------------------------------


def test_texts_are_unit_rows_near_their_translations(space_of: SpaceOf) -> None:
    space = space_of()
    dog, hund, noodles = space.embed_texts(["a dog barks", "狗在叫", "一碗面条"])
    assert (dog.shape, dog.dtype) == ((512,), np.float32)
    assert np.linalg.norm(dog) == pytest.approx(1, abs=1e-5)
    assert dog @ hund > 0.6 > 0.3 > dog @ noodles
    assert space.embed_texts([]).shape == (0, 512)


def test_a_text_is_placed_the_same_alone_and_among_others(space_of: SpaceOf) -> None:
    words = [f"sentence number {n} about noodles" for n in range(70)] + ["狗在叫"]  # more than one batch
    space = space_of()
    among = space.embed_texts(words)
    for n in (0, 33, 64, 70):
        np.testing.assert_allclose(space.embed_texts([words[n]])[0], among[n], atol=2e-6)
    np.testing.assert_allclose(space.embed_texts(words[::-1])[::-1], among, atol=2e-6)


# -- the label bridge ----------------------------------------------------------------------------------


def test_a_classifier_comes_in_without_pairs(space_of: SpaceOf) -> None:
    space = space_of(Shades())
    (member,) = space.members_for("shade")
    assert (member.name, member.kind) == ("colours", "label-bridge")
    bright, dark = (embedded.vector for embedded in space.embed_queries(shades(250, 5)))
    snow, night = space.embed_texts(["雪", "night"])
    assert np.linalg.norm(bright) == pytest.approx(1, abs=1e-5)
    assert bright @ snow > bright @ night
    assert dark @ night > dark @ snow
    (embedded,) = space.embed_queries(shades(250))
    assert embedded.own is not None
    assert embedded.own.tolist() == [pytest.approx(250 / 255)]


def test_the_bridge_is_the_weighted_mixture_of_the_labels(space_of: SpaceOf) -> None:
    space = space_of(Shades())
    bridge = space.bridge("colours")
    assert isinstance(bridge, LabelBridge)
    assert space.bridge("text-use") is None

    def unit(vector: np.ndarray) -> np.ndarray:
        return vector / np.linalg.norm(vector, axis=-1, keepdims=True)

    names = space.embed_texts(["snow", "雪", "night", "夜"])
    prototypes = np.stack([unit(names[:2].mean(axis=0)), unit(names[2:].mean(axis=0))])
    np.testing.assert_allclose(bridge.prototypes, prototypes, atol=1e-6)
    scores = np.array([[0.9, 0.1], [0.1, 0.9], [0.4, 0.6]], np.float32)
    centre = unit(scores @ prototypes).mean(axis=0)
    (embedded,) = space.embed_queries(shades(255))
    np.testing.assert_allclose(embedded.vector, unit(prototypes[0] - centre), atol=1e-5)


def test_a_picture_is_placed_the_same_alone_and_among_others(space_of: SpaceOf) -> None:
    space = space_of(Shades())
    numbers = list(range(0, 250, 5))
    among = np.stack([embedded.vector for embedded in space.embed_queries(shades(*numbers))])
    alone = np.stack([space.embed_query(content).vector for content in shades(*numbers)])
    np.testing.assert_allclose(among, alone, atol=1e-6)


def test_a_bridge_is_kept_and_read_again(
    space_of: SpaceOf, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = space_of(Shades())
    vector = first.embed_query(shades(99)[0]).vector
    calibration = first.calibration("colours")
    kept = {path.name: path.stat().st_mtime_ns for path in cache.iterdir()}
    assert [name for name in kept if name.startswith("bridge-colours-")] != []
    assert not [name for name in kept if name.endswith(".tmp")]
    monkeypatch.setattr("explorer.alignment.fitting.fit_label_bridge", lambda *_: pytest.fail("kept already"))
    again = space_of(Shades())
    np.testing.assert_array_equal(again.embed_query(shades(99)[0]).vector, vector)
    assert again.calibration("colours") == calibration
    assert {path.name: path.stat().st_mtime_ns for path in cache.iterdir()} == kept


def test_a_damaged_kept_bridge_is_fitted_anew(space_of: SpaceOf, cache: Path) -> None:
    vector = space_of(Shades()).embed_query(shades(99)[0]).vector
    for path in cache.iterdir():
        path.write_bytes(path.read_bytes()[:-20])
    np.testing.assert_array_equal(space_of(Shades()).embed_query(shades(99)[0]).vector, vector)


def relabelled(**attributes: Any) -> Shades:
    return type("Relabelled", (Shades,), attributes)()


def test_every_ingredient_changes_the_digest_and_so_the_key(space_of: SpaceOf, cache: Path) -> None:
    """A changed label never meets a stale matrix, nor a vector that was made with it."""
    other = Reference(scores=np.array([[1, 0]], np.float32), captions=CAPTIONS[:1])
    variants = [
        Shades(),
        relabelled(names=({"en": ["hail"], "zh": ["雪"]}, Shades.names[1])),
        relabelled(names=tuple(reversed(Shades.names))),
        relabelled(labels=lambda self: [Label(names=n, broader={"en": ["colour"]}) for n in self.names]),
        relabelled(revision="2"),
        relabelled(reference=lambda _self: None),
        relabelled(reference=lambda _self: other),
    ]
    digests, keys = [], []
    for variant in variants:
        space = space_of(variant)
        digests.append(space.alignment_digest("colours"))
        keys.append(space_key(space, space.members["colours"]).digest)
        space.embed_query(shades(9)[0])
    assert len(set(digests)) == len(set(keys)) == len(variants)
    assert space_of(Shades()).alignment_digest("colours") == digests[0]
    centred = space_of(more=plugin(spaces=[_spec("other", bank=lambda: ["one text"])]), name="other")
    assert centred.alignment_digest("text-use") != space_of().alignment_digest("text-use")


def test_captions_move_no_vector_but_the_calibration(space_of: SpaceOf) -> None:
    scores = np.array([[0.9, 0.1], [0.1, 0.9], [0.4, 0.6]], np.float32)
    other = Reference(scores=scores, captions=[{"en": "a bowl of noodles", "zh": "面条"}, *CAPTIONS[1:]])
    first, second = space_of(Shades()), space_of(relabelled(reference=lambda _self: other))
    assert first.alignment_digest("colours") == second.alignment_digest("colours")
    vectors = [space.embed_query(shades(9)[0]).vector for space in (first, second)]
    np.testing.assert_array_equal(*vectors)
    assert first.calibration("colours").match > second.calibration("colours").match
    assert first.calibration("text-use") != second.calibration("text-use")


def _spec(name: str, **more: Any) -> Any:
    from explorer import SpaceSpec

    return SpaceSpec(name=name, anchor="text-use", **more)


BAD_SCORES = {
    "shape": lambda v: np.ones((len(v), 3), np.float32) / 3,
    "not finite": lambda v: np.full((len(v), 2), np.nan, np.float32),
    "negative": lambda v: np.tile(np.array([[2, -1]], np.float32), (len(v), 1)),
    "no weights": lambda v: np.ones((len(v), 2), np.float32),
    "nothing": lambda v: None,
    "raises": lambda v: 1 / 0,
}


@pytest.mark.parametrize("case", list(BAD_SCORES))
def test_label_scores_are_checked_at_the_border(space_of: SpaceOf, case: str) -> None:
    space = space_of(relabelled(label_scores=lambda _self, vectors: BAD_SCORES[case](vectors)))
    with pytest.raises(PluginError, match="Encoder colours cannot cross the label bridge"):
        space.embed_query(shades(9)[0])


BAD_DECLARATIONS: dict[str, dict[str, Any]] = {
    "no labels": {"labels": lambda _self: []},
    "strings": {"labels": lambda _self: ["snow", "night"]},
    "labels without names": {"labels": lambda _self: [Label(names={}), Label(names={"en": []})]},
    "labels raise": {"labels": lambda _self: 1 / 0},
    "reference of another shape": {
        "reference": lambda _self: Reference(scores=np.ones((3, 5), np.float32), captions=CAPTIONS)
    },
    "reference raises": {"reference": lambda _self: 1 / 0},
}


@pytest.mark.parametrize("case", list(BAD_DECLARATIONS))
def test_a_classifier_that_declares_rubbish_is_named_and_texts_go_on(space_of: SpaceOf, case: str) -> None:
    space = space_of(relabelled(**BAD_DECLARATIONS[case]))
    with pytest.raises(PluginError, match="Encoder colours"):
        space.embed_query(shades(9)[0])
    assert space.pool.state("colours").state == "failed"
    assert "colours" in space.pool.state("colours").reason
    assert space.embed_texts(["狗"]).shape == (1, 512)
    assert space.calibration("text-use") == Calibration()  # without a sound reference set


# -- calibration ---------------------------------------------------------------------------------------


def test_calibration_puts_chance_at_0_and_a_match_at_1(space_of: SpaceOf) -> None:
    space = space_of(Shades())
    for name in ("colours", "text-use"):
        level = space.calibration(name)
        assert level.match > level.chance
        scores = level.score(np.array([level.chance, level.match], np.float32))
        np.testing.assert_allclose(scores, [0, 1], atol=1e-6)


def test_calibration_of_texts_is_that_of_the_captions_pairs(space_of: SpaceOf) -> None:
    space = space_of(Shades())
    english = space.embed_texts([c["en"] for c in CAPTIONS])
    chinese = space.embed_texts([c["zh"] for c in CAPTIONS])
    pairs = sorted({(c["en"], c["zh"]) for c in CAPTIONS})
    assert len(pairs) == len(CAPTIONS)
    cosines = english @ chinese.T
    level = space.calibration("text-use")
    assert level.match == pytest.approx(np.trace(cosines) / 3, abs=1e-5)
    assert level.chance == pytest.approx((cosines.sum() - np.trace(cosines)) / 6, abs=1e-5)


# -- transcripts ---------------------------------------------------------------------------------------


def test_what_is_read_is_placed_as_a_text(space_of: SpaceOf) -> None:
    space = space_of(Reader())
    embedded = space.embed_query(shades(42)[0])
    assert (embedded.member.kind, embedded.own) == ("transcript", None)
    assert embedded.transcript is not None
    assert embedded.transcript.text == "shade 42"
    np.testing.assert_allclose(embedded.vector, space.embed_texts(["shade 42"])[0], atol=1e-6)
    found = space.embed(embedded.member, shades(1, 0, 2))
    assert [e.transcript.text if e and e.transcript else None for e in found] == ["shade 1", None, "shade 2"]


def test_where_nothing_can_be_read_the_item_is_refused(space_of: SpaceOf) -> None:
    with pytest.raises(RefusedContent, match=r"0\.shade"):
        space_of(Reader()).embed_queries(shades(3, 0))


@pytest.mark.parametrize(
    ("share", "number", "speaker"),
    [(0.9, 7, "reader"), (0.5, 7, "reader"), (0.49, 7, "colours"), (0.9, 0, "colours")],
)
def test_who_speaks_for_a_clip(space_of: SpaceOf, share: float, number: int, speaker: str) -> None:
    """Its words where it is mostly speech and there are any; else its sound."""
    reader = Reader()
    reader.share = share
    space = space_of(Shades(), reader)
    assert [m.name for m in space.members_for("shade")] == ["colours", "reader"]
    assert space.embed_query(shades(number)[0]).member.name == speaker
    # each clip for itself, whatever the others are
    found = space.embed_queries(shades(0, number))
    assert [e.member.name for e in found] == ["colours", speaker]


@pytest.mark.parametrize("broken", ["colours", "reader"])
def test_where_one_member_is_missing_the_other_speaks(space_of: SpaceOf, broken: str) -> None:
    members = {"colours": Shades(), "reader": Reader()}

    def missing(*_: Any) -> None:
        raise MissingError("no weights")

    members[broken].load = missing  # type: ignore[method-assign]
    space = space_of(*members.values())
    (other,) = set(members) - {broken}
    assert space.embed_query(shades(7)[0]).member.name == other
    members[other].load = missing  # type: ignore[method-assign]
    both = space_of(*members.values())
    with pytest.raises(MissingError, match="no weights"):
        both.embed_query(shades(7)[0])


# -- who may come in -----------------------------------------------------------------------------------


def test_a_modality_without_a_member_lists_what_the_space_takes(space_of: SpaceOf) -> None:
    space = space_of(Shades())
    with pytest.raises(InputError, match=r"no encoder for smell\. It takes text, shade"):
        space.embed_query(Content(modality="smell", data=1))
    assert space.embed_queries([]) == []


def test_an_anchor_that_takes_no_text_has_no_other_members(cache: Path, tmp_path: Path) -> None:
    i18n.activate("en")
    base = basics(Words(), Colours(), Reader(), anchor="colours")
    registry = build_registry({"basics": base})
    space = Space(registry.space("default"), EncoderPool(registry, AssetStore(tmp_path, offline=True), "cpu"))
    assert list(space.members) == ["colours"]
    with pytest.raises(InputError, match="takes no text"):
        space.embed_texts(["a"])


def test_a_content_is_decoded_by_what_it_is(space_of: SpaceOf) -> None:
    space = space_of(Shades())
    assert space.decode("狗在叫".encode(), "a.txt") == Content(
        modality="text", data="狗在叫", ref="a.txt", language="zh"
    )
    assert space.decode(b"\x07", "x", "shade").data == 7
    for data, modality in ((b"\x00\x01\x02", None), (b"text", "smell")):
        with pytest.raises(RefusedContent, match="text, image, audio, shade"):
            space.decode(data, "odd.bin", modality)


def test_members_that_come_later_do_not_move_the_others(space_of: SpaceOf) -> None:
    """Vectors stay valid when a plugin is installed: a member depends on the anchor and itself alone."""
    alone, together = space_of(Shades()), space_of(Shades(), Reader(), _other())
    assert alone.alignment_digest("colours") == together.alignment_digest("colours")
    assert alone.alignment_digest("text-use") == together.alignment_digest("text-use")

    def vector(space: Space) -> np.ndarray:
        (embedded,) = space.embed(space.members["colours"], shades(80))
        assert embedded is not None
        return embedded.vector

    np.testing.assert_array_equal(vector(alone), vector(together))


def _other() -> Shades:
    class Other(Shades):
        name = "other-colours"

        def encode_batch(self, contents: Sequence[Content]) -> Any:
            return 1 - super().encode_batch(contents)

    return Other()

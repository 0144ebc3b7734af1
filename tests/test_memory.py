"""The memory beside a label bridge: near an example it speaks, far from all of them it is silent."""

from __future__ import annotations

import numpy as np

from explorer.alignment.base import unit
from explorer.alignment.memory import SHARPNESS, WEIGHT, remember

RANDOM = np.random.default_rng(0)
EXAMPLES = RANDOM.normal(size=(30, 64)).astype(np.float32)
VALUES = unit(RANDOM.normal(size=(30, 16)).astype(np.float32))


def test_an_example_recalls_its_own_value() -> None:
    recalled = unit(remember(EXAMPLES, VALUES).recall(EXAMPLES))
    assert ((recalled @ VALUES.T).argmax(axis=1) == np.arange(30)).all()


def test_what_is_far_from_every_example_recalls_next_to_nothing() -> None:
    examples = np.concatenate([EXAMPLES, -EXAMPLES])  # so that their mean is zero
    memory = remember(examples, np.concatenate([VALUES, VALUES]))
    _u, _s, axes = np.linalg.svd(EXAMPLES)
    away = axes[30:34].astype(np.float32)  # at right angles to all examples
    assert np.linalg.norm(memory.recall(away), axis=1).max() < 60 * WEIGHT * np.exp(-SHARPNESS) * 1.01


def test_none_recalls_itself_when_that_is_asked() -> None:
    memory = remember(EXAMPLES, VALUES)
    with_itself, without = memory.recall(EXAMPLES), memory.recall(EXAMPLES, but_oneself=True)
    assert np.allclose(with_itself - without, WEIGHT * VALUES, atol=1e-4)


def test_the_likeness_falls_with_the_angle() -> None:
    memory = remember(EXAMPLES, VALUES)
    noise = RANDOM.normal(size=64).astype(np.float32)
    told = [memory.affinity((EXAMPLES[0] + share * noise)[None])[0, 0] for share in (0, 0.3, 1, 3)]
    assert told == sorted(told, reverse=True)
    assert abs(told[0] - 1) < 1e-4

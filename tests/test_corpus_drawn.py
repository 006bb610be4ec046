"""Documents drawn by content: as many of a text as there are, whatever else is there."""

from __future__ import annotations

import numpy as np
import pytest
from texts_made import corpora_of, zipf_texts

FRESH = zipf_texts(300, 12, 1)


@pytest.fixture(scope="module")
def repeated():
    """One text as often as all others together."""
    return corpora_of(None, [*FRESH, *[FRESH[0]] * 300], language="de").synthetic


def test_equal_texts_are_drawn_as_often_as_there_are(repeated):
    values, counts = np.unique(repeated.content, return_counts=True)
    often = values[np.argmax(counts)]
    shares = []
    for key in range(40):
        chosen = repeated.drawn(np.arange(600), 100, key=key)
        assert len(np.unique(chosen)) == 100
        shares.append((repeated.content[chosen] == often).mean())
    assert np.mean(shares) == pytest.approx(301 / 600, abs=0.03)
    assert 0.03 < np.std(shares) < 0.07  # without replacement: .046


def test_a_draw_depends_on_texts_alone(repeated):
    order = np.random.default_rng(2).permutation(600)
    texts = [*FRESH, *[FRESH[0]] * 300]
    moved = corpora_of(None, [texts[i] for i in order], language="de").synthetic
    first, second = (
        np.sort(one.content[one.drawn(np.arange(600), 50, key=7)]) for one in (repeated, moved)
    )
    np.testing.assert_array_equal(first, second)


def test_other_texts_do_not_change_who_is_drawn_first():
    """A smaller draw is part of a larger one; another key draws others."""
    one = corpora_of(None, FRESH, language="de").synthetic
    every = np.arange(300)
    small, large = (set(one.drawn(every, k, key=3).tolist()) for k in (20, 60))
    assert small < large
    assert set(one.drawn(every, 20, key=4).tolist()) != small
    assert one.drawn(every, 300, key=3) is every

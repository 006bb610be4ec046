"""The largest score of every group is found without the score of every word."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from audits.questions.text_words_counts import Tally
from audits.questions.text_words_marks import _largest, _Pairs
from audits.settings import Settings


def tally(rng: np.random.Generator, groups: int, words: int, texts: int) -> Tally:
    """Texts that hold words, some of them far more often in some groups."""
    member = rng.random((texts, groups)) < rng.uniform(0.02, 0.6, groups)
    often = rng.uniform(0.01, 0.7, words) ** 2
    mostly = rng.random((groups, words)) < 0.1
    tied = 1 + 4 * (member @ mostly > 0)
    held = rng.random((texts, words)) < np.minimum(often * tied, 1)
    different = held.sum(axis=1)
    return Tally(
        sparse.csr_array(member.T.astype(int) @ held.astype(int)),
        held.sum(axis=0)[np.newaxis],
        np.stack([member.sum(axis=0), member.T @ different], axis=1),
        np.array([[texts, different.sum()]]),
        np.zeros(groups, dtype=np.int64),
    )


@given(st.integers(0, 10_000), st.integers(1, 6), st.integers(1, 60), st.integers(2, 80))
@settings(max_examples=150, deadline=None)
def test_as_from_all_scores(seed, groups, words, texts):
    pairs = _Pairs(tally(np.random.default_rng(seed), groups, words, texts))
    floor = Settings(marked_floor=3)
    score = np.where(pairs.whole >= floor.marked_floor, pairs.surprise(), 0.0)
    expected = np.zeros(groups)
    np.maximum.at(expected, pairs.groups, score)
    np.testing.assert_allclose(_largest(pairs, floor), expected, rtol=1e-12, atol=1e-12)

"""The largest score of shuffled groups, counted in packed integers, against plain counting."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from audits.formulas.marked_words import surprise
from audits.questions import text_words_shuffled
from audits.questions.text_words_counts import Held
from audits.questions.text_words_groups import Sets
from audits.questions.text_words_shuffled import Shuffler


def _made(texts, shares, members, seed):
    """Texts hold words and belong to groups at random."""
    rng = np.random.default_rng(seed)
    words = sparse.csr_array((rng.random((texts, len(shares))) < shares).astype(np.int32))
    groups = sparse.csr_array((rng.random((texts, len(members))) < members).astype(np.int32))
    every = sparse.csr_array(np.ones((texts, 1), dtype=np.int32))
    sets = Sets(groups, every, np.zeros(len(members), dtype=np.int64))
    sizes = sparse.csr_array(np.stack([np.ones(texts, np.int32), np.diff(words.indptr)], axis=1))
    return sets, Held(words, sizes)


def _plain(sets, held, order, floor):
    """The largest score of every group, by computing all of them."""
    groups = sets.groups.toarray()[order].astype(np.int64)
    words = held.words.toarray().astype(np.int64)
    whole, lengths = words.sum(axis=0), held.sizes.toarray()[:, 1].astype(np.int64)
    inside, size = groups.T @ words, groups.T @ lengths
    odds = np.log(np.maximum(size, 1)) - np.log(np.maximum(lengths.sum() - size, 1))
    scores = surprise(inside, whole - inside, odds[:, np.newaxis])
    return np.maximum(scores[:, whole >= floor].max(axis=1, initial=0), 0)


@pytest.mark.parametrize("seed", range(4))
def test_counting_many_groups_at_once_gives_the_scores_of_counting_each(seed):
    shares = np.r_[np.full(60, 0.01), np.full(20, 0.2), np.full(5, 0.9)]
    sets, held = _made(900, shares, np.linspace(0.01, 0.6, 19), seed)
    shuffler = Shuffler(sets, held, np.arange(19), 5)
    rng = np.random.default_rng(seed + 100)
    for _ in range(5):
        order = rng.permutation(900)
        np.testing.assert_allclose(
            shuffler.largest(order), _plain(sets, held, order, 5), rtol=1e-12
        )


def test_counts_beyond_sixteen_bits_do_not_run_over():
    sets, held = _made(70_000, np.array([0.99, 0.5, 0.002]), np.array([0.97, 0.3, 0.001]), 1)
    order = np.random.default_rng(2).permutation(70_000)
    found = Shuffler(sets, held, np.arange(3), 5).largest(order)
    np.testing.assert_allclose(found, _plain(sets, held, order, 5), rtol=1e-12)


@pytest.mark.parametrize("expected", [1e-6, 0.5, 50.0])
def test_what_is_expected_changes_nothing(expected, monkeypatch):
    monkeypatch.setattr(text_words_shuffled, "_EXPECTED", expected)
    sets, held = _made(300, np.full(40, 0.05), np.array([0.05, 0.2, 0.5]), 3)
    order = np.random.default_rng(4).permutation(300)
    found = Shuffler(sets, held, np.arange(3), 5).largest(order)
    np.testing.assert_allclose(found, _plain(sets, held, order, 5), rtol=1e-12)


def test_only_the_groups_asked_for_are_scored():
    sets, held = _made(300, np.full(40, 0.05), np.array([0.05, 0.2, 0.5]), 5)
    order = np.arange(300)
    found = Shuffler(sets, held, np.array([2, 0]), 5).largest(order)
    np.testing.assert_allclose(found, _plain(sets, held, order, 5)[[2, 0]], rtol=1e-12)


def test_words_that_too_few_texts_hold_have_no_score():
    sets, held = _made(300, np.full(40, 0.05), np.array([0.2]), 6)
    assert Shuffler(sets, held, np.arange(1), 301).largest(np.arange(300)).tolist() == [0.0]


def test_groups_beside_which_not_all_stand_are_not_shuffled_so():
    sets, held = _made(50, np.full(4, 0.5), np.array([0.2]), 7)
    some = sparse.csr_array((np.arange(50)[:, np.newaxis] > 9).astype(np.int32))
    with pytest.raises(ValueError, match="count every whole"):
        Shuffler(Sets(sets.groups, some, sets.whole), held, np.arange(1), 5)

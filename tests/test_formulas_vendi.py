"""Vendi scores."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audits.formulas.vendi import (
    vendi_matched,
    vendi_score,
    vendi_score_from_features,
    vendi_score_unbiased,
)

SENTENCES = ["Look, Jane.", "See Spot.", "See Spot run.", "Run, Spot, run.", "Jane sees Spot run."]


def ngram_kernel(sentences, n):
    """Cosine similarity of the counts of n-grams; punctuation marks are words of their own."""
    counted = []
    for sentence in sentences:
        words = re.findall(r"\w+|[^\w\s]", sentence)
        counted.append(Counter(zip(*(words[k:] for k in range(n)), strict=False)))
    grams = sorted(set().union(*counted))
    table = np.array([[count[gram] for gram in grams] for count in counted], dtype=float)
    table /= np.linalg.norm(table, axis=1, keepdims=True)
    return table @ table.T


def two_kinds(rng, n, share):
    kind = rng.random(n) < share
    return (kind[:, None] == kind).astype(float)


class TestPublished:
    """The worked examples that come with the reference implementation."""

    def test_six_numbers(self):
        values = np.array([0, 0, 10, 10, 20, 20])
        kernel = np.exp(-np.abs(values[:, None] - values))
        assert vendi_score(kernel, order=1) == pytest.approx(2.9999, abs=1e-3)

    def test_two_of_three_alike(self):
        kernel = [[1, 0.9, 0], [0.9, 1, 0], [0, 0, 1]]
        assert vendi_score(kernel, order=1) == pytest.approx(2.1573, abs=5e-5)

    def test_sentences(self):
        kernel = np.mean([ngram_kernel(SENTENCES, n) for n in (1, 2)], axis=0)
        assert vendi_score(kernel, order=1) == pytest.approx(3.9066, abs=5e-5)


class TestLaws:
    @pytest.mark.parametrize("order", [0, 0.5, 1, 2, 7, np.inf])
    def test_distinct_kinds_count_fully(self, order):
        kernel = np.kron(np.eye(4), np.ones((3, 3)))
        assert vendi_score(kernel, order=order) == pytest.approx(4)

    @pytest.mark.parametrize("order", [0.5, 1, 2, 3, np.inf])
    def test_kinds_give_hill_numbers(self, order):
        shares = np.array([0.5, 0.25, 0.25])
        kind = np.repeat([0, 1, 2], [4, 2, 2])
        if order == 1:
            expected = 2**1.5
        elif np.isinf(order):
            expected = 2
        else:
            expected = (shares**order).sum() ** (1 / (1 - order))
        assert vendi_score(kind[:, None] == kind, order=order) == pytest.approx(expected)

    @settings(deadline=None, max_examples=40)
    @given(st.integers(0, 2**32 - 1), st.integers(1, 8), st.integers(1, 8))
    def test_both_sides_agree(self, seed, n, d):
        features = np.random.default_rng(seed).normal(size=(n, d))
        unit = features / np.linalg.norm(features, axis=1, keepdims=True)
        for order in (0.5, 1, 2, np.inf):
            from_kernel = vendi_score(unit @ unit.T, order=order)
            assert vendi_score_from_features(features, order=order) == pytest.approx(from_kernel)

    @settings(deadline=None, max_examples=40)
    @given(st.integers(0, 2**32 - 1), st.integers(2, 8))
    def test_falls_with_order(self, seed, n):
        unit = np.random.default_rng(seed).normal(size=(n, 3))
        unit /= np.linalg.norm(unit, axis=1, keepdims=True)
        scores = [vendi_score(unit @ unit.T, order=q) for q in (0.5, 0.999, 1, 1.001, 2, np.inf)]
        assert (np.diff(scores) <= 1e-9).all()
        assert scores[-1] >= 1 - 1e-9
        assert scores[0] <= n + 1e-9

    def test_unbiased_denominator(self):
        rng = np.random.default_rng(0)
        for n in (4, 25):
            inverse = [1 / vendi_score_unbiased(two_kinds(rng, n, 0.3)) for _ in range(3000)]
            assert abs(np.mean(inverse) - 0.58) < 4 * np.std(inverse) / np.sqrt(3000)

    def test_unbiased_by_pairs(self):
        kernel = [[1, 0.5, 0], [0.5, 1, 0], [0, 0, 1]]
        assert vendi_score_unbiased(kernel) == pytest.approx(6 / (2 * 0.25))


class TestMatched:
    def test_size_decides_the_score(self):
        """One population: a larger sample scores higher, an equal part of it does not."""
        rng = np.random.default_rng(1)
        points = rng.normal(size=(300, 4))
        kernel = np.exp(-np.linalg.norm(points[:, None] - points, axis=2))
        real = vendi_score(kernel[:30, :30], order=1)
        matched = vendi_matched(kernel[30:, 30:], size=30, order=1, draws=100, rng=rng)
        assert vendi_score(kernel[30:, 30:], order=1) > matched.max()
        assert matched.min() < real < matched.max()

    @pytest.mark.parametrize("order", [1, 2])
    def test_whole_sample(self, order):
        kernel = two_kinds(np.random.default_rng(2), 12, 0.4)
        parts = vendi_matched(kernel, size=12, order=order, draws=3, rng=np.random.default_rng(3))
        assert parts == pytest.approx([vendi_score(kernel, order=order)] * 3)

    def test_refused(self):
        with pytest.raises(ValueError, match="size must be in 0 to 3, got 4"):
            vendi_matched(np.eye(3), size=4, order=1, draws=1, rng=np.random.default_rng(4))
        with pytest.raises(ValueError, match="at least 1, got 0 and 5"):
            vendi_matched(np.eye(3), size=0, order=1, draws=5, rng=np.random.default_rng(4))


class TestDegenerate:
    def test_no_members(self):
        assert np.isnan(vendi_score(np.empty((0, 0)), order=1))
        assert np.isnan(vendi_score_from_features(np.empty((0, 3)), order=1))
        assert np.isnan(vendi_score_unbiased(np.ones((1, 1))))

    def test_nothing_in_common(self):
        assert vendi_score_unbiased(np.eye(3)) == np.inf

    @pytest.mark.parametrize(
        ("kernel", "order", "words"),
        [
            ([[1, 0]], 1, "square"),
            ([[2, 0], [0, 1]], 1, "1 on its diagonal"),
            ([[1]], -1, "order must be at least 0, got -1"),
            ([[1]], np.nan, "order"),
        ],
    )
    def test_refused(self, kernel, order, words):
        with pytest.raises(ValueError, match=words):
            vendi_score(kernel, order=order)

    def test_refused_features(self):
        with pytest.raises(ValueError, match="row 1 of features has length 0"):
            vendi_score_from_features([[1, 0], [0, 0]], order=1)
        with pytest.raises(ValueError, match="two-dimensional"):
            vendi_score_from_features([1, 0], order=1)

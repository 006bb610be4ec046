"""Formulas behind the drift of texts: by hand, by other ways to compute them, and by their laws."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.stats import fisher_exact

from audits.formulas.document_drift import document_drift
from audits.formulas.document_rates import rate_change
from audits.formulas.fisher import fisher_two_sided_p
from audits.formulas.gram_features import ridge_weights, text_features, varied_columns
from audits.formulas.readability import flesch_reading_ease, lix
from audits.formulas.turnover import absent, block_jackknife, turnover, unknown_words

QUICK = {"dealings": 99, "seed": 1, "confidence": 0.95}


class TestReadability:
    def test_by_hand(self):
        # 100 words, 5 sentences, 150 syllables, 20 long words
        assert float(flesch_reading_ease(100, 5, 150)) == pytest.approx(206.835 - 20.3 - 126.9)
        assert float(lix(100, 5, 20)) == 40.0

    @given(st.integers(1, 500), st.integers(1, 50), st.integers(0, 900))
    def test_longer_is_harder(self, words, sentences, more):
        if sentences > 1:
            assert lix(words, sentences - 1, 0) > lix(words, sentences, 0)
        easier = flesch_reading_ease(words, sentences, more)
        assert flesch_reading_ease(words, sentences, more + 1) < easier

    def test_nothing_is_unknown(self):
        assert np.isnan(lix([0, 3], [0, 0], [0, 0])).all()
        assert np.isnan(flesch_reading_ease(0, 0, 0))

    def test_refuses_negative_counts(self):
        with pytest.raises(ValueError, match="sentences must not be negative"):
            lix(1, -1, 0)


def slow_turnover(real, synthetic, drawn):
    """Words lost, by drawing every subset of texts."""
    words_of = lambda texts: set().union(*texts) if texts else set()  # noqa: E731
    lost = met = again = 0
    real_draws = list(combinations(range(len(real)), drawn))
    for chosen in real_draws:
        ours = words_of([real[i] for i in chosen])
        met += len(ours)
        others = [words_of([synthetic[j] for j in c])
                  for c in combinations(range(len(synthetic)), drawn)]  # fmt: skip
        lost += np.mean([len(ours - theirs) for theirs in others])
        rest = [i for i in range(len(real)) if i not in chosen]
        again += np.mean(
            [len(ours - words_of([real[i] for i in c])) for c in combinations(rest, drawn)]
        )
    return lost / met, again / met


texts = st.lists(st.sets(st.integers(0, 4), min_size=1), min_size=4, max_size=5)


class TestTurnover:
    @settings(max_examples=40, deadline=None)
    @given(texts, texts)
    def test_against_every_subset(self, real, synthetic):
        have = [[sum(w in text for text in side) for w in range(5)] for side in (real, synthetic)]
        found = turnover(*have, texts=(len(real), len(synthetic)), drawn=2)
        lost, again = slow_turnover(real, synthetic, 2)
        assert found.lost == pytest.approx(lost, abs=1e-9)
        assert found.lost_by_chance == pytest.approx(again, abs=1e-9)

    def test_sides_can_be_exchanged(self):
        found = turnover([3, 1, 0, 6], [1, 4, 2, 5], texts=(6, 8), drawn=3)
        other = turnover([1, 4, 2, 5], [3, 1, 0, 6], texts=(8, 6), drawn=3)
        assert (found.new, found.new_by_chance) == (other.lost, other.lost_by_chance)

    def test_one_law_loses_nothing_beyond_chance(self):
        rng = np.random.default_rng(3)
        shares = 1 / np.arange(1, 400)
        beyond = []
        for _ in range(30):
            have = [rng.binomial(50, np.minimum(shares, 1)) for _ in range(2)]
            found = turnover(*have, texts=(50, 50), drawn=25)
            beyond.append(found.lost - found.lost_by_chance)
        assert abs(np.mean(beyond)) < 3 * np.std(beyond) / np.sqrt(30) + 1e-3

    @given(st.integers(1, 30), st.data())
    def test_absent_is_a_chance_that_falls(self, of, data):
        drawn = data.draw(st.integers(0, of))
        chances = absent(np.arange(of + 1), of, drawn)
        assert chances[0] == pytest.approx(1.0)
        assert (np.diff(chances) <= 1e-12).all()
        assert chances.min() >= 0.0

    def test_refuses(self):
        with pytest.raises(ValueError, match="drawn must be from 1 to half"):
            turnover([1], [1], texts=(4, 3), drawn=2)
        with pytest.raises(ValueError, match="documents must be"):
            absent([5], 4, 2)
        with pytest.raises(ValueError, match="drawn must be from 0"):
            absent([1], 4, 5)
        with pytest.raises(ValueError, match="at least 2"):
            unknown_words([1], [1], [1], of=1)
        with pytest.raises(ValueError, match="two blocks"):
            block_jackknife(lambda _a, _b: np.zeros(1), (1, 2), confidence=0.95)


class TestUnknownWords:
    def test_by_hand(self):
        # words: in all three real texts, in one of them (twice there), in none
        theirs, ours = unknown_words([3, 2, 0], [1, 1, 2], [3, 1, 0], of=3)
        assert theirs == pytest.approx((1 / 3 + 2) / 4)  # the text with the second is left out 1/3
        assert ours == pytest.approx(2 / 5)

    def test_nothing_is_unknown(self):
        assert np.isnan(unknown_words([0], [0], [0], of=2)).all()


def bags(rng, shares, texts, words=80):
    return sparse.csr_array(rng.multinomial(words, shares, size=texts))


class TestDocumentDrift:
    SHARES = 1 / np.arange(1, 301)
    SHARES = SHARES / SHARES.sum()

    def test_value_is_total_variation(self):
        rng = np.random.default_rng(1)
        real, other = bags(rng, self.SHARES, 30), bags(rng, self.SHARES[::-1], 40)
        found = document_drift(real, other, **QUICK)
        p, q = (side.sum(axis=0) / side.sum() for side in (real, other))
        assert found.value == pytest.approx(np.abs(p - q).sum() / 2)
        assert found.low <= found.adjusted <= found.high
        assert found.p == 0.01

    def test_bursts_are_no_drift(self):
        """Texts that repeat their own words: dealing out words would cry wolf, texts does not."""
        rng, sure = np.random.default_rng(2), 0
        for _ in range(60):
            sides = []
            for n in (40, 50):
                own = rng.dirichlet(20 * self.SHARES + 1e-9, size=n)
                sides.append(sparse.csr_array(np.array([rng.multinomial(60, p) for p in own])))
            found = document_drift(*sides, **QUICK)
            sure += found.p <= 0.05
            assert found.p <= 0.05 or found.low == 0.0
        assert sure <= 8

    @pytest.mark.parametrize("dealings", [39, 199])
    def test_interval_holds_the_truth(self, dealings):
        rng, held = np.random.default_rng(4), 0
        moved = self.SHARES * np.exp(rng.normal(0, 0.6, 300))
        moved /= moved.sum()
        truth = np.abs(moved - self.SHARES).sum() / 2
        for seed in range(40):
            sides = bags(rng, self.SHARES, 100), bags(rng, moved, 120)
            found = document_drift(*sides, dealings=dealings, seed=seed, confidence=0.95)
            held += found.low <= truth <= found.high
            assert found.p < 0.05
        assert held >= 37

    def test_the_same_again(self):
        rng = np.random.default_rng(5)
        sides = bags(rng, self.SHARES, 20), bags(rng, self.SHARES, 20)
        assert document_drift(*sides, **QUICK) == document_drift(*sides, **QUICK)

    def test_nothing_is_unknown(self):
        one, none = sparse.csr_array([[1, 1]]), sparse.csr_array([[0, 0]] * 3)
        for sides in ((one, one), (none, sparse.csr_array([[1, 1]] * 3))):
            assert np.isnan(document_drift(*sides, **QUICK)).all()

    def test_a_text_without_a_word_is_no_harm(self):
        real = sparse.csr_array([[1, 0], [0, 0], [1, 1]])
        found = document_drift(real, sparse.csr_array([[0, 0], [0, 0], [1, 0]]), **QUICK)
        assert 0 <= found.low <= found.high <= 1

    def test_refuses(self):
        one = sparse.csr_array([[1, 1]])
        with pytest.raises(ValueError, match="words must agree"):
            document_drift(one, sparse.csr_array([[1]]), **QUICK)
        with pytest.raises(ValueError, match="dealings must be"):
            document_drift(one, one, **(QUICK | {"dealings": 0}))


AGAIN = {"draws": 199, "confidence": 0.95}


class TestRateChange:
    def test_rates_are_ratios_of_sums(self):
        found = rate_change(([[1], [3]], [10, 30]), ([[0], [2]], [5, 5]), seed=1, **AGAIN)
        assert found.real[0] == pytest.approx(0.1)
        assert found.change[0] == pytest.approx(0.1)

    def test_one_law_is_left_out_as_often_as_promised(self):
        rng, out, sure = np.random.default_rng(6), 0, 0
        for seed in range(200):
            sides = [(rng.binomial(50, 0.1, size=(80, 1)), np.full(80, 50)) for _ in range(2)]
            found = rate_change(*sides, seed=seed, **AGAIN)
            out += not found.low[0] <= 0 <= found.high[0]
            sure += found.p[0] <= 0.05
        assert out <= 20
        assert sure <= 20

    def test_no_texts_are_unknown(self):
        found = rate_change((np.zeros((0, 1)), []), ([[1]], [3]), seed=1, **AGAIN)
        assert np.isnan(found.change[0])

    def test_refuses(self):
        with pytest.raises(ValueError, match="draws must be"):
            rate_change(([[1]], [1]), ([[1]], [1]), draws=1, seed=1, confidence=0.95)
        with pytest.raises(ValueError, match="texts must agree"):
            rate_change(([[1]], [1, 2]), ([[1]], [1]), seed=1, **AGAIN)


class TestFisher:
    @given(st.integers(0, 20), st.integers(1, 20), st.integers(0, 20), st.integers(1, 20))
    def test_is_twice_the_smaller_tail(self, x, n, y, m):
        x, y = min(x, n), min(y, m)
        table = [[x, n - x], [y, m - y]]
        tails = [fisher_exact(table, alternative=side).pvalue for side in ("less", "greater")]
        assert fisher_two_sided_p(x, n, y, m) == pytest.approx(min(1.0, 2 * min(tails)), rel=1e-6)

    def test_never_zero(self):
        assert fisher_two_sided_p(5000, 5000, 0, 5000) > 0

    def test_refuses(self):
        with pytest.raises(ValueError, match="count"):
            fisher_two_sided_p(3, 2, 0, 2)


class TestFeatures:
    def test_columns_that_vary_most(self):
        rows = sparse.csr_array([[1, 1, 0, 0], [1, 0, 0, 1], [1, 1, 0, 0], [1, 0, 0, 0]])
        assert varied_columns(rows, most=9).tolist() == [1, 3]
        assert varied_columns(rows, most=1).tolist() == [1]
        with pytest.raises(ValueError, match="most must be"):
            varied_columns(rows, most=0)

    def test_blind_to_order(self):
        rng = np.random.default_rng(1)
        rows = sparse.csr_array((rng.random((20, 9)) < 0.4).astype(int))
        mixed = rows[rng.permutation(20)]
        assert varied_columns(rows, most=4).tolist() == varied_columns(mixed, most=4).tolist()

    def test_rows_have_length_one_on_average(self):
        rng = np.random.default_rng(2)
        found = text_features(rng.random((50, 30)) < 0.3, rng.normal(size=(50, 3)))
        assert (found**2).sum(1).mean() == pytest.approx(1.0)
        assert found.mean(0) == pytest.approx(0.0, abs=1e-12)

    def test_unknown_and_constant_numbers(self):
        found = text_features([[1], [1], [1]], [[np.nan], [1.0], [3.0]])
        assert np.isfinite(found).all()
        assert (found[:, 0] == 0).all()
        assert text_features(np.zeros((2, 0)), np.zeros((2, 0))).shape == (2, 0)
        with pytest.raises(ValueError, match="rows must agree"):
            text_features([[1]], [[1], [2]])

    def test_weights_speak_for_the_synthetic(self):
        rng = np.random.default_rng(3)
        x = rng.normal(size=(200, 4))
        y = x[:, 1] - 2 * x[:, 2] > 0
        weights = ridge_weights(x - x.mean(0), y, penalty=1.0)
        assert weights[1] > 0 > weights[2]
        assert np.abs(weights[[0, 3]]).max() < np.abs(weights[[1, 2]]).min()
        with pytest.raises(ValueError, match="penalty"):
            ridge_weights(x, y, penalty=0)

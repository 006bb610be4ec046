"""Normalised entropy and the multinomial test."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from audits.formulas.evenness import multinomial_p, normalised_entropy, normalised_entropy_band

SHARES = [0.25, 0.45, 0.20, 0.10]


def rng(seed=0):
    return np.random.default_rng(seed)


class TestNormalisedEntropy:
    def test_own_domain_would_flatter(self):
        assert normalised_entropy([26, 2, 2], levels=3) == pytest.approx(0.442, abs=5e-4)
        assert normalised_entropy([26, 2, 2, 0], levels=4) == pytest.approx(0.350, abs=5e-4)
        assert normalised_entropy(SHARES, levels=4) == pytest.approx(0.907, abs=5e-4)

    def test_oracle(self):
        counts = rng().integers(0, 9, (20, 5)) + 1
        expected = stats.entropy(counts, axis=1) / np.log(5)
        assert normalised_entropy(counts, levels=5) == pytest.approx(expected)

    def test_undefined(self):
        assert np.isnan(normalised_entropy([0, 0], levels=2))
        assert np.isnan(normalised_entropy([7], levels=1))

    def test_refused(self):
        with pytest.raises(ValueError, match="3 counts were given for 2 levels"):
            normalised_entropy([1, 2, 3], levels=2)
        with pytest.raises(ValueError, match="not be negative"):
            normalised_entropy([1, -2], levels=2)

    def test_band_at_thirty(self):
        low, high = normalised_entropy_band(
            SHARES, n=30, levels=4, confidence=0.95, draws=20_000, rng=rng()
        )
        assert low == pytest.approx(0.707, abs=0.005)
        assert high == pytest.approx(0.979, abs=0.005)

    def test_band_closes_in_on_the_population(self):
        band = normalised_entropy_band(
            SHARES, n=100_000, levels=4, confidence=0.95, draws=200, rng=rng()
        )
        assert band == pytest.approx((0.907, 0.907), abs=0.004)

    def test_band_refused(self):
        with pytest.raises(ValueError, match="confidence"):
            normalised_entropy_band(SHARES, n=30, levels=4, confidence=1, draws=9, rng=rng())


class TestMultinomialP:
    def test_thirty_people_of_one_kind(self):
        p = multinomial_p([2, 26, 2, 0], SHARES, draws=1, rng=rng())
        assert p == pytest.approx(8.86e-5, rel=0.01)

    @pytest.mark.parametrize("successes", [0, 3, 9, 10, 17, 30])
    def test_two_levels_are_the_binomial_test(self, successes):
        p = multinomial_p([successes, 30 - successes], [0.3, 0.7], draws=1, rng=rng())
        assert p == pytest.approx(stats.binomtest(successes, 30, 0.3).pvalue)

    @pytest.mark.parametrize("counts", [[12, 3, 5], [8, 8, 4], [2, 17, 1]])
    def test_drawn_agrees_with_listed(self, counts, monkeypatch):
        shares = [0.4, 0.4, 0.2]
        listed = multinomial_p(counts, shares, draws=1, rng=rng())
        monkeypatch.setattr("audits.formulas.evenness._MOST_TABLES", 0)
        drawn = multinomial_p(counts, shares, draws=40_000, rng=rng(1))
        assert drawn == pytest.approx(
            listed, abs=4 * np.sqrt(listed * (1 - listed) / 40_000) + 1e-4
        )

    def test_never_zero_when_drawn(self):
        assert multinomial_p([90, *[0] * 9], np.full(10, 0.1), draws=99, rng=rng()) == 0.01

    def test_edges(self):
        assert multinomial_p([3, 1], [1, 0], draws=1, rng=rng()) == 0
        assert multinomial_p([3, 0], [1, 0], draws=1, rng=rng()) == 1
        assert np.isnan(multinomial_p([0, 0], [0.5, 0.5], draws=1, rng=rng()))

    @pytest.mark.parametrize(
        ("counts", "shares", "words"),
        [
            ([1, 2], [1, 1, 1], "must match"),
            ([1, -2], [1, 1], "not negative"),
            ([1, 2.5], [1, 1], "whole"),
            ([1, 2], [0, 0], "not all 0"),
        ],
    )
    def test_refused(self, counts, shares, words):
        with pytest.raises(ValueError, match=words):
            multinomial_p(counts, shares, draws=9, rng=rng())

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from audits.formulas.completeness import (
    ace,
    chao1,
    chao_jost_coverage,
    coverage_at,
    people_to_reach_coverage,
    singleton_retention,
    unseen_mass,
)

quick = settings(deadline=None, max_examples=80)
samples = st.lists(st.integers(0, 12), min_size=1, max_size=15)

# Spiders of two forests, from the data of the R package iNEXT
GIRDLED = [46, 22, 17, 15, 15, 9, 8, 6, 6, 4, 2, 2, 2, 2] + [1] * 12
LOGGED = [88, 22, 16, 15, 13, 10, 8, 8, 7, 7, 7, 5, 4, 4, 4, 3, 3, 3, 3, 2, 2, 2, 2] + [1] * 14
INCOME = [24, 4, 1, 1]
NINE_AND_FIVE = [1] * 9 + [2] * 5 + [11]


class TestUnseenMass:
    def test_by_hand(self):
        got = unseen_mass(NINE_AND_FIVE, confidence=0.95)
        assert got.value == pytest.approx(0.3)
        assert (got.low, got.high) == pytest.approx((0.036, 0.564), abs=5e-4)
        assert (got.high - got.value) / 1.959964 == pytest.approx(0.1346, abs=5e-5)

    def test_published_coverage(self):
        # Good's coverage, as in the tests of scikit-bio
        counts = [1] * 75 + [2] * 6 + [3, 4, 4]
        got = unseen_mass(counts, confidence=0.95).value
        assert 1 - got == pytest.approx(0.23469387755, abs=1e-9)
        assert 1 - unseen_mass(INCOME, confidence=0.95).value == pytest.approx(0.9333, abs=5e-5)

    def test_limits_are_shares(self):
        assert unseen_mass([8, 1, 1], confidence=0.95).low == 0
        assert unseen_mass([1] * 9 + [2], confidence=0.95).high == 1

    @pytest.mark.parametrize(("counts", "value"), [([5, 5], 0), ([1, 1, 1], 1)])
    def test_interval_is_unknown_when_singletons_tell_nothing(self, counts, value):
        got = unseen_mass(counts, confidence=0.95)
        assert got.value == value
        assert np.isnan([got.low, got.high]).all()

    @pytest.mark.parametrize("counts", [[], [0, 0], [1]])
    def test_too_few_rows_are_unknown(self, counts):
        assert not unseen_mass(counts, confidence=0.95).known

    def test_interval_holds_the_unseen_mass_of_the_sample(self):
        rng = np.random.default_rng(6)
        share = np.arange(1, 41) ** -1.0
        share /= share.sum()
        held = []
        for counts in rng.multinomial(100, share, size=1500):
            got = unseen_mass(counts, confidence=0.95)
            held.append(got.low <= share[counts == 0].sum() <= got.high)
        assert np.mean(held) == pytest.approx(0.95, abs=0.02)

    @pytest.mark.parametrize("counts", [[-1, 2], [1.5, 2], [[1, 2]], [np.nan, 1], [np.inf, 1]])
    def test_refuses_counts(self, counts):
        with pytest.raises(ValueError, match="counts"):
            unseen_mass(counts, confidence=0.95)


class TestCoverage:
    @pytest.mark.parametrize(
        ("counts", "expected"), [(GIRDLED, 0.9289), (LOGGED, 0.9446), (INCOME, 0.9376)]
    )
    def test_published(self, counts, expected):
        assert chao_jost_coverage(counts) == pytest.approx(expected, abs=5e-5)

    def test_retention_by_hand(self):
        assert singleton_retention(INCOME) == pytest.approx(29 / 31)
        assert singleton_retention(NINE_AND_FIVE) == pytest.approx(0.9631, abs=5e-5)

    def test_edges(self):
        assert chao_jost_coverage([5, 5]) == 1
        assert chao_jost_coverage([9, 1]) == pytest.approx(0.9)  # not 1
        assert np.isnan(chao_jost_coverage([1, 1, 1]))
        assert np.isnan(chao_jost_coverage([1]))
        assert np.isnan(chao_jost_coverage([]))
        assert np.isnan(singleton_retention([5, 5]))
        assert np.isnan(singleton_retention([1, 1]))

    def test_rarefied_by_hand(self):
        counts, n = [3, 2, 1], 6
        for m in range(1, n):
            expected = 1 - sum(x / n * comb(n - x, m) / comb(n - 1, m) for x in counts)
            assert coverage_at(counts, m) == pytest.approx(expected)
        assert coverage_at(counts, n - 1) == pytest.approx(1 - 1 / n)  # Good and Turing

    @quick
    @given(samples)
    def test_law_coverage_rises_with_size(self, counts):
        n = sum(counts)
        assume(n > 1 and not np.isnan(chao_jost_coverage(counts)))
        curve = [coverage_at(counts, m) for m in range(1, 2 * n + 1)]
        assert (np.diff(curve) >= -1e-9).all()
        assert -1e-9 <= min(curve) <= max(curve) <= 1
        assert curve[n - 1] == chao_jost_coverage(counts)

    def test_rarefied_coverage_is_unbiased(self):
        # the coverage of a sample of 20, estimated from samples of 60
        rng = np.random.default_rng(7)
        share = np.arange(1, 31) ** -1.0
        share /= share.sum()
        estimates = [coverage_at(counts, 20) for counts in rng.multinomial(60, share, size=600)]
        truth = 1 - (share * (1 - share) ** 20).sum()
        error = np.std(estimates) / np.sqrt(600)
        assert abs(np.mean(estimates) - truth) < 4 * error

    def test_large_counts_keep_their_digits(self):
        got = coverage_at([500_000, 500_000], 3)
        assert got == pytest.approx(1 - 0.5**3, abs=1e-5)

    def test_refuses_size(self):
        with pytest.raises(ValueError, match="size must be at least 1, got 0"):
            coverage_at([2, 2], 0)


class TestChao1:
    def test_published_spiders(self):
        got = chao1(GIRDLED, confidence=0.95)
        assert got.value == pytest.approx(43.893, abs=5e-4)
        assert (got.low, got.high) == pytest.approx((30.511, 96.971), abs=5e-4)
        assert chao1(LOGGED, confidence=0.95).value == pytest.approx(61.403, abs=5e-4)
        assert chao1(INCOME, confidence=0.95).value == pytest.approx(4.967, abs=5e-4)

    def test_logged_standard_error(self):
        # the log-normal limits give the standard error back: 18.532
        got = chao1(LOGGED, confidence=0.95)
        spread = np.log((got.high - 37) / (got.value - 37)) / 1.959964
        error = (got.value - 37) * np.sqrt(np.expm1(spread**2))
        assert error == pytest.approx(18.532, abs=5e-4)

    @pytest.mark.parametrize(
        ("convention", "expected"),
        [("small sample", 43.893), ("plain", 44.0), ("bias corrected", 39.2)],
    )
    def test_the_three_conventions(self, convention, expected):
        got = chao1(GIRDLED, confidence=0.95, convention=convention)
        assert got.value == pytest.approx(expected, abs=5e-4)

    def test_published_scikit_bio(self):
        counts = [0, 1, 1, 4, 2, 5, 2, 4, 1, 2]
        corrected = chao1(counts, confidence=0.95, convention="bias corrected")
        assert corrected.value == pytest.approx(9.75, abs=1e-9)
        assert (corrected.low, corrected.high) == pytest.approx((9.07, 17.45), rel=0.01)
        plain = chao1(counts, confidence=0.95, convention="plain")
        assert plain.value == pytest.approx(10.5, abs=1e-9)
        assert (plain.low, plain.high) == pytest.approx((9.17, 21.89), rel=0.01)

    def test_without_pairs_by_hand(self):
        # 3 singletons, n = 8: 4 + 7/8 * 3 * 2 / 2
        got = chao1([5, 1, 1, 1], confidence=0.95)
        assert got.value == pytest.approx(4 + 7 / 8 * 3)
        k, s = 7 / 8, 4 + 7 / 8 * 3
        variance = k * 3 + k**2 * 3 * 25 / 4 - k**2 * 81 / (4 * s)
        spread = np.exp(1.959964 * np.sqrt(np.log(1 + variance / (s - 4) ** 2)))
        assert (got.low, got.high) == pytest.approx((4 + (s - 4) / spread, 4 + (s - 4) * spread))

    @pytest.mark.parametrize("counts", [[5, 5, 4], [5, 3, 1], [2, 2]])
    def test_complete_samples(self, counts):
        got = chao1(counts, confidence=0.95)
        assert got.value == len(counts)
        assert got.low == len(counts) <= got.high < 2.5 * len(counts)

    def test_complete_limits_by_hand(self):
        # two types seen twice: each missed with probability exp(-2)
        missed = np.exp(-2)
        variance = 2 * missed * (1 - missed) - (4 * missed) ** 2 / 4
        high = (2 + 1.959964 * np.sqrt(variance)) / (1 - missed)
        assert chao1([2, 2], confidence=0.95).high == pytest.approx(high)

    @quick
    @given(samples, st.sampled_from(["small sample", "plain", "bias corrected"]))
    def test_law_at_least_the_types_seen(self, counts, convention):
        assume(sum(counts) > 1)
        got = chao1(counts, confidence=0.95, convention=convention)
        seen = sum(count > 0 for count in counts)
        assert seen <= got.low <= got.value + 1e-9
        assert got.value <= got.high + 1e-9

    def test_is_a_lower_bound_on_average(self):
        rng = np.random.default_rng(9)
        share = np.arange(1, 61) ** -1.0
        drawn = rng.multinomial(100, share / share.sum(), size=400)
        assert np.mean([chao1(counts, confidence=0.95).value for counts in drawn]) < 60

    def test_edges(self):
        assert not chao1([], confidence=0.95).known
        assert not chao1([1], confidence=0.95).known
        assert chao1([1, 1, 1], confidence=0.95).value == pytest.approx(3 + 2 / 3 * 3)

    def test_refuses_convention(self):
        with pytest.raises(ValueError, match="'other'"):
            chao1([1, 2], confidence=0.95, convention="other")


class TestAce:
    @pytest.mark.parametrize(
        ("counts", "expected"),
        [
            ([12, 2, 8], 3),
            ([12, 3, 2, 1], 4.6),
            ([12, 3, 6, 1, 10], 5.62749672),
            ([0, 1, 1, 0, 0, 10, 10, 1, 0, 0], 9.35681818182),
        ],
    )
    def test_published(self, counts, expected):
        assert ace(counts) == pytest.approx(expected, abs=1e-7)

    def test_edges(self):
        assert ace([11, 40]) == 2
        assert np.isnan(ace([11, 1, 1]))
        assert np.isnan(ace([]))

    @quick
    @given(samples)
    def test_law_at_least_the_types_seen(self, counts):
        got = ace(counts)
        assert np.isnan(got) or got >= sum(count > 0 for count in counts) - 1e-9


class TestPeopleToReachCoverage:
    @pytest.mark.parametrize(
        ("counts", "expected"), [(NINE_AND_FIVE, 46.7), (GIRDLED, 88.5), (LOGGED, 45.3)]
    )
    def test_by_hand(self, counts, expected):
        assert people_to_reach_coverage(counts, coverage=0.95) == pytest.approx(expected, abs=0.05)

    @quick
    @given(st.integers(2, 20), st.integers(1, 20), st.integers(0, 40), st.floats(0.5, 0.999))
    def test_law_they_do_reach_it(self, f1, f2, common, coverage):
        counts = [1] * f1 + [2] * f2 + [common]
        n, more = sum(counts), people_to_reach_coverage(counts, coverage=coverage)
        assert coverage_at(counts, n + int(np.ceil(more))) >= coverage - 1e-9
        if more > 0:
            assert coverage_at(counts, n + int(np.ceil(more)) - 1) <= coverage + 1e-9

    def test_edges(self):
        assert people_to_reach_coverage(GIRDLED, coverage=0.9) == 0
        assert people_to_reach_coverage([5, 5], coverage=0.95) == 0
        assert people_to_reach_coverage([29, 1], coverage=0.95) == 0
        assert np.isnan(people_to_reach_coverage([9, 1], coverage=0.95))
        assert np.isnan(people_to_reach_coverage([1, 1, 1], coverage=0.95))
        assert np.isnan(people_to_reach_coverage([1], coverage=0.95))

    @pytest.mark.parametrize("coverage", [0, 1, np.nan])
    def test_refuses_coverage(self, coverage):
        with pytest.raises(ValueError, match="coverage"):
            people_to_reach_coverage([5, 1], coverage=coverage)

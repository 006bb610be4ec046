from __future__ import annotations

from math import comb

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.special import digamma
from scipy.stats import entropy

from audits.formulas.hill import (
    chao_wang_jost_entropy,
    estimated_hill_number,
    hill_number,
    rarefaction_test,
    rarefied_hill,
)

quick = settings(deadline=None, max_examples=80)
samples = st.lists(st.integers(0, 30), min_size=1, max_size=12).filter(any)
orders = st.sampled_from([0, 0.5, 1, 1.5, 2, 3])

GIRDLED = [46, 22, 17, 15, 15, 9, 8, 6, 6, 4, 2, 2, 2, 2] + [1] * 12
LOGGED = [88, 22, 16, 15, 13, 10, 8, 8, 7, 7, 7, 5, 4, 4, 4, 3, 3, 3, 3, 2, 2, 2, 2] + [1] * 14
INCOME = [24, 4, 1, 1]

ZIPF = 1 / np.arange(1, 21)
ZIPF /= ZIPF.sum()


class TestHillNumber:
    @pytest.mark.parametrize(
        ("order", "expected"),
        [(0, 5), (0.5, 4.68423304), (1, 4.43598780), (2, 4.09090909), (10, 3.34923645)],
    )
    def test_published(self, order, expected):
        # scikit-bio's tests
        assert hill_number([1, 2, 3, 4, 5], order=order) == pytest.approx(expected, abs=1e-7)

    def test_by_hand(self):
        got = [hill_number(INCOME, order=order) for order in (0, 1, 2)]
        assert got == pytest.approx([4, 1.9619, 1.5152], abs=5e-5)
        assert hill_number([3, 1], order=np.inf) == pytest.approx(4 / 3)

    @pytest.mark.parametrize(
        ("counts", "order", "expected"),
        [(GIRDLED, 1, 12.060), (GIRDLED, 2, 7.840), (LOGGED, 1, 14.421), (LOGGED, 2, 6.761)],
    )
    def test_published_spiders(self, counts, order, expected):
        assert hill_number(counts, order=order) == pytest.approx(expected, abs=5e-4)

    @quick
    @given(samples)
    def test_oracle(self, counts):
        assert np.log(hill_number(counts, order=1)) == pytest.approx(entropy(counts), abs=1e-9)

    @quick
    @given(samples, orders, orders)
    def test_law_falls_as_order_rises(self, counts, a, b):
        low, high = sorted((a, b))
        assert hill_number(counts, order=high) <= hill_number(counts, order=low) * (1 + 1e-9)

    @quick
    @given(samples, orders)
    def test_law_twins_count_double(self, counts, order):
        twins = hill_number(counts + counts, order=order)
        assert twins == pytest.approx(2 * hill_number(counts, order=order))

    def test_continuous_at_one(self):
        beside = [hill_number(INCOME, order=1 + step) for step in (-1e-6, 0, 1e-6)]
        assert beside[0] > beside[1] > beside[2]
        assert beside == pytest.approx([beside[1]] * 3, rel=1e-5)

    def test_great_orders_do_not_underflow(self):
        assert hill_number([1] * 100, order=5000) == pytest.approx(100)

    def test_weights_are_welcome(self):
        assert hill_number([0.5, 0.5, 0], order=2) == pytest.approx(2)

    def test_empty_is_unknown_not_zero(self):
        assert np.isnan(hill_number([0, 0], order=1))
        assert np.isnan(hill_number([], order=0))

    @pytest.mark.parametrize(
        ("counts", "order", "message"),
        [
            ([-1, 2], 1, "negative"),
            ([[1, 2]], 1, "one row"),
            ([np.nan], 1, "finite"),
            ([1, 2], -1, "order must be at least 0, got -1"),
            ([1, 2], np.nan, "order"),
        ],
    )
    def test_refuses(self, counts, order, message):
        with pytest.raises(ValueError, match=message):
            hill_number(counts, order=order)


class TestEstimates:
    @pytest.mark.parametrize(
        ("counts", "order", "expected"),
        [(GIRDLED, 1, 13.826), (GIRDLED, 2, 8.175), (LOGGED, 1, 16.337), (LOGGED, 2, 6.920)],
    )
    def test_published_spiders(self, counts, order, expected):
        assert estimated_hill_number(counts, order=order) == pytest.approx(expected, abs=5e-4)

    def test_entropy(self):
        assert chao_wang_jost_entropy(GIRDLED) == pytest.approx(2.627, abs=5e-4)
        assert chao_wang_jost_entropy(INCOME) == pytest.approx(0.7534, abs=5e-5)

    @pytest.mark.parametrize(
        ("counts", "expected"), [([1, 0, 2, 5, 2], 3.75), ([3, 3, 3], 4), (INCOME, 1.5426)]
    )
    def test_inverse_simpson_for_finite_samples(self, counts, expected):
        assert estimated_hill_number(counts, order=2) == pytest.approx(expected, abs=5e-5)

    @quick
    @given(st.integers(2, 12), st.integers(0, 12), st.integers(0, 40))
    def test_entropy_by_its_formula(self, f1, f2, common):
        # by the published formula, where A^(1 - n) is small enough for it to keep its digits
        counts = [1] * f1 + [2] * f2 + [3] * common
        n = sum(counts)
        assume(f1 < n)
        singles, twice = ((n - 1) * f1, 2 * f2) if f2 else ((n - 1) * (f1 - 1), 2)
        a = singles / (singles + twice)
        r = np.arange(1, n)
        remainder = a ** (1.0 - n) * (-np.log(1 - a) - (a**r / r).sum())
        x = np.array(counts)
        expected = (x / n * (digamma(n) - digamma(x))).sum() + f1 / n * remainder
        assert chao_wang_jost_entropy(counts) == pytest.approx(expected, rel=1e-7)

    @pytest.mark.parametrize("pairs", [50, 400, 5000])
    def test_remainder_where_the_formula_loses_all_digits(self, pairs):
        # one singleton: the remainder is below its first term times 1 / (1 - A)
        counts = [1] + [2] * pairs
        n = 2 * pairs + 1
        a = (n - 1) / (n - 1 + 2 * pairs)
        seen = digamma(n) - (digamma(1) + 2 * pairs * digamma(2)) / n
        more = chao_wang_jost_entropy(counts) - seen
        series = sum(a ** (j + 1) / (n + j) for j in range(2000)) / n
        assert more == pytest.approx(series, rel=1e-5)

    def test_large_samples_of_many_singletons(self):
        counts = [1] * 20_000 + [2] * 3 + [100] * 50
        got = chao_wang_jost_entropy(counts)
        assert np.isfinite(got)
        assert got > entropy(counts)

    def test_entropy_is_less_biased_than_that_of_the_sample(self):
        rng = np.random.default_rng(11)
        drawn = rng.multinomial(40, ZIPF, size=400)
        plain = np.mean([entropy(counts) for counts in drawn])
        better = np.mean([chao_wang_jost_entropy(counts) for counts in drawn])
        assert abs(better - entropy(ZIPF)) < 0.2 * abs(plain - entropy(ZIPF))

    def test_chance_that_two_people_agree_is_unbiased(self):
        rng = np.random.default_rng(11)
        drawn = rng.multinomial(40, ZIPF, size=2000)
        agree = np.array([1 / estimated_hill_number(counts, order=2) for counts in drawn])
        assert abs(agree.mean() - (ZIPF**2).sum()) < 4 * agree.std() / np.sqrt(2000)

    def test_edges(self):
        assert np.isnan(estimated_hill_number([1, 1, 1], order=1))
        assert np.isnan(estimated_hill_number([1, 1, 1], order=2))
        assert np.isnan(estimated_hill_number([1], order=2))
        assert np.isnan(estimated_hill_number([], order=1))
        assert estimated_hill_number([7], order=1) == 1
        assert estimated_hill_number([7], order=2) == 1
        assert chao_wang_jost_entropy([9, 1]) > 0  # one singleton, no pair

    def test_refuses_order(self):
        with pytest.raises(ValueError, match="1 or 2, got 0"):
            estimated_hill_number([1, 2], order=0)


class TestRarefiedHill:
    @pytest.mark.parametrize(("order", "expected"), [(0, 11.9023), (1, 8.7306), (2, 6.5971)])
    def test_spiders_to_thirty(self, order, expected):
        assert rarefied_hill(GIRDLED, 30, order=order) == pytest.approx(expected, abs=1e-3)

    @quick
    @given(samples, st.integers(1, 100))
    def test_closed_forms(self, counts, size):
        n = sum(counts)
        size = min(size, n)
        richness = sum(1 - comb(n - x, size) / comb(n, size) for x in counts)
        assert rarefied_hill(counts, size, order=0) == pytest.approx(richness)
        agree = sum(x * (x - 1) for x in counts) / (n * (n - 1)) if n > 1 else 0
        simpson = 1 / (1 / size + (size - 1) / size * agree)
        assert rarefied_hill(counts, size, order=2) == pytest.approx(simpson)

    @quick
    @given(samples, orders)
    def test_law_ends(self, counts, order):
        assert rarefied_hill(counts, 1, order=order) == pytest.approx(1)
        whole = rarefied_hill(counts, sum(counts), order=order)
        assert whole == pytest.approx(hill_number(counts, order=order))

    @quick
    @given(samples, orders)
    def test_law_rises_with_size(self, counts, order):
        sizes = range(1, min(sum(counts), 40) + 1)
        curve = [rarefied_hill(counts, size, order=order) for size in sizes]
        assert (np.diff(curve) >= -1e-9).all()

    def test_monte_carlo_agrees(self):
        rng = np.random.default_rng(12)
        drawn = rng.multivariate_hypergeometric(GIRDLED, 30, size=8000)
        sums = np.array([entropy(counts) for counts in drawn])
        error = sums.std() / np.sqrt(len(sums))
        assert abs(sums.mean() - np.log(rarefied_hill(GIRDLED, 30, order=1))) < 4 * error

    def test_large_tables_are_exact_enough(self):
        rng = np.random.default_rng(13)
        counts = rng.multinomial(1_000_000, rng.dirichlet(np.full(20_000, 0.3)))
        got = rarefied_hill(counts, 1000, order=2)
        agree = (counts / 1e6 * ((counts - 1) / (1e6 - 1))).sum()
        assert got == pytest.approx(1 / (1 / 1000 + 0.999 * agree), rel=1e-6)

    def test_edges(self):
        assert np.isnan(rarefied_hill([0, 0], 3, order=1))
        for size in (0, 6):
            with pytest.raises(ValueError, match=f"between 1 and 5, got {size}"):
                rarefied_hill([2, 3], size, order=1)
        with pytest.raises(ValueError, match="order"):
            rarefied_hill([2, 3], 2, order=np.inf)


class TestRarefactionTest:
    def test_raw_values_mislead_and_rarefied_ones_do_not(self):
        rng = np.random.default_rng(14)
        real, synthetic = rng.multinomial(30, ZIPF, size=400), rng.multinomial(3000, ZIPF, size=400)
        raw = [(real > 0).sum(axis=1).mean(), (synthetic > 0).sum(axis=1).mean()]
        assert raw == pytest.approx([12.2, 20.0], abs=0.3)
        ratios = [
            rarefied_hill(s, 30, order=1) / hill_number(r, order=1)
            for r, s in zip(real, synthetic, strict=True)
        ]
        assert np.exp(np.mean(np.log(ratios))) == pytest.approx(1, abs=0.04)

    def test_level_on_both_sides(self):
        rng = np.random.default_rng(15)
        p = []
        for _ in range(800):
            real, synthetic = rng.multinomial(30, ZIPF), rng.multinomial(3000, ZIPF)
            got = rarefaction_test(real, synthetic, draws=199, rng=rng)
            p.append((got.p_real_more, got.p_synthetic_more))
        rates = (np.array(p) <= 0.05).mean(axis=0)
        assert rates == pytest.approx([0.05, 0.05], abs=0.03)

    def test_power_against_a_collapse(self):
        rng = np.random.default_rng(16)
        collapsed = np.r_[0.8, np.full(19, 0.2 / 19)]
        found = [
            rarefaction_test(
                rng.multinomial(30, ZIPF), rng.multinomial(3000, collapsed), draws=99, rng=rng
            )
            for _ in range(50)
        ]
        assert np.mean([test.p_real_more <= 0.05 for test in found]) > 0.95
        assert max(test.ratio for test in found) < 0.9

    def test_swapping_the_samples_swaps_the_sides(self):
        real, synthetic = [5, 5, 5, 5, 0], [200, 20, 1, 1, 1]
        one = rarefaction_test(real, synthetic, draws=499, rng=np.random.default_rng(1))
        other = rarefaction_test(synthetic, real, draws=499, rng=np.random.default_rng(1))
        assert one.size == other.size == 20
        assert (one.p_real_more, one.p_synthetic_more) == (
            other.p_synthetic_more,
            other.p_real_more,
        )
        assert one.ratio == pytest.approx(1 / other.ratio)
        assert one.p_real_more == 1 / 500

    def test_values_are_the_rarefied_ones(self):
        got = rarefaction_test([9, 1, 0], [50, 30, 20], draws=9, rng=np.random.default_rng(1))
        assert got.real == pytest.approx(hill_number([9, 1], order=1))
        assert got.synthetic == pytest.approx(rarefied_hill([50, 30, 20], 10, order=1))
        assert got.ratio == pytest.approx(got.synthetic / got.real)

    def test_identical_draws_count_as_ties(self):
        got = rarefaction_test([10], [100], draws=19, rng=np.random.default_rng(1))
        assert (got.p_real_more, got.p_synthetic_more) == (1, 1)

    def test_same_seed_same_answer_in_blocks_too(self, monkeypatch):
        def run():
            rng = np.random.default_rng(2)
            return rarefaction_test([5, 5, 5], [200, 20, 1], draws=50, rng=rng)

        whole = run()
        monkeypatch.setattr("audits.formulas.hill._CELLS", 21)
        assert run() == whole

    @pytest.mark.parametrize("real", [[0, 0], [1, 0]])
    def test_too_few_rows_are_unknown(self, real):
        got = rarefaction_test(real, [5, 5], draws=9, rng=np.random.default_rng(1))
        assert np.isnan([got.ratio, got.p_real_more, got.p_synthetic_more]).all()

    def test_refuses(self):
        rng = np.random.default_rng(1)
        with pytest.raises(ValueError, match="same types"):
            rarefaction_test([1, 2], [1, 2, 3], draws=9, rng=rng)
        with pytest.raises(ValueError, match="draws must be at least 1, got 0"):
            rarefaction_test([1, 2], [1, 2], draws=0, rng=rng)
        with pytest.raises(ValueError, match=r"whole, got 1\.5"):
            rarefaction_test([1.5, 2], [1, 2], draws=9, rng=rng)

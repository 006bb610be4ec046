from __future__ import annotations

from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import binom, binomtest, chi2, fisher_exact, nbinom

from audits.formulas import shares

KNOWN = [  # count, total, Wilson, exact: R binom, as quoted in statsmodels; checked with SciPy
    (0, 30, (0.0, 0.11351339), (0.0, 0.11570331)),
    (1, 30, (0.00590859, 0.16670391), (0.00084357, 0.17216946)),
    (18, 20, (0.69896635, 0.97213352), (0.68301729, 0.98765147)),
    (4, 20, (0.08065766, 0.41601743), (0.05733400, 0.43661400)),
    (4, 200, (0.00780443, 0.05028709), (0.00547557, 0.05041361)),
]

quick = settings(deadline=None, max_examples=60)
totals = st.integers(1, 400)
shares_inside = st.floats(0.001, 0.999)
levels = st.sampled_from([0.8, 0.9, 0.95, 0.99])


@st.composite
def counted(draw):
    total = draw(totals)
    return draw(st.integers(0, total)), total


def coverage(interval, true_share, n, **options):
    """Exact probability that an interval holds the true share."""
    x = np.arange(n + 1)
    low, high = interval(x, n, confidence=0.95, **options)
    return float(binom.pmf(x, n, true_share)[(low <= true_share) & (true_share <= high)].sum())


class TestWilson:
    @pytest.mark.parametrize(("count", "total", "wilson", "_"), KNOWN)
    def test_published(self, count, total, wilson, _):
        assert shares.wilson(count, total, confidence=0.95) == pytest.approx(wilson, abs=1e-6)

    def test_by_hand(self):
        low, high = shares.wilson(30, 1000, confidence=0.95)
        assert (low, high) == pytest.approx((0.02109, 0.04250), abs=5e-6)
        assert (low / 0.13, high / 0.13) == pytest.approx((0.1623, 0.3269), abs=1e-4)
        assert shares.wilson(0, 200, confidence=0.95)[1] == pytest.approx(0.01885, abs=5e-6)

    @quick
    @given(counted(), levels)
    def test_oracle(self, group, level):
        expected = binomtest(*group).proportion_ci(level, method="wilson")
        assert shares.wilson(*group, confidence=level) == pytest.approx(expected, abs=1e-12)

    @quick
    @given(counted(), levels)
    def test_law_the_others_mirror_the_group(self, group, level):
        low, high = shares.wilson(*group, confidence=level)
        others = shares.wilson(group[1] - group[0], group[1], confidence=level)
        assert others == pytest.approx((1 - high, 1 - low), abs=1e-12)

    @pytest.mark.parametrize(
        ("interval", "expected"),
        [
            (shares.wilson, (0.939, 0.974, 0.930, 0.957)),
            (shares.jeffreys, (0.984, 0.932, 0.953, 0.957)),
            (shares.clopper_pearson, (0.984, 0.992, 0.974, 0.957)),
        ],
    )
    def test_exact_coverage_at_thirty(self, interval, expected):
        got = [coverage(interval, share, 30) for share in (0.05, 0.10, 0.30, 0.50)]
        assert got == pytest.approx(expected, abs=6e-4)

    def test_effective_rows_need_not_be_whole(self):
        low, high = shares.wilson(3.05, 30.5, confidence=0.95)
        below, above = shares.wilson([3, 3.1], [30, 31], confidence=0.95)
        assert below[0] < low < below[1]
        assert above[1] < high < above[0]

    def test_ends_are_exact(self):
        assert shares.wilson(0, 7, confidence=0.95)[0] == 0
        assert shares.wilson(7, 7, confidence=0.95)[1] == 1

    def test_no_rows_is_unknown_not_zero(self):
        low, high = shares.wilson([0, 1], [0, 2], confidence=0.95)
        assert np.isnan([low[0], high[0]]).all()
        assert np.isfinite([low[1], high[1]]).all()
        assert np.isnan(shares.wilson(0, np.nan, confidence=0.95)).all()

    def test_broadcasts_and_keeps_scalars_plain(self):
        low, _ = shares.wilson([[1], [2]], [10, 20, 30], confidence=0.95)
        assert low.shape == (2, 3)
        assert isinstance(shares.wilson(1, 2, confidence=0.95)[0], float)

    @pytest.mark.parametrize("confidence", [0, 1, 95, float("nan")])
    def test_refuses_confidence(self, confidence):
        with pytest.raises(ValueError, match="confidence"):
            shares.wilson(1, 2, confidence=confidence)

    @pytest.mark.parametrize(
        ("count", "total", "message"),
        [(-1, 2, "negative, got -1"), (3, 2, "3 of 2"), ([1, 5], [2, 4], "5 of 4")],
    )
    def test_refuses_counts(self, count, total, message):
        for interval in (shares.wilson, shares.jeffreys, shares.clopper_pearson):
            with pytest.raises(ValueError, match=message):
                interval(count, total, confidence=0.95)


class TestBetaIntervals:
    @pytest.mark.parametrize(("count", "total", "_", "exact"), KNOWN)
    def test_published(self, count, total, _, exact):
        got = shares.clopper_pearson(count, total, confidence=0.95)
        assert got == pytest.approx(exact, abs=1e-6)

    def test_published_to_nine_digits(self):
        # 7 of 50 as in the docstring of SciPy's BinomTestResult.proportion_ci
        got = shares.clopper_pearson(7, 50, confidence=0.95)
        assert got == pytest.approx((0.05819170033997, 0.26739600249701), abs=1e-9)

    @quick
    @given(counted(), levels)
    def test_oracle(self, group, level):
        expected = binomtest(*group).proportion_ci(level, method="exact")
        got = shares.clopper_pearson(*group, confidence=level)
        assert got == pytest.approx(expected, abs=1e-8)

    @quick
    @given(counted(), levels)
    def test_law_exact_contains_jeffreys(self, group, level):
        low, high = shares.jeffreys(*group, confidence=level)
        outer_low, outer_high = shares.clopper_pearson(*group, confidence=level)
        assert outer_low <= low <= group[0] / group[1] <= high <= outer_high

    @pytest.mark.parametrize("interval", [shares.clopper_pearson, shares.jeffreys])
    def test_ends(self, interval):
        assert interval(0, 9, confidence=0.95)[0] == 0
        assert interval(9, 9, confidence=0.95)[1] == 1
        assert np.isnan(interval(0, 0, confidence=0.95)).all()


class TestRuleOfZero:
    def test_by_hand(self):
        assert shares.rule_of_zero(30, confidence=0.95) == pytest.approx(0.0950, abs=5e-5)
        assert shares.rule_of_zero(1, confidence=0.95) == pytest.approx(0.95)

    @quick
    @given(totals, levels)
    def test_law_a_type_at_the_bound_is_missed_that_rarely(self, n, level):
        bound = shares.rule_of_zero(n, confidence=level)
        assert shares.chance_missed(bound, n) == pytest.approx(1 - level)

    def test_one_sided_exact_limit(self):
        _, high = shares.clopper_pearson(0, 30, confidence=0.90)
        assert shares.rule_of_zero(30, confidence=0.95) == pytest.approx(high)

    def test_no_rows_is_unknown(self):
        assert np.isnan(shares.rule_of_zero(0, confidence=0.95))


class TestEffectiveRows:
    def test_published_design_effects(self):
        assert shares.design_effect([0, 1, 2, 3]) == pytest.approx(1.5555555556, abs=1e-9)
        assert shares.design_effect([1, 1, 1000]) == pytest.approx(2.9880419, abs=1e-7)

    @quick
    @given(st.lists(st.floats(0.01, 100), min_size=1, max_size=20), st.floats(0.01, 100))
    def test_law_between_one_and_all_whatever_the_unit(self, weights, unit):
        rows = shares.kish(weights)
        assert 1 - 1e-9 <= rows <= len(weights) + 1e-9
        assert shares.kish(np.array(weights) * unit) == pytest.approx(rows)
        assert shares.design_effect(weights) * rows == pytest.approx(len(weights))

    def test_weighting_thirty_up_to_thirteen_percent(self):
        weights = [130 / 30] * 30 + [870 / 970] * 970
        assert shares.kish(weights) == pytest.approx(744, abs=0.5)

    def test_kish_from_tallies(self):
        got = shares.kish_effective([4, 0], [6, 0])
        assert got[0] == pytest.approx(16 / 6)
        assert np.isnan(got[1])

    @pytest.mark.parametrize(
        ("weights", "message"),
        [
            ([-1, 2], "negative"),
            ([0, 0], "2 zeros"),
            ([1, np.nan], "finite"),
            ([1, np.inf], "finite"),
            ([[1, 2]], "one-dimensional"),
        ],
    )
    def test_refuses(self, weights, message):
        for value in (shares.kish, shares.design_effect):
            with pytest.raises(ValueError, match=message):
                value(weights)

    def test_no_rows_is_unknown(self):
        assert np.isnan(shares.kish([]))
        assert np.isnan(shares.design_effect([]))

    @quick
    @given(
        st.lists(st.tuples(st.floats(0.1, 10), st.booleans()), min_size=2, max_size=25).filter(
            lambda rows: 0 < sum(inside for _, inside in rows) < len(rows)
        )
    )
    def test_linearised_is_its_definition(self, rows):
        w, inside = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
        p = w[inside].sum() / w.sum()
        variance = (w**2 * (inside - p) ** 2).sum() / w.sum() ** 2
        got = shares.linearised_effective(
            w.sum(), (w**2).sum(), w[inside].sum(), (w[inside] ** 2).sum()
        )
        assert got == pytest.approx(p * (1 - p) / variance)

    def test_linearised_may_exceed_the_rows(self):
        # a group of 100 with weight 1/5, and 100 others
        assert shares.linearised_effective(120, 104, 20, 4) > 200

    def test_linearised_is_kish_at_the_ends(self):
        got = shares.linearised_effective(4, 6, [0, 4], [0, 6])
        assert got == pytest.approx([16 / 6, 16 / 6])
        nearly = shares.linearised_effective(4, 6, 4 * (1 - 1e-16), 6)
        assert nearly == pytest.approx(16 / 6)
        assert np.isnan(shares.linearised_effective(0, 0, 0, 0))

    def test_linearised_refuses_a_group_larger_than_all(self):
        with pytest.raises(ValueError, match="5 of 4"):
            shares.linearised_effective(4, 6, 5, 6)
        with pytest.raises(ValueError, match="7 of 6"):
            shares.linearised_effective(4, 6, 4, 7)

    @pytest.mark.parametrize(
        ("rate", "kish_expected"), [(1 / 5, 0.72), (5, 1.00)], ids=["under-sampled", "over-sampled"]
    )
    def test_coverage_of_a_group_sampled_at_another_rate(self, rate, kish_expected):
        rng, n, runs, truth = np.random.default_rng(1), 600, 4000, 0.10
        inside = rng.binomial(n, rate * truth / (rate * truth + 1 - truth), runs)
        sum_w, sum_w2 = inside / rate + n - inside, inside / rate**2 + n - inside
        p = inside / rate / sum_w
        covered = []
        for rows in (
            shares.kish_effective(sum_w, sum_w2),
            shares.linearised_effective(sum_w, sum_w2, inside / rate, inside / rate**2),
        ):
            low, high = shares.wilson(p * rows, rows, confidence=0.95)
            covered.append(((low <= truth) & (truth <= high)).mean())
        assert covered[0] == pytest.approx(kish_expected, abs=0.03)
        assert covered[1] == pytest.approx(0.95, abs=0.02)


def statistic(theta, x1, n1, x2, n2):
    a, b = (n1 + n2) * theta, n1 * theta + x1 + n2 + x2 * theta
    p2 = (b - np.sqrt(b * b - 4 * a * (x1 + x2))) / (2 * a)
    p1 = theta * p2
    return (x1 - n1 * p1) ** 2 / (n1 * p1 * (1 - p1)) + (x2 - n2 * p2) ** 2 / (n2 * p2 * (1 - p2))


@st.composite
def two_groups(draw):
    n1, n2 = draw(st.integers(5, 300)), draw(st.integers(5, 300))
    return draw(st.integers(1, n1 - 1)), n1, draw(st.integers(1, n2 - 1)), n2


class TestKoopman:
    def test_published(self):
        # PropCIs, as quoted in statsmodels
        got = shares.koopman(7, 34, 1, 34, confidence=0.95)
        assert got == pytest.approx((1.220853, 42.575718), abs=1e-5)

    def test_by_hand(self):
        got = shares.koopman(150, 10000, 30, 1000, confidence=0.95)
        assert got == pytest.approx((0.341, 0.735), abs=5e-4)

    @quick
    @given(two_groups(), levels)
    def test_oracle(self, groups, level):
        x1, n1, x2, n2 = groups
        ratio, limit = (x1 / n1) / (x2 / n2), chi2.ppf(level, 1)

        def excess(log_theta):
            return statistic(np.exp(log_theta), *groups) - limit

        low = np.exp(brentq(excess, np.log(ratio) - 9, np.log(ratio) - 1e-9))
        high = np.exp(brentq(excess, np.log(ratio) + 1e-9, np.log(ratio) + 9))
        got = shares.koopman(*groups, confidence=level)
        assert got == pytest.approx((low, high), rel=1e-6)

    @quick
    @given(two_groups(), levels)
    def test_law_swapping_inverts(self, groups, level):
        x1, n1, x2, n2 = groups
        low, high = shares.koopman(*groups, confidence=level)
        swapped = shares.koopman(x2, n2, x1, n1, confidence=level)
        assert swapped == pytest.approx((1 / high, 1 / low), rel=1e-9)

    def test_empty_counts(self):
        low, high = shares.koopman([0, 5, 0], 30, [5, 0, 0], 30, confidence=0.95)
        assert low[0] == 0
        assert np.isinf(high[1])
        assert high[0] == pytest.approx(1 / low[1])
        assert statistic(high[0], 0, 30, 5, 30) == pytest.approx(chi2.ppf(0.95, 1))
        assert np.isnan([low[2], high[2]]).all()
        assert np.isnan(shares.koopman(0, 0, 5, 30, confidence=0.95)).all()
        assert np.isnan(shares.koopman(3, 30, 0, 0, confidence=0.95)).all()

    def test_full_counts(self):
        # U is n1 (1 - theta) / theta below 1, and n2 (theta - 1) above
        z2 = chi2.ppf(0.95, 1)
        got = shares.koopman(30, 30, 40, 40, confidence=0.95)
        assert got == pytest.approx((30 / (30 + z2), 1 + z2 / 40))

    def test_tiny_weighted_counts(self):
        low, high = shares.koopman(0.001, 30, 500, 1000, confidence=0.95)
        ratio = 0.001 / 30 / 0.5
        assert low < ratio < high
        assert statistic(high, 0.001, 30, 500, 1000) == pytest.approx(chi2.ppf(0.95, 1))

    def test_level_holds(self):
        rng = np.random.default_rng(5)
        x1, x2 = rng.binomial(3000, 0.02, 4000), rng.binomial(500, 0.04, 4000)
        low, high = shares.koopman(x1, 3000, x2, 500, confidence=0.95)
        assert ((low <= 0.5) & (high >= 0.5)).mean() == pytest.approx(0.95, abs=0.015)

    def test_refuses(self):
        with pytest.raises(ValueError, match="31 of 30"):
            shares.koopman(31, 30, 1, 30, confidence=0.95)
        with pytest.raises(ValueError, match="x2 must not be negative"):
            shares.koopman(1, 30, -1, 30, confidence=0.95)


class TestRatioTests:
    @quick
    @given(two_groups(), st.floats(0.05, 20))
    def test_law_agrees_with_the_interval(self, groups, limit):
        low, high = shares.koopman(*groups, confidence=0.95)
        below, above = shares.ratio_below_p(*groups, limit), shares.ratio_above_p(*groups, limit)
        assert below + above == pytest.approx(1)
        if abs(np.log(high / limit)) > 1e-9:
            assert (below < 0.025) == (high < limit)
        if abs(np.log(low / limit)) > 1e-9:
            assert (above < 0.025) == (low > limit)

    @quick
    @given(two_groups(), st.floats(0.05, 20))
    def test_oracle(self, groups, limit):
        two_sided = chi2.sf(statistic(limit, *groups), 1)
        below, above = shares.ratio_below_p(*groups, limit), shares.ratio_above_p(*groups, limit)
        assert 2 * min(below, above) == pytest.approx(two_sided, rel=1e-5, abs=1e-12)

    def test_pooled_z_at_one(self):
        # at a ratio of 1 it is the usual pooled test of two proportions
        pooled = 30 / 200
        z = (10 / 100 - 20 / 100) / np.sqrt(pooled * (1 - pooled) * 2 / 100)
        from scipy.stats import norm

        assert shares.ratio_below_p(10, 100, 20, 100, 1.0) == pytest.approx(norm.cdf(z))

    def test_lost_group_counts_as_evidence(self):
        lost, kept = shares.ratio_below_p([0, 60], 3000, 30, 1000, 0.8)
        assert lost < 1e-6
        assert 0.01 < kept < 0.5
        assert shares.ratio_above_p(0, 3000, 30, 1000, 0.8) > 0.999

    def test_level_at_the_limit(self):
        rng = np.random.default_rng(8)
        x1, x2 = rng.binomial(3000, 0.08, 4000), rng.binomial(1000, 0.10, 4000)
        p = shares.ratio_below_p(x1, 3000, x2, 1000, 0.8)
        assert (p <= 0.05).mean() == pytest.approx(0.05, abs=0.012)

    def test_undefined(self):
        assert np.isnan(shares.ratio_below_p(0, 30, 0, 30, 0.8))
        assert np.isnan(shares.ratio_above_p(1, 30, 0, 0, 0.8))
        assert shares.ratio_below_p(30, 30, 30, 30, 1.0) == 0.5

    @pytest.mark.parametrize("limit", [0, -1, np.inf, np.nan])
    def test_refuses(self, limit):
        with pytest.raises(ValueError, match="ratio"):
            shares.ratio_below_p(1, 30, 1, 30, limit)


class TestBinomialTest:
    def test_by_hand(self):
        assert shares.binomial_two_sided_p(1, 4, 0.5) == pytest.approx(10 / 16)
        assert shares.binomial_two_sided_p(30, 1000, 0.13) == pytest.approx(2.9e-28, rel=0.01)

    @quick
    @given(st.lists(st.tuples(counted(), shares_inside), min_size=1, max_size=20))
    def test_oracle(self, groups):
        x, n = np.array([g[0] for g in groups]).T
        pi = np.array([g[1] for g in groups])
        expected = [binomtest(*g).pvalue for g in zip(x, n, pi, strict=True)]
        assert shares.binomial_two_sided_p(x, n, pi) == pytest.approx(expected, rel=1e-8)

    @pytest.mark.parametrize(
        ("count", "total", "share"),
        [
            (5_001_000, 10_000_000, 0.5),
            (4_990_000, 10_000_000, 0.5),
            (3, 100_000_000, 1e-7),
            (25, 100_000_000, 1e-7),
            (299_000, 1_000_000, 0.3),
            (999_990, 1_000_000, 0.99995),
        ],
    )
    def test_oracle_for_large_tables(self, count, total, share):
        expected = binomtest(count, total, share).pvalue
        assert shares.binomial_two_sided_p(count, total, share) == pytest.approx(expected, rel=1e-5)

    @quick
    @given(counted(), shares_inside)
    def test_law_the_others_mirror_the_group(self, group, share):
        x, n = group
        mirrored = shares.binomial_two_sided_p(n - x, n, 1 - share)
        assert mirrored == pytest.approx(shares.binomial_two_sided_p(x, n, share), rel=1e-6)

    def test_equally_likely_counts_belong_together(self):
        assert shares.binomial_two_sided_p([3, 7], 10, 0.5) == pytest.approx([352 / 1024] * 2)

    def test_edges(self):
        got = shares.binomial_two_sided_p([0, 1, 3, 2], 3, [0, 0, 1, 1])
        assert got.tolist() == [1, 0, 1, 0]
        assert np.isnan(shares.binomial_two_sided_p(0, 0, 0.5))
        assert np.isnan(shares.binomial_two_sided_p(1, 2, np.nan))

    def test_refuses(self):
        with pytest.raises(ValueError, match=r"whole, got 1\.5"):
            shares.binomial_two_sided_p(1.5, 3, 0.5)
        with pytest.raises(ValueError, match=r"share must be between 0 and 1, got 1\.2"):
            shares.binomial_two_sided_p(1, 3, 1.2)

    def test_level_never_exceeded(self):
        x = np.arange(41)
        p = shares.binomial_two_sided_p(x, 40, 0.13)
        assert binom.pmf(x, 40, 0.13)[p <= 0.05].sum() <= 0.05


class TestScoreTests:
    @quick
    @given(counted(), shares_inside)
    def test_law_agrees_with_wilson(self, group, share):
        low, high = shares.wilson(*group, confidence=0.95)
        if min(abs(low - share), abs(high - share)) > 1e-9:
            inside = low < share < high
            assert (shares.score_p(group[0] / group[1], share, group[1]) > 0.05) == inside
            assert (shares.share_below_p(*group, share) < 0.025) == (high < share)

    def test_known_shares_of_zero_and_one(self):
        assert shares.score_p([0, 0.1, 1], [0, 0, 1], 10).tolist() == [1, 0, 1]
        assert shares.share_below_p(0, 10, 0) == 0.5
        assert np.isnan(shares.score_p(0, 0, 0))
        assert np.isnan(shares.share_below_p(0, 0, 0.1))

    def test_refuses(self):
        with pytest.raises(ValueError, match="pi must be between"):
            shares.score_p(0.1, -0.1, 10)
        with pytest.raises(ValueError, match="n_eff"):
            shares.score_p(0.1, 0.1, -10)


class TestLostValues:
    def test_by_hand(self):
        got = shares.two_proportion_fisher_lost(1, 30, [3000, 30])
        assert got == pytest.approx([30 / 3030, 0.5])
        assert round(got[0], 4) == 0.0099

    @quick
    @given(st.integers(0, 20), st.integers(0, 30), st.integers(0, 200))
    def test_binomials_and_fisher(self, c, more, m):
        n = c + more
        if n + m == 0:
            return
        got = shares.two_proportion_fisher_lost(c, n, m)
        assert got == pytest.approx(comb(n + m - c, m) / comb(n + m, m))
        exact = fisher_exact([[c, more], [0, m]], alternative="greater").pvalue
        assert got == pytest.approx(exact, rel=1e-6)

    def test_large_tables_keep_their_digits(self):
        got = shares.two_proportion_fisher_lost(1, 30_000_000, 10_000_000)
        assert got == pytest.approx(0.75, rel=1e-6)

    def test_refuses(self):
        with pytest.raises(ValueError, match="31 of 30"):
            shares.two_proportion_fisher_lost(31, 30, 30)

    def test_chance_of_empty(self):
        assert shares.chance_of_empty(3.0) < 0.05 < shares.chance_of_empty(2.9)
        assert shares.chance_of_empty(3.0) == pytest.approx(shares.chance_missed(3e-6, 1e6), 1e-5)
        with pytest.raises(ValueError, match="-1"):
            shares.chance_of_empty(-1)


class TestSampleSizes:
    def test_half_width_by_hand(self):
        got = shares.people_for_half_width([0.15, 0.10, 0.05, 0.03], confidence=0.95)
        assert got.tolist() == [39, 93, 381, 1064]

    @quick
    @given(st.floats(0.01, 0.45), levels)
    def test_law_half_width_is_reached_and_not_before(self, width, level):
        n = shares.people_for_half_width(width, confidence=level)
        for people, enough in ((n, True), (n - 1, False)):
            low, high = shares.wilson(people / 2, people, confidence=level) if people else (0, 1)
            assert ((high - low) / 2 <= width * (1 + 1e-6)) is enough or n == 1

    def test_types_by_hand(self):
        prevalence = [0.10, 0.05, 0.02]
        once = shares.people_to_see(prevalence, confidence=0.95)
        five = shares.people_to_see(prevalence, confidence=0.95, times=5)
        assert once.tolist() == [29, 59, 149]
        assert five.tolist() == [89, 181, 456]
        assert shares.people_to_see(0.01, confidence=0.95) == 299

    @quick
    @given(st.floats(0.001, 1), levels, st.integers(1, 30))
    def test_oracle(self, prevalence, level, times):
        got = shares.people_to_see(prevalence, confidence=level, times=times)
        reached = nbinom.cdf([got - times, got - times - 1], times, prevalence)
        assert reached[0] >= level - 1e-9
        assert reached[1] < level + 1e-9

    def test_exact_boundary(self):
        assert shares.people_to_see(0.5, confidence=0.75) == 2
        assert shares.people_to_see(1, confidence=0.95) == 1
        assert shares.people_to_see(1, confidence=0.95, times=5) == 5
        assert isinstance(shares.people_to_see(0.5, confidence=0.75), int)

    def test_chance_missed(self):
        assert shares.chance_missed(0.05, 30) == pytest.approx(0.215, abs=5e-4)
        assert shares.chance_missed([0, 1], 30).tolist() == [1, 0]

    @pytest.mark.parametrize("width", [0, 0.5, -0.1, np.nan])
    def test_refuses_half_width(self, width):
        with pytest.raises(ValueError, match="half_width"):
            shares.people_for_half_width(width, confidence=0.95)

    @pytest.mark.parametrize("prevalence", [0, -0.1, 1.1, np.nan])
    def test_refuses_prevalence(self, prevalence):
        with pytest.raises(ValueError, match="prevalence"):
            shares.people_to_see(prevalence, confidence=0.95)

    def test_refuses_times(self):
        with pytest.raises(ValueError, match="times"):
            shares.people_to_see(0.1, confidence=0.95, times=0)

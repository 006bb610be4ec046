"""Odds ratios, how far two differ, nPMI, and Cramer's V with an interval."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import norm
from scipy.stats.contingency import association, odds_ratio

from audits.formulas.association_change import cramers_v_interval, strength_difference
from audits.formulas.associations import cramers_v
from audits.formulas.ties import (
    changed_beyond_p,
    difference,
    least_expected,
    less_chance,
    log_odds_ratio,
    margin_error,
    npmi,
    rows_at_odds,
)

tables = arrays(np.int64, (2, 2), elements=st.integers(1, 500))


def drawn(rng, rows, members, having, log_odds, times):
    """Two-by-two tables of a population with these margins and this odds ratio."""
    both = float(rows_at_odds(log_odds, members, having, 1.0))
    shares = [both, members - both, having - both, 1 - members - having + both]
    return rng.multinomial(rows, shares, size=times).reshape(-1, 2, 2)


class TestLogOddsRatio:
    def test_by_hand(self):
        """20 of 30 against 10 of 30: two rows are added, half a row to each cell."""
        found = log_odds_ratio([[20, 10], [10, 20]], confidence=0.95)
        assert found.value == pytest.approx(2 * np.log(20.5 / 10.5))
        assert found.error == pytest.approx(np.sqrt(2 / 20.5 + 2 / 10.5))

    def test_two_rows_are_added_as_independence_would(self):
        table = np.array([[3, 27], [97, 873]])
        added = 2 * np.outer([30, 970], [100, 900]) / 1000**2
        assert added.sum() == pytest.approx(2)
        smoothed = table + added
        expected = np.log(smoothed[0, 0] * smoothed[1, 1] / smoothed[0, 1] / smoothed[1, 0])
        assert log_odds_ratio(table, confidence=0.95).value == pytest.approx(expected)

    def test_agrees_with_scipy_where_counts_are_large(self):
        table = np.array([[4000, 2500], [1500, 6000]])
        theirs = odds_ratio(table, kind="sample")
        limits = theirs.confidence_interval(0.95)
        found = log_odds_ratio(table, confidence=0.95)
        assert np.exp(found.value) == pytest.approx(theirs.statistic, rel=2e-3)
        assert np.exp(found.low) == pytest.approx(limits.low, rel=2e-3)
        assert np.exp(found.high) == pytest.approx(limits.high, rel=2e-3)

    def test_an_empty_cell_leaves_it_finite_and_an_empty_side_does_not(self):
        assert np.isfinite(log_odds_ratio([[0, 30], [50, 20]], confidence=0.95).low)
        assert np.isnan(log_odds_ratio([[0, 0], [50, 20]], confidence=0.95).value)
        assert np.isnan(log_odds_ratio([[0, 30], [0, 20]], confidence=0.95).high)

    def test_what_nobody_of_a_small_group_has_any_more_is_told(self):
        """Half of a hundred had it, in a table of ten thousand; now none has."""
        before, now = [[50, 50], [5000, 5000]], [[0, 100], [5000, 5000]]
        real, synthetic = (log_odds_ratio(side, confidence=0.95) for side in (before, now))
        assert synthetic.value == pytest.approx(np.log(0.5 / 100.5))
        assert synthetic.error == pytest.approx(np.sqrt(1 / 0.5 + 1 / 100.5 + 2 / 5000.5))
        assert difference(real, synthetic, confidence=0.95).high < np.log(1 / 5)

    @pytest.mark.parametrize(
        ("shares", "sizes"),
        [
            (((0.1, 0.1), (0.01, 0.1)), (100, 10_000)),
            (((0.3, 0.3), (0.01, 0.3)), (100, 10_000)),
            (((0.25, 0.25), (0.02, 0.25)), (40, 400)),
            (((0.05, 0.3), (0.05, 0.3)), (100, 900)),
            (((0.9, 0.2), (0.9, 0.2)), (30, 3000)),
        ],
    )
    def test_changes_are_held_where_cells_may_be_empty(self, shares, sizes):
        rng = np.random.default_rng(11)
        sides, truth = [], 0.0
        for way, side in zip((-1, 1), shares, strict=True):
            having = [rng.binomial(n, p, 4000) for n, p in zip(sizes, side, strict=True)]
            cells = [[x, n - x] for n, x in zip(sizes, having, strict=True)]
            sides.append(log_odds_ratio(np.moveaxis(np.array(cells), -1, 0), confidence=0.95))
            odds = [p / (1 - p) for p in side]
            truth += way * np.log(odds[0] / odds[1])
        found = difference(*sides, confidence=0.95)
        assert ((found.low <= truth) & (truth <= found.high)).mean() >= 0.945

    @given(tables)
    def test_the_other_value_has_the_inverse(self, table):
        one = log_odds_ratio(table, confidence=0.95)
        other = log_odds_ratio(table[:, ::-1], confidence=0.95)
        assert other.value == pytest.approx(-one.value, abs=1e-9)
        assert other.low == pytest.approx(-one.high, abs=1e-9)

    def test_refuses(self):
        with pytest.raises(ValueError, match="two by two"):
            log_odds_ratio([[1, 2, 3], [1, 2, 3]], confidence=0.95)
        with pytest.raises(ValueError, match="negative"):
            log_odds_ratio([[1, -2], [1, 2]], confidence=0.95)
        with pytest.raises(ValueError, match="confidence"):
            log_odds_ratio([[1, 2], [1, 2]], confidence=1.0)


class TestDifference:
    @given(tables, tables)
    def test_swapping_the_tables_inverts_the_ratio(self, real, synthetic):
        one, two = (log_odds_ratio(table, confidence=0.9) for table in (real, synthetic))
        there, back = difference(one, two, confidence=0.9), difference(two, one, confidence=0.9)
        assert there.value == pytest.approx(-back.value, abs=1e-12)
        assert there.low == pytest.approx(-back.high, abs=1e-12)

    def test_by_hand(self):
        """20:10 against 10:20 is an odds ratio of 4; 30:10 against 10:30 one of 9."""
        tables = [[[200, 100], [100, 200]], [[300, 100], [100, 300]]]
        found = difference(*(log_odds_ratio(t, confidence=0.95) for t in tables), confidence=0.95)
        assert np.exp(found.value) == pytest.approx(9 / 4, rel=0.02)
        error = np.sqrt(2 / 200.5 + 2 / 100.5 + 2 / 300.5 + 2 / 100.5)
        assert found.error == pytest.approx(error, rel=0.01)

    @pytest.mark.parametrize("rows", [(300, 300), (300, 3000), (3000, 30_000)])
    @pytest.mark.parametrize("sharpened", [0.0, float(np.log(2))])
    def test_the_interval_misses_seldom_on_either_side(self, rows, sharpened):
        """From five rows by chance in the rarest cell on, whatever the tie."""
        rng = np.random.default_rng(11)
        for members in (0.03, 0.1, 0.5):
            for having in (0.05, 0.2, 0.5):
                if least_expected(members * rows[0], having * rows[0], rows[0]) < 5:
                    continue
                for tie in (0.0, 1.5, -1.5):
                    sides = [
                        drawn(rng, n, members, having, tie + more, 4000)
                        for n, more in zip(rows, (0.0, sharpened), strict=True)
                    ]
                    found = difference(
                        *(log_odds_ratio(side, confidence=0.95) for side in sides), confidence=0.95
                    )
                    where = (members, having, tie)
                    assert (found.low > sharpened).mean() < 0.045, where
                    assert (found.high < sharpened).mean() < 0.045, where

    def test_the_p_value_of_a_limit_holds_its_level_at_the_limit(self):
        rng, limit = np.random.default_rng(12), np.log(1.5)
        for rows, members, having, tie in (
            ((500, 500), 0.2, 0.1, 0.0),
            ((500, 5000), 0.1, 0.3, -1.0),
            ((5000, 5000), 0.03, 0.1, 1.0),
        ):
            real, synthetic = (
                log_odds_ratio(drawn(rng, n, members, having, tie + d, 20_000), confidence=0.95)
                for n, d in zip(rows, (0.0, limit), strict=True)
            )
            found = difference(real, synthetic, confidence=0.95)
            p = changed_beyond_p(found.value, found.error, limit)
            assert (p <= 0.05).mean() < 0.06
            assert (p <= 0.005).mean() < 0.01


class TestChangedBeyond:
    def test_is_the_two_sided_p_value_at_no_limit(self):
        assert changed_beyond_p(1.3, 0.7, 0.0) == pytest.approx(2 * norm.sf(1.3 / 0.7))

    @given(st.floats(-5, 5), st.floats(0.01, 3), st.floats(0, 3), st.floats(0, 1))
    def test_grows_with_the_limit_and_knows_no_direction(self, change, error, limit, more):
        p = changed_beyond_p(change, error, limit)
        assert 0 <= p <= 1
        assert p == changed_beyond_p(-change, error, limit)
        assert changed_beyond_p(change, error, limit + more) >= p - 1e-12

    def test_less_chance_is_not_too_large_on_average(self):
        rng = np.random.default_rng(3)
        seen = rng.normal(0.6, 0.3, 20_000)
        assert (less_chance(seen, 0.3) ** 2).mean() == pytest.approx(0.36, abs=0.02)


class TestMargins:
    def test_least_expected_is_the_least(self):
        rows, columns = np.array([30.0, 70.0]), np.array([20.0, 80.0])
        assert least_expected(30, 20, 100) == np.outer(rows, columns).min() / 100

    def test_margin_error_is_that_of_an_independent_table(self):
        table = np.outer([30, 70], [20, 80]) / 100
        assert margin_error(30, 20, 100) == pytest.approx(np.sqrt((1 / table).sum()))
        assert np.isinf(margin_error(0, 20, 100))

    @given(tables)
    def test_rows_at_its_own_odds_are_its_own(self, table):
        odds = np.log(table[0, 0] * table[1, 1] / table[0, 1] / table[1, 0])
        found = rows_at_odds(odds, table[0].sum(), table[:, 0].sum(), table.sum())
        assert found == pytest.approx(table[0, 0], rel=1e-6)

    def test_rows_at_odds_without_end_fill_what_there_is(self):
        found = rows_at_odds([-60.0, 0.0, 60.0], 60, 50, 100)
        assert found == pytest.approx([10.0, 30.0, 50.0])

    def test_refuses_more_than_all(self):
        with pytest.raises(ValueError, match="must not exceed rows"):
            least_expected(101, 20, 100)


class TestNpmi:
    def test_by_hand(self):
        """A quarter of both where an eighth is due: log 2 over log 4."""
        table = [[25, 0], [25, 50]]
        assert npmi(table, confidence=0.95).value == pytest.approx(np.log(2) / np.log(4))

    def test_never_together_and_only_together(self):
        found = npmi([[[0, 5], [5, 5]], [[5, 0], [0, 5]]], confidence=0.95)
        assert found.value.tolist() == [-1.0, 1.0]
        assert (found.low >= -1).all()
        assert (found.high <= 1).all()

    def test_undefined_where_nobody_has_it(self):
        assert np.isnan(npmi([[0, 5], [0, 5]], confidence=0.95).value)

    @given(tables)
    def test_has_the_sign_of_the_odds_ratio(self, table):
        both, apart = table[0, 0] * table[1, 1], table[0, 1] * table[1, 0]
        value = float(npmi(table, confidence=0.95).value)
        assert -1 <= value <= 1
        assert abs(value) < 1e-9 if both == apart else (value > 0) == (both > apart)

    def test_the_interval_misses_seldom(self):
        rng = np.random.default_rng(4)
        for tie in (-1.0, 0.0, 1.0):
            sample = drawn(rng, 1000, 0.2, 0.3, tie, 4000)
            both = float(rows_at_odds(tie, 0.2, 0.3, 1.0))
            true = np.log(both / 0.06) / -np.log(both)
            found = npmi(sample, confidence=0.95)
            assert 0.93 < ((found.low <= true) & (true <= found.high)).mean() < 0.97


class TestCramersV:
    def test_the_value_is_the_one_corrected_for_chance(self):
        table = np.array([[30, 20, 10], [10, 20, 40]])
        found = cramers_v_interval(table, confidence=0.95)
        assert found.value == cramers_v(table, corrected=True)
        assert found.low < found.value < found.high
        assert found.value < association(table, method="cramer")

    def test_unknown_where_a_column_has_one_level(self):
        assert np.isnan(cramers_v_interval([[5, 5], [0, 0]], confidence=0.95).high)

    @pytest.mark.parametrize("levels", [(2, 5), (5, 15)])
    @pytest.mark.parametrize("strength", [0.0, 0.3, 1.0])
    def test_interval_of_the_difference_covers(self, levels, strength):
        rng = np.random.default_rng(5)
        sides, true = [], []
        for rows in (1000, 3000):
            shares = np.outer(*(rng.dirichlet(np.full(k, 5.0)) for k in levels))
            shares *= np.exp(strength * rng.normal(size=levels))
            shares /= shares.sum()
            true.append(float(np.nan_to_num(cramers_v(shares * 1e9, corrected=False))))
            sample = rng.multinomial(rows, shares.ravel(), size=400).reshape(-1, *levels)
            sides.append(cramers_v_interval(sample, confidence=0.95))
        found, gap = strength_difference(*sides), true[1] - true[0]
        for side, value in zip(sides, true, strict=True):
            assert ((side.low <= value) & (value <= side.high)).mean() > 0.92
        assert ((found.low <= gap) & (gap <= found.high)).mean() > 0.92

    @given(arrays(np.int64, (3, 4), elements=st.integers(1, 200)))
    def test_no_difference_from_itself_and_none_in_the_order_of_levels(self, table):
        one = cramers_v_interval(table, confidence=0.95)
        assert strength_difference(one, one).value == 0
        other = cramers_v_interval(table[::-1, [2, 0, 3, 1]].T, confidence=0.95)
        assert [float(part) for part in other] == pytest.approx([float(p) for p in one], abs=1e-7)

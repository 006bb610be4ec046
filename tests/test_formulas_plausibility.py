"""Forbidden pairs, mined rules, ranges, conformal p values, and excess over fresh people."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import binom, fisher_exact, hypergeom

from audits.formulas.completeness import unseen_mass
from audits.formulas.conformal import (
    conformal_left_out_p,
    conformal_p,
    folds_of,
    outlier_scores,
    rows_to_flag,
)
from audits.formulas.excess import excess_p, left_out_people
from audits.formulas.forbidden import (
    expected_joint,
    forbidden_pairs,
    hypergeometric_none,
    surprise,
)
from audits.formulas.mined_rules import (
    dependency,
    dependency_support,
    implications,
    out_of_order,
    sharp_limits,
)
from audits.formulas.neighbours import gower_distances
from audits.formulas.out_of_range import out_of_range_rate, out_of_range_rate_of_any
from audits.formulas.shares import rule_of_zero

quick = settings(deadline=None, max_examples=60)
tables = arrays(
    np.int64, st.tuples(st.integers(2, 5), st.integers(2, 5)), elements=st.integers(0, 4)
)


class TestForbidden:
    def test_worked_example(self):
        table = [[820, 100], [80, 0]]
        assert expected_joint(table)[1, 1] == 8
        assert hypergeometric_none(1000, 80, 100) == pytest.approx(1.5e-4, rel=0.05)
        assert [round(surprise(alpha=0.01, pairs=p), 1) for p in (1, 10, 100, 1000)] == [
            4.6, 6.9, 9.2, 11.5,
        ]  # fmt: skip
        assert forbidden_pairs(table, alpha=0.01, pairs=10).tolist() == [
            [False, False],
            [False, True],
        ]
        assert not forbidden_pairs(table, alpha=0.01, pairs=100).any()

    @quick
    @given(n=st.integers(1, 300), data=st.data())
    def test_no_meeting_is_hypergeometric(self, n, data):
        a, b = data.draw(st.integers(0, n)), data.draw(st.integers(0, n))
        ours = hypergeometric_none(n, a, b)
        assert ours == pytest.approx(hypergeom.pmf(0, n, a, b), rel=1e-7, abs=1e-12)
        assert ours <= np.exp(-a * b / n) + 1e-9  # which is what `surprise` goes by

    def test_a_level_of_no_real_row_is_not_forbidden(self):
        assert not forbidden_pairs([[900, 0], [900, 0]], alpha=0.01, pairs=4).any()

    def test_chance_rarely_forbids(self):
        rng = np.random.default_rng(1)
        wrong = 0
        for _ in range(300):
            a, b = rng.choice(10, 400, p=np.arange(1, 11) / 55), rng.integers(0, 10, 400)
            table = np.zeros((10, 10), int)
            np.add.at(table, (a, b), 1)
            wrong += forbidden_pairs(table, alpha=0.05, pairs=100).any()
        assert wrong <= 0.05 * 300

    @pytest.mark.parametrize(
        ("table", "said"),
        [([1, 2], "two dimensions"), ([[-1]], "negative"), ([[0.5]], "whole")],
    )
    def test_what_is_no_table_is_refused(self, table, said):
        with pytest.raises(ValueError, match=said):
            forbidden_pairs(table, alpha=0.01, pairs=1)

    def test_levels_out_of_range_are_refused(self):
        with pytest.raises(ValueError, match="alpha"):
            surprise(alpha=1, pairs=3)
        with pytest.raises(ValueError, match="pairs"):
            surprise(alpha=0.1, pairs=0)


def one_left_out(miner, table):
    """What each single row would break, by leaving out just that row."""
    found = np.zeros(table.shape, dtype=bool)
    for i, j in np.argwhere(table == 1):
        rest = table.copy()
        rest[i, j] = 0
        found[i, j] = miner(rest)[i, j]
    return found


MINERS = {
    "forbidden": partial(forbidden_pairs, alpha=0.9, pairs=1),
    "implications": partial(implications, least=2, surprise=-1),
    "dependency": partial(dependency, least=2, surprise=-1),
}


class TestMined:
    @quick
    @pytest.mark.parametrize("name", MINERS)
    @given(table=tables)
    def test_a_spared_row_is_what_would_be_accused(self, name, table):
        miner = MINERS[name]
        assert (miner(table, spare=1) == one_left_out(miner, table)).all()

    @quick
    @given(table=tables)
    def test_a_spared_row_out_of_order(self, table):
        places = [np.arange(size, dtype=float) for size in table.shape]
        miner = partial(
            out_of_order, first=places[0], second=places[1], least=2, surprise=-1
        )  # chance is beside the point here
        assert (miner(table, spare=1) == one_left_out(miner, table)).all()

    @quick
    @given(table=tables)
    def test_a_spared_row_beyond_a_limit(self, table):
        many = np.vstack([table, np.full((1, table.shape[1]), 9)])  # every number occurs
        miner = partial(sharp_limits, least=2, surprise=-1)  # chance is beside the point here
        assert (miner(many, spare=1) == one_left_out(miner, many)).all()

    @quick
    @pytest.mark.parametrize("name", MINERS)
    @given(table=tables)
    def test_no_real_row_breaks_a_rule(self, name, table):
        assert not (MINERS[name](table) & (table > 0)).any()

    def test_how_many_rows_a_rule_needs(self):
        """299 real people of whom none breaks it: at most one in a hundred does."""
        assert rule_of_zero(299, confidence=0.95) < 0.01 < rule_of_zero(298, confidence=0.95)
        assert rule_of_zero(30, confidence=0.95) == pytest.approx(0.095, abs=5e-4)
        assert rule_of_zero(100, confidence=0.95) == pytest.approx(0.0295, abs=5e-5)
        for rows, kept in ((298, False), (299, True)):
            table = [[rows, 0], [200, 200]]
            assert implications(table, least=299, surprise=5).any() == kept

    def test_what_chance_would_keep_too_is_no_rule(self):
        """Of 300 rows none is in a value that one row in a thousand has."""
        table = [[300, 0], [699, 1]]
        assert not implications(table, least=299, surprise=5).any()

    def test_a_dependency_rests_on_rows_that_could_break_it(self):
        unique = np.eye(400, dtype=int)  # an identifier determines everything
        assert dependency_support(unique) == 0
        assert not dependency(unique, least=299, surprise=0).any()
        twice = 2 * unique
        assert dependency(twice, least=299, surprise=0).any()

    def test_one_exception_is_no_dependency(self):
        table = np.array([[300, 0], [0, 300]])
        assert dependency(table, least=299, surprise=9).tolist() == [[False, True], [True, False]]
        table[0, 1] = 1
        assert not dependency(table, least=299, surprise=9).any()

    def test_missing_numbers_are_in_any_order(self):
        table = np.array([[50, 9, 9], [9, 200, 200], [9, 0, 200]])
        places = [np.nan, 1.0, 2.0]
        found = out_of_order(table, places, places, least=299, surprise=5)
        assert np.argwhere(found).tolist() == [[2, 1]]

    def test_numbers_apart_are_no_order(self):
        """Ages are below incomes whatever the person: chance expects it too."""
        table = np.full((3, 3), 200)
        assert not out_of_order(table, [1, 2, 3], [10, 20, 30], least=299, surprise=5).any()

    def test_a_limit_is_sharp_or_none(self):
        ages = np.full(30, 100)
        married = np.where(np.arange(30) >= 15, 60, 0)
        fading = np.array([*np.zeros(15, int), 1, 2, 4, 8, 16, 32, *np.full(9, 60)])
        for wives, found in ((married, 15), (fading, 0)):
            table = np.vstack([wives, ages - wives])
            assert sharp_limits(table, least=299, surprise=9)[0].sum() == found

    def test_no_limit_where_nobody_is_farther_on(self):
        table = [[400, 400, 0], [100, 100, 0]]
        assert not sharp_limits(table, least=299, surprise=9).any()


class TestOutOfRange:
    def test_worked_example(self):
        assert out_of_range_rate(30) == pytest.approx(0.0645, abs=1e-4)
        assert out_of_range_rate_of_any(30, 10) == pytest.approx(0.49, abs=5e-3)
        assert out_of_range_rate([0, 1, 3]).tolist() == [1, 1, 0.5]

    @pytest.mark.parametrize("n", [5, 30])
    def test_as_simulated(self, n):
        rng = np.random.default_rng(2)
        seen, fresh = rng.normal(size=(20_000, n)), rng.normal(size=20_000)
        share = ((fresh < seen.min(1)) | (fresh > seen.max(1))).mean()
        rate = out_of_range_rate(n)
        assert abs(share - rate) < 4 * np.sqrt(rate / 20_000)


class TestConformal:
    def test_worked_example(self):
        assert conformal_p([25, 18.5, 3], range(1, 20)).tolist() == [0.05, 0.1, 0.9]

    @quick
    @given(n=st.integers(1, 60), alpha=st.floats(0.01, 0.99))
    def test_exact_when_exchangeable(self, n, alpha):
        """The fresh row has any rank among all with equal chance."""
        flagged = 0
        for rank in range(n + 1):
            scores = np.arange(n + 1)
            flagged += float(conformal_p(scores[rank], np.delete(scores, rank))) <= alpha
        assert flagged / (n + 1) <= alpha + 1e-9
        assert flagged == np.floor(alpha * (n + 1) + 1e-9)

    @quick
    @given(scores=st.lists(st.integers(0, 20), min_size=1, max_size=40))
    def test_left_out_is_leaving_out(self, scores):
        left = [float(conformal_p(score, np.delete(scores, i))) for i, score in enumerate(scores)]
        assert conformal_left_out_p(scores).tolist() == pytest.approx(left)

    @pytest.mark.parametrize(("alpha", "rows"), [(0.05, 19), (0.01, 99), (0.1, 9), (0.03, 33)])
    def test_rows_below_which_nothing_is_flagged(self, alpha, rows):
        assert rows_to_flag(alpha) == rows
        for n, possible in ((rows, True), (rows - 1, False)):
            assert (conformal_p(1e9, np.zeros(n)) <= alpha + 1e-12) == possible

    def test_unknown_calibration_is_refused(self):
        with pytest.raises(ValueError, match="nan"):
            conformal_p(1, [0, np.nan])
        assert np.isnan(conformal_p(np.nan, [0.0]))

    @quick
    @given(data=st.data())
    def test_scores_are_mean_distances_to_other_folds(self, data):
        codes = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=12)
        query, base = data.draw(codes), data.draw(codes)
        places = [[np.nan, 0.2, 0.5, 0.9], None]
        folds = (folds_of(len(query), 3), folds_of(len(base), 3))
        ours = outlier_scores(
            query, base, places, query_fold=folds[0], base_fold=folds[1], neighbours=2
        )
        apart = gower_distances(query, base, places).astype(float)
        for score, fold, row in zip(ours, folds[0], apart, strict=True):
            nearest = np.sort(row[folds[1] != fold])[:2]
            if nearest.size == 0:
                assert np.isnan(score)
            else:
                assert score == pytest.approx(nearest.mean(), abs=1e-7)

    @pytest.mark.parametrize("n", [30, 100, 400])
    def test_false_alarms_keep_their_level(self, n):
        """Fresh rows of the same population, scored as the real ones were."""
        rng = np.random.default_rng(3)
        flagged, runs = 0, 4000 // n + 15
        for _ in range(runs):
            draws = rng.choice(6, (n + 50, 5), p=[0.4, 0.3, 0.15, 0.1, 0.04, 0.01])
            real, fresh = draws[:n], draws[n:]
            fold = folds_of(n, 5)
            scored = partial(
                outlier_scores, base_codes=real, positions=[None] * 5, base_fold=fold, neighbours=5
            )
            own = scored(real, query_fold=fold)
            p = conformal_p(scored(fresh, query_fold=folds_of(50, 5)), own)
            flagged += int((p <= 0.05).sum())
        assert flagged / (50 * runs) <= 0.06


class TestExcess:
    @quick
    @given(m=st.integers(1, 300), n=st.integers(1, 300), data=st.data())
    def test_without_a_limit_it_is_the_exact_test(self, m, n, data):
        x, y = data.draw(st.integers(0, m)), data.draw(st.integers(0, n))
        exact = fisher_exact([[x, m - x], [y, n - y]], alternative="greater")[1]
        assert excess_p(x, m, y, n) == pytest.approx(exact, rel=1e-5, abs=1e-12)

    def test_with_very_many_people_it_is_the_binomial_test(self):
        """Sixty of 3,000 flagged at one in a hundred: an excess of one point."""
        assert excess_p(60, 3000, 1e7, 1e9) == pytest.approx(binom.sf(59, 3000, 0.01), rel=0.01)
        assert binom.sf(59, 3000, 0.01) == pytest.approx(8e-7, rel=0.1)

    @quick
    @given(m=st.integers(1, 200), n=st.integers(1, 200), data=st.data())
    def test_a_larger_limit_is_harder_to_exceed(self, m, n, data):
        x, y = data.draw(st.integers(0, m)), data.draw(st.integers(0, n))
        p = excess_p(x, m, y, n, excess=np.array([0, 0.01, 0.1, 0.5, 1]))
        assert (np.diff(p) >= -1e-12).all()
        assert ((p >= 0) & (p <= 1 + 1e-12)).all()

    def test_the_level_is_kept_at_the_limit(self):
        rng = np.random.default_rng(4)
        x, y = rng.binomial(500, 0.07, 20_000), rng.binomial(100, 0.02, 20_000)
        assert (excess_p(x, 500, y, 100, excess=0.05) <= 0.05).mean() <= 0.055

    def test_nobody_to_tell_from(self):
        assert np.isnan(excess_p([0, 3], [0, 9], [0, 0], [9, 0])).all()
        assert excess_p(3, 9, 9, 9) == 1
        assert excess_p(0, 9, 0, 9) == 1

    def test_worked_example_of_left_out_people(self):
        """Nine types seen once and five twice among thirty rows: Esty's error is .1346."""
        people = left_out_people(9, 10, 30)
        assert np.sqrt(0.3 * 0.7 / people) == pytest.approx(0.1346, abs=5e-5)

    @quick
    @given(counts=st.lists(st.integers(1, 6), min_size=2, max_size=30))
    def test_left_out_people_have_estys_error(self, counts):
        rows = np.array(counts)
        n, once, twice = rows.sum(), (rows == 1).sum(), 2 * (rows == 2).sum()
        esty = unseen_mass(rows, confidence=0.95)
        if not 0 < once < n or esty.low == 0 or esty.high == 1:
            return
        people = left_out_people(once, twice, n)
        error = np.sqrt(esty.value * (1 - esty.value) / people)
        assert 1.959964 * error == pytest.approx((esty.high - esty.low) / 2, rel=1e-5)

"""Paired differences of rates: worked examples, oracles, laws, and how often intervals hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from audits.formulas.differences import Difference, square_and_add
from audits.formulas.means import means_of_counts, means_of_sums
from audits.formulas.paired import (
    balanced_accuracy,
    mcnemar_p,
    mean_of_independent,
    over_rounds,
    paired_rate_difference,
    paired_share_difference,
)
from audits.formulas.shares import wilson

counts = st.integers(0, 60)
FOUR = st.tuples(counts, counts, counts, counts)


def newcombe(a, b, c, d, confidence=0.95):
    """Method 10, written out for one table."""
    n = a + b + c + d
    p1, p2 = (a + b) / n, (a + c) / n
    (l1, u1), (l2, u2) = (wilson(x, n, confidence=confidence) for x in (a + b, a + c))
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    cross = a * d - b * c
    if cross > 0:
        cross = max(cross - n / 2, 0)
    phi = 0 if margins == 0 else cross / np.sqrt(margins)
    down = (p1 - l1) ** 2 - 2 * phi * (p1 - l1) * (u2 - p2) + (u2 - p2) ** 2
    up = (p2 - l2) ** 2 - 2 * phi * (p2 - l2) * (u1 - p1) + (u1 - p1) ** 2
    return p1 - p2, p1 - p2 - np.sqrt(down), p1 - p2 + np.sqrt(up)


class TestPairedShares:
    def test_worked_example(self):
        found = paired_share_difference(18, 2, 6, 4, confidence=0.95)
        assert found == pytest.approx((-0.1333, -0.315, 0.059), abs=0.0005)
        assert mcnemar_p(2, 6) == pytest.approx(0.289, abs=0.0005)

    @pytest.mark.parametrize(
        ("four", "low", "high"),
        [
            # the first three are published, the last is 1 less the root of 2 times 0.1135 squared
            ((36, 12, 2, 0), 0.0569, 0.3404),
            ((20, 12, 2, 16), 0.0562, 0.3292),
            ((0, 12, 2, 36), 0.0569, 0.3404),
            ((0, 30, 0, 0), 0.8395, 1.0),
        ],
    )
    def test_tables(self, four, low, high):
        found = paired_share_difference(*four, confidence=0.95)
        assert (found.low, found.high) == pytest.approx((low, high), abs=0.0005)

    @given(FOUR.filter(sum))
    def test_as_written_out(self, four):
        assert paired_share_difference(*four, confidence=0.9) == pytest.approx(
            newcombe(*four, confidence=0.9), abs=1e-9
        )

    @given(FOUR.filter(sum))
    def test_laws(self, four):
        a, b, c, d = four
        found = paired_share_difference(a, b, c, d, confidence=0.95)
        assert -1 - 1e-9 <= found.low <= found.value + 1e-12
        assert found.value - 1e-12 <= found.high <= 1 + 1e-9
        turned = paired_share_difference(a, c, b, d, confidence=0.95)
        assert turned == pytest.approx((-found.value, -found.high, -found.low), abs=1e-9)

    def test_arrays_are_as_many_single_ones(self):
        rng = np.random.default_rng(0)
        four = rng.integers(0, 40, (4, 3, 7))
        found = paired_share_difference(*four, confidence=0.95)
        for place in np.ndindex(3, 7):
            alone = paired_share_difference(*four[(slice(None), *place)], confidence=0.95)
            assert [part[place] for part in found] == pytest.approx(list(alone))

    def test_of_nobody_nothing_is_known(self):
        assert np.isnan(paired_share_difference(0, 0, 0, 0, confidence=0.95)).all()

    @pytest.mark.parametrize(("four", "confidence"), [((-1, 2, 3, 4), 0.95), ((1, 2, 3, 4), 1.0)])
    def test_refuses(self, four, confidence):
        with pytest.raises(ValueError, match=r"negative|confidence"):
            paired_share_difference(*four, confidence=confidence)

    @pytest.mark.parametrize(("p1", "p2"), [(0.85, 0.75), (0.95, 0.95), (0.9, 0.8), (0.6, 0.5)])
    def test_coverage_of_thirty(self, p1, p2):
        """How often the interval holds the truth, where the percentile bootstrap holds .73."""
        rng = np.random.default_rng(30)
        both = min(p1, p2) - 0.03
        shares = [both, p1 - both, p2 - both, 1 - p1 - p2 + both]
        four = rng.multinomial(30, shares, size=20_000).T
        found = paired_share_difference(*four, confidence=0.95)
        held = ((found.low <= p1 - p2) & (p1 - p2 <= found.high)).mean()
        assert 0.945 <= held <= 0.999

    def test_coverage_over_many_truths(self):
        rng = np.random.default_rng(31)
        shares = rng.dirichlet([4, 1, 1, 1.5], size=20_000)
        four = rng.multinomial(30, shares).T
        found = paired_share_difference(*four, confidence=0.95)
        truth = shares[:, 1] - shares[:, 2]
        assert 0.95 <= ((found.low <= truth) & (truth <= found.high)).mean() <= 0.99


class TestMcNemar:
    @given(counts, counts)
    def test_as_scipy(self, b, c):
        expected = stats.binomtest(b, b + c, 0.5).pvalue if b + c else 1.0
        assert mcnemar_p(b, c) == pytest.approx(expected)

    def test_no_more_than_its_level(self):
        rng = np.random.default_rng(2)
        b = rng.binomial(14, 0.5, 20_000)
        assert (np.asarray(mcnemar_p(b, 14 - b)) <= 0.05).mean() <= 0.05

    def test_refuses_broken_people(self):
        with pytest.raises(ValueError, match="whole"):
            mcnemar_p(1.5, 2)


class TestRatesOfDifferentPeople:
    def test_same_people_leave_little_error(self):
        found = paired_rate_difference((10, 20), (10, 20), (10, 20), confidence=0.95)
        assert found == pytest.approx((0.0, 0.0, 0.0), abs=1e-9)
        skewed = paired_rate_difference((18, 20), (18, 20), (18, 20), confidence=0.95)
        low, high = wilson(18, 20, confidence=0.95)
        assert skewed.value == 0
        assert skewed.high == pytest.approx((0.9 - low) - (high - 0.9))  # limits are not symmetric

    def test_nobody_shared_is_two_samples(self):
        found = paired_rate_difference((12, 20), (30, 40), (0, 0), confidence=0.95)
        sides = [(x / n, *wilson(x, n, confidence=0.95)) for x, n in ((12, 20), (30, 40))]
        assert found == pytest.approx(square_and_add(*sides))

    def test_of_nobody_nothing_is_known(self):
        found = paired_rate_difference((0, 0), (3, 4), (0, 0), confidence=0.95)
        assert np.isnan(found.value)
        assert np.isnan(found.low)

    @pytest.mark.parametrize("people", [100, 400])
    def test_coverage_of_precision(self, people):
        """Two models pick overlapping people; how far their precisions are apart."""
        rng = np.random.default_rng(people)
        size = (4000, people)
        true = rng.random(size) < 0.4
        shared = rng.random(size)
        first = shared < np.where(true, 0.7, 0.15)
        second = np.where(rng.random(size) < 0.7, shared, rng.random(size)) < np.where(
            true, 0.6, 0.2
        )
        truth = 0.28 / (0.28 + 0.09) - 0.24 / (0.24 + 0.12)

        def pick(chosen):
            return (chosen & true).sum(axis=1), chosen.sum(axis=1)

        found = paired_rate_difference(
            pick(first), pick(second), pick(first & second), confidence=0.95
        )
        held = ((found.low <= truth) & (truth <= found.high)).mean()
        assert 0.94 <= held <= 0.98
        apart = square_and_add(
            *((x / n, *wilson(x, n, confidence=0.95)) for x, n in (pick(first), pick(second)))
        )
        assert (found.high - found.low).mean() < 0.9 * (apart.high - apart.low).mean()


class TestOverRounds:
    @given(FOUR.filter(sum))
    def test_of_one_round_it_is_that_round(self, four):
        one = paired_share_difference(*four, confidence=0.95)
        stacked = Difference(*(np.array([part]) for part in one))
        assert over_rounds(stacked, confidence=0.95) == pytest.approx(tuple(one))

    def test_equal_rounds_know_no_more_than_one(self):
        """The people tested are the same in each, so that more rounds tell no more of them."""
        one = np.array([[0.1, 0.0, 0.3]] * 5).T
        assert over_rounds(Difference(*one), confidence=0.95) == pytest.approx((0.1, 0.0, 0.3))

    def test_by_hand(self):
        values = np.array([0.1, 0.2, 0.3])
        found = over_rounds(Difference(values, values - 0.1, values + 0.2), confidence=0.95)
        trained = stats.t.ppf(0.975, 2) * 0.1 / np.sqrt(3)
        assert found.value == pytest.approx(0.2)
        assert found.low == pytest.approx(0.2 - np.hypot(0.1, trained))
        assert found.high == pytest.approx(0.2 + np.hypot(0.2, trained))

    def test_unknown_rounds_are_left_out(self):
        found = over_rounds(
            Difference(*np.array([[0.1, np.nan], [0.0, np.nan], [0.3, np.nan]])), confidence=0.95
        )
        assert found == pytest.approx((0.1, 0.0, 0.3))
        nothing = over_rounds(Difference(*np.full((3, 2), np.nan)), confidence=0.95)
        assert np.isnan(nothing).all()

    @pytest.mark.parametrize("spread", [0.0, 0.03, 0.08])
    @pytest.mark.parametrize("people", [30, 300])
    def test_coverage_where_training_adds_variance(self, spread, people):
        """Each round's models are better or worse by luck; five rounds, the same people."""
        rng = np.random.default_rng(int(1000 * spread) + people)
        times, rounds, rates = 1500, 5, (0.75, 0.8)
        latent = rng.standard_normal((times, 1, people))
        says = []
        for rate in rates:
            mine = 0.8 * latent + 0.6 * rng.standard_normal((times, 1, people))
            luck = rate + spread * rng.standard_normal((times, rounds, 1))
            says.append(mine < stats.norm.ppf(np.clip(luck, 0.001, 0.999)))
        one, other = says
        four = [(x & y).sum(axis=2) for x, y in ((one, other), (one, ~other), (~one, other))]
        each = paired_share_difference(*four, people - sum(four), confidence=0.95)
        found = over_rounds(Difference(*(np.moveaxis(p, 1, 0) for p in each)), confidence=0.95)
        truth = rates[0] - rates[1]
        held = ((found.low <= truth) & (truth <= found.high)).mean()
        assert 0.94 <= held <= 0.995
        if spread == 0.08 and people == 300:
            alone = ((each.low[:, 0] <= truth) & (truth <= each.high[:, 0])).mean()
            assert alone < 0.5  # what a single training claims


class TestMeans:
    def test_t_interval_of_paired_losses(self):
        rng = np.random.default_rng(4)
        ours, theirs = rng.exponential(2.0, 40), rng.exponential(2.2, 40)
        d = ours - theirs
        found = means_of_sums(40, d.sum(), (d**2).sum(), confidence=0.95)
        expected = stats.ttest_rel(ours, theirs).confidence_interval(0.95)
        assert float(found.value) == pytest.approx(d.mean())
        assert (float(found.low), float(found.high)) == pytest.approx((expected.low, expected.high))

    def test_as_from_counts(self):
        rows = means_of_counts([3, 5, 2], [1.0, 2.0, 7.0], confidence=0.9)
        x = np.repeat([1.0, 2.0, 7.0], [3, 5, 2]) - 5.0
        sums = means_of_sums(10, x.sum(), (x**2).sum(), confidence=0.9, centre=5.0)
        assert [float(part) for part in sums] == pytest.approx([float(part) for part in rows])

    def test_too_few(self):
        found = means_of_sums([0, 1], [0.0, 2.0], [0.0, 4.0], confidence=0.95)
        assert np.isnan(found.value).tolist() == [True, False]
        assert np.isnan(found.low).all()


class TestBalancedAccuracy:
    def test_as_sklearn(self):
        from sklearn.metrics import balanced_accuracy_score

        rng = np.random.default_rng(5)
        truth, said = rng.integers(0, 3, 200), rng.integers(0, 3, 200)
        hits = [int(((truth == k) & (said == k)).sum()) for k in range(3)]
        people = [int((truth == k).sum()) for k in range(3)]
        found = balanced_accuracy(hits, people, confidence=0.95)
        assert found.value == pytest.approx(balanced_accuracy_score(truth, said))

    def test_unknown_where_a_class_has_nobody(self):
        assert np.isnan(balanced_accuracy([3, 0], [5, 0], confidence=0.95)).all()

    def test_coverage(self):
        rng = np.random.default_rng(6)
        hits = rng.binomial([15, 40], [0.7, 0.9], (20_000, 2))
        found = balanced_accuracy(hits, np.broadcast_to([15, 40], hits.shape), confidence=0.95)
        held = ((found.low <= 0.8) & (found.high >= 0.8)).mean()
        assert 0.94 <= held <= 0.98

    def test_one_estimate_is_its_own_mean(self):
        found = mean_of_independent(Difference(np.array([0.5]), np.array([0.4]), np.array([0.7])))
        assert found == pytest.approx((0.5, 0.4, 0.7))


class TestCorrelated:
    @given(st.floats(-1, 1), st.floats(0, 1), st.floats(0, 1))
    def test_between_sum_and_difference(self, r, x, y):
        found = square_and_add((0.0, -x, x), (0.0, -y, y), correlation=r)
        assert abs(x - y) - 1e-7 <= -found.low <= x + y + 1e-7
        assert found.high == pytest.approx(-found.low)

    def test_independent_is_the_default(self):
        sides = (10.0, 7.0, 13.0), (8.0, 4.0, 12.0)
        assert square_and_add(*sides) == square_and_add(*sides, correlation=0.0)

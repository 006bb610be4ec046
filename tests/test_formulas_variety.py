"""Rao's quadratic entropy and its jackknife error."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audits.formulas.variety import (
    distance_sums,
    level_distances,
    mean_dissimilarity,
    population_dissimilarity,
    weighted_dissimilarity,
)
from audits.formulas.variety_error import jackknife_error, joint_error, weighted_joint_error

QUICK = settings(deadline=None, max_examples=60)
NUMERIC = np.array([0, 1, 2, 3, 7]) / 7  # the values 1, 2, 3, 4, 8 in units of their range


@st.composite
def attributes(draw, *, smallest=1):
    """Counts of up to six levels, and positions (some missing) or None."""
    levels = draw(st.integers(1, 6))
    counts = draw(st.lists(st.integers(0, 6), min_size=levels, max_size=levels))
    counts[0] += smallest
    if draw(st.booleans()):
        return counts, None
    place = st.one_of(st.just(float("nan")), st.integers(0, 8).map(lambda k: k / 8))
    return counts, draw(st.lists(place, min_size=levels, max_size=levels))


def matrix(counts, positions):
    """Distances between all members, one by one."""
    rows = np.repeat(np.arange(len(counts)), counts)
    if positions is None:
        return (rows[:, None] != rows).astype(float)
    place = np.array(positions, dtype=float)[rows]
    apart = np.abs(place[:, None] - place)
    missing = np.isnan(place)
    apart[missing[:, None] ^ missing] = 1
    apart[missing[:, None] & missing] = 0
    return apart


class TestByHand:
    def test_income(self):
        assert mean_dissimilarity([10, 10, 5, 5]) == pytest.approx(0.7471, abs=5e-5)
        assert mean_dissimilarity([2400, 300, 200, 100]) == pytest.approx(0.3446, abs=5e-5)

    def test_numeric(self):
        real, synthetic = [1, 1, 0, 1, 1], [0, 1, 2, 1, 0]
        assert 7 * mean_dissimilarity(real, NUMERIC) == pytest.approx(3.8333, abs=5e-5)
        assert 7 * mean_dissimilarity(synthetic, NUMERIC) == pytest.approx(1.0)

    def test_jackknife_of_three_points(self):
        assert mean_dissimilarity([1, 1, 1], [0, 0.2, 0.9]) == pytest.approx(0.6)
        assert jackknife_error([1, 1, 1], [0, 0.2, 0.9]) == pytest.approx(0.4163, abs=5e-5)

    def test_missing_is_one_away_from_any_value(self):
        sums = distance_sums([2, 3, 1], [0.25, np.nan, 0.75])
        assert sums.tolist() == [3.5, 3.0, 4.0]

    def test_shares_of_a_population(self):
        assert population_dissimilarity([0.25, 0.45, 0.2, 0.1]) == pytest.approx(0.685)

    def test_many_groups_at_once(self):
        counts = np.array([[[10, 10, 5, 5]], [[2400, 300, 200, 100]]])
        assert mean_dissimilarity(counts).shape == (2, 1)
        assert mean_dissimilarity(counts)[1, 0] == mean_dissimilarity(counts[1, 0])


class TestAgainstTheMatrix:
    """Closed forms against all pairs, one by one."""

    @QUICK
    @given(attributes(smallest=3))
    def test_mean_and_levels(self, attribute):
        counts, positions = attribute
        apart = matrix(counts, positions)
        n = len(apart)
        rows = np.repeat(np.arange(len(counts)), counts)
        assert mean_dissimilarity(counts, positions) == pytest.approx(apart.sum() / (n * (n - 1)))
        levels = level_distances(counts, positions)
        assert levels[rows] == pytest.approx(apart.sum(axis=1) / (n - 1))
        assert np.isnan(levels[np.array(counts) == 0]).all()

    @QUICK
    @given(attributes(smallest=3))
    def test_jackknife_leaves_out_each(self, attribute):
        counts, positions = attribute
        apart = matrix(counts, positions)
        n = len(apart)
        left_out = [
            np.delete(np.delete(apart, i, 0), i, 1).sum() / ((n - 1) * (n - 2)) for i in range(n)
        ]
        expected = np.sqrt((n - 1) * np.var(left_out))
        assert jackknife_error(counts, positions) == pytest.approx(expected, abs=1e-12)
        row_means = apart.sum(axis=1) / (n - 1)
        assert joint_error(row_means, n) == pytest.approx(expected, abs=1e-12)
        equal = weighted_joint_error(2 * apart.sum(axis=1), np.full(n, 2.0))
        assert equal == pytest.approx(expected, abs=1e-12)

    @QUICK
    @given(attributes(smallest=3), st.randoms(use_true_random=False))
    def test_weights(self, attribute, random):
        counts, positions = attribute
        apart = matrix(counts, positions)
        rows = np.repeat(np.arange(len(counts)), counts)
        w = np.array([random.uniform(0.5, 3) for _ in rows])
        pairs = np.outer(w, w)
        np.fill_diagonal(pairs, 0)
        sums = [np.bincount(rows, w**k, minlength=len(counts)) for k in (1, 2)]
        expected = (pairs * apart).sum() / pairs.sum()
        assert weighted_dissimilarity(*sums, positions) == pytest.approx(expected)
        left_out = []
        for i in range(len(rows)):
            kept = np.delete(np.delete(pairs, i, 0), i, 1)
            left_out.append((kept * np.delete(np.delete(apart, i, 0), i, 1)).sum() / kept.sum())
        row_sums = distance_sums(sums[0], positions)[rows]
        expected = np.sqrt((len(rows) - 1) * np.var(left_out))
        assert weighted_joint_error(row_sums, w) == pytest.approx(expected, abs=1e-9)


class TestLaws:
    @QUICK
    @given(attributes(smallest=2), st.randoms(use_true_random=False))
    def test_order_of_levels_makes_no_difference(self, attribute, random):
        counts, positions = attribute
        order = list(range(len(counts)))
        random.shuffle(order)
        turned = None if positions is None else [positions[k] for k in order]
        assert mean_dissimilarity([counts[k] for k in order], turned) == pytest.approx(
            float(mean_dissimilarity(counts, positions))
        )

    @QUICK
    @given(attributes(smallest=2))
    def test_copies_bring_the_mean_to_that_of_the_population(self, attribute):
        counts, positions = np.array(attribute[0]), attribute[1]
        population = population_dissimilarity(counts, positions)
        n = counts.sum()
        assert mean_dissimilarity(counts, positions) * (n - 1) / n == pytest.approx(
            float(population), abs=1e-12
        )

    def test_two_ordered_levels_at_the_ends_are_categories(self):
        assert mean_dissimilarity([3, 4], [0, 1]) == pytest.approx(
            float(mean_dissimilarity([3, 4]))
        )

    def test_unbiased_at_every_size(self):
        rng = np.random.default_rng(1)
        shares = np.array([0.5, 0.3, 0.15, 0.05])
        place = [0.1, 0.4, np.nan, 0.9]
        for n in (3, 10, 30):
            drawn = mean_dissimilarity(rng.multinomial(n, shares, size=20_000), place)
            error = drawn.std() / np.sqrt(len(drawn))
            assert abs(drawn.mean() - population_dissimilarity(shares, place)) < 4 * error

    def test_a_sample_of_rows_gives_nearly_the_error(self):
        rng = np.random.default_rng(2)
        means = rng.normal(0.5, 0.05, size=5000)
        full, part = joint_error(means, 5000), joint_error(means[:1000], 5000)
        assert part == pytest.approx(full, rel=0.1)


class TestDegenerate:
    @pytest.mark.parametrize("positions", [None, [0.2, 0.9], [0.2, np.nan], [np.nan, np.nan]])
    def test_all_alike_is_exactly_zero(self, positions):
        for counts in ([30, 0], [0, 30]):
            assert mean_dissimilarity(counts, positions) == 0
            assert jackknife_error(counts, positions) == 0

    @pytest.mark.parametrize("counts", [[0, 0], [1, 0]])
    def test_too_few_to_compare(self, counts):
        assert np.isnan(mean_dissimilarity(counts))
        assert np.isnan(mean_dissimilarity(counts, [0.0, 1.0]))
        assert np.isnan(level_distances(counts)).all()
        assert np.isnan(weighted_dissimilarity(np.multiply(counts, 0.3), np.multiply(counts, 0.09)))

    def test_too_few_for_an_error(self):
        assert np.isnan(jackknife_error([1, 1]))
        assert np.isnan(joint_error([1.0, 1.0], 2))
        assert np.isnan(joint_error([1.0], 30))
        assert np.isnan(weighted_joint_error([1.0, 1.0], [1.0, 2.0]))

    @pytest.mark.parametrize(
        ("counts", "positions", "words"),
        [
            ([-1, 2], None, "not negative, got -1"),
            ([np.nan, 2], None, "finite"),
            ([], None, "at least one level"),
            ([1, 2], [0.5], r"shape \(2,\)"),
            ([1, 2], [0.5, 1.5], r"in \[0, 1\]"),
        ],
    )
    def test_refused(self, counts, positions, words):
        with pytest.raises(ValueError, match=words):
            mean_dissimilarity(counts, positions)

    def test_refused_errors(self):
        with pytest.raises(ValueError, match="3 rows were given for a group of 2"):
            joint_error([1, 2, 3], 2)
        with pytest.raises(ValueError, match="must be positive"):
            weighted_joint_error([1, 2, 3], [1, 0, 1])
        with pytest.raises(ValueError, match="must match"):
            weighted_joint_error([1, 2, 3], [1, 1])

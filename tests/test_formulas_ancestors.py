"""Nearest real rows, and how many people a synthetic group rests on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audits.formulas.ancestors import (
    ancestor_weights,
    effective_ancestors,
    group_ancestors,
    n_basis,
    resampled_ancestors,
)
from audits.formulas.attribution import nearest_rows
from audits.formulas.neighbours import gower_distances

seeds = st.integers(0, 2**32 - 1)
PLACES = [None, [0.1, 0.5, 0.5, 0.9, np.nan]]


def rows(seed, n):
    return np.random.default_rng(seed).integers(0, 5, (n, 2))


class TestEffectiveAncestors:
    def test_thirty_people_in_three_tiers(self):
        found = effective_ancestors([200] * 10 + [80] * 10 + [20] * 10)
        assert found.distinct == found.cells == 30
        assert found.n1_plug_in == pytest.approx(22.33, abs=5e-3)
        assert found.n1 == pytest.approx(found.n1_plug_in * np.exp(29 / 6000))
        assert found.n2 == pytest.approx(19.35, abs=5e-3)
        assert 3000 / found.n1_plug_in == pytest.approx(134.4, abs=0.05)
        assert found.top5_share == pytest.approx(1 / 3)
        assert found.gini == pytest.approx(0.4)

    def test_three_and_one(self):
        found = effective_ancestors([3, 1])
        assert found.n1_plug_in == pytest.approx(1.755, abs=5e-4)
        assert found.n2 == pytest.approx(2.0)

    def test_unused_people_count_only_for_inequality(self):
        used, more = effective_ancestors([3, 3]), effective_ancestors([3, 3, 0, 0])
        assert used.n2 == more.n2
        assert used.n1_plug_in == more.n1_plug_in
        assert (used.gini, more.gini) == pytest.approx((0, 0.5))

    def test_n2_does_not_grow_with_the_rows(self):
        """Ten thousand samples from fixed shares: the mean of 1/N2 is the sum of squares."""
        rng = np.random.default_rng(0)
        shares = np.array([0.5, 0.2, 0.2, 0.1])
        for m in (5, 50):
            inverse = [1 / effective_ancestors(c).n2 for c in rng.multinomial(m, shares, 4000)]
            error = np.std(inverse) / np.sqrt(4000)
            assert abs(np.mean(inverse) - (shares**2).sum()) < 4 * error

    def test_edges(self):
        assert effective_ancestors([0, 7]).n1 == 1
        assert np.isnan(effective_ancestors([1]).n2)
        assert effective_ancestors([1, 1, 1]).n2 == np.inf
        assert effective_ancestors([1, 1, 1]).n1 == 3  # never more than there are
        nobody = effective_ancestors([0, 0])
        assert nobody.distinct == 0
        assert np.isnan([nobody.n1, nobody.n2, nobody.top5_share, nobody.gini]).all()
        assert effective_ancestors([]).distinct == 0

    def test_refused(self):
        with pytest.raises(ValueError, match="not negative"):
            effective_ancestors([1, -1])

    def test_basis(self):
        assert n_basis([30, 12.5], [22.33, 40]).tolist() == [22.33, 12.5]
        assert np.isnan(n_basis(30, np.nan))


class TestTies:
    def setup_method(self):
        rng = np.random.default_rng(1)
        self.people = np.repeat(np.arange(6), 5)[:, None]
        self.synthetic = rng.integers(0, 6, (3000, 1))

    def test_thirty_people_with_six_profiles(self):
        weights = group_ancestors(
            nearest_rows(self.synthetic, self.people, [None]),
            queries=np.arange(3000),
            people=np.arange(30),
        )
        found = effective_ancestors(
            weights.weights, self_pairs=weights.self_pairs, cells=weights.cells
        )
        assert (found.distinct, found.cells) == (30, 6)
        assert found.n1_plug_in == pytest.approx(29.98, abs=0.02)
        assert found.n2 == pytest.approx(30, abs=0.1)
        assert weights.self_pairs == pytest.approx(3000 / 5)

    def test_order_makes_no_difference(self):
        order = np.random.default_rng(2).permutation(30)
        weights = ancestor_weights(gower_distances(self.synthetic, self.people, [None])).weights
        turned = ancestor_weights(gower_distances(self.synthetic, self.people[order], [None]))
        assert turned.weights == pytest.approx(weights[order])

    def test_n2_counts_pairs_of_rows(self):
        """Fractions against the definition: over pairs of rows, the shares they have in common."""
        share = np.array([[1, 0, 0], [0.5, 0.5, 0], [1 / 3] * 3, [0, 0.5, 0.5]])
        distances = np.where(share > 0, 0.1, 0.9)
        found = ancestor_weights(distances)
        common = share @ share.T
        expected = 12 / (common.sum() - np.trace(common))
        n2 = effective_ancestors(found.weights, self_pairs=found.self_pairs, cells=found.cells).n2
        assert found.weights == pytest.approx(share.sum(axis=0))
        assert n2 == pytest.approx(expected)


class TestAncestorWeights:
    @settings(deadline=None, max_examples=40)
    @given(seeds, st.integers(1, 15), st.integers(1, 15))
    def test_counts_stand_for_copies(self, seed, q, n):
        queries, base = rows(seed, q), rows(seed + 1, n)
        rng = np.random.default_rng(seed)
        asked, held = rng.integers(0, 4, q), rng.integers(1, 4, n)
        short = ancestor_weights(
            gower_distances(queries, base, PLACES), query_counts=asked, base_counts=held
        )
        full = ancestor_weights(
            gower_distances(
                np.repeat(queries, asked, axis=0), np.repeat(base, held, axis=0), PLACES
            )
        )
        assert short.cells == np.count_nonzero(short.weights[np.cumsum(held) - 1])
        assert short.weights == pytest.approx(full.weights)
        assert short.self_pairs == pytest.approx(full.self_pairs)
        assert short.weights.sum() == pytest.approx(asked.sum())

    def test_no_one(self):
        assert ancestor_weights(np.empty((0, 3))).weights.tolist() == [0, 0, 0]
        assert ancestor_weights(np.empty((3, 0))).weights.tolist() == []

    def test_refused(self):
        with pytest.raises(ValueError, match="two-dimensional"):
            ancestor_weights([0.1])
        with pytest.raises(ValueError, match=r"shape \(1,\)"):
            ancestor_weights([[0.1]], query_counts=[1, 2])


class TestNearestRows:
    @settings(deadline=None, max_examples=60)
    @given(seeds, st.integers(1, 20), st.integers(1, 20))
    def test_same_as_all_pairs(self, seed, q, n):
        queries, base = rows(seed, q), rows(seed + 1, n)
        expected = ancestor_weights(gower_distances(queries, base, PLACES))
        found = group_ancestors(
            nearest_rows(queries, base, PLACES), queries=np.arange(q), people=np.arange(n)
        )
        assert found.weights == pytest.approx(expected.weights)
        assert found.self_pairs == pytest.approx(expected.self_pairs)

    @settings(deadline=None, max_examples=30)
    @given(seeds)
    def test_groups_add_up(self, seed):
        queries, base = rows(seed, 12), rows(seed + 1, 9)
        nearest = nearest_rows(queries, base, PLACES)
        parts = [np.arange(4), np.arange(4, 9)]
        inside = [
            group_ancestors(nearest, queries=np.arange(12), people=p).weights.sum() for p in parts
        ]
        assert sum(inside) == pytest.approx(12)

    def test_foreign_ancestors(self):
        nearest = nearest_rows([[0], [1], [1], [2]], [[0], [1]], [[0.0, 0.4, 0.5]])
        found = group_ancestors(nearest, queries=[0, 1, 2, 3], people=[0])
        assert found.weights.tolist() == [1]
        assert 1 - found.weights.sum() / 4 == 0.75
        assert nearest.distance.max() == pytest.approx(0.1, abs=1e-6)

    def test_no_real_rows(self):
        nearest = nearest_rows([[0], [1]], np.empty((0, 1), dtype=int), [None])
        assert len(nearest.share) == 0
        assert group_ancestors(nearest, queries=[0, 1], people=[]).weights.tolist() == []


class TestResampledAncestors:
    def test_closed_forms(self):
        small, large = resampled_ancestors(30, 30), resampled_ancestors(30, 3000)
        assert small.distinct == pytest.approx(19.15, abs=5e-3)
        assert small.n1 == pytest.approx(17.2, abs=0.1)
        assert large.distinct == pytest.approx(30)
        assert large.n1 == pytest.approx(29.86, abs=5e-3)
        assert large.n1 == pytest.approx(30 * np.exp(-29 / 6000), abs=1e-3)

    @pytest.mark.parametrize(("n", "m"), [(1, 1), (5, 1), (5, 12), (40, 60)])
    def test_simulated(self, n, m):
        rng = np.random.default_rng(3)
        drawn = rng.multinomial(m, np.full(n, 1 / n), 3000)
        entropy = np.log([effective_ancestors(c).n1_plug_in for c in drawn])
        expected = resampled_ancestors(n, m)
        for values, target in (
            ((drawn > 0).sum(axis=1), expected.distinct),
            (((drawn / m) ** 2).sum(axis=1), expected.sum_of_squares),
            (entropy, np.log(expected.n1)),
        ):
            assert abs(np.mean(values) - target) <= 4 * np.std(values) / np.sqrt(3000) + 1e-9

    def test_refused(self):
        with pytest.raises(ValueError, match="at least 1, got 0 and 3"):
            resampled_ancestors(0, 3)

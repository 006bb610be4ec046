"""Formulas of copying: differences of shares, nearer than chance, distance ratios."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from audits.formulas.closer import CloserShare, closer_share, near_copies
from audits.formulas.differences import share_difference, square_and_add
from audits.formulas.distance_ratios import clustered_percentiles, nearest_ratio, percentile
from audits.formulas.shares import wilson

DEALT = {"normal_from": 200, "max_draws": 999}
NORMAL = {"normal_from": 0, "max_draws": 1}


def closer(weights, training, *, seed=0, **options):
    rng = np.random.default_rng(seed)
    return closer_share(weights, training, rng=rng, **(DEALT | options))


class TestDifferences:
    # Newcombe 1998, table II, method 10
    @pytest.mark.parametrize(
        ("counts", "limits"),
        [
            ((56, 70, 48, 80), (0.0524, 0.3339)),
            ((9, 10, 3, 10), (0.1705, 0.8090)),
            ((10, 10, 0, 20), (0.6791, 1.0000)),
            ((5, 56, 0, 29), (-0.0381, 0.1926)),
        ],
    )
    def test_published_limits(self, counts, limits):
        found = share_difference(*counts, confidence=0.95)
        assert (found.low, found.high) == pytest.approx(limits, abs=1e-4)

    @given(st.integers(0, 50), st.integers(50, 90), st.integers(0, 50), st.integers(50, 90))
    def test_turning_it_round_turns_the_sign(self, a, n, b, m):
        one = share_difference(a, n, b, m, confidence=0.9)
        other = share_difference(b, m, a, n, confidence=0.9)
        assert one.value == pytest.approx(-other.value)
        assert one.low == pytest.approx(-other.high)
        assert one.low <= one.value <= one.high

    def test_against_what_is_known_exactly_it_is_the_interval_itself(self):
        low, high = wilson(7, 50, confidence=0.95)
        found = square_and_add((0.14, low, high), (0.1, 0.1, 0.1))
        assert (found.low, found.high) == pytest.approx((low - 0.1, high - 0.1))

    def test_nobody_on_a_side(self):
        assert np.isnan(share_difference(0, 0, 3, 9, confidence=0.95).low)


class TestCloserShare:
    def test_worked_example(self):
        """6, 2, 1, 1 of ten rows are nearest to two training and two holdout rows."""
        found = closer([0.6, 0.2, 0.1, 0.1], [True, True, False, False])
        assert found.share == pytest.approx(0.8)
        assert found.sd == pytest.approx(0.238, abs=5e-4)
        assert found.p == pytest.approx(1 / 6)

    def test_the_binomial_would_claim_more(self):
        assert stats.binomtest(8, 10, alternative="greater").pvalue == pytest.approx(
            0.0547, abs=1e-4
        )

    @settings(deadline=None, max_examples=40)
    @given(st.lists(st.floats(0, 1), min_size=2, max_size=8), st.integers(1, 7), st.data())
    def test_exact_p_counts_every_labelling(self, weights, training, data):
        training = min(training, len(weights) - 1)
        v = np.array(weights) / max(sum(weights), 1e-9)
        labels = np.array(
            data.draw(st.permutations([True] * training + [False] * (len(v) - training)))
        )
        if not v.sum() > 0:
            return
        every = [v[list(rows)].sum() for rows in combinations(range(len(v)), training)]
        observed = v[labels].sum()
        expected = np.mean(np.array(every) >= observed - 1e-12)
        found = closer(v, labels)
        assert found.p == pytest.approx(expected)
        assert found.expected == pytest.approx(np.mean(every))
        assert found.sd == pytest.approx(np.std(every), abs=1e-9)

    def test_strata_are_dealt_apart(self):
        """Every way of dealing labels in two parts of three and four rows."""
        v = np.array([0.3, 0.1, 0.0, 0.25, 0.15, 0.2, 0.0])
        training = np.array([True, False, True, True, False, False, False])
        part = np.array([0, 0, 0, 1, 1, 1, 1])
        sums = [
            v[list(a)].sum() + v[[3 + i for i in b]].sum()
            for a in combinations(range(3), 2)
            for b in combinations(range(4), 1)
        ]
        found = closer(v, training, strata=part)
        assert found.expected == pytest.approx(np.mean(sums))
        assert found.sd == pytest.approx(np.std(sums))
        assert found.p == pytest.approx(np.mean(np.array(sums) >= v[training].sum() - 1e-12))

    def test_drawn_and_normal_agree(self):
        rng = np.random.default_rng(3)
        v = rng.dirichlet(np.ones(300) * 3)
        training = np.arange(300) < 120
        training[np.argsort(-v)[:4]] = True
        drawn = closer(v, training, normal_from=10**6, max_draws=20_000)
        normal = closer(v, training, **NORMAL)
        assert drawn[:3] == normal[:3]
        assert drawn.p == pytest.approx(normal.p, abs=0.06)

    def test_unequal_sizes_are_expected_to_differ(self):
        """90 training and 30 holdout rows: three quarters is chance, not one half."""
        rng = np.random.default_rng(4)
        found = closer(rng.dirichlet(np.ones(120)), np.arange(120) < 90)
        assert found.expected == pytest.approx(0.75)

    def test_synthetic_rows_twice_over_change_nothing(self):
        """Only shares of rows count, so m rows written twice say what they said once."""
        counts = np.array([6, 2, 1, 1, 3])
        labels = [True, True, False, False, False]
        once, twice = (closer(times * counts / (times * counts.sum()), labels) for times in (1, 2))
        assert once == pytest.approx(twice)

    @pytest.mark.parametrize("rows", [30, 500])
    def test_null_calibration(self, rows):
        """3,000 rows of the same people as both sides: the level holds, the binomial's does not."""
        rng, p, naive = np.random.default_rng(rows), [], []
        for _ in range(200):
            v = rng.multinomial(3000, rng.dirichlet(np.ones(2 * rows))) / 3000
            found = closer(v, np.arange(2 * rows) < rows, seed=1, max_draws=199)
            p.append(found.p)
            naive.append(abs(found.share - 0.5) > 1.96 * 0.5 / np.sqrt(3000))
        assert np.mean(np.array(p) <= 0.05) == pytest.approx(0.05, abs=0.04)
        assert np.mean(naive) > 0.1

    def test_nothing_near_anything(self):
        assert np.isnan(closer([0.0, 0.0], [True, False]).share)

    def test_shapes_must_match(self):
        with pytest.raises(ValueError, match="shapes must match"):
            closer([0.5, 0.5], [True])


class TestNearCopies:
    def test_a_planted_tenth(self):
        found = near_copies(CloserShare(0.546, 0.5, 0.01, 0), searched=1, confidence=0.95)
        assert found.value == pytest.approx(0.092)

    def test_originals_not_searched_for_are_made_up_for(self):
        half = near_copies(CloserShare(0.525, 0.5, 0.01, 0), searched=0.5, confidence=0.95)
        assert half.value == pytest.approx(0.1)
        assert half.high - half.low == pytest.approx(4 * 1.96 * 0.01 * 2, rel=1e-3)

    def test_at_most_all(self):
        found = near_copies(CloserShare(1.0, 0.5, 0.1, 0), searched=0.5, confidence=0.95)
        assert (found.value, found.high) == (1, 1)

    def test_unknown_without_a_holdout(self):
        assert not near_copies(CloserShare(1.0, 1.0, 0, 1), searched=1, confidence=0.95).known

    @pytest.mark.parametrize("searched", [0, 1.5])
    def test_share_searched_is_a_share(self, searched):
        with pytest.raises(ValueError, match="searched must be"):
            near_copies(CloserShare(0.5, 0.5, 0.1, 1), searched=searched, confidence=0.95)


class TestDistanceRatios:
    def test_worked_example(self):
        """Real people at 0, 1 and 4; synthetic ones at .1, 2.5 and 3.9."""
        real = np.array([0, 1, 4])
        apart = np.sort(np.abs(np.array([0.1, 2.5, 3.9])[:, None] - real), axis=1)
        found = nearest_ratio(apart[:, 0], apart[:, 1])
        assert found == pytest.approx([0.1111, 1.0, 0.0345], abs=1e-4)

    def test_two_people_at_the_same_place(self):
        assert nearest_ratio([0.0, 0.0, 0.2], [0.0, 0.5, np.inf]).tolist()[:2] == [1, 0]
        assert np.isnan(nearest_ratio([0.2], [np.inf])).all()

    @given(st.lists(st.integers(0, 9), min_size=1, max_size=40), st.floats(0, 1))
    def test_percentile_is_numpys(self, values, at):
        assert percentile(values, at) == np.quantile(values, at, method="inverted_cdf")

    def test_twins_are_no_independent_witnesses(self):
        """Forty rows on four people vary more than forty people do."""
        rng = np.random.default_rng(5)
        people = rng.random(40)
        spread = []
        for people_behind in (40, 4):
            cluster = np.arange(40) % people_behind
            values = people[cluster]
            drawn = clustered_percentiles(values, cluster, at=0.5, draws=400, rng=rng)
            spread.append(drawn.std())
        assert spread[1] > 2 * spread[0]

    def test_names_of_clusters_do_not_matter(self):
        values, cluster = np.arange(30.0), np.arange(30) % 7
        found = [
            clustered_percentiles(values, names, at=0.2, draws=50, rng=np.random.default_rng(6))
            for names in (cluster, cluster * 10 + 3)
        ]
        np.testing.assert_array_equal(*found)

    def test_single_clusters_are_the_plain_bootstrap(self):
        rng = np.random.default_rng(7)
        drawn = clustered_percentiles(rng.random(400), np.arange(400), at=0.05, draws=800, rng=rng)
        assert drawn.std() == pytest.approx(np.sqrt(0.05 * 0.95 / 400), rel=0.25)

    def test_nothing_to_draw(self):
        found = clustered_percentiles([], [], at=0.5, draws=3, rng=np.random.default_rng(0))
        assert len(found) == 0
        assert np.isnan(percentile([], 0.5))

    def test_shapes_must_match(self):
        with pytest.raises(ValueError, match="shapes must match"):
            clustered_percentiles([1], [1, 2], at=0.5, draws=1, rng=np.random.default_rng(0))


def test_distances_to_the_closest_record_as_published():
    """Range-scaled distances of SDMetrics' own test: .2 and 0 for 3 and 5 among 0, 5, 8, 9, 10."""
    from audits.formulas.nearest import nearest

    scale = np.arange(11) / 10
    found = nearest([[3], [5]], [[0], [5], [8], [9], [10]], [scale], k=1)
    assert found.least[found.query_profile, 0] == pytest.approx([0.2, 0.0], abs=1e-6)

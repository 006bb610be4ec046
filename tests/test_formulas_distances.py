from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats
from scipy.spatial.distance import jensenshannon

from audits.formulas import associations, distances, sample_distances

quick = settings(deadline=None, max_examples=60)
counts = arrays(np.int64, 5, elements=st.integers(0, 40)).filter(lambda c: c.sum() > 0)
POINTS = np.array([-1.0, 0.0, 0.5, 3.0, 10.0])
REAL, SYNTHETIC = [12, 9, 6, 3], [2100, 600, 240, 60]
NO_WEIGHTS = {"real_weights": None, "synthetic_weights": None}
COUNT_DISTANCES = {
    "total_variation": distances.total_variation,
    "jensen_shannon_divergence": lambda x, y: distances.jensen_shannon_divergence(x, y, base=2),
    "jensen_shannon_distance": lambda x, y: distances.jensen_shannon_distance(x, y, base=2),
    "population_stability": distances.population_stability,
    "kolmogorov": distances.kolmogorov,
    "wasserstein": lambda x, y: distances.wasserstein(x, y, POINTS),
}
every_distance = pytest.mark.parametrize("distance", COUNT_DISTANCES.values(), ids=COUNT_DISTANCES)


class TestByHand:
    def test_categorical_example(self):
        assert distances.total_variation(REAL, SYNTHETIC) == pytest.approx(0.3)
        divergence = distances.jensen_shannon_divergence(REAL, SYNTHETIC, base=2)
        assert divergence == pytest.approx(0.0773, abs=5e-5)
        assert distances.population_stability(REAL, SYNTHETIC) == pytest.approx(0.447, abs=5e-4)

    def test_numeric_example(self):
        real, synthetic, points = [1, 1, 0, 1, 1], [0, 1, 2, 1, 0], [1, 2, 3, 4, 8]
        moved = distances.wasserstein(real, synthetic, points)
        assert moved == pytest.approx(1.75)
        assert moved / np.std([1, 2, 4, 8]) == pytest.approx(0.6528, abs=5e-5)
        assert distances.kolmogorov(real, synthetic) == pytest.approx(0.25)

    def test_an_empty_level_makes_stability_infinite_instead_of_some_constant(self):
        assert distances.population_stability([5, 0], [4, 1]) == np.inf

    def test_no_rows_is_undefined(self):
        for name, distance in COUNT_DISTANCES.items():
            assert np.isnan(distance([0] * 5, [1] * 5)), name

    def test_bad_counts(self):
        with pytest.raises(ValueError, match="-1"):
            distances.total_variation([-1, 2], [1, 2])
        with pytest.raises(ValueError, match="shapes"):
            distances.kolmogorov([1, 2], [1, 2, 3])
        with pytest.raises(ValueError, match="increase"):
            distances.wasserstein([1, 2], [1, 2], [3, 1])
        with pytest.raises(ValueError, match="base"):
            distances.jensen_shannon_distance([1, 2], [1, 2], base=1)


class TestAgainstScipy:
    @given(counts, counts)
    @quick
    def test_counts(self, x, y):
        p, q = x / x.sum(), y / y.sum()
        distance = distances.jensen_shannon_distance(x, y, base=2)
        assert distance == pytest.approx(jensenshannon(p, q, base=2), abs=1e-7)
        expected = stats.wasserstein_distance(POINTS, POINTS, p, q)
        assert distances.wasserstein(x, y, POINTS) == pytest.approx(expected, abs=1e-9)
        expected = stats.ks_2samp(np.repeat(POINTS, x), np.repeat(POINTS, y)).statistic
        assert distances.kolmogorov(x, y) == pytest.approx(expected, abs=1e-12)

    def test_published_wasserstein(self):  # SciPy, documentation of wasserstein_distance
        by_samples = sample_distances.wasserstein_of_samples
        assert by_samples([0, 1, 3], [5, 6, 8], **NO_WEIGHTS) == pytest.approx(5.0)
        weights = {"real_weights": [3, 1], "synthetic_weights": [2, 2]}
        assert by_samples([0, 1], [0, 1], **weights) == pytest.approx(0.25)
        weights = {"real_weights": [1.4, 0.9, 3.1, 7.2], "synthetic_weights": [3.2, 3.5]}
        found = by_samples([3.4, 3.9, 7.5, 7.8], [4.5, 1.4], **weights)
        assert found == pytest.approx(4.0781331438, abs=1e-9)

    def test_published_energy(self):  # SciPy, documentation of energy_distance
        assert sample_distances.energy([0], [2], **NO_WEIGHTS) == pytest.approx(2.0)
        weights = {"real_weights": [3, 1], "synthetic_weights": [2, 2]}
        assert sample_distances.energy([0, 8], [0, 8], **weights) == pytest.approx(1.0)
        weights = {"real_weights": [2.1, 4.2, 7.4, 8.0], "synthetic_weights": [7.6, 8.8]}
        found = sample_distances.energy([0.7, 7.4, 2.4, 6.8], [1.4, 8.0], **weights)
        assert found == pytest.approx(0.8800334098, abs=1e-9)

    def test_published_jensen_shannon(self):  # SciPy, documentation of jensenshannon
        found = distances.jensen_shannon_distance([1, 0, 0], [0, 1, 0], base=2)
        assert found == pytest.approx(1.0)
        found = distances.jensen_shannon_distance([2, 0], [1, 1], base=np.e)
        assert found == pytest.approx(0.46450140402, abs=1e-9)

    def test_samples_without_rows(self):
        assert np.isnan(sample_distances.energy([], [2], **NO_WEIGHTS))
        assert np.isnan(sample_distances.wasserstein_of_samples([1], [], **NO_WEIGHTS))


class TestLaws:
    @every_distance
    @given(x=counts, y=counts, factor=st.integers(2, 9))
    @quick
    def test_symmetric_and_blind_to_size(self, distance, x, y, factor):
        assert distance(x, y) == pytest.approx(distance(y, x), abs=1e-12)
        assert distance(x, y * factor) == pytest.approx(distance(x, y), abs=1e-9)
        assert distance(x, x * factor) == pytest.approx(0, abs=1e-7)

    @every_distance
    @given(x=counts, y=counts)
    @quick
    def test_groups_at_once_are_groups_one_by_one(self, distance, x, y):
        both = distance(np.stack([x, y]), np.stack([y, y]))
        assert both == pytest.approx([distance(x, y), distance(y, y)], abs=1e-12)

    @given(x=counts, y=counts, order=st.permutations(range(5)))
    @quick
    def test_order_of_levels_does_not_matter(self, x, y, order):
        for name in ("total_variation", "jensen_shannon_divergence", "population_stability"):
            distance = COUNT_DISTANCES[name]
            assert distance(x[order], y[order]) == pytest.approx(distance(x, y))

    @given(x=counts, y=counts, z=counts)
    @quick
    def test_triangle(self, x, y, z):
        for name in ("total_variation", "jensen_shannon_distance", "kolmogorov", "wasserstein"):
            distance = COUNT_DISTANCES[name]
            assert distance(x, z) <= distance(x, y) + distance(y, z) + 1e-6

    @given(x=counts, y=counts, shift=st.floats(-5, 5), unit=st.floats(0.1, 10))
    @quick
    def test_wasserstein_scales_with_the_unit(self, x, y, shift, unit):
        moved = distances.wasserstein(x, y, POINTS * unit + shift)
        assert moved == pytest.approx(unit * distances.wasserstein(x, y, POINTS), abs=1e-9)

    @given(x=counts, y=counts)
    @quick
    def test_wasserstein_is_at_least_the_difference_of_means(self, x, y):
        apart = abs(x @ POINTS / x.sum() - y @ POINTS / y.sum())
        assert distances.wasserstein(x, y, POINTS) >= apart - 1e-9


class TestChiSquare:
    def test_published(self):  # SciPy, documentation of chi2_contingency
        options = {"likelihood_ratio": False}
        found = associations.chi_square_two_sample([10, 10, 20], [20, 20, 20], **options)
        assert found == pytest.approx((2.77777778, 0.24935, 2), abs=5e-6)
        found = associations.chi_square_two_sample(
            [10, 10, 20], [20, 20, 20], likelihood_ratio=True
        )
        assert found == pytest.approx((2.76885876, 0.25047, 2), abs=5e-6)

    def test_both_sides_are_samples(self):
        real, synthetic = np.array([16, 18, 16, 14, 12, 12]), np.array([16, 16, 16, 16, 16, 8])
        one_sample = stats.chisquare(synthetic, real)
        assert one_sample.pvalue == pytest.approx(0.67309, abs=1e-5)  # evidently: one-sample
        two = associations.chi_square_two_sample(real, synthetic, likelihood_ratio=False)
        more = associations.chi_square_two_sample(real, 2 * synthetic, likelihood_ratio=False)
        assert two.p_value > one_sample.pvalue
        assert more.p_value < two.p_value  # a larger sample says more; there it changed nothing

    def test_undefined(self):
        for x, y in (([0, 0], [1, 2]), ([3, 0], [5, 0])):
            assert np.isnan(associations.chi_square_two_sample(x, y, likelihood_ratio=False)[0])
        with pytest.raises(ValueError, match="length"):
            associations.chi_square_two_sample([1, 2], [1, 2, 3], likelihood_ratio=False)


tables = arrays(np.int64, (3, 4), elements=st.integers(0, 30)).filter(
    lambda t: ((t.sum(0) > 0).sum() > 1) and ((t.sum(1) > 0).sum() > 1)
)


class TestAssociations:
    def test_published_cramer(self):  # SciPy, documentation of contingency.association
        table = [[100, 150], [203, 322], [420, 700], [320, 210]]
        found = associations.cramers_v(table, corrected=False)
        assert found == pytest.approx(0.18617813077, abs=1e-9)

    @given(tables)
    @quick
    def test_cramer_against_scipy(self, table):
        seen = table[table.sum(1) > 0][:, table.sum(0) > 0]
        expected = stats.contingency.association(seen, method="cramer", correction=False)
        assert associations.cramers_v(table, corrected=False) == pytest.approx(expected, abs=1e-9)
        corrected = associations.cramers_v(table, corrected=True)
        assert np.isnan(corrected) or 0 <= corrected <= 1

    def test_correction_takes_chance_off(self):
        rng = np.random.default_rng(3)
        table = rng.multinomial(60, np.full(16, 1 / 16), size=400).reshape(-1, 4, 4)
        plain = associations.cramers_v(table, corrected=False).mean()
        corrected = (associations.cramers_v(table, corrected=True) ** 2).mean()
        assert plain > 0.2
        assert corrected < 0.02

    def test_correlation_ratio_is_the_root_of_r_squared(self):
        rng = np.random.default_rng(4)
        table, points = rng.integers(0, 9, (3, 5)), np.array([1.0, 2, 4, 7, 11])
        levels, places = np.nonzero(table)
        group = np.repeat(levels, table[levels, places])
        value = np.repeat(points[places], table[levels, places])
        samples = [value[group == g] for g in range(3)]
        f = stats.f_oneway(*samples).statistic
        expected = np.sqrt(f * 2 / (f * 2 + len(value) - 3))
        found = associations.correlation_ratio(table, points=points)
        assert found == pytest.approx(expected)

    @given(tables)
    @quick
    def test_spearman_against_scipy(self, table):
        i, j = np.nonzero(table)
        expected = stats.spearmanr(np.repeat(i, table[i, j]), np.repeat(j, table[i, j])).statistic
        assert associations.spearman(table) == pytest.approx(expected, abs=1e-9)

    def test_undefined_where_a_column_is_constant(self):
        assert np.isnan(associations.cramers_v([[3, 4], [0, 0]], corrected=True))
        assert np.isnan(associations.spearman([[3, 4], [0, 0]]))
        assert np.isnan(associations.correlation_ratio([[3, 0], [2, 0]], points=[1, 2]))
        assert associations.correlation_ratio([[3, 3], [2, 2]], points=[1, 2]) == pytest.approx(0)

    def test_bad_tables(self):
        with pytest.raises(ValueError, match="axes"):
            associations.cramers_v([1, 2], corrected=True)
        with pytest.raises(ValueError, match="axes"):
            associations.spearman([1, 2])
        with pytest.raises(ValueError, match="points"):
            associations.correlation_ratio([[1, 2]], points=[1, 2, 3])


class TestMeanDiscrepancy:
    def test_by_the_definition(self):
        rng = np.random.default_rng(5)
        x, y = rng.normal(size=(7, 2)), rng.normal(size=(9, 2)) + 1
        found = sample_distances.mmd(x, y, max_draws=19, rng=rng)

        def k(a, b):
            return np.exp(-((a - b) ** 2).sum() / (2 * found.bandwidth**2))

        rows = np.vstack([x, y])
        apart = [np.linalg.norm(rows[i] - rows[j]) for i in range(16) for j in range(i)]
        assert found.bandwidth == pytest.approx(np.median(apart))
        inside = sum(k(a, b) for i, a in enumerate(x) for j, b in enumerate(x) if i != j) / 42
        inside += sum(k(a, b) for i, a in enumerate(y) for j, b in enumerate(y) if i != j) / 72
        across = sum(k(a, b) for a in x for b in y) / 63
        assert found.value == pytest.approx(inside - 2 * across)

    def test_level_and_power(self):
        rng = np.random.default_rng(6)
        p_null, p_moved = [], []
        for _ in range(120):
            x, y = rng.normal(size=(20, 2)), rng.normal(size=(40, 2))
            p_null.append(sample_distances.mmd(x, y, max_draws=99, rng=rng).p_value)
            p_moved.append(sample_distances.mmd(x, y + 1, max_draws=99, rng=rng).p_value)
        assert np.mean(np.array(p_null) <= 0.1) <= 0.1 + 3 * np.sqrt(0.09 / 120)
        assert np.mean(np.array(p_null) <= 0.1) >= 0.02
        assert np.mean(np.array(p_moved) <= 0.1) > 0.8

    def test_undefined_and_equal(self):
        rng = np.random.default_rng(7)
        assert np.isnan(sample_distances.mmd([[1.0]], [[1.0], [2.0]], max_draws=9, rng=rng).value)
        equal = sample_distances.mmd(np.ones((4, 1)), np.ones((3, 1)), max_draws=9, rng=rng)
        assert equal.value == pytest.approx(0)
        assert equal.p_value == 1
        with pytest.raises(ValueError, match="features"):
            sample_distances.mmd(np.ones((4, 1)), np.ones((3, 2)), max_draws=9, rng=rng)

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from audits.formulas import nulls
from audits.formulas.null_law import NullMoments, chi_shape, null_p, null_quantile

quick = settings(deadline=None, max_examples=60)
PROFILES = {
    "two": np.full(2, 0.5),
    "equal": np.full(10, 0.1),
    "skewed": (1 / np.arange(1, 13) ** 1.5) / (1 / np.arange(1, 13) ** 1.5).sum(),
    "many": np.full(40, 1 / 40),
    "rare": np.r_[0.9, np.full(10, 0.01)],
}


def dealt(pooled, n, draws, rng):
    """Differences of shares after dealing out labels at random."""
    x = rng.multivariate_hypergeometric(pooled, n, size=draws, method="count")
    return x / n - (pooled - x) / (pooled.sum() - n)


def split(pooled, n):
    """Any pair of counts with these pooled counts; only the sizes matter."""
    cumulative = np.minimum(np.cumsum(pooled), n)
    real = np.diff(cumulative, prepend=0)
    return real, pooled - real


def moments_of(kind, pooled, n, points):
    real, synthetic = split(pooled, n)
    if kind == "total variation":
        return nulls.total_variation_null(real, synthetic)
    return nulls.wasserstein_null(real, synthetic, points=points)


def distances_of(kind, differences, points):
    if kind == "total variation":
        return np.abs(differences).sum(-1) / 2
    return np.abs(np.cumsum(differences, -1)[:, :-1]) @ np.diff(points)


kinds = pytest.mark.parametrize("kind", ["total variation", "wasserstein"])


class TestHypergeometricDeviation:
    @given(st.integers(1, 60), st.data())
    @quick
    def test_against_the_sum(self, total, data):
        marked, drawn = (data.draw(st.integers(0, total)) for _ in range(2))
        law = stats.hypergeom(total, marked, drawn)
        x = np.arange(total + 1)
        expected = (np.abs(x - drawn * marked / total) * law.pmf(x)).sum()
        found = nulls.hypergeometric_deviation(marked, drawn, total)
        assert found == pytest.approx(expected, abs=1e-9)

    def test_large_numbers_keep_their_digits(self):
        found = nulls.hypergeometric_deviation(300_000, 500_000, 1_000_000)
        sd = stats.hypergeom(1_000_000, 300_000, 500_000).std()
        assert found == pytest.approx(sd * np.sqrt(2 / np.pi), rel=1e-4)

    def test_no_rows(self):
        assert np.isnan(nulls.hypergeometric_deviation(0, 0, 0))


class TestMoments:
    def test_worked_example(self):
        found = nulls.total_variation_null([12, 9, 6, 3], [2100, 600, 240, 60])
        assert found.mean == pytest.approx(0.0942, abs=2e-4)
        assert found.rms == pytest.approx(0.1052, abs=1e-4)

    @kinds
    @pytest.mark.parametrize("profile", PROFILES)
    @pytest.mark.parametrize(("n", "m"), [(10, 3000), (30, 60), (100, 3000), (1000, 1000)])
    def test_against_dealing(self, kind, profile, n, m):
        rng = np.random.default_rng([n, m, len(profile)])
        shares = PROFILES[profile]
        pooled = rng.multinomial(n + m, shares)
        points = np.sort(rng.normal(size=len(shares)))
        found = moments_of(kind, pooled, n, points)
        sample = distances_of(kind, dealt(pooled, n, 4000, rng), points)
        error = sample.std() / np.sqrt(len(sample))
        assert abs(sample.mean() - found.mean) < 4 * error  # exact
        error = (sample**2).std() / np.sqrt(len(sample))
        assert abs((sample**2).mean() - found.rms**2) < 4 * error + 0.01 * found.rms**2
        spread = np.sqrt(found.rms**2 - found.mean**2)
        assert sample.std() == pytest.approx(spread, rel=0.1)

    @kinds
    @given(st.integers(1, 25), st.integers(1, 25), st.integers(0, 25))
    @quick
    def test_two_levels_are_exact(self, kind, n, m, marked):
        marked = min(marked, n + m)
        pooled, points = np.array([marked, n + m - marked]), np.array([0.0, 1.0])
        x = np.arange(n + 1)
        chance = stats.hypergeom(n + m, marked, n).pmf(x)
        distance = np.abs(x / n - (marked - x) / m)
        found = moments_of(kind, pooled, n, points)
        assert found.mean == pytest.approx((chance * distance).sum(), abs=1e-9)
        assert found.rms == pytest.approx(np.sqrt((chance * distance**2).sum()), abs=1e-6)

    def test_published_value_of_ten_equal_classes(self):
        rng = np.random.default_rng(2)
        real, synthetic = (rng.multinomial(n, np.full(10, 0.1), size=400) for n in (30, 3000))
        found = nulls.total_variation_null(real, synthetic).mean.mean()
        assert found == pytest.approx(0.2175, abs=0.001)
        h = 1 / 30 + 1 / 3000
        assert found == pytest.approx(np.sqrt(h / (2 * np.pi)) * 10 * 0.3, rel=0.02)

    def test_closed_form_of_a_normal_column(self):
        points = np.linspace(-4.5, 4.5, 250)
        pooled = np.round(stats.norm.pdf(points) / stats.norm.pdf(points).sum() * 30_000)
        real, synthetic = split(pooled.astype(int), 300)
        found = nulls.wasserstein_null(real, synthetic, points=points)
        h = 1 / real.sum() + 1 / synthetic.sum()
        assert found.mean == pytest.approx(1.2884 * np.sqrt(h), rel=0.03)

    @given(st.lists(st.integers(0, 50), min_size=3, max_size=6), st.integers(1, 20))
    @quick
    def test_laws(self, pooled, n):
        pooled = np.array(pooled) + 1
        n = min(n, pooled.sum() - 1)
        for kind in ("total variation", "wasserstein"):
            points = np.arange(len(pooled)) * 2.0
            found = moments_of(kind, pooled, n, points)
            assert 0 < found.mean <= found.rms + 1e-12
            assert found.widest <= found.rms + 1e-12
            # an empty level, or a point nobody has, changes nothing
            padded = moments_of(kind, np.r_[pooled, 0], n, np.r_[points, 99.0])
            assert padded.mean == pytest.approx(found.mean)
            assert padded.rms == pytest.approx(found.rms)
        real, synthetic = split(pooled, n)
        swapped = nulls.total_variation_null(synthetic, real)
        assert swapped.rms == pytest.approx(nulls.total_variation_null(real, synthetic).rms)

    def test_one_level_that_nearly_everyone_has(self):
        rng = np.random.default_rng(11)
        pooled = np.r_[100_000, 30, 30, 40]
        found = moments_of("total variation", pooled, 1000, None)
        sample = dealt(pooled, 1000, 4000, rng)
        assert np.abs(sample).sum(-1).std() / 2 == pytest.approx(
            np.sqrt(found.rms**2 - found.mean**2), rel=0.1
        )

    def test_undefined_and_certain(self):
        for moments in (
            nulls.total_variation_null([[0, 0], [3, 0]], [[1, 2], [5, 0]]),
            nulls.wasserstein_null([[0, 0], [3, 0]], [[1, 2], [5, 0]], points=[1, 2]),
        ):
            assert np.isnan(moments.mean[0])
            assert moments.rms[1] == 0
            assert null_p([np.nan, 0.0], moments)[1] == 1
            assert np.isnan(null_p([0.1, 0.0], moments)[0])
            assert null_quantile(0.95, moments)[1] == 0

    def test_bad_input(self):
        with pytest.raises(ValueError, match="-1"):
            nulls.total_variation_null([-1, 2], [1, 2])
        with pytest.raises(ValueError, match="points"):
            nulls.wasserstein_null([1, 2], [1, 2], points=[1, 2, 3])
        with pytest.raises(ValueError, match="probability"):
            null_quantile(1.0, nulls.total_variation_null([1, 2], [1, 2]))


class TestTail:
    @given(st.floats(0.05, 500))
    @quick
    def test_shape_inverts_the_chi_law(self, freedom):
        law = stats.chi(freedom)
        rms = np.sqrt(law.var() + law.mean() ** 2)
        assert chi_shape(law.mean(), rms) == pytest.approx(freedom, rel=1e-3)

    @given(st.floats(0.01, 0.99), st.floats(0.3, 0.99), st.floats(0.1, 1))
    @quick
    def test_quantile_inverts_p(self, probability, mean, widest):
        moments = NullMoments(np.array(mean), np.array(1.0), np.array(widest))
        assume(moments.shape * widest**4 < 3)  # narrow and wide at once does not occur
        found = null_quantile(probability, moments)
        assert null_p(found, moments) == pytest.approx(1 - probability, abs=1e-6)

    def test_p_falls_and_is_never_0(self):
        moments = nulls.total_variation_null([10, 20], [20, 10])
        p = null_p(np.linspace(0, 1, 50), moments)
        assert p[0] == 1
        assert (np.diff(p) < 0).all()
        assert null_p(1e9, moments) > 0

    @kinds
    @pytest.mark.parametrize("profile", ["equal", "skewed", "many"])
    @pytest.mark.parametrize(("n", "m"), [(200, 3000), (1000, 1000)])
    def test_against_dealing(self, kind, profile, n, m):
        rng = np.random.default_rng([n, m, len(profile), 1])
        shares = PROFILES[profile]
        pooled = rng.multinomial(n + m, shares)
        points = np.sort(rng.normal(size=len(shares)))
        moments = moments_of(kind, pooled, n, points)
        sample = distances_of(kind, dealt(pooled, n, 10_000, rng), points)
        for level, factor in ((0.2, 1.3), (0.05, 1.4), (0.01, 2.2)):
            p = null_p(np.quantile(sample, 1 - level), moments)
            assert level / factor < p < level * factor

    def test_area_under_a_brownian_bridge(self):
        """The limit of the Wasserstein distance of many uniform values; its moments are known."""
        rng = np.random.default_rng(12)
        steps = rng.normal(size=(20_000, 100)) / 10
        path = np.cumsum(steps - steps.mean(1, keepdims=True), axis=1)
        area = np.abs(path).mean(1)
        moments = NullMoments(
            np.array(np.sqrt(np.pi / 32)), np.array(np.sqrt(7 / 60)), np.array(np.sqrt(1 / 12))
        )
        assert area.mean() == pytest.approx(moments.mean, rel=0.02)
        for level in (0.2, 0.05, 0.01):
            found = null_p(np.quantile(area, 1 - level), moments)
            assert found == pytest.approx(level, rel=0.06 + 2 / np.sqrt(20_000 * level))

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from audits.formulas.relabelling import Relabelling
from audits.formulas.shifts import Shift, categorical_shift, exceeds_p, numeric_shift

quick = settings(deadline=None, max_examples=40)
OPTIONS = {"confidence": 0.95, "seeds": 1, "closed_form_from": 200, "max_draws": 999}
CLOSED = OPTIONS | {"closed_form_from": 0}
REAL, SYNTHETIC = [12, 9, 6, 3], [2100, 600, 240, 60]
counts = arrays(np.int64, 4, elements=st.integers(0, 60)).filter(lambda c: c.sum() > 1)
POINTS = np.array([0.0, 1.0, 1.5, 4.0])


def fractions(shift: Shift, true: float) -> tuple[float, float, float]:
    """Share of intervals that cover, that lie above, and that lie below."""
    above, below = (shift.low > true + 1e-9).mean(), (shift.high < true - 1e-9).mean()
    return 1 - above - below, above, below


class TestByHand:
    def test_categorical_example(self):
        shift = categorical_shift(REAL, SYNTHETIC, **OPTIONS | {"max_draws": 30_000})
        assert shift.value == pytest.approx(0.3)
        assert shift.null_mean == pytest.approx(0.0942, abs=2e-4)
        assert shift.null_rms == pytest.approx(0.1052, abs=1e-4)
        assert shift.adjusted == pytest.approx(0.281, abs=5e-4)
        assert (shift.low, shift.high) == pytest.approx((0.105, 0.457), abs=5e-4)
        assert shift.p == pytest.approx(0.0008, abs=5e-4)
        assert shift.draws > 10_000

    def test_numeric_example(self):
        points, scale = [1, 2, 3, 4, 8], np.std([1, 2, 4, 8])
        shift = numeric_shift([1, 1, 0, 1, 1], [0, 1, 2, 1, 0], points, scale, **OPTIONS)
        assert shift.value == pytest.approx(0.6528, abs=5e-5)
        assert shift.low == 0

    def test_exact_p_of_a_small_table(self):
        real, synthetic = np.array([4, 0]), np.array([1, 4])  # Fisher's exact test has this p
        shift = categorical_shift(real, synthetic, **OPTIONS | {"max_draws": 20_000})
        assert shift.p == pytest.approx(stats.fisher_exact([real, synthetic]).pvalue, rel=0.5)
        law = stats.hypergeom(9, 5, 4)
        x = np.arange(5)
        far = np.abs(x / 4 - (5 - x) / 5) >= 0.8 - 1e-9
        assert shift.p == pytest.approx(law.pmf(x)[far].sum(), rel=0.5)

    def test_error_is_that_of_the_formula(self):
        shift = categorical_shift(REAL, SYNTHETIC, **CLOSED)
        p, q = np.array(REAL) / 30, np.array(SYNTHETIC) / 3000
        sign = np.sign(p - q)
        terms = (1 - (sign @ p) ** 2) / 30 + (1 - (sign @ q) ** 2) / 3000
        assert shift.se == pytest.approx(0.5 * np.sqrt(terms))


class TestErrorOfTheWassersteinDistance:
    def test_against_simulation(self):
        rng = np.random.default_rng(1)
        points = np.linspace(-3, 3, 40)
        p = stats.norm.pdf(points) / stats.norm.pdf(points).sum()
        q = stats.norm.pdf(points, 0.8, 1.2) / stats.norm.pdf(points, 0.8, 1.2).sum()
        real, synthetic = rng.multinomial(200, p, size=1500), rng.multinomial(500, q, size=1500)
        shift = numeric_shift(real, synthetic, points, 1.0, **CLOSED)
        assert shift.se.mean() == pytest.approx(shift.value.std(), rel=0.07)

    def test_where_the_curves_cross(self):
        rng = np.random.default_rng(3)
        points = np.linspace(-4, 4, 60)  # same centre, other spread: the sign changes half way
        p, q = stats.norm.pdf(points), stats.norm.pdf(points, 0, 2)
        real = rng.multinomial(300, p / p.sum(), size=1500)
        synthetic = rng.multinomial(600, q / q.sum(), size=1500)
        shift = numeric_shift(real, synthetic, points, 1.0, **CLOSED)
        assert shift.se.mean() == pytest.approx(shift.value.std(), rel=0.07)


@pytest.fixture(scope="module")
def rng():
    return np.random.default_rng(2)


class TestCoverage:
    """Intervals against populations that are known; tolerances are four standard errors."""

    @pytest.mark.parametrize(("n", "m"), [(30, 3000), (100, 100), (300, 3000)])
    @pytest.mark.parametrize("levels", [2, 4, 10, 40])
    def test_no_drift(self, rng, n, m, levels):
        shares = 1 / np.arange(1, levels + 1) ** 1.2
        shares /= shares.sum()
        real, synthetic = (rng.multinomial(k, shares, size=600) for k in (n, m))
        shift = categorical_shift(real, synthetic, **CLOSED)
        covered, above, below = fractions(shift, 0.0)
        assert above <= 0.05 + 4 * np.sqrt(0.05 * 0.95 / 600)
        assert below == 0
        assert covered > 0.9

    @pytest.mark.parametrize("drift", [0.1, 0.2, 0.4])
    def test_average_over_settings(self, rng, drift):
        covered, above = [], []
        for n, m in ((30, 3000), (100, 3000), (100, 100), (1000, 3000)):
            for levels in (2, 4, 10, 40):
                p = np.full(levels, 1 / levels)
                up = np.arange(levels) < levels // 2
                q = np.where(up, p * (1 + 2 * drift), p * (1 - 2 * drift))
                real, synthetic = rng.multinomial(n, p, 300), rng.multinomial(m, q, 300)
                found = fractions(categorical_shift(real, synthetic, **CLOSED), drift)
                covered.append(found[0])
                above.append(found[1])
        assert np.mean(covered) == pytest.approx(0.96, abs=0.03)
        assert np.mean(above) < 0.04
        assert max(above) < 0.09

    @pytest.mark.parametrize(("n", "m"), [(30, 3000), (100, 100), (1000, 3000)])
    def test_one_level_of_forty_takes_from_the_largest(self, rng, n, m):
        p = 1 / np.arange(1, 41) ** 1.2
        p /= p.sum()
        q = p.copy()
        q[0] -= 0.2
        q[-1] += 0.2
        real, synthetic = rng.multinomial(n, p, size=400), rng.multinomial(m, q, size=400)
        shift = categorical_shift(real, synthetic, **CLOSED)
        without = replace(shift, low=np.maximum(shift.adjusted - 1.96 * shift.se, 0))
        assert fractions(without, 0.2)[1] > 0.3  # the plain rule: noise of 38 levels adds up
        assert fractions(shift, 0.2)[1] < 0.08
        assert (exceeds_p(shift, 0.2, confidence=0.95) < 0.025).mean() < 0.08

    @pytest.mark.parametrize(("n", "m"), [(30, 3000), (100, 100), (300, 3000)])
    @pytest.mark.parametrize("drift", [0.0, 0.2, 0.5])
    def test_normal_column(self, rng, n, m, drift):
        points = np.linspace(-4, 5, 60)
        p, q = (stats.norm.pdf(points, mean) for mean in (0, drift))
        real, synthetic = (rng.multinomial(k, w / w.sum(), 400) for k, w in ((n, p), (m, q)))
        covered, above, below = fractions(
            numeric_shift(real, synthetic, points, 1.0, **CLOSED), drift
        )
        assert covered >= 0.86
        assert above <= (0.05 if drift == 0 else 0.04) + 4 * np.sqrt(0.05 * 0.95 / 400)
        assert below <= 0.13

    def test_limit_exceeded(self, rng):
        p, q = np.array([0.5, 0.5]), np.array([0.7, 0.3])
        real, synthetic = rng.multinomial(300, p, size=1000), rng.multinomial(3000, q, size=1000)
        shift = categorical_shift(real, synthetic, **CLOSED)
        assert (exceeds_p(shift, 0.2, confidence=0.95) <= 0.05).mean() < 0.08
        assert (exceeds_p(shift, 0.1, confidence=0.95) <= 0.05).mean() > 0.9


class TestRelabelling:
    @pytest.mark.parametrize("shift", [categorical_shift, numeric_shift])
    @pytest.mark.parametrize(("n", "m"), [(10, 300), (30, 30)])
    def test_level(self, rng, shift, n, m):
        shares = np.array([0.5, 0.25, 0.125, 0.125])
        real, synthetic = rng.multinomial(n, shares, 800), rng.multinomial(m, shares, 800)
        where = () if shift is categorical_shift else (POINTS, 1.0)
        options = OPTIONS | {"seeds": np.arange(800), "max_draws": 199}
        p = shift(real, synthetic, *where, **options).p
        for level in (0.05, 0.2):
            assert (p <= level).mean() <= level + 4 * np.sqrt(level * (1 - level) / 800)
        assert (p <= 0.2).mean() > 0.1

    def test_agrees_with_closed_form_where_rows_are_many(self, rng):
        real = rng.multinomial(400, [0.4, 0.3, 0.2, 0.1], size=40)
        synthetic = rng.multinomial(900, [0.37, 0.32, 0.2, 0.11], size=40)
        dealt = OPTIONS | {"closed_form_from": 10_000, "max_draws": 2000}
        for shift, where in ((categorical_shift, ()), (numeric_shift, (POINTS, 1.0))):
            closed = shift(real, synthetic, *where, **CLOSED)
            drawn = shift(real, synthetic, *where, **dealt)
            near = np.abs(np.log(closed.p / drawn.p))
            assert np.median(near) < 0.2
            assert closed.draws.max() == 0
            assert drawn.draws.min() > 0

    def test_stops_early_and_never_says_0(self):
        equal = categorical_shift([10, 10], [20, 20], **OPTIONS)
        assert equal.draws < 100
        apart = categorical_shift([20, 0], [0, 90], **OPTIONS)
        assert apart.draws == 999
        assert apart.p == pytest.approx(1 / 1000)

    @given(counts, counts)
    @quick
    def test_points_nobody_has_change_nothing(self, x, y):
        p = numeric_shift(x, y, POINTS, 1.0, **OPTIONS).p
        places, more = np.r_[-5, POINTS[:2], 1.2, POINTS[2:], 9], [0, 3, 6]
        wide = [np.insert(side, [0, 2, 4], 0) for side in (x, y)]
        assert (places[more] == [-5, 1.2, 9]).all()
        found = numeric_shift(*wide, places, 1.0, **OPTIONS).p
        assert found == pytest.approx(p, rel=1e-9)  # zeros change the grouping of sums

    def test_both_ways_of_dealing_agree(self, monkeypatch):
        real, synthetic = np.array([8.0, 3, 1, 9]), np.array([20.0, 9, 9, 9])
        found = []
        for rows in (10**6, 0):
            monkeypatch.setattr("audits.formulas.relabelling._ROWS_TO_DEAL", rows)
            pair = Relabelling(real, synthetic, np.full(4, 0.5), cumulative=False)
            monkeypatch.setattr("audits.formulas.relabelling._ENOUGH_EXCEEDANCES", 2000)
            found.append(float(pair.p_values(True, seeds=3, max_draws=20_000)[0]))
        assert found[0] == pytest.approx(found[1], rel=0.12)


class TestLaws:
    @given(counts, counts)
    @quick
    def test_order_of_the_parts(self, x, y):
        for shift in (
            categorical_shift(x, y, **OPTIONS),
            numeric_shift(x, y, POINTS, 2.0, **OPTIONS),
        ):
            assert 0 <= shift.low <= shift.cautious <= shift.adjusted <= shift.value
            assert shift.adjusted <= shift.high
            assert 0 < shift.p <= 1
            assert shift.null_mean <= shift.null_rms + 1e-12
            assert shift.low == 0 or shift.p <= 0.05

    @given(counts, counts, st.permutations(range(4)))
    @quick
    def test_order_of_levels_and_sides_does_not_matter(self, x, y, order):
        shift = categorical_shift(x, y, **CLOSED)
        for other in (
            categorical_shift(x[order], y[order], **CLOSED),
            categorical_shift(y, x, **CLOSED),
            categorical_shift(np.r_[x, 0], np.r_[y, 0], **CLOSED),
        ):
            for field in fields(Shift):
                ours, theirs = getattr(shift, field.name), getattr(other, field.name)
                assert theirs == pytest.approx(ours, abs=1e-7)

    @given(counts, counts, st.floats(0.1, 10), st.floats(-3, 3))
    @quick
    def test_units_do_not_matter(self, x, y, unit, start):
        shift = numeric_shift(x, y, POINTS, 2.0, **OPTIONS)
        other = numeric_shift(x, y, POINTS * unit + start, 2.0 * unit, **OPTIONS)
        for field in fields(Shift):
            assert getattr(other, field.name) == pytest.approx(getattr(shift, field.name), abs=1e-6)

    def test_adding_a_group_changes_no_other(self):
        options = OPTIONS | {"seeds": [7, 8]}
        both = categorical_shift([[5, 9], [9, 5]], [[50, 40], [30, 40]], **options)
        alone = categorical_shift([9, 5], [30, 40], **OPTIONS | {"seeds": 8})
        assert both.p[1] == alone.p
        assert both.high[1] == pytest.approx(alone.high)

    def test_shapes(self):
        real, synthetic = np.ones((3, 1, 4)), np.ones((2, 4))
        assert categorical_shift(real, synthetic, **OPTIONS).low.shape == (3, 2)
        scale = np.array([1.0, 2.0])
        shift = numeric_shift(real, 3 * synthetic, POINTS, scale, **OPTIONS)
        assert shift.p.shape == (3, 2)
        assert shift.null_rms[0, 0] == pytest.approx(2 * shift.null_rms[0, 1])


class TestDegenerate:
    def test_no_rows(self):
        for shift in (
            categorical_shift([[0, 0], [3, 2]], [[4, 1], [0, 0]], **OPTIONS),
            numeric_shift([[0, 0], [3, 2]], [[4, 1], [0, 0]], [1, 2], 1.0, **OPTIONS),
            numeric_shift([3, 2], [4, 1], [1, 2], 0.0, **OPTIONS),
            numeric_shift([3, 2], [4, 1], [1, 2], np.nan, **OPTIONS),
        ):
            for field in fields(Shift):
                values = getattr(shift, field.name)
                assert (values == 0).all() if field.name == "draws" else np.isnan(values).all()
            assert np.isnan(exceeds_p(shift, 0.1, confidence=0.95)).all()

    def test_single_row_bounds_nothing(self):
        shift = categorical_shift([1, 0], [0, 3000], **OPTIONS)
        assert (shift.low, shift.high) == (0, 1)
        assert numeric_shift([1, 0], [0, 3000], [0, 1], 1.0, **OPTIONS).high == np.inf

    def test_one_level_leaves_room_for_unseen_ones(self):
        shift = categorical_shift([10, 0], [3000, 0], **OPTIONS)
        assert (shift.value, shift.p) == (0, 1)
        assert shift.high == pytest.approx(1 - 0.025**0.1)
        assert exceeds_p(shift, 0.1, confidence=0.95) == 1

    def test_identical(self):
        shift = categorical_shift([10, 20], [10, 20], **OPTIONS)
        assert (shift.value, shift.adjusted, shift.low, shift.p) == (0, 0, 0, 1)
        assert shift.high > 0.1

    def test_bad_options(self):
        for name, value in (("confidence", 1.0), ("closed_form_from", -1), ("max_draws", 0)):
            with pytest.raises(ValueError, match=name):
                categorical_shift(REAL, SYNTHETIC, **OPTIONS | {name: value})
        with pytest.raises(ValueError, match="scale"):
            numeric_shift([1, 2], [2, 1], [0, 1], -1.0, **OPTIONS)
        with pytest.raises(ValueError, match="limit"):
            exceeds_p(categorical_shift(REAL, SYNTHETIC, **CLOSED), -0.1, confidence=0.95)

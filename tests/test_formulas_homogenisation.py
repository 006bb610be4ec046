"""The homogenisation index, its interval and its permutation test."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from audits.formulas.homogenisation import (
    homogenisation,
    homogenisation_exceeds_p,
    inherited_and_added,
)
from audits.formulas.homogenisation_permutation import homogenisation_permutation_p
from audits.formulas.variety import level_distances, mean_dissimilarity, population_dissimilarity
from audits.formulas.variety_error import joint_error

QUICK = settings(deadline=None, max_examples=40)
GRID = np.linspace(0, 1, 201)
PLACES = [None, GRID, GRID]


def index(real, synthetic):
    return homogenisation(real, 0.0, synthetic, 0.0, df=29, confidence=0.95).index


def people(rng, n, narrowed):
    """Rows of a category and two numbers; `narrowed` takes away that part of their spread."""
    category = np.where(rng.random(n) < narrowed, 0, rng.choice(4, n, p=[0.45, 0.25, 0.2, 0.1]))
    numbers = 100 + (1 - narrowed) * 200 * (rng.random((n, 2)) - 0.5)
    return np.column_stack([category, np.rint(numbers).astype(int)])


def variety(rows):
    """Joint dissimilarity and its error, as a question would find them."""
    counts = [np.bincount(rows[:, j], minlength=201) for j in range(3)]
    delta = np.mean([mean_dissimilarity(c, p) for c, p in zip(counts, PLACES, strict=True)])
    means = np.mean(
        [level_distances(c, p)[r] for c, p, r in zip(counts, PLACES, rows.T, strict=True)], axis=0
    )
    return delta, joint_error(means, len(rows))


class TestByHand:
    def test_income(self):
        real, synthetic = (
            mean_dissimilarity([10, 10, 5, 5]),
            mean_dissimilarity([2400, 300, 200, 100]),
        )
        assert index(real, synthetic) == pytest.approx(0.5388, abs=5e-5)

    def test_numeric_and_joint(self):
        place = np.array([0, 1, 2, 3, 7]) / 7
        real = np.array(
            [mean_dissimilarity([10, 10, 5, 5]), mean_dissimilarity([1, 1, 0, 1, 1], place)]
        )
        synthetic = np.array(
            [mean_dissimilarity([2400, 300, 200, 100]), mean_dissimilarity([0, 1, 2, 1, 0], place)]
        )
        assert index(real, synthetic)[1] == pytest.approx(0.7391, abs=5e-5)
        assert real.mean() == pytest.approx(0.6474, abs=5e-5)
        assert synthetic.mean() == pytest.approx(0.2437, abs=5e-5)
        assert index(real.mean(), synthetic.mean()) == pytest.approx(0.6235, abs=5e-5)

    def test_interval(self):
        found = homogenisation(0.5, 0.03, 0.4, 0.04, df=29, confidence=0.95)
        error = np.hypot(0.03 / 0.5, 0.04 / 0.4)
        reach = stats.t.ppf(0.975, 29) * error
        assert found.error == pytest.approx(error)
        assert found.low == pytest.approx(1 - 0.8 * np.exp(reach))
        assert found.high == pytest.approx(1 - 0.8 * np.exp(-reach))

    def test_split_the_blame(self):
        blame = inherited_and_added(
            population_dissimilarity([0.25, 0.45, 0.2, 0.1]),
            mean_dissimilarity([2, 26, 2, 0]),
            mean_dissimilarity([60, 2880, 60, 0]),
        )
        assert blame.inherited == pytest.approx(0.638, abs=5e-4)
        assert blame.added == pytest.approx(0.687, abs=5e-4)
        assert blame.total == pytest.approx(0.887, abs=5e-4)

    def test_p_value(self):
        p = homogenisation_exceeds_p(np.log(0.7), 0.1, df=29, limit=0.1)
        assert p == pytest.approx(stats.t.cdf((np.log(0.7) - np.log(0.9)) / 0.1, 29))


class TestLaws:
    @QUICK
    @given(st.floats(0.01, 1), st.floats(0.01, 1), st.floats(0.001, 0.3), st.integers(3, 200))
    def test_p_and_interval_agree(self, real, synthetic, error, df):
        found = homogenisation(real, error, synthetic, error, df=df, confidence=0.9)
        assert found.low <= found.index <= found.high <= 1
        limit = float(found.low)
        p = homogenisation_exceeds_p(found.log_ratio, found.error, df=df, limit=limit)
        assert p == pytest.approx(0.05, abs=1e-6)

    @QUICK
    @given(st.floats(0.01, 1), st.floats(0.01, 1), st.floats(0.01, 1))
    def test_blame_multiplies(self, reference, real, synthetic):
        blame = inherited_and_added(reference, real, synthetic)
        assert 1 - blame.total == pytest.approx((1 - blame.inherited) * (1 - blame.added))

    def test_shapes_broadcast(self):
        found = homogenisation(
            np.full((3, 1), 0.5),
            0.1,
            np.full(4, 0.4),
            0.1,
            df=np.array([[9], [19], [29]]),
            confidence=0.95,
        )
        assert found.low.shape == (3, 4)
        assert (np.diff(found.low[:, 0]) > 0).all()  # more people, closer limits


class TestDegenerate:
    def test_no_real_variety_is_undefined(self):
        found = homogenisation([0.0, 0.0], 0.0, [0.0, 0.3], 0.0, df=29, confidence=0.95)
        for value in (found.index, found.low, found.high, found.log_ratio, found.error):
            assert np.isnan(value).all()
        assert np.isnan(
            homogenisation_exceeds_p(found.log_ratio, found.error, df=29, limit=0.1)
        ).all()
        assert np.isnan(inherited_and_added(0.5, 0.0, 0.0).added)
        assert inherited_and_added(0.5, 0.0, 0.0).inherited == 1

    def test_no_synthetic_variety_is_one(self):
        found = homogenisation(0.5, 0.05, 0.0, 0.0, df=29, confidence=0.95)
        assert (found.index, found.low, found.high) == (1, 1, 1)
        assert found.log_ratio == -np.inf
        assert homogenisation_exceeds_p(found.log_ratio, found.error, df=29, limit=0.25) == 0

    def test_without_error_the_p_value_is_a_plain_answer(self):
        ratios = np.log([0.5, 0.75, 0.9])
        p = homogenisation_exceeds_p(ratios, 0.0, df=29, limit=0.25)
        assert p[[0, 2]].tolist() == [0, 1]

    def test_nothing_known(self):
        assert np.isnan(homogenisation(0.5, np.nan, 0.4, 0.1, df=1, confidence=0.95).low)
        assert np.isnan(homogenisation(0.5, 0.1, 0.4, 0.1, df=0, confidence=0.95).low)

    def test_refused(self):
        with pytest.raises(ValueError, match="confidence must be in"):
            homogenisation(0.5, 0.1, 0.4, 0.1, df=29, confidence=95)
        with pytest.raises(ValueError, match="delta_real must not be negative, got"):
            homogenisation(-0.5, 0.1, 0.4, 0.1, df=29, confidence=0.95)
        with pytest.raises(ValueError, match="limit must be below 1"):
            homogenisation_exceeds_p(0.0, 0.1, df=29, limit=1.0)


class TestOperatingCharacteristics:
    """Rates at n = 30, by simulation."""

    @pytest.mark.parametrize("narrowed", [0.0, 0.1, 0.3])
    def test_interval_covers(self, narrowed):
        rng = np.random.default_rng(3)
        truth = 1 - variety(people(rng, 50_000, narrowed))[0] / variety(people(rng, 50_000, 0))[0]
        covered = 0
        for _ in range(500):
            real, synthetic = variety(people(rng, 30, 0)), variety(people(rng, 600, narrowed))
            found = homogenisation(*real, *synthetic, df=29, confidence=0.95)
            covered += bool(found.low <= truth <= found.high)
        assert 0.93 <= covered / 500 <= 0.985

    @pytest.mark.parametrize(("narrowed", "least", "most"), [(0.0, 0.015, 0.09), (0.2, 0.85, 1.0)])
    def test_permutation_rates(self, narrowed, least, most):
        rng = np.random.default_rng(4)
        p = [
            homogenisation_permutation_p(
                people(rng, 30, 0), people(rng, 200, narrowed), PLACES,
                max_draws=199, exceedances=15, rng=rng,
            ).p_value
            for _ in range(300)
        ]  # fmt: skip
        assert least <= np.mean(np.array(p) <= 0.05) <= most


class TestPermutation:
    @pytest.mark.parametrize(("n", "m"), [(6, 9), (9, 6), (5, 100), (100, 5)])
    def test_same_statistic_as_from_the_matrix(self, n, m):
        """With few rows, the p value must follow from all pairs, one by one."""
        rng = np.random.default_rng(5)
        place = np.array([*np.sort(rng.random(99)), np.nan])
        rows = np.column_stack([rng.integers(0, 3, n + m), rng.integers(0, 100, n + m)])
        real, synthetic = rows[:n], rows[n:]

        def log_ratio(left, right):
            deltas = [
                mean_dissimilarity(np.bincount(part[:, 0], minlength=3))
                + mean_dissimilarity(np.bincount(part[:, 1], minlength=100), place)
                for part in (left, right)
            ]
            return np.log(deltas[1] / deltas[0])

        observed = log_ratio(real, synthetic)
        drawn = []
        for _ in range(2000):
            order = rng.permutation(n + m)
            drawn.append(log_ratio(rows[order[:n]], rows[order[n:]]))
        expected = np.mean(np.array(drawn) <= observed + 1e-9)
        test = homogenisation_permutation_p(
            real, synthetic, [None, place], max_draws=2000, exceedances=2000, rng=rng
        )
        assert test.p_value == pytest.approx(expected, abs=4 * np.sqrt(0.5 / 2000))

    @pytest.mark.parametrize(("n", "m"), [(12, 40), (40, 12)])
    def test_sorting_agrees_with_the_table_of_distances(self, n, m, monkeypatch):
        """Columns of few and of many levels are summed in two ways; each draw must agree."""
        data = np.random.default_rng(6)
        rows = np.column_stack([data.integers(0, 9, n + m), data.integers(0, 20, n + m)])
        place = np.where(np.arange(20) % 4 == 0, np.nan, np.linspace(0, 1, 20))  # a quarter missing
        for positions in ([None, place], [None, None], [place, place]):
            tests = []
            for few in (64, 0):
                monkeypatch.setattr("audits.formulas.homogenisation_permutation._FEW_LEVELS", few)
                tests.append(
                    homogenisation_permutation_p(
                        rows[:n], rows[n:], positions,
                        max_draws=400, exceedances=400, rng=np.random.default_rng(7),
                    )
                )  # fmt: skip
            assert tests[0] == tests[1]
            assert 0.01 < tests[0].p_value < 0.99

    def test_order_of_rows_makes_no_difference(self):
        rng = np.random.default_rng(7)
        real, synthetic = people(rng, 20, 0), people(rng, 50, 0.1)
        results = {
            homogenisation_permutation_p(
                rng.permutation(real), rng.permutation(synthetic), PLACES,
                max_draws=199, exceedances=50, rng=np.random.default_rng(8),
            )
            for _ in range(3)
        }  # fmt: skip
        assert len(results) == 1

    def test_undefined(self):
        draws = {"max_draws": 19, "exceedances": 19, "rng": np.random.default_rng(9)}
        for real, synthetic in (
            ([[0]], [[0], [1]]),
            ([[0], [0]], [[0], [1]]),
            ([[0], [0]], [[0], [0]]),
        ):
            assert np.isnan(homogenisation_permutation_p(real, synthetic, [None], **draws).p_value)

    def test_collapse_is_found(self):
        rng = np.random.default_rng(10)
        test = homogenisation_permutation_p(
            people(rng, 30, 0), np.zeros((60, 3), dtype=int), PLACES,
            max_draws=999, exceedances=20, rng=rng,
        )  # fmt: skip
        assert test == (0.001, 999)

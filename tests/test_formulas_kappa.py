"""Kappa: effective ancestors relative to fresh real people."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr

from audits.formulas.kappa import kappa, pool_rows, shared_ancestry
from audits.formulas.kappa_inference import _without_each, kappa_jackknife, kappa_permutation_p
from audits.formulas.neighbours import gower_distances

N = 30
GRID = np.linspace(-4, 4, 2001)
PLACES = [ndtr(GRID)] * 3


def coded(points):
    return np.clip(np.rint((points + 4) * 250), 0, 2000).astype(int)


def group(kind, rng, *, n=N, m=400):
    """Real and synthetic members, as generators of several kinds would make them."""
    real = rng.normal(size=(n, 3))
    synthetic = {
        "ideal": lambda: rng.normal(size=(m, 3)),
        "copies": lambda: real[rng.integers(0, n, m)],
        "copies of a third": lambda: real[rng.integers(0, n // 3, m)],
        "spread halved": lambda: rng.normal(size=(m, 3)) / 2,
        "collapsed": lambda: rng.normal(size=(m, 3)) / 20,
    }[kind]()
    return coded(real), coded(synthetic)


def plain_v2(base, queries):
    """Over all pairs of rows, the ancestors they share: the definition."""
    apart = gower_distances(queries, base, PLACES)
    share = (apart == apart.min(axis=1, keepdims=True)).astype(float)
    share /= share.sum(axis=1, keepdims=True)
    common = share @ share.T
    m = len(queries)
    return (common.sum() - np.trace(common)) / (m * (m - 1))


class TestSharedAncestry:
    @pytest.mark.parametrize("rounding", [1, 400])
    def test_definition(self, rounding):
        """Rounded to 400 the columns have few levels, so that ties and copies abound."""
        real, synthetic = group("ideal", np.random.default_rng(0))
        real, synthetic = real // rounding * rounding, synthetic // rounding * rounding
        pool = pool_rows(real, synthetic, PLACES)
        found = shared_ancestry(pool.distances, pool.real[None], pool.synthetic[None, None])
        assert found[0, 0] == pytest.approx(plain_v2(real, synthetic), rel=1e-5)

    def test_pool(self):
        real, synthetic = group("copies", np.random.default_rng(1))
        pool = pool_rows(real, synthetic, PLACES)
        assert len(pool.codes) == N
        assert pool.synthetic.sum() == len(synthetic)
        assert pool.holdout is None
        with pytest.raises(ValueError, match="at least one real row"):
            pool_rows(real[:0], synthetic, PLACES)


class TestKappa:
    @pytest.mark.parametrize(
        ("kind", "low", "high"),
        [
            ("ideal", 0.92, 1.10),
            ("copies", 0.92, 1.10),
            ("copies of a third", 0.50, 0.68),
            ("spread halved", 0.40, 0.60),
            ("collapsed", 0.08, 0.15),
        ],
    )
    def test_behaviour(self, kind, low, high):
        rng = np.random.default_rng(2)
        values = [
            kappa(pool_rows(*group(kind, rng), PLACES), splits=40, rng=rng) for _ in range(60)
        ]
        assert low <= np.median(values) <= high

    def test_ideal_is_close_to_one_with_more_people(self):
        rng = np.random.default_rng(3)
        values = [
            kappa(pool_rows(*group("ideal", rng, n=100), PLACES), splits=20, rng=rng)
            for _ in range(40)
        ]
        assert np.quantile(values, [0.1, 0.9]) == pytest.approx([0.92, 1.07], abs=0.05)

    def test_holdout(self):
        rng = np.random.default_rng(4)
        real, synthetic = group("spread halved", rng)
        fresh = coded(rng.normal(size=(50, 3)))
        pool = pool_rows(real, synthetic, PLACES, holdout_codes=fresh)
        expected = plain_v2(real, fresh) / plain_v2(real, synthetic)
        assert kappa(pool, splits=1, rng=rng) == pytest.approx(expected, rel=1e-5)

    def test_order_of_rows_makes_no_difference(self):
        rng = np.random.default_rng(5)
        real, synthetic = group("ideal", rng)
        values = {
            kappa(
                pool_rows(rng.permutation(real), rng.permutation(synthetic), PLACES),
                splits=5,
                rng=np.random.default_rng(6),
            )
            for _ in range(3)
        }
        assert len(values) == 1

    def test_doubling_the_synthetic_rows_changes_little(self):
        real, synthetic = group("spread halved", np.random.default_rng(7))
        once, twice = (
            kappa(pool_rows(real, rows, PLACES), splits=30, rng=np.random.default_rng(8))
            for rows in (synthetic, np.concatenate([synthetic, synthetic]))
        )
        assert twice == pytest.approx(once, rel=0.05)

    def test_all_alike(self):
        pool = pool_rows([[0]] * 8, [[0]] * 20, [None])
        assert kappa(pool, splits=3, rng=np.random.default_rng(9)) == pytest.approx(1)

    @pytest.mark.parametrize(
        ("real", "synthetic"), [([[0], [1], [2]], [[0]] * 5), ([[0], [1], [2], [3]], [[0]])]
    )
    def test_too_few(self, real, synthetic):
        pool = pool_rows(real, synthetic, [None])
        assert np.isnan(kappa(pool, splits=5, rng=np.random.default_rng(10)))

    def test_refused(self):
        pool = pool_rows([[0]] * 8, [[0]] * 20, [None])
        with pytest.raises(ValueError, match="splits must be at least 1, got 0"):
            kappa(pool, splits=0, rng=np.random.default_rng(11))


class TestPermutation:
    @pytest.mark.parametrize(
        ("kind", "least", "most"), [("ideal", 0.0, 0.13), ("spread halved", 0.85, 1.0)]
    )
    def test_rates(self, kind, least, most):
        rng = np.random.default_rng(12)
        p = [
            kappa_permutation_p(
                pool_rows(*group(kind, rng, m=150), PLACES),
                splits=15, max_draws=99, exceedances=10, rng=rng,
            ).p_value
            for _ in range(60)
        ]  # fmt: skip
        assert least <= np.mean(np.array(p) <= 0.05) <= most

    @pytest.mark.parametrize(("kind", "found"), [("collapsed", True), ("ideal", False)])
    def test_with_holdout(self, kind, found):
        rng = np.random.default_rng(13)
        real, synthetic = group(kind, rng)
        pool = pool_rows(real, synthetic, PLACES, holdout_codes=coded(rng.normal(size=(40, 3))))
        test = kappa_permutation_p(pool, splits=1, max_draws=99, exceedances=10, rng=rng)
        assert (test.p_value <= 0.05) is found

    def test_all_alike(self):
        pool = pool_rows([[0]] * 10, [[0]] * 20, [None])
        rng = np.random.default_rng(14)
        test = kappa_permutation_p(pool, splits=3, max_draws=99, exceedances=10, rng=rng)
        assert test == (1, 10)


class TestJackknife:
    @pytest.mark.parametrize("rounding", [1, 400])
    def test_leaves_out_each_person(self, rounding):
        rng = np.random.default_rng(15)
        real, synthetic = group("spread halved", rng)
        pool = pool_rows(real // rounding * rounding, synthetic // rounding * rounding, PLACES)
        half = rng.permutation(N)[: N // 2]
        others = np.setdiff1d(np.arange(N), half)
        total, without = _without_each(pool, half)
        people, rows = pool.codes[pool.real], np.repeat(pool.codes, pool.synthetic, axis=0)
        assert total == pytest.approx(
            [plain_v2(people[half], rows), plain_v2(people[half], people[others])]
        )
        for i in range(N):
            base, fresh = people[half[half != i]], people[others[others != i]]
            assert without[:, i] == pytest.approx([plain_v2(base, rows), plain_v2(base, fresh)])

    def test_covers(self):
        """The limits are wide on purpose, but must exclude 1 for a collapsed group."""
        rng = np.random.default_rng(16)
        for kind, below in (("ideal", 0.0), ("collapsed", 1.0)):
            limits = [
                kappa_jackknife(
                    pool_rows(*group(kind, rng), PLACES), splits=30, confidence=0.95, rng=rng
                )
                for _ in range(25)
            ]
            assert np.mean([found.high < 0.8 for found in limits]) == below
            assert all(found.low < found.value < found.high for found in limits)

    def test_holdout(self):
        rng = np.random.default_rng(17)
        real, synthetic = group("spread halved", rng)
        fresh = coded(rng.normal(size=(50, 3)))
        pool = pool_rows(real, synthetic, PLACES, holdout_codes=fresh)
        found = kappa_jackknife(pool, splits=1, confidence=0.95, rng=rng)
        logs = []
        for i in range(N):
            base = np.delete(real, i, axis=0)
            logs.append(np.log(plain_v2(base, fresh) / plain_v2(base, synthetic)))
        assert found.error == pytest.approx(np.sqrt((N - 1) * np.var(logs)))
        assert found.value == pytest.approx(kappa(pool, splits=1, rng=rng), rel=1e-5)

    def test_undefined(self):
        rng = np.random.default_rng(18)
        for real, synthetic in (([[0]] * 5, [[0]] * 5), ([[0]] * 9, [[0]])):
            pool = pool_rows(real, synthetic, [None])
            assert np.isnan(kappa_jackknife(pool, splits=3, confidence=0.95, rng=rng)).all()

    def test_all_alike(self):
        pool = pool_rows([[0]] * 9, [[0]] * 9, [None])
        found = kappa_jackknife(pool, splits=3, confidence=0.95, rng=np.random.default_rng(19))
        assert found.value == pytest.approx(1)

    def test_refused(self):
        pool = pool_rows([[0]] * 8, [[0]] * 20, [None])
        with pytest.raises(ValueError, match="confidence"):
            kappa_jackknife(pool, splits=1, confidence=0, rng=np.random.default_rng(20))
        with pytest.raises(ValueError, match="splits"):
            kappa_jackknife(pool, splits=0, confidence=0.9, rng=np.random.default_rng(20))

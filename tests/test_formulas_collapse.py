"""Closed forms of collapse: values worked out elsewhere, and every one simulated."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.special import digamma
from scipy.stats import binom

from audits.formulas import collapse_discrete as discrete
from audits.formulas import collapse_gaussian as gaussian
from audits.formulas import collapse_mixed as mixed

QUICK = settings(deadline=None, max_examples=50)
START = np.array([0.4, 0.3, 0.15, 0.1, 0.03, 0.02])
GINI = 1 - (START**2).sum()


def agrees(simulated, expected, errors=4.0):
    """Whether a mean over chains is within so many of its Monte Carlo standard errors."""
    simulated = np.asarray(simulated, dtype=float)
    error = simulated.std(ddof=1) / math.sqrt(len(simulated))
    return abs(simulated.mean() - expected) <= errors * error + 1e-12


def refitted(rows, generations, chains, seed, unbiased=True):
    """Mean and variance of chains of normal refits."""
    rng = np.random.default_rng(seed)
    mean, variance = np.zeros(chains), np.ones(chains)
    for _ in range(generations):
        drawn = rng.normal(mean, np.sqrt(variance), (rows, chains))
        mean, variance = drawn.mean(0), drawn.var(0, ddof=int(unbiased))
    return mean, variance


def gini(counts):
    return 1 - ((counts / counts.sum(-1, keepdims=True)) ** 2).sum(-1)


def replaced(start, rows, generations, chains, seed):
    """Counts of types after so many generations of draws with replacement."""
    rng = np.random.default_rng(seed)
    counts = rng.multinomial(rows, start, size=chains)
    for _ in range(generations - 1):
        counts = rng.multinomial(rows, counts / rows)
    return counts


class TestGaussian:
    @pytest.mark.parametrize(
        ("rows", "generations", "ml", "sd", "median", "distance"),
        [
            (10, 10, 0.3487, 0.7579, 0.3160, 1.4842),
            (30, 10, 0.7125, 0.9174, 0.7055, 0.4985),
            (30, 50, 0.1836, 0.6499, 0.1748, 2.3669),
            (100, 50, 0.6050, 0.8814, 0.6024, 0.7372),
        ],
    )
    def test_table(self, rows, generations, ml, sd, median, distance):
        found = gaussian.gaussian_refits(rows, generations, unbiased=True)
        likely = gaussian.gaussian_refits(rows, generations, unbiased=False)
        assert likely.mean_variance == pytest.approx(ml, abs=5e-5)
        assert found.mean_variance == 1
        assert found.mean_sd == pytest.approx(sd, abs=5e-5)
        assert math.exp(found.mean_log_variance) == pytest.approx(median, abs=5e-5)
        moved = gaussian.gaussian_drift(rows, generations)
        assert moved.wasserstein_squared == pytest.approx(distance, abs=5e-5)

    @pytest.mark.parametrize(("rows", "generations"), [(10, 10), (30, 10)])
    @pytest.mark.parametrize("unbiased", [True, False])
    def test_refits_simulated(self, rows, generations, unbiased):
        _, variance = refitted(rows, generations, 20_000, 21, unbiased)
        found = gaussian.gaussian_refits(rows, generations, unbiased=unbiased)
        assert agrees(variance, found.mean_variance)
        assert agrees(np.sqrt(variance), found.mean_sd)
        logs = np.log(variance)
        assert agrees(logs, found.mean_log_variance)
        assert agrees((logs - found.mean_log_variance) ** 2, found.sd_log_variance**2)
        error = 1.2533 * found.sd_log_variance / math.sqrt(len(logs))  # of a median
        assert abs(np.median(logs) - math.log(found.median_variance)) <= 4 * error

    def test_drift_simulated(self):
        mean, variance = refitted(30, 10, 20_000, 22)
        found = gaussian.gaussian_drift(30, 10)
        assert agrees(mean**2, found.variance_of_mean)
        assert agrees(mean**2 + (np.sqrt(variance) - 1) ** 2, found.wasserstein_squared)
        draw = np.random.default_rng(23).normal(mean, np.sqrt(variance))
        assert agrees(draw**2, found.variance_of_draw)

    def test_the_median_is_above_the_exponential_of_the_mean(self):
        """By 4 percent with 10 rows: what is skewed may not be left out."""
        _, variance = refitted(10, 10, 200_000, 25)
        found = gaussian.gaussian_refits(10, 10, unbiased=True)
        assert np.median(variance) == pytest.approx(found.median_variance, rel=0.012)
        assert np.median(variance) > 1.03 * math.exp(found.mean_log_variance)

    def test_first_order(self):
        """For few refits the distance is 3/2 t/M, as Shumailov et al. have it."""
        assert gaussian.gaussian_drift(10_000, 1).wasserstein_squared * 10_000 == pytest.approx(
            1.5, abs=1e-3
        )

    def test_the_mean_is_no_comfort(self):
        """The unbiased variance stays 1 on average while the usual chain is nearly gone."""
        _, variance = refitted(30, 50, 4000, 24)
        assert np.median(variance) == pytest.approx(0.17, abs=0.02)

    def test_log_chi_square(self):
        half = 29 / 2
        found = gaussian.gaussian_refits(30, 1, unbiased=True)
        assert found.mean_log_variance == pytest.approx(digamma(half) - math.log(half))

    def test_nothing_happens_without_refits(self):
        found = gaussian.gaussian_refits([10, 20], 0, unbiased=True)
        assert found.mean_sd.tolist() == found.median_variance.tolist() == [1, 1]
        with pytest.raises(ValueError, match="rows"):
            gaussian.c4(1)
        with pytest.raises(ValueError, match="generations"):
            gaussian.gaussian_refits(10, -1, unbiased=True)


class TestDiscrete:
    @pytest.mark.parametrize(("rows", "half"), [(10, 6.58), (30, 20.45), (100, 68.97)])
    def test_half_life(self, rows, half):
        assert discrete.drift_half_life(rows) == pytest.approx(half, abs=5e-3)
        assert discrete.variety_kept_by_drift(rows, 1) ** discrete.drift_half_life(
            rows
        ) == pytest.approx(0.5)

    def test_half_life_of_many(self):
        assert discrete.drift_half_life(1000) == pytest.approx(692.8, abs=0.05)
        assert discrete.drift_half_life(1) == 0

    @pytest.mark.parametrize("generations", [1, 5, 20])
    def test_variety_simulated(self, generations):
        counts = replaced(START, 30, generations, 20_000, 31)
        assert agrees(gini(counts), GINI * discrete.variety_kept_by_drift(30, generations))

    def test_singleton(self):
        assert discrete.chance_lost_at_once(1, 30) == pytest.approx(0.3617, abs=5e-5)
        rows = np.random.default_rng(32).integers(0, 30, (20_000, 30))
        assert agrees((rows != 0).all(1), discrete.chance_lost_at_once(1, 30))
        with pytest.raises(ValueError, match="copies"):
            discrete.chance_lost_at_once(31, 30)

    @pytest.mark.parametrize(
        ("rows", "left"),
        [(30, [5.003, 3.802, 3.045, 2.234, 1.384]), (100, [5.820, 5.041, 4.483, 3.777, 2.656])],
    )
    def test_surviving_types(self, rows, left):
        there = discrete.chance_still_there(START, rows=rows, generations=50).sum(1)
        assert there[[1, 5, 10, 20, 50]] == pytest.approx(left, abs=5e-4)
        for t in (1, 10):
            counts = replaced(START, rows, t, 10_000, 33)
            assert agrees((counts > 0).sum(1), there[t])

    def test_branching_is_near_the_chain(self, monkeypatch):
        shares = np.array([0.001, 0.004, 0.02, 0.3])
        exact = discrete.chance_still_there(shares, rows=1000, generations=15)
        monkeypatch.setattr(discrete, "MOST_EXACT", 10)
        near = discrete.chance_still_there(shares, rows=1000, generations=15)
        assert np.abs(near - exact).max() < 0.003
        assert near[0].tolist() == [1, 1, 1, 1]

    def test_types_nobody_has_or_all(self):
        there = discrete.chance_still_there([0.0, 1.0], rows=8, generations=3)
        assert there[:, 0].tolist() == [0, 0, 0, 0]
        assert there[:, 1] == pytest.approx(1)

    @QUICK
    @example(share=4e-308, rows=5, generations=1)
    @given(share=st.floats(0.0, 1.0), rows=st.integers(1, 12), generations=st.integers(1, 6))
    def test_one_generation_by_hand_and_never_more(self, share, rows, generations):
        there = discrete.chance_still_there([share], rows=rows, generations=generations)[:, 0]
        assert there[1] == pytest.approx(1 - (1 - share) ** rows, abs=1e-9)
        assert (np.diff(there) <= 1e-9).all()

    def test_fixation_time(self):
        assert discrete.fixation_time(0.5, 30) == pytest.approx(41.6, abs=0.05)
        assert discrete.fixation_time([0.0, 1.0], 30).tolist() == [0, 0]
        moves = binom.pmf(np.arange(31)[None, :], 30, np.arange(31)[:, None] / 30)
        exact = np.linalg.solve(np.eye(29) - moves[1:-1, 1:-1], np.ones(29))[14]
        assert exact == pytest.approx(discrete.fixation_time(0.5, 30), rel=0.05)
        rng = np.random.default_rng(34)
        copies, taken = np.full(4000, 15), np.zeros(4000)
        while (going := (copies > 0) & (copies < 30)).any():
            taken += going
            copies = rng.binomial(30, copies / 30)
        assert agrees(taken, exact)

    def test_whole_groups(self):
        assert discrete.chance_group_gone(0.03, 1000, 100) == pytest.approx(0.549, abs=5e-4)
        exact = 1 - discrete.chance_still_there([0.03], rows=1000, generations=100)[100, 0]
        assert exact == pytest.approx(0.544, abs=5e-3)
        assert discrete.chance_group_gone([0.0, 0.1], 100, 0).tolist() == [1, 0]
        rng = np.random.default_rng(35)
        copies = np.full(20_000, 30)
        for t in range(1, 101):
            copies = rng.binomial(1000, copies / 1000)
            if t in (10, 100):
                spread = discrete.share_variance(0.03, 1000, t)
                assert agrees((copies / 1000 - 0.03) ** 2, spread)
        assert agrees(copies == 0, exact)

    def test_refused(self):
        for wrong in (0, -1):
            with pytest.raises(ValueError, match="rows"):
                discrete.drift_half_life(wrong)
        with pytest.raises(ValueError, match="whole"):
            discrete.variety_kept_by_drift(10, 1.5)
        with pytest.raises(ValueError, match="shares"):
            discrete.chance_still_there([1.2], rows=10, generations=1)


def accumulated(rows, generations, chains, seed):
    """Gini-Simpson index of a pool that draws from itself: mean over chains, by generation."""
    rng = np.random.default_rng(seed)
    pool = np.broadcast_to(START * rows, (chains, 6)).astype(float)
    found = []
    for _ in range(generations):
        pool = pool + rng.multinomial(rows, pool / pool.sum(1, keepdims=True))
        found.append(gini(pool))
    return np.array(found)


class TestMixed:
    def test_accumulating_simulated(self):
        kept = mixed.kept_by_accumulating(20, 12)
        found = accumulated(20, 12, 20_000, 41)
        for t in (1, 4, 12):
            assert agrees(found[t - 1], GINI * kept[t])

    def test_accumulating_for_ever(self):
        lost = 1 - mixed.kept_by_accumulating_for_ever(30)
        assert lost == pytest.approx(0.0213, abs=5e-5)
        assert lost == pytest.approx((math.pi**2 / 6 - 1) / 30, rel=0.02)
        assert mixed.kept_by_accumulating(30, 20_000)[-1] == pytest.approx(1 - lost, abs=2e-6)
        assert mixed.kept_by_accumulating_for_ever(1) == 0.5
        assert mixed.kept_by_accumulating(1, 5000)[-1] == pytest.approx(0.5, abs=1e-3)
        assert mixed.kept_by_accumulating_for_ever(10**9) == pytest.approx(1)

    @pytest.mark.parametrize("fresh", [False, True])
    def test_real_rows_simulated(self, fresh):
        rng = np.random.default_rng(42)
        people = START
        real = np.broadcast_to(people, (8000, 6))
        model = real
        for _ in range(25):
            drawn = rng.multinomial(30, model / model.sum(1, keepdims=True)) / 30
            if fresh:
                real = rng.multinomial(30, people, size=8000) / 30
            model = (real + drawn) / 2
        of = mixed.mean_coincidence_fresh if fresh else mixed.mean_coincidence_fixed
        expected = 1 - of(1 - GINI, real_rows=30, rows=30)
        assert expected == pytest.approx(0.7005 if fresh else 0.7083, abs=5e-5)
        assert agrees(gini(model), expected)

    @QUICK
    @given(st.floats(0.01, 0.99), st.integers(1, 500), st.integers(1, 500))
    def test_real_rows_only_lose_and_never_all(self, coincidence, n, m):
        kept = mixed.mean_coincidence_fixed(coincidence, real_rows=n, rows=m)
        fresh = mixed.mean_coincidence_fresh(coincidence, real_rows=n, rows=m)
        assert coincidence - 1e-12 <= kept <= fresh + 1e-12
        assert fresh <= 1 + 1e-12

    def test_regressions(self):
        bound = mixed.regression_excess_by_accumulating(2000)
        assert bound[:3] == pytest.approx([1, 1.25, 1.3611], abs=5e-5)
        assert pytest.approx(1.6449, abs=5e-5) == mixed.REGRESSION_LIMIT
        assert bound[-1] < mixed.REGRESSION_LIMIT
        exact = mixed.regression_excess_accumulated(2000, rows=50, features=5)
        assert (exact <= bound).all()
        with pytest.raises(ValueError, match="rows"):
            mixed.regression_excess_accumulated(3, rows=6, features=5)
        with pytest.raises(ValueError, match="rows"):
            mixed.kept_by_accumulating_for_ever(0)

    @pytest.mark.parametrize("accumulate", [False, True])
    def test_regressions_simulated(self, accumulate):
        """Replacing costs one unit per generation; accumulating costs the exact sum."""
        chains, rows, features = 1500, 30, 4
        rng = np.random.default_rng(43)
        weight = np.zeros((chains, features))
        inner = np.zeros((chains, features, features))
        errors = []
        for _ in range(4):
            x = rng.normal(size=(chains, rows, features))
            noise = rng.normal(size=(chains, rows))
            new = np.einsum("cri,crj->cij", x, x)
            inner = inner + new if accumulate else new
            step = np.linalg.solve(inner, np.einsum("cri,cr->ci", x, noise)[..., None])[..., 0]
            weight = weight + step
            errors.append((weight**2).sum(1) * (rows - features - 1) / features)
        expected = (
            mixed.regression_excess_accumulated(4, rows=rows, features=features)
            if accumulate
            else mixed.regression_excess_by_replacing([1, 2, 3, 4])
        )
        assert all(agrees(errors[t], expected[t]) for t in range(4))

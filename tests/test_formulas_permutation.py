"""Random subsets and sequential p values."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from audits.formulas.permutation import random_subsets, sequential_p


class TestRandomSubsets:
    def test_every_subset_equally_often(self):
        drawn = random_subsets(5, 2, draws=20_000, rng=np.random.default_rng(0))
        pairs = np.sort(drawn, axis=1) @ [5, 1]
        counts = np.unique(pairs, return_counts=True)[1]
        assert len(counts) == 10
        assert stats.chisquare(counts).pvalue > 0.001

    def test_without_replacement(self):
        drawn = random_subsets(40, 30, draws=50, rng=np.random.default_rng(1))
        assert all(len(set(row)) == 30 for row in drawn.tolist())
        assert drawn.min() >= 0
        assert drawn.max() == 39

    def test_edges(self):
        assert random_subsets(3, 0, draws=2, rng=np.random.default_rng(2)).shape == (2, 0)
        with pytest.raises(ValueError, match="size must be in 0 to 3, got 4"):
            random_subsets(3, 4, draws=1, rng=np.random.default_rng(2))


class TestSequentialP:
    def test_valid_at_every_level(self):
        rng = np.random.default_rng(3)
        p = np.array(
            [
                sequential_p(
                    rng.random, rng.random(), max_draws=199, exceedances=10, batch=32
                ).p_value
                for _ in range(4000)
            ]
        )
        for level in (0.01, 0.05, 0.2, 0.5):
            assert np.mean(p <= level) <= level + 4 * np.sqrt(level * (1 - level) / 4000)
        assert np.mean(p <= 0.05) > 0.035

    def test_stops_at_the_exceedance_whatever_the_batch(self):
        for batch in (1, 3, 100):
            values = iter([5.0, 1.0, 5.0, 0.5, *[9.0] * 200])
            test = sequential_p(
                lambda count, values=values: np.array([next(values) for _ in range(count)]),
                1.0, max_draws=100, exceedances=2, batch=batch,
            )  # fmt: skip
            assert test == (0.5, 4)

    def test_undefined(self):
        assert np.isnan(sequential_p(np.ones, np.nan, max_draws=9, exceedances=2, batch=9).p_value)
        never = sequential_p(
            lambda count: np.full(count, np.nan), 0.0, max_draws=9, exceedances=2, batch=9
        )
        assert never.p_value == 1  # an undefined statistic never accuses

    def test_refused(self):
        with pytest.raises(ValueError, match="at least 1, got 0"):
            sequential_p(np.ones, 0.0, max_draws=0, exceedances=2, batch=9)

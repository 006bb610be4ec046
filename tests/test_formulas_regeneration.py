"""Two simple generators, and the loops that feed them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from audits.formulas.regeneration import (
    LOOPS,
    Condition,
    conditions_of,
    regenerated,
    resampled,
    sharpened,
)

QUICK = settings(deadline=None, max_examples=40)
SAME = np.arange(16, dtype=np.uint8)


def table(*columns):
    return np.column_stack(columns).astype(np.uint16)


def drawn(seed):
    return np.random.default_rng(seed)


class TestSharpened:
    @pytest.mark.parametrize("temperature", [0.5, 0.8, 1.0, 2.0])
    def test_shares_to_the_power(self, temperature):
        counts = np.array([60, 30, 9, 1])
        rows = table(np.repeat([3, 1, 7, 2], counts))
        made = sharpened(rows, 20_000, drawn(1), conditions=[None], temperature=temperature)
        shares = counts ** (1 / temperature) / (counts ** (1 / temperature)).sum()
        seen = [(made == code).sum() for code in (3, 1, 7, 2)]
        assert stats.chisquare(seen, shares * 20_000).pvalue > 1e-4

    def test_given_another_column(self):
        """Within each code of the first column the shares of the second are sharpened."""
        rows = table([1] * 100 + [2] * 100, [1] * 80 + [2] * 20 + [2] * 50 + [3] * 50)
        made = sharpened(
            rows, 40_000, drawn(2), conditions=[None, Condition(0, SAME)], temperature=0.5
        )
        one, two = (made[made[:, 0] == code, 1] for code in (1, 2))
        assert (one == 1).mean() == pytest.approx(0.64 / 0.68, abs=0.01)
        assert set(two) == {2, 3}
        assert (two == 2).mean() == pytest.approx(0.5, abs=0.015)

    @QUICK
    @given(st.integers(0, 2**32), st.floats(0.02, 5.0))
    def test_nothing_new_and_no_order(self, seed, temperature):
        rng = drawn(seed)
        rows = table(rng.integers(1, 4, 50), rng.integers(0, 9, 50), rng.integers(0, 2, 50))
        given_ = [None, Condition(0, SAME), Condition(1, SAME // 3)]
        made = [
            sharpened(order, 40, drawn(3), conditions=given_, temperature=temperature)
            for order in (rows, rows[::-1])
        ]
        assert (made[0] == made[1]).all()
        for j in range(3):
            assert set(made[0][:, j]) <= set(rows[:, j])
        assert {tuple(row) for row in made[0][:, :2]} <= {tuple(row) for row in rows[:, :2]}

    def test_very_many_and_very_cold(self):
        rows = table(np.repeat([1, 2], [50_000, 49_000]))
        made = sharpened(rows, 100, drawn(4), conditions=[None], temperature=0.01)
        assert (made == 1).mean() > 0.7

    @pytest.mark.parametrize("wrong", [0.0, -1.0, float("nan")])
    def test_refused(self, wrong):
        with pytest.raises(ValueError, match="temperature"):
            sharpened(table([1]), 1, drawn(5), conditions=[None], temperature=wrong)


class TestConditions:
    def test_the_column_that_says_most(self):
        rng = drawn(6)
        a, b = rng.integers(0, 4, 2000), rng.integers(0, 4, 2000)
        noisy = np.where(rng.random(2000) < 0.7, b, a)
        found = conditions_of(table(a, b, noisy, rng.integers(0, 4, 2000)), [SAME] * 4)
        assert found[0] is None
        assert found[2].column == 1

    def test_chance_is_no_reason(self):
        """Independent columns are drawn by themselves, too: chance alone would always find some."""
        chosen = []
        for seed in range(200):
            rng = drawn(seed)
            rows = table(rng.integers(0, 8, 300), rng.integers(0, 8, 300))
            chosen.append(conditions_of(rows, [SAME] * 2)[1] is not None)
        assert 0.3 < np.mean(chosen) < 0.72


class TestLoops:
    REAL = table(np.arange(1, 31) % 7)

    def run(self, loop, generator=resampled, **changed):
        options = {"rows": 20, "generations": 4, "real_rows": 5, **changed}
        return list(regenerated(self.REAL, loop=loop, generator=generator, rng=drawn(7), **options))

    @pytest.mark.parametrize(
        ("loop", "sizes"),
        [
            ("replace", [30, 20, 20, 20]),
            ("accumulate", [30, 50, 70, 90]),
            ("fixed-real", [5, 25, 25, 25]),
            ("fresh", [30, 25, 25, 25]),
        ],
    )
    def test_what_is_pooled(self, loop, sizes):
        pools = []

        def generator(rows, number, rng):
            pools.append(rows)
            return resampled(rows, number, rng)

        steps = self.run(loop, generator)
        assert [len(pool) for pool in pools] == sizes
        assert [len(step.made) for step in steps] == [20] * 4
        for before, pool in zip(steps, pools[1:], strict=False):
            assert (pool[-20:] == before.made).all()
            if loop in ("fixed-real", "fresh"):
                assert (pool[:5] == before.real).all()

    def test_fixed_rows_stay_and_fresh_ones_do_not(self):
        fixed, fresh = ([step.real.tolist() for step in self.run(loop)] for loop in LOOPS[2:])
        assert all(rows == fixed[0] for rows in fixed)
        assert any(rows != fresh[0] for rows in fresh)

    def test_refused(self):
        with pytest.raises(ValueError, match="loop"):
            self.run("repeat")
        with pytest.raises(ValueError, match="rows"):
            self.run("replace", rows=1)

"""Exact tests of ties that grew: by hand, beside SciPy's laws, and how often they are wrong."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from audits.formulas import grown_ties
from audits.formulas.grown_ties import GrownTies, tie_beyond_p, tie_low

counts = st.integers(0, 40)


class TestTie:
    def test_by_hand(self):
        assert float(tie_beyond_p(3, 0, 0.0)) == 0.125
        assert float(tie_beyond_p(1, 1, 0.0)) == 0.75
        assert float(tie_beyond_p(0, 5, 0.0)) == 1.0

    @given(counts, counts, st.floats(-4, 4))
    def test_as_scipy_has_it(self, inside, outside, log_odds):
        share = 1 / (1 + np.exp(-log_odds))
        there = stats.binom.sf(inside - 1, inside + outside, share) if inside else 1.0
        assert float(tie_beyond_p(inside, outside, log_odds)) == pytest.approx(there, rel=1e-8)

    @given(st.integers(1, 60), counts)
    def test_the_limit_is_what_is_just_rejected(self, inside, outside):
        low = tie_low(inside, outside, confidence=0.95)
        assert float(tie_beyond_p(inside, outside, low)) == pytest.approx(0.025, rel=1e-6)

    def test_none_inside_has_no_limit(self):
        assert tie_low([0, 0], [3, 0], confidence=0.95).tolist() == [-np.inf, -np.inf]

    def test_tiny_chances_are_not_nothing(self):
        assert 0 < float(tie_beyond_p(200, 0, -2.0)) < 1e-150

    def test_half_a_text_is_refused(self):
        with pytest.raises(ValueError, match="must be whole"):
            tie_beyond_p(0.5, 1, 0.0)


class TestGrowth:
    def test_by_hand(self):
        """One of two before, two of two now: of three inside, all ways to place them."""
        p = GrownTies.of([1], [1], [2], [0]).beyond_p(0.0)
        assert p.tolist() == [pytest.approx(2 / 4)]

    @given(counts, counts, counts, counts, st.floats(-3, 3))
    def test_as_scipy_has_it(self, x0, y0, x1, y1, growth):
        p = float(GrownTies.of([x0], [y0], [x1], [y1]).beyond_p([growth])[0])
        total, inside, now = x0 + y0 + x1 + y1, x0 + x1, x1 + y1
        if min(inside, now, total - inside, total - now) == 0:
            assert p == pytest.approx(1)
            return
        there = stats.nchypergeom_fisher(total, inside, now, np.exp(growth)).sf(x1 - 1)
        assert p == pytest.approx(there, rel=1e-6, abs=1e-9)

    def test_fisher_is_the_test_of_no_growth(self):
        p = GrownTies.of([3], [17], [11], [9]).beyond_p(0.0)[0]
        table = [[11, 9], [3, 17]]
        assert p == pytest.approx(stats.fisher_exact(table, alternative="greater")[1])

    def test_many_at_once_are_one_by_one(self):
        rng = np.random.default_rng(0)
        parts = rng.integers(0, 300, (4, 60))
        growth = rng.normal(size=60)
        together = GrownTies.of(*parts).beyond_p(growth)
        alone = [float(GrownTies.of(*parts[:, [i]]).beyond_p(growth[[i]])[0]) for i in range(60)]
        assert np.allclose(together, alone, rtol=1e-9)

    def test_large_counts_by_the_normal_law(self, monkeypatch):
        parts = ([3000, 900], [9000, 4000], [4100, 1010], [11_000, 3900])
        exact = GrownTies.of(*parts)
        monkeypatch.setattr(grown_ties, "_MOST", 10_000)
        p = exact.beyond_p(0.05)
        monkeypatch.setattr(grown_ties, "_MOST", 100)
        assert np.allclose(GrownTies.of(*parts).beyond_p(0.05), p, rtol=0.02)

    def test_the_limit_is_what_is_just_rejected(self):
        ties = GrownTies.of([1, 5, 0], [9, 50, 20], [9, 40, 8], [1, 60, 3])
        low = ties.low(confidence=0.9)
        assert np.allclose(ties.beyond_p(low), 0.05, rtol=1e-6)

    def test_nothing_inside_has_no_limit(self):
        assert GrownTies.of([4], [6], [0], [10]).low(confidence=0.95).tolist() == [-np.inf]

    @given(st.integers(1, 30), st.integers(1, 30), st.integers(1, 30), st.integers(1, 30))
    def test_p_falls_as_more_fall_inside(self, x0, y0, x1, y1):
        few, more = (
            GrownTies.of([x0], [y0], [x], [y]).beyond_p(0.3)[0]
            for x, y in ((x1, y1), (x1 + 1, y1 - 1))
        )
        assert more <= few + 1e-12

    def test_none_at_all(self):
        empty = np.zeros(0)
        assert GrownTies.of(empty, empty, empty, empty).beyond_p(empty).tolist() == []

    @pytest.mark.parametrize(("few", "least"), [(4, 0.0), (40, 0.02)])
    def test_a_true_growth_is_rejected_too_rarely_rather_than_too_often(self, few, least):
        """Of samples that grew by exactly the limit, at most one in twenty is called more."""
        rng = np.random.default_rng(1)
        odds, grown = np.log(0.3), np.log(1.5)
        before, now = rng.poisson(few, 4000), rng.poisson(3 * few, 4000)
        x0 = rng.binomial(before, 1 / (1 + np.exp(-odds)))
        x1 = rng.binomial(now, 1 / (1 + np.exp(-odds - grown)))
        p = GrownTies.of(x0, before - x0, x1, now - x1).beyond_p(grown)
        assert (p <= 0.05).mean() <= 0.055
        assert (p <= 0.05).mean() >= least

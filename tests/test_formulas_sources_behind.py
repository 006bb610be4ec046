"""People behind rows when only some were searched, and variety that vanished altogether."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.formulas.sources_behind import meeting_error, sources_behind
from audits.formulas.vanished import vanished_variety


class TestSourcesBehind:
    def test_by_hand(self):
        # v = 1/k + (1 - 1/k) f with k = 50 and f = .01
        v = 1 / 50 + (1 - 1 / 50) * 0.01
        assert float(sources_behind(v, 0.01 / v)) == pytest.approx(50)

    def test_simulated_copies_of_few(self):
        """Rows copied from 200 of many people, on cells that fresh people fill unevenly."""
        rng = np.random.default_rng(6)
        cells = rng.dirichlet(np.full(300, 2.0))
        found = []
        for _ in range(40):
            home = rng.choice(300, 200, p=cells)
            rows, fresh = home[rng.integers(0, 200, 2000)], rng.choice(300, 2000, p=cells)
            meet = [_meeting(part) for part in (rows, fresh)]
            found.append(1 / float(sources_behind(meet[0], meet[1] / meet[0])))
        assert 1 / np.mean(found) == pytest.approx(200, rel=0.1)

    @given(st.floats(1e-4, 1), st.floats(0.01, 0.99))
    def test_law_more_even_rows_stand_for_more_people(self, v, ratio):
        assert sources_behind(v, ratio) <= sources_behind(v, min(ratio * 1.005, 0.999))

    def test_unknown_stays_unknown(self):
        assert np.isnan(sources_behind(np.nan, 0.5))
        assert np.isnan(sources_behind(0.1, np.nan))


def _meeting(rows):
    counts = np.bincount(rows)
    m = len(rows)
    return float((counts * (counts - 1)).sum() / (m * (m - 1)))


class TestMeetingError:
    def test_agrees_with_simulation(self):
        rng = np.random.default_rng(7)
        share = rng.dirichlet(np.full(60, 1.5))
        seen = [_meeting(rng.choice(60, 300, p=share)) for _ in range(600)]
        spread = np.std(seen) / np.mean(seen)
        assert meeting_error(share, rows=300) == pytest.approx(spread, rel=0.1)

    def test_nothing_is_unknown(self):
        assert np.isnan(meeting_error([0, 0], rows=10))
        assert np.isnan(meeting_error([1, 2], rows=1))


class TestVanishedVariety:
    def test_by_hand(self):
        found = vanished_variety(0.5, 0.0, 3, 10, 20, confidence=0.95)
        unseen = 1 - 0.05 ** (1 / 20)
        assert float(found.low) == pytest.approx(1 - 2 * unseen * (1 - unseen) / 0.5)
        # of 30 people 3 are others; all 3 among the 10 real: C(10,3) / C(30,3)
        assert float(found.p) == pytest.approx(120 / 4060)

    def test_null_is_rarely_accused(self):
        """A trait of one in fifty, in 45 real and 50 synthetic rows: absence proves nothing."""
        rng = np.random.default_rng(8)
        real, synthetic = rng.binomial(45, 0.02, 20_000), rng.binomial(50, 0.02, 20_000)
        gone = (synthetic == 0) & (real > 0)
        delta = 2 * real * (45 - real) / (45 * 44)
        found = vanished_variety(
            delta[gone], 0.0 * delta[gone], real[gone], 45, 50, confidence=0.95
        )
        assert np.mean(gone) * np.mean((found.p <= 0.05) & (found.low > 0.1)) < 0.025

    def test_no_real_variety_is_unknown(self):
        assert np.isnan(vanished_variety(0.0, 0.0, 0, 30, 30, confidence=0.95).low)

"""How fast variety falls: rate, half-life, what ends a chain, and how often intervals are right."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from audits.formulas.forecast import collapse_excess, decay, decay_of_chains

QUICK = settings(deadline=None, max_examples=60)
VARIETY = st.lists(st.floats(0.01, 1.0), min_size=4, max_size=12)


class TestByHand:
    def test_five_generations(self):
        found = decay([0.60, 0.56, 0.50, 0.47, 0.43], confidence=0.95)
        assert found.rate.value == pytest.approx(0.0833, abs=5e-5)
        error = (found.rate.high - found.rate.low) / 2 / stats.t.ppf(0.975, 3)
        assert error == pytest.approx(0.0115, abs=5e-5)
        assert found.rate[1:] == pytest.approx((0.0466, 0.1200), abs=5e-5)
        assert found.half_life == pytest.approx((8.32, 5.78, 14.88), abs=5e-3)
        assert (found.increments, found.collapsed_at, found.unknown_from) == (4, None, None)

    def test_halving_takes_one_generation(self):
        assert decay([0.8, 0.4, 0.2, 0.1], confidence=0.9).half_life == pytest.approx((1, 1, 1))

    def test_no_decay_has_no_end(self):
        found = decay([0.5, 0.5, 0.5, 0.5], confidence=0.95)
        assert found.rate == pytest.approx((0, 0, 0))
        assert found.half_life == (math.inf, math.inf, math.inf)

    def test_not_established(self):
        found = decay([0.5, 0.45, 0.55, 0.44], confidence=0.95)
        assert found.rate.low < 0 < found.rate.value
        assert math.isfinite(found.half_life.low)
        assert found.half_life.high == math.inf


class TestEnds:
    def test_too_few_steps(self):
        found = decay([0.5, 0.4, 0.3], confidence=0.95)
        assert found.increments == 2
        assert all(math.isnan(number) for number in (*found.rate, *found.half_life))

    @pytest.mark.parametrize("last", [0.0, math.nan])
    def test_what_follows_is_not_read(self, last):
        whole = [0.6, 0.5, 0.45, 0.4]
        found = decay([*whole, last, 0.3], confidence=0.95)
        assert found.rate == decay(whole, confidence=0.95).rate
        assert (found.collapsed_at, found.unknown_from) == ((4, None) if last == 0 else (None, 4))

    def test_collapsed_from_the_start(self):
        found = decay([0.0, 0.0], confidence=0.95)
        assert (found.increments, found.collapsed_at) == (0, 0)

    @pytest.mark.parametrize("wrong", [[0.5, -0.1], [0.5, math.inf], [[0.5, 0.4], [0.3, 0.2]]])
    def test_refused(self, wrong):
        with pytest.raises(ValueError, match="variety"):
            decay(wrong, confidence=0.95)
        with pytest.raises(ValueError, match="confidence"):
            decay([0.5, 0.4], confidence=1.0)


class TestChains:
    def test_mean_of_chains_against_scipy(self):
        rng = np.random.default_rng(5)
        chains = [np.exp(-0.05 * np.arange(8) - rng.normal(0, 0.02, 8).cumsum()) for _ in range(6)]
        found = decay_of_chains(chains, confidence=0.95)
        rates = [np.log(chain[0] / chain[-1]) / 7 for chain in chains]
        expected = stats.ttest_1samp(rates, 0).confidence_interval(0.95)
        assert found.rate == pytest.approx((np.mean(rates), expected.low, expected.high))
        assert found.increments == 7

    def test_one_chain_is_judged_by_its_steps(self):
        chain = [0.6, 0.56, 0.5, 0.47, 0.43]
        assert decay_of_chains([chain], confidence=0.95) == decay(chain, confidence=0.95)

    def test_chains_that_end(self):
        found = decay_of_chains(
            [[0.8, 0.4, 0.2, 0.1], [0.8, 0.4, 0.0, 0.0], [0.0, 0.0], [0.8, math.nan]],
            confidence=0.95,
        )
        assert found.rate.value == pytest.approx(math.log(2))
        assert (found.increments, found.collapsed_at, found.unknown_from) == (3, 0, 1)

    def test_nothing_to_say(self):
        for chains in ([], [[0.5, 0.4], [0.5, 0.4]], [[0.8, 0.4, 0.2, 0.1], [0.0]]):
            assert math.isnan(decay_of_chains(chains, confidence=0.95).rate.value)


class TestLaws:
    @QUICK
    @given(VARIETY, st.floats(0.1, 5.0))
    def test_units_do_not_matter(self, variety, factor):
        one, other = (decay(np.array(variety) * k, confidence=0.95) for k in (1.0, factor))
        assert one.rate == pytest.approx(other.rate, abs=1e-9)

    @QUICK
    @given(VARIETY)
    def test_limits_are_in_order(self, variety):
        found = decay(variety, confidence=0.95)
        assert found.rate.low <= found.rate.value <= found.rate.high
        assert found.half_life.low <= found.half_life.value <= found.half_life.high

    @QUICK
    @given(VARIETY)
    def test_backwards_it_grows(self, variety):
        there, back = (decay(v, confidence=0.95).rate.value for v in (variety, variety[::-1]))
        assert there == pytest.approx(-back, abs=1e-9)


def wright_fisher(rows, generations, chains, seed, types=20):
    """Mean dissimilarity of two rows in chains of draws with replacement."""
    rng = np.random.default_rng(seed)
    counts = rng.multinomial(rows, np.full(types, 1 / types), size=chains)
    found = []
    for _ in range(generations + 1):
        found.append(1 - (counts * (counts - 1.0)).sum(1) / (rows * (rows - 1)))
        counts = rng.multinomial(rows, counts / rows)
    return np.array(found).T


def test_intervals_cover_the_rate_of_a_copier():
    """Steps, not levels: a line through the levels would cover about half as often."""
    chains = wright_fisher(400, 9, 1500, 11)
    inside = levels = 0
    for chain in chains:
        low, high = decay(chain, confidence=0.95).rate[1:]
        inside += low <= -math.log(1 - 1 / 400) <= high
        line = stats.linregress(np.arange(10), np.log(chain))
        half = stats.t.ppf(0.975, 8) * line.stderr
        levels += abs(line.slope - math.log(1 - 1 / 400)) <= half
    assert 0.93 <= inside / 1500 <= 0.99
    assert levels / 1500 < 0.75


def test_intervals_of_several_chains_cover():
    chains = wright_fisher(300, 8, 4000, 12).reshape(800, 5, 9)
    covered = [
        low <= -math.log(1 - 1 / 300) <= high
        for low, high in (decay_of_chains(list(five), confidence=0.95).rate[1:] for five in chains)
    ]
    assert 0.93 <= np.mean(covered) <= 0.98


class TestExcess:
    def test_changing_rows_count_by_their_reciprocals(self):
        assert collapse_excess(0.02, [50, 100]) == pytest.approx(0.02 / ((1 / 50 + 1 / 100) / 2))
        assert collapse_excess([0.01, 0.02], [100]).tolist() == pytest.approx([1, 2])

    def test_without_rows(self):
        assert math.isnan(collapse_excess(0.02, [100, 0]))
        assert math.isnan(collapse_excess(0.02, []))
        with pytest.raises(ValueError, match="rows"):
            collapse_excess(0.02, [-1])

    def test_a_copier_has_one(self):
        chains = wright_fisher(100, 10, 400, 13)
        rate = decay_of_chains(list(chains), confidence=0.95).rate
        low, high = (collapse_excess(limit, [100] * 10) for limit in rate[1:])
        assert low <= 1.02
        assert high >= 1.0


@pytest.mark.real_data
class TestGenerationsMadeFromRealPeople:
    """Generations of an excerpt of the American Community Survey, whose law is known."""

    def chains(self, folder, name):
        table = pd.read_csv(
            folder / "generations_made_here" / name, dtype=str, keep_default_na=False
        )
        runs = table.groupby("replicate") if "replicate" in table else [("", table)]
        return [
            [
                self.variety(rows.drop(columns=["generation", "replicate"], errors="ignore"))
                for _, rows in sorted(run.groupby("generation"), key=lambda part: int(part[0]))
            ]
            for _, run in runs
        ]

    def variety(self, rows):
        n = len(rows)
        pairs = [(counts * (counts - 1)).sum() for counts in map(rows.value_counts, rows)]
        return 1 - np.mean(pairs) / (n * (n - 1))

    def test_resampling_has_the_rate_of_a_copier(self, real_data):
        found = decay_of_chains(self.chains(real_data, "resample_N200.csv.gz"), confidence=0.95)
        rate = np.array(found.rate) / 5  # generations given are five apart
        assert rate[1] <= -math.log(1 - 1 / 200) <= rate[2]
        assert collapse_excess(rate[0], [200]) == pytest.approx(1, abs=0.4)

    def test_sharpening_falls_faster_than_accumulating_and_fresh_rows_not_at_all(self, real_data):
        rates = {
            name: decay(self.chains(real_data, f"{name}.csv.gz")[0], confidence=0.95).rate
            for name in ("sharpen_T0.8", "accumulate_T0.8", "fresh_control_T1")
        }
        assert collapse_excess(rates["sharpen_T0.8"].low, [4000]) > 100
        assert rates["accumulate_T0.8"].value < rates["sharpen_T0.8"].low
        assert rates["fresh_control_T1"].low < 0 < rates["fresh_control_T1"].high

"""The widest gap and its null: reference values, fairlearn as oracle, level, bias."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.formulas.gaps import (
    gaps_beside_null,
    smallest_ratio,
    spread_beyond_chance,
    widest_difference,
)

RNG = np.random.default_rng
nan = float("nan")


@pytest.mark.parametrize(
    ("groups", "expected", "high"), [(2, 0.080, 0.2), (10, 0.222, 1 / 3), (20, 0.268, 11 / 30)]
)
def test_equal_groups_of_thirty_seem_apart(groups, expected, high):
    found = gaps_beside_null([24] * groups, [30] * groups, draws=20_000, rng=RNG(groups))
    assert found.difference.expected == pytest.approx(expected, abs=0.004)
    assert found.difference.high == pytest.approx(high, abs=0.001)
    assert found.difference.value == 0
    assert found.difference.p == found.ratio.p == 1.0


def test_four_fifths_rule_fails_three_times_in_four():
    rates = RNG(1).binomial(30, 0.8, (20_000, 1, 10)) / 30
    assert (smallest_ratio(rates) < 0.8).mean() == pytest.approx(0.75, abs=0.01)


def test_spread_corrected_for_sampling():
    """Rates of .7, .8 and .9: a variance of .00667, and sampling adds almost as much again."""
    rng = RNG(2)
    true = rng.choice([0.7, 0.8, 0.9], (4000, 10))
    seen = rng.binomial(30, true) / 30
    naive = seen.var(axis=1, ddof=1).mean()
    assert naive == pytest.approx(0.0118, abs=0.0004)
    left = naive - (seen * (1 - seen) / 29).mean()
    assert left == pytest.approx(0.00667, abs=0.0003)
    one = rng.binomial(3000, true[0])
    assert spread_beyond_chance(one, [3000] * 10) == pytest.approx(true[0].std(ddof=1), abs=0.01)


def test_spread_is_unbiased_where_it_is_large():
    rng = RNG(3)
    rates = np.array([0.3, 0.5, 0.7, 0.9])
    found = [spread_beyond_chance(rng.binomial(50, rates), [50] * 4) ** 2 for _ in range(2000)]
    assert np.mean(found) == pytest.approx(rates.var(ddof=1), abs=0.002)


def test_spread_of_one_group_is_unknown():
    assert np.isnan(spread_beyond_chance([3, 1], [10, 1]))


@pytest.mark.parametrize("seed", range(4))
def test_as_fairlearn(seed):
    from fairlearn import metrics as fair

    rng = RNG(seed)
    truth, said = (rng.random(400) < 0.5).astype(int), (rng.random(400) < 0.4).astype(int)
    group = rng.choice(list("abcde"), 400)
    names = sorted(set(group))

    def share(of, among):
        return [of[(group == g) & among].mean() for g in names]

    everyone = np.ones(400, dtype=bool)
    selected = [share(said, everyone)]
    odds = [share(said, truth == 1), share(said, truth == 0)]
    given_ = {"y_true": truth, "y_pred": said, "sensitive_features": group}
    assert widest_difference(selected) == pytest.approx(
        fair.demographic_parity_difference(**given_)
    )
    assert smallest_ratio(selected) == pytest.approx(fair.demographic_parity_ratio(**given_))
    assert widest_difference(odds) == pytest.approx(fair.equalized_odds_difference(**given_))
    assert smallest_ratio(odds) == pytest.approx(fair.equalized_odds_ratio(**given_))


rates_of_groups = st.lists(st.floats(0, 1), min_size=2, max_size=8)


@given(rates_of_groups)
def test_laws(values):
    difference, ratio = float(widest_difference([values])), float(smallest_ratio([values]))
    assert 0 <= difference <= 1
    assert 0 <= ratio <= 1
    assert float(widest_difference([values[::-1]])) == difference
    assert (difference == 0) == (min(values) == max(values))
    assert float(widest_difference([[*values, nan]])) == difference
    assert float(smallest_ratio([[*values, nan], [nan] * (len(values) + 1)])) == ratio


def test_nothing_to_compare():
    assert np.isnan(widest_difference([[0.5, nan], [nan, 0.3]]))
    assert np.isnan(smallest_ratio([[0.5, nan]]))
    found = gaps_beside_null([3, 0], [10, 0], draws=9, rng=RNG(0))
    assert np.isnan(found.difference).all()
    assert np.isnan(found.ratio).all()


def test_a_rate_without_denominator_takes_no_part():
    """Three groups, one of them without positives: its other rate is compared."""
    found = gaps_beside_null(
        [[5, 8, 0], [1, 2, 9]], [[10, 10, 0], [10, 10, 10]], draws=99, rng=RNG(0)
    )
    assert found.difference.value == pytest.approx(0.8)


@pytest.mark.parametrize("kinds", [1, 2])
def test_level(kinds):
    """Equal groups: as wide a gap as this is as rare as its p value says."""
    rng, of = RNG(5), np.array([[40, 25, 60, 30, 90, 30], [50, 80, 20, 30, 30, 30]])[:kinds]
    p = np.array(
        [
            gaps_beside_null(rng.binomial(of, 0.7), of, draws=199, rng=rng).difference.p
            for _ in range(600)
        ]
    )
    assert (p <= 0.05).mean() <= 0.07
    assert (p <= 0.5).mean() == pytest.approx(0.47, abs=0.08)


def test_power():
    found = gaps_beside_null([[80, 80, 40]], [[100, 100, 100]], draws=999, rng=RNG(6))
    assert found.difference.value == pytest.approx(0.4)
    assert found.difference.p == 0.001
    assert found.ratio.p == 0.001
    assert found.ratio.high > found.ratio.value


def test_refuses():
    with pytest.raises(ValueError, match="draws"):
        gaps_beside_null([1, 2], [3, 3], draws=0, rng=RNG(0))
    with pytest.raises(ValueError, match="exceed"):
        gaps_beside_null([4, 2], [3, 3], draws=9, rng=RNG(0))

"""What a generation has lost, from counts; whether losses slow down; which loop rows point to."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from audits.formulas.generation_steps import (
    levels_changed,
    loop_of,
    overall_drift,
    rare_levels,
    share_at,
    slowing_p,
    tail_levels,
)
from audits.formulas.nulls import total_variation_null

COUNTS = arrays.arrays(np.int64, st.integers(1, 30), elements=st.integers(0, 1000))


class TestTails:
    def test_a_tenth_of_evenly_spread_rows(self):
        counts = np.full(100, 7)
        assert share_at(counts, tail_levels(counts, share=0.05)) == pytest.approx(0.1)

    def test_where_ties_leave_no_row_beyond(self):
        assert not share_at([50, 50], tail_levels([50, 50], share=0.05)) > 0

    def test_a_level_that_nobody_holds_lies_in_the_tail(self):
        assert tail_levels([0, 10, 10, 0], share=0.05).tolist() == [True, False, False, True]

    @given(COUNTS, st.floats(0.01, 0.45))
    def test_each_tail_holds_no_more_than_its_share(self, counts, share):
        inside = tail_levels(counts, share=share)
        held = counts[inside].sum()
        assert held <= 2 * share * counts.sum() + 1e-9

    @given(COUNTS)
    def test_turned_round(self, counts):
        turned = tail_levels(counts[::-1], share=0.05)
        assert turned.tolist() == tail_levels(counts, share=0.05)[::-1].tolist()

    @pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
    def test_shares_that_make_no_sense(self, share):
        with pytest.raises(ValueError, match="share"):
            tail_levels([1, 2], share=share)


class TestRareLevels:
    def test_rare_is_held_by_some_but_few(self):
        assert rare_levels([950, 49, 1, 0], below=0.05).tolist() == [False, True, True, False]

    @given(COUNTS)
    def test_all_of_them_hold_less_than_their_number_times_the_limit(self, counts):
        rare = rare_levels(counts, below=0.05)
        assert counts[rare].sum() <= 0.05 * rare.sum() * counts.sum() + 1e-9

    @pytest.mark.parametrize("below", [0.0, 1.0])
    def test_limits_that_make_no_sense(self, below):
        with pytest.raises(ValueError, match="below"):
            rare_levels([1, 2], below=below)


def test_share_of_no_rows_is_unknown():
    assert np.isnan(share_at([0, 0], [True, False]))


def test_levels_lost_and_born_of_many_groups():
    changed = levels_changed([[3, 0, 2], [1, 1, 1]], [[3, 1, 0], [0, 0, 5]])
    assert changed.lost.tolist() == [1, 2]
    assert changed.born.tolist() == [1, 0]


class TestOverallDrift:
    def test_nothing_beyond_chance(self):
        assert overall_drift([0.1, 0.2], [0.2, 0.2]) == 0

    def test_columns_that_are_unknown_are_left_out(self):
        assert overall_drift([0.5, np.nan], [0.3, np.nan]) == pytest.approx(0.4)
        assert np.isnan(overall_drift([np.nan], [np.nan]))

    def test_samples_of_one_population_average_to_nothing(self):
        rng = np.random.default_rng(3)
        shares = [0.5, 0.3, 0.2]
        first, later = rng.multinomial(40, shares, 4000), rng.multinomial(200, shares, 4000)
        apart = np.abs(first / 40 - later / 200).sum(1) / 2
        rms = total_variation_null(first, later).rms
        assert (apart**2 - rms**2).mean() == pytest.approx(0, abs=1e-3)
        assert overall_drift(apart, rms) < 0.04


class TestSlowing:
    @given(st.permutations(range(5)))
    def test_exact_by_counting_orders(self, steps):
        def inversions(order):
            return sum(order[i] > order[j] for i in range(5) for j in range(i + 1, 5))

        seen = inversions(steps)
        orders = [inversions(order) >= seen for order in permutations(range(5))]
        assert slowing_p(steps) == pytest.approx(np.mean(orders))

    def test_known_ends(self):
        assert slowing_p([1, 2, 3, 4]) == pytest.approx(1.0)
        assert slowing_p([0.3]) == 1.0
        assert np.isnan(slowing_p([]))
        assert np.isnan(slowing_p([0.1, np.nan]))

    def test_equal_steps_do_not_slow_down(self):
        assert slowing_p([0.1] * 6) > 0.4

    def test_many_steps(self):
        assert 0 < slowing_p(np.linspace(1, 0, 60)) < 1e-20


def shares(previous, first, holds_previous, holds_first):
    return {
        "from_previous": previous,
        "from_first": first,
        "holds_previous": holds_previous,
        "holds_first": holds_first,
    }


class TestLoop:
    @pytest.mark.parametrize(
        ("seen", "loop"),
        [
            (shares([0.5, 0.7], [0.5, 0.3], [1, 1], [1, 1]), "accumulate"),
            (shares([0.5, 0.5], [0.5, 0.5], [0.5, 0.5], [1, 1]), "fixed-real"),
            (shares([0.5], [0.5], [1], [1]), "fixed-real"),
            (shares([1, 1], [1, 1], [0.6, 0.6], [0.6, 0.4]), "resample"),
            (shares([0.1, 0.1], [0.1, 0.1], [0.1, 0.1], [0.1, 0.1]), "not known"),
            (shares([1, 0.4], [1, 0.4], [0.6, 0.3], [0.6, 0.3]), "not known"),
        ],
    )
    def test_what_rows_point_to(self, seen, loop):
        assert loop_of(**seen, different=0.9) == loop

    def test_tables_of_few_different_rows_prove_nothing(self):
        seen = shares([1, 1], [1, 1], [1, 1], [1, 1])
        assert loop_of(**seen, different=0.05) == "not known"

    def test_the_same_table_again_and_again_adds_nothing(self):
        """Every row is kept, and none is new: that is no pool that grows."""
        seen = shares([1, 1], [1, 1], [1, 1], [1, 1])
        assert loop_of(**seen, different=0.9) == "resample"

"""Raking: worked example, laws, an independent solution, trimming."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from audits.formulas.effective_rows import design_effect
from audits.formulas.raking import margin_error, rake, rake_within, trimmed

ROWS, COLUMNS = ([0, 0, 1, 1], [50, 50]), ([0, 1, 0, 1], [40, 60])


def odds_ratio(cells):
    return cells[0] * cells[3] / (cells[1] * cells[2])


class TestWorkedExample:
    def test_table_weights_and_odds_ratio(self):
        start = np.array([30.0, 10.0, 20.0, 40.0])
        found = rake(start, [ROWS, COLUMNS])
        assert found.mass == pytest.approx([30, 20, 10, 40], rel=1e-7)
        assert found.mass / start == pytest.approx([1, 2, 0.5, 1], rel=1e-7)
        assert odds_ratio(found.mass) == pytest.approx(6) == odds_ratio(start)
        assert found.error <= 1e-8
        each = np.repeat(found.mass / start, start.astype(int))
        assert 100 / design_effect(each) == pytest.approx(86.9565, abs=1e-3)
        assert design_effect(each) == pytest.approx(1.15, abs=1e-6)

    def test_thirty_of_a_thousand(self):
        """Thirty rows weighed up to 13 percent cost a quarter of the table."""
        found = rake([30, 970], [([0, 1], [0.13, 0.87])])
        each = np.repeat(found.mass / [30, 970], [30, 970])
        assert 1000 / design_effect(each) == pytest.approx(744.3, abs=0.1)

    @pytest.mark.parametrize(
        ("weights", "expected"), [((0, 1, 2, 3), 1.5555556), ((1, 1, 1000), 2.9880419)]
    )
    def test_published_design_effects(self, weights, expected):
        assert design_effect(weights) == pytest.approx(expected, abs=5e-8)


@st.composite
def tables(draw, zeros=False):
    """A table of up to four by four by three, and targets that some table with its zeros has."""
    shape = tuple(draw(st.integers(2, n)) for n in (4, 4, 3))
    size = int(np.prod(shape))
    low = 0 if zeros else 4
    start = np.array(draw(st.lists(st.integers(low, 60), min_size=size, max_size=size)), float)
    other = np.array(draw(st.lists(st.integers(4, 60), min_size=size, max_size=size)), float)
    start, other = start.reshape(shape), other.reshape(shape) * (start.reshape(shape) > 0)
    for axis in range(3):
        rest = tuple(i for i in range(3) if i != axis)
        assume((start.sum(rest) > 0).all())
    places = np.indices(shape).reshape(3, -1)
    margins = [(places[i], other.sum(tuple(j for j in range(3) if j != i))) for i in range(3)]
    return start, margins


@given(tables())
@settings(max_examples=60, deadline=None)
def test_margins_are_met_and_the_total_kept(case):
    start, margins = case
    found = rake(start.ravel(), margins, sweeps=1000)
    assert found.error <= 1e-8
    assert found.mass.sum() == pytest.approx(start.sum())
    for codes, targets in margins:
        held = np.bincount(codes, weights=found.mass, minlength=len(targets))
        assert held / held.sum() == pytest.approx(targets / targets.sum(), rel=1e-7)


@given(tables())
@settings(max_examples=40, deadline=None)
def test_odds_ratios_are_kept(case):
    """Every conditional two-by-two table of neighbours has the odds ratio that it had."""
    start, margins = case
    after = rake(start.ravel(), margins, sweeps=1000).mass.reshape(start.shape)

    def ratios(table):
        logs = np.log(table)
        return [np.diff(np.diff(logs, axis=a), axis=b) for a, b in ((0, 1), (0, 2), (1, 2))]

    for before, now in zip(ratios(start), ratios(after), strict=True):
        assert now == pytest.approx(before, abs=1e-6)


@given(tables(zeros=True))
@settings(max_examples=60, deadline=None)
def test_empty_cells_stay_empty(case):
    start, margins = case
    after = rake(start.ravel(), margins, sweeps=500)
    assert (after.mass[start.ravel() == 0] == 0).all()
    assert np.isfinite(after.mass).all()
    assert after.mass.min() >= 0


@given(tables(), st.floats(1e-6, 1e6), st.floats(1e-6, 1e6))
@settings(max_examples=30, deadline=None)
def test_units_do_not_matter(case, unit, other):
    start, margins = case
    plain = rake(start.ravel(), margins, sweeps=1000)
    scaled = rake(
        start.ravel() * unit, [(codes, np.asarray(t) * other) for codes, t in margins], sweeps=1000
    )
    assert scaled.mass == pytest.approx(plain.mass * unit, rel=1e-6)


@given(tables())
@settings(max_examples=30, deadline=None)
def test_a_table_that_has_the_margins_stays_as_it_is(case):
    start, margins = case
    own = [(c, np.bincount(c, weights=start.ravel(), minlength=len(t))) for c, t in margins]
    found = rake(start.ravel(), own)
    assert found.sweeps == 0
    assert (found.mass == start.ravel()).all()


def test_it_is_the_nearest_table_with_these_margins():
    """An independent solution: least Kullback-Leibler distance, by its dual problem."""
    rng = np.random.default_rng(5)
    start = rng.integers(1, 50, (3, 4)).astype(float)
    goal = [np.array([0.2, 0.3, 0.5]), np.array([0.1, 0.2, 0.3, 0.4])]

    def dual(x):
        made = start / start.sum() * np.exp(x[:3, None] + x[None, 3:])
        return made.sum() - x[:3] @ goal[0] - x[3:] @ goal[1]

    best = minimize(dual, np.zeros(7), method="BFGS", options={"gtol": 1e-10}).x
    oracle = start * np.exp(best[:3, None] + best[None, 3:])
    row, column = np.indices(start.shape).reshape(2, -1)
    found = rake(start.ravel(), [(row, goal[0]), (column, goal[1])])
    assert found.mass == pytest.approx(oracle.ravel(), rel=1e-5)


class TestWhatCannotBe:
    def test_no_solution_is_told_by_the_error(self):
        found = rake([30, 0, 20, 40], [ROWS, COLUMNS])
        assert found.sweeps == 100
        assert found.error > 0.1
        assert found.mass[1] == 0

    def test_a_category_of_nobody(self):
        with pytest.raises(ValueError, match="category 0 has a positive target and no mass"):
            rake([0, 0, 20, 40], [ROWS, COLUMNS])
        nobody_wanted = rake([0, 0, 20, 40], [(ROWS[0], [0, 1])])
        assert nobody_wanted.mass.tolist() == [0, 0, 20, 40]
        with_others = rake([0, 0, 20, 40], [(ROWS[0], [0, 1]), (COLUMNS[0], [1, 1])])
        assert with_others.mass.tolist() == [0, 0, 30, 30]

    def test_a_category_nobody_wants_is_emptied(self):
        found = rake([30, 10, 20, 40], [(ROWS[0], [0, 1])])
        assert found.mass.tolist() == [0, 0, pytest.approx(100 / 3), pytest.approx(200 / 3)]
        assert found.error == 0

    @pytest.mark.parametrize(
        ("start", "margins", "options"),
        [
            ([-1, 2], [([0, 1], [1, 1])], {}),
            ([1, 2], [([0, 1], [1, -1])], {}),
            ([1, 2], [([0], [1, 1])], {}),
            ([1, 2], [([0, 2], [1, 1])], {}),
            ([1, 2], [([0, 1], [0, 0])], {}),
            ([1, 2], [([0, 1], [1, 1])], {"sweeps": 0}),
            ([1, 2], [([0, 1], [1, 1])], {"tolerance": 0}),
        ],
    )
    def test_broken_input(self, start, margins, options):
        with pytest.raises(ValueError, match=r"must|below"):
            rake(start, margins, **options)

    def test_no_margin_changes_nothing(self):
        assert rake([1, 2], []).mass.tolist() == [1, 2]

    def test_a_margin_without_a_target_has_no_error(self):
        with pytest.raises(ValueError, match="positive target"):
            margin_error([1, 2], [([0, 1], [0, 0])])


class TestTrimmed:
    @given(
        st.lists(
            st.tuples(st.integers(1, 50), st.just(0.0) | st.floats(0.01, 100)),
            min_size=1,
            max_size=8,
        ),
        st.floats(1.0, 6.0),
    )
    @settings(max_examples=100, deadline=None)
    def test_no_weight_above_the_cap_and_the_total_kept(self, cells, cap):
        rows, mass = (np.array(part, float) for part in zip(*cells, strict=True))
        assume(mass.sum() > 0)
        if cap * rows[mass > 0].sum() < rows.sum():
            with pytest.raises(ValueError, match="cap must be at least"):
                trimmed(mass, rows, cap=cap)
            return
        found = trimmed(mass, rows, cap=cap)
        limit = cap * found.sum() / rows.sum()
        assert (found / rows <= limit * (1 + 1e-9)).all()
        assert found.sum() == pytest.approx(mass.sum())
        assert (found[mass == 0] == 0).all()

    def test_order_among_the_others_is_kept(self):
        found = trimmed([5.0, 2.0, 3.0], [1, 4, 5], cap=2)
        assert found == pytest.approx([2.0, 3.2, 4.8])

    def test_nothing_to_cut(self):
        assert trimmed([5.0, 5.0], [4, 6], cap=2).tolist() == [5.0, 5.0]

    def test_a_cap_below_the_mean(self):
        with pytest.raises(ValueError, match="cap must be at least 1"):
            trimmed([5.0, 5.0], [4, 6], cap=0.9)


class TestRakedWithinACap:
    def test_margins_can_still_be_met_by_other_cells(self):
        start = np.array([30.0, 10.0, 20.0, 40.0])
        once, found = rake_within(start, start, [ROWS, COLUMNS], cap=1.5)
        assert (found.mass / start).max() <= 1.5 * (1 + 1e-9)
        assert found.error < 1e-6
        assert margin_error(once, [ROWS, COLUMNS]) > 0.05

    def test_one_margin_leaves_no_other_way(self):
        rows = np.array([30.0, 970.0])
        once, found = rake_within(rows, rows, [([0, 1], [0.13, 0.87])], cap=3)
        assert once == pytest.approx([90, 910]) == found.mass
        assert found.error == pytest.approx(1 - 0.09 / 0.13)

    def test_a_cap_that_is_not_reached_changes_nothing(self):
        start = np.array([30.0, 10.0, 20.0, 40.0])
        once, found = rake_within(start, start, [ROWS, COLUMNS], cap=2.5)
        assert found.mass == pytest.approx(rake(start, [ROWS, COLUMNS]).mass)
        assert once == pytest.approx(found.mass)

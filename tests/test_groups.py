"""Groups: every value and every crossing, rolled up from the finest cells."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audits.data.groups import position_in, roll_up, union_of_cells
from audits.data.tables import Coding
from audits.errors import UsageError

SEX = Coding("sex", "sex", "categorical", ("missing", "f", "m"))
RACE = Coding("race (band)", "race", "categorical", ("missing", "a", "b", "c"))
CELLS = np.array([[1, 1], [1, 2], [2, 1], [0, 1]])  # race, sex


def groups_of(cells=CELLS, low=0, high=2, most=100):
    return roll_up(cells, (RACE, SEX), low=low, high=high, most=most)


def test_every_value_and_crossing_that_occurs():
    groups = groups_of()
    assert groups.names == (
        (),
        (("race", "missing"),),
        (("race", "a"),),
        (("race", "b"),),
        (("sex", "f"),),
        (("sex", "m"),),
        (("race", "missing"), ("sex", "f")),
        (("race", "a"), ("sex", "f")),
        (("race", "a"), ("sex", "m")),
        (("race", "b"), ("sex", "f")),
    )
    np.testing.assert_array_equal(groups.total(np.array([1, 10, 100, 1000])),
                                  [1111, 1000, 11, 100, 1101, 10, 1000, 1, 10, 100])  # fmt: skip


def test_groups_with_a_missing_value_are_marked():
    groups = groups_of()
    marked = [
        name for name, labelled in zip(groups.names, groups.labelled, strict=True) if not labelled
    ]
    assert marked == [(("race", "missing"),), (("race", "missing"), ("sex", "f"))]


def test_levels_of_crossing():
    assert len(groups_of(high=1)) == 6
    assert len(groups_of(low=2)) == 4
    assert len(groups_of(high=9)) == 10  # no more features than there are
    assert len(groups_of(low=3, high=3)) == 0
    assert groups_of(low=3, high=3).total(np.ones(4)).shape == (0,)


def test_too_many_groups_are_refused():
    assert len(groups_of(most=10)) == 10
    with pytest.raises(UsageError, match="form more than 9 groups"):
        groups_of(most=9)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=60))
def test_totals_are_counts_of_rows(rows):
    table = np.array(rows)
    cells, counts = np.unique(table, axis=0, return_counts=True)
    groups = groups_of(cells)
    for name, total in zip(groups.names, groups.total(counts), strict=True):
        wanted = dict(name)
        belongs = np.ones(len(table), bool)
        for j, feature in enumerate((RACE, SEX)):
            if feature.column in wanted:
                belongs &= table[:, j] == feature.labels.index(wanted[feature.column])
        assert belongs.sum() == total
    for size in (1, 2):
        for _ in combinations(range(2), size):
            of_size = [t for n, t in zip(groups.names, groups.total(counts), strict=True)
                       if len(n) == size]  # fmt: skip
            assert sum(of_size) == len(rows) * (2 if size == 1 else 1)


def test_cells_of_two_tables_are_put_together_and_found_again():
    other = np.array([[3, 2], [1, 1], [1, 1]])
    both = union_of_cells([CELLS, other])
    np.testing.assert_array_equal(both, [[0, 1], [1, 1], [1, 2], [2, 1], [3, 2]])
    np.testing.assert_array_equal(position_in(both, other), [4, 1, 1])
    np.testing.assert_array_equal(position_in(CELLS, np.array([[9, 9], [2, 1]])), [-1, 2])
    np.testing.assert_array_equal(position_in(CELLS[:, :0], other[:, :0]), [0, 0, 0])

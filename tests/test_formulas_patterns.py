from __future__ import annotations

import csv
import gzip
from functools import cache
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audits.formulas.patterns import (
    UncoveredPattern,
    cube,
    maximal_uncovered,
    maximal_uncovered_levelwise,
)

quick = settings(deadline=None, max_examples=80)


def table_of(rows, shape):
    counts = np.zeros(shape, dtype=int)
    np.add.at(counts, tuple(np.array(rows).reshape(-1, len(shape)).T), 1)
    return counts


def words(patterns):
    return {
        "".join("X" if level == -1 else str(level) for level in pattern.levels)
        for pattern in patterns
    }


def brute_force(counts, threshold):
    """Straight from the definition: look at every pattern and at every parent."""
    shape = counts.shape

    def matching(levels):
        return counts[tuple(slice(None) if v == -1 else v for v in levels)].sum()

    found = {}
    for levels in product(*[range(-1, size) for size in shape]):
        parents = [
            (*levels[:i], -1, *levels[i + 1 :]) for i, level in enumerate(levels) if level != -1
        ]
        if matching(levels) < threshold and all(matching(p) >= threshold for p in parents):
            found[levels] = matching(levels)
    return found


@st.composite
def tables(draw):
    shape = tuple(draw(st.lists(st.integers(1, 4), min_size=1, max_size=4)))
    size = int(np.prod(shape))
    cells = draw(st.lists(st.integers(0, 6), min_size=size, max_size=size))
    return np.array(cells).reshape(shape)


def levelwise(counts, threshold, *, max_level=None, **options):
    codes = np.argwhere(counts >= 0)
    return maximal_uncovered_levelwise(
        codes,
        counts.ravel(),
        counts.shape,
        threshold,
        max_level=max_level or counts.ndim,
        **options,
    )


FIVE_ROWS = [(0, 1, 0), (0, 0, 1), (0, 0, 0), (0, 1, 1), (0, 0, 1)]


@pytest.mark.parametrize(
    ("threshold", "expected"),
    [
        (1, {"1XX"}),
        (2, {"1XX", "X00", "X10", "X11"}),
        (5, {"1XX", "X0X", "X1X", "XX0", "XX1"}),
        (6, {"XXX"}),
    ],
)
@pytest.mark.parametrize("algorithm", [maximal_uncovered, levelwise])
def test_by_hand(algorithm, threshold, expected):
    counts = table_of(FIVE_ROWS, (2, 2, 2))
    assert words(algorithm(counts, threshold)) == expected


@quick
@given(tables(), st.integers(1, 30))
def test_brute_force_cube_and_levelwise_agree(counts, threshold):
    expected = brute_force(counts, threshold)
    for found in (maximal_uncovered(counts, threshold), levelwise(counts, threshold)):
        assert {pattern.levels: pattern.count for pattern in found} == expected


@quick
@given(tables(), st.integers(1, 30), st.integers(1, 4))
def test_levelwise_stops_at_its_level(counts, threshold, level):
    level = min(level, counts.ndim)
    everything = maximal_uncovered(counts, threshold)
    expected = [pattern for pattern in everything if pattern.fixed <= level]
    assert levelwise(counts, threshold, max_level=level) == expected


@quick
@given(tables(), st.integers(1, 30), st.randoms(use_true_random=False))
def test_law_order_of_attributes_does_not_matter(counts, threshold, random):
    axes = list(range(counts.ndim))
    random.shuffle(axes)
    turned = maximal_uncovered(np.transpose(counts, axes), threshold)
    back = {tuple(p.levels[axes.index(i)] for i in range(counts.ndim)) for p in turned}
    assert back == {p.levels for p in maximal_uncovered(counts, threshold)}


@quick
@given(tables(), st.integers(1, 30))
def test_law_no_pattern_found_contains_another(counts, threshold):
    found = [p.levels for p in maximal_uncovered(counts, threshold)]
    for one in found:
        for other in found:
            if one != other:
                assert not all(a in (-1, b) for a, b in zip(one, other, strict=True))


def test_cube_is_indexed_by_patterns():
    counts = np.arange(24).reshape(2, 3, 4)
    sums = cube(counts)
    assert sums.shape == (3, 4, 5)
    assert sums[1, -1, 2] == counts[1, :, 2].sum()
    assert sums[-1, -1, -1] == counts.sum()
    assert cube(np.full((2, 2), 200, dtype=np.uint8))[-1, -1] == 800


def test_threshold_itself_is_covered():
    assert maximal_uncovered([30, 29], 30) == [UncoveredPattern((1,), 29)]
    assert words(levelwise(np.array([30, 29]), 30)) == {"1"}


def test_patterns_with_fewer_values_come_first():
    found = maximal_uncovered([[40, 3, 40], [40, 3, 2]], 10)
    assert [p.levels for p in found] == [(-1, 1), (1, 2)]
    assert [p.fixed for p in found] == [1, 2]
    assert [p.count for p in found] == [6, 2]


@pytest.mark.parametrize("algorithm", [maximal_uncovered, levelwise])
def test_without_rows_only_the_root_is_left(algorithm):
    assert algorithm(np.zeros((2, 3), dtype=int), 1) == [UncoveredPattern((-1, -1), 0)]


@pytest.mark.parametrize("algorithm", [maximal_uncovered, levelwise])
def test_excluded_levels_are_counted_but_not_reported(algorithm):
    # level 2 of the second attribute is "missing"
    counts = np.array([[29, 0, 1], [40, 40, 0]])
    assert words(algorithm(counts, 30)) == {"X2", "01", "00"}
    found = algorithm(counts, 30, excluded={1: {2}})
    assert words(found) == {"00", "01"}  # 0X has its 30 rows only with the missing one
    with pytest.raises(ValueError, match="axis 1 must be below 3, got 3"):
        algorithm(counts, 30, excluded={1: [3]})


class TestEffectiveRows:
    def test_equal_weights_change_nothing(self):
        counts = np.array([[30, 29], [40, 31]])
        found = maximal_uncovered(counts, 30, effective=(counts * 0.1, counts * 0.01))
        assert found == maximal_uncovered(counts, 30)
        assert words(found) == {"01"}

    @pytest.mark.parametrize("weight", np.round(np.arange(0.1, 3, 0.1), 1))
    def test_rounding_does_not_uncover(self, weight):
        # 30 equal weights are worth 29.999999999999996 rows for some of these
        sums = (np.full(30, weight).sum(), np.full(30, weight**2).sum())
        assert maximal_uncovered([30], 30, effective=([sums[0]], [sums[1]])) == []

    def test_unequal_weights_uncover(self):
        # 40 rows in each cell; in the first, one of them has weight 40
        counts = np.array([40, 40])
        found = maximal_uncovered(counts, 30, effective=([79, 40], [1639, 40]))
        # the root has (119)^2 / 1679 = 8.4 effective rows, fewer than its part with equal weights
        assert found == [UncoveredPattern((-1,), 80)]

    def test_count_stays_a_count_of_rows(self):
        counts, weights, squares = [40, 400], [79, 400], [1639, 400]
        (pattern,) = maximal_uncovered(counts, 30, effective=(weights, squares))
        assert pattern == UncoveredPattern((0,), 40)

    def test_effective_rows_never_pass_a_pattern_with_too_few_rows(self):
        found = maximal_uncovered([20, 60], 30, effective=([20, 60], [1, 3]))
        assert words(found) == {"0"}

    def test_refuses_another_shape(self):
        with pytest.raises(ValueError, match="shape of counts"):
            maximal_uncovered([1, 2], 1, effective=([1, 2, 3], [1, 2, 3]))


@pytest.mark.parametrize("threshold", [0, -1, np.nan])
def test_refuses_threshold(threshold):
    with pytest.raises(ValueError, match="threshold"):
        maximal_uncovered([1, 2], threshold)
    with pytest.raises(ValueError, match="threshold"):
        levelwise(np.array([1, 2]), threshold)


@pytest.mark.parametrize("counts", [[-1, 2], [np.nan, 1], 3])
def test_refuses_counts(counts):
    with pytest.raises(ValueError, match="counts"):
        maximal_uncovered(counts, 1)


def test_levelwise_refuses():
    with pytest.raises(ValueError, match="max_level must be between 1 and 2, got 3"):
        maximal_uncovered_levelwise([[0, 0]], [1], [2, 2], 1, max_level=3)
    with pytest.raises(ValueError, match="cardinality, got 2"):
        maximal_uncovered_levelwise([[0, 2]], [1], [2, 2], 1, max_level=2)
    with pytest.raises(ValueError, match="one number per row"):
        maximal_uncovered_levelwise([[0, 1]], [1, 2], [2, 2], 1, max_level=2)


def test_levelwise_searches_wide_tables():
    rng = np.random.default_rng(4)
    cardinalities = [4, 5, 6] * 6
    codes = np.column_stack([rng.integers(0, c, 3000) for c in cardinalities])
    codes[:, 17] = np.where(codes[:, 0] == 1, 0, codes[:, 17])
    found = maximal_uncovered_levelwise(codes, np.ones(3000), cardinalities, 30, max_level=2)
    assert [p for p in found if p.count == 0] == [
        UncoveredPattern((1, *[-1] * 16, value), 0) for value in range(1, 6)
    ]


@pytest.fixture
def people(real_data):
    return read_people(real_data / "compas" / "compas-scores-two-years.csv.gz")


@cache
def read_people(path):
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def kept(row):
    """ProPublica's filter."""
    return (
        row["days_b_screening_arrest"] != ""
        and -30 <= float(row["days_b_screening_arrest"]) <= 30
        and row["is_recid"] != "-1"
        and row["c_charge_degree"] != "O"
        and row["score_text"] != "N/A"
    )


def counted(rows, columns):
    levels = [sorted({row[column] for row in rows}) for column in columns]
    codes = [
        [level.index(row[column]) for column, level in zip(columns, levels, strict=True)]
        for row in rows
    ]
    return levels, table_of(codes, tuple(len(level) for level in levels))


@pytest.mark.real_data
class TestCompas:
    columns = ("sex", "age_cat", "race")

    def test_thirty_rows(self, people):
        rows = [row for row in people if kept(row)]
        assert (len(people), len(rows)) == (7214, 6172)
        levels, counts = counted(rows, self.columns)
        found = maximal_uncovered(counts, 30)
        assert levelwise(counts, 30) == found
        assert [p.fixed for p in found] == [1] + [2] * 5 + [3] * 4
        named = {
            tuple(
                "X" if v == -1 else level[v] for v, level in zip(p.levels, levels, strict=True)
            ): (p.count)
            for p in found
        }
        assert named["X", "X", "Native American"] == 11
        assert named["Male", "X", "Asian"] == 29
        assert named["Female", "X", "Asian"] == 2

    @pytest.mark.parametrize(
        ("filtered", "columns", "expected"),
        [
            (True, columns, [7, 10, 10]),
            (False, columns, [5, 9, 10]),
            (True, (*columns, "c_charge_degree"), [20, 20, 21]),
            (False, (*columns, "c_charge_degree"), [16, 18, 21]),
        ],
    )
    def test_number_of_patterns(self, people, filtered, columns, expected):
        rows = [row for row in people if kept(row) or not filtered]
        _, counts = counted(rows, columns)
        assert [len(maximal_uncovered(counts, tau)) for tau in (10, 30, 100)] == expected

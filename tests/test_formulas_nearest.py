"""Exact nearest rows: the same as looking at every pair, in whatever blocks and threads."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audits.formulas import attribution, nearest_blocks
from audits.formulas.attribution import nearest_rows
from audits.formulas.nearest import nearest, nearest_profiles
from audits.formulas.nearest_blocks import Blocks, columns_of
from audits.formulas.neighbours import gower_distances


def mixed(seed, queries, rows, columns, levels=(2, 3, 7, 40, 400)):
    """Random tables with categories, places, gaps, copies, and values only queries hold."""
    rng = np.random.default_rng(seed)
    query, base = np.zeros((queries, columns), int), np.zeros((rows, columns), int)
    positions = []
    for j in range(columns):
        size = int(rng.choice(levels))
        query[:, j] = rng.integers(0, size, queries)
        base[:, j] = rng.integers(0, max(1, size - 1), rows)
        places = np.sort(rng.random(size)).round(2)
        places[0] = np.nan if rng.random() < 0.5 else places[0]
        positions.append(None if rng.random() < 0.5 else places)
    copied = rng.random(queries) < 0.3
    query[copied] = base[rng.integers(0, rows, copied.sum())] if rows else query[copied]
    return query, base, positions


def shares(found):
    """The share of every base row in every query row, from profiles."""
    table = np.zeros((len(found.least), found.base_profile.max() + 1))
    table[found.query, found.base] = found.share
    return table[found.query_profile][:, found.base_profile]


def check(query, base, positions, k, **options):
    found = nearest(query, base, positions, k=k, **options)
    apart = gower_distances(query, base, positions)
    expected = np.full((len(query), k), np.inf, dtype=np.float32)
    first = np.sort(apart, axis=1)[:, :k]
    expected[:, : first.shape[1]] = first
    np.testing.assert_array_equal(found.least[found.query_profile], expected)
    tied = apart == apart.min(axis=1, keepdims=True)
    np.testing.assert_array_equal(shares(found), tied / tied.sum(axis=1, keepdims=True))


@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 2**32), st.integers(1, 200), st.integers(1, 150), st.integers(1, 9),
    st.integers(1, 3),
)  # fmt: skip
def test_every_pair_looked_at_says_the_same(seed, queries, rows, columns, k):
    check(*mixed(seed, queries, rows, columns), k)


@pytest.mark.parametrize("columns", [3, 34], ids=["bounds of 16 bits", "bounds of 32 bits"])
def test_many_blocks(columns):
    check(*mixed(columns, 400, 3000, columns), 2)


def test_larger_blocks(monkeypatch):
    monkeypatch.setattr(nearest_blocks, "_MOST_BLOCKS", 3)
    check(*mixed(5, 300, 2000, 5), 2)


def test_threads_change_nothing():
    tables = mixed(6, 700, 2500, 6)
    one, two = (nearest(*tables, k=2, threads=threads) for threads in (1, 2))
    for name in ("query_profile", "base_profile", "least", "query", "base", "share"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32), st.randoms())
def test_order_of_rows_changes_nothing(seed, random):
    query, base, positions = mixed(seed, 60, 90, 4)
    moved = list(range(90))
    random.shuffle(moved)
    before = nearest(query, base, positions, k=2)
    after = nearest(query[::-1], base[moved], positions, k=2)
    np.testing.assert_array_equal(
        before.least[before.query_profile], after.least[after.query_profile[::-1]]
    )
    np.testing.assert_array_equal(shares(before)[:, moved], shares(after)[::-1])


def test_most_rows_are_never_looked_at():
    """Bounds hold for every row, and rule most blocks out where rows are alike in places."""
    query, base, positions = mixed(7, 500, 5000, 8)
    columns = columns_of(query, base, positions)
    blocks = Blocks(columns)
    bounds = blocks.bounds(slice(0, 500))
    sums = blocks.columns.sums(np.arange(500), np.arange(5000))
    of_row = np.arange(5000) // blocks.size
    assert (blocks.coarse(sums) >= bounds[:, of_row]).all()
    assert (bounds > blocks.coarse(sums.min(axis=1))[:, np.newaxis]).mean() > 0.5


def test_equal_rows_are_each_counted():
    """The second nearest row of a person with a twin is the twin."""
    found = nearest([[0]], [[0], [0], [1]], [[0.0, 1.0]], k=3)
    assert found.least.tolist() == [[0.0, 0.0, 1.0]]
    assert found.share.tolist() == [0.5]


def test_new_categories_take_no_memory():
    """Rows of nothing but new categories are one row: as far from everything as can be."""
    query = np.arange(2000).reshape(-1, 2) + 50
    found = nearest(query, np.arange(100).reshape(-1, 2) % 50, [None, None], k=1)
    assert len(found.least) == 1
    assert found.least[0, 0] == 1


def test_nobody_to_find():
    found = nearest([[0]], np.zeros((0, 1), int), [None], k=2)
    assert found.least.tolist() == [[np.inf, np.inf]]
    assert len(found.share) == 0
    assert len(nearest(np.zeros((0, 1), int), [[0]], [None], k=1).least) == 0


def test_progress_ends_at_one():
    told = []
    nearest(*mixed(8, 300, 100, 3), k=1, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1


@pytest.mark.parametrize("options", [{"k": 0}, {"k": 1, "threads": 0}])
def test_numbers_below_one_are_refused(options):
    with pytest.raises(ValueError, match="at least 1"):
        nearest([[0]], [[0]], [None], **options)


def test_columns_must_match():
    with pytest.raises(ValueError, match="needs 2 columns"):
        nearest([[0]], [[0]], [None, None], k=1)


def test_attribution_is_the_same_by_search(monkeypatch):
    tables = mixed(9, 400, 900, 5)
    plain = nearest_rows(*tables)
    monkeypatch.setattr(attribution, "_SEARCHED_FROM", 0)
    searched = nearest_rows(*tables)
    for name in ("query_profile", "base_profile", "query", "base", "share", "distance"):
        np.testing.assert_array_equal(getattr(plain, name), getattr(searched, name))


def test_sums_that_are_one_distance_are_tied():
    """A distance has 24 bits: with many columns, sums a unit apart are the same distance."""
    positions = [None] * 33 + [[0.0, 2.0**-20, 1.0]]
    query = np.zeros((1, 34), int)
    base = np.zeros((2, 34), int)
    base[:, :33] = 1
    base[1, 33] = 1
    apart = gower_distances(query, base, positions)
    assert apart[0, 0] == apart[0, 1]
    columns = columns_of(query, base, positions)
    assert len(nearest_profiles(columns, np.ones(2, int), k=1).base) == 2

"""Real records beside others: the nearest ones, and nothing that fewer than enough people share."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audits.formulas.nearest_rows import nearest_rows
from audits.formulas.neighbours import gower_distances
from audits.review.nearest import shown_values

# -- which are the nearest ---------------------------------------------------------------------

ROWS = st.integers(1, 25).flatmap(
    lambda n: st.lists(st.tuples(*[st.integers(0, 4)] * 3), min_size=n, max_size=n)
)
PLACES = [None, [0, 0.25, 0.5, 0.75, 1], None]


@given(ROWS, ROWS, st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_they_are_those_of_all_distances(query, base, k):
    found = nearest_rows(query, base, PLACES, k=k)
    first = [i for i, row in enumerate(base) if row not in base[:i]]
    every = gower_distances(np.array(base), np.array(query), PLACES).T
    for i, far in enumerate(every):
        wanted = sorted((round(float(far[b]), 6), b) for b in first)[:k]
        kept = found.rows[i] >= 0
        assert kept.sum() == len(wanted)
        assert np.isinf(found.distances[i][~kept]).all()
        assert found.distances[i][kept].tolist() == pytest.approx([w[0] for w in wanted], abs=1e-6)
        for row, distance in zip(found.rows[i][kept], found.distances[i][kept], strict=True):
            assert row in first
            assert float(far[row]) == pytest.approx(float(distance), abs=1e-6)


def test_ties_come_in_the_order_of_the_rows_and_copies_count_once():
    base = [[2, 0, 0], [0, 0, 0], [0, 0, 0], [1, 0, 0]]
    found = nearest_rows([[0, 0, 0]], base, PLACES, k=3)
    assert found.rows.tolist() == [[1, 0, 3]]
    assert nearest_rows(np.zeros((0, 3), int), base, PLACES, k=2).rows.shape == (0, 2)
    with pytest.raises(ValueError, match="at least 1"):
        nearest_rows([[0, 0, 0]], base, PLACES, k=0)


# -- what is shown of them ---------------------------------------------------------------------

TABLE = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 1), st.integers(0, 5)),
    max_size=80,
)


def views(group, values, shown):
    """What somebody sees of each row; a group of which nothing is shown is not named."""
    return [
        (g if any(s) else None, *(v if ok else None for v, ok in zip(row, s, strict=True)))
        for g, row, s in zip(group, values.tolist(), shown.tolist(), strict=True)
    ]


@given(TABLE, st.integers(2, 12))
@settings(max_examples=120, deadline=None)
def test_whatever_is_shown_is_the_same_for_so_many_people_of_the_group(table, least):
    rows = np.array(table, dtype=np.int64).reshape(-1, 4)
    group, values = rows[:, 0], rows[:, 1:]
    shown = shown_values(group, values, least)
    seen = Counter(views(group.tolist(), values, shown))
    for view, people in seen.items():
        if any(one is not None for one in view[1:]):
            assert people >= least


@given(TABLE, st.integers(2, 12))
@settings(max_examples=120, deadline=None)
def test_an_attacker_who_knows_the_rule_and_the_whole_release_still_meets_so_many(table, least):
    """He asks who could be meant: people of the group whose every shown value is the one shown,
    and whose hidden values are none that are shown beside the same values before."""
    rows = np.array(table, dtype=np.int64).reshape(-1, 4)
    group, values = rows[:, 0], rows[:, 1:]
    shown = shown_values(group, values, least)
    seen = views(group.tolist(), values, shown)
    for view in set(seen):
        if all(one is None for one in view[1:]):
            continue
        could = np.array(group == view[0])
        for j in range(3):
            before = [other for other in seen if other[: j + 1] == view[: j + 1]]
            named = {other[j + 1] for other in before} - {None}
            if view[j + 1] is None:
                could &= ~np.isin(values[:, j], list(named))
            else:
                could &= values[:, j] == view[j + 1]
        assert could.sum() >= least


def test_small_groups_show_nothing_and_nothing_is_hidden_of_anybody_if_so_wanted():
    values = np.zeros((10, 2), int)
    group = np.array([0] * 7 + [1] * 3)
    assert shown_values(group, values, 4)[:, 0].tolist() == [True] * 7 + [False] * 3
    assert shown_values(group, values, 0).all()
    assert shown_values(np.zeros(0, int), np.zeros((0, 2), int), 5).shape == (0, 2)


def test_the_last_who_differ_are_not_told_by_what_all_others_show():
    """Two of forty differ: shown alone, "hidden" would mean exactly these two."""
    values = np.array([[0]] * 20 + [[1]] * 18 + [[2]] * 2)
    shown = shown_values(np.zeros(40, int), values, 11)[:, 0]
    assert shown[:20].all()
    assert not shown[20:].any()


def test_the_order_of_the_rows_makes_no_difference():
    rng = np.random.default_rng(2)
    group, values = rng.integers(0, 2, 300), rng.integers(0, 6, (300, 4))
    order = rng.permutation(300)
    shown = shown_values(group, values, 11)
    assert (shown_values(group[order], values[order], 11) == shown[order]).all()

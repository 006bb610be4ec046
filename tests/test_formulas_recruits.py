"""Whom to recruit: the greedy choice beside exhaustive search, and its laws."""

from itertools import combinations_with_replacement, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audits.formulas.recruits import greedy_recruits

CUBE = list(product(range(2), range(2), range(2)))


def matches(pattern, combination):
    return all(a in (-1, b) for a, b in zip(pattern, combination, strict=True))


def one_by_one(patterns, missing, candidates, preferred):
    """The same greedy rule, said as it is meant: one person at a time, looked for in full."""
    short, taken = list(missing), []
    while True:
        helped = [
            sum(left > 0 and matches(p, c) for p, left in zip(patterns, short, strict=True))
            for c in candidates
        ]
        best = max(range(len(candidates)), key=lambda i: (helped[i], preferred[i], -i))
        if helped[best] == 0:
            return taken
        taken.append(best)
        short = [
            left - (left > 0 and matches(p, candidates[best]))
            for p, left in zip(patterns, short, strict=True)
        ]


def fewest(patterns, missing, candidates, most):
    """The smallest set of people that leaves nothing short, by trying all."""
    for size in range(most + 1):
        for chosen in combinations_with_replacement(range(len(candidates)), size):
            if all(
                sum(matches(p, candidates[i]) for i in chosen) >= left
                for p, left in zip(patterns, missing, strict=True)
            ):
                return size
    return None


patterns_of_a_cube = st.lists(
    st.tuples(*[st.integers(-1, 1)] * 3), min_size=1, max_size=5, unique=True
)


@given(st.data(), patterns_of_a_cube)
@settings(max_examples=60, deadline=None)
def test_as_one_by_one(data, patterns):
    missing = [data.draw(st.integers(0, 9)) for _ in patterns]
    preferred = [data.draw(st.integers(0, 3)) for _ in CUBE]
    found = greedy_recruits(patterns, missing, CUBE, preferred=preferred)
    taken = [one.combination for one in found for _ in range(one.people)]
    assert taken == one_by_one(patterns, missing, CUBE, preferred)


@given(st.data(), patterns_of_a_cube)
@settings(max_examples=40, deadline=None)
def test_between_the_fewest_and_the_naive_sum(data, patterns):
    missing = [data.draw(st.integers(1, 2)) for _ in patterns]
    found = greedy_recruits(patterns, missing, CUBE, preferred=[0] * 8)
    recruits = sum(one.people for one in found)
    assert max(missing) <= recruits <= sum(missing)
    least = fewest(patterns, missing, CUBE, 4)
    if least is not None:  # few enough to try all
        harmonic = sum(1 / k for k in range(1, len(patterns) + 1))
        assert least <= recruits <= harmonic * least


@given(st.data(), patterns_of_a_cube)
@settings(max_examples=40, deadline=None)
def test_nothing_stays_short_and_helpers_are_counted(data, patterns):
    missing = np.array([data.draw(st.integers(0, 9)) for _ in patterns])
    found = greedy_recruits(patterns, missing, CUBE, preferred=[0] * 8)
    short = missing.copy()
    for one in found:
        helped = [matches(p, CUBE[one.combination]) for p in patterns]
        assert one.serves == sum(h and left > 0 for h, left in zip(helped, short, strict=True))
        short = np.maximum(short - one.people * np.array(helped), 0)
        assert one.left == (short > 0).sum()
    assert not short.any()
    assert [one.serves for one in found] == sorted((o.serves for o in found), reverse=True)


def test_a_pattern_nobody_offered_matches_stays_short():
    assert greedy_recruits([(1,)], [3], [(0,)], preferred=[1]) == ()


def test_nothing_is_short():
    assert greedy_recruits([(0,)], [0], [(0,)], preferred=[1]) == ()
    nothing = np.zeros((0, 1))
    assert greedy_recruits(nothing, [], nothing, preferred=[]) == ()


@pytest.mark.parametrize(
    ("patterns", "missing", "candidates", "preferred"),
    [
        ([(0, 1)], [1], [(0,)], [1]),
        ([(0,)], [1, 2], [(0,)], [1]),
        ([(0,)], [1], [(0,)], [1, 2]),
        ([(0,)], [-1], [(0,)], [1]),
        ([0], [1], [(0,)], [1]),
    ],
)
def test_broken_input_is_refused(patterns, missing, candidates, preferred):
    with pytest.raises(ValueError, match="must"):
        greedy_recruits(patterns, missing, candidates, preferred=preferred)

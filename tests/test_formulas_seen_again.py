"""The share of a population that is already among the people seen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.formulas.differences import square_and_add
from audits.formulas.seen_again import seen_again
from audits.formulas.shares import wilson
from audits.questions.copying_equal import Equal, shares_beyond_chance


def test_value_is_the_share_that_equals_another() -> None:
    assert seen_again(3, 6, 30, confidence=0.95).value == pytest.approx(0.9)


def test_nobody_alike_is_worth_half_the_people() -> None:
    found = seen_again(100, 0, 100, confidence=0.95)
    assert (found.value, found.low) == (0, 0)
    assert found.high == pytest.approx(wilson(0, 50, confidence=0.95)[1])


def test_nothing_is_known_of_nobody() -> None:
    assert np.isnan(seen_again(0, 0, 0, confidence=0.95).value)


@given(st.integers(1, 200), st.data())
def test_limits_hold_the_value_and_are_no_narrower_than_those_of_independent_people(
    n: int, data: st.DataObject
) -> None:
    alone = data.draw(st.integers(0, n))
    in_pairs = data.draw(st.integers(0, n - alone))
    found = seen_again(alone, in_pairs, n, confidence=0.95)
    low, high = (float(limit) for limit in wilson(n - alone, n, confidence=0.95))
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.low <= low + 1e-12
    assert found.high >= high - 1e-12


def test_more_alone_than_there_are_is_refused() -> None:
    with pytest.raises(ValueError, match="alone must not exceed total"):
        seen_again(4, 0, 3, confidence=0.95)


@pytest.mark.parametrize("people", [10, 30, 100])
@pytest.mark.parametrize(
    "types", [[0.1] * 10, [0.05] * 20, [0.01] * 100, [0.4, 0.2, 0.1, 0.1, 0.05, 0.05, 0.1], [0.3]]
)
def test_fresh_rows_seldom_seem_copied(people: int, types: list[float]) -> None:
    rng = np.random.default_rng(people)
    shares = np.append(types, max(0.0, 1 - sum(types)))  # what is left: people like nobody else
    real, made = (rng.multinomial(size, shares, 2000)[:, :-1] for size in (people, 10 * people))
    copies = (made * (real > 0)).sum(1)
    alone = people - (real * (real > 1)).sum(1)
    chance = seen_again(alone, (real * (real == 2)).sum(1), people, confidence=0.95)
    limits = wilson(copies, 10 * people, confidence=0.95)
    excess = square_and_add((copies / (10 * people), *limits), chance)
    assert np.mean(excess.low >= 0.01) < 0.065  # with a binomial error up to .36
    assert np.mean(excess.low >= 0.05) < 0.05


def test_thirty_people_of_ten_types_are_not_accused_of_being_copied() -> None:
    def of(count: int) -> np.ndarray:
        return np.array([count])

    counted = Equal(
        real=of(30), synthetic=of(300), copies=of(300), twins=of(27), pairs=of(6), unique=of(3),
        reproduced=of(3), holdout=of(0), overlap=of(0),
    )  # fmt: skip
    (found,) = shares_beyond_chance(counted, np.array([False]), 0.95)
    assert found["excess"].value == pytest.approx(0.1)
    assert found["excess"].low < 0


def test_no_group_is_copied_by_more_than_all_of_its_rows_beyond_everyone_else() -> None:
    """The others are copied less than chance makes: the difference alone would be 1.3."""
    counts = {
        "real": [200, 50], "synthetic": [400, 100], "copies": [100, 100], "twins": [45, 0],
        "pairs": [45, 0], "unique": [155, 50], "reproduced": [0, 0], "holdout": [0, 0],
        "overlap": [0, 0],
    }  # fmt: skip
    counted = Equal(**{name: np.array(count) for name, count in counts.items()})
    _, found = shares_beyond_chance(counted, np.array([False, False]), 0.95)
    assert found["excess"].value == 1
    assert found["beyond"].value == found["beyond"].high == 1

"""Sums of weights are exact, so that neither order nor parts change them."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.data.weighing import ExactSum, exact_sum, unit_for

weights = st.lists(st.floats(0, 1e150, allow_subnormal=False), min_size=1, max_size=200)


@given(weights)
def test_sums_are_exact(values):
    exact = float(sum(map(Fraction, values)))
    assert exact_sum([np.array(values)]) == pytest.approx(exact, rel=2**-52)


@given(weights, st.randoms())
def test_sums_do_not_depend_on_order_or_parts(values, random):
    whole = exact_sum([np.array(values)])
    random.shuffle(values)
    parts = [ExactSum(), ExactSum()]
    for i, part in enumerate(parts):
        part.add(np.array(values[i::2]))
    parts[0].join(parts[1])
    assert parts[0].value == whole


def test_tiny_weights_beside_large_ones_stay():
    values = np.array([1e100, 1.0, 1e-100])
    total = ExactSum()
    total.add(values)
    assert sum(n * Fraction(2) ** e for e, n in total.halves.items()) == sum(map(Fraction, values))


def test_weights_are_multiples_of_a_unit_and_near_what_they_were():
    values = np.random.default_rng(1).gamma(0.3, 1, 1000)
    unit = unit_for(values.max(), lambda made: exact_sum([made(values)]))
    kept, squares = unit.of(values)
    assert np.all(kept / unit.weight == np.rint(kept / unit.weight))
    assert np.all(squares / unit.square == np.rint(squares / unit.square))
    np.testing.assert_allclose(kept * unit.scale, values, atol=values.sum() * 2**-47)
    assert kept.sum() / unit.weight < 2**53

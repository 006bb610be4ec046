"""Quantiles by refined histograms are those of sorted numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.data import ordered

AT = [0.0, 0.05, 0.25, 0.26, 0.5, 0.95, 0.99, 1.0]
numbers = st.lists(st.one_of(st.floats(), st.sampled_from([0.0, -0.0, 1.0, 5e-324])), min_size=1)


def by_sorting(values, at):
    known = values[~np.isnan(values)] + 0.0
    if known.size == 0:
        return np.full(len(at), np.nan)
    return np.quantile(known, at, method="inverted_cdf")


def by_refining(values, at):
    return ordered.over_pieces(at, lambda: np.array_split(values, 3))


@given(numbers)
def test_quantiles_are_those_of_sorting(values):
    array = np.array(values)
    np.testing.assert_array_equal(by_refining(array, AT), by_sorting(array, AT))


@pytest.mark.parametrize("most", [0, 1, 50])
def test_the_same_when_hardly_anything_may_be_sorted(monkeypatch, most):
    """Down to the last bit, where even equal numbers are too many."""
    monkeypatch.setattr(ordered, "SORTED_AT_ONCE", most)
    rng = np.random.default_rng(1)
    for values in (rng.normal(size=999), np.exp(rng.normal(size=999)).round(2), np.full(200, 7.0)):
        np.testing.assert_array_equal(by_refining(values, AT), by_sorting(values, AT))


@given(st.lists(st.floats(allow_nan=False), min_size=2))
def test_keys_sort_as_numbers_do_and_turn_back(values):
    array = np.array(values) + 0.0
    keys = ordered.keys_of(array)
    np.testing.assert_array_equal(np.argsort(keys, kind="stable"), np.argsort(array, kind="stable"))
    np.testing.assert_array_equal(ordered.numbers_of(keys), array)


def test_what_is_fetched_is_bounded(monkeypatch):
    monkeypatch.setattr(ordered, "SORTED_AT_ONCE", 100)
    values = np.random.default_rng(2).normal(size=5000)
    keys = ordered.keys_of(values)
    fetched = []

    def fetch(spans):
        found = np.concatenate([span.of(keys) for span in spans])
        fetched.append(len(found))
        return found

    ordered.quantiles(AT, lambda spans: [ordered.histogram(keys, s) for s in spans], fetch)
    assert max(fetched) <= 100

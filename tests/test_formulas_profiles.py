"""Distinct rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from audits.formulas.profiles import distinct_rows

tables = st.tuples(st.integers(1, 12), st.integers(1, 5)).flatmap(
    lambda shape: arrays(np.int64, shape, elements=st.sampled_from([0, 1, 2, 3, 2**40]))
)


@settings(deadline=None, max_examples=80)
@given(tables)
def test_same_as_numpy(table):
    """Some columns need 41 bits, so that rows span one word or several."""
    found = distinct_rows(table)
    rows, of_row, counts = np.unique(table, axis=0, return_inverse=True, return_counts=True)
    assert (table[found.first] == rows).all()
    assert found.of_row.tolist() == of_row.ravel().tolist()
    assert found.counts.tolist() == counts.tolist()


def test_empty_tables():
    assert len(distinct_rows(np.empty((0, 3), dtype=int)).first) == 0
    assert len(distinct_rows(np.full((0, 3), 2**40)).first) == 0
    assert distinct_rows(np.empty((4, 0), dtype=int)).counts.tolist() == [4]


@pytest.mark.parametrize(("codes", "words"), [([1, 2], "two-dimensional"), ([[-1]], "got -1")])
def test_refused(codes, words):
    with pytest.raises(ValueError, match=words):
        distinct_rows(codes)

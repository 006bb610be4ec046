"""Drift of all pairs of columns: by hand, against relabelling, and its laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audits.formulas.distances import total_variation
from audits.formulas.pair_drift import pair_drift


def _rows(rng, n, tied):
    first = rng.integers(0, 4, n)
    second = np.where(rng.random(n) < tied, first % 3, rng.integers(0, 3, n))
    return np.column_stack([first, second, rng.integers(0, 5, n)]).astype(np.uint8)


SIZES = [4, 3, 5]


def test_each_value_is_the_total_variation_of_that_pair():
    rng = np.random.default_rng(1)
    real, synthetic = _rows(rng, 80, 0.8), _rows(rng, 130, 0.0)
    found = pair_drift(real, synthetic, SIZES, confidence=0.95)
    pairs = [(0, 1), (0, 2), (1, 2)]
    for k, (a, b) in enumerate(pairs):
        tables = []
        for rows in (real, synthetic):
            table = np.zeros((SIZES[a], SIZES[b]))
            np.add.at(table, (rows[:, a], rows[:, b]), 1)
            tables.append(table.ravel())
        assert found.value[k] == pytest.approx(float(total_variation(*tables)))


def test_null_agrees_with_relabelling():
    rng = np.random.default_rng(2)
    pooled = _rows(rng, 240, 0.5)
    found = pair_drift(pooled[:60], pooled[60:], SIZES, confidence=0.95)
    drawn = []
    for _ in range(400):
        order = rng.permutation(len(pooled))
        again = pair_drift(pooled[order[:60]], pooled[order[60:]], SIZES, confidence=0.95)
        drawn.append(again.value)
    rms = np.sqrt(np.mean(np.square(drawn), axis=0))
    assert found.null_rms == pytest.approx(rms, rel=0.05)


def test_dependence_lost_with_every_margin_kept_is_seen():
    rng = np.random.default_rng(3)
    real, synthetic = _rows(rng, 1500, 0.9), _rows(rng, 1500, 0.0)
    # the second column's levels are not equally frequent when it follows the first: match them
    synthetic[:, 1] = rng.permutation(real[:, 1])
    found = pair_drift(real, synthetic, SIZES, confidence=0.95)
    assert found.mean.low > 0.1
    assert found.p < 1e-6


def test_no_drift_is_rarely_accused():
    rng = np.random.default_rng(4)
    lows = [
        pair_drift(_rows(rng, 60, 0.5), _rows(rng, 300, 0.5), SIZES, confidence=0.95).mean.low
        for _ in range(200)
    ]
    assert np.mean(np.array(lows) > 0) <= 0.05


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000))
def test_order_of_rows_and_of_tables_does_not_matter(seed):
    rng = np.random.default_rng(seed)
    real, synthetic = _rows(rng, 40, 0.5), _rows(rng, 70, 0.2)
    found = pair_drift(real, synthetic, SIZES, confidence=0.9)
    shuffled = pair_drift(rng.permutation(real), synthetic[::-1], SIZES, confidence=0.9)
    swapped = pair_drift(synthetic, real, SIZES, confidence=0.9)
    assert shuffled.mean == found.mean
    assert swapped.value == pytest.approx(found.value)
    assert swapped.null_rms == pytest.approx(found.null_rms)


@pytest.mark.parametrize(("n", "sizes"), [(0, SIZES), (5, [4])])
def test_nothing_to_compare_is_unknown(n, sizes):
    rows = np.zeros((n, len(sizes)), dtype=np.uint8)
    assert not pair_drift(rows, rows, sizes, confidence=0.95).mean.known

"""Cohen's kappa: by hand, against published and other people's figures, by law, by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from audits.formulas.agreement import cohen_kappa
from audits.formulas.shares import wilson

Z = 1.959963984540054
DIAGNOSES = [[75, 1, 4], [5, 4, 1], [0, 0, 10]]


def error_of(table):
    kappa = cohen_kappa(table, confidence=0.95).kappa
    return (kappa.high - kappa.low) / 2 / Z


def test_by_hand():
    """Agreement .7; both say yes in .5 and .6 of cases: chance .5 * .6 + .5 * .4 = .5."""
    found = cohen_kappa([[20, 5], [10, 15]], confidence=0.95)
    assert found.items == 50
    assert found.raw.value == pytest.approx(0.7)
    assert (found.raw.low, found.raw.high) == pytest.approx(wilson(35, 50, confidence=0.95))
    assert found.kappa.value == pytest.approx(0.4)
    # terms of the variance by hand: .4 (1 - 1.1 * .6)^2 + .3 (1 - .9 * .6)^2
    agreeing = 0.4 * (1 - 1.1 * 0.6) ** 2 + 0.3 * (1 - 0.9 * 0.6) ** 2
    # .6^2 (.1 (p.1 + p2.)^2 + .2 (p.2 + p1.)^2)
    differing = 0.36 * (0.1 * (0.6 + 0.5) ** 2 + 0.2 * (0.4 + 0.5) ** 2)
    variance = (agreeing + differing - (0.4 - 0.5 * 0.6) ** 2) / (50 * 0.25)
    assert error_of([[20, 5], [10, 15]]) == pytest.approx(math.sqrt(variance), rel=1e-9)


def test_published_figures():
    """Fleiss, Levin & Paik 2003, table 18.1: kappa .68 of two clinicians who diagnose 100 people.

    statsmodels.stats.inter_rater.cohens_kappa gives kappa .6765 and std_kappa .0877 for it.
    """
    kappa = cohen_kappa(DIAGNOSES, confidence=0.95).kappa
    assert kappa.value == pytest.approx(0.6765, abs=5e-5)
    assert error_of(DIAGNOSES) == pytest.approx(0.0877, abs=5e-5)


TABLES = st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=3, max_size=3)


@given(TABLES)
@settings(max_examples=60, deadline=None)
def test_it_is_scikit_learn_s_and_obeys_its_laws(table):
    counts = np.array(table)
    found = cohen_kappa(counts, confidence=0.95)
    if not found.kappa.known:
        rows, columns = counts.sum(axis=1), counts.sum(axis=0)
        assert not counts.sum() or rows.max() == columns.max() == counts.sum()
        return
    one, other = (np.repeat(side.ravel(), counts.ravel()) for side in np.indices((3, 3)))
    assert found.kappa.value == pytest.approx(cohen_kappa_score(one, other), abs=1e-12)
    assert -1 <= found.kappa.low <= found.kappa.value <= found.kappa.high <= 1
    turned = cohen_kappa(counts.T, confidence=0.95)
    renamed = cohen_kappa(counts[::-1, ::-1], confidence=0.95)
    for same in (turned, renamed):
        assert same.kappa.value == pytest.approx(found.kappa.value)
        assert (same.kappa.low, same.kappa.high) == pytest.approx(
            (found.kappa.low, found.kappa.high)
        )
    wider = cohen_kappa(counts, confidence=0.99).kappa
    assert wider.low <= found.kappa.low + 1e-12


def test_the_error_is_the_spread_of_samples():
    rng = np.random.default_rng(4)
    table = np.array([[44, 5, 1], [7, 20, 3], [9, 5, 6]])
    drawn = rng.multinomial(100, table.ravel() / 100, size=4000).reshape(-1, 3, 3) / 100
    agreed = np.trace(drawn, axis1=1, axis2=2)
    chance = (drawn.sum(axis=1) * drawn.sum(axis=2)).sum(axis=1)
    assert error_of(table) == pytest.approx(np.std((agreed - chance) / (1 - chance)), rel=0.05)


def test_intervals_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(5)
    law = np.array([[0.4, 0.1], [0.15, 0.35]])
    truth = (0.75 - (0.5 * 0.55 + 0.5 * 0.45)) / 0.5
    held = 0
    for drawn in rng.multinomial(150, law.ravel(), size=600).reshape(-1, 2, 2):
        kappa = cohen_kappa(drawn, confidence=0.95).kappa
        held += kappa.low <= truth <= kappa.high
    assert 0.92 <= held / 600 <= 0.98


def test_where_only_one_thing_is_ever_said_kappa_is_unknown_and_agreement_is_not():
    found = cohen_kappa([[12, 0], [0, 0]], confidence=0.95)
    assert not found.kappa.known
    assert found.raw.value == 1
    assert found.raw.low == pytest.approx(wilson(12, 12, confidence=0.95)[0])


def test_perfect_agreement_on_few_things_is_not_certain():
    few = cohen_kappa([[2, 0], [0, 2]], confidence=0.95).kappa
    many = cohen_kappa([[200, 0], [0, 200]], confidence=0.95).kappa
    assert (few.value, few.high) == (1, 1)
    assert few.low < 0.1
    assert many.low > 0.98


@pytest.mark.parametrize("table", [[[0, 40], [0, 0]], [[18, 22], [0, 0]], [[0, 0], [30, 10]]])
def test_where_one_only_ever_says_the_same_kappa_is_not_certain(table):
    """The standard error is 0 there; the interval is Wilson's, about the 0 that kappa is."""
    found = cohen_kappa(table, confidence=0.95)
    chance = found.raw.value  # all of it is chance
    assert found.kappa.value == pytest.approx(0)
    assert (found.kappa.low, found.kappa.high) == pytest.approx(
        [(limit - chance) / (1 - chance) for limit in (found.raw.low, found.raw.high)]
    )
    assert found.kappa.high > 0.08


def test_of_nothing_nothing_is_known():
    found = cohen_kappa(np.zeros((3, 3)), confidence=0.9)
    assert (found.items, found.raw.known, found.kappa.known) == (0, False, False)


@pytest.mark.parametrize("wrong", [[[1, 2]], [[1, -2], [0, 1]], [[0.5, 0], [0, 1]]])
def test_what_is_no_table_is_refused(wrong):
    with pytest.raises(ValueError, match="table"):
        cohen_kappa(wrong, confidence=0.95)

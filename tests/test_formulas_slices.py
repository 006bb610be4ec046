"""Slices: found, counted, pruned; how far they diverge, and how often luck alone says so."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from audits.formulas.divergence import CHANGE, SHARE, Sums, divergence
from audits.formulas.multiplicity import benjamini_hochberg
from audits.formulas.slices import find, least_support, possible_patterns, redundant

TABLES = st.tuples(st.integers(1, 40), st.integers(1, 5)).flatmap(
    lambda shape: st.tuples(
        arrays(np.int64, shape, elements=st.integers(0, 3)),
        arrays(np.int64, (shape[0], 2), elements=st.integers(-3, 3)),
    )
)


def as_dict(found):
    """Patterns as sets of conditions, with their people and sums."""
    return {
        frozenset((int(a), int(b)) for a, b in zip(column, code, strict=True) if a >= 0): (
            int(n),
            tuple(sums.tolist()),
        )
        for column, code, n, sums in zip(*found, strict=True)
    }


def by_hand(codes, values, least, depth):
    """Every pattern, one by one."""
    out = {}
    for size in range(1, depth + 1):
        for columns in combinations(range(codes.shape[1]), size):
            for pattern in product(range(4), repeat=size):
                has = (codes[:, columns] == pattern).all(axis=1)
                if has.sum() >= least:
                    out[frozenset(zip(columns, pattern, strict=True))] = (
                        int(has.sum()),
                        tuple(values[has].sum(axis=0).tolist()),
                    )
    return out


# -- the search ------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(TABLES, st.integers(1, 6), st.integers(1, 4))
def test_every_pattern_is_found_as_by_hand(table, least, depth):
    codes, values = table
    found = find(codes, values, least=least, depth=depth)
    assert as_dict(found) == by_hand(codes, values, least, depth)
    assert len(as_dict(found)) == len(found)
    for at in range(len(found)):
        assert found.people(codes, at).sum() == found.support[at]


@settings(max_examples=40, deadline=None)
@given(TABLES, st.randoms(use_true_random=False))
def test_order_of_rows_and_columns_does_not_matter(table, random):
    codes, values = table
    rows, columns = list(range(len(codes))), list(range(codes.shape[1]))
    random.shuffle(rows)
    random.shuffle(columns)
    once = find(codes, values, least=2, depth=3)
    again = find(codes[rows], values[rows], least=2, depth=3)
    assert all((a == b).all() for a, b in zip(once, again, strict=True))
    turned = as_dict(find(codes[:, columns], values, least=2, depth=3))
    named = {frozenset((columns[a], b) for a, b in key): n for key, n in turned.items()}
    assert named == as_dict(once)


def test_sums_are_exact_beyond_single_precision():
    rng = np.random.default_rng(1)
    codes, values = rng.integers(0, 3, (20_000, 4)), rng.integers(0, 1 << 32, (20_000, 1))
    found = find(codes, values, least=30, depth=2)
    at = len(found) - 1
    assert found.sums[at, 0] == values[found.people(codes, at)].sum()


def test_nothing_is_found_of_nobody_or_of_too_few():
    assert len(find(np.zeros((0, 2), int), np.zeros((0, 1)), least=1, depth=3)) == 0
    assert len(find(np.zeros((5, 0), int), np.zeros((5, 1)), least=1, depth=3)) == 0
    assert len(find([[0], [1]], [[1], [1]], least=2, depth=1)) == 0


@pytest.mark.parametrize(
    ("codes", "values", "least", "depth"),
    [
        ([[0]], [[1]], 0, 1),
        ([[0]], [[1]], 1, 0),
        ([[-1]], [[1]], 1, 1),
        ([[0]], [[1], [2]], 1, 1),
        ([[0]], [[0.5]], 1, 1),
        ([[0]], [[1 << 53]], 1, 1),
    ],
)
def test_what_cannot_be_searched_is_refused(codes, values, least, depth):
    with pytest.raises(ValueError, match=r"must|values"):
        find(codes, values, least=least, depth=depth)


def test_least_support_is_a_share_but_no_fewer_than_thirty():
    assert [least_support(n, 0.01) for n in (0, 3000, 3001, 24_000)] == [30, 30, 31, 240]
    assert least_support(100, 0.1, fewest=1) == 10


@given(st.lists(st.integers(0, 5), max_size=6), st.integers(1, 4))
def test_possible_patterns_are_counted(levels, depth):
    each = sum(
        int(np.prod(some)) for size in range(1, depth + 1) for some in combinations(levels, size)
    )
    assert possible_patterns(levels, depth) == each


# -- what says nothing new -------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(TABLES, st.integers(0, 3))
def test_redundant_patterns_are_those_with_a_shorter_one_alike(table, near):
    codes, values = table
    found = find(codes, values, least=2, depth=3)
    delta = found.sums[:, 0].astype(float)
    known = {key: sums[0] for key, (_, sums) in as_dict(found).items()} | {frozenset(): 0}
    expected = [
        any(abs(known[key] - known[key - {one}]) <= near for one in key) for key in as_dict(found)
    ]
    assert redundant(found, delta, near=near).tolist() == expected


def test_what_is_unknown_is_not_redundant_nor_makes_others_so():
    found = find([[0, 1], [0, 1], [1, 1]], [[1], [0], [1]], least=2, depth=2)
    assert redundant(found, [np.nan, 0.5, np.nan], near=0.1).tolist() == [False] * 3
    assert not len(redundant(find([[0]], [[1]], least=2, depth=2), [], near=0.1))


# -- divergence ------------------------------------------------------------------------------------


def test_the_posterior_of_a_share_is_a_beta_distribution():
    one = divergence(Sums(40, 7, 7), Sums(900, 300, 300), imagined=SHARE)
    ours, all_ = stats.beta(8, 34), stats.beta(301, 601)
    t = (ours.mean() - all_.mean()) / np.sqrt(ours.var() + all_.var())
    assert one.t == pytest.approx(t, rel=1e-12)
    assert one.value == pytest.approx(7 / 40 - 1 / 3)


def test_the_posterior_of_a_change_is_a_dirichlet_distribution():
    gained, lost, same = 9, 4, 50
    law = stats.dirichlet([gained + 1, lost + 1, same + 1])
    covariance = law.cov()
    mean = law.mean()[0] - law.mean()[1]
    var = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    whole = Sums(10**9, 0, 10**8)
    one = divergence(Sums(63, gained - lost, gained + lost), whole, imagined=CHANGE)
    assert one.t == pytest.approx(mean / np.sqrt(var), rel=1e-6)


def test_the_larger_of_two_p_values_counts():
    none_of_sixty = divergence(Sums(60, 0, 0), Sums(6000, 530, 530), imagined=SHARE)
    assert abs(float(none_of_sixty.t)) > 4
    assert 0.005 < none_of_sixty.p < 0.05  # an exact test says 0.004 on this side alone
    three_of_thirty = divergence(Sums(30, 3, 3), Sums(6000, 60, 60), imagined=SHARE)
    assert three_of_thirty.p > 0.01  # a random draw would say less than a hundred-thousandth


def test_everyone_diverges_from_nobody_and_nobody_is_unknown():
    whole = Sums(50, 10, 10)
    everyone = divergence(whole, whole, imagined=SHARE)
    assert (everyone.value, everyone.p) == (0, 1)
    assert all(np.isnan(part) for part in divergence(Sums(0, 0, 0), whole, imagined=SHARE))


@pytest.mark.parametrize("kind", ["few", "half", "change", "numbers"])
def test_luck_alone_seldom_finds_a_slice(kind):
    """Any slice called in at most about 5 of 100 tables where all people are alike."""
    rng = np.random.default_rng(len(kind))
    runs, called = 120, 0
    for _ in range(runs):
        codes = rng.integers(0, 3, (1500, 5))
        if kind == "numbers":
            x, imagined = rng.integers(0, 500, 1500), ()
        elif kind == "change":
            x, imagined = rng.choice([-1, 0, 1], 1500, p=[0.04, 0.92, 0.04]), CHANGE
        else:
            x, imagined = rng.random(1500) < (0.05 if kind == "few" else 0.5), SHARE
        values = np.column_stack([x, np.square(x.astype(int))]).astype(int)
        found = find(codes, values, least=30, depth=3)
        sums = Sums(found.support, *found.sums.T)
        one = divergence(sums, Sums(1500, *values.sum(axis=0)), imagined=imagined)
        called += bool((benjamini_hochberg(one.p) <= 0.05).any())
    assert called <= stats.binom.ppf(0.99, runs, 0.05)


# -- published -------------------------------------------------------------------------------------


@pytest.mark.real_data
def test_divexplorer_on_compas(real_data):
    """What the authors' notebook prints of COMPAS at a support of a tenth."""
    table = pd.read_csv(real_data / "compas" / "compas-scores-two-years.csv.gz")
    table = table[
        (table.days_b_screening_arrest.abs() <= 30) & (table.c_charge_degree != "O")
    ].reset_index()
    out, jailed = (
        pd.to_datetime(table[name]).dt.normalize() for name in ("c_jail_out", "c_jail_in")
    )
    stay, prior = (out - jailed).dt.days, table.priors_count
    columns = {
        "age": table.age_cat,
        "charge": table.c_charge_degree,
        "race": table.race,
        "sex": table.sex,
        "prior": np.select([prior <= 0, prior <= 3], ["0", "1 to 3"], "over 3"),
        "stay": np.select([stay <= 7, (stay > 8) & (stay <= 93)], ["week", "3 months"], "longer"),
    }
    coded = [pd.factorize(np.asarray(column), sort=True) for column in columns.values()]
    codes = np.column_stack([one for one, _ in coded])
    truth, said = table.two_year_recid == 1, table.decile_score >= 8
    kinds = [~truth & ~said, ~truth & said, truth & ~said, truth & said]
    confusion = np.column_stack(kinds).astype(int)
    tn, fp, fn, tp = confusion.sum(axis=0)
    assert (len(codes), tn, fp, fn, tp) == (6172, 3066, 297, 1962, 847)
    assert fp / (fp + tn) == pytest.approx(0.088314, abs=1e-6)
    assert fn / (fn + tp) == pytest.approx(0.698469, abs=1e-6)
    assert (tn + tp) / len(codes) == pytest.approx(0.633992, abs=1e-6)

    found = find(codes, confusion, least=least_support(len(codes), 0.1), depth=6)
    assert len(found) == 155 - 1  # the notebook counts the empty set, too
    hits, of = found.sums[:, 1], found.sums[:, 0] + found.sums[:, 1]
    rate = divergence(Sums(of, hits, hits), Sums(tn + fp, fp, fp), imagined=SHARE)
    order = np.argsort(-rate.value)
    assert rate.value[order[:3]] == pytest.approx([0.219721709, 0.210928, 0.201841], abs=1e-6)
    assert rate.t[order[0]] == pytest.approx(7.116857, abs=1e-6)
    assert found.support[order[0]] / len(codes) == pytest.approx(0.128645, abs=1e-6)
    names = list(columns)
    best = {
        names[a]: coded[a][1][b]
        for a, b in zip(found.column[order[0]], found.code[order[0]], strict=True)
        if a >= 0
    }
    assert best == {
        "age": "25 - 45",
        "race": "African-American",
        "sex": "Male",
        "prior": "over 3",
    }

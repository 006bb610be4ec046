"""Real records beside others: the nearest ones, and nothing that fewer than enough people share."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audits.flags.flagging import opened_flagging
from audits.formulas.nearest_rows import nearest_rows
from audits.formulas.neighbours import gower_distances
from audits.review.bands import round_between
from audits.review.nearest import RealRecords, shown_values
from audits.settings import Settings

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


# -- what is read of it ------------------------------------------------------------------------


@given(st.floats(-1e18, 1e18), st.floats(-1e18, 1e18), st.booleans())
@settings(max_examples=200, deadline=None)
def test_an_edge_parts_what_it_stands_between(one, other, whole):
    below, number = sorted((one, other))
    if below < number:
        assert below < round_between(below, number, whole=whole) <= number


BANDS = (
    (r"up to (.+)", lambda x, a: x <= a),
    (r"under (.+)", lambda x, a: x < a),
    (r"(.+) (?:or more|and over)", lambda x, a: x >= a),
    (r"(.+) to under (.+)", lambda x, a, b: (x >= a) & (x < b)),
    (r"(.+) to (.+)", lambda x, a, b: (x >= a) & (x <= b)),
    (r"(.+)", lambda x, a: x == a),
)


def days(text):
    return (datetime.fromisoformat(text) - datetime(1970, 1, 1)).total_seconds() / 86_400


class Reader:
    """Somebody who holds the real table, and seeks in it whomever a view can be about.

    He reads what is printed, and knows no code: a number is one as it stands in the file.
    """

    def __init__(self, real, numbers=(), dates=()):
        self.real, self.parsed, self.found = real, {}, {}
        for names, parse in ((numbers, float), (dates, days)):
            for name in names:
                known = real[name].map(lambda text, parse=parse: parse(text) if text else np.nan)
                self.parsed[name] = (known.to_numpy(float), parse)

    def people(self, view):
        fits = np.ones(len(self.real), dtype=bool)
        for name, label in view.items():
            if label is not None:
                fits &= self._fits(name, label)
        return int(fits.sum())

    def _fits(self, name, label):
        if (name, label) not in self.found:
            self.found[name, label] = self._sought(name, label)
        return self.found[name, label]

    def _sought(self, name, label):
        if label == "missing":
            return (self.real[name] == "").to_numpy()
        if name not in self.parsed:
            return (self.real[name] == label).to_numpy()
        known, parse = self.parsed[name]
        if label == "any":
            return ~np.isnan(known)
        for pattern, test in BANDS:
            if said := re.fullmatch(pattern, label):
                return test(known, *map(parse, said.groups()))
        raise AssertionError(label)


def all_views(real, made, **options):
    """Everything that can ever be shown of the real records, and of how many values at all."""
    with opened_flagging(real, made, **options) as flagging:
        flagging.flags()
        records = RealRecords(flagging.pair, flagging.base, 2)
        told = [near[0] for near in records.beside(np.unique(flagging.base.codes, axis=0))]
    views = {tuple(one["values"].items()): one for one in told if one["shown"]}
    shown = sum(one["shown"] for one in told)
    return list(map(dict, views)), shown / sum(one["shown"] + one["hidden"] for one in told)


def crowd(rows, seed):
    """Four columns that are coded in fine bins, one that is not, and words that mislead."""
    rng = np.random.default_rng(seed)
    at = pd.Timestamp("2001-01-01") + pd.to_timedelta(rng.integers(0, 9**8, rows), "s")
    pay = np.where(rng.random(rows) < 0.4, 0, rng.lognormal(7, 1, rows).round(2))
    return pd.DataFrame({
        "sex": rng.choice(["female", "male"], rows),
        "age": rng.integers(18, 80, rows),
        "pay": pay,
        "seen": np.where(rng.random(rows) < 0.05, "", at.strftime("%Y-%m-%d %H:%M:%S")),
        "size": rng.normal(0, 1e-3, rows),
        "fits": rng.choice(["about right", "right"], rows),
        "owes": rng.integers(-9000, 9000, rows),
    }).astype(str)  # fmt: skip


def test_a_reader_who_holds_the_real_table_meets_so_many_people(tmp_path):
    real, made = crowd(1500, 1), crowd(500, 2)
    for name, table in (("real", real), ("made", made)):
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    views, shown = all_views(
        tmp_path / "real.csv", tmp_path / "made.csv", sensitive_features="sex",
        settings=Settings().having(review_min_cell=4, review_nearest=1),
    )  # fmt: skip
    real["pay"] = real["pay"].str.removesuffix(".0")
    reader = Reader(real, ["age", "pay", "size", "owes"], ["seen"])
    assert min(map(reader.people, views)) == 4
    assert shown > 0.4
    assert {"0", "about right"} <= {label for view in views for label in view.values()}


@pytest.mark.real_data
def test_a_reader_who_holds_adult_meets_eleven(real_data, tmp_path):
    """Band edges that were middles of bins let him find ten, or nine, for 15 of 1,533 views."""
    folder = real_data / "adult_pairs"
    for name in ("trn", "ctgan"):
        table = pd.read_csv(
            folder / f"2021_adult_{name}.csv.gz", dtype=str, keep_default_na=False, nrows=8000
        )
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    views, shown = all_views(
        tmp_path / "trn.csv", tmp_path / "ctgan.csv", sensitive_features=["race", "sex"],
        settings=Settings().having(review_nearest=1),
    )  # fmt: skip
    real = pd.read_csv(tmp_path / "trn.csv", dtype=str, keep_default_na=False)
    numbers = ["age", "capital-gain", "capital-loss", "fnlwgt", "hours-per-week"]
    assert min(map(Reader(real, numbers).people, views)) == 11
    assert len(views) > 300
    assert shown > 0.45

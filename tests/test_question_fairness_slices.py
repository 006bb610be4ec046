"""Worst slices: harm outside the sensitive features is found, and luck is not called harm."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

import audits
from audits.settings import Settings

THRICE = Settings().having(fairness_rounds=3)


def people(rows: int, seed: int, harmed: bool = False) -> pd.DataFrame:
    """Make people whose label two columns tell; where harmed, not among red ones."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "sex": rng.choice(["f", "m"], rows),
            "colour": rng.choice(["red", "blue", "green"], rows, p=[0.2, 0.4, 0.4]),
            "region": rng.choice(list("nesw"), rows),
            "hours": rng.integers(10, 60, rows).astype(float),
            "degree": rng.choice(["none", "some", "high"], rows),
        }
    )
    score = table["hours"] / 30 + (table["degree"] == "high")
    if harmed:
        score -= 2.0 * (table["colour"] == "red")
    table["y"] = np.where(score > rng.normal(1.6, 0.5, rows), "yes", "no")
    return table


def slices(*tables: pd.DataFrame, **options):
    given = {"target": "y", "sensitive_features": "sex", "mitigate": False, "settings": THRICE}
    found = audits.fairness(*tables[:2], holdout=tables[2], **(given | options))
    return found["fairness"].tables["slices"]


REAL, HELD = people(2000, 1), people(2000, 3)
HARMED = cache(lambda: slices(REAL, people(2000, 2, harmed=True), HELD))


def harm(row) -> float:
    sign = 1 if row.metric in ("false positive rate", "mean absolute error") else -1
    return sign * row.change.value


def test_a_planted_slice_outside_the_sensitive_features_leads():
    for metric in ("accuracy", "true positive rate"):
        rows = [row for row in HARMED() if row.metric == metric]
        sure = [row for row in rows if row.change_p <= 0.05]
        assert all(("colour", "red") in row.pattern for row in sure)
        assert sure
        assert max(rows, key=harm).pattern[0] == ("colour", "red")
    assert not any(row.named for row in HARMED() if ("colour", "red") in row.pattern)


def test_a_slice_holds_what_is_counted_by_hand():
    (row,) = (
        row
        for row in HARMED()
        if row.metric == "true positive rate" and row.pattern == (("colour", "red"),)
    )
    red = HELD["colour"] == "red"
    assert row.support == red.sum()
    assert row.share == pytest.approx(red.mean())
    assert row.of == (red & (HELD["y"] == "yes")).sum()
    assert row.change.value == pytest.approx(row.synthetic.value - row.real.value)
    assert row.change.low < row.change.value < row.change.high < 0
    assert row.synthetic_t < -5
    assert row.searched > 100
    assert row.depth == 3


def test_bands_read_as_stretches_and_the_target_describes_nobody():
    named = {pair for row in HARMED() for pair in row.pattern}
    assert "y" not in {column for column, _ in named}
    assert all(" to " in label for column, label in named if column == "hours")


def test_each_slice_is_told_once_and_few_are_told():
    keys = [(row.pattern, row.metric) for row in HARMED()]
    assert len(set(keys)) == len(keys) <= 45


def test_order_of_rows_and_columns_does_not_matter():
    tables = REAL, people(2000, 2, harmed=True), HELD
    turned = [
        table.sample(frac=1, random_state=5)[sorted(table.columns, reverse=True)]
        for table in tables
    ]
    assert slices(*turned) == HARMED()


def test_one_round_knows_nothing_of_other_training_rows():
    once = slices(
        REAL, people(2000, 2, harmed=True), HELD, settings=Settings().having(fairness_rounds=1)
    )
    assert all(np.isnan(row.change_p) for row in once)
    assert any(row.synthetic_p < 0.001 for row in once)


def test_fewer_columns_are_searched_where_asked_for():
    flat = slices(REAL, people(2000, 2), HELD, settings=THRICE.having(slice_depth=1))
    assert {len(row.pattern) for row in flat} == {1}
    assert {row.depth for row in flat} == {1}
    assert all(row.support >= 600 for row in slices(
        REAL, people(2000, 2), HELD, settings=THRICE.having(slice_support=0.3)
    ))  # fmt: skip


@pytest.mark.parametrize("kind", ["multiclass", "numeric"])
def test_other_targets_have_slices_too(kind):
    tables = [REAL.copy(), people(2000, 2), HELD.copy()]
    rng = np.random.default_rng(7)
    for at, table in enumerate(tables):
        score = table["hours"] / 10 + 3 * (table["degree"] == "high")
        score += (-4 if at == 1 else 0) * (table["colour"] == "red")
        score += rng.normal(0, 0.5, len(table))
        words = np.array(["low", "middle", "top"])[np.digitize(score, [3, 6])]
        table["y"] = words if kind == "multiclass" else score
    rows = slices(*tables)
    assert {row.metric for row in rows} == {
        "accuracy" if kind == "multiclass" else "mean absolute error"
    }
    worst = max((row for row in rows if row.change_p < 0.001), key=harm)
    assert ("colour", "red") in worst.pattern
    assert worst.of == worst.support
    if kind == "numeric":
        assert 1 < worst.change.low < worst.change.high < 5


def test_too_few_people_have_no_slices():
    assert slices(people(40, 1), people(40, 2), people(25, 3)) == ()


@pytest.mark.slow
def test_tables_of_one_law_seldom_have_a_slice_that_is_harmed():
    called = 0
    for turn in range(20):
        tables = [people(1000, 100 + 3 * turn + side) for side in range(3)]
        called += any(row.change_p <= 0.05 for row in slices(*tables))
    assert called <= 3  # of 20 at 5 percent, 98 times in 100

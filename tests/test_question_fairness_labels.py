"""Labels: does a group's share of a label move, beyond everyone else's?"""

from __future__ import annotations

import contextlib
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from audits.data import engines
from audits.data.task import Task
from audits.data.workspace import Workspace
from audits.estimates import Estimate
from audits.formulas.differences import (
    Difference,
    no_difference_p,
    share_difference,
    square_and_add,
)
from audits.formulas.means import means_of_counts
from audits.questions.fairness_labels import MOST_CLASSES, OTHERS, course, label_rows
from audits.questions.fairness_target import target_of
from audits.run import pair_of, plan_of
from audits.settings import Settings


def table(rows: dict[tuple[str, str], int]) -> pd.DataFrame:
    """So many rows of each race and label."""
    lines = [pair for pair, n in rows.items() for _ in range(n)]
    return pd.DataFrame(lines, columns=["race", "hired"]).assign(sex=["f", "m"] * (len(lines) // 2))


REAL = table({("ash", "yes"): 40, ("ash", "no"): 60, ("birch", "yes"): 180, ("birch", "no"): 120})
SHARPER = table(
    {("ash", "yes"): 20, ("ash", "no"): 180, ("birch", "yes"): 380, ("birch", "no"): 220}
)


@contextlib.contextmanager
def pair_from(real, synthetic, target="hired", positive=None, sensitive=("race",)):
    with (
        Workspace(None, 1, None, keep=False) as work,
        engines.opened({"real": real, "synthetic": synthetic}, work, markers=frozenset()) as tables,
    ):
        plan = plan_of(
            sensitive=sensitive, features=None, weights=None, bands={}, kinds={}, tables=tables
        )
        pair = pair_of(tables, plan, Settings(), lambda *_: None)
        pair.task = Task(target, positive)
        yield pair


def measured(real=REAL, synthetic=SHARPER, **options):
    with pair_from(real, synthetic, **options) as pair:
        return label_rows(pair, target_of(pair))


def row_of(rows, label=None, **group):
    wanted = tuple(sorted(group.items()))
    (only,) = [row for row in rows if row.group == wanted and label in (None, row.label)]
    return only


def both(found: Estimate) -> tuple[float, float]:
    return (found.low, found.high)


class TestShares:
    def test_by_hand(self):
        row = row_of(measured(), race="ash")
        assert (row.label, row.unit, row.real, row.synthetic) == ("yes", 1.0, 100, 200)
        assert (row.real_share.value, row.synthetic_share.value) == (0.4, 0.1)
        assert row.change.value == pytest.approx(-0.3)
        assert row.real_apart.value == pytest.approx(0.4 - 0.6)
        assert row.synthetic_apart.value == pytest.approx(0.1 - 380 / 600)
        assert row.beyond.value == pytest.approx(row.synthetic_apart.value - row.real_apart.value)

    def test_the_change_has_newcombes_interval(self):
        row = row_of(measured(), race="ash")
        found = share_difference(20, 200, 40, 100, confidence=0.95)
        assert both(row.change) == (found.low, found.high)
        apart = share_difference(40, 100, 180, 300, confidence=0.95)
        assert both(row.real_apart) == (apart.low, apart.high)

    def test_beyond_is_the_difference_of_differences(self):
        row = row_of(measured(), race="ash")
        ours = share_difference(20, 200, 40, 100, confidence=0.95)
        theirs = share_difference(380, 600, 180, 300, confidence=0.95)
        low = row.beyond.value - math.hypot(ours.value - ours.low, theirs.high - theirs.value)
        assert row.beyond.low == pytest.approx(low)
        assert row.beyond.high < 0
        assert row.p < 0.001

    def test_one_group_against_the_other_mirrors(self):
        rows = measured()
        ash, birch = row_of(rows, race="ash"), row_of(rows, race="birch")
        assert ash.beyond.value == pytest.approx(-birch.beyond.value)
        assert ash.p == pytest.approx(birch.p)

    def test_everyone_has_nobody_to_compare_with(self):
        row = row_of(measured())
        assert row.real_share.value == 0.55
        assert not row.beyond.known
        assert not row.real_apart.known
        assert math.isnan(row.p)

    def test_groups_cross(self):
        rows = measured(sensitive=("race", "sex"))
        assert row_of(rows, race="ash", sex="f").real == 50

    def test_missing_labels_are_left_out_and_counted(self):
        holes = REAL.copy()
        holes.loc[[0, 1, 2, 99], "hired"] = None
        row = row_of(measured(holes), race="ash")
        assert (row.real, row.real_missing, row.synthetic_missing) == (96, 4, 0)
        assert row.real_share.value == pytest.approx(37 / 96)

    def test_a_group_that_is_gone(self):
        row = row_of(
            measured(
                synthetic=SHARPER[SHARPER["race"] != "ash"].assign(
                    race=lambda t: np.where(np.arange(len(t)) % 2, "birch", "cedar")
                )
            ),
            race="ash",
        )
        assert (row.synthetic, row.synthetic_share.known, row.beyond.known) == (0, False, False)
        assert course(row) == ""


class TestClasses:
    def test_every_class_has_a_row(self):
        rng = np.random.default_rng(1)
        real = REAL.assign(hired=rng.choice(["a", "b", "c"], len(REAL)))
        rows = measured(real, real)
        assert [row.label for row in rows if row.group == ()] == ["a", "b", "c"]
        assert sum(row.real_share.value for row in rows if row.group == ()) == pytest.approx(1)

    def test_one_against_the_others(self):
        rng = np.random.default_rng(1)
        real = REAL.assign(hired=rng.choice(["a", "b", "c"], len(REAL)))
        (row,) = [row for row in measured(real, real, positive="b") if row.group == ()]
        assert row.label == "b"
        assert row.real_share.value == pytest.approx((real["hired"] == "b").mean())

    def test_the_rarest_are_joined(self):
        rng = np.random.default_rng(1)
        labels = np.array([f"c{i:02}" for i in range(30)])
        shares = np.linspace(3, 1, 30) / np.linspace(3, 1, 30).sum()
        real = pd.concat([REAL] * 10).assign(hired=rng.choice(labels, 4000, p=shares))
        rows = [r for r in measured(real, real) if r.group == ()]
        assert len(rows) == MOST_CLASSES
        assert rows[-1].label == OTHERS
        assert sum(row.real_share.value for row in rows) == pytest.approx(1)


class TestMeans:
    def test_by_hand(self):
        rng = np.random.default_rng(1)
        real = REAL.assign(pay=np.where(REAL["race"] == "ash", 20, 30) + rng.integers(0, 9, 400))
        synthetic = real.assign(pay=real["pay"] + np.where(real["race"] == "ash", -4, 2))
        rows = measured(real, synthetic, target="pay")
        row = row_of(rows, race="ash")
        own = real.loc[real["race"] == "ash", "pay"]
        interval = stats.ttest_1samp(own, 0).confidence_interval(0.95)
        assert row.label == ""
        assert row.real_share.value == pytest.approx(own.mean())
        assert both(row.real_share) == pytest.approx((interval.low, interval.high))
        assert row.unit == pytest.approx(real["pay"].std(ddof=0))
        assert row.change.value == pytest.approx(-4)
        assert row.beyond.value == pytest.approx(-6)
        assert course(row) == "sharpened"

    @given(st.lists(st.tuples(st.integers(0, 50), st.floats(-1e6, 1e6)), min_size=2, max_size=20))
    def test_counts_are_rows(self, pairs):
        counts, values = (np.array(side, dtype=float) for side in zip(*pairs, strict=True))
        found = means_of_counts(counts, values, confidence=0.9)
        rows = np.repeat(values, counts.astype(int))
        if len(rows):
            assert found.value == pytest.approx(rows.mean(), abs=1e-6)
        if len(rows) > 1:
            reach = stats.t.ppf(0.95, len(rows) - 1) * stats.sem(rows)
            rounded = 1e-6 * np.abs(values).max()  # a root of what floats cannot tell apart
            assert found.high - found.value == pytest.approx(reach, rel=1e-4, abs=rounded + 1e-4)


class TestCourse:
    ROW = row_of(measured(), race="ash")

    @pytest.mark.parametrize(
        ("before", "after", "moved", "said"),
        [
            (-0.2, -0.4, -0.2, "sharpened"),
            (0.2, 0.4, 0.2, "sharpened"),
            (-0.4, -0.2, 0.2, "softened"),
            (-0.2, 0.0, 0.2, "softened"),
            (-0.2, 0.2, 0.4, "reversed"),
            (0.0, 0.2, 0.2, "made"),
            (-0.2, -0.2, 0.0, "carried"),
            (0.0, 0.0, 0.0, ""),
        ],
    )
    def test_words(self, before, after, moved, said):
        before, after, moved = (Estimate(v, v - 0.1, v + 0.1) for v in (before, after, moved))
        row = replace(self.ROW, real_apart=before, synthetic_apart=after, beyond=moved)
        assert course(row) == said

    def test_real_tables(self):
        rows = measured()
        assert course(row_of(rows, race="ash")) == "sharpened"
        assert course(row_of(measured(SHARPER, REAL), race="ash")) == "softened"
        assert course(row_of(measured(REAL, REAL), race="ash")) == "carried"


class TestChance:
    def test_p_and_interval_agree(self):
        found = Difference(
            *(np.array(side) for side in ((0.2, 0.2), (0.0001, -0.0001), (0.5, 0.3)))
        )
        p = no_difference_p(found, confidence=0.95)
        assert p[0] < 0.05 < p[1]
        assert no_difference_p(Difference(0.0, -1.0, 1.0), confidence=0.95) == 1
        assert math.isnan(no_difference_p(Difference(np.nan, np.nan, np.nan), confidence=0.95))

    @settings(max_examples=5, deadline=None)
    @given(st.sampled_from([0.02, 0.2, 0.5]))
    def test_false_alarms_are_as_rare_as_promised(self, share):
        """Nothing moves: the interval leaves 0 out one time in twenty, of small groups too."""
        rng = np.random.default_rng(int(share * 1000))
        draws, rows = 20_000, (30, 60, 300, 600)
        shares = (share, share, min(1.0, 2 * share), min(1.0, 2 * share))
        ours, synthetic, theirs, their_synthetic = (
            rng.binomial(n, p, draws) for n, p in zip(rows, shares, strict=True)
        )
        own = share_difference(synthetic, rows[1], ours, rows[0], confidence=0.95)
        other = share_difference(their_synthetic, rows[3], theirs, rows[2], confidence=0.95)
        p = no_difference_p(square_and_add(own, other), confidence=0.95)
        assert (p < 0.05).mean() < 0.06


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("which", "group", "said"),
    [
        ("mostly", {"sex": "Female"}, "carried"),
        ("ctgan", {"sex": "Female"}, "softened"),
        ("ctgan", {"race": "Asian-Pac-Islander"}, "sharpened"),
        ("ctgan", {"race": "Other", "sex": "Female"}, "reversed"),
        ("mostly_temp01", {"sex": "Female"}, "softened"),
    ],
)
def test_adult(real_data, which, group, said):
    """What generators made of the gaps in income: with CTGAN, the women of a small group earn."""
    folder = real_data / "adult_pairs"
    real, synthetic = (folder / f"2021_adult_{name}.csv.gz" for name in ("trn", which))
    rows = measured(real, synthetic, target="income", sensitive=("race", "sex"))
    row = row_of(rows, **group)
    assert row.label == ">50K"
    assert course(row) == said
    if said == "reversed":
        assert row.real_share.value < 0.07
        assert row.synthetic_share.value > 0.3

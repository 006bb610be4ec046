"""Diversity: has a group become more alike, and was it the sample or the generator?"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

import audits
from audits.results import Verdict
from audits.settings import Settings

PROBLEM, WATCH, UNSURE, OK = Verdict
QUICK = Settings().having(max_draws=399)
INCOMES = ("low", "middle", "upper", "high")


def incomes(*counts: int) -> np.ndarray:
    return np.repeat(INCOMES, counts)


def table(ash: np.ndarray, birch: np.ndarray, column: str = "income") -> pd.DataFrame:
    race = np.repeat(["ash", "birch"], [len(ash), len(birch)])
    return pd.DataFrame({"race": race, column: np.concatenate([ash, birch])})


ASH = incomes(250, 450, 200, 100)


def audit(real: np.ndarray, synthetic: np.ndarray, **options) -> audits.Audit:
    """Birch as given beside a thousand of ash, who stay as they were."""
    options = {"sensitive_features": "race", "settings": QUICK} | options
    return audits.compare(table(ASH, real), table(ASH, synthetic), ask=["diversity"], **options)


def about_birch(found: audits.Audit) -> tuple[audits.Finding, ...]:
    return found.about(group={"race": "birch"})


def column_row(found: audits.Audit):
    rows = found["diversity"].tables["attributes"]
    return next(row for row in rows if row.group == (("race", "birch"),))


class TestIndex:
    def test_by_hand(self):
        """Real 10, 10, 5, 5 differ in .7471 of pairs; synthetic 2400, 300, 200, 100 in .3446."""
        row = column_row(audit(incomes(10, 10, 5, 5), incomes(2400, 300, 200, 100)))
        assert row.variety_real == pytest.approx(0.7471, abs=1e-4)
        assert row.variety_synthetic == pytest.approx(0.3446, abs=1e-4)
        assert row.index.value == pytest.approx(0.5388, abs=1e-4)

    def test_order_counts_in_ordered_columns(self):
        """Only neighbours left: an ordinal column sees a larger loss than a nominal one."""
        real, synthetic = incomes(100, 100, 100, 100), incomes(0, 200, 200, 0)
        plain = column_row(audit(real, synthetic)).index.value
        ordered = column_row(audit(real, synthetic, kinds={"income": list(INCOMES)})).index.value
        assert ordered > plain

    def test_numbers_are_compared_by_rank(self):
        """Units do not matter, and neither does an outlier."""
        rng = np.random.default_rng(1)
        ash, real = rng.normal(0, 1, 1000).round(3), rng.normal(0, 1, 300).round(3)
        indices = []
        for change in (lambda x: x, lambda x: x * 12 + 5):
            sides = [table(change(ash), change(side), "pay") for side in (real, real / 2)]
            found = audits.compare(
                *sides, ask=["diversity"], sensitive_features="race", settings=QUICK
            )
            indices.append(column_row(found).index.value)
        assert indices[0] == pytest.approx(indices[1], abs=1e-6)
        assert 0.3 < indices[0] < 0.6

    @pytest.mark.parametrize(
        ("synthetic", "expected"),
        [
            (incomes(500, 900, 400, 200), OK),
            (incomes(300, 1250, 300, 150), WATCH),
            (incomes(60, 1880, 60, 0), PROBLEM),
        ],
        ids=["kept", "less", "little"],
    )
    def test_verdict(self, synthetic, expected):
        found = about_birch(audit(incomes(125, 225, 100, 50), synthetic))
        assert found[0].verdict is expected

    def test_only_the_group_that_lost_is_accused(self):
        found = audit(incomes(125, 225, 100, 50), incomes(60, 1880, 60, 0))
        (ash,) = found.about(group={"race": "ash"})
        assert ash.verdict is OK

    def test_gain_is_no_loss(self):
        (found,) = about_birch(audit(incomes(30, 440, 30, 0), incomes(500, 500, 500, 500)))
        assert found.verdict is OK
        assert "more varied than the real group" in found.because

    def test_all_synthetic_rows_alike(self):
        found = about_birch(audit(incomes(125, 225, 100, 50), incomes(0, 2000, 0, 0)))
        assert {f.verdict for f in found} == {PROBLEM}


class TestFewPeople:
    @pytest.mark.parametrize("people", [12, 30])
    def test_never_ok_with_thirty(self, people):
        real = incomes(people // 3, people // 3, people - 2 * (people // 3), 0)
        (found,) = about_birch(audit(real, np.repeat(real, 20)))
        assert found.verdict is UNSURE
        assert f"{people} people are too few to rule sameness out" in found.because

    @pytest.mark.parametrize("people", [3, 9])
    def test_below_ten_only_counts(self, people):
        real = incomes(people - 2, 1, 1, 0)
        (found,) = about_birch(audit(real, incomes(0, 500, 0, 0)))
        assert found.verdict is UNSURE
        assert f"{people} people and 500 synthetic rows are too few" in found.because

    def test_a_handful_of_synthetic_rows(self):
        """Three rows that agree say nothing against a generator."""
        (found,) = about_birch(audit(incomes(125, 225, 100, 50), incomes(0, 3, 0, 0)))
        assert found.verdict is UNSURE

    def test_the_smaller_side_sets_how_sure_one_can_be(self):
        """Twelve rows on either side leave eleven degrees of freedom."""
        few, many = incomes(3, 3, 3, 3), incomes(125, 225, 100, 50)
        assert column_row(audit(few, many)).freedom == 11
        assert column_row(audit(many, few)).freedom == 11

    @pytest.mark.parametrize("people", [1, 2])
    def test_too_few_to_differ(self, people):
        (found,) = about_birch(audit(incomes(people, 0, 0, 0), incomes(9, 9, 9, 9)))
        assert found.verdict is UNSURE
        assert "too few to measure" in found.because


class TestInheritedSameness:
    """Thirty of thirty in one class: the sample's doing, and nothing left to lose."""

    FOUND = staticmethod(cache(lambda: audit(incomes(0, 30, 0, 0), incomes(0, 3000, 0, 0))))

    def test_says_what_could_have_been_missed(self):
        (found,) = about_birch(self.FOUND())
        assert (found.verdict, found.attribute) == (WATCH, "income")
        assert (
            "inherited sameness in income: all 30 of 30 real people are 'middle'" in found.because
        )
        assert "among everyone else 45 % are" in found.because
        assert "up to 9.5 % of the group (95 % bound)" in found.because

    def test_index_is_unknown_not_zero(self):
        row = column_row(self.FOUND())
        assert not row.index.known
        assert row.chance_one_class == pytest.approx(0.45**30)
        assert row.unseen_bound == pytest.approx(0.095, abs=1e-3)

    def test_reference_splits_the_blame(self):
        """Variety .6842 in the population, none in the sample: all of the loss is inherited."""
        reference = {
            "race": {"ash": 0.9, "birch": 0.1},
            "income": dict(zip(INCOMES, (0.25, 0.45, 0.2, 0.1), strict=True)),
        }
        found = audit(incomes(0, 30, 0, 0), incomes(0, 3000, 0, 0), reference=reference)
        row = column_row(found)
        assert (row.inherited, row.inherited_from) == (1.0, "the reference population")

    @pytest.mark.parametrize(("people", "expected"), [(9, 0), (10, 1), (100, 1), (101, 0)])
    def test_between_ten_people_and_a_hundred(self, people, expected):
        found = about_birch(audit(incomes(0, people, 0, 0), incomes(0, 3000, 0, 0)))
        assert sum("inherited" in f.because for f in found) == expected

    def test_not_where_nearly_everyone_is_alike(self):
        ash = incomes(0, 990, 10, 0)
        real, synthetic = table(ash, incomes(0, 30, 0, 0)), table(ash, incomes(0, 900, 0, 0))
        found = audits.compare(real, synthetic, sensitive_features="race", ask=["diversity"])
        assert not [f for f in about_birch(found) if "inherited" in f.because]


class TestColumnsOnTheirOwn:
    def test_loss_in_one_of_many(self):
        """The group as a whole lost little; one column lost nearly everything, and is named."""
        rng = np.random.default_rng(3)
        sides = []
        for spread in (1.0, 0.1):
            race = np.repeat(["ash", "birch"], 400)
            columns = {f"x{i}": rng.normal(0, 1, 800).round(2) for i in range(9)}
            columns["y"] = np.where(race == "birch", spread, 1) * rng.normal(0, 1, 800).round(2)
            sides.append(pd.DataFrame({"race": race, **columns}))
        found = audits.compare(*sides, sensitive_features="race", ask=["diversity"], settings=QUICK)
        assert [(f.attribute, f.verdict) for f in about_birch(found)] == [("y", PROBLEM)]

    def test_columns_left_open_are_named(self):
        """A rare value in a small group says little about that column."""
        rng = np.random.default_rng(4)
        sides = []
        for rows in (40, 60):
            race = np.repeat(["ash", "birch"], [500, rows])
            columns = {f"x{i}": rng.normal(0, 1, 500 + rows).round(2) for i in range(6)}
            columns["rare"] = np.where(np.arange(500 + rows) % 20 == 0, "yes", "no")
            sides.append(pd.DataFrame({"race": race, **columns}))
        found = audits.compare(*sides, sensitive_features="race", ask=["diversity"], settings=QUICK)
        (birch,) = about_birch(found)
        assert birch.verdict is OK
        assert "taken alone, not ruled out in rare" in birch.because


def test_limits_come_from_the_settings():
    tables = incomes(125, 225, 100, 50), incomes(300, 1250, 300, 150)
    strict = QUICK.having(sameness_watch=0.05, sameness_problem=0.1)
    assert about_birch(audit(*tables))[0].verdict is WATCH
    assert about_birch(audit(*tables, settings=strict))[0].verdict is PROBLEM
    again = audit(*tables).having(strict)
    assert again.findings == audit(*tables, settings=strict).findings

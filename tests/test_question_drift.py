"""Drift: does each group still look like itself, and would anybody have noticed if not?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import audits
from audits.estimates import Estimate
from audits.formulas.shifts import categorical_shift
from audits.questions import drift
from audits.reports.of_questions.drift import PRESENTATION
from audits.results import Verdict
from audits.settings import Settings

PROBLEM, WATCH, UNSURE, OK = Verdict
QUICK = Settings().having(max_draws=399, classifier_permutations=39, classifier_rows=0)


def share(rows: int, paid: float) -> np.ndarray:
    """Exactly so many paid among the rows, spread evenly."""
    return np.where(np.arange(rows) * paid % 1 < paid - 1e-9, "paid", "unpaid")


def group(name: str, rows: int, **columns) -> pd.DataFrame:
    return pd.DataFrame({"race": name, **columns}, index=range(rows))


def both(ash: pd.DataFrame, birch: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([ash, birch], ignore_index=True)


def audit(real: pd.DataFrame, synthetic: pd.DataFrame, **options) -> audits.Audit:
    options = {"sensitive_features": "race", "settings": QUICK} | options
    return audits.compare(real, synthetic, ask=["drift"], **options)


def working(rows: int, paid: float, birch_paid: float, birch_rows: int = 0) -> pd.DataFrame:
    """Ash and birch, with so large a share of each paid."""
    size = birch_rows or rows
    return both(
        group("ash", rows, work=share(rows, paid)),
        group("birch", size, work=share(size, birch_paid)),
    )


def birch(found: audits.Audit, attribute: str | None = None) -> audits.Finding:
    """The finding about birch, or about one column of theirs."""
    about = found.about(group={"race": "birch"})
    return next(f for f in about if attribute in (None, f.attribute))


class TestCategories:
    def test_numbers_are_those_of_the_formula(self):
        found = audit(working(400, 0.5, 0.5), working(400, 0.5, 0.9))
        row = next(r for r in found["drift"].tables["columns"] if r.group == (("race", "birch"),))
        shift = categorical_shift(
            [200, 200], [360, 40], confidence=0.95, seeds=1, closed_form_from=200, max_draws=99
        )
        assert (row.measure, row.real, row.synthetic) == ("total variation", 400, 400)
        assert row.value == pytest.approx(0.4)
        assert row.shift.value == pytest.approx(float(shift.adjusted))
        assert row.shift.low == pytest.approx(float(shift.low))
        assert row.shift.high == pytest.approx(float(shift.high))

    @pytest.mark.parametrize(
        ("paid", "expected"), [(0.5, OK), (0.54, OK), (0.69, WATCH), (0.9, PROBLEM)]
    )
    def test_verdict_by_size_of_drift(self, paid, expected):
        found = birch(audit(working(900, 0.5, 0.5), working(900, 0.5, paid)))
        assert found.verdict is expected
        assert birch(audit(working(900, 0.5, 0.5), working(900, 0.5, paid))).group_name == "birch"

    def test_only_the_group_that_drifted_is_accused(self):
        found = audit(working(900, 0.5, 0.5), working(900, 0.5, 0.9))
        assert {f.group for f in found.problems} == {(("race", "birch"),)}
        (ash,) = found.about(group={"race": "ash"})
        assert ash.verdict is OK

    def test_in_between_is_said_to_be(self):
        found = birch(audit(working(900, 0.5, 0.5), working(900, 0.5, 0.61)))
        assert found.verdict is UNSURE
        assert "neither established nor ruled out in work; " in found.because
        assert "rules a problem out but not the need to watch" in found.because


class TestFewPeople:
    def test_small_groups_are_never_ok(self):
        found = birch(audit(working(900, 0.5, 0.5, 30), working(900, 0.5, 0.5, 900)))
        assert found.verdict is UNSURE
        assert "30 people are too few to rule it out" in found.because

    def test_what_could_have_gone_unnoticed(self):
        """30 against 3,000: a shift of .51 deviations, or of .257 of a share at one half."""
        found = birch(audit(working(900, 0.5, 0.5, 30), working(900, 0.5, 0.5, 3000)))
        assert found.evidence["detectable_shift"] == pytest.approx(0.514, abs=5e-4)
        assert found.evidence["detectable_share"] == pytest.approx(0.257, abs=5e-4)
        assert "a shift under 0.51 standard deviations" in found.because
        assert "less than 25.7 %, could have gone unnoticed" in found.because

    @pytest.mark.parametrize(("rows", "expected"), [(9, UNSURE), (12, PROBLEM)])
    def test_below_ten_nothing_is_made_of_it(self, rows, expected):
        found = birch(audit(working(900, 0.5, 0.0, rows), working(900, 0.5, 1.0)))
        assert found.verdict is expected
        if rows == 9:
            assert "9 people and 900 synthetic rows are too few" in found.because

    def test_thirty_can_still_be_a_problem(self):
        found = birch(audit(working(900, 0.5, 0.2, 30), working(900, 0.5, 0.9)))
        assert found.verdict is PROBLEM


class TestNumbers:
    @staticmethod
    def aged(shift: float, rows: int = 600, noise: int = 1) -> pd.DataFrame:
        age = np.random.default_rng(noise).normal(40, 10, 2 * rows).round(1)
        age[rows:] += shift
        race = np.repeat(["ash", "birch"], rows)
        return pd.DataFrame({"race": race, "age": age})

    def test_shift_in_real_deviations_of_all_groups(self):
        """The yardstick is the whole real column, so that groups can be compared."""
        real, synthetic = self.aged(0), self.aged(6)
        row = birch(audit(real, synthetic), "age")
        expected = 6 / real["age"].std(ddof=0)
        assert row.evidence["measure"] == "shift"
        assert row.evidence["shift"].value == pytest.approx(expected, rel=0.02)
        assert "would have to change by 0." in row.because

    @pytest.mark.parametrize(("shift", "expected"), [(0, OK), (3.5, WATCH), (8, PROBLEM)])
    def test_verdict(self, shift, expected):
        assert birch(audit(self.aged(0), self.aged(shift, noise=2))).verdict is expected

    def test_unit_of_the_column_does_not_matter(self):
        real, synthetic = self.aged(0), self.aged(5)
        months = [table.assign(age=table["age"] * 12 + 7) for table in (real, synthetic)]
        years = birch(audit(real, synthetic), "age").evidence["shift"]
        same = birch(audit(*months), "age").evidence["shift"]
        assert same.value == pytest.approx(years.value, rel=1e-6)

    def test_gaps_are_told_apart_from_values(self):
        real, synthetic = self.aged(0), self.aged(8, noise=2)
        synthetic.loc[synthetic.index[-300:], "age"] = np.nan
        found = birch(audit(real, synthetic), "age")
        assert "age is distributed differently" in found.because
        assert "whether age is missing has changed for 49.9 %" in found.because

    def test_constant_real_column(self):
        """Without spread there is no unit: it is how many no longer hold the constant."""
        real, synthetic = self.aged(0).assign(age=40.0), self.aged(0).assign(age=40.0)
        synthetic.loc[synthetic.index[-300:], "age"] = 41.0
        found = birch(audit(real, synthetic), "age")
        assert found.evidence["measure"] == "total variation"
        assert found.verdict is PROBLEM


class TestRowsAsAWhole:
    """Two columns that each look right, and together do not."""

    @staticmethod
    def paired(bound: float, rows: int = 400) -> pd.DataFrame:
        """Work and home agree in a share `bound` of birch; both halves always even."""
        work = np.tile(["yes", "yes", "no", "no"], rows // 4)
        agree = np.repeat(np.arange(rows // 4) < bound * rows / 4, 4)
        home = np.where(agree, work, np.tile(["yes", "no", "yes", "no"], rows // 4))
        ash = group("ash", rows, work=work, home=np.tile(["yes", "no"], rows // 2))
        return both(ash, group("birch", rows, work=work, home=home))

    def test_pairs(self):
        found = birch(audit(self.paired(1.0), self.paired(0.0)))
        assert (found.attribute, found.verdict) == (None, PROBLEM)
        assert "home × work" in found.because or "work × home" in found.because
        assert found.evidence["pairs"].low > 0.2

    def test_classifier(self):
        with_it = QUICK.having(classifier_rows=300, classifier_permutations=99)
        found = birch(audit(self.paired(1.0), self.paired(0.0), settings=with_it))
        assert "a classifier tells real from synthetic rows with a chance of 0." in found.because
        assert found.evidence["auc"].low > 0.6

    def test_pairs_and_classifier_share_one_finding(self):
        with_it = QUICK.having(classifier_rows=300, classifier_permutations=99)
        found = audit(self.paired(1.0), self.paired(0.0), settings=with_it)
        about = [f for f in found.about(group={"race": "birch"}) if f.attribute is None]
        assert len(about) == 1
        assert "over all pairs of columns" in about[0].because
        assert "a classifier" in about[0].because

    def test_nothing_to_see(self):
        with_it = QUICK.having(classifier_rows=300, classifier_permutations=99)
        found = birch(audit(self.paired(0.5), self.paired(0.5), settings=with_it))
        assert found.verdict is OK
        assert "told apart with a chance of" in found.because


class TestBelowOneHalf:
    """Rows told apart worse than by guessing: held-out rows met their own copies."""

    SETTINGS = QUICK.having(classifier_rows=300, classifier_permutations=99)
    SAID = "below one half: synthetic rows lie nearer to real ones than real ones to each other"

    @staticmethod
    def people(seed: int) -> pd.DataFrame:
        rng = np.random.default_rng(seed)
        columns = {name: rng.normal(size=240).round(3) for name in ("age", "pay", "hours")}
        return pd.DataFrame({"race": np.repeat(["ash", "birch"], 120), **columns})

    def test_copies_are_no_drift_and_no_praise(self):
        real = self.people(1)
        found = audit(real, real, settings=self.SETTINGS)
        row = next(r for r in found["drift"].rows if r.group == (("race", "birch"),))
        assert row.below_half
        assert birch(found).verdict is OK
        assert self.SAID in birch(found).because
        assert "a sign of copying, see copying" in birch(found).because
        cell = next(shown for shown in PRESENTATION.main.shown if shown.name == "Told apart")
        assert cell.cell(row).endswith(", below one half: see copying")

    def test_other_people_are_not_said_to_be_copies(self):
        found = audit(self.people(1), self.people(2), settings=self.SETTINGS)
        assert not any(row.below_half for row in found["drift"].rows)
        assert "below one half" not in birch(found).because
        cell = next(shown for shown in PRESENTATION.main.shown if shown.name == "Told apart")
        assert not any("copying" in cell.cell(row) for row in found["drift"].rows)

    def test_it_is_said_beside_drift_too(self):
        tables = dict(audit(working(900, 0.5, 0.5), working(900, 0.5, 0.9))["drift"].tables)
        beneath = {"auc": Estimate(0.3, 0.2, 0.4), "auc_p": 0.01, "auc_error": 0.05}
        tables["groups"] = tuple(replace(row, **beneath) for row in tables["groups"])
        found = [f for f in drift.judge(tables, QUICK) if f.group == (("race", "birch"),)]
        assert [(f.attribute, f.verdict) for f in found] == [("work", PROBLEM)]
        assert found[0].because.count(self.SAID) == 1

    def test_few_people_are_told_as_well(self):
        real = self.people(1).iloc[90:150]
        found = birch(audit(real, real, settings=self.SETTINGS))
        assert found.verdict is UNSURE
        assert found.because.count(self.SAID) == 1
        assert ",;" not in found.because


class TestReferencePopulation:
    """A share that moves towards the population is what was asked for, and is told as such."""

    SAID = "; it moved towards the reference population, from which 25 % of the real people and 0 %"

    @staticmethod
    def people(birch_rows: int) -> pd.DataFrame:
        return both(
            group("ash", 800 - birch_rows, work=share(800 - birch_rows, 0.5)),
            group("birch", birch_rows, work=share(birch_rows, 0.5)),
        )

    def test_said_where_it_asks_for_it(self):
        found = audit(
            self.people(200), self.people(400), reference={"race": {"ash": 0.5, "birch": 0.5}}
        )
        [said] = [f for f in found.about(group=()) if f.attribute == "race"]
        assert said.verdict is WATCH
        assert self.SAID in said.because

    def test_doubt_comes_before_it(self):
        found = audit(
            self.people(200), self.people(300), reference={"race": {"ash": 0.5, "birch": 0.5}}
        )
        [said] = [f for f in found.about(group=()) if "race" in f.because]
        assert said.verdict is UNSURE
        doubt, asked = said.because.index("not the need to watch"), said.because.index("; it moved")
        assert doubt < asked

    @pytest.mark.parametrize("reference", [None, {"race": {"ash": 0.9, "birch": 0.1}}])
    def test_not_where_it_does_not(self, reference):
        found = audit(self.people(200), self.people(400), reference=reference)
        [said] = [f for f in found.about(group=()) if f.attribute == "race"]
        assert "towards" not in said.because

    def test_in_a_group_by_the_shares_of_crossings(self):
        """The population's share of a level within a group is that of the crossing over its own."""
        real, synthetic = (self.people(200).assign(sex="f"), self.people(400).assign(sex="f"))
        men = self.people(400).assign(sex="m")
        crossed = {"f×ash": 0.25, "f×birch": 0.25, "m×ash": 0.25, "m×birch": 0.25}
        found = audit(
            both(real, men), both(synthetic, men), sensitive_features=["race", "sex"],
            reference={"sex×race": crossed, "sex": {"f": 0.5, "m": 0.5}},
        )  # fmt: skip
        women = {f.attribute: f.because for f in found.about(group={"sex": "f"})}
        assert self.SAID in women["race"]


class TestSingleColumn:
    def test_ok_without_pairs_and_classifier(self):
        """With one column there are no pairs, and what is left out is not held against a group."""
        found = birch(audit(working(900, 0.5, 0.5), working(900, 0.5, 0.5)))
        assert found.verdict is OK
        assert "no drift beyond the limits in 1 column;" in found.because


def test_lost_group_has_nothing_to_compare():
    found = birch(audit(working(900, 0.5, 0.5), group("ash", 900, work=share(900, 0.5))))
    assert found.verdict is UNSURE
    assert "900 people and 0 synthetic rows leave nothing to compare" in found.because


def test_limits_come_from_the_settings():
    tables = working(900, 0.5, 0.5), working(900, 0.5, 0.69)
    strict = QUICK.having(drift_watch=0.05, drift_problem=0.1)
    assert birch(audit(*tables)).verdict is WATCH
    assert birch(audit(*tables, settings=strict)).verdict is PROBLEM
    again = audit(*tables).having(strict)
    assert again.findings == audit(*tables, settings=strict).findings

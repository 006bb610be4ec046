"""Coverage: who is still there, in what proportion, and what vanished where margins look well."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import audits
from audits.formulas.ratios import koopman
from audits.formulas.shares import wilson
from audits.results import Verdict
from audits.settings import Settings

PROBLEM, WATCH, UNSURE, OK = Verdict


def rows_of(**counts: int) -> pd.DataFrame:
    """A table of so many rows per race, each alternately of one of two sexes."""
    race = np.repeat(list(counts), list(counts.values()))
    sex = np.where(np.arange(len(race)) % 2 == 0, "female", "male")
    return pd.DataFrame({"race": race, "sex": sex})


def audit(real: pd.DataFrame, synthetic: pd.DataFrame, **options) -> audits.Audit:
    options = {"sensitive_features": "race"} | options
    return audits.compare(real, synthetic, ask=["coverage"], **options)


def finding(found: audits.Audit, race: str) -> audits.Finding:
    (only,) = found.about(group={"race": race})
    return only


class TestCounts:
    def test_by_hand(self):
        found = audit(rows_of(ash=600, birch=400), rows_of(ash=450, birch=50))
        (row,) = found["coverage"][{"race": "birch"}]
        assert (row.real, row.synthetic, row.effective) == (400, 50, 400.0)
        assert (row.real_share.value, row.synthetic_share.value) == (0.4, 0.1)
        assert row.ratio.value == pytest.approx(0.25)

    def test_intervals_are_those_of_the_formulas(self):
        found = audit(rows_of(ash=600, birch=400), rows_of(ash=450, birch=50))
        (row,) = found["coverage"][{"race": "birch"}]
        share = wilson(50, 500, confidence=0.95)
        assert (row.synthetic_share.low, row.synthetic_share.high) == pytest.approx(share)
        ratio = koopman(50, 500, 400, 1000, confidence=0.95)
        assert (row.ratio.low, row.ratio.high) == pytest.approx(ratio)

    def test_weights_make_people_fewer(self):
        real = rows_of(ash=600, birch=400).assign(weight=1.0)
        birch = np.flatnonzero(real["race"] == "birch")
        real.loc[birch[:100], "weight"] = 7.0
        found = audit(real, rows_of(ash=450, birch=50), weights="weight")
        assert any(note.startswith("Weights serve coverage") for note in found.notes)
        (row,) = found["coverage"][{"race": "birch"}]
        assert row.real_share.value == pytest.approx(1000 / 1600)
        assert row.effective == pytest.approx(1000**2 / (100 * 49 + 300))
        assert "in effect 192 after weighting" in finding(found, "birch").because


class TestShrunkenGroups:
    @pytest.mark.parametrize(
        ("birch", "expected"), [(300, OK), (250, UNSURE), (200, WATCH), (100, PROBLEM)]
    )
    def test_by_size(self, birch, expected):
        found = audit(rows_of(ash=700, birch=300), rows_of(ash=1000 - birch, birch=birch))
        if expected is UNSURE:  # a ratio of .83: neither sure nor ruled out, but above the limit
            expected = OK
        assert finding(found, "birch").verdict is expected

    def test_erased(self):
        found = finding(audit(rows_of(ash=700, birch=300), rows_of(ash=1000)), "birch")
        assert found.verdict is PROBLEM
        assert "erased by the generator: 300 people" in found.because
        assert "about 300 were due" in found.because

    def test_erased_from_too_few_rows_to_know(self):
        """Two synthetic rows were due; that none came says nothing."""
        found = finding(audit(rows_of(ash=5700, birch=300), rows_of(ash=40)), "birch")
        assert found.verdict is UNSURE

    @pytest.mark.parametrize(
        ("rows", "verdict", "why"),
        [
            (1, UNSURE, "(invented, or too rare for the real sample)"),
            (30, PROBLEM, "(invented)"),
        ],
    )
    def test_invented(self, rows, verdict, why):
        found = finding(audit(rows_of(ash=1000), rows_of(ash=900, birch=rows)), "birch")
        assert found.verdict is verdict
        assert f"nobody in the real data, yet {rows} synthetic row" in found.because
        assert why in found.because

    def test_doubt_is_said(self):
        found = finding(audit(rows_of(ash=1800, birch=200), rows_of(ash=923, birch=77)), "birch")
        assert found.verdict is UNSURE
        assert "rules a problem out but not the need to watch" in found.because


class TestGrownGroups:
    REAL, SYNTHETIC = rows_of(ash=850, birch=150), rows_of(ash=600, birch=400)

    def test_watched(self):
        found = finding(audit(self.REAL, self.SYNTHETIC), "birch")
        assert found.verdict is WATCH
        assert "it has grown: 40 %" in found.because

    def test_not_where_the_population_asks_for_it(self):
        reference = {"race": {"ash": 0.62, "birch": 0.38}}
        found = finding(audit(self.REAL, self.SYNTHETIC, reference=reference), "birch")
        assert "grown" not in found.because

    def test_watched_where_it_outgrows_the_population_too(self):
        reference = {"race": {"ash": 0.8, "birch": 0.2}}
        found = finding(audit(self.REAL, self.SYNTHETIC, reference=reference), "birch")
        assert "it has grown" in found.because

    def test_growth_that_may_be_luck_is_no_accusation(self):
        found = finding(audit(rows_of(ash=850, birch=150), rows_of(ash=80, birch=20)), "birch")
        assert found.verdict is UNSURE
        assert "it may have grown" in found.because


class TestReferencePopulation:
    def test_sample_that_missed_people(self):
        reference = {"race": {"ash": 0.5, "birch": 0.5}}
        tables = rows_of(ash=850, birch=150), rows_of(ash=850, birch=150)
        found = finding(audit(*tables, reference=reference), "birch")
        assert found.verdict is PROBLEM
        assert "the real sample itself holds 15 %" in found.because
        assert found.evidence["representation"].value == pytest.approx(0.3)

    def test_a_share_that_moves_towards_it_is_said_to(self):
        reference = {"race": {"ash": 0.5, "birch": 0.5}}
        tables = rows_of(ash=700, birch=300), rows_of(ash=550, birch=450)
        found = finding(audit(*tables, reference=reference), "ash")
        assert "its share moved towards the reference population's 50 %, from 70 % to 55 %" in (
            found.because
        )
        for away in (rows_of(ash=900, birch=100), tables[0]):
            other = finding(audit(tables[0], away, reference=reference), "ash")
            assert "moved towards" not in other.because

    def test_group_absent_from_both(self):
        reference = {"race": {"ash": 0.5, "birch": 0.4, "cedar": 0.1}}
        tables = rows_of(ash=600, birch=400), rows_of(ash=600, birch=400)
        found = finding(audit(*tables, reference=reference), "cedar")
        assert found.verdict is PROBLEM
        assert "absent from both tables" in found.because

    def test_too_few_expected_to_judge(self):
        """Of 1,000 people two were to be expected; that there is none is no accusation of ratio."""
        reference = {"race": {"ash": 0.6, "birch": 0.398, "cedar": 0.002}}
        tables = rows_of(ash=600, birch=399, cedar=1), rows_of(ash=600, birch=400)
        found = finding(audit(*tables, reference=reference), "cedar")
        assert "the real sample itself" not in found.because


class TestFamily:
    def test_groups_that_could_not_show_a_loss_do_not_dilute(self):
        """Fifty groups of two people each leave the verdict about birch as it was."""
        few = {f"tree {i}": 2 for i in range(50)}
        alone = audit(rows_of(ash=900, birch=120), rows_of(ash=950, birch=70))
        crowd = audit(rows_of(ash=900, birch=120, **few), rows_of(ash=950, birch=70, **few))
        assert finding(alone, "birch").verdict is finding(crowd, "birch").verdict is WATCH

    def test_labels_that_are_missing_are_no_group(self):
        real, synthetic = rows_of(ash=600, birch=360, gone=40), rows_of(ash=600, birch=400)
        real["race"] = real["race"].replace("gone", None)
        found = audit(real, synthetic)
        assert not found.about(group={"race": "missing"})
        assert [row.real for row in found["coverage"][{"race": "missing"}]] == [40]

    def test_too_many_labels_missing(self):
        real, synthetic = rows_of(ash=600, birch=360, gone=300), rows_of(ash=600, birch=400)
        real["race"] = real["race"].replace("gone", None)
        found = finding(audit(real, synthetic), "ash")
        assert found.verdict is UNSURE
        assert "23.8 % of the real rows do not say" in found.because


class TestLostCells:
    """Beyond the groups: cells of three features are searched although groups cross two."""

    @staticmethod
    def crossed(real: bool) -> pd.DataFrame:
        """Two values thrice crossed, 100 rows each; one cell is empty in the synthetic table."""
        cells = np.indices((2, 2, 2)).reshape(3, -1).T
        keep = [True] * 8
        if not real:
            keep[7] = False
        table = pd.DataFrame(np.repeat(cells[keep], 100, axis=0), columns=list("abc"))
        return table.replace({0: "no", 1: "yes"})

    def test_named_once(self):
        found = audit(self.crossed(True), self.crossed(False), sensitive_features=list("abc"))
        group = {"a": "yes", "b": "yes", "c": "yes"}
        (lost,) = found.about(group=group)
        assert lost.verdict is PROBLEM
        assert "lost where they meet: 100 people" in lost.because
        assert [row.real for row in found["coverage"].tables["cells"]] == [100]

    def test_few_people_are_watched(self):
        real, synthetic = self.crossed(True), self.crossed(False)
        real = pd.concat([real.iloc[:700], real.iloc[700:720]])
        found = audit(real, synthetic, sensitive_features=list("abc"))
        (lost,) = found.about(group={"a": "yes", "b": "yes", "c": "yes"})
        assert lost.verdict is WATCH

    def test_invented_cell(self):
        found = audit(self.crossed(False), self.crossed(True), sensitive_features=list("abc"))
        (new,) = found.about(group={"a": "yes", "b": "yes", "c": "yes"})
        assert new.verdict is WATCH
        assert "invented: 100 synthetic rows" in new.because

    def test_inside_a_lost_group_nothing_is_repeated(self):
        real = self.crossed(True)
        found = audit(real, real[real["a"] == "no"], sensitive_features=list("abc"))
        assert [row.group for row in found["coverage"].tables["cells"]] == [(("a", "yes"),)]


class TestLostValues:
    def test_value_of_a_column(self):
        real = rows_of(ash=600, birch=400).assign(work=["paid"] * 950 + ["unpaid"] * 50)
        synthetic = rows_of(ash=600, birch=400).assign(work=["paid"] * 1000)
        (found,) = audit(real, synthetic).about(group=())
        assert (found.attribute, found.verdict) == ("work", PROBLEM)
        assert "has lost 'unpaid' (50 real)" in found.because

    def test_rare_value_may_be_missed_by_chance(self):
        real = rows_of(ash=600, birch=400).assign(work=["paid"] * 998 + ["unpaid"] * 2)
        synthetic = rows_of(ash=600, birch=400).assign(work=["paid"] * 1000)
        assert not audit(real, synthetic).about(group=())

    def test_pair_of_values(self):
        real = pd.DataFrame({"race": ["ash", "birch"] * 200, "work": ["paid"] * 300 + ["un"] * 100})
        synthetic = real[(real["race"] == "ash") | (real["work"] == "paid")]
        (found,) = audit(real, synthetic).about(group=())
        assert (found.attribute, found.verdict) == (None, WATCH)
        assert "race × work (1 of 4 empty" in found.because


def test_patterns_are_the_most_general_ones():
    real = pd.concat(
        [rows_of(ash=100, birch=100), pd.DataFrame({"race": ["cedar"] * 5, "sex": "male"})]
    )
    found = audit(real, real, sensitive_features=["race", "sex"])
    assert [(row.group, row.real) for row in found["coverage"].tables["patterns"]] == [
        ((("race", "cedar"),), 5)
    ]


def test_a_low_limit_moved_by_a_quarter_is_none_below_zero():
    """A tenth, moved a quarter further from 1, would be a ratio below nothing."""
    low = Settings().having(share_problem=0.1, share_watch=0.15)
    table = pd.DataFrame({"sex": ["f", "m"] * 50, "paid": ["yes", "no"] * 50})
    shares = {"sex": {"f": 0.5, "m": 0.5}}
    found = audits.compare(
        table, table, sensitive_features="sex", reference=shares, ask=["coverage"], settings=low
    )
    assert {one.sensitivity for one in found.findings} == {"stable"}


def test_limits_come_from_the_settings():
    tables = rows_of(ash=700, birch=300), rows_of(ash=800, birch=200)
    assert finding(audit(*tables), "birch").verdict is WATCH
    strict = Settings().having(share_watch=0.95, share_problem=0.9)
    assert finding(audit(*tables, settings=strict), "birch").verdict is PROBLEM
    assert finding(audit(*tables).having(strict), "birch").verdict is PROBLEM

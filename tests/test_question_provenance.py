"""Provenance: on how many real people does each synthetic group rest?"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

import audits
from audits.results import Verdict
from audits.settings import Settings

PROBLEM, WATCH, UNSURE, OK = Verdict
QUICK = Settings()


def people(rows: int, seed: int, race: str = "ash") -> pd.DataFrame:
    """People who differ in two numbers and two categories."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "race": race,
            "age": rng.integers(18, 90, rows),
            "pay": rng.normal(30, 8, rows).round(2),
            "town": rng.choice(list("abcdef"), rows),
            "work": rng.choice(["paid", "unpaid"], rows),
        }
    )


def copies(rows: pd.DataFrame, times: int) -> pd.DataFrame:
    return pd.concat([rows] * times, ignore_index=True)


ASH = people(400, 1)


def audit(real: pd.DataFrame, synthetic: pd.DataFrame, **options) -> audits.Audit:
    """Birch as given, beside 400 of ash and as many fresh ones."""
    options = {"sensitive_features": "race", "settings": QUICK} | options
    real, synthetic = real.assign(race="birch"), synthetic.assign(race="birch")
    return audits.compare(
        pd.concat([ASH, real], ignore_index=True),
        pd.concat([people(400, 2), synthetic], ignore_index=True),
        ask=["provenance"],
        **options,
    )


def birch(found: audits.Audit) -> audits.Finding:
    (only,) = found.about(group={"race": "birch"})
    return only


def row_of(found: audits.Audit):
    (row,) = found["provenance"][{"race": "birch"}]
    return row


class TestCopies:
    """Every real person copied as often: the effective number is the number of people."""

    FOUND = staticmethod(cache(lambda: audit(people(30, 3), copies(people(30, 3), 20))))

    def test_people_are_counted(self):
        row = row_of(self.FOUND())
        assert (row.real, row.synthetic, row.searched, row.complete) == (30, 600, 30, True)
        assert (row.distinct, row.profiles) == (30, 30)
        assert row.n1 == pytest.approx(30, rel=0.01)
        assert row.basis == pytest.approx(30, rel=0.01)
        assert row.amplification == pytest.approx(20, rel=0.01)

    def test_thirty_people_stretched_are_a_problem(self):
        found = birch(self.FOUND())
        assert found.verdict is PROBLEM
        assert "600 synthetic rows rest on 30 real people, in effect on 30" in found.because
        assert "What is rarer than one in ten among them" in found.because

    def test_precision_that_is_pretended(self):
        """600 rows claim 4 points of error at a share of one half; 30 people allow 16.8."""
        row = row_of(self.FOUND())
        assert row.half_width_claimed == pytest.approx(0.0398, abs=1e-4)
        assert row.half_width_real == pytest.approx(0.1685, abs=1e-3)
        said = birch(self.FOUND()).because
        assert "claims ± 4 % where the people behind it allow ± 16.8 %" in said

    def test_rows_per_person_add_up(self):
        row = row_of(audit(people(30, 3), copies(people(30, 3), 10)))
        assert row.people == (10,) * 30

    def test_rows_per_person_are_scaled_up_from_a_sample(self):
        row = row_of(audit(people(30, 3), copies(people(30, 3), 100)))
        assert (row.queries, len(row.people)) == (500, 30)
        assert sum(row.people) == pytest.approx(3000, rel=0.01)

    def test_doubling_the_synthetic_rows_changes_no_people(self):
        once, twice = (row_of(audit(people(30, 3), copies(people(30, 3), k))) for k in (20, 40))
        assert twice.n1 == pytest.approx(once.n1, rel=0.01)
        assert twice.amplification == pytest.approx(2 * once.amplification, rel=0.02)


class TestCollapse:
    def test_three_people_behind_a_hundred(self):
        real = people(100, 4)
        found = audit(real, copies(real.iloc[:3], 100))
        row = row_of(found)
        assert row.n1 == pytest.approx(3, abs=0.1)
        assert row.kappa.high < 0.5
        assert birch(found).verdict is PROBLEM
        assert "in effect on 3" in birch(found).because
        assert row.top5_share == pytest.approx(1)

    def test_a_third_of_two_hundred(self):
        """More than a hundred rest on 66: enough people for support, and used unevenly."""
        real = people(300, 5)
        found = audit(real, copies(real.iloc[:75], 8))
        assert row_of(found).kappa.value < 0.6
        assert birch(found).verdict in (PROBLEM, WATCH)
        assert birch(found).evidence["kappa_p_adjusted"] <= 0.05


class TestFreshPeople:
    @pytest.mark.parametrize("seed", [11, 12, 13])
    def test_kappa_is_near_one(self, seed):
        found = audit(people(150, seed), people(300, seed + 50))
        row = row_of(found)
        assert row.kappa.low < 1 < row.kappa.high
        assert birch(found).verdict is not PROBLEM

    def test_large_groups_are_ok(self):
        found = audit(people(600, 14), people(600, 15))
        assert birch(found).verdict is OK

    def test_holdout_serves_as_fresh_people(self):
        real = people(150, 16)
        held = pd.concat([people(400, 17), people(200, 18, "birch")])
        row = row_of(audit(real, people(300, 19), holdout=held))
        assert row.kappa.low < 1 < row.kappa.high

    def test_searched_by_sample_in_large_groups(self):
        row = row_of(audit(people(1500, 20), people(1500, 21)))
        assert (row.searched, row.queries, row.complete) == (500, 500, False)
        assert row.basis > 500


class TestFewRows:
    @pytest.mark.parametrize("rows", [1, 2, 5, 9])
    def test_a_handful_of_rows_accuses_nobody(self, rows):
        """One row rests on one person, whoever made it."""
        found = birch(audit(people(200, 6), people(rows, 7)))
        assert found.verdict is UNSURE
        assert "one cannot tell how many" in found.because

    def test_rows_that_never_meet_rest_on_everybody(self):
        """Twelve rows, each of another person: nothing says that there are only twelve."""
        real = people(200, 8)
        found = audit(real, real.iloc[:12])
        assert row_of(found).basis == 200
        assert birch(found).verdict is OK

    def test_nobody(self):
        found = audit(people(30, 3).iloc[:0], people(40, 7))
        assert birch(found).verdict is PROBLEM
        assert "40 synthetic rows rest on no real person of this group" in birch(found).because

    def test_no_row(self):
        found = audit(people(40, 7), people(30, 3).iloc[:0])
        assert birch(found).verdict is UNSURE
        assert "nothing rests on the 40 real people" in birch(found).because

    @pytest.mark.parametrize("n", [1, 9])
    def test_below_ten_people_there_is_no_kappa(self, n):
        found = audit(people(n, 9), people(300, 10))
        assert not row_of(found).kappa.known
        assert birch(found).verdict is PROBLEM

    def test_persons_are_not_described(self):
        """What all share is said from ten people on: of fewer it would describe persons."""
        alike = {"town": "f", "work": "paid"}
        few = audit(people(9, 9).assign(**alike), people(300, 10))
        enough = audit(people(10, 9).assign(**alike), people(300, 10))
        assert row_of(few).common == ()
        assert row_of(enough).common == ("f (town)", "paid (work)")
        assert "All 10 are f (town) and paid (work)." in birch(enough).because


class TestWeights:
    def test_effective_people_bound_the_basis(self):
        real = people(200, 22).assign(weight=1.0)
        real.loc[:9, "weight"] = 50.0
        synthetic = people(200, 23)
        real["race"], synthetic["race"] = "birch", "birch"
        found = audits.compare(
            pd.concat([ASH.assign(weight=1.0), real]),
            pd.concat([people(400, 2), synthetic]),
            sensitive_features="race",
            weights="weight",
            ask=["provenance"],
        )
        effective = (10 * 50 + 190) ** 2 / (10 * 2500 + 190)
        assert row_of(found).effective == pytest.approx(effective)
        assert row_of(found).basis <= effective


class TestFamily:
    def test_groups_beyond_suspicion_stay_in_the_family(self):
        """A group whose kappa is above one has p = 1; it is not dropped for its outcome."""
        found = audit(people(120, 31), people(300, 32))
        for row in found["provenance"].rows:
            assert not np.isnan(row.kappa_p)
            assert (row.kappa.value >= 1) <= (row.kappa_p == 1)


@pytest.mark.parametrize(
    "change",
    [
        {"support_watch": 150, "support_problem": 120},
        {"kappa_watch": 1.0, "kappa_problem": 0.9},
        {"amplification_limit": 1.0, "basis_ample": 5000, "basis_problem": 60},
        {"multiplicity": "holm", "false_discovery_rate": 0.2},
    ],
    ids=lambda change: next(iter(change)),
)
def test_judged_again_equals_a_fresh_audit(change):
    real = people(100, 4)
    tables = real, copies(real.iloc[:50], 5)
    fresh = audit(*tables, settings=QUICK.having(**change))
    again = audit(*tables).having(QUICK.having(**change))
    assert again.findings == fresh.findings
    assert again.to_dict() == fresh.to_dict()

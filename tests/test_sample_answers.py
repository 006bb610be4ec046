"""The sample data's known answers, as the audit gives them: what answers.toml promises."""

from __future__ import annotations

import tomllib

import pytest

import audits
from audits.results import Verdict

PROBLEM, WATCH, UNSURE, OK = Verdict
BLACK = (("race", "Black"),)
QUESTIONS = ("diversity", "drift", "provenance")


@pytest.fixture(scope="module")
def known(sample):
    return tomllib.loads((sample / "answers.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def audit_of(sample):
    """The audit of one version of the synthetic table, made once."""
    made: dict[str, audits.Audit] = {}

    def audit(version: str) -> audits.Audit:
        if version not in made:
            made[version] = audits.compare(
                sample / "survey_real.csv",
                sample / f"synthetic_{version}.csv",
                sensitive_features=["race", "sex"],
                reference=sample / "population.csv",
                holdout=sample / "survey_holdout.csv",
            )
        return made[version]

    return audit


def of_black(found) -> bool:
    return dict(found.group).get("race") == "Black"


every_version = pytest.mark.parametrize("version", ["good", "three", "same"])


@every_version
class TestThirtyPeople:
    """780 rows of every version stand on 30 people, and all 30 are alike in two traits."""

    def test_rows_that_rest_on_thirty_are_a_problem(self, audit_of, version):
        (found,) = audit_of(version).about("provenance", BLACK)
        assert found.verdict is PROBLEM
        assert "780 synthetic rows rest on 30 real people" in found.because

    def test_effective_people(self, audit_of, known, version):
        (row,) = audit_of(version)["provenance"][BLACK]
        low, high = known[version]["ancestors"]
        assert low <= row.n1 <= high

    def test_inherited_sameness_is_named(self, audit_of, version):
        found = {f.attribute: f for f in audit_of(version).about("diversity", BLACK)}
        for trait in ("income_band", "skin_tone"):
            assert "inherited sameness" in found[trait].because
            assert "all 30 of 30 real people" in found[trait].because
            assert "up to 9.5 % of the group" in found[trait].because

    @pytest.mark.parametrize("question", QUESTIONS)
    def test_never_ok(self, audit_of, version, question):
        for found in audit_of(version).about(question):
            assert not (of_black(found) and found.verdict is OK), found.because

    def test_halves_of_thirty_lack_support(self, audit_of, version):
        for sex in ("female", "male"):
            (found,) = audit_of(version).about("coverage", {"race": "Black", "sex": sex})
            assert found.verdict is PROBLEM
            assert "only 15 people in the real data, fewer than 30" in found.because

    def test_sample_is_blamed_for_whom_it_missed(self, audit_of, version):
        (found,) = audit_of(version).about("coverage", BLACK)
        assert found.verdict is PROBLEM
        assert "the reference population has 13 %" in found.because
        assert "grown" not in found.because  # the population asks for as many

    def test_no_other_race_is_accused(self, audit_of, version):
        """By race, and by race and sex: everyone else's rows are the same honest ones."""
        others = [f for f in audit_of(version).problems if "race" in dict(f.group)]
        assert {dict(f.group)["race"] for f in others} == {"Black"}


class TestGood:
    def test_diversity_has_no_problem_anywhere(self, audit_of):
        assert not [f for f in audit_of("good").problems if f.question == "diversity"]

    def test_nothing_but_black_people_is_a_problem(self, audit_of):
        assert all(of_black(found) for found in audit_of("good").problems)

    def test_homogenisation(self, audit_of, known):
        (row,) = audit_of("good")["diversity"][BLACK]
        low, high = known["good"]["homogenisation"]
        assert low <= row.index.value <= high


class TestThree:
    def test_three_people_behind_780_rows(self, audit_of):
        (found,) = audit_of("three").about("provenance", BLACK)
        assert found.evidence["basis"] < 6
        assert found.evidence["kappa"].high < 0.5
        assert "in effect on 3" in found.because

    def test_variety_is_lost_within_each_sex(self, audit_of):
        for sex in ("female", "male"):
            found = audit_of("three").about("diversity", {"race": "Black", "sex": sex})
            assert found[0].verdict is PROBLEM
            whole = next(f for f in found if f.attribute is None)
            assert whole.evidence["index"].low > 0.25

    def test_worse_than_good(self, audit_of):
        good, three = (len(audit_of(version).problems) for version in ("good", "three"))
        assert three > good


class TestSame:
    def test_variety_is_lost_beside_what_was_inherited(self, audit_of, known):
        (row,) = audit_of("same")["diversity"][BLACK]
        low, high = known["same"]["homogenisation"]
        assert low <= row.index.value <= high
        (good,) = audit_of("good")["diversity"][BLACK]
        assert row.index.value > good.index.value

    def test_blame_is_split_by_the_reference(self, audit_of):
        rows = audit_of("same")["diversity"].tables["attributes"]
        row = next(r for r in rows if r.group == BLACK and r.attribute == "income_band")
        assert (row.inherited, row.inherited_from) == (1.0, "the reference population")


def test_without_reference_growth_is_watched(sample):
    found = audits.compare(
        sample / "survey_real.csv",
        sample / "synthetic_good.csv",
        sensitive_features="race",
        ask=["coverage"],
    )
    (black,) = found.about(group=BLACK)
    assert black.verdict is WATCH
    assert "it has grown: 13 %" in black.because
    assert "only 30 people" in black.because

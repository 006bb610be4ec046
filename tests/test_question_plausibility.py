"""Plausibility: are there synthetic people who could not exist?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import audits
from audits.results import Verdict
from audits.settings import Settings

PROBLEM, WATCH, UNSURE, OK = Verdict
TOLERATED = 0.025


def people(rows: int, seed: int, **changes) -> pd.DataFrame:
    """People among whom nobody below 15 is married, and a town has one region."""
    rng = np.random.default_rng(seed)
    age = rng.integers(0, 80, rows)
    town = rng.choice(list("abcdefgh"), rows)
    begun = rng.integers(0, 60, rows)
    table = pd.DataFrame(
        {
            "race": rng.choice(["ash", "birch", "cedar"], rows, p=[0.6, 0.3, 0.1]),
            "age": age,
            "marital": np.where((age >= 15) & (rng.random(rows) < 0.5), "married", "single"),
            "town": town,
            "region": pd.Series(town).map(dict(zip("abcdefgh", "nnnsssww", strict=True))),
            "begun": begun,
            "ended": begun + rng.integers(0, 20, rows),
            "pay": rng.gamma(3, 8, rows).round(2),
        }
    )
    return table.assign(**changes)


def audit(real: pd.DataFrame, synthetic: pd.DataFrame, **options) -> audits.Audit:
    options = {"sensitive_features": "race", "ask": ["plausibility"]} | options
    return audits.compare(real, synthetic, **options)


def rules_of(found: audits.Audit, kind: str):
    return [row for row in found["plausibility"].tables["rules"] if row.kind == kind]


def kind_of(found: audits.Audit, kind: str, group=()):
    (row,) = [
        row
        for row in found["plausibility"].tables["kinds"]
        if row.kind == kind and row.group == group
    ]
    return row


def everyone(found: audits.Audit) -> audits.Finding:
    return next(f for f in found.findings if f.group == ())


REAL = people(4000, 1)


class TestPlanted:
    def test_fresh_people_are_plausible(self):
        found = audit(REAL, people(4000, 2))
        assert not found.problems
        assert everyone(found).verdict is OK
        assert "4,000 real people, each left out" in everyone(found).because

    def test_married_children_are_found_at_the_age_from_which_people_marry(self):
        wrong = people(4000, 2)
        child = np.flatnonzero(wrong["age"] < 15)[:300]
        wrong.loc[child, "marital"] = "married"
        found = audit(REAL, wrong)
        (rule,) = rules_of(found, "limit")
        assert rule.rule == "where marital is married, age is between 15 and 79"
        assert (rule.broken, rule.real_broken) == (300, 0)
        assert rule.support == (REAL["marital"] == "married").sum()
        assert everyone(found).verdict is PROBLEM
        assert "300 synthetic rows" in everyone(found).because

    def test_a_dependency(self):
        wrong = people(4000, 2)
        wrong.loc[wrong.index[:400], "region"] = "w"
        found = audit(REAL, wrong)
        (rule,) = rules_of(found, "dependency")
        assert rule.rule == "town determines region"
        assert rule.broken == ((wrong["town"] < "g")[:400]).sum()

    def test_an_order(self):
        wrong = people(4000, 2)
        wrong.loc[wrong.index[:200], "ended"] = wrong["begun"] - 1
        wrong["ended"] = wrong["ended"].clip(lower=0)
        found = audit(REAL, wrong)
        (rule,) = rules_of(found, "order")
        assert rule.rule == "begun is never above ended"
        assert rule.broken == (wrong["begun"] > wrong["ended"]).sum()

    def test_a_forbidden_pair_beside_no_other_rule(self):
        rng = np.random.default_rng(5)

        def made(rows):
            table = people(rows, int(rng.integers(1e6)))[["race", "age"]]
            table["work"] = rng.choice(["farm", "mine", "mill"], rows, p=[0.2, 0.2, 0.6])
            table["home"] = rng.choice(["hill", "dale", "shore"], rows)
            table.loc[(table["work"] == "mine") & (table["home"] == "shore"), "home"] = "hill"
            return table

        real, wrong = made(1000), made(2000)
        wrong.loc[wrong.index[:150], ["work", "home"]] = ["mine", "shore"]
        (rule,) = rules_of(audit(real, wrong), "forbidden")
        assert rule.rule == "nobody has both home is shore and work is mine"
        assert rule.broken == 150
        assert kind_of(audit(real, wrong), "forbidden").fresh_flagged == 0

    def test_numbers_out_of_range_few_values_and_many(self):
        wrong = people(4000, 2)
        wrong.loc[wrong.index[:100], "pay"] = 9999.0
        wrong.loc[wrong.index[100:180], "age"] = 120
        ranges = {row.columns: row for row in rules_of(audit(REAL, wrong), "range")}
        beyond = int((wrong["pay"] > REAL["pay"].max()).sum())
        assert ranges["pay",].broken == pytest.approx(beyond, abs=2)
        assert ranges["age",].broken == 80
        assert ranges["age",].rule == "age is between 0 and 79"
        assert ranges["age",].expected == pytest.approx(2 * 4000 / 4001)

    def test_rows_far_from_everybody_are_outliers(self):
        rng = np.random.default_rng(7)

        def made(rows):
            side = rng.random(rows) < 0.5
            table = people(rows, 3)[["race"]]
            for name in "abcdef":
                noise = rng.integers(0, 30, rows)
                table[name] = np.where(side, noise, 99 - noise)
            return table

        wrong = made(1000)
        wrong.loc[wrong.index[:100], list("abc")] = 99 - wrong.loc[wrong.index[:100], list("abc")]
        found = kind_of(audit(made(1000), wrong), "outlier")
        assert found.flagged >= 90

    def test_a_new_level_is_unseen_and_not_forbidden(self):
        wrong = people(4000, 2)
        wrong.loc[wrong.index[:2000], "marital"] = "widowed"
        found = audit(REAL, wrong)
        used = kind_of(found, "unseen")
        assert used.flagged / used.synthetic_used == pytest.approx(0.5, abs=0.05)
        assert kind_of(found, "forbidden").flagged <= 2
        assert everyone(found).verdict is PROBLEM
        assert "a pair of values that no real row has" in everyone(found).because


class TestFreshPeople:
    def test_unseen_pairs_are_good_turings(self):
        """One pair of columns: rows left out are the types seen once."""
        rng = np.random.default_rng(8)
        real, synthetic = (
            pd.DataFrame({"race": rng.choice(list("ab"), 300), "town": rng.zipf(1.6, 300)}).assign(
                town=lambda t: "t" + t["town"].clip(upper=40).astype(str)
            )
            for _ in "rs"
        )
        found = kind_of(audit(real, synthetic), "unseen")
        counts = real.value_counts()
        assert found.fresh_flagged == (counts == 1).sum()
        assert found.expected.value == pytest.approx((counts == 1).sum() / 300)

    def test_a_holdout_stands_for_fresh_people(self):
        found = audit(REAL, people(4000, 2), holdout=people(2000, 3))
        rows = found["plausibility"].rows
        assert {row.fresh_source for row in rows} == {"holdout"}
        assert rows[0].fresh_used == 2000
        assert not found.problems

    def test_a_small_holdout_is_joined_by_rows_left_out(self):
        found = audit(REAL, people(4000, 2), holdout=people(60, 3))
        row = found["plausibility"].rows[0]
        assert (row.fresh_source, row.fresh_used) == ("both", 60 + row.real_used)

    def test_a_leaky_generator_is_not_accused_of_what_people_do(self):
        """What a fifth of fresh people break too is no excess."""
        small, fresh = people(30, 11), people(3000, 12)
        row = audit(small, fresh)["plausibility"].rows[0]
        assert row.unseen_observed.value > 0.2
        assert row.unseen_excess.low < 0.05


class TestGroups:
    def test_a_pooled_score_removes_a_minority_and_a_score_of_its_own_does_not(self):
        """The fairness trap: real members of a rare kind are far from most people."""
        rng = np.random.default_rng(9)

        def made(rows):
            rare = rng.random(rows) < 0.1
            table = pd.DataFrame({"race": np.where(rare, "rare", "many")})
            for name in "abcdef":
                table[name] = np.where(
                    rare, rng.integers(0, 1000, rows), rng.normal(500, 5, rows).round()
                )
            return table

        found = audit(made(3000), made(3000))
        row = found["plausibility"][{"race": "rare"}][0]
        assert row.within
        assert row.real_rate_pooled.low > 0.05
        assert row.real_rate.high < row.real_rate_pooled.low
        outlier = kind_of(found, "outlier", (("race", "rare"),))
        assert outlier.fresh_flagged <= 0.01 * outlier.fresh_used
        assert not found.problems

    def test_belonging_to_a_few_makes_nobody_odd(self):
        """Real members of a small group who are like everyone else are not removed."""
        real, fresh = (
            people(2000, seed).assign(race=np.where(np.arange(2000) < 40, "elm", "oak"))
            for seed in (1, 2)
        )
        row = audit(real, fresh)["plausibility"][{"race": "elm"}][0]
        assert not row.within
        assert row.real_rate_pooled.low < 0.02

    def test_too_few_to_be_judged_among_themselves_is_watched(self):
        rng = np.random.default_rng(10)

        def made(rows):
            rare = np.arange(rows) < 60
            table = pd.DataFrame({"race": np.where(rare, "rare", "many")})
            for name in "abcdef":
                table[name] = np.where(
                    rare, rng.integers(0, 1000, rows), rng.normal(500, 5, rows).round()
                )
            return table

        found = audit(made(3000), made(3000))
        row = found["plausibility"][{"race": "rare"}][0]
        assert not row.within
        (finding,) = found.about(group={"race": "rare"})
        assert finding.verdict is WATCH
        assert "a filter by these flags would remove" in finding.because
        assert "60 real people" in finding.because

    def test_ranges_say_nothing_of_very_few(self):
        """Nineteen people of a group: numbers beyond everyone's range do not flag its rows."""
        real = REAL.assign(race=np.where(np.arange(4000) < 19, "elm", REAL["race"]))
        wrong = people(4000, 2).assign(pay=9999.0)
        wrong["race"] = np.where(np.arange(4000) < 200, "elm", wrong["race"])
        found = audit(real, wrong)
        group = (("race", "elm"),)
        assert kind_of(found, "range", group).flagged == 200
        outliers = kind_of(found, "outlier", group).flagged
        assert found["plausibility"][{"race": "elm"}][0].flagged <= outliers + 2

    def test_no_outlier_can_be_flagged_by_too_few_people(self):
        small = people(60, 13)
        found = audit(small, people(60, 14), settings=Settings())
        assert not found["plausibility"].rows[0].outliers
        assert kind_of(found, "outlier").flagged == 0

    def test_nobody_real_and_nobody_synthetic(self):
        real, synthetic = REAL[REAL["race"] != "cedar"], people(4000, 2)
        synthetic = synthetic[synthetic["race"] != "birch"]
        found = audit(real, synthetic)
        texts = {f.group[0][1]: f for f in found.findings if f.group}
        assert "no real person" in texts["cedar"].because
        assert "no synthetic row" in texts["birch"].because
        assert {texts[name].verdict for name in ("cedar", "birch")} == {UNSURE}


class TestGivenRules:
    @pytest.fixture
    def given(self, tmp_path):
        path = tmp_path / "rules.toml"
        path.write_text('[[rule]]\nname = "children"\ncheck = "age >= 15 if marital = married"\n')
        return path

    def test_rules_the_user_gives_are_judged(self, given):
        wrong = people(4000, 2)
        child = np.flatnonzero(wrong["age"] < 15)[:400]
        wrong.loc[child, "marital"] = "married"
        found = audit(REAL, wrong, rules=given)
        (rule,) = rules_of(found, "given")
        assert (rule.columns, rule.broken, rule.real_broken) == (("children",), 400, 0)
        row = kind_of(found, "given")
        assert (row.rule, row.flagged) == ("children", 400)
        assert row.synthetic_used == (wrong["marital"] == "married").sum()
        assert "the rule 'children' is broken by" in everyone(found).because
        assert everyone(found).evidence["given"]["children"] == {
            "flagged": 400, "synthetic_used": row.synthetic_used, "fresh_flagged": 0,
            "fresh_used": row.fresh_used,
        }  # fmt: skip

    def test_a_finding_led_by_a_given_rule_has_its_numbers(self, tmp_path):
        path = tmp_path / "rules.toml"
        path.write_text('[[rule]]\nname = "never b"\ncheck = "town != b if age > 40"\n')
        real, made = people(2000, 1), people(2000, 2)
        real.loc[(real["town"] == "b") & (real["age"] > 40) & (real.index % 2 == 0), "town"] = "a"
        found = audit(real, made, rules=path)
        finding, row = everyone(found), kind_of(found, "given")
        assert "the rule 'never b' is broken by" in finding.because
        assert finding.evidence["rule"] == "never b"
        assert finding.evidence["observed"] == row.observed
        assert (finding.evidence["flagged"], finding.evidence["fresh_flagged"]) == (
            row.flagged, row.fresh_flagged,
        )  # fmt: skip
        assert audits.load(found.save(tmp_path / "a.json")) == found

    def test_a_given_rule_left_open_is_not_called_ok(self, tmp_path):
        """Five break it, which no other rule sees: neither shown nor ruled out."""
        path = tmp_path / "rules.toml"
        path.write_text('[[rule]]\nname = "old"\ncheck = "age <= 70 if town = a"\n')
        real, made = people(1200, 1), people(1200, 2)
        for table in (real, made):
            table.loc[(table["town"] == "a") & (table["age"] > 70), "age"] = 60
        made.loc[made.index[made["town"] == "a"][:5], "age"] = 75
        finding = everyone(audit(real, made, rules=path))
        assert finding.verdict is UNSURE
        assert "the rule 'old' is broken by" in finding.because
        assert finding.because.endswith(f"of {(real['town'] == 'a').sum()} real ones.")

    def test_rules_that_real_people_break_as_often_are_no_excess(self, given):
        loose = [people(4000, seed, marital="married") for seed in (1, 2)]
        found = audit(*loose, rules=given)
        assert rules_of(found, "given")[0].real_broken > 0
        assert not found.problems


class TestNothingWrong:
    @pytest.mark.parametrize(("n", "runs"), [(30, 40), (100, 25), (400, 15)])
    def test_problems_are_rare(self, n, runs):
        bad = groups = 0
        for seed in range(runs):
            found = audit(people(n, 100 + seed), people(3 * n, 500 + seed))
            groups += len(found.findings)
            bad += sum(f.verdict in (PROBLEM, WATCH) for f in found.findings)
        assert bad <= TOLERATED * groups

    def test_expected_is_what_fresh_people_show(self):
        """Left-out rates meet, on average, the rates of people who were not there."""
        seen, fresh = [], []
        for seed in range(25):
            row = audit(people(200, 900 + seed), people(2000, 950 + seed))["plausibility"].rows[0]
            seen.append(row.unseen_expected.value)
            fresh.append(row.unseen_observed.value)
        error = np.std(np.subtract(seen, fresh)) / np.sqrt(len(seen))
        assert abs(np.mean(seen) - np.mean(fresh)) < 4 * error

    def test_the_holdout_of_the_sample_data(self, sample):
        """Real people who were not there are flagged at the stated level, in every group."""
        found = audits.compare(
            sample / "survey_real.csv",
            sample / "survey_holdout.csv",
            sensitive_features=["race", "sex"],
            ask=["plausibility"],
        )
        rows = found["plausibility"].rows
        assert not [f for f in found.findings if f.verdict in (PROBLEM, WATCH)]
        assert all(row.p > 0.05 / len(rows) for row in rows)
        assert sum(row.flagged for row in rows) <= 0.015 * sum(row.synthetic_used for row in rows)


@pytest.mark.real_data
class TestOpenData:
    def test_false_alarms_by_race_and_sex(self, real_data):
        folder = real_data / "adult_pairs"
        found = audits.compare(
            folder / "2021_adult_trn.csv.gz",
            folder / "2021_adult_val.csv.gz",
            sensitive_features=["race", "sex"],
            missing=["?"],
            ask=["plausibility"],
        )
        assert not found.problems
        rows = found["plausibility"].rows
        for row in rows:  # eighteen groups: Bonferroni
            assert row.p > 0.05 / len(rows), row.group
            assert row.real_rate.value <= 0.015 or not row.within, row.group
        outliers = [row for row in found["plausibility"].tables["kinds"] if row.kind == "outlier"]
        assert sum(row.flagged for row in outliers) <= 0.015 * sum(
            row.synthetic_used for row in outliers
        )
        pooled = {row.group: row.real_rate_pooled.value for row in rows}
        assert pooled[("race", "Other"),] > 3 * pooled[("race", "White"),]

    def test_impossible_people_of_the_census(self, real_data):
        folder = real_data / "crc_national2019"

        def ask(name):
            return audits.compare(
                folder / "national2019.csv.gz",
                folder / f"{name}.csv.gz",
                sensitive_features=["SEX", "HISP"],
                features=["SEX", "HISP", "AGEP", "MSP", "PINCP_DECILE", "DVET", "EDU"],
                missing=["N", "_RARE_"],
                ask=["plausibility"],
            )

        trees, network = ask("cart_cf21"), ask("sdv_ctgan_epochs1000")
        assert not trees.problems
        assert everyone(network).verdict is PROBLEM
        said = {row.rule: row.broken for row in rules_of(network, "limit")}
        assert said["where MSP is 6, AGEP is between 15 and 95"] > 100
        assert said["where PINCP_DECILE is missing, AGEP is between 0 and 14"] > 300

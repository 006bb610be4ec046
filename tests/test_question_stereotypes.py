"""Stereotypes: are groups and traits tied together more strongly than among real people?"""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import audits
from audits.formulas.ties import rows_at_odds
from audits.results import Verdict
from audits.settings import Settings

PROBLEM, WATCH, UNSURE, OK = Verdict
WOMEN = {"sex": "woman"}


def people(*, women: dict[str, int], men: dict[str, int]) -> pd.DataFrame:
    """One row per person: so many women and men of each work."""
    rows = [
        {"sex": sex, "work": work}
        for sex, counts in (("woman", women), ("man", men))
        for work, count in counts.items()
        for _ in range(count)
    ]
    return pd.DataFrame(rows)


def ask(real: pd.DataFrame, synthetic: pd.DataFrame, by="sex", **changes) -> audits.Audit:
    settings = Settings().having(**changes)
    return audits.compare(
        real, synthetic, sensitive_features=by, ask=["stereotypes"], settings=settings
    )


def only(audit: audits.Audit, group=WOMEN) -> audits.Finding:
    (finding,) = audit.about("stereotypes", group)
    return finding


def tie_of(audit: audits.Audit, value: str, group=WOMEN):
    wanted = tuple(sorted(group.items()))
    ties = audit["stereotypes"].tables["ties"]
    (tie,) = (row for row in ties if row.group == wanted and row.value == value)
    return tie


REAL = people(women={"nurse": 240, "smith": 60, "clerk": 1700},
              men={"nurse": 60, "smith": 340, "clerk": 1600})  # fmt: skip
SHARP = people(women={"nurse": 480, "smith": 6, "clerk": 1514},
               men={"nurse": 30, "smith": 394, "clerk": 1576})  # fmt: skip


class TestByHand:
    """240 of 2,000 women are nurses and 60 of 2,000 men; among synthetic rows 480 and 30."""

    AUDIT = ask(REAL, SHARP)

    def test_odds_ratios_and_their_ratio(self):
        tie = tie_of(self.AUDIT, "nurse")
        real = (240 / 1760) / (60 / 1940)
        synthetic = (480 / 1520) / (30 / 1970)
        assert tie.odds_real.value == pytest.approx(real, rel=0.01)
        assert tie.odds_synthetic.value == pytest.approx(synthetic, rel=0.03)
        assert tie.ratio.value == pytest.approx(synthetic / real, rel=0.03)
        assert tie.factor == tie.ratio
        assert tie.kind == "sharpened"
        assert (tie.rank, tie_of(self.AUDIT, "smith").rank) == (2, 1)

    def test_error_and_interval(self):
        tie = tie_of(self.AUDIT, "nurse")
        inverse = (1 / 240 + 1 / 1760 + 1 / 60 + 1 / 1940, 1 / 480 + 1 / 1520 + 1 / 30 + 1 / 1970)
        assert tie.error == pytest.approx(np.sqrt(sum(inverse)), rel=0.01)
        assert tie.ratio.low == pytest.approx(tie.ratio.value * np.exp(-1.96 * tie.error), rel=1e-4)
        assert tie.ratio.high == pytest.approx(tie.ratio.value * np.exp(1.96 * tie.error), rel=1e-4)

    def test_people_and_shares(self):
        tie = tie_of(self.AUDIT, "nurse")
        counts = (tie.real, tie.real_with, tie.synthetic, tie.synthetic_with)
        assert counts == (2000, 240, 2000, 480)
        shares = (tie.share_real, tie.elsewhere_real, tie.share_synthetic, tie.elsewhere_synthetic)
        assert shares == (0.12, 0.03, 0.24, 0.015)
        assert tie.expected == 2000 * 300 / 4000

    def test_mutual_information(self):
        tie = tie_of(self.AUDIT, "nurse")
        real, synthetic = (
            np.log(both / (0.5 * having)) / -np.log(both)
            for both, having in ((0.06, 0.075), (0.12, 0.1275))
        )
        assert tie.npmi_real == pytest.approx(real)
        assert tie.npmi_synthetic == pytest.approx(synthetic)
        assert tie.npmi_change.value == pytest.approx(synthetic - real)
        assert tie.npmi_change.low > 0

    def test_out_of_place(self):
        """510 nurses: with the real odds ratio, about 408 would be women, not 480."""
        tie = tie_of(self.AUDIT, "nurse")
        due = float(rows_at_odds(np.log(tie.odds_real.value), 2000, 510, 4000))
        assert tie.moved.value == pytest.approx((480 - due) / 510, abs=0.002)

    def test_the_sentence(self):
        finding = only(self.AUDIT)
        tie = tie_of(self.AUDIT, "smith")
        assert finding.verdict is PROBLEM
        assert (
            f"in the synthetic data, smith (work) and woman are kept apart {tie.factor} times as "
            "strongly as among real people: 0.3 % of the group have it and 19.7 % of everyone "
            "else, among real people 3 % and 17 %" in finding.because
        )
        assert "2,000 real people and 2,000 synthetic rows" in finding.because
        assert finding.evidence["value"] == "smith"
        assert finding.evidence["factor"].value > 10

    def test_the_group(self):
        (row,) = self.AUDIT["stereotypes"][WOMEN]
        assert (row.real, row.synthetic, row.others_real, row.others_synthetic) == (2000,) * 4
        assert (row.ties, row.too_few, row.vanished) == (3, 0, 0)
        assert (row.sharpened, row.loosened, row.reversed) == (2, 0, 1)
        assert (row.sharpest_attribute, row.sharpest_value) == ("work", "smith")
        assert row.sharpest == tie_of(self.AUDIT, "smith").factor
        assert row.loosest_value is None
        assert not row.loosest.known

    def test_columns_as_a_whole(self):
        (row,) = self.AUDIT["stereotypes"].tables["columns"]
        assert (row.feature, row.attribute, row.real, row.synthetic) == ("sex", "work", 4000, 4000)
        counts = np.array([[240, 60, 1700], [60, 340, 1600]])
        expected = np.outer([2000, 2000], counts.sum(0)) / 4000
        phi2 = ((counts - expected) ** 2 / expected).sum() / 4000 - 2 / 3999
        assert row.v_real.value == pytest.approx(np.sqrt(phi2 / (1 - 1 / 3999)))
        assert row.difference.low > 0

    def test_the_group_as_a_whole(self):
        """With two groups and one column, a group's V is that of the columns."""
        (row,) = self.AUDIT["stereotypes"][WOMEN]
        (whole,) = self.AUDIT["stereotypes"].tables["columns"]
        assert row.columns == 1
        assert row.strength_real == pytest.approx(whole.v_real.value)
        assert row.strength_synthetic == pytest.approx(whole.v_synthetic.value)
        assert row.strength_change.low == pytest.approx(whole.difference.low)
        assert row.strength_change.high == pytest.approx(whole.difference.high)


class TestKinds:
    def test_loosened(self):
        flat = people(women={"nurse": 300, "smith": 200, "clerk": 1500},
                      men={"nurse": 300, "smith": 200, "clerk": 1500})  # fmt: skip
        audit = ask(REAL, flat)
        tie = tie_of(audit, "smith")
        assert tie.kind == "loosened"
        assert tie.factor.high < 0.4
        finding = only(audit)
        assert finding.verdict is PROBLEM
        assert f"smith (work) and woman are kept apart only {tie.factor} times" in finding.because
        assert "2 loosened" in finding.because

    def test_reversed(self):
        other_way = REAL.assign(sex=REAL["sex"].map({"woman": "man", "man": "woman"}))
        finding = only(ask(REAL, other_way))
        assert finding.verdict is PROBLEM
        assert "smith (work) and woman go together in the synthetic data, where among real " in (
            finding.because
        )
        assert "3 reversed" in finding.because

    def test_a_tie_where_there_was_none_is_sharpened(self):
        flat = people(women={"nurse": 200, "clerk": 1800}, men={"nurse": 200, "clerk": 1800})
        tied = people(women={"nurse": 350, "clerk": 1650}, men={"nurse": 50, "clerk": 1950})
        audit = ask(flat, tied)
        assert tie_of(audit, "nurse").kind == "sharpened"
        assert "nurse (work) and woman go together" in only(audit).because

    def test_stronger_leads_where_both_are_as_bad(self):
        real = REAL.assign(home=np.where(REAL["sex"] == "woman", "town", "land"))
        synthetic = SHARP.assign(home=np.resize(["town", "land"], len(SHARP)))
        finding = only(ask(real, synthetic))
        assert finding.evidence["kind"] == "sharpened"
        assert "home) and woman" in finding.because
        assert "only" in finding.because

    def test_a_column_of_one_value_holds_no_tie(self):
        blank = REAL.assign(work="clerk")
        finding = only(ask(REAL, blank))
        assert finding.verdict is PROBLEM
        (row,) = ask(REAL, blank)["stereotypes"][WOMEN]
        assert row.strength_synthetic == 0
        assert row.strength_change.high < 0
        assert "work has a single value in the synthetic data, so that nothing is left of the " in (
            finding.because
        )

    def test_next_to_nobody_out_of_place(self):
        """4 of 4,000 women against 40: ten times as strong, and of no weight."""
        real = people(women={"priest": 40, "lay": 3960}, men={"priest": 3000, "lay": 1000})
        synthetic = people(women={"priest": 4, "lay": 3996}, men={"priest": 3000, "lay": 1000})
        audit = ask(real, synthetic)
        (tie,) = (t for t in audit["stereotypes"].tables["ties"] if t.group == (("sex", "woman"),))
        assert tie.factor.low > 2.4
        assert abs(tie.moved.value) < 0.02
        assert only(audit).verdict is OK
        assert only(ask(real, synthetic, tie_least=0.001)).verdict is not OK


class TestWhoIsCounted:
    def test_neither_missing_labels_nor_missing_values(self):
        real, synthetic = REAL.astype(object), SHARP.astype(object)
        extra = pd.DataFrame({"sex": [None] * 500, "work": ["nurse"] * 500})
        gaps = pd.DataFrame({"sex": ["woman"] * 300, "work": [None] * 300})
        audit = ask(pd.concat([real, extra, gaps]), pd.concat([synthetic, extra, gaps]))
        with_gaps, plain = tie_of(audit, "nurse"), tie_of(ask(REAL, SHARP), "nurse")
        assert with_gaps == plain
        (row,) = audit["stereotypes"][WOMEN]
        assert (row.real, row.others_real) == (2300, 2000)

    def test_of_two_values_one_is_measured(self):
        table = people(women={"paid": 600, "unpaid": 400}, men={"paid": 700, "unpaid": 300})
        ties = ask(table, table)["stereotypes"].tables["ties"]
        assert {tie.value for tie in ties} == {"unpaid"}

    def test_numbers_are_taken_in_bands_of_the_real_quantiles(self):
        rng = np.random.default_rng(1)
        real = REAL.assign(age=rng.integers(20, 70, len(REAL)))
        synthetic = SHARP.assign(age=rng.integers(20, 70, len(SHARP)))
        ties = ask(real, synthetic, tie_expected=1)["stereotypes"].tables["ties"]
        bands = {tie.value for tie in ties if tie.attribute == "age"}
        assert len(bands) == 5
        assert all(" to " in band for band in bands)

    def test_intersections_too_and_no_column_of_their_own(self):
        rng = np.random.default_rng(2)
        real, synthetic = (t.assign(race=rng.choice(["a", "b"], len(t))) for t in (REAL, SHARP))
        answer = ask(real, synthetic, by=["race", "sex"])["stereotypes"]
        assert {len(row.group) for row in answer.rows} == {1, 2}
        for tie in answer.tables["ties"]:
            assert tie.attribute not in dict(tie.group)
        crossed = {(row.feature, row.attribute) for row in answer.tables["columns"]}
        assert crossed == {("sex", "work"), ("race", "work"), ("sex", "race"), ("race", "sex")}

    def test_a_value_that_one_table_lacks_is_counted_as_vanished(self):
        synthetic = people(women={"nurse": 300, "clerk": 1700}, men={"nurse": 80, "clerk": 1920})
        (row,) = ask(REAL, synthetic)["stereotypes"][WOMEN]
        assert (row.ties, row.vanished) == (2, 1)


class TestFewPeople:
    @pytest.mark.parametrize("group", [(8, 300), (300, 8), (0, 50), (50, 0)])
    def test_are_never_ok(self, group):
        rng, sides = np.random.default_rng(5), []
        for size in group:
            few = pd.DataFrame({"sex": "other", "work": rng.choice(["nurse", "clerk"], size)})
            sides.append(pd.concat([REAL, few], ignore_index=True))
        found = only(ask(*sides), {"sex": "other"})
        assert found.verdict is UNSURE
        assert any(word in found.because for word in ("too few", "no tie to compare"))

    def test_up_to_the_limit_of_support_are_never_ok(self):
        audit = ask(REAL, REAL)
        assert only(audit).verdict is OK
        again = audit.having(audit.settings.having(support_problem=2000, support_watch=3000))
        assert only(again).verdict is UNSURE

    def test_thirty_real_people_and_a_stereotype_beyond_doubt(self):
        real = pd.concat([REAL, people(women={}, men={"nurse": 8, "smith": 8, "clerk": 14})
                          .assign(sex="other")])  # fmt: skip
        synthetic = pd.concat([REAL, people(women={}, men={"nurse": 1900, "smith": 5, "clerk": 95})
                               .assign(sex="other")])  # fmt: skip
        found = only(ask(real, synthetic), {"sex": "other"})
        assert found.verdict is PROBLEM
        assert "30 real people" in found.because


class TestLaws:
    def test_swapping_the_tables_inverts_every_ratio(self):
        there, back = ask(REAL, SHARP), ask(SHARP, REAL)
        for value in ("nurse", "smith", "clerk"):
            one, two = tie_of(there, value), tie_of(back, value)
            assert one.ratio.value == pytest.approx(1 / two.ratio.value)
            assert one.ratio.low == pytest.approx(1 / two.ratio.high)
            assert one.npmi_change.value == pytest.approx(-two.npmi_change.value)
        assert {tie_of(back, value).kind for value in ("nurse", "smith")} == {"loosened"}
        (row,) = back["stereotypes"].tables["columns"]
        assert row.difference.high < 0

    def test_both_of_two_groups_say_the_same_of_their_ties(self):
        audit = ask(REAL, SHARP)
        for value in ("nurse", "smith", "clerk"):
            women, men = tie_of(audit, value), tie_of(audit, value, {"sex": "man"})
            assert women.ratio.value == pytest.approx(1 / men.ratio.value)
            assert women.factor.value == pytest.approx(men.factor.value)

    def test_the_same_table_has_changed_in_nothing(self):
        audit = ask(REAL, REAL)
        assert {f.verdict for f in audit.findings} == {OK}
        for tie in audit["stereotypes"].tables["ties"]:
            assert tie.ratio.value == 1
            assert tie.moved.value == 0

    def test_listing_fewer_never_accuses_more(self):
        rng = np.random.default_rng(7)
        tables = []
        for slope in (0.5, 1.5):
            sex = rng.choice(["woman", "man"], 3000)
            table = pd.DataFrame({"sex": sex})
            for k in range(6):
                lean = slope * rng.normal() * (sex == "woman")
                table[f"trait {k}"] = np.digitize(rng.normal(size=3000) + lean, [-1, 0, 1])
            tables.append(table.astype(str))
        found = {n: ask(*tables, ties_listed=n) for n in (1, 3, 50)}
        for audit in found.values():
            (row,) = audit["stereotypes"][WOMEN]
            assert row.ties == 24
        listed = [len(found[n]["stereotypes"].tables["ties"]) for n in (1, 3, 50)]
        assert listed == sorted(listed)
        assert listed[-1] == 48
        ranks = [only(found[n]).verdict.rank for n in (1, 3, 50)]
        assert ranks == sorted(ranks, reverse=True)

    def test_a_tie_is_one_of_all_that_were_measured_even_where_few_are_listed(self):
        """By itself it would be watched; among 90 ties it is not sure."""
        rng = np.random.default_rng(8)
        real = people(women={"nurse": 200, "clerk": 800}, men={"nurse": 200, "clerk": 800})
        synthetic = people(women={"nurse": 265, "clerk": 735}, men={"nurse": 135, "clerk": 865})
        assert only(ask(real, synthetic)).verdict is WATCH
        for table in (real, synthetic):
            for k in range(30):
                table[f"noise {k}"] = rng.choice(["p", "q", "r"], len(table))
        for listed in (1, 100):
            audit = ask(real, synthetic, ties_listed=listed)
            assert only(audit).verdict is UNSURE
            assert only(audit).evidence["sharpest_value"] == "nurse"

    def test_what_nobody_of_a_rare_group_has_any_more_is_found(self):
        """An empty cell of a group of one in fifty; its error must not drown the change."""
        real = people(women={"nurse": 50, "clerk": 50}, men={"nurse": 2500, "clerk": 2500})
        made = people(women={"nurse": 0, "clerk": 100}, men={"nurse": 2500, "clerk": 2500})
        assert only(ask(real, made)).verdict is PROBLEM

    def test_limits_are_moved_without_counting_again(self):
        audit = ask(REAL, SHARP)
        lenient = audit.having(audit.settings.having(tie_watch=90, tie_problem=900))
        assert only(lenient).verdict is not PROBLEM


def drawn(rng: np.random.Generator, rows: int) -> pd.DataFrame:
    """People of four races and two sexes, with columns tied to both."""
    race = rng.choice(list("abcd"), rows, p=[0.6, 0.25, 0.1, 0.05])
    sex = rng.choice(["woman", "man"], rows)
    lean = (race == "b") * 0.8 + (sex == "man") * 1.2
    table = {"race": race, "sex": sex, "pay": rng.normal(30, 8, rows) + 6 * lean}
    for k, edges in enumerate(([0], [-1, 1], [-2, -1, 0, 1, 2], np.linspace(-2.5, 2.5, 20))):
        table[f"trait {k}"] = np.digitize(rng.normal(size=rows) + lean, edges).astype(str)
    return pd.DataFrame(table)


@pytest.mark.slow
def test_fresh_people_are_hardly_ever_accused():
    """Twelve pairs of samples of one population: 12 x 14 groups, each with up to 40 ties."""
    accused = judged = fine = 0
    for seed in range(12):
        rng = np.random.default_rng(100 + seed)
        audit = ask(drawn(rng, 2000), drawn(rng, 6000), by=["race", "sex"])
        judged += len(audit.findings)
        accused += sum(f.verdict in (PROBLEM, WATCH) for f in audit.findings)
        fine += sum(f.verdict is OK for f in audit.findings)
    assert judged == 12 * 14
    assert accused <= 0.025 * judged
    assert fine > 0.1 * judged


@pytest.mark.real_data
class TestAdult:
    """Association as an independent analysis of the same files found it (Cramer's V)."""

    @staticmethod
    def audit(real_data, name: str) -> audits.Audit:
        folder = real_data / "adult_pairs"
        return audits.compare(
            folder / "2021_adult_trn.csv.gz",
            folder / f"2021_adult_{name}.csv.gz",
            sensitive_features=["race", "sex"],
            missing=["?"],
            ask=["stereotypes"],
        )

    @pytest.mark.parametrize("name", ["flip10", "flip30", "flip50", "mostly_temp01", "ctgan"])
    def test_largest_changes_of_association(self, real_data, name):
        expected = real_data / "expected" / f"adult__2021_adult_{name}.json"
        (overall,) = (
            f
            for f in json.loads(expected.read_text(encoding="utf-8"))["expected_findings"]
            if f["kind"] == "overall"
        )
        columns = self.audit(real_data, name)["stereotypes"].tables["columns"]
        found = {(row.feature, row.attribute): row for row in columns}
        for change in overall["largest_association_changes"]:
            row = found.get(tuple(change["pair"]))
            if row is None:  # age is cut into other bands there
                continue
            assert row.v_real.value == pytest.approx(change["real"], abs=0.01)
            assert row.v_synthetic.value == pytest.approx(change["syn"], abs=0.01)

    def test_noise_loosens_and_a_low_temperature_sharpens(self, real_data):
        for name, kind in (("flip10", "loosened"), ("mostly_temp01", "sharpened")):
            finding = only(self.audit(real_data, name), {"sex": "Female"})
            assert finding.verdict is PROBLEM
            assert finding.evidence["kind"] == kind

    @pytest.mark.parametrize("name", ["val", "mostly"])
    def test_fresh_people_and_a_good_generator_are_not_accused(self, real_data, name):
        found = self.audit(real_data, name)
        assert not [f.because for f in found.findings if f.verdict in (PROBLEM, WATCH)]
        assert only(found, {"race": "White"}).verdict is OK

"""Copying: are synthetic rows copies of real people?"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import audits
from audits.questions import copying
from audits.results import Verdict
from audits.settings import Settings

PROBLEM, WATCH, UNSURE, OK = Verdict
NO_PROOF = "no proof that people are protected"


def people(rows: int, seed: int, race: str = "ash") -> pd.DataFrame:
    """People who differ in two numbers and two categories; twins are next to impossible."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "race": race,
            "age": rng.integers(18, 90, rows),
            "pay": rng.normal(30, 8, rows).round(3),
            "town": rng.choice(list("abcdef"), rows),
            "work": rng.choice(["paid", "unpaid"], rows),
        }
    )


def alike(rows: int, seed: int) -> pd.DataFrame:
    """People of four columns with four values each: most have twins."""
    rng = np.random.default_rng(seed)
    values = [list("abcd")] * 3
    table = pd.DataFrame({f"c{i}": rng.choice(v, rows) for i, v in enumerate(values)})
    return table.assign(race=rng.choice(["ash", "birch"], rows))


def joined(*parts: pd.DataFrame) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True)


def nearly(rows: pd.DataFrame, seed: int) -> pd.DataFrame:
    """The same people with their pay moved by a little."""
    rng = np.random.default_rng(seed)
    return rows.assign(pay=(rows["pay"] + rng.normal(0, 0.05, len(rows))).round(3))


REAL = joined(people(900, 1), people(300, 2, "birch"))
HELD = joined(people(900, 3), people(300, 4, "birch"))
FRESH = joined(people(900, 5), people(300, 6, "birch"))


def audit(real=REAL, synthetic=FRESH, **options) -> audits.Audit:
    options = {"sensitive_features": "race"} | options
    return audits.compare(real, synthetic, ask=["copying"], **options)


def row_of(found: audits.Audit, race: str | None = None):
    rows = found["copying"].rows
    return next(row for row in rows if row.group == ((("race", race),) if race else ()))


def finding_of(found: audits.Audit, race: str | None = None) -> audits.Finding:
    (only,) = found.about(group={"race": race} if race else {})
    return only


class TestFreshPeople:
    FOUND = staticmethod(cache(lambda: audit(holdout=HELD)))

    def test_nothing_is_copied(self):
        row = row_of(self.FOUND())
        assert (row.copies, row.reproduced, row.overlap) == (0, 0, 0)
        assert (row.real, row.synthetic, row.holdout) == (1200, 1200, 1200)
        assert (row.searched, row.searched_holdout, row.complete) == (1200, 1200, True)
        assert row.closer_expected == pytest.approx(0.5)
        assert row.closer.low < 0.5 < row.closer.high
        assert row.near_copies.low < 0 < row.near_copies.high
        assert row.holdout_used

    def test_ok_is_no_praise(self):
        """Passing says nothing about what an attacker could find out, and every ok says so."""
        for finding in self.FOUND().findings:
            assert (finding.verdict is OK) == (NO_PROOF in finding.because)
        for finding in [*self.FOUND().findings, *audit(synthetic=REAL).findings]:
            assert "privat" not in finding.because
            assert "safe" not in finding.because
        assert finding_of(self.FOUND()).verdict is OK

    def test_distances_are_those_of_fresh_people(self):
        row = row_of(self.FOUND())
        assert row.distance == pytest.approx(row.distance_fresh, rel=0.15)
        assert row.ratio.low < row.ratio_fresh.value < row.ratio.high
        assert row.ratio_below.low < 0 < row.ratio_below.high

    def test_without_a_holdout_near_copies_are_unknown(self):
        row = row_of(audit())
        assert not row.near_copies.known
        assert not row.closer.known
        assert row.chance_by == "twins"
        assert row.distance_fresh == pytest.approx(row.distance, rel=0.15)
        found = finding_of(audit())
        assert found.verdict is OK
        assert "near-copies cannot be told without a fresh holdout" in found.because

    def test_unequal_holdout(self):
        """A fourth as many holdout rows: four fifths is chance."""
        held = joined(people(225, 3), people(75, 4, "birch"))
        row = row_of(audit(holdout=held))
        assert row.closer_expected == pytest.approx(0.8)
        assert row.closer.low < 0.8 < row.closer.high

    def test_accusations_are_rare(self):
        """Twenty-five pairs of fresh people: no problem, and hardly a watch."""
        found = []
        for seed in range(25):
            tables = [people(150, 100 + 3 * seed + i) for i in range(3)]
            real, synthetic, held = (
                joined(t, people(60, 500 + 3 * seed + i, "birch")) for i, t in enumerate(tables)
            )
            found += [f.verdict for f in audit(real, synthetic, holdout=held).findings]
        assert found.count(PROBLEM) == 0
        assert found.count(WATCH) <= 0.05 * len(found)


class TestCopies:
    def test_every_copy_is_counted(self):
        synthetic = joined(REAL.iloc[:100], REAL.iloc[:50], FRESH.iloc[:850])
        row = row_of(audit(synthetic=synthetic, holdout=HELD))
        assert (row.copies, row.unique, row.reproduced) == (150, 1200, 100)
        assert row.copied.value == pytest.approx(0.15)
        assert row.chance.value == 0
        assert row.excess.low > 0.1
        assert row.repeated_rows == 1000
        assert row.repeated == pytest.approx(0.05)
        assert row.repeated_real == 0

    def test_values_count_not_bins(self):
        """Pay is compared in bins elsewhere; here a thousandth makes another person."""
        moved = REAL.assign(pay=REAL["pay"] + 0.001)
        assert row_of(audit(synthetic=moved)).copies < 10
        assert row_of(audit(synthetic=REAL)).copies == 1200

    def test_spelling_of_a_value_does_not_count(self):
        text = REAL.astype({"pay": str}).assign(town=REAL["town"] + " ")
        assert row_of(audit(synthetic=text)).copies == 1200

    def test_people_like_no_other_and_like_one_other_are_counted(self):
        real = pd.DataFrame({"race": ["ash", "birch"] * 12, "town": [*"aabbcc"] * 4})
        real = joined(real, pd.DataFrame({"race": "ash", "town": [*"dee"]}))
        row = row_of(audit(real, real), "ash")
        assert (row.real, row.unique, row.pairs) == (15, 1, 2)
        assert row.chance.value == pytest.approx(14 / 15)

    @pytest.mark.parametrize("share", [0.1, 0.3, 1.0])
    @pytest.mark.parametrize("way", ["equal", "nearly"])
    def test_planted_copies_are_measured(self, share, way):
        """A share c of copies makes f + (1 - f) c of the rows nearer to real people."""
        copied = REAL.sample(int(1200 * share), random_state=8)
        copied = copied if way == "equal" else nearly(copied, 9)
        rest = FRESH.sample(1200 - len(copied), random_state=10)
        row = row_of(audit(synthetic=joined(copied, rest), holdout=HELD))
        assert row.near_copies.value == pytest.approx(share, abs=0.08)
        assert row.closer.value == pytest.approx(0.5 + 0.5 * share, abs=0.04)
        assert row.copied.value == pytest.approx(share if way == "equal" else 0, abs=0.02)

    def test_verdicts_grow_with_the_share(self):
        for share, verdict in ((0.0, OK), (0.02, WATCH), (0.2, PROBLEM)):
            count = int(1200 * share)
            synthetic = joined(REAL.sample(count, random_state=11), FRESH.iloc[count:])
            assert finding_of(audit(synthetic=synthetic)).verdict is verdict

    def test_near_copies_are_found_where_nothing_is_equal(self):
        found = audit(synthetic=nearly(REAL, 12), holdout=HELD)
        assert row_of(found).copies < 15
        assert finding_of(found).verdict is PROBLEM
        assert "nearly copies of 1,200 real people" in finding_of(found).because
        assert row_of(found).ratio_below.low > 0

    def test_near_copies_are_not_claimed_beyond_what_relabelling_explains(self):
        """However small the error seems, the exact p value has to agree."""
        found = audit(synthetic=nearly(REAL, 12), holdout=HELD)
        rows = [replace(row, closer_p=0.2) for row in found["copying"].rows]
        judged = copying.judge({"groups": tuple(rows)}, Settings())
        assert {finding.verdict for finding in judged} == {UNSURE}

    def test_halves_of_the_real_table_tell_nothing(self):
        """Why no half of the real rows stands in for a holdout: both were learned from."""
        mixed = REAL.sample(frac=1, random_state=13)
        found = audit(mixed.iloc[:600], nearly(mixed, 14), holdout=mixed.iloc[600:])
        assert row_of(found).closer.value == pytest.approx(0.5, abs=0.05)

    def test_one_group_copied(self):
        """A minority is copied and the rest is not: said, and compared with everyone else."""
        synthetic = joined(FRESH.iloc[:900], REAL.iloc[900:1050], FRESH.iloc[900:1050])
        found = audit(synthetic=synthetic, holdout=HELD)
        assert finding_of(found, "birch").verdict is PROBLEM
        assert finding_of(found, "ash").verdict is OK
        assert row_of(found, "birch").beyond.low > 0.3
        assert "more than among everyone else" in finding_of(found, "birch").because
        assert not row_of(found).beyond.known

    def test_thirty_people_copied_a_hundred_times(self):
        real = joined(REAL.iloc[:900], people(30, 15, "birch"))
        synthetic = joined(FRESH.iloc[:900], *[real.iloc[900:]] * 100)
        found = audit(real, synthetic)
        row = row_of(found, "birch")
        assert (row.copies, row.unique, row.reproduced) == (3000, 30, 30)
        assert finding_of(found, "birch").verdict is PROBLEM


class TestChance:
    """Where rows have few values, most are equal to somebody without being copied."""

    def test_twins_are_no_copies(self):
        found = audit(alike(800, 1), alike(800, 2))
        row = row_of(found)
        assert row.copied.value > 0.9
        assert row.chance.value > 0.9
        assert row.chance_by == "twins"
        assert row.excess.low < 0 < row.excess.high
        assert finding_of(found).verdict is OK

    def test_the_holdout_gives_the_chance_level(self):
        row = row_of(audit(alike(800, 1), alike(800, 2), holdout=alike(300, 3)))
        assert row.chance_by == "holdout"
        assert row.chance.value == row.overlap / 300
        assert row.closer_expected == pytest.approx(800 / 1100)
        assert row.closer.low < 800 / 1100 < row.closer.high

    def test_ties_count_for_both(self):
        """Every row is in the holdout, too; strictly nearer to a real row would be none."""
        real = alike(600, 4)
        row = row_of(audit(real, real, holdout=alike(600, 5)))
        assert row.closer.value == pytest.approx(0.5, abs=0.1)
        assert row.copied.value == 1


class TestRepetition:
    def test_rows_that_repeat_one_another(self):
        synthetic = joined(*[FRESH.sample(300, random_state=16)] * 4)
        found = audit(synthetic=synthetic, holdout=HELD)
        assert row_of(found).copies == 0
        assert finding_of(found).verdict is WATCH
        assert "repeat another" in finding_of(found).because

    def test_sizes_are_made_equal(self):
        """More rows repeat more: both tables are thought of at the smaller size."""
        row = row_of(audit(alike(100, 6), alike(2000, 7)))
        assert row.repeated_rows == 100
        assert row.repeated == pytest.approx(row.repeated_real, abs=0.1)


class TestHoldoutThatIsNotFresh:
    def test_it_is_found_said_and_not_used(self):
        held = joined(HELD.iloc[:1000], REAL.iloc[:200])
        found = audit(holdout=held)
        row = row_of(found)
        assert not row.holdout_used
        assert (row.holdout, row.overlap, row.searched_holdout) == (1200, 200, 0)
        assert row.overlap_beyond.value == pytest.approx(1 / 6, abs=0.01)
        assert row.chance_by == "twins"
        assert finding_of(found).verdict is WATCH
        assert "the holdout is not fresh and was not used: 200 of its 1,200" in (
            finding_of(found).because
        )

    def test_chance_is_no_fault(self):
        assert row_of(audit(alike(800, 1), alike(800, 2), holdout=alike(800, 3))).holdout_used

    def test_how_much_is_a_setting(self):
        held = joined(HELD.iloc[:1000], REAL.iloc[:200])
        loose = Settings().having(holdout_overlap=0.5)
        assert row_of(audit(holdout=held, settings=loose)).holdout_used

    def test_the_copies_are_found_all_the_same(self):
        held = joined(HELD.iloc[:1000], REAL.iloc[:200])
        found = finding_of(audit(synthetic=REAL, holdout=held))
        assert found.verdict is PROBLEM
        assert "not fresh" in found.because


class TestFewRows:
    @pytest.mark.parametrize("rows", [1, 5, 9])
    def test_a_handful_of_rows_accuses_nobody(self, rows):
        synthetic = joined(FRESH.iloc[:900], REAL.iloc[900 : 900 + rows])
        found = audit(synthetic=synthetic, holdout=HELD)
        assert row_of(found, "birch").copies == rows
        assert finding_of(found, "birch").verdict is UNSURE

    def test_groups_below_twenty_people_have_no_near_copies(self):
        real, held = (joined(t.iloc[:900], people(19, 17 + i, "birch")) for i, t in
                      enumerate((REAL, HELD)))  # fmt: skip
        found = audit(real, holdout=held)
        assert not row_of(found, "birch").near_copies.known
        assert row_of(found).near_copies.known
        assert finding_of(found, "birch").verdict is UNSURE
        assert "too few to tell near-copies" in finding_of(found, "birch").because

    def test_copies_of_fifteen_people_are_watched(self):
        """They cannot show how often they are alike by chance; everyone else can."""
        few = people(15, 21, "elm")
        real, held = joined(REAL, few), joined(HELD, people(15, 22, "elm"))
        made = joined(FRESH, joined(people(180, 23, "elm"), few, few))
        found = finding_of(audit(real, made, holdout=held), "elm")
        assert found.verdict is WATCH
        assert "30 of 210 synthetic rows (14.3 %) equal one of 15 real people" in found.because
        assert "15 people are too few to show how often chance does so" in found.because

    @pytest.mark.parametrize("seed", range(6))
    def test_fifteen_people_who_are_alike_by_chance_are_not(self, seed):
        real, made = (alike(1200, seed + i) for i in (30, 60))
        real.loc[:14, "race"], made.loc[:200, "race"] = "elm", "elm"
        assert finding_of(audit(real, made), "elm").verdict is UNSURE

    def test_nobody_on_a_side(self):
        for tables in ((REAL.iloc[:900], FRESH), (REAL, FRESH.iloc[:900])):
            found = audit(*tables, holdout=HELD)
            assert finding_of(found, "birch").verdict is UNSURE

    def test_holdout_without_a_group(self):
        found = audit(holdout=HELD.iloc[:900])
        assert row_of(found, "birch").holdout == 0
        assert row_of(found, "birch").chance_by == "twins"

    def test_holdout_with_a_group_of_its_own(self):
        held = joined(HELD, people(50, 21, "cedar"))
        assert row_of(audit(holdout=held)).holdout == 1250


class TestSamples:
    SMALL = Settings().having(copying_base=1000, copying_queries=200)

    def test_what_was_searched_is_stated(self):
        row = row_of(audit(holdout=HELD, settings=self.SMALL))
        assert (row.queries, row.searched, row.searched_holdout) == (200, 1000, 1000)
        assert not row.complete

    def test_copies_not_searched_for_are_made_up_for(self):
        real, held = people(4000, 31), people(4000, 32)
        tables = [t.assign(race=np.repeat(["ash", "birch"], 2000)) for t in (real, held)]
        settings = self.SMALL.having(copying_queries=2000)
        row = row_of(audit(tables[0], nearly(tables[0], 33), holdout=tables[1], settings=settings))
        assert row.searched == 1000
        assert row.closer.value < 0.75
        assert row.near_copies.low < 1
        assert row.near_copies.value == pytest.approx(1, abs=0.2)

    def test_equal_rows_are_counted_among_all(self):
        assert row_of(audit(synthetic=REAL, settings=self.SMALL)).copies == 1200


@pytest.mark.parametrize("threads", [1, 2])
def test_order_of_rows_and_threads_change_nothing(threads):
    synthetic = joined(REAL.iloc[:200], nearly(REAL.iloc[200:400], 41), FRESH.iloc[400:])
    before = audit(synthetic=synthetic, holdout=HELD)
    shuffled = [t.sample(frac=1, random_state=42) for t in (REAL, synthetic, HELD)]
    after = audit(*shuffled[:2], holdout=shuffled[2], threads=threads)
    assert after["copying"].to_dict() == before["copying"].to_dict()
    assert after.findings == before.findings


def test_synthetic_rows_twice_over_change_no_share():
    synthetic = joined(REAL.iloc[:200], FRESH.iloc[200:])
    settings = Settings().having(copying_queries=20_000, rows_per_group=20_000)
    once, twice = (
        row_of(audit(synthetic=joined(*[synthetic] * k), holdout=HELD, settings=settings))
        for k in (1, 2)
    )
    # but for the bins of pay, which are cut at quantiles of both tables
    assert twice.closer.value == pytest.approx(once.closer.value, abs=0.005)
    assert twice.closer_sd == pytest.approx(once.closer_sd, rel=0.05)
    assert twice.copied.value == once.copied.value
    assert twice.near_copies.value == pytest.approx(once.near_copies.value, abs=0.01)


@pytest.mark.parametrize(
    "change",
    [
        {"copied_watch": 0.2, "copied_problem": 0.5},
        {"near_copies_watch": 0.5, "near_copies_problem": 0.9},
        {"repeated_watch": 0.0001},
        {"support_problem": 400, "support_watch": 500},
    ],
    ids=lambda change: next(iter(change)),
)
def test_judged_again_equals_a_fresh_audit(change):
    synthetic = joined(REAL.iloc[:200], FRESH.iloc[200:], FRESH.iloc[:40])
    moved = Settings().having(**change)
    again = audit(synthetic=synthetic, holdout=HELD).having(moved)
    assert again.findings == audit(synthetic=synthetic, holdout=HELD, settings=moved).findings


# -- real data -------------------------------------------------------------------------------------

ADULT = {
    "sensitive_features": ["race", "sex"],
    "missing": ["?"],
    "settings": Settings().having(intersections=1),
}
CRC = {"sensitive_features": ["SEX"], "missing": ["N", "_RARE_"]}


@cache
def pair_of(folder: Path, name: str) -> tuple[audits.Audit, dict]:
    """Ours beside what an independent analysis of the same tables found."""
    kind = "adult" if name.startswith("2021_adult") else "crc"
    expected = json.loads((folder / "expected" / f"{kind}__{name}.json").read_text())
    options = dict(ADULT if kind == "adult" else CRC)
    if expected["holdout"]:
        options["holdout"] = folder / expected["holdout"]
    found = audit(folder / expected["real"], folder / expected["syn"], **options)
    kinds = {item["kind"]: item for item in expected["expected_findings"]}
    return found, kinds["copying"]


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "verdicts"),
    [
        ("subsample_40pcnt_all", [PROBLEM]),
        ("pram_default", [PROBLEM]),
        ("2021_adult_flip10", [PROBLEM]),
        ("2021_adult_flip30", [PROBLEM, WATCH]),
        ("2021_adult_synthpop", [PROBLEM, WATCH]),
        ("2021_adult_flip50", [OK]),
        ("2021_adult_flip90", [OK]),
        ("2021_adult_mostly", [OK]),
        ("2021_adult_ctgan", [OK]),
        ("mostlyai_sd_platform", [OK]),
    ],
)
def test_open_tables(real_data, name, verdicts):
    found, expected = pair_of(real_data, name)
    row = row_of(found)
    assert finding_of(found).verdict in verdicts
    assert row.copied.value == pytest.approx(expected["exact_rows"], abs=5e-4)
    assert row.chance.value == pytest.approx(expected["chance_level"], abs=1e-3)
    assert row.reproduced / row.real == pytest.approx(
        expected["unique_real_rows_reproduced"], abs=1e-3
    )


@pytest.mark.real_data
def test_real_people_as_synthetic_rows_are_no_copies(real_data):
    folder = real_data / "adult_pairs"
    tables = (folder / f"2021_adult_{part}.csv.gz" for part in ("trn", "val"))
    found = audit(*tables, **ADULT)
    assert found.counts["problem"] == found.counts["watch"] == 0
    assert finding_of(found).verdict is OK

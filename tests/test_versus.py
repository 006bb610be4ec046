"""Several synthetic tables against one real table: ranks that do not pretend, and a noise floor."""

from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import audits
from audits.cli import app
from audits.errors import UsageError
from audits.estimates import Estimate
from audits.registry import all_questions
from audits.reports.versus_report import versus_csv, versus_text
from audits.results import Verdict
from audits.several.leading import LEADING, NOT_RANKED, Quantity
from audits.several.result import Versus

ASKED = ["coverage", "diversity", "provenance"]
VERSIONS = ("three", "good", "same")


def people(rows: int, seed: int, *, share: float = 0.3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "race": np.where(rng.random(rows) < share, "birch", "ash"),
            "age": rng.integers(18, 90, rows),
            "town": rng.choice(list("abcdef"), rows),
        }
    )


REAL = people(400, 1)


def audit_of(table: pd.DataFrame, real: pd.DataFrame = REAL, **options) -> audits.Audit:
    options = {"sensitive_features": "race", "ask": ["coverage", "diversity"]} | options
    return audits.compare(real, table, **options)


AUDITS = {name: audit_of(people(500, seed)) for seed, name in enumerate(("one", "two", "far"), 2)}


def having(audit: audits.Audit, index: Estimate) -> audits.Audit:
    """The same audit, with another homogenisation index of everyone."""
    answer = audit["diversity"]
    rows = tuple(
        dataclasses.replace(row, index=index) if row.group == () else row for row in answer.rows
    )
    tables = {**answer.tables, "groups": rows}
    answers = {**audit.answers, "diversity": dataclasses.replace(answer, rows=rows, tables=tables)}
    return dataclasses.replace(audit, answers=answers)


def ranks(*values: Estimate, floor: Estimate | None = None) -> list:
    """Rows of everyone's diversity, were these the indices found."""
    made = {f"set {i}": having(AUDITS["one"], value) for i, value in enumerate(values)}
    level = None if floor is None else having(AUDITS["two"], floor)
    return list(audits.rank(made, level).about("diversity", ()))


class TestRanks:
    def test_clear_of_each_other(self):
        rows = ranks(Estimate(0.5, 0.4, 0.6), Estimate(0.0, -0.1, 0.1), Estimate(0.25, 0.2, 0.3))
        assert [(row.first, row.last) for row in rows] == [(3, 3), (1, 1), (2, 2)]

    def test_overlapping_intervals_share_ranks(self):
        rows = ranks(Estimate(0.1, 0.0, 0.2), Estimate(0.15, 0.1, 0.25), Estimate(0.5, 0.4, 0.6))
        assert [(row.first, row.last) for row in rows] == [(1, 2), (1, 2), (3, 3)]

    def test_one_may_overlap_two_that_do_not(self):
        rows = ranks(Estimate(0.1, 0.0, 0.2), Estimate(0.25, 0.1, 0.4), Estimate(0.4, 0.3, 0.5))
        assert [(row.first, row.last) for row in rows] == [(1, 2), (1, 3), (2, 3)]

    def test_what_is_unknown_has_no_rank(self):
        rows = ranks(Estimate(0.1, 0.0, 0.2), Estimate.unknown(), Estimate(0.5, 0.4, 0.6))
        assert [(row.first, row.last) for row in rows] == [(1, 1), (None, None), (2, 2)]
        assert {row.of for row in rows} == {2}

    def test_against_the_floor(self):
        values = (Estimate(0.2, 0.1, 0.3), Estimate(-0.6, -0.7, -0.5), Estimate(0.0, -0.05, 0.05))
        rows = ranks(*values, floor=Estimate(0.2, 0.15, 0.25))
        assert [row.against_floor for row in rows] == ["within", "worse", "better"]
        assert rows[0].floor == Estimate(0.2, 0.15, 0.25)
        assert {row.against_floor for row in ranks(*values)} == {None}

    @given(
        st.lists(
            st.tuples(st.floats(1, 2), st.floats(0, 0.5), st.floats(0, 0.5)),
            min_size=2,
            max_size=6,
        )
    )
    def test_ranges_hold_every_order_that_the_intervals_allow(self, drawn):
        values = [Estimate(v, v - below, v + above) for v, below, above in drawn]
        rows = ranks(*values)
        order = sorted(range(len(values)), key=lambda i: values[i].value)
        for place, i in enumerate(order, 1):
            assert rows[i].first <= place <= rows[i].last
        for i, one in enumerate(values):
            better = [k for k, other in enumerate(values) if other.high < one.low]
            assert all(rows[k].first < rows[i].first for k in better)
        backwards = ranks(*values[::-1])[::-1]
        assert [(r.first, r.last) for r in backwards] == [(r.first, r.last) for r in rows]

    def test_below_one_half_is_no_praise(self):
        """A copy is as far from one half as what has drifted, and its drift is in order."""
        real = people(240, 1)
        few = audits.Settings().having(classifier_rows=300, classifier_permutations=99)
        made = {
            name: audit_of(table, real, ask=["drift"], settings=few)
            for name, table in {"copy": real, "other": people(240, 2)}.items()
        }
        found = audits.rank(made, made["other"])
        rows = {row.name: row for row in found.about("drift", ()) if row.quantity == "auc"}
        assert rows["copy"].note == "below one half: a sign of copying, see copying"
        assert rows["other"].note is None
        lines = [line for line in str(found).splitlines() if "below one half" in line]
        assert "ok but below one half: a sign of copying, see copying" in lines[0]
        assert not any("worse" in line for line in lines)
        assert "note" in found.to_frame().columns

    def test_which_direction_is_good_is_said(self):
        text = versus_text(audits.rank(AUDITS), width=200, everything=True)
        assert "share of variety lost (below 0: gained) (the nearer to 0, the better)" in text
        assert "synthetic over real share (the nearer to 1, the better)" in text
        by = {quantity.field: quantity.best for quantity in LEADING}
        assert by["effective_people"] == "more is better"
        assert by["near_copies"] == "less is better"

    def test_what_rounding_leaves_of_nothing_is_nothing(self):
        rows = audits.rank({n: having(AUDITS["one"], Estimate(v, v, v)) for n, v in
                            (("a", -2e-17), ("b", 0.5))})  # fmt: skip
        assert "e-17" not in versus_text(rows, width=100, everything=True)

    def test_verdicts_and_counts_are_those_of_the_audits(self):
        found = audits.rank(AUDITS)
        for name, audit in AUDITS.items():
            for question in ("coverage", "diversity"):
                said = [f.verdict.value for f in audit.about(question)]
                assert found.counts[name][question] == {v.value: said.count(v) for v in Verdict}
            for row in found.about("diversity", {"race": "ash"}):
                if row.name == name:
                    verdicts = [f.verdict for f in audit.about("diversity", {"race": "ash"})]
                    assert row.verdict == min(verdicts, key=lambda v: v.rank).value

    def test_variety_gained_is_as_bad_as_variety_lost(self):
        rows = ranks(Estimate(0.3, 0.2, 0.4), Estimate(-0.3, -0.4, -0.2), Estimate(0.0, -0.1, 0.1))
        assert [(row.first, row.last) for row in rows] == [(2, 3), (2, 3), (1, 1)]

    def test_apart_is_the_share_of_pairs_told_apart(self):
        made = {
            str(i): having(AUDITS["one"], Estimate(v, v - 0.05, v + 0.05))
            for i, v in enumerate((0.0, 0.02, 0.5))
        }
        (comparison,) = (
            c for c in audits.rank(made).comparisons if c.question == "diversity" and not c.group
        )
        assert comparison.apart == pytest.approx(2 / 3)


class TestQuantities:
    def test_every_question_that_judges_a_pair_has_one(self):
        judging = {q.id for q in all_questions() if q.of == "pair" and q.judges}
        assert {quantity.question for quantity in LEADING} == judging
        assert not judging & set(NOT_RANKED)

    def test_they_are_estimates_of_the_main_table(self):
        rows = {q.id: q.tables[q.main] for q in all_questions()}
        for quantity in LEADING:
            kind = rows[quantity.question]
            kinds = {f.name: f.type for f in dataclasses.fields(kind)}
            made = getattr(getattr(kind, quantity.field, None), "fget", None)
            said = made.__annotations__["return"] if made else kinds[quantity.field]
            assert said == "Estimate", quantity
            assert quantity.worse in ("more", "less", "away")

    def test_away_from_neutral_is_bad_either_way(self):
        ratio = Quantity("q", "ratio", "", "away", 1.0, factor=True)
        half, double = Estimate(0.5, 0.4, 0.8), Estimate(2.0, 1.25, 2.5)
        for one, other in ((half, double), (double, half)):
            a, b = ratio.badness(one), ratio.badness(other)
            assert (a.value, a.low, a.high) == pytest.approx((b.value, b.low, b.high))
        assert ratio.badness(Estimate(0.0, 0.0, 0.1)).value == math.inf
        assert ratio.badness(Estimate(1.0, 0.8, 1.2)).low == 0

    def test_less_is_worse(self):
        people = Quantity("q", "people", "", "less")
        assert people.badness(Estimate(10, 5, 20)) == Estimate(-10, -20, -5)
        assert not people.badness(Estimate.unknown()).known


class TestRefuses:
    def test_fewer_than_two(self):
        with pytest.raises(UsageError, match="at least two synthetic tables, got 1"):
            audits.rank({"one": AUDITS["one"]})

    def test_another_real_table(self):
        other = audit_of(people(500, 3), real=people(410, 9))
        with pytest.raises(UsageError, match=r"'b' was audited against another real table"):
            audits.rank({"a": AUDITS["one"], "b": other})
        with pytest.raises(UsageError, match=r"\"the holdout's audit\" was audited against"):
            audits.rank(AUDITS, other)

    def test_a_real_file_of_other_bytes(self, tmp_path):
        made = []
        for seed in (1, 2):
            (tmp_path / str(seed)).mkdir()
            path = tmp_path / str(seed) / "real.csv"
            people(400, seed).to_csv(path, index=False)
            made.append(audits.compare(path, people(500, 5), sensitive_features="race",
                                       ask=["coverage"]))  # fmt: skip
        with pytest.raises(UsageError, match=r"real\.csv, 400 rows, sha256 \w{8}"):
            audits.rank({"a": made[0], "b": made[1]})

    def test_other_sensitive_features(self):
        other = audit_of(people(500, 3), sensitive_features=["race", "town"])
        with pytest.raises(UsageError, match="'b' was audited by race, town, 'a' by race"):
            audits.rank({"a": AUDITS["one"], "b": other})

    def test_other_settings(self):
        other = audit_of(people(500, 3), settings=audits.Settings().having(share_watch=0.9))
        with pytest.raises(UsageError, match=r"share_watch = 0.9, 'a' under 0\.8"):
            audits.rank({"a": AUDITS["one"], "b": other})

    def test_what_is_no_audit(self):
        with pytest.raises(UsageError, match="'b' is no audit but str"):
            audits.rank({"a": AUDITS["one"], "b": "b.json"})

    def test_tables_without_names(self):
        with pytest.raises(UsageError, match="mapping of names to tables, got list"):
            audits.versus(REAL, [REAL, REAL], sensitive_features="race")


class TestTolerates:
    def test_questions_not_asked_of_all(self):
        less = audit_of(people(500, 3), ask=["coverage"])
        found = audits.rank({"a": AUDITS["one"], "b": less})
        assert {row.question for row in found.rows} == {"coverage"}
        assert "not asked of all, so left out: diversity" in found.notes

    def test_a_question_nobody_declared(self):
        made = {}
        for name, audit in AUDITS.items():
            answers = {**audit.answers, "shape": dataclasses.replace(audit["coverage"])}
            made[name] = dataclasses.replace(audit, answers=answers)
        found = audits.rank(made)
        assert "no quantity to rank by is known of shape: its findings are counted" in found.notes
        assert found.counts["one"]["shape"] == {verdict.value: 0 for verdict in Verdict}

    def test_a_column_that_one_lacks(self):
        lacking = audit_of(people(500, 3).drop(columns="town"))
        found = audits.rank({"a": AUDITS["one"], "b": lacking})
        assert any(n.startswith("b: not compared in town, in which") for n in found.notes)


class TestTravels:
    FOUND = audits.rank(AUDITS, AUDITS["two"])

    def test_strict_json_and_back(self, tmp_path):
        document = self.FOUND.to_dict()
        assert json.loads(json.dumps(document, allow_nan=False)) == document
        path = self.FOUND.save(tmp_path / "v.json")
        again = Versus.load(path)
        assert again == self.FOUND
        assert again.comparisons == self.FOUND.comparisons
        assert str(again) == str(self.FOUND)

    def test_infinite_and_unknown_come_back(self, tmp_path):
        made = {
            "a": having(AUDITS["one"], Estimate(0.1, -math.inf, math.inf)),
            "b": having(AUDITS["one"], Estimate.unknown()),
        }
        found = audits.rank(made)
        assert Versus.load(found.save(tmp_path / "v.json")).rows == found.rows

    def test_other_files_are_refused(self, tmp_path):
        path = AUDITS["one"].save(tmp_path / "audit.json")
        with pytest.raises(audits.AuditError, match="is no comparison of several tables"):
            Versus.load(path)
        path.write_text('{"format": "versus 1"}', encoding="utf-8")
        with pytest.raises(audits.AuditError, match="is not whole"):
            Versus.load(path)

    def test_frame_and_csv_have_a_line_per_rank(self):
        frame = self.FOUND.to_frame()
        assert len(frame) == len(self.FOUND.rows)
        assert set(frame["name"]) == set(AUDITS)
        lines = versus_csv(self.FOUND).splitlines()
        assert len(lines) == 1 + len(frame)
        assert lines[0].startswith("question,quantity,group,name,value,value_low")
        assert "nan" not in versus_csv(self.FOUND)

    def test_no_score(self):
        assert not [name for name in self.FOUND.to_dict() if "score" in name]


class TestText:
    def test_counts_first_then_where_they_differ(self):
        text = versus_text(TestTravels.FOUND, width=100)
        head, ranked = text.split("Ranks: 1 is the best.")
        assert "Findings: problem / watch / not enough evidence / ok" in head
        assert "coverage  " in head
        assert "diversity, everyone: share of variety lost (below 0: gained)" in ranked
        assert all(len(line) <= 100 for line in text.splitlines())

    def test_everything(self):
        text = versus_text(TestTravels.FOUND, width=100, everything=True)
        assert "diversity, ash: share of variety lost" in text
        assert "left out" not in text

    @pytest.mark.parametrize("width", [60, 80, 120])
    def test_six_tables_with_long_names_fit(self, width):
        made = {
            f"2024_survey_of_people_made_by_model_{i}": having(
                AUDITS["one"], Estimate(i / 10, i / 10 - 0.01, i / 10 + 0.01)
            )
            for i in range(6)
        }
        text = versus_text(audits.rank(made, AUDITS["two"]), width=width)
        assert all(len(line) <= width for line in text.splitlines())
        for i in range(6):
            assert f"made_by_model_{i}" in text


@pytest.fixture(scope="module")
def made(sample):
    return audits.versus(
        sample / "survey_real.csv",
        {name: sample / f"synthetic_{name}.csv" for name in VERSIONS},
        sensitive_features=["race", "sex"],
        holdout=sample / "survey_holdout.csv",
        ask=ASKED,
    )


class TestSampleData:
    """Three versions: Black respondents from three people, everyone alike, people more alike."""

    @staticmethod
    def row(made, question, group, name):
        (row,) = (row for row in made.about(question, group) if row.name == name)
        return row

    def test_the_version_made_from_three_people_is_last_by_provenance(self, made):
        black = {"race": "Black"}
        worst = self.row(made, "provenance", black, "three")
        assert (worst.first, worst.last) == (3, 3)
        assert worst.against_floor == "worse"
        assert worst.verdict == "problem"
        for name in ("good", "same"):
            row = self.row(made, "provenance", black, name)
            assert (row.first, row.last) == (1, 2)
            assert row.against_floor == "within"

    def test_other_groups_are_not_told_apart(self, made):
        for name in VERSIONS:
            row = self.row(made, "diversity", {"race": "White"}, name)
            assert (row.first, row.last) == (1, 3)

    def test_the_same_from_saved_audits(self, made, sample, tmp_path):
        files = {}
        tables = {name: f"synthetic_{name}.csv" for name in ("three", "good")}
        for name, table in {**tables, "floor": "survey_holdout.csv"}.items():
            audit = audits.compare(
                sample / "survey_real.csv",
                sample / table,
                sensitive_features=["race", "sex"],
                holdout=None if name == "floor" else sample / "survey_holdout.csv",
                ask=ASKED,
            )
            files[name] = str(audit.save(tmp_path / f"{name}.json"))
        done = CliRunner().invoke(
            app,
            ["versus", "--audits", files["three"], files["good"], "--floor", files["floor"],
             "--format", "json", "--output", str(tmp_path / "v.json")],
        )  # fmt: skip
        assert done.exit_code == 0, done.output
        document = json.loads(done.stdout)
        assert document == Versus.load(tmp_path / "v.json").to_dict()
        assert document["names"] == ["three", "good"]
        ours = [row for row in made.rows if row.name == "three"]
        theirs = [row for row in Versus.load(tmp_path / "v.json").rows if row.name == "three"]
        assert [(r.group, r.value, r.floor) for r in ours] == [
            (r.group, r.value, r.floor) for r in theirs
        ]


class TestCommand:
    @staticmethod
    def run(*words):
        return CliRunner().invoke(app, ["versus", *map(str, words)])

    @pytest.fixture
    def files(self, tmp_path):
        paths = {}
        for seed, name in enumerate(("real", "one", "two", "held"), 1):
            paths[name] = tmp_path / f"{name}.csv"
            people(300, seed).to_csv(paths[name], index=False)
        return paths

    def test_tables(self, files):
        tables = (files["real"], files["one"], f"mine={files['two']}")
        by = ("--sensitive-features", "race", "--ask", "coverage")
        done = self.run(*tables, "--holdout", files["held"], *by)
        assert done.exit_code == 0, done.output
        assert "one: one.csv, 300 rows" in done.stdout
        assert "mine: two.csv, 300 rows" in done.stdout
        assert "noise floor: held.csv, 300 rows, real people" in done.stdout

    def test_many_tables_need_not_be_audited_again(self, files):
        by = ("--sensitive-features", "race", "--ask", "coverage")
        many = [f"{name}={files['one']}" for name in "abcd"]
        said = " ".join(self.run(files["real"], *many, *by).stderr.split())
        assert "4 tables are audited" in said
        assert "rank those with --audits" in said
        assert "--audits" not in self.run(files["real"], *many[:2], *by).stderr

    def test_csv(self, files):
        done = self.run(files["real"], files["one"], files["two"], "--sensitive-features", "race",
                        "--ask", "coverage", "--format", "csv")  # fmt: skip
        assert done.stdout.splitlines()[1].startswith("coverage,ratio,")

    def test_wrong_questions(self, files):
        by = ("--sensitive-features", "race")
        cases = [
            ((files["real"], files["one"], *by), "a real table and two synthetic ones, got 2"),
            ((files["real"], files["one"], files["one"], *by), "two tables are named 'one'"),
            ((files["real"], files["one"], files["two"]), "no sensitive feature was named"),
            ((files["real"], files["one"], files["two"], *by, "--floor", "a.json"), "--holdout"),
            ((files["real"], files["one"], files["two"], *by, "--output", files["two"]),
             "would overwrite an input"),
            (("--audits", files["real"]), "two saved audits, got 1"),
            (("--audits", files["real"], files["one"], *by), "has no meaning with --audits"),
        ]  # fmt: skip
        for words, said in cases:
            done = self.run(*words)
            assert done.exit_code == 2, done.output
            assert said in " ".join(done.stderr.split()), done.stderr

    def test_data_that_cannot_be_judged(self, files, tmp_path):
        done = self.run("--audits", files["real"], files["one"])
        assert done.exit_code == 3
        gone = self.run(files["real"], files["one"], tmp_path / "gone.csv", "--sensitive-features",
                        "race", "--ask", "coverage")  # fmt: skip
        assert gone.exit_code == 3


@pytest.mark.slow
@pytest.mark.real_data
def test_temperatures_are_ranked_in_order(real_data):
    """One trained model, sampled ever cooler: ever less variety, ever more drift."""
    folder = real_data / "adult_pairs"
    names = ("mostly", "mostly_temp10", "mostly_temp09", "mostly_temp05", "mostly_temp01")
    found = audits.versus(
        folder / "2021_adult_trn.csv.gz",
        {name: folder / f"2021_adult_{name}.csv.gz" for name in names},
        sensitive_features=["race", "sex"],
        holdout=folder / "2021_adult_val.csv.gz",
        missing=["?"],
        ask=["drift", "diversity", "stereotypes"],
    )
    warm, cool = names[:2], names[2:]
    for group in ({}, {"sex": "Female"}, {"sex": "Male"}, {"race": "White"}):
        rows = {row.name: row for row in found.about("diversity", group)}
        assert all((rows[name].first, rows[name].last) == (1, 2) for name in warm), group
        assert [(rows[n].first, rows[n].last) for n in cool] == [(3, 3), (4, 4), (5, 5)], group
        assert all(rows[name].against_floor != "worse" for name in warm), group
        assert all(rows[name].against_floor == "worse" for name in cool), group
        for quantity in ("auc", "pairs"):
            rows = {
                row.name: row for row in found.about("drift", group) if row.quantity == quantity
            }
            assert [rows[n].first for n in ("mostly_temp05", "mostly_temp01")] == [4, 5], group
            assert all(rows[n].last == 3 for n in (*warm, "mostly_temp09")), group
    for sex in ("Female", "Male"):
        rows = {row.name: row for row in found.about("stereotypes", {"sex": sex})}
        assert [rows[n].first for n in ("mostly_temp05", "mostly_temp01")] == [4, 5]
        assert rows["mostly_temp01"].value.low > 0

"""Plans for a real table alone: quotas saved, read back, and checked after collection."""

import csv
import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import audits
from audits import cli
from audits.data.quotas import read_quotas
from audits.errors import AuditError, SourceError, UnknownNameError, UsageError
from audits.settings import Settings

REAL = Path(__file__).resolve().parent.parent / "sample_data" / "survey_real.csv"


def people(**counts):
    """Rows of race, `ash=30` of them, half of each sex, in this order."""
    rows = [(race, ("female", "male")[i % 2]) for race, n in counts.items() for i in range(n)]
    return pd.DataFrame(rows, columns=["race", "sex"])


def planned(real, **options):
    options.setdefault("sensitive_features", ["race", "sex"])
    return audits.plan(real, **options)


def run(*args):
    return CliRunner().invoke(cli.app, ["plan", *map(str, args)])


@pytest.fixture
def saved(tmp_path):
    """Quotas of a plan for thirty ash and three hundred birch."""
    return planned(people(ash=30, birch=300)).save(tmp_path / "quotas.csv")


class TestQuotas:
    def test_one_line_per_group_that_is_short(self, saved):
        lines = list(csv.DictReader(saved.read_text(encoding="utf-8").splitlines()))
        assert {(line["race"], line["sex"]): line["recruit"] for line in lines} == {
            ("ash", "female"): "78",
            ("ash", "male"): "78",
            ("ash", ""): "63",
        }
        for line in lines:
            assert int(line["there"]) + int(line["recruit"]) == int(line["wanted"])
            assert line["reason"] == "interval"

    def test_read_back_as_written(self, saved):
        file = read_quotas(saved)
        assert file.features == ("race", "sex")
        plan = planned(people(ash=30, birch=300))
        assert [(q.group, q.wanted, q.there) for q in file.quotas] == [
            (row.group, row.needed, row.real) for row in plan.short
        ]

    def test_names_that_clash_and_values_a_spreadsheet_would_run(self, tmp_path):
        real = people(ash=30, birch=300).rename(columns={"race": "there", "sex": "reason"})
        real["there"] = real["there"].replace({"ash": "=ash", "birch": "-1 or less"})
        plan = audits.plan(real, sensitive_features=["there", "reason"])
        path = plan.save(tmp_path / "quotas.csv")
        assert "\nfemale,'=ash,15," in path.read_text(encoding="utf-8")
        again = audits.plan(real, quotas=path)
        assert [check.group for check in again.checks] == [row.group for row in plan.short]
        assert again.sensitive_features == ("reason", "there")

    def test_nothing_short_gives_a_file_that_is_met(self, tmp_path):
        ample = people(ash=300, birch=300)
        path = planned(ample).save(tmp_path / "quotas.csv")
        again = audits.plan(ample, quotas=path)
        assert again.checks == again.unmet == ()
        assert again.quotas == "quotas.csv"


class TestChecked:
    def test_after_collection(self, saved):
        """Of 63 ash wanted, fifty came, all men: one quota is met, two are not."""
        more = pd.DataFrame([("ash", "male")] * 80, columns=["race", "sex"])
        now = pd.concat([people(ash=30, birch=300), more])
        plan = audits.plan(now, quotas=saved)
        found = {tuple(dict(c.group).values()): (c.there, c.missing, c.met) for c in plan.checks}
        assert found == {
            ("ash", "female"): (15, 78, False),
            ("ash", "male"): (95, 0, True),
            ("ash",): (110, 0, True),
        }
        (unmet,) = plan.unmet
        assert unmet.says == "Ash × female: 78 still missing, 15 of 93 there."
        assert unmet.line == 2
        assert not unmet.changed

    def test_needs_that_changed_are_said(self, saved):
        wide = Settings().having(plan_half_width=0.05)
        plan = audits.plan(people(ash=300, birch=300), quotas=saved, settings=wide)
        check = next(c for c in plan.checks if len(c.group) == 1)
        assert (check.met, check.changed, check.needed) == (True, True, 381)
        assert check.says.endswith("met, 300 of 93 there; a plan made now asks for 381.")

    def test_groups_without_a_quota_are_said(self, saved):
        plan = audits.plan(people(ash=30, birch=300, cedar=40), quotas=saved)
        assert {dict(row.group).get("race") for row in plan.without_quota} == {"cedar"}

    def test_a_group_crossed_deeper_than_groups_are(self, tmp_path):
        path = tmp_path / "quotas.csv"
        path.write_text("race,sex,wanted\nash,female,20\n", encoding="utf-8")
        one = Settings().having(intersections=1)
        (check,) = audits.plan(people(ash=30, birch=300), quotas=path, settings=one).checks
        assert (check.there, check.missing, check.needed) == (15, 5, None)

    def test_nobody_came_of_a_group_only_the_reference_has(self, tmp_path):
        real = people(ash=100, birch=300)
        shares = {"race": {"ash": 0.2, "birch": 0.7, "rowan": 0.1}}
        path = planned(real, reference=shares).save(tmp_path / "quotas.csv")
        for reference in (None, shares):
            checks = audits.plan(real, quotas=path, reference=reference).checks
            assert [c.there for c in checks if dict(c.group).get("race") == "rowan"] == [0]

    def test_values_in_another_case_are_found(self, tmp_path):
        path = tmp_path / "quotas.csv"
        real = people(ash=30, birch=300).assign(paid=[True, False, True] * 110)
        path.write_text("paid,wanted\nTRUE,20\n", encoding="utf-8")
        (check,) = audits.plan(real, quotas=path).checks
        assert (check.there, check.met) == (220, True)


BAD = {
    "a column the table has not": ("rase,wanted\nash,9\n", "line 1,.*'rase'.*'race'"),
    "a value nobody has": (
        "race,wanted\noak,9\n", r"line 2: column 'race' holds 'oak'.*There are: ash, birch"
    ),
    "a slip": ("race,there,wanted\nBircch,0,9\n", r"line 2: column 'race'.*mean 'birch'"),
    "twice": ("race,wanted\nash,9\nbirch,3\nash,4\n", "line 4: names the same group as line 2"),
    "twice in another case": ("race,sex,wanted\nash,,9\n ash ,,4\n", "line 3: names the same"),
    "no number": ("race,wanted\nash,many\n", "line 2: column 'wanted' holds 'many'"),
    "no whole number": ("race,wanted\nash,9.5\n", "line 2: column 'wanted' holds '9.5'"),
    "a negative number": ("race,wanted\nash,-9\n", "line 2: column 'wanted' holds '-9'"),
    "an empty number": ("race,wanted\nash,\n", "line 2: column 'wanted' holds ''"),
    "an infinite number": ("race,wanted\nash,inf\n", "line 2: column 'wanted' holds 'inf'"),
    "there is no number": ("race,there,wanted\nash,x,9\n", "line 2: column 'there' holds 'x'"),
    "a line too short": ("race,sex,wanted\nash,9\n", "line 2: has 2 values where 3 columns"),
    "nothing wanted": ("race,sex\nash,female\n", "line 1: has no column 'wanted'"),
    "no features": ("wanted\n9\n", "line 1: names no sensitive feature"),
    "a column twice": ("race,race,wanted\na,b,9\n", "line 1: has the column 'race' twice"),
    "a column without a name": ("race,,wanted\na,b,9\n", "line 1: has a column without a name"),
    "an empty file": ("", "line 1: has no column 'wanted'"),
    "an open quotation mark": ('race,wanted\n"ash,9\n', "cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_quotas_are_named_by_line_and_column(case, tmp_path):
    text, said = BAD[case]
    path = tmp_path / "quotas.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises((SourceError, UnknownNameError, UsageError), match=f"(?s){said}"):
        planned(people(ash=30, birch=300), quotas=path)


def test_quotas_that_are_not_there_or_not_text(tmp_path):
    with pytest.raises(SourceError, match="cannot be read"):
        planned(people(ash=30, birch=300), quotas=tmp_path / "none.csv")
    (tmp_path / "latin.csv").write_bytes("race,wanted\nbœuf,9\n".encode("utf-16"))
    with pytest.raises(SourceError, match="UTF-8"):
        planned(people(ash=30, birch=300), quotas=tmp_path / "latin.csv")


def test_other_bands_are_advised(tmp_path):
    real = people(ash=30, birch=300).assign(age=[20 + i % 60 for i in range(330)])
    path = tmp_path / "quotas.csv"
    path.write_text("age,wanted\n18 to 30,40\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"Give the --bands of age"):
        audits.plan(real, quotas=path)


class TestAfterCollection:
    """Bands come with the quotas, and the same people twice are no further people."""

    @staticmethod
    def aged(rows: int, top: int = 60) -> pd.DataFrame:
        return people(ash=rows, birch=rows).assign(
            age=[20 + (7 * i) % top for i in range(2 * rows)],
            town=[f"town {i % 11}" for i in range(2 * rows)],
        )

    def test_bands_are_those_of_the_plan(self, tmp_path):
        """Cut anew at quantiles of the grown table, no band would be the one asked for."""
        plan = audits.plan(self.aged(60), sensitive_features=["age", "race"])
        path = plan.save(tmp_path / "quotas.csv")
        edges = plan.bands["age"]
        assert f'"age={",".join(edges)}"' in path.read_text(encoding="utf-8")
        older = self.aged(200, top=75)
        again = audits.plan(older, quotas=path)
        assert again.bands == plan.bands
        assert [check.group for check in again.checks] == [row.group for row in plan.short]
        own = audits.plan(older, quotas=path, bands={"age": [float(edge) for edge in edges]})
        assert own.checks == again.checks

    def test_bands_that_contradict_each_other(self, tmp_path):
        path = tmp_path / "quotas.csv"
        path.write_text('age,wanted,bands\nunder 30,9,age=30\nunder 40,9,"age=40"\n', "utf-8")
        with pytest.raises(SourceError, match="line 3: has other bands of 'age'"):
            audits.plan(self.aged(60), quotas=path)
        path.write_text("age,wanted,bands\nunder 30,9,age=young\n", "utf-8")
        with pytest.raises(SourceError, match=r"column 'bands'.*'young'"):
            audits.plan(self.aged(60), quotas=path)

    def test_repeated_rows_are_told(self, tmp_path):
        path = tmp_path / "quotas.csv"
        path.write_text("race,wanted\nash,90\nbirch,50\n", encoding="utf-8")
        table = self.aged(50)
        table["town"] = [f"town {i}" for i in range(100)]
        table.loc[99, ["town", "age", "sex"]] = table.loc[98, ["town", "age", "sex"]]
        twice = pd.concat([table, table.iloc[:45]], ignore_index=True)
        ash, birch = audits.plan(twice, quotas=path).checks
        assert (ash.there, ash.met, ash.repeats) == (95, True, 45)
        assert "95 of 90 there, of which 45 rows repeat another in every compared" in ash.says
        assert birch.repeats == 1
        assert "of which 1 row repeats another" in birch.says

    def test_where_nothing_tells_people_apart_nothing_is_said(self, saved):
        checks = audits.plan(people(ash=30, birch=300), quotas=saved).checks
        assert {check.repeats for check in checks} == {None}
        assert not any("repeat" in check.says for check in checks)

    def test_an_identifier_in_which_some_stand_twice_has_no_types(self):
        table = self.aged(150)
        table["person_id"] = [f"P{i}" for i in range(300)]
        table["code"] = [f"code {i}" for i in range(300)]
        twice = pd.concat([table, table.iloc[:40]], ignore_index=True)
        plan = audits.plan(twice, sensitive_features="race")
        assert {row.completeness_attribute for row in plan.groups} <= {"", "sex", "town"}


class TestFrame:
    def test_a_line_per_group_and_other_tables_by_name(self, saved):
        plan = audits.plan(people(ash=30, birch=300), quotas=saved)
        frame = plan.to_frame()
        assert frame["more"].tolist() == [row.more for row in plan.groups]
        assert plan.to_frame("recruits")["recruits"].sum() == sum(r.recruits for r in plan.recruits)
        checks = plan.to_frame("checks")
        assert checks[["line", "wanted", "there"]].values.tolist() == [
            [check.line, check.wanted, check.there] for check in plan.checks
        ]
        with pytest.raises(KeyError, match="there are: groups, recruits, totals, effort, checks"):
            plan.to_frame("people")


class TestSavedAudit:
    @pytest.fixture
    def audit(self):
        real = people(ash=30, birch=300)
        return audits.compare(
            real, real, sensitive_features=["race", "sex"], ask=["collection"]
        )  # fmt: skip

    def test_the_same_plan(self, audit, tmp_path):
        direct = planned(people(ash=30, birch=300))
        path = audit.save(tmp_path / "audit.json")
        for source in (audit, path, str(path)):
            plan = audits.plan(source)
            assert plan.answer == direct.answer
            assert [record.role for record in plan.inputs] == ["real"]

    def test_a_population_smaller_than_the_table(self):
        made = people(ash=30, birch=300)
        few = Settings().having(population_size=200)
        audit = audits.compare(
            made, made, sensitive_features="race", ask=["collection"], settings=few
        )
        with pytest.raises(UsageError, match=r"200 people.*has 330 rows"):
            audits.plan(audit)

    def test_what_cannot_be_changed_any_more(self, audit, saved):
        with pytest.raises(UsageError, match="weights cannot be changed"):
            audits.plan(audit, weights="w")
        with pytest.raises(UsageError, match="settings cannot be changed"):
            audits.plan(audit, settings=Settings())
        with pytest.raises(UsageError, match="sensitive_features cannot be changed"):
            audits.plan(audit, sensitive_features="race")
        with pytest.raises(UsageError, match="Give the real table"):
            audits.plan(audit, quotas=saved)

    def test_without_the_question_or_with_hidden_counts(self, audit):
        real = people(ash=30, birch=300)
        other = audits.compare(real, real, sensitive_features="race", ask=["coverage"])
        with pytest.raises(UsageError, match="did not ask 'collection'"):
            audits.plan(other)
        import dataclasses

        with pytest.raises(UsageError, match="below 11 are hidden"):
            audits.plan(dataclasses.replace(audit, min_cell=11))


class TestCommand:
    def test_saves_quotas_and_says_what_is_needed(self, tmp_path):
        target = tmp_path / "quotas.csv"
        done = run(REAL, "--sensitive-features", "race,sex", "--output", target)
        assert done.exit_code == 0, done.output
        assert "Black: 63 more people, 93 in all where 30 are" in " ".join(done.stdout.split())
        assert "keep it where the data are" in done.stderr
        assert target.read_text(encoding="utf-8").startswith("race,sex,there,wanted,recruit,")

    def test_half_width_and_population(self):
        done = run(
            REAL, "--sensitive-features", "race", "--half-width", "0.05", "--population", "20000",
            "--format", "csv",
        )  # fmt: skip
        assert done.exit_code == 0, done.output
        # of 200 Black people in all, 381/(1 + 380/200) are 131.4
        assert "Black,30,132,102,interval,10200," in done.stdout

    def test_people_to_approach_are_rounded_up_everywhere(self, tmp_path):
        """58 more of 35 in 335: 555.1 people on average, for which 555 are not enough."""
        path = tmp_path / "real.csv"
        people(ash=35, birch=300).to_csv(path, index=False)
        asked = (path, "--sensitive-features", "race")
        (line,) = csv.DictReader(run(*asked, "--format", "csv").stdout.splitlines())
        assert line["approach"] == "556"
        text = " ".join(run(*asked).stdout.split())
        likely = int(line["approach_likely"])
        assert f"About 556 people to approach at random, {likely:,} to be 95 % sure" in text

    def test_json(self):
        done = run(REAL, "--sensitive-features", "race", "--format", "json")
        document = json.loads(done.stdout)
        assert document["says"][0].startswith("Black: 63 more people")
        assert document["answer"]["question"] == "collection"

    def test_checked_again(self, tmp_path):
        quotas = tmp_path / "quotas.csv"
        assert run(REAL, "--sensitive-features", "race", "--output", quotas).exit_code == 0
        for gate, code in (((), 0), (("--fail-on", "unmet"), 1)):
            done = run(REAL, "--quotas", quotas, *gate)
            assert done.exit_code == code
            assert "quotas.csv: 0 of 1 quotas met" in done.stdout
            assert "line 2: Black: 63 still missing, 30 of 93 there." in done.stdout
        assert "--fail-on unmet: 1 of 1 quotas" in done.stderr
        quotas.write_text("race,wanted\nBlack,30\n", encoding="utf-8")
        assert run(REAL, "--quotas", quotas, "--fail-on", "unmet").exit_code == 0

    @pytest.mark.parametrize(
        ("args", "code", "said"),
        [
            ((REAL,), 2, "no sensitive feature was named"),
            ((REAL, "--sensitive-features", "race", "--fail-on", "unmet"), 2, "needs --quotas"),
            ((REAL, "--sensitive-features", "rase"), 2, "Did you mean 'race'"),
            ((REAL, "--sensitive-features", "race", "--output", REAL), 2, "overwrite an input"),
            ((REAL, "--sensitive-features", "race", "--half-width", "0.9"), 2, "plan_half_width"),
            (
                (REAL, "--sensitive-features", "race", "--half-width", "0.1", "--set",
                 "plan_half_width=0.2"), 2, "given twice",
            ),
            ((REAL, "--sensitive-features", "race", "--population", "2000"), 2, "3,000 rows"),
            (("none.json",), 3, "none.json"),
            (("none.csv", "--sensitive-features", "race"), 3, "none.csv"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_done(self, args, code, said):
        done = run(*args)
        assert done.exit_code == code, done.output
        assert said in done.stderr

    def test_names_cannot_command_a_terminal(self, tmp_path):
        real = people(ash=30, birch=300).replace("ash", "\x1b[31mash")
        path = tmp_path / "real.csv"
        real.to_csv(path, index=False)
        done = run(path, "--sensitive-features", "race")
        assert done.exit_code == 0
        assert "\x1b" not in done.stdout


def test_everything_reads_back_to_an_error_with_a_code():
    with pytest.raises(AuditError):
        audits.plan("none.csv", sensitive_features="race")

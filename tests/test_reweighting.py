"""Weights to a reference: files, records, what they say, and what is refused."""

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import audits
from audits import cli
from audits.errors import InputError, SourceError, UsageError
from audits.formulas.effective_rows import kish
from audits.settings import Settings

SAMPLE = Path(__file__).resolve().parent.parent / "sample_data"
MARGINS = {"race": {"ash": 0.5, "birch": 0.5}, "sex": {"female": 0.4, "male": 0.6}}
JOINT = {
    ("race", "sex"): {
        ("ash", "female"): 0.3, ("ash", "male"): 0.2,
        ("birch", "female"): 0.1, ("birch", "male"): 0.4,
    }
}  # fmt: skip
COUNTS = {
    ("ash", "female"): 30, ("ash", "male"): 10, ("birch", "female"): 20, ("birch", "male"): 40
}  # fmt: skip


def people(counts=COUNTS, seed=0):
    rows = [key for key, n in counts.items() for _ in range(n)]
    made = pd.DataFrame(rows, columns=["race", "sex"])
    return made.sample(frac=1, random_state=seed, ignore_index=True)


def weighed(table, made):
    """Sum of the weights per race and sex."""
    sums = table.assign(w=made.weights).groupby(["race", "sex"], dropna=False)["w"].sum()
    return {key: pytest.approx(value, abs=1e-5) for key, value in sums.items()}


def row(made, **group):
    wanted = tuple(sorted(group.items()))
    (found,) = [one for one in made.margins if one.group == wanted]
    return found


EXPECTED = {
    ("ash", "female"): 30, ("ash", "male"): 20, ("birch", "female"): 10, ("birch", "male"): 40
}  # fmt: skip


class TestWeights:
    def test_worked_example_by_margins(self):
        table = people()
        made = audits.reweight(table, MARGINS)
        assert weighed(table, made) == EXPECTED
        assert (made.method, made.rows) == ("raked", 100)
        assert made.effective == pytest.approx(86.9565, abs=1e-3)
        assert made.design_effect == pytest.approx(1.15, abs=1e-6)
        assert made.effective == pytest.approx(kish(made.weights))
        assert made.spread == pytest.approx(2, abs=1e-6)
        assert made.error <= 1e-8
        assert made.weights.mean() == pytest.approx(1)

    def test_worked_example_by_joint_shares(self):
        table = people()
        made = audits.reweight(table, JOINT)
        assert weighed(table, made) == EXPECTED
        assert (made.method, made.sweeps) == ("post-stratified", 1)
        assert made.error == pytest.approx(0, abs=1e-12)

    def test_in_the_order_of_the_rows(self):
        table = people()
        by_row = dict(zip(map(tuple, table.to_numpy()), [0] * 100, strict=True))
        made = audits.reweight(table, JOINT)
        for key in by_row:
            own = made.weights[(table["race"] == key[0]) & (table["sex"] == key[1])]
            assert own == pytest.approx(EXPECTED[key] / COUNTS[key])
        order = np.random.default_rng(1).permutation(100)
        again = audits.reweight(table.iloc[order], JOINT)
        assert again.weights == pytest.approx(made.weights[order])
        assert again.to_dict() == made.to_dict()

    def test_joint_shares_are_preferred_and_either_can_be_asked_for(self):
        both = {**MARGINS, **JOINT}
        table = people()
        assert audits.reweight(table, both).method == "post-stratified"
        assert audits.reweight(table, both, use="joint").method == "post-stratified"
        assert audits.reweight(table, both, use="margins").method == "raked"

    def test_joint_shares_of_some_columns_and_a_margin_of_another(self):
        table = people().assign(paid=["yes", "no"] * 50)
        shares = {**JOINT, **MARGINS, "paid": {"yes": 0.7, "no": 0.3}}
        made = audits.reweight(table, shares)
        assert made.method == "raked"
        assert {tuple(c for c, _ in one.group) for one in made.margins} == {
            ("race", "sex"),
            ("paid",),
        }
        assert row(made, paid="yes").after == pytest.approx(0.7, abs=1e-7)
        assert row(made, race="ash", sex="male").after == pytest.approx(0.2, abs=1e-7)

    def test_shares_before_due_and_after(self):
        made = audits.reweight(people(), MARGINS)
        found = row(made, race="ash")
        assert (found.rows, found.before, found.target) == (40, 0.4, 0.5)
        assert found.after == pytest.approx(0.5)
        assert found.trimmed is None

    def test_bands_of_numbers(self):
        table = people().assign(age=[20 + i % 60 for i in range(100)])
        made = audits.reweight(
            table, {"age": {"under 50": 0.5, "50 and over": 0.5}}, bands={"age": [50]}
        )
        young = table["age"] < 50
        assert made.weights[young].sum() == pytest.approx(50)

    def test_polars_and_files(self, tmp_path):
        import polars as pl

        table = people()
        table.to_csv(tmp_path / "table.csv", index=False)
        plain = audits.reweight(table, MARGINS).weights
        assert audits.reweight(pl.from_pandas(table), MARGINS).weights == pytest.approx(plain)
        assert audits.reweight(tmp_path / "table.csv", MARGINS).weights == pytest.approx(plain)


class TestMissing:
    def test_they_keep_their_weight_and_it_is_said(self):
        table = people()
        table.loc[:9, "race"] = None
        made = audits.reweight(table, {"race": MARGINS["race"]})
        assert made.weights[:10] == pytest.approx(1)
        known = table["race"].notna()
        assert made.weights[known & (table["race"] == "ash")].sum() == pytest.approx(45)
        assert any("10 people lack a value" in text for text in made.warnings)

    def test_raked_they_keep_it_as_a_whole(self):
        table = people()
        table.loc[:9, "race"] = None
        made = audits.reweight(table, MARGINS)
        assert made.weights[:10].sum() == pytest.approx(10)
        assert made.weights[table["sex"] == "female"].sum() == pytest.approx(40)

    def test_the_reference_may_have_them_too(self):
        table = people()
        table.loc[:9, "race"] = None
        made = audits.reweight(table, {"race": {"ash": 0.5, "birch": 0.3, "missing": 0.2}})
        assert made.weights[:10].sum() == pytest.approx(20)
        assert not any("lack a value" in text for text in made.warnings)


THIRTY = pd.DataFrame({"race": ["Black"] * 30 + ["White"] * 970})
SHARES = {"race": {"Black": 0.13, "White": 0.87}}


class TestSays:
    def test_weights_create_no_people(self):
        made = audits.reweight(THIRTY, SHARES)
        assert made.says == (
            "The 30 Black people now count for 13 % of the table and are still 30.",
            "Weights create no people: 1,000 people are worth 744 (design effect 1.34).",
        )

    def test_synthetic_rows_are_not_people(self):
        made = audits.reweight(THIRTY, SHARES, synthetic=True)
        assert "The 30 Black rows now count for 13 %" in made.says[0]
        assert "people are" not in " ".join(made.says)
        assert made.inputs[0].role == "synthetic"

    def test_what_is_not_raised_is_not_said(self):
        assert len(audits.reweight(THIRTY, {"race": {"Black": 0.03, "White": 0.97}}).says) == 1

    def test_warnings_and_their_limits(self):
        table = pd.DataFrame({"race": ["Black"] * 15 + ["White"] * 985})
        made = audits.reweight(table, {"race": {"Black": 0.3, "White": 0.7}})
        text = " ".join(made.warnings)
        assert "The design effect is 6.50" in text
        assert "The largest weight is 28.14 times the median" in text
        assert "Fewer than 20 people carry the share of Black (15)" in text
        calm = Settings().having(
            design_effect_watch=7, weight_spread_watch=30, weight_cell_least=15
        )
        again = audits.reweight(table, {"race": {"Black": 0.3, "White": 0.7}}, settings=calm)
        assert again.warnings == ()

    def test_rows_without_weight(self):
        made = audits.reweight(people(), {"race": {"ash": 1.0, "birch": 0.0}})
        assert any("60 people get the weight 0" in text for text in made.warnings)
        assert any("More than half of the people weigh nothing" in text for text in made.warnings)
        assert made.spread == float("inf")


class TestTrim:
    def test_both_are_reported(self):
        made = audits.reweight(THIRTY, SHARES, trim=3)
        assert made.weights.max() == pytest.approx(3)
        found = row(made, race="Black")
        assert (found.trimmed, found.after) == (pytest.approx(0.09), pytest.approx(0.09))
        assert any(
            "trimmed at 3.00 times the mean, which moved shares by up to 4 %" in text
            and "Black has 9 % where 13 % is due" in text
            for text in made.warnings
        )

    def test_raked_again_it_comes_nearer(self):
        made = audits.reweight(people(), MARGINS, trim=1.5)
        found = row(made, sex="male")
        assert abs(found.trimmed - 0.6) > 0.01
        assert found.after == pytest.approx(0.6, abs=1e-6)
        assert made.weights.max() <= 1.5 * (1 + 1e-9)

    def test_a_cap_nobody_reaches(self):
        made = audits.reweight(people(), MARGINS, trim=4)
        assert any("nothing was cut" in text for text in made.warnings)

    def test_a_cap_below_what_the_weighed_come_to(self):
        with pytest.raises(UsageError, match=r"trim must be at least 2\.5"):
            audits.reweight(people(), {"race": {"ash": 1.0, "birch": 0.0}}, trim=2)

    @pytest.mark.parametrize("cap", [1.0, 0.5, float("inf"), float("nan"), -2])
    def test_what_is_no_cap(self, cap):
        with pytest.raises(UsageError, match="trim must be above 1"):
            audits.reweight(people(), MARGINS, trim=cap)


REFUSED = {
    "shares that do not sum to one": (
        {"race": {"ash": 0.5, "birch": 0.4}}, {}, InputError, "'race' sum to 0.9, not to 1"
    ),
    "a joint table that contradicts a margin": (
        {**JOINT, "race": {"ash": 0.6, "birch": 0.4}}, {}, InputError,
        "contradicts itself: by race, ash has 0.6, and by race×sex it has 0.5",
    ),
    "nobody has a value": (
        {"race": {"ash": 0.4, "birch": 0.5, "cedar": 0.1}}, {}, InputError,
        r"no weight can make cedar \(10 %\) of nobody.*Join.*or collect",
    ),
    "nobody is both": (
        {("race", "sex"): {("ash", "female"): 0.5, ("ash", "male"): 0.3, ("birch", "male"): 0.2}},
        {"counts": {("ash", "female"): 50, ("birch", "male"): 50}}, InputError,
        r"no weight can make ash × male \(30 %\) of nobody",
    ),
    "the reference does not name a value": (
        {"race": {"ash": 0.5, "oak": 0.5}}, {}, InputError,
        r"rows of race that the reference does not name: birch \(60 rows\)",
    ),
    "margins nobody can meet": (
        MARGINS, {"counts": {**COUNTS, ("ash", "male"): 0}},
        InputError, "No weights meet the shares of race and sex at once.*would have",
    ),
    "no joint shares": (
        MARGINS, {"use": "joint"}, UsageError, "no joint shares of race×sex.*It gives no joint ones"
    ),
    "only joint shares": (
        JOINT, {"use": "margins"}, UsageError, "gives no share of a single column"
    ),
    "joint shares of other columns": (
        JOINT, {"use": "joint", "sensitive_features": ["race"]}, UsageError, "names none"
    ),
    "a column the table has not": (
        {"rase": {"ash": 0.5, "birch": 0.5}}, {}, UsageError, "'rase'.*Did you mean 'race'"
    ),
    "a slip": (
        {"race": {"ash": 0.5, "brich": 0.5}}, {}, InputError, "Did you mean 'birch'"
    ),
    "no such use": (MARGINS, {"use": "rims"}, UsageError, "use must be joint or margins"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(case):
    reference, options, error, said = REFUSED[case]
    table = people(options.pop("counts", COUNTS)) if "counts" in options else people()
    with pytest.raises(error, match=f"(?s){said}"):
        audits.reweight(table, reference, **options)


class TestUse:
    def test_an_audit_takes_the_weights_as_a_column(self, tmp_path):
        real = people({("ash", "female"): 300, ("birch", "male"): 700}, 3)
        real["work"] = ["paid", "unpaid"] * 500
        made = audits.reweight(real, {"race": {"ash": 0.5, "birch": 0.5}})
        path = made.save(tmp_path / "weights.csv")
        joined = real.assign(weight=pd.read_csv(path)["weight"])
        audit = audits.compare(
            joined, people({("ash", "female"): 500, ("birch", "male"): 500}).assign(
                work=["paid", "unpaid"] * 500
            ),
            sensitive_features="race", weights="weight", ask=["coverage"],
        )  # fmt: skip
        found = audit["coverage"][{"race": "ash"}][0]
        assert found.real_share.value == pytest.approx(0.5)
        assert found.real == 300

    def test_csv_and_parquet(self, tmp_path):
        made = audits.reweight(people(), MARGINS)
        lines = list(
            csv.DictReader(made.save(tmp_path / "w.csv").read_text(encoding="utf-8").splitlines())
        )
        assert [int(line["row"]) for line in lines] == list(range(1, 101))
        assert [float(line["weight"]) for line in lines] == made.weights.tolist()
        table = pq.read_table(made.save(tmp_path / "w.parquet"))
        assert table.column_names == ["row", "weight"]
        assert table["weight"].to_pylist() == made.weights.tolist()
        assert sorted(path.name for path in tmp_path.iterdir()) == ["w.csv", "w.parquet"]

    def test_a_name_that_does_not_say_what_to_write(self, tmp_path):
        made = audits.reweight(people(), MARGINS)
        with pytest.raises(UsageError, match=r"must end in \.csv or \.parquet"):
            made.save(tmp_path / "weights.xlsx")
        with pytest.raises(SourceError, match="cannot be written"):
            made.save(tmp_path / "nowhere" / "weights.csv")

    def test_strict_json(self):
        for table, shares in ((people(), MARGINS), (people(), {"race": {"ash": 1, "birch": 0}})):
            document = audits.reweight(table, shares).to_dict()
            assert json.loads(json.dumps(document, allow_nan=False)) == document


def run(*args):
    return CliRunner().invoke(cli.app, ["reweight", *map(str, args)])


class TestCommand:
    REAL, POPULATION = SAMPLE / "survey_real.csv", SAMPLE / "population.csv"

    def test_writes_a_weight_per_row(self, tmp_path):
        target = tmp_path / "weights.csv"
        done = run(
            self.REAL, "--reference", self.POPULATION, "--sensitive-features", "race,sex",
            "--output", target,
        )  # fmt: skip
        assert done.exit_code == 0, done.output
        assert len(target.read_text(encoding="utf-8").splitlines()) == 3001
        text = " ".join(done.stdout.split())
        assert "3,000 rows post-stratified" in text
        assert (
            "The 15 Black × female people now count for 6.6 % of the table and are still 15."
            in text
        )
        assert "a weight for each of 3,000 rows" in done.stderr

    @pytest.mark.parametrize("form", ["json", "csv"])
    def test_other_forms(self, tmp_path, form):
        done = run(
            self.REAL, "--reference", self.POPULATION, "--sensitive-features", "race", "--margins",
            "--output", tmp_path / "w.parquet", "--format", form,
        )  # fmt: skip
        assert done.exit_code == 0, done.output
        if form == "json":
            assert json.loads(done.stdout)["method"] == "post-stratified"
        else:
            assert done.stdout.startswith("group,rows,before,target,trimmed,after,error\n")

    @pytest.mark.parametrize(
        ("more", "code", "said"),
        [
            (("--joint", "--margins", "--output", "w.csv"), 2, "exclude each other"),
            (("--output", "w.xlsx"), 2, "must end in"),
            (("--output", "none/w.csv"), 2, "there is no folder"),
            (("--output", "w.csv", "--trim", "0.5"), 2, "trim must be above 1"),
            (("--output", "w.csv", "--set", "design_effect_watch=x"), 2, "must be a number"),
        ],
    )
    def test_what_cannot_be_done(self, tmp_path, monkeypatch, more, code, said):
        monkeypatch.chdir(tmp_path)
        done = run(self.REAL, "--reference", self.POPULATION, *more)
        assert done.exit_code == code, done.output
        assert said in done.stderr
        assert not list(tmp_path.iterdir())

    def test_an_input_is_not_overwritten(self):
        done = run(self.REAL, "--reference", self.POPULATION, "--output", self.REAL)
        assert (done.exit_code, "overwrite an input" in done.stderr) == (2, True)


def test_frames_of_weights_and_of_what_they_did():
    made = audits.reweight(people(), MARGINS)
    frame = made.to_frame()
    assert frame["row"].tolist() == list(range(1, 101))
    assert frame["weight"].tolist() == made.weights.tolist()
    assert made.to_frame("margins")["after"].tolist() == [line.after for line in made.margins]
    assert made.to_frame("cells")["rows"].sum() == 100
    with pytest.raises(KeyError, match="there are: margins, cells"):
        made.to_frame("rows")

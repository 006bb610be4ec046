"""Tables made anew from themselves: laws, bad input, the same numbers every time."""

import dataclasses
import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import audits
from audits import cli
from audits.errors import ColumnNotFoundError, InputError, UnknownNameError, UsageError
from audits.estimates import Estimate
from audits.formulas.regeneration import LOOPS
from audits.questions.generations_loop import LOOPS as GIVEN_LOOPS
from audits.settings import Settings
from audits.simulation import words
from audits.simulation.planner import _outcome, _Run, _Tried
from audits.simulation.recipes import Recipe

SAMPLE = Path(__file__).resolve().parent.parent / "sample_data" / "generations" / "g0.csv"


def people(rows=120, seed=1):
    """Rows of two sensitive features and three columns, one of them numeric with many values."""
    rng = np.random.default_rng(seed)
    sex = rng.choice(["female", "male"], rows)
    return pd.DataFrame(
        {
            "sex": sex,
            "race": rng.choice(["ash", "birch", "cedar"], rows, p=[0.6, 0.3, 0.1]),
            "job": np.where(rng.random(rows) < 0.7, np.where(sex == "male", "a", "b"), "c"),
            "city": rng.choice(list("vwxyz"), rows, p=[0.5, 0.2, 0.15, 0.1, 0.05]),
            "pay": rng.lognormal(3, 1, rows).round(3),
        }
    )


def simulated(real=None, **options):
    real = people() if real is None else real
    options.setdefault("sensitive_features", ["sex", "race"])
    options.setdefault("generations", 4)
    options.setdefault("chains", 3)
    return audits.simulate(real, **options)


def run(*args):
    return CliRunner().invoke(cli.app, ["simulate", *map(str, args)])


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "real.csv"
    people().to_csv(path, index=False)
    return path


class TestLaws:
    @pytest.mark.parametrize("loop", ["replace", "accumulate", "fixed-real", "fresh"])
    def test_a_copier_follows_the_closed_form(self, loop):
        options = {"real_rows": 30} if loop in ("fixed-real", "fresh") else {}
        found = simulated(loop=loop, chains=150, rows=60, features=["city", "job"], **options)
        for group in ({}, {"sex": "female"}, {"race": "ash"}):
            row = found[group]
            error = (row.kept.high - row.kept.low) / 2 / 1.976
            assert abs(row.kept.value - row.kept_copier) < 4 * error

    def test_values_follow_the_chain(self):
        found = simulated(chains=150, rows=60, features=["city", "job"])
        for row in (found[{}], found[{"race": "birch"}]):
            error = (row.values_last.high - row.values_last.low) / 2 / 1.976
            assert abs(row.values_last.value - row.values_copier) < 4 * error + 1e-9

    @pytest.mark.parametrize("generator", ["resample", "sharpen"])
    def test_accumulating_and_fresh_rows_lose_less(self, generator):
        kept = {
            loop: simulated(loop=loop, generator=generator, generations=12, chains=8, rows=60)[
                {}
            ].kept
            for loop in ("replace", "accumulate", "fresh")
        }
        assert kept["replace"].high < kept["accumulate"].low
        assert kept["replace"].high < kept["fresh"].low

    def test_sharpening_loses_more_than_chance(self):
        found = simulated(generator="sharpen", temperature=0.6)[{}]
        assert found.excess.low > 1
        assert found.kept.high < found.kept_copier
        assert math.isnan(found.values_copier)
        assert math.isnan(found.kept_for_ever)

    def test_a_faithful_generator_with_fresh_rows_stays(self):
        found = simulated(
            loop="fresh", generator="sharpen", temperature=1.0, generations=8, rows=120
        )[{}]
        assert found.kept.value == pytest.approx(1, abs=0.06)
        assert not found.decay.low > 0.02

    def test_a_small_group_dies_out(self):
        real = pd.DataFrame({"sex": ["f"] * 2 + ["m"] * 98, "job": list("ab") * 50})
        found = simulated(real, sensitive_features="sex", generations=60, chains=12)
        row = found[{"sex": "f"}]
        assert row.gone >= 6
        assert row.real == 2
        assert found.groups[0] is row
        last = [step for step in found.steps if step.group == row.group][-1]
        assert last.chains <= 12 - row.gone

    def test_shares_add_up(self):
        found = simulated()
        last = [step for step in found.steps if step.generation == 4]
        sexes = [step for step in last if [c for c, _ in step.group] == ["sex"]]
        assert sum(step.share.value for step in sexes) == pytest.approx(1)
        assert found[{}].rows == 120

    def test_bands_of_numbers_are_groups(self):
        found = simulated(sensitive_features=["pay"], bands={"pay": [20.0]}, loop="accumulate")
        assert [row.real for row in found.groups if row.group].count(0) == 0
        assert sum(row.real for row in found.groups if row.group) == 120


class TestSame:
    def test_seed(self):
        first, again = simulated(), simulated()
        assert first.to_dict() == again.to_dict()
        other = simulated(settings=Settings(seed=7))
        assert other.to_dict()["tables"] != first.to_dict()["tables"]

    @pytest.mark.parametrize("generator", ["resample", "sharpen"])
    def test_order_of_rows_and_columns(self, generator):
        real = people()
        mixed = real.sample(frac=1, random_state=3)[list(real.columns)[::-1]]
        one, other = (
            simulated(frame, generator=generator, hold=0.2).to_dict()["tables"]
            for frame in (real, mixed)
        )
        assert one == other

    def test_sample_of_many(self):
        found = simulated(people(400), settings=Settings(simulation_rows=100))
        assert 50 < found[{}].real < 150
        assert any("simulation_rows" in note for note in found.notes)


class TestFresh:
    def test_planned_and_confirmed(self):
        found = simulated(people(400), hold=0.1, generations=3)
        everyone = next(row for row in found.plan if not row.group)
        assert everyone.outcome == "confirmed"
        assert everyone.fresh == 5
        assert everyone.promised <= 0.1
        for row in found.plan:
            error = (row.lost.high - row.lost.low) / 2 / 1.97
            assert abs(row.lost.value - row.promised_by) <= 4 * error
        cedar = next(row for row in found.plan if row.group == (("race", "cedar"),))
        assert cedar.fresh_of_all == math.ceil(cedar.fresh * 400 / cedar.real)
        assert cedar.fixed > cedar.fresh
        assert all("closed form" in words.fresh(row, found.recipe) for row in found.plan)

    def test_a_narrowing_generator_is_not_held(self):
        found = simulated(people(400), hold=0.05, generator="sharpen", temperature=0.6)
        everyone = next(row for row in found.plan if not row.group)
        assert everyone.outcome == "not held"
        assert "narrows by itself" in words.fresh(everyone, found.recipe)

    def test_too_few_to_be_simulated(self):
        real = pd.DataFrame({"sex": ["f"] + ["m"] * 99, "job": list("ab") * 50})
        found = simulated(real, sensitive_features="sex", hold=0.1)
        row = next(row for row in found.plan if row.group == (("sex", "f"),))
        assert (row.outcome, row.chains, row.generations) == ("not simulated", 0, 0)
        assert not row.lost.known
        assert "Not simulated" in words.fresh(row, found.recipe)

    def test_little_may_be_drawn(self):
        found = simulated(people(400), hold=0.05, settings=Settings(simulation_draws=10_000))
        everyone = next(row for row in found.plan if not row.group)
        assert everyone.generations == 4
        assert everyone.outcome in ("so far", "not settled")

    def test_a_limit_beyond_the_promise_is_no_confirmation(self):
        row = next(
            row for row in simulated(people(400), hold=0.05, generations=5).plan if not row.group
        )
        beyond = dataclasses.replace(
            row, outcome="within error", promised_by=0.048, lost=Estimate(0.052, 0.048, 0.056)
        )
        said = words.fresh(beyond, Recipe(hold=0.05))
        assert "confirmed" not in said
        assert "within Monte Carlo error of the 4.8 % by the closed form" in said
        assert "its interval reaches 5.6 %" in said

    @pytest.mark.parametrize(
        ("lost", "by", "outcome"),
        [
            ((0.04, 0.03, 0.05), 0.048, "confirmed"),
            ((0.052, 0.048, 0.056), 0.048, "within error"),
            ((0.01, 0.005, 0.015), 0.012, "so far"),
            ((0.08, 0.06, 0.10), 0.048, "not held"),
            ((0.06, 0.01, 0.11), 0.048, "not settled"),
            ((0.04, 0.03, 0.05), 0.012, "not settled"),
            ((0.04, math.nan, math.nan), 0.048, "not settled"),
            ((math.nan,) * 3, 0.048, "not simulated"),
        ],
    )
    def test_outcomes(self, lost, by, outcome):
        tried = _Tried(_Run(0, 10, 5, 4, 3), by, Estimate(*lost))
        assert _outcome(0.05, tried, 0.048) == outcome


class TestRefused:
    @pytest.mark.parametrize(
        ("options", "error", "says"),
        [
            ({"loop": "replcae"}, UnknownNameError, "Did you mean 'replace'"),
            ({"generator": "gan"}, UnknownNameError, "There are: resample, sharpen"),
            ({"generator": "sharpen", "temperature": 0}, UsageError, "from 0.01 to 100, got 0"),
            ({"generator": "sharpen", "temperature": -1}, UsageError, "got -1"),
            ({"generator": "sharpen", "temperature": math.nan}, UsageError, "got nan"),
            ({"temperature": 0.5}, UsageError, "has none"),
            ({"rows": 1}, UsageError, "from 2 to"),
            ({"generations": 0}, UsageError, "generations must be"),
            ({"chains": 0}, UsageError, "chains must be"),
            ({"real_rows": 5}, UsageError, "the loop 'replace' has none"),
            ({"loop": "fresh", "real_rows": 0}, UsageError, "from 1 to"),
            ({"loop": "fixed-real", "real_rows": 500}, InputError, "there are 120"),
            ({"hold": 0}, UsageError, "above 0"),
            ({"hold": 5}, UsageError, "5% is 0.05"),
            ({"sensitive_features": ["race", "eyes"]}, ColumnNotFoundError, "eyes"),
            ({"sensitive_features": []}, UsageError, "sensitive feature"),
        ],
    )
    def test_arguments(self, options, error, says):
        with pytest.raises(error, match=says):
            simulated(**options)

    @pytest.mark.parametrize("rows", [0, 1])
    def test_no_rows(self, rows):
        with pytest.raises(InputError):
            simulated(people().head(rows))

    def test_group_that_is_absent(self):
        found = simulated()
        with pytest.raises(UnknownNameError, match="race=elm"):
            found[{"race": "elm"}]
        with pytest.raises(UnknownNameError, match="table"):
            found.to_frame("group")


class TestSaid:
    def test_frames_and_words(self):
        found = simulated(loop="fresh", real_rows=20, hold=0.1)
        assert len(found.to_frame("steps")) == len(found.groups) * 5
        assert len(found.to_frame("plan")) == len(found.plan)
        assert set(found.to_frame()["group"]) >= {"everyone", "ash × female"}
        said = [words.group(row, found.recipe) for row in found.groups]
        assert all("nan" not in text.lower() for text in said)
        assert "levels off at" in words.group(found[{}], found.recipe)
        assert "20 fresh real rows" in words.loop(found.recipe)
        assert "fresh" in repr(found)

    def test_single_chain(self):
        found = simulated(chains=1)
        assert math.isnan(found[{}].kept.low)
        assert any("single chain" in note for note in found.notes)
        json.dumps(found.to_dict(), allow_nan=False)

    def test_who_is_gone(self):
        real = pd.DataFrame({"sex": ["f"] + ["m"] * 99, "job": list("ab") * 50})
        found = simulated(
            real, sensitive_features="sex", generator="sharpen", temperature=0.1, chains=2
        )
        assert "nobody is left in any chain" in words.group(found[{"sex": "f"}], found.recipe)


class TestFiles:
    def test_generations_can_be_read_again(self, tmp_path):
        folder = tmp_path / "made"
        found = simulated(output=folder)
        files = sorted(path.name for path in folder.iterdir())
        assert files == ["g0.csv", "g1.csv", "g2.csv", "g3.csv", "g4.csv", "simulation.json"]
        tables = [pd.read_csv(folder / f"g{t}.csv") for t in range(5)]
        assert all(len(table) == 360 for table in tables)
        assert set(tables[4]["chain"]) == {1, 2, 3}
        real = people()
        one = tables[0][tables[0]["chain"] == 1].drop(columns="chain")
        assert sorted(one["pay"]) == pytest.approx(sorted(real["pay"]))
        assert sorted(one["city"]) == sorted(real["city"])
        again = json.loads((folder / "simulation.json").read_text(encoding="utf-8"))
        assert again == json.loads(json.dumps(found.to_dict()))
        audit = audits.generations(
            [folder / f"g{t}.csv" for t in range(5)],
            sensitive_features=["sex", "race"],
            chain_column="chain",
        )
        row = audit["generations"][{}][0]
        assert row.decay.value == pytest.approx(found[{}].decay.value, rel=0.05, abs=1e-3)

    def test_bytes_are_the_same(self, tmp_path):
        for name in ("one", "two"):
            simulated(output=tmp_path / name, generator="sharpen")
        for path in (tmp_path / "one").iterdir():
            assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()

    def test_missing_values_and_odd_names(self, tmp_path):
        real = people().rename(columns={"city": "chain"})
        real.loc[::5, "job"] = None
        real["job"] = real["job"].replace({"a": 'say "a", or\nb'})
        simulated(real, output=tmp_path / "made", chains=2)
        made = pd.read_csv(tmp_path / "made" / "g0.csv")
        assert made["simulated chain"].tolist() == [1] * 120 + [2] * 120
        assert made["job"].isna().sum() == 2 * real["job"].isna().sum()
        assert (made["job"] == 'say "a", or\nb').sum() == 2 * (
            real["job"] == 'say "a", or\nb'
        ).sum()

    def test_nothing_is_left_of_a_failure(self, tmp_path):
        with pytest.raises(InputError):
            simulated(people().head(1), output=tmp_path / "made")
        with pytest.raises(UsageError, match="no folder"):
            simulated(output=tmp_path / "none" / "made")
        assert list(tmp_path.iterdir()) == []

    def test_what_is_there_is_not_overwritten(self, tmp_path, saved):
        with pytest.raises(UsageError, match="holds files already"):
            simulated(output=tmp_path)
        with pytest.raises(UsageError, match="is a file"):
            simulated(output=saved)


class TestCommand:
    def test_text(self, saved, tmp_path):
        done = run(saved, "--sensitive-features", "sex,race", "--generations", 3, "--chains", 2,
                   "--hold", "10%", "--output", tmp_path / "made")  # fmt: skip
        assert done.exit_code == 0, done.output
        assert "3 generations of 120 rows" in done.stdout
        assert "hold variety within 10 %" in done.stdout
        assert "Tried in the loop fresh, not in replace." in done.stdout
        assert (tmp_path / "made" / "g3.csv").exists()
        hint = next(line for line in done.stderr.splitlines() if "to follow them" in line)
        assert "audits generations " in hint
        assert hint.endswith("made/g{0..3}.csv --sensitive-features race,sex --chain-column chain")
        made = [tmp_path / "made" / f"g{t}.csv" for t in range(4)]
        followed = audits.generations(
            made, sensitive_features=["sex", "race"], chain_column="chain"
        )
        assert followed["generations"][()][0].chains == 2

    def test_one_word_for_one_loop(self, saved):
        done = run(saved, "--sensitive-features", "sex", "--loop", "fixed")
        assert done.exit_code == 2
        assert "fixed-real" in done.stderr
        with pytest.raises(UsageError, match="fixed-real or fresh"):
            simulated(people(40), real_rows=5)
        assert set(LOOPS) <= set(GIVEN_LOOPS)

    def test_json_and_csv(self, saved, tmp_path):
        shared = [saved, "--sensitive-features", "sex", "--seed", 5, "--chains", 2, "--loop",
                  "fixed-real", "--real-rows", 50, "--generator", "sharpen", "--temperature",
                  0.9]  # fmt: skip
        target = tmp_path / "result.json"
        done = run(*shared, "--format", "json", "--output", target)
        assert done.exit_code == 0, done.output
        document = json.loads(done.stdout)
        assert document == json.loads(target.read_text(encoding="utf-8"))
        assert document["settings"]["seed"] == 5
        assert document["simulation"]["real_rows"] == 50
        lines = run(*shared, "--format", "csv").stdout.splitlines()
        assert len(lines) == 1 + 3 * 11
        assert lines[0].startswith("group,")

    @pytest.mark.parametrize(
        ("options", "code", "says"),
        [
            (["--loop", "again"], 2, "again"),
            (["--hold", "much"], 2, "--hold must be a share"),
            (["--hold", "0"], 2, "above 0"),
            (["--temperature", "0.5"], 2, "has none"),
            (["--generator", "sharpen", "--temperature", "0"], 2, "0.01"),
            (["--rows", "1"], 2, "rows per generation"),
            (["--seed", "1", "--set", "seed=2"], 2, "given twice"),
            (["--sensitive-features", "eyes"], 2, "eyes"),
            (["--output", "no/such/place.json"], 2, "no folder"),
        ],
    )
    def test_refused(self, saved, options, code, says):
        shared = [] if "--sensitive-features" in options else ["--sensitive-features", "sex"]
        done = run(saved, *shared, *options)
        assert done.exit_code == code, done.output
        assert says in done.output

    def test_input_is_not_overwritten(self, tmp_path):
        path = tmp_path / "real.json"
        path.write_text("{}", encoding="utf-8")
        done = run(path, "--sensitive-features", "sex", "--output", path)
        assert done.exit_code == 2
        assert "overwrite" in done.output

    def test_no_rows(self, tmp_path):
        path = tmp_path / "empty.csv"
        path.write_text("sex,job\n", encoding="utf-8")
        done = run(path, "--sensitive-features", "sex")
        assert done.exit_code == 3


def test_sample_data():
    """Of a thousand people ten are Black: they lose far more than everyone."""
    found = audits.simulate(SAMPLE, sensitive_features=["race"], chains=8)
    black, everyone = found[{"race": "Black"}], found[{}]
    assert black.kept.value < 0.75
    assert everyone.kept.value > 0.97
    assert found.groups[0] is black

"""Chains of generations: what is asked of the tables, and the command line."""

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import audits
from audits.cli import app
from audits.data.chain_tables import apart, in_order
from audits.errors import (
    ColumnNotFoundError,
    InputError,
    SourceError,
    UnknownNameError,
    UsageError,
)

run = CliRunner().invoke


def table(seed: int, rows: int = 120) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "sex": rng.choice(["female", "male"], rows),
            "work": rng.choice(["paid", "unpaid", "own"], rows),
            "age": rng.integers(18, 80, rows),
        }
    )


CHAIN = [table(t) for t in range(4)]
WHOLE = pd.concat([t.assign(step=i, run="a") for i, t in enumerate(CHAIN)])


def follow(tables, **options):
    return audits.generations(tables, **{"sensitive_features": "sex"} | options)


class TestBadInput:
    @pytest.mark.parametrize(
        ("tables", "options", "error", "said"),
        [
            ([], {}, UsageError, "no generation was given"),
            (CHAIN[:1], {}, UsageError, "only one generation was given"),
            (CHAIN[0], {}, UsageError, "given as a list of tables"),
            (CHAIN, {"sensitive_features": ()}, UsageError, "no sensitive feature"),
            (CHAIN, {"sensitive_features": "sx"}, ColumnNotFoundError, "Did you mean 'sex'"),
            (CHAIN, {"features": ["wrk"]}, ColumnNotFoundError, "Did you mean 'work'"),
            (CHAIN, {"loop": "acumulate"}, UnknownNameError, "Did you mean 'accumulate'"),
            (CHAIN, {"chain_column": "sex"}, UsageError, "cannot tell runs apart and be a feature"),
            (CHAIN, {"chain_column": "rep"}, ColumnNotFoundError, "no column 'rep'"),
            (CHAIN, {"bands": {"age": [30]}}, UsageError, "no sensitive feature"),
            (CHAIN, {"kinds": {"wage": "numeric"}}, ColumnNotFoundError, "no column 'wage'"),
            (CHAIN, {"generation_column": "step"}, UsageError, "4 tables are given"),
            (WHOLE, {"generation_column": "stp"}, ColumnNotFoundError, "Did you mean 'step'"),
            (WHOLE, {"generation_column": "run"}, UsageError, "only one generation was given"),
            (CHAIN[0], {"generation_column": "age", "features": ["sx"]}, ColumnNotFoundError, "sx"),
        ],
    )
    def test_questions_put_wrongly(self, tables, options, error, said):
        with pytest.raises(error, match=said):
            follow(tables, **options)

    def test_generations_with_different_columns(self):
        chain = [*CHAIN[:2], CHAIN[2].rename(columns={"work": "job"}), CHAIN[3]]
        with pytest.raises(InputError, match=r"generation 2 .* lacks work and has job besides"):
            follow(chain)

    def test_features_may_be_what_they_share(self):
        chain = [*CHAIN[:2], CHAIN[2].rename(columns={"work": "job"}), CHAIN[3]]
        assert follow(chain, features=["age"])["generations"].rows[0].columns == 2

    def test_an_empty_generation(self):
        with pytest.raises(InputError, match=r"generation 2 .* has no rows"):
            follow([*CHAIN[:2], CHAIN[2].iloc[:0], CHAIN[3]])

    def test_a_file_that_is_empty(self, tmp_path):
        empty = tmp_path / "g1.csv"
        empty.write_text("")
        with pytest.raises(SourceError, match=r"g1\.csv.*is empty"):
            follow([CHAIN[0], empty])

    def test_rows_of_no_generation(self):
        holes = WHOLE.assign(step=WHOLE["step"].where(WHOLE["age"] > 20))
        with pytest.raises(InputError, match=r"names no generation in \d+ rows"):
            follow(holes, generation_column="step")

    def test_a_column_that_names_too_many(self):
        many = table(1, 1200).assign(step=range(1200))
        with pytest.raises(InputError, match="names 1,200 generations"):
            follow(many, generation_column="step")

    def test_words_among_the_numbers_of_one_generation(self):
        chain = [t.astype({"age": object}) for t in CHAIN]
        chain[1].loc[3, "age"] = "about forty"
        with pytest.raises(InputError, match=r"generation 1 .*column 'age': 'about forty'"):
            follow(chain, kinds={"age": "numeric"})

    def test_a_column_that_tells_no_runs_apart(self):
        with pytest.raises(InputError, match="does not tell several runs apart"):
            follow(WHOLE, generation_column="step", chain_column="run")

    def test_the_same_table_twice_is_said(self):
        found = follow([*CHAIN[:2], CHAIN[1], CHAIN[3]])
        assert any("generation 2" in n and "same rows as generation 1" in n for n in found.notes)


class TestGroups:
    def test_a_category_born_later_is_kept(self):
        robots = {"own": "robot", "unpaid": "robot"}
        later = [t.assign(work=t["work"].replace(robots)) for t in CHAIN[2:]]
        found = follow([*CHAIN[:2], *later])
        everyone = [r for r in found["generations"].tables["steps"] if r.group == ()]
        assert [(r.lost, r.born) for r in everyone] == [(0, 0), (0, 0), (2, 1), (2, 1)]
        whole = found["generations"].rows[0]
        assert (whole.lost, whole.born) == (2, 1)
        assert set(whole.lost_levels) == {"own (work)", "unpaid (work)"}

    def test_a_group_of_a_generation_between(self):
        chain = [*CHAIN[:1], CHAIN[1].assign(sex="other"), *CHAIN[2:]]
        found = follow(chain)
        assert {"sex": "other"} in [dict(r.group) for r in found["generations"].rows]


@pytest.mark.parametrize(
    ("labels", "ordered"),
    [
        (["10", "9", "0"], ["0", "9", "10"]),
        (["g2", "g10", "g1"], ["g1", "g2", "g10"]),
        (["real", "a2", "a10"], ["a2", "a10", "real"]),
        (["1e1", "2", "-3"], ["-3", "2", "1e1"]),
    ],
)
def test_order_of_labels(labels, ordered):
    assert in_order(labels) == ordered


def test_labels_apart():
    assert apart(["0", "0.5", "1"]) == 0.5
    assert apart(["0", "1", "3"]) == apart(["x", "y"]) == 1.0


class TestCommand:
    @pytest.fixture(scope="class")
    @classmethod
    def paths(cls, tmp_path_factory):
        folder = tmp_path_factory.mktemp("chain")
        for t, generation in enumerate(CHAIN):
            generation.to_csv(folder / f"g{t}.csv", index=False)
        WHOLE.to_csv(folder / "whole.csv", index=False)
        return folder

    def ask(self, paths, *further, files=("g0.csv", "g1.csv", "g2.csv", "g3.csv")):
        named = [str(paths / name) for name in files]
        return run(app, ["generations", *named, "--sensitive-features", "sex", *further])

    def test_text(self, paths):
        done = self.ask(paths, "--all", "--loop", "fresh")
        assert done.exit_code == 0, done.output
        assert "generation 1: g1.csv, 120 rows of 3 columns" in done.stdout
        assert "made from fresh real people" in " ".join(done.stdout.split())

    def test_json_csv_and_a_saved_audit(self, paths, tmp_path):
        target = tmp_path / "chain.json"
        done = self.ask(paths, "--format", "json", "--output", str(target))
        assert done.exit_code == 0, done.output
        document = json.loads(done.stdout)
        assert list(document["answers"]) == ["generations"]
        assert audits.load(target).to_dict() == document
        assert run(app, ["show", str(target)]).exit_code == 0
        assert self.ask(paths, "--format", "csv").stdout.startswith("question,group")

    def test_one_file(self, paths):
        done = self.ask(
            paths, "--generation-column", "step", "--features", "work,age", files=["whole.csv"]
        )
        assert done.exit_code == 0, done.output
        assert "whole.csv, step 3" in done.stdout

    def test_gate(self, sample):
        files = [str(sample / "generations" / f"g{t}.csv") for t in range(5)]
        done = run(
            app, ["generations", *files, "--sensitive-features", "race", "--fail-on", "problem"]
        )
        assert done.exit_code == 1
        assert "--fail-on problem" in done.stderr

    @pytest.mark.parametrize(
        ("files", "further", "code", "said"),
        [
            (["g0.csv"], [], 2, "too few generations were named"),
            ([], ["--generation-column", "step"], 2, "too few generations were named"),
            (["g0.csv", "g1.csv"], ["--loop", "spiral"], 2, "spiral"),
            (["g0.csv", "g1.csv"], ["--set", "seed=1", "--seed", "2"], 2, "given twice"),
            (["g0.csv", "g1.csv"], ["--output", "/no/such/folder/a.json"], 2, "no folder"),
            (["g0.csv", "gone.csv"], [], 3, "no such file"),
        ],
    )
    def test_bad_input(self, paths, files, further, code, said):
        done = self.ask(paths, *further, files=files)
        assert done.exit_code == code, done.output
        assert said in done.stderr

    def test_output_would_overwrite(self, paths):
        done = self.ask(paths, "--output", str(paths / "g1.csv"))
        assert done.exit_code == 2
        assert "would overwrite an input" in done.stderr

    def test_a_file_of_options_says_the_same(self, paths):
        config = paths / "chain.toml"
        config.write_text(
            'generations = ["g0.csv", "g1.csv", "g2.csv", "g3.csv"]\n'
            'sensitive_features = "sex"\nloop = "fresh"\nformat = "json"\n'
        )
        done = run(app, ["generations", "--config", str(config)])
        assert done.exit_code == 0, done.output
        assert done.stdout == self.ask(paths, "--loop", "fresh", "--format", "json").stdout
        config.write_text('generations = ["g0.csv", "g1.csv"]\nloop = "fersh"\nbands = {}\n')
        done = run(app, ["generations", "--config", str(config), "--sensitive-features", "sex"])
        assert done.exit_code == 2
        assert "Did you mean 'fresh'?" in done.stderr

    def test_no_sensitive_feature(self, paths):
        done = run(app, ["generations", str(paths / "g0.csv"), str(paths / "g1.csv")])
        assert done.exit_code == 2
        assert "--sensitive-features" in done.stderr


@pytest.mark.spark
def test_spark_says_the_same(spark_on_connect, tmp_path):
    paths = []
    for t, generation in enumerate(CHAIN[:3]):
        paths.append(str(tmp_path / f"g{t}.parquet"))
        generation.to_parquet(paths[-1])
    found = follow(paths, spark=spark_on_connect)
    assert found["generations"].to_dict() == follow(paths)["generations"].to_dict()

"""The command `audits fairness`, and a target for `audits compare`."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import audits
from audits import cli, config
from audits.errors import UsageError


def run(*args):
    return CliRunner().invoke(cli.app, [str(arg) for arg in args])


def people(rows: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    hours = rng.integers(10, 60, rows)
    return pd.DataFrame(
        {
            "race": rng.choice(["ash", "birch"], rows),
            "hours": hours,
            "town": rng.choice(list("abc"), rows),
            "paid": np.where(hours + rng.normal(0, 10, rows) > 35, "yes", "no"),
        }
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    where = tmp_path_factory.mktemp("tables")
    for seed, name in enumerate(("real", "synthetic", "held")):
        people(200, seed).to_csv(where / f"{name}.csv", index=False)
    return where


def fairness(folder, *more, target=("--target", "paid")):
    return run(
        "fairness", folder / "real.csv", folder / "synthetic.csv", *target,
        "--sensitive-features", "race", "--set", "fairness_rounds=1", *more,
    )  # fmt: skip


class TestFairness:
    def test_json_is_an_audit_with_one_answer(self, folder):
        done = fairness(folder, "--format", "json", "--holdout", folder / "held.csv")
        assert done.exit_code == 0, done.stderr
        document = json.loads(done.stdout)
        assert list(document["answers"]) == ["fairness"]
        tables = document["answers"]["fairness"]["tables"]
        assert tables["task"][0]["tested_on"] == "holdout"
        assert tables["task"][0]["tested"] == 200

    def test_saved_as_json_and_read_again(self, folder, tmp_path):
        done = fairness(folder, "--output", tmp_path / "audit.json")
        assert done.exit_code == 0, done.stderr
        loaded = audits.load(tmp_path / "audit.json")
        (task,) = loaded["fairness"].tables["task"]
        assert (task.target, task.positive, task.learner) == ("paid", "yes", "logistic regression")
        assert f"saved {tmp_path / 'audit.json'}" in done.stderr
        assert run("show", tmp_path / "audit.json").exit_code == 0

    def test_options_reach_the_models(self, folder, tmp_path):
        done = fairness(
            folder, "--model", "own_models:Majority", "--positive", "no", "--exclude", "town,hours",
            "--output", tmp_path / "audit.json",
        )  # fmt: skip
        assert done.exit_code == 0, done.stderr
        (task,) = audits.load(tmp_path / "audit.json")["fairness"].tables["task"]
        assert (task.positive, task.learner) == ("no", "own_models:Majority")

    def test_mitigations_unless_told_not_to(self, folder, monkeypatch):
        from audits import downstream

        seen = []
        monkeypatch.setattr(downstream, "fairness", lambda *_, **given: seen.append(given) or 1 / 0)
        for more in ((), ("--no-mitigation",)):
            fairness(folder, *more)
        assert [given["mitigate"] for given in seen] == [True, False]

    def test_progress_is_told_throughout(self, folder, tmp_path, monkeypatch):
        from audits.commands import watching

        told = []
        monkeypatch.setattr(
            watching, "progress_file", lambda *_: lambda stage, share: told.append((stage, share))
        )
        assert fairness(folder, "--progress-to", tmp_path / "p.json").exit_code == 0
        shares = [share for stage, share in told if stage == "fairness"]
        assert shares[0] == 0
        assert shares[-1] == 1
        assert shares == sorted(shares)
        assert len(shares) > 3

    def test_options_from_a_file(self, folder):
        (folder / "options.toml").write_text(
            'real = "real.csv"\nsynthetic = "synthetic.csv"\ntarget = "paid"\n'
            'sensitive_features = "race"\nmodel = "boosting"\nexclude = ["town"]\n'
            "[set]\nfairness_rounds = 1\n"
        )
        done = run("fairness", "--config", folder / "options.toml", "--format", "json")
        assert done.exit_code == 0, done.stderr
        (task,) = json.loads(done.stdout)["answers"]["fairness"]["tables"]["task"]
        assert task["learner"] == "boosted trees"

    @pytest.mark.parametrize(
        ("more", "code", "says"),
        [
            (("--model", "tree"), 2, "there is no model 'tree'"),
            (("--model", "own_models:absent"), 2, "cannot be imported: AttributeError"),
            (("--model", "own_models:FailsToFit"), 3, "ValueError: this model cannot learn"),
            (("--positive", "perhaps"), 2, "no real row has the label 'perhaps'"),
            (("--exclude", "twon"), 2, "Did you mean 'town'?"),
            (("--config", "absent.toml"), 3, "absent.toml"),
        ],
    )
    def test_mistakes(self, folder, more, code, says):
        done = fairness(folder, *more)
        assert done.exit_code == code, done.stderr
        assert says in " ".join(done.stderr.split())
        assert not done.stdout

    @pytest.mark.parametrize(
        ("target", "says"),
        [
            ((), "no target was named. Give --target"),
            (("--target", "piad"), "Did you mean 'paid'?"),
            (("--target", "race"), "is the target and a sensitive feature"),
        ],
    )
    def test_targets_that_are_none(self, folder, target, says):
        done = fairness(folder, target=target)
        assert done.exit_code == 2
        assert says in " ".join(done.stderr.split())


class TestCompare:
    def test_a_target_asks_fairness_too(self, folder, tmp_path):
        given = ("compare", folder / "real.csv", folder / "synthetic.csv",
                 "--sensitive-features", "race", "--set", "fairness_rounds=1")  # fmt: skip
        one, both = tmp_path / "one.json", tmp_path / "both.json"
        assert run(*given, "--ask", "coverage", "--output", one).exit_code == 0
        with_target = (*given, "--ask", "coverage,fairness", "--target", "paid")
        assert run(*with_target, "--output", both).exit_code == 0
        assert list(audits.load(one).answers) == ["coverage"]
        assert list(audits.load(both).answers) == ["coverage", "fairness"]

    def test_no_target(self, folder):
        done = run(
            "compare", folder / "real.csv", folder / "synthetic.csv",
            "--sensitive-features", "race", "--ask", "fairness",
        )  # fmt: skip
        assert done.exit_code == 2
        assert "no target is named" in done.stderr

    def test_stages_are_those_asked(self):
        given = {"real": "r", "synthetic": "s", "sensitive_features": ("race",)}
        assert "fairness" not in config.request(given).stages
        assert "fairness" in config.request({**given, "target": "paid"}).stages
        with pytest.raises(UsageError, match="no model"):
            _ = config.request({**given, "target": "paid", "model": "tree"}).stages


def test_a_reader_of_the_text_learns_what_the_run_took_for_granted(tmp_path):
    """The positive label, the model, who was tested, and a column that tells the target."""
    from audits.reports.text_report import audit_text

    rng = np.random.default_rng(1)
    table = pd.DataFrame(
        {
            "sex": rng.choice(["f", "m"], 400),
            "hours": rng.normal(30, 8, 400).round(1),
            "paid": rng.choice(["yes", "no"], 400),
        }
    )
    table["copy"] = table["paid"].map({"yes": "A", "no": "B"})
    audit = audits.fairness(table, table, target="paid", sensitive_features="sex")
    text = " ".join(audit_text(audit, width=100).split())
    assert "Predicted: paid (binary, positive where it is 'yes'), by logistic regression" in text
    assert "Columns that tell the target almost alone: copy." in text
    assert "the generator may have seen them" in text

"""The command `audits text`: two collections, one alone, generations, and whatever goes wrong."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import audits
from audits import cli, config
from audits.errors import UsageError

ASKED = ("--ask", "text_mentions")


def run(*args):
    return CliRunner().invoke(cli.app, [str(arg) for arg in args])


def notes(number: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    who = rng.choice(["woman", "man"], number)
    doing = rng.choice(["reads the letters", "mends a roof", "sings at night"], number)
    where = rng.choice(["in the harbour", "by the mill", "near the old school"], number)
    texts = [f"The {a} {b} {c}." for a, b, c in zip(who, doing, where, strict=True)]
    return pd.DataFrame({"body": texts, "who": who, "asked": "Write a line."})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    where = tmp_path_factory.mktemp("texts")
    notes(80, 1).to_json(where / "real.jsonl", orient="records", lines=True)
    notes(120, 2).to_csv(where / "made.csv", index=False)
    for t in range(4):
        notes(60, 10 + t).to_csv(where / f"g{t}.csv", index=False)
    return where


class TestTwoCollections:
    def test_json_is_an_audit(self, folder):
        done = run(
            "text", folder / "real.jsonl", folder / "made.csv", "--text", "body", *ASKED,
            "--format", "json",
        )  # fmt: skip
        assert done.exit_code == 0, done.stderr
        document = json.loads(done.stdout)
        assert [one["role"] for one in document["inputs"]] == ["real", "synthetic"]
        assert [one["rows"] for one in document["inputs"]] == [80, 120]
        assert list(document["answers"]) == ["text_mentions"]

    def test_saved_and_read_again(self, folder, tmp_path):
        done = run(
            "text", folder / "real.jsonl", folder / "made.csv", "--text", "body", *ASKED,
            "--group", "who", "--output", tmp_path / "audit.json",
        )  # fmt: skip
        assert done.exit_code == 0, done.stderr
        audit = audits.load(tmp_path / "audit.json")
        assert "who" in audit.sensitive_features
        assert audit["text_mentions"][{"who": "man"}][0].synthetic > 0

    def test_what_a_file_says_and_what_options_say(self, folder, tmp_path):
        (tmp_path / "asked.toml").write_text(
            f'real = "{folder}/real.jsonl"\nsynthetic = "{folder}/made.csv"\ntext = "body"\n'
            'ask = ["text_mentions"]\ngroup = ["who"]\n'
        )
        by_file = run("text", "--config", tmp_path / "asked.toml", "--format", "json")
        by_options = run(
            "text", folder / "real.jsonl", folder / "made.csv", "--text", "body", *ASKED,
            "--group", "who", "--format", "json",
        )  # fmt: skip
        assert by_file.exit_code == 0, by_file.stderr
        assert json.loads(by_file.stdout) == json.loads(by_options.stdout)

    def test_settings(self, folder):
        done = run(
            "text", folder / "real.jsonl", folder / "made.csv", "--text", "body", *ASKED,
            "--set", "fewest_texts=20", "--seed", "5", "--format", "json",
        )  # fmt: skip
        settings = json.loads(done.stdout)["settings"]
        assert (settings["fewest_texts"], settings["seed"]) == (20, 5)


class TestOneAloneAndGenerations:
    def test_one_alone(self, folder):
        done = run("text", folder / "made.csv", "--text", "body", *ASKED, "--format", "json")
        assert done.exit_code == 0, done.stderr
        assert [one["role"] for one in json.loads(done.stdout)["inputs"]] == ["synthetic"]

    def test_three_are_generations(self, folder):
        files = [folder / f"g{t}.csv" for t in range(4)]
        done = run("text", *files, "--text", "body", "--format", "json")
        assert done.exit_code == 0, done.stderr
        document = json.loads(done.stdout)
        assert list(document["answers"]) == ["text_generations"]
        roles = [one["role"] for one in document["inputs"]]
        assert roles == ["real", "generation 1", "generation 2", "synthetic"]

    def test_a_column_parts_one_table(self, folder, tmp_path):
        tables = [pd.read_csv(folder / f"g{t}.csv").assign(step=t) for t in range(4)]
        pd.concat(tables).to_csv(tmp_path / "all.csv", index=False)
        by_column = run(
            "text", tmp_path / "all.csv", "--text", "body", "--generation-column", "step",
            "--format", "json",
        )  # fmt: skip
        files = [folder / f"g{t}.csv" for t in range(4)]
        by_files = run("text", *files, "--text", "body", "--format", "json")
        assert by_column.exit_code == 0, by_column.stderr
        found = [json.loads(done.stdout)["findings"] for done in (by_column, by_files)]
        assert found[0] == found[1]


class TestRefused:
    @pytest.mark.parametrize(
        ("more", "said"),
        [
            ((), "no texts were named"),
            (("made.csv", "--text", "bodi"), "Did you mean 'body'"),
            (("made.csv", "--text", "body", "--language", "english"), "no language 'english'"),
            (("made.csv", "--text", "body", "--chain-columns", "who"), "is for generations"),
            (("g0.csv", "g1.csv", "g2.csv", "--prompt", "asked"), "is for two collections"),
            (("made.csv", "--text", "body", "--output", "made.csv"), "would overwrite an input"),
            (("made.csv", "--text", "body", "--flags", "nowhere/f.csv"), "there is no folder"),
            (("made.csv", "--text", "body", "--lexicon", "none.toml"), "none.toml"),
            (("none.csv", "--text", "body"), "there is no such file"),
            (("made.csv", "--seed", "1", "--set", "seed=2"), "given twice"),
            (("made.csv", "--text", "body", "--group", "body"), "cannot form groups"),
        ],
    )
    def test_in_a_sentence(self, folder, monkeypatch, more, said):
        monkeypatch.chdir(folder)
        before = {path.name: path.read_bytes() for path in folder.iterdir()}
        done = run("text", *more)
        assert done.exit_code in (2, 3), done.stdout
        assert said in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == before

    def test_an_option_of_tables_in_a_file(self, tmp_path):
        (tmp_path / "asked.toml").write_text('synthetic = "made.csv"\ntarget = "paid"\n')
        with pytest.raises(UsageError, match="it is an option of audits compare"):
            config.text_request({}, tmp_path / "asked.toml")

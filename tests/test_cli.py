"""The command line: what goes where, with which exit code."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from typer.testing import CliRunner

import audits
from audits import cli, config, progress
from audits.errors import UsageError
from audits.reports.text_report import audit_text
from audits.results import Audit, Finding, InputRecord, Verdict
from audits.settings import Settings, settings_declared

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "sample_data"
ESC = "\x1b"


def cli_run(*args):
    return CliRunner().invoke(cli.app, [str(arg) for arg in args])


def process(*args, **options):
    """Run the command in a process of its own; `env` is added to a bare environment."""
    env = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], **options.pop("env", {})}
    command = [sys.executable, "-m", "audits", *map(str, args)]
    return subprocess.run(command, env=env, capture_output=True, check=False, **options)


def table(path, counts):
    """Write rows of race and pay: `counts` per race."""
    lines = [f"{race},{i % 2},{20 + i % 40}" for race, n in counts.items() for i in range(n)]
    path.write_text("\n".join(["race,paid,age", *lines]) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two tables of which one has lost a group, and one that has kept all."""
    where = tmp_path_factory.mktemp("tables")
    table(where / "real.csv", {"Black": 300, "White": 300})
    table(where / "lost.csv", {"Black": 10, "White": 590})
    table(where / "kept.csv", {"Black": 300, "White": 300})
    return where


def compare(folder, synthetic, *more):
    return cli_run(
        "compare", folder / "real.csv", folder / f"{synthetic}.csv",
        "--sensitive-features", "race", "--ask", "coverage", *more,
    )  # fmt: skip


def finding(verdict, because="Black: gone.", question="coverage", race="Black"):
    return Finding(question, (("race", race),), None, Verdict(verdict), because)


def saved(path, *findings, questions=()):
    record = InputRecord("real", "real.csv", "csv", 1000, 3, "00")
    answers = dict(audits.load(questions[0]).answers) if questions else {}
    audit = Audit((record,), ("race",), (), Settings(), answers, findings, (), {})
    return audit.save(path)


# -- what a result is, and where it goes -----------------------------------------------------------


def test_text_is_the_only_thing_on_standard_output(folder):
    done = compare(folder, "lost")
    assert done.exit_code == 0
    assert done.stdout.startswith("▼ problem: ")
    assert "Black: its share is" in done.stdout
    assert done.stderr == ""


def test_json_on_standard_output_is_the_audit(folder, tmp_path):
    done = compare(folder, "lost", "--format", "json", "--output", tmp_path / "a.json")
    document = json.loads(done.stdout)
    assert document == json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert document["verdict"] == "problem"
    assert done.stderr == (
        f"audits: saved {tmp_path / 'a.json'}, with every count: keep it where the data are\n"
    )


def test_csv_on_standard_output_has_a_line_per_finding(folder):
    lines = list(csv.DictReader(io.StringIO(compare(folder, "lost", "--format", "csv").stdout)))
    assert {"Black", "White"} <= {line["race"] for line in lines}


def test_ok_findings_are_written_out_with_all(folder):
    assert "● ok · coverage" not in compare(folder, "kept").stdout
    assert "● ok · coverage" in compare(folder, "kept", "--all").stdout


def test_options_reach_the_audit(folder):
    done = compare(
        folder, "kept", "--format", "json", "--seed", 7, "--set", "share_watch=0.9",
        "--set", "support_problem=20", "--intersections", 1, "--kind", "paid=categorical",
        "--missing", "1", "--features", "paid", "--threads", 1,
    )  # fmt: skip
    document = json.loads(done.stdout)
    settings = document["settings"]
    assert [settings[name] for name in ("seed", "share_watch", "support_problem")] == [7, 0.9, 20]
    assert settings["intersections"] == 1
    columns = {column["name"]: column for column in document["columns"]}
    assert columns["paid"]["kind"] == "categorical"
    assert columns["paid"]["missing_real"] == 300
    assert columns["age"]["use"] == "left out"
    assert list(document["answers"]) == ["coverage"]


def test_names_of_tables_on_spark_are_no_paths(tmp_path):
    path = tmp_path / "audit.toml"
    path.write_text(
        "real='people'\nsynthetic='made'\nspark='local'\n"
        "sensitive-features='sex'\nreference='p.csv'"
    )
    asked = config.request({}, path)
    assert (asked.real, asked.synthetic) == ("people", "made")
    assert asked.reference == str(tmp_path / "p.csv")


def test_what_is_kept_is_said(folder, tmp_path):
    done = compare(folder, "kept", "--work-folder", tmp_path, "--keep-work")
    (made,) = tmp_path.iterdir()
    assert f"kept what was read in {made}" in done.stderr
    assert {path.suffix for path in made.iterdir()} <= {".parquet"}


def test_bands_make_groups_of_a_number(folder):
    done = cli_run(
        "compare", folder / "real.csv", folder / "kept.csv", "--sensitive-features", "age",
        "--bands", "age=30,40", "--ask", "coverage", "--format", "json",
    )  # fmt: skip
    groups = {row["group"].get("age") for row in json.loads(done.stdout)["answers"]["coverage"]["tables"]["groups"]}  # fmt: skip # noqa: E501
    assert len(groups - {None}) == 3
    audit = audits.compare(
        folder / "real.csv", folder / "kept.csv", sensitive_features="age",
        bands={"age": [30, 40]}, ask=["coverage"],
    )  # fmt: skip
    said = "groups by: age (3 bands: under 30, 30 to under 40, 40 and over)"
    assert said in audit_text(audit, width=100)
    assert audits.load(audit.save(folder / "banded.json")) == audit
    assert audits.load(folder / "banded.json").columns == audit.columns


# -- exit codes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdicts", "gate", "code"),
    [
        (["problem"], None, 0),
        (["problem"], "problem", 1),
        (["problem"], "watch", 1),
        (["watch"], "problem", 0),
        (["watch"], "watch", 1),
        (["not enough evidence", "ok"], "watch", 0),
        ([], "watch", 0),
    ],
)
def test_a_gate_fails_at_its_verdict_or_worse(tmp_path, verdicts, gate, code):
    path = saved(tmp_path / "a.json", *map(finding, verdicts))
    done = cli_run("show", path, *(["--fail-on", gate] if gate else []))
    assert done.exit_code == code
    assert bool(done.stderr) is bool(code)


def test_a_failed_gate_still_gives_the_result_and_the_file(folder, tmp_path):
    path = tmp_path / "a.json"
    done = compare(folder, "lost", "--fail-on", "problem", "--output", path, "--format", "json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["verdict"] == "problem"
    assert audits.load(path).verdict is Verdict.PROBLEM
    assert "--fail-on problem: " in done.stderr


def test_a_passed_gate_is_silent(folder):
    done = compare(folder, "kept", "--fail-on", "watch")
    assert (done.exit_code, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--set", "share_wotch=1"], "Did you mean 'share_watch'?"),
        (["--set", "share_watch"], "is not name=value"),
        (["--set", "share_watch=7"], "must lie in"),
        (["--set", "seed=1", "--set", "seed=2"], "names 'seed' twice"),
        (["--set", "seed=1", "--seed", "2"], "seed is given twice"),
        (["--kind", "age=numbr"], "Did you mean 'numeric'?"),
        (["--kind", "aeg=numeric"], "Did you mean 'age'?"),
        (["--bands", "age=a,b"], "must be numbers such as"),
        (["--bands", "age=30,18"], "must be numbers that rise"),
        (["--bands", "age=30,inf"], "must be numbers that rise"),
        (["--ask", "coverag"], "Did you mean 'coverage'?"),
        (["--weights", "wieght"], "has no column 'wieght'"),
        (["--output", "nowhere/a.json"], "there is no folder nowhere"),
        (["--output", "."], "is a folder"),
        (["--threads", "0"], "--threads"),
        (["--memory", "lots"], "must be an amount such as 4GB"),
        (["--memory", "1MB"], "must be at least 512MB"),
        (["--work-folder", "nowhere"], "cannot be made in nowhere"),
        (["--keep-work"], "keep_work needs a work_folder"),
        (["--spark", "http://127.0.0.1"], "Write it like spark://host:7077"),
        (["--fail-on", "ok"], "--fail-on"),
        (["--format", "yaml"], "--format"),
        (["--frobnicate"], "--frobnicate"),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, list) else None,
)
def test_a_question_put_wrongly_is_2_and_says_what_to_do(folder, more, said):
    done = compare(folder, "kept", *more)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert said in " ".join(done.stderr.replace("│", " ").split())


def test_missing_arguments_are_2(folder):
    for args in ([], ["compare"], ["compare", folder / "real.csv"], ["frobnicate"]):
        assert cli_run(*args).exit_code == 2
    done = cli_run("compare", folder / "real.csv", folder / "kept.csv")
    assert done.exit_code == 2
    assert "--sensitive-features" in done.stderr


def test_an_unknown_column_is_named_with_the_nearest(folder):
    done = cli_run(
        "compare", folder / "real.csv", folder / "kept.csv", "--sensitive-features", "rase"
    )
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Did you mean 'race'?" in done.stderr


def test_data_that_cannot_be_judged_is_3(folder, tmp_path):
    empty = tmp_path / "empty.csv"
    empty.write_text("", encoding="utf-8")
    for synthetic, said in ((empty, "is empty"), (tmp_path / "none.csv", "no such file")):
        done = cli_run("compare", folder / "real.csv", synthetic, "--sensitive-features", "race")
        assert (done.exit_code, done.stdout) == (3, "")
        assert said in done.stderr
        assert done.stderr.count("\n") == 1


def test_output_may_not_replace_an_input(folder):
    before = (folder / "real.csv").read_bytes()
    done = compare(folder, "kept", "--output", folder / "real.csv")
    assert done.exit_code == 2
    assert "overwrite an input" in done.stderr
    assert (folder / "real.csv").read_bytes() == before


def test_a_bug_is_70_and_shows_no_data(folder, monkeypatch):
    def broken(*_args, **_options):
        raise RuntimeError("a value of the data")

    monkeypatch.setattr("audits.run.compare", broken)
    monkeypatch.delenv("AUDITS_DEBUG", raising=False)
    done = compare(folder, "kept")
    assert (done.exit_code, done.stdout) == (70, "")
    assert "this is a bug in audits: RuntimeError" in done.stderr
    assert "a value of the data" not in done.stderr
    assert "Traceback" not in done.stderr
    monkeypatch.setenv("AUDITS_DEBUG", "1")
    done = compare(folder, "kept")
    assert done.exit_code == 70
    assert "Traceback" in done.stderr


@pytest.fixture
def interruptible():
    """A job in the background starts with interruptions ignored, and so would these tests."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interruption_is_130_and_leaves_nothing_behind(folder, monkeypatch, tmp_path):
    def interrupted(*_args, **_options):
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("audits.run.compare", interrupted)
    done = compare(folder, "kept", "--output", tmp_path / "a.json")
    assert (done.exit_code, done.stdout) == (130, "")
    assert "interrupted" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("interruptible")
def test_an_interruption_while_saving_leaves_the_old_file(folder, monkeypatch, tmp_path):
    path = tmp_path / "a.json"
    path.write_text("old", encoding="utf-8")

    def interrupted(*_args, **_options):
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("pathlib.Path.replace", interrupted)
    assert compare(folder, "kept", "--output", path).exit_code == 130
    assert path.read_text(encoding="utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]


# -- processes -------------------------------------------------------------------------------------


def test_importing_costs_next_to_nothing():
    heavy = ["numpy", "pandas", "duckdb", "scipy", "plotly", "pyarrow", "sklearn"]
    code = (
        f"import sys, audits, audits.cli\nprint(*[name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(ROOT)}, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == ""


def test_streams_and_exit_code_of_a_real_process(folder, tmp_path):
    done = process(
        "compare", folder / "real.csv", folder / "lost.csv", "--sensitive-features", "race",
        "--ask", "coverage", "--format", "json", "--output", tmp_path / "a.json",
        "--fail-on", "watch",
    )  # fmt: skip
    assert done.returncode == 1
    assert json.loads(done.stdout)["verdict"] == "problem"
    saying, gate = done.stderr.decode().splitlines()
    assert saying.startswith(f"audits: saved {tmp_path / 'a.json'}, with every count")
    assert gate.startswith("audits: --fail-on watch: ")


@pytest.mark.parametrize("form", ["text", "json", "csv"])
def test_a_terminal_that_knows_only_ascii_is_served(tmp_path, form):
    path = saved(tmp_path / "a.json", finding("problem", "زن × 日本: gone."))
    done = process("show", path, "--format", form, env={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0, done.stderr
    text = done.stdout.decode("ascii")
    if form == "json":
        assert json.loads(text)["findings"][0]["because"] == "زن × 日本: gone."


def test_a_reader_that_goes_away_is_no_error(tmp_path):
    path = saved(tmp_path / "a.json", *[finding("problem", "W" * 200) for _ in range(2000)])
    shown = subprocess.Popen(
        [sys.executable, "-m", "audits", "show", str(path), "--fail-on", "problem"],
        env={"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert shown.stdout is not None
    assert shown.stderr is not None
    shown.stdout.close()
    said = shown.stderr.read().decode()
    shown.stderr.close()
    assert shown.wait() == 1
    assert said == "audits: --fail-on problem: 2000 found\n"


# -- names that would do things --------------------------------------------------------------------

NASTY = f"{ESC}[31mred{ESC}[0m \x9b1m \u202e \"q\" 'q' <b> $x$ [bold] سود 👩🏽‍🚀"


@pytest.mark.parametrize("form", ["text", "json", "csv"])
def test_no_control_character_reaches_standard_output(tmp_path, form):
    path = saved(tmp_path / "a.json", finding("problem", f"{NASTY}\nnext.", race=NASTY))
    done = cli_run("show", path, "--format", form)
    assert done.exit_code == 0
    assert not any(mark in done.stdout for mark in (ESC, "\x9b", "\u202e"))
    for kept in ("<b>", "$x$", "[bold]", "سود"):
        assert kept in done.stdout
    if form == "json":
        assert json.loads(done.stdout)["findings"][0]["because"] == f"{NASTY}\nnext."


def test_no_control_character_reaches_standard_error(folder):
    done = cli_run(
        "compare", folder / "real.csv", folder / "kept.csv", "--sensitive-features", f"ra{ESC}[1m"
    )
    assert done.exit_code == 2
    assert ESC not in done.stderr
    assert done.stderr.count("\n") == 1


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("env", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
)
def test_colour_is_for_terminals_that_want_it(monkeypatch, env, coloured):
    from audits.cli_streams import page_look

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "77")
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdout", Terminal())
    assert page_look() == {"width": 77, "colour": coloured}
    monkeypatch.setattr("sys.stdout", io.StringIO())
    assert page_look()["colour"] is False


# -- progress --------------------------------------------------------------------------------------


def test_no_bar_where_nobody_watches(monkeypatch):
    monkeypatch.setattr("sys.stderr", io.StringIO())
    with progress.progress_bar(["reading"]) as told:
        assert told is None


def test_a_bar_on_a_terminal_goes_to_standard_error_and_vanishes(monkeypatch, capsys):
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with progress.progress_bar(["reading", "coverage"]) as told:
        assert told is not None
        told("coverage", 0.5)
        told("a stage nobody announced", 0.5)
    assert "coverage" in terminal.getvalue()
    assert terminal.getvalue().endswith(f"{ESC}[2K")
    assert capsys.readouterr().out == ""


# -- config ----------------------------------------------------------------------------------------


def written(folder, text):
    path = folder / "audit.toml"
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return path


def test_every_option_may_stand_in_a_file(tmp_path):
    path = written(
        tmp_path,
        """
        real = "real.csv"
        synthetic = "made.csv"
        sensitive_features = ["race", "a, b"]
        reference = "population.csv"
        holdout = "holdout.csv"
        weights = "w"
        features = ["age"]
        kind = { age = "numeric", grade = ["low", "high"] }
        bands = { age = [18, 30.5] }
        missing = ["?"]
        metadata = "sdv.json"
        ask = "coverage"
        intersections = 1
        set = { share_watch = 0.9 }
        seed = 3
        memory = "2GB"
        threads = 2
        work-folder = "work"
        keep-work = true
        fail-on = "watch"
        output = "out.json"
        format = "csv"
        """,
    )
    asked = config.request({}, path)
    assert asked == config.Request(
        real=str(tmp_path / "real.csv"), synthetic=str(tmp_path / "made.csv"),
        sensitive_features=("race", "a, b"), reference=str(tmp_path / "population.csv"),
        holdout=str(tmp_path / "holdout.csv"), weights="w", features=("age",),
        kind={"age": "numeric", "grade": ["low", "high"]}, bands={"age": (18.0, 30.5)},
        missing=("?",), metadata=str(tmp_path / "sdv.json"), ask=("coverage",), intersections=1,
        set={"share_watch": 0.9}, seed=3, memory="2GB", threads=2,
        work_folder=str(tmp_path / "work"), keep_work=True, fail_on="watch",
        output=str(tmp_path / "out.json"), format="csv",
    )  # fmt: skip
    assert asked.settings == Settings().having(share_watch=0.9, seed=3, intersections=1)


def test_options_of_file_and_command_have_the_same_names():
    from typer.main import get_command

    command = get_command(cli.app).commands["compare"]
    options = {name.lstrip("-").replace("-", "_") for p in command.params for name in p.opts}
    known = {field.name for field in config.fields(config.Request)}
    own = {"config", "all", "progress_to", "help", "h"}  # of the command alone
    assert options - known == own - ({"help", "h"} - options)


def test_a_file_for_generations_has_the_names_of_its_options(tmp_path):
    from typer.main import get_command

    command = get_command(cli.app).commands["generations"]
    options = {name.lstrip("-").replace("-", "_") for p in command.params for name in p.opts}
    options -= {"help", "h", "config", "all", "progress_to", "tables"}  # of the command alone
    of_the_file_alone = {"generations", "exceptions"}
    assert options == {f.name for f in config.fields(config.ChainRequest)} - of_the_file_alone
    path = written(
        tmp_path,
        """
        generations = ["g0.csv", "g1.csv"]
        sensitive_features = "sex"
        loop = "accumulate"
        set = { loss_watch = 0.2 }
        """,
    )
    asked = config.chain_request({"seed": 3}, path)
    assert asked.generations == (str(tmp_path / "g0.csv"), str(tmp_path / "g1.csv"))
    assert (asked.loop, asked.settings) == ("accumulate", Settings().having(loss_watch=0.2, seed=3))


def test_an_option_of_another_command_is_refused_with_its_name(tmp_path):
    path = written(tmp_path, 'generations = ["g0.csv", "g1.csv"]')
    done = cli_run("compare", "--config", path)
    assert done.exit_code == 2
    assert "it is an option of audits generations" in done.stderr
    path = written(tmp_path, 'reference = "population.csv"')
    done = cli_run("generations", "--config", path)
    assert done.exit_code == 2
    assert "reference has no meaning for audits generations" in done.stderr


def test_the_command_line_wins(folder, tmp_path):
    path = written(
        tmp_path,
        f"""
        real = "{folder}/real.csv"
        synthetic = "{folder}/kept.csv"
        sensitive_features = ["nonsense"]
        ask = ["coverage"]
        format = "json"
        seed = 3
        set = {{ share_watch = 0.9, support_watch = 90 }}
        """,
    )
    done = cli_run(
        "compare", "--config", path, "--sensitive-features", "race", "--seed", 4,
        "--set", "share_watch=0.7",
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["sensitive_features"] == ["race"]
    names = ("seed", "share_watch", "support_watch")
    assert [document["settings"][name] for name in names] == [4, 0.7, 90]


def test_set_on_the_command_line_wins_over_a_seed_in_the_file(tmp_path):
    path = written(tmp_path, 'real = "a"\nsynthetic = "b"\nsensitive_features = "c"\nseed = 3')
    assert config.request({"set": {"seed": "4"}}, path).settings.seed == 4


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sensitive_feature = ['race']", "Did you mean 'sensitive_features'?"),
        ("seed = 1\nsed = 2", "Did you mean 'seed'?"),
        ("seed = 1\n\nthreads = = 2\n", "audit.toml, line 3: is not TOML"),
        ("seed = 1\nreal = 'a", "audit.toml, line 2: is not TOML"),
        ("seed = 1\nfail-on = 'watch'\nfail_on = 'problem'", "given twice"),
        ("seed = true", "must be a whole number"),
        ("seed = 1.5", "must be a whole number"),
        ("threads = 0", "must be at least 1"),
        ("memory = 4", "must be a text"),
        ("keep-work = 'yes'", "must be true or false"),
        ("real = 3", "must be a text"),
        ("ask = 3", "must be a list of texts"),
        ("ask = [3]", "must be a text"),
        ("set = 3", "must be a table"),
        ("kind = { age = 3 }", "kind.age must be a list of texts"),
        ("bands = { age = ['x'] }", "bands.age must be numbers"),
        ("fail_on = 'ok'", "must be problem or watch"),
        ("format = 'yaml'", "must be text or json or csv"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused(tmp_path, text, said):
    path = tmp_path / "audit.toml"
    path.write_text(text, encoding="utf-8")
    done = cli_run("compare", "--config", path)
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_file_that_cannot_be_read_says_so(tmp_path):
    assert cli_run("compare", "--config", tmp_path / "none.toml").exit_code == 3
    path = tmp_path / "audit.toml"
    path.write_bytes(b"real = '\xff'")
    done = cli_run("compare", "--config", path)
    assert done.exit_code == 3
    assert "UTF-8" in done.stderr


def test_lists_are_split_at_commas_unless_quoted():
    assert config.names(["a,b", "c"]) == ("a", "b", "c")
    assert config.names(['"a,b",c']) == ("a,b", "c")
    assert config.names([]) is config.names(None) is None
    assert config.names(["a, b,"]) == ("a", "b")


def test_a_value_may_hold_an_equals_sign():
    assert config.pairs("--kind", ["a=ordinal:x=1|x=2"], "") == {"a": "ordinal:x=1|x=2"}
    with pytest.raises(UsageError, match="not name=value"):
        config.pairs("--kind", ["=numeric"], "age=numeric")


# -- saved audits ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def two(folder, tmp_path_factory):
    """Two saved audits with two questions each: before all is well, after a group is lost."""
    where = tmp_path_factory.mktemp("saved")
    for name, synthetic in (("before", "kept"), ("after", "lost")):
        audits.compare(
            folder / "real.csv", folder / f"{synthetic}.csv", sensitive_features="race",
            ask=["coverage", "provenance"],
        ).save(where / f"{name}.json")  # fmt: skip
    return where


def test_show_prints_what_compare_printed(folder, tmp_path):
    path = tmp_path / "a.json"
    for form in ("text", "json", "csv"):
        printed = compare(folder, "lost", "--format", form, "--output", path).stdout
        assert cli_run("show", path, "--format", form).stdout == printed


def test_show_keeps_to_the_questions_named(two):
    done = cli_run("show", two / "after.json", "--question", "provenance", "--format", "json")
    document = json.loads(done.stdout)
    assert list(document["answers"]) == ["provenance"]
    assert {one["question"] for one in document["findings"]} == {"provenance"}


def test_a_gate_minds_only_the_questions_named(tmp_path, two):
    path = saved(
        tmp_path / "a.json", finding("problem"), finding("ok", question="provenance"),
        questions=[two / "after.json"],
    )  # fmt: skip
    assert cli_run("show", path, "--fail-on", "watch").exit_code == 1
    only = ("--question", "provenance", "--fail-on", "watch")
    assert cli_run("show", path, *only).exit_code == 0


def test_show_names_a_question_it_does_not_have(two):
    done = cli_run("show", two / "after.json", "--question", "coverge")
    assert done.exit_code == 2
    assert "Did you mean 'coverage'?" in done.stderr


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"findings": []}', '{"format": 1, "findings": []}']
)
def test_what_is_no_audit_is_refused(tmp_path, text):
    path = tmp_path / "a.json"
    path.write_text(text, encoding="utf-8")
    done = cli_run("show", path)
    assert (done.exit_code, done.stdout) == (3, "")
    assert str(path) in done.stderr


def test_diff_says_what_is_worse(two):
    done = cli_run("diff", two / "before.json", two / "after.json")
    assert done.exit_code == 0
    assert "▼ problem" in done.stdout
    assert "before" in done.stdout
    assert "the synthetic table: kept.csv" in done.stdout
    worse = cli_run("diff", two / "before.json", two / "after.json", "--fail-on", "problem")
    assert worse.exit_code == 1
    better = cli_run("diff", two / "after.json", two / "before.json", "--fail-on", "watch")
    assert better.exit_code == 0


def test_diff_in_json_and_csv(two):
    pair = (two / "before.json", two / "after.json")
    document = json.loads(cli_run("diff", *pair, "--format", "json").stdout)
    lines = list(csv.DictReader(io.StringIO(cli_run("diff", *pair, "--format", "csv").stdout)))
    assert len(lines) == sum(len(document[part]) for part in ("appeared", "went", "changed"))
    assert {line["what"] for line in lines} <= {"appeared", "went", "changed"}


def test_diff_shows_a_changed_verdict(tmp_path, two):
    answers = [two / "after.json"]
    before = saved(tmp_path / "a.json", finding("watch"), questions=answers)
    after = saved(tmp_path / "b.json", finding("problem"), questions=answers)
    done = cli_run("diff", before, after)
    assert "Changed:\n▼ problem, watch before · coverage\n  Black: gone." in done.stdout


# -- what there is ---------------------------------------------------------------------------------


def test_every_setting_is_listed():
    text = cli_run("settings").stdout
    document = json.loads(cli_run("settings", "--format", "json").stdout)
    lines = list(csv.DictReader(io.StringIO(cli_run("settings", "--format", "csv").stdout)))
    names = [setting.name for setting in settings_declared()]
    assert [one["name"] for one in document] == names
    assert [one["name"] for one in lines] == names
    assert all(f"{name} = " in text for name in names)


def test_every_question_is_listed():
    names = [question.id for question in audits.all_questions()]
    assert [one["id"] for one in json.loads(cli_run("questions", "--format", "json").stdout)] == (
        names
    )
    assert all(f"{name}\n  " in cli_run("questions").stdout for name in names)


def test_the_version_is_printed():
    done = cli_run("--version")
    assert done.exit_code == 0
    assert done.stdout.startswith("audits ")


# -- demo ------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_demo_finds_what_is_in_the_sample_data(tmp_path):
    path = tmp_path / "demo.json"
    done = cli_run("demo", "--output", path)
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith("▼ problem: ")
    assert "780 synthetic rows rest on 30 real people, in effect on 3" in " ".join(
        done.stdout.split()
    )
    for name in ("synthetic_good.csv", "synthetic_same.csv"):
        assert f"\n{name} (" in done.stdout
    assert audits.load(path).inputs[1].name == "synthetic_three.csv"


def test_demo_refuses_a_place_before_it_works(tmp_path):
    done = cli_run("demo", "--output", tmp_path / "none" / "a.json")
    assert (done.exit_code, done.stdout) == (2, "")


def test_sample_data_may_be_inside_the_package_or_beside_it(tmp_path, monkeypatch):
    from audits import demo, shipped
    from audits.errors import SourceError

    package = tmp_path / "audits"
    package.mkdir()
    monkeypatch.setattr(shipped, "__file__", str(package / "shipped.py"))
    with pytest.raises(SourceError, match="missing"):
        demo.sample_data()
    for folder in (tmp_path / "sample_data", package / "sample_data"):
        folder.mkdir()
        (folder / "survey_real.csv").touch()
        assert demo.sample_data() == folder

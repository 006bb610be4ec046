"""`audits dashboard`: what it starts, what it refuses, and what a session then begins with."""

import json
import os
import subprocess
import sys
import zipfile
from importlib.util import find_spec

import dashboard_folder
import pytest

from audits import launch
from audits.errors import InputError, SourceError, UsageError
from audits.progress import progress_file


@pytest.fixture
def started(monkeypatch):
    """Return what this process would have become."""
    seen = {}

    def execve(program, command, surroundings):
        seen.update(program=program, command=command, env=surroundings)

    monkeypatch.setattr(launch.os, "execve", execve)
    return seen


def test_it_listens_on_this_machine_only_and_tells_nobody(started):
    launch.launch({}, port=8600, browser=False)
    command = started["command"]
    assert started["program"] == sys.executable
    assert command[1:4] == ["-m", "streamlit", "run"]
    assert command[4] == str(dashboard_folder.FOLDER / "app.py")
    for option in (
        "--server.address=127.0.0.1",
        "--server.port=8600",
        "--server.headless=true",
        "--browser.gatherUsageStats=false",
        "--client.showErrorDetails=none",
        "--client.toolbarMode=viewer",
    ):
        assert option in command


def test_the_packaged_configuration_says_the_same_as_the_command():
    import tomllib

    written = tomllib.loads((dashboard_folder.FOLDER / ".streamlit/config.toml").read_text())
    said = dict(
        option.removeprefix("--").split("=")
        for option in launch.command(8501, browser=False)
        if option.startswith("--")
    )
    for name, value in said.items():
        section, _, key = name.partition(".")
        if key != "port":
            assert str(written[section][key]).lower() == value, name


def test_a_page_of_another_name_cannot_reach_the_dashboard():
    import tomllib

    written = tomllib.loads((dashboard_folder.FOLDER / ".streamlit/config.toml").read_text())
    assert written["server"]["allowedHosts"] == ["127.0.0.1", "localhost"]


def test_the_largest_upload_is_declared_alike_in_both_places():
    import tomllib

    import limits

    written = tomllib.loads((dashboard_folder.FOLDER / ".streamlit/config.toml").read_text())
    assert written["server"]["maxUploadSize"] == limits.UPLOAD_MB


def test_what_the_command_names_reaches_the_dashboard(started, sample):
    real, synthetic = sample / "survey_real.csv", sample / "synthetic_good.csv"
    hostile = 'a"b=\n<i>'
    launch.launch(
        {"real": str(real), "synthetic": str(synthetic), "reference": None},
        sensitive_features=["sex", hostile],
    )
    named = json.loads(started["env"][launch.STARTS_WITH])
    assert named["tables"] == {"real": str(real), "synthetic": str(synthetic)}
    assert named["sensitive_features"] == ["sex", hostile]


def test_a_chain_named_by_the_command_is_a_chain_in_the_dashboard(
    started, sample, tmp_path, monkeypatch
):
    import draft
    import opening
    import sessions

    paths = [str(sample / "generations" / f"g{t}.csv") for t in range(4)]
    launch.launch(
        {"real": paths[0], "synthetic": paths[1]},
        further=paths[2:],
        generations=True,
        sensitive_features=["race"],
    )
    monkeypatch.setenv(launch.STARTS_WITH, started["env"][launch.STARTS_WITH])
    session = sessions.Session("token", tmp_path)
    opening.fill(session)
    drafted = draft.read(session)
    assert draft.chain(drafted)
    (asked,), _ = draft.requests(drafted, {})
    assert asked["generations"] == paths


def test_rules_named_by_the_command_reach_the_dashboard(started, sample, tmp_path):
    rules = tmp_path / "rules.toml"
    rules.write_text('[[rule]]\ncheck = "age >= 15"\n')
    tables = {"real": sample / "survey_real.csv", "synthetic": sample / "synthetic_good.csv"}
    launch.launch({name: str(path) for name, path in tables.items()} | {"rules": str(rules)})
    named = json.loads(started["env"][launch.STARTS_WITH])
    assert named["tables"]["rules"] == str(rules)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"further": ["c.csv"]}, "3 tables were named.*add --generations"),
        ({"generations": True}, "at least three tables"),
    ],
)
def test_a_chain_that_is_none_is_refused_before_anything_starts(more, says, started):
    with pytest.raises(UsageError, match=says):
        launch.launch({"real": "a.csv", "synthetic": "b.csv"}, **more)
    with pytest.raises(UsageError, match="takes no --rules"):
        launch.launch(
            {"real": "a.csv", "synthetic": "b.csv", "rules": "r.toml"},
            further=["c.csv"],
            generations=True,
        )
    assert not started


def test_without_streamlit_it_says_what_to_install(monkeypatch, started):
    monkeypatch.setattr(
        launch, "find_spec", lambda name: None if name == "streamlit" else find_spec(name)
    )
    with pytest.raises(UsageError, match=r"pip install \"audits\[dashboard\]\""):
        launch.launch({})
    assert not started


@pytest.mark.parametrize(
    ("tables", "says"),
    [
        ({"real": "here.csv", "synthetic": None}, "only one table was named"),
        ({"real": "/nowhere/a.csv", "synthetic": "/nowhere/b.csv"}, "no such file"),
    ],
)
def test_a_slip_is_said_before_anything_starts(tables, says, started):
    with pytest.raises((UsageError, SourceError), match=says):
        launch.launch(tables)
    assert not started


def test_a_saved_audit_that_is_none_is_refused_before_anything_starts(started, tmp_path):
    broken = tmp_path / "audit.json"
    broken.write_text("{}")
    with pytest.raises(InputError, match="not an audit"):
        launch.launch({}, saved=[broken])
    assert not started


# -- where decisions are kept ----------------------------------------------------------------------


def test_a_store_that_is_named_reaches_the_dashboard_by_the_environment_only(
    started, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    launch.launch({}, store="deep/review.sqlite")
    assert started["env"][launch.STORE] == str(tmp_path / "deep" / "review.sqlite")
    url = "postgresql+psycopg://ann:s3cret@db.example/review"
    launch.launch({}, store=url)
    assert started["env"][launch.STORE] == url
    assert not [word for word in started["command"] if "s3cret" in word or "example" in word]
    monkeypatch.delenv(launch.STORE, raising=False)
    launch.launch({})
    assert launch.STORE not in started["env"]


@pytest.mark.parametrize(
    ("store", "says"),
    [
        ("mysql://ann:s3cret@db/review", "no store on 'mysql'"),
        ("postgresql+psycopg://ann:s3cret@db:port/review", "does not parse"),
        ("://ann:s3cret@db", "does not parse"),
        ("sqlite://", "a store needs a file"),
        (":memory:\0s3cret", "NUL"),
    ],
)
def test_no_store_where_there_can_be_none_and_its_password_is_not_repeated(store, says, started):
    with pytest.raises(UsageError, match=says) as error:
        launch.launch({}, store=store)
    assert "s3cret" not in str(error.value)
    assert not started


def test_the_store_of_the_environment_is_checked_as_the_option_is():
    done = subprocess.run(
        [sys.executable, "-m", "audits", "dashboard", "--no-browser"],
        env={**os.environ, launch.STORE: "mysql://ann:s3cret@db/review"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "no store on 'mysql'" in done.stderr
    assert "s3cret" not in done.stderr + done.stdout


def test_the_command_line_explains_itself():
    done = subprocess.run(
        [sys.executable, "-m", "audits", "dashboard", "one.csv"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "only one table was named" in done.stderr


@pytest.mark.slow
def test_the_wheel_brings_the_dashboard_along(tmp_path):
    root = dashboard_folder.FOLDER.parent
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path),
         str(root)],
        check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for path in dashboard_folder.FOLDER.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            inside = path.relative_to(dashboard_folder.FOLDER)
            assert f"audits/dashboard/{inside.as_posix()}" in names


# -- how far an audit is ---------------------------------------------------------------------------


def test_progress_in_a_file_is_whole_whenever_it_is_read(tmp_path):
    path = tmp_path / "far.json"
    told = progress_file(path, ["reading", "coverage"])
    told("reading", 0.5)
    assert json.loads(path.read_text()) == {"stage": "reading", "share": 0.5, "of_all": 0.25}
    told("unheard of", 0.5)
    assert json.loads(path.read_text())["stage"] == "reading"
    told("coverage", 0.0)
    assert json.loads(path.read_text()) == {"stage": "coverage", "share": 0.0, "of_all": 0.5}
    assert [p.name for p in tmp_path.iterdir()] == ["far.json"]


def test_progress_is_not_written_more_often_than_anyone_looks(tmp_path):
    path = tmp_path / "far.json"
    told = progress_file(path, ["reading"])
    told("reading", 0.0)
    for step in range(1000):
        told("reading", step / 1000)
    assert json.loads(path.read_text())["share"] == 0.0

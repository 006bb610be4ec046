"""Audits in worker processes: what goes in, how far they are, and what is left when they end."""

import os
import shutil
import signal
import time

import dashboard_folder
import pytest
from dashboard_folder import files_under
from hypothesis import given
from hypothesis import strategies as some

import audits
import opening
import running
import sessions
import toml_text
from audits.config import read_config

_TEXT = some.text(some.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@pytest.fixture(autouse=True)
def _workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("AUDITS_WORKSPACE", str(tmp_path / "workspace"))


def request_of(**changes):
    sample = opening.sample()
    asked = {
        "real": sample["real"]["path"],
        "synthetic": sample["synthetic"][0]["path"],
        "sensitive_features": ["sex"],
        "ask": ["coverage"],
    }
    return {**asked, **changes}


def wait(session, seconds=60.0):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        job = running.look(session)
        if job is None or not job.running:
            return job
        time.sleep(0.05)
    raise AssertionError("the audit did not end")


def slowly():
    """Return a request that takes a while."""
    return request_of(
        sensitive_features=["race", "sex", "region", "education", "insured"],
        ask=["provenance", "drift"],
        intersections=4,
        set={"max_draws": 99_999, "classifier_permutations": 4999, "classifier_rows": 5000},
    )


# -- the request -----------------------------------------------------------------------------------


@given(
    some.lists(_TEXT, min_size=1, max_size=3, unique=True),
    some.dictionaries(_TEXT, some.lists(some.floats(-1e9, 1e9), min_size=1, unique=True)),
    some.dictionaries(_TEXT, some.sampled_from(["numeric", "categorical"])),
)
def test_any_name_in_a_request_reaches_the_worker_as_it_is(tmp_path_factory, names, bands, kinds):
    path = tmp_path_factory.getbasetemp() / "request.toml"
    bands = {name: sorted(edges) for name, edges in bands.items()}
    asked = {"sensitive_features": names, "bands": bands, "kind": kinds, "missing": names}
    path.write_text(toml_text.document(asked), encoding="utf-8")
    read = read_config(path)
    assert read["sensitive_features"] == tuple(names)
    assert read["missing"] == tuple(names)
    assert read["kind"] == kinds
    assert read["bands"] == {name: tuple(edges) for name, edges in bands.items()}


# -- the worker ------------------------------------------------------------------------------------


def test_an_audit_that_ends_well_is_kept_and_nothing_else_is():
    session = sessions.new_session()
    running.start(session, [request_of()], ["the sample"])
    job = wait(session)
    assert job is not None
    assert not job.error
    running.clear(session)
    (kept,) = session.audits()
    assert (kept.id, kept.label) == (job.made[0], "the sample")
    assert audits.load(session.audit_path(kept.id)).about("coverage")
    assert files_under(session.folder) == {
        f"audits/{kept.id}.json", "names.json", "owner.json", "requests.json",
    }  # fmt: skip


@pytest.mark.slow
def test_several_synthetic_tables_are_audited_one_after_another():
    session = sessions.new_session()
    tables = [one["path"] for one in opening.sample()["synthetic"]]
    running.start(session, [request_of(synthetic=path) for path in tables], ["a", "b", "c"])
    job = wait(session)
    assert job is not None
    assert len(set(job.made)) == 3
    assert sorted(kept.label for kept in session.audits()) == ["a", "b", "c"]


@pytest.mark.slow
def test_what_was_done_before_a_later_audit_failed_stays():
    session = sessions.new_session()
    missing = request_of(synthetic="/nowhere/table.csv")
    running.start(session, [request_of(), missing], ["good", "bad"])
    job = wait(session)
    assert job is not None
    assert "there is no such file" in job.error
    assert [kept.label for kept in session.audits()] == ["good"]


def test_the_workers_own_sentence_is_the_error():
    session = sessions.new_session()
    running.start(session, [request_of(sensitive_features=["rcae"])], ["x"])
    job = wait(session)
    assert job is not None
    assert "no column 'rcae'" in job.error
    assert "Did you mean 'race'?" in job.error
    assert "Traceback" not in job.error


@pytest.mark.slow
def test_how_far_an_audit_is_only_ever_grows():
    session = sessions.new_session()
    running.start(session, [request_of(ask=["coverage", "diversity", "provenance"])], ["x"])
    shares = []
    while (job := running.look(session)) is not None and job.running:
        shares.append(job.share)
        time.sleep(0.02)
    assert shares == sorted(shares)
    assert 0 < max(shares) <= 1


def test_a_stopped_audit_leaves_nothing_and_no_process():
    session = sessions.new_session()
    running.start(session, [slowly()], ["x"])
    pid = running._noted(session.folder / "job")["pid"]
    until = time.monotonic() + 30
    while running.look(session).share == 0 and time.monotonic() < until:
        time.sleep(0.05)
    running.stop(session)
    assert running.look(session) is None
    assert not session.audits()
    assert files_under(session.folder) == {"owner.json"}
    with pytest.raises(ProcessLookupError):
        os.killpg(pid, 0)


def test_a_worker_that_is_killed_leaves_a_sentence_and_no_audit():
    session = sessions.new_session()
    running.start(session, [slowly()], ["x"])
    os.killpg(running._noted(session.folder / "job")["pid"], signal.SIGKILL)
    job = wait(session)
    assert job is not None
    assert "ended before it was done" in job.error
    assert not session.audits()
    running.clear(session)
    assert files_under(session.folder) == {"owner.json"}


def test_a_worker_whose_server_is_gone_is_still_watched_and_its_audit_kept():
    session = sessions.new_session()
    running.start(session, [request_of()], ["x"])
    child = running._CHILDREN.pop(str(session.folder / "job"))
    assert running.look(session).running, "found by its number and the moment it began"
    child.wait()
    assert len(wait(session).made) == 1


def test_a_folder_of_a_worker_that_never_began_is_put_away():
    session = sessions.new_session()
    (session.folder / "job").mkdir()
    (session.folder / "job" / "request-0.toml").write_text("")
    assert running.look(session) is None
    assert not (session.folder / "job").exists()


# -- how many at once ------------------------------------------------------------------------------


def test_one_session_runs_one_audit_and_all_together_only_so_many(monkeypatch):
    monkeypatch.setattr(running.limits, "RUNNING_AT_ONCE", 1)
    first, second = sessions.new_session(), sessions.new_session()
    running.start(first, [slowly()], ["x"])
    try:
        with pytest.raises(running.BusyError, match="running already"):
            running.start(first, [request_of()], ["y"])
        with pytest.raises(running.BusyError, match="of other sessions"):
            running.start(second, [request_of()], ["z"])
        assert running.look(second) is None
    finally:
        running.stop(first)
    running.start(second, [request_of()], ["z"])
    assert wait(second).made


def test_a_session_that_is_deleted_under_a_worker_breaks_nothing():
    session = sessions.new_session()
    running.start(session, [request_of()], ["x"])
    child = running._CHILDREN[str(session.folder / "job")]
    shutil.rmtree(session.folder)
    child.wait()
    assert running.look(session) is None


def test_the_package_of_the_worker_is_the_dashboards():
    assert running.environment()["PYTHONPATH"].split(os.pathsep)[0] == str(
        dashboard_folder.FOLDER.parent
    )

"""What goes wrong in front of a browser: files that are none, audits that are stopped or killed."""

import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from browser import Dashboard, Visitor, serving, violations, visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")
NOT_TABLES = {
    "broken.parquet": b"PAR1" + b"\x00" * 40 + b"nothing of a table PAR1",
    "picture.csv": PNG * 20,
    "empty.csv": b"",
}


def _wait(until: Callable[[], Any], seconds: float = 30) -> Any:
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        if found := until():
            return found
        time.sleep(0.05)
    raise AssertionError("that did not happen in time")


def _ended(worker: psutil.Process) -> bool:
    """Whether it works no more; whoever started it may not have looked yet."""
    try:
        return not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _workers(dashboard: Dashboard) -> list[psutil.Process]:
    """The processes that run an audit for this server."""
    found = []
    for process in psutil.Process(dashboard.process.pid).children(recursive=True):
        try:
            if "compare" in process.cmdline():
                found.append(process)
        except psutil.NoSuchProcess:
            continue
    return found


def _folder(who: Visitor, dashboard: Dashboard) -> Path:
    token = re.search(r"[?&]s=([0-9a-f]{32})", who.page.url)
    assert token, who.page.url
    return dashboard.workspace / token[1]


def _unfinished(folder: Path) -> list[str]:
    """What a work broken off would leave: a job, parts of files, temporary folders, audits."""
    return [
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.name.startswith((".part", "audits-work")) or path.suffix == ".tmp"
        or path.parent.name in ("job", "audits")
    ]  # fmt: skip


def _audit_begun(who: Visitor, dashboard: Dashboard) -> psutil.Process:
    """Begin an audit of the sample; hold its worker still once it has said how far it is."""
    who.open()
    who.press("Try the sample")
    who.page.get_by_role("button", name=re.compile("^Run ")).click()
    told = _folder(who, dashboard) / "job" / "far.json"
    _wait(told.exists)
    (worker,) = _workers(dashboard)
    worker.suspend()
    who.page.get_by_text(re.compile("Reading the tables|Asking about")).wait_for()
    return worker


def test_a_file_that_is_no_table_gets_a_sentence(
    dashboard: Dashboard, chromium: Any, tmp_path: Path
) -> None:
    with visitor(chromium, dashboard.url) as who:
        who.open()
        for name, content in NOT_TABLES.items():
            (tmp_path / name).write_bytes(content)
            who.upload("Real table", tmp_path / name)
            said = who.page.get_by_role("alert").first.inner_text()
            body = who.body()
            assert name in said
            assert said.rstrip().endswith(".")
            assert len(said.split()) > 6, said
            assert "Traceback" not in body
            assert str(dashboard.workspace) not in body, "where the server keeps things is its own"
            assert not who.page.get_by_test_id("stException").count()
            who.press(f"Remove {name}")
            _wait(lambda: not who.page.get_by_role("alert").count())  # the file can be put away


def test_an_audit_can_be_stopped(dashboard: Dashboard, chromium: Any) -> None:
    with visitor(chromium, dashboard.url) as who:
        worker = _audit_begun(who, dashboard)
        assert not violations(who.page)
        worker.resume()
        who.press("Stop the audit")
        _wait(lambda: _ended(worker))
        who.settled()
        assert _unfinished(_folder(who, dashboard)) == []
        assert who.page.get_by_role("button", name=re.compile("^Run ")).is_enabled()
        who.go("Findings")
        assert "No audit yet" in who.body()


def test_a_killed_worker_is_said_and_leaves_nothing(dashboard: Dashboard, chromium: Any) -> None:
    with visitor(chromium, dashboard.url) as who:
        worker = _audit_begun(who, dashboard)
        worker.kill()
        said = who.page.get_by_role("alert").first
        said.wait_for()
        assert "Nothing was saved" in said.inner_text()
        assert "Traceback" not in who.body()
        who.press("Put this message away")
        assert _unfinished(_folder(who, dashboard)) == []
        assert who.page.get_by_role("button", name=re.compile("^Run ")).is_enabled()


def test_an_audit_goes_on_when_the_tab_is_closed(dashboard: Dashboard, chromium: Any) -> None:
    with visitor(chromium, dashboard.url) as who:
        worker = _audit_begun(who, dashboard)
        address, folder = who.page.url, _folder(who, dashboard)
    worker.resume()
    _wait(lambda: _ended(worker), seconds=90)
    assert not [path for path in folder.rglob("*") if path.name.startswith(".part")]
    with visitor(chromium, dashboard.url) as who:
        who.page.goto(address)
        who.page.wait_for_url("**/findings?*")
        who.settled()
        assert "Black" in who.body()
        assert not (folder / "job").exists()


def test_a_server_that_is_killed_leaves_a_session_that_another_server_sweeps(
    chromium: Any, tmp_path: Path
) -> None:
    with serving(tmp_path) as dashboard, visitor(chromium, dashboard.url) as who:
        worker = _audit_begun(who, dashboard)
        folder = _folder(who, dashboard)
        os.killpg(dashboard.process.pid, signal.SIGKILL)
        dashboard.process.wait()
        worker.kill()
    assert not list((folder / "audits").glob("*")), "nothing half-written"
    day_before_yesterday = time.time() - 48 * 3600
    os.utime(folder, (day_before_yesterday, day_before_yesterday))
    with serving(tmp_path) as dashboard, visitor(chromium, dashboard.url) as who:
        who.open(f"/findings?s={folder.name}")
        assert "over" in who.body()
        assert "No audit yet" in who.body()
        assert not folder.exists()

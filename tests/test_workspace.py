"""Where an audit works: how much it takes, where it keeps it, and that nothing stays behind."""

import errno
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import audits
from audits.data import in_use, machine, spool, workspace
from audits.data.spool import PIECE, Spool
from audits.data.workspace import Workspace
from audits.errors import UsageError, WorkspaceError

# -- what the machine has --------------------------------------------------------------------------


@pytest.mark.parametrize("amount", ["", "4", "4 GBs", "lots", "-4GB", "400MB", "1e9", True, None])
def test_amounts_that_make_no_sense(amount):
    with pytest.raises(UsageError, match="memory must be"):
        machine.bytes_of(amount)


@pytest.mark.parametrize(
    ("amount", "size"),
    [("512MB", 512e6), ("4 gb", 4e9), ("2GiB", 2 * 1024**3), ("0.5T", 5e11), ("1500000000", 1.5e9)],
)
def test_amounts(amount, size):
    assert machine.bytes_of(amount) == size


@pytest.fixture
def container(tmp_path, monkeypatch):
    """Pretend to be in control groups: a function that writes their files."""
    root = tmp_path / "cgroup"
    root.mkdir()
    monkeypatch.setattr(machine, "_CGROUPS", root)
    monkeypatch.setattr(machine, "_OWN_GROUP", tmp_path / "own")
    monkeypatch.setattr(machine, "_MEMINFO", tmp_path / "meminfo")
    (tmp_path / "meminfo").write_text("MemTotal: 9 kB\nMemAvailable: 16000000 kB\n")
    (tmp_path / "own").write_text("0::/outer/inner\n")

    def write(path, text):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)

    return write


def test_memory_without_a_limit_is_what_is_free(container):
    container("outer/inner/memory.max", "max\n")
    assert machine.memory_there_is() == 16_000_000 * 1024


def test_the_tightest_group_counts(container):
    container("outer/memory.max", "3000000000\n")
    container("outer/memory.current", "1000000000\n")
    container("outer/inner/memory.max", "8000000000\n")
    assert machine.memory_there_is() == 2_000_000_000


def test_version_one_of_control_groups(container, tmp_path):
    (tmp_path / "own").write_text("3:memory:/job\n2:cpu,cpuacct:/job\n")
    container("memory/job/memory.limit_in_bytes", "2000000000")
    container("memory/job/memory.usage_in_bytes", "500000000")
    container("cpu/job/cpu.cfs_quota_us", "150000")
    container("cpu/job/cpu.cfs_period_us", "100000")
    assert machine.memory_there_is() == 1_500_000_000
    assert machine.cores_there_are() == 1


def test_no_limit_of_version_one_is_none(container, tmp_path):
    (tmp_path / "own").write_text("3:memory:/\n")
    container("memory/memory.limit_in_bytes", "9223372036854771712")
    assert machine.memory_there_is() == 16_000_000 * 1024


def test_cores_are_those_of_the_quota(container, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(range(8)))
    assert machine.cores_there_are() == 8
    container("outer/cpu.max", "350000 100000\n")
    assert machine.cores_there_are() == 3
    container("outer/inner/cpu.max", "max 100000\n")
    assert machine.cores_there_are() == 3


def test_the_database_is_held_to_its_share(tmp_path):
    with Workspace("1GB", 1, tmp_path) as work:
        read = work.connection.sql(
            "SELECT current_setting('threads'), current_setting('memory_limit'), "
            "current_setting('temp_directory')"
        ).fetchall()[0]
        assert read[0] == 1
        assert read[1].startswith("28")  # 300 MB in MiB
        assert read[2].startswith(str(work.folder))


# -- spools ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("on_disk", [False, True])
def test_a_spool_gives_back_what_it_was_given(tmp_path, on_disk):
    numbers = np.random.default_rng(1).integers(0, 1 << 60, 2 * PIECE + 5).astype(np.uint64)
    column = Spool(len(numbers), np.uint64, tmp_path if on_disk else None)
    for part in np.array_split(numbers, 7):
        column.append(part)
    assert column.left == 0
    np.testing.assert_array_equal(np.concatenate(list(column.pieces())), numbers)
    column.rewrite(1, np.zeros(PIECE, np.uint64))
    numbers[PIECE : 2 * PIECE] = 0
    rows = np.random.default_rng(2).integers(0, len(numbers), 1000)
    np.testing.assert_array_equal(column.take(rows), numbers[rows])
    assert list(tmp_path.iterdir()) == []  # the file has no name
    column.free()
    column.free()


@given(st.lists(st.integers(0, 39), max_size=60))
def test_rows_are_taken_in_the_order_asked_for(rows):
    before, spool.PIECE = spool.PIECE, 16
    try:
        column = Spool(40, np.uint8, workspace.Path("/tmp"))
        column.append(np.arange(40, dtype=np.uint8))
        assert column.take(np.array(rows, dtype=np.int64)).tolist() == rows
    finally:
        spool.PIECE = before


def test_a_table_that_grows_while_it_is_read_is_noticed():
    column = Spool(3, np.uint8)
    column.append(np.zeros(3, np.uint8))
    with pytest.raises(ValueError, match="the table changed"):
        column.append(np.zeros(1, np.uint8))


def test_spools_stay_in_memory_while_that_lasts(tmp_path):
    with Workspace("512MB", folder=tmp_path) as work:
        first = work.spool(10**8, np.uint8)
        second = work.spool(10**8, np.uint8)
        assert first._array is not None
        assert second._array is None
        first.free()
        assert work.spool(10**8, np.uint8)._array is not None


# -- the folder ------------------------------------------------------------------------------------


def test_the_folder_is_gone_afterwards(tmp_path):
    with Workspace(folder=tmp_path) as work:
        assert work.folder.is_dir()
        assert oct(work.folder.stat().st_mode)[-3:] == "700"
    assert list(tmp_path.iterdir()) == []


def test_the_folder_is_gone_after_an_error_too(tmp_path):
    with pytest.raises(RuntimeError), Workspace(folder=tmp_path):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_what_is_kept_is_kept_without_the_rest(tmp_path):
    with Workspace(folder=tmp_path, keep=True) as work:
        (work.folder / "copy.parquet").write_bytes(b"x")
    assert [path.name for path in work.folder.iterdir()] == ["copy.parquet"]


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"cannot be made in .*absent.*--work-folder"):
        Workspace(folder=tmp_path / "absent")


def test_what_a_killed_audit_left_is_swept_and_what_is_in_use_is_not(tmp_path):
    code = (
        "import sys, time; from audits.data.workspace import Workspace\n"
        f"work = Workspace(folder={str(tmp_path)!r}); print('ready', flush=True); time.sleep(60)"
    )
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "ready\n"
    with Workspace(folder=tmp_path):
        assert len(list(tmp_path.iterdir())) == 2
    assert len(list(tmp_path.iterdir())) == 1
    child.kill()
    child.wait()
    child.stdout.close()
    assert len(list(tmp_path.iterdir())) == 1  # nobody could tidy up
    with Workspace(folder=tmp_path):
        assert len(list(tmp_path.iterdir())) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_swept_before_it_is_locked_is_made_again(tmp_path, monkeypatch):
    swept = []

    def flock(lock, how):
        if not swept:
            swept.append(how)
            in_use.sweep(tmp_path)
        locked(lock, how)

    locked = in_use.fcntl.flock
    monkeypatch.setattr(in_use.fcntl, "flock", flock)
    with Workspace(folder=tmp_path) as work:
        assert work.folder.is_dir()
        assert swept
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_said(tmp_path, monkeypatch, sample):
    """The audit is real; only the disk's answer is made up."""
    made = workspace.Workspace.spool

    def on_disk(self, rows, dtype):
        self._spooled = 1 << 60
        return made(self, rows, dtype)

    def full(*_arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(workspace.Workspace, "spool", on_disk)
    monkeypatch.setattr(os, "pwrite", full)
    files = (sample / "survey_real.csv", sample / "synthetic_good.csv")
    with pytest.raises(WorkspaceError, match=f"no space is left in {tmp_path}.*--work-folder"):
        audits.compare(*files, sensitive_features="sex", work_folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("moment", ["open", "flock", "connect"])
def test_a_folder_that_was_just_made_goes_when_interrupted(tmp_path, monkeypatch, moment):
    def interrupt(*_):
        monkeypatch.undo()  # once: what tidies up opens folders, too
        raise KeyboardInterrupt

    if moment == "open":
        monkeypatch.setattr(in_use.os, "open", interrupt)
    elif moment == "flock":
        monkeypatch.setattr(in_use.fcntl, "flock", interrupt)
    else:
        monkeypatch.setattr(workspace.Workspace, "_connect", interrupt)
    with pytest.raises(KeyboardInterrupt):
        workspace.Workspace(folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_audit_leaves_nothing(tmp_path, sample, sign):
    work, target = tmp_path / "work", tmp_path / "audit.json"
    work.mkdir()
    command = [
        sys.executable, "-m", "audits", "compare", str(sample / "survey_real.csv"),
        str(sample / "synthetic_good.csv"), "--sensitive-features", "race,sex",
        "--work-folder", str(work), "--output", str(target),
        "--set", "rows_per_group=20000", "--set", "max_draws=99999",
    ]  # fmt: skip
    child = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not any(work.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.02)
    child.send_signal(sign)
    _, said = child.communicate(timeout=60)
    assert child.returncode == 130
    assert "interrupted; nothing was saved." in said
    assert "Traceback" not in said
    assert list(work.iterdir()) == []
    assert not target.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["work"]

"""Audits in worker processes: started, watched, stopped; what they leave is whole or nothing.

A job is a folder of the session's: the requests to run one after another, and what the worker
writes. An audit moves among the session's own only once it is finished, so that a tab that is
closed, a worker that is killed or a server that stops leaves nothing half-written. A queue is
opened by the same means; it goes into the store, whole or not at all.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import limits
import sessions
import toml_text
from audits.launch import STORE
from sessions import Session

_JOB, _SAID, _FAR, _MADE = "job.json", "said.txt", "far.json", "audit.json"
_QUEUE = "queue.json"  # what the command says of the queue that it opened


class BusyError(Exception):
    """No audit can be started now; the message says why."""


@dataclass(frozen=True)
class Job:
    """An audit or a queue on its way, or how it ended.

    `error` is the worker's own sentence; `made` names audits, or the queue where `queue` is set.
    """

    label: str
    number: int
    of: int
    share: float
    stage: str
    running: bool
    error: str = ""
    made: tuple[str, ...] = ()
    seconds: float = 0.0
    queue: bool = False


# -- starting --------------------------------------------------------------------------------------


def start(session: Session, requests: Sequence[Mapping[str, Any]], labels: Sequence[str]) -> None:
    """Start the audits of several requests, one after another.

    Raises
    ------
    BusyError
        If this session has one running, or all sessions together have as many as may run.
    """
    with _one_at_a_time():
        folder = _place(session)
        commands = [_command(one) for one in requests]
        _begin(folder, requests, labels, commands=commands)
        _start_next(folder)


def start_queue(
    session: Session,
    request: Mapping[str, Any],
    options: Sequence[str],
    store: str,
    label: str,
    token: str,
) -> None:
    """Start opening a queue; `store` may hold a password and goes by the environment only.

    The same token again, while or after it runs, starts nothing.

    Raises
    ------
    BusyError
        As for `start`.
    """
    with _one_at_a_time():
        if _noted(_folder(session)).get("token") == token:
            return
        folder = _place(session)
        of_texts = _command(request) == "text"
        _begin(folder, [request], [label], queue="open-text" if of_texts else "open", token=token)
        said = [
            sys.executable, "-m", "audits", "review", "open-text" if of_texts else "open",
            *options, *_common(folder, 0), "--format", "json",
        ]  # fmt: skip
        _spawn(folder, said, _QUEUE, **{STORE: store})


def _place(session: Session) -> Path:
    """Return an empty folder for a job, once it is sure that one may run."""
    if (job := look(session)) is not None and job.running:
        what = "A queue is being opened" if job.queue else "An audit is running"
        raise BusyError(f"{what} already. Wait for it, or stop it.")
    if _running_everywhere() >= limits.RUNNING_AT_ONCE:
        raise BusyError(
            f"{limits.RUNNING_AT_ONCE} audits are running already, of other sessions; more at "
            "once would be slower for everyone. Try again in a minute."
        )
    clear(session)
    folder = _folder(session)
    folder.mkdir(mode=0o700)
    return folder


def _begin(
    folder: Path, requests: Sequence[Mapping[str, Any]], labels: Sequence[str], **more: Any
) -> None:
    for number, request in enumerate(requests):
        text = toml_text.document(request)
        sessions.write_private(folder / f"request-{number}.toml", text)
    begun = {"labels": list(labels), "requests": [dict(one) for one in requests], "number": 0}
    _note(folder, {**begun, "made": [], "began": time.time(), **more})


def _common(folder: Path, number: int) -> list[str]:
    """Return what every command is told: what to do, where it may work, where it says how far."""
    return [
        "--config", str(folder / f"request-{number}.toml"), "--progress-to", str(folder / _FAR),
        "--work-folder", str(folder),
    ]  # fmt: skip


def _command(request: Mapping[str, Any]) -> str:
    """Return which command a request is for."""
    if "text" in request:
        return "text"
    return "generations" if "generations" in request else "compare"


def _start_next(folder: Path) -> None:
    job = _noted(folder)
    command = [
        sys.executable, "-m", "audits", job["commands"][job["number"]],
        *_common(folder, job["number"]), "--output", str(folder / _MADE), "--format", "csv",
    ]  # fmt: skip
    _spawn(folder, command)


def _spawn(folder: Path, command: Sequence[str], out: str = "", **surroundings: str) -> None:
    """Start a worker of a job; what it prints is kept only where a name is given."""
    with contextlib.suppress(OSError):
        (folder / _FAR).unlink()
    with (folder / _SAID).open("wb") as said, open(folder / out if out else os.devnull, "wb") as to:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=to,
            stderr=said,
            start_new_session=True,
            cwd=folder,
            env={**environment(), **surroundings},
        )
    _CHILDREN[str(folder)] = child
    _note(folder, {**_noted(folder), "pid": child.pid, "born": _born(child.pid)})


def environment() -> dict[str, str]:
    """A worker finds the same package as the dashboard, wherever that was found."""
    import audits

    package = str(Path(audits.__file__).resolve().parent.parent)
    known = os.environ.get("PYTHONPATH")
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([package, known] if known else [package]),
        "PYTHONIOENCODING": "utf-8",
    }


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two sessions that start at once must not both find the last free place."""
    with (sessions.root() / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# -- watching --------------------------------------------------------------------------------------


def look(session: Session) -> Job | None:
    """Return how far the session's job is; a finished audit is moved among the session's.

    None when there is none. After an audit is done the next of the job starts.
    """
    folder = _folder(session)
    job = _noted(folder)
    if "pid" not in job:
        if folder.exists() and not job:
            shutil.rmtree(folder, ignore_errors=True)
        return None
    if _alive(folder, job):
        return _told(folder, job, running=True)
    if "queue" in job:
        return _opened(folder, job)
    if (folder / _MADE).is_file():
        _keep(session, folder, job)
        job = _noted(folder)
        if job["number"] < len(job["labels"]):
            _start_next(folder)
            return _told(folder, _noted(folder), running=True)
    done = job["number"] == len(job["labels"])
    return _told(folder, job, running=False, error="" if done else sentence_of(folder / _SAID))


def _opened(folder: Path, job: dict[str, Any]) -> Job:
    """Return how the opening of a queue ended; the command names the queue once it is kept."""
    try:
        (kept,) = json.loads((folder / _QUEUE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        said = sentence_of(folder / _SAID, "The opening of the queue")
        return _told(folder, job, running=False, error=said)
    return _told(folder, {**job, "made": [kept["id"]]}, running=False)


def _keep(session: Session, folder: Path, job: dict[str, Any]) -> None:
    label, request = job["labels"][job["number"]], job["requests"][job["number"]]
    audit_id = session.keep_audit(folder / _MADE, label)
    session.write("requests", {**session.read("requests"), audit_id: request})
    _note(folder, {**job, "number": job["number"] + 1, "made": [*job["made"], audit_id]})


def _told(folder: Path, job: dict[str, Any], *, running: bool, error: str = "") -> Job:
    far = _json(folder / _FAR) if running else {}
    number = min(job["number"], len(job["labels"]) - 1)
    share = (job["number"] + float(far.get("of_all", 0.0))) / len(job["labels"])
    return Job(
        label=job["labels"][number],
        number=number + 1,
        of=len(job["labels"]),
        share=min(1.0, share),
        stage=str(far.get("stage", "")),
        running=running,
        error=error,
        made=tuple(job["made"]),
        seconds=time.time() - job["began"],
        queue="queue" in job,
    )


def sentence_of(said: Path, what: str = "The audit") -> str:
    """Return a worker's sentence, which stands in the last line that it wrote."""
    try:
        text = said.read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    lines = [line for line in text.splitlines() if line.startswith("audits: ")]
    if not lines:
        return (
            f"{what} ended before it was done; most likely it was stopped, or the machine ran out "
            "of memory. Nothing was saved. Try again, with fewer columns or rows if need be."
        )
    return sessions.without_places(lines[-1].removeprefix("audits: "))


# -- ending ----------------------------------------------------------------------------------------


def stop(session: Session) -> None:
    """End the session's job, and remove whatever it has made so far and not finished."""
    folder = _folder(session)
    job = _noted(folder)
    if "pid" in job and _alive(folder, job):
        _end(folder, job)
    clear(session)


def clear(session: Session) -> None:
    """Forget a job that has ended."""
    folder = _folder(session)
    _CHILDREN.pop(str(folder), None)
    shutil.rmtree(folder, ignore_errors=True)


def _end(folder: Path, job: dict[str, Any]) -> None:
    """Ask the worker and what it started to end; after a while, end them."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(int(job["pid"]), sign)
        until = time.monotonic() + limits.GRACE_SECONDS
        while _alive(folder, job) and time.monotonic() < until:
            time.sleep(0.05)
        if not _alive(folder, job):
            return


_CHILDREN: dict[str, subprocess.Popen[bytes]] = {}


@atexit.register
def _end_all() -> None:
    """The server takes its workers along."""
    for child in _CHILDREN.values():
        if child.poll() is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, signal.SIGTERM)


# -- processes -------------------------------------------------------------------------------------


def _alive(folder: Path, job: Mapping[str, Any]) -> bool:
    child = _CHILDREN.get(str(folder))
    if child is not None and child.pid == job["pid"]:
        return child.poll() is None
    born = _born(int(job["pid"]))  # a worker of a server that is gone; its number may be another's
    return born is not None and born == job.get("born")


def _born(pid: int) -> str | None:
    """Return when a process began, in the machine's own count; None if there is no such one."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if after_name[0] == "Z" else after_name[19]


def _running_everywhere() -> int:
    """Count the workers of all sessions."""
    found = 0
    for path in sessions.root().glob(f"*/job/{_JOB}"):
        job = _json(path)
        found += "pid" in job and _alive(path.parent, job)
    return found


# -- files -----------------------------------------------------------------------------------------


def _folder(session: Session) -> Path:
    return session.folder / "job"


def _note(folder: Path, job: Mapping[str, Any]) -> None:
    sessions.write_private(folder / _JOB, json.dumps(dict(job)))


def _noted(folder: Path) -> dict[str, Any]:
    return _json(folder / _JOB)


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}

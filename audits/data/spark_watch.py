"""A look at running jobs: when no worker takes a task any more, Spark would wait for ever."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

PATIENCE = 180.0
"""Seconds without a worker after which a job is given up; some clusters start them on demand."""
_LOOK_EVERY = 2.0


class Watch:
    """Stops the jobs of a tag when there has been no worker, or no task of theirs, for too long."""

    def __init__(self, session: Any, stop: Callable[[], None]) -> None:
        self._session, self._stop = session, stop
        self._alive, self.gave_up = time.monotonic(), False

    @contextlib.contextmanager
    def over(self) -> Iterator[None]:
        """Watch the job that is run inside the block."""
        self._alive = time.monotonic()
        with self._told_by_server() if is_connect(self._session) else self._looking():
            yield

    @contextlib.contextmanager
    def _looking(self) -> Iterator[None]:
        """Ask the driver in this process every now and then."""
        done = threading.Event()

        def look() -> None:
            context = self._session.sparkContext
            tracker = context._jsc.sc().statusTracker()
            while not done.wait(_LOOK_EVERY):
                with contextlib.suppress(Exception):  # the job says what is wrong, not its watcher
                    self._seen(len(tracker.getExecutorInfos()) - 1)  # this process counts as one

        if self._session.sparkContext.master.startswith("local"):
            yield  # the workers are in this process
            return
        thread = threading.Thread(target=look, name="audits-watch", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    @contextlib.contextmanager
    def _told_by_server(self) -> Iterator[None]:
        """Listen to what a Connect server says of the job's progress."""

        def told(*, stages: Any, inflight_tasks: int, operation_id: str, done: bool) -> None:
            del stages, operation_id, done
            self._seen(inflight_tasks)

        self._session.registerProgressHandler(told)
        try:
            yield
        finally:
            self._session.removeProgressHandler(told)

    def _seen(self, working: int) -> None:
        if working > 0:
            self._alive = time.monotonic()
        elif time.monotonic() - self._alive > PATIENCE and not self.gave_up:
            self.gave_up = True
            self._stop()


def is_connect(session: Any) -> bool:
    """Whether a session speaks to a Connect server, and is not in this process."""
    return type(session).__module__.startswith("pyspark.sql.connect")

"""A look at running jobs: when no worker takes a task any more, Spark would wait for ever."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any

PATIENCE = 180.0
"""Seconds without a running task after which a job is given up; clusters that start workers on
demand need some."""
_LOOK_EVERY = 2.0


class Watch:
    """Stops the jobs of a tag when none of their tasks has run for too long."""

    def __init__(self, session: Any, tag: str) -> None:
        self._session, self._tag = session, tag
        self._alive, self.gave_up = time.monotonic(), False
        self._connect = type(session).__module__.startswith("pyspark.sql.connect")

    @contextlib.contextmanager
    def over(self) -> Iterator[None]:
        """Watch the job that is run inside the block."""
        self._alive = time.monotonic()
        with self._told_by_server() if self._connect else self._looking():
            yield

    @contextlib.contextmanager
    def _looking(self) -> Iterator[None]:
        """Ask the driver in this process every now and then."""
        done = threading.Event()

        def look() -> None:
            tracker = self._session.sparkContext.statusTracker()
            while not done.wait(_LOOK_EVERY):
                with contextlib.suppress(Exception):  # the job says what is wrong, not its watcher
                    stages = map(tracker.getStageInfo, tracker.getActiveStageIds())
                    self._seen(sum(stage.numActiveTasks for stage in stages if stage))

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

    def _seen(self, running: int) -> None:
        if running:
            self._alive = time.monotonic()
        elif time.monotonic() - self._alive > PATIENCE and not self.gave_up:
            self.gave_up = True
            self._session.interruptTag(self._tag)

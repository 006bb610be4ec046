"""What a process and all it starts cost: seconds, and peak memory, looked at while they run."""

from __future__ import annotations

import resource
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psutil

EVERY = 0.02


@dataclass
class Seen:
    """Megabytes of a whole tree of processes: now, and the most there were."""

    now: float = 0.0
    most: float = 0.0


def megabytes(pid: int) -> float:
    """Return the memory of a process and its descendants; what they share is counted once."""
    total = 0
    with suppress(psutil.NoSuchProcess):
        first = psutil.Process(pid)
        for process in [first, *first.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                total += process.memory_full_info().pss
    return total / 2**20


@contextmanager
def watching(pid: int, every: float = EVERY) -> Iterator[Seen]:
    """Look at a tree of processes again and again."""
    seen = Seen()
    over = threading.Event()

    def look() -> None:
        while not over.wait(every):
            seen.now = megabytes(pid)
            seen.most = max(seen.most, seen.now)

    looker = threading.Thread(target=look, daemon=True)
    looker.start()
    try:
        yield seen
    finally:
        over.set()
        looker.join()


def run(command: list[str]) -> tuple[float, float, float]:
    """Run a command; return wall seconds, CPU seconds, and the most megabytes of it and its own."""
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    with watching(process.pid) as seen:
        _, said = process.communicate()
    took = time.perf_counter() - start
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{said.decode(errors='replace')}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return took, busy, seen.most

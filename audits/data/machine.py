"""What the machine has to give: memory and cores, containers' limits included."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from audits.errors import UsageError

_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_AMOUNT = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([KMGT]?)(I?)B?", re.IGNORECASE)
_LEAST = 512 * 10**6
_UNKNOWN = 4 * 10**9  # where a system does not say what it has
_NO_LIMIT = 1 << 60  # what version 1 of control groups writes for "none" is beyond this
_CGROUPS = Path("/sys/fs/cgroup")
_OWN_GROUP = Path("/proc/self/cgroup")
_MEMINFO = Path("/proc/meminfo")


def bytes_of(amount: str | int) -> int:
    """Return an amount of memory in bytes: a whole number, or a text such as ``4GB``.

    Raises
    ------
    UsageError
        If it is neither, or less than an audit needs.

    Examples
    --------
    >>> bytes_of("4GB"), bytes_of("1.5 GiB"), bytes_of(10**9)
    (4000000000, 1610612736, 1000000000)
    """
    found = _AMOUNT.fullmatch(str(amount).strip())
    if found is None or isinstance(amount, bool):
        raise UsageError(f"memory must be an amount such as 4GB or 500MB, got {amount!r}.")
    number, unit, binary = found.groups()
    base = _UNITS[unit.upper()]
    if binary:
        base = 1024 ** list(_UNITS).index(unit.upper())
    size = int(float(number) * base)
    if size < _LEAST:
        raise UsageError(f"memory must be at least 512MB, got {amount!r}. Give it more.")
    return size


def memory_there_is() -> int:
    """Bytes that may still be taken: what is free, and what the control group leaves."""
    free = [_free_memory()]
    for folder in _control_groups():
        limit = _number(folder / "memory.max") or _number(folder / "memory.limit_in_bytes")
        if limit is not None and limit < _NO_LIMIT:
            used = _number(folder / "memory.current") or _number(folder / "memory.usage_in_bytes")
            free.append(limit - min(used or 0, limit // 2))  # a cache of files counts as used
    return max(min(free), _LEAST)


def cores_there_are() -> int:
    """Whole processors that may be used: those assigned, within the control group's quota."""
    cores = [
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    ]
    for folder in _control_groups():
        quota, period = _cpu_quota(folder)
        if quota > 0 and period > 0:
            cores.append(max(1, quota // period))
    return min(cores)


def _free_memory() -> int:
    try:
        found = re.search(r"MemAvailable:\s+(\d+) kB", _MEMINFO.read_text())
    except OSError:
        found = None
    return int(found[1]) * 1024 if found else _UNKNOWN


def _control_groups() -> Iterator[Path]:
    """Folders of the groups that this process is in, of either version, up to the root."""
    try:
        lines = _OWN_GROUP.read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        for root in {_CGROUPS, *(_CGROUPS / name for name in controllers.split(",") if name)}:
            folder = root / path.lstrip("/")
            yield from (f for f in (folder, *folder.parents) if f.is_relative_to(root))


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):  # not there, or "max"
        return None


def _cpu_quota(folder: Path) -> tuple[int, int]:
    try:
        quota, period = (folder / "cpu.max").read_text().split()
        return (0 if quota == "max" else int(quota)), int(period)
    except (OSError, ValueError):
        first = (_number(folder / f"cpu.cfs_{name}_us") for name in ("quota", "period"))
        quota_v1, period_v1 = first
        return quota_v1 or 0, period_v1 or 0

"""Folders that tell whether whoever made them is still at work.

A file in such a folder is locked; the lock goes with the process that holds it, however it ends.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

WORK = "audits-work-"
"""How folders begin that hold nothing anybody wants back: every audit clears what is left."""
_LOCK = "in-use"


def lock(folder: Path) -> int:
    """Lock a folder just made; return what to close, -1 if it was cleared away in between."""
    held = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        there = (folder / _LOCK).exists()
    except BaseException:
        os.close(held)
        raise
    if there:
        return held
    os.close(held)
    return -1


def unlock(folder: Path) -> None:
    """Remove the file that is locked, of a folder that stays."""
    with contextlib.suppress(OSError):  # never made, where there was no place for it
        (folder / _LOCK).unlink()


@contextlib.contextmanager
def made(parent: Path, prefix: str) -> Iterator[Path]:
    """Yield a new, locked folder; nothing is left of it afterwards.

    Raises
    ------
    OSError
        If it cannot be made.
    """
    held = -1
    while held < 0:
        folder = parent / f"{prefix}{secrets.token_hex(8)}"
        folder.mkdir(0o700)
        try:
            held = lock(folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def left(parent: Path, prefix: str) -> Iterator[Path]:
    """Yield folders whose makers were killed, each locked while it is looked at."""
    for there in sorted(parent.glob(f"{prefix}*/{_LOCK}")):
        with contextlib.suppress(OSError):  # in use, gone, or another person's
            held = os.open(there, os.O_RDWR)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                yield there.parent
            finally:
                os.close(held)


def sweep(parent: Path) -> None:
    """Remove the work folders that audits left behind which were killed."""
    for folder in left(parent, WORK):
        shutil.rmtree(folder, ignore_errors=True)

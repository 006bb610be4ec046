"""Where an audit works: a bounded share of memory, a folder on disk, one private database.

Whatever does not fit into the memory goes to the folder; the folder is gone when the audit ends,
however it ends.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import duckdb
from numpy.typing import DTypeLike

from audits.data import in_use
from audits.data.machine import bytes_of, cores_there_are, memory_there_is
from audits.data.spool import Spool
from audits.errors import InputError, UsageError, WorkspaceError

_OF_WHAT_IS_FREE = 0.6  # the rest is for whatever else the machine does
_FOR_DATABASE = 0.3
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_OWN_LIMIT = "max_temp_directory_size"
_FOR_SPOOLS = 0.35  # the rest is the program itself and what is at work on a piece
_MOST_THREADS = 1024


class Workspace:
    """Memory, threads and a folder for one audit; use it in a `with` statement.

    Parameters
    ----------
    memory : str or int, optional
        How much may be taken, as ``4GB`` or in bytes; by default six tenths of what is free,
        within the limits of the container.
    threads : int, optional
        Threads of the database; as many as there are processors by default.
    folder : path, optional
        Where the work folder is made; the system's folder for temporary files by default.
    keep : bool
        Whether the work folder, and the Parquet copies of text files in it, stay.

    Raises
    ------
    UsageError
        If an amount makes no sense or the folder does not exist.
    """

    _closed = False
    _lock = -1
    folder: Path

    def __init__(
        self,
        memory: str | int | None = None,
        threads: int | None = None,
        folder: str | Path | None = None,
        *,
        keep: bool = False,
    ) -> None:
        if threads is not None and (
            not isinstance(threads, int) or not 1 <= threads <= _MOST_THREADS
        ):
            raise UsageError(
                f"threads must be a whole number from 1 to {_MOST_THREADS}, got {threads!r}."
            )
        if keep and folder is None:
            raise UsageError("keep_work needs a work_folder. Name the folder to keep it in.")
        free = int(memory_there_is() * _OF_WHAT_IS_FREE)
        self.memory = free if memory is None else bytes_of(memory)
        self.threads = threads or cores_there_are()
        self.keep = keep
        self._spooled, self._tables = 0, 0
        parent = Path(folder or tempfile.gettempdir()).expanduser()
        in_use.sweep(parent)
        try:
            self._make_in(parent)
            self.connection = self._connect()
        except BaseException:
            self.close()
            raise

    def _make_in(self, parent: Path) -> None:
        """Make a folder and lock it; once more, if another audit swept it away in between.

        Its name is known before it is there, so that an interruption at any moment can remove it.
        """
        try:
            while True:
                self.folder = parent / f"{in_use.WORK}{secrets.token_hex(8)}"
                self.folder.mkdir(0o700)
                self._lock = in_use.lock(self.folder)
                if self._lock >= 0:
                    return
        except OSError as error:
            raise UsageError(
                f"the work folder cannot be made in {parent} ({error.strerror}). Name a folder "
                "that can be written with --work-folder."
            ) from None

    def _connect(self) -> duckdb.DuckDBPyConnection:
        """Open a private in-memory database with the optimiser rules off that miscount NaN.

        Parquet written by Arrow leaves NaN out of a float column's statistics, and DuckDB's
        optimiser trusts them: decision 0002.
        """
        connection = duckdb.connect(":memory:")
        connection.execute(
            "SET disabled_optimizers = 'statistics_propagation,filter_pushdown';"
            # columns are read one at a time, so rows must come in one order: decision 0002
            "SET preserve_insertion_order = true; SET TimeZone = 'UTC';"
            f"SET threads = {self.threads:d};"
            f"SET memory_limit = '{int(self.memory * _FOR_DATABASE)}B'"
        )
        connection.execute("SET temp_directory = $1", [str(self.folder / "database")])
        with contextlib.suppress(duckdb.InvalidInputException):  # a notebook that could draw none
            connection.execute("SET enable_progress_bar = false")  # standard output is for results
        return connection

    def table_name(self, role: str) -> str:
        """Return a name for a table in the database that no other has."""
        self._tables += 1
        return f"{role}_{self._tables}"

    def spool(self, rows: int, dtype: DTypeLike) -> Spool:
        """Return a column to write: in memory while that lasts, then in the folder."""
        import numpy as np

        size = rows * np.dtype(dtype).itemsize
        if self._spooled + size > self.memory * _FOR_SPOOLS:
            return Spool(rows, dtype, self.folder)
        self._spooled += size

        def given_back() -> None:
            self._spooled -= size

        return Spool(rows, dtype, None, given_back)

    def close(self) -> None:
        """Remove everything that was kept on disk; may be said twice."""
        if self._closed:
            return
        self._closed = True
        if hasattr(self, "connection"):
            with contextlib.suppress(duckdb.Error):  # closed by an interruption already
                self.connection.close()
        if not self.keep:
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            in_use.unlock(self.folder)
            shutil.rmtree(self.folder / "database", ignore_errors=True)
        if self._lock >= 0:
            os.close(self._lock)

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        if hasattr(self, "folder"):  # else it was never made
            self.close()


def says_full(error: Exception) -> bool:
    """Whether an error, the system's or the database's, is that of a full disk."""
    if isinstance(error, OSError) and error.errno in _FULL:
        return True
    said = str(error)
    return any(os.strerror(number) in said for number in _FULL) or _OWN_LIMIT in said


@contextlib.contextmanager
def room_explained(folder: Path) -> Iterator[None]:
    """Turn a full disk, or too little memory, into one sentence that says what to do."""
    try:
        yield
    except duckdb.OutOfMemoryException:
        raise InputError(
            "the table does not fit through the memory there is. Give the audit more with --memory."
        ) from None
    except (OSError, duckdb.Error) as error:
        if not says_full(error):
            raise
        raise WorkspaceError(folder.parent) from None

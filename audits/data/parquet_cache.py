"""Text files as Parquet in the work folder: written once, in their own order, read by column.

Every value stays the text that it was. A declared type would have a say in what a column is: one of
numbers is listed up to another limit than one of texts, and is taken for days where the other table
holds dates, so that an audit of a typed copy could be another than that of the file.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from audits.data.workspace import Workspace, says_full
from audits.errors import WorkspaceError

_GROUP = 1 << 16  # rows that are held, of all columns, while they are written
_NAME = 50  # letters of a title that are kept: with four bytes each, a name is not too long
_PATTERNS = str.maketrans({mark: f"[{mark}]" for mark in "*?["})


def one_file(path: Path) -> str:
    """Write a path so that DuckDB takes it for a path, and not for a pattern.

    >>> one_file(Path("table[1].csv"))
    'table[[]1].csv'
    """
    return str(path).translate(_PATTERNS)


def was_interrupted(error: Exception) -> bool:
    """Whether an error is how DuckDB passes on Ctrl-C; its own type, or since 2.0 none."""
    own = isinstance(error, duckdb.InterruptException)
    return own or (type(error) is RuntimeError and "interrupted" in str(error))


def stored(
    relation: duckdb.DuckDBPyRelation, title: str, work: Workspace
) -> duckdb.DuckDBPyRelation:
    """Write a relation to a Parquet file named after `title`, and return one that reads the file.

    Whatever goes wrong, no part of the file stays.

    Raises
    ------
    WorkspaceError
        If the disk is full.
    KeyboardInterrupt
        If the database was interrupted.
    """
    target = _unused(work.folder, title)
    part = target.with_name(f"{target.name}.part")
    try:
        relation.write_parquet(
            str(part), compression="snappy", row_group_size=_GROUP, use_tmp_file=False
        )
        part.replace(target)
    except (duckdb.Error, RuntimeError) as error:
        if was_interrupted(error):
            raise KeyboardInterrupt from None
        if says_full(error):
            raise WorkspaceError(work.folder.parent) from None
        raise
    finally:
        part.unlink(missing_ok=True)
    return work.connection.read_parquet(one_file(target))


def _unused(folder: Path, title: str) -> Path:
    """Return a path in the folder that nobody has taken."""
    name = title[:_NAME]
    path, number = folder / f"{name}.parquet", 1
    while path.exists():
        number += 1
        path = folder / f"{name}-{number}.parquet"
    return path

"""Which reader and writer of rows suits which file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from audits.curation.fates import Fates
from audits.data.sources import explained, files_of
from audits.errors import UsageError

_FAMILIES = {
    "csv": (".csv", ".csv.gz", ".txt"),
    "tsv": (".tsv", ".tsv.gz"),
    "jsonl": (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz"),
    "parquet": (".parquet", ".pq"),
    "feather": (".feather", ".arrow"),
}


class RowFile(Protocol):
    """A file whose rows can be told apart, in order."""

    path: Path

    @property
    def columns(self) -> Sequence[str]:
        """The columns as the audit names them."""

    def part(self, fates: Fates, kept: Path, removed: Path) -> int:
        """Write the rows that are kept and those that are not; return how many there were."""


def one_file(data: object) -> Path:
    """Return the one file that is to be curated.

    Raises
    ------
    UsageError
        If it is no path, or one of a folder or a pattern.
    SourceError
        If there is no such file, or it is empty.
    """
    if not isinstance(data, str | Path):
        raise UsageError(
            f"what is curated must be a file, got {type(data).__name__}: rows are kept as they are "
            "written. Save the table, and give its path."
        )
    files = files_of(str(data))
    path = Path(data).expanduser()
    if len(files) != 1 or files[0] != path:
        raise UsageError(
            f"{data} is a folder or a pattern, and what is curated must be one file. Write the "
            "table as one, in the order of its files' names, and open a queue on that. Where "
            "people have decided already, audits review export tells the rows: list those to "
            "remove in a file for --flags."
        )
    return path


def family_of(path: Path) -> str:
    """Return the family of formats that a file's name says.

    Raises
    ------
    UsageError
        If it says none that is known.
    """
    name = path.name.lower()
    for family, endings in _FAMILIES.items():
        if name.endswith(endings):
            return family
    known = ", ".join(ending for endings in _FAMILIES.values() for ending in endings)
    raise UsageError(f"{path}: the name must end in one of {known}.")


def check_alike(path: Path, output: Path, option: str) -> None:
    """Refuse a name that says another format than the file's; only .gz may come or go.

    Raises
    ------
    UsageError
        If it does.
    """
    family = family_of(path)
    if not output.name.lower().endswith(_FAMILIES[family]):
        raise UsageError(
            f"{option} {output}: rows are written as they are in {path.name}, so the name must end "
            f"in {' or '.join(_FAMILIES[family])}."
        )


def row_file(path: Path) -> RowFile:
    """Open a file for its rows."""
    from audits.curation.arrow_rows import FeatherRows, ParquetRows
    from audits.curation.delimited_rows import DelimitedRows
    from audits.curation.json_rows import JsonRows

    kinds: dict[str, Any] = {
        "csv": DelimitedRows, "tsv": DelimitedRows, "jsonl": JsonRows,
        "parquet": ParquetRows, "feather": FeatherRows,
    }  # fmt: skip
    with explained(path.name):
        made: RowFile = kinds[family_of(path)](path)
    return made

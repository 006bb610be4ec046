"""Parquet files that are to be one table: whether they can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from audits.errors import SourceError

_NOTES = 20  # parts of a table that are said to differ from the first
_NAMED = 6  # columns, or files, named in an error


def differing(files: list[Path], name: str) -> tuple[str, ...]:
    """Say which parts of a table hold a column in another, compatible type than the first.

    Raises
    ------
    SourceError
        If a part lacks a column that another has, or holds values of another kind: they are no
        parts of one table.
    """
    import pyarrow.parquet as pq

    if len(files) < 2:
        return ()
    schemas = {path.name: pq.read_schema(path) for path in files}
    if len(schemas) < len(files):  # parts of one name, in folders of their own
        schemas = {str(path): pq.read_schema(path) for path in files}
    _check_columns(schemas, name)
    first, *others = schemas
    notes = []
    for part in others:
        for field in schemas[part]:
            here, there = field.type, schemas[first].field(field.name).type
            if here == there:
                continue
            if len({_family(here), _family(there)} - {""}) > 1:
                raise SourceError(
                    name,
                    f"is no one table: {field.name} is {here} in {part}, and {there} in {first}.",
                    "Give files of one table, or write the column in one type.",
                )
            notes.append(f"{part}: {field.name} is {here}, and {there} in {first}.")
    return tuple(notes[:_NOTES]) + (("…",) if len(notes) > _NOTES else ())


def _check_columns(schemas: Mapping[str, Any], name: str) -> None:
    """Refuse parts of which some lack a column: rows would be filled with what nobody wrote."""
    everywhere = dict.fromkeys(column for schema in schemas.values() for column in schema.names)
    absent = {
        part: [column for column in everywhere if column not in schema.names]
        for part, schema in schemas.items()
    }
    lacking = [f"{part} has no {_few(columns)}" for part, columns in absent.items() if columns]
    if lacking:
        raise SourceError(
            name,
            f"holds files with different columns: {_few(lacking, '; ')}.",
            "Give files of one table (a pattern such as folder/people*.parquet picks some), or add "
            "the column, empty, where it is lacking.",
        )


def _few(names: Sequence[str], between: str = ", ") -> str:
    more = f"{between}and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return between.join(names[:_NAMED]) + more


def _family(kind: Any) -> str:
    """Say what a type holds; nothing of a column that is empty in a file."""
    import pyarrow.types as of

    kind = kind.value_type if of.is_dictionary(kind) else kind
    families = {
        "": of.is_null(kind),
        "numbers": of.is_integer(kind) or of.is_floating(kind) or of.is_decimal(kind),
        "texts": of.is_string(kind) or of.is_large_string(kind) or of.is_string_view(kind),
        "dates": of.is_date(kind) or of.is_timestamp(kind),
    }
    return next((family for family, fits in families.items() if fits), str(kind))

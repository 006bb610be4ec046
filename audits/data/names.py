"""Column names: the same from every source, and able to tell columns apart."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from audits.errors import InputError


def clean_name(name: object) -> str:
    """Return a column's name as every source writes it.

    >>> clean_name(" age "), clean_name(3)
    ('age', '3')
    """
    return unicodedata.normalize("NFC", str(name)).strip()


def trouble_with(names: Iterable[object]) -> str | None:
    """Say what is wrong with a table's column names; None where nothing is.

    >>> trouble_with(["age", "sex"]) is None
    True
    >>> trouble_with(["age", "Age "])
    "columns 1 and 2 are both 'age', leaving case and blanks aside. Rename one."
    """
    first: dict[str, int] = {}
    for position, name in enumerate(map(clean_name, names), start=1):
        if not name:
            return f"column {position} has no name. Name every column."
        before = first.setdefault(name.casefold(), position)
        if before != position:
            return (
                f"columns {before} and {position} are both {name.casefold()!r}, leaving case and "
                "blanks aside. Rename one."
            )
    return None


def clean_names(names: Iterable[object], table: str) -> list[str]:
    """Return column names without blanks around them, once they are sure to tell columns apart.

    Raises
    ------
    InputError
        If a name is empty, stands twice, or differs from another in case alone.
    """
    listed = list(names)
    if trouble := trouble_with(listed):
        raise InputError(f"{table}: {trouble}")
    return [clean_name(name) for name in listed]

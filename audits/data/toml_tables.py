"""Tables of a TOML file that a person wrote: on which lines they begin, and groups in them."""

from __future__ import annotations

import re
from typing import Any

from audits.data.names import clean_name
from audits.errors import UsageError
from audits.results import Group

_MANY_LINES = re.compile(r"'''.*?'''|\"\"\".*?\"\"\"", re.DOTALL)


def lines_of(text: str, name: str) -> list[int]:
    r"""Return the lines on which tables begin; headings inside texts of many lines are none.

    >>> lines_of('a = 1\n[[quotas]]\n[["quotas"]]\n', "quotas")
    [2, 3]
    """
    plain = _MANY_LINES.sub(lambda found: "\n" * found.group().count("\n"), text)
    heading = rf"\s*(\[\[\s*\"?{name}\"?\s*\]\]|{name}\s*=)"
    return [
        number for number, line in enumerate(plain.split("\n"), start=1) if re.match(heading, line)
    ]


def line_at(lines: list[int], number: int) -> int:
    """Return the line of a table by its number from 0; of tables in one list, the list's."""
    return lines[number] if number < len(lines) else (lines or [1])[0]


def group_of(where: str, group: Any, advice: str) -> Group:
    """Read a group: a table of columns and texts; none of them is everyone.

    Raises
    ------
    UsageError
        If it is no table, or a value is no text.
    """
    if not isinstance(group, dict):
        raise UsageError(f"{where}: group must be a table, got {group!r}. {advice}")
    for column, value in group.items():
        if not isinstance(value, str):
            raise UsageError(
                f"{where}: the {column} of a group must be a text, got {value!r}. Write it as the "
                "audit does, in quotation marks."
            )
    return tuple(sorted((clean_name(column), value) for column, value in group.items()))

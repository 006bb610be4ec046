"""Rows of a JSON Lines file as they are written: kept letter by letter."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audits.curation.delimited_rows import written
from audits.curation.fates import Fates, extra_names
from audits.data.csv_check import bounded_lines, text_of
from audits.data.names import clean_name
from audits.data.values import as_number, canonical
from audits.errors import SourceError

_BLANKS = " \t\r\n"


@dataclass(frozen=True)
class Member:
    """A value of an object: its name, what it is, and where it begins and ends in the text."""

    name: str
    value: Any
    start: int
    stop: int


def members(text: str) -> tuple[list[Member], int]:
    """Return every value of one JSON object, and where its closing brace stands.

    >>> found, end = members('{"a": 1, "b": [2]}')
    >>> [(one.name, one.value, one.start, one.stop) for one in found], end
    ([('a', 1, 6, 7), ('b', [2], 14, 17)], 17)

    Raises
    ------
    ValueError
        If the text is no object.
    """
    decoder, found = json.JSONDecoder(), []
    at = _after(text, 0, "{")
    if text[_skip(text, at)] == "}":
        return [], _skip(text, at)
    while True:
        name, at = decoder.raw_decode(text, _after(text, at, '"') - 1)
        at = _skip(text, _after(text, at, ":"))
        value, stop = decoder.raw_decode(text, at)
        found.append(Member(clean_name(name), value, at, stop))
        at = _skip(text, stop)
        if text[at] == "}":
            return found, at
        at = _after(text, at, ",")


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANKS:
        at += 1
    if at == len(text):
        raise ValueError("is no whole object")
    return at


def _after(text: str, at: int, mark: str) -> int:
    at = _skip(text, at)
    if text[at] != mark:
        raise ValueError(f"has {text[at]!r} where {mark!r} should be")
    return at + 1


def edited(text: str, changes: Mapping[str, Any]) -> str:
    """Return an object in which some values are others; every other letter stays.

    A number, and `true` or `false`, stay such if the new text can be read as one.
    """
    found, end = members(text)
    place = {one.name: one for one in found}
    text = _added(text, bool(found), end, {n: v for n, v in changes.items() if n not in place})
    for one in sorted((place[n] for n in changes if n in place), key=lambda one: -one.start):
        new = json.dumps(_like(one.value, changes[one.name]), ensure_ascii=False)
        text = text[: one.start] + new + text[one.stop :]
    return text


def _added(text: str, filled: bool, end: int, values: Mapping[str, Any]) -> str:
    """Put further members before the closing brace."""
    if not values:
        return text
    more = json.dumps(values, ensure_ascii=False)[1:-1]
    return text[:end] + (", " if filled else "") + more + text[end:]


def _like(old: Any, new: Any) -> Any:
    if not isinstance(new, str):
        return new
    text = canonical(new)
    if text is None:
        return None
    if isinstance(old, bool):
        return {"true": True, "false": False}.get(text.lower(), new)
    if isinstance(old, int | float) and (number := as_number(text)) is not None:
        return int(number) if number.is_integer() and isinstance(old, int) else number
    return new


class JsonRows:
    """A JSON Lines file, to be parted into rows that are kept and rows that are not."""

    def __init__(self, path: Path) -> None:
        self.path = path
        names: dict[str, None] = {}
        for _, text in self._lines():
            if text is not None:
                names.update(dict.fromkeys(one.name for one in self._members(text)))
        self.columns: Sequence[str] = tuple(names)

    def _members(self, text: str) -> list[Member]:
        try:
            return members(text)[0]
        except (ValueError, RecursionError) as error:
            raise SourceError(
                self.path.name, f"holds a line that {error}.", "Write one object a line."
            ) from None

    def _lines(self) -> Any:
        """Yield every line as written, and once more if it is a row."""
        with text_of(self.path, "utf-8") as file:
            for line in bounded_lines(file):
                yield line, line if line.strip() else None

    def part(self, fates: Fates, kept: Path, removed: Path) -> int:
        """Write the rows that are kept and those that are not; return how many there were."""
        names, row = extra_names(self.columns), 0
        with written(kept, self.path, "utf-8") as left, written(removed, self.path, "utf-8") as out:
            for line, text in self._lines():
                row += text is not None
                if text is None:
                    left.write(line)
                elif row in fates.removed:
                    more = dict(zip(names, fates.removed[row].extra, strict=True))
                    found, end = members(text)
                    whole = _added(text, bool(found), end, more)
                    out.write(whole if whole.endswith(("\n", "\r")) else f"{whole}\n")
                elif row in fates.edited:
                    left.write(edited(text, fates.edited[row].edit))
                else:
                    left.write(text)
        return row

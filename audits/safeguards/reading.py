"""Exceptions read from a file of safeguards: every slip is an error with its line."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from hashlib import sha256
from os import PathLike
from pathlib import Path
from typing import Any

from audits.data.documents import read_toml_file
from audits.data.names import clean_name
from audits.data.toml_tables import group_of, line_at, lines_of
from audits.errors import UnknownNameError, UsageError
from audits.registry import all_questions
from audits.results import Group, Verdict
from audits.safeguards.records import ANY, Accepted, Safeguards

_KEYS = ("question", "group", "attribute", "verdict", "owner", "reason", "expires", "id")
_TEXTS = ("question", "owner", "reason")
_VERDICTS = {"problem": Verdict.PROBLEM, "watch": Verdict.WATCH}


def read_safeguards(path: str | Path) -> Safeguards:
    """Read the exceptions of a TOML file; its other tables are none of ours.

    Raises
    ------
    SourceError
        If the file cannot be read.
    UsageError
        If it is not TOML, or an exception makes no sense; the message names file and line.
    """
    text, document = read_toml_file(path)
    tables = document.get("exceptions", [])
    return Safeguards(exceptions_of(path, text, tables), Path(path).name, digest_of(path))


def digest_of(path: str | PathLike[str]) -> str:
    """Return the SHA-256 of a small file."""
    return sha256(Path(path).read_bytes()).hexdigest()


def exceptions_of(path: str | Path, text: str, tables: Any) -> tuple[Accepted, ...]:
    """Read exceptions from what TOML made of them; `text` is the file's, for the lines.

    Raises
    ------
    UsageError
        As :func:`read_safeguards`.
    """
    if not isinstance(tables, list):
        raise UsageError(f"{path}: exceptions must be tables. Write each as [[exceptions]].")
    lines = lines_of(text, "exceptions")
    found: list[Accepted] = []
    for number, table in enumerate(tables):
        line = line_at(lines, number)
        one = _exception(f"{path}, line {line}", f"{Path(path).name}, line {line}", table)
        twin = next((other for other in found if other.subject == one.subject), None)
        if twin is not None:
            raise UsageError(
                f"{path}, line {line}: {one.named} is accepted twice, as in {twin.place}. Keep one."
            )
        found.append(one)
    return tuple(found)


def _exception(where: str, place: str, table: Any) -> Accepted:
    if not isinstance(table, dict):
        raise UsageError(f"{where}: an exception must be a table. Write it as [[exceptions]].")
    for name in table:
        if name not in _KEYS:
            raise UnknownNameError(f"field of an exception ({where}) called", name, _KEYS)
    for name in (*_TEXTS, "expires", "group"):
        if name not in table:
            raise UsageError(f"{where}: an exception needs {name}. {_ADVICE[name]}")
    for name in (*_TEXTS, "attribute", "id"):
        _check_text(where, name, table.get(name, "-"))
    return Accepted(
        question=_question(where, table["question"]),
        group=_group(where, table["group"]),
        attribute=_attribute(table.get("attribute")),
        owner=table["owner"].strip(),
        reason=" ".join(table["reason"].split()),
        expires=_day(where, table["expires"]),
        verdict=_verdict(where, table.get("verdict", "problem")),
        id=table.get("id", "").strip(),
        place=place,
    )


_ADVICE: Mapping[str, str] = {
    "question": 'Write question = "coverage".',
    "group": f'Write group = {{ race = "Black" }}, {{}} for everyone, or "{ANY}" for every group.',
    "owner": 'Write owner = "…": who answers for it.',
    "reason": 'Write reason = "…": why it is accepted.',
    "expires": "Write expires = 2027-01-31, without quotation marks: the last day it holds.",
    "attribute": 'Write attribute = "age".',
    "id": 'Write id = "…".',
}


def _check_text(where: str, name: str, value: Any) -> None:
    if not isinstance(value, str) or not value.strip():
        raise UsageError(f"{where}: {name} must be a text, got {value!r}. {_ADVICE[name]}")


def _question(where: str, name: str) -> str:
    known = [question.id for question in all_questions()]
    if name not in known:
        raise UnknownNameError(f"question ({where})", name, known)
    return name


def _attribute(name: str | None) -> str | None:
    return name if name in (None, ANY) else clean_name(name)


def _group(where: str, group: Any) -> Group | None:
    return None if group == ANY else group_of(where, group, _ADVICE["group"])


def _day(where: str, value: Any) -> datetime.date:
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value
    raise UsageError(f"{where}: expires must be a date, got {value!r}. {_ADVICE['expires']}")


def _verdict(where: str, value: Any) -> Verdict:
    if not isinstance(value, str) or value not in _VERDICTS:
        raise UsageError(
            f"{where}: verdict must be problem or watch, got {value!r}. It says how bad the "
            "finding may be; problem by default."
        )
    return _VERDICTS[value]

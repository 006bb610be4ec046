"""Files of rules: TOML, one ``[[rule]]`` each, and where in the file each rule's text stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from audits.data.documents import read_toml_file
from audits.data.rules_syntax import Condition, Dependency, RuleSyntaxError, parse
from audits.errors import RuleError, UnknownNameError, UsageError

_KEYS = ("name", "check", "tolerance")
_ADVICE = (
    "Write it like: age >= 15 if marital = married. A value or name with other letters than a-z, "
    "digits and _ stands in quotation marks: 'some college', \"marital status\"."
)
_STRING = (
    r"""'''(?:.|\n)*?'{3,5}|\"{3}(?:\\(?:.|\n)|[^\\])*?\"{3,5}|'[^'\n]*'|"(?:\\.|[^"\\\n])*\""""
)
_FIELD = r"""(?<![\w."'-])(?:check|"check"|'check')[ \t]*="""
_PIECE = re.compile(rf"#[^\n]*|{_FIELD}[ \t]*(?P<check>{_STRING})|{_STRING}")
_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[ \t]*\n\s*|.)", re.DOTALL)


@dataclass(frozen=True)
class Places:
    """Where the letters of a rule's text, and the end behind it, stand in the text of a file."""

    file: str
    text: str
    spots: tuple[int, ...]

    def line_and_column(self, at: int) -> tuple[int, int]:
        """Where the letter at some place stands, both from 1."""
        spot = self.spots[min(at, len(self.spots) - 1)]
        return self.text.count("\n", 0, spot) + 1, spot - self.text.rfind("\n", 0, spot)

    def error(self, at: int, reason: str, advice: str = "") -> RuleError:
        """Make the error about the letter at some place."""
        return RuleError(self.file, *self.line_and_column(at), reason, advice)


@dataclass(frozen=True)
class Rule:
    """A rule as it was written: its name, its text, what it says, how far numbers may be apart.

    Numbers no farther apart than `tolerance` count as equal.
    """

    name: str
    check: str
    meaning: Condition | Dependency
    tolerance: float
    places: Places


def read_rules(path: str | Path) -> tuple[Rule, ...]:
    """Read the rules of a file: its tables `rule`, or, of a file of options, `rules`.

    Raises
    ------
    SourceError
        If it cannot be read.
    RuleError
        If a rule does not parse: line, column, what was found and what was expected.
    UsageError
        If it is not TOML, holds no rule, or a rule's fields make no sense.
    """
    text, document = read_toml_file(path)
    inside = isinstance(document.get("rules"), list)  # a file of options, with [[rules]] in it
    for name in () if inside else document:
        if name != "rule":
            raise UnknownNameError(f"table in {path} called", name, ["rule"])
    tables = document["rules"] if inside else document.get("rule", [])
    if not isinstance(tables, list) or not tables:
        raise UsageError(f'{path} holds no rules. Write each as [[rule]] and check = "…" below it.')
    spots = list(_checks(text))
    rules = []
    for number, table in enumerate(tables, start=1):
        where = f"{path}, rule {number}"
        _check_fields(where, table)
        rules.append(_rule(where, table, Places(str(path), text, _spots(spots, number - 1, table))))
    _refuse_twins(path, rules)
    return tuple(rules)


def _check_fields(where: str, table: Any) -> None:
    if not isinstance(table, dict):
        raise UsageError(f'{where} must be a table. Write [[rule]] and check = "…" below it.')
    for name in table:
        if name not in _KEYS:
            raise UnknownNameError(f"field of a rule ({where}) called", name, _KEYS)
    if not isinstance(table.get("check"), str) or not table["check"].strip():
        raise UsageError(f'{where}: there is nothing to check. Write check = "age >= 0".')
    if not isinstance(table.get("name", ""), str):
        raise UsageError(f"{where}: name must be a text in quotation marks.")
    tolerance = table.get("tolerance", 0)
    number = isinstance(tolerance, int | float) and not isinstance(tolerance, bool)
    if not number or not isfinite(tolerance) or tolerance < 0:
        raise UsageError(f"{where}: tolerance must be a number from 0, got {tolerance!r}.")


def _rule(where: str, table: Mapping[str, Any], places: Places) -> Rule:
    check = table["check"]
    try:
        meaning = parse(check)
    except RuleSyntaxError as error:
        reason = f"found {error.found}, expected {error.expected}."
        raise places.error(error.at, reason, _ADVICE) from None
    if isinstance(meaning, Dependency) and "tolerance" in table:
        raise UsageError(f"{where}: a dependency has no tolerance. Drop it.")
    name = " ".join((table.get("name") or check).split())
    return Rule(name, check, meaning, float(table.get("tolerance", 0)), places)


def _refuse_twins(path: str | Path, rules: list[Rule]) -> None:
    seen: set[str] = set()
    for rule in rules:
        if rule.name in seen:
            raise UsageError(f"{path}: two rules are named {rule.name!r}. Rename one.")
        seen.add(rule.name)


# -- places ----------------------------------------------------------------------------------------


def _checks(text: str) -> Iterator[tuple[int, str]]:
    """Where the value of every field `check` begins, and how it is written, quotes included."""
    for piece in _PIECE.finditer(text):
        if piece["check"] is not None:
            yield piece.start("check"), piece["check"]


def _spots(checks: list[tuple[int, str]], number: int, table: Mapping[str, Any]) -> tuple[int, ...]:
    """Where every letter of a rule's text stands, and the end behind it."""
    start, written = checks[number] if number < len(checks) else (0, "''")
    if tomllib.loads(f"x = {written}")["x"] != table["check"]:  # written in a way not foreseen
        return (0,)
    return tuple(start + at for at in _letters(written))


def _letters(written: str) -> Iterator[int]:
    """Where each letter of a TOML string begins in what is written, and the closing quote."""
    wide = 3 if written[:3] in ('"""', "'''") else 1
    at, end = wide, len(written) - wide
    if wide == 3 and written[at : at + 1] == "\n":
        at += 1
    while at < end:
        escape = _ESCAPE.match(written, at, end) if written[0] == '"' else None
        if escape is None:
            yield at
            at += 1
            continue
        if "\n" not in escape.group():
            yield at
        at = escape.end()
    yield end

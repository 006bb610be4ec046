"""Quotas of a file of safeguards: what the synthetic table must hold of a group.

Quotas of a collection plan, which are about real people, are in :mod:`audits.data.quotas`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from audits.data.documents import read_toml_file
from audits.data.reference import Reference
from audits.data.tables import Coding
from audits.data.toml_tables import group_of, line_at, lines_of
from audits.data.values import MISSING, canonical
from audits.errors import UnknownNameError, UsageError
from audits.results import Group, group_name

_ASKED = ("rows", "share", "ratio", "representation")
_KEYS = ("group", *_ASKED)
_ENDS = ("at_least", "at_most")
_GROUP = 'Write group = { race = "Black" }, or {} for everyone.'
_EXAMPLES = {
    "rows": "rows = { at_least = 500 }",
    "share": "share = { at_least = 0.05 }",
    "ratio": "ratio = { at_least = 0.8 }",
    "representation": "representation = { at_least = 0.8 }",
}


@dataclass(frozen=True)
class Limits:
    """What something must be at least, and at most; None where nothing is said."""

    at_least: float | None = None
    at_most: float | None = None

    @property
    def given(self) -> bool:
        """Whether anything is said."""
        return self.at_least is not None or self.at_most is not None


@dataclass(frozen=True)
class TableQuota:
    """What the synthetic table must hold of a group.

    `rows` counts its rows, `share` is their share of the table, `ratio` that share over the real
    one, `representation` that share over the one in the reference population. `place` says where it
    is written.
    """

    group: Group
    rows: Limits
    share: Limits
    ratio: Limits
    representation: Limits
    place: str = ""


def read_table_quotas(path: str | Path) -> tuple[TableQuota, ...]:
    """Read the tables `quotas` of a TOML file; its other tables are none of ours.

    Raises
    ------
    SourceError
        If the file cannot be read.
    UsageError
        If it is not TOML, holds no quota, or one makes no sense; the message names file and line.
    """
    text, document = read_toml_file(path)
    tables = document.get("quotas", [])
    if not isinstance(tables, list) or not tables:
        raise UsageError(
            f"{path} holds no quotas. Write each as [[quotas]], with group and, for example, "
            f"{_EXAMPLES['rows']} below it."
        )
    lines = lines_of(text, "quotas")
    found: list[TableQuota] = []
    for number, table in enumerate(tables):
        line = line_at(lines, number)
        one = _quota(f"{path}, line {line}", f"{Path(path).name}, line {line}", table)
        _refuse_twin(f"{path}, line {line}", one, found)
        found.append(one)
    return tuple(found)


def _refuse_twin(where: str, one: TableQuota, before: Sequence[TableQuota]) -> None:
    twin = next((other for other in before if other.group == one.group), None)
    if twin is not None:
        raise UsageError(
            f"{where}: {group_name(one.group)} has a quota already, in {twin.place}. Join the two."
        )


def _quota(where: str, place: str, table: Any) -> TableQuota:
    if not isinstance(table, dict):
        raise UsageError(f"{where}: a quota must be a table. Write it as [[quotas]].")
    for name in table:
        if name not in _KEYS:
            raise UnknownNameError(f"field of a quota ({where}) called", name, _KEYS)
    if "group" not in table:
        raise UsageError(f"{where}: a quota needs group. {_GROUP}")
    asked = {name: _limits(where, name, table[name]) for name in _ASKED if name in table}
    if not asked:
        raise UsageError(
            f"{where}: the quota asks for nothing. Write {_EXAMPLES['rows']}, or one of share, "
            "ratio and representation."
        )
    group = group_of(where, table["group"], _GROUP)
    _check_shares(where, group, asked)
    return TableQuota(
        group=group, place=place, **{name: asked.get(name, Limits()) for name in _ASKED}
    )


def _check_shares(where: str, group: Group, asked: dict[str, Limits]) -> None:
    """Refuse shares of what has none: everyone, and rows that do not say who they are."""
    of_shares = [name for name in asked if name != "rows"]
    if not of_shares:
        return
    advice = f"Ask for rows, or drop {of_shares[0]}."
    if not group:
        raise UsageError(f"{where}: everyone is always the whole table. {advice}")
    for column, value in group:
        if canonical(value) is None:
            raise UsageError(
                f"{where}: rows without a value of {column} form no group that shares are judged "
                f"of. {advice}"
            )


def _limits(where: str, name: str, table: Any) -> Limits:
    if not isinstance(table, dict) or not table:
        raise UsageError(
            f"{where}: {name} must be a table of at_least, at_most, or both, got {table!r}. Write "
            f"{_EXAMPLES[name]}."
        )
    for end, value in table.items():
        if end not in _ENDS:
            raise UnknownNameError(f"limit of {name} ({where}) called", end, _ENDS)
        _check_number(where, name, end, value)
    limits = Limits(*(table.get(end) for end in _ENDS))
    if _crossed(limits, exact=name == "rows"):
        raise UsageError(
            f"{where}: {name} cannot be at least {limits.at_least:g} and at most "
            f"{limits.at_most:g}. Raise at_most, or lower at_least."
        )
    return limits


def _crossed(limits: Limits, *, exact: bool) -> bool:
    """Whether nothing lies between; a count may be fixed, a share is never known to a point."""
    if limits.at_least is None or limits.at_most is None:
        return False
    return limits.at_least > limits.at_most or (limits.at_least == limits.at_most and not exact)


def _check_number(where: str, name: str, end: str, value: Any) -> None:
    """Refuse what can be no limit, or is one that every table keeps, or none."""
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if name == "rows":
        fits = number and isinstance(value, int) and value >= (1 if end == "at_least" else 0)
        must = f"a whole number from {1 if end == 'at_least' else 0}"
    elif name == "share":
        fits, must = number and 0 < value < 1, "a number between 0 and 1, such as 0.05"
    else:
        fits, must = number and value > 0, "a number above 0"
    if not fits:
        raise UsageError(f"{where}: {end} of {name} must be {must}, got {value!r}. Mend it.")


# -- held against the tables -----------------------------------------------------------------------


def wanted_of(path: str | Path | None, sensitive: Sequence[str]) -> tuple[TableQuota, ...]:
    """Read the quotas of a file, if there is one; those of columns that form no groups are refused.

    Raises
    ------
    UnknownNameError
        If a column is no sensitive feature, before any table is read.
    """
    quotas = () if path is None else read_table_quotas(Path(path).expanduser())
    for quota in quotas:
        for column, _ in quota.group:
            if column not in sensitive:
                raise UnknownNameError(f"sensitive feature ({quota.place})", column, sensitive)
    return quotas


def bound(
    quotas: Sequence[TableQuota], features: Sequence[Coding], reference: Reference | None
) -> tuple[TableQuota, ...]:
    """Return quotas under the names that the tables' values have, in an order of their own.

    A value that only the real table or the reference has is that of a group which the synthetic
    table lacks. One that none has is taken for a slip.

    Raises
    ------
    UsageError
        If a value is unknown, a group stands twice, or a reference is needed that says nothing of a
        group; with the place of the quota.
    """
    codings = {feature.column: feature for feature in features}
    claimed: dict[str, set[str]] = {}
    for group in reference.shares if reference else ():
        for column, value in group:
            claimed.setdefault(column, set()).add(value)
    found: list[TableQuota] = []
    for quota in quotas:
        group = tuple(
            (column, _label(value, codings[column], claimed.get(column, set()), quota.place))
            for column, value in quota.group
        )
        one = replace(quota, group=group)
        _refuse_twin(quota.place, one, found)
        if quota.representation.given:
            _check_reference(one, reference)
        found.append(one)
    return tuple(sorted(found, key=lambda one: (len(one.group), one.group)))


def _label(value: str, feature: Coding, claimed: set[str], place: str) -> str:
    text = canonical(value) or MISSING
    there = {*feature.labels, *claimed}
    for form in (value, text, text.lower()):
        if form in there:
            return form
    folded = {label.casefold(): label for label in sorted(there)}
    near = get_close_matches(text.casefold(), folded, n=1, cutoff=0.6)
    labels = feature.labels[1:]
    listed = ", ".join(labels[:8]) + (" …" if len(labels) > 8 else "")
    advice = f"Did you mean {folded[near[0]]!r}?" if near else f"There are: {listed}."
    raise UsageError(
        f"{place}: no row of either table has {value!r} as its {feature.column}. {advice}"
    )


def _check_reference(quota: TableQuota, reference: Reference | None) -> None:
    if reference is None:
        raise UsageError(
            f"{quota.place}: representation is held against a reference population, and none was "
            "given. Give --reference, or ask for ratio, which is held against the real table."
        )
    if not reference.share(quota.group):
        raise UsageError(
            f"{quota.place}: {reference.name} has no share of {group_name(quota.group)}. Add it, "
            "or ask for ratio, which is held against the real table."
        )

"""The reference population: shares a group should have, from a file, a table or a mapping."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audits.data.names import clean_name
from audits.data.sources import sha256_of
from audits.data.tables import Coding
from audits.data.values import MISSING, canonical
from audits.errors import InputError, SourceError, UsageError
from audits.results import Group

CROSS = "×"
_TOLERANCE = 0.005
_FIELDS = ("column", "group", "share")

Margin = tuple[str, str, float]
"""A column (or several joined by ×), a group of it, and its share."""


@dataclass(frozen=True)
class Reference:
    """Shares of a population, per group; `name` says where they come from.

    `lines` counts the shares given; `sha256` is that of a file, else of the shares in their order.
    """

    name: str
    shares: Mapping[Group, float]
    attributes: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    lines: int = 0
    sha256: str = ""
    overlapping: frozenset[str] = frozenset()
    """Features that people may have several values of: of those not named, nothing is known."""

    def share(self, group: Group) -> float | None:
        """Return the share of a group, None where the reference is silent about its features."""
        if group in self.shares:
            return self.shares[group]
        columns = tuple(column for column, _ in group)
        if self.overlapping.intersection(columns):
            return None
        known = any(tuple(c for c, _ in named) == columns for named in self.shares)
        return 0.0 if known and group else None

    def attribute(self, coding: Coding) -> NDArray[np.float64] | None:
        """Return the share of every code of a column, None where the reference is silent."""
        shares = self.attributes.get(coding.name)
        if shares is None:
            return None
        return np.array([shares.get(label, 0.0) for label in coding.labels])


def read_reference(given: Any) -> tuple[str, list[Margin]]:
    """Read margins as (column, group, share) from a CSV file, a data frame or a mapping.

    Raises
    ------
    SourceError
        If a file lacks a column or holds a share that is no number (the line is named).
    UsageError
        If it is none of these, or a table without the three columns.
    """
    if isinstance(given, str | Path):
        return Path(given).name, _from_csv(Path(given).expanduser())
    if isinstance(given, Mapping):
        return "reference", _from_mapping(given)
    frame = given.to_pandas() if hasattr(given, "to_pandas") else given
    missing = [name for name in _FIELDS if name not in getattr(frame, "columns", ())]
    if missing:
        raise UsageError(
            f"the reference lacks the column {missing[0]!r}. Give a table of "
            f"{', '.join(_FIELDS)}, a CSV file of them, or a mapping."
        )
    rows = zip(*(frame[name].tolist() for name in _FIELDS), strict=True)
    return "reference", [_margin(c, g, s, f"reference, {c} {g}") for c, g, s in rows]


def _from_mapping(given: Mapping[Any, Any]) -> list[Margin]:
    margins = []
    for column, shares in given.items():
        if not isinstance(shares, Mapping):
            raise UsageError(
                f"the reference gives {shares!r} for {column!r}. Give a mapping of groups to "
                "shares for each column, such as {'sex': {'female': 0.51, 'male': 0.49}}."
            )
        for group, share in shares.items():
            where = f"reference, {_joined(column)} {_joined(group)}"
            margins.append(_margin(_joined(column), _joined(group), share, where))
    return margins


def _joined(name: Any) -> str:
    """Write a crossing given as a tuple like one given as a text."""
    return CROSS.join(map(str, name)) if isinstance(name, tuple) else str(name)


def _from_csv(path: Path) -> list[Margin]:
    rows = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, skipinitialspace=True)
            names = [str(name).strip() for name in reader.fieldnames or ()]
            reader.fieldnames = names
            missing = [name for name in _FIELDS if name not in names]
            if missing:
                raise SourceError(
                    path.name,
                    f"has no column {missing[0]!r}.",
                    f"Give {', '.join(_FIELDS)}.",
                    line=1,
                )
            for row in reader:
                where = f"{path.name}, line {reader.line_num}"
                rows.append(_margin(row["column"], row["group"], row["share"], where))
    except OSError as error:
        raise SourceError(str(path), f"cannot be read ({error.strerror}).", "Check it.") from None
    except UnicodeDecodeError:
        raise SourceError(path.name, "is not UTF-8 text.", "Save it as UTF-8.") from None
    except csv.Error as error:
        raise SourceError(path.name, f"cannot be read ({error}).", "Check the file.") from None
    if not rows:
        raise SourceError(path.name, "has no rows.", "Give one line per group.")
    return rows


def _margin(column: Any, group: Any, share: Any, where: str) -> Margin:
    name = clean_name(column) if column is not None else ""
    if not name:
        raise InputError(f"{where}: no column is named. Name the column that the group is of.")
    return name, canonical(group) or MISSING, _share(share, where)


def _share(value: Any, where: str) -> float:
    try:
        share = float(value)
    except (TypeError, ValueError):
        raise InputError(f"{where}: the share {value!r} is not a number.") from None
    if not 0 <= share <= 1:
        raise InputError(
            f"{where}: the share {share:g} does not lie between 0 and 1. Write 13 percent as 0.13."
        )
    return share


def build_reference(
    given: Any, features: Sequence[Coding], codings: Mapping[str, Coding]
) -> Reference:
    """Check margins against the sensitive features and name their groups.

    A group that neither table has is kept: that it is absent is a finding. A name that looks like
    a slip for a level of the data, which the reference does not name elsewhere, is refused.

    Raises
    ------
    InputError
        If shares do not sum to one, a group stands twice, or its name looks like a slip.
    UsageError
        If no column is a sensitive feature, or a column's name looks like a slip.
    """
    name, margins = read_reference(given)
    by_column = {feature.column: feature for feature in features}
    _check_columns(name, {column for column, _, _ in margins}, by_column, codings)
    check_sums(name, margins)
    claimed = _claimed(margins)
    shares: dict[Group, float] = {}
    attributes: dict[str, dict[str, float]] = {}
    unused: set[str] = set()
    for column, group, share in margins:
        columns, where = _parts(column), f"{name}: {column} {group!r}"
        if all(part in by_column for part in columns):
            key = _group(columns, group, name, by_column, claimed)
            _put(shares, key, share, where)
        if column in codings and by_column.get(column, codings[column]) is codings[column]:
            label = _known(group, codings[column], name, claimed[column])
            _put(attributes.setdefault(column, {}), label, share, where)
        elif any(part not in by_column for part in columns):
            unused.add(column)
    if not shares:
        raise UsageError(
            f"{name}: names none of the sensitive features ({', '.join(by_column)}). "
            "Its 'column' must be one of them, or several joined by ×."
        )
    listed = ", ".join(sorted(unused))
    notes = (f"{name}: not used, as it is no compared column: {listed}.",) if unused else ()
    return Reference(name, shares, attributes, notes, len(margins), digest(given, margins))


def digest(given: Any, margins: Sequence[Margin]) -> str:
    """Return the SHA-256 of a file of shares, else of the shares in their order."""
    if isinstance(given, str | Path):
        return sha256_of([Path(given).expanduser()])
    return hashlib.sha256(repr(sorted(margins)).encode()).hexdigest()


def _group(
    columns: Sequence[str],
    group: str,
    name: str,
    by_column: Mapping[str, Coding],
    claimed: Mapping[str, set[str]],
) -> Group:
    """Name the group that a margin is about."""
    values = _parts(group) if len(columns) > 1 else [group]
    if len(values) != len(columns):
        raise InputError(
            f"{name}: {group!r} does not name one value for each of {CROSS.join(columns)!r}."
        )
    pairs = zip(columns, values, strict=True)
    return tuple(sorted((c, _known(v, by_column[c], name, claimed[c])) for c, v in pairs))


def _put(into: dict[Any, float], key: Any, share: float, what: str) -> None:
    if key in into:
        raise InputError(f"{what} stands twice. Keep one line.")
    into[key] = share


def _check_columns(
    name: str,
    columns: set[str],
    by_column: Mapping[str, Coding],
    codings: Mapping[str, Coding],
) -> None:
    """Refuse a column that looks like a slip for a sensitive feature."""
    named = {part for column in columns for part in _parts(column)}
    for part in sorted(named - set(by_column) - set(codings)):
        left = [column for column in by_column if column not in named]
        folded = {column.casefold(): column for column in left}
        near = get_close_matches(part.casefold(), list(folded), n=1, cutoff=0.8)
        if near:
            raise UsageError(
                f"{name}: no sensitive feature is called {part!r}. "
                f"Did you mean {folded[near[0]]!r}? If not, leave {part!r} out of the reference."
            )


def check_sums(name: str, margins: Sequence[Margin]) -> None:
    """Refuse shares of a column that do not sum to one."""
    totals: dict[str, float] = {}
    for column, _, share in margins:
        totals[column] = totals.get(column, 0.0) + share
    for column, total in totals.items():
        if abs(total - 1) > _TOLERANCE:
            raise InputError(
                f"{name}: the shares of {column!r} sum to {total:.4g}, not to 1. "
                "Add the groups left out, or divide by the sum."
            )


def _parts(text: str) -> list[str]:
    return [clean_name(part) for part in text.split(CROSS)]


def _claimed(margins: Sequence[Margin]) -> dict[str, set[str]]:
    """Every value that the reference names, per column, crossings taken apart."""
    claimed: dict[str, set[str]] = {}
    for column, group, _ in margins:
        columns = _parts(column)
        claimed.setdefault(column, set()).add(group)
        for part, value in zip(columns, _parts(group), strict=False):
            claimed.setdefault(part, set()).add(canonical(value) or MISSING)
    return claimed


def _known(value: str, feature: Coding, name: str, claimed: set[str]) -> str:
    text = canonical(value) or MISSING
    if text in feature.labels:
        return text
    if feature.kind == "boolean" and text.lower() in feature.labels:
        return text.lower()
    folded = {
        label.casefold(): label
        for label in feature.labels[1:]
        if label not in claimed or label.casefold() == text.casefold()
    }
    near = get_close_matches(text.casefold(), list(folded), n=1, cutoff=0.8)
    if near:
        raise InputError(
            f"{name}: {feature.column} has no group {value!r}. Did you mean {folded[near[0]]!r}?"
        )
    return text

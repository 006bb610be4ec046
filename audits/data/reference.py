"""The reference population: shares a group should have, from a file, a table or a mapping."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audits.data.tables import Coding
from audits.data.values import canonical
from audits.errors import InputError, SourceError, UsageError
from audits.results import Group

CROSS = "×"
_TOLERANCE = 0.005
_FIELDS = ("column", "group", "share")


@dataclass(frozen=True)
class Reference:
    """Shares of a population, per group; `name` says where they come from."""

    name: str
    shares: Mapping[Group, float]
    attributes: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def share(self, group: Group) -> float | None:
        """Return the share of a group, None where the reference is silent about its features."""
        if group in self.shares:
            return self.shares[group]
        columns = tuple(column for column, _ in group)
        known = any(tuple(c for c, _ in named) == columns for named in self.shares)
        return 0.0 if known and group else None

    def attribute(self, coding: Coding) -> NDArray[np.float64] | None:
        """Return the share of every code of a column, None where the reference is silent."""
        shares = self.attributes.get(coding.name)
        if shares is None:
            return None
        return np.array([shares.get(label, 0.0) for label in coding.labels])


def read_reference(given: Any) -> tuple[str, list[tuple[str, str, float]]]:
    """Read margins as (column, group, share) from a CSV file, a data frame or a mapping.

    Raises
    ------
    SourceError
        If a file lacks a column or holds a share that is no number (the line is named).
    """
    if isinstance(given, str | Path):
        return Path(given).name, _from_csv(Path(given))
    if isinstance(given, Mapping):
        return "reference", [
            (str(column), str(group), _share(share, f"reference, {column} {group}"))
            for column, shares in given.items()
            for group, share in shares.items()
        ]
    frame = given.to_pandas() if hasattr(given, "to_pandas") else given
    missing = [name for name in _FIELDS if name not in getattr(frame, "columns", ())]
    if missing:
        raise UsageError(f"the reference table lacks the column {missing[0]!r}; give {_FIELDS}.")
    rows = zip(*(frame[name].tolist() for name in _FIELDS), strict=True)
    return "reference", [(str(c), str(g), _share(s, f"reference, {c} {g}")) for c, g, s in rows]


def _from_csv(path: Path) -> list[tuple[str, str, float]]:
    rows = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in _FIELDS if name not in (reader.fieldnames or ())]
            if missing:
                raise SourceError(
                    path.name,
                    f"has no column {missing[0]!r}.",
                    f"Give {', '.join(_FIELDS)}.",
                    line=1,
                )
            for row in reader:
                where = f"{path.name}, line {reader.line_num}"
                rows.append((row["column"], row["group"], _share(row["share"], where)))
    except OSError as error:
        raise SourceError(str(path), f"cannot be read ({error.strerror}).", "Check it.") from None
    except UnicodeDecodeError:
        raise SourceError(path.name, "is not UTF-8 text.", "Save it as UTF-8.") from None
    if not rows:
        raise SourceError(path.name, "has no rows.", "Give one line per group.")
    return rows


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
    a slip for a level of the data is refused.

    Raises
    ------
    InputError
        If shares do not sum to one, or a group's name looks like a slip.
    UsageError
        If no column is a sensitive feature.
    """
    name, rows = read_reference(given)
    by_column = {feature.column: feature for feature in features}
    shares: dict[Group, float] = {}
    totals: dict[str, float] = {}
    attributes: dict[str, dict[str, float]] = {}
    for column, group, share in rows:
        columns = _parts(column)
        if column in codings and codings[column].levels is not None:
            label = _known(group, codings[column], name)
            attributes.setdefault(column, {})[label] = share
        if any(part not in by_column for part in columns):
            continue
        values = _parts(group) if len(columns) > 1 else [group]
        if len(values) != len(columns):
            raise InputError(f"{name}: {group!r} does not name one value for each of {column!r}.")
        pairs = [(c, _known(v, by_column[c], name)) for c, v in zip(columns, values, strict=True)]
        key = tuple(sorted(pairs))
        if key in shares:
            raise InputError(f"{name}: {column} {group!r} stands twice. Keep one line.")
        shares[key] = share
        totals[column] = totals.get(column, 0.0) + share
    if not shares:
        raise UsageError(
            f"{name}: names none of the sensitive features ({', '.join(by_column)}). "
            "Its 'column' must be one of them, or several joined by ×."
        )
    for column, total in totals.items():
        if abs(total - 1) > _TOLERANCE:
            raise InputError(
                f"{name}: the shares of {column!r} sum to {total:.4g}, not to 1. "
                "Add the groups left out, or divide by the sum."
            )
    whole = {c: s for c, s in attributes.items() if abs(sum(s.values()) - 1) <= _TOLERANCE}
    return Reference(name, shares, whole)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(CROSS)]


def _known(value: str, feature: Coding, name: str) -> str:
    text = canonical(value) or ""
    if text in feature.labels:
        return text
    folded = {label.casefold(): label for label in feature.labels}
    near = get_close_matches(text.casefold(), list(folded), n=1, cutoff=0.8)
    if near:
        raise InputError(
            f"{name}: {feature.column} has no group {value!r}. Did you mean {folded[near[0]]!r}?"
        )
    return text

"""What must be known of the rows before any are taken: their groups, and what columns may hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audits.data import engines
from audits.data.coded import CellIndex
from audits.data.kinds import parse_bands
from audits.data.names import clean_name
from audits.data.pair import Pair
from audits.data.row_order import pieces
from audits.data.values import as_day, as_number, canonical, number_text
from audits.data.workspace import Workspace
from audits.errors import ColumnNotFoundError, UsageError
from audits.results import Group
from audits.run import kinds_given, named, pair_of, plan_of
from audits.settings import Settings

_LISTED = ("categorical", "ordinal", "boolean")
_SHOWN = 8  # levels that an error names


@dataclass(frozen=True)
class TablesRead:
    """The synthetic rows' groups, in order, and what is known of the columns.

    `names` are the combinations of all sensitive features, `cell` the place in them of each row;
    `kinds` says what each column is, `levels` the values that those of few values hold.
    """

    names: tuple[Group, ...]
    cell: NDArray[np.int64]
    kinds: Mapping[str, str]
    levels: Mapping[str, frozenset[str]]
    markers: frozenset[str]

    @property
    def rows(self) -> int:
        """How many synthetic rows there are."""
        return len(self.cell)

    def counted(self, rows: NDArray[np.bool_] | None = None) -> dict[Group, int]:
        """Count rows per combination of all sensitive features: all of them, or some."""
        chosen = self.cell if rows is None else self.cell[rows]
        counts = np.bincount(chosen, minlength=len(self.names))
        return {group: int(n) for group, n in zip(self.names, counts, strict=True) if n}

    def checked(self, edit: Mapping[str, Any], where: str) -> dict[str, str | None]:
        """Return the cells of an edit as texts (None: missing) once they fit their columns.

        Raises
        ------
        UsageError
            If a column does not exist, or a value is not of its kind.
        """
        found: dict[str, str | None] = {}
        for name, value in edit.items():
            column = clean_name(name)
            if column not in self.kinds:
                raise ColumnNotFoundError(column, f"{where}: the synthetic table", [*self.kinds])
            found[column] = _text(value)
            if (said := canonical(found[column], self.markers)) is not None:
                self._check(column, said, where)
        return found

    def _check(self, column: str, said: str, where: str) -> None:
        kind = self.kinds[column]
        if kind == "numeric" and as_number(said) is None:
            raise _unfit(where, column, said, "holds numbers")
        if kind == "date" and as_day(said) is None:
            raise _unfit(where, column, said, "holds dates, such as 2026-11-27")
        levels = self.levels.get(column)
        if kind in _LISTED and levels is not None and said not in levels:
            known = sorted(levels)
            more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
            told = f"holds, in either table, {', '.join(known[:_SHOWN])}{more}"
            raise _unfit(where, column, said, told)


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value)
    return None if value is None else str(value)


def _unfit(where: str, column: str, said: str, holds: str) -> UsageError:
    return UsageError(
        f"{where}: the edit {said[:60]!r} does not fit the column {column!r}, which {holds}. "
        "Decide again."
    )


def read_tables(
    real: Any,
    synthetic: Any,
    settings: Settings,
    options: Mapping[str, Any],
) -> TablesRead:
    """Open both tables as an audit does, and say to which group each synthetic row belongs.

    Parameters
    ----------
    real, synthetic : as for :func:`audits.compare`
    settings : Settings
        Limits and tunables.
    options : mapping
        Of :func:`audits.compare`: sensitive_features, features, kinds, metadata, bands, missing,
        memory, threads, work_folder.

    Raises
    ------
    UsageError
        If an option makes no sense.
    InputError
        If a table cannot be judged.
    """
    markers = frozenset(named("missing", options["missing"]))
    given = {"real": real, "synthetic": synthetic}
    with (
        Workspace(options["memory"], options["threads"], options["work_folder"]) as work,
        engines.opened(given, work, markers=markers) as tables,
    ):
        features = options["features"]
        plan = plan_of(
            sensitive=named("sensitive_features", options["sensitive_features"]),
            features=None if features is None else named("features", features),
            weights=None,
            bands=parse_bands(options["bands"]),
            kinds=kinds_given(options["kinds"], options["metadata"]),
            tables=tables,
        )
        pair = pair_of(tables, plan, settings, lambda _stage, _share: None)
        columns = [column.name for column in tables["synthetic"].columns]
        return _read(pair, columns, markers)


def _read(pair: Pair, columns: Sequence[str], markers: frozenset[str]) -> TablesRead:
    index = CellIndex(pair.cells, [coding.size for coding in pair.features])
    keys = [coding.name for coding in pair.features]
    parts = [
        index.of(list(piece.features.T), len(piece.features)).astype(np.int64)
        for piece in pieces(pair.synthetic, [], keys, None)
    ]
    known = {record.name: record.kind for record in pair.book.records}
    codings = (*pair.book.codings.values(), *pair.book.sensitive.values())
    return TablesRead(
        names=tuple(
            tuple(
                sorted((f.column, f.labels[c]) for f, c in zip(pair.features, codes, strict=True))
            )
            for codes in pair.cells
        ),
        cell=np.concatenate(parts),
        kinds={name: known.get(name, "") for name in columns},
        levels={
            coding.column: frozenset(coding.levels)
            for coding in codings
            if coding.levels is not None and coding.kind in _LISTED
        },
        markers=markers,
    )


def differing(ours: Mapping[Group, int], theirs: Mapping[Group, int]) -> Group | None:
    """Return a group that two counts disagree on; None where they agree."""
    wrong = Counter(ours)
    wrong.subtract(Counter(theirs))
    return next((group for group, count in sorted(wrong.items()) if count), None)

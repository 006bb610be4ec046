"""What is said of several synthetic tables: frozen, whole without the audits it came from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from audits.errors import InputError
from audits.estimates import Estimate
from audits.results import Group, InputRecord, Row, Verdict, as_group, group_name
from audits.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

Counts = Mapping[str, Mapping[str, int]]
"""Findings per question and verdict."""


@dataclass(frozen=True)
class RankRow(Row):
    """One synthetic table's value of a question's leading quantity in a group.

    `first` to `last` are the ranks it may have among `of` tables with a value, 1 the best: only
    tables whose intervals lie clear of each other are told apart, so that ranks overlap where
    intervals do. Unknown values have no rank (None). `verdict` is the question's worst about the
    group in that table (None: it said nothing). `floor` is the value a real holdout has in place of
    a synthetic table, and `against_floor` whether this one is "worse", "better" or "within" its
    noise (None where either is unknown). `note` is what the value means beyond its place (None:
    nothing), as a chance of telling rows apart that is below one half.
    """

    question: str
    quantity: str
    label: str
    name: str
    value: Estimate
    first: int | None
    last: int | None
    of: int
    verdict: str | None
    floor: Estimate
    against_floor: str | None
    note: str | None = None


@dataclass(frozen=True)
class Comparison:
    """One quantity in one group, all tables: `apart` is the share of pairs told apart."""

    question: str
    quantity: str
    label: str
    group: Group
    apart: float
    rows: tuple[RankRow, ...]


@dataclass(frozen=True, eq=False)
class Versus:
    """Several synthetic tables beside one real: a rank range per question, group and table.

    There is no score over questions or groups: a table may be best for one group and worst for
    another. `counts` holds the findings of every table per question and verdict, `floor_counts`
    those of the holdout in place of a synthetic table.
    """

    names: tuple[str, ...]
    real: InputRecord
    inputs: Mapping[str, InputRecord]
    floor: InputRecord | None
    sensitive_features: tuple[str, ...]
    settings: Settings
    counts: Mapping[str, Counts]
    floor_counts: Counts
    rows: tuple[RankRow, ...]
    notes: tuple[str, ...]

    FORMAT: ClassVar[str] = "versus 1"

    def __eq__(self, other: object) -> bool:
        return self.to_dict() == other.to_dict() if isinstance(other, Versus) else NotImplemented

    def __hash__(self) -> int:
        return hash((self.names, self.real, len(self.rows)))

    def __repr__(self) -> str:
        return f"<Versus: {', '.join(self.names)}; {len(self.rows)} ranks>"

    def about(
        self, question: str | None = None, group: Group | Mapping[str, str] | None = None
    ) -> tuple[RankRow, ...]:
        """The rows of a question, of a group, or of both."""
        wanted = None if group is None else as_group(group)
        return tuple(
            row
            for row in self.rows
            if question in (None, row.question) and wanted in (None, row.group)
        )

    @cached_property
    def comparisons(self) -> tuple[Comparison, ...]:
        """Every quantity in every group, in order of the rows."""
        by_key: dict[tuple[str, str, Group], list[RankRow]] = {}
        for row in self.rows:
            by_key.setdefault((row.question, row.quantity, row.group), []).append(row)
        return tuple(
            Comparison(question, quantity, rows[0].label, group, _apart(rows), tuple(rows))
            for (question, quantity, group), rows in by_key.items()
        )

    def to_frame(self) -> pd.DataFrame:
        """One line per question, quantity, group and table; estimates become three columns."""
        import pandas as pd

        return pd.DataFrame.from_records(self.lines(), columns=list(COLUMNS))

    def lines(self) -> list[dict[str, Any]]:
        """One mapping per row, in order."""
        return [_line(row) for row in self.rows]

    def to_dict(self) -> dict[str, Any]:
        """Strict JSON types only."""
        from audits.reports.json_report import plain, row_to_dict

        return {
            "format": self.FORMAT,
            "names": list(self.names),
            "real": plain(self.real),
            "inputs": plain(self.inputs),
            "floor": plain(self.floor),
            "sensitive_features": list(self.sensitive_features),
            "settings": self.settings.to_dict(),
            "counts": plain(self.counts),
            "floor_counts": plain(self.floor_counts),
            "rows": [row_to_dict(row) for row in self.rows],
            "notes": list(self.notes),
        }

    def save(self, path: str | Path) -> Path:
        """Write it as JSON, whole or not at all. Returns the path written."""
        import json

        from audits.reports.json_report import write_whole

        return write_whole(path, json.dumps(self.to_dict(), allow_nan=False, ensure_ascii=False))

    @classmethod
    def load(cls, path: str | Path) -> Versus:
        """Read what was saved.

        Raises
        ------
        SourceError
            If the file is missing or is not JSON.
        InputError
            If it is no comparison of several tables, or one of another format.
        """
        from audits.data.documents import read_json_file

        document = read_json_file(path)
        if not isinstance(document, dict) or document.get("format") != cls.FORMAT:
            raise InputError(
                f"{path}: is no comparison of several tables that this version can read. Save one "
                "with audits versus --output."
            )
        try:
            return _read(document)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise InputError(
                f"{path}: is not whole ({type(error).__name__}: {error}). Make it again."
            ) from None

    def __str__(self) -> str:
        from audits.reports.versus_report import versus_text

        return versus_text(self, width=100)


COLUMNS = (
    "question", "quantity", "group", "name", "value", "value_low", "value_high", "first", "last",
    "of", "verdict", "floor", "floor_low", "floor_high", "against_floor", "note",
)  # fmt: skip


def _line(row: RankRow) -> dict[str, Any]:
    value, floor = row.value, row.floor
    return {
        "question": row.question, "quantity": row.quantity, "group": group_name(row.group),
        "name": row.name, "value": value.value, "value_low": value.low, "value_high": value.high,
        "first": row.first, "last": row.last, "of": row.of, "verdict": row.verdict,
        "floor": floor.value, "floor_low": floor.low, "floor_high": floor.high,
        "against_floor": row.against_floor, "note": row.note,
    }  # fmt: skip


def _apart(rows: list[RankRow]) -> float:
    """Share of pairs of tables with a rank whose intervals lie clear of each other."""
    ranked = [row for row in rows if row.first is not None and row.last is not None]
    pairs = len(ranked) * (len(ranked) - 1)
    # every table clearly better or worse than another narrows the other's range of ranks by one
    clear = sum(len(ranked) - 1 - (row.last or 0) + (row.first or 0) for row in ranked)
    return clear / pairs if pairs else 0.0


def _read(document: Mapping[str, Any]) -> Versus:
    floor = document["floor"]
    return Versus(
        names=tuple(document["names"]),
        real=InputRecord(**document["real"]),
        inputs={name: InputRecord(**record) for name, record in document["inputs"].items()},
        floor=None if floor is None else InputRecord(**floor),
        sensitive_features=tuple(document["sensitive_features"]),
        settings=Settings.from_dict(document["settings"]),
        counts=document["counts"],
        floor_counts=document["floor_counts"],
        rows=tuple(_row(row) for row in document["rows"]),
        notes=tuple(document["notes"]),
    )


def _row(document: Mapping[str, Any]) -> RankRow:
    fields = dict(document)
    fields["group"] = as_group(fields["group"])
    for name in ("value", "floor"):
        parts = (fields[name][part] for part in ("value", "low", "high"))
        # json knows neither nan nor infinity: they are null and a word, which float reads
        fields[name] = Estimate(*(math.nan if part is None else float(part) for part in parts))
    return RankRow(**fields)


def no_findings() -> dict[str, int]:
    """Count of every verdict, worst first, at none."""
    return {verdict.value: 0 for verdict in Verdict}

"""Synthetic rows that need a person, as items of a queue: flagged, copied, too much alike."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audits.data.row_order import values_at
from audits.estimates import many, number, percent
from audits.flags.flagging import Flagging
from audits.flags.records import KINDS
from audits.flags.result import Flags
from audits.results import Audit, Group, group_name
from audits.review.alike import Alike, alike_rows
from audits.review.chance import Chance, chance_of_copies, rarity
from audits.review.identity import name_of
from audits.review.nearest import RealRecords
from audits.review.records import RECORD, Item
from audits.settings import Settings

COPY, HOMOGENISED = "copy", "homogenised"
_GIVEN = 6.0  # of 10: whoever wrote the rule knows what must not be
_LISTED = 1.0
_MOST = 4.0  # powers of ten that p values count
_LONGEST = 10_000


class RecordItems:
    """Makes the items of one pair of tables, while they are open."""

    def __init__(self, flagging: Flagging, audit: Audit, flags: Flags) -> None:
        self.flagging, self.audit, self.flags = flagging, audit, flags
        self.settings: Settings = flagging.pair.settings
        self.cell = flags.lines.records.cell
        self.names = _names(flagging)

    def groups(self) -> Mapping[Group, int]:
        """Count the rows of the synthetic table per combination of all sensitive features."""
        rows = np.bincount(self.cell, minlength=len(self.names))
        return {
            name: int(count)
            for name, count in zip(self.names, rows[: len(self.names)], strict=True)
            if count
        }

    def items(self) -> list[Item]:
        """Return every item about a row, with its values and what real records are beside it."""
        items = [*self._flagged(), *self._copies(), *self._alike()]
        return self._beside(self._with_values(items))

    # -- what asks for a look --------------------------------------------------------------------

    def _flagged(self) -> Iterable[Item]:
        judged, lines = self.flags.lines.judged, self.flags.lines
        ends = self.settings.review_min_cell <= 1
        for row in np.flatnonzero(judged.flagged | judged.kinds["given"]).tolist():
            kinds = [kind for kind in lines.order if judged.kinds[kind][row]]
            p, listed = float(judged.combined_p[row]), bool(lines.listed[row])
            severity = min(-math.log10(p), _MOST) + _LISTED * listed if p > 0 else _MOST
            if "given" in kinds:
                severity = max(severity, _GIVEN)
            said = lines.reasons(row, ends=ends) or "what it breaks is rare among real people"
            if len(kinds) > 1 and judged.flagged[row]:
                said += f"; {percent(p)} of real people are as odd"
            detail = {"kinds": kinds, "p": None if math.isnan(p) else p, "listed": listed}
            yield self._item(row, kinds[0] if kinds else KINDS[-1], said, severity, detail)

    def _copies(self) -> Iterable[Item]:
        rows = np.flatnonzero(self.flags.lines.records.copy).tolist()
        if not rows:
            return
        chance = chance_of_copies(self.flagging, self.settings)
        for row in rows:
            yield self._copy(row, chance)

    def _copy(self, row: int, chance: Chance) -> Item:
        severity, share = rarity(float(chance.shares[self.cell[row]]))
        said = f"it equals a real row in every column; {share} {chance.source}"
        return self._item(row, COPY, said, severity, {})

    def _alike(self) -> Iterable[Item]:
        lines = self.flags.lines
        for one in alike_rows(
            self.flagging.pair, self.audit, lines.codes, self.cell, self.names
        ):  # fmt: skip
            detail = {"alike": one.copies, "question": one.finding.question}
            yield self._item(one.row, HOMOGENISED, _said_alike(one), one.severity, detail)

    def _item(
        self, row: int, rule: str, said: str, severity: float, detail: Mapping[str, Any]
    ) -> Item:
        return Item(
            id=name_of(RECORD, rule, row + 1),
            kind=RECORD,
            rule=rule,
            reason=f"Row {row + 1:,}: {said}.",
            severity=round(severity, 4),
            group=self.names[self.cell[row]],
            row=row + 1,
            detail=detail,
        )

    # -- what is shown of it ---------------------------------------------------------------------

    def _with_values(self, items: list[Item]) -> list[Item]:
        rows = np.unique(np.array([_place(item) for item in items], dtype=np.int64))
        found = values_at(self.flagging.tables["synthetic"], rows)
        values = {
            row: {str(name): plain(value) for name, value in one.items()}
            for row, one in zip(rows.tolist(), found, strict=True)
        }
        return [
            replace(item, detail={"values": values[_place(item)], **item.detail}) for item in items
        ]

    def _beside(self, items: list[Item]) -> list[Item]:
        """Put the nearest real records beside the severest items."""
        order = sorted(range(len(items)), key=lambda i: (-items[i].severity, items[i].id))
        chosen = order[: self.settings.review_beside]
        if not chosen or not self.settings.review_nearest:
            return items
        real = RealRecords(self.flagging.pair, self.flagging.base, self.flagging.threads)
        rows: NDArray[np.int64] = np.array([_place(items[i]) for i in chosen], dtype=np.int64)
        found = real.beside(self.flags.lines.codes[rows])
        for i, told in zip(chosen, found, strict=True):
            items[i] = replace(items[i], detail={**items[i].detail, "nearest": told})
        return items


def _place(item: Item) -> int:
    assert item.row is not None
    return item.row - 1


def _names(flagging: Flagging) -> list[Group]:
    features = flagging.pair.features
    return [
        tuple(sorted((f.column, f.labels[code]) for f, code in zip(features, codes, strict=True)))
        for codes in flagging.pair.cells.tolist()
    ]


def _said_alike(one: Alike) -> str:
    where = f"{group_name(one.finding.group)}, of which {one.finding.question} says {_verdict(one)}"
    if one.copies > 1:
        return f"one of {many(one.copies, 'row')} that are the same in every column, among {where}"
    return f"its nearest other row is only {number(one.apart)} away, among {where}"


def _verdict(one: Alike) -> str:
    return one.finding.verdict.value


def plain(value: Any) -> Any:
    """Return a value of a table as strict JSON has it.

    >>> plain(date(2020, 1, 31)), plain(float("nan")), plain(3)
    ('2020-01-31', None, 3)
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float | Decimal):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"

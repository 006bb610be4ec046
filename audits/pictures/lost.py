"""Variety lost, groups × columns: what each cell says, and the heat map of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audits.estimates import Estimate, percent
from audits.pictures.arranging import counted, name
from audits.pictures.marks import mark
from audits.pictures.model import Item, Picture, Rect, Text
from audits.pictures.panels import Look
from audits.pictures.ranked_diversity import lost
from audits.pictures.widths import width as wide
from audits.pictures.widths import wrapped
from audits.results import Answer, Group, as_group, group_name
from audits.settings import Settings
from audits.visible import visible

MOST_COLUMNS = 24
_MOST_ROWS = 60
_TEXT, _SMALL = 8.0, 7.5
_LINE, _CELL, _GAP = 16.0, 36.0, 6.0
_NEVER = -2.0  # less than any share of variety can be


@dataclass(frozen=True)
class LostCell:
    """What one group has lost of one column's variety: its place, look and words."""

    row: int
    column: int
    group: Group
    attribute: str
    look: Look
    says: str
    tells: str


@dataclass(frozen=True)
class Lost:
    """Groups and columns by what they have surely lost, most first, and a cell for each pair."""

    groups: tuple[Group, ...]
    columns: tuple[str, ...]
    cells: tuple[LostCell, ...]
    alt: str
    note: str


def lost_by_column(
    diversity: Answer, groups: Collection[Group | Mapping[str, str]] | None, most: int
) -> Lost:
    """Return the share of variety that groups have lost in every column."""
    wanted = None if groups is None else {as_group(group) for group in groups}
    counted_: tuple[Any, ...] = diversity.tables.get("attributes", ())
    rows = [row for row in counted_ if wanted is None or row.group in wanted]
    by_group = _by_most(rows, lambda row: row.group)
    by_column = _by_most(rows, lambda row: row.attribute)
    lines = {group: place for place, group in enumerate(by_group[:most])}
    columns = {column: place for place, column in enumerate(by_column[:MOST_COLUMNS])}
    cells = tuple(
        _cell(lines[row.group], columns[row.attribute], row, diversity.settings)
        for row in rows
        if row.group in lines and row.attribute in columns
    )
    note = _left_out(len(lines), len(by_group), "groups") or _left_out(
        len(columns), len(by_column), "columns"
    )
    return Lost(tuple(lines), tuple(columns), cells, _alt(rows), note)


def variety_lost(
    diversity: Answer,
    groups: Collection[Group | Mapping[str, str]] | None = None,
    width: float = 480,
    most: int = _MOST_ROWS,
) -> Picture:
    """Return the share of variety that every group has lost in every column, in percent.

    Parameters
    ----------
    diversity : Answer
        To the question "diversity".
    groups : collection of Group, optional
        The groups to show; all of them if left out.
    width : float
        In points; more is taken where the numbers would not stand clear of each other.
    most : int
        How many groups to draw, at most 60; a note says how many are left out.
    """
    found = lost_by_column(diversity, groups, min(most, _MOST_ROWS))
    if not found.cells:
        text = Text(width / 2, 20, "no group to show", size=_TEXT, fill="quiet", anchor="middle")
        return Picture(width, 32, (text,), found.alt)
    sheet = _Sheet(found, width)
    items = (*_heads(sheet), *_cells(sheet), *_legend(sheet))
    return Picture(sheet.width, sheet.bottom, items, found.alt)


def _by_most(rows: Sequence[Any], of: Callable[[Any], Any]) -> list[Any]:
    """Groups, or columns, by the most that any of their cells has surely lost."""
    most: dict[Any, float] = {}
    for row in rows:
        low = row.index.low if row.index.known else _NEVER
        most[of(row)] = max(most.get(of(row), _NEVER), low)
    return sorted(most, key=lambda one: (-most[one], one))


def _cell(row: int, column: int, found: Any, settings: Settings) -> LostCell:
    known = found.index.known
    says = f"{round(100 * found.index.value)}".replace("-", "−") if known else "–"
    tells = f"variety lost {lost(found.index)}" if known else "too few rows to say"
    return LostCell(
        row, column, found.group, found.attribute, _look(found.index, settings), says,
        f"{found.attribute}: {tells}; {counted(found)} rows",
    )  # fmt: skip


def _look(index: Estimate, settings: Settings) -> Look:
    if not index.known:
        return Look("not enough evidence", "too few rows")
    if index.low > settings.sameness_problem:
        return Look("problem", f"surely more than {percent(settings.sameness_problem)}")
    if index.low > settings.sameness_watch:
        return Look("watch", f"surely more than {percent(settings.sameness_watch)}")
    if index.high < -settings.sameness_watch:
        return Look("over", f"gained more than {percent(settings.sameness_watch)}")
    return Look("ok", "interval reaches below")


def _alt(rows: Sequence[Any]) -> str:
    known = [row for row in rows if row.index.known]
    if not known:
        return "No group has rows enough in any column to compare its variety."
    most = max(known, key=lambda row: (row.index.value, row.group))
    return (
        f"Of {len(rows):,} groups and columns, {name(most)} has lost most variety in "
        f"{visible(most.attribute)}: {lost(most.index)}."
    )


def _left_out(drawn: int, total: int, what: str) -> str:
    return "" if drawn == total else f"{drawn} of {total:,} {what}; the table has all"


# -- the heat map ----------------------------------------------------------------------------------


class _Sheet:
    """Where everything stands; columns have numbers and a key where their names do not fit."""

    def __init__(self, found: Lost, width: float) -> None:
        self.found = found
        longest = max(wide(visible(group_name(group)), _TEXT) for group in found.groups)
        self.left = min(longest + _GAP, max(0.27 * width, 60.0))
        count = len(found.columns)
        self.width = max(width, self.left + _CELL * count)
        self.cell = min((self.width - self.left) / count, 3 * _CELL)
        fits = all(wide(visible(one), _SMALL) <= self.cell - 4 for one in found.columns)
        self.heads = found.columns if fits else tuple(f"{n}" for n in range(1, count + 1))
        key = ", ".join(f"{n} {visible(one)}" for n, one in enumerate(found.columns, 1))
        said = ["variety lost, in percent", *([] if fits else wrapped(key, self.width, _SMALL))]
        self.said = [*said, *([found.note] if found.note else [])]
        self.looks = list(dict.fromkeys(cell.look for cell in found.cells))
        self.end = 16 + _LINE * len(found.groups)
        self.bottom = self.end + 16 + 11 * len(self.said)

    def place(self, row: int, column: int) -> tuple[float, float]:
        """Return a cell's left top corner."""
        return self.left + self.cell * column, 16 + _LINE * row


def _heads(sheet: _Sheet) -> Iterator[Item]:
    for column, head in enumerate(sheet.heads):
        x = sheet.place(0, column)[0] + sheet.cell / 2
        yield Text(x, 10, head, size=_SMALL, anchor="middle", bold=True)
    for row, group in enumerate(sheet.found.groups):
        y = sheet.place(row, 0)[1] + _LINE / 2 + 2.8
        yield Text(0, y, group_name(group), size=_TEXT, room=sheet.left - _GAP)


def _cells(sheet: _Sheet) -> Iterator[Item]:
    for cell in sheet.found.cells:
        x, y = sheet.place(cell.row, cell.column)
        box = (x + 1, y + 1, sheet.cell - 2, _LINE - 2)
        middle = x + sheet.cell / 2
        if cell.look.mark == "not enough evidence":
            yield Rect(*box, fill="not enough evidence tint", hatched=True)
            continue
        yield Rect(*box, fill=f"{cell.look.mark} tint", radius=1.0)
        yield mark(cell.look.mark, middle - 9, y + _LINE / 2, 5.5)
        yield Text(
            middle + 3, y + _LINE / 2 + 2.7, cell.says, size=_SMALL, fill=cell.look.mark,
            bold=True, anchor="middle",
        )  # fmt: skip


def _legend(sheet: _Sheet) -> Iterator[Item]:
    y, x = sheet.end + 12, 0.0
    for look in sheet.looks:
        yield mark(look.mark, x + 4, y - 2.6, 6.0)
        yield Text(x + 11, y, look.says, size=_SMALL, fill="quiet")
        x += 11 + wide(look.says, _SMALL) + 12
    for line, said in enumerate(sheet.said):
        yield Text(0, y + 11 * (line + 1), said, size=_SMALL, fill="quiet", room=sheet.width)

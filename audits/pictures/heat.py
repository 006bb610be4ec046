"""Heat maps with words in them: groups × questions, and one sensitive feature × another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from audits.errors import UsageError
from audits.estimates import Estimate, number
from audits.pictures.crossed import alt as crossed_alt
from audits.pictures.crossed import crossed, levels
from audits.pictures.judged import Judged, headed, judged, judging, worst_first
from audits.pictures.judged import alt as judged_alt
from audits.pictures.marks import MarkName, badge, mark
from audits.pictures.model import Item, Line, Picture, Rect, Text
from audits.pictures.ranked_coverage import share_look
from audits.pictures.widths import width as wide
from audits.pictures.widths import wrapped
from audits.results import Answer, Audit, Group, group_name
from audits.settings import Settings
from audits.visible import visible

_TEXT, _SMALL = 8.0, 7.5
_LINE, _GAP = 15.0, 6.0
_NARROW = 40.0  # a cell this wide has room for its number
MOST = 60


def verdicts(audit: Audit, width: float = 480, most: int = MOST) -> Picture:
    """Return groups × questions: the worst verdict of each, as a shape, a word and a colour.

    Groups with the worst verdicts stand on top; a note says how many are left out.
    """
    questions = judging(audit)
    found = judged(audit)
    order = worst_first(found)
    drawn = order[: min(most, MOST)]
    if not drawn or not questions:
        text = Text(width / 2, 20, "nothing was judged", size=_TEXT, fill="quiet", anchor="middle")
        return Picture(width, 32, (text,), judged_alt(found, order))
    items = list(_matrix(drawn, questions, found, width))
    height = 18 + _LINE * len(drawn) + 4
    if len(order) > len(drawn):
        height += 11
        said = f"the worst {len(drawn)} of {len(order):,} groups; the others are in the table"
        items.append(Text(0, height - 4, said, size=_SMALL, fill="quiet", room=width))
    return Picture(width, height, tuple(items), judged_alt(found, order))


def _matrix(
    groups: Sequence[Group], questions: Sequence[str], found: Judged, room: float
) -> Iterator[Item]:  # fmt: skip
    longest = max(wide(visible(group_name(group)), _TEXT) for group in groups)
    names = min(longest + _GAP, max(0.3 * room, 60.0))
    cell = (room - names) / len(questions)
    for column, question in enumerate(questions):
        middle = names + cell * (column + 0.5)
        yield Text(
            middle, 10, headed(question), size=_SMALL, fill="quiet", anchor="middle", bold=True,
            room=cell - 4,
        )  # fmt: skip
    for row, group in enumerate(groups):
        top = 15 + _LINE * row
        yield Text(0, top + 10, group_name(group), size=_TEXT, room=names - _GAP)
        for column, question in enumerate(questions):
            left = names + cell * column + 1
            verdict = found[group].get(question)
            if verdict is None:
                yield Line(
                    left + cell / 2 - 4, top + 7, left + cell / 2 + 4, top + 7, stroke="quiet"
                )
            else:
                yield from badge(verdict.value, left, top + 0.75, cell - 2, _LINE - 1.5)


# -- two sensitive features ------------------------------------------------------------------------


def crossing(answer: Answer, rows: str, columns: str, width: float = 480) -> Picture:
    """Return the share ratio of every combination of two sensitive features' values.

    In each cell the ratio and the number of real people; hatched where there is no ratio. Where
    there are too many columns for numbers only the shapes are drawn, and a note says so.

    Parameters
    ----------
    answer : Answer
        To the question "coverage", with groups of at least two features.
    rows, columns : str
        Two sensitive features.
    width : float
        In points.
    """
    if answer.question != "coverage":
        raise UsageError(
            f"crossing shows coverage; got the answer to {answer.question!r}. Give "
            "audit['coverage']."
        )
    grid = _Grid(answer, rows, columns, width)
    if not grid.cells:
        said = f"no group of {visible(rows)} × {visible(columns)} to show"
        none = crossed_alt([], rows, columns)
        text = Text(width / 2, 20, said, size=_TEXT, fill="quiet", anchor="middle", room=width)
        return Picture(width, 32, (text,), none)
    items = [*_heads(grid), *_cells(grid, answer.settings), *_notes(grid)]
    return Picture(width, grid.bottom + 11 * len(grid.notes), tuple(items), grid.alt)


class _Grid:
    """The values of two features, and where each cell stands."""

    def __init__(self, answer: Answer, rows: str, columns: str, room: float) -> None:
        self.names, self.room = (rows, columns), room
        found = crossed(answer, rows, columns) if rows != columns else []
        self.cells: dict[tuple[str, str], Any] = {
            (values[rows], values[columns]): row for row in found for values in [dict(row.group)]
        }
        self.alt = crossed_alt(found, rows, columns)
        total = [levels(found, name) for name in self.names]
        self.rows, self.columns = (values[:MOST] for values in total)
        longest = max((wide(visible(value), _TEXT) for value in self.rows), default=0.0)
        self.left = min(longest + _GAP, max(0.25 * room, 60.0))
        self.cell = (room - self.left) / max(len(self.columns), 1)
        self.worded = self.cell >= _NARROW
        self.line = 20.0 if self.worded else min(max(self.cell, 9.0), 15.0)
        self.top = 16.0 if self.worded else 22.0
        self.bottom = self.top + self.line * len(self.rows) + 6
        self.notes = self._notes(total)

    def place(self, row: int, column: int) -> tuple[float, float]:
        """Return a cell's left top corner."""
        return self.left + self.cell * column, self.top + self.line * row

    def _notes(self, total: Sequence[Sequence[str]]) -> list[str]:
        notes = []
        if not self.worded:
            key = ", ".join(f"{i} {visible(name)}" for i, name in enumerate(self.columns, 1))
            notes = wrapped(f"{visible(self.names[1])}: {key}", self.room, _SMALL)
            notes.append("too many columns for numbers: they are in the table")
        for name, values, shown in zip(self.names, total, (self.rows, self.columns), strict=True):
            if len(values) > len(shown):
                notes.append(
                    f"the first {len(shown)} of {len(values):,} values of {visible(name)}; the "
                    "table has all"
                )
        return notes


def _heads(grid: _Grid) -> Iterator[Item]:
    for column, value in enumerate(grid.columns):
        x = grid.place(0, column)[0] + grid.cell / 2
        if grid.worded:
            yield Text(x, 10, value, size=_TEXT, anchor="middle", bold=True, room=grid.cell - 4)
        elif grid.cell > 11 or column % 2 == 0:
            yield Text(x, 18, f"{column + 1}", size=7.0, fill="quiet", anchor="middle")
        else:
            yield Text(x, 10, f"{column + 1}", size=7.0, fill="quiet", anchor="middle")
    for row, value in enumerate(grid.rows):
        y = grid.place(row, 0)[1] + grid.line / 2 + 2.8
        yield Text(0, y, value, size=_TEXT if grid.line > 9.5 else 7.0, room=grid.left - _GAP)


def _cells(grid: _Grid, settings: Settings) -> Iterator[Item]:
    inner = 1.0 if grid.worded else 0.3
    for row, first in enumerate(grid.rows):
        for column, second in enumerate(grid.columns):
            x, y = grid.place(row, column)
            box = (x + inner, y + inner, grid.cell - 2 * inner, grid.line - 2 * inner)
            found = grid.cells.get((first, second))
            ratio: Estimate = found.ratio if found else Estimate.unknown()
            if not ratio.known:
                yield Rect(*box, fill="not enough evidence tint", hatched=True)
                yield from _unknown(grid, x, y, found)
                continue
            name = share_look(ratio, settings).mark
            yield Rect(*box, fill=f"{name} tint", radius=1.0)
            yield from _known(grid, (x, y), name, found)


def _known(grid: _Grid, at: tuple[float, float], name: MarkName, row: Any) -> Iterator[Item]:
    x, y = at
    middle = y + grid.line / 2
    if not grid.worded:
        yield mark(name, x + grid.cell / 2, middle, min(6.0, 0.66 * grid.cell))
        return
    ratio, people = number(row.ratio.value), f"n {row.real:,}"
    wants = 11 + wide(ratio, _TEXT, bold=True) + 7 + wide(people, 7.0)
    if wants <= grid.cell - 6:
        left, lift = x + (grid.cell - wants) / 2, 0.0
        yield Text(x + (grid.cell + wants) / 2, middle + 2.6, people, size=7.0, anchor="end")
    else:
        left, lift = x + 4, 4.0
        yield Text(left + 11, middle + 7, people, size=7.0, room=grid.cell - 16)
    yield mark(name, left + 4, middle - lift, 6.0)
    yield Text(left + 11, middle + 2.8 - lift, ratio, size=_TEXT, fill=name, bold=True)


def _unknown(grid: _Grid, x: float, y: float, row: Any) -> Iterator[Item]:
    if not grid.worded:
        return
    said = f"n {row.real:,}" if row else "not shown"
    half = min(wide(said, 7.0) / 2 + 3, grid.cell / 2 - 2)
    middle = x + grid.cell / 2
    yield Rect(middle - half, y + grid.line / 2 - 5, 2 * half, 10, fill="paper", radius=1.5)
    yield Text(
        middle, y + grid.line / 2 + 2.5, said, size=7.0, fill="quiet", anchor="middle",
        room=2 * half,
    )  # fmt: skip


def _notes(grid: _Grid) -> Iterator[Item]:
    for line, note in enumerate(grid.notes):
        yield Text(0, grid.bottom + 7 + 11 * line, note, size=_SMALL, fill="quiet", room=grid.room)

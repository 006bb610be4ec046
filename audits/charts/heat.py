"""Heat maps: groups by questions, two features crossed, groups by columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from audits.charts.cells import MOST_COLUMNS, MOST_ROWS, Cell, Grid, cell_figure
from audits.charts.looks import GLYPHS, Theme
from audits.charts.names import label, mark, plain, short, shown
from audits.estimates import number
from audits.pictures.arranging import counted
from audits.pictures.crossed import alt as crossed_alt
from audits.pictures.crossed import crossed, levels
from audits.pictures.judged import alt as judged_alt
from audits.pictures.judged import headed, judged, judging, worst_first
from audits.pictures.lost import LostCell, lost_by_column
from audits.pictures.ranked_coverage import share_look
from audits.results import Answer, Audit, Group, Verdict, as_group
from audits.settings import Settings

if TYPE_CHECKING:
    import plotly.graph_objects as go

_NAME, _COLUMN = 40, 18


# -- groups by questions ---------------------------------------------------------------------------


def verdict_heat(
    audit: Audit, *, theme: Theme = "light", groups: Sequence[Group] | None = None
) -> go.Figure:
    """Return what every question says of every group: shape and word in each cell.

    The worst groups come first; at most 60 are drawn, and the figure says how many there are.
    """
    said = judged(audit)
    wanted = None if groups is None else {as_group(group) for group in groups}
    order = [g for g in worst_first(said) if g and (wanted is None or g in wanted)]
    drawn, questions = order[:MOST_ROWS], judging(audit)
    cells = [
        _verdict_cell(row, column, group, question, said[group].get(question))
        for row, group in enumerate(drawn)
        for column, question in enumerate(questions)
    ]
    grid = Grid(
        [label(group, _NAME) for group in drawn],
        [shown(headed(question)) for question in questions],
        "What each question says of each group",
        _left_out(len(drawn), len(order), "groups, the worst first"),
    )
    figure = cell_figure(grid, cells, theme)
    figure.update_layout(showlegend=False, meta={"alt": judged_alt(said, order)})
    return figure


def _verdict_cell(
    row: int, column: int, group: Group, question: str, verdict: Verdict | None
) -> Cell:
    found = verdict or Verdict.NOT_ENOUGH_EVIDENCE
    word = found.value if verdict else "not asked"
    broken = word.replace("not enough evidence", "not enough<br>evidence")
    return Cell(
        row, column, word, found.value, f"{GLYPHS[found.value]} {broken}",
        f"{shown(plain(group))}<br>{shown(question)}: {word}", mark(group),
        hatched=found is Verdict.NOT_ENOUGH_EVIDENCE,
    )  # fmt: skip


# -- two features crossed --------------------------------------------------------------------------


def ratio_heat(coverage: Answer, first: str, second: str, *, theme: Theme = "light") -> go.Figure:
    """Return the share ratio where the values of two sensitive features meet, with n.

    Cells without a ratio are hatched and have no rate.
    """
    rows = crossed(coverage, first, second)
    everything = levels(rows, first), levels(rows, second)
    lines, columns = everything[0][:MOST_ROWS], everything[1][:MOST_COLUMNS]
    cells = [
        _ratio_cell(lines.index(here), columns.index(there), row, coverage.settings)
        for row in rows
        for here, there in [(dict(row.group)[first], dict(row.group)[second])]
        if here in lines and there in columns
    ]
    grid = Grid(
        [short(value, _NAME) for value in lines],
        [short(value, _COLUMN) for value in columns],
        "Share among synthetic ÷ share among real",
        ""
        if everything == (lines, columns)
        else f"{len(lines)} × {len(columns)} of {len(everything[0])} × {len(everything[1])} "
        "values; the table has all",
    )
    figure = cell_figure(grid, cells, theme)
    figure.update_layout(meta={"alt": crossed_alt(rows, first, second)})
    return figure


def _ratio_cell(row: int, column: int, found: Any, settings: Settings) -> Cell:
    look = share_look(found.ratio, settings)
    few = not found.ratio.known
    text = f"{GLYPHS[look.mark]} {'no rate' if few else number(found.ratio.value)}"
    rate = "too few for a rate" if few else f"ratio {found.ratio}"
    return Cell(
        row, column, look.says, look.mark, f"{text}<br>n {found.real:,}",
        f"{shown(plain(found.group))}<br>{rate}; {counted(found)} rows",
        mark(found.group), hatched=few,
    )  # fmt: skip


# -- groups by columns -----------------------------------------------------------------------------


def sameness_heat(
    diversity: Answer,
    *,
    theme: Theme = "light",
    groups: Sequence[Group] | None = None,
    most: int = MOST_ROWS,
) -> go.Figure:
    """Return the share of variety that every group has lost in every column.

    A cell holds it in percent; what rests on too few rows is hatched, and stays in its place. At
    most so many groups are drawn, those that lost most first.
    """
    found = lost_by_column(diversity, groups, min(most, MOST_ROWS))
    grid = Grid(
        [label(group, _NAME) for group in found.groups],
        [short(name, _COLUMN) for name in found.columns],
        "Variety lost, in percent",
        found.note,
    )
    figure = cell_figure(grid, [_lost_cell(one) for one in found.cells], theme)
    figure.update_layout(meta={"alt": found.alt})
    return figure


def _lost_cell(found: LostCell) -> Cell:
    few = found.look.mark == "not enough evidence"
    lone = found.look.mark in ("ok", "not enough evidence")
    text = found.says if lone else f"{GLYPHS[found.look.mark]}<br>{found.says}"
    hover = f"{shown(plain(found.group))}<br>{shown(found.tells)}"
    carries = mark(found.group, found.attribute)
    return Cell(
        found.row, found.column, found.look.says, found.look.mark, text, hover, carries, hatched=few
    )


def _left_out(drawn: int, total: int, what: str) -> str:
    return "" if drawn == total else f"{drawn} of {total:,} {what}; the table has all"

"""Heat maps: groups by questions, two features crossed, groups by columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from audits.charts.cells import MOST_COLUMNS, MOST_ROWS, Cell, Grid, cell_figure
from audits.charts.looks import GLYPHS, Theme
from audits.charts.names import label, mark, plain, short, shown
from audits.estimates import Estimate, number, percent
from audits.results import Answer, Audit, Group, Verdict, as_group, worst
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
    said = _said(audit)
    wanted = None if groups is None else {as_group(group) for group in groups}
    order = sorted(
        (group for group in said if group and (wanted is None or group in wanted)),
        key=lambda group: (
            *sorted(v.rank for v in said[group].values()),
            group,
        ),
    )
    drawn, questions = order[:MOST_ROWS], list(audit.answers)
    cells = [
        _verdict_cell(row, column, group, question, said[group].get(question))
        for row, group in enumerate(drawn)
        for column, question in enumerate(questions)
    ]
    grid = Grid(
        [label(group, _NAME) for group in drawn],
        [shown(question) for question in questions],
        "What each question says of each group",
        _left_out(len(drawn), len(order), "groups, the worst first"),
    )
    figure = cell_figure(grid, cells, theme)
    figure.update_layout(showlegend=False, meta={"alt": _verdict_alt(audit, order, said)})
    return figure


def _said(audit: Audit) -> dict[Group, dict[str, Verdict]]:
    found: dict[Group, dict[str, list[Verdict]]] = {}
    for one in audit.findings:
        found.setdefault(one.group, {}).setdefault(one.question, []).append(one.verdict)
    return {
        group: {question: worst(verdicts) for question, verdicts in by_question.items()}
        for group, by_question in found.items()
    }


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


def _verdict_alt(
    audit: Audit, order: Sequence[Group], said: dict[Group, dict[str, Verdict]]
) -> str:
    if not order:
        return "No group was judged."
    bad = [group for group in order if Verdict.PROBLEM in said[group].values()]
    if not bad:
        return (
            f"Of {len(order)} groups, none has a problem in any of {len(audit.answers)} questions."
        )
    questions = [q for q, verdict in said[bad[0]].items() if verdict is Verdict.PROBLEM]
    return (
        f"Of {len(order)} groups, {len(bad)} have a problem; {plain(bad[0])} has one in "
        f"{', '.join(questions)}."
    )


# -- two features crossed --------------------------------------------------------------------------


def ratio_heat(
    coverage: Answer, first: str, second: str, *, fewest: int = 1, theme: Theme = "light"
) -> go.Figure:
    """Return the share ratio where the values of two sensitive features meet, with n.

    Cells of fewer real people than `fewest`, or without a ratio, are hatched and have no rate.
    """
    rows = crossed(coverage, first, second)
    lines = _levels(rows, first)[:MOST_ROWS]
    columns = _levels(rows, second)[:MOST_COLUMNS]
    cells = [
        _ratio_cell(lines.index(here), columns.index(there), row, fewest, coverage.settings)
        for row in rows
        for here, there in [(dict(row.group)[first], dict(row.group)[second])]
        if here in lines and there in columns
    ]
    everything = len(_levels(rows, first)), len(_levels(rows, second))
    grid = Grid(
        [short(value, _NAME) for value in lines],
        [short(value, _COLUMN) for value in columns],
        "Share among synthetic ÷ share among real",
        ""
        if everything == (len(lines), len(columns))
        else f"{len(lines)} × {len(columns)} of {everything[0]} × {everything[1]} values; the "
        "table has all",
    )
    figure = cell_figure(grid, cells, theme)
    figure.update_layout(meta={"alt": _ratio_alt(rows, first, second, fewest)})
    return figure


def crossed(coverage: Answer, first: str, second: str) -> list[Any]:
    """Return the rows of the groups that are made of these two features, and no other."""
    return [row for row in coverage.rows if {name for name, _ in row.group} == {first, second}]


def _levels(rows: Sequence[Any], feature: str) -> list[str]:
    """Values by the real people that have them, most first, so that the last are the rare ones."""
    size: dict[str, int] = {}
    for row in rows:
        value = dict(row.group)[feature]
        size[value] = size.get(value, 0) + row.real
    return sorted(size, key=lambda value: (-size[value], value))


def _ratio_cell(row: int, column: int, found: Any, fewest: int, settings: Settings) -> Cell:
    says, role = _ratio_class(found, fewest, settings)
    few = role == "not enough evidence"
    text = f"{GLYPHS[role]} {'no rate' if few else number(found.ratio.value)}<br>n {found.real:,}"
    hover = f"{found.real:,} real, {found.synthetic:,} synthetic rows"
    rate = "too few for a rate" if few else f"ratio {found.ratio}"
    return Cell(
        row, column, says, role, text, f"{shown(plain(found.group))}<br>{rate}; {hover}",
        mark(found.group), hatched=few,
    )  # fmt: skip


def _ratio_class(found: Any, fewest: int, settings: Settings) -> tuple[str, str]:
    if found.real < fewest or not found.ratio.known:
        return "too few: no rate", "not enough evidence"
    if found.ratio.high < settings.share_problem:
        return f"interval below {number(settings.share_problem)}", "problem"
    if found.ratio.high < settings.share_watch:
        return f"interval below {number(settings.share_watch)}", "watch"
    if found.ratio.low > 1 / settings.share_watch:
        return f"interval above {number(1 / settings.share_watch)}", "over"
    return "interval reaches between", "ok"


def _ratio_alt(rows: Sequence[Any], first: str, second: str, fewest: int) -> str:
    features = f"{shown(first)} and {shown(second)}"
    known = [row for row in rows if row.ratio.known and row.real >= fewest]
    if not known:
        return f"No group where {features} meet has people enough for a ratio."
    least = min(known, key=lambda row: (row.ratio.value, row.group))
    return (
        f"Where {features} meet, {len(known)} of {len(rows)} groups have people enough for a "
        f"ratio; the lowest is {plain(least.group)} at {least.ratio}."
    )


# -- groups by columns -----------------------------------------------------------------------------


def sameness_heat(
    diversity: Answer, *, theme: Theme = "light", groups: Sequence[Group] | None = None
) -> go.Figure:
    """Return the share of variety that every group has lost in every column.

    A cell holds it in percent; what rests on too few rows is hatched, and stays in its place.
    """
    attributes: tuple[Any, ...] = diversity.tables.get("attributes", ())
    wanted = None if groups is None else {as_group(group) for group in groups}
    by_group = _lost_by(attributes, lambda row: row.group)
    by_column = _lost_by(attributes, lambda row: row.attribute)
    lines = [group for group in by_group if wanted is None or group in wanted]
    drawn, columns = lines[:MOST_ROWS], list(by_column)[:MOST_COLUMNS]
    cells = [
        _lost_cell(drawn.index(row.group), columns.index(row.attribute), row, diversity.settings)
        for row in attributes
        if row.group in drawn and row.attribute in columns
    ]
    grid = Grid(
        [label(group, _NAME) for group in drawn],
        [short(name, _COLUMN) for name in columns],
        "Variety lost, in percent",
        _left_out(len(drawn), len(lines), "groups")
        or _left_out(len(columns), len(by_column), "columns"),
    )
    figure = cell_figure(grid, cells, theme)
    figure.update_layout(meta={"alt": _lost_alt([r for r in attributes if r.group in lines])})
    return figure


def _lost_by(rows: Sequence[Any], of: Any) -> list[Any]:
    """Groups, or columns, by the most that any of their cells has surely lost."""
    most: dict[Any, float] = {}
    for row in rows:
        low = row.index.low if row.index.known else -2.0
        most[of(row)] = max(most.get(of(row), -2.0), low)
    return sorted(most, key=lambda one: (-most[one], one))


def _lost_cell(row: int, column: int, found: Any, settings: Settings) -> Cell:
    says, role = _lost_class(found.index, settings)
    few = role == "not enough evidence"
    lost = "too few rows to say" if few else f"variety lost {_interval(found.index)}"
    where = f"{shown(plain(found.group))}<br>{shown(found.attribute)}: {lost}"
    hover = f"{where}; {found.real:,} real, {found.synthetic:,} synthetic rows"
    rounded = "–" if few else f"{round(100 * found.index.value)}".replace("-", "−")
    text = rounded if role in ("ok", "not enough evidence") else f"{GLYPHS[role]}<br>{rounded}"
    carries = mark(found.group, found.attribute)
    return Cell(row, column, says, role, text, hover, carries, hatched=few)


def _lost_class(index: Estimate, settings: Settings) -> tuple[str, str]:
    if not index.known:
        return "too few rows", "not enough evidence"
    if index.low > settings.sameness_problem:
        return f"surely more than {percent(settings.sameness_problem)}", "problem"
    if index.low > settings.sameness_watch:
        return f"surely more than {percent(settings.sameness_watch)}", "watch"
    if index.high < -settings.sameness_watch:
        return f"gained more than {percent(settings.sameness_watch)}", "over"
    return "interval reaches below", "ok"


def _lost_alt(rows: Sequence[Any]) -> str:
    known = [row for row in rows if row.index.known]
    if not known:
        return "No group has rows enough in any column to compare its variety."
    most = max(known, key=lambda row: (row.index.value, row.group))
    return (
        f"Of {len(rows)} groups and columns, {plain(most.group)} has lost most variety in "
        f"{shown(most.attribute)}: {_interval(most.index)}."
    )


def _interval(index: Estimate) -> str:
    return f"{percent(index.value)} ({percent(index.low)} to {percent(index.high)})"


def _left_out(drawn: int, total: int, what: str) -> str:
    return "" if drawn == total else f"{drawn} of {total:,} {what}; the table has all"

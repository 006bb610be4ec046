"""Who is missing?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import streamlit as st

import audits
import figures
import parts
from audits.charts.answers import chart
from audits.charts.representation import against_reference
from audits.estimates import Estimate, number, percent
from audits.pictures import ranked_reference
from audits.pictures.ranked_reference import too_few
from audits.results import Answer, Group, Row, Verdict, worst
from figures import MOST_DOTS, Takeaway
from parts import Cell, Column, Link
from state import Here

_QUESTION = "Who is missing?"
_REAL, _POPULATION = "the real table", "the reference population"
_FEWEST = 10
_WHICH: dict[str, Callable[[Group], bool]] = {
    "all groups": bool,
    "single features": lambda group: len(group) == 1,
    "intersections": lambda group: len(group) > 1,
}


def show(here: Here) -> None:
    """Show the shares of groups against the real table, or against a population."""
    audit = here.audit
    assert audit is not None
    if not parts.asked(audit, "coverage"):
        parts.nothing(_QUESTION, "This audit did not ask whether every group is still there.")
        return
    parts.begin(_QUESTION, *parts.judged(audit.about("coverage")))
    _shares(here, audit)
    _losses(audit)


@parts.piece
def _shares(here: Here, audit: audits.Audit) -> None:
    """Show the shares of the groups that are chosen here, against what is chosen."""
    against, fewest, groups = _choices(audit["coverage"])
    figure = figures.kept(
        here,
        "representation",
        lambda: _figure(audit["coverage"], against, fewest, groups),
        against,
        fewest,
        tuple(groups),
    )
    takeaway = Takeaway(
        "representation",
        partial(_frame, fewest=fewest, groups=groups),
        partial(_picture, against=against, fewest=fewest, groups=groups),
    )
    figures.opening(
        figures.figure_block(
            here,
            figure,
            takeaway,
            key="representation",
            table=lambda: group_table(audit, groups, fewest),
        )
    )
    parts.opener(groups, key="representation")


def _choices(coverage: Answer) -> tuple[str, int, list[Group]]:
    rows: tuple[Any, ...] = coverage.rows
    there = [row.group for row in rows if row.group]
    possible = [_REAL]
    if any(row.representation.known for row in rows):
        possible.insert(0, _POPULATION)
    one, two, three = st.columns(3)
    against = one.selectbox("Compare shares with", possible)
    which = two.selectbox("Groups", list(_WHICH))
    fewest = three.number_input(
        "Fewest real people for a rate", min_value=1, max_value=1000, value=_FEWEST
    )
    return against, int(fewest), [group for group in there if _WHICH[which](group)]


def _figure(coverage: Answer, against: str, fewest: int, groups: list[Group]) -> Any:
    draw = against_reference if against == _POPULATION else chart
    return draw(too_few(coverage, fewest), theme=parts.theme(), groups=groups, most=MOST_DOTS)


def _picture(audit: audits.Audit, against: str, fewest: int, groups: list[Group]) -> Any:
    """Return what the page shows, for paper: no rate there either of whom there are too few."""
    from audits.pictures.dots import dots

    draw = ranked_reference.against_reference if against == _POPULATION else dots
    return draw(too_few(audit["coverage"], fewest), groups, most=MOST_DOTS)


def _frame(audit: audits.Audit, fewest: int, groups: list[Group]) -> Any:
    from audits.reports.frames import frame_of

    wanted, shown = set(groups), too_few(audit["coverage"], fewest)
    return frame_of([row for row in shown.rows if row.group in wanted])


# -- tables ----------------------------------------------------------------------------------------


def group_table(audit: audits.Audit, groups: Sequence[Group], fewest: int) -> None:
    """Show shares and ratios of groups, the lowest ratio first."""
    wanted = set(groups)
    rows: list[Any] = [row for row in audit["coverage"].rows if row.group in wanted]
    population = any(row.representation.known for row in rows)
    rows.sort(key=lambda row: (not row.ratio.known, row.ratio.value, row.group))
    columns = [
        Column("group"),
        Column("real", "right"),
        Column("synthetic", "right"),
        Column("share of real", "right"),
        Column("share of synthetic", "right"),
        Column("synthetic ÷ real", "right"),
    ]
    if population:
        columns += [Column("real ÷ population", "right"), Column("synthetic ÷ population", "right")]
    columns.append(Column("verdict"))
    verdicts = _verdicts(audit)
    lines = [_line(row, fewest, population, verdicts.get(row.group)) for row in rows]
    parts.table(columns, lines, caption="Shares of groups, the lowest ratio first")


def _verdicts(audit: audits.Audit) -> dict[Group, Verdict]:
    found: dict[Group, list[Verdict]] = {}
    for one in audit.about("coverage"):
        found.setdefault(one.group, []).append(one.verdict)
    return {group: worst(given) for group, given in found.items()}


def _line(row: Any, fewest: int, population: bool, verdict: Verdict | None) -> list[Cell]:
    rates = [row.ratio]
    if population:
        rates += [row.representation, row.representation_synthetic]
    few = row.real < fewest
    return [
        Link(row.group),
        f"{row.real:,}",
        f"{row.synthetic:,}",
        percent(row.real_share.value),
        percent(row.synthetic_share.value),
        *("too few: no rate" if few else _rate(rate) for rate in rates),
        verdict or "not judged",
    ]


def _rate(rate: Estimate) -> str:
    return str(rate) if rate.known else "no rate"


# -- what is gone ----------------------------------------------------------------------------------


def _losses(audit: audits.Audit) -> None:
    """Show the cells, values and pairs of values that one table has and the other has not."""
    answer = audit["coverage"]
    parts.heading("What one table has and the other has not")
    groups = {row.group for row in answer.rows}
    said = [one for one in audit.about("coverage") if not one.group or one.group not in groups]
    if said:
        parts.findings_list(said)
    tables = {name: answer.tables.get(name, ()) for name in ("cells", "values", "pairs")}
    if not any(tables.values()):
        parts.paragraph("Nothing: every combination and value of one table is in the other, too.")
        return
    _cells(tables["cells"])
    _values(tables["values"])
    _pairs(tables["pairs"])


def _cells(rows: Sequence[Row]) -> None:
    found: list[Any] = sorted(rows, key=lambda row: (-_of(row, "real"), row.group))
    if not found:
        return
    columns = [Column("combination"), *_COUNTS, Column("chance alone (p)", "right")]
    lines = [
        [Link(row.group), f"{row.real:,}", f"{row.synthetic:,}", number(row.p)] for row in found
    ]
    parts.table(columns, lines, caption="Combinations that only one table has")


def _values(rows: Sequence[Row]) -> None:
    found: list[Any] = sorted(rows, key=lambda row: (-_of(row, "real"), _of(row, "attribute")))
    if not found:
        return
    columns = [Column("column"), Column("value"), *_COUNTS, Column("chance alone (p)", "right")]
    lines = [
        [row.attribute, row.value, f"{row.real:,}", f"{row.synthetic:,}", number(row.p)]
        for row in found
    ]
    parts.table(columns, lines, caption="Values that only one table has")


def _pairs(rows: Sequence[Row]) -> None:
    found: list[Any] = sorted(rows, key=lambda row: -_of(row, "people"))
    if not found:
        return
    columns = [
        Column("columns"),
        Column("combinations of real people", "right"),
        Column("gone", "right"),
        Column("gone by chance", "right"),
        Column("people", "right"),
    ]
    lines = [
        [
            f"{row.attribute} × {row.other}",
            f"{row.combinations:,}",
            f"{row.empty:,}",
            number(row.expected_empty),
            f"{row.people:,}",
        ]
        for row in found
    ]
    parts.table(columns, lines, caption="Pairs of values that the synthetic table has lost")


def _of(row: Row, name: str) -> Any:
    return getattr(row, name)


_COUNTS = (Column("real", "right"), Column("synthetic", "right"))

"""Does it get worse from one generation to the next?"""

from __future__ import annotations

from functools import partial
from typing import Any

import figures
import parts
from audits.reports.of_questions import presented
from audits.results import Answer, Audit, Group, group_name
from figures import Takeaway
from parts import Cell, Column
from state import Here
from views import answer_page

_ASKS = "Does it get worse from one generation to the next, and for whom?"
_NAME = "generations"
_OF_TEXTS = "text_generations"
_PANELS = 9
_UNKNOWN = (
    "Which loop it is, equal rows do not tell: if you know it, say on the page Data what each "
    "generation was made from."
)


def show(here: Here) -> None:
    """Show the page: what was found, the loop, lines, ranks, steps."""
    audit = here.audit
    assert audit is not None
    if parts.asked(audit, _OF_TEXTS):
        answer_page.show_answers(here, audit[_OF_TEXTS].asks, (_OF_TEXTS,))
        return
    if not parts.asked(audit, _NAME):
        answer_page.show_answers(here, _ASKS, (_NAME,))
        return
    answer = audit[_NAME]
    parts.begin(_ASKS, *parts.judged(audit.about(_NAME)))
    parts.paragraph(_loop(answer))
    course_block(here, answer, None, key="courses")
    parts.heading("What was found")
    answer_page.worst(audit, _NAME)
    answer_page.picture_and_tables(here, answer)
    answer_page.openers(answer)


def _loop(answer: Answer) -> str:
    found = presented(_NAME)
    said = list(found.lead(answer)) if found is not None else []
    told: Any = next((row for row in answer.tables.get("loop", ()) if row.generation < 0), None)
    if told is not None and told.loop == "not known":
        said.append(_UNKNOWN)
    return " ".join(said)


def course_block(here: Here, answer: Answer, group: Group | None, *, key: str) -> None:
    """Show the lines of the groups in most danger, or that of one group."""
    from audits.charts.courses import courses_figure

    groups = None if group is None else [group]
    figure = figures.kept(
        here,
        "courses",
        lambda: courses_figure(answer, theme=parts.theme(), groups=groups, most=_PANELS),
        group,
    )
    takeaway = Takeaway("generations", partial(_frame, group=group), partial(_drawn, group=group))
    clicked = figures.figure_block(
        here, figure, takeaway, key=key, table=lambda: _steps(answer, group or ())
    )
    if group is None:
        figures.opening(clicked)


def _frame(audit: Audit, group: Group | None) -> Any:
    from audits.reports.frames import frame_of

    steps = audit[_NAME].tables.get("steps", ())
    return frame_of([row for row in steps if group in (None, row.group)])


def _drawn(audit: Audit, group: Group | None) -> Any:
    from audits.pictures.courses import courses

    return courses(audit[_NAME], None if group is None else [group], most=_PANELS)


def _steps(answer: Answer, group: Group) -> None:
    """Show a group in every generation, each beside generation 0."""
    found = presented(_NAME)
    assert found is not None
    lines = found.further[0]
    rows: list[list[Cell]] = [
        [one.cell(row) for one in lines.shown]
        for row in answer.tables.get(lines.table, ())
        if row.group == group
    ]
    columns = [Column(one.name, "left" if one.left else "right") for one in lines.shown]
    parts.table(
        columns, rows, caption=f"{group_name(group)} in every generation, beside generation 0"
    )

"""A question's page, whatever it asks: what was found, its picture, its tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import figures
import parts
from audits.charts.answers import chart
from audits.pictures.rankings import has_picture
from audits.reports.blocks import Table
from audits.reports.document_material import BAD, Material
from audits.reports.document_tables import tables_of_answer
from audits.reports.of_questions import presented
from audits.results import Answer, Audit
from figures import MOST_DOTS, Takeaway
from state import Here

_WORST = 6  # findings written out; the page Findings has all


def show_answers(here: Here, asks: str, questions: Sequence[str]) -> None:
    """Show the answers to some questions under one heading."""
    audit = here.audit
    assert audit is not None
    asked = [name for name in questions if parts.asked(audit, name)]
    if not asked:
        parts.nothing(asks, "This audit did not ask that. Audit the tables again to have it asked.")
        return
    findings = [one for one in audit.findings if one.question in asked]
    if findings:
        parts.begin(asks, *parts.judged(findings))
    else:
        parts.begin(asks, " ".join(lead(audit[asked[0]])) or audit[asked[0]].asks)
    for name in asked:
        show_answer(here, audit, name, alone=len(asked) == 1, led=bool(findings))


def show_answer(here: Here, audit: Audit, name: str, *, alone: bool, led: bool) -> None:
    """Show one answer: its worst findings, its picture, its tables."""
    answer = audit[name]
    if not alone:
        parts.heading(answer.title)
        parts.paragraph(answer.asks)
    for text in lead(answer) if led else ():  # else it has begun the page
        parts.paragraph(text)
    worst(audit, name)
    picture_and_tables(here, answer)
    openers(answer)


def lead(answer: Answer) -> Sequence[str]:
    """Return what must be known before an answer is read."""
    found = presented(answer.question)
    return found.lead(answer) if found is not None else ()


def picture_and_tables(here: Here, answer: Answer) -> None:
    """Show an answer's ranked picture, and its tables beneath."""
    assert here.audit is not None
    audit, name = here.audit, answer.question
    tables = figures.kept(here, f"tables-{name}", lambda: tables_of_answer(answer, Material(audit)))
    drawn = has_picture(answer)
    if drawn:
        _picture(here, answer, tables[:1])
    for table in tables[1 if drawn else 0 :]:
        _table(table)
    if answer.notes:
        parts.bullets(answer.notes)


def openers(answer: Answer) -> None:
    """Offer the cards of the groups of an answer."""
    groups = list(dict.fromkeys(row.group for row in answer.rows if row.group))
    parts.opener(groups, key=answer.question)


def worst(audit: Audit, name: str) -> None:
    """Write out the worst that a question found."""
    bad = [one for one in audit.about(name) if one.verdict in BAD]
    if bad:
        parts.findings_list(bad[:_WORST])
        if len(bad) > _WORST:
            more = len(bad) - _WORST
            parts.paragraph(f"{more:,} more stand on the page Findings.", quiet=True)


def _picture(here: Here, answer: Answer, tables: Sequence[Table]) -> None:
    name = answer.question
    figure = figures.kept(
        here, f"picture-{name}", lambda: chart(answer, theme=parts.theme(), most=MOST_DOTS)
    )
    takeaway = Takeaway(name, lambda shared: shared[name].to_frame(), lambda a: _dots(a, name))
    figures.opening(
        figures.figure_block(
            here, figure, takeaway, key=name, table=lambda: [_table(one) for one in tables]
        )
    )


def _dots(audit: Audit, name: str) -> Any:
    from audits.pictures.dots import dots

    return dots(audit[name], most=MOST_DOTS)


def _table(table: Table) -> None:
    columns = [parts.Column(one.name, one.align) for one in table.columns]
    parts.table(columns, table.rows, caption=table.caption, note=table.note)

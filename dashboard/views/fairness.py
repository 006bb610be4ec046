"""Would a model trained on the synthetic rows serve every group as well?"""

from __future__ import annotations

import math
from typing import Any

import figures
import parts
from audits.charts.mixing import mixing_figure
from audits.estimates import Estimate, number, percent
from audits.pictures.mixing import mixing
from audits.results import Answer, Audit
from figures import Takeaway
from parts import Column
from state import Here
from views import answer_page

_ASKS = "Would a model trained on the synthetic rows serve every group as well?"
_NAME = "fairness"
_PANELS = 6
_ERROR = "mean absolute error"


def show(here: Here) -> None:
    """Show the page: what was found, mixtures, then whom training on synthetic rows costs what."""
    audit = here.audit
    assert audit is not None
    if not parts.asked(audit, _NAME):
        answer_page.show_answers(here, _ASKS, (_NAME,))
        return
    answer = audit[_NAME]
    parts.begin(_ASKS, *parts.judged(audit.about(_NAME)))
    for text in answer_page.lead(answer):
        parts.paragraph(text)
    answer_page.worst(audit, _NAME)
    if answer.tables.get("mixes"):
        _mixtures(here, answer)
    parts.heading("Group by group")
    answer_page.picture_and_tables(here, answer)
    answer_page.openers(answer)


def _mixtures(here: Here, answer: Answer) -> None:
    """Show how well models serve groups, the more synthetic rows they are trained on."""
    parts.heading("More and more synthetic rows")
    figure = figures.kept(
        here, "mixing", lambda: mixing_figure(answer, theme=parts.theme(), most=_PANELS)
    )
    takeaway = Takeaway("mixing", _frame, lambda audit: mixing(audit[_NAME], most=_PANELS))
    figures.opening(
        figures.figure_block(here, figure, takeaway, key="mixing", table=lambda: _table(answer))
    )


def _frame(audit: Audit) -> Any:
    return audit[_NAME].to_frame("mixes")


def _table(answer: Answer) -> None:
    """Show everyone's numbers in every mixture."""
    rows: list[list[parts.Cell]] = [
        [_times(row.times), percent(row.share), row.metric, f"{row.of:,}", _said(row.value, row),
         _said(row.change, row)]
        for row in _of_everyone(answer)
    ]  # fmt: skip
    parts.table(
        [
            Column("Synthetic rows per real row"),
            Column("Share of synthetic rows", "right"),
            Column("Metric"),
            Column("People tested", "right"),
            Column("Value", "right"),
            Column("Change to real rows alone", "right"),
        ],
        rows,
        caption="Everyone, by the share of synthetic rows in training",
    )


def _of_everyone(answer: Answer) -> list[Any]:
    return [row for row in answer.tables["mixes"] if not row.group]


def _times(times: float) -> str:
    if math.isinf(times):
        return "synthetic rows alone"
    return "none" if times == 0 else f"{times:g}"


def _said(found: Estimate, row: Any) -> str:
    if not found.known:
        return "unknown"
    write = number if row.metric == _ERROR else percent
    return f"{write(found.value)} ({write(found.low)} to {write(found.high)})"

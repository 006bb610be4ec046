"""Every answer's picture, and the same in one sentence."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from audits.charts.dots import View
from audits.charts.looks import Theme
from audits.errors import UnknownNameError, UsageError
from audits.results import Answer, Group, as_group

if TYPE_CHECKING:
    import plotly.graph_objects as go

_DRAWN = {
    "coverage": "audits.charts.coverage",
    "drift": "audits.charts.drift",
    "diversity": "audits.charts.diversity",
    "provenance": "audits.charts.provenance",
}


def chart(
    answer: Answer,
    *,
    theme: Theme = "light",
    groups: Collection[Group] | None = None,
    highlight: Group | Mapping[str, str] | None = None,
) -> go.Figure:
    """Return an answer as a Plotly figure: one line per group, the worst first.

    Nothing is computed: the figure arranges the answer's rows, and draws the limits of its
    settings. Marks show on which side of the limits an interval lies; whether a group is a problem
    is for the findings, which also mind how many groups were looked at. At most 60 groups are
    drawn, and the figure says when there are more. Its `layout.meta["alt"]` is `alt_text(answer)`.

    Parameters
    ----------
    answer : Answer
        One answer of an audit, such as ``audit["drift"]``.
    theme : str, optional
        Colours for a "light" or a "dark" page.
    groups : collection of groups, optional
        Draw these groups only; the alternative text then speaks of these.
    highlight : mapping, optional
        A group to set off from the others.

    Raises
    ------
    UnknownNameError
        If there is no picture for the question.
    """
    module = _module(answer)
    if groups is not None:
        answer = only(answer, groups)
    view = View(theme, None if highlight is None else as_group(highlight))
    figure = module.draw(answer, view)
    figure.update_layout(meta={"alt": module.alt(answer)})
    return figure


def only(answer: Answer, groups: Collection[Group]) -> Answer:
    """Return an answer with the rows of some groups."""
    kept = {as_group(group) for group in groups}
    tables = {
        name: tuple(row for row in rows if row.group in kept)
        for name, rows in answer.tables.items()
    }
    rows = tuple(row for row in answer.rows if row.group in kept)
    return dataclasses.replace(answer, rows=rows, tables=tables)


def alt_text(answer: Answer) -> str:
    """Return in one sentence what the picture of an answer shows.

    Raises
    ------
    UnknownNameError
        If there is no picture for the question.
    """
    said: str = _module(answer).alt(answer)
    return said


def _module(answer: Answer) -> Any:
    if not isinstance(answer, Answer):
        raise UsageError(
            f"a chart shows one answer, as in chart(audit['drift']); got {type(answer).__name__}."
        )
    if answer.question not in _DRAWN:
        raise UnknownNameError("chart for the question", answer.question, list(_DRAWN))
    return import_module(_DRAWN[answer.question])

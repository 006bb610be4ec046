"""Every answer's picture, and the same in one sentence."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from audits.errors import UnknownNameError, UsageError
from audits.results import Answer

if TYPE_CHECKING:
    import plotly.graph_objects as go

_DRAWN = {
    "coverage": "audits.charts.coverage",
    "drift": "audits.charts.drift",
    "diversity": "audits.charts.diversity",
    "provenance": "audits.charts.provenance",
}


def chart(answer: Answer) -> go.Figure:
    """Return an answer as a Plotly figure: one line per group, the worst first.

    Nothing is computed: the figure arranges the answer's rows, and draws the limits of its
    settings. Marks show on which side of the limits an interval lies; whether a group is a problem
    is for the findings, which also mind how many groups were looked at. At most 60 groups are
    drawn, and the figure says when there are more. Its `layout.meta["alt"]` is `alt_text(answer)`.

    Raises
    ------
    UnknownNameError
        If there is no picture for the question.
    """
    figure = _module(answer).draw(answer)
    figure.update_layout(meta={"alt": alt_text(answer)})
    return figure


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

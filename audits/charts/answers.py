"""Every answer's picture, and the same in one sentence."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from audits.charts.dots import MOST, View, dot_figure
from audits.charts.looks import Theme
from audits.errors import UsageError
from audits.pictures.rankings import ranking
from audits.results import Answer, Group, as_group

if TYPE_CHECKING:
    import plotly.graph_objects as go


def chart(
    answer: Answer,
    *,
    theme: Theme = "light",
    groups: Collection[Group] | None = None,
    highlight: Group | Mapping[str, str] | None = None,
    most: int = MOST,
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
    most : int, optional
        How many groups to draw, at most 60.

    Raises
    ------
    UnknownNameError
        If there is no picture for the question.
    """
    view = View(theme, None if highlight is None else as_group(highlight))
    return dot_figure(ranking(_asked(answer), groups, min(most, MOST)), view)


def alt_text(answer: Answer) -> str:
    """Return in one sentence what the picture of an answer shows.

    Raises
    ------
    UnknownNameError
        If there is no picture for the question.
    """
    return ranking(_asked(answer), None, MOST).alt


def _asked(answer: Answer) -> Answer:
    if not isinstance(answer, Answer):
        raise UsageError(
            f"a chart shows one answer, as in chart(audit['drift']); got {type(answer).__name__}."
        )
    return answer

"""Who is missing: the shares of groups in both tables against a reference population."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from audits.charts.axes import axis_of
from audits.charts.dots import (
    MOST,
    Shape,
    View,
    add_dots,
    finished,
    lines_of,
    sheet_of,
)
from audits.charts.looks import Theme
from audits.pictures.ranked_reference import REAL, SYNTHETIC, reference_ranking
from audits.results import Answer, Group, as_group

if TYPE_CHECKING:
    import plotly.graph_objects as go

_SHAPES = (
    Shape(REAL, "real", "circle"),
    Shape(SYNTHETIC, "synthetic", "square", "dot"),
)
_TITLE = "share ÷ share in the reference population"
_APART = 0.2  # of a line: from the mark of one table to that of the other


def against_reference(
    coverage: Answer,
    *,
    theme: Theme = "light",
    groups: Collection[Group] | None = None,
    highlight: Group | Mapping[str, str] | None = None,
    most: int = MOST,
) -> go.Figure:
    """Return what became of every group's share in the population: in the sample, and synthesised.

    Both stand on one axis, so that the way from the one to the other is seen. A group outside the
    reference is hatched; so is one whose rates were taken out.
    """
    view = View(theme, None if highlight is None else as_group(highlight))
    found = reference_ranking(coverage, groups, min(most, MOST))
    shared = dataclasses.replace(found.panels[0], title=_TITLE)
    axis = axis_of(shared, others=found.panels[1:])
    figure, _ = sheet_of(found, view, [axis])
    for place, (panel, shape) in enumerate(zip(found.panels, _SHAPES, strict=True)):
        lines = lines_of(found, panel, shift=place * _APART)
        add_dots(figure, lines, axis, view=view, shape=shape)
    return finished(figure, found, [axis], view)

"""Drift in a report: who no longer looks like themselves."""

from __future__ import annotations

from typing import Any

from audits.estimates import number, percent
from audits.reports.document_material import part_of, ranged, shared
from audits.reports.of_questions.presentation import (
    ATTRIBUTE,
    GROUP,
    LINES,
    REAL,
    SYNTHETIC,
    Lines,
    Presentation,
    Shown,
)
from audits.settings import Settings

_MEASURES = {
    "total variation": "people who would have to change",
    "shift": "average shift",
    "missing": "gaps: people who would have to change",
}


def _moved(row: Any) -> str:
    """How far a column moved, in the unit of its measure."""
    return f"{ranged(row.shift)} SD" if row.measure == "shift" else shared(row.shift)


def _told_apart(row: Any) -> str:
    """The chance of telling rows apart, which is no good sign where it is below one half."""
    sign = ", below one half: see copying" if row.below_half else ""
    return f"{ranged(row.auc)}{sign}"


_MAIN = Lines(
    "groups",
    "How far groups have moved; the last column says which move of a share would not have been "
    "noticed",
    (
        GROUP, REAL, SYNTHETIC,
        Shown("Combinations moved", lambda row: shared(row.pairs)),
        Shown("Told apart", _told_apart),
        Shown("Unnoticed below", lambda row: part_of(row.detectable_share)),
    ),
    most=LINES,
)  # fmt: skip
_BY_COLUMN = Lines(
    "columns",
    "Columns that moved within a group; SD is a standard deviation of the whole real table",
    (
        GROUP,
        ATTRIBUTE,
        Shown("What", lambda row: _MEASURES.get(row.measure, row.measure), left=True),
        Shown("How far", _moved),
    ),
    most=LINES,
)


def _methods(settings: Settings) -> tuple[str, ...]:
    return (
        "Columns with categories are compared by the share of people who would have to change "
        f"category: from {percent(settings.drift_watch)} watched, from "
        f"{percent(settings.drift_problem)} a problem. Numbers, dates and ordered values are "
        "compared by the average shift, in standard deviations: from "
        f"{number(settings.shift_watch)} watched, from {number(settings.shift_problem)} a problem. "
        "What chance alone would show is taken off first. Gaps are compared like values.",
        "All pairs of columns together show combinations that moved though no single column did. A "
        "classifier tries to tell real from synthetic rows; a chance of "
        f"{number(settings.auc_watch)} of telling them apart is watched, of "
        f"{number(settings.auc_problem)} a problem, and clearly below one half it means rows that "
        "are near-copies of real ones. For every group it is said which move would have gone "
        "unnoticed.",
    )


PRESENTATION = Presentation(
    about="who no longer looks like themselves",
    bad=("no longer looks like its real members", "no longer look like their real members"),
    caption="How well real and synthetic rows are told apart within each group, and how far the "
    "column moved that moved most; the most moved on top",
    main=_MAIN,
    by_column=_BY_COLUMN,
    methods=_methods,
    terms=(
        (
            "Area under the curve",
            "The chance that a classifier, shown one real and one synthetic row, tells which is "
            "which; one half is guessing.",
        ),
        (
            "Drift",
            "How far a group's values, or combinations of values, have moved from the real to the "
            "synthetic table.",
        ),
        (
            "Standard deviation",
            "The usual distance of people from the average of a column; here always that of the "
            "whole real table.",
        ),
        (
            "Total variation",
            "The share of people who would have to change their value for two groups to look "
            "alike.",
        ),
    ),
)

"""Diversity in a report: who has become more alike."""

from __future__ import annotations

from typing import Any

from audits.estimates import percent
from audits.reports.document_material import part_of, plain, shared, short, whole
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


def _alike(row: Any) -> str:
    """The value that all real members have, if there is one."""
    if row.top_count != row.real:
        return "no"
    return f"all {whole(row.real)} are {short(row.top_value, 30)}"


def _elsewhere(row: Any) -> str:
    """How many others have the value that all real members have."""
    return part_of(row.top_elsewhere) if row.top_count == row.real else "–"


_MAIN = Lines(
    "groups",
    "How alike the members of groups are; variety: mean difference of two, 0 to 1",
    (
        GROUP, REAL, SYNTHETIC,
        Shown("Real variety", lambda row: plain(row.variety_real), hides=True),
        Shown("Synthetic variety", lambda row: plain(row.variety_synthetic), hides=True),
        Shown("Variety lost", lambda row: shared(row.index)),
    ),
    most=LINES,
)  # fmt: skip
_BY_COLUMN = Lines(
    "attributes",
    "Columns in which a group is more alike; the last columns tell whether its real members "
    "were alike already, and how many of the others are so",
    (
        GROUP,
        ATTRIBUTE,
        Shown("Lost in the synthetic data", lambda row: shared(row.index)),
        Shown("Alike already in the real data", _alike, left=True),
        Shown("Of everyone else", _elsewhere),
    ),
    most=LINES,
)


def _methods(settings: Settings) -> tuple[str, ...]:
    return (
        "Variety is the mean difference of two different members of a group (Rao 1982), which is "
        "fair to groups of any size. The share of it that is lost is watched from "
        f"{percent(settings.sameness_watch)} and a problem from "
        f"{percent(settings.sameness_problem)}, over all columns and column by column.",
        f"Where all real members of a group of at most {settings.support_watch:,} have one value "
        "that others often lack, the sameness is inherited from the sample: it is watched and "
        f"named, for no generator can undo it. Groups of at most {settings.support_problem:,} real "
        "people are never ok here, in drift or in provenance.",
    )


VARIETY = (
    "Variety",
    "The mean difference of two different members of a group, from 0 (all alike) to 1 "
    "(different in everything).",
)
HOMOGENISATION = (
    "Homogenisation index",
    "The share of a group's variety that is lost: 0 as varied as the real group, 1 all "
    "alike, below 0 more varied.",
)

PRESENTATION = Presentation(
    about="who has become more alike",
    bad=(
        "has become more alike than its real members",
        "have become more alike than their real members",
    ),
    caption="How much of each group's variety is lost, the most on top",
    main=_MAIN,
    by_column=_BY_COLUMN,
    methods=_methods,
    terms=(
        ("Diversity", "How much the members of a group differ from each other."),
        HOMOGENISATION,
        (
            "Inherited sameness",
            "Real members of a group are all alike already, where others are not. The sample's "
            "fault, which no generator can mend.",
        ),
        VARIETY,
    ),
)

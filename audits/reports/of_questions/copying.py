"""Copying in a report: whose rows are those of real people."""

from __future__ import annotations

from typing import Any

from audits.estimates import percent
from audits.reports.document_material import part_of, shared
from audits.reports.of_questions.presentation import (
    GROUP,
    HOLDOUT,
    REAL,
    SYNTHETIC,
    Lines,
    Presentation,
    Shown,
)
from audits.results import Answer
from audits.settings import Settings

_MAIN = Lines(
    "groups",
    "Rows equal to a real person's, what chance would make so, and rows that must nearly be "
    "copies; repeated: rows that repeat another of the same table",
    (
        GROUP, REAL, SYNTHETIC,
        Shown("Equal to a real row", lambda row: shared(row.copied), hides=True),
        Shown("By chance", lambda row: part_of(row.chance.value), hides=True),
        Shown("Nearly copies", lambda row: shared(row.near_copies)),
        Shown("Repeated", lambda row: part_of(row.repeated), hides=True),
    ),
)  # fmt: skip


def _lead(answer: Answer) -> tuple[str, ...]:
    """What chance was taken to be, and that nothing found is no proof."""
    whole: Any = next((row for row in answer.rows if not row.group), None)
    if whole is None:
        return ()
    by = {
        "holdout": "What chance alone makes equal is read off the holdout.",
        "twins": "No fresh holdout was there: what chance alone makes equal is read off real "
        "people who equal each other, and near-copies cannot be told.",
    }
    return (
        f"{by.get(whole.chance_by, '')} Finding no copies is no proof that nobody can be "
        "recognised.".strip(),
    )


def _methods(settings: Settings) -> tuple[str, ...]:
    return (
        "Rows are equal when all values of all compared columns are. Where few columns have few "
        "values, strangers are equal, too: what chance makes so is taken from the holdout, or from "
        "real people who equal each other. Equal rows beyond that are watched from "
        f"{percent(settings.copied_watch)} of a group's rows and a problem from "
        f"{percent(settings.copied_problem)}.",
        "With a holdout, it is asked of every row whether the nearest person is one the generator "
        "saw or a fresh one (Platzer & Reutterer 2021). If it copied nobody, each is nearest as "
        "often as there are people of either kind; the excess says how many rows must nearly be "
        f"copies: from {percent(settings.near_copies_watch)} watched, from "
        f"{percent(settings.near_copies_problem)} a problem. A table that repeats itself beyond "
        f"what as many real rows do is watched from {percent(settings.repeated_watch)}.",
    )


PRESENTATION = Presentation(
    about="whose rows are those of real people",
    bad=("has rows that copy real people", "have rows that copy real people"),
    caption="The share of each group's rows that equal a real person's beyond chance, and, where "
    "there is a holdout, the share that must nearly be copies; the most on top",
    main=_MAIN,
    lead=_lead,
    methods=_methods,
    terms=(
        (
            "Copy",
            "A synthetic row with the values of a real person in every column compared; a near "
            "copy differs in little.",
        ),
        HOLDOUT,
        (
            "Nearer to real",
            "The share of synthetic rows nearer to a person the generator saw than to a fresh one "
            "(the DCR share, for distance to the closest record).",
        ),
    ),
)

"""Provenance in a report: on whom each group rests."""

from __future__ import annotations

from audits.estimates import number
from audits.reports.document_material import part_of, plain, ranged
from audits.reports.of_questions.presentation import (
    GROUP,
    HOLDOUT,
    LINES,
    REAL,
    SYNTHETIC,
    Lines,
    Presentation,
    Shown,
    people,
)
from audits.settings import Settings

_MAIN = Lines(
    "groups",
    "On how many real people groups rest; the last two columns are half widths of an interval "
    "for a share of one half, as computed from the rows and as the people behind them allow",
    (
        GROUP, REAL, SYNTHETIC,
        Shown("People, in effect", people),
        Shown("Rows per person", lambda row: plain(row.amplification)),
        Shown("Spread", lambda row: ranged(row.kappa)),
        Shown("Claimed ±", lambda row: part_of(row.half_width_claimed)),
        Shown("Allowed ±", lambda row: part_of(row.half_width_real)),
    ),
    most=LINES,
)  # fmt: skip


def _methods(settings: Settings) -> tuple[str, ...]:
    return (
        "Every synthetic row is attributed to the nearest real person of its group (Gower 1971); "
        "ties are shared. From how often each person is used follows how many people stand behind "
        "the group in effect. How widely rows are spread over people is compared with fresh real "
        "people: those of the holdout, or one half of the group with the other.",
        f"Resting on fewer than {settings.basis_problem:,} people in effect is a problem, and so "
        f"is resting on at most {settings.support_problem:,} with more than "
        f"{settings.amplification_limit:g} rows for each. Fewer than "
        f"{settings.support_watch:,} are watched. A spread whose whole interval is below "
        f"{number(settings.kappa_problem)} times that of fresh people is a problem, below "
        f"{number(settings.kappa_watch)} it is watched. Nearest is an attribution, not a proof.",
    )


PRESENTATION = Presentation(
    about="on whom each group rests",
    bad=("rests on too few real people", "rest on too few real people"),
    caption="On how many real people each group rests in effect, the fewest on top",
    main=_MAIN,
    methods=_methods,
    terms=(
        (
            "Amplification",
            "Synthetic rows per real person they rest on in effect. Many rows made from few "
            "people look precise and are not.",
        ),
        (
            "Ancestor",
            "The real person nearest to a synthetic row. An attribution by likeness, not a proof "
            "of who was copied.",
        ),
        (
            "Effective number of people",
            "How many equally used people would give the same spread of synthetic rows. Thirty "
            "people of whom three gave nearly all rows count as about three. It can be smaller for "
            "everyone than for a part of them: a few people used very often weigh on the whole.",
        ),
        HOLDOUT,
        (
            "Kappa",
            "How widely synthetic rows are spread over real people, relative to fresh real "
            "people: 1 as widely, below 1 a few are used too often.",
        ),
        ("Provenance", "On which, and on how many, real people synthetic rows rest."),
    ),
)

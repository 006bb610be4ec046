"""Coverage in a report: who is missing."""

from __future__ import annotations

from typing import Any

from audits.estimates import number
from audits.reports.document_material import name_of, part_of, plain, ranged, shared, short, whole
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


def _crossed(row: Any) -> str:
    """Two columns by name."""
    return f"{short(row.attribute, 40)} × {short(row.other, 40)}"


_MAIN = Lines(
    "groups",
    "Counts and shares of groups; the ratio is synthetic share over real share",
    (
        GROUP, REAL, SYNTHETIC,
        Shown("Real share", lambda row: part_of(row.real_share.value), hides=True),
        Shown("Synthetic share", lambda row: shared(row.synthetic_share), hides=True),
        Shown("Ratio", lambda row: ranged(row.ratio), hides=True),
        Shown("Reference share", lambda row: part_of(row.reference_share)),
    ),
    most=LINES,
)  # fmt: skip
_FURTHER = (
    Lines(
        "patterns",
        "The most general combinations with too few real people",
        (Shown("Combination", lambda row: name_of(row.group, 90), left=True), REAL),
    ),
    Lines(
        "values",
        "Values that only one of the tables has",
        (
            ATTRIBUTE,
            Shown("Value", lambda row: short(row.value, 60), left=True),
            REAL,
            SYNTHETIC,
        ),
    ),
    Lines(
        "pairs",
        "Pairs of columns with combinations of values that only real people have",
        (
            Shown("Columns", _crossed, left=True),
            Shown("Combinations", lambda row: whole(row.combinations)),
            Shown("Gone", lambda row: whole(row.empty)),
            Shown("Gone by chance", lambda row: plain(row.expected_empty)),
            Shown("Real people", lambda row: whole(row.people)),
        ),
    ),
)


def _methods(settings: Settings) -> tuple[str, ...]:
    return (
        "A group's share is its rows over all rows of its table, with an interval (Wilson 1927). "
        "The synthetic share is divided by the real one, and the interval of the ratio minds that "
        "both tables are samples (Koopman 1984). Where a reference population is given, real and "
        "synthetic shares are compared with it as well: the first shows what the sample did, the "
        "second what sample and generator did together.",
        f"A ratio below {number(settings.share_watch)} is watched, below "
        f"{number(settings.share_problem)} a problem. Growth beyond "
        f"{number(1 / settings.share_watch)} times the real share is watched unless the reference "
        f"asks for it. Fewer than {settings.support_problem:,} real people are a problem, fewer "
        f"than {settings.support_watch:,} are watched; synthetic rows never count as people. "
        "Values and combinations that vanished are tested exactly (Fisher 1935).",
    )


PRESENTATION = Presentation(
    about="who is missing",
    bad=(
        "is missing, too small or out of proportion",
        "are missing, too small or out of proportion",
    ),
    caption="Each group's share of the synthetic rows over its share of the real ones, the "
    "lowest on top",
    main=_MAIN,
    further=_FURTHER,
    methods=_methods,
    terms=(
        ("Coverage", "Whether every group is still there, and in fair proportion."),
        (
            "Reference population",
            "Shares that groups ought to have, from a census, say. It shows whom the real table "
            "itself leaves out.",
        ),
        (
            "Share ratio",
            "A group's share of the synthetic rows over its share of the real ones; 1 is "
            "unchanged.",
        ),
    ),
)

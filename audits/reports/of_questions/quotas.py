"""Quotas in a report: what was asked for of each group, and what is there."""

from __future__ import annotations

from typing import Any

from audits.estimates import number, percent
from audits.reports.document_material import ranged, shared, whole
from audits.reports.of_questions.presentation import GROUP, LINES, Lines, Presentation, Shown
from audits.settings import Settings


def _asked(row: Any) -> str:
    """Everything that a quota asks for."""
    said = [
        _ends(row, "rows", lambda value: f"{value:,}", "rows"),
        _ends(row, "share", percent, "of the rows"),
        _ends(row, "ratio", number, "× its real share"),
        _ends(row, "representation", number, "× its reference share"),
    ]
    return "; ".join(one for one in said if one)


def _ends(row: Any, what: str, write: Any, unit: str) -> str:
    least, most = (getattr(row, f"{what}_{end}") for end in ("at_least", "at_most"))
    if least is None and most is None:
        return ""
    if least is None:
        return f"at most {write(most)} {unit}"
    return f"{write(least)} {'or more' if most is None else f'to {write(most)}'} {unit}"


_MAIN = Lines(
    "quotas",
    "What was asked for, and what the synthetic table holds",
    (
        GROUP,
        Shown("Asked for", _asked, left=True, width=0.3),
        Shown("Synthetic rows", lambda row: whole(row.there), hides=True),
        Shown("Share", lambda row: shared(row.share), hides=True),
        Shown("Over real share", lambda row: ranged(row.ratio), hides=True),
    ),
    most=LINES,
)


def _methods(_settings: Settings) -> tuple[str, ...]:
    return (
        "Quotas are part of a file of safeguards. A number of rows is counted in the table at hand "
        "and is exact: too few, or too many, are a problem, whatever chance had to do with it. "
        "Shares, and their ratios to the real share or to that of the reference population, are "
        "held against their limits as those of the generator: with the interval of Wilson (1927) "
        "or Koopman (1984), all of them in one family of tests.",
        "A share that surely misses its limit is a problem. One that misses it in this table, "
        "though not surely, is watched. One that keeps it, though not surely, is not enough "
        "evidence; one that surely keeps it is ok. A group of which rows are asked for and there "
        "is none is always a problem.",
    )


PRESENTATION = Presentation(
    about="what was asked for of each group",
    bad=("misses its quota", "miss their quotas"),
    caption="The share of each group with a quota",
    main=_MAIN,
    methods=_methods,
    terms=(
        (
            "Quota",
            "What the synthetic table must hold of a group: rows, a share, or a ratio of it. "
            "Written in a file of safeguards.",
        ),
    ),
)

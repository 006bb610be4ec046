"""Stereotypes in a report: whose ties to traits have been sharpened."""

from __future__ import annotations

import math
from typing import Any

from audits.estimates import Estimate, number
from audits.reports.document_material import part_of, plain, ranged, short, whole
from audits.reports.of_questions.presentation import (
    GROUP,
    REAL,
    SYNTHETIC,
    Lines,
    Presentation,
    Shown,
)
from audits.results import Answer
from audits.settings import Settings


def _tie(factor: Estimate, value: str | None, attribute: str | None) -> str:
    """How many times as strong a tie is, and to what."""
    if not factor.known or value is None or attribute is None:
        return "–"
    return f"{short(attribute, 18)}: {short(value, 18)} ({number(factor.value)}×)"


def _changes(row: Any) -> str:
    """How many ties have grown or turned round, and how many have shrunk."""
    return f"+{row.sharpened + row.reversed:,} −{row.loosened:,}"


def _sharpest(row: Any) -> str:
    return _tie(row.sharpest, row.sharpest_value, row.sharpest_attribute)


def _loosest(row: Any) -> str:
    return _tie(row.loosest, row.loosest_value, row.loosest_attribute)


_MAIN = Lines(
    "groups",
    "Ties of groups to values of other columns: how many could be measured, how many grew or "
    "shrank by their own interval (one of twenty would by chance), and which most",
    (
        GROUP, REAL, SYNTHETIC,
        Shown("Ties", lambda row: whole(row.ties)),
        Shown("Changed", _changes),
        Shown("Most sharpened", _sharpest, left=True, width=0.25, hides=True),
        Shown("Most loosened", _loosest, left=True, width=0.25, hides=True),
    ),
)  # fmt: skip


def _surest(answer: Answer) -> list[Any]:
    """Ties by the least change that their interval allows, the most changed first."""
    return sorted(
        answer.tables.get("ties", ()),
        key=lambda row: (-_least(row.ratio), row.group, row.attribute, row.value),
    )


def _least(ratio: Estimate) -> float:
    if not ratio.known or ratio.low <= 0 or ratio.low <= 1 <= ratio.high:
        return 0.0
    return min(abs(math.log(ratio.low)), abs(math.log(ratio.high)))


def _odds(value: Estimate) -> str:
    return plain(value.value)


_TIES = Lines(
    "ties",
    "Ties that changed most, by the cautious end of their interval; an odds ratio above 1: they go "
    "together, below 1: they are kept apart",
    (
        GROUP,
        Shown("Tie to", lambda row: f"{short(row.value, 36)} ({short(row.attribute, 30)})",
              left=True, width=0.2),
        Shown("What", lambda row: row.kind, left=True),
        Shown("Times as strong", lambda row: ranged(row.factor)),
        Shown("Real odds", lambda row: _odds(row.odds_real)),
        Shown("Synthetic odds", lambda row: _odds(row.odds_synthetic)),
        Shown("Have it, real", lambda row: part_of(row.share_real)),
        Shown("Have it, synthetic", lambda row: part_of(row.share_synthetic)),
    ),
    _surest,
    most=20,
)  # fmt: skip


def _changed(answer: Answer) -> list[Any]:
    rows: list[Any] = [row for row in answer.tables.get("columns", ()) if _sure(row)]
    return sorted(rows, key=lambda row: (-abs(row.difference.value), row.feature, row.attribute))


def _sure(row: Any) -> bool:
    """Whether an interval leaves out that nothing changed."""
    return bool(row.difference.known and (row.difference.low > 0 or row.difference.high < 0))


_COLUMNS = Lines(
    "columns",
    "How much a sensitive feature tells of another column (Cramer's V, 0 nothing to 1 all), where "
    "that surely changed",
    (
        Shown("Feature", lambda row: short(row.feature, 40), left=True),
        Shown("Column", lambda row: short(row.attribute, 40), left=True),
        Shown("Real", lambda row: ranged(row.v_real)),
        Shown("Synthetic", lambda row: ranged(row.v_synthetic)),
        Shown("Change", lambda row: ranged(row.difference)),
    ),
    _changed,
    most=10,
)


def _methods(settings: Settings) -> tuple[str, ...]:
    return (
        "A tie is a group and one value of another column. Its strength is the odds ratio of being "
        "of the group and having the value, against everyone else; what is compared is the real "
        "and the synthetic one. A tie grown or shrunk by a factor of "
        f"{number(settings.tie_watch)} is watched, of {number(settings.tie_problem)} a problem, by "
        "the whole interval after adjustment over all ties that were measured. Ties are measured "
        f"where chance alone would put {number(settings.tie_expected)} people into the rarest "
        "cell; the others are counted as too few.",
        "A tie made stronger is a stereotype sharpened; one made weaker says that a difference "
        "between people has been smoothed away. Neither says whether the tie among real people is "
        "fair. Whole columns are compared by Cramer's V, corrected for what chance adds (Bergsma "
        "2013).",
    )


PRESENTATION = Presentation(
    about="whose ties have been sharpened",
    bad=(
        "is tied to some trait otherwise than among real people",
        "are tied to some trait otherwise than among real people",
    ),
    caption="The tie of each group that surely changed most, as times as strong as among real "
    "people; the most changed on top",
    main=_MAIN,
    further=(_TIES, _COLUMNS),
    methods=_methods,
    terms=(
        (
            "Cramer's V",
            "How much two columns tell of each other, from 0 (nothing) to 1 (all).",
        ),
        (
            "Odds ratio",
            "How many times as high the odds of a value are in a group as among everyone else; 1 "
            "is no tie.",
        ),
        (
            "Tie",
            "How strongly a group and a value of another column go together, or are kept apart.",
        ),
    ),
)

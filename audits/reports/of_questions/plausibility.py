"""Plausibility in a report: who could not exist."""

from __future__ import annotations

from typing import Any

from audits.estimates import percent
from audits.reports.document_material import part_of, shared, short, whole
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

_KINDS = {
    "forbidden": "values that no real person has together",
    "rule": "rules that all real people keep",
    "range": "numbers out of the real range",
    "outlier": "far from every real person",
    "unseen": "a pair of values that no real row has (no flag)",
}
_MAIN = Lines(
    "groups",
    "Rows that break a rule beside what fresh real people would, rows with an unseen pair of "
    "values, and real members whom a filter by the same flags would remove",
    (
        GROUP, REAL, SYNTHETIC,
        Shown("Break a rule", lambda row: shared(row.observed), hides=True),
        Shown("Fresh people would", lambda row: shared(row.expected), hides=True),
        Shown("Unseen pair", lambda row: part_of(row.unseen_observed.value), hides=True),
        Shown("Fresh people", lambda row: part_of(row.unseen_expected.value), hides=True),
        Shown("Real people removed", lambda row: shared(row.real_rate), hides=True),
    ),
)  # fmt: skip


def _of_everyone(answer: Answer) -> list[Any]:
    rows: list[Any] = [row for row in answer.tables.get("kinds", ()) if not row.group]
    return sorted(rows, key=lambda row: (row.kind == "unseen", -row.flagged, row.kind, row.rule))


def _kind(row: Any) -> str:
    return f"rule given: {short(row.rule, 50)}" if row.kind == "given" else _KINDS[row.kind]


_BY_KIND = Lines(
    "kinds",
    "What the rows break, everyone together; a row may break rules of several kinds",
    (
        Shown("What", _kind, left=True, width=0.36),
        Shown("Rows", lambda row: whole(row.flagged)),
        Shown("Of", lambda row: whole(row.synthetic_used)),
        Shown("Share", lambda row: shared(row.observed)),
        Shown("Of fresh people", lambda row: shared(row.expected)),
    ),
    _of_everyone,
)
_RULES = Lines(
    "rules",
    "What holds of all real people, or was given as a rule, and is broken by synthetic rows",
    (
        Shown("Rule", lambda row: short(row.rule, 90), left=True, width=0.34),
        Shown("Real people", lambda row: whole(row.support)),
        Shown("of whom break it", lambda row: whole(row.real_broken)),
        Shown("Rows that break it", lambda row: whole(row.broken)),
        Shown("By chance", lambda row: whole(row.expected)),
        Shown("Such as", lambda row: short(row.example, 60) or "–", left=True, width=0.22),
    ),
    lambda answer: [row for row in answer.tables.get("rules", ()) if _is_broken(row)],
    most=12,
)


def _is_broken(row: Any) -> bool:
    return bool(row.broken)


def _lead(answer: Answer) -> tuple[str, ...]:
    """What was held against what."""
    whole_: Any = next((row for row in answer.rows if not row.group), None)
    if whole_ is None or whole_.rules < 0:
        return ()
    fresh = {
        "holdout": "by people of the holdout",
        "left out": "by real people, each judged by rules found without them",
    }.get(whole_.fresh_source, "by people of the holdout, and real people each left out")
    return (
        f"Rows were held against {whole_.rules:,} rules found in the real data. What fresh people "
        f"would break is known {fresh}: rare people break rules, too, and are no mistakes.",
    )


def _methods(settings: Settings) -> tuple[str, ...]:
    return (
        "Rules are found in the real table: pairs of values that people would have together if "
        "nothing kept them apart, and nobody has; values that always come with another; an order "
        "of two numbers; sharp limits; the range of a number. A rule rests on at least "
        f"{settings.rule_support:,} people of whom none breaks it, so that hardly more than one in "
        "a hundred can. Besides, rows far from every real person are outliers, by a threshold that "
        f"{percent(settings.outlier_alpha)} of fresh people of the group would pass (Bates et al. "
        "2023). `audits flag` judges every row, by all columns and calibrated on more people; this "
        f"question judges at most {settings.plausibility_rows:,} rows of a group and leaves "
        "sensitive features out of distances: rates of the two differ by that.",
        "What counts is the excess over fresh real people: from "
        f"{percent(settings.implausible_watch)} of a group's rows it is watched, from "
        f"{percent(settings.implausible_problem)} a problem; of pairs of values that no real row "
        f"has, from {percent(settings.unseen_watch)} and {percent(settings.unseen_problem)}. A "
        "filter by such flags would remove real people, too: where that is "
        f"{percent(settings.removal_watch)} more of a group than of everyone, it is watched.",
    )


PRESENTATION = Presentation(
    about="who could not exist",
    bad=("has rows of people who could hardly exist", "have rows of people who could hardly exist"),
    caption="The share of each group's rows that break a rule beyond what fresh people would, and "
    "the share of its real members whom a filter by these rules would remove; the most on top",
    main=_MAIN,
    further=(_BY_KIND, _RULES),
    lead=_lead,
    methods=_methods,
    terms=(
        (
            "Flag",
            "A mark on a row that breaks a rule found in the real data. A prompt to look, not a "
            "proof: real people break rules, too.",
        ),
        HOLDOUT,
        (
            "Outlier",
            "A row further from real people than nearly all fresh real people are.",
        ),
        (
            "Unseen pair",
            "Two values that no real row has together. Fresh people have such pairs, too, the more "
            "the rarer their kind is.",
        ),
    ),
)

"""The collection plan in a report: whom to ask, and how many."""

from __future__ import annotations

from typing import Any

from audits.estimates import percent
from audits.questions import collection_words as words
from audits.questions.collection_rows import PlanTotalRow
from audits.reports.document_material import name_of, part_of, whole
from audits.reports.of_questions.presentation import GROUP, REAL, Lines, Presentation, Shown
from audits.results import Answer
from audits.settings import Settings

_REASONS = {
    "interval": "a share known well enough",
    "sub-types": "a rare type met",
    "completeness": "most types seen",
    "patterns": "no rare combination",
    "drift": "a drift noticed",
}


def _short(answer: Answer) -> list[Any]:
    """Groups that need more people, joined with the effort of finding them; the most first."""
    effort: dict[Any, Any] = {row.group: row for row in answer.tables.get("effort", ())}
    rows: list[Any] = [row for row in answer.rows if getattr(row, "more", 0)]
    rows.sort(key=lambda row: (-row.more, len(row.group), row.group))
    return [_Need(row, effort.get(row.group)) for row in rows]


class _Need:
    """A group's need, and the effort of meeting it."""

    def __init__(self, row: Any, effort: Any) -> None:
        self.group, self.row = row.group, row
        self.real = row.real
        self.approached = float("nan") if effort is None else effort.approached


_MAIN = Lines(
    "groups",
    "Groups that need more real people, the most first; to approach: people met at random until "
    "enough of the group are found, on average",
    (
        GROUP, REAL,
        Shown("Needed in all", lambda one: whole(one.row.needed)),
        Shown("More", lambda one: whole(one.row.more)),
        Shown("So that there is", lambda one: _REASONS.get(one.row.reason, one.row.reason),
              left=True),
        Shown("Share", lambda one: part_of(one.row.prevalence)),
        Shown("by", lambda one: one.row.prevalence_from, left=True),
        Shown("To approach", lambda one: whole(one.approached)),
    ),
    _short,
    most=20,
)  # fmt: skip


def _recruits(answer: Answer) -> list[Any]:
    rows: list[Any] = list(answer.tables.get("recruits", ()))
    return [row for row in rows if row.purpose == "groups"]


_RECRUITS = Lines(
    "recruits",
    "Whom to recruit so that every group has enough, in order: each line helps several groups",
    (
        Shown("People who are", lambda row: name_of(row.group, 70), left=True, width=0.44),
        Shown("There now", lambda row: whole(row.real)),
        Shown("To recruit", lambda row: whole(row.recruits)),
        Shown("Helps groups", lambda row: whole(row.serves)),
        Shown("So far", lambda row: whole(row.total)),
        Shown("Groups still short", lambda row: whole(row.left)),
    ),
    _recruits,
    most=12,
)


def _lead(answer: Answer) -> tuple[str, ...]:
    """What the plan comes to."""
    totals = [row for row in answer.tables.get("totals", ()) if isinstance(row, PlanTotalRow)]
    said = " ".join(words.total(row, answer.settings) for row in totals)
    judges = (
        "A plan judges nobody; how few people stand behind a group is a matter of coverage and "
        "provenance."
    )
    return (f"{said} {judges}".strip(),)


def _methods(settings: Settings) -> tuple[str, ...]:
    subtype = percent(settings.plan_subtype)
    return (
        "How many real people a group needs is asked for several reasons, and the largest number "
        f"counts: a share of one half known to ± {percent(settings.plan_half_width)} (Wilson "
        f"1927), a type of {subtype} of the group met at least {settings.plan_subtype_times:,} "
        f"time{'' if settings.plan_subtype_times == 1 else 's'}, the types seen making up "
        f"{percent(settings.plan_completeness)} of the group (Chao & Jost 2012), no combination of "
        f"sensitive values with fewer than {settings.plan_people:,} people, and a share that moves "
        f"by {percent(settings.plan_drift)} noticed with a chance of "
        f"{percent(settings.plan_power)}.",
        "People belong to several groups at once. Whom to recruit is chosen step by step, always "
        "the combination that helps most groups that are short. People to approach follow from the "
        "share in the reference population; where there is none, from the real table, which may "
        "have too few of the very people sought. Synthetic rows never count as people.",
    )


PRESENTATION = Presentation(
    about="whom to ask, and how many",
    bad=("needs more people", "need more people"),
    caption="How many real people each group needs in all (mark), and how many there are (line); "
    "those that need most on top",
    intervals=False,
    main=_MAIN,
    further=(_RECRUITS,),
    lead=_lead,
    methods=_methods,
    terms=(
        (
            "Recruit",
            "A real person still to be asked; one recruit can help several groups.",
        ),
    ),
)

"""Collection: what a plan says, computed from its numbers."""

from __future__ import annotations

import math

from audits.estimates import number, percent
from audits.questions.collection_needs import NOBODY
from audits.questions.collection_rows import CollectionRow, EffortRow, PlanTotalRow, RecruitRow
from audits.questions.words import capital, people, real_people
from audits.results import group_name
from audits.settings import Settings

_FEW = 100  # real people up to whom a guess of the types not seen is rough


def need(row: CollectionRow, settings: Settings) -> str:
    """Say what a group needs, and for which reason.

    >>> from audits.settings import Settings
    >>> row = CollectionRow((("race", "Black"),), 30, 30.0, 1.0, None, 93, 59, None, 1.0, "",
    ...     False, None, 50, 93, "interval", 63, 0.13, "reference")
    >>> print(need(row, Settings()).partition(", so that ")[0])
    Black: 63 more people, 93 in all where 30 are
    """
    name = capital(group_name(row.group))
    if row.reason == NOBODY:
        return f"{name}: nobody in the reference population, so that nobody is asked for."
    if not row.more:
        enough = "is enough" if row.real == 1 else "are enough"
        return f"{name}: {real_people(row.real)} {enough}, as {row.needed:,} would be."
    there = f"where {row.real:,} {'is' if row.real == 1 else 'are'}"
    if row.real == 0:
        there = "where nobody is"
    rough = " at least" if row.reason == "completeness" and row.beyond_doubling else ""
    said = f"{name}:{rough} {row.more:,} more {'person' if row.more == 1 else 'people'}"
    said += f", {row.needed:,} in all {there}, {_reason(row, settings)}"
    if row.population is not None and row.needed >= row.population:
        said += ", which is everyone there is"
    return f"{said}."


def _reason(row: CollectionRow, settings: Settings) -> str:
    if row.reason == "interval":
        text = "so that the interval of a share of one half is no wider than "
        text += f"{percent(settings.plan_half_width)} either way"
        heavy = row.design_effect >= 1.05
        return f"{text} at a design effect of {number(row.design_effect)}" if heavy else text
    if row.reason == "sub-types":
        times = settings.plan_subtype_times
        often = "once" if times == 1 else f"{times:,} times"
        return f"so that a type of {percent(settings.plan_subtype)} of them is met {often}"
    if row.reason == "completeness":
        text = f"so that the types of {row.completeness_attribute} seen make up "
        text += f"{percent(settings.plan_completeness)} of the group"
        text += ", a rough guess from so few" if row.real < _FEW else ""
        return (
            f"{text}; then plan again, as no guess reaches further" if row.beyond_doubling else text
        )
    if row.reason == "patterns":
        return f"so that it is no combination of fewer than {people(settings.plan_people)}"
    moved = percent(settings.plan_drift)
    return (
        f"so that a share that moves by {moved} is noticed {percent(settings.plan_power)} of "
        "the time"
    )


def upwards(count: float) -> int:
    """Return a whole number of people that is enough; what is left by rounding asks for nobody.

    >>> upwards(484.2), upwards(485.0000000001)
    (485, 485)
    """
    return math.ceil(count - 1e-9)


def effort(row: EffortRow, confidence: float) -> str:
    """Say how many people to approach; where the share is the real table's own, with a caution.

    >>> print(effort(EffortRow((("race", "Black"),), 63, 0.13, "reference", 484.6, 582.0), 0.95))
    About 485 people to approach at random, 582 to be 95 % sure, as they are 13 % of the reference.
    """
    if math.isnan(row.approached):
        return "How many to approach is not known: no reference says how many there are."
    said = (
        f"About {upwards(row.approached):,} people to approach at random, "
        f"{upwards(row.approached_likely):,} to be {percent(confidence)} sure"
    )
    share = percent(row.prevalence)
    if row.prevalence_from == "reference":
        return f"{said}, as they are {share} of the reference."
    return (
        f"{said}, if they are met as often as in the real table ({share}), which may itself have "
        "too few of them."
    )


def recruit(row: RecruitRow) -> str:
    """Say whom to recruit, and what that helps.

    >>> group = (("race", "Black"), ("sex", "female"))
    >>> print(recruit(RecruitRow(group, "groups", 15, 63, 2, 63, 2)))
    63 × Black × female, each of whom helps 2 groups that are short; 63 recruits so far.
    """
    what = "combinations" if row.purpose == "patterns" else "groups"
    helped = f"1 {what[:-1]} that is short" if row.serves == 1 else f"{row.serves:,} {what} that "
    helped += "" if row.serves == 1 else "are short"
    unseen = "" if row.real else " (nobody such is in the real data: perhaps there are none)"
    return (
        f"{row.recruits:,} × {group_name(row.group)}{unseen}, each of whom helps {helped}; "
        f"{row.total:,} recruits so far."
    )


def total(row: PlanTotalRow, settings: Settings) -> str:
    """Say what a plan comes to, and what it would if nobody counted twice.

    >>> from audits.settings import Settings
    >>> print(total(PlanTotalRow((), "groups", 3, 219, 156, 3), Settings()))
    156 recruits meet the needs of 3 groups; 219 would be needed if nobody counted for two.
    """
    count = f"{row.recruits:,} recruit{'' if row.recruits == 1 else 's'}"
    if row.purpose == "groups":
        if not row.short:
            return "No group needs more people."
        meets = "meets" if row.recruits == 1 else "meet"
        short = f"{row.short:,} group{'' if row.short == 1 else 's'}"
        said = f"{count} {meets} the needs of {short}"
    else:
        rare = f"fewer than {people(settings.plan_people)}"
        if not row.short:
            return f"No combination of sensitive values has {rare}."
        short = f"1 combination that has {rare}"
        if row.short > 1:
            short = f"{row.short:,} combinations that have {rare}"
        said = f"{count} {'is' if row.recruits == 1 else 'are'} enough for {short}"
    twice = f"{row.naive:,} would be needed if nobody counted for two"
    return f"{said}; {twice}." if row.naive > row.recruits else f"{said}."

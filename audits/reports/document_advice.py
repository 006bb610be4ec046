"""What to do, worked out from which questions failed and why."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from audits.estimates import Estimate, percent
from audits.questions.words import capital, listed
from audits.reports.document_material import BAD, Material, many, name_of, parts
from audits.results import Finding, Group, Verdict
from audits.settings import Settings

_NAMED = 6
_NEEDS = 3  # needs of single groups that are spelled out

Reason = Callable[[Finding, Settings], bool]


def advice(material: Material) -> tuple[str, ...]:
    """What to do, most pressing first; nothing where nothing is bad."""
    said: list[str] = []
    for reason, words in _RULES:
        groups = _groups(material, reason)
        if not groups:
            continue
        said.append(words(named(groups, material), material.audit.settings))
        if reason is _too_few:
            said += _asked_for(groups, material)
    if bad := material.having(Verdict.PROBLEM):
        rows = f"the synthetic rows of {named(bad, material)}"
        said.append(f"Until this is mended, draw no conclusions from {rows}.")
    if said:
        said.append(
            "Show this to members of the groups concerned: whether the categories describe them is "
            "not something the data can answer."
        )
    return tuple(said)


def _groups(material: Material, reason: Reason) -> list[Group]:
    """The groups of the bad findings for which a reason holds, worst first, each once."""
    settings = material.audit.settings
    found = (f.group for f in material.audit.findings if f.verdict in BAD and reason(f, settings))
    return list(dict.fromkeys(found))


def _asked_for(groups: Iterable[Group], material: Material) -> list[str]:
    """What the cards of the first of these groups say has to be collected."""
    said: list[str] = []
    hidden = material.audit.hidden  # their numbers of people are not known here
    for group in [one for one in _leads(groups) if one not in hidden][:_NEEDS]:
        card = material.card(group)
        if card is None or card.real >= material.audit.settings.support_watch:
            continue  # enough to stand on: what more would show is on the group's page
        asked = [need for need in card.collect if need.more > 0]
        if asked:
            need = asked[0]
            more = many(need.more, "more real person", "more real people")
            name = capital(name_of(group))
            said.append(f"{name}: {more}, {need.people:,} in all: {need.says}.")
    return said


def _leads(groups: Iterable[Group]) -> list[Group]:
    """The groups of which no part is among them."""
    there = set(groups := list(groups))
    return [group for group in groups if not there.intersection(parts(group))]


def named(groups: Iterable[Group], material: Material) -> str:
    """Groups by name, as few names as say it; crossings are counted with the first of their parts.

    Everyone stands for all.
    """
    groups = list(groups)
    others = [group for group in groups if group]
    all_ = len(others) > 1 and len(others) == len(material.groups)
    among = f"all {len(others):,} groups" if all_ else many(len(others), "group")
    if () in groups:
        return f"the table as a whole, {among} among it" if others else "the table as a whole"
    if all_:
        return among
    leads = _leads(others)
    inside: dict[Group, int] = {}
    for group in others:
        lead = next(lead for lead in leads if lead == group or lead in parts(group))
        inside[lead] = inside.get(lead, -1) + 1
    names = [
        f"{name_of(lead, 48)} (and {many(inside[lead], 'crossing')} of it)"
        if inside[lead]
        else name_of(lead, 48)
        for lead in leads
    ]
    return listed(names, most=_NAMED)


# -- reasons, read from a finding's evidence, which may lack what is hidden


def _number(finding: Finding, name: str) -> float:
    value: Any = finding.evidence.get(name)
    return float(value) if isinstance(value, int | float) else math.nan


def _estimate(finding: Finding, name: str) -> Estimate:
    value: Any = finding.evidence.get(name)
    return value if isinstance(value, Estimate) else Estimate.unknown()


def _too_few(finding: Finding, settings: Settings) -> bool:
    """Whether a group has, or rests in effect on, too few real people."""
    if finding.question == "provenance":
        few = min(_number(finding, "real"), _number(finding, "basis")) < settings.support_watch
        return few and not _used_unevenly(finding, settings)
    return finding.question == "coverage" and (
        0 < min(_number(finding, "real"), _number(finding, "effective")) < settings.support_watch
    )


def _used_unevenly(finding: Finding, settings: Settings) -> bool:
    """Whether the generator used a part of the people only."""
    return (
        finding.question == "provenance" and _estimate(finding, "kappa").high < settings.kappa_watch
    )


def _lost_share(finding: Finding, settings: Settings) -> bool:
    """Whether a group's share fell from the real to the synthetic table."""
    return finding.question == "coverage" and (
        _estimate(finding, "ratio").high < settings.share_watch
        or (_number(finding, "synthetic") == 0 and _number(finding, "real") > 0)
    )


def _sample_short(finding: Finding, settings: Settings) -> bool:
    """Whether the real table holds fewer of a group than the reference population."""
    return (
        finding.question == "coverage"
        and _estimate(finding, "representation").high < settings.share_watch
    )


def _grown(finding: Finding, settings: Settings) -> bool:
    """Whether rows were added beyond what real table and reference have, or were invented."""
    if finding.question != "coverage":
        return False
    if _number(finding, "real") == 0 and _number(finding, "synthetic") > 0:
        return True
    outcome = _estimate(finding, "representation_synthetic")
    grown = _estimate(finding, "ratio").low > 1 / settings.share_watch
    return grown and not outcome.low <= 1 / settings.share_watch


def _values_gone(finding: Finding, _settings: Settings) -> bool:
    """Whether values or combinations of values are gone from the synthetic table."""
    return finding.question == "coverage" and not finding.group


def _inherited(finding: Finding, _settings: Settings) -> bool:
    """Whether the real members were alike already."""
    return finding.question == "diversity" and "chance_one_class" in finding.evidence


def _made_alike(finding: Finding, _settings: Settings) -> bool:
    """Whether the generator made members more alike."""
    return finding.question == "diversity" and "index" in finding.evidence


def _drifted(finding: Finding, _settings: Settings) -> bool:
    return finding.question == "drift"


def _few_words(groups: str, settings: Settings) -> str:
    return (
        f"Ask more people, in {groups}: fewer than {settings.support_watch:,} real people "
        "are there, or stand behind the rows in effect. No synthetic row can stand in for people "
        "who were not asked."
    )


def _sample_words(groups: str, settings: Settings) -> str:
    return (
        "Correct the sample, not only the generator: the real table holds less than "
        f"{percent(settings.share_watch)} of the reference share of {groups}. A generator "
        "can copy the rows it has; it cannot know who is missing."
    )


def _inherited_words(groups: str, _settings: Settings) -> str:
    return (
        f"Look for other kinds of people in {groups}: in some columns all real members "
        "are alike, and no generator can know what they do not show."
    )


def _unevenly_words(groups: str, _settings: Settings) -> str:
    return (
        "Make the rows again so that more of the real people are used, or mix real rows in, for "
        f"{groups}: the rows made now rest on a part of the people there are."
    )


def _alike_words(groups: str, _settings: Settings) -> str:
    return (
        f"Make the rows again with the variety that real members have, for {groups}: here "
        "the generator added the sameness."
    )


def _share_words(groups: str, settings: Settings) -> str:
    return (
        f"Make the rows again with a floor on the shares of {groups}: with the whole "
        f"interval they keep less than {percent(settings.share_watch)} of their real share."
    )


def _drift_words(groups: str, _settings: Settings) -> str:
    return (
        "Make the rows again, or leave them out of analyses by group, for "
        f"{groups}: they do not look like the real members."
    )


def _gone_words(_groups: str, _settings: Settings) -> str:
    return (
        "Mix real rows in, or make the rows again, so that the values and combinations of values "
        "come back that only one table has; the section on coverage lists them."
    )


def _grown_words(groups: str, _settings: Settings) -> str:
    return (
        f"Filter or reweight the synthetic rows of {groups}: there are more of them than "
        "the real table, or the reference population, accounts for."
    )


_RULES: tuple[tuple[Reason, Callable[[str, Settings], str]], ...] = (
    (_used_unevenly, _unevenly_words),
    (_too_few, _few_words),
    (_sample_short, _sample_words),
    (_inherited, _inherited_words),
    (_made_alike, _alike_words),
    (_lost_share, _share_words),
    (_drifted, _drift_words),
    (_values_gone, _gone_words),
    (_grown, _grown_words),
)

"""What to do, worked out from which questions failed and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from audits.estimates import percent
from audits.questions import collection_words
from audits.questions.collection_rows import PlanTotalRow
from audits.questions.words import listed
from audits.reports import document_advice_texts
from audits.reports import document_reasons as reasons
from audits.reports.document_material import BAD, Material, many, name_of, parts
from audits.reports.document_reasons import estimate_of as _estimate
from audits.reports.document_reasons import number_of as _number
from audits.results import Finding, Group, Verdict
from audits.settings import Settings

_NAMED = 6
_FEW = 3  # names where there is little room
_NEEDS = 2  # needs of single groups that are spelled out

Reason = Callable[[Finding, Settings], bool]


def advice(material: Material) -> tuple[str, ...]:
    """What to do, most pressing first; nothing where nothing is bad.

    All that asks for new rows is one piece of advice: they are made once.
    """
    said: list[str] = []
    settings = material.audit.settings
    if again := _again(material):
        said.append(again)
    for reason, words in (*_RULES, *document_advice_texts.RULES):
        groups = _groups(material, reason)
        if groups:
            more = _more_people(groups, material) if reason is _too_few else ""
            said.append(words(named(groups, material, _FEW), settings) + more)
    if bad := material.having(Verdict.PROBLEM):
        what = "later generations" if material.chain else material.nouns.synthetic
        rows = f"the {what} of {named(bad, material, _FEW)}"
        said.append(f"Until this is mended, draw no conclusions from {rows}.")
    if said:
        said.append(
            "Show this to members of the groups concerned: whether the categories describe them is "
            "not something the data can answer."
        )
    return tuple(said)


def _again(material: Material) -> str:
    """Why, and how, the rows have to be made again."""
    settings = material.audit.settings
    clauses = []
    for reason, words in _AGAIN:
        if groups := _groups(material, reason):
            clauses.append(words(named(groups, material, _FEW), settings))
    return f"Make the rows again, {'; '.join(clauses)}." if clauses else ""


def _groups(material: Material, reason: Reason) -> list[Group]:
    """The groups of the bad findings for which a reason holds, worst first, each once."""
    settings = material.audit.settings
    found = (f.group for f in material.audit.findings if f.verdict in BAD and reason(f, settings))
    return list(dict.fromkeys(found))


def _more_people(groups: Iterable[Group], material: Material) -> str:
    """What the collection plan comes to; without one, what the cards of the groups ask for."""
    plan = material.audit.answers.get("collection")
    totals = plan.tables.get("totals", ()) if plan else ()
    for total in totals:
        if isinstance(total, PlanTotalRow) and total.purpose == "groups" and total.short:
            said = collection_words.total(total, material.audit.settings)
            return f" By the collection plan, {said} “audits plan” writes the quotas."
    return _asked_for(groups, material)


def _asked_for(groups: Iterable[Group], material: Material) -> str:
    """How many more people the cards of the first of these groups ask for, and what for."""
    said: list[tuple[str, int, int]] = []
    what = ""
    hidden = material.audit.hidden  # their numbers of people are not known here
    for group in [one for one in _leads(groups) if one not in hidden]:
        card = material.card(group)
        if card is None or card.real >= material.audit.settings.support_watch:
            continue  # enough to stand on: what more would show is on the group's page
        asked = next((need for need in card.collect if need.more > 0), None)
        if asked is None or what not in ("", asked.says):
            continue
        what = asked.says
        said.append((name_of(group, 40), asked.more, asked.people))
    if not said:
        return ""
    more = [f"{n:,} more of {name}" for name, n, _ in said[:_NEEDS]]
    return (
        f" Ask {listed(more, most=_NEEDS)} ({said[0][2]:,} of each in all) {what}."
        if len(more) > 1
        else f" Ask {more[0]} ({said[0][2]:,} in all) {what}."
    )


def _leads(groups: Iterable[Group]) -> list[Group]:
    """The groups of which no part is among them."""
    there = set(groups := list(groups))
    return [group for group in groups if not there.intersection(parts(group))]


def named(groups: Iterable[Group], material: Material, most: int = _NAMED) -> str:
    """Groups by name, as few names as say it; crossings are counted with the first of their parts.

    Everyone stands for all.
    """
    groups = list(groups)
    others = [group for group in groups if group]
    all_ = len(others) > 1 and len(others) == len(material.groups)
    among = f"all {len(others):,} groups" if all_ else many(len(others), "group")
    if () in groups:
        whole = material.nouns.whole
        return f"{whole}, {among} among it" if others else whole
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
    return listed(names, most=most)


# -- reasons, read from a finding's evidence, which may lack what is hidden


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
        f"Ask more people, in {groups}: fewer than {settings.support_watch:,} real people are "
        "there, or stand behind the rows in effect."
    )


def _sample_words(groups: str, settings: Settings) -> str:
    return (
        "Correct the sample, not only the generator: the real table holds less than "
        f"{percent(settings.share_watch)} of the reference share of {groups}. No generator can "
        "know who is missing."
    )


def _inherited_words(groups: str, _settings: Settings) -> str:
    return (
        f"Look for other kinds of people in {groups}: in some columns all real members are alike, "
        "which no generator can mend."
    )


def _grown_words(groups: str, _settings: Settings) -> str:
    return (
        f"Find out whether the synthetic rows of {groups} are too many: their share is beyond that "
        "in the real table. Only a reference population can say which of the two is right."
    )


def _unevenly_words(groups: str, _settings: Settings) -> str:
    return f"so that more of the real people are used, for {groups}"


def _alike_words(groups: str, _settings: Settings) -> str:
    return (
        f"with the variety real members have, for {groups}, where the generator added the sameness"
    )


def _share_words(groups: str, settings: Settings) -> str:
    return (
        f"with a floor on the shares of {groups}, which keep less than "
        f"{percent(settings.share_watch)} of their real share"
    )


def _drift_words(groups: str, _settings: Settings) -> str:
    return f"so that they look like the real members, for {groups}, or analyse no such group"


def _gone_words(_groups: str, _settings: Settings) -> str:
    return "with the values and combinations that are gone, which the section on coverage lists"


_Words = Callable[[str, Settings], str]
_AGAIN: tuple[tuple[Reason, _Words], ...] = (
    (_used_unevenly, _unevenly_words),
    (_made_alike, _alike_words),
    (_lost_share, _share_words),
    (_drifted, _drift_words),
    (reasons.tied, reasons.tied_words),
    (reasons.copied, reasons.copied_words),
    (reasons.repeating, reasons.repeating_words),
    (_values_gone, _gone_words),
)
_RULES: tuple[tuple[Reason, _Words], ...] = (
    (_too_few, _few_words),
    (_sample_short, _sample_words),
    (_inherited, _inherited_words),
    (reasons.copied, reasons.handed_on_words),
    (reasons.implausible, reasons.implausible_words),
    (reasons.filtered_out, reasons.filtered_words),
    (_grown, _grown_words),
    (reasons.fading, reasons.fading_words),
    (reasons.narrowing, reasons.narrowing_words),
)

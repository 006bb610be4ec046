"""What to do, worked out from which questions failed and why."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from audits.estimates import Estimate, percent
from audits.questions.words import listed
from audits.reports.document_material import BAD, Material, name_of
from audits.results import Finding, Group, Verdict
from audits.settings import Settings

_NAMED = 6
_NEEDS = 4  # needs of single groups that are spelled out

Reason = Callable[[Finding, Settings], bool]


def advice(material: Material) -> tuple[str, ...]:
    """What to do, most pressing first; nothing where nothing is bad."""
    said: list[str] = []
    for reason, words in _RULES:
        groups = _groups(material, reason)
        if groups:
            said.append(words(groups, material.audit.settings))
        if groups and reason is _too_few:
            said += _asked_for(material)
    if bad := material.having(Verdict.PROBLEM):
        said.append(
            f"Until this is mended, draw no conclusions from the synthetic rows of {_names(bad)}."
        )
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


def _asked_for(material: Material) -> list[str]:
    """What the cards of the worst groups say has to be collected."""
    said: list[str] = []
    for group in material.troubled[:_NEEDS]:
        card = material.card(group)
        if card is not None and card.collect:
            said.append(f"{name_of(group)}: {card.collect[0].says}")
    return list(dict.fromkeys(said))


def _names(groups: Iterable[Group]) -> str:
    return listed(
        [name_of(group, 48) if group else "the table as a whole" for group in groups], most=_NAMED
    )


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
        return _number(finding, "basis") < settings.support_watch
    return finding.question == "coverage" and (
        0 < min(_number(finding, "real"), _number(finding, "effective")) < settings.support_watch
    )


def _used_unevenly(finding: Finding, settings: Settings) -> bool:
    """Whether there are people enough, of whom the generator used few."""
    return (
        finding.question == "provenance"
        and _number(finding, "real") >= settings.support_watch
        and _estimate(finding, "kappa").high < settings.kappa_watch
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
    return finding.question == "diversity" and not _inherited(finding, _settings)


def _drifted(finding: Finding, _settings: Settings) -> bool:
    return finding.question == "drift"


def _few_words(groups: list[Group], settings: Settings) -> str:
    return (
        f"Ask more people. {_names(groups)} have, or rest in effect on, fewer than "
        f"{settings.support_watch:,} real people; no synthetic row can stand in for people who "
        "were not asked."
    )


def _unevenly_words(groups: list[Group], _settings: Settings) -> str:
    return (
        f"Regenerate so that more of the real people are used, or mix real rows in. "
        f"{_names(groups)} have people enough, but the synthetic rows rest on a part of them."
    )


def _share_words(groups: list[Group], settings: Settings) -> str:
    return (
        f"Regenerate with a floor on the shares of {_names(groups)}: with the whole interval they "
        f"keep less than {percent(settings.share_watch)} of their real share."
    )


def _sample_words(groups: list[Group], settings: Settings) -> str:
    return (
        f"Correct the sample before the generator: the real table holds less than "
        f"{percent(settings.share_watch)} of the reference share of {_names(groups)}. A generator "
        "can copy the rows it has; it cannot know who is missing."
    )


def _grown_words(groups: list[Group], _settings: Settings) -> str:
    return (
        f"Filter or reweight the synthetic rows of {_names(groups)}: there are more of them than "
        "the real table, or the reference population, accounts for."
    )


def _gone_words(_groups: list[Group], _settings: Settings) -> str:
    return (
        "Regenerate, or mix real rows in, so that the values and combinations of values that are "
        "gone come back; the section on coverage lists them."
    )


def _inherited_words(groups: list[Group], _settings: Settings) -> str:
    return (
        f"Collect other kinds of people in {_names(groups)}: the real members were alike already, "
        "and no generator can know what they do not show."
    )


def _alike_words(groups: list[Group], _settings: Settings) -> str:
    return (
        f"Regenerate with more variety in {_names(groups)}: here the sameness was added by the "
        "generator, since the real members differ."
    )


def _drift_words(groups: list[Group], _settings: Settings) -> str:
    return (
        f"Regenerate, or leave out of any analysis by group, {_names(groups)}: their synthetic "
        "rows do not look like their real members."
    )


_RULES: tuple[tuple[Reason, Callable[[list[Group], Settings], str]], ...] = (
    (_too_few, _few_words),
    (_sample_short, _sample_words),
    (_inherited, _inherited_words),
    (_made_alike, _alike_words),
    (_lost_share, _share_words),
    (_grown, _grown_words),
    (_used_unevenly, _unevenly_words),
    (_drifted, _drift_words),
    (_values_gone, _gone_words),
)

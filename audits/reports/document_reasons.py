"""Why a finding of a further question is bad, and what to do about it, in words.

Read from a finding's evidence, which may lack what is hidden.
"""

from __future__ import annotations

import math
from typing import Any

from audits.estimates import Estimate, in_effect, number, percent
from audits.results import Finding
from audits.settings import Settings

NARROWS = 3.0
"""Times the loss of plain resampling from which a generator is said to narrow."""


def number_of(finding: Finding, name: str) -> float:
    """A number of a finding's evidence; nan where there is none."""
    value: Any = finding.evidence.get(name)
    return float(value) if isinstance(value, int | float) else math.nan


def estimate_of(finding: Finding, name: str) -> Estimate:
    """An estimate of a finding's evidence; unknown where there is none."""
    value: Any = finding.evidence.get(name)
    return value if isinstance(value, Estimate) else Estimate.unknown()


# -- copying ---------------------------------------------------------------------------------------


def copied(finding: Finding, settings: Settings) -> bool:
    """Whether rows equal, or nearly equal, those of real people beyond chance."""
    if finding.question != "copying":
        return False
    equal = estimate_of(finding, "excess").low > settings.copied_watch
    return equal or "nearly copies of" in finding.because


def copied_words(groups: str, _settings: Settings) -> str:
    """A clause on how to make the rows again."""
    return f"without learning single people by heart, for {groups}"


def handed_on_words(groups: str, _settings: Settings) -> str:
    """What to do with rows that are real people's."""
    return (
        f"Do not hand on rows of {groups} that equal a real person's: whoever knows that person "
        "finds all that was recorded. “audits flag” marks rows one by one."
    )


def repeating(finding: Finding, settings: Settings) -> bool:
    """Whether a table repeats itself more than as many real rows do."""
    more = number_of(finding, "repeated") - number_of(finding, "repeated_real")
    return (
        finding.question == "copying"
        and not copied(finding, settings)
        and more > settings.repeated_watch
    )


def repeating_words(groups: str, _settings: Settings) -> str:
    """A clause on how to make the rows again."""
    return f"without repeating rows, for {groups}"


# -- plausibility ----------------------------------------------------------------------------------


def implausible(finding: Finding, settings: Settings) -> bool:
    """Whether rows break what holds of real people, beyond what fresh ones would."""
    return (
        finding.question == "plausibility"
        and estimate_of(finding, "excess").low > settings.implausible_watch
    )


def implausible_words(groups: str, _settings: Settings) -> str:
    """Filter, but look whom the filter removes."""
    return (
        f"Flag the rows of {groups} that break a rule (“audits flag”), and look at them before "
        "filtering: real people break rules, too, and a filter removes the rarest of them first."
    )


def filtered_out(finding: Finding, _settings: Settings) -> bool:
    """Whether a filter by the flags would remove more of a group's real members than of others."""
    return finding.question == "plausibility" and "a filter by these flags" in finding.because


def filtered_words(groups: str, _settings: Settings) -> str:
    """Do not filter these."""
    return f"Do not filter {groups} by these flags: real members would be removed more often."


# -- stereotypes -----------------------------------------------------------------------------------


def tied(finding: Finding, _settings: Settings) -> bool:
    """Whether a tie of a group and a trait was sharpened or loosened."""
    return finding.question == "stereotypes"


def tied_words(groups: str, _settings: Settings) -> str:
    """A clause on how to make the rows again."""
    return f"with the ties to other traits that real people have, for {groups}"


# -- generations -----------------------------------------------------------------------------------


def fading(finding: Finding, _settings: Settings) -> bool:
    """Whether a group loses variety, or people, from one generation to the next."""
    return finding.question == "generations"


def fading_words(groups: str, _settings: Settings) -> str:
    """What a loop needs to go on."""
    return (
        f"Do not train on the output alone, for {groups}: keep the real rows in every generation, "
        "or add fresh real people. “audits simulate” says how many hold the variety."
    )


def narrowing(finding: Finding, _settings: Settings) -> bool:
    """Whether the generator itself narrows, beyond what drawing rows again would."""
    return finding.question == "generations" and estimate_of(finding, "excess").low > NARROWS


def narrowing_words(groups: str, _settings: Settings) -> str:
    """More rows do not help."""
    return (
        f"Look for what makes the generator prefer the usual, for {groups}: it loses more than "
        f"{NARROWS:g} times what drawing rows again would, so that more rows do not help."
    )


def amount(finding: Finding) -> tuple[str, str]:
    """What findings of a further question have in common, and how much of it one has."""
    evidence = finding.evidence
    if finding.question == "copying" and estimate_of(finding, "copied").known:
        return "Rows that copy real people", percent(evidence["copied"].value)
    if finding.question == "plausibility" and estimate_of(finding, "observed").known:
        return "Rows that could hardly exist", percent(evidence["observed"].value)
    if finding.question == "stereotypes" and estimate_of(finding, "factor").known:
        tie = f"{evidence['value']} ({evidence['attribute']})"
        return "Ties that have changed", f"{tie}: {number(evidence['factor'].value)}×"
    half_life = estimate_of(finding, "half_life")
    if finding.question == "generations" and math.isfinite(half_life.value):
        return "Losing their variety", f"half in {in_effect(half_life.value)} generations"
    return "", ""

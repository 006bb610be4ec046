"""What to do about texts, worked out from which questions failed."""

from __future__ import annotations

from collections.abc import Callable

from audits.results import Finding
from audits.settings import Settings


def _asked_by(question: str) -> Callable[[Finding, Settings], bool]:
    def holds(finding: Finding, _settings: Settings) -> bool:
        return finding.question == question

    return holds


def _fewer(finding: Finding, _settings: Settings) -> bool:
    """Whether texts about a group became rarer, and not more frequent."""
    if finding.question != "text_mentions":
        return False
    real, synthetic = finding.evidence.get("real"), finding.evidence.get("synthetic")
    ratio = finding.evidence.get("ratio")
    gone = synthetic == 0 and bool(real)
    return gone or (ratio is not None and ratio.known and ratio.value < 1)


def _fewer_words(groups: str, _settings: Settings) -> str:
    return (
        f"Have more texts made that speak of {groups}, and find out whether prompts, filters or "
        "the model keep them out: more of all texts would not bring them back."
    )


def _words(groups: str, _settings: Settings) -> str:
    return (
        f"Read synthetic texts of {groups} for the words that became tied to them. If they are "
        "what is said of these people and of nobody else, change the prompts, or have texts made "
        "again."
    )


def _alike(groups: str, _settings: Settings) -> str:
    return (
        f"Have the texts of {groups} made again from more, and more different, real texts and "
        "prompts: more draws of the same kind will sound the same."
    )


def _unlike(groups: str, _settings: Settings) -> str:
    return (
        f"Read some synthetic texts of {groups} beside real ones: they can be told apart, and what "
        "tells them apart is listed under drift."
    )


def _broken(groups: str, _settings: Settings) -> str:
    return (
        "Take out texts that are broken or repeated (“audits text --flags” lists them), and look "
        f"at whom that removes: they fall on {groups}."
    )


def _seeds(groups: str, _settings: Settings) -> str:
    return (
        f"Collect more real texts to start from, for {groups}: so many synthetic texts rest on a "
        "few."
    )


def _narrowing(groups: str, _settings: Settings) -> str:
    return (
        f"Bring fresh real texts into every generation, for {groups}: from one generation to the "
        "next, texts become more alike."
    )


RULES = (
    (_fewer, _fewer_words),
    (_asked_by("text_words"), _words),
    (_asked_by("text_diversity"), _alike),
    (_asked_by("text_seeds"), _seeds),
    (_asked_by("text_debris"), _broken),
    (_asked_by("text_drift"), _unlike),
    (_asked_by("text_generations"), _narrowing),
)
"""A reason, read from a finding that is bad, and what to do about its groups."""

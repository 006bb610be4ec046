"""An auditor of representation and bias in synthetic data.

>>> import audits
>>> audits.Verdict.PROBLEM.value
'problem'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from audits.cards import Card, card
    from audits.chains import generations
    from audits.charts.answers import chart
    from audits.curation import Curation, curate
    from audits.diffs import diff
    from audits.downstream import fairness
    from audits.errors import AuditError
    from audits.estimates import Estimate
    from audits.flags.flagging import flag
    from audits.flags.result import Flags
    from audits.plans import Plan, plan
    from audits.registry import all_questions
    from audits.reports.json_report import load
    from audits.results import Answer, Audit, Finding, Verdict
    from audits.reweighting import Weighting, reweight
    from audits.run import compare
    from audits.settings import Settings
    from audits.several.ranking import rank
    from audits.several.result import Versus
    from audits.several.running import versus
    from audits.simulation import Simulation, simulate
    from audits.texts import compare_text, text_generations

_HOMES = {
    "Answer": "audits.results",
    "Audit": "audits.results",
    "AuditError": "audits.errors",
    "Card": "audits.cards",
    "Curation": "audits.curation",
    "Estimate": "audits.estimates",
    "Finding": "audits.results",
    "Flags": "audits.flags.result",
    "Plan": "audits.plans",
    "Settings": "audits.settings",
    "Simulation": "audits.simulation",
    "Verdict": "audits.results",
    "Versus": "audits.several.result",
    "Weighting": "audits.reweighting",
    "all_questions": "audits.registry",
    "card": "audits.cards",
    "chart": "audits.charts.answers",
    "compare": "audits.run",
    "compare_text": "audits.texts",
    "curate": "audits.curation",
    "diff": "audits.diffs",
    "fairness": "audits.downstream",
    "flag": "audits.flags.flagging",
    "generations": "audits.chains",
    "load": "audits.reports.json_report",
    "plan": "audits.plans",
    "rank": "audits.several.ranking",
    "reweight": "audits.reweighting",
    "simulate": "audits.simulation",
    "text_generations": "audits.texts",
    "versus": "audits.several.running",
}

__all__ = [
    "Answer",
    "Audit",
    "AuditError",
    "Card",
    "Curation",
    "Estimate",
    "Finding",
    "Flags",
    "Plan",
    "Settings",
    "Simulation",
    "Verdict",
    "Versus",
    "Weighting",
    "all_questions",
    "card",
    "chart",
    "compare",
    "compare_text",
    "curate",
    "diff",
    "fairness",
    "flag",
    "generations",
    "load",
    "plan",
    "rank",
    "reweight",
    "simulate",
    "text_generations",
    "versus",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `import audits` costs next to nothing."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module 'audits' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(_HOMES)

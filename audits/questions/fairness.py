"""Fairness: would a model trained on the synthetic rows serve every group as well?"""

from __future__ import annotations

from collections.abc import Callable

from audits.data.pair import Pair
from audits.errors import UsageError
from audits.questions import fairness_verdicts
from audits.questions.fairness_annotators import annotator_rows
from audits.questions.fairness_gaps import gap_rows
from audits.questions.fairness_labels import label_rows
from audits.questions.fairness_leaks import leaks
from audits.questions.fairness_mitigation import mitigation_rows
from audits.questions.fairness_mixes import mixes
from audits.questions.fairness_rates import Rates
from audits.questions.fairness_rows import (
    AnnotatorRow,
    ChangeRow,
    DisparityRow,
    FairnessRow,
    LabelRow,
    MitigationRow,
    MixRow,
    RateRow,
    SliceRow,
    TaskRow,
    TurningRow,
    WorstRow,
)
from audits.questions.fairness_said import group_rows, task_row
from audits.questions.fairness_slices import slice_rows
from audits.questions.fairness_train import trial_of
from audits.results import Finding, Row
from audits.settings import Settings

TITLE = "Fairness"
ASKS = "Would a model trained on the synthetic rows serve every group as well?"
SETTINGS = (
    "fairness_change_watch",
    "fairness_change_problem",
    "fairness_apart_watch",
    "fairness_apart_problem",
    "label_watch",
    "label_problem",
    "support_problem",
    "fairness_fewest",
    "fairness_rows",
    "fairness_rounds",
    "fairness_test_share",
    "leak_share",
    "mixing_most",
    "slice_support",
    "slice_depth",
    "slice_redundancy",
)
MAIN = "groups"
TABLES: dict[str, type[Row]] = {
    "groups": FairnessRow,
    "rates": RateRow,
    "changes": ChangeRow,
    "disparities": DisparityRow,
    "mixes": MixRow,
    "worst": WorstRow,
    "turning": TurningRow,
    "labels": LabelRow,
    "annotators": AnnotatorRow,
    "slices": SliceRow,
    "mitigations": MitigationRow,
    "task": TaskRow,
}


def measure(pair: Pair) -> dict[str, tuple[Row, ...]]:
    """Train models on real and on synthetic rows, and count what each does to tested people.

    Raises
    ------
    UsageError
        If it was not said what is to be predicted.
    """
    if pair.task is None:
        raise UsageError(
            "fairness was asked, but not of what: no target is named. Name the column that a model "
            "would predict, with --target (target=)."
        )
    trial = trial_of(pair, _told(pair, 0.0, 0.4))
    rates = Rates(trial, pair.settings.confidence)
    tables: dict[str, tuple[Row, ...]] = dict.fromkeys(TABLES, ())
    tables["groups"] = group_rows(trial, rates)
    tables["rates"] = rates.rates()
    tables["changes"] = rates.changes()
    tables["disparities"] = gap_rows(trial, rates, pair.settings)
    tables["labels"] = label_rows(pair, trial.target)
    tables |= mixes(pair, trial, _told(pair, 0.4, 0.7))
    tables["mitigations"] = mitigation_rows(pair, trial, _told(pair, 0.7, 0.95))
    tables["slices"] = slice_rows(pair, trial)
    if pair.annotations is not None:
        tables["annotators"] = annotator_rows(pair, pair.annotations)
    tables["task"] = (task_row(pair, trial, leaks(trial, pair.settings.leak_share)),)
    return tables


def _told(pair: Pair, start: float, end: float) -> Callable[[float], None]:
    """Tell how far a part is that reaches from one share of the whole to another."""
    return lambda share: pair.progress("fairness", start + (end - start) * share)


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per group: served worse, set apart, labelled otherwise."""
    return fairness_verdicts.judge(tables, settings)

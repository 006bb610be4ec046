"""What is measured of a model trained elsewhere, from its predictions alone."""

from __future__ import annotations

import numpy as np

from audits.data.given import Given
from audits.data.pair import Pair
from audits.estimates import Estimate
from audits.questions.fairness import TABLES
from audits.questions.fairness_gaps import gap_rows
from audits.questions.fairness_given_read import GIVEN, Tested, trial_of_given
from audits.questions.fairness_rates import Rates, estimate
from audits.questions.fairness_rows import FairnessRow, TaskRow
from audits.questions.fairness_said import NOBODY, ONE_TESTED
from audits.questions.fairness_slices import slice_rows
from audits.questions.fairness_train import Trial
from audits.results import Row

CONSTANT = "one prediction for all"


def measure_given(pair: Pair, given: Given) -> dict[str, tuple[Row, ...]]:
    """Measure all that predictions can tell; the tables that need training stay empty.

    Everything is counted as for models that were trained here.
    """
    found = trial_of_given(pair, given)
    trial = found.trial
    rates = Rates(trial, pair.settings.confidence)
    tables: dict[str, tuple[Row, ...]] = dict.fromkeys(TABLES, ())
    tables["groups"] = _groups(trial, rates)
    tables["rates"] = rates.rates()
    tables["disparities"] = gap_rows(trial, rates, pair.settings)
    tables["slices"] = slice_rows(pair, trial)
    tables["task"] = (_task(found),)
    return tables


def _groups(trial: Trial, rates: Rates) -> tuple[FairnessRow, ...]:
    """What is told first of every group: the side of the model trained on real rows is unknown."""
    main = rates.main
    tested = trial.per_group(np.ones(trial.tested))
    positives = (
        trial.per_group(trial.truth == trial.positive) if trial.positive >= 0 else 0 * tested
    )
    return tuple(
        FairnessRow(
            name,
            real=0,
            synthetic=0,
            tested=int(tested[g]),
            positives=int(positives[g]),
            metric=main.metric,
            by_real=Estimate.unknown(),
            by_synthetic=estimate(main.value["synthetic"], g),
            change=Estimate.unknown(),
            state=state,
            labelled=bool(trial.groups.labelled[g]),
        )
        for g, (name, state) in enumerate(zip(trial.groups.names, _states(trial), strict=True))
    )


def _states(trial: Trial) -> list[str]:
    """Say of every group what keeps rates of it from being told."""
    tested = trial.per_group(np.ones(trial.tested))
    same = bool(np.ptp(trial.synthetic_model[0].label) == 0)
    classes = np.full(len(tested), 2)
    if trial.kind != "numeric":
        classes = (trial.counted(trial.truth, len(trial.classes)) > 0).sum(axis=1)
    return [
        NOBODY if not n else CONSTANT if same else ONE_TESTED if of == 1 else ""
        for n, of in zip(tested, classes, strict=True)
    ]


def _task(found: Tested) -> TaskRow:
    trial = found.trial
    return TaskRow(
        (),
        target=trial.target.coding.name,
        kind=trial.kind,
        positive=trial.classes[trial.positive] if trial.positive >= 0 else "",
        classes=", ".join(trial.classes[:50]),
        learner=GIVEN,
        tested_on=GIVEN,
        tested=trial.tested,
        trained_real=0,
        trained_synthetic=0,
        unlabelled=found.left_out,
        rounds=1,
        leaks="",
        remark=" ".join(found.remarks),
    )

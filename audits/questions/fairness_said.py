"""What is said of a trial: the rows on how groups are served, and on what was predicted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audits.data.pair import Pair
from audits.learners.learner import described
from audits.questions.fairness_rates import Rates, estimate
from audits.questions.fairness_rows import FairnessRow, TaskRow
from audits.questions.fairness_train import Trial, counted
from audits.questions.words import listed

NOBODY = "nobody tested"
NOWHERE = "not in the training rows"
NOT_SYNTHETIC = "not in the synthetic training rows"
NOT_REAL = "not in the real training rows"
CONSTANT = "constant predictions"
ONE_TESTED = "one class only"
ONE_TAUGHT = "one class only in the synthetic training rows"


def group_rows(trial: Trial, rates: Rates) -> tuple[FairnessRow, ...]:
    """Return what is told first of every group: how well either model serves it."""
    main = rates.main
    real, synthetic = trained(trial)
    positives = trial.per_group(trial.truth == trial.positive) if trial.positive >= 0 else None
    tested = trial.per_group(np.ones(trial.tested))
    states = states_of(trial)
    return tuple(
        FairnessRow(
            trial.groups.names[g],
            real=int(real[g]),
            synthetic=int(synthetic[g]),
            tested=int(tested[g]),
            positives=0 if positives is None else int(positives[g]),
            metric=main.metric,
            by_real=estimate(main.over["real"], g),
            by_synthetic=estimate(main.over["synthetic"], g),
            change=estimate(main.change, g),
            state=states[g],
            labelled=bool(trial.groups.labelled[g]),
        )
        for g in range(len(trial.groups))
    )


def trained(trial: Trial) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return rows of every group that the first round trains on, real and synthetic."""
    found = []
    for side in ("real", "synthetic"):
        cell = trial.train(side, 0)[2]
        none = np.zeros(len(cell), dtype=np.int64)
        found.append(counted(trial.groups, len(trial.cells), cell, none, 1)[:, 0])
    return found[0], found[1]


def states_of(trial: Trial) -> list[str]:
    """Say of every group, in a few words, why it could not be served; nothing where it could."""
    real, synthetic = trained(trial)
    tested = trial.per_group(np.ones(trial.tested))
    constant = np.full(len(trial.groups), constant_model(trial))
    told = [
        (tested == 0, NOBODY),
        ((real == 0) & (synthetic == 0), NOWHERE),
        (synthetic == 0, NOT_SYNTHETIC),
        (real == 0, NOT_REAL),
        (constant, CONSTANT),
    ]
    if trial.kind != "numeric":
        of_real, of_synthetic, of_tested = _classes(trial)
        told.append((of_tested == 1, ONE_TESTED))
        told.append(((of_synthetic == 1) & (of_real > 1), ONE_TAUGHT))
    return [next((said for holds, said in told if holds[g]), "") for g in range(len(trial.groups))]


def constant_model(trial: Trial) -> bool:
    """Whether the synthetic training rows hold one label, so that a model can say no other."""
    return bool(np.ptp(trial.train("synthetic", 0)[1]) == 0)


def _classes(trial: Trial) -> tuple[NDArray[np.int64], ...]:
    """Classes that occur in every group: in real and synthetic training rows, and in the tested."""
    found = []
    for side in ("real", "synthetic"):
        _, y, cell = trial.train(side, 0)
        found.append(counted(trial.groups, len(trial.cells), cell, y, len(trial.classes)))
    found.append(trial.counted(trial.truth, len(trial.classes)))
    return tuple((table > 0).sum(axis=1) for table in found)


def task_row(pair: Pair, trial: Trial, leaks: tuple[str, ...]) -> TaskRow:
    """Return what was predicted, by which models, and tested on whom."""
    assert pair.task is not None
    real, synthetic = trial.drawn.trained
    return TaskRow(
        (),
        target=trial.target.coding.name,
        kind=trial.kind,
        positive=trial.classes[trial.positive] if trial.positive >= 0 else "",
        classes=", ".join(trial.classes[:50]),
        learner=described(pair.task.learner, trial.kind),
        tested_on=trial.drawn.tested_on,
        tested=trial.tested,
        trained_real=real,
        trained_synthetic=synthetic,
        unlabelled=trial.drawn.unlabelled,
        rounds=trial.rounds,
        leaks=", ".join(leaks),
        remark=" ".join(_remarks(pair, trial, leaks)),
    )


def _remarks(pair: Pair, trial: Trial, leaks: tuple[str, ...]) -> list[str]:
    """Sentences on what else must be known, each where it holds."""
    said = [trial.target.chosen] if trial.target.chosen else []
    if pair.holdout is None:
        said.append(
            "No holdout was given: the people tested were kept from the model trained on real "
            "rows, but the generator may have seen them, which flatters the synthetic rows."
        )
    real, synthetic = trial.drawn.trained
    if synthetic < real:
        said.append(
            f"The synthetic table gives {synthetic:,} rows to train on and the real one {real:,}, "
            "so that part of a loss may come of fewer rows."
        )
    if constant_model(trial):
        said.append(
            "The synthetic training rows hold one label, so that the model trained on them can "
            "say no other."
        )
    if only := trial.target.only_synthetic:
        said.append(
            f"No real row has the label {listed([repr(label) for label in only[:5]])}: a model "
            "that learnt it from synthetic rows is wrong whenever it says so."
        )
    if trial.kind == "numeric" and trial.target.coding.buckets is not None:
        said.append(
            f"The target's numbers are told at {trial.target.coding.size - 1:,} levels "
            "(numeric_levels), each by its mean."
        )
    if leaks:
        one = len(leaks) == 1
        said.append(
            f"{listed(list(leaks))} {'tells' if one else 'tell'} the target almost alone"
            f"{'' if one else ', each of them'}: a copy of it, or recorded after it? Leave "
            f"{'it' if one else 'them'} out with --exclude to see what the other columns tell."
        )
    return said

"""What mitigations of the model trained on synthetic rows repair, what they cost, and whom.

Each uses only what a holder of synthetic rows has, so that thresholds are chosen on synthetic rows
kept from training. Groups of a mitigation are the crossing of all sensitive features, where missing
is a value; those with few rows of either label are joined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from audits.data.pair import Pair
from audits.estimates import Estimate
from audits.learners import Predicted
from audits.learners.mitigation import KEPT, METHODS, Rows, joined, mitigated, possible
from audits.questions.fairness_rates import Rates, estimate
from audits.questions.fairness_rows import MitigationRow
from audits.questions.fairness_said import trained
from audits.questions.fairness_train import Trial

ROUNDS = 5
"""The most rounds of every mitigation: thresholds differ much from one to the next."""
_TO_CHOOSE = 3  # times the fewest people of a rate: a threshold is a place on two such curves
_METRICS = ("accuracy", "selection rate", "true positive rate", "false positive rate")


def mitigation_rows(
    pair: Pair, trial: Trial, told: Callable[[float], None] = lambda _share: None
) -> tuple[MitigationRow, ...]:
    """Return what every mitigation does to every group; nothing unless it is asked, of two labels.

    A method that cannot be used with the learner, or where no two groups can be told apart, or
    where training rows have one label only, has no rows.
    """
    assert pair.task is not None
    if not pair.task.mitigate or trial.kind != "binary":
        return ()
    rounds = min(ROUNDS, trial.rounds)
    group = _groups(trial, pair.settings.fairness_fewest)
    sides = [_sides(trial, turn, group) for turn in range(rounds)]
    if not all(_enough(rows) for rows, _ in sides):
        return ()
    scored = all(one.score is not None for one in trial.synthetic_model)
    methods = [one for one in METHODS if possible(trial.learner, one, scored=scored)]
    jobs = [(method, turn) for method in methods for turn in range(rounds)]

    def one(job: tuple[str, int]) -> Predicted:
        method, turn = job
        rows, tested = sides[turn]
        seed = trial.seed_of(method, turn) % (1 << 32)
        said: Predicted = trial.learner.guarded(
            f"could not be used for {method}",
            lambda: mitigated(trial.learner, method, rows, tested, seed),
        )
        return said

    found = trial.each(one, jobs, told)
    return tuple(
        row
        for i, method in enumerate(methods)
        for row in _rows(trial, method, found[i * rounds : (i + 1) * rounds], pair)
    )


def _groups(trial: Trial, fewest: int) -> NDArray[np.int64]:
    """Return the group of a mitigation that each cell is in, by the first round's synthetic rows.

    Only a part of the rows chooses thresholds: of these, too, a group needs enough.
    """
    _, y, cell = trial.train("synthetic", 0)
    least = round(_TO_CHOOSE * fewest / KEPT)
    return joined(cell, y == trial.positive, len(trial.cells), least)


def _sides(trial: Trial, turn: int, group: NDArray[np.int64]) -> tuple[Rows, Rows]:
    """Return a round's synthetic training rows and those tested, with groups of a mitigation."""
    x, y, cell = trial.train("synthetic", turn)
    truth = trial.truth == trial.positive
    return (
        Rows(x, y == trial.positive, group[cell]),
        Rows(trial.tested_x, truth, group[trial.cell]),
    )


def _enough(rows: Rows) -> bool:
    """Whether there are two groups at all, and both labels."""
    return len(np.unique(rows.group)) > 1 and len(np.unique(rows.positive)) > 1


def _rows(trial: Trial, method: str, after: list[Predicted], pair: Pair) -> Iterator[MitigationRow]:
    # without scores: what a method says is a label, drawn by chance perhaps
    before = [Predicted(one.label) for one in trial.synthetic_model[: len(after)]]
    labels = [Predicted(one.label) for one in after]
    both = replace(trial, real_model=before, synthetic_model=labels)
    rests_on, _ = trained(trial)
    for measure in Rates(both, pair.settings.confidence).measures:
        if measure.metric not in _METRICS:
            continue
        for g, name in enumerate(trial.groups.names):
            yield MitigationRow(
                name,
                method=method,
                metric=measure.metric,
                of=int(measure.of["real"][g]),
                before=estimate(measure.value["real"], g),
                after=estimate(measure.value["synthetic"], g),
                apart_before=estimate(measure.apart["real"], g) if name else Estimate.unknown(),
                apart_after=estimate(measure.apart["synthetic"], g) if name else Estimate.unknown(),
                change=estimate(measure.change, g),
                beyond=estimate(measure.beyond, g) if name else Estimate.unknown(),
                rests_on=int(rests_on[g]),
            )

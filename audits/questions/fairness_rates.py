"""Every metric of both models in every group, beside everyone else's, and the change between them.

Shares are counted by what both models do to each person at once, so that one count gives each
model's rate and the difference as paired data; for all groups by one count over cells.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from audits.estimates import Estimate
from audits.formulas.differences import Difference
from audits.learners import Predicted
from audits.questions.fairness_measures import Counted, Measure, balanced, means, precision, shares
from audits.questions.fairness_rows import ChangeRow, RateRow
from audits.questions.fairness_train import Trial

Flags = NDArray[np.bool_]
MOST_CLASSES = 5
"""Classes of a target, the most frequent, whose rates are told one by one."""


class Rates:
    """All metrics of a trial, measured in all groups."""

    def __init__(self, trial: Trial, confidence: float) -> None:
        self.trial, self.confidence = trial, confidence
        self.counted = Counted(trial, confidence)

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        """Every metric, the one that sums up first."""
        if self.trial.kind == "numeric":
            return self._of_numbers()
        return (*self._of_everyone(), *self._of_classes(), *self._of_scores())

    @property
    def main(self) -> Measure:
        """Accuracy or, for a numeric target, the mean absolute error."""
        return self.measures[0]

    def _of_numbers(self) -> tuple[Measure, ...]:
        truth = self.trial.truth

        def error(found: Predicted) -> NDArray[np.float64]:
            return np.asarray(np.abs(found.label - truth))

        def slant(found: Predicted) -> NDArray[np.float64]:
            return np.asarray(found.label - truth)

        return (
            means(self.counted, "mean absolute error", error),
            means(self.counted, "bias", slant),
        )

    def _of_everyone(self) -> tuple[Measure, ...]:
        truth, everyone = self.trial.truth, np.ones(self.trial.tested, dtype=bool)
        accuracy = shares(
            self.counted, ("accuracy", ""), everyone, lambda found: found.label == truth
        )
        return accuracy, balanced(self.counted, *self._halves())

    def _halves(self) -> tuple[tuple[Flags, Callable[[Predicted], Flags]], ...]:
        """Who is of each class, and whom a model finds of them; of two, the positive and others."""
        trial = self.trial
        if trial.kind == "binary":
            of = trial.truth == trial.positive
            return (
                (of, lambda found: found.label == trial.positive),
                (~of, lambda found: found.label != trial.positive),
            )
        return tuple((trial.truth == one, _says(one)) for one in np.unique(trial.truth).tolist())

    def _of_classes(self) -> list[Measure]:
        trial = self.trial
        if trial.kind == "binary":
            return [
                *self._one_against_rest(trial.positive, ""),
                precision(self.counted, trial.truth == trial.positive, _says(trial.positive)),
            ]
        rows = np.bincount(trial.truth, minlength=len(trial.classes))
        most = np.lexsort((np.arange(len(rows)), -rows))[:MOST_CLASSES]
        return [
            measure
            for one in np.sort(most[rows[most] > 0]).tolist()
            for measure in self._one_against_rest(one, trial.classes[one])
        ]

    def _one_against_rest(self, one: int, label: str) -> list[Measure]:
        of, everyone = self.trial.truth == one, np.ones(self.trial.tested, dtype=bool)
        among = {
            "selection rate": everyone,
            "true positive rate": of,
            "false positive rate": ~of,
        }
        return [shares(self.counted, (name, label), who, _says(one)) for name, who in among.items()]

    def _of_scores(self) -> tuple[Measure, ...]:
        trial = self.trial
        found = [*trial.real_model, *trial.synthetic_model]
        if trial.kind != "binary" or any(one.score is None for one in found):
            return ()
        positive = (trial.truth == trial.positive).astype(float)

        def slant(one: Predicted) -> NDArray[np.float64]:
            assert one.score is not None
            return np.asarray(one.score - positive)

        return (means(self.counted, "calibration", slant),)

    # -- rows --------------------------------------------------------------------------------------

    @property
    def models(self) -> dict[str, str]:
        """What models are called in rows; one that was trained elsewhere stands alone."""
        if not self.trial.real_model:
            return {"given": "synthetic"}
        return {"real": "real", "synthetic": "synthetic"}

    def rates(self) -> tuple[RateRow, ...]:
        """Return every metric of both models in every group, of the first round."""
        return tuple(
            RateRow(
                name,
                model=shown,
                metric=measure.metric,
                label=measure.label,
                of=int(measure.of[model][g]),
                hits=int(measure.hits[model][g]),
                value=estimate(measure.value[model], g),
                rest=estimate(measure.rest[model], g),
                apart=estimate(measure.apart[model], g),
                apart_p=float(measure.apart_p[model][g]),
            )
            for g, name in enumerate(self.trial.groups.names)
            for shown, model in self.models.items()
            for measure in self.measures
        )

    def changes(self) -> tuple[ChangeRow, ...]:
        """Return every metric's change in every group, over all rounds; of one model, none."""
        if not self.trial.real_model:
            return ()
        return tuple(
            ChangeRow(
                name,
                metric=measure.metric,
                label=measure.label,
                of=int(min(measure.of["real"][g], measure.of["synthetic"][g])),
                only_synthetic=int(measure.only["synthetic"][g]),
                only_real=int(measure.only["real"][g]),
                real=float(np.asarray(measure.over["real"].value)[g]),
                synthetic=float(np.asarray(measure.over["synthetic"].value)[g]),
                change=estimate(measure.change, g),
                beyond=estimate(measure.beyond, g),
                mcnemar_p=float(measure.mcnemar_p[g]),
                rounds=self.trial.rounds,
            )
            for g, name in enumerate(self.trial.groups.names)
            for measure in self.measures
        )


def _says(one: int) -> Callable[[Predicted], Flags]:
    return lambda found: np.asarray(found.label == one)


def estimate(found: Difference, group: int) -> Estimate:
    """Return a group's part of what was found of all; unknown where a part of it is."""
    parts = [float(np.asarray(part)[group]) for part in found]
    return Estimate(*parts) if not any(np.isnan(parts)) else Estimate.unknown()

"""Three ways to make a model serve groups more alike, each on what a holder of training rows has.

Reweighing changes the training rows' weights, thresholds what is done with scores afterwards,
constrained training the model. The last two are fairlearn's. Thresholds need the sensitive
features of every person who is predicted, also in use; the other two need them in training alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audits.formulas.reweighing import reweighing
from audits.learners.design import Matrix
from audits.learners.learner import Learner, Model, Predicted, one_thread
from audits.learners.quiet import no_warnings

METHODS = ("reweighing", "thresholds", "constrained training")
KEPT = 0.3
"""Share of training rows kept from training to choose thresholds on."""
MOST_ROWS = 10_000
"""Rows of constrained training, which fits a model in every step."""
_STEPS = 8
_BOUND = 0.01  # difference of rates between groups that constrained training allows in training
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Rows:
    """Features, whether each row has the positive label, and its group (a number from 0)."""

    x: Matrix
    positive: NDArray[np.bool_]
    group: Ints

    def __len__(self) -> int:
        return len(self.positive)

    def at(self, rows: Ints) -> Rows:
        """Return some of the rows."""
        return Rows(self.x[rows], self.positive[rows], self.group[rows])


def joined(group: Ints, positive: NDArray[np.bool_], size: int, fewest: int) -> Ints:
    """Map groups, numbers below `size`, to those that a mitigation can tell apart.

    A group with fewer than `fewest` rows of either label is joined with all others like it, and
    these with the largest group where even together they are too few.

    >>> positive = np.tile([True, False], 20)
    >>> joined(np.repeat([0, 1, 2, 3], [24, 12, 2, 2]), positive, 5, 5).tolist()
    [0, 1, 0, 0, 0]
    """
    counts = np.stack([np.bincount(group[positive == one], minlength=size) for one in (0, 1)])
    small = counts.min(axis=0) < fewest
    place = np.cumsum(~small) - 1
    if counts[:, small].sum(axis=1).min() >= fewest:
        return np.asarray(np.where(small, int((~small).sum()), place))
    largest = int(np.argmax(np.where(small, -1, counts.sum(axis=0))))
    return np.asarray(np.where(small, max(int(place[largest]), 0), place))


def reweighed(learner: Learner, rows: Rows, seed: int) -> Model:
    """Train with weights under which the label does not depend on the group."""
    weight = reweighing(rows.positive, rows.group)
    return learner.fit(rows.x, _classes(learner, rows.positive), seed, weight)


def _classes(learner: Learner, positive: NDArray[np.bool_]) -> Ints:
    """Write labels as the learner's numbers: of two classes, 0 and 1."""
    return np.where(positive, learner.positive, 1 - learner.positive)


def _scoring(model: Model) -> Any:
    """Show a trained model in scikit-learn's manner, as fairlearn asks for it."""
    from sklearn.base import BaseEstimator

    class Scoring(BaseEstimator):  # type: ignore[misc]
        def fit(self, *_: Any) -> Any:
            return self

        def __sklearn_is_fitted__(self) -> bool:
            return True

        def predict_proba(self, x: Matrix) -> NDArray[np.float64]:
            score = model.predict(x).score
            assert score is not None
            return np.column_stack([1 - score, score])

    return Scoring()


def thresholded(learner: Learner, rows: Rows, tested: Rows, seed: int) -> Predicted:
    """Train on a part of the rows, choose thresholds on the others, and predict with groups known.

    Thresholds are those of most accuracy among those with which true and false positive rates are
    the same in every group (equalized odds); they are partly random (Hardt, Price & Srebro 2016).
    """
    from fairlearn.postprocessing import ThresholdOptimizer

    order = np.random.default_rng(seed).permutation(len(rows))
    kept = round(KEPT * len(rows))
    chosen, taught = rows.at(np.sort(order[:kept])), rows.at(np.sort(order[kept:]))
    model = learner.fit(taught.x, _classes(learner, taught.positive), seed)
    with one_thread(), no_warnings():
        optimizer = ThresholdOptimizer(
            estimator=_scoring(model),
            constraints="equalized_odds",
            objective="accuracy_score",
            prefit=True,
            predict_method="predict_proba",
        )
        optimizer.fit(
            chosen.x, chosen.positive.astype(int), sensitive_features=_named(chosen.group)
        )
        said = optimizer.predict(
            tested.x, sensitive_features=_named(tested.group), random_state=seed % (1 << 32)
        )
    return Predicted(_classes(learner, np.asarray(said).ravel() == 1))


def constrained(learner: Learner, rows: Rows, tested: Rows, seed: int) -> Predicted:
    """Train under the constraint of equalized odds, in a few steps on some of the rows.

    The model is a mixture of several, of which one is drawn for every person (Agarwal et al. 2018).
    """
    from fairlearn.reductions import EqualizedOdds, ExponentiatedGradient

    order = np.random.default_rng(seed).permutation(len(rows))[:MOST_ROWS]
    some = rows.at(np.sort(order))
    with one_thread(), no_warnings():
        method = ExponentiatedGradient(
            learner.make(seed), EqualizedOdds(difference_bound=_BOUND), max_iter=_STEPS
        )
        method.fit(some.x, some.positive.astype(int), sensitive_features=_named(some.group))
        said = method.predict(tested.x, random_state=seed % (1 << 32))
    return Predicted(_classes(learner, np.asarray(said).ravel() == 1))


def _named(group: Ints) -> list[str]:
    """Write groups as text: fairlearn reads whole numbers as numbers."""
    return [f"group {one}" for one in group.tolist()]


def possible(learner: Learner, method: str, *, scored: bool) -> bool:
    """Whether a method can be used with a learner: some need weights, and one needs scores."""
    if method == "thresholds":
        return scored
    from sklearn.utils.validation import has_fit_parameter

    return bool(has_fit_parameter(learner.make(0), "sample_weight"))


def mitigated(learner: Learner, method: str, rows: Rows, tested: Rows, seed: int) -> Predicted:
    """Train by a method, and predict those tested."""
    if method == "reweighing":
        return reweighed(learner, rows, seed).predict(tested.x)
    by = thresholded if method == "thresholds" else constrained
    return by(learner, rows, tested, seed)

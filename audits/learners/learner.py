"""What learns: logistic regression, boosted trees, or whatever a person brings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from audits.errors import AuditError, UsageError
from audits.learners.design import Matrix
from audits.learners.quiet import no_warnings

BUILT_IN = ("logistic", "boosting")
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Predicted:
    """What a model says of some rows.

    `label` is the class of each, as its number, or the value of a numeric target; `score` is the
    probability of the positive class, where there is one and the model tells it.
    """

    label: NDArray[Any]
    score: Floats | None = None


class Model(Protocol):
    """What was learnt."""

    def predict(self, x: Matrix) -> Predicted:
        """Predict rows of features."""


@dataclass(frozen=True)
class Learner:
    """Learns classes (numbers from 0), or values where `kind` is "numeric".

    `name` is "logistic", "boosting", or a factory as "module:name"; `make` returns a fresh
    estimator of scikit-learn's manner for a seed. `positive` is the class that scores are of, -1
    for none. Every fit runs in one thread and depends on its arguments alone.
    """

    name: str
    kind: str
    positive: int
    make: Callable[[int], Any]

    @property
    def own(self) -> bool:
        """Whether a person brought it: then nothing is known of whether it may run in threads."""
        return self.name not in BUILT_IN

    def fit(self, x: Matrix, y: NDArray[Any], seed: int, weight: Floats | None = None) -> Model:
        """Learn from rows of features.

        Rows of one class teach that class alone. Classes are numbered from 0 without gaps for the
        estimator, and told by their own numbers afterwards.

        Raises
        ------
        AuditError
            If a factory, or what it returned, fails; its own error is shown.
        """
        if self.kind == "numeric":
            return self._fit_numbers(x, y, seed, weight)
        classes, coded = np.unique(y, return_inverse=True)
        if len(classes) == 1:
            return _Constant(int(classes[0]), self.positive)
        made = self._fitted(x, coded.ravel(), seed, weight)
        return _Classifier(self, made, classes.astype(np.int64))

    def _fit_numbers(self, x: Matrix, y: NDArray[Any], seed: int, weight: Floats | None) -> Model:
        mean, spread = float(np.mean(y)), float(np.std(y)) or 1.0
        made = self._fitted(x, (y - mean) / spread, seed, weight)
        return _Regressor(self, made, mean, spread)

    def _fitted(self, x: Matrix, y: NDArray[Any], seed: int, weight: Floats | None) -> Any:
        with one_thread(), no_warnings():  # one that has not converged is judged as it is
            made = self.guarded("could not be made", lambda: self.make(seed))
            more = {} if weight is None else {"sample_weight": weight}
            self.guarded("could not be fitted", lambda: made.fit(x, y, **more))
        return made

    def guarded(self, what: str, step: Callable[[], Any]) -> Any:
        """Do one step of a person's own code, and show its own error if it fails.

        Raises
        ------
        AuditError
            With the factory's name, what was tried, and the error of its own.
        """
        if not self.own:
            return step()
        try:
            return step()
        except AuditError:
            raise
        except Exception as error:
            raise AuditError(
                f"the model of {self.name} {what}: {type(error).__name__}: {error}. Mend it, or "
                f"choose one of {', '.join(BUILT_IN)}."
            ) from error


def one_thread() -> Any:
    """Hold this thread's linear algebra and its boosted trees to one thread each."""
    from threadpoolctl import threadpool_limits

    return threadpool_limits(limits=1)


@dataclass(frozen=True)
class _Constant:
    """Says the one class there was."""

    value: int
    positive: int

    def predict(self, x: Matrix) -> Predicted:
        label = np.full(len(x), self.value, dtype=np.int64)
        score = (label == self.positive).astype(float) if self.positive >= 0 else None
        return Predicted(label, score)


@dataclass(frozen=True)
class _Classifier:
    learner: Learner
    made: Any
    classes: NDArray[np.int64]

    def predict(self, x: Matrix) -> Predicted:
        with one_thread(), no_warnings():
            label = self.learner.guarded("could not predict", lambda: self._labels(x))
            score = self.learner.guarded("could not predict", lambda: self._scores(x))
        return Predicted(label, score)

    def _labels(self, x: Matrix) -> NDArray[np.int64]:
        given = _one_each(self.learner, self.made.predict(x), len(x))
        coded = given.astype(np.int64)
        if not np.array_equal(coded, given) or not _within(coded, len(self.classes)):
            raise AuditError(
                f"the model of {self.learner.name} predicted what it was not taught: classes are "
                f"whole numbers from 0 to {len(self.classes) - 1}."
            )
        return np.asarray(self.classes[coded])

    def _scores(self, x: Matrix) -> Floats | None:
        positive = self.learner.positive
        if positive < 0 or not hasattr(self.made, "predict_proba"):
            return None
        at = np.flatnonzero(self.classes == positive)
        if not at.size:
            return np.zeros(len(x))
        given = np.asarray(self.made.predict_proba(x), dtype=float)
        if given.shape != (len(x), len(self.classes)):
            raise AuditError(
                f"predict_proba of the model of {self.learner.name} returned {given.shape}, where "
                f"{(len(x), len(self.classes))} was due: a line per row, a column per class."
            )
        return np.asarray(given[:, at[0]])


@dataclass(frozen=True)
class _Regressor:
    learner: Learner
    made: Any
    mean: float
    spread: float

    def predict(self, x: Matrix) -> Predicted:
        with one_thread():
            given = self.learner.guarded("could not predict", lambda: self.made.predict(x))
        label = _one_each(self.learner, given, len(x)) * self.spread + self.mean
        if not np.isfinite(label).all():
            raise AuditError(f"the model of {self.learner.name} predicted what is no number.")
        return Predicted(label)


def _one_each(learner: Learner, given: Any, rows: int) -> Floats:
    """Return predictions as numbers, one per row."""
    found = np.asarray(given)
    if found.shape != (rows,):
        raise AuditError(
            f"the model of {learner.name} returned predictions of shape {found.shape} for {rows} "
            "rows. One per row is due."
        )
    return np.asarray(found, dtype=float)


def _within(coded: NDArray[np.int64], classes: int) -> bool:
    return bool(len(coded) == 0 or (coded.min() >= 0 and coded.max() < classes))


# -- which ones there are --------------------------------------------------------------------------


def learner_of(name: str, *, kind: str, positive: int = -1) -> Learner:
    """Return the learner of a name: "logistic", "boosting" or a factory as "module:name".

    A factory is called without arguments for each training, and returns an object with `fit(x, y)`
    and `predict(x)`, perhaps `predict_proba(x)`. Where it has a `random_state`, that is set.

    Raises
    ------
    UsageError
        If there is no such learner, or a factory cannot be imported.
    """
    if name in BUILT_IN:
        make = {"logistic": _logistic, "boosting": _boosting}[name]
        return Learner(name, kind, positive, lambda seed: make(kind, seed))
    return Learner(name, kind, positive, _own(name, factory_of(name)))


def described(name: str, kind: str) -> str:
    """Name a learner for a reader."""
    if name == "logistic":
        return "ridge regression" if kind == "numeric" else "logistic regression"
    return "boosted trees" if name == "boosting" else name


def factory_of(name: str) -> Callable[[], Any]:
    """Import a factory named as "module:name".

    Raises
    ------
    UsageError
        If it is not named so, cannot be imported, or cannot be called.
    """
    from importlib import import_module

    module, sign, attribute = name.partition(":")
    if not (module and sign and attribute):
        raise UsageError(
            f"there is no model {name!r}. There are: {', '.join(BUILT_IN)}, or a factory of your "
            "own as module:name."
        )
    try:
        found = getattr(import_module(module), attribute)
    except Exception as error:
        raise UsageError(
            f"the model {name} cannot be imported: {type(error).__name__}: {error}. Check the "
            "name, and that its folder is on PYTHONPATH."
        ) from error
    if not callable(found):
        raise UsageError(f"the model {name} is no factory: it cannot be called.")
    made: Callable[[], Any] = found
    return made


def _own(name: str, factory: Callable[[], Any]) -> Callable[[int], Any]:
    def make(seed: int) -> Any:
        made = factory()
        for step in ("fit", "predict"):
            if not callable(getattr(made, step, None)):
                raise AuditError(
                    f"{name} returned an object without {step}(). Both fit and predict are needed."
                )
        if "random_state" in getattr(made, "get_params", dict)():
            made.set_params(random_state=seed % (1 << 32))
        return made

    return make


def _logistic(kind: str, _seed: int) -> Any:
    from sklearn.linear_model import LogisticRegression, Ridge

    return Ridge(alpha=1.0) if kind == "numeric" else LogisticRegression(max_iter=300)


def _boosting(kind: str, seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    chosen = HistGradientBoostingRegressor if kind == "numeric" else HistGradientBoostingClassifier
    return chosen(random_state=seed % (1 << 32), early_stopping=False)

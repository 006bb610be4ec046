"""Columns that tell the target almost alone: a copy of it, or what was recorded after it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audits.questions.fairness_train import Trial


def leaks(trial: Trial, share: float) -> tuple[str, ...]:
    """Return columns by which alone `share` of tested people's labels can be told.

    Each value of a column says the class most of its real training rows have; of a numeric target,
    their mean, and the share is that of its variance. A column must make at most half of the
    mistakes that come of saying one class for all, or a rare class would make all columns leaks.
    """
    told = trial.drawn.real
    found = []
    for place, coding in enumerate(trial.attributes):
        if coding.name in trial.left_out:
            continue
        taught, asked = told.codes[:, place], trial.codes[:, place]
        if trial.kind == "numeric":
            known, without = _explained(taught, told.y, asked, trial.truth, coding.size), 0.0
        else:
            known, without = _hit(trial, taught, asked, coding.size)
        # where all tested people have one label, nothing can be told from anything
        if without < 1 and known >= share and 1 - known <= (1 - without) / 2:
            found.append(coding.name)
    return tuple(found)


def _hit(
    trial: Trial, taught: NDArray[np.uint16], asked: NDArray[np.uint16], size: int
) -> tuple[float, float]:
    """Share of labels told by a column, and by the most frequent class alone."""
    classes = len(trial.classes)
    flat = taught.astype(np.int64) * classes + trial.drawn.real.y
    table = np.bincount(flat, minlength=size * classes).reshape(size, classes)
    most = int(table.sum(axis=0).argmax())
    says = np.where(table.any(axis=1), table.argmax(axis=1), most)
    return float(np.mean(says[asked] == trial.truth)), float(np.mean(trial.truth == most))


def _explained(
    taught: NDArray[np.uint16],
    y: NDArray[np.float64],
    asked: NDArray[np.uint16],
    truth: NDArray[np.float64],
    size: int,
) -> float:
    """Share of a numeric target's variance that a column's values tell."""
    rows = np.bincount(taught, minlength=size)
    total = np.bincount(taught, weights=y, minlength=size)
    says = np.where(rows > 0, total / np.maximum(rows, 1), float(y.mean()))
    around = float(np.mean((truth - truth.mean()) ** 2))
    return 1 - float(np.mean((truth - says[asked]) ** 2)) / around if around > 0 else 0.0

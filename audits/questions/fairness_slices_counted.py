"""What is counted of people in slices: by both models at once, as whole numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audits.formulas.differences import Difference, share_difference, square_and_add
from audits.formulas.divergence import CHANGE, SHARE, Divergence, Sums, divergence
from audits.formulas.means import means_of_sums
from audits.formulas.paired import over_rounds, paired_share_difference
from audits.formulas.slices import Found
from audits.learners import Predicted
from audits.questions.fairness_train import Trial

Array = NDArray[Any]
Turn = tuple[Predicted, Predicted]
Series = dict[str, tuple[Array, Divergence]]
ERROR = "mean absolute error"
SERIES = ("synthetic", "change", "real")
_STEPS = 1 << 16  # steps of an error: sums of squares of two million people are exact


@dataclass(frozen=True)
class Metric:
    """A share, by kinds of people: who is in the denominator, whom either model makes a hit.

    `worse` is the sign of a divergence that harms.
    """

    name: str
    worse: float
    of: Array
    real: Array
    synthetic: Array

    def series(self, part: Array, whole: Array) -> Series:
        """Return denominators and divergence of slices, from people of each kind in them."""
        of, all_of = part @ self.of, whole @ self.of
        found = {}
        for name in SERIES:
            up, down = self._flags(name)
            sums = [
                Sums(people, kinds @ up - kinds @ down, kinds @ up + kinds @ down)
                for people, kinds in ((of, part), (all_of, whole))
            ]
            found[name] = of, divergence(*sums, imagined=CHANGE if name == "change" else SHARE)
        return found

    def _flags(self, name: str) -> tuple[Array, Array]:
        if name == "change":
            return self.of & self.synthetic & ~self.real, self.of & self.real & ~self.synthetic
        return self.of & getattr(self, name), np.zeros_like(self.of)

    def intervals(self, part: Array, whole: Array, confidence: float) -> dict[str, Difference]:
        """Return divergences with intervals of one slice in one round, from people of each kind."""
        rest = whole - part
        of, others = int(part @ self.of), int(rest @ self.of)
        apart = others / max(of + others, 1)  # a slice is part of all it is compared with
        found = {
            name: share_difference(
                part @ (self.of & hit), of, rest @ (self.of & hit), others, confidence=confidence
            )
            for name, hit in (("real", self.real), ("synthetic", self.synthetic))
        }
        ours, theirs = (self._paired(kinds, confidence) for kinds in (part, rest))
        found["change"] = square_and_add(ours, theirs)
        return {name: _times(one, apart) for name, one in found.items()}

    def _paired(self, kinds: Array, confidence: float) -> Difference:
        """Synthetic less real."""
        first, second = self.synthetic, self.real
        four = [first & second, first & ~second, ~first & second, ~first & ~second]
        return paired_share_difference(
            *(kinds @ (self.of & one) for one in four), confidence=confidence
        )


class Classes:
    """Of a target with classes: people of eight kinds, or of four where there are more than two."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        kind = np.arange(8)
        truth, real, synthetic = kind & 4 > 0, kind & 2 > 0, kind & 1 > 0
        everyone = np.ones(8, dtype=bool)
        if trial.kind == "binary":
            right = Metric("accuracy", -1.0, everyone, truth == real, truth == synthetic)
            self.metrics: tuple[Metric, ...] = (
                right,
                Metric("true positive rate", -1.0, truth, real, synthetic),
                Metric("false positive rate", 1.0, ~truth, real, synthetic),
            )
        else:
            self.metrics = (Metric("accuracy", -1.0, everyone, real, synthetic),)

    def values(self, turn: Turn) -> Array:
        """Return flags of what kind everybody is: (tested, 8)."""
        truth = self.trial.truth
        if self.trial.kind == "binary":
            one = self.trial.positive
            bits = (truth == one, turn[0].label == one, turn[1].label == one)
        else:
            bits = (np.zeros(len(truth), bool), turn[0].label == truth, turn[1].label == truth)
        kind = 4 * bits[0].astype(np.int64) + 2 * bits[1] + bits[2]
        return np.asarray(kind[:, np.newaxis] == np.arange(8)).astype(np.int64)

    def series(self, found: Found, whole: Array) -> dict[str, Series]:
        """Return, per metric and series, denominators and divergences of all slices."""
        return {one.name: one.series(found.sums, whole[1:]) for one in self.metrics}

    def worse(self, metric: str) -> float:
        """Return the sign of a divergence that harms."""
        return next(one.worse for one in self.metrics if one.name == metric)

    def over(
        self, metric: str, people: Array, turns: Sequence[Array], confidence: float
    ) -> dict[str, Difference]:
        """Return divergences of one slice, with intervals, over all rounds."""
        one = next(one for one in self.metrics if one.name == metric)
        found = [
            one.intervals(values[people].sum(axis=0), values.sum(axis=0), confidence)
            for values in turns
        ]
        return _joined(found, confidence)


class Numbers:
    """Of a numeric target: absolute errors of either model, in small steps of the largest."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        largest = max(float(self._errors(turn).max(initial=0)) for turn in turns_of(trial))
        self.unit = largest / _STEPS or 1.0

    def _errors(self, turn: Turn) -> Array:
        truth = self.trial.truth
        return np.column_stack([np.abs(one.label - truth) for one in turn])

    def values(self, turn: Turn) -> Array:
        """Return errors, their difference, and their squares: (tested, 6)."""
        real, synthetic = np.rint(self._errors(turn) / self.unit).astype(np.int64).T
        first = np.column_stack([synthetic, synthetic - real, real])
        return np.hstack([first, first**2])

    def series(self, found: Found, whole: Array) -> dict[str, Series]:
        """Return, per metric and series, denominators and divergences of all slices."""
        of, sums, rows = found.support, found.sums, whole[0]
        series = {}
        for at, name in enumerate(SERIES):
            one = divergence(
                Sums(of, sums[:, at], sums[:, 3 + at]),
                Sums(rows, whole[1 + at], whole[4 + at]),
            )
            series[name] = of, one._replace(value=one.value * self.unit)
        return {ERROR: series}

    def worse(self, _metric: str) -> float:
        """Return the sign of a divergence that harms."""
        return 1.0

    def over(
        self, _metric: str, people: Array, turns: Sequence[Array], confidence: float
    ) -> dict[str, Difference]:
        """Return divergences of one slice, with intervals, over all rounds."""
        found = []
        for values in turns:
            sides = []
            for some in (people, ~people):
                total = values[some].sum(axis=0)
                n = int(some.sum())
                sides.append(means_of_sums(n, total[:3], total[3:], confidence=confidence)[1:])
            apart = float((~people).mean()) * self.unit
            one = _times(square_and_add(sides[0], sides[1]), apart)
            found.append(
                {name: Difference(*(np.asarray(p)[at] for p in one)) for at, name in
                 enumerate(SERIES)}
            )  # fmt: skip
        return _joined(found, confidence)


def counter_of(trial: Trial) -> Classes | Numbers:
    """Return what counts people of a trial."""
    return Numbers(trial) if trial.kind == "numeric" else Classes(trial)


def turns_of(trial: Trial) -> list[Turn]:
    """What the real and the synthetic model of every round say; of one alone, it twice."""
    return list(zip(trial.real_model or trial.synthetic_model, trial.synthetic_model, strict=True))


def _times(found: Difference, factor: float) -> Difference:
    return Difference(*(np.asarray(part, dtype=np.float64) * factor for part in found))


def _joined(found: list[dict[str, Difference]], confidence: float) -> dict[str, Difference]:
    """Join what was found in all rounds."""
    return {
        name: over_rounds(
            Difference(*(np.stack([turn[name][part] for turn in found]) for part in range(3))),
            confidence=confidence,
        )
        for name in SERIES
    }

"""Which rows are odd: far from the nearest real rows, beside how far real rows are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audits.data.pair import Pair, Sample
from audits.formulas.conformal import conformal_p, folds_of, outlier_scores, rows_to_flag
from audits.questions.places import places

_FOLDS = 5
_TINY = 1e-12
Places = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scored:
    """Scores of drawn rows by their place among all drawn; nan for those not asked about."""

    values: Floats

    def of(self, rows: Places) -> Floats:
        """The scores of some rows."""
        return np.asarray(self.values[rows])


@dataclass(frozen=True)
class Outliers:
    """Real rows against whose scores others are held, and the level at which one is odd."""

    scored: Scored
    people: Places
    alpha: float

    @property
    def enough(self) -> bool:
        """Whether there are enough people for any row to be flagged."""
        return len(self._known) >= rows_to_flag(self.alpha)

    @property
    def _known(self) -> Floats:
        scores = self.scored.of(self.people)
        return np.asarray(scores[np.isfinite(scores)])

    def of(self, people: Places) -> Outliers:
        """The same with other people to compare with."""
        return Outliers(self.scored, people, self.alpha)

    def flags(self, scores: Floats) -> NDArray[np.bool_]:
        """Which of these fresh scores are odd."""
        if not self.enough:
            return np.zeros(len(scores), dtype=bool)
        with np.errstate(invalid="ignore"):
            return np.asarray(conformal_p(scores, self._known) <= self.alpha + _TINY)

    def among(self, rows: Places) -> NDArray[np.bool_]:
        """Which real rows are odd among the other people, themselves left out."""
        if not self.enough:
            return np.zeros(len(rows), dtype=bool)
        scores, known = self.scored.of(rows), self._known
        own = np.isin(rows, self.people)
        with np.errstate(invalid="ignore"):
            as_high = conformal_p(scores, known) * (len(known) + 1) - own
            return np.asarray(as_high / (len(known) + 1 - own) <= self.alpha + _TINY)


def score_rows(pair: Pair, sample: Sample, rows: Places, base: Places) -> Scored:
    """Mean distance of each row to its nearest among real rows of other folds.

    Sensitive features do not count: belonging to a small group makes nobody odd. Rows are dealt to
    folds by their place in an order that content alone decides; real rows keep theirs among the
    rows to compare with, so that none is compared with itself.
    """
    real = pair.samples[0]
    fold = folds_of(len(sample.rows.codes), _FOLDS)
    base_fold = folds_of(len(real.rows.codes), _FOLDS)[base]
    values = np.full(len(sample.rows.codes), np.nan)
    sensitive = {feature.column for feature in pair.features}
    kept = [j for j, coding in enumerate(pair.attributes) if coding.name not in sensitive]
    if len(base) and len(rows) and kept:
        values[rows] = outlier_scores(
            sample.codes(rows)[:, kept],
            real.codes(base)[:, kept],
            [places(pair, pair.attributes[j]) for j in kept],
            query_fold=fold[rows],
            base_fold=base_fold,
            neighbours=pair.settings.outlier_neighbours,
        )
    return Scored(values)

"""Ties that grew: exact tests of how counts fall inside a set, against chance or earlier times."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, betaincinv, expit, gammaln, logit, ndtr

from audits.formulas.checks import Floats, checked_confidence, whole
from audits.formulas.ties import rows_at_odds

_MOST = 4_000  # values that a count may take for its law to be added up; the normal law beyond
_FAR, _STEPS = 40.0, 60  # log odds beyond which nothing is sought, and halvings
Places = NDArray[np.intp]


def tie_beyond_p(inside: ArrayLike, outside: ArrayLike, log_odds: ArrayLike) -> Floats:
    r"""P value of "the odds of falling inside are at most these".

    The chance of at least `inside` of `inside + outside`, each inside with odds
    :math:`e^{\text{log odds}}`; by the incomplete beta function, exact.

    Parameters
    ----------
    inside, outside : array_like
        Whole counts.
    log_odds : array_like
        Logarithm of the odds.

    Returns
    -------
    ndarray
        Above 0, at most 1; 1 where none is inside.

    Raises
    ------
    ValueError
        If counts are negative or not whole.

    References
    ----------
    Clopper, C. J., Pearson, E. S. (1934). The use of confidence or fiducial limits illustrated in
    the case of the binomial. Biometrika, 26(4), 404-413.

    Examples
    --------
    Three of three, where each falls inside as often as not:

    >>> float(tie_beyond_p(3, 0, 0.0))
    0.125
    """
    x, rest = whole("inside", inside), whole("outside", outside)
    share = expit(np.asarray(log_odds, dtype=np.float64))
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(x > 0, betainc(np.maximum(x, 1), rest + 1, share), 1.0))


def tie_low(inside: ArrayLike, outside: ArrayLike, *, confidence: float) -> Floats:
    r"""Lower limit of the log odds of falling inside: those that `tie_beyond_p` just rejects.

    Parameters
    ----------
    inside, outside : array_like
        Whole counts.
    confidence : float, between 0 and 1
        Level of the interval with two ends of which this is the lower.

    Returns
    -------
    ndarray
        ``-inf`` where none is inside.

    Raises
    ------
    ValueError
        If counts are negative or not whole, or `confidence` is outside (0, 1).

    References
    ----------
    Clopper, C. J., Pearson, E. S. (1934). The use of confidence or fiducial limits illustrated in
    the case of the binomial. Biometrika, 26(4), 404-413.

    Examples
    --------
    >>> float(tie_beyond_p(9, 1, tie_low(9, 1, confidence=0.9)).round(6))
    0.05
    """
    x, rest = whole("inside", inside), whole("outside", outside)
    tail = (1 - checked_confidence(confidence)) / 2
    share = betaincinv(np.maximum(x, 1), rest + 1, tail)
    return np.asarray(np.where(x > 0, logit(share), -np.inf))


@dataclass(frozen=True, eq=False)
class GrownTies:
    r"""Counts inside and outside a set, before and now: how surely the odds grew.

    Given how many there are of each time and how many are inside in all, the number inside now has
    Fisher's noncentral hypergeometric law, whatever the odds were before:

    .. math:: P(X = k) \propto \binom{T_1}{k} \binom{T_0}{M - k} e^{k \theta}

    with :math:`\theta` the growth of the log odds. It holds for counts as small as one, where the
    normal law does not. Where the count may take more than 4,000 values, the normal law of its
    score at the given growth is used, with a correction for continuity.

    Parameters
    ----------
    inside_before, outside_before, inside, outside : array_like of shape (ties,)
        Whole counts.

    References
    ----------
    .. [1] Fisher, R. A. (1935). The logic of inductive inference. Journal of the Royal Statistical
       Society, 98(1), 39-82.
    .. [2] Cornfield, J. (1956). A statistical problem arising from retrospective studies.
       Proceedings of the Third Berkeley Symposium, 4, 135-148 (the score, and limits from it).

    Examples
    --------
    Nine of ten inside now, one of ten before; then a tie that has not changed:

    >>> ties = GrownTies.of([1, 5], [9, 5], [9, 5], [1, 5])
    >>> ties.beyond_p([0.0, 0.0]).round(4).tolist()
    [0.0005, 0.6719]
    """

    before: Floats
    now: Floats
    inside: Floats
    now_inside: Floats

    @classmethod
    def of(
        cls,
        inside_before: ArrayLike,
        outside_before: ArrayLike,
        inside: ArrayLike,
        outside: ArrayLike,
    ) -> GrownTies:
        """Take four counts per tie."""
        x0, y0 = whole("inside_before", inside_before), whole("outside_before", outside_before)
        x1, y1 = whole("inside", inside), whole("outside", outside)
        return cls(x0 + y0, x1 + y1, x0 + x1, x1)

    def beyond_p(self, growth: ArrayLike) -> Floats:
        """P value of "the log odds grew by at most this", a tie each: above 0, at most 1."""
        theta = np.broadcast_to(np.asarray(growth, dtype=np.float64), self.now.shape)
        p = np.ones(self.now.shape)
        for places, counts, logs in self._laws:
            p[places] = _tail(counts, logs, self.now_inside[places], theta[places])
        many = self._values > _MOST
        p[many] = self._normal(many, theta[many])
        return p

    def low(self, *, confidence: float) -> Floats:
        """Lower limit of the growth of the log odds, of an interval with two ends of this level."""
        tail = (1 - checked_confidence(confidence)) / 2
        low, high = np.full(self.now.shape, -_FAR), np.full(self.now.shape, _FAR)
        for _ in range(_STEPS):
            middle = (low + high) / 2
            below = self.beyond_p(middle) <= tail
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return np.where(low < 1 - _FAR, -np.inf, low)

    @property
    def _least(self) -> Floats:
        return np.asarray(np.maximum(self.inside - self.before, 0))

    @property
    def _values(self) -> Floats:
        """How many values the count inside may take."""
        return np.asarray(np.minimum(self.now, self.inside) - self._least + 1)

    @cached_property
    def _laws(self) -> list[tuple[Places, Floats, Floats]]:
        """Ties with like numbers of values: their places, the values, logarithms of weights."""
        size = np.ceil(np.log2(np.maximum(self._values, 1)))
        size[self._values > _MOST] = -1
        laws = []
        for one in np.unique(size[size >= 0]):
            places = np.flatnonzero(size == one)
            k = self._least[places, np.newaxis] + np.arange(2**one)
            now, before, inside = (
                part[places, np.newaxis] for part in (self.now, self.before, self.inside)
            )
            parts = (k, now - k, inside - k, before - inside + k)
            logs = -sum(gammaln(np.maximum(part, 0) + 1) for part in parts)
            there = (k <= now) & (k <= inside)
            laws.append((places, k, np.where(there, logs, -np.inf)))
        return laws

    def _normal(self, places: NDArray[np.bool_], theta: Floats) -> Floats:
        now, before, inside, seen = (
            part[places] for part in (self.now, self.before, self.inside, self.now_inside)
        )
        due = rows_at_odds(theta, now, inside, now + before)
        with np.errstate(divide="ignore"):
            spread = 1 / np.sqrt(sum(1 / part for part in (
                due, now - due, inside - due, before - inside + due,
            )))  # fmt: skip
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.nan_to_num(ndtr((due + 0.5 - seen) / spread), nan=1.0))


def _tail(counts: Floats, logs: Floats, seen: Floats, theta: Floats) -> Floats:
    """The chance of at least so many, of weights given by their logarithms."""
    weighed = logs + counts * theta[:, np.newaxis]
    weights = np.exp(weighed - weighed.max(axis=1, keepdims=True))
    reached = np.where(counts >= seen[:, np.newaxis], weights, 0).sum(axis=1)
    return np.asarray(np.minimum(reached / weights.sum(axis=1), 1.0))

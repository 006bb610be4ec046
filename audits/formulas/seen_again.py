"""Share of a population that is already among the people seen, told from those people alone."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from audits.formulas.checks import (
    FloatOrArray,
    checked_confidence,
    not_above,
    not_negative,
    plain,
)
from audits.formulas.excess import left_out_people
from audits.formulas.shares import wilson


class SeenAgain(NamedTuple):
    """A share and its interval."""

    value: FloatOrArray
    low: FloatOrArray
    high: FloatOrArray


def seen_again(
    alone: npt.ArrayLike, in_pairs: npt.ArrayLike, total: npt.ArrayLike, *, confidence: float
) -> SeenAgain:
    r"""Chance that a fresh person equals one already seen (sample coverage), with its interval.

    With :math:`f_1` of n people who equal no other, and :math:`2 f_2` who equal exactly one other:

    .. math:: \hat C = 1 - \frac{f_1}{n}, \qquad
              s^2 = \frac{f_1 (1 - f_1 / n) + 2 f_2}{n^2}

    People who equal another come in twos at least, so that the n are no independent witnesses: a
    binomial error would be too small by up to a half. The limits are the wider ones of
    :math:`\hat C \pm t_{n-1} s` and of Wilson's interval for as many people as that error
    stands for, half of them if nobody equals another.

    Parameters
    ----------
    alone : array_like
        People who equal no other of those seen, :math:`f_1`.
    in_pairs : array_like
        People who equal exactly one other, :math:`2 f_2`.
    total : array_like
        People seen, n.
    confidence : float, between 0 and 1
        Level of the interval.

    Returns
    -------
    SeenAgain
        Between 0 and 1; ``nan`` where nobody was seen.

    Raises
    ------
    ValueError
        If a number is negative, exceeds `total`, or `confidence` is outside (0, 1).

    References
    ----------
    Good, I. J. (1953). The population frequencies of species and the estimation of population
    parameters. Biometrika, 40(3/4), 237-264.
    Esty, W. W. (1983). A normal limit law for a nonparametric estimator of the coverage of a
    random sample. Annals of Statistics, 11(3), 905-912.

    Examples
    --------
    Of thirty people, 27 equal another, six of them one other only. Wilson's upper limit for 27 of
    30 is .965.

    >>> [round(part, 3) for part in seen_again(3, 6, 30, confidence=0.95)]
    [0.9, 0.583, 1.0]
    """
    level, n = checked_confidence(confidence), not_negative("total", total)
    single = not_above("alone", not_negative("alone", alone), limit_name="total", limit=n)
    double = not_above("in_pairs", not_negative("in_pairs", in_pairs), limit_name="total", limit=n)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = 1 - single / n
        error = np.sqrt(single * (1 - single / n) + double) / n
    reach = stdtrit(np.maximum(n - 1, 1), (1 + level) / 2) * error
    worth = np.where(single == n, n / 2, left_out_people(single, double, n))
    low, high = wilson(np.nan_to_num(value) * worth, worth, confidence=level)
    return SeenAgain(
        plain(value),
        plain(np.maximum(np.minimum(low, value - reach), 0)),
        plain(np.minimum(np.maximum(high, value + reach), 1)),
    )

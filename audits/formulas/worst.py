"""The group that is served worst, beside how badly the worst of equal groups would seem served."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from audits.formulas.checks import not_above, whole

_TIE = 1e-12  # equal shares may differ by rounding


class Worst(NamedTuple):
    """Place and rate of the worst; its mean and 95th percentile if all had one rate; p value."""

    place: int
    value: float
    expected: float
    bound: float
    p: float


def worst_beside_null(
    hits: npt.ArrayLike,
    of: npt.ArrayLike,
    *,
    draws: int,
    rng: np.random.Generator,
    least: bool = True,
) -> Worst:
    r"""Worst rate of any group, and what it would be if all groups had one rate.

    The minimum of many estimates is lower than any true rate, by more the more groups there are and
    the smaller they are. All groups get the pooled rate, hits are drawn anew (binomial) B times,
    and the p value is :math:`(1 + \#\{b: M_b \le M\}) / (B + 1)`, for a maximum with :math:`\ge`.

    Parameters
    ----------
    hits, of : array_like of shape (groups,)
        Numerators and denominators; whole numbers. Groups must be different people; one whose
        denominator is 0 is not compared.
    draws : int, at least 1
        Number of draws, B.
    rng : numpy.random.Generator
        Source of chance.
    least : bool
        Whether the least rate is the worst, as of accuracy; else the greatest, as of errors.

    Returns
    -------
    Worst
        `place` of the worst group, the first of equals; `bound` is the 5th percentile of the least,
        or the 95th of the greatest. Place -1 and ``nan`` where no group has a denominator.

    Raises
    ------
    ValueError
        If a number is negative or broken, hits exceed their denominator, or `draws` is below 1.

    References
    ----------
    Davison, A. C., Hinkley, D. V. (1997). Bootstrap methods and their application, section 4.2.
    Cambridge University Press; on worst groups as a measure, Sagawa, S., Koh, P. W., Hashimoto,
    T. B., Liang, P. (2020). Distributionally robust neural networks. ICLR.

    Examples
    --------
    Of ten groups of 30 people, all with 24 hits, the worst is not as bad as luck would have it:

    >>> import numpy as np
    >>> found = worst_beside_null([24] * 10, [30] * 10, draws=999, rng=np.random.default_rng(0))
    >>> found.value, round(found.expected, 2), found.p
    (0.8, 0.68, 1.0)
    """
    if draws < 1:
        raise ValueError(f"draws must be at least 1, got {draws}")
    n = np.atleast_1d(whole("of", of)).astype(np.int64)
    x = np.atleast_1d(
        not_above("hits", whole("hits", hits), limit_name="of", limit=whole("of", of))
    )
    compared = np.flatnonzero(n > 0)
    if not compared.size:
        return Worst(-1, *(float("nan"),) * 4)
    x, n = x[compared], n[compared]
    sign = 1.0 if least else -1.0
    rates = sign * x / n
    pooled = min(float(x.sum() / n.sum()), 1.0)
    drawn = (sign * rng.binomial(n, pooled, size=(draws, len(n))) / n).min(axis=1)
    worst = int(np.argmin(rates))
    as_bad = int((drawn <= rates[worst] + _TIE).sum())
    bound = sign * float(np.quantile(drawn, 0.05))
    p = (1 + as_bad) / (1 + draws)
    return Worst(
        int(compared[worst]), float(x[worst] / n[worst]), sign * float(drawn.mean()), bound, p
    )

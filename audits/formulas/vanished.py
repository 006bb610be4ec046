"""Variety that is gone altogether: what can be said when no two synthetic rows differ."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from audits.formulas.share_tests import two_proportion_fisher_lost
from audits.formulas.shares import rule_of_zero

Floats = NDArray[np.float64]


class Vanished(NamedTuple):
    """Lower limit of the share of variety lost, and the chance of seeing none of the others."""

    low: Floats
    p: Floats


def vanished_variety(
    delta_real: ArrayLike,
    se_real: ArrayLike,
    others: ArrayLike,
    n: ArrayLike,
    m: ArrayLike,
    *,
    confidence: float,
) -> Vanished:
    r"""Lower limit of the homogenisation index where all synthetic rows are in one class.

    The index observed is 1, and its jackknife error 0, however few the rows; yet others may make
    up a share u of the synthetic population and not be seen, with :math:`u = 1 - \alpha^{1/m}`.
    Then two rows differ with a chance of at most :math:`2u(1-u)`, so

    .. math:: HI_{low} = 1 - \frac{2u(1-u)}{\Delta_R \exp(-t\, s_R / \Delta_R)}

    The p value is Fisher's: of the c others among n + m people, that all c are real.

    Parameters
    ----------
    delta_real, se_real : array_like
        Mean dissimilarity of the real group and its standard error.
    others : array_like of int
        Real members outside the most frequent class.
    n, m : array_like of int, at least 2
        Real and synthetic rows.
    confidence : float in (0, 1)
        Level of the limit.

    Returns
    -------
    Vanished
        `low` at most 1, and far below 0 when nothing can be said; ``nan`` where the real group
        has no variety either. `p` in (0, 1].

    References
    ----------
    Hanley, J. A., Lippman-Hand, A. (1983). If nothing goes wrong, is everything all right? JAMA,
    249(13), 1743-1745 (the bound on what was not seen).
    Fisher, R. A. (1935). The logic of inductive inference. Journal of the Royal Statistical
    Society, 98(1), 39-82.

    Examples
    --------
    One of 45 real people differs and none of 51 rows: nothing is shown. Half of 45: a lot.

    >>> few = vanished_variety(0.044, 0.043, 1, 45, 51, confidence=0.95)
    >>> many = vanished_variety(0.5, 0.01, 22, 45, 51, confidence=0.95)
    >>> float(few.low) < 0, round(float(few.p), 2), float(many.low) > 0.7, float(many.p) < 1e-6
    (True, 0.47, True, True)
    """
    delta, error = np.asarray(delta_real, dtype=float), np.asarray(se_real, dtype=float)
    real, synthetic = np.asarray(n), np.asarray(m)
    unseen = np.asarray(rule_of_zero(synthetic, confidence=confidence))
    reach = stdtrit(np.maximum(real - 1.0, 1.0), (1 + confidence) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        least = delta * np.exp(-reach * error / delta)
        low = 1 - 2 * unseen * (1 - unseen) / least
    p = np.asarray(two_proportion_fisher_lost(others, real, synthetic), dtype=float)
    return Vanished(np.where(delta > 0, low, np.nan), p)

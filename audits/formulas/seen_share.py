"""What a sample has already seen of where it came from, where likeness is looked up by pairs."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from audits.estimates import Estimate
from audits.formulas.checks import checked_confidence
from audits.formulas.shares import wilson


def seen_share(alike: int, paired: int, total: int, *, confidence: float) -> Estimate:
    r"""Share of fresh things that would be like one of a sample: Good and Turing's coverage.

    Of n things a are like another of the sample. Then a fresh one is like one of them with
    probability about a/n, and how far this sample is from that follows Esty's law: with
    :math:`f_1 = n - a` things alone, and :math:`p` of which exactly one other is like them,

    .. math:: \frac{a}{n} \pm \frac{z}{n} \sqrt{f_1 (1 - f_1/n) + p}

    or Wilson's limits where they are wider, as where all or none are alone.

    Parameters
    ----------
    alike : int
        Things that are like another, :math:`a`.
    paired : int
        Those of them of which exactly one other is like them, :math:`p`.
    total : int, at least 1
        Things of the sample, :math:`n`.
    confidence : float, between 0 and 1
        Level of the interval.

    Returns
    -------
    Estimate
        Between 0 and 1.

    Raises
    ------
    ValueError
        If `alike` exceeds `total`, or `confidence` is outside (0, 1).

    References
    ----------
    Good, I. J. (1953). The population frequencies of species and the estimation of population
    parameters. Biometrika, 40(3/4), 237-264.
    Esty, W. W. (1983). A normal limit law for a nonparametric estimator of the coverage of a
    random sample. Annals of Statistics, 11(3), 905-912.

    Examples
    --------
    Sixty of a hundred texts equal another, forty of them one other each:

    >>> print(seen_share(60, 40, 100, confidence=0.95))
    0.60 (0.44 to 0.76)
    """
    low, high = (float(end) for end in wilson(alike, total, confidence=confidence))
    z = float(ndtri((1 + checked_confidence(confidence)) / 2))
    alone, value = total - alike, alike / total
    reach = z * float(np.sqrt(alone * value + paired)) / total
    return Estimate(value, max(0.0, min(low, value - reach)), min(1.0, max(high, value + reach)))

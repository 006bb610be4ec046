"""How many people are needed to know a share, or to see a type of people at all."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, ndtri

from audits.formulas.checks import (
    FloatOrArray,
    Floats,
    checked_confidence,
    not_negative,
    plain,
    share_between,
)


def people_for_half_width(half_width: npt.ArrayLike, *, confidence: float) -> FloatOrArray:
    r"""Fewest people whose Wilson interval of a share of one half is narrow enough.

    :math:`\lceil z^2 (1/(4w^2) - 1) \rceil`; a half is the share with the widest interval.

    Parameters
    ----------
    half_width : array_like
        Half the width of the interval, :math:`w`, above 0 and below 0.5.
    confidence : float, between 0 and 1
        Level of the interval.

    Returns
    -------
    int or ndarray of int
        People, at least 1.

    Raises
    ------
    ValueError
        If `half_width` is outside (0, 0.5), or `confidence` is outside (0, 1).

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
    Journal of the American Statistical Association, 22(158), 209-212. Solved for n.

    Examples
    --------
    Ten points either way, with z² of 3.84: 3.84 × (25 - 1) = 92.2 people.

    >>> people_for_half_width(0.10, confidence=0.95)
    93
    """
    width = np.asarray(half_width, dtype=np.float64)
    wrong = ~((width > 0) & (width < 0.5))
    if wrong.any():
        raise ValueError(f"half_width must be between 0 and 0.5, got {width[wrong].flat[0]:g}")
    z = ndtri((1 + checked_confidence(confidence)) / 2)
    return _people(z**2 * (1 / (4 * width**2) - 1), at_least=1)


def people_to_see(
    prevalence: npt.ArrayLike, *, confidence: float, times: npt.ArrayLike = 1
) -> FloatOrArray:
    r"""Fewest people among whom a type is seen often enough.

    Smallest n with :math:`P(\mathrm{Bin}(n, \phi) \ge t) \ge c`; for once seen,
    :math:`\lceil \ln(1-c) / \ln(1-\phi) \rceil`.

    Parameters
    ----------
    prevalence : array_like
        Share of the type :math:`\phi`, above 0, at most 1.
    confidence : float, between 0 and 1
        Probability :math:`c` of seeing it.
    times : array_like of int, at least 1
        How often it is to be seen, :math:`t`; broadcasts with `prevalence`.

    Returns
    -------
    int or ndarray of int
        People, at least `times`.

    Raises
    ------
    ValueError
        If `prevalence` is outside (0, 1], `confidence` outside (0, 1), or `times` below 1.

    References
    ----------
    Clopper, C. J., Pearson, E. S. (1934). The use of confidence or fiducial limits illustrated
    in the case of the binomial. Biometrika, 26(4), 404-413. (Binomial tail as a beta integral.)

    Examples
    --------
    Two people show a type of one half with probability 3/4.

    >>> people_to_see(0.5, confidence=0.75)
    2
    >>> people_to_see(0.10, confidence=0.95)
    29
    """
    share, often = np.broadcast_arrays(
        share_between("prevalence", prevalence), np.asarray(times, dtype=np.float64)
    )
    if not (share > 0).all():
        raise ValueError(f"prevalence must be above 0, got {np.min(share):g}")
    if not (often >= 1).all():
        raise ValueError(f"times must be at least 1, got {np.min(often):g}")
    level = checked_confidence(confidence)

    if (often == 1).all():
        with np.errstate(divide="ignore"):
            return _people(np.log(1 - level) / np.log1p(-share), at_least=1)
    return _people(_smallest_with(share, level, often), at_least=often)


def people_to_approach(wanted: npt.ArrayLike, prevalence: npt.ArrayLike) -> FloatOrArray:
    r"""Mean number of people met at random until enough of a group are found, :math:`k / \pi`.

    The number met has a negative binomial distribution; its quantile, the number that suffices
    with a given confidence, is `people_to_see` with `times` as the number wanted.

    Parameters
    ----------
    wanted : array_like
        Members of the group to be found, :math:`k`.
    prevalence : array_like
        Share of the group among those met, :math:`\pi`, between 0 and 1.

    Returns
    -------
    float or ndarray
        People; 0 when nobody is wanted, infinite at a prevalence of 0.

    Raises
    ------
    ValueError
        If `wanted` is negative, or `prevalence` is outside [0, 1].

    References
    ----------
    Haldane, J. B. S. (1945). On a method of estimating frequencies. Biometrika, 33(3), 222-225.

    Examples
    --------
    Of every hundred people, thirteen belong to the group; 63 members are wanted.

    >>> round(people_to_approach(63, 0.13)), people_to_see(0.13, confidence=0.95, times=63)
    (485, 582)
    """
    share = share_between("prevalence", prevalence)
    k = not_negative("wanted", wanted)
    with np.errstate(divide="ignore", invalid="ignore"):
        return plain(np.where(k > 0, k / share, 0.0))


def within_population(people: npt.ArrayLike, population: npt.ArrayLike) -> FloatOrArray:
    r"""People needed of a finite population, :math:`\lceil n / (1 + (n-1)/N) \rceil`.

    Parameters
    ----------
    people : array_like
        People needed of a population without end, :math:`n`.
    population : array_like
        People in the population, :math:`N`; infinity for one without end.

    Returns
    -------
    int or ndarray of int
        People, at most the population.

    Raises
    ------
    ValueError
        If either is negative.

    References
    ----------
    Cochran, W. G. (1977). Sampling techniques, 3rd edition, section 4.4. Wiley.

    Examples
    --------
    >>> within_population(381, 1000), within_population(381, float("inf")), within_population(9, 4)
    (277, 381, 3)
    """
    n, size = not_negative("people", people), not_negative("population", population)
    with np.errstate(divide="ignore", invalid="ignore"):
        needed = np.where(size > 0, n / (1 + (n - 1) / size), 0.0)
    return _people(np.minimum(needed, size), at_least=0)


def chance_missed(prevalence: npt.ArrayLike, n: npt.ArrayLike) -> FloatOrArray:
    r"""Probability that a type is not seen among n people, :math:`(1-\phi)^n`.

    Parameters
    ----------
    prevalence : array_like
        Share of the type :math:`\phi`, between 0 and 1.
    n : array_like
        People looked at.

    Returns
    -------
    float or ndarray
        Between 0 and 1; 1 when nobody was looked at.

    Raises
    ------
    ValueError
        If `prevalence` is outside [0, 1], or `n` is negative.

    References
    ----------
    Feller, W. (1968). An Introduction to Probability Theory and Its Applications, 3rd edition,
    volume 1. Wiley. (Bernoulli trials.)

    Examples
    --------
    >>> chance_missed(0.5, 2), chance_missed(0.5, 0)
    (0.25, 1.0)
    """
    return plain((1 - share_between("prevalence", prevalence)) ** not_negative("n", n))


def people_to_settle(value: float, low: float, high: float, *, limit: float, people: int) -> float:
    r"""People by whom an interval would no longer reach a limit, if its middle stayed.

    An interval narrows with the square root of the people behind it:
    :math:`\lceil n \, (h / |limit - value|)^2 \rceil`, where :math:`h` is the length of the
    interval on the limit's side.

    Parameters
    ----------
    value, low, high : float
        Estimate and its interval.
    limit : float
        What the interval should no longer reach.
    people : int
        People behind the interval now, :math:`n`.

    Returns
    -------
    float
        Whole people, at least `people`; infinite when the estimate lies on the limit, ``nan`` when
        it or its interval is unknown or has no end on that side.

    References
    ----------
    Cochran, W. G. (1977). Sampling techniques, 3rd edition, section 4.4. Wiley: the number for a
    margin is the square of the ratio of margins.

    Examples
    --------
    An interval of .1 either way has to be halved to stay clear of a limit at .05: four times 30.

    >>> people_to_settle(0.0, -0.1, 0.1, limit=0.05, people=30)
    120.0
    """
    half = (high - value) if limit >= value else (value - low)
    if not np.isfinite(half):
        return float("nan")
    if limit == value:
        return float("inf")
    return float(np.ceil(people * max(half / abs(limit - value), 1.0) ** 2 - 1e-9))


def _people(number: Floats, *, at_least: npt.ArrayLike) -> FloatOrArray:
    whole = np.ceil(number - 1e-9)  # ln(1/4) / ln(1/2) is 2, not 2.0000000000000004
    return plain(np.maximum(whole, at_least).astype(np.int64))


def _smallest_with(share: Floats, level: float, times: Floats) -> Floats:
    """Bisection on n; the chance of at least `times` is an incomplete beta function of n."""
    too_few, enough = times - 1, times.copy()
    while (short := betainc(times, enough - times + 1, share) < level).any():
        too_few, enough = np.where(short, enough, too_few), np.where(short, 2 * enough, enough)
    while (enough - too_few > 1).any():
        middle = np.floor((too_few + enough) / 2)
        middle = np.where(enough - too_few > 1, middle, enough)
        short = betainc(times, middle - times + 1, share) < level
        too_few, enough = np.where(short, middle, too_few), np.where(short, enough, middle)
    return enough

"""How many types there are, those not seen included."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from audits.estimates import Estimate
from audits.formulas.checks import Integers, checked_confidence, rows_per_type

_RARE = 10  # types with at most this many rows tell about the unseen ones (Chao & Lee 1992)


def chao1(
    counts: npt.ArrayLike,
    *,
    confidence: float,
    convention: Literal["small sample", "plain", "bias corrected"] = "small sample",
) -> Estimate:
    r"""Lower bound of the number of types, seen and unseen (Chao 1).

    :math:`S + k f_1^2 / (2 f_2)`, or :math:`S + k f_1(f_1-1)/2` without pairs, with
    :math:`k = (n-1)/n`. The interval is log-normal in the number unseen. Published values use
    three conventions, so the one in use has to be named:

    - ``"small sample"``: as above (Chao et al. 2014; R package iNEXT).
    - ``"plain"``: :math:`k = 1` (Chao 1984).
    - ``"bias corrected"``: :math:`S + f_1(f_1-1) / (2(f_2+1))` (EstimateS; scikit-bio).

    Parameters
    ----------
    counts : array_like of int, shape (n_types,)
        Rows per type. Zeros are ignored.
    confidence : float, between 0 and 1
        Level of the interval.
    convention : str
        One of the three above.

    Returns
    -------
    Estimate
        Types; at least the number seen, and equal to it when there is at most one singleton and
        no pair, or no singleton. Then the limits follow Colwell's formula for complete samples.
        ``nan`` with fewer than two rows. When all rows are singletons it is a bound still.

    Raises
    ------
    ValueError
        If a count is negative or broken, `confidence` is outside (0, 1), or `convention` is
        unknown.

    References
    ----------
    Chao, A. (1984). Nonparametric estimation of the number of classes in a population.
    Scandinavian Journal of Statistics, 11(4), 265-270.
    Chao, A. (1987). Estimating the population size for capture-recapture data with unequal
    catchability. Biometrics, 43(4), 783-791. (Log-normal interval.)
    Colwell, R. K. (2013). EstimateS: statistical estimation of species richness and shared
    species from samples. User's guide, appendix B.

    Examples
    --------
    Four singletons and two pairs among eight rows: 6 + 16 / (2 × 2).

    >>> chao1([1, 1, 1, 1, 2, 2], confidence=0.95, convention="plain").value
    10.0
    """
    rows = rows_per_type(counts)
    z = float(ndtri((1 + checked_confidence(confidence)) / 2))
    if convention not in {"small sample", "plain", "bias corrected"}:
        raise ValueError(f"convention must be a known one, got {convention!r}")
    n, f1, f2 = singletons_and_pairs(rows)
    if n < 2:
        return Estimate.unknown()

    seen = float(rows.size)
    if convention == "bias corrected":
        unseen, variance = _bias_corrected(f1, f2)
    else:
        factor = (n - 1) / n if convention == "small sample" else 1.0
        unseen, variance = _classic(f1, f2, factor, seen=seen)
    if unseen == 0:
        return Estimate(seen, *_complete_limits(rows, z))
    spread = np.exp(z * np.sqrt(np.log1p(variance / unseen**2)))
    return Estimate(seen + unseen, float(seen + unseen / spread), float(seen + unseen * spread))


def ace(counts: npt.ArrayLike) -> float:
    r"""Number of types, seen and unseen, from the coverage of the rare ones (ACE).

    .. math:: S_{abund} + \frac{S_{rare}}{C} + \frac{f_1}{C}\gamma^2, \qquad
              C = 1 - \frac{f_1}{n_{rare}}, \quad
              \gamma^2 = \max\Bigl(\frac{S_{rare} \sum i(i-1) f_i}{C\, n_{rare}(n_{rare}-1)} - 1,
              0\Bigr)

    Rare types have at most 10 rows.

    Parameters
    ----------
    counts : array_like of int, shape (n_types,)
        Rows per type. Zeros are ignored.

    Returns
    -------
    float
        Types, at least the number seen. ``nan`` when all rare types are singletons, or without
        rows.

    Raises
    ------
    ValueError
        If a count is negative or broken.

    References
    ----------
    Chao, A., Lee, S.-M. (1992). Estimating the number of classes via sample coverage. Journal of
    the American Statistical Association, 87(417), 210-217.

    Examples
    --------
    Without singletons nothing is missing.

    >>> ace([12, 2, 8])
    3.0
    """
    rows = rows_per_type(counts)
    rare = rows[rows <= _RARE]
    n, f1, _ = singletons_and_pairs(rare)
    if rows.size == 0 or (rare.size and f1 == n):
        return float("nan")
    if rare.size == 0:
        return float(rows.size)
    covered = 1 - f1 / n
    pairs = float((rare * (rare - 1)).sum()) / (n * (n - 1))
    spread = max(rare.size / covered * pairs - 1, 0.0)
    return float(rows.size - rare.size + rare.size / covered + f1 / covered * spread)


def singletons_and_pairs(counts: npt.ArrayLike) -> tuple[int, int, int]:
    r"""Number of rows, of types seen once, and of types seen twice: n, f1 and f2.

    Parameters
    ----------
    counts : array_like of int, shape (n_types,)
        Rows per type. Zeros are ignored.

    Returns
    -------
    tuple of int
        All zero without rows.

    Raises
    ------
    ValueError
        If a count is negative or broken.

    References
    ----------
    Good, I. J. (1953). The population frequencies of species and the estimation of population
    parameters. Biometrika, 40(3/4), 237-264. (Frequencies of frequencies.)

    Examples
    --------
    >>> singletons_and_pairs([4, 2, 1, 1])
    (8, 2, 1)
    """
    rows = rows_per_type(counts)
    return int(rows.sum()), int((rows == 1).sum()), int((rows == 2).sum())


def _classic(f1: int, f2: int, k: float, *, seen: float) -> tuple[float, float]:
    """Types unseen and their variance, with or without the factor k."""
    if f1 == 0 or (f1 == 1 and f2 == 0):
        return 0.0, 0.0
    if f2 > 0:
        r = f1 / f2
        return k * f1**2 / (2 * f2), f2 * (k * r**2 / 2 + k**2 * r**3 + k**2 * r**4 / 4)
    unseen = k * f1 * (f1 - 1) / 2
    variance = unseen + k**2 * f1 * (2 * f1 - 1) ** 2 / 4 - k**2 * f1**4 / (4 * (seen + unseen))
    return unseen, variance


def _bias_corrected(f1: int, f2: int) -> tuple[float, float]:
    d = f2 + 1
    unseen = f1 * (f1 - 1) / (2 * d)
    variance = unseen + f1 * (2 * f1 - 1) ** 2 / (4 * d**2)
    return unseen, variance + f1**2 * f2 * (f1 - 1) ** 2 / (4 * d**4)


def _complete_limits(rows: Integers, z: float) -> tuple[float, float]:
    """Limits for a sample with no sign of unseen types: Poisson chances of missing those seen."""
    missed = np.exp(-rows.astype(np.float64))
    variance = (missed * (1 - missed)).sum() - (rows * missed).sum() ** 2 / rows.sum()
    centre = rows.size / (1 - missed.mean())
    margin = z * np.sqrt(max(variance, 0.0)) / (1 - missed.mean())
    return float(max(rows.size, centre - margin)), float(centre + margin)

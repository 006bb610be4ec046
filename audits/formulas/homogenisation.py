r"""How much more alike a group has become than the real people it stands for.

The homogenisation index compares two mean dissimilarities (see `variety`):

.. math:: HI = 1 - \Delta_S / \Delta_R

0 means as varied as the real members, 1 that all are alike, below 0 that they are more varied.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr, stdtrit

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Homogenisation:
    """Homogenisation indices with their limits, and the log ratio they come from."""

    index: Floats
    low: Floats
    high: Floats
    log_ratio: Floats
    error: Floats


class Blame(NamedTuple):
    """Loss of variety that the real data already had, that was added, and in total."""

    inherited: Floats
    added: Floats
    total: Floats


def homogenisation(
    delta_real: ArrayLike,
    se_real: ArrayLike,
    delta_synthetic: ArrayLike,
    se_synthetic: ArrayLike,
    *,
    df: ArrayLike,
    confidence: float,
) -> Homogenisation:
    r"""Homogenisation index with a t interval on the log ratio.

    .. math:: r = \ln(\Delta_S / \Delta_R), \qquad
              s_r^2 = (s_R / \Delta_R)^2 + (s_S / \Delta_S)^2, \qquad
              HI = 1 - e^r, \quad 1 - e^{r \pm t s_r}

    Parameters
    ----------
    delta_real, delta_synthetic : array_like
        Mean dissimilarity of the real and of the synthetic members, in [0, 1].
    se_real, se_synthetic : array_like
        Their standard errors.
    df : array_like
        Degrees of freedom: real members minus one (with weights, their effective number).
    confidence : float in (0, 1)
        Level of the interval.

    Returns
    -------
    Homogenisation
        Arrays of the common shape. `index` is at most 1. With no real variety everything is
        ``nan``: nothing could be lost. With real but no synthetic variety the index and both its
        limits are 1 (the log ratio is ``-inf``): such rows carry no estimate of their own error,
        so the limits say nothing about chance and `homogenisation_permutation_p` must. Limits are
        ``nan`` where `df` is not positive.

    Raises
    ------
    ValueError
        If `confidence` is not in (0, 1) or a dissimilarity is negative.

    References
    ----------
    Rao, C. R. (1982). Diversity and dissimilarity coefficients: a unified approach. Theoretical
    Population Biology, 21(1), 24-43. The interval is the delta method on the logarithm.

    Examples
    --------
    Half the variety is gone, and no error:

    >>> half = homogenisation(0.8, 0.0, 0.4, 0.0, df=29, confidence=0.95)
    >>> float(half.index), float(half.low), float(half.high)
    (0.5, 0.5, 0.5)
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be in (0, 1), got {confidence}")
    real, synthetic = np.asarray(delta_real, dtype=float), np.asarray(delta_synthetic, dtype=float)
    for name, delta in (("delta_real", real), ("delta_synthetic", synthetic)):
        if (delta < 0).any():
            raise ValueError(f"{name} must not be negative, got {np.nanmin(delta):g}")
    freedom = np.asarray(df, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(real > 0, synthetic / real, np.nan)
        log_ratio = np.log(ratio)
        error = np.hypot(np.asarray(se_real) / real, np.asarray(se_synthetic) / synthetic)
        error = np.where(synthetic > 0, error, np.asarray(se_real) / real)
        error = np.where(real > 0, error, np.nan)
        half = stdtrit(np.where(freedom > 0, freedom, np.nan), 0.5 + confidence / 2) * error
    low, high = 1 - np.exp(log_ratio + half), 1 - np.exp(log_ratio - half)
    return Homogenisation(1 - ratio, low, high, log_ratio, error)


def homogenisation_exceeds_p(
    log_ratio: ArrayLike, error: ArrayLike, *, df: ArrayLike, limit: float
) -> Floats:
    r"""One-sided p value of "the homogenisation index is at most `limit`".

    .. math:: t = (r - \ln(1 - \text{limit})) / s_r, \qquad p = P(T_{df} \le t)

    Parameters
    ----------
    log_ratio, error : array_like
        Log ratio of the dissimilarities and its standard error, as `homogenisation` gives them.
    df : array_like
        Degrees of freedom of the error.
    limit : float, below 1
        Index up to which nothing is claimed.

    Returns
    -------
    numpy.ndarray
        In [0, 1]; small when the group is more alike than `limit` allows. Below .5 exactly when
        the index is above `limit`. 0 without any synthetic variety (log ratio ``-inf``); ``nan``
        where the log ratio or the error is undefined.

    Raises
    ------
    ValueError
        If `limit` is not below 1.

    References
    ----------
    Student (1908). The probable error of a mean. Biometrika, 6(1), 1-25.

    Examples
    --------
    >>> float(homogenisation_exceeds_p(0.0, 0.1, df=29, limit=0.0))
    0.5
    """
    if not limit < 1:
        raise ValueError(f"limit must be below 1, got {limit}")
    distance = np.asarray(log_ratio, dtype=float) - np.log1p(-limit)
    spread = np.asarray(error, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where((spread == 0) & (distance == 0), np.inf, distance / spread)
    freedom = np.broadcast_to(np.asarray(df, dtype=float), t.shape)
    return np.asarray(stdtr(freedom, t))


def inherited_and_added(
    delta_reference: ArrayLike, delta_real: ArrayLike, delta_synthetic: ArrayLike
) -> Blame:
    r"""Split a loss of variety between the real data and the generator.

    .. math:: 1 - HI_{total} = (1 - HI_{inherited}) (1 - HI_{added})

    Parameters
    ----------
    delta_reference : array_like
        Mean dissimilarity in the reference population (`population_dissimilarity` of its shares).
    delta_real, delta_synthetic : array_like
        Mean dissimilarity of the real and of the synthetic members.

    Returns
    -------
    Blame
        `inherited` = 1 - real/reference, `added` = 1 - synthetic/real, `total` =
        1 - synthetic/reference; each at most 1, negative where variety was gained, ``nan``
        where the variety it is measured against is 0.

    References
    ----------
    Rao, C. R. (1982). Diversity and dissimilarity coefficients: a unified approach. Theoretical
    Population Biology, 21(1), 24-43.

    Examples
    --------
    Half lost in collecting, half of the rest in generating:

    >>> [float(share) for share in inherited_and_added(0.8, 0.4, 0.2)]
    [0.5, 0.5, 0.75]
    """
    reference, real, synthetic = (
        np.asarray(delta, dtype=float) for delta in (delta_reference, delta_real, delta_synthetic)
    )

    def loss(before: Floats, after: Floats) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(before > 0, 1 - after / before, np.nan)

    return Blame(loss(reference, real), loss(real, synthetic), loss(reference, synthetic))

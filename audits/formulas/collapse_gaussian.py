"""What becomes of a normal distribution that is fitted again and again to its own draws."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import digamma, gammaln, polygamma

from audits.formulas.checks import FloatOrArray, Floats, not_negative, plain, whole


class GaussianRefits(NamedTuple):
    """The variance after some refits, in units of the first; each like the arguments."""

    mean_variance: FloatOrArray
    mean_sd: FloatOrArray
    mean_log_variance: FloatOrArray
    sd_log_variance: FloatOrArray
    median_variance: FloatOrArray


class GaussianDrift(NamedTuple):
    """How far the distribution has moved, in units of the first variance."""

    variance_of_mean: FloatOrArray
    variance_of_draw: FloatOrArray
    wasserstein_squared: FloatOrArray


def c4(rows: npt.ArrayLike) -> FloatOrArray:
    r"""Expected sample standard deviation over the true one, for normal draws.

    .. math:: c_4(M) = \sqrt{\frac{2}{M-1}}\; \frac{\Gamma(M/2)}{\Gamma((M-1)/2)}

    Parameters
    ----------
    rows : array_like
        Draws M, at least 2.

    Returns
    -------
    float or numpy.ndarray
        In (0, 1); the deviation meant is that with M - 1 in the denominator.

    Raises
    ------
    ValueError
        If there are fewer than 2 draws.

    References
    ----------
    Kenney, J. F., Keeping, E. S. (1951). Mathematics of Statistics, part 2, 2nd edition. Van
    Nostrand (distribution of the standard deviation).

    Examples
    --------
    >>> round(c4(10), 4)
    0.9727
    """
    m = _draws(rows)
    return plain(np.exp(0.5 * np.log(2 / (m - 1)) + gammaln(m / 2) - gammaln((m - 1) / 2)))


def gaussian_refits(
    rows: npt.ArrayLike, generations: npt.ArrayLike, *, unbiased: bool
) -> GaussianRefits:
    r"""Variance of a normal distribution fitted t times, each time to M draws from the last fit.

    With the unbiased variance, :math:`s_t^2 = s_{t-1}^2\, \chi^2_{M-1} / (M-1)`, so that

    .. math:: E[s_t^2] = s_0^2, \quad E[s_t] = s_0\, c_4(M)^t, \quad
              E[\ln s_t^2] = \ln s_0^2 + t\, \bigl[\psi(\tfrac{M-1}2) - \ln \tfrac{M-1}2\bigr],
              \quad \mathrm{sd}[\ln s_t^2] = \sqrt{t\, \psi_1(\tfrac{M-1}2)}

    The mean never changes while nearly every chain dies out: the logarithm is nearly normal, and
    the median is near the exponential of its mean; it is a little higher, by
    :math:`-\psi_2 / 6\psi_1` in the logarithm, because its law is skewed. The maximum
    likelihood estimate is (M - 1) / M of that, each time:
    :math:`E[s_t^2] = s_0^2 (1 - 1/M)^t`.

    Parameters
    ----------
    rows : array_like
        Draws M per refit, at least 2.
    generations : array_like
        Refits t, at least 0.
    unbiased : bool
        Whether the variance is divided by M - 1; by M otherwise.

    Returns
    -------
    GaussianRefits
        All in units of the first variance; `median_variance` is an approximation, within a percent
        from M = 10 on.

    Raises
    ------
    ValueError
        If there are fewer than 2 draws, or a number of refits is negative.

    References
    ----------
    Shumailov, I. et al. (2024). AI models collapse when trained on recursively generated data.
    Nature, 631, 755-759 (the loop). Bartlett, M. S., Kendall, D. G. (1946). The statistical
    analysis of variance-heterogeneity and the logarithmic transformation. Supplement to the
    Journal of the Royal Statistical Society, 8(1), 128-138 (log variance). Cornish, E. A., Fisher,
    R. A. (1938). Moments and cumulants in the specification of distributions. Revue de l'Institut
    International de Statistique, 5(4), 307-320 (the median of a skewed law). The product over
    generations is ours.

    Examples
    --------
    >>> fifty = gaussian_refits(30, 50, unbiased=True)
    >>> [round(fifty.mean_variance, 4), round(fifty.mean_sd, 4), round(fifty.median_variance, 4)]
    [1.0, 0.6499, 0.1769]
    """
    m, t = _draws(rows), whole("generations", generations)
    half = (m - 1) / 2
    kept = np.ones_like(m) if unbiased else (m - 1) / m  # per generation
    log_mean = t * (digamma(half) - np.log(half) + np.log(kept))
    log_sd = np.sqrt(t * polygamma(1, half))
    skewed = -polygamma(2, half) / (6 * polygamma(1, half))
    return GaussianRefits(
        plain(kept**t),
        plain((np.asarray(c4(m)) * np.sqrt(kept)) ** t),
        plain(log_mean),
        plain(log_sd),
        plain(np.exp(log_mean + np.where(t > 0, skewed, 0.0))),
    )


def gaussian_drift(rows: npt.ArrayLike, generations: npt.ArrayLike) -> GaussianDrift:
    r"""How far a normal distribution has wandered after t refits with the unbiased variance.

    .. math:: \mathrm{Var}[\mu_t] = \frac{s_0^2 t}{M}, \quad
              \mathrm{Var}[X_t] = s_0^2 \Bigl(1 + \frac tM\Bigr), \quad
              E[W_2^2] = s_0^2 \Bigl(\frac tM + 2 - 2\, c_4(M)^t\Bigr)

    where X is a draw from the fit over all chains, and the Wasserstein distance is from the first
    distribution: :math:`W_2^2 = (\mu_t - \mu_0)^2 + (s_t - s_0)^2`. For small t it is about
    1.5 t / M.

    Parameters
    ----------
    rows : array_like
        Draws M per refit, at least 2.
    generations : array_like
        Refits t, at least 0.

    Returns
    -------
    GaussianDrift
        In units of the first variance.

    Raises
    ------
    ValueError
        As in `gaussian_refits`.

    References
    ----------
    Shumailov, I. et al. (2024). AI models collapse when trained on recursively generated data.
    Nature, 631, 755-759 (the variances, and the first-order term 3/2). The exact distance is ours.

    Examples
    --------
    >>> round(gaussian_drift(30, 10).wasserstein_squared, 4)
    0.4985
    """
    m, t = _draws(rows), whole("generations", generations)
    moved = t / m
    return GaussianDrift(
        plain(moved), plain(1 + moved), plain(moved + 2 - 2 * np.asarray(c4(m)) ** t)
    )


def _draws(rows: npt.ArrayLike) -> Floats:
    """At least two draws, or no variance can be fitted."""
    m = not_negative("rows", rows)
    if (m < 2).any():
        raise ValueError(f"rows must be at least 2, got {m.min():g}")
    return m

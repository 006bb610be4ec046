"""How far what is measured of a slice is from what is measured of all, and what luck would show."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri, stdtr

from audits.formulas.checks import Floats, not_negative

SHARE = (0.0, 1.0)
"""Imagined people behind a share: one with what is counted, one without (Beta(1, 1))."""
CHANGE = (-1.0, 0.0, 1.0)
"""Imagined people behind the difference of two models: each way, and the same by both."""


class Sums(NamedTuple):
    """People of slices (or of all), the sum of a number over them, and that of its squares."""

    people: npt.ArrayLike
    total: npt.ArrayLike
    squares: npt.ArrayLike

    def __sub__(self, other: Sums) -> Sums:
        """Return the people who are in the one and not in the other."""
        pairs = zip(self, other, strict=True)
        return Sums(*(np.asarray(a, np.float64) - np.asarray(b, np.float64) for a, b in pairs))


class Divergence(NamedTuple):
    """The mean in slices less the mean of all, its t value, and its two-sided p value."""

    value: Floats
    t: Floats
    p: Floats


def divergence(part: Sums, whole: Sums, *, imagined: tuple[float, ...] = ()) -> Divergence:
    r"""Mean of a number in slices less its mean among all, as t of two posteriors and as p value.

    With k imagined people, whose numbers add up to :math:`s_1` and their squares to :math:`s_2`,
    the mean of n people has a posterior with

    .. math:: \mu = \frac{\sum x + s_1}{n + k}, \qquad
              v = \frac{(\sum x^2 + s_2) / (n + k) - \mu^2}{n + k + 1}

    which for `SHARE` are mean and variance of a Beta posterior, for `CHANGE` of a Dirichlet one,
    and for nobody imagined of Rubin's Bayesian bootstrap. Then
    :math:`t = (\mu - \mu_{all}) / \sqrt{v + v_{all}}`.

    The p value is the larger of two: :math:`2 \Phi(-|t|)`, and that of a random draw of n of all N
    people, :math:`2 \Phi(-|\bar x - \bar x_{all}| / \sqrt{S^2 (1 - n/N) / n})` with
    :math:`S^2` the variance among all. The first is far too small for a slice in which nobody has
    what few of all have, as then its own variance is hardly any; the second for a slice in which
    some of few people have it, or that varies more than others do.

    Parameters
    ----------
    part, whole : Sums
        Of the slices, and of all, whom they are part of.
    imagined : tuple of float
        Numbers of imagined people.

    Returns
    -------
    Divergence
        ``nan`` where a slice has nobody; a p value of 1 where it is everyone.

    Raises
    ------
    ValueError
        If a number of people or a sum of squares is negative.

    References
    ----------
    Pastor, E., de Alfaro, L., Baralis, E. (2021). Looking for trouble: analyzing classifier
    behavior via pattern divergence. SIGMOD '21, 1400-1412 (t of Beta posteriors). Rubin, D. B.
    (1981). The Bayesian bootstrap. Annals of Statistics, 9(1), 130-134. Cochran, W. G. (1977).
    Sampling techniques (3rd ed.). Wiley, section 2.6 (a random draw).

    Examples
    --------
    Of 100 people 10 have what 100 of all 3,000 have; the smaller t decides:

    >>> found = divergence(Sums(100, 10, 10), Sums(3000, 100, 100), imagined=SHARE)
    >>> [round(float(part), 4) for part in found]
    [0.0667, 2.4138, 0.0158]
    """
    n, total, _ = (np.asarray(one, dtype=np.float64) for one in part)
    everyone, of_all, squares = (np.asarray(one, dtype=np.float64) for one in whole)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean, all_mean = total / n, of_all / everyone
        (mu, v), (all_mu, all_v) = _posterior(part, imagined), _posterior(whole, imagined)
        t = (mu - all_mu) / np.sqrt(v + all_v)
        spread = np.maximum(squares / everyone - all_mean**2, 0.0) / (everyone - 1)
        drawn = (mean - all_mean) / np.sqrt(spread * (everyone - n) / n)
    value = np.where(n > 0, mean - all_mean, np.nan)
    t = np.where(n > 0, np.nan_to_num(t), np.nan)
    least = np.minimum(np.abs(t), np.abs(np.where(value == 0, 0.0, np.nan_to_num(drawn))))
    return Divergence(value, t, np.asarray(2 * ndtr(-least)))


def _posterior(of: Sums, imagined: tuple[float, ...]) -> tuple[Floats, Floats]:
    """Mean and variance of the posterior of a mean."""
    more = np.array(imagined)
    n = not_negative("people", of.people) + len(more)
    squares = (not_negative("squares", of.squares) + (more**2).sum()) / n
    mean = (np.asarray(of.total, dtype=np.float64) + more.sum()) / n
    return mean, np.maximum(squares - mean**2, 0.0) / (n + 1)


def beyond_training(found: Divergence, rounds: npt.ArrayLike) -> Divergence:
    r"""P value of a divergence that other training rows of the same kind would have moved, too.

    A model trained on other rows errs about other people. With :math:`D_r` the divergence in each
    of S rounds, s their standard deviation, and e the standard error that the p value of the first
    round stands for,

    .. math:: t = \bar D \, / \sqrt{e^2 + s^2 (1 + 1/S)}

    has Student's law, with Satterthwaite's degrees of freedom: rounds draw again from rows that
    were drawn once, so that their mean is off by about s, however many there are. The larger of
    this p value and the one at hand counts.

    Parameters
    ----------
    found : Divergence
        Of the first round.
    rounds : array_like, shape (rounds, slices)
        Divergence in every round.

    Returns
    -------
    Divergence
        With other p values; of one round, as it is.

    References
    ----------
    Satterthwaite, F. E. (1946). An approximate distribution of estimates of variance components.
    Biometrics Bulletin, 2(6), 110-114. Efron, B., Tibshirani, R. J. (1993). An introduction to the
    bootstrap. Chapman & Hall, chapter 6 (the spread of draws with replacement).

    Examples
    --------
    >>> once = Divergence(np.array([0.1]), np.array([4.0]), np.array([0.0001]))
    >>> [round(float(beyond_training(once, each).p[0]), 4) for each in ([[0.1]], [[0.1], [0.02]])]
    [0.0001, 0.5392]
    """
    values = np.asarray(rounds, dtype=np.float64)
    turns = len(values)
    if turns < 2:
        return found
    with np.errstate(divide="ignore", invalid="ignore"):
        error = (found.value / ndtri(found.p / 2)) ** 2
        trained = values.var(axis=0, ddof=1) * (1 + 1 / turns)
        freedom = (turns - 1) * ((error + trained) / trained) ** 2
        t = np.abs(values.mean(axis=0)) / np.sqrt(error + trained)
        p = 2 * stdtr(np.minimum(freedom, 1e9), -t)
    return found._replace(p=np.maximum(found.p, np.nan_to_num(p, nan=0.0)))

"""How fast variety falls over generations, and in how many of them half of it is gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from audits.formulas.checks import (
    FloatOrArray,
    Floats,
    checked_confidence,
    not_negative,
    plain,
)

FEWEST_INCREMENTS = 3
"""Steps from one generation to the next below which no rate is given."""


class Limits(NamedTuple):
    """A value with its interval; ``nan`` where nothing can be said."""

    value: FloatOrArray
    low: FloatOrArray
    high: FloatOrArray


@dataclass(frozen=True, slots=True)
class Decay:
    """How fast variety falls.

    Attributes
    ----------
    rate : Limits
        Loss of log variety per generation; below 0 where variety grows.
    half_life : Limits
        Generations in which half of it is gone; ``inf`` where the rate, or the limit that stands
        behind it, is not above 0. An infinite upper limit says that no decay is established.
    increments : int
        Steps behind it: from one generation to the next, of the longest chain.
    collapsed_at : int or None
        The first generation without any variety (of several chains, the first of the first).
    unknown_from : int or None
        The first generation whose variety is not known, because the group is gone or too small
        (of several chains, the first of the first).
    """

    rate: Limits
    half_life: Limits
    increments: int
    collapsed_at: int | None
    unknown_from: int | None


class _Steps(NamedTuple):
    """What one chain says before it ends."""

    losses: Floats
    collapsed_at: int | None
    unknown_from: int | None


def decay(values: npt.ArrayLike, *, confidence: float) -> Decay:
    r"""Rate at which variety falls, and its half-life, from the steps of one chain.

    With the losses :math:`r_t = \ln D_{t-1} - \ln D_t`, t = 1 ... T:

    .. math:: \lambda = \bar r, \qquad \lambda \pm t_{T-1} \frac{s_r}{\sqrt T},
              \qquad \text{half-life} = \frac{\ln 2}{\lambda}

    Levels of a chain are a random walk: whatever a generation loses by chance is lost to all that
    follow. A straight line through them would take their errors for independent, and its interval
    would cover far too rarely; steps are nearly independent.

    Parameters
    ----------
    values : array_like of shape (T + 1,)
        Variety of generation 0, 1 ... T. It ends at the first 0, from which no logarithm can be
        taken (the chain has collapsed), or at the first ``nan`` (the group is gone, or too small).
    confidence : float in (0, 1)
        Level of the interval.

    Returns
    -------
    Decay
        Rate and half-life are ``nan`` with fewer than three steps.

    Raises
    ------
    ValueError
        If a value is negative or infinite, or `confidence` is out of range.

    References
    ----------
    Harvey, A. C. (1989). Forecasting, structural time series models and the Kalman filter.
    Cambridge University Press (the random walk with drift, whose drift is the mean step).

    Examples
    --------
    >>> found = decay([0.60, 0.56, 0.50, 0.47, 0.43], confidence=0.95)
    >>> [round(number, 4) for number in found.rate]
    [0.0833, 0.0466, 0.12]
    >>> [round(number, 2) for number in found.half_life]
    [8.32, 5.78, 14.88]
    """
    checked_confidence(confidence)
    steps = _steps(values)
    enough = len(steps.losses) >= FEWEST_INCREMENTS
    rate = _mean_and_limits(steps.losses, confidence) if enough else _UNKNOWN
    return Decay(rate, _half_life(rate), len(steps.losses), steps.collapsed_at, steps.unknown_from)


def decay_of_chains(chains: Sequence[npt.ArrayLike], *, confidence: float) -> Decay:
    r"""Rate at which variety falls, and its half-life, from several chains of one loop.

    Losses are averaged within each chain first; the interval is that of a mean over chains, with
    their number less one as degrees of freedom. A single chain is judged by its own steps.

    Parameters
    ----------
    chains : sequence of array_like
        Variety of generation 0, 1 ... in each chain, as in `decay`. A chain that ends early counts
        with the steps it has, so that the rate of chains that collapse is, if anything, too low;
        one without a single step is left out.
    confidence : float in (0, 1)
        Level of the interval.

    Returns
    -------
    Decay
        Rate and half-life are ``nan`` if no chain has three steps.

    Raises
    ------
    ValueError
        As in `decay`.

    References
    ----------
    Student (1908). The probable error of a mean. Biometrika, 6(1), 1-25.

    Examples
    --------
    >>> two = [[0.8, 0.4, 0.2, 0.1], [0.8, 0.4, 0.2, 0.1]]
    >>> [round(number, 6) for number in decay_of_chains(two, confidence=0.95).half_life]
    [1.0, 1.0, 1.0]
    """
    if len(chains) == 1:
        return decay(chains[0], confidence=confidence)
    checked_confidence(confidence)
    each = [_steps(values) for values in chains]
    longest = max((len(steps.losses) for steps in each), default=0)
    means = np.array([steps.losses.mean() for steps in each if len(steps.losses)])
    enough = longest >= FEWEST_INCREMENTS and len(means) > 1
    rate = _mean_and_limits(means, confidence) if enough else _UNKNOWN
    return Decay(
        rate,
        _half_life(rate),
        longest,
        min((s.collapsed_at for s in each if s.collapsed_at is not None), default=None),
        min((s.unknown_from for s in each if s.unknown_from is not None), default=None),
    )


def mean_over_chains(values: npt.ArrayLike, *, confidence: float) -> Limits:
    """Mean over chains of one loop, with its t interval.

    Parameters
    ----------
    values : array_like of shape (chains, ...)
        What each chain shows; ``nan`` in chains that show nothing.
    confidence : float in (0, 1)
        Level of the interval.

    Returns
    -------
    Limits
        Three arrays of shape (...,); ``nan`` without any chain, limits ``nan`` with a single one.

    Raises
    ------
    ValueError
        If `confidence` is out of range.

    References
    ----------
    Student (1908). The probable error of a mean. Biometrika, 6(1), 1-25.

    Examples
    --------
    >>> [round(float(part), 3) for part in mean_over_chains([1.0, 2.0, 3.0], confidence=0.95)]
    [2.0, -0.484, 4.484]
    """
    checked_confidence(confidence)
    shown = np.asarray(values, dtype=float)
    known = ~np.isnan(shown)
    chains = known.sum(0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, shown, 0.0).sum(0) / chains
        square = np.where(known, (shown - mean) ** 2, 0.0).sum(0) / (chains - 1)
        half = stdtrit(np.maximum(chains - 1.0, 1.0), (1 + confidence) / 2) * np.sqrt(
            square / chains
        )
    half = np.where(chains > 1, half, np.nan)
    return Limits(np.asarray(mean), np.asarray(mean - half), np.asarray(mean + half))


def collapse_excess(rate: npt.ArrayLike, rows: npt.ArrayLike) -> FloatOrArray:
    r"""How many times as fast variety falls as under plain resampling of the rows.

    .. math:: \lambda \Big/ \frac1T \sum_{t=1}^{T} \frac{1}{M_t}

    A generator that draws whole rows loses, on average, a share of 1 / M of the variety per
    generation: about 1 means that nothing but chance is at work, far above 1 that the generator
    itself narrows.

    Parameters
    ----------
    rate : array_like
        Loss of log variety per generation.
    rows : array_like of shape (T,)
        The group's rows in each generation: those of generation 1 ... T if a generation's variety
        is that of its rows (Gini-Simpson), those of generation 0 ... T - 1 if it is that of two
        different rows (which estimates the generator's, and so shows the loss a generation later).

    Returns
    -------
    float or numpy.ndarray
        Like `rate`; ``nan`` if there are no rows, or any generation has none.

    Raises
    ------
    ValueError
        If a number of rows is negative.

    References
    ----------
    Wright, S. (1931). Evolution in Mendelian populations. Genetics, 16(2), 97-159 (the loss of
    1 / M per generation, and the harmonic mean where M changes). The ratio is ours.

    Examples
    --------
    >>> round(collapse_excess(0.02, [100, 100, 100]), 9)
    2.0
    """
    sizes = not_negative("rows", rows)
    usable = sizes.size > 0 and bool((sizes > 0).all())
    chance = float(np.mean(1 / sizes)) if usable else np.nan
    return plain(np.asarray(rate, dtype=float) / chance)


_UNKNOWN = Limits(float("nan"), float("nan"), float("nan"))


def _steps(values: npt.ArrayLike) -> _Steps:
    """Losses of log variety before the chain ends, and how it ends."""
    variety = np.atleast_1d(not_negative("variety", values))
    if variety.ndim != 1 or np.isinf(variety).any():
        raise ValueError("variety must be one finite number per generation")
    ends = np.flatnonzero(~(variety > 0))
    end = int(ends[0]) if ends.size else None
    gone = end is not None and variety[end] == 0
    losses = -np.diff(np.log(variety[:end]))
    return _Steps(losses, end if gone else None, None if gone else end)


def _mean_and_limits(losses: Floats, confidence: float) -> Limits:
    mean = float(losses.mean())
    error = float(losses.std(ddof=1) / np.sqrt(len(losses)))
    half = float(stdtrit(len(losses) - 1, (1 + confidence) / 2)) * error
    return Limits(mean, mean - half, mean + half)


def _half_life(rate: Limits) -> Limits:
    """Generations to lose half; a rate that is not above 0 never gets there."""
    if np.isnan(rate.value):
        return _UNKNOWN
    value, low, high = (
        float(np.log(2) / limit) if limit > 0 else float("inf")
        for limit in (rate.value, rate.high, rate.low)
    )
    return Limits(value, low, high)

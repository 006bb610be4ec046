"""What a generation has lost since generation 0, from counts; and which loop it came from."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Marked = NDArray[np.bool_]


class LevelsChanged(NamedTuple):
    """How many levels are gone, and how many are new."""

    lost: NDArray[np.int64]
    born: NDArray[np.int64]


def tail_levels(counts: ArrayLike, *, share: float) -> Marked:
    r"""Which levels of an ordered column lie in its tails.

    A level lies in the lower tail if at most `share` of the rows are at it or below, and in the
    upper tail if at most `share` are at it or above.

    Parameters
    ----------
    counts : array_like of shape (K,)
        Rows per level, lowest first, of the yardstick.
    share : float in (0, 0.5)
        Size of each tail.

    Returns
    -------
    numpy.ndarray of bool, shape (K,)
        Levels beyond the lowest or highest that the yardstick holds are in its tails, too. With
        few levels, or ties at an end, there may be no rows in a tail at all.

    Raises
    ------
    ValueError
        If `share` is out of range.

    References
    ----------
    Hyndman, R. J., Fan, Y. (1996). Sample quantiles in statistical packages. The American
    Statistician, 50(4), 361-365 (the quantile of definition 1).

    Examples
    --------
    >>> tail_levels([1, 9, 80, 9, 1], share=0.05)
    array([ True, False, False, False,  True])
    """
    if not 0 < share < 0.5:
        raise ValueError(f"share must be in (0, 0.5), got {share:g}")
    rows = np.asarray(counts, dtype=float)
    limit = share * rows.sum()
    below, above = np.cumsum(rows), np.cumsum(rows[::-1])[::-1]
    return np.asarray((below <= limit) | (above <= limit))


def rare_levels(counts: ArrayLike, *, below: float) -> Marked:
    r"""Which levels are held, but by fewer than a share of the rows.

    Parameters
    ----------
    counts : array_like of shape (K,)
        Rows per level of the yardstick.
    below : float in (0, 1)
        Share that a rare level does not reach.

    Returns
    -------
    numpy.ndarray of bool, shape (K,)
        False for levels that nobody holds.

    Raises
    ------
    ValueError
        If `below` is out of range.

    References
    ----------
    Own definition; after the loss of low-probability events in Shumailov, I. et al. (2024). AI
    models collapse when trained on recursively generated data. Nature, 631, 755-759.

    Examples
    --------
    >>> rare_levels([97, 3, 0], below=0.05)
    array([False,  True, False])
    """
    if not 0 < below < 1:
        raise ValueError(f"below must be in (0, 1), got {below:g}")
    rows = np.asarray(counts, dtype=float)
    return np.asarray((rows > 0) & (rows < below * rows.sum()))


def share_at(counts: ArrayLike, levels: ArrayLike) -> Floats:
    """Share of the rows that are at certain levels.

    Parameters
    ----------
    counts : array_like of shape (..., K)
        Rows per level.
    levels : array_like of bool, shape (K,)
        The levels meant.

    Returns
    -------
    numpy.ndarray of shape (...,)
        In [0, 1]; ``nan`` without rows.

    References
    ----------
    Own definition.

    Examples
    --------
    >>> float(share_at([6, 3, 1], [False, True, True]))
    0.4
    """
    rows = np.asarray(counts, dtype=float)
    with np.errstate(invalid="ignore"):
        return np.asarray(rows[..., np.asarray(levels, dtype=bool)].sum(-1) / rows.sum(-1))


def levels_changed(first: ArrayLike, later: ArrayLike) -> LevelsChanged:
    """Number of levels that somebody held at first and nobody later, and the other way round.

    Parameters
    ----------
    first, later : array_like of shape (..., K)
        Rows per level.

    Returns
    -------
    LevelsChanged
        Two arrays of shape (...,).

    References
    ----------
    Own definition.

    Examples
    --------
    >>> [int(number) for number in levels_changed([5, 1, 1, 0], [7, 0, 0, 1])]
    [2, 1]
    """
    before, after = np.asarray(first) > 0, np.asarray(later) > 0
    return LevelsChanged((before & ~after).sum(-1), (after & ~before).sum(-1))


def overall_drift(values: ArrayLike, null_rms: ArrayLike) -> Floats:
    r"""Drift over several columns, less what chance explains.

    .. math:: \sqrt{\max\bigl(0,\; \overline{T^2} - \overline{q^2}\bigr)}

    with :math:`T` the total variation of each column and :math:`q` its root mean square if the
    two samples came from one population (`audits.formulas.nulls.total_variation_null`).

    Parameters
    ----------
    values, null_rms : array_like of shape (columns, ...)
        Both per column; columns that are ``nan`` are left out.

    Returns
    -------
    numpy.ndarray of shape (...,)
        In [0, 1]; ``nan`` without any column.

    References
    ----------
    Diaconis, P. and Zabell, S. (1991). Closed form summation for classical distributions:
    variations on a theme of de Moivre. Statistical Science, 6(3), 284-302 (the null law).

    Examples
    --------
    >>> float(overall_drift([0.5, 0.5], [0.3, 0.3]))
    0.4
    """
    apart, chance = np.asarray(values, dtype=float), np.asarray(null_rms, dtype=float)
    known = ~np.isnan(apart) & ~np.isnan(chance)
    excess = np.where(known, apart**2 - chance**2, 0.0).sum(0)
    columns = known.sum(0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(columns > 0, excess / columns, np.nan)
    return np.asarray(np.sqrt(np.maximum(mean, 0.0)))


def slowing_p(increments: ArrayLike) -> float:
    r"""One-sided p value of "the steps do not become smaller", by Mann's test against trend.

    .. math:: p = P(I \ge i), \qquad i = \#\{s < t : r_s > r_t\} + \tfrac12 \#\{s < t : r_s = r_t\}

    with :math:`I` the inversions of a random order; exact.

    Parameters
    ----------
    increments : array_like of shape (T,)
        Loss from each generation to the next.

    Returns
    -------
    float
        In (0, 1]; small when the losses become smaller. 1 for a single step, ``nan`` for none.

    References
    ----------
    Mann, H. B. (1945). Nonparametric tests against trend. Econometrica, 13(3), 245-259.

    Examples
    --------
    Four steps, each smaller than the one before: one order of 24.

    >>> round(slowing_p([0.4, 0.3, 0.2, 0.1]) * 24, 9)
    1.0
    """
    steps = np.asarray(increments, dtype=float)
    if steps.size == 0 or np.isnan(steps).any():
        return float("nan")
    apart = steps[:, None] - steps[None, :]
    earlier = np.triu(np.ones(apart.shape, dtype=bool), k=1)
    seen = float((apart[earlier] > 0).sum() + 0.5 * (apart[earlier] == 0).sum())
    orders = np.ones(1)
    for size in range(
        2, steps.size + 1
    ):  # shares of the orders of so many with 0, 1 ... inversions
        orders = np.convolve(orders, np.full(size, 1.0 / size))
    return float(min(orders[int(np.ceil(seen - 1e-9)) :].sum(), 1.0))


def loop_of(
    *,
    from_previous: ArrayLike,
    from_first: ArrayLike,
    holds_previous: ArrayLike,
    holds_first: ArrayLike,
    different: float,
) -> str:
    """Which loop the rows point to, as far as equal rows can tell.

    A loop that accumulates keeps every earlier row; one with fixed real data keeps those of
    generation 0; one that resamples has no row that was not in the generation before. A loop that
    fits a model to the generation before, and one that fits it to fresh real people each time,
    leave no such trace and cannot be told apart by rows.

    Parameters
    ----------
    from_previous, from_first : array_like of shape (generations,)
        Share of the rows of generation 1, 2 ... that occur in the one before, and in generation 0.
    holds_previous, holds_first : array_like of shape (generations,)
        Share of the rows of the one before, and of generation 0, that occur in generation 1, 2 ...
    different : float in [0, 1]
        Different rows of generation 0 over its rows. Where most rows are like others, equal rows
        prove nothing.

    Returns
    -------
    str
        "accumulate", "fixed-real", "resample", or "not known". With a single generation after
        generation 0, accumulating and keeping the real rows are the same: "fixed-real".

    References
    ----------
    Alemohammad, S. et al. (2024). Self-consuming generative models go MAD. International
    Conference on Learning Representations (the loops).
    Gerstgrasser, M. et al. (2024). Is model collapse inevitable? Breaking the curse of recursion
    by accumulating real and synthetic data. Conference on Language Modeling.

    Examples
    --------
    >>> loop_of(from_previous=[0.5, 0.67], from_first=[0.5, 0.33], holds_previous=[1, 1],
    ...         holds_first=[1, 1], different=0.9)
    'accumulate'
    """
    if different < _TELLING:
        return "not known"
    previous, first = (
        (np.asarray(share, dtype=float) >= _ALL).all() for share in (holds_previous, holds_first)
    )
    added = (np.asarray(from_previous, dtype=float) < _ALL).all()
    if previous and added and np.size(holds_previous) > 1:
        return "accumulate"
    if first and (np.asarray(from_first, dtype=float) < _ALL).all():
        return "fixed-real"
    if (np.asarray(from_previous, dtype=float) >= _ALL).all():
        return "resample"
    return "not known"


_TELLING = 0.3
"""Share of different rows from which equal rows are no accident."""
_ALL = 0.999
"""Share that counts as all: a few rows may have been rounded on the way."""

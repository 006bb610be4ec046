"""What becomes of variety when real rows take part in every generation.

Variety is 1 minus the chance that two rows are of one type (Gini-Simpson), or the mean
dissimilarity of two rows by any distance: both are sums over pairs of types, and both obey the
same laws, those of a generator that copies rows.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import zeta

from audits.formulas.checks import FloatOrArray, Floats, not_negative, plain, whole


def kept_by_accumulating(rows: npt.ArrayLike, generations: int) -> Floats:
    r"""Share of the variety of the pool left when M rows are added to it in every generation.

    A pool of k parts of M rows each, the first of them real, gets another:

    .. math:: \frac{G_t}{G_0} = \prod_{k=2}^{t+1} \Bigl(1 - \frac{1}{M k^2}\Bigr)

    Parameters
    ----------
    rows : float
        Rows M of the real table and of every generation, at least 1.
    generations : int
        Generations t, at least 0.

    Returns
    -------
    numpy.ndarray of shape (generations + 1,)
        1 for generation 0.

    Raises
    ------
    ValueError
        If there are no rows, or generations are negative.

    References
    ----------
    Gerstgrasser, M. et al. (2024). Is model collapse inevitable? Breaking the curse of recursion
    by accumulating real and synthetic data. Conference on Language Modeling (the loop). The
    product is ours.

    Examples
    --------
    >>> [round(float(kept), 4) for kept in kept_by_accumulating(30, 2)]
    [1.0, 0.9917, 0.988]
    """
    m = float(_at_least_one("rows", rows))
    parts = np.arange(2, int(whole("generations", generations)) + 2)
    return np.concatenate([[1.0], np.cumprod(1 - 1 / (m * parts**2))])


def kept_by_accumulating_for_ever(rows: npt.ArrayLike) -> FloatOrArray:
    r"""Limit of `kept_by_accumulating`: accumulating loses a little, once.

    .. math:: \frac{\sin x}{x\,(1 - 1/M)}, \quad x = \frac{\pi}{\sqrt M}; \qquad
              \text{lost in all about } \Bigl(\frac{\pi^2}{6} - 1\Bigr) \Big/ M

    Parameters
    ----------
    rows : array_like
        Rows M of the real table and of every generation, at least 1.

    Returns
    -------
    float or numpy.ndarray
        In [0.5, 1).

    Raises
    ------
    ValueError
        If there are no rows.

    References
    ----------
    Euler, L. (1748). Introductio in analysin infinitorum, chapter 9 (the product of the sine).
    Its use here is ours.

    Examples
    --------
    >>> round(1 - kept_by_accumulating_for_ever(30), 4)
    0.0213
    """
    m = _at_least_one("rows", rows)
    with np.errstate(divide="ignore", invalid="ignore"):
        kept = np.sinc(1 / np.sqrt(m)) / (1 - 1 / m)
    return plain(np.where(m == 1, 0.5, kept))


def mean_coincidence_fixed(
    coincidence: npt.ArrayLike, *, real_rows: npt.ArrayLike, rows: npt.ArrayLike
) -> FloatOrArray:
    r"""Chance that two rows are of one type, in the long run, with the same real rows kept.

    Every generation of M rows is drawn from the n real rows and the M rows before it, pooled:
    with :math:`a = n / (n + M)`

    .. math:: F^* = \frac{(2a - a^2) F_R + (1-a)^2 / M}{1 - (1-a)^2 (1 - 1/M)}

    Parameters
    ----------
    coincidence : array_like
        :math:`F_R = \sum p^2` of the real rows.
    real_rows, rows : array_like
        n and M, at least 1.

    Returns
    -------
    float or numpy.ndarray
        Of the pool, on average over chains.

    Raises
    ------
    ValueError
        If there are no rows.

    References
    ----------
    Alemohammad, S. et al. (2024). Self-consuming generative models go MAD. International
    Conference on Learning Representations (the loop). Wright, S. (1931). Evolution in Mendelian
    populations. Genetics, 16(2), 97-159 (migration balances drift). The formula is ours.

    Examples
    --------
    >>> round(1 - mean_coincidence_fixed(1 - 0.7162, real_rows=30, rows=30), 4)
    0.7083
    """
    n, m = _at_least_one("real_rows", real_rows), _at_least_one("rows", rows)
    a = n / (n + m)
    real = not_negative("coincidence", coincidence)
    drift = (1 - a) ** 2
    return plain(((2 * a - a**2) * real + drift / m) / (1 - drift * (1 - 1 / m)))


def mean_coincidence_fresh(
    coincidence: npt.ArrayLike, *, real_rows: npt.ArrayLike, rows: npt.ArrayLike
) -> FloatOrArray:
    r"""Chance that two rows are of one type, in the long run, with fresh real rows each time.

    As in `mean_coincidence_fixed`, but the n real rows of every generation are other people:

    .. math:: F^* = \frac{a^2 \bigl(F_P + (1 - F_P)/n\bigr) + 2a(1-a) F_P + (1-a)^2 / M}
                         {1 - (1-a)^2 (1 - 1/M)}

    Parameters
    ----------
    coincidence : array_like
        :math:`F_P = \sum p^2` of the population they come from.
    real_rows, rows : array_like
        n and M, at least 1.

    Returns
    -------
    float or numpy.ndarray
        Of the pool, on average over chains.

    Raises
    ------
    ValueError
        If there are no rows.

    References
    ----------
    As for `mean_coincidence_fixed`.

    Examples
    --------
    >>> round(1 - mean_coincidence_fresh(1 - 0.7162, real_rows=30, rows=30), 4)
    0.7005
    """
    n, m = _at_least_one("real_rows", real_rows), _at_least_one("rows", rows)
    a = n / (n + m)
    people = not_negative("coincidence", coincidence)
    drift = (1 - a) ** 2
    real = a**2 * (people + (1 - people) / n) + 2 * a * (1 - a) * people
    return plain((real + drift / m) / (1 - drift * (1 - 1 / m)))


def regression_excess_by_replacing(generations: npt.ArrayLike) -> FloatOrArray:
    r"""Excess test error of a linear regression fitted t times to its own predictions.

    In units of what one fit to T rows with d features costs,
    :math:`\sigma^2 d / (T - d - 1)`: it is t, and has no limit.

    Parameters
    ----------
    generations : array_like
        Fits t, at least 0.

    Returns
    -------
    float or numpy.ndarray
        In those units.

    Raises
    ------
    ValueError
        If a number is negative or not whole.

    References
    ----------
    Gerstgrasser, M. et al. (2024). Is model collapse inevitable? Breaking the curse of recursion
    by accumulating real and synthetic data. Conference on Language Modeling.

    Examples
    --------
    >>> regression_excess_by_replacing(5)
    5.0
    """
    return plain(whole("generations", generations))


def regression_excess_by_accumulating(generations: int) -> Floats:
    r"""Upper bound of the excess test error when every fit is to all rows so far.

    .. math:: \sum_{i=1}^{t} \frac{1}{i^2} \le \frac{\pi^2}{6}

    Parameters
    ----------
    generations : int
        Fits t, at least 1.

    Returns
    -------
    numpy.ndarray of shape (generations,)
        After 1, 2 ... t fits, in the units of `regression_excess_by_replacing`.

    Raises
    ------
    ValueError
        If the number is negative or not whole.

    References
    ----------
    Gerstgrasser, M. et al. (2024), as for `regression_excess_by_replacing`.

    Examples
    --------
    >>> [round(float(bound), 4) for bound in regression_excess_by_accumulating(3)]
    [1.0, 1.25, 1.3611]
    """
    return np.cumsum(1 / np.arange(1, int(whole("generations", generations)) + 1) ** 2)


def regression_excess_accumulated(generations: int, *, rows: int, features: int) -> Floats:
    r"""Excess test error when every fit is to all rows so far, with independent normal features.

    The fit of generation t differs from the one before by the noise of the newest rows alone, so

    .. math:: \sum_{i=1}^{t} \frac{T - d - 1}{i\,(iT - d - 1)}

    which is below :math:`\sum 1/i^2` and close to it when T is far above d.

    Parameters
    ----------
    generations : int
        Fits t, at least 1.
    rows, features : int
        T rows per generation and d features; T above d + 1.

    Returns
    -------
    numpy.ndarray of shape (generations,)
        After 1, 2 ... t fits, in the units of `regression_excess_by_replacing`.

    Raises
    ------
    ValueError
        If there are too few rows for an expectation to exist.

    References
    ----------
    Gerstgrasser, M. et al. (2024), as for `regression_excess_by_replacing` (the loop). The exact
    value is ours; it uses the mean of an inverse Wishart matrix.

    Examples
    --------
    >>> [round(float(value), 4) for value in regression_excess_accumulated(2, rows=50, features=5)]
    [1.0, 1.234]
    """
    if rows <= features + 1:
        raise ValueError(f"rows must be above {features + 1}, got {rows}")
    i = np.arange(1, int(whole("generations", generations)) + 1)
    return np.cumsum((rows - features - 1) / (i * (i * rows - features - 1)))


REGRESSION_LIMIT = float(zeta(2))
"""Limit of `regression_excess_by_accumulating`: pi squared over 6."""


def _at_least_one(name: str, values: npt.ArrayLike) -> Floats:
    numbers = not_negative(name, values)
    if (numbers < 1).any():
        raise ValueError(f"{name} must be at least 1, got {np.nanmin(numbers):g}")
    return numbers

"""Pairs of values that no real row has, although chance alone would have brought them together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from audits.formulas.checks import FloatOrArray, Floats, not_above, not_negative, plain, whole

Flags = npt.NDArray[np.bool_]


def expected_joint(table: npt.ArrayLike) -> Floats:
    r"""Rows that each pair of values would have if the two columns were independent.

    .. math:: e_{ab} = \frac{n_a n_b}{n}

    Parameters
    ----------
    table : array_like of int, shape (levels, levels)
        Rows per value of one column and value of the other.

    Returns
    -------
    array of float, shape of `table`
        Rows; 0 everywhere where there are none.

    Raises
    ------
    ValueError
        If a count is negative or broken, or the table has not two dimensions.

    References
    ----------
    Agresti, A. (2013). Categorical Data Analysis, third edition. Wiley.

    Examples
    --------
    >>> expected_joint([[8, 0], [0, 8]])
    array([[4., 4.],
           [4., 4.]])
    """
    counts = checked_table(table)
    return np.asarray(counts.sum(1, keepdims=True) * counts.sum(0) / max(counts.sum(), 1))


def hypergeometric_none(n: npt.ArrayLike, a: npt.ArrayLike, b: npt.ArrayLike) -> FloatOrArray:
    r"""Probability that two values never meet, if chance alone deals them out.

    .. math:: P(0) = \binom{n-a}{b} \Big/ \binom{n}{b}

    At most :math:`e^{-ab/n}`, and close to it where both values are rare.

    Parameters
    ----------
    n : array_like
        Rows altogether; whole numbers.
    a, b : array_like
        Rows with the one value, and with the other.

    Returns
    -------
    float or ndarray
        Between 0 and 1; 0 where a + b exceeds n, since they then have to meet.

    Raises
    ------
    ValueError
        If a number is negative or broken, or `a` or `b` exceeds `n`.

    References
    ----------
    Fisher, R. A. (1935). The logic of inductive inference. Journal of the Royal Statistical
    Society, 98(1), 39-82.

    Examples
    --------
    One of two rows has the one value; the other value falls on the other row.

    >>> round(hypergeometric_none(2, 1, 1), 9)
    0.5
    """
    rows = whole("n", n)
    first = not_above("a", whole("a", a), limit_name="n", limit=rows)
    second = not_above("b", whole("b", b), limit_name="n", limit=rows)
    room = rows - first - second
    apart = gammaln(rows - first + 1) - gammaln(np.maximum(room, 0) + 1)
    p = np.exp(apart - gammaln(rows + 1) + gammaln(rows - second + 1))
    return plain(np.where(room < 0, 0.0, np.minimum(p, 1.0)))


def surprise(*, alpha: float, pairs: float) -> float:
    r"""Rows that chance must expect before none of them is a surprise, :math:`\ln(P/\alpha)`.

    None where :math:`e` are expected has a probability of at most :math:`e^{-e}`; with
    :math:`P` pairs looked at, one of them is empty by chance with a probability of at most
    :math:`\alpha`.

    Parameters
    ----------
    alpha : float, between 0 and 1
        Probability of one false surprise among all pairs.
    pairs : float, at least 1
        Pairs of values looked at, :math:`P`.

    Returns
    -------
    float
        Rows, above 0.

    Raises
    ------
    ValueError
        If `alpha` is outside (0, 1) or `pairs` below 1.

    References
    ----------
    Bonferroni, C. E. (1936). Teoria statistica delle classi e calcolo delle probabilità.
    Pubblicazioni del R. Istituto Superiore di Scienze Economiche e Commerciali di Firenze, 8.

    Examples
    --------
    >>> [round(surprise(alpha=0.01, pairs=pairs), 1) for pairs in (1, 10, 100, 1000)]
    [4.6, 6.9, 9.2, 11.5]
    """
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must be between 0 and 1, got {alpha:g}")
    if not pairs >= 1:
        raise ValueError(f"pairs must be at least 1, got {pairs:g}")
    return float(np.log(pairs / alpha))


def forbidden_pairs(table: npt.ArrayLike, *, alpha: float, pairs: float, spare: int = 0) -> Flags:
    """Pairs of values that no real row has although independence expects many.

    Parameters
    ----------
    table : array_like of int, shape (levels, levels)
        Real rows per value of one column and value of the other.
    alpha : float, between 0 and 1
        Probability of one false accusation among all pairs, see `surprise`.
    pairs : float, at least 1
        Pairs of values looked at, in all tables together.
    spare : int, at least 0
        Ask instead for the pairs that so many rows have, and that would be forbidden if these
        rows were left out. With 1 these rows tell how often a fresh person is accused.

    Returns
    -------
    array of bool, shape of `table`
        A value that occurs nowhere is never part of a forbidden pair: nothing is expected of it.

    Raises
    ------
    ValueError
        As `expected_joint` and `surprise`.

    References
    ----------
    Fisher, R. A. (1935), for the probability of an empty cell; Bonferroni, C. E. (1936), for many.

    Examples
    --------
    Of 1,000 rows 80 have the one value and 100 the other; 8 should have both.

    >>> forbidden_pairs([[820, 100], [80, 0]], alpha=0.01, pairs=4).tolist()
    [[False, False], [False, True]]
    """
    counts = checked_table(table)
    needed = surprise(alpha=alpha, pairs=pairs)
    first, second = counts.sum(1, keepdims=True) - spare, counts.sum(0) - spare
    expected = np.maximum(first, 0) * np.maximum(second, 0) / max(counts.sum() - spare, 1)
    return np.asarray((counts == spare) & (expected >= needed))


def checked_table(table: npt.ArrayLike) -> Floats:
    """Counts in two dimensions, whole and not negative.

    >>> checked_table([[1, 0]])
    array([[1., 0.]])
    """
    counts = whole("count", not_negative("count", table))
    if counts.ndim != 2:
        raise ValueError(f"a table has two dimensions, got shape {counts.shape}")
    return counts

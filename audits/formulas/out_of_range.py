"""How often a fresh real value lies outside the range of the values seen."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from audits.formulas.checks import FloatOrArray, plain, whole


def out_of_range_rate(n: npt.ArrayLike) -> FloatOrArray:
    r"""Probability that a fresh value is below the smallest or above the largest of n.

    .. math:: \frac{2}{n + 1}

    Of n + 1 values in random order the last is as likely as any other to be the smallest, and the
    largest. Exact for values that are never equal; equal ones make it smaller.

    Parameters
    ----------
    n : array_like
        Values seen; whole numbers.

    Returns
    -------
    float or ndarray
        Between 0 and 1; 1 for one value or none.

    Raises
    ------
    ValueError
        If `n` is negative or broken.

    References
    ----------
    Wilks, S. S. (1941). Determination of sample sizes for setting tolerance limits. Annals of
    Mathematical Statistics, 12(1), 91-96.

    Examples
    --------
    >>> round(out_of_range_rate(30), 4)
    0.0645
    """
    return plain(np.minimum(2 / (whole("n", n) + 1), 1.0))


def out_of_range_rate_of_any(n: npt.ArrayLike, columns: npt.ArrayLike) -> FloatOrArray:
    r"""Probability that a fresh row is out of range in at least one of several columns.

    .. math:: 1 - \Bigl(1 - \frac{2}{n + 1}\Bigr)^{d}

    for independent columns; at most that for columns that rise together.

    Parameters
    ----------
    n : array_like
        Rows seen; whole numbers.
    columns : array_like
        Columns of numbers, :math:`d`.

    Returns
    -------
    float or ndarray
        Between 0 and 1; 0 without columns.

    Raises
    ------
    ValueError
        If a number is negative or broken.

    References
    ----------
    Wilks, S. S. (1941), as `out_of_range_rate`; independence for the rest.

    Examples
    --------
    Half of all people are out of the range of thirty others in one of ten columns.

    >>> round(out_of_range_rate_of_any(30, 10), 2)
    0.49
    """
    inside = 1 - np.asarray(out_of_range_rate(n))
    return plain(1 - inside ** whole("columns", columns))

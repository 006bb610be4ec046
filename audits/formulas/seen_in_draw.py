"""Chance that a draw holds anything of a kind."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from audits.formulas.checks import FloatOrArray, not_above, plain, whole


def seen_in_draw(count: npt.ArrayLike, total: npt.ArrayLike, drawn: npt.ArrayLike) -> FloatOrArray:
    r"""Chance that at least one of `count` things is among those drawn without replacement.

    .. math:: 1 - \binom{N-c}{k} \Big/ \binom{N}{k}

    Summed over the kinds of things, it is the number of kinds expected in the draw.

    Parameters
    ----------
    count : array_like
        Things of the kind, :math:`c`; whole numbers.
    total : array_like
        Things altogether, :math:`N`.
    drawn : array_like
        Things drawn, :math:`k`.

    Returns
    -------
    float or ndarray
        Between 0 and 1; 0 where nothing is drawn, 1 where everything is and there is any.

    Raises
    ------
    ValueError
        If a number is negative or broken, or `count` or `drawn` exceeds `total`.

    References
    ----------
    Hurlbert, S. H. (1971). The nonconcept of species diversity. Ecology, 52(4), 577-586.

    Examples
    --------
    Two of four, two drawn: both others in one of six draws.

    >>> round(seen_in_draw(2, 4, 2), 4)
    0.8333
    """
    n = whole("total", total)
    c = not_above("count", whole("count", count), limit_name="total", limit=n)
    k = not_above("drawn", whole("drawn", drawn), limit_name="total", limit=n)
    c, n, k = np.broadcast_arrays(c, n, k)
    possible = n - c >= k
    left = np.where(possible, n - c, k)
    none = gammaln(left + 1) - gammaln(left - k + 1) - gammaln(n + 1) + gammaln(n - k + 1)
    return plain(np.where(possible, np.clip(-np.expm1(none), 0.0, 1.0), 1.0))

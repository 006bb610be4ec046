"""Fisher's exact test, for many words at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from audits.formulas.checks import FloatOrArray, Floats, not_above, plain, whole


def fisher_two_sided_p(
    count: npt.ArrayLike,
    total: npt.ArrayLike,
    other_count: npt.ArrayLike,
    other_total: npt.ArrayLike,
) -> FloatOrArray:
    r"""Exact two-sided p value of two shares being one, by twice the smaller tail.

    Given how many rows of both sides together are of a kind, those of one side are hypergeometric
    under no difference: :math:`2\min\{P(X \le x), P(X \ge x)\}`, at most 1.

    Parameters
    ----------
    count, total : array_like
        Rows of a kind and altogether on one side; whole numbers.
    other_count, other_total : array_like
        The same on the other side.

    Returns
    -------
    float or ndarray
        In (0, 1]; 1 where a side has no rows.

    Raises
    ------
    ValueError
        If a count is negative or broken, or exceeds its total.

    References
    ----------
    Fisher, R. A. (1935). The logic of inductive inference. Journal of the Royal Statistical
    Society, 98(1), 39-82.

    Examples
    --------
    Three of three against none of three: each way to deal them out is one of twenty.

    >>> round(fisher_two_sided_p(3, 3, 0, 3), 6)
    0.1
    """
    sides = []
    for name, part, of in (("count", count, total), ("other_count", other_count, other_total)):
        rows = whole("total", of)
        sides.append((not_above(name, whole(name, part), limit_name="total", limit=rows), rows))
    (x, n), (y, m) = sides
    x, y, n, m = np.broadcast_arrays(x, y, n, m)
    tail = _smaller_tail(*np.broadcast_arrays(x, n, y, m))
    return plain(np.clip(2 * tail, np.finfo(float).tiny, 1.0))


def _smaller_tail(x: Floats, n: Floats, y: Floats, m: Floats) -> Floats:
    """The smaller tail; of equal tables, as many rare words have, one is computed."""
    from scipy.stats import hypergeom  # half a second, which most audits need not spend

    shape = x.shape
    parts = [np.ravel(part) for part in (x, n, y, m)]
    order: npt.NDArray[np.int64] = np.lexsort(parts)
    tables = np.stack([part[order] for part in parts])
    first = np.ones(len(order), dtype=bool)
    first[1:] = (tables[:, 1:] != tables[:, :-1]).any(axis=0)
    own, all_own, other, all_other = tables[:, first]
    law = hypergeom(all_own + all_other, own + other, all_own)
    found = np.minimum(law.cdf(own), law.sf(own - 1))
    tail = np.empty(len(order))
    tail[order] = found[np.cumsum(first) - 1]
    return np.asarray(tail.reshape(shape))

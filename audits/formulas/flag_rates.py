"""Whether a part is hit more often than the rest, by counting alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from audits.formulas.checks import FloatOrArray, not_above, plain, whole


def more_than_rest_p(
    count: npt.ArrayLike, size: npt.ArrayLike, hits: npt.ArrayLike, everyone: npt.ArrayLike
) -> FloatOrArray:
    r"""One-sided exact p value of a group that is hit more often than everyone else.

    If `hits` were dealt out to `everyone` by chance, the group's `size` members would get at least
    `count` of them with probability

    .. math:: \sum_{k \ge x} \binom{K}{k} \binom{N-K}{n-k} \Big/ \binom{N}{n}

    Parameters
    ----------
    count, size : array_like
        Members of the group that are hit, :math:`x`, and all of them, :math:`n`; whole numbers.
    hits, everyone : array_like
        The same of everyone, the group included: :math:`K` and :math:`N`.

    Returns
    -------
    float or ndarray
        Between 0 and 1; 1 for a group without members or without a hit.

    Raises
    ------
    ValueError
        If a number is negative or broken, or a part exceeds its whole.

    References
    ----------
    Fisher, R. A. (1935). The logic of inductive inference. Journal of the Royal Statistical
    Society, 98(1), 39-82.

    Examples
    --------
    Both hits among two of four: one of six ways to deal them out.

    >>> round(more_than_rest_p(2, 2, 2, 4), 9)
    0.166666667
    """
    from scipy.stats import hypergeom  # half a second, which most audits need not spend

    total = whole("everyone", everyone)
    all_hits = not_above("hits", whole("hits", hits), limit_name="everyone", limit=total)
    members = not_above("size", whole("size", size), limit_name="everyone", limit=total)
    seen = not_above("count", whole("count", count), limit_name="size", limit=members)
    p = hypergeom.sf(seen - 1, total, all_hits, members)
    return plain(np.where(seen > 0, np.clip(p, 0.0, 1.0), 1.0))

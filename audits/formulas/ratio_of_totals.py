"""Shares among things that stand in clusters, such as mentions in texts: one total over another."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from audits.formulas.checks import not_above, not_negative


def ratio_of_totals(part: npt.ArrayLike, whole: npt.ArrayLike) -> tuple[float, float]:
    r"""Share of a total, and the number of independent things it is worth.

    .. math:: p = \frac{\sum_i x_i}{\sum_i n_i}, \qquad
              v = \frac{k}{k-1} \frac{\sum_i (x_i - p n_i)^2}{(\sum_i n_i)^2}, \qquad
              n_{\text{eff}} = \min\Bigl(\frac{p (1-p)}{v}, \sum_i n_i\Bigr)

    over the :math:`k` clusters that hold anything. A share of so many independent things has the
    variance :math:`v`, so an interval for shares, given :math:`p\,n_{\text{eff}}` of
    :math:`n_{\text{eff}}`, is one for the ratio.

    Parameters
    ----------
    part, whole : array_like of shape (clusters,)
        Things of a kind, and things altogether, in each cluster; in things.

    Returns
    -------
    share : float
        Between 0 and 1; ``nan`` where there is nothing.
    effective : float
        In things, at least 0. Where all things are of one kind there is no variance to be seen:
        then every cluster counts as one thing, as if all in it were alike. So it is, too, with a
        single cluster.

    Raises
    ------
    ValueError
        If a number is negative, or `part` exceeds `whole`.

    References
    ----------
    Cochran, W. G. (1977). Sampling Techniques, 3rd ed., Wiley, section 3.12 (proportions in
    cluster sampling).

    Examples
    --------
    Of ten texts, five say "she" twice and five say "he" twice: no more is known than from ten
    texts that say either once.

    >>> share, effective = ratio_of_totals([2] * 5 + [0] * 5, [2] * 10)
    >>> share, round(effective, 6)
    (0.5, 9.0)
    """
    n = not_negative("whole", whole)
    x = not_above("part", not_negative("part", part), limit_name="whole", limit=n)
    there = n > 0
    x, n = x[there], n[there]
    clusters, total = len(n), float(n.sum())
    if not clusters:
        return float("nan"), 0.0
    share = float(x.sum()) / total
    if clusters == 1 or share in (0.0, 1.0):
        return share, float(clusters)
    variance = clusters / (clusters - 1) * float(((x - share * n) ** 2).sum()) / total**2
    if variance == 0:
        return share, total
    return share, float(np.minimum(share * (1 - share) / variance, total))

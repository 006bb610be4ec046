r"""Rules that hold of every real row seen: found in two-way tables, kept only on many rows.

Each function marks the pairs of values that would break a rule. With n rows that could have broken
it and did not, at most :math:`1 - 0.05^{1/n}` of the people break it, with 95 percent confidence:
1 percent from 299 rows on (`audits.formulas.shares.rule_of_zero`). A rule that chance would keep as
well says nothing: `surprise` rows (`audits.formulas.forbidden.surprise`) have to be expected to
break it if the two columns were independent.

With ``spare`` above 0 a function marks instead the pairs that so many real rows have, and that
would break a rule if just these rows were left out. With 1 they tell how often a fresh person
breaks a rule found in this way.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from audits.formulas.checks import Floats
from audits.formulas.forbidden import Flags, checked_table


def implications(table: npt.ArrayLike, *, least: float, surprise: float, spare: int = 0) -> Flags:
    """Pairs that break "all rows with value a have value b".

    Parameters
    ----------
    table : array_like of int, shape (levels, levels)
        Real rows per value a of one column and value b of the other.
    least : float
        Rows with value a below which no rule is made of them.
    surprise : float
        Rows that have to be expected elsewhere than in b, were the columns independent.
    spare : int, at least 0
        See the module.

    Returns
    -------
    array of bool, shape of `table`

    Raises
    ------
    ValueError
        If a count is negative or broken, or the table has not two dimensions.

    References
    ----------
    Agrawal, R., Imieliński, T., Swami, A. (1993). Mining association rules between sets of items
    in large databases. ACM SIGMOD Record, 22(2), 207-216 (rules of confidence 1).
    Hanley, J. A., Lippman-Hand, A. (1983). If nothing goes wrong, is everything all right?
    JAMA, 249(13), 1743-1745.

    Examples
    --------
    All of 300 rows with the first value have the first value of the other column, too.

    >>> implications([[300, 0], [100, 100]], least=299, surprise=5).tolist()
    [[False, True], [False, False]]
    """
    counts = checked_table(table)
    rows, top = counts.sum(1), counts.max(1, initial=0)
    elsewhere = rows * (1 - _share_of_top(counts))
    kept = (rows - spare >= least) & (rows - top == spare) & (elsewhere - spare >= surprise)
    return np.asarray(kept[:, np.newaxis] & (counts == spare) & (counts < top[:, np.newaxis]))


def dependency(table: npt.ArrayLike, *, least: float, surprise: float, spare: int = 0) -> Flags:
    """Pairs that break "the one column determines the other".

    The rule rests on the rows that follow an earlier row with the same value: they alone could
    have broken it.

    Parameters
    ----------
    table : array_like of int, shape (levels, levels)
        Real rows per value of the column that determines and value of the one determined.
    least : float
        Rows that could have broken the rule, below which it is not made.
    surprise : float
        Rows that have to be expected to break it, were the columns independent.
    spare : int, at least 0
        See the module.

    Returns
    -------
    array of bool, shape of `table`
        A value that no real row has determines nothing, and breaks nothing.

    Raises
    ------
    ValueError
        As `implications`.

    References
    ----------
    Codd, E. F. (1970). A relational model of data for large shared data banks. Communications of
    the ACM, 13(6), 377-387.
    Huhtala, Y., Kärkkäinen, J., Porkka, P., Toivonen, H. (1999). TANE: an efficient algorithm for
    discovering functional and approximate dependencies. The Computer Journal, 42(2), 100-111.

    Examples
    --------
    >>> dependency([[200, 0], [0, 200], [1, 0]], least=299, surprise=5).tolist()
    [[False, True], [True, False], [False, True]]
    """
    counts = checked_table(table)
    rows, top = counts.sum(1), counts.max(1, initial=0)
    nothing = np.zeros(counts.shape, dtype=bool)
    if (rows - top).sum() != spare or dependency_support(counts) - spare < least:
        return nothing
    if (rows * (1 - _share_of_top(counts))).sum() - spare < surprise:
        return nothing
    if spare == 0:
        return np.asarray((rows > 0)[:, np.newaxis] & (counts == 0))
    odd = (rows - top == spare)[:, np.newaxis] & (counts == spare)
    return np.asarray(odd & (rows > spare)[:, np.newaxis])


def dependency_support(table: npt.ArrayLike) -> int:
    """Rows that could have broken a dependency: all but the first of each determining value.

    Parameters
    ----------
    table : array_like of int, shape (levels, levels)
        As in `dependency`.

    Returns
    -------
    int
        Rows.

    Raises
    ------
    ValueError
        As `implications`.

    References
    ----------
    Huhtala, Y., et al. (1999), as `dependency`.

    Examples
    --------
    >>> dependency_support([[200, 0], [0, 200], [1, 0]])
    398
    """
    return int(np.maximum(checked_table(table).sum(1) - 1, 0).sum())


def out_of_order(
    table: npt.ArrayLike,
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    *,
    least: float,
    surprise: float,
    spare: int = 0,
) -> Flags:
    """Pairs of numbers that break "the one is never above the other".

    Parameters
    ----------
    table : array_like of int, shape (levels, levels)
        Real rows per number of one column and number of the other.
    first, second : array_like
        The number that each level of the two columns stands for; ``nan``: missing.
    least : float
        Rows with both numbers below which no rule is made of them.
    surprise : float
        Rows that have to be expected to break it, were the columns independent.
    spare : int, at least 0
        See the module.

    Returns
    -------
    array of bool, shape of `table`
        Rows with a missing number break nothing.

    Raises
    ------
    ValueError
        As `implications`.

    References
    ----------
    Szlichta, J., Godfrey, P., Gryz, J. (2012). Fundamentals of order dependencies. Proceedings of
    the VLDB Endowment, 5(11), 1220-1231.

    Examples
    --------
    >>> out_of_order(
    ...     [[150, 150], [0, 150]], [1, 2], [1, 2], least=299, surprise=5
    ... ).tolist()
    [[False, False], [True, False]]
    """
    counts = checked_table(table)
    one = np.asarray(first, dtype=np.float64)[:, np.newaxis]
    other = np.asarray(second, dtype=np.float64)
    known, above = np.isfinite(one) & np.isfinite(other), one > other
    seen = np.where(known, counts, 0.0)
    n = seen.sum()
    expected = (seen.sum(1, keepdims=True) * seen.sum(0) / max(n, 1))[above].sum()
    kept = n - spare >= least and seen[above].sum() == spare and expected - spare >= surprise
    return np.asarray(above & (counts == spare)) if kept else np.zeros(counts.shape, dtype=bool)


def sharp_limits(table: npt.ArrayLike, *, least: float, surprise: float, spare: int = 0) -> Flags:
    r"""Pairs beyond a limit at which rows with a value stop short.

    Rows thin out towards the ends of every range, and a fresh one is easily beyond. A limit is
    sharp where they do not: if the next number were as likely as the last one, relative to all
    rows, at least `surprise` rows would hold it,

    .. math:: n_{a,l} \frac{n_{l+1}}{n_l} \ge \ln(P/\alpha)

    yet none does, nor any number farther on ("nobody younger than 15 is married").

    Parameters
    ----------
    table : array_like of int, shape (levels, ordered levels)
        Real rows per value of one column and number of the other, in rising order.
    least : float
        Rows with the value below which no rule is made of them.
    surprise : float
        Rows expected at the next number, see `audits.formulas.forbidden.surprise`.
    spare : int, at least 0
        See the module.

    Returns
    -------
    array of bool, shape of `table`

    Raises
    ------
    ValueError
        As `implications`.

    References
    ----------
    Agrawal, R., Imieliński, T., Swami, A. (1993), as `implications`; and Fisher, R. A. (1935), for
    the probability of an empty cell (`audits.formulas.forbidden`). The limit is ours.

    Examples
    --------
    Of those with the second value many are fifteen, and nobody is fourteen.

    >>> sharp_limits([[200, 200, 100], [0, 0, 400]], least=299, surprise=9).tolist()
    [[False, False, False], [True, True, False]]
    """
    counts = checked_table(table)
    upper = _beyond(counts, least, surprise, spare)
    lower = _beyond(counts[:, ::-1], least, surprise, spare)[:, ::-1]
    return np.asarray(upper | lower)


def _beyond(counts: Floats, least: float, surprise: float, spare: int) -> Flags:
    """Mark what lies beyond the last number of each value, where the end is sharp."""
    held = np.flatnonzero(counts.sum(0) > 0)  # numbers of no real row are passed over
    if len(held) < 2:
        return np.zeros(counts.shape, dtype=bool)
    seen, value = counts[:, held], np.arange(len(counts))
    all_rows, onwards = seen.sum(0), np.cumsum(seen[:, ::-1], axis=1)[:, ::-1]
    # the last number that rows hold, when the spared ones are left out
    last = np.where(onwards > spare, np.arange(len(held)), -1).max(1)
    following = np.minimum(last + 1, len(held) - 1)
    expected = seen[value, last] * all_rows[following] / all_rows[last]
    kept = (onwards[:, 0] - spare >= least) & (expected >= surprise) & (last + 1 < len(held))
    kept &= (last >= 0) & (onwards[value, following] == spare)
    beyond = kept[:, np.newaxis] & (np.arange(counts.shape[1]) > held[last][:, np.newaxis])
    return np.asarray(beyond & (counts == spare))


def _share_of_top(counts: Floats) -> Floats:
    """Share of all rows that hold, in the other column, each value's most frequent one."""
    if not counts.size:
        return np.zeros(len(counts))
    return np.asarray(counts.sum(0)[counts.argmax(1)] / max(counts.sum(), 1))

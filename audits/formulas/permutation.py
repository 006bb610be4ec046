"""Random relabelling, and p values that stop drawing once the answer is clear."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class SequentialP(NamedTuple):
    """A Monte Carlo p value and the number of permutations it rests on."""

    p_value: float
    draws: int


def sequential_p(
    draw: Callable[[int], NDArray[np.float64]],
    observed: float,
    *,
    max_draws: int,
    exceedances: int,
    batch: int,
    tolerance: float = 1e-12,
) -> SequentialP:
    r"""Lower-tail permutation p value by sequential Monte Carlo.

    Permuted statistics are drawn until h of them are at most the observed one; then
    :math:`p = h/L`, L the number drawn. If `max_draws` come first, :math:`p = (g+1)/(L+1)` with
    the g found. Either way the p value is valid at every level and never 0. A clear "no" costs a
    few dozen draws, so the permutations go where they can change something.

    Parameters
    ----------
    draw : callable
        Given a number, returns that many permuted statistics; ``nan`` counts as reached, so that
        an undefined statistic never helps an accusation.
    observed : float
        The statistic of the data as they are; ``nan`` gives ``nan``.
    max_draws : int, at least 1
        Permutations after which to stop in any case.
    exceedances : int, at least 1
        Permuted statistics at or below the observed one after which to stop early.
    batch : int, at least 1
        Permutations asked for at a time.
    tolerance : float
        How much larger a statistic may be and still count as a tie (rounding).

    Returns
    -------
    SequentialP
        The p value in (0, 1], and the number of permutations used.

    Raises
    ------
    ValueError
        If a number of draws is not positive.

    References
    ----------
    Besag, J., & Clifford, P. (1991). Sequential Monte Carlo p-values. Biometrika, 78(2), 301-304.

    Examples
    --------
    Never reached in 99 permutations, and reached in every one:

    >>> import numpy as np
    >>> sequential_p(np.ones, 0.0, max_draws=99, exceedances=10, batch=50)
    SequentialP(p_value=0.01, draws=99)
    >>> sequential_p(np.ones, 1.0, max_draws=99, exceedances=10, batch=50)
    SequentialP(p_value=1.0, draws=10)
    """
    if min(max_draws, exceedances, batch) < 1:
        raise ValueError(
            f"max_draws, exceedances and batch must be at least 1, "
            f"got {max_draws}, {exceedances} and {batch}"
        )
    if np.isnan(observed):
        return SequentialP(float("nan"), 0)
    found = drawn = 0
    while drawn < max_draws:
        statistics = draw(min(batch, max_draws - drawn))
        hits = np.flatnonzero(~(statistics > observed + tolerance))
        if found + hits.size >= exceedances:
            stopped = drawn + int(hits[exceedances - found - 1]) + 1
            return SequentialP(exceedances / stopped, stopped)
        found += hits.size
        drawn += len(statistics)
    return SequentialP((found + 1) / (drawn + 1), drawn)


def random_subsets(
    total: int, size: int, *, draws: int, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Random subsets of row numbers, each without replacement.

    A Fisher-Yates shuffle stopped after `size` steps, made for all draws at once.

    Parameters
    ----------
    total : int, at least `size`
        Rows to draw from.
    size : int, at least 0
        Rows in each subset.
    draws : int, at least 0
        Number of subsets.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    numpy.ndarray of shape (draws, size)
        Row numbers from 0 to `total` - 1, in random order; all subsets are equally likely.

    Raises
    ------
    ValueError
        If `size` is not between 0 and `total`.

    References
    ----------
    Durstenfeld, R. (1964). Algorithm 235: Random permutation. Communications of the ACM, 7(7),
    420.

    Examples
    --------
    >>> import numpy as np
    >>> sorted(random_subsets(3, 3, draws=1, rng=np.random.default_rng(0))[0].tolist())
    [0, 1, 2]
    """
    if not 0 <= size <= total:
        raise ValueError(f"size must be in 0 to {total}, got {size}")
    order = np.repeat(np.arange(total)[:, np.newaxis], draws, axis=1)
    column = np.arange(draws)
    steps = np.arange(size)[:, np.newaxis]
    chosen = steps + (rng.random((size, draws)) * (total - steps)).astype(np.intp)
    for step, other in enumerate(chosen):
        taken = order[other, column]
        order[other, column] = order[step]
        order[step] = taken
    return np.ascontiguousarray(order[:size].T)

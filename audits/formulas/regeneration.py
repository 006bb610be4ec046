"""Tables made from tables: two simple generators, and the loops that feed them.

They are stand-ins for a generator, whose loop can be run as often as one likes: one that copies
rows, whose law is known, and one that fits frequencies and prefers what is frequent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from audits.formulas.checks import Integers

Codes = npt.NDArray[np.uint16]
Generator = Callable[[Codes, int, np.random.Generator], Codes]
LOOPS = ("replace", "accumulate", "fixed-real", "fresh")
_FEWEST = 2


class Generation(NamedTuple):
    """Rows that were made, and the real rows that go with them into the next generation."""

    made: Codes
    real: Codes


class Condition(NamedTuple):
    """The column that another is drawn given, and the coarse code of each of its codes."""

    column: int
    coarse: npt.NDArray[np.uint8]


def resampled(rows: Codes, number: int, rng: np.random.Generator) -> Codes:
    """Draw rows with replacement: a generator that only copies.

    Parameters
    ----------
    rows : array_like of int, shape (n, columns)
        What it has learned from.
    number : int
        Rows to make.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    numpy.ndarray of shape (number, columns)
        Rows of `rows`.

    References
    ----------
    Efron, B. (1979). Bootstrap methods: another look at the jackknife. Annals of Statistics, 7(1),
    1-26 (drawing with replacement).

    Examples
    --------
    >>> resampled(np.array([[1, 2]], dtype=np.uint16), 2, np.random.default_rng(0)).tolist()
    [[1, 2], [1, 2]]
    """
    return np.asarray(rows[rng.integers(0, len(rows), number)])


def sharpened(
    rows: Codes,
    number: int,
    rng: np.random.Generator,
    *,
    conditions: Sequence[Condition | None],
    temperature: float,
) -> Codes:
    r"""Fit a chain of conditional frequency tables, and sample from it at a temperature.

    Column by column, the share of each code given the (coarse) code of one earlier column, to the
    power 1 over the temperature:

    .. math:: q(x \mid y) \propto \Bigl(\frac{n_{xy}}{n_y}\Bigr)^{1/T}

    Below 1, what is frequent becomes more frequent, as when language models are sampled at a low
    temperature; at 1 the tables are met on average.

    Parameters
    ----------
    rows : array_like of int, shape (n, columns)
        What it is fitted to.
    number : int
        Rows to make.
    rng : numpy.random.Generator
        Source of chance.
    conditions : sequence of Condition or None, one per column
        Which earlier column each is drawn given; see `conditions_of`.
    temperature : float
        Above 0.

    Returns
    -------
    numpy.ndarray of shape (number, columns)
        Codes that occur in `rows`, column by column.

    Raises
    ------
    ValueError
        If the temperature is not above 0.

    References
    ----------
    Chow, C. K., Liu, C. N. (1968). Approximating discrete probability distributions with
    dependence trees. IEEE Transactions on Information Theory, 14(3), 462-467.
    Ackley, D. H., Hinton, G. E., Sejnowski, T. J. (1985). A learning algorithm for Boltzmann
    machines. Cognitive Science, 9(1), 147-169 (temperature).

    Examples
    --------
    Nearly frozen, only the most frequent is left.

    >>> half = np.array([[1], [1], [2]], dtype=np.uint16)
    >>> made = sharpened(half, 50, np.random.default_rng(0), conditions=[None], temperature=0.01)
    >>> np.unique(made).tolist()
    [1]
    """
    if not temperature > 0:
        raise ValueError(f"temperature must be above 0, got {temperature:g}")
    made = np.empty((number, rows.shape[1]), dtype=np.uint16)
    for j, given in enumerate(conditions):
        chance = rng.random(number)
        if given is None:
            before, after = np.zeros(len(rows), np.int64), np.zeros(number, np.int64)
        else:
            before = given.coarse[rows[:, given.column]].astype(np.int64)
            after = given.coarse[made[:, given.column]].astype(np.int64)
        made[:, j] = _drawn(before, rows[:, j].astype(np.int64), after, chance, temperature)
    return made


def conditions_of(rows: Codes, coarse: Sequence[npt.NDArray[np.uint8]]) -> list[Condition | None]:
    r"""For each column the earlier one that says most about it, by mutual information.

    Both are taken in coarse codes. The estimate is less the bias that chance gives it,
    :math:`(K_{xy} - K_x - K_y + 1) / 2n` with K the cells that occur; a column about which no
    earlier one says anything is drawn by itself.

    Parameters
    ----------
    rows : array_like of int, shape (n, columns)
        Rows of codes, n above 0.
    coarse : sequence of array_like of int, one per column
        The coarse code of each code.

    Returns
    -------
    list of Condition or None
        One per column; None for the first.

    References
    ----------
    Chow, C. K., Liu, C. N. (1968). Approximating discrete probability distributions with
    dependence trees. IEEE Transactions on Information Theory, 14(3), 462-467.
    Miller, G. A. (1955). Note on the bias of information estimates. Information theory in
    psychology, 95-100.

    Examples
    --------
    >>> rows = np.array([[1, 1, 1], [1, 2, 1], [2, 1, 2], [2, 2, 2]] * 5, dtype=np.uint16)
    >>> same = np.arange(3, dtype=np.uint8)
    >>> found = conditions_of(rows, [same, same, same])
    >>> [None if given is None else given.column for given in found]
    [None, None, 0]
    """
    codes = [table[rows[:, j]].astype(np.int64) for j, table in enumerate(coarse)]
    found: list[Condition | None] = []
    for j, mine in enumerate(codes):
        said = [_information(codes[k], mine) for k in range(j)]
        best = int(np.argmax(said)) if said else -1
        found.append(Condition(best, coarse[best]) if said and said[best] > 0 else None)
    return found


def regenerated(
    real: Codes,
    *,
    loop: str,
    generator: Generator,
    rows: int,
    generations: int,
    real_rows: int,
    rng: np.random.Generator,
) -> Iterator[Generation]:
    """Run a loop: each generation is made from a pool of what was there before.

    Parameters
    ----------
    real : array_like of int, shape (N, columns)
        Generation 0.
    loop : str
        What is pooled after a generation: "replace", it alone; "accumulate", all rows so far;
        "fixed-real", it and the same `real_rows` real rows, from which generation 1 is made, too;
        "fresh", it and as many others, drawn with replacement from generation 0, which stands for
        the population.
    generator : callable
        Makes so many rows from a pool.
    rows : int
        Rows M of every generation, at least 2.
    generations : int
        How many are made.
    real_rows : int
        See `loop`; without meaning for "replace" and "accumulate".
    rng : numpy.random.Generator
        Source of chance.

    Yields
    ------
    Generation
        The rows made, and the real rows pooled with them (none: an array without rows).

    Raises
    ------
    ValueError
        If the loop is unknown or there are too few rows.

    References
    ----------
    Alemohammad, S. et al. (2024). Self-consuming generative models go MAD. International
    Conference on Learning Representations.
    Gerstgrasser, M. et al. (2024). Is model collapse inevitable? Breaking the curse of recursion
    by accumulating real and synthetic data. Conference on Language Modeling.

    Examples
    --------
    >>> real = np.array([[1], [2], [3]], dtype=np.uint16)
    >>> chain = regenerated(real, loop="replace", generator=resampled, rows=3, generations=40,
    ...                     real_rows=0, rng=np.random.default_rng(1))
    >>> len(np.unique([step.made for step in chain][-1]))
    1
    """
    if loop not in LOOPS:
        raise ValueError(f"loop must be one of {', '.join(LOOPS)}, got {loop!r}")
    if rows < _FEWEST or len(real) == 0:
        raise ValueError(f"rows must be at least {_FEWEST}, and some must be real")
    nobody = real[:0]
    kept = (
        real[np.sort(rng.choice(len(real), real_rows, replace=False))]
        if loop == "fixed-real"
        else nobody
    )
    pool = kept if loop == "fixed-real" else real
    for _ in range(generations):
        made = generator(pool, rows, rng)
        if loop == "fresh":
            kept = resampled(real, real_rows, rng)
        yield Generation(made, kept)
        pool = np.concatenate([pool if loop == "accumulate" else kept, made])


def _information(x: Integers, y: Integers) -> float:
    """Mutual information of two columns, in nats, less the bias of chance."""
    width = int(y.max()) + 1
    table = np.bincount(x * width + y, minlength=(int(x.max()) + 1) * width)
    joint = table.reshape(-1, width) / len(x)
    rows, columns = joint.sum(1), joint.sum(0)
    there = joint > 0
    expected = rows[:, None] * columns
    information = float((joint[there] * np.log(joint[there] / expected[there])).sum())
    cells = int(there.sum()) - int((rows > 0).sum()) - int((columns > 0).sum()) + 1
    return information - cells / (2 * len(x))


def _drawn(
    before: Integers,
    codes: Integers,
    after: Integers,
    chance: npt.NDArray[np.float64],
    temperature: float,
) -> npt.NDArray[np.int64]:
    """Draw a code for every row of `after` from the codes seen where `before` was the same."""
    width = int(codes.max()) + 1
    counts = np.bincount(before * width + codes)
    seen = np.flatnonzero(counts)
    owner = seen // width
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    logs = np.log(counts[seen])
    top = np.repeat(np.maximum.reduceat(logs, starts), np.diff(starts, append=len(seen)))
    total = np.cumsum(np.exp((logs - top) / temperature))
    place = np.searchsorted(owner[starts], after)
    last = np.append(starts[1:], len(seen))[place] - 1
    first = starts[place]
    low = np.where(first > 0, total[first - 1], 0.0)
    found = np.searchsorted(total, low + chance * (total[last] - low), side="right")
    return np.asarray(seen[np.clip(found, first, last)] % width)

"""Whom to recruit so that each person helps as many combinations that are short as possible."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from audits.formulas.checks import Floats, Integers, not_negative
from audits.formulas.patterns import WILDCARD


@dataclass(frozen=True, slots=True)
class Recruits:
    """So many people of one combination.

    >>> Recruits(combination=0, people=3, serves=2, left=1).people
    3
    """

    combination: int
    """Which of the candidates."""
    people: int
    """How many of them."""
    serves: int
    """Patterns that each of them helps."""
    left: int
    """Patterns still short afterwards."""


def greedy_recruits(
    patterns: npt.ArrayLike,
    missing: npt.ArrayLike,
    candidates: npt.ArrayLike,
    *,
    preferred: npt.ArrayLike,
) -> tuple[Recruits, ...]:
    """People to recruit until no pattern is short, by the combination that helps most each time.

    Each person is of the combination that matches the most patterns still short. So many of them
    are taken as the first of these patterns needs: taken one by one, they would be the same, for
    what a combination helps never grows.

    Parameters
    ----------
    patterns : array_like of int, shape (n_patterns, d)
        Level per attribute, or -1 for any.
    missing : array_like of int, shape (n_patterns,)
        People each pattern lacks.
    candidates : array_like of int, shape (n_candidates, d)
        Combinations of one level per attribute that may be recruited.
    preferred : array_like of float, shape (n_candidates,)
        Among combinations that help equally, the one with the highest number is taken, and of
        these the first.

    Returns
    -------
    tuple of Recruits
        In the order in which they are taken. A pattern that no candidate matches stays short.

    Raises
    ------
    ValueError
        If shapes differ or a number is negative.

    Notes
    -----
    Every solution needs at least as many people as the largest `missing`, and at most the sum of
    `missing`; the greedy one is within a factor of the logarithm of the number of patterns of the
    best.

    References
    ----------
    Asudeh, A., Jin, Z., Jagadish, H. V. (2019). Assessing and remedying coverage for a given
    dataset. IEEE International Conference on Data Engineering, 554-565. (Coverage enhancement.)
    Chvátal, V. (1979). A greedy heuristic for the set-covering problem. Mathematics of Operations
    Research, 4(3), 233-235.

    Examples
    --------
    Two women and three old people are missing: two old women help both, an old man does the rest.

    >>> people = [(0, 0), (0, 1), (1, 0), (1, 1)]  # women first, the old second
    >>> found = greedy_recruits([(0, -1), (-1, 1)], [2, 3], people, preferred=[9, 2, 9, 5])
    >>> [(people[one.combination], one.people, one.serves) for one in found]
    [((0, 1), 2, 2), ((1, 1), 1, 1)]
    """
    wanted, offered = (np.asarray(given, dtype=np.int64) for given in (patterns, candidates))
    short = np.rint(not_negative("missing", missing)).astype(np.int64)
    liking = not_negative("preferred", preferred)
    _check(wanted, short, offered, liking)

    helps = np.zeros(len(offered), dtype=np.int64)
    for pattern in wanted[short > 0]:
        helps += _matching(pattern, offered)
    tie = liking / (liking.max(initial=0.0) + 1)  # below 1: it decides between equals alone
    found: list[Recruits] = []
    while len(helps) and helps.max() > 0:
        chosen = int(np.argmax(helps + tie))
        served = ((wanted == offered[chosen]) | (wanted == WILDCARD)).all(axis=1) & (short > 0)
        people = int(short[served].min())
        short[served] -= people
        for pattern in wanted[served & (short == 0)]:
            helps -= _matching(pattern, offered)
        left = int((short > 0).sum())
        found.append(Recruits(chosen, people, int(served.sum()), left))
    return tuple(found)


def _matching(pattern: Integers, offered: Integers) -> npt.NDArray[np.bool_]:
    fixed = np.flatnonzero(pattern != WILDCARD)
    return np.asarray((offered[:, fixed] == pattern[fixed]).all(axis=1))


def _check(wanted: Integers, short: Integers, offered: Integers, liking: Floats) -> None:
    if wanted.ndim != 2 or offered.ndim != 2 or wanted.shape[1] != offered.shape[1]:
        raise ValueError(
            f"patterns and candidates must have one column per attribute, got {wanted.shape} and "
            f"{offered.shape}"
        )
    if short.shape != (len(wanted),) or liking.shape != (len(offered),):
        raise ValueError(
            f"there must be one number per pattern and per candidate, got {short.shape} for "
            f"{len(wanted)} and {liking.shape} for {len(offered)}"
        )

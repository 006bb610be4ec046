"""Weights that bring a table to known shares: post-stratification, raking, trimming."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from audits.formulas.checks import Floats, Integers, not_negative

#: Category of every cell, and the share that each category should have.
Margin: TypeAlias = tuple[npt.ArrayLike, npt.ArrayLike]

_TRIMS = 100


@dataclass(frozen=True, slots=True)
class Raked:
    """Mass of every cell once raked, and how near the margins are.

    >>> Raked(mass=np.array([1.0]), sweeps=1, error=0.0).error
    0.0
    """

    mass: Floats
    """Weight of all rows of each cell, in the unit of the start."""
    sweeps: int
    """How often every margin was adjusted."""
    error: float
    """Largest distance from a target, relative to it."""


def rake(
    start: npt.ArrayLike,
    margins: Sequence[Margin],
    *,
    tolerance: float = 1e-8,
    sweeps: int = 100,
) -> Raked:
    r"""Cells brought to margins by iterative proportional fitting.

    Each margin in turn: :math:`m_{ij} \leftarrow m_{ij} \, T_i / \sum_j m_{ij}`, until the largest
    relative distance from a target is below the tolerance. One margin is met at once: that is
    post-stratification. Cells of no mass stay at none, and odds ratios stay as they are, for rows
    and columns are only multiplied.

    Parameters
    ----------
    start : array_like of shape (n_cells,)
        Rows (or weight) of every cell that occurs.
    margins : sequence of (codes, targets)
        Category of every cell, from 0; and the target of every category, in any unit: each
        margin's targets are taken as shares of their sum.
    tolerance : float, above 0
        Largest relative distance from a target at which to stop.
    sweeps : int, at least 1
        Most rounds over all margins.

    Returns
    -------
    Raked
        The same total as at the start. An `error` above the tolerance means that the margins were
        not met: too few sweeps, or there is no solution that keeps empty cells empty.

    Raises
    ------
    ValueError
        If a number is negative, shapes differ, a margin has no positive target, or a category
        with a positive target has no mass.

    References
    ----------
    Deming, W. E., Stephan, F. F. (1940). On a least squares adjustment of a sampled frequency
    table when the expected marginal totals are known. Annals of Mathematical Statistics, 11(4),
    427-444.
    Ireland, C. T., Kullback, S. (1968). Contingency tables with given marginals. Biometrika,
    55(1), 179-188. (Convergence, and that odds ratios are kept.)

    Examples
    --------
    A table of 30, 10 and 20, 40, brought to rows of 50, 50 and columns of 40, 60.

    >>> rows, columns = ([0, 0, 1, 1], [50, 50]), ([0, 1, 0, 1], [40, 60])
    >>> rake([30, 10, 20, 40], [rows, columns]).mass.round(6)
    array([30., 20., 10., 40.])
    """
    mass = not_negative("start", start).copy()
    total = float(mass.sum())
    goals = [_goal(codes, targets, mass, total) for codes, targets in margins]
    if not tolerance > 0 or sweeps < 1:
        raise ValueError(f"tolerance and sweeps must be above 0, got {tolerance:g} and {sweeps}")
    done, error = 0, margin_error(mass, goals)
    while goals and error > tolerance and done < sweeps:
        for codes, target in goals:
            found = np.bincount(codes, weights=mass, minlength=len(target))
            factor = np.divide(target, found, out=np.zeros(len(target)), where=found > 0)
            mass *= factor[codes]
        done += 1
        error = margin_error(mass, goals)
    return Raked(mass, done, error)


def margin_error(mass: npt.ArrayLike, margins: Sequence[Margin]) -> float:
    """Largest distance of a category's share from its target, relative to the target.

    Parameters
    ----------
    mass : array_like of shape (n_cells,)
        Weight of every cell.
    margins : sequence of (codes, targets)
        As in `rake`.

    Returns
    -------
    float
        At least 0. A category that should be empty and is not counts by its share.

    Raises
    ------
    ValueError
        If a margin has no positive target.

    References
    ----------
    Deming, W. E., Stephan, F. F. (1940). On a least squares adjustment of a sampled frequency
    table when the expected marginal totals are known. Annals of Mathematical Statistics, 11(4),
    427-444.

    Examples
    --------
    Sixty of a hundred, where fifty should be.

    >>> round(margin_error([60, 40], [([0, 1], [1, 1])]), 3)
    0.2
    """
    held = np.asarray(mass, dtype=np.float64)
    worst = 0.0
    for codes, targets in margins:
        share = np.asarray(targets, dtype=np.float64)
        if not share.sum() > 0:
            raise ValueError("a margin must have a positive target, got none")
        share = share / share.sum()
        found = np.bincount(np.asarray(codes), weights=held, minlength=len(share)) / held.sum()
        off = np.abs(found - share) / np.where(share > 0, share, 1.0)
        worst = max(worst, float(off.max(initial=0.0)))
    return worst


def trimmed(mass: npt.ArrayLike, rows: npt.ArrayLike, *, cap: float) -> Floats:
    r"""Mass of cells whose weight per row is at most a multiple of the mean weight.

    What is cut off goes to all other cells, in proportion to their mass, and again until no
    weight is above the cap.

    Parameters
    ----------
    mass : array_like of shape (n_cells,)
        Weight of all rows of each cell.
    rows : array_like of shape (n_cells,)
        Rows of each cell, above 0.
    cap : float, at least 1
        Largest weight of a row, as a multiple of the mean.

    Returns
    -------
    array of float
        The same total as before, with other margins.

    Raises
    ------
    ValueError
        If a number is negative, or `cap` is below 1, the mean weight, or below what the rows with
        a weight come to if all others have none.

    References
    ----------
    Potter, F. J. (1990). A study of procedures to identify and trim extreme sampling weights.
    Proceedings of the Section on Survey Research Methods, American Statistical Association,
    225-230.

    Examples
    --------
    One person of ten counts for half of all, five times the mean; at most three are allowed.

    >>> trimmed([5, 5], [1, 9], cap=3)
    array([3., 7.])
    """
    held, people = not_negative("mass", mass).copy(), not_negative("rows", rows)
    if not cap >= 1:
        raise ValueError(f"cap must be at least 1, the mean weight, got {cap:g}")
    total, there = float(held.sum()), float(people[held > 0].sum())
    if cap * there < people.sum() * (1 - 1e-9):
        raise ValueError(f"cap must be at least {people.sum() / there:g}, got {cap:g}")
    most = cap * total / people.sum() * people
    full = np.zeros(len(held), dtype=bool)
    for _ in range(len(held) + 1):  # each round fills at least one cell
        over = (held > most * (1 + 1e-12)) & ~full
        if not over.any():
            break
        full |= over
        held[full] = most[full]
        if (free := float(held[~full].sum())) > 0:
            held[~full] *= (total - held[full].sum()) / free
    return held


def rake_within(
    start: npt.ArrayLike, rows: npt.ArrayLike, margins: Sequence[Margin], *, cap: float
) -> tuple[Floats, Raked]:
    """Cells raked and trimmed in turn: weights within the cap, margins as near as that allows.

    Parameters
    ----------
    start, rows : array_like of shape (n_cells,)
        Mass and rows of every cell.
    margins : sequence of (codes, targets)
        As in `rake`.
    cap : float, at least 1
        As in `trimmed`.

    Returns
    -------
    array of float
        The mass once raked and trimmed, before it is raked again.
    Raked
        What it comes to; `sweeps` counts the rounds, and `error` says how far the cap keeps the
        margins from their targets. Odds ratios are no longer those of the start.

    Raises
    ------
    ValueError
        As `rake` and `trimmed`.

    References
    ----------
    DeBell, M., Krosnick, J. A. (2009). Computing weights for American National Election Study
    survey data. ANES Technical Report nes012427. (Raking and capping in turn.)

    Examples
    --------
    >>> margins = [([0, 0, 1, 1], [50, 50]), ([0, 1, 0, 1], [40, 60])]
    >>> once, found = rake_within([30, 10, 20, 40], [30, 10, 20, 40], margins, cap=1.5)
    >>> once.round(1), found.mass.round(1)
    (array([31.9, 15. , 10.6, 42.5]), array([35., 15.,  5., 45.]))
    """
    held = trimmed(rake(start, margins).mass, rows, cap=cap)
    first, rounds = held, 0
    while rounds < _TRIMS:
        before = held
        held = trimmed(rake(before, margins).mass, rows, cap=cap)
        rounds += 1
        if np.abs(held - before).max(initial=0.0) <= 1e-9 * before.sum():
            break
    return first, Raked(held, rounds, margin_error(held, margins))


def _goal(
    codes: npt.ArrayLike, targets: npt.ArrayLike, mass: Floats, total: float
) -> tuple[Integers, Floats]:
    place, target = np.asarray(codes, dtype=np.int64), not_negative("targets", targets)
    if place.shape != mass.shape:
        raise ValueError(f"there must be one code per cell, got {place.shape} for {mass.shape}")
    if place.size and not (place.min() >= 0 and place.max() < len(target)):
        raise ValueError(f"codes must be below {len(target)}, got {place.min()} to {place.max()}")
    if not target.sum() > 0:
        raise ValueError("a margin must have a positive target, got none")
    found = np.bincount(place, weights=mass, minlength=len(target))
    if ((found == 0) & (target > 0)).any():
        empty = int(np.argmax((found == 0) & (target > 0)))
        raise ValueError(f"category {empty} has a positive target and no mass")
    return place, target / target.sum() * total

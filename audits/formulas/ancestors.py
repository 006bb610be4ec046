r"""How many real people stand behind a synthetic group, as far as nearness can tell.

The ancestor of a synthetic row is its nearest real row; t rows tied as nearest share it, 1/t each.
(Taking the first of them instead would turn thirty people with six distinct profiles into six
ancestors, picked by the order of the rows.) Nearest is an attribution, not proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import entr, gammaln, xlogy

from audits.formulas.attribution import Attribution
from audits.formulas.profiles import Indices

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class AncestorWeights:
    """How many rows each real person is the ancestor of.

    Attributes
    ----------
    weights : numpy.ndarray of shape (n,)
        Rows per person; fractions where ties were shared.
    self_pairs : float
        Sum over the rows of the squared shares of their ancestors; without ties, the rows.
    cells : int
        Distinct profiles among the people with any weight (columns, in `ancestor_weights`).
    """

    weights: Floats
    self_pairs: float
    cells: int


class EffectiveAncestors(NamedTuple):
    """How many people a group rests on, and how unevenly."""

    distinct: int
    cells: int
    n1: float
    n1_plug_in: float
    n2: float
    top5_share: float
    gini: float


class ResampledAncestors(NamedTuple):
    """What pure copying would show: distinct ancestors, sum of squared shares, N1."""

    distinct: float
    sum_of_squares: float
    n1: float


def ancestor_weights(
    distances: ArrayLike,
    *,
    query_counts: ArrayLike | None = None,
    base_counts: ArrayLike | None = None,
) -> AncestorWeights:
    r"""Rows that each real person is the nearest to, ties shared equally.

    .. math:: c_i = \sum_s \frac{1[d(s, i) = \min_j d(s, j)]}{t_s}

    Parameters
    ----------
    distances : array_like of shape (q, n)
        From every (distinct) synthetic row to every (distinct) real row. Ties must be exact, as
        in `gower_distances`.
    query_counts : array_like of int, shape (q,), optional
        Synthetic rows that each query stands for; one if left out.
    base_counts : array_like of int, shape (n,), optional
        Real people that each column stands for; one if left out.

    Returns
    -------
    AncestorWeights
        One weight for each person, column by column; they sum to the number of rows.

    Raises
    ------
    ValueError
        If the shapes do not match.

    References
    ----------
    Cover, T., & Hart, P. (1967). Nearest neighbor pattern classification. IEEE Transactions on
    Information Theory, 13(1), 21-27.

    Examples
    --------
    The first row is nearest to the first person; the second is as near to either.

    >>> ancestor_weights([[0.1, 0.3], [0.2, 0.2]]).weights
    array([1.5, 0.5])
    """
    apart = np.asarray(distances)
    if apart.ndim != 2:
        raise ValueError(f"distances must be two-dimensional, got shape {apart.shape}")
    asked = _counts(query_counts, apart.shape[0])
    people = _counts(base_counts, apart.shape[1])
    if not apart.size:
        return AncestorWeights(np.zeros(int(people.sum())), 0.0, 0)
    nearest = apart == np.where(people > 0, apart, np.inf).min(axis=1, keepdims=True)
    share = asked / (nearest @ people)
    weights = share @ nearest
    cells = int(np.count_nonzero((weights > 0) & (people > 0)))
    return AncestorWeights(np.repeat(weights, people.astype(int)), float(share.sum()), cells)


def group_ancestors(
    attribution: Attribution, *, queries: ArrayLike, people: ArrayLike
) -> AncestorWeights:
    """Rows of a synthetic group that each real person of a group is the ancestor of.

    Parameters
    ----------
    attribution : Attribution
        The nearest real rows of every synthetic row, from `nearest_rows`.
    queries : array_like of int, shape (m,)
        Numbers of the synthetic rows in the group.
    people : array_like of int, shape (n,)
        Numbers of the real rows in the group.

    Returns
    -------
    AncestorWeights
        One weight for each person, in the order of `people`. They sum to m less the rows whose
        ancestors are outside the group: ``1 - weights.sum() / m`` is the share of foreign
        ancestors.

    Raises
    ------
    IndexError
        If a row number is out of range.

    References
    ----------
    Cover, T., & Hart, P. (1967). Nearest neighbor pattern classification. IEEE Transactions on
    Information Theory, 13(1), 21-27.

    Examples
    --------
    >>> from audits.formulas.attribution import nearest_rows
    >>> nearest = nearest_rows([[0], [1], [1]], [[0], [1], [1]], [None])
    >>> group_ancestors(nearest, queries=[0, 1, 2], people=[1, 2]).weights
    array([1., 1.])
    """
    asked = np.bincount(
        attribution.query_profile[np.asarray(queries, dtype=np.intp)],
        minlength=attribution.query_profile.max(initial=-1) + 1,
    )
    profiles = attribution.base_profile.max(initial=-1) + 1
    held = attribution.base_profile[np.asarray(people, dtype=np.intp)]
    members = np.bincount(held, minlength=profiles)
    given = asked[attribution.query] * attribution.share
    weights = np.bincount(attribution.base, given, minlength=profiles)
    self_pairs = (given * attribution.share * members[attribution.base]).sum()
    cells = int(np.count_nonzero((weights > 0) & (members > 0)))
    return AncestorWeights(np.asarray(weights[held], dtype=float), float(self_pairs), cells)


def effective_ancestors(
    weights: ArrayLike, *, self_pairs: float | None = None, cells: int | None = None
) -> EffectiveAncestors:
    r"""Number of people a synthetic group rests on, counted in several ways.

    With shares :math:`v_i = c_i / m`, :math:`m = \sum_i c_i`, A people with any weight:

    .. math:: N_1 = \exp\Bigl(-\sum_i v_i \ln v_i + \frac{A' - 1}{2m}\Bigr), \qquad
              N_2 = \frac{m (m-1)}{\sum_i c_i^2 - \sum_s \sum_i a_i(s)^2}

    The second sum of the denominator takes the pairs of a row with itself away; without ties it
    is m and :math:`N_2 = m(m-1) / \sum_i c_i (c_i - 1)`. With ties the fractions
    :math:`a_i(s) = 1/t_s` must be given through `self_pairs`, because they cannot be told from
    the :math:`c_i`. The Miller-Madow term counts the A' distinct profiles: people with the same
    profile are one cell for chance.

    Parameters
    ----------
    weights : array_like of shape (n,)
        Rows that each real person of the group is the ancestor of, zeros included.
    self_pairs : float, optional
        Sum over the rows of the squared shares of their ancestors; m if left out (no ties).
    cells : int, optional
        Distinct profiles among people with any weight; A if left out.

    Returns
    -------
    EffectiveAncestors
        `distinct` is A and `cells` A', from 0 to n. `n1`, at most n, and `n1_plug_in`, at most A,
        in people. `n2` in people, at least 1, ``inf`` if no two rows share an ancestor, ``nan``
        if m < 2. `top5_share`: share of the rows that the five most used people have. `gini`: 0
        when all n people are used alike, near 1 when one stands for all. Without any weight
        `distinct` is 0 and the rest ``nan``.

    Raises
    ------
    ValueError
        If a weight is negative or not finite.

    References
    ----------
    Hill, M. O. (1973). Diversity and evenness: a unifying notation and its consequences. Ecology,
    54(2), 427-432.
    Miller, G. A. (1955). Note on the bias of information estimates. Information Theory in
    Psychology, 95-100.
    Simpson, E. H. (1949). Measurement of diversity. Nature, 163, 688.

    Examples
    --------
    Two people with two rows each: of 12 ordered pairs of rows 4 share an ancestor.

    >>> found = effective_ancestors([2, 2])
    >>> round(found.n1_plug_in, 6), found.n2
    (2.0, 3.0)
    """
    rows = np.asarray(weights, dtype=float)
    if rows.ndim != 1 or not (np.isfinite(rows) & (rows >= 0)).all():
        raise ValueError(f"weights must be one-dimensional and not negative, got {rows}")
    m, distinct = float(rows.sum()), int(np.count_nonzero(rows))
    occupied = distinct if cells is None else cells
    if m == 0:
        return EffectiveAncestors(0, 0, *[float("nan")] * 5)
    entropy = float(entr(rows / m).sum())
    corrected = float(np.exp(entropy + (occupied - 1) / (2 * m)))
    ascending = np.sort(rows)
    rank = 2 * np.arange(1, len(rows) + 1) - len(rows) - 1
    return EffectiveAncestors(
        distinct=distinct,
        cells=occupied,
        n1=min(corrected, float(len(rows))),
        n1_plug_in=float(np.exp(entropy)),
        n2=_simpson(rows, m, m if self_pairs is None else self_pairs),
        top5_share=float(ascending[-5:].sum() / m),
        gini=float((rank * ascending).sum() / (len(rows) * m)),
    )


def n_basis(n_eff: ArrayLike, n1: ArrayLike) -> Floats:
    r"""Number of people that any statement about people in a synthetic group may rest on.

    .. math:: n_{basis} = \min(n_{eff}, N_1)

    Parameters
    ----------
    n_eff : array_like
        Effective number of real rows in the group.
    n1 : array_like
        Effective number of ancestors of its synthetic rows.

    Returns
    -------
    numpy.ndarray
        In people; ``nan`` where either is.

    References
    ----------
    Kish, L. (1965). Survey sampling. Wiley (effective number of rows).

    Examples
    --------
    >>> float(n_basis(30, 22.5))
    22.5
    """
    return np.asarray(np.minimum(n_eff, n1), dtype=float)


def basis_interval(
    basis: float, spread: float, spread_low: float, spread_high: float, *, people: float
) -> tuple[float, float]:
    r"""Interval of the number of people that a synthetic group rests on.

    The basis is as uncertain, relative to its size, as the spread over real people, whose interval
    tells what another draw of real people would have shown:

    .. math:: \bigl(\max(1, b\,\kappa_{low}/\kappa),\;
              \min(n, b\,\kappa_{high}/\kappa)\bigr)

    Parameters
    ----------
    basis : float
        Effective number of people, :math:`b`, at least 0.
    spread, spread_low, spread_high : float
        Spread over real people and its interval, :math:`\kappa`; ``nan`` where it is not known.
    people : float
        Effective number of real people in the group, :math:`n`.

    Returns
    -------
    tuple of float
        Limits in people; from one person to all of them where the spread is not known, and ``nan``
        twice where the basis is not.

    References
    ----------
    Own derivation; for the interval of the spread see `audits.formulas.kappa_inference`.

    Examples
    --------
    >>> basis_interval(3.0, 0.25, 0.125, 0.5, people=30)
    (1.5, 6.0)
    >>> basis_interval(3.0, float("nan"), float("nan"), float("nan"), people=8)
    (1.0, 8.0)
    """
    if np.isnan(basis):
        return float("nan"), float("nan")
    if not spread > 0 or np.isnan(spread_low) or np.isnan(spread_high):
        return min(1.0, basis), float(max(people, basis))
    low = min(basis, max(1.0, basis * spread_low / spread))
    high = max(basis, min(people, basis * spread_high / spread))
    return float(low), float(high)


def resampled_ancestors(n: int, m: int) -> ResampledAncestors:
    r"""What a generator that only copies uniformly drawn people would show.

    .. math:: E[A] = n \bigl(1 - (1 - 1/n)^m\bigr), \qquad
              E\Bigl[\sum_i v_i^2\Bigr] = \frac{1}{n} + \frac{1 - 1/n}{m}, \qquad
              N_1 = \exp E[H]

    with the expected entropy summed over the binomial law of a person's rows.

    Parameters
    ----------
    n : int, at least 1
        Real people.
    m : int, at least 1
        Synthetic rows.

    Returns
    -------
    ResampledAncestors
        `distinct` from 1 to min(n, m), `sum_of_squares` from 1/n to 1, `n1` (plug-in) up to n.

    Raises
    ------
    ValueError
        If a number is below 1.

    References
    ----------
    Feller, W. (1968). An introduction to probability theory and its applications, vol. 1. Wiley
    (occupancy).

    Examples
    --------
    Two rows from two people: both from one or from each, with equal chance.

    >>> [round(value, 4) for value in resampled_ancestors(2, 2)]
    [1.5, 0.75, 1.4142]
    """
    if min(n, m) < 1:
        raise ValueError(f"n and m must be at least 1, got {n} and {m}")
    rows = np.arange(1, m + 1)
    log_choices = gammaln(m + 1) - gammaln(rows + 1) - gammaln(m - rows + 1)
    chance = np.exp(log_choices - rows * np.log(n) + xlogy(m - rows, 1 - 1 / n))
    entropy = n * float((chance * entr(rows / m)).sum())
    return ResampledAncestors(
        distinct=n * (1 - (1 - 1 / n) ** m),
        sum_of_squares=1 / n + (1 - 1 / n) / m,
        n1=float(np.exp(entropy)),
    )


def _simpson(rows: Floats, m: float, self_pairs: float) -> float:
    """Effective number by the chance that two different rows share an ancestor."""
    if m < 2:
        return float("nan")
    shared = float((rows**2).sum()) - self_pairs
    return m * (m - 1) / shared if shared > 1e-9 * m else float("inf")


def _counts(counts: ArrayLike | None, size: int) -> Indices:
    """Counts as given, or one each."""
    held = np.ones(size, dtype=np.intp) if counts is None else np.asarray(counts, dtype=np.intp)
    if held.shape != (size,):
        raise ValueError(f"counts must have shape ({size},), got {held.shape}")
    return held

"""How many real rows per generation hold the variety of a group."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from audits.formulas.checks import FloatOrArray, Floats, not_negative, plain


def fresh_rows_needed(loss: npt.ArrayLike, rows: npt.ArrayLike) -> FloatOrArray:
    r"""Fresh real rows per generation that hold a group's variety, for however many generations.

    With n fresh rows and M rows of the generation before as training data of each generation, a
    copier of rows ends with a share of (n + M) / (n^2 + 2nM + M) of the variety lost
    (`audits.formulas.collapse_loops.level_with_fresh`). It is at most :math:`\ell` from

    .. math:: n = \frac{1 - 2\ell M + \sqrt{(1 - 2\ell M)^2 + 4 \ell (1 - \ell) M}}{2 \ell}

    on; :math:`(1 - \ell) / 2\ell` for a large M, so about ten rows for a loss of 5 percent.

    Parameters
    ----------
    loss : array_like
        Share of the variety that may be lost in the long run, above 0 and at most 1.
    rows : array_like
        The group's rows M in every generation.

    Returns
    -------
    float or numpy.ndarray
        Whole numbers. A generator that narrows by itself needs more: this is the least.

    Raises
    ------
    ValueError
        If a loss is out of range, or a number of rows negative.

    References
    ----------
    Wright, S. (1931). Evolution in Mendelian populations. Genetics, 16(2), 97-159 (migration
    balances drift). Alemohammad, S. et al. (2024). Self-consuming generative models go MAD.
    International Conference on Learning Representations (fresh data as the remedy). The formula is
    ours.

    Examples
    --------
    >>> fresh_rows_needed(0.05, 100), fresh_rows_needed(0.01, 10_000)
    (10.0, 50.0)
    """
    share, m = _loss(loss), not_negative("rows", rows)
    return _whole(_root(share, 2 * share * m - 1, m * (share - 1)))


def fixed_rows_needed(loss: npt.ArrayLike, rows: npt.ArrayLike) -> FloatOrArray:
    r"""Real rows that, kept in the training data of every generation, hold a group's variety.

    The same n real rows serve all generations; they are a sample of people themselves, which has
    a share of 1/n less variety than the population. Together a copier of rows ends with
    :math:`(n + 3M) / (n^2 + 2nM + M)` of the population's variety lost, which is at most
    :math:`\ell` from the larger root of :math:`\ell n^2 + (2 \ell M - 1) n - (3 - \ell) M` on:
    about three times as many rows as `fresh_rows_needed`, but only once.

    Parameters
    ----------
    loss : array_like
        Share of the variety that may be lost in the long run, above 0 and at most 1.
    rows : array_like
        The group's rows M in every generation.

    Returns
    -------
    float or numpy.ndarray
        Whole numbers.

    Raises
    ------
    ValueError
        If a loss is out of range, or a number of rows negative.

    References
    ----------
    As for `fresh_rows_needed`.

    Examples
    --------
    >>> fixed_rows_needed(0.05, 100)
    29.0
    """
    share, m = _loss(loss), not_negative("rows", rows)
    return _whole(_root(share, 2 * share * m - 1, m * (share - 3)))


def _root(a: Floats, b: Floats, c: Floats) -> Floats:
    """Return the larger root of a n^2 + b n + c, whose roots are real."""
    return np.asarray((-b + np.sqrt(b**2 - 4 * a * c)) / (2 * a))


def _whole(number: Floats) -> FloatOrArray:
    """Whole rows, at least one; a root that is whole but for rounding is not raised."""
    return plain(np.maximum(np.ceil(number - 1e-9), 1.0))


def _loss(loss: npt.ArrayLike) -> Floats:
    share = np.asarray(loss, dtype=float)
    if not ((share > 0) & (share <= 1)).all():
        raise ValueError(f"loss must be above 0 and at most 1, got {share.tolist()}")
    return share

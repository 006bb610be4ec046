r"""Vendi score: the effective number of different members of a group.

With the eigenvalues :math:`\lambda` of K/n, K the matrix of similarities of n members:

.. math:: VS_q = \Bigl(\sum_i \lambda_i^q\Bigr)^{1/(1-q)}, \qquad
          VS_1 = \exp\Bigl(-\sum_i \lambda_i \ln \lambda_i\Bigr)

It grows with n for one and the same population, so only equal sizes compare (`vendi_matched`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import entr

from audits.formulas.permutation import random_subsets

Floats = NDArray[np.float64]


def vendi_score(kernel: ArrayLike, *, order: float) -> float:
    r"""Vendi score from the similarities of all pairs.

    Parameters
    ----------
    kernel : array_like of shape (n, n)
        Symmetric, positive semidefinite, with 1 on the diagonal; for rows: one less their Gower
        distance.
    order : float, at least 0
        q, the weight given to common kinds. 0 counts the kinds, 1 is the entropy, 2 the inverse
        Simpson index, ``inf`` looks at the largest kind only.

    Returns
    -------
    float
        From 1 (all alike) to n (nothing in common); ``nan`` without members.

    Raises
    ------
    ValueError
        If `kernel` is not square, its diagonal is not 1 or `order` is negative.

    References
    ----------
    Friedman, D., & Dieng, A. B. (2023). The Vendi score: a diversity evaluation metric for
    machine learning. Transactions on Machine Learning Research.
    Pasarkar, A. P., & Dieng, A. B. (2023). Cousins of the Vendi score. arXiv:2310.12952.

    Examples
    --------
    Two members with nothing in common, and two that are the same:

    >>> round(vendi_score([[1, 0], [0, 1]], order=1), 6)
    2.0
    >>> round(vendi_score([[1, 1], [1, 1]], order=1), 6)
    1.0
    """
    similar = _checked_kernel(kernel)
    _check_order(order)
    n = len(similar)
    if n == 0:
        return float("nan")
    if order == 2:  # the squared eigenvalues sum to the squared entries
        return float(n**2 / (similar**2).sum())
    return _effective_number(np.linalg.eigvalsh(similar / n), order=order)


def vendi_score_from_features(features: ArrayLike, *, order: float) -> float:
    r"""Vendi score of the kernel :math:`X X^T`, found from the smaller matrix :math:`X^T X`.

    Both have the same eigenvalues but for zeros, so the cost is n d^2 + d^3 instead of n^3.

    Parameters
    ----------
    features : array_like of shape (n, d)
        One row per member, not all 0; each is scaled to length 1.
    order : float, at least 0
        Weight given to common kinds, as in `vendi_score`.

    Returns
    -------
    float
        From 1 to min(n, d); ``nan`` without members.

    Raises
    ------
    ValueError
        If a row is all 0, `features` is not two-dimensional or `order` is negative.

    References
    ----------
    Friedman, D., & Dieng, A. B. (2023). The Vendi score: a diversity evaluation metric for
    machine learning. Transactions on Machine Learning Research.

    Examples
    --------
    >>> round(vendi_score_from_features([[1, 0], [3, 0], [0, 2], [0, 1]], order=1), 6)
    2.0
    """
    _check_order(order)
    rows = np.asarray(features, dtype=float)
    if rows.ndim != 2:
        raise ValueError(f"features must be two-dimensional, got shape {rows.shape}")
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    if not (length > 0).all():
        raise ValueError(f"row {int(np.argmin(length > 0))} of features has length 0")
    n, d = rows.shape
    if n == 0:
        return float("nan")
    unit = rows / length
    smaller = unit.T @ unit if d < n else unit @ unit.T
    return _effective_number(np.linalg.eigvalsh(smaller / n), order=order)


def vendi_score_unbiased(kernel: ArrayLike) -> float:
    r"""Vendi score of order 2 whose denominator is unbiased, so that sizes need not match.

    .. math:: VS_2 = \Bigl(\frac{1}{n(n-1)} \sum_{i \ne j} K_{ij}^2\Bigr)^{-1}

    Parameters
    ----------
    kernel : array_like of shape (n, n)
        Similarities with 1 on the diagonal.

    Returns
    -------
    float
        At least 1; ``inf`` when no two members have anything in common, ``nan`` below two.

    Raises
    ------
    ValueError
        If `kernel` is not square or its diagonal is not 1.

    References
    ----------
    Pasarkar, A. P., & Dieng, A. B. (2023). Cousins of the Vendi score. arXiv:2310.12952.
    Hoeffding, W. (1948). A class of statistics with asymptotically normal distribution. The
    Annals of Mathematical Statistics, 19(3), 293-325 (the unbiased mean).

    Examples
    --------
    >>> vendi_score_unbiased([[1, 0.5], [0.5, 1]])
    4.0
    """
    similar = _checked_kernel(kernel)
    n = len(similar)
    if n < 2:
        return float("nan")
    shared = float((similar**2).sum() - n)
    return n * (n - 1) / shared if shared > 0 else float("inf")


def vendi_matched(
    kernel: ArrayLike, *, size: int, order: float, draws: int, rng: np.random.Generator
) -> Floats:
    """Vendi scores of random parts of a sample, each as large as the sample to compare with.

    Parameters
    ----------
    kernel : array_like of shape (m, m)
        Similarities of the larger sample (as a rule the synthetic rows), 1 on the diagonal.
    size : int, from 1 to m
        Members of the smaller sample (the real rows).
    order : float, at least 0
        Weight given to common kinds, as in `vendi_score`. Order 2 needs no eigenvalues and is by
        far the quickest.
    draws : int, at least 1
        Parts to draw, say 200.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    numpy.ndarray of shape (draws,)
        Each from 1 to `size`. The real score far above all of them means variety was lost.

    Raises
    ------
    ValueError
        If an argument is out of range.

    References
    ----------
    Friedman, D., & Dieng, A. B. (2023). The Vendi score: a diversity evaluation metric for
    machine learning. Transactions on Machine Learning Research.

    Examples
    --------
    >>> vendi_matched(np.ones((9, 9)), size=3, order=2, draws=2, rng=np.random.default_rng(0))
    array([1., 1.])
    """
    similar = _checked_kernel(kernel)
    if size < 1 or draws < 1:
        raise ValueError(f"size and draws must be at least 1, got {size} and {draws}")
    _check_order(order)
    parts = random_subsets(len(similar), size, draws=draws, rng=rng)
    return np.array([vendi_score(similar[np.ix_(part, part)], order=order) for part in parts])


def _effective_number(eigenvalues: NDArray[np.floating], *, order: float) -> float:
    """Hill number of eigenvalues that sum to one; rounding below zero is cut."""
    kinds = np.where(eigenvalues > 1e-12, eigenvalues, 0.0)
    if np.isinf(order):
        return float(1 / kinds.max())
    if np.isclose(order, 1, rtol=0, atol=1e-9):  # the limit of the general formula
        return float(np.exp(entr(kinds).sum()))
    kinds = kinds[kinds > 0]
    return float((kinds**order).sum() ** (1 / (1 - order)))


def _checked_kernel(kernel: ArrayLike) -> Floats:
    """Similarities as a square array with 1 on its diagonal."""
    similar = np.asarray(kernel, dtype=float)
    if similar.ndim != 2 or similar.shape[0] != similar.shape[1]:
        raise ValueError(f"kernel must be square, got shape {similar.shape}")
    if not np.allclose(np.diagonal(similar), 1):
        raise ValueError(f"kernel must have 1 on its diagonal, got {np.diagonal(similar)}")
    return similar


def _check_order(order: float) -> None:
    """Refuse orders that have no meaning."""
    if not order >= 0:
        raise ValueError(f"order must be at least 0, got {order}")

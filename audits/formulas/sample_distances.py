"""Distances between two samples of values or rows, with weights where SciPy has them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from audits.formulas.checks import Floats
from audits.formulas.permutation import sequential_p


class MeanDiscrepancy(NamedTuple):
    """Squared kernel distance of two samples, its bandwidth and its permutation p value."""

    value: float
    bandwidth: float
    p_value: float


def wasserstein_of_samples(
    real: ArrayLike,
    synthetic: ArrayLike,
    *,
    real_weights: ArrayLike | None,
    synthetic_weights: ArrayLike | None,
) -> float:
    r"""Average distance rows would have to move, from values and weights.

    .. math:: W = \int |F_R(x) - F_S(x)|\,dx

    Parameters
    ----------
    real, synthetic : array_like of shape (n,), (m,)
        Values, finite.
    real_weights, synthetic_weights : array_like or None
        At least 0, with a positive sum; None gives every row the same weight.

    Returns
    -------
    float
        In the unit of the values; ``nan`` when a side has no rows.

    Raises
    ------
    ValueError
        If weights are negative or of another length (from SciPy).

    References
    ----------
    .. [1] Vallender, S. S. (1974). Calculation of the Wasserstein distance between probability
       distributions on the line. Theory of Probability and its Applications, 18(4), 784-786.

    Examples
    --------
    >>> wasserstein_of_samples([0, 1], [3, 4], real_weights=None, synthetic_weights=None)
    3.0
    """
    from scipy.stats import wasserstein_distance

    x, y = np.asarray(real, dtype=float), np.asarray(synthetic, dtype=float)
    if x.size == 0 or y.size == 0:
        return float("nan")
    u, v = _weights(real_weights), _weights(synthetic_weights)
    return float(wasserstein_distance(x, y, u, v))


def energy(
    real: ArrayLike,
    synthetic: ArrayLike,
    *,
    real_weights: ArrayLike | None,
    synthetic_weights: ArrayLike | None,
) -> float:
    r"""Energy distance: :math:`\sqrt{2 \int (F_R - F_S)^2}`.

    The square root, as SciPy defines it; the squared statistic of the samples [0] and [2] is 4.

    Parameters
    ----------
    real, synthetic : array_like of shape (n,), (m,)
        Values, finite.
    real_weights, synthetic_weights : array_like or None
        At least 0, with a positive sum; None gives every row the same weight.

    Returns
    -------
    float
        In the root of the unit of the values, at least 0; ``nan`` when a side has no rows.

    Raises
    ------
    ValueError
        If weights are negative or of another length (from SciPy).

    References
    ----------
    .. [1] Szekely, G. J. and Rizzo, M. L. (2013). Energy statistics: a class of statistics based
       on distances. Journal of Statistical Planning and Inference, 143(8), 1249-1272.

    Examples
    --------
    >>> round(energy([0], [2], real_weights=None, synthetic_weights=None), 9)
    2.0
    """
    from scipy.stats import energy_distance

    x, y = np.asarray(real, dtype=float), np.asarray(synthetic, dtype=float)
    if x.size == 0 or y.size == 0:
        return float("nan")
    u, v = _weights(real_weights), _weights(synthetic_weights)
    return float(energy_distance(x, y, u, v))


def mmd(
    real: ArrayLike, synthetic: ArrayLike, *, max_draws: int, rng: np.random.Generator
) -> MeanDiscrepancy:
    r"""Squared maximum mean discrepancy, unbiased, with a Gaussian kernel.

    .. math:: \frac{\sum_{i \ne j} k(x_i, x_j)}{n(n-1)} + \frac{\sum_{i \ne j} k(y_i, y_j)}{m(m-1)}
              - \frac{2 \sum_{i,j} k(x_i, y_j)}{nm},
              \qquad k(a, b) = \exp\Bigl(-\frac{\|a-b\|^2}{2 s^2}\Bigr),

    with :math:`s` the median distance of pooled rows.

    Parameters
    ----------
    real, synthetic : array_like of shape (n, n_features), (m, n_features)
        Rows, finite. All pairs are held in memory: draw a sample of at most some thousands.
    max_draws : int, at least 1
        Most permutations; fewer where the p value is plainly large.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    MeanDiscrepancy
        ``nan`` with fewer than two rows on a side. The value may be below 0 (it is unbiased).
        Where half of the pairs are equal the bandwidth is the median of the other distances;
        where all are, the value is 0 and the p value 1.

    Raises
    ------
    ValueError
        If the sides have different numbers of features.

    References
    ----------
    .. [1] Gretton, A., Borgwardt, K. M., Rasch, M. J., Scholkopf, B. and Smola, A. (2012). A kernel
       two-sample test. Journal of Machine Learning Research, 13, 723-773.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> mmd([[0.0], [0.0], [0.0]], [[0.0], [0.0]], max_draws=99, rng=rng).p_value
    1.0
    """
    x, y = np.atleast_2d(np.asarray(real, float)), np.atleast_2d(np.asarray(synthetic, float))
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"features must agree, got {x.shape[1]} and {y.shape[1]}")
    if min(len(x), len(y)) < 2:
        return MeanDiscrepancy(float("nan"), float("nan"), float("nan"))
    kernel, bandwidth = _gaussian_kernel(np.vstack([x, y]))
    n, total = len(x), len(x) + len(y)
    labels = (np.arange(total) < n).astype(float)
    observed = float(_discrepancies(kernel, labels[:, np.newaxis])[0])

    def closeness(size: int) -> Floats:
        return -_discrepancies(kernel, rng.permuted(np.tile(labels, (size, 1)), axis=1).T)

    test = sequential_p(closeness, -observed, max_draws=max_draws, exceedances=20, batch=100)
    return MeanDiscrepancy(observed, bandwidth, test.p_value)


def _weights(weights: ArrayLike | None) -> Floats | None:
    return None if weights is None else np.asarray(weights, dtype=float)


def _gaussian_kernel(rows: Floats) -> tuple[Floats, float]:
    from scipy.spatial.distance import pdist, squareform

    distances = pdist(rows)
    apart = distances[distances > 0]
    middle = float(np.median(distances))
    if middle == 0:
        middle = float(np.median(apart)) if apart.size else 1.0
    kernel: Floats = squareform(np.exp(-(distances**2) / (2 * middle**2)))
    return kernel, middle


def _discrepancies(kernel: Floats, labels: Floats) -> Floats:
    """Unbiased squared discrepancy for every column of 0/1 labels; the diagonal is 0."""
    n, total = labels[:, 0].sum(), len(labels)
    m = total - n
    reach = kernel @ labels
    within = (labels * reach).sum(0)
    across = reach.sum(0) - within
    other = kernel.sum() - within - 2 * across
    found: Floats = within / (n * (n - 1)) + other / (m * (m - 1)) - 2 * across / (n * m)
    return found

"""Drift of all pairs of columns at once: many two-way tables laid end to end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from audits.estimates import Estimate
from audits.formulas.nulls import hypergeometric_deviation

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PairDrift:
    """Drift of every pair of columns between two samples.

    `value` and `null_rms` have one entry per pair, in order of (0, 1), (0, 2) ... (1, 2) ...;
    `mean` is the estimate over all pairs; `p` an approximate one-sided chance of it.
    """

    value: Floats
    null_rms: Floats
    mean: Estimate
    error: float
    p: float


def pair_drift(
    real: NDArray[np.uint8],
    synthetic: NDArray[np.uint8],
    sizes: Sequence[int],
    *,
    confidence: float,
) -> PairDrift:
    r"""Mean total variation over all pairs of columns, with what chance alone would show.

    Every pair's table is compared by total variation :math:`T`; with :math:`q` its root mean
    square under relabelling (hypergeometric, closed form), the estimate is
    :math:`\sqrt{\max(0, \overline{T^2} - \overline{q^2})}`. Its standard error s comes from the
    rows: each row's mean, over pairs, of half the sign of the difference in its cell. The upper
    limit is the larger of estimate plus z s and what
    :math:`\sqrt{(\sqrt{\overline{T^2}} + z s)^2 - \overline{q^2}}` leaves possible.

    Parameters
    ----------
    real, synthetic : ndarray of shape (n, p) and (m, p)
        Codes of rows, one column per attribute, below `sizes`.
    sizes : sequence of int, length p
        Levels per column.
    confidence : float in (0, 1)
        Level of the (approximate) interval.

    Returns
    -------
    PairDrift
        Everything ``nan`` with fewer than two columns or an empty side.

    References
    ----------
    Lebart, L., Morineau, A., Warwick, K. (1984). Multivariate descriptive statistical analysis.

    Examples
    --------
    >>> import numpy as np
    >>> rows = np.array([[0, 0], [1, 1]] * 50, dtype=np.uint8)
    >>> pair_drift(rows, rows, [2, 2], confidence=0.95).mean.value
    0.0
    >>> crossed = rows.copy(); crossed[:, 1] = 1 - crossed[:, 1]
    >>> round(pair_drift(rows, crossed, [2, 2], confidence=0.95).mean.value, 1)
    1.0
    """
    n, m, width = len(real), len(synthetic), len(sizes)
    if width < 2 or n == 0 or m == 0:
        nan = float("nan")
        return PairDrift(np.zeros(0), np.zeros(0), Estimate.unknown(), nan, nan)
    first, second = np.triu_indices(width, k=1)
    size = np.asarray(sizes, dtype=np.int64)
    widths = size[first] * size[second]
    starts = np.concatenate([[0], np.cumsum(widths)[:-1]])
    total = int(widths.sum())
    cells = [_cells(rows, first, second, size, starts) for rows in (real, synthetic)]
    counts = [np.bincount(cell.ravel(), minlength=total) for cell in cells]
    difference = counts[0] / n - counts[1] / m
    value = np.add.reduceat(np.abs(difference), starts) / 2
    mean_null, square_null = _null(counts[0] + counts[1], n, m, starts)
    half_sign = np.sign(difference) / 2
    # sorted, so that sums have one order whatever the order of rows
    scores = [np.sort(half_sign[cell].mean(axis=1)) for cell in cells]
    error = float(np.sqrt(scores[0].var() / n + scores[1].var() / m))
    z = float(ndtri((1 + confidence) / 2))
    centre = float(np.sqrt(max(0.0, (value**2).mean() - square_null.mean())))
    excess = float(value.mean() - mean_null.mean())
    spread = max(error, 1e-12)
    p = float(_upper_tail(excess / spread))
    low = max(0.0, min(centre, excess) - z * error) if p <= (1 - confidence) / 2 else 0.0
    reach = (float(np.sqrt((value**2).mean())) + z * error) ** 2 - float(square_null.mean())
    high = max(centre + z * error, float(np.sqrt(max(0.0, reach))))
    return PairDrift(value, np.sqrt(square_null), Estimate(centre, low, min(high, 1.0)), error, p)


def _upper_tail(z: float) -> float:
    from scipy.special import ndtr

    return float(ndtr(-z))


def _cells(
    rows: NDArray[np.uint8],
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    size: NDArray[np.int64],
    starts: NDArray[np.int64],
) -> NDArray[np.int32]:
    """Where each row stands in each pair's table: shape (rows, pairs)."""
    cells = rows[:, first].astype(np.int32)
    cells *= size[second].astype(np.int32)
    cells += rows[:, second]
    cells += starts.astype(np.int32)
    return cells


def _null(
    pooled: NDArray[np.int64], n: int, m: int, starts: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """Mean and mean square of each pair's distance under relabelling.

    As in `nulls.total_variation_null`, over tables of unequal length laid end to end.
    """
    whole = n + m
    seen, where = np.unique(pooled, return_inverse=True)  # few different counts: compute once
    share = seen / whole
    h = 1 / n + 1 / m
    deviation = h * hypergeometric_deviation(seen, n, whole)
    variance = h * h * n * m * share * (1 - share) / max(whole - 1, 1)
    odds = share / np.maximum(1 - share, 1e-12)
    mad, var, leaning = deviation[where], variance[where], (deviation * odds)[where]
    sums = {
        name: np.add.reduceat(part, starts)
        for name, part in (
            ("mad", mad),
            ("var", var),
            ("mad2", mad**2),
            ("lean", leaning),
            ("lean2", leaning**2),
        )
    }
    crossed = sums["mad"] ** 2 - sums["mad2"] + (sums["lean"] ** 2 - sums["lean2"]) / 2
    return sums["mad"] / 2, (sums["var"] + crossed) / 4
